package server

import (
	"cmp"
	"context"
	"fmt"

	"peerchallenge/api"
	"peerchallenge/pkg/benchmark"
)

// ListIndicatorDistribution ranks all boroughs, or other authorities, in one period.
func (s *Server) ListIndicatorDistribution(ctx context.Context, r api.ListIndicatorDistributionRequestObject) (api.Response, error) {
	ind, err := indicatorIn(ctx, r.Code)
	if err != nil {
		return nil, err
	}
	set, name, err := s.setOf(ctx, r.Params)
	if err != nil {
		return nil, err
	}
	snapshot, period := callOf(ctx).snapshot, callOf(ctx).snapshot.Period(r.Params.Period)
	d, err := snapshot.Distribution(ind, r.Params.Period, set)
	if err != nil {
		return nil, err
	}
	list, target := inOrder(d.Items, 1, distributionKey(ind.Polarity)), snapshot.TargetFor(ind.Code, period.Code)
	if set.Among == benchmark.AmongNeighbours {
		list = inOrder(d.Items, 1, func(i benchmark.DistributionItem) []string { return []string{fmt.Sprintf("%03d", i.Nearness)} })
	}
	wire := func(i benchmark.DistributionItem) api.DistributionItem {
		w := api.DistributionItem{
			Rank: i.Rank, Borough: i.Borough, BoroughName: snapshot.Name(i.Borough), Code: i.Code, SubRegion: optional(i.SubRegion), SubRegionName: nameOf(namesIn(ctx).subRegion, optional(i.SubRegion)),
			Value: i.Figure.Value, Status: api.FigureStatus(i.Figure.Status), Numerator: i.Figure.Numerator, Denominator: i.Figure.Denominator,
			Joint: jointWire(snapshot, i.Joint), CaveatIds: snapshot.CaveatsOf(ind.Code, i.Code, period),
			Member: i.Member, Closeness: optional(i.Closeness), Target: besideWire(target, i.Figure.Value),
		}
		if i.Nearness > 0 {
			w.Nearness = &i.Nearness
		}
		return w
	}
	return answerPage(ctx, list, wire, func(part page[api.DistributionItem]) any {
		answer := api.Distribution{
			Indicator: ind.Code, IndicatorName: ind.Name, Period: period.Code, PeriodName: period.Name(), PeriodKind: api.PeriodKind(period.Kind),
			Among: api.DistributionAmong(set.Among), AmongName: name, Borough: optional(set.Borough), BoroughName: nameOf(snapshot.Name, optional(set.Borough)),
			Summary: summaryWire(snapshot, d), RankedN: d.RankedN,
			Items: part.Items, NextCursor: part.NextCursor, Total: part.Total,
		}
		if set.Among == benchmark.AmongNeighbours {
			answer.NeighbourModel = optional(cmp.Or(set.Model, snapshot.NewestModel()))
		}
		return answer
	})
}

// setOf answers whose figures are wanted, and what they are called where they have a name.
// It refuses what does not belong together, and a peer challenge group that the caller
// does not see.
func (s *Server) setOf(ctx context.Context, p api.ListIndicatorDistributionParams) (set benchmark.Set, name *string, err error) {
	set = benchmark.Set{
		Among: cmp.Or(benchmark.Among(text(p.Among)), benchmark.AmongBoroughs), RegionCode: text(p.RegionCode), SubRegion: text(p.SubRegion), Model: text(p.Model), Borough: text(p.Borough),
		Peers: listOr(p.Peer),
	}
	peers, err := s.peersOf(ctx, p.PeerChallengeGroupId, p.Peer)
	if err == nil {
		err = refuseParameters(set.Check(p.PeerChallengeGroupId))
	}
	if set.Among == benchmark.AmongPeers {
		set.Peers = peers.codes
		return set, peers.group, err
	}
	return set, optional(set.Name(callOf(ctx).snapshot)), err
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
