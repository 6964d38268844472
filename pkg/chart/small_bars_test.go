package chart_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"peerchallenge/pkg/chart"
)

// lengths answers how long the bars are, in their order.
func lengths(t *testing.T, s chart.SmallBars) (lengths []float64) {
	t.Helper()
	for _, e := range of(parsed(t, svg(t, s), true), "rect") {
		if h := e.number("height"); h > 10 && h < 12 {
			lengths = append(lengths, e.number("width"))
		}
	}
	return lengths
}

func TestSmallBars(t *testing.T) {
	t.Parallel()
	bar := func(name string, value float64) chart.Bar {
		return chart.Bar{Name: name, Figure: chart.Figure{Text: "v", Value: value}}
	}
	got := lengths(t, chart.SmallBars{Bars: []chart.Bar{bar("a", 20), bar("b", 40), bar("c", 0), bar("d", -20)}})
	if len(got) != 4 || got[1] < 2*got[0]-0.2 || got[1] > 2*got[0]+0.2 || got[2] != 0 || got[3] < got[0]-0.2 || got[3] > got[0]+0.2 {
		t.Errorf("20, 40, 0 and -20 are drawn as %v", got)
	}
	// In the order in which they are given, marked or not, and whoever has no value has no bar.
	table := smallBars().Table()
	var names []string
	for _, row := range table.Rows {
		names = append(names, row.Cells[0])
	}
	if want := []string{"Kingston upon Thames", "London, pooled", "Sub-region", "England"}; !slices.Equal(names, want) {
		t.Errorf("the rows are %q", names)
	}
	if n := len(lengths(t, smallBars())); n != 3 {
		t.Errorf("%d bars are drawn of three that have values or ends", n)
	}
	wellMade(t, "small bars of nothing", svg(t, chart.SmallBars{}))
}

// TestSmallBarsShowNothingHidden puts numbers where none may be shown: every byte is the same.
func TestSmallBarsShowNothingHidden(t *testing.T) {
	t.Parallel()
	s := smallBars()
	s.Bars[2].Value = 98765
	s.Bars[3].Value, s.Bars[3].Lower, s.Bars[3].Upper = 98765, 100, 98765
	if !bytes.Equal(svg(t, s), svg(t, smallBars())) {
		t.Error("a value that is not shown can be seen")
	}
}

// TestSmallBarsBreakLongNames: nothing is cut, and everything has a place on the panel.
func TestSmallBarsBreakLongNames(t *testing.T) {
	t.Parallel()
	long := "Education, health and care plans within twenty weeks in the whole of the sub-region"
	s := chart.SmallBars{
		Frame: chart.Frame{Title: long, Description: long, Illustrative: true}, RowsAre: "Area", Unit: long,
		Bars: []chart.Bar{{Name: long, Marked: true, Figure: chart.Figure{Text: "1,234,567.8 " + long, Value: 1234567.8}}, {Name: strings.ReplaceAll(long, " ", ""), Figure: chart.Figure{Text: "1", Value: 1}}},
	}
	parity(t, "long names", s, wellMade(t, "long names", svg(t, s)))
}
