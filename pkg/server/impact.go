package server

import (
	"context"
	"slices"
	"time"

	"peerchallenge/api"
	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/programme"
)

type impactStore interface {
	NewestFigures(ctx context.Context, borough string, indicators []string, at time.Time) ([]programme.Citation, error)
}

// besideNotCaused is what every answer about impact says of itself.
const besideNotCaused = "The figures stand beside what was found and done; they do not say that one caused the other."

// GetFindingImpact answers the figures that a finding names as they stood then and as
// they stand now, beside what the borough says and does.
func (s *Server) GetFindingImpact(ctx context.Context, r api.GetFindingImpactRequestObject) (api.Response, error) {
	call := callOf(ctx)
	found, err := s.store.Finding(ctx, call.actor, r.Id)
	if err != nil {
		return nil, err
	}
	then, err := s.store.NewestFigures(ctx, found.Borough, found.Indicators, found.CreatedAt)
	if err != nil {
		return nil, err
	}
	now, err := s.store.NewestFigures(ctx, found.Borough, found.Indicators, s.clock())
	if err != nil {
		return nil, err
	}
	figures, err := s.store.CitedFigures(ctx, call.actor.For(found.Borough), slices.Concat(then, now, found.Citations), call.snapshot.RegionOf)
	if err != nil {
		return nil, err
	}
	stood, stand, cited := figures[:len(then)], figures[len(then):len(then)+len(now)], figures[len(then)+len(now):]
	done, err := s.store.Actions(call.actor, programme.ActionFilter{FindingID: &found.ID}, "").Page(ctx, programme.Window{Limit: mostActions})
	if err != nil {
		return nil, err
	}
	finding, action := findingWire(ctx)(&found), actionWire(ctx)
	wire := api.FindingImpact{
		FindingId: finding.Id, Borough: finding.Borough, BoroughName: finding.BoroughName, Theme: finding.Theme, RecordedAt: finding.CreatedAt, Note: besideNotCaused,
		Response: finding.Response, Actions: make([]api.Action, len(done.Items)), Indicators: []api.ImpactIndicator{}, Figures: citedFiguresWire(ctx, cited),
	}
	for i := range done.Items {
		wire.Actions[i] = action(&done.Items[i])
	}
	for _, code := range found.Indicators {
		ind, err := indicatorIn(ctx, code)
		if err != nil {
			return nil, err
		}
		wire.Indicators = append(wire.Indicators, api.ImpactIndicator{
			Indicator: ind.Code, IndicatorName: ind.Name, Unit: api.Unit(ind.Unit), UnitName: ind.Unit.Name(), Polarity: api.Polarity(ind.Polarity),
			Published: api.ThenAndNow{Then: impactFigureWire(ctx, ind, stood, programme.FromRelease), Now: impactFigureWire(ctx, ind, stand, programme.FromRelease)},
			Quarterly: api.ThenAndNow{Then: impactFigureWire(ctx, ind, stood, programme.FromSnapshot), Now: impactFigureWire(ctx, ind, stand, programme.FromSnapshot)},
		})
	}
	return ok(ctx, wire)
}

// mostActions is how many actions an answer about impact has at most, as the contract says.
const mostActions = 500

// impactFigureWire finds the indicator's figure of the source. There is none where the
// snapshot does not have the indicator.
func impactFigureWire(ctx context.Context, ind *benchmark.Indicator, figures []evaluation.CitedFigure, source programme.CitationSource) *api.ImpactFigure {
	i := slices.IndexFunc(figures, func(f evaluation.CitedFigure) bool {
		return f.Indicator == ind.Code && f.Source == source && (source == programme.FromRelease || f.Status != evaluation.FigureMissing)
	})
	if i < 0 {
		return nil
	}
	f := &figures[i]
	return &api.ImpactFigure{
		Citation: citationWire(&f.Citation), PeriodName: callOf(ctx).periodName(f.Period), Value: f.Value, Status: f.Status,
		ConfidenceInterval: intervalWire(ind.Interval(benchmark.Figure{Value: f.Value, Numerator: f.Numerator, Denominator: f.Denominator})),
		Lower:              f.Lower, Upper: f.Upper, Region: f.Region, Illustrative: f.Illustrative,
	}
}
