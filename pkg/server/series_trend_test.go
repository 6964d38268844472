package server_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"peerchallenge/api"
)

// TestASeriesIsWhatItsComparisonsSay: every point of every borough has the ranks, bands
// and neighbours that a comparison of its period answers, and its sub-region's middle is
// that of the distribution.
func TestASeriesIsWhatItsComparisonsSay(t *testing.T) {
	t.Parallel()
	w := readOnly(t)
	var boroughs api.BoroughPage
	w.get("/v1/boroughs").want(200).into(&boroughs)
	points := 0
	for i, indicator := range []string{"REREF_PCT", "CIN_RATE", "REREF_PCT"} {
		for _, borough := range boroughs.Items[i*8 : i*8+8] {
			var s api.Series
			w.get("/v1/indicators/" + indicator + "/series?borough=" + borough.Code).want(200).into(&s)
			var before *api.SeriesPoint
			for k := range s.Items {
				p := &s.Items[k]
				w.samePoint(indicator, borough.Code, p)
				if before != nil {
					sameGain(t, p.RegionGained, before.RegionRank, p.RegionRank)
					sameGain(t, p.EnglandGained, before.EnglandRank, p.EnglandRank)
				}
				before = p
				points++
			}
			w.sameSequences(&s)
		}
	}
	if points < 200 {
		t.Errorf("%d points", points)
	}
}

func sameGain(t *testing.T, got, before, now *int) {
	t.Helper()
	want := "<nil>"
	if before != nil && now != nil {
		want = fmt.Sprint(*before - *now)
	}
	if shown(got) != want {
		t.Errorf("won %s places, want %s", shown(got), want)
	}
}

func shown[T any](p *T) string {
	if p == nil {
		return "<nil>"
	}
	return fmt.Sprint(*p)
}

func (w *world) samePoint(indicator, borough string, p *api.SeriesPoint) {
	w.t.Helper()
	var page api.ComparisonPage
	w.get(fmt.Sprintf("/v1/comparisons?borough=%s&period=%s&indicator=%s", borough, p.Period, indicator)).want(200).into(&page)
	c := page.Items[0]
	got := fmt.Sprint(shown(p.RegionRank), p.RegionN, shown(p.RegionMean), shown(p.EnglandRank), p.EnglandN, shown(p.EnglandBand),
		shown(p.StatisticalNeighbours.Median), shown(p.StatisticalNeighbours.Mean), p.StatisticalNeighbours.N, shown(p.SubRegion.Mean), p.SubRegion.N, shown(p.Region.Value), shown(p.England.Value))
	want := fmt.Sprint(shown(c.Region.Rank), c.Region.N, shown(c.Region.Mean), shown(c.England.Rank), c.England.N, shown(c.England.Band),
		shown(c.StatisticalNeighbours.Median), shown(c.StatisticalNeighbours.Mean), c.StatisticalNeighbours.N, shown(c.SubRegion.Mean), c.SubRegion.N, shown(c.Region.Published.Value), shown(c.England.Published.Value))
	if got != want {
		w.t.Errorf("%s, %s, %s: %s, a comparison says %s", indicator, borough, p.Period, got, want)
	}
	if page.Method.SubRegion == nil {
		return
	}
	var d api.Distribution
	w.get(fmt.Sprintf("/v1/indicators/%s/distribution?period=%s&limit=500", indicator, p.Period)).want(200).into(&d)
	var values []float64
	for _, item := range d.Items {
		if item.Value != nil && shown(item.SubRegion) == *page.Method.SubRegion {
			values = append(values, *item.Value)
		}
	}
	slices.Sort(values)
	median := "<nil>"
	if n := len(values); n > 0 {
		median = fmt.Sprint(math.Round((values[(n-1)/2]+values[n/2])/2*1e4) / 1e4)
	}
	if shown(p.SubRegion.Median) != median {
		w.t.Errorf("%s, %s, %s: the sub-region's median is %s, want %s", indicator, borough, p.Period, shown(p.SubRegion.Median), median)
	}
}

// sameSequences makes trend and limits from the points that the answer shows, in another
// way than the program does: the trend by weighted regression, as R does it.
func (w *world) sameSequences(s *api.Series) {
	w.t.Helper()
	if len(s.Sequences) != 1 || s.Sequences[0].FirstPeriod != s.Items[0].Period || s.Sequences[0].LastPeriod != s.Items[len(s.Items)-1].Period {
		w.t.Fatalf("%s: %+v", s.Borough, s.Sequences)
	}
	sequence := s.Sequences[0]
	last := s.Items[len(s.Items)-5:]
	whole := !slices.ContainsFunc(last, func(p api.SeriesPoint) bool { return p.Value == nil || p.Numerator == nil || p.Denominator == nil })
	if whole != (sequence.Trend.Statistic != nil) {
		w.t.Fatalf("%s: %+v of %+v", s.Borough, sequence.Trend, last)
	}
	if whole {
		var x, n float64
		for _, p := range last {
			x, n = x+*p.Numerator, n+*p.Denominator
		}
		variance := x / n
		if s.Unit == "percent" {
			variance *= 1 - x/n
		}
		var centre, above, below float64
		for i, p := range last {
			centre += float64(i) * *p.Denominator / n
		}
		for i, p := range last {
			above += *p.Denominator * (float64(i) - centre) * (*p.Numerator / *p.Denominator - x/n)
			below += *p.Denominator * (float64(i) - centre) * (float64(i) - centre)
		}
		want := above * above / below / variance
		if math.Abs(*sequence.Trend.Statistic-want) > 1e-4*max(want, 1) {
			w.t.Errorf("%s: chi-squared %v, want %v", s.Borough, *sequence.Trend.Statistic, want)
		}
		if want <= 9.5495 && sequence.Trend.Direction != "no_significant_change" || sequence.Trend.Direction == "increasing" && above < 0 || sequence.Trend.Direction == "decreasing" && above > 0 {
			w.t.Errorf("%s: %s with %v and the slope %v", s.Borough, sequence.Trend.Direction, want, above)
		}
	}
	var sum, ranges float64
	count, steps := 0, 0
	for i, p := range s.Items {
		if p.Value == nil {
			continue
		}
		sum, count = sum+*p.Value, count+1
		if i > 0 && s.Items[i-1].Value != nil {
			ranges, steps = ranges+math.Abs(*p.Value-*s.Items[i-1].Value), steps+1
		}
	}
	control := sequence.Control
	if control.Points != count || (control.Mean != nil) != (count >= 8 && steps >= 7) || (sequence.Variation == "too_few_points") != (control.Mean == nil) {
		w.t.Fatalf("%s: %d figures and %d steps, but %+v", s.Borough, count, steps, control)
	}
	if control.Mean == nil {
		return
	}
	mean, width := sum/float64(count), ranges/float64(steps)
	for _, pair := range [][2]float64{
		{*control.Mean, mean}, {*control.AverageMovingRange, width}, {*control.LowerLimit, mean - 2.66*width}, {*control.UpperLimit, mean + 2.66*width}, {*control.UpperRangeLimit, 3.27 * width},
	} {
		if math.Abs(pair[0]-pair[1]) > 1e-4 {
			w.t.Errorf("%s: %v, want %v", s.Borough, pair[0], pair[1])
		}
	}
}
