package returns_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

var noon = time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)

// changed is a framework whose one rule warns of the referrals of [whole].
func changed(version int) (returns.Asked, returns.History) {
	r := rule(framework.ChangeOnPrevious, framework.Warning, limit(0.1))
	r.Version = version
	return asked(r), past("refs", map[string]float64{"2026-27-Q1": 170})
}

func faultsOf(t *testing.T, err error) []string {
	t.Helper()
	var list []string
	if e, is := errors.AsType[*programme.Error](err); is {
		for _, f := range e.Faults {
			list = append(list, f.Pointer+" "+string(f.Code))
		}
	} else if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestAnExplanationStaysWithWhatItExplains: the same posted again keeps it, a changed
// one asks again, and so does a rule's new version, where it fails.
func TestAnExplanationStaysWithWhatItExplains(t *testing.T) {
	t.Parallel()
	a, history := changed(1)
	open := returns.Judge(a, lambeth, quarter, whole(), history, nil)
	if open.Submittable() || open.Open != 1 || !strings.HasPrefix(open.Next(), "Look at these values.") {
		t.Fatalf("the warning is not open: %+v", open)
	}
	key := open.Findings[0].Key()
	if key != "the_rule.refs" {
		t.Errorf("its key is %s", key)
	}
	e, err := open.Explain(key, "  The front door was moved into the council.\r\n", programme.RoleBoroughLead, noon)
	if err != nil {
		t.Fatal(err)
	}
	if e.Text != "The front door was moved into the council." || e.RuleVersion != 1 || e.By != programme.RoleBoroughLead || !e.At.Equal(noon) {
		t.Errorf("it is %+v", e)
	}
	given := []returns.Explanation{e}
	next, _ := changed(2)
	wide := asked(rule(framework.ChangeOnPrevious, framework.Warning, func(r *framework.Rule) { r.Limit, r.Version = ptr(50.0), 2 }))
	corrected := past("refs", map[string]float64{"2026-27-Q1": 200})
	reason := whole()[4]
	reason.Reason = ptr("Counted again.")
	for name, c := range map[string]struct {
		asked    returns.Asked
		now      returns.Values
		history  returns.History
		findings int
		open     int
	}{
		"the same again":                       {a, whole(), history, 1, 0},
		"another count has changed":            {a, with(whole(), reported("starts", 121)), history, 1, 0},
		"another reason":                       {a, with(whole(), reason), history, 1, 0},
		"the earlier quarter was corrected":    {a, whole(), corrected, 1, 0},
		"the count has changed":                {a, with(whole(), reported("refs", 901)), history, 1, 1},
		"the count is what it warns of still":  {a, with(whole(), without("refs", returns.ConfirmedNil, "None."), reported("nfa", 0), reported("repeat", 0)), history, 1, 1},
		"there is nothing to warn of any more": {a, with(whole(), reported("refs", 185)), history, 0, 0},
		"a new version fails":                  {next, whole(), history, 1, 1},
		"a new version does not":               {wide, whole(), history, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := returns.Judge(c.asked, lambeth, quarter, c.now, c.history, given)
			if len(got.Findings) != c.findings || got.Open != c.open || got.Warnings != c.findings || got.Submittable() != (c.open == 0) {
				t.Errorf("%d findings and %d open: %v", len(got.Findings), got.Open, told(got))
			}
		})
	}
	// What is explained is told behind what is not, and is nobody's task.
	if got := returns.Judge(a, lambeth, quarter, whole(), history, given); got.Findings[0].Explained == nil || got.Groups()[0].Open != 0 || strings.Contains(got.Next(), "Look") {
		t.Errorf("what is explained is asked again: %+v", got)
	}
	// The newest of several counts.
	later := e
	later.Text, later.At = "It was moved in August.", noon.Add(time.Hour)
	for _, order := range [][]returns.Explanation{{e, later}, {later, e}} {
		if got := returns.Judge(a, lambeth, quarter, whole(), history, order); got.Findings[0].Explained.Text != later.Text {
			t.Error("an older explanation counts")
		}
	}
}

func TestWhatCannotBeExplained(t *testing.T) {
	t.Parallel()
	a, history := changed(1)
	report := returns.Judge(a, lambeth, quarter, with(whole(), reported("nfa", 901)), history, nil)
	for _, c := range []struct {
		key, text string
		want      []string
	}{
		{"the_rule.refs", "Because.", nil},
		{"the_rule.refs", strings.Repeat("ł", returns.MaxExplanation), nil},
		{"the_rule.cla", "Because.", []string{"/key unknown_value"}},
		{"part_above_whole.nfa.refs", "Because.", []string{"/key not_allowed"}},
		{"the_rule.refs", " \u200b\n", []string{"/text required"}},
		{"the_rule.refs", strings.Repeat("ł", returns.MaxExplanation+1), []string{"/text too_long"}},
		{"the_rule.refs", "so\a so", []string{"/text pattern"}},
		{"elsewhere", "", []string{"/key unknown_value", "/text required"}},
	} {
		_, err := report.Explain(c.key, c.text, programme.RoleBoroughEditor, noon)
		if got := faultsOf(t, err); !slices.Equal(got, c.want) {
			t.Errorf("%s with %d bytes: %v, want %v", c.key, len(c.text), got, c.want)
		}
	}
}

// TestLastQuartersExplanationsAreConfirmed carries forward those that somebody confirms,
// and none by itself.
func TestLastQuartersExplanationsAreConfirmed(t *testing.T) {
	t.Parallel()
	a := asked(rule(framework.ChangeOnLastYear, framework.Warning, limit(0.1)))
	history := returns.History{{Quarter: "2025-26-Q1", Values: with(whole(), reported("refs", 100), reported("cost", 1))}, {Quarter: "2025-26-Q2", Values: with(whole(), reported("refs", 110), reported("cost", 2))}}
	first := returns.Judge(a, lambeth, "2026-27-Q1", with(whole(), reported("refs", 880)), history, nil)
	e, err := first.Explain("the_rule.refs", "One front door for three boroughs.", programme.RoleBoroughLead, noon)
	if err != nil {
		t.Fatal(err)
	}
	last := []returns.Explanation{e}
	second := returns.Judge(a, lambeth, quarter, whole(), history, last)
	if second.Open != 2 {
		t.Fatalf("last quarter's explanation counts by itself: %v", told(second))
	}
	offers := second.Offers(last)
	if len(offers) != 1 || offers[0].Finding.Key() != "the_rule.refs" || offers[0].Earlier.Text != e.Text {
		t.Fatalf("offered is %+v", offers)
	}
	later := noon.Add(time.Hour)
	carried, err := second.Carry(last, "2026-27-Q1", []string{"the_rule.refs"}, programme.RoleBoroughEditor, later)
	if err != nil || len(carried) != 1 || carried[0].Text != e.Text || *carried[0].CarriedFrom != "2026-27-Q1" || carried[0].By != programme.RoleBoroughEditor || !carried[0].At.Equal(later) {
		t.Fatalf("carried is %+v, %v", carried, err)
	}
	third := returns.Judge(a, lambeth, quarter, whole(), history, carried)
	if third.Open != 1 || third.Offers(last) != nil {
		t.Errorf("carried forward, it does not hold: %v", told(third))
	}
	// Carried forward once more, it still says for which quarter it was given first.
	fourth, err := second.Carry(carried, quarter, []string{"the_rule.refs"}, programme.RoleBoroughLead, later)
	if err != nil || *fourth[0].CarriedFrom != "2026-27-Q1" {
		t.Errorf("carried twice it is %+v, %v", fourth, err)
	}
	_, err = second.Carry(last, "2026-27-Q1", []string{"the_rule.refs", "the_rule.cost", "the_rule.refs"}, programme.RoleBoroughLead, later)
	if got := faultsOf(t, err); fmt.Sprint(got) != "[/confirmed/1 unknown_value /confirmed/2 unknown_value]" {
		t.Errorf("what does not fit is refused as %v", got)
	}
}
