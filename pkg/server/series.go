package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/benchmark"
)

// ListIndicatorSeries follows one borough over time.
func (s *Server) ListIndicatorSeries(ctx context.Context, r api.ListIndicatorSeriesRequestObject) (api.Response, error) {
	ind, err := indicatorIn(ctx, r.Code)
	if err != nil {
		return nil, err
	}
	snapshot := callOf(ctx).snapshot
	points, err := snapshot.Series(ind, r.Params.Borough, words[benchmark.PeriodKind](r.Params.Kind)...)
	if err != nil {
		return nil, err
	}
	list := inOrder(points, 1, func(p benchmark.SeriesPoint) []string { return periodKey(&p.Period) })
	region := snapshot.RegionOf(r.Params.Borough)
	wire := func(p benchmark.SeriesPoint) api.SeriesPoint { return pointWire(snapshot, ind, region, p) }
	return answerPage(ctx, list, wire, func(part page[api.SeriesPoint]) any {
		return api.Series{
			Indicator: ind.Code, IndicatorName: ind.Name, Unit: api.Unit(ind.Unit), UnitName: ind.Unit.Name(), Decimals: ind.Decimals, Polarity: api.Polarity(ind.Polarity),
			Borough: r.Params.Borough, BoroughName: snapshot.Name(r.Params.Borough), NeighbourModel: optional(snapshot.NewestModel()),
			Sequences: sequencesWire(ind.Sequences(points)), Items: part.Items, NextCursor: part.NextCursor, Total: part.Total,
		}
	})
}

func pointWire(snapshot *benchmark.Snapshot, ind *benchmark.Indicator, region string, p benchmark.SeriesPoint) api.SeriesPoint {
	return api.SeriesPoint{
		Period: p.Period.Code, PeriodName: p.Period.Name(), PeriodKind: api.PeriodKind(p.Period.Kind), StartsOn: p.Period.StartsOn, EndsOn: p.Period.EndsOn,
		Code: p.Code, Value: p.Figure.Value, Status: api.FigureStatus(p.Figure.Status),
		Numerator: p.Figure.Numerator, Denominator: p.Figure.Denominator, Joint: jointWire(snapshot, p.Joint), Change: p.Change,
		CaveatIds:  snapshot.CaveatsOf(ind.Code, p.Code, &p.Period),
		Region:     regionWire(snapshot, region, &p.Region),
		RegionMean: rounded(p.RegionMean), RegionN: p.RegionN,
		England:   api.SeriesBeside{Value: p.England.Value, Status: api.FigureStatus(p.England.Status)},
		SubRegion: averageWire(p.SubRegion), StatisticalNeighbours: averageWire(p.Neighbours),
		RegionRank: p.RegionRank, RegionGained: p.RegionGained,
		EnglandRank: p.EnglandRank, EnglandN: p.EnglandN, EnglandGained: p.EnglandGained, EnglandBand: bandWire(p.Band),
		Target: besideWire(p.Target, p.Figure.Value),
	}
}

func averageWire(a benchmark.Average) api.SeriesAverage {
	return api.SeriesAverage{Median: rounded(a.Median), Mean: rounded(a.Mean), N: a.N}
}

func sequencesWire(sequences []benchmark.Sequence) []api.SeriesSequence {
	wire := make([]api.SeriesSequence, len(sequences))
	for i := range sequences {
		s := &sequences[i]
		first, last := s.Points[0].Period, s.Points[len(s.Points)-1].Period
		wire[i] = api.SeriesSequence{
			PeriodKind: api.PeriodKind(last.Kind), FirstPeriod: first.Code, FirstPeriodName: first.Name(), LastPeriod: last.Code, LastPeriodName: last.Name(),
			Trend: trendWire(&s.Trend), Control: controlWire(s), Variation: api.Variation(s.Variation),
			Target: aimWire(s.Aim), Assurance: api.Assurance(s.Assurance),
		}
	}
	return wire
}

func trendWire(t *benchmark.Trend) api.SeriesTrend {
	wire := api.SeriesTrend{Direction: api.TrendDirection(t.Direction), Statistic: rounded(t.Statistic)}
	if t.Reason != "" {
		wire.Reason = new(api.TrendReason(t.Reason))
	}
	if t.Meaning != "" {
		wire.Meaning = new(api.TrendMeaning("getting_" + string(t.Meaning)))
	}
	if t.First != nil {
		wire.FirstPeriod, wire.FirstPeriodName, wire.LastPeriod, wire.LastPeriodName = &t.First.Code, new(t.First.Name()), &t.Last.Code, new(t.Last.Name())
	}
	return wire
}

func controlWire(s *benchmark.Sequence) api.SeriesControl {
	c := &s.Control
	wire := api.SeriesControl{
		Points: c.Points, Mean: rounded(c.Mean), AverageMovingRange: rounded(c.Range), LowerLimit: rounded(c.Lower), UpperLimit: rounded(c.Upper),
		UpperRangeLimit: rounded(c.UpperRange), Signals: make([]api.SeriesSignal, len(c.Signals)),
	}
	for i, signal := range c.Signals {
		first, last := s.Points[signal.First].Period, s.Points[signal.Last].Period
		wire.Signals[i] = api.SeriesSignal{
			Rule: api.SignalRule(signal.Rule), Towards: api.SignalTowards(benchmark.Side(benchmark.Neutral, signal.High)), FirstPeriod: first.Code, FirstPeriodName: first.Name(), LastPeriod: last.Code, LastPeriodName: last.Name(),
		}
	}
	return wire
}
