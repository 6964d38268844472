package disclosure_test

import (
	"fmt"
	"slices"
	"testing"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/disclosure"
	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
)

// stood is a quarter of one indicator, in which Barnet has the value and stands at the edge.
func stood(version string, value float64, edge benchmark.Exception, uncertain ...string) *disclosure.Document {
	figure := disclosure.BoroughFigure{Figure: disclosure.Figure{Borough: "Barnet", Status: disclosure.Number, Denominator: 100, Value: &disclosure.Range{Lower: value, Middle: value, Upper: value}}, Exception: edge}
	return &disclosure.Document{
		Heading:    disclosure.Heading{Quarter: "2025-26-Q4", Framework: version},
		Boroughs:   []disclosure.Member{{Borough: "Barnet"}},
		Indicators: []disclosure.Position{{Indicator: "REREF", Polarity: benchmark.Low, Uncertain: uncertain, Figures: []disclosure.BoroughFigure{figure}}},
	}
}

// TestWhatStandsOut: of a quarter's snapshots the newest that stands says what stands out.
// What stood out in another says why it does no more.
func TestWhatStandsOut(t *testing.T) {
	t.Parallel()
	top, bottom, none := benchmark.Top20, benchmark.Bottom20, benchmark.Exception("none")
	stands := func(number int, d *disclosure.Document) disclosure.Taken {
		return disclosure.Taken{Number: number, State: disclosure.Standing, Document: d}
	}
	gone := func(number int, d *disclosure.Document) disclosure.Taken {
		return disclosure.Taken{Number: number, State: disclosure.Withdrawn, Document: d}
	}
	const v = "1.0.0"
	for name, c := range map[string]struct {
		taken []disclosure.Taken
		want  []string
	}{
		"nothing was shown":             {nil, nil},
		"nothing stands out":            {[]disclosure.Taken{stands(1, stood(v, 5, none))}, nil},
		"it stands out":                 {[]disclosure.Taken{stands(1, stood(v, 5, top))}, []string{"standing top20"}},
		"it may":                        {[]disclosure.Taken{stands(1, stood(v, 5, none, "Barnet"))}, []string{"uncertain none"}},
		"it does still":                 {[]disclosure.Taken{stands(1, stood(v, 5, top)), stands(2, stood(v, 6, top))}, []string{"standing top20"}},
		"its own figure is another":     {[]disclosure.Taken{stands(1, stood(v, 5, top)), stands(2, stood(v, 4, none))}, []string{"withdrawn top20 figure_changed by 2"}},
		"others' are":                   {[]disclosure.Taken{stands(1, stood(v, 5, top)), stands(2, stood(v, 5, none))}, []string{"withdrawn top20 edges_moved by 2"}},
		"the first without it says why": {[]disclosure.Taken{stands(1, stood(v, 5, top)), stands(2, stood(v, 5, none)), stands(3, stood(v, 4, none))}, []string{"withdrawn top20 edges_moved by 2"}},
		"that was withdrawn":            {[]disclosure.Taken{stands(1, stood(v, 5, top)), gone(2, stood(v, 4, none))}, []string{"standing top20"}},
		"all were":                      {[]disclosure.Taken{gone(1, stood(v, 5, top))}, []string{"withdrawn top20 snapshot_withdrawn"}},
		"what it stood in was":          {[]disclosure.Taken{stands(1, stood(v, 4, none)), gone(2, stood(v, 5, top))}, []string{"withdrawn top20 snapshot_withdrawn"}},
		"it may no more than perhaps":   {[]disclosure.Taken{stands(1, stood(v, 5, top)), stands(2, stood(v, 5, none, "Barnet"))}, []string{"uncertain none", "withdrawn top20 edges_moved by 2"}},
		"it stands at the other end":    {[]disclosure.Taken{stands(1, stood(v, 5, top)), stands(2, stood(v, 1, bottom))}, []string{"standing bottom20", "withdrawn top20 figure_changed by 2"}},
	} {
		var got []string
		for _, e := range disclosure.Exceptions(c.taken) {
			says := string(e.State) + " " + string(e.Edge)
			if e.Cause != nil {
				says += " " + string(*e.Cause)
			}
			if e.Withdrew != nil {
				says += fmt.Sprint(" by ", *e.Withdrew)
			}
			got = append(got, says)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if e := disclosure.Exceptions([]disclosure.Taken{stands(1, stood(v, 5, top))})[0]; *e.Better() {
		t.Error("the top is said to be the good end of what should be low")
	}
	if e := disclosure.Exceptions([]disclosure.Taken{stands(1, stood(v, 5, none, "Barnet"))})[0]; e.Better() != nil {
		t.Error("what is uncertain is said to be good or bad")
	}
}

// TestStreaks: quarters in a row count, in numbers, at one edge, under one framework.
func TestStreaks(t *testing.T) {
	t.Parallel()
	hidden := func(d *disclosure.Document) *disclosure.Document {
		d.Indicators[0].Figures[0].Status = disclosure.Hidden
		return d
	}
	top, bottom, none := benchmark.Top20, benchmark.Bottom20, benchmark.Exception("none")
	for name, c := range map[string]struct {
		quarters []*disclosure.Document // the newest last
		want     string
	}{
		"one":                      {[]*disclosure.Document{stood("1.0.0", 5, top)}, "1"},
		"three":                    {[]*disclosure.Document{stood("1.0.0", 5, top), stood("1.1.0", 6, top), stood("1.1.1", 5, top)}, "3"},
		"another edge":             {[]*disclosure.Document{stood("1.0.0", 5, bottom), stood("1.0.0", 6, top)}, "1"},
		"a quarter without":        {[]*disclosure.Document{stood("1.0.0", 5, top), stood("1.0.0", 5, none), stood("1.0.0", 6, top)}, "1"},
		"a major change":           {[]*disclosure.Document{stood("1.0.0", 5, top), stood("2.0.0", 6, top)}, "1"},
		"hidden before":            {[]*disclosure.Document{hidden(stood("1.0.0", 5, top)), stood("1.0.0", 6, top)}, "1"},
		"hidden, so not counted":   {[]*disclosure.Document{stood("1.0.0", 5, top), hidden(stood("1.0.0", 6, top))}, "none"},
		"no framework can be read": {[]*disclosure.Document{stood("?", 5, top), stood("1.0.0", 6, top)}, "1"},
	} {
		var before, now []disclosure.Exception
		for _, d := range c.quarters {
			asked := framework.Edition{Number: d.Framework, Document: &framework.Document{Indicators: []framework.Indicator{{Code: "REREF"}}}}
			now = disclosure.Exceptions([]disclosure.Taken{{Number: 1, State: disclosure.Standing, Document: d, Asked: asked}})
			disclosure.CountStreaks(now, before)
			before = now
		}
		got := "none"
		if now[0].Streak != nil {
			got = fmt.Sprint(*now[0].Streak)
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// TestWhatANarrativeSays: to its own people always, to others once it is shared.
func TestWhatANarrativeSays(t *testing.T) {
	t.Parallel()
	e := disclosure.Exceptions([]disclosure.Taken{{Number: 1, State: disclosure.Standing, Document: stood("1.0.0", 5, benchmark.Top20)}})[0]
	n := disclosure.NewNarrative(&e, "2026-05-01")
	if n.Text = new("Families move."); n.DueOn != "2026-05-29" {
		t.Errorf("due on %s", n.DueOn)
	}
	editor := programme.Actor{Roles: []programme.Role{programme.RoleBoroughEditor}, Borough: "Barnet"}
	other := programme.Actor{Roles: []programme.Role{programme.RoleProgramme}}
	if n.Says(editor) == nil || n.Says(other) != nil {
		t.Error("what is not shared is its borough's alone")
	}
	n.State, n.SharedAt = disclosure.NarrativeShared, new(n.CreatedAt)
	if n.Says(other) == nil {
		t.Error("what is shared is not read")
	}
	if n.Follow(&e) {
		t.Error("nothing changed, and it did")
	}
	flipped := e
	flipped.Edge = benchmark.Bottom20
	if !n.Follow(&flipped) || n.State != disclosure.NarrativeAsked || n.Says(other) != nil {
		t.Errorf("at the other edge it is %s", n.State)
	}
}
