package server

import (
	"context"
	"slices"

	"peerchallenge/api"
	"peerchallenge/pkg/benchmark"
)

// ListComparisons answers how a borough stands, indicator by indicator.
func (s *Server) ListComparisons(ctx context.Context, r api.ListComparisonsRequestObject) (api.Response, error) {
	snapshot, p := callOf(ctx).snapshot, r.Params
	groups, err := snapshot.Groups(p.Borough, p.Period, text(p.Model))
	if err != nil {
		return nil, err
	}
	list := compared(snapshot, &groups, listOr(p.Indicator), p.Theme)
	period := snapshot.Period(p.Period)
	peers, previous := snapshot.Data.Resolve(groups), period.Previous().Code
	method := methodWire(nameplates{snapshot}, groups)
	method.CodesUsed = codesUsedWire(snapshot, groups.Recoded)
	wire := func(ind *benchmark.Indicator) api.Comparison {
		c := benchmark.Compare(ind, snapshot.Data.Column(period.Code, ind.Code), snapshot.Data.Column(previous, ind.Code), peers)
		for _, release := range releasesOf(&c) {
			if !slices.Contains(method.ReleaseIds, release) {
				method.ReleaseIds = append(method.ReleaseIds, release)
			}
		}
		return comparisonWire(snapshot, &c, &groups, previous)
	}
	return answerPage(ctx, list, wire, func(part page[api.Comparison]) any {
		return api.ComparisonPage{
			Borough: groups.Borough, BoroughName: snapshot.Borough(groups.Borough).Name, Method: method,
			Period: groups.Period, PeriodName: period.Name(), PeriodKind: api.PeriodKind(period.Kind),
			Items: part.Items, NextCursor: part.NextCursor, Total: part.Total,
		}
	})
}

// compared answers the indicators asked for; where none is named, those for
// which the borough, its region or England has a figure.
func compared(snapshot *benchmark.Snapshot, groups *benchmark.Groups, codes []string, theme *string) rows[*benchmark.Indicator] {
	named := kept(snapshot.Indicators, func(ind *benchmark.Indicator) bool {
		return (theme == nil || ind.Theme == *theme) && (len(codes) == 0 || slices.Contains(codes, ind.Code))
	})
	list := inOrder(named, 1, func(ind *benchmark.Indicator) []string { return []string{ind.Code} })
	if len(codes) > 0 {
		return list
	}
	code := groups.Code(groups.Period)
	return list.only(func(ind *benchmark.Indicator) bool {
		column := snapshot.Data.Column(groups.Period, ind.Code)
		for _, geography := range []string{code, groups.RegionCode, benchmark.England} {
			if f, _ := column.Figure(geography); f.Status != benchmark.NotHeld {
				return true
			}
		}
		return false
	})
}

// releasesOf names the releases that the comparison's single figures come from: the
// borough's, the one that stands for it, the previous one, the region's and England's.
func releasesOf(c *benchmark.Comparison) []string {
	releases := []string{c.Release, c.Before, c.Region.Release, c.England.Release}
	if c.Joint != nil {
		releases = append(releases, c.Joint.Release)
	}
	return slices.DeleteFunc(releases, func(id string) bool { return id == "" })
}

func comparisonWire(snapshot *benchmark.Snapshot, c *benchmark.Comparison, g *benchmark.Groups, previous string) api.Comparison {
	ind := c.Indicator
	return api.Comparison{
		Borough: g.Borough, Code: g.Code(g.Period), Period: g.Period, Indicator: ind.Code, IndicatorName: ind.Name,
		Unit: api.Unit(ind.Unit), UnitName: ind.Unit.Name(), Polarity: api.Polarity(ind.Polarity),
		Value: c.Figure.Value, Status: api.FigureStatus(c.Figure.Status), Numerator: c.Figure.Numerator, Denominator: c.Figure.Denominator,
		Joint:              jointWire(snapshot, c.Joint),
		ConfidenceInterval: intervalWire(c.Interval),
		Previous:           previousWire(previous, g.Code(previous), c.Previous),
		Change:             c.Change,
		Region: api.RegionComparison{
			Code: g.RegionCode, Name: g.RegionName, Rank: c.Region.Rank, N: c.Region.N, Published: publishedWire(c.Region.Published), Mean: rounded(c.Region.Mean),
			P20: rounded(c.Region.P20), P80: rounded(c.Region.P80), Exception: exceptionWire(c.Region.Exception),
		},
		England: api.EnglandComparison{
			Rank: c.England.Rank, N: c.England.N, Published: publishedWire(c.England.Published), Band: bandWire(c.England.Band),
		},
		SubRegion:             api.SubRegionComparison{Pooled: rounded(c.SubRegion.Pooled), PooledN: c.SubRegion.PooledN, Mean: rounded(c.SubRegion.Mean), N: c.SubRegion.N},
		StatisticalNeighbours: api.NeighbourComparison{Mean: rounded(c.Neighbours.Mean), Median: rounded(c.Neighbours.Median), N: c.Neighbours.N},
		Method: api.ComparisonItemMethod{
			Revision: ind.Revision, ReleaseId: optional(c.Release), PreviousReleaseId: optional(c.Before), RegionReleaseId: optional(c.Region.Release), EnglandReleaseId: optional(c.England.Release),
			Excluded: api.Exclusions{
				Region: exclusionsWire(c.Excluded.Region), England: exclusionsWire(c.Excluded.England),
				SubRegion: exclusionsWire(c.Excluded.SubRegion), StatisticalNeighbours: exclusionsWire(c.Excluded.Neighbours),
			},
		},
	}
}

func intervalWire(i *benchmark.Interval) api.ConfidenceInterval {
	if i == nil {
		return api.ConfidenceInterval{Level: benchmark.Confidence}
	}
	method := api.IntervalMethod(i.Method)
	return api.ConfidenceInterval{Method: &method, Level: i.Level, Lower: rounded(&i.Lower), Upper: rounded(&i.Upper)}
}

func previousWire(period, code string, f *benchmark.Figure) api.PreviousFigure {
	published := publishedWire(f)
	return api.PreviousFigure{Period: period, Code: code, Value: published.Value, Status: published.Status}
}

func exceptionWire(e benchmark.Exception) api.Exception {
	if e == benchmark.NoException {
		return api.ExceptionNone
	}
	return api.Exception(e)
}

func bandWire(band string) *api.QuartileBand {
	if band == "" {
		return nil
	}
	wire := api.QuartileBand(band)
	return &wire
}

// exclusionsWire gathers the excluded by reason: a figure that only one region
// reports leaves out all the rest of England, for one reason.
func exclusionsWire(excluded []benchmark.Exclusion) []api.Exclusion {
	wire := []api.Exclusion{}
	for _, e := range excluded {
		status := api.FigureStatus(e.Status)
		i := slices.IndexFunc(wire, func(w api.Exclusion) bool { return w.Status == status })
		if i < 0 {
			i, wire = len(wire), append(wire, api.Exclusion{Status: status, Authorities: make([]string, 0, len(excluded))})
		}
		wire[i].Authorities = append(wire[i].Authorities, e.Authority)
	}
	return wire
}

// methodWire names the choices behind the numbers.
func methodWire(names nameplates, g benchmark.Groups) api.ComparisonMethod {
	return api.ComparisonMethod{
		RegionCode: g.RegionCode, RegionName: g.RegionName, RegionMembers: g.Region, England: g.England,
		SubRegion: optional(g.Slug), SubRegionName: nameOf(names.subRegion, optional(g.Slug)), SubRegionMembers: codesWire(g.SubRegion), MembershipOn: g.On,
		NeighbourModel: optional(g.Model), Neighbours: codesWire(g.Neighbours),
		Percentiles:    "R type 7: linear interpolation of the order statistics of those with a value (Hyndman and Fan 1996).",
		Ranks:          "1 is best by polarity; ties share the smaller rank; none for a neutral indicator.",
		Bands:          "Quarters of England's authorities by type 7 quartiles, A best by polarity; an edge belongs to the lower interval; none for a neutral indicator.",
		Exceptions:     "top20 is strictly above the region's 80th percentile and bottom20 strictly below its 20th, whichever end is the good one.",
		Averages:       "Simple means and medians of the members with a value; n says how many.",
		Pooling:        "Sum of numerators over sum of denominators, times the multiplier; null unless every member with a value has both parts.",
		Intervals:      "95%: Wilson's score interval for percentages (1927), Byar's approximation for rates (Breslow and Day 1987).",
		ComputedValues: "Numerator over denominator times the multiplier, rounded half up to the indicator's decimals; rates take the estimate of children aged 0-17 on the last 30 June on or before the period's last day.",
		Rounding:       "Values, numerators and denominators as published or computed; statistics to four decimals.",
		ReleaseIds:     []string{},
	}
}

func codesUsedWire(snapshot *benchmark.Snapshot, recoded []benchmark.Recoded) []api.CodeUsed {
	wire := make([]api.CodeUsed, len(recoded))
	for i, r := range recoded {
		wire[i] = api.CodeUsed{Authority: r.Authority, AuthorityName: snapshot.Name(r.Authority), Period: r.Period, Code: r.Code}
	}
	return wire
}

func codesWire(codes []string) []string {
	if codes == nil {
		return []string{}
	}
	return codes
}
