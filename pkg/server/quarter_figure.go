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

// ListQuarterFigures answers a quarter as one flat table.
func (s *Server) ListQuarterFigures(ctx context.Context, r api.ListQuarterFiguresRequestObject) (api.Response, error) {
	p := r.Params
	f := disclosure.FigureFilter{Number: p.Snapshot, Borough: p.Borough, Indicator: p.Indicator, Exception: convert[benchmark.Exception](p.Exception), Group: p.PeerChallengeGroupId, Peers: listOr(p.Peer)}
	f.Unsuppressed = p.Unsuppressed != nil && *p.Unsuppressed
	call := callOf(ctx)
	call.unsuppressed = f.Unsuppressed
	actor := call.actor
	if p.Borough != nil {
		actor = actor.For(*p.Borough)
	}
	return answerListing(ctx, s.store.QuarterFigures(actor, r.Quarter, f), quarterFigureWire(call.snapshot))
}

// quarterFigureWire writes rows with what the reference data say beside them.
func quarterFigureWire(reference *benchmark.Snapshot) func(*disclosure.QuarterFigure) api.QuarterFigure {
	annual, names := annuals(reference), nameplates{reference}
	return func(f *disclosure.QuarterFigure) api.QuarterFigure {
		w := shownFigureWire(f)
		w.SubRegionName = nameOf(names.subRegion, w.SubRegion)
		changesWire(&w, f)
		if a := annual(w.Indicator); a != nil {
			w.England, w.EnglandPeriod, w.EnglandPeriodName = annualWire(a)
			mean, n := a.Neighbours(w.Borough)
			w.NeighboursPublished, w.NeighboursPublishedN = rounded(mean), n
		}
		return w
	}
}

// annualWire is England's last year, which is nothing where there is none.
func annualWire(a *benchmark.Annual) (england *float64, period, name *string) {
	if a == nil {
		return nil, nil, nil
	}
	return &a.England, &a.Period.Code, new(a.Period.Name())
}

// annuals answers what was last published for a year on an indicator, each looked for once.
func annuals(reference *benchmark.Snapshot) func(indicator string) *benchmark.Annual {
	found := map[string]*benchmark.Annual{}
	return func(indicator string) *benchmark.Annual {
		a, looked := found[indicator]
		if !looked {
			a = reference.LastAnnual(indicator)
			found[indicator] = a
		}
		return a
	}
}

func changesWire(w *api.QuarterFigure, f *disclosure.QuarterFigure) {
	q, y := &f.OnLastQuarter, &f.OnLastYear
	w.LastQuarterSnapshot, w.LastQuarter, w.ChangeOnLastQuarter = q.Snapshot, q.Before, q.Change
	w.ChangeOnLastQuarterStatus, w.DirectionOnLastQuarter = api.QuarterChangeStatus(q.Status), directionWire(q.Direction)
	w.LastYearSnapshot, w.LastYear, w.ChangeOnLastYear = y.Snapshot, y.Before, y.Change
	w.ChangeOnLastYearStatus, w.DirectionOnLastYear = api.QuarterChangeStatus(y.Status), directionWire(y.Direction)
}

func directionWire(d disclosure.Direction) *api.QuarterChangeDirection {
	if d == "" {
		return nil
	}
	return new(api.QuarterChangeDirection(d))
}

func shownFigureWire(f *disclosure.QuarterFigure) api.QuarterFigure {
	p := f.Position
	w := api.QuarterFigure{
		Quarter: f.Of.Quarter, Snapshot: snapshotNumber(f.Of), Borough: f.Member.Borough, BoroughName: f.Member.Name, SubRegion: f.Member.SubRegion,
		Indicator: p.Indicator, IndicatorName: p.Name, Unit: api.Unit(p.Unit), UnitName: p.Unit.Name(), Polarity: api.Polarity(p.Polarity), Status: api.ShownStatus(f.Figure.Status),
		Numerator: number(f.Figure.Numerator), Value: number(f.Figure.Value), Exception: api.Exception(f.Figure.Exception), Uncertain: f.Uncertain,
		PeersExcluded: []api.ShownExclusion{}, Own: f.Own, ContainsSmallNumbers: f.SmallNumbers, Provisional: f.Provisional, Illustrative: f.Of.Illustrative,
	}
	if v := f.Figure.Value; v != nil {
		w.Denominator, w.Lower, w.Upper = &f.Figure.Denominator, &v.Lower, &v.Upper
	}
	if r := f.Figure.Rank; r != nil {
		w.RankBest, w.RankWorst = &r.Best, &r.Worst
	}
	if r := f.Received; r != nil {
		w.Received, w.Expected = &r.N, &r.Expected
	}
	comparatorsWire(&f.Beside, &w)
	return w
}

// comparatorsWire says what stands beside a figure, and of which quarter that is.
func comparatorsWire(c *disclosure.Comparators, w *api.QuarterFigure) {
	if c.Of != nil {
		w.ComparatorsQuarter, w.ComparatorsSnapshot = &c.Of.Quarter, snapshotNumber(c.Of)
	}
	if p := c.Position; p != nil {
		w.N, w.RegionPooled, w.RegionMean, w.SubRegionPooled = p.Region.N, pooled(&p.Region), middle(p.Region.Mean), pooled(c.SubRegion)
	}
	if n := c.Neighbours; n != nil {
		w.NeighboursMean, w.NeighboursN = middle(n.Mean), n.N
	}
	quarterPeersWire(c.Peers, w)
}

// peersWire says what those that the reader asked for have together.
func quarterPeersWire(g *disclosure.GroupFigure, w *api.QuarterFigure) {
	if g == nil {
		return
	}
	w.PeersPooled, w.PeersMean, w.PeersN = pooled(g), middle(g.Mean), &g.N
	if g.Pooled != nil {
		w.PeersPooledLower, w.PeersPooledUpper = g.Pooled.AtLeast, g.Pooled.AtMost
	}
	for _, e := range g.Excluded {
		w.PeersExcluded = append(w.PeersExcluded, api.ShownExclusion{Borough: e.Borough, Reason: api.ExclusionReason(e.Reason)})
	}
}

// snapshotNumber is that of what is a snapshot.
func snapshotNumber(of *disclosure.Heading) *int {
	if of.Number == 0 {
		return nil
	}
	return &of.Number
}

// number is what is known for certain; null where it is a range or nothing.
func number(r *disclosure.Range) *float64 {
	if r == nil || !r.Exact() {
		return nil
	}
	return &r.Middle
}

// endsOf are those between which it lies; null where nothing is known.
func endsOf(r *disclosure.Range) (lower, upper *float64) {
	if r == nil {
		return nil, nil
	}
	return &r.Lower, &r.Upper
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
