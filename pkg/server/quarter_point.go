package server

import (
	"context"
	"strconv"
	"strings"

	"peerchallenge/api"
	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/chart"
	"peerchallenge/pkg/disclosure"
	"peerchallenge/pkg/programme"
)

type quarterPointStore interface {
	QuarterPoints(actor programme.Actor, indicator, borough string) programme.Listing[disclosure.QuarterPoint]
	ShownQuarters(ctx context.Context, actor programme.Actor) ([]disclosure.InQuarter, error)
}

// ListQuarterPoints follows an indicator in one borough over the published quarters.
func (s *Server) ListQuarterPoints(ctx context.Context, r api.ListQuarterPointsRequestObject) (api.Response, error) {
	ind, name, err := seriesOf(ctx, r.Code, r.Params.Borough)
	if err != nil {
		return nil, err
	}
	return answerListing(ctx, s.store.QuarterPoints(callOf(ctx).actor.For(r.Params.Borough), ind.Code, r.Params.Borough), quarterPointWire(ind, callOf(ctx).snapshot.LastAnnual(ind.Code), r.Params.Borough, name))
}

// GetQuarterSeriesPicture answers the same as a picture, as everybody sees it.
func (s *Server) GetQuarterSeriesPicture(ctx context.Context, r api.GetQuarterSeriesPictureRequestObject) (api.Response, error) {
	call := callOf(ctx)
	ind, name, err := seriesOf(ctx, r.Code, r.Params.Borough)
	if err != nil {
		return nil, err
	}
	quarters, err := s.store.ShownQuarters(ctx, call.actor)
	if err != nil {
		return nil, err
	}
	for i := range quarters {
		if quarters[i].Shown != nil {
			quarters[i].Shown = quarters[i].Shown.Printed()
		}
	}
	points := disclosure.Series(quarters, ind.Code, r.Params.Borough)
	picture := seriesPicture(points, ind, name, call.snapshot.Name(call.snapshot.RegionOf(r.Params.Borough)), r.Params.Borough == call.actor.Borough)
	if a := call.snapshot.LastAnnual(ind.Code); a != nil {
		picture.Levels = []chart.Level{englandLevel(a, ind.Decimals)}
		picture.Notes = append(picture.Notes, englandNote)
	}
	return answerPicture(ctx, picture)
}

// seriesOf answers the indicator, and the borough's name. It refuses what is not there.
func seriesOf(ctx context.Context, indicator, borough string) (ind *benchmark.Indicator, name string, err error) {
	if ind, err = indicatorIn(ctx, indicator); err != nil {
		return nil, "", err
	}
	snapshot := callOf(ctx).snapshot
	if snapshot.Borough(borough) == nil {
		return nil, "", programme.BadRequest(programme.UnknownParameter("borough", "The programme has no borough with this code."))
	}
	return ind, snapshot.Name(borough), nil
}

// quarterPointWire says what a point is, beside England's last year, which is nil where there is none.
func quarterPointWire(ind *benchmark.Indicator, england *benchmark.Annual, borough, name string) func(*disclosure.QuarterPoint) api.QuarterPoint {
	return func(q *disclosure.QuarterPoint) api.QuarterPoint {
		w := api.QuarterPoint{
			Quarter: q.Quarter.Code, QuarterName: q.Quarter.Name(), Borough: borough, BoroughName: name, Indicator: ind.Code, IndicatorName: ind.Name,
			Unit: api.Unit(ind.Unit), UnitName: ind.Unit.Name(), Polarity: api.Polarity(ind.Polarity), Break: q.Break, Own: q.Own,
			Numerator: number(q.Figure.Numerator), Value: number(q.Figure.Value), SubRegionPooled: pooled(q.SubRegion),
		}
		w.England, w.EnglandPeriod, w.EnglandPeriodName = annualWire(england)
		if q.Gap != "" {
			w.Gap = new(api.QuarterGap(q.Gap))
		}
		if q.Of != nil {
			w.Snapshot, w.Framework, w.Illustrative = &q.Of.Number, &q.Of.Framework, q.Of.Illustrative
		}
		if v := q.Figure.Value; v != nil {
			w.Denominator, w.Lower, w.Upper = &q.Figure.Denominator, &v.Lower, &v.Upper
		}
		if p := q.Position; p != nil {
			w.RegionPooled, w.RegionMean, w.N = pooled(&p.Region), middle(p.Region.Mean), p.Region.N
		}
		return w
	}
}

// seriesPicture draws the points with the region's, as everybody sees them.
func seriesPicture(points []disclosure.QuarterPoint, ind *benchmark.Indicator, borough, region string, marked bool) chart.Series {
	beside := region + ", pooled"
	if !pools(ind.Unit) {
		beside = region + ", mean"
	}
	drawn := chart.Series{
		Frame: chart.Frame{Title: ind.Name + " in " + borough, Description: "Each published quarter's figure as everybody sees it, beside the region's."},
		Unit:  reads(ind.Unit, ind.Polarity),
		Lines: []chart.Line{{Name: borough, Marked: marked}, {Name: beside}},
	}
	var snapshots []string
	without := make(map[disclosure.Gap][]string)
	for i := range points {
		q := &points[i]
		drawn.Periods = append(drawn.Periods, q.Quarter.Code)
		own, all := chart.Figure{Status: chart.Missing}, chart.Figure{Status: chart.Missing}
		if p := q.Position; p != nil {
			own, all = spanned(&q.Figure, ind.Decimals), regionFigure(&p.Region, ind.Decimals)
		}
		drawn.Lines[0].Points, drawn.Lines[1].Points = append(drawn.Lines[0].Points, own), append(drawn.Lines[1].Points, all)
		if q.Of != nil {
			snapshots = append(snapshots, strconv.Itoa(q.Of.Number)+" of "+q.Of.Quarter)
			drawn.Illustrative = drawn.Illustrative || q.Of.Illustrative
		}
		if q.Position == nil {
			without[q.Gap] = append(without[q.Gap], q.Quarter.Code)
		}
		if q.Break {
			drawn.Breaks = append(drawn.Breaks, chart.Break{Before: i, Words: "figures by framework " + q.Of.Framework + " are not of the same thing as the earlier ones"})
		}
	}
	if len(snapshots) > 0 {
		drawn.Notes = append(drawn.Notes, "Snapshots: "+strings.Join(snapshots, ", ")+".")
	}
	for _, gap := range []disclosure.Gap{disclosure.GapNotPublished, disclosure.GapWithdrawn, disclosure.GapNotAsked} {
		if len(without[gap]) > 0 {
			drawn.Notes = append(drawn.Notes, gaps[gap]+strings.Join(without[gap], ", ")+".")
		}
	}
	drawn.Notes = append(drawn.Notes, attribution)
	return drawn
}

// gaps say why a quarter shows nothing.
var gaps = map[disclosure.Gap]string{disclosure.GapNotPublished: "Not published: ", disclosure.GapWithdrawn: "Withdrawn: ", disclosure.GapNotAsked: "Not asked for: "}

// pools reports whether figures in the unit can be pooled.
func pools(u benchmark.Unit) bool { return u.Proportion() || u.Rate() }

// regionFigure is what several boroughs have together: pooled or, where that has no
// meaning, their mean.
func regionFigure(g *disclosure.GroupFigure, decimals int) chart.Figure {
	value := middle(g.Mean)
	if g.Pooled != nil {
		value = g.Pooled.Value
	}
	if value == nil {
		return chart.Figure{Status: chart.Missing}
	}
	return toDecimals(*value, decimals)
}

// spanned is a figure as pictures have it that draw the ends of a hidden one.
func spanned(f *disclosure.Figure, decimals int) chart.Figure {
	drawn := printed(f, decimals)
	if v := f.Value; v != nil && drawn.Status == chart.Hidden {
		drawn.Lower, drawn.Upper = v.Lower, v.Upper
		drawn.Text = strconv.FormatFloat(v.Lower, 'f', decimals, 64) + " to " + strconv.FormatFloat(v.Upper, 'f', decimals, 64)
	}
	return drawn
}
