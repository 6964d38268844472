package evaluation_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"peerchallenge/pkg/evaluation"
)

var moment = time.Date(2026, time.November, 27, 12, 0, 0, 0, time.UTC)

func TestWhatBecomesOfAnswersOnAnotherOutline(t *testing.T) {
	t.Parallel()
	const kept, moved, lost = evaluation.AnswerKept, evaluation.AnswerMoved, evaluation.AnswerLost
	type move = evaluation.Move
	all := []move{{"help", "know", kept, "", ""}, {"help", "trend", kept, "", ""}, {"help", "posts", kept, "", ""}, {"care", "know", kept, "", ""}, {"care", "figure", kept, "", ""}}
	but := func(at int, other ...move) []move { return slices.Replace(slices.Clone(all), at, at+1, other...) }
	for _, c := range []struct {
		what     string
		do       func(o *evaluation.Outline)
		want     []move
		sections []string // of the result, with the questions that are answered
		kept     []string // sections that keep their version
	}{
		{"the same", func(*evaluation.Outline) {}, all, []string{"help: know trend posts", "care: know figure"}, []string{"help", "care"}},
		{"other words and another order of sections", func(o *evaluation.Outline) {
			o.Sections[0].Title = "Help"
			slices.Reverse(o.Sections)
		}, all, []string{"care: know figure", "help: know trend posts"}, []string{"care", "help"}},
		{"another order of questions", func(o *evaluation.Outline) { slices.Reverse(o.Sections[0].Questions) }, all, []string{"help: posts trend know", "care: know figure"}, []string{"care"}},
		{"a question and a section are new", func(o *evaluation.Outline) {
			o.Sections[0].Questions = append(o.Sections[0].Questions, evaluation.Question{ID: "plans", Kind: evaluation.Narrative})
			o.Sections = append([]evaluation.OutlineSection{{ID: "leaders"}}, o.Sections...)
		}, all, []string{"leaders:", "help: know trend posts", "care: know figure"}, []string{"help", "care"}},
		{"a question is gone", func(o *evaluation.Outline) { o.Sections[0].Questions = o.Sections[0].Questions[1:] },
			but(0, move{"help", "know", lost, "", "The question know of help is gone."}), []string{"help: trend posts", "care: know figure"}, []string{"care"}},
		{"a question has another kind", func(o *evaluation.Outline) { o.Sections[1].Questions[0].Kind = evaluation.NumberOf },
			but(3, move{"care", "know", lost, "", "The question know of care is of the kind number now, and was of the kind narrative."}), []string{"help: know trend posts", "care: figure"}, []string{"help"}},
		{"the choice is gone", func(o *evaluation.Outline) {
			o.Sections[0].Questions[1].Choices = o.Sections[0].Questions[1].Choices[1:]
		},
			but(1, move{"help", "trend", lost, "", "The choice up of the question trend of help is gone."}), []string{"help: know posts", "care: know figure"}, []string{"care"}},
		{"another choice is gone", func(o *evaluation.Outline) {
			o.Sections[0].Questions[1].Choices = o.Sections[0].Questions[1].Choices[:1]
		},
			all, []string{"help: know trend posts", "care: know figure"}, []string{"help", "care"}},
		{"a question is asked in another section, before the others", func(o *evaluation.Outline) {
			o.Sections[1].Questions = append([]evaluation.Question{o.Sections[0].Questions[1]}, o.Sections[1].Questions...)
			o.Sections[0].Questions = slices.Delete(o.Sections[0].Questions, 1, 2)
		}, but(1, move{"help", "trend", moved, "care", "The question trend of help is asked in care now."}), []string{"help: know posts", "care: trend know figure"}, nil},
		{"a question is asked in another section, and its choice is gone", func(o *evaluation.Outline) {
			o.Sections[1].Questions = append(o.Sections[1].Questions, o.Sections[0].Questions[1])
			o.Sections[0].Questions = slices.Delete(o.Sections[0].Questions, 1, 2)
			o.Sections[1].Questions[2].Choices = nil
		}, but(1, move{"help", "trend", lost, "", "The choice up of the question trend of help is gone."}), []string{"help: know posts", "care: know figure"}, []string{"care"}},
		{"a section is gone, and one of its questions is asked elsewhere", func(o *evaluation.Outline) {
			o.Sections[0].Questions = append(o.Sections[0].Questions, o.Sections[1].Questions[1])
			o.Sections = o.Sections[:1]
		}, append(slices.Clone(all[:3]),
			move{"care", "know", lost, "", "The section care is gone."}, move{"care", "figure", moved, "help", "The question figure of care is asked in help now."},
			move{"care", "risks", lost, "", "The section care is gone."}, move{"care", "practiceToShare", lost, "", "The section care is gone."},
			move{"care", "helpWanted", lost, "", "The section care is gone."}, move{"care", "indicators", lost, "", "The section care is gone."},
		), []string{"help: know trend posts figure"}, nil},
	} {
		d, to := aDocument(), anOutline()
		c.do(to)
		is, moves := evaluation.Migrate(d, anOutline(), to)
		if !reflect.DeepEqual(moves, c.want) {
			t.Errorf("%s: %+v", c.what, moves)
		}
		var sections, unchanged []string
		for _, s := range is.Sections {
			line := s.ID + ":"
			for _, a := range s.Answers {
				line += " " + a.Question
			}
			sections = append(sections, line)
			if was := d.Section(s.ID); was != nil && s.Version == was.Version && s.UpdatedAt.Equal(was.UpdatedAt) {
				unchanged = append(unchanged, s.ID)
			} else if s.Version != 0 || !s.UpdatedAt.IsZero() {
				t.Errorf("%s: the section %s has the version %d of %s", c.what, s.ID, s.Version, s.UpdatedAt)
			}
		}
		if !slices.Equal(sections, c.sections) || !slices.Equal(unchanged, c.kept) {
			t.Errorf("%s: sections %q, of which %q keep their version", c.what, sections, unchanged)
		}
		if !reflect.DeepEqual(d, aDocument()) {
			t.Errorf("%s: the document became %+v", c.what, d)
		}
	}
}

func TestListsGoWithTheirSection(t *testing.T) {
	t.Parallel()
	d, to := aDocument(), anOutline()
	to.Sections[1].Questions = nil
	is, _ := evaluation.Migrate(d, anOutline(), to)
	want := d.Sections[1].Content
	want.Answers = nil
	wrap := func(c evaluation.Content) *evaluation.Document {
		return &evaluation.Document{Sections: []evaluation.Section{{Content: c}}}
	}
	if !evaluation.Equal(wrap(is.Sections[1].Content), wrap(want)) {
		t.Errorf("the lists are %+v", is.Sections[1].Content)
	}
	is.Sections[1].Risks[0].Text = "Altered."
	if d.Sections[1].Risks[0].Text != "Few homes." {
		t.Error("whoever alters the result alters the document")
	}
	if s := is.Sections[0]; s.Risks == nil || s.Practice == nil || s.Help == nil || s.Indicators == nil || is.Sections[1].Answers == nil {
		t.Errorf("an empty list is not there: %+v", is.Sections)
	}
}

func TestAnAnswerThatNobodyAskedForIsLost(t *testing.T) {
	t.Parallel()
	d := aDocument()
	d.Sections[0].Answers = append(d.Sections[0].Answers, text("unasked", "So."))
	_, moves := evaluation.Migrate(d, anOutline(), anOutline())
	want := evaluation.Move{Section: "help", Question: "unasked", Fate: evaluation.AnswerLost, Why: "The section help did not ask the question unasked."}
	if !slices.Contains(moves, want) {
		t.Errorf("moves: %+v", moves)
	}
}
