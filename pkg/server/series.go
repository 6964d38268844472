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
	wire := func(p benchmark.SeriesPoint) api.SeriesPoint { return pointWire(snapshot, region, p) }
	return answerPage(ctx, list, wire, func(part page[api.SeriesPoint]) any {
		return api.Series{
			Indicator: ind.Code, IndicatorName: ind.Name, Borough: r.Params.Borough, BoroughName: snapshot.Name(r.Params.Borough), Items: part.Items, NextCursor: part.NextCursor, Total: part.Total,
		}
	})
}

func pointWire(snapshot *benchmark.Snapshot, region string, p benchmark.SeriesPoint) api.SeriesPoint {
	return api.SeriesPoint{
		Period: p.Period.Code, PeriodName: p.Period.Name(), PeriodKind: api.PeriodKind(p.Period.Kind), StartsOn: p.Period.StartsOn, EndsOn: p.Period.EndsOn,
		Code: p.Code, Value: p.Figure.Value, Status: api.FigureStatus(p.Figure.Status),
		Numerator: p.Figure.Numerator, Denominator: p.Figure.Denominator, Joint: jointWire(snapshot, p.Joint), Change: p.Change,
		Region:     regionWire(snapshot, region, &p.Region),
		RegionMean: rounded(p.RegionMean), RegionN: p.RegionN,
		England: api.SeriesBeside{Value: p.England.Value, Status: api.FigureStatus(p.England.Status)},
	}
}
