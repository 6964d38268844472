package evaluation_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"

	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/programme"
)

func TestADocumentIsSetBesideAnEarlierOne(t *testing.T) {
	t.Parallel()
	const same, changed, added, removed = evaluation.IsSame, evaluation.IsChanged, evaluation.IsAdded, evaluation.IsRemoved
	const kept, gone, fresh = evaluation.WordsKept, evaluation.WordsRemoved, evaluation.WordsAdded
	type change struct {
		Section, Question, Item string
		State                   evaluation.Difference
		Pieces                  []evaluation.Piece
	}
	words := func(pieces ...evaluation.Piece) []evaluation.Piece { return pieces }
	unchanged := []change{
		{"help", "know", "", same, words(piece(kept, "Enough."))}, {"help", "trend", "", same, nil}, {"help", "posts", "", same, nil},
		{"help", "strengths", "s1", same, words(piece(kept, "Staff stay."))}, {"help", "evidence", "e1", same, words(piece(kept, "Audit"))},
		{"care", "know", "", same, words(piece(kept, "Less."))}, {"care", "figure", "", same, nil},
		{"care", "risks", "r1", same, words(piece(kept, "Few homes."))}, {"care", "practiceToShare", "p1", same, words(piece(kept, "A panel."))},
		{"care", "helpWanted", "h1", same, words(piece(kept, "With data."))}, {"care", "indicators", "c1", same, words(piece(kept, "Falling."))},
	}
	but := func(at int, other ...change) []change {
		return slices.Replace(slices.Clone(unchanged), at, at+1, other...)
	}
	day := programme.Date("2026-11-03")
	for _, c := range []struct {
		what string
		do   func(d *evaluation.Document)
		want []change
	}{
		{"nothing", func(*evaluation.Document) {}, unchanged},
		{"a narrative", func(d *evaluation.Document) { d.Sections[0].Answers[0] = text("know", "Not enough.") },
			but(0, change{"help", "know", "", changed, words(piece(gone, "Enough"), piece(fresh, "Not enough"), piece(kept, "."))})},
		{"a choice", func(d *evaluation.Document) { d.Sections[0].Answers[1] = choice("trend", "down") }, but(1, change{"help", "trend", "", changed, nil})},
		{"a number", func(d *evaluation.Document) { d.Sections[0].Answers[2] = number("posts", 13) }, but(2, change{"help", "posts", "", changed, nil})},
		{"a choice in place of a narrative", func(d *evaluation.Document) { d.Sections[0].Answers[0] = choice("know", "up") },
			but(0, change{"help", "know", "", changed, words(piece(gone, "Enough."))})},
		{"an answer is gone", func(d *evaluation.Document) { d.Sections[1].Answers = d.Sections[1].Answers[1:] },
			but(5, change{"care", "know", "", removed, words(piece(gone, "Less."))})},
		{"an item before", func(d *evaluation.Document) {
			d.Sections[0].Strengths = append([]evaluation.Item{{ID: "s0", Text: "Visits."}}, d.Sections[0].Strengths...)
		}, but(3, change{"help", "strengths", "s0", added, words(piece(fresh, "Visits."))}, unchanged[3])},
		{"an item under another id", func(d *evaluation.Document) { d.Sections[1].Risks[0].ID = "r2" },
			but(7, change{"care", "risks", "r2", added, words(piece(fresh, "Few homes."))}, change{"care", "risks", "r1", removed, words(piece(gone, "Few homes."))})},
		{"a date of evidence", func(d *evaluation.Document) { d.Sections[0].Evidence[0].Date = &day },
			but(4, change{"help", "evidence", "e1", changed, words(piece(kept, "Audit"))})},
		{"no remark", func(d *evaluation.Document) { d.Sections[1].Indicators[0].Remark = nil },
			but(10, change{"care", "indicators", "c1", changed, words(piece(gone, "Falling."))})},
		{"the order of answers and sections is the outline's", func(d *evaluation.Document) {
			slices.Reverse(d.Sections)
			slices.Reverse(d.Sections[1].Answers)
		}, unchanged},
		{"what the outline does not have comes after", func(d *evaluation.Document) {
			d.Sections = append([]evaluation.Section{{ID: "old", Content: answering(text("q", "Told."))}}, d.Sections...)
			d.Sections[1].Answers = append([]evaluation.Answer{text("unasked", "So.")}, d.Sections[1].Answers...)
		}, append(slices.Insert(slices.Clone(unchanged), 3, change{"help", "unasked", "", added, words(piece(fresh, "So."))}), change{"old", "q", "", added, words(piece(fresh, "Told."))})},
	} {
		is := aDocument()
		c.do(is)
		var got []change
		for _, d := range evaluation.CompareDocuments(aDocument(), is, anOutline()) {
			got = append(got, change{d.Section, d.Question, d.Item, d.State, d.Pieces})
			if (d.Before == nil) != (d.State == added) || (d.After == nil) != (d.State == removed) {
				t.Errorf("%s: %s %s is %s, from %v to %v", c.what, d.Section, d.Question, d.State, d.Before, d.After)
			}
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v", c.what, got)
		}
	}
	first := evaluation.CompareDocuments(&evaluation.Document{}, aDocument(), anOutline())
	last := evaluation.CompareDocuments(aDocument(), &evaluation.Document{}, anOutline())
	for i, c := range unchanged {
		if first[i].State != added || last[i].State != removed || first[i].Question != c.Question || last[i].Item != c.Item {
			t.Errorf("beside nothing: %+v and %+v", first[i], last[i])
		}
	}
	if len(first) != len(unchanged) || len(last) != len(unchanged) {
		t.Errorf("beside nothing stand %d and %d", len(first), len(last))
	}
}

// TestWhatIsNoTextIsSaidFromAndTo of what it has changed.
func TestWhatIsNoTextIsSaidFromAndTo(t *testing.T) {
	t.Parallel()
	type facet = evaluation.Facet
	audit, figure := aDocument().Sections[0].Evidence[0], aDocument().Sections[1].Indicators[0].Citation
	day, later := programme.Date("2026-11-03"), figure
	later.Period = "2026-27-Q2"
	for what, c := range map[string]struct {
		do            func(d *evaluation.Document)
		before, after facet
	}{
		"a choice":                         {func(d *evaluation.Document) { d.Sections[0].Answers[1] = choice("trend", "down") }, facet{Choice: new("up")}, facet{Choice: new("down")}},
		"a number":                         {func(d *evaluation.Document) { d.Sections[0].Answers[2] = number("posts", 13) }, facet{Number: aDocument().Sections[0].Answers[2].Number}, facet{Number: new(13.0)}},
		"a choice in place of a narrative": {func(d *evaluation.Document) { d.Sections[0].Answers[0] = choice("know", "up") }, facet{}, facet{Choice: new("up")}},
		"what shows it": {func(d *evaluation.Document) {
			e := &d.Sections[0].Evidence[0]
			e.Link, e.Reference, e.Date = new("https://audit.example"), new("A 12"), &day
		}, facet{Link: audit.Link, Reference: audit.Reference, Date: audit.Date}, facet{Link: new("https://audit.example"), Reference: new("A 12"), Date: &day}},
		"a figure": {func(d *evaluation.Document) { d.Sections[1].Indicators[0].Citation = later }, facet{Citation: &figure}, facet{Citation: &later}},
	} {
		is := aDocument()
		c.do(is)
		changed := slices.DeleteFunc(evaluation.CompareDocuments(aDocument(), is, anOutline()), func(d evaluation.AnswerChange) bool { return d.State == evaluation.IsSame })
		if len(changed) != 1 || !reflect.DeepEqual(changed[0].Before, &c.before) || !reflect.DeepEqual(changed[0].After, &c.after) {
			t.Errorf("%s: %+v", what, changed)
		}
	}
}

// TestAnAnswerIsComparedWhereItsQuestionIsAskedNow: a question that has moved takes its earlier
// answer along, of the same template alone; what is gone stays where it was.
func TestAnAnswerIsComparedWhereItsQuestionIsAskedNow(t *testing.T) {
	t.Parallel()
	to := anOutline()
	to.Sections[0].Questions = append(to.Sections[0].Questions, to.Sections[1].Questions[1])
	to.Sections[1].Questions = to.Sections[1].Questions[:1]
	is, _ := evaluation.Migrate(aDocument(), anOutline(), to)
	was := evaluation.Signing{Version: evaluation.Version{Document: *aDocument()}, Asked: anOutline()}
	states := func(template string) map[string]evaluation.Difference {
		before, states := was.AskedNow(template, to), map[string]evaluation.Difference{}
		for _, c := range evaluation.CompareDocuments(&before, &is, to) {
			if c.Question == "figure" || c.State != evaluation.IsSame {
				states[c.Section+" "+c.Question] = c.State
			}
		}
		return states
	}
	if got, want := states(is.TemplateID), map[string]evaluation.Difference{"help figure": evaluation.IsSame}; !maps.Equal(got, want) {
		t.Errorf("of the same template: %v, want %v", got, want)
	}
	if got, want := states("another"), map[string]evaluation.Difference{"help figure": evaluation.IsAdded, "care figure": evaluation.IsRemoved}; !maps.Equal(got, want) {
		t.Errorf("of another template: %v, want %v", got, want)
	}
	if !reflect.DeepEqual(&was.Document, aDocument()) {
		t.Error("what was signed is altered")
	}
}

// TestWhatSaysTheSameIsRecognised: an item of another cycle stands beside the first that says the
// same and has no other beside it.
func TestWhatSaysTheSameIsRecognised(t *testing.T) {
	t.Parallel()
	items := func(idsAndTexts ...string) (all []evaluation.Item) {
		for i := 0; i < len(idsAndTexts); i += 2 {
			all = append(all, evaluation.Item{ID: idsAndTexts[i], Text: idsAndTexts[i+1]})
		}
		return all
	}
	was := evaluation.Content{
		Strengths: items("1", "Staff stay.", "2", "Audits.", "3", "Audits.", "4", "Gone."), Risks: items("5", "Few homes."),
		Evidence: []evaluation.Evidence{{ID: "6", Title: "Audit"}}, Indicators: []evaluation.CitedIndicator{{ID: "7", Citation: programme.Citation{Indicator: "A", Period: "2025"}}},
	}
	now := evaluation.Content{
		Strengths: items("a", "Audits.", "b", "Staff stay.", "3", "Audits.", "c", "New."), Risks: items("d", "Few homes."), Practice: items("e", "Few homes."),
		Evidence: []evaluation.Evidence{{ID: "f", Title: "Audit", Link: new("https://audit.example")}}, Indicators: []evaluation.CitedIndicator{{ID: "g", Citation: programme.Citation{Indicator: "A", Period: "2026"}}},
	}
	before := fmt.Sprint(was)
	is := was.Recognised(&now)
	if got, want := fmt.Sprint(is.Strengths), fmt.Sprint(items("b", "Staff stay.", "a", "Audits.", "3", "Audits.", "4", "Gone.")); got != want {
		t.Errorf("strengths are recognised as %s, want %s", got, want)
	}
	if is.Risks[0].ID != "d" || is.Evidence[0].ID != "f" || is.Indicators[0].ID != "7" || len(is.Practice) != 0 {
		t.Errorf("it is recognised as %+v", is)
	}
	if fmt.Sprint(was) != before {
		t.Error("what was said is altered")
	}
}
