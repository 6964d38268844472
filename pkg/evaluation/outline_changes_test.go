package evaluation_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/framework"
)

// anOutline answers an outline with a question of each kind.
func anOutline() *evaluation.Outline {
	limit, people := 500, framework.People
	return &evaluation.Outline{Sections: []evaluation.OutlineSection{
		{ID: "help", Title: "Help and protection", Questions: []evaluation.Question{
			{ID: "know", Text: "What do you know?", Kind: evaluation.Narrative, Required: true, WordLimit: &limit},
			{ID: "trend", Text: "Where does it go?", Kind: evaluation.ChoiceOf, Choices: []evaluation.Choice{{ID: "up", Text: "Up"}, {ID: "down", Text: "Down"}}},
			{ID: "posts", Text: "How many posts?", Kind: evaluation.NumberOf, Policy: &people},
		}},
		{ID: "care", Title: "Children in care", Optional: true, Questions: []evaluation.Question{
			{ID: "know", Text: "What do you know?", Kind: evaluation.Narrative},
			{ID: "figure", Text: "Which figure?", Kind: evaluation.IndicatorCitation},
		}},
	}}
}

func TestWhatAnOutlineChangesOfAnother(t *testing.T) {
	t.Parallel()
	const major, minor, patch = framework.Major, framework.Minor, framework.Patch
	const added, removed, altered, moved = framework.Added, framework.Removed, framework.Altered, evaluation.Moved
	guidance, low, high, most, events := "Think of practice.", 400, 600, evaluation.MaxWords, framework.Events
	type change = evaluation.Change
	for _, c := range []struct {
		what string
		do   func(o *evaluation.Outline)
		want []change
	}{
		{"nothing", func(*evaluation.Outline) {}, nil},
		{"a section is gone", func(o *evaluation.Outline) { o.Sections = o.Sections[:1] }, []change{
			{major, "care", "", removed, "", "The section care is gone."},
			{major, "care", "know", removed, "", "The question know of care is gone."},
			{major, "care", "figure", removed, "", "The question figure of care is gone."},
		}},
		{"a section is new", func(o *evaluation.Outline) {
			o.Sections = append(o.Sections, evaluation.OutlineSection{ID: "leaders", Questions: []evaluation.Question{{ID: "know", Kind: evaluation.Narrative}}})
		}, []change{{minor, "leaders", "", added, "", "The section leaders is new."}, {minor, "leaders", "know", added, "", "The question know of leaders is new."}}},
		{"a section is new that must be written", func(o *evaluation.Outline) {
			o.Sections = append(o.Sections, evaluation.OutlineSection{ID: "leaders", Questions: []evaluation.Question{{ID: "know", Kind: evaluation.Narrative, Required: true}}})
		}, []change{{minor, "leaders", "", added, "", "The section leaders is new."}, {major, "leaders", "know", added, "", "The question know of leaders is new, and required."}}},
		{"a section is not optional any more", func(o *evaluation.Outline) { o.Sections[1].Optional = false }, []change{{major, "care", "", altered, "optional", "The section care is not optional any more."}}},
		{"a section is optional now", func(o *evaluation.Outline) { o.Sections[0].Optional = true }, []change{{minor, "help", "", altered, "optional", "The section help is optional now."}}},
		{"a section has other words", func(o *evaluation.Outline) { o.Sections[0].Title, o.Sections[0].Guidance = "Help", &guidance }, []change{
			{patch, "help", "", altered, "title", "The section help has another title."}, {patch, "help", "", altered, "guidance", "The section help has another guidance."},
		}},
		{"sections stand in another order", func(o *evaluation.Outline) { slices.Reverse(o.Sections) }, []change{{patch, "", "", altered, "sections", "The sections stand in another order."}}},
		{"questions stand in another order", func(o *evaluation.Outline) { slices.Reverse(o.Sections[0].Questions) }, []change{{patch, "help", "", altered, "questions", "The questions stand in another order."}}},
		{"a question is gone, though another section asks one of its id", func(o *evaluation.Outline) { o.Sections[0].Questions = o.Sections[0].Questions[1:] }, []change{
			{major, "help", "know", removed, "", "The question know of help is gone."},
		}},
		{"a question is asked in another section", func(o *evaluation.Outline) {
			o.Sections[0].Questions = append(o.Sections[0].Questions, o.Sections[1].Questions[1])
			o.Sections[1].Questions = o.Sections[1].Questions[:1]
		}, []change{{major, "care", "figure", moved, "", "The question figure of care is asked in help now."}}},
		{"a question is asked in another section, in other words", func(o *evaluation.Outline) {
			o.Sections[0].Questions = append(o.Sections[0].Questions, o.Sections[1].Questions[1])
			o.Sections[1].Questions, o.Sections[0].Questions[3].Text = o.Sections[1].Questions[:1], "What shows it?"
		}, []change{
			{major, "care", "figure", moved, "", "The question figure of care is asked in help now."}, {patch, "help", "figure", altered, "text", "The question figure of help has another text."},
		}},
		{"in another section one of another kind has the id", func(o *evaluation.Outline) {
			o.Sections[0].Questions = append(o.Sections[0].Questions, evaluation.Question{ID: "figure", Kind: evaluation.Narrative})
			o.Sections[1].Questions = o.Sections[1].Questions[:1]
		}, []change{{major, "care", "figure", removed, "", "The question figure of care is gone."}, {minor, "help", "figure", added, "", "The question figure of help is new."}}},
		{"a question is new, and required in an optional section", func(o *evaluation.Outline) {
			o.Sections[1].Questions = append(o.Sections[1].Questions, evaluation.Question{ID: "plans", Kind: evaluation.Narrative, Required: true})
		}, []change{{major, "care", "plans", added, "", "The question plans of care is new, and required."}}},
		{"a question is new, and not required in an optional section", func(o *evaluation.Outline) {
			o.Sections[1].Questions = append(o.Sections[1].Questions, evaluation.Question{ID: "plans", Kind: evaluation.Narrative})
		}, []change{{minor, "care", "plans", added, "", "The question plans of care is new."}}},
		{"a question has another kind", func(o *evaluation.Outline) {
			o.Sections[0].Questions[0].Kind, o.Sections[0].Questions[0].WordLimit = evaluation.IndicatorCitation, nil
		}, []change{{major, "help", "know", altered, "kind", "The question know of help is of the kind indicator now, and was of the kind narrative."}}},
		{"a question is required now", func(o *evaluation.Outline) { o.Sections[0].Questions[1].Required = true }, []change{{major, "help", "trend", altered, "required", "The question trend of help is required now."}}},
		{"a question is not required any more", func(o *evaluation.Outline) { o.Sections[0].Questions[0].Required = false }, []change{{minor, "help", "know", altered, "required", "The question know of help is not required any more."}}},
		{"a question has other words", func(o *evaluation.Outline) {
			o.Sections[0].Questions[0].Text, o.Sections[0].Questions[0].Guidance = "What?", &guidance
		}, []change{
			{patch, "help", "know", altered, "text", "The question know of help has another text."}, {patch, "help", "know", altered, "guidance", "The question know of help has another guidance."},
		}},
		{"a limit is lower", func(o *evaluation.Outline) { o.Sections[0].Questions[0].WordLimit = &low }, []change{{major, "help", "know", altered, "wordLimit", "The question know of help may have 400 words at most, and might have 500."}}},
		{"a limit is there where none was", func(o *evaluation.Outline) { o.Sections[1].Questions[0].WordLimit = &low }, []change{{major, "care", "know", altered, "wordLimit", "The question know of care may have 400 words at most, and might have 3000."}}},
		{"a limit is there that holds anyway", func(o *evaluation.Outline) { o.Sections[1].Questions[0].WordLimit = &most }, []change{{patch, "care", "know", altered, "wordLimit", "The question know of care may have 3000 words at most, as before."}}},
		{"a limit is higher", func(o *evaluation.Outline) { o.Sections[0].Questions[0].WordLimit = &high }, []change{{minor, "help", "know", altered, "wordLimit", "The question know of help may have 600 words, and might have 500 at most."}}},
		{"a limit is dropped", func(o *evaluation.Outline) { o.Sections[0].Questions[0].WordLimit = nil }, []change{{minor, "help", "know", altered, "wordLimit", "The question know of help may have 3000 words, and might have 500 at most."}}},
		{"a number is counted by another policy", func(o *evaluation.Outline) { o.Sections[0].Questions[2].Policy = &events }, []change{{major, "help", "posts", altered, "policy", "The question posts of help counts by another policy."}}},
		{"a choice is gone", func(o *evaluation.Outline) {
			o.Sections[0].Questions[1].Choices = o.Sections[0].Questions[1].Choices[:1]
		}, []change{
			{major, "help", "trend", removed, "choices", "The choice down of the question trend of help is gone."},
		}},
		{"a choice is new", func(o *evaluation.Outline) {
			o.Sections[0].Questions[1].Choices = append(o.Sections[0].Questions[1].Choices, evaluation.Choice{ID: "level"})
		}, []change{{minor, "help", "trend", added, "choices", "The choice level of the question trend of help is new."}}},
		{"choices have other words and stand in another order", func(o *evaluation.Outline) {
			o.Sections[0].Questions[1].Choices[0].Text = "Upwards"
			slices.Reverse(o.Sections[0].Questions[1].Choices)
		}, []change{
			{patch, "help", "trend", altered, "choices", "The choices stand in another order."}, {patch, "help", "trend", altered, "choices", "The choice up of the question trend of help has another text."},
		}},
	} {
		is := anOutline()
		c.do(is)
		if got := evaluation.Changes(anOutline(), is); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v", c.what, got)
		}
	}
}

func TestTwoQuestionsOfOneIDMoveToOneSectionEach(t *testing.T) {
	t.Parallel()
	was, is := anOutline(), anOutline()
	was.Sections[1].Questions[0].Kind = evaluation.Narrative
	is.Sections[0].ID, is.Sections[1].ID = "first", "second"
	var to []string
	for _, c := range evaluation.Changes(was, is) {
		if c.Kind == evaluation.Moved && c.Question == "know" {
			to = append(to, c.Section+": "+c.Detail)
		}
	}
	want := []string{"help: The question know of help is asked in first now.", "care: The question know of care is asked in second now."}
	if !slices.Equal(to, want) {
		t.Errorf("moved: %q", to)
	}
}

func TestTheNextVersionIsAsHighAsItsChanges(t *testing.T) {
	t.Parallel()
	of := func(levels ...framework.Level) []evaluation.Change {
		var changes []evaluation.Change
		for _, l := range levels {
			changes = append(changes, evaluation.Change{Level: l})
		}
		return changes
	}
	for _, c := range []struct {
		was     string
		changes []evaluation.Change
		want    string
	}{
		{"", nil, "1.0.0"},
		{"", of(framework.Patch), "1.0.0"},
		{"1.2.3", nil, "1.2.3"},
		{"1.2.3", of(framework.Patch), "1.2.4"},
		{"1.2.3", of(framework.Patch, framework.Minor, framework.Patch), "1.3.0"},
		{"1.2.3", of(framework.Minor, framework.Major, framework.Patch), "2.0.0"},
	} {
		if got := evaluation.NextVersion(c.was, c.changes); got != c.want {
			t.Errorf("after %q with %v comes %s, want %s", c.was, c.changes, got, c.want)
		}
	}
}

func TestComparingOutlinesAltersNone(t *testing.T) {
	t.Parallel()
	was, is := anOutline(), anOutline()
	slices.Reverse(is.Sections)
	slices.Reverse(is.Sections[1].Questions)
	before, _ := json.Marshal([]any{was, is})
	evaluation.Changes(was, is)
	if after, _ := json.Marshal([]any{was, is}); !bytes.Equal(after, before) {
		t.Errorf("the outlines became %s", after)
	}
}
