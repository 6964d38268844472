package evaluation_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
)

func text(question, text string) evaluation.Answer {
	return evaluation.Answer{Question: question, Text: &text}
}

func choice(question, choice string) evaluation.Answer {
	return evaluation.Answer{Question: question, Choice: &choice}
}

func number(question string, n float64) evaluation.Answer {
	return evaluation.Answer{Question: question, Number: &n}
}

func citing(question string) evaluation.Answer {
	return evaluation.Answer{Question: question, Citation: &programme.Citation{Source: programme.FromRelease, SourceID: "1", Indicator: "re-referrals", Borough: "E09000001", Period: "2024-25"}}
}

func answering(answers ...evaluation.Answer) evaluation.Content {
	return evaluation.Content{Answers: answers}
}

// told writes faults in one line each.
func told(faults []programme.Fault) []string {
	var lines []string
	for _, f := range faults {
		lines = append(lines, f.Pointer+" "+string(f.Code)+": "+f.Detail)
	}
	return lines
}

func TestWhatKeepsADocumentFromBeingSigned(t *testing.T) {
	t.Parallel()
	const needed = "required: This question needs an answer."
	words := func(n int) string { return strings.TrimSpace(strings.Repeat("word ", n)) }
	asks := anOutline()
	asks.Sections[1].Questions[0].Required = true
	known := answering(text("know", "Enough."))
	for _, c := range []struct {
		what string
		help evaluation.Content
		care evaluation.Content
		want []string
	}{
		{"nothing is missing", known, evaluation.Content{}, nil},
		{"as many words as may be", answering(text("know", words(500))), evaluation.Content{}, nil},
		{"no answer", answering(choice("trend", "up")), evaluation.Content{}, []string{"/sections/0/answers/know " + needed}},
		{"white space", answering(text("know", " \t\n\u00a0")), evaluation.Content{}, []string{"/sections/0/answers/know " + needed}},
		{"what nobody sees", answering(text("know", "\u200b\u2800\u3164")), evaluation.Content{}, []string{"/sections/0/answers/know " + needed}},
		{"a word above the limit", answering(text("know", words(501))), evaluation.Content{}, []string{"/sections/0/answers/know too_long: The limit is 500 words, and the answer has 501."}},
		{"the limit of all, where the question has none", known, answering(text("know", words(3001))), []string{"/sections/1/answers/know too_long: The limit is 3,000 words, and the answer has 3,001."}},
		{"what is no count, though an older question let it in", answering(text("know", "Enough."), number("posts", -0.5)), evaluation.Content{}, []string{"/sections/0/answers/posts negative: A count cannot be below 0."}},
		{"a count", answering(text("know", "Enough."), number("posts", 12)), evaluation.Content{}, nil},
		{"an optional section that is written", known, answering(text("know", "Some.")), nil},
		{"an optional section in which another question is answered", known, answering(citing("figure")), []string{"/sections/1/answers/know " + needed}},
		{"an optional section in which a strength stands", known, evaluation.Content{Strengths: []evaluation.Item{{ID: "1", Text: "Staff stay."}}}, []string{"/sections/1/answers/know " + needed}},
		{"an optional section of white space", known, answering(text("know", " ")), nil},
		{"both sections", evaluation.Content{}, answering(citing("figure")), []string{"/sections/0/answers/know " + needed, "/sections/1/answers/know " + needed}},
	} {
		d := evaluation.Document{Sections: []evaluation.Section{{ID: "help", Content: c.help}, {ID: "care", Content: c.care}}}
		if got := told(d.Missing(asks)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q", c.what, got)
		}
	}
	without := evaluation.Document{}
	if got, want := told(without.Missing(asks)), []string{"/sections/0/answers/know " + needed}; !slices.Equal(got, want) {
		t.Errorf("without sections: %q", got)
	}
}

func TestAPlaceIsWrittenAsAPointer(t *testing.T) {
	t.Parallel()
	asks := &evaluation.Outline{Sections: []evaluation.OutlineSection{{ID: "help", Questions: []evaluation.Question{{ID: "a/b", Kind: evaluation.Narrative, Required: true}}}}}
	d := evaluation.Document{Sections: []evaluation.Section{{ID: "help"}}}
	if got := d.Missing(asks); len(got) != 1 || got[0].Pointer != "/sections/0/answers/a~1b" {
		t.Errorf("missing: %+v", got)
	}
}

func TestWhatIsNeverKept(t *testing.T) {
	t.Parallel()
	link, reference, white := "https://example.org", "Paper 7", " "
	both := text("know", "Some.")
	both.Number = number("know", 1).Number
	twice := []evaluation.Item{{ID: "a", Text: "One."}, {ID: "", Text: "Two."}, {ID: "", Text: "Three."}, {ID: "a", Text: "Four."}}
	for _, c := range []struct {
		what    string
		content evaluation.Content
		want    []string
	}{
		{"nothing at all", evaluation.Content{}, nil},
		{"an answer of each kind", answering(text("know", "Some."), choice("trend", "up"), number("posts", 12), citing("figure")), nil},
		{"a count below nought", answering(number("posts", -1)), []string{"/at/answers/0 negative: A count cannot be below 0."}},
		{"half of somebody", answering(number("posts", 0.5)), []string{"/at/answers/0 not_whole: This counts people or what happens to them, so it is a whole number."}},
		{"half a child", answering(number("plans", 5.5)), []string{"/at/answers/0 not_whole: This counts people or what happens to them, so it is a whole number."}},
		{"none", answering(number("posts", 0), number("plans", 0)), nil},
		{"money", answering(number("spent", -0.5)), nil},
		{"as many words as can be kept, though the limit is lower", answering(text("know", strings.Repeat("word ", 3000))), nil},
		{"a word more", answering(text("know", strings.Repeat("word ", 3001))), []string{"/at/answers/0 too_long: The answer has 3,001 words; at most 3,000 can be kept."}},
		{"a question that is not asked", answering(text("why/not", "So.")), []string{"/at/answers/0 unknown_value: The section does not ask this question."}},
		{"two answers to one question", answering(text("know", "So."), text("know", "Or so.")), []string{"/at/answers/1 repeated: Another answer is given to this question."}},
		{"no answer", answering(evaluation.Answer{Question: "know"}), nil},
		{"a text for a number", answering(text("posts", "Two.")), []string{"/at/answers/0 other_kind: The answer is of the kind narrative; the question asks for the kind number."}},
		{"a choice for a narrative", answering(choice("know", "up")), []string{"/at/answers/0 other_kind: The answer is of the kind choice; the question asks for the kind narrative."}},
		{"a number for a citation", answering(number("figure", 1)), []string{"/at/answers/0 other_kind: The answer is of the kind number; the question asks for the kind indicator."}},
		{"a citation for a choice", answering(citing("trend")), []string{"/at/answers/0 other_kind: The answer is of the kind indicator; the question asks for the kind choice."}},
		{"two ways at once", answering(both), []string{"/at/answers/0 exclusive: The answer is given in several ways; give the one of the kind narrative."}},
		{"a choice that is not offered", answering(choice("trend", "level")), []string{"/at/answers/0 unknown_value: The question does not offer this choice."}},
		{"evidence", evaluation.Content{Evidence: []evaluation.Evidence{{ID: "1", Link: &link}, {ID: "2", Reference: &reference}, {ID: "3"}, {ID: "4", Link: &white}}}, []string{
			"/at/evidence/2 required: Evidence needs a link or a reference.", "/at/evidence/3 required: Evidence needs a link or a reference.",
		}},
		{"one id in two lists", evaluation.Content{Strengths: twice[:3], Risks: twice[:3]}, nil},
		{"one id twice in each list", evaluation.Content{
			Strengths: twice, Risks: twice, Practice: twice, Help: twice,
			Evidence: []evaluation.Evidence{{ID: "a", Link: &link}, {ID: "a", Link: &link}}, Indicators: []evaluation.CitedIndicator{{ID: "a"}, {ID: "a"}},
		}, []string{
			"/at/strengths/3/id repeated: Another item of the list has this id.", "/at/risks/3/id repeated: Another item of the list has this id.",
			"/at/practiceToShare/3/id repeated: Another item of the list has this id.", "/at/helpWanted/3/id repeated: Another item of the list has this id.",
			"/at/evidence/1/id repeated: Another item of the list has this id.", "/at/indicators/1/id repeated: Another item of the list has this id.",
		}},
	} {
		asks := anOutline().Sections[0]
		asks.Questions = append(asks.Questions, evaluation.Question{ID: "figure", Kind: evaluation.IndicatorCitation},
			evaluation.Question{ID: "plans", Kind: evaluation.NumberOf, Policy: new(framework.Children)}, evaluation.Question{ID: "spent", Kind: evaluation.NumberOf, Policy: new(framework.Nobody)})
		if got := told(evaluation.CheckContent(&asks, &c.content, "/at")); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q", c.what, got)
		}
	}
}

func TestContentIsTidied(t *testing.T) {
	t.Parallel()
	asks := anOutline().Sections[0]
	one := citing("").Citation
	other := *one
	other.Period = "2023-24"
	was := evaluation.Content{
		Strengths:  []evaluation.Item{{ID: "s1", Text: "Same."}, {ID: "s2", Text: "Same."}, {ID: "s3", Text: "Named."}},
		Risks:      []evaluation.Item{{ID: "r1", Text: "Elsewhere."}},
		Evidence:   []evaluation.Evidence{{ID: "e1", Title: "Audit", Link: new(string)}},
		Indicators: []evaluation.CitedIndicator{{ID: "c1", Citation: *one}},
	}
	before := was
	before.Strengths = slices.Clone(was.Strengths)
	posted := evaluation.Content{
		Answers: []evaluation.Answer{text("unasked", "x"), number("posts", 0), text("trend", ""), {Question: "nothing"}, text("know", " ")},
		Strengths: []evaluation.Item{
			{Text: "Named."}, {Text: "Same."}, {Text: "Elsewhere."}, {ID: "s3", Text: "Renamed."}, {Text: "Same."}, {Text: "Same."},
		},
		Evidence:   []evaluation.Evidence{{Title: "Audit"}, {Title: "Survey"}},
		Indicators: []evaluation.CitedIndicator{{Citation: other}, {Citation: *one}},
	}
	made := 0
	evaluation.Tidy(&was, &posted, &asks, func() string { made++; return "new" + string(rune('0'+made)) })
	want := evaluation.Content{
		Answers: []evaluation.Answer{text("know", " "), number("posts", 0), text("unasked", "x")},
		Strengths: []evaluation.Item{
			{ID: "new1", Text: "Named."}, {ID: "s1", Text: "Same."}, {ID: "new2", Text: "Elsewhere."}, {ID: "s3", Text: "Renamed."}, {ID: "s2", Text: "Same."}, {ID: "new3", Text: "Same."},
		},
		Risks: []evaluation.Item{}, Practice: []evaluation.Item{}, Help: []evaluation.Item{},
		Evidence:   []evaluation.Evidence{{ID: "e1", Title: "Audit"}, {ID: "new4", Title: "Survey"}},
		Indicators: []evaluation.CitedIndicator{{ID: "new5", Citation: other}, {ID: "c1", Citation: *one}},
	}
	if !reflect.DeepEqual(posted, want) {
		t.Errorf("tidied: %+v", posted)
	}
	if !reflect.DeepEqual(was, before) {
		t.Errorf("what was kept became %+v", was)
	}
	again := posted
	evaluation.Tidy(nil, &again, &asks, func() string { t.Error("an item that has an id gets another"); return "" })
	if !reflect.DeepEqual(again, want) {
		t.Errorf("tidied twice: %+v", again)
	}
}

// aDocument answers a document on anOutline in which something of everything stands.
func aDocument() *evaluation.Document {
	reference, day, remark := "Paper 7", programme.Date("2026-11-02"), "Falling."
	return &evaluation.Document{TemplateID: "t", TemplateVersion: "1.0.0", Sections: []evaluation.Section{
		{ID: "help", Version: 3, UpdatedAt: moment, Content: evaluation.Content{
			Answers: []evaluation.Answer{text("know", "Enough."), choice("trend", "up"), number("posts", 12)}, Strengths: []evaluation.Item{{ID: "s1", Text: "Staff stay."}},
			Evidence: []evaluation.Evidence{{ID: "e1", Title: "Audit", Reference: &reference, Date: &day}},
		}},
		{ID: "care", Version: 5, UpdatedAt: moment, Content: evaluation.Content{
			Answers: []evaluation.Answer{text("know", "Less."), citing("figure")}, Risks: []evaluation.Item{{ID: "r1", Text: "Few homes."}},
			Practice: []evaluation.Item{{ID: "p1", Text: "A panel."}}, Help: []evaluation.Item{{ID: "h1", Text: "With data."}},
			Indicators: []evaluation.CitedIndicator{{ID: "c1", Remark: &remark, Citation: *citing("").Citation}},
		}},
	}}
}

func TestDocumentsThatSayTheSameAreEqual(t *testing.T) {
	t.Parallel()
	other, day := "other", programme.Date("2026-11-03")
	for _, c := range []struct {
		what string
		do   func(d *evaluation.Document)
		want bool
	}{
		{"nothing is another", func(*evaluation.Document) {}, true},
		{"it was written later", func(d *evaluation.Document) {
			d.Sections[0].Version, d.Sections[0].UpdatedAt = 9, moment.AddDate(0, 0, 1)
		}, true},
		{"an empty list", func(d *evaluation.Document) { d.Sections[0].Risks = []evaluation.Item{} }, true},
		{"the template", func(d *evaluation.Document) { d.TemplateID = other }, false},
		{"its version", func(d *evaluation.Document) { d.TemplateVersion = other }, false},
		{"the order of sections", func(d *evaluation.Document) { slices.Reverse(d.Sections) }, false},
		{"a section less", func(d *evaluation.Document) { d.Sections = d.Sections[:1] }, false},
		{"a section's id", func(d *evaluation.Document) { d.Sections[0].ID = other }, false},
		{"an answer's question", func(d *evaluation.Document) { d.Sections[0].Answers[0].Question = other }, false},
		{"a text", func(d *evaluation.Document) { d.Sections[0].Answers[0].Text = &other }, false},
		{"no text", func(d *evaluation.Document) { d.Sections[0].Answers[0].Text = nil }, false},
		{"a choice", func(d *evaluation.Document) { d.Sections[0].Answers[1].Choice = &other }, false},
		{"a number", func(d *evaluation.Document) { *d.Sections[0].Answers[2].Number = 13 }, false},
		{"a citation", func(d *evaluation.Document) { d.Sections[1].Answers[1].Citation.Period = other }, false},
		{"a strength", func(d *evaluation.Document) { d.Sections[0].Strengths[0].Text = other }, false},
		{"a risk's id", func(d *evaluation.Document) { d.Sections[1].Risks[0].ID = other }, false},
		{"no practice", func(d *evaluation.Document) { d.Sections[1].Practice = nil }, false},
		{"help", func(d *evaluation.Document) { d.Sections[1].Help[0].Text = other }, false},
		{"a title of evidence", func(d *evaluation.Document) { d.Sections[0].Evidence[0].Title = other }, false},
		{"an id of evidence", func(d *evaluation.Document) { d.Sections[0].Evidence[0].ID = other }, false},
		{"a link", func(d *evaluation.Document) { d.Sections[0].Evidence[0].Link = &other }, false},
		{"a reference", func(d *evaluation.Document) { d.Sections[0].Evidence[0].Reference = &other }, false},
		{"a date", func(d *evaluation.Document) { d.Sections[0].Evidence[0].Date = &day }, false},
		{"a cited indicator", func(d *evaluation.Document) { d.Sections[1].Indicators[0].Indicator = other }, false},
		{"a cited indicator's id", func(d *evaluation.Document) { d.Sections[1].Indicators[0].ID = other }, false},
		{"a remark", func(d *evaluation.Document) { d.Sections[1].Indicators[0].Remark = nil }, false},
	} {
		is := aDocument()
		c.do(is)
		if got := evaluation.Equal(aDocument(), is); got != c.want {
			t.Errorf("%s: equal is %t", c.what, got)
		}
		if got := evaluation.Equal(is, aDocument()); got != c.want {
			t.Errorf("%s, the other way round: equal is %t", c.what, got)
		}
	}
}
