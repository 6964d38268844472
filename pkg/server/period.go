package server

import (
	"context"
	"slices"

	"peerchallenge/api"
	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

type periodStore interface {
	CreatePeriod(ctx context.Context, actor programme.Actor, p benchmark.Period) (benchmark.Period, error)
	DeletePeriod(ctx context.Context, actor programme.Actor, code string, version int64) error
}

// periodVersion is that of every period: a period never changes.
const periodVersion = 1

// ListPeriods answers periods by their last day, the longer before the shorter, or all
// the other way round.
func (s *Server) ListPeriods(ctx context.Context, r api.ListPeriodsRequestObject) (api.Response, error) {
	snapshot, p := callOf(ctx).snapshot, r.Params
	kinds, indicators := words[benchmark.PeriodKind](p.Kind), []string(nil)
	if p.Indicator != nil {
		indicators = []string{*p.Indicator}
	}
	list := kept(snapshot.Periods, func(period *benchmark.Period) bool {
		if len(kinds) > 0 && !slices.Contains(kinds, period.Kind) {
			return false
		}
		if p.WithFigures == nil {
			return true
		}
		figures, _ := snapshot.CoverageIn(period.Code, indicators...)
		return (figures > 0) == *p.WithFigures
	})
	_, newestFirst := sorted(p.Sort)
	return answerList(ctx, listOf(list, newestFirst, periodKey), periodWire(snapshot, indicators...))
}

// periodKey is the order of [benchmark.ComparePeriods].
func periodKey(p *benchmark.Period) []string { return []string{string(p.EndsOn), string(p.StartsOn)} }

// GetPeriod answers one.
func (s *Server) GetPeriod(ctx context.Context, r api.GetPeriodRequestObject) (api.Response, error) {
	p := callOf(ctx).snapshot.Period(r.Code)
	if p == nil {
		return nil, notFound("There is no reporting period with this code.")
	}
	return resource(ctx, periodVersion, periodWire(callOf(ctx).snapshot)(p))
}

// CreatePeriod adds one.
func (s *Server) CreatePeriod(ctx context.Context, r api.CreatePeriodRequestObject) (api.Response, error) {
	p, err := benchmark.ParsePeriod(r.Body.Code)
	if err != nil {
		return nil, programme.Refuse([]programme.Fault{{Pointer: "/code", Code: programme.FaultPeriod, Detail: "The second year must follow the first, as in 2024-25, and a day be one of the calendar."}})
	}
	p, err = s.store.CreatePeriod(ctx, callOf(ctx).actor, p)
	if err != nil {
		return nil, err
	}
	return created(ctx, periodVersion, "period", p.Code, periodWire(callOf(ctx).snapshot)(&p))
}

// DeletePeriod removes one.
func (s *Server) DeletePeriod(ctx context.Context, r api.DeletePeriodRequestObject) (api.Response, error) {
	err := s.store.DeletePeriod(ctx, callOf(ctx).actor, r.Code, matchVersion(r.Params.IfMatch))
	return deleted(ctx), err
}

// periodWire is a period with its coverage: of the indicators, where any are named.
func periodWire(snapshot *benchmark.Snapshot, indicators ...string) func(*benchmark.Period) api.Period {
	return func(p *benchmark.Period) api.Period {
		figures, on := snapshot.CoverageIn(p.Code, indicators...)
		return api.Period{
			Code: p.Code, Name: p.Name(), Kind: api.PeriodKind(p.Kind), StartsOn: p.StartsOn, EndsOn: p.EndsOn,
			Coverage: api.PeriodCoverage{Figures: figures, Indicators: on}, CreatedAt: p.CreatedAt.UTC(), Etag: etagOf(periodVersion),
		}
	}
}
