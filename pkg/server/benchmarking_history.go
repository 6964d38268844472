package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

type benchmarkingHistoryStore interface {
	ImportBenchmarkingHistory(ctx context.Context, actor programme.Actor, number string, read func(returns.Asked) (*returns.HistoryFile, error), dry bool) (returns.HistoryResult, error)
}

// ImportBenchmarkingHistory takes past quarters from the file that the request has
// brought.
func (s *Server) ImportBenchmarkingHistory(ctx context.Context, r api.ImportBenchmarkingHistoryRequestObject) (api.Response, error) {
	call := callOf(ctx)
	f, err := s.frameworkIn(ctx, "framework", r.Params.Framework)
	if err != nil {
		return nil, err
	}
	if f.State != framework.Published {
		return nil, programme.BadRequest(programme.UnknownParameter("framework", "This version of the framework is not published, so that it may still change."))
	}
	got, err := s.store.ImportBenchmarkingHistory(ctx, call.actor, f.Number, func(asked returns.Asked) (*returns.HistoryFile, error) {
		source, err := reopened(ctx)
		if err != nil {
			return nil, err
		}
		return returns.ReadHistory(source, asked, boroughNamed(call.snapshot))
	}, call.dry())
	if err != nil {
		return nil, err
	}
	answer, err := ok(ctx, historyWire(&got, f.Number, call.dry()))
	answer.about = theProgramme
	return answer, err
}

func historyWire(got *returns.HistoryResult, framework string, dry bool) api.BenchmarkingHistoryReport {
	return api.BenchmarkingHistoryReport{
		DryRun: dry, Table: *tableWire(&got.Reading), Framework: framework, Quarters: programme.OrEmpty(got.Quarters), Created: got.Created, Replaced: got.Replaced,
		Unchanged: got.Unchanged, Values: got.Values,
	}
}
