package server

import (
	"context"
	"slices"
	"strconv"

	"peerchallenge/api"
	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/chart"
	"peerchallenge/pkg/programme"
)

// GetIndicatorDistributionPicture answers a distribution as bars.
func (s *Server) GetIndicatorDistributionPicture(ctx context.Context, r api.GetIndicatorDistributionPictureRequestObject) (api.Response, error) {
	ind, err := indicatorIn(ctx, r.Code)
	if err != nil {
		return nil, err
	}
	p := r.Params
	set, name, err := s.setOf(ctx, api.ListIndicatorDistributionParams{
		Period: p.Period, Among: p.Among, RegionCode: p.RegionCode, SubRegion: p.SubRegion, Borough: p.Borough, Model: p.Model, PeerChallengeGroupId: p.PeerChallengeGroupId, Peer: p.Peer,
	})
	if err != nil {
		return nil, err
	}
	call := callOf(ctx)
	d, err := call.snapshot.Distribution(ind, p.Period, set)
	if err != nil {
		return nil, err
	}
	marked := set.Borough
	if marked == "" {
		marked = call.actor.Borough
	}
	return answerPicture(ctx, distributionPicture(call.snapshot, ind, call.snapshot.Period(p.Period), d, setName(call.snapshot, set, name), marked))
}

// setName is what those are called whose figures are drawn.
func setName(snapshot *benchmark.Snapshot, set benchmark.Set, name *string) string {
	switch {
	case name != nil:
		return *name
	case set.Among == benchmark.AmongEngland:
		return "all authorities of England"
	case set.Among == benchmark.AmongNeighbours:
		return "statistical neighbours of " + snapshot.Name(set.Borough)
	case set.Among == benchmark.AmongPeers:
		return "peers of one's own choice"
	}
	return "the programme's boroughs"
}

func distributionPicture(snapshot *benchmark.Snapshot, ind *benchmark.Indicator, period *benchmark.Period, d benchmark.Distribution, among, marked string) chart.RankedBars {
	bars := chart.RankedBars{
		Frame: chart.Frame{Title: ind.Name + ", " + period.Name(), Description: "Published figures of " + among + ", beside what is published for the whole."},
		Unit:  ind.Unit.Name(), Good: goodOf[ind.Polarity], RowsAre: "Authority",
	}
	for _, whole := range []struct {
		code   string
		figure *benchmark.Figure
	}{{d.Code, d.Region}, {benchmark.England, d.England}} {
		if whole.figure != nil {
			bars.Lines = append(bars.Lines, chart.Level{Name: snapshot.Name(whole.code), Figure: published(whole.figure, ind.Decimals)})
		}
	}
	if target := snapshot.TargetFor(ind.Code, period.Code); target != nil {
		bars.Lines = append(bars.Lines, chart.Level{Name: "Target, " + targetSides[target.Direction], Figure: exact(target.Value, ind.Decimals)})
	}
	for i := range d.Items {
		item := &d.Items[i]
		bar := chart.Bar{Figure: published(&item.Figure, ind.Decimals), Name: snapshot.Name(item.Borough), Marked: item.Borough == marked}
		if item.Rank != nil {
			bar.Place = strconv.Itoa(*item.Rank)
		}
		if !item.Member {
			bar.Name += ", beside them"
		}
		bars.Bars = append(bars.Bars, bar)
	}
	bars.Notes = sourcesOf(snapshot, ind, []benchmark.Period{*period})
	return bars
}

// GetIndicatorSeriesPicture answers a series of one kind of period as lines.
func (s *Server) GetIndicatorSeriesPicture(ctx context.Context, r api.GetIndicatorSeriesPictureRequestObject) (api.Response, error) {
	ind, err := indicatorIn(ctx, r.Code)
	if err != nil {
		return nil, err
	}
	call, borough := callOf(ctx), r.Params.Borough
	var kinds []benchmark.PeriodKind
	if r.Params.Kind != nil {
		kinds = append(kinds, benchmark.PeriodKind(*r.Params.Kind))
	}
	points, err := call.snapshot.Series(ind, borough, kinds...)
	if err != nil {
		return nil, err
	}
	return answerPicture(ctx, publishedSeries(call.snapshot, ind, newestOf(ind.Sequences(points)), borough, call.actor.Borough == borough))
}

// newestOf answers the sequence whose newest figure of the borough is the newest of all;
// of those that end alike, and where there is no figure, the longest.
func newestOf(sequences []benchmark.Sequence) (newest benchmark.Sequence) {
	last := func(s benchmark.Sequence) programme.Date {
		for _, p := range slices.Backward(s.Points) {
			if p.Figure.Value != nil {
				return p.Period.EndsOn
			}
		}
		return ""
	}
	for _, s := range sequences {
		if ends, known := last(s), last(newest); ends > known || ends == known && len(s.Points) > len(newest.Points) {
			newest = s
		}
	}
	return newest
}

func publishedSeries(snapshot *benchmark.Snapshot, ind *benchmark.Indicator, of benchmark.Sequence, borough string, marked bool) chart.Series {
	name := snapshot.Name(borough)
	drawn := chart.Series{
		Frame: chart.Frame{Title: ind.Name + " in " + name, Description: "Published figures over time, beside the region's, England's, and the medians of sub-region and statistical neighbours."},
		Unit:  ind.Unit.Name() + ", " + goodEnds[ind.Polarity],
	}
	lines := []struct {
		name string
		at   func(*benchmark.SeriesPoint) chart.Figure
	}{
		{name, func(p *benchmark.SeriesPoint) chart.Figure { return published(&p.Figure, ind.Decimals) }},
		{snapshot.Name(snapshot.RegionOf(borough)), func(p *benchmark.SeriesPoint) chart.Figure { return published(&p.Region, ind.Decimals) }},
		{snapshot.Name(benchmark.England), func(p *benchmark.SeriesPoint) chart.Figure { return published(&p.England, ind.Decimals) }},
		{"Sub-region, median", func(p *benchmark.SeriesPoint) chart.Figure { return computed(p.SubRegion.Median, ind.Decimals) }},
		{"Statistical neighbours, median", func(p *benchmark.SeriesPoint) chart.Figure { return computed(p.Neighbours.Median, ind.Decimals) }},
		{"Target", func(p *benchmark.SeriesPoint) chart.Figure {
			if p.Target == nil {
				return chart.Figure{Status: chart.Missing}
			}
			return exact(p.Target.Value, ind.Decimals)
		}},
	}
	periods := make([]benchmark.Period, len(of.Points))
	for i := range of.Points {
		periods[i] = of.Points[i].Period
		drawn.Periods = append(drawn.Periods, periods[i].Code)
	}
	for n, line := range lines {
		l := chart.Line{Name: line.name, Marked: n == 0 && marked}
		for i := range of.Points {
			l.Points = append(l.Points, line.at(&of.Points[i]))
		}
		if n == 0 || slices.ContainsFunc(l.Points, func(f chart.Figure) bool { return f.Status == chart.Shown }) {
			drawn.Lines = append(drawn.Lines, l)
		}
	}
	if c := &of.Control; c.Lower != nil {
		drawn.Levels = []chart.Level{
			{Name: "Upper limit", Figure: computed(c.Upper, ind.Decimals)}, {Name: "Mean", Figure: computed(c.Mean, ind.Decimals)}, {Name: "Lower limit", Figure: computed(c.Lower, ind.Decimals)},
		}
		drawn.Notes = append(drawn.Notes, "Limits: the mean of "+strconv.Itoa(c.Points)+" figures, and 2.66 average moving ranges below and above it (XmR). Variation: "+variations[of.Variation]+".")
		if of.Aim != nil {
			drawn.Notes = append(drawn.Notes, "Assurance: "+assurances[of.Assurance]+" the target of "+of.Aim.Period.Code+", "+targetSides[of.Aim.Target.Direction]+".")
		}
	}
	drawn.Notes = append(drawn.Notes, sourcesOf(snapshot, ind, periods)...)
	return drawn
}

// variations are the words of Making Data Count, and ours for neutral indicators.
var variations = map[benchmark.Variation]string{
	benchmark.Improving: "improving", benchmark.Concerning: "concerning", benchmark.VariationHigher: "higher than it always is", benchmark.VariationLower: "lower than it always is", benchmark.CommonCause: "none that is special",
	benchmark.TooFewPointsToSay: "too few points",
}

// GetFigureTablePicture answers a table of published figures as a heat map.
func (s *Server) GetFigureTablePicture(ctx context.Context, r api.GetFigureTablePictureRequestObject) (api.Response, error) {
	t, err := figuresOf(ctx, api.ListComparisonsParams{Borough: r.Params.Borough, Period: r.Params.Period, Indicator: r.Params.Indicator, Theme: r.Params.Theme})
	if err != nil {
		return nil, err
	}
	call := callOf(ctx)
	return answerPicture(ctx, t.heatMap(call.snapshot, call.actor.Borough))
}

// heatMap is the table turned: a row for each of its columns, a column for each of its rows.
func (t *figureTable) heatMap(snapshot *benchmark.Snapshot, marked string) chart.HeatMap {
	h := chart.HeatMap{
		Frame: chart.Frame{Title: t.title(), Description: "Published figures, in the colour of the quarter of England's authorities that they belong to.", Notes: t.sources(snapshot)},
		Parts: chart.Quarters, Of: "England's authorities", RowsAre: "Borough",
	}
	if t.byPeriod() {
		h.RowsAre = "Period"
	} else if p := t.columns[0].period; p != nil {
		h.Title += ", " + p.Name()
	}
	for _, row := range t.rows {
		ind := row.indicator
		c := chart.Column{Name: ind.Name, Reads: reads(ind.Unit, ind.Polarity), Neutral: ind.Polarity == benchmark.Neutral}
		if row.period != nil && t.columns[0].period == nil {
			c.Name += ", " + row.period.Name()
		}
		h.Columns = append(h.Columns, c)
	}
	rows := make([]chart.HeatRow, len(t.columns))
	for i, c := range t.columns {
		rows[i] = chart.HeatRow{Name: c.name, Marked: c.borough == marked}
		if t.byPeriod() {
			rows[i] = chart.HeatRow{Name: c.period.Name()}
		}
		for _, row := range t.rows {
			cell := &row.cells[i]
			rows[i].Cells = append(rows[i].Cells, chart.Cell{Figure: published(&cell.Figure, row.indicator.Decimals), Part: slices.Index([]string{"", "A", "B", "C", "D"}, cell.Band)})
		}
	}
	h.Groups = []chart.Group{{Rows: rows}}
	return h
}

// targetSides and assurances say in words from which side a target is reached, and whether
// it can be expected to be.
var (
	targetSides = map[benchmark.TargetDirection]string{benchmark.AtLeast: "at least", benchmark.AtMost: "at most"}
	assurances  = map[benchmark.Assurance]string{
		benchmark.Meets: "consistently meets", benchmark.Varies: "may meet or fail", benchmark.Fails: "consistently fails", benchmark.NoAssurance: "nothing can be said of",
	}
)

// goodOf says which end of an indicator is good, as pictures have it.
var goodOf = map[benchmark.Polarity]chart.Good{benchmark.Low: chart.Low, benchmark.High: chart.High, benchmark.Neutral: chart.Neither}

// symbols are what stands in a picture in the place of a published value.
var symbols = map[benchmark.Status]chart.Status{
	benchmark.Reported: chart.Shown, benchmark.Computed: chart.Shown, benchmark.NotHeld: chart.Missing,
	benchmark.Confidential: chart.Hidden, benchmark.NotApplicable: chart.NotApplicable, benchmark.NotAvailable: chart.NotAvailable, benchmark.OlderMissing: chart.NotAvailable,
	benchmark.LowValue: chart.RoundsToNought, benchmark.RoundsToZero: chart.RoundsToNought, benchmark.Unreliable: chart.Unreliable, benchmark.NoDenominator: chart.NoDenominator,
	benchmark.Joint: chart.Joint,
}

// exact is a number as pictures have it, with every decimal that it has.
func exact(value float64, decimals int) chart.Figure {
	f := toDecimals(value, decimals)
	if short, _ := strconv.ParseFloat(f.Text, 64); short != value {
		return toDecimals(value, -1)
	}
	return f
}

// published is a published figure as pictures have it.
func published(f *benchmark.Figure, decimals int) chart.Figure {
	if f.Value != nil {
		return exact(*f.Value, decimals)
	}
	return chart.Figure{Status: symbols[f.Status]}
}

// computed is a number of ours as pictures have it, with the decimals of its indicator: it is
// rounded from the number that answers have, so that nobody finds two.
func computed(value *float64, decimals int) chart.Figure {
	if value = rounded(value); value == nil {
		return chart.Figure{Status: chart.Missing}
	}
	return toDecimals(*value, decimals)
}

// sourcesOf names the releases that give figures of the indicator in the periods.
func sourcesOf(snapshot *benchmark.Snapshot, ind *benchmark.Indicator, periods []benchmark.Period) (lines []string) {
	var met []string
	for _, p := range periods {
		for o := range snapshot.Data.Column(p.Code, ind.Code).All() {
			if !slices.Contains(met, o.ReleaseID) {
				met = append(met, o.ReleaseID)
			}
		}
	}
	return releaseLines(snapshot, met)
}
