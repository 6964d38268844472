package chart_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"peerchallenge/pkg/chart"
)

func value(v float64) chart.Figure { return chart.Figure{Text: fmt.Sprint(v), Value: v} }

func TestBarsStandInOrder(t *testing.T) {
	t.Parallel()
	b := chart.RankedBars{RowsAre: "Borough", Unit: "%", Bars: []chart.Bar{
		{Name: "Merton", Figure: chart.Figure{Status: chart.Missing}},
		{Name: "Camden", Figure: value(30)},
		{Name: "Barnet", Figure: value(10)},
		{Name: "Sutton", Figure: chart.Figure{Status: chart.Hidden, Text: "12 to 22", Lower: 12, Upper: 22}},
		{Name: "Bexley", Figure: chart.Figure{Status: chart.Hidden}},
		{Name: "Ealing", Figure: value(10)},
	}, Lines: []chart.Level{{Name: "London", Figure: value(20)}, {Name: "England", Figure: chart.Figure{Status: chart.Missing}}}}
	for _, c := range []struct {
		good chart.Good
		want string
		note string
	}{
		{chart.Low, "Barnet Ealing Sutton Camden Bexley Merton London England", "Low is good: the best first"},
		{chart.High, "Camden Sutton Barnet Ealing Bexley Merton London England", "High is good: the best first"},
		{chart.Neither, "Barnet Camden Ealing Sutton Bexley Merton London England", "Neither end is good: in the order of names"},
		{7, "Barnet Camden Ealing Sutton Bexley Merton London England", "Neither end is good: in the order of names"},
	} {
		b.Good = c.good
		var names, drawn []string
		for _, row := range b.Table().Rows {
			names = append(names, row.Cells[0])
		}
		if got := strings.Join(names, " "); got != c.want {
			t.Errorf("good is %d: %s, want %s", c.good, got, c.want)
		}
		for _, text := range texts(parsed(t, svg(t, b), true)) {
			if slices.Contains(names[:4], text) {
				drawn = append(drawn, text)
			}
		}
		if !slices.Equal(drawn, names[:4]) {
			t.Errorf("good is %d: drawn are %v, want %v", c.good, drawn, names[:4])
		}
		if notes := b.Table().Notes; notes[0] != c.note || !slices.Contains(notes, "-: missing: Merton, England") || notes[2] != "c: hidden, it would tell of a small number of children: Bexley" {
			t.Errorf("good is %d: the notes are %q", c.good, notes)
		}
	}
}

func TestWhoIsMarkedAndHasNoBarIsNamed(t *testing.T) {
	t.Parallel()
	b := chart.RankedBars{Unit: "%", Bars: []chart.Bar{{Name: "Camden", Marked: true, Figure: chart.Figure{Status: chart.Hidden}}, {Name: "Barnet", Figure: value(10)}}}
	want := []string{"Neither end is good: in the order of names", "Marked, and without a bar: Camden", "c: hidden, it would tell of a small number of children: Camden"}
	if got := b.Table().Notes; !slices.Equal(got, want) {
		t.Errorf("the notes are %q, want %q", got, want)
	}
	if told := parsed(t, svg(t, b), true)[2].text; told != "Camden: c (hidden)." {
		t.Errorf("told is %q", told)
	}
}

// TestBarsBeginAtZero measures the bars by the scale that is written below them.
func TestBarsBeginAtZero(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ low, high float64 }{{40, 100}, {0.2, 0.7}, {900, 1234}, {-3, 8}, {0, 0}, {0, 1e-9}} {
		b := chart.RankedBars{Good: chart.Low, Bars: []chart.Bar{
			{Name: "low", Figure: value(c.low)}, {Name: "high", Figure: value(c.high)}, {Name: "band", Figure: chart.Figure{Status: chart.Hidden, Lower: c.low, Upper: c.high}},
		}}
		elements := parsed(t, svg(t, b), true)
		at := map[string]float64{}
		var ticks []float64
		for _, e := range elements {
			if e.aside && e.name == "text" {
				at[e.text] = e.number("x")
				ticks = append(ticks, e.number("x"))
			}
		}
		zero, known := at["0"]
		for label := range at {
			if strings.Trim(label, "0.") == "" {
				zero, known = at[label], true
			}
		}
		if !known || len(at) != len(ticks) {
			t.Fatalf("from %g to %g the scale is %v", c.low, c.high, at)
		}
		for _, e := range of(elements, "rect")[2:] { // behind the pattern and the panel
			left, right := e.number("x"), e.number("x")+e.number("width")
			if e.attributes["fill"] == "#5b87ad" && math.Abs(left-zero) > 0.2 && math.Abs(right-zero) > 0.2 {
				t.Errorf("from %g to %g a bar goes from %g to %g, and zero is at %g", c.low, c.high, left, right, zero)
			}
			if left < slices.Min(ticks)-0.2 || right > slices.Max(ticks)+0.2 {
				t.Errorf("from %g to %g a bar goes from %g to %g, beyond the scale %v", c.low, c.high, left, right, at)
			}
		}
	}
}

// TestBandsLieBetweenTheirEnds draws a band beside two bars that end where it begins and ends.
func TestBandsLieBetweenTheirEnds(t *testing.T) {
	t.Parallel()
	b := chart.RankedBars{Good: chart.Low, Bars: []chart.Bar{
		{Name: "a", Figure: value(20)}, {Name: "b", Figure: value(60)}, {Name: "c", Figure: chart.Figure{Status: chart.Hidden, Text: "20 to 60", Lower: 20, Upper: 60}},
	}}
	var bars, bands []element
	for _, e := range of(parsed(t, svg(t, b), true), "rect")[2:] {
		if e.attributes["stroke-dasharray"] != "" {
			bands = append(bands, e)
		} else {
			bars = append(bars, e)
		}
	}
	if len(bars) != 2 || len(bands) != 1 {
		t.Fatalf("%d bars and %d bands", len(bars), len(bands))
	}
	end := func(e element) float64 { return e.number("x") + e.number("width") }
	if band := bands[0]; math.Abs(band.number("x")-end(bars[0])) > 0.2 || math.Abs(end(band)-end(bars[1])) > 0.2 {
		t.Errorf("the band goes from %g to %g, the bars end at %g and %g", band.number("x"), end(band), end(bars[0]), end(bars[1]))
	}
}

func TestSeriesHaveGapsAndBreaks(t *testing.T) {
	t.Parallel()
	periods := strings.Fields("Q1 Q2 Q3 Q4 Q5 Q6 Q7 Q8")
	line := []chart.Figure{value(70), value(72), {Status: chart.Missing}, value(71), value(75), value(74), {Status: chart.Hidden, Lower: 60, Upper: 70}, value(73)}
	s := chart.Series{Unit: "%", Periods: periods, Lines: []chart.Line{{Name: "Camden", Points: line}}}
	strokes := func() string {
		for _, e := range of(parsed(t, svg(t, s), true), "path") {
			if e.attributes["fill"] == "none" && strings.HasPrefix(e.attributes["stroke"], "#12") && strings.Contains(e.attributes["d"], "L") {
				return strings.Map(func(r rune) rune {
					if r == 'M' || r == 'L' {
						return r
					}
					return -1
				}, e.attributes["d"])
			}
		}
		return ""
	}
	if got := strokes(); got != "MLMLLM" {
		t.Errorf("with two gaps the line is drawn as %s", got)
	}
	s.Breaks = []chart.Break{{Before: 4, Words: "counted anew"}, {Before: 0, Words: "before all"}, {Before: 8, Words: "after all"}}
	if got := strokes(); got != "MLMMLM" {
		t.Errorf("with a break before the fifth period the line is drawn as %s", got)
	}
	notes := s.Table().Notes
	for _, want := range []string{"Break before Q5: counted anew", "-: missing", "Upright bar: the ends between which a hidden value lies", "The scale does not begin at zero, but at 60"} {
		if !slices.Contains(notes, want) {
			t.Errorf("the notes are %q, without %q", notes, want)
		}
	}
	if len(notes) != 5 {
		t.Errorf("the notes are %q", notes)
	}
	if got := s.Table().Rows[0].Cells; !slices.Equal(got, []string{"Camden", "70", "72", "-", "71", "75", "74", "c", "73"}) {
		t.Errorf("the values are %v", got)
	}
	// Where a value lies near zero, the scale begins there, and nothing needs to be said.
	s.Lines[0].Points[0] = value(3)
	if notes := s.Table().Notes; len(notes) != 4 {
		t.Errorf("the notes are %q", notes)
	}
}

// TestFiguresOfEverySize draws what no quarter will ever have.
func TestFiguresOfEverySize(t *testing.T) {
	t.Parallel()
	extremes := []float64{0, math.Copysign(0, -1), 1e-300, 1e-7, 0.1, 3, 1e11, 1e12, 1e300, -1e11, math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64}
	for _, x := range extremes {
		for _, y := range extremes {
			figures := []chart.Figure{value(x), value(y), {Status: chart.Hidden, Lower: x, Upper: y}}
			b := chart.RankedBars{Good: chart.High, Lines: []chart.Level{{Name: "London", Figure: value(y)}}}
			s := chart.Series{Periods: []string{"Q1", "Q2", "Q3"}, Lines: []chart.Line{{Points: figures}}}
			for i, f := range figures {
				b.Bars = append(b.Bars, chart.Bar{Name: fmt.Sprint(i), Figure: f})
			}
			for _, p := range []picture{b, s} {
				elements := wellMade(t, fmt.Sprintf("%T of %g and %g", p, x, y), svg(t, p))
				if n := len(of(elements, "text")); n > 60 {
					t.Errorf("%T of %g and %g has %d texts", p, x, y, n)
				}
			}
		}
	}
}

// TestManyPeriodsAndColumns draws ten years of quarters, and more indicators than a page is wide.
func TestManyPeriodsAndColumns(t *testing.T) {
	t.Parallel()
	s, h := series(), heatMap()
	for i := range 40 {
		s.Periods = append(s.Periods, fmt.Sprintf("20%d-%d Q%d", 27+i/4, 28+i/4, 1+i%4))
		for n := range s.Lines {
			s.Lines[n].Points = append(s.Lines[n].Points, value(float64(1000+i)))
		}
	}
	h.Columns = append(h.Columns, h.Columns...)
	for _, p := range []picture{s, h} {
		parity(t, fmt.Sprintf("%T", p), p, wellMade(t, fmt.Sprintf("%T", p), svg(t, p)))
	}
}
