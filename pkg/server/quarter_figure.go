package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/disclosure"
	"peerchallenge/pkg/programme"
)

type quarterFigureStore interface {
	QuarterFigures(actor programme.Actor, quarter string, f disclosure.FigureFilter) programme.Listing[disclosure.QuarterFigure]
}

// ListQuarterFigures answers a published quarter as one flat table.
func (s *Server) ListQuarterFigures(ctx context.Context, r api.ListQuarterFiguresRequestObject) (api.Response, error) {
	p := r.Params
	f := disclosure.FigureFilter{Number: p.Snapshot, Borough: p.Borough, Indicator: p.Indicator, Exception: convert[benchmark.Exception](p.Exception)}
	return answerListing(ctx, s.store.QuarterFigures(callOf(ctx).actor, r.Quarter, f), quarterFigureWire)
}

func quarterFigureWire(f *disclosure.QuarterFigure) api.QuarterFigure {
	p := f.Position
	w := api.QuarterFigure{
		Quarter: f.Of.Quarter, Snapshot: f.Of.Number, Borough: f.Member.Borough, BoroughName: f.Member.Name, SubRegion: f.Member.SubRegion,
		Indicator: p.Indicator, IndicatorName: p.Name, Unit: api.Unit(p.Unit), Polarity: api.Polarity(p.Polarity), Status: api.ShownStatus(f.Figure.Status),
		Numerator: number(f.Figure.Numerator), Value: number(f.Figure.Value), N: p.Region.N, Exception: api.Exception(f.Figure.Exception), Uncertain: f.Uncertain,
		RegionPooled: pooled(&p.Region), RegionMean: middle(p.Region.Mean), SubRegionPooled: pooled(f.SubRegion),
		NeighboursMean: middle(f.Figure.Neighbours.Mean), NeighboursN: f.Figure.Neighbours.N, Own: f.Own, Illustrative: f.Of.Illustrative,
	}
	if v := f.Figure.Value; v != nil {
		w.Denominator, w.Lower, w.Upper = &f.Figure.Denominator, &v.Lower, &v.Upper
	}
	if r := f.Figure.Rank; r != nil {
		w.RankBest, w.RankWorst = &r.Best, &r.Worst
	}
	return w
}

// number is what is known for certain; null where it is a range or nothing.
func number(r *disclosure.Range) *float64 {
	if r == nil || !r.Exact() {
		return nil
	}
	return &r.Middle
}

func middle(r *disclosure.Range) *float64 {
	if r == nil {
		return nil
	}
	return &r.Middle
}

func pooled(g *disclosure.GroupFigure) *float64 {
	if g == nil || g.Pooled == nil {
		return nil
	}
	return g.Pooled.Value
}
