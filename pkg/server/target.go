package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

type targetStore interface {
	CreateTarget(ctx context.Context, actor programme.Actor, t benchmark.Target) (benchmark.Target, error)
	UpdateTarget(ctx context.Context, actor programme.Actor, id string, version int64, change func(*benchmark.Target) error) (benchmark.Target, error)
	DeleteTarget(ctx context.Context, actor programme.Actor, id string, version int64) error
}

// ListTargets answers targets by indicator and period.
func (s *Server) ListTargets(ctx context.Context, r api.ListTargetsRequestObject) (api.Response, error) {
	p := r.Params
	list := kept(callOf(ctx).snapshot.Targets, func(t *benchmark.Target) bool {
		return (p.Indicator == nil || t.Indicator == *p.Indicator) && (p.Period == nil || t.Period == *p.Period) && since(p.UpdatedSince, t.UpdatedAt)
	})
	return answerList(ctx, inOrder(list, 1, func(t *benchmark.Target) []string { return []string{t.Indicator, t.Period} }), targetWire(ctx))
}

// GetTarget answers one.
func (s *Server) GetTarget(ctx context.Context, r api.GetTargetRequestObject) (api.Response, error) {
	t := callOf(ctx).snapshot.Target(r.Id)
	if t == nil {
		return nil, notFound("There is no target with this id.")
	}
	return resource(ctx, t.Version, targetWire(ctx)(t))
}

// CreateTarget sets one.
func (s *Server) CreateTarget(ctx context.Context, r api.CreateTargetRequestObject) (api.Response, error) {
	t := benchmark.Target{Indicator: r.Body.Indicator, Period: r.Body.Period}
	setTarget(&t, *r.Body)
	t, err := s.store.CreateTarget(ctx, callOf(ctx).actor, t)
	if err != nil {
		return nil, err
	}
	return created(ctx, t.Version, "target", t.ID, targetWire(ctx)(&t))
}

// UpdateTarget corrects one.
func (s *Server) UpdateTarget(ctx context.Context, r api.UpdateTargetRequestObject) (api.Response, error) {
	t, err := s.store.UpdateTarget(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), func(t *benchmark.Target) error {
		in, err := merged(ctx, api.TargetInput{Indicator: t.Indicator, Period: t.Period, Value: t.Value, Direction: api.TargetDirection(t.Direction), Reason: t.Reason})
		setTarget(t, in)
		return err
	})
	if err != nil {
		return nil, err
	}
	return resource(ctx, t.Version, targetWire(ctx)(&t))
}

// DeleteTarget removes one.
func (s *Server) DeleteTarget(ctx context.Context, r api.DeleteTargetRequestObject) (api.Response, error) {
	err := s.store.DeleteTarget(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch))
	return deleted(ctx), err
}

func setTarget(t *benchmark.Target, in api.TargetInput) {
	t.Value, t.Direction, t.Reason = in.Value, benchmark.TargetDirection(in.Direction), in.Reason
}

func targetWire(ctx context.Context) func(*benchmark.Target) api.Target {
	names, call := namesIn(ctx), callOf(ctx)
	return func(t *benchmark.Target) api.Target {
		return api.Target{
			Id: t.ID, Indicator: t.Indicator, IndicatorName: names.indicator(t.Indicator), Period: t.Period, PeriodName: call.periodName(t.Period),
			Value: t.Value, Direction: api.TargetDirection(t.Direction), Reason: t.Reason, CreatedAt: t.CreatedAt.UTC(), UpdatedAt: t.UpdatedAt.UTC(), Etag: etagOf(t.Version),
		}
	}
}

// besideWire is a target beside a figure.
func besideWire(t *benchmark.Target, value *float64) *api.FigureTarget {
	if t == nil {
		return nil
	}
	return &api.FigureTarget{Value: t.Value, Direction: api.TargetDirection(t.Direction), Met: t.Met(value)}
}

// aimWire is the target by which a sequence is judged.
func aimWire(p *benchmark.SeriesPoint) *api.SeriesTarget {
	if p == nil {
		return nil
	}
	return &api.SeriesTarget{Period: p.Period.Code, PeriodName: p.Period.Name(), Value: p.Target.Value, Direction: api.TargetDirection(p.Target.Direction)}
}
