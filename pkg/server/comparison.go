package server

import (
	"context"
	"net/url"
	"slices"

	"peerchallenge/api"
	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// ListComparisons answers how boroughs stand, borough by borough, period by period and
// indicator by indicator.
func (s *Server) ListComparisons(ctx context.Context, r api.ListComparisonsRequestObject) (api.Response, error) {
	call, p := callOf(ctx), r.Params
	snapshot := call.snapshot
	asked, err := newComparing(snapshot, p)
	if err == nil {
		err = programme.BadRequest(programme.ChoosePeers(p.PeerChallengeGroupId, listOr(p.Peer))...)
	}
	if err != nil {
		return nil, err
	}
	peers, err := s.peersOf(ctx, p.PeerChallengeGroupId, p.Peer)
	if err != nil {
		return nil, err
	}
	asked.beside(peers.codes)
	short, known := &api.ShortComparisonMethod{Compared: []api.ComparedBorough{}}, releases{}
	var last *standing
	wire := func(row compared) api.Comparison {
		at := asked.at(row.borough, row.period)
		if at != last {
			short.Compared, last = append(short.Compared, comparedWire(snapshot, at, call.url.Path, p)), at
		}
		c := at.peers.Compare(row.indicator)
		known.note(&c)
		return comparisonWire(snapshot, &c, at, asked.full)
	}
	if call.format != formatJSON {
		return table(ctx, asked.rows(), wire)
	}
	lines := newLines()
	write := func(row compared) written { return lines.write(wire(row)) }
	return answerPage(ctx, asked.rows(), write, func(part page[written]) any {
		wrapped := api.ComparisonPage{Items: []api.Comparison{}, NextCursor: part.NextCursor, Total: part.Total}
		if len(asked.boroughs) == 1 {
			wrapped.Borough, wrapped.BoroughName = &asked.boroughs[0], new(snapshot.Name(asked.boroughs[0]))
		}
		if one := asked.onePeriod(); one != nil {
			kind := api.OnePeriodKind(one.Kind)
			wrapped.Period, wrapped.PeriodName, wrapped.PeriodKind = &one.Code, new(one.Name()), &kind
		}
		if !asked.full {
			short.NeighbourModel, short.ReleaseIds = optional(asked.model), known.ids()
			short.Peers, short.PeerChallengeGroupName = codesWire(peers.codes), peers.group
			wrapped.ShortMethod = short
			return comparisonsJSON{wrapped, lines}
		}
		groups := asked.at(asked.boroughs[0], asked.onePeriod()).groups
		method := methodWire(nameplates{snapshot}, groups)
		method.CodesUsed, method.ReleaseIds, method.PeerChallengeGroupName = codesUsedWire(snapshot, groups.Recoded), known.ids(), peers.group
		wrapped.Method = &method
		return comparisonsJSON{wrapped, lines}
	})
}

// releases are ids in the order in which they are first met.
type releases struct{ met []string }

// note takes those that the comparison's single figures come from: the borough's, the one
// that stands for it, the previous one, the region's and England's.
func (r *releases) note(c *benchmark.Comparison) {
	ids := [...]string{c.Release, c.Before, c.Region.Release, c.England.Release, ""}
	if c.Joint != nil {
		ids[4] = c.Joint.Release
	}
	for _, id := range ids {
		if id != "" && !slices.Contains(r.met, id) {
			r.met = append(r.met, id)
		}
	}
}

func (r *releases) ids() []string { return codesWire(r.met) }

// comparedWire leads from a borough in a period to everything that is behind its numbers.
func comparedWire(snapshot *benchmark.Snapshot, at *standing, path string, p api.ListComparisonsParams) api.ComparedBorough {
	g := &at.groups
	href := url.Values{"borough": {g.Borough}, "period": {g.Period}}
	if p.Model != nil {
		href.Set("model", *p.Model)
	}
	if p.PeerChallengeGroupId != nil {
		href.Set(peerGroupParameter, *p.PeerChallengeGroupId)
	}
	if p.Peer != nil {
		href[programme.PeerParameter] = *p.Peer
	}
	return api.ComparedBorough{
		Borough: g.Borough, BoroughName: at.boroughName, Period: g.Period, PeriodName: at.periodName, PeriodKind: at.periodKind,
		RegionCode: g.RegionCode, RegionName: g.RegionName, SubRegion: optional(g.Slug), SubRegionName: nameOf(nameplates{snapshot}.subRegion, optional(g.Slug)),
		Href: path + "?" + href.Encode(),
	}
}

// comparisonWire names whom the comparison leaves out only in the full form.
func comparisonWire(snapshot *benchmark.Snapshot, c *benchmark.Comparison, at *standing, full bool) api.Comparison {
	ind, g := c.Indicator, &at.groups
	wire := api.Comparison{
		Borough: g.Borough, BoroughName: at.boroughName, Code: at.code, Period: g.Period, PeriodName: at.periodName, PeriodKind: at.periodKind,
		Indicator: ind.Code, IndicatorName: ind.Name, Theme: ind.Theme,
		Unit: api.Unit(ind.Unit), UnitName: ind.Unit.Name(), Decimals: ind.Decimals, Polarity: api.Polarity(ind.Polarity),
		CaveatIds: snapshot.CaveatsOf(ind.Code, at.code, at.period),
		Value:     c.Figure.Value, Status: api.FigureStatus(c.Figure.Status), Numerator: c.Figure.Numerator, Denominator: c.Figure.Denominator,
		Joint:              jointWire(snapshot, c.Joint),
		ConfidenceInterval: intervalWire(c.Interval),
		Previous:           previousWire(at.previous, at.codeBefore, c.Previous),
		Change:             c.Change,
		Region: api.RegionComparison{
			Code: g.RegionCode, Name: g.RegionName, Rank: c.Region.Rank, N: c.Region.N, Published: publishedWire(c.Region.Published), Mean: rounded(c.Region.Mean),
			P20: rounded(c.Region.P20), P80: rounded(c.Region.P80), Exception: exceptionWire(c.Region.Exception),
			ExceptionMeaning: meaningWire(c.Region.Exception, ind.Polarity), Significance: api.Significance(c.Region.Significance),
		},
		England: api.EnglandComparison{
			Rank: c.England.Rank, N: c.England.N, Published: publishedWire(c.England.Published), Band: bandWire(c.England.Band),
			LowerQuartile: rounded(c.England.LowerQuartile), Median: rounded(c.England.Median), UpperQuartile: rounded(c.England.UpperQuartile), Significance: api.Significance(c.England.Significance),
		},
		SubRegion:             api.SubRegionComparison{Pooled: rounded(c.SubRegion.Pooled), PooledN: c.SubRegion.PooledN, Mean: rounded(c.SubRegion.Mean), N: c.SubRegion.N},
		StatisticalNeighbours: api.NeighbourComparison{Mean: rounded(c.Neighbours.Mean), Median: rounded(c.Neighbours.Median), N: c.Neighbours.N, Gap: c.Gap},
		Peers:                 peersWire(snapshot, c.Chosen),
		Method: api.ComparisonItemMethod{
			Revision: ind.Revision, ReleaseId: optional(c.Release), PreviousReleaseId: optional(c.Before), RegionReleaseId: optional(c.Region.Release), EnglandReleaseId: optional(c.England.Release),
		},
		Target: besideWire(snapshot.TargetFor(ind.Code, at.period.Code), c.Figure.Value),
	}
	if full {
		wire.Method.Excluded = &api.Exclusions{
			Region: exclusionsWire(c.Excluded.Region), England: exclusionsWire(c.Excluded.England),
			SubRegion: exclusionsWire(c.Excluded.SubRegion), StatisticalNeighbours: exclusionsWire(c.Excluded.Neighbours),
		}
	}
	return wire
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

// meaningWire says nothing where there is no exception.
func meaningWire(e benchmark.Exception, polarity benchmark.Polarity) *api.ExceptionMeaning {
	if e == benchmark.NoException {
		return nil
	}
	wire := api.ExceptionMeaning(e.Side(polarity))
	return &wire
}

func bandWire(band string) *api.QuartileBand {
	if band == "" {
		return nil
	}
	wire := api.QuartileBand(band)
	return &wire
}

func exclusionsWire(excluded []benchmark.Exclusion) []api.Exclusion {
	wire := make([]api.Exclusion, len(excluded))
	for i, e := range excluded {
		wire[i] = api.Exclusion{Status: api.FigureStatus(e.Status), Authorities: e.Authorities}
	}
	return wire
}

// methodWire names the choices behind the numbers.
func methodWire(names nameplates, g benchmark.Groups) api.ComparisonMethod {
	return api.ComparisonMethod{
		RegionCode: g.RegionCode, RegionName: g.RegionName, RegionMembers: g.Region, England: g.England,
		SubRegion: optional(g.Slug), SubRegionName: nameOf(names.subRegion, optional(g.Slug)), SubRegionMembers: codesWire(g.SubRegion), MembershipOn: g.On,
		NeighbourModel: optional(g.Model), Neighbours: codesWire(g.Neighbours), Peers: codesWire(g.Chosen),
		Percentiles:    "R type 7: linear interpolation of the order statistics of those with a value (Hyndman and Fan 1996).",
		Ranks:          "1 is best by polarity; ties share the smaller rank; none for a neutral indicator.",
		Bands:          "Quarters of England's authorities by type 7 quartiles, A best by polarity; an edge belongs to the lower interval; none for a neutral indicator, and none among fewer than ten with a value.",
		Exceptions:     "top20 is strictly above the region's 80th percentile and bottom20 strictly below its 20th, whichever end is the good one; none among fewer than ten with a value.",
		Averages:       "Simple means and medians of the members with a value; n says how many.",
		Pooling:        "Sum of numerators over sum of denominators, times the multiplier; null unless every member with a value has both parts.",
		Intervals:      "95%: Wilson's score interval for percentages (1927), Byar's approximation for rates (Breslow and Day 1987).",
		Significance:   "What is published for the whole against the value's own 95% interval, ends included, as in Fingertips (OHID).",
		Gap:            "Numerator less neighbours' median times denominator over multiplier, to a whole number.",
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
