package server

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"peerchallenge/api"
	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/chart"
	"peerchallenge/pkg/disclosure"
	"peerchallenge/pkg/programme"
)

// GetQuarterRankedBars answers one indicator of a published quarter as bars, as everybody
// sees it.
func (s *Server) GetQuarterRankedBars(ctx context.Context, r api.GetQuarterRankedBarsRequestObject) (api.Response, error) {
	call := callOf(ctx)
	shown, err := s.store.ShownQuarter(ctx, call.actor, r.Quarter, disclosure.FigureFilter{Number: r.Params.Snapshot})
	if err != nil {
		return nil, err
	}
	rows := shown.Printed().Figures(disclosure.FigureFilter{Indicator: &r.Params.Indicator})
	if len(rows) == 0 {
		return nil, programme.BadRequest(programme.UnknownParameter("indicator", "The quarter's framework does not ask for this indicator."))
	}
	return answerPicture(ctx, rankedBars(call.snapshot, shown.Indicators, rows, call.actor.Borough))
}

// rankedBars draws an indicator's rows, of which there is at least one.
func rankedBars(reference *benchmark.Snapshot, indicators []benchmark.Indicator, rows []disclosure.QuarterFigure, marked string) chart.RankedBars {
	of, p := rows[0].Of, rows[0].Position
	decimals := 1
	if at := slices.IndexFunc(indicators, func(ind benchmark.Indicator) bool { return ind.Code == p.Indicator }); at >= 0 {
		decimals = indicators[at].Decimals
	}
	name := reference.Name(p.Region.Key)
	how := ", mean"
	if p.Region.Pooled != nil {
		how = ", pooled"
	}
	bars := chart.RankedBars{
		Frame: chart.Frame{
			Title: p.Name + ", " + of.QuarterName, Description: "Each borough's figure as everybody sees it, beside the region's and England's.",
			Notes: []string{snapshotNote(of)}, Illustrative: of.Illustrative,
		},
		RowsAre: "Borough", Unit: units[p.Unit], Good: goodOf[p.Polarity],
		Lines: []chart.Level{{Name: name + how, Figure: regionFigure(&p.Region, decimals)}},
	}
	if note := pooledNote(reference, name, p.Region.Pooled); note != "" {
		bars.Notes = append(bars.Notes, note)
	}
	if a := reference.LastAnnual(p.Indicator); a != nil {
		bars.Lines = append(bars.Lines, englandLevel(a, decimals))
		bars.Notes = append(bars.Notes, englandNote)
	}
	bars.Notes = append(bars.Notes, attribution)
	for i := range rows {
		f := &rows[i].Figure
		bars.Bars = append(bars.Bars, chart.Bar{Figure: spanned(&f.Figure, decimals), Name: rows[i].Member.Name, Marked: rows[i].Member.Borough == marked, Place: rankText(f.Rank)})
	}
	return bars
}

// englandLevel is England's last year in a picture of quarters, below which stands englandNote.
func englandLevel(a *benchmark.Annual, decimals int) chart.Level {
	return chart.Level{Name: "England, " + a.Period.Name(), Figure: toDecimals(a.England, decimals)}
}

const englandNote = "England: the Department for Education's annual figure, of its own period."

// rankText is a rank in words: the best and the worst that it can be; none where there is
// none.
func rankText(r *disclosure.Rank) string {
	switch {
	case r == nil:
		return ""
	case r.Worst > r.Best:
		return strconv.Itoa(r.Best) + " to " + strconv.Itoa(r.Worst)
	}
	return strconv.Itoa(r.Best)
}

// pooledNote says how sure the pooled figure is, and who is not in it because it is hidden.
func pooledNote(reference *benchmark.Snapshot, region string, t *disclosure.Total) string {
	if t == nil || t.StandIn == 0 && len(t.LeftOut) == 0 {
		return ""
	}
	note := region + ", pooled: of " + strconv.Itoa(t.N) + " boroughs"
	if t.StandIn > 0 {
		note += ", for " + strconv.Itoa(t.StandIn) + " of which the middle between the ends stands in"
	}
	if len(t.LeftOut) > 0 {
		names := make([]string, len(t.LeftOut))
		for i, code := range t.LeftOut {
			names[i] = reference.Name(code)
		}
		note += "; without " + strings.Join(names, ", ") + ", whose figure is hidden or withheld"
	}
	if t.LowReliability {
		note += "; of low reliability"
	}
	return note + "."
}
