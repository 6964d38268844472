package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/benchmark"
)

// ListIndicatorDistribution ranks all boroughs in one period.
func (s *Server) ListIndicatorDistribution(ctx context.Context, r api.ListIndicatorDistributionRequestObject) (api.Response, error) {
	ind, err := indicatorIn(ctx, r.Code)
	if err != nil {
		return nil, err
	}
	snapshot, period := callOf(ctx).snapshot, callOf(ctx).snapshot.Period(r.Params.Period)
	d, err := snapshot.Distribution(ind, r.Params.Period)
	if err != nil {
		return nil, err
	}
	list, target := inOrder(d.Items, 1, distributionKey(ind.Polarity)), snapshot.TargetFor(ind.Code, period.Code)
	wire := func(i benchmark.DistributionItem) api.DistributionItem {
		return api.DistributionItem{
			Rank: i.Rank, Borough: i.Borough, BoroughName: snapshot.Name(i.Borough), Code: i.Code, SubRegion: optional(i.SubRegion), SubRegionName: nameOf(namesIn(ctx).subRegion, optional(i.SubRegion)),
			Value: i.Figure.Value, Status: api.FigureStatus(i.Figure.Status), Numerator: i.Figure.Numerator, Denominator: i.Figure.Denominator,
			Joint: jointWire(snapshot, i.Joint), CaveatIds: snapshot.CaveatsOf(ind.Code, i.Code, period), Target: besideWire(target, i.Figure.Value),
		}
	}
	return answerPage(ctx, list, wire, func(part page[api.DistributionItem]) any {
		return api.Distribution{
			Indicator: ind.Code, IndicatorName: ind.Name, Period: period.Code, PeriodName: period.Name(), PeriodKind: api.PeriodKind(period.Kind), Summary: summaryWire(snapshot, d),
			Items: part.Items, NextCursor: part.NextCursor, Total: part.Total,
		}
	})
}

// distributionKey writes the distribution's order into keys: those without a
// value last, the best or greatest first, then the code.
func distributionKey(polarity benchmark.Polarity) func(benchmark.DistributionItem) []string {
	return func(i benchmark.DistributionItem) []string {
		if i.Figure.Value == nil {
			return []string{"1", "", i.Borough}
		}
		value := *i.Figure.Value
		if polarity != benchmark.Low {
			value = -value
		}
		return []string{"0", ordered(value), i.Borough}
	}
}

func summaryWire(snapshot *benchmark.Snapshot, d benchmark.Distribution) api.DistributionSummary {
	s := d.Summary
	return api.DistributionSummary{
		N: s.N, Mean: rounded(s.Mean), Minimum: s.Minimum, P20: rounded(s.P20), LowerQuartile: rounded(s.LowerQuartile), Median: rounded(s.Median),
		UpperQuartile: rounded(s.UpperQuartile), P80: rounded(s.P80), Maximum: s.Maximum,
		Region: regionWire(snapshot, d.Code, d.Region), England: publishedWire(d.England),
	}
}
