package disclosure

import (
	"testing"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/framework"
)

// quarterShown is a quarter of one borough with one percentage, as everybody sees it and,
// where the borough reads it, as it is.
func quarterShown(version string, n int, seen, own *Cell) *Shown {
	d := &framework.Document{
		Counts:     []framework.Count{{Code: "of"}, {Code: "whole"}},
		Indicators: []framework.Indicator{{Code: "PCT", Numerator: "of", Denominator: "whole"}},
	}
	ind := benchmark.Indicator{Code: "PCT", Unit: benchmark.Percent, Multiplier: 100, Decimals: 1, Polarity: benchmark.Low}
	view := func(c *Cell, class Class) *View {
		return &View{class: class, owner: "a", table: table{document: d, rows: []row{{"a", []Cell{*c, {Status: Number, Number: 200}}}}}}
	}
	s := &Shown{
		Indicators: []benchmark.Indicator{ind}, Asked: framework.Edition{Number: version, Document: d},
		Document: &Document{
			Heading: Heading{Number: n, Framework: version}, Boroughs: []Member{{Borough: "a"}},
			Indicators: []Position{{Indicator: "PCT", Unit: ind.Unit, Polarity: ind.Polarity, Figures: []BoroughFigure{{Figure: view(seen, Common).Figure(&ind, "a")}}}},
		},
	}
	if own != nil {
		s.Own = view(own, OfBorough)
	}
	return s
}

// TestAChangeIsOfNumbers: two numbers have a change, and nothing else has: what is hidden
// with or without an interval, what is withheld, missing or not published, what is made up
// beside what is not, and what is of another thing.
func TestAChangeIsOfNumbers(t *testing.T) {
	t.Parallel()
	number := func(n float64) *Cell { return &Cell{Status: Number, Number: n} }
	made := func(s *Shown) *Shown {
		s.Document.Illustrative = true
		return s
	}
	other := func(s *Shown) *Shown {
		s.Document.Indicators[0].Unit = benchmark.Score
		return s
	}
	notAsked := func(s *Shown) *Shown {
		s.Document.Indicators = nil
		return s
	}
	elsewhere := func(s *Shown) *Shown {
		s.Document.Boroughs[0].Borough = "b"
		return s
	}
	defined := func(s *Shown) *Shown {
		s.Asked.Document.Counts[0].Definition = "Others."
		return s
	}
	between, nothing := &Cell{Status: Hidden, Lower: 1, Upper: 5}, &Cell{Status: Hidden}
	for name, c := range map[string]struct {
		now, before *Shown
		status      ChangeStatus
		was, change any
		direction   Direction
	}{
		"two numbers":          {quarterShown("1.1.0", 1, number(60), nil), quarterShown("1.0.0", 2, number(50), nil), Changed, 25.0, 5.0, Worse},
		"fewer":                {quarterShown("1.0.0", 1, number(40), nil), quarterShown("1.0.0", 2, number(50), nil), Changed, 25.0, -5.0, Better},
		"none":                 {quarterShown("1.0.0", 1, number(50), nil), quarterShown("1.0.0", 2, number(50), nil), Changed, 25.0, 0.0, Unchanged},
		"now between":          {quarterShown("1.0.0", 1, between, nil), quarterShown("1.0.0", 2, number(50), nil), ChangeHidden, 25.0, nil, ""},
		"then between":         {quarterShown("1.0.0", 1, number(50), nil), quarterShown("1.0.0", 2, between, nil), ChangeHidden, nil, nil, ""},
		"then hidden":          {quarterShown("1.0.0", 1, number(50), nil), quarterShown("1.0.0", 2, nothing, nil), ChangeHidden, nil, nil, ""},
		"then withheld":        {quarterShown("1.0.0", 1, number(50), nil), quarterShown("1.0.0", 2, &Cell{Status: Withheld}, nil), ChangeHidden, nil, nil, ""},
		"hidden, then missing": {quarterShown("1.0.0", 1, nothing, nil), quarterShown("1.0.0", 2, &Cell{Status: Missing}, nil), ChangeHidden, nil, nil, ""},
		"then missing":         {quarterShown("1.0.0", 1, number(50), nil), quarterShown("1.0.0", 2, &Cell{Status: Missing}, nil), ChangeMissing, nil, nil, ""},
		"now not applicable":   {quarterShown("1.0.0", 1, &Cell{Status: NotApplicable}, nil), quarterShown("1.0.0", 2, number(50), nil), ChangeMissing, 25.0, nil, ""},
		"then not asked":       {quarterShown("1.1.0", 1, number(50), nil), notAsked(quarterShown("1.0.0", 2, number(50), nil)), ChangeMissing, nil, nil, ""},
		"then not expected":    {quarterShown("1.0.0", 1, number(50), nil), elsewhere(quarterShown("1.0.0", 2, number(50), nil)), ChangeMissing, nil, nil, ""},
		"not published":        {quarterShown("1.0.0", 1, number(50), nil), nil, NotPublished, nil, nil, ""},
		"made up before":       {quarterShown("1.0.0", 1, number(50), nil), made(quarterShown("1.0.0", 2, number(50), nil)), NotPublished, nil, nil, ""},
		"both made up":         {made(quarterShown("1.0.0", 1, number(60), nil)), made(quarterShown("1.0.0", 2, number(50), nil)), Changed, 25.0, 5.0, Worse},
		"a major version":      {quarterShown("2.0.0", 1, number(60), nil), quarterShown("1.4.0", 2, number(50), nil), FrameworkChanged, nil, nil, ""},
		"another definition":   {quarterShown("1.1.0", 1, number(60), nil), defined(quarterShown("1.0.0", 2, number(50), nil)), FrameworkChanged, nil, nil, ""},
		"another unit":         {quarterShown("1.0.0", 1, number(60), nil), other(quarterShown("1.0.0", 2, number(50), nil)), FrameworkChanged, nil, nil, ""},
		"the borough's own":    {quarterShown("1.0.0", 1, between, number(4)), quarterShown("1.0.0", 2, between, number(2)), Changed, 1.0, 1.0, Worse},
		"own, with no return":  {quarterShown("1.0.0", 1, between, number(4)), quarterShown("1.0.0", 2, between, &Cell{Status: Missing}), ChangeMissing, nil, nil, ""},
	} {
		c.now.LastQuarter = c.before
		got := c.now.Figures(FigureFilter{})[0]
		if q := got.OnLastQuarter; q.Status != c.status || valueOf(q.Before) != c.was || valueOf(q.Change) != c.change || q.Direction != c.direction || (q.Snapshot != nil) != (c.status != NotPublished) {
			t.Errorf("%s: %+v, from %v by %v", name, q, valueOf(q.Before), valueOf(q.Change))
		}
		if y := got.OnLastYear; y != (Change{Status: NotPublished}) {
			t.Errorf("%s: %+v on a year of which nothing is shown", name, y)
		}
	}
}

func valueOf(v *float64) any {
	if v == nil {
		return nil
	}
	return *v
}

// TestDirection: which way is good is the indicator's.
func TestDirection(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		polarity benchmark.Polarity
		change   float64
		want     Direction
	}{
		{benchmark.High, 1, Better}, {benchmark.High, -1, Worse}, {benchmark.Low, 1, Worse}, {benchmark.Low, -1, Better}, {benchmark.High, 0, Unchanged}, {benchmark.Low, 0, Unchanged},
		{benchmark.Neutral, 1, ""}, {benchmark.Neutral, 0, ""},
	} {
		if got := direction(c.polarity, c.change); got != c.want {
			t.Errorf("%v of an indicator of which %s is good: %q", c.change, c.polarity, got)
		}
	}
}

// TestASeriesHasGaps: from the first published quarter to the last none is left out, and
// where there is no number it says why. It breaks where figures are of another thing than
// the last that were asked for, and where what is made up ends.
func TestASeriesHasGaps(t *testing.T) {
	t.Parallel()
	number := &Cell{Status: Number, Number: 50}
	shown := func(version string, cell *Cell) *Shown { return quarterShown(version, 1, cell, nil) }
	notAsked := shown("1.0.0", number)
	notAsked.Document.Indicators = nil
	made := shown("2.0.0", number)
	made.Document.Illustrative = true
	quarters := []InQuarter{
		{benchmark.FinancialQuarter(2023, 3), shown("1.0.0", number)},
		{benchmark.FinancialQuarter(2023, 4), nil},
		{benchmark.FinancialQuarter(2024, 3), shown("1.1.0", &Cell{Status: Hidden, Lower: 1, Upper: 5})},
		{benchmark.FinancialQuarter(2024, 4), notAsked},
		{benchmark.FinancialQuarter(2025, 1), shown("2.0.0", &Cell{Status: Withheld})},
		{benchmark.FinancialQuarter(2025, 2), quarterShown("2.0.1", 1, &Cell{Status: Hidden}, number)},
		{benchmark.FinancialQuarter(2025, 3), made},
	}
	points := Series(quarters, "PCT", "a")
	for i, want := range []struct {
		quarter string
		gap     Gap
		breaks  bool
		own     bool
	}{
		{"2023-24-Q3", "", false, false},
		{"2023-24-Q4", GapWithdrawn, false, false},
		{"2024-25-Q1", GapNotPublished, false, false},
		{"2024-25-Q2", GapNotPublished, false, false},
		{"2024-25-Q3", Gap(Hidden), false, false},
		{"2024-25-Q4", GapNotAsked, false, false},
		{"2025-26-Q1", Gap(Withheld), true, false},
		{"2025-26-Q2", "", false, true},
		{"2025-26-Q3", "", true, false},
	} {
		if q := points[i]; q.Quarter.Code != want.quarter || q.Gap != want.gap || q.Break != want.breaks || q.Own != want.own || (q.Gap == "") != (q.Figure.Status == Number) {
			t.Errorf("%d: %+v, want %+v", i, q, want)
		}
	}
	if len(points) != 9 {
		t.Errorf("%d points", len(points))
	}
	for _, q := range Series(quarters[:1], "PCT", "b") {
		if q.Gap != Gap(Missing) || q.Position == nil {
			t.Errorf("of a borough that was not expected: %+v", q)
		}
	}
	if none := Series(nil, "PCT", "a"); len(none) != 0 {
		t.Errorf("%d points of nothing", len(none))
	}
}
