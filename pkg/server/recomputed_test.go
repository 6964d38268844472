package server_test

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"testing"

	"peerchallenge/api"
)

// TestTargetsAreRecomputed: with a target for every indicator in its newest year, set where
// some boroughs reach it and some do not, every comparison and every series says of it what
// the published figures say when they are reckoned again.
func TestTargetsAreRecomputed(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.write(http.MethodDelete, w.onlyTarget(), "", "If-Match", w.get(w.onlyTarget()).want(200).header.Get("ETag")).want(204)
	var indicators api.IndicatorPage
	w.get("/v1/indicators?withFigures=true&limit=500").want(200).into(&indicators)
	boroughs := w.boroughCodes()
	assured, reached, missed := map[api.Assurance]int{}, 0, 0
	for _, ind := range indicators.Items {
		question := url.Values{"borough": boroughs, "period": {"latest"}, "indicator": {ind.Code}, "limit": {"500"}}
		var page api.ComparisonPage
		w.get("/v1/comparisons?" + question.Encode()).want(200).into(&page)
		var values []float64
		for _, c := range page.Items {
			if c.Value != nil {
				values = append(values, *c.Value)
			}
		}
		if len(values) == 0 {
			continue
		}
		slices.Sort(values)
		aim := values[len(values)/3] // a figure that some borough has, so that the edge is met
		direction := api.AtLeast
		if ind.Polarity == api.PolarityLow {
			direction = api.AtMost
		}
		w.target(fmt.Sprintf(`{"indicator":%q,"period":%q,"value":%v,"direction":%q}`, ind.Code, page.Items[0].Period, aim, direction))
		reaches := func(v float64) bool {
			if direction == api.AtLeast {
				return v-aim > -1e-9
			}
			return aim-v > -1e-9
		}
		w.get("/v1/comparisons?" + question.Encode()).want(200).into(&page)
		for _, c := range page.Items {
			switch {
			case c.Target == nil || c.Target.Value != aim || c.Target.Direction != direction || (c.Target.Met == nil) != (c.Value == nil):
				t.Fatalf("%s, %s: the target is %+v of %v", ind.Code, c.Borough, c.Target, c.Value)
			case c.Value == nil:
				continue
			case *c.Target.Met != reaches(*c.Value):
				t.Errorf("%s, %s: %v meets %v: %v", ind.Code, c.Borough, *c.Value, aim, *c.Target.Met)
			case *c.Target.Met:
				reached++
			default:
				missed++
			}
		}
		for _, borough := range boroughs {
			var s api.Series
			w.get("/v1/indicators/" + ind.Code + "/series?limit=500&borough=" + borough).want(200).into(&s)
			for i := range s.Sequences {
				assured[w.sameAssurance(&s, &s.Sequences[i], page.Items[0].Period, aim, direction)]++
			}
		}
	}
	if reached < 100 || missed < 100 || assured["meets"] == 0 || assured["varies"] == 0 || assured["fails"] == 0 || assured["none"] == 0 {
		t.Errorf("%d reach their target and %d do not; assurance: %v", reached, missed, assured)
	}
}

// boroughCodes are those of all boroughs.
func (w *world) boroughCodes() []string {
	w.t.Helper()
	var page api.BoroughPage
	w.get("/v1/boroughs").want(200).into(&page)
	codes := make([]string, len(page.Items))
	for i, b := range page.Items {
		codes[i] = b.Code
	}
	return codes
}

// sameAssurance reckons limits from the points that the answer shows, and from them whether
// figures reach the target of the period.
func (w *world) sameAssurance(s *api.Series, sequence *api.SeriesSequence, period string, aim float64, direction api.TargetDirection) api.Assurance {
	w.t.Helper()
	var there, steps []float64
	var before *float64
	within, targeted := false, false
	for _, p := range s.Items {
		if p.Period == sequence.FirstPeriod {
			within, before = true, nil
		}
		if !within || p.PeriodKind != sequence.PeriodKind || p.PeriodKind == "day" && p.Period[4:] != sequence.LastPeriod[4:] {
			continue
		}
		targeted = targeted || p.Period == period
		if p.Value != nil {
			there = append(there, *p.Value)
			if before != nil {
				steps = append(steps, math.Abs(*p.Value-*before))
			}
		}
		before = p.Value
		if p.Period == sequence.LastPeriod {
			within = false
		}
	}
	want := api.Assurance("none")
	if targeted && len(there) >= 8 && len(steps) >= 7 {
		mean, _ := middle(there)
		width, _ := middle(steps)
		worse, better := *mean-2.66**width, *mean+2.66**width
		if direction == api.AtMost {
			worse, better = -better, -worse
			aim = -aim
		}
		switch {
		case worse-aim > -1e-9:
			want = "meets"
		case better-aim < -1e-9:
			want = "fails"
		default:
			want = "varies"
		}
	}
	if sequence.Assurance != want || (sequence.Target != nil) != targeted {
		w.t.Errorf("%s, %s, %s to %s: assurance %s, want %s (%+v)", s.Indicator, s.Borough, sequence.FirstPeriod, sequence.LastPeriod, sequence.Assurance, want, sequence.Target)
	}
	return sequence.Assurance
}

// TestSignificanceAndGapsAreRecomputed: on every indicator in each of three years, what a
// comparison says of chance, of the ends of its groups and of the difference in children is
// what the numbers beside it say.
func TestSignificanceAndGapsAreRecomputed(t *testing.T) {
	t.Parallel()
	w := readOnly(t)
	var indicators api.IndicatorPage
	w.get("/v1/indicators?limit=500").want(200).into(&indicators)
	multipliers := map[string]float64{}
	for _, ind := range indicators.Items {
		multipliers[ind.Code] = ind.Multiplier
	}
	said := map[string]int{}
	for _, period := range []string{"2022-23", "2023-24", "2024-25"} {
		for codes := range slices.Chunk(w.boroughCodes(), 11) {
			var page api.ComparisonPage
			w.get("/v1/comparisons?" + url.Values{"borough": codes, "period": {period}, "limit": {"500"}}.Encode()).want(200).into(&page)
			if page.NextCursor != nil {
				t.Fatal("eleven boroughs have more than a page")
			}
			for i := range page.Items {
				c := &page.Items[i]
				said[w.sameSignificance(c, c.Region.Significance, c.Region.Published.Value)]++
				said[w.sameSignificance(c, c.England.Significance, c.England.Published.Value)]++
				said[w.sameException(c)]++
				said[w.sameGap(c, multipliers[c.Indicator])]++
			}
		}
	}
	for _, word := range []string{"better", "worse", "similar", "not_compared", "top20", "bottom20", "none", "gap", "no gap"} {
		if said[word] == 0 {
			t.Errorf("nothing is %q among %v", word, said)
		}
	}
}

// sides are what it means to lie above something, and below it.
var sides = map[api.Polarity][2]string{api.PolarityHigh: {"better", "worse"}, api.PolarityLow: {"worse", "better"}, api.PolarityNeutral: {"higher", "lower"}}

func (w *world) sameSignificance(c *api.Comparison, got api.Significance, whole *float64) string {
	w.t.Helper()
	lower, upper := c.ConfidenceInterval.Lower, c.ConfidenceInterval.Upper
	words := sides[c.Polarity]
	want := "similar"
	switch {
	case lower == nil || upper == nil || whole == nil:
		want = "not_compared"
	case math.Abs(*lower-*whole) <= 1e-4 || math.Abs(*upper-*whole) <= 1e-4: // an end is shown to four decimals
		return string(got)
	case *lower > *whole:
		want = words[0]
	case *upper < *whole:
		want = words[1]
	}
	if string(got) != want {
		w.t.Errorf("%s, %s, %s: %v beside %v to %v is %s, want %s", c.Indicator, c.Borough, c.Period, *whole, *lower, *upper, got, want)
	}
	return string(got)
}

func (w *world) sameException(c *api.Comparison) string {
	w.t.Helper()
	want, means := "none", ""
	if c.Value != nil && c.Region.N >= 10 {
		words := sides[c.Polarity]
		switch {
		case *c.Value > *c.Region.P80+1e-4:
			want, means = "top20", words[0]
		case *c.Value < *c.Region.P20-1e-4:
			want, means = "bottom20", words[1]
		case *c.Value > *c.Region.P80-1e-4 || *c.Value < *c.Region.P20+1e-4: // within what the ends are rounded by
			return string(c.Region.Exception)
		}
	}
	if got := string(c.Region.Exception); got != want || text(c.Region.ExceptionMeaning) != means {
		w.t.Errorf("%s, %s, %s: %s is %q, want %s, %q", c.Indicator, c.Borough, c.Period, got, text(c.Region.ExceptionMeaning), want, means)
	}
	return want
}

func (w *world) sameGap(c *api.Comparison, multiplier float64) string {
	w.t.Helper()
	near, gap := c.StatisticalNeighbours.Median, c.StatisticalNeighbours.Gap
	if c.Value == nil || c.Numerator == nil || c.Denominator == nil || *c.Denominator <= 0 || near == nil {
		if gap != nil {
			w.t.Errorf("%s, %s, %s: the gap of nothing is %v", c.Indicator, c.Borough, c.Period, *gap)
		}
		return "no gap"
	}
	want := *c.Numerator - *near**c.Denominator/multiplier
	if gap == nil || math.Abs(*gap-want) > 0.5+5e-5**c.Denominator/multiplier+1e-9 { // a median is shown to four decimals
		w.t.Errorf("%s, %s, %s: the gap is %s, want about %v", c.Indicator, c.Borough, c.Period, shown(gap), want)
	}
	return "gap"
}
