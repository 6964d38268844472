package server

import (
	"context"
	"errors"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

type benchmarkingAcceptanceStore interface {
	AcceptBenchmarkingSubmissions(ctx context.Context, actor programme.Actor, all []returns.Acceptance, partial, dry bool) ([]returns.Acceptance, error)
}

// AcceptBenchmarkingSubmissions lets several stand.
func (s *Server) AcceptBenchmarkingSubmissions(ctx context.Context, r api.AcceptBenchmarkingSubmissionsRequestObject) (api.Response, error) {
	call := callOf(ctx)
	all := make([]returns.Acceptance, len(r.Body.Submissions))
	for i, one := range r.Body.Submissions {
		all[i] = returns.Acceptance{ID: one.Id, Version: matchVersion(&one.Etag)}
	}
	all, err := s.store.AcceptBenchmarkingSubmissions(ctx, call.actor, all, partial(r.Params.Mode), call.dry())
	if err != nil {
		return nil, err
	}
	wire := api.BenchmarkingAcceptances{DryRun: call.dry(), Submissions: make([]api.BenchmarkingAcceptance, len(all))}
	accepted := make([]string, len(all))
	for i := range all {
		wire.Submissions[i] = acceptanceWire(&all[i], call.dry())
		if all[i].Err == nil {
			accepted[i] = all[i].ID
			wire.Accepted++
		}
	}
	if call.dry() {
		accepted = nil
	}
	return answerSeveral(ctx, wire, accepted)
}

func acceptanceWire(a *returns.Acceptance, dry bool) api.BenchmarkingAcceptance {
	wire := api.BenchmarkingAcceptance{Id: a.ID, Accepted: a.Err == nil}
	stopped, is := errors.AsType[*programme.Error](a.Err)
	switch {
	case is:
		wire.Code, wire.Detail = new(string(stopped.Code)), &stopped.Detail
	case !dry:
		wire.Etag = new(etagOf(a.Version))
	}
	return wire
}
