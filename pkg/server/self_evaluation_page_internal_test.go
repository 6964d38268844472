package server

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"time"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/chart"
	"peerchallenge/pkg/disclosure"
	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
)

var (
	plans = programme.Citation{Source: programme.FromSnapshot, SourceID: "s1", Indicator: "cp-rate", Borough: "E09000021", Period: "2026-27-Q1"}
	// Of another borough, hidden, and not there at all.
	neighbour = programme.Citation{Source: programme.FromSnapshot, SourceID: "s1", Indicator: "cp-rate", Borough: "E09000022", Period: "2026-27-Q1"}
	hidden    = programme.Citation{Source: programme.FromSnapshot, SourceID: "s1", Indicator: "cp-second", Borough: "E09000021", Period: "2026-27-Q1"}
	withdrawn = programme.Citation{Source: programme.FromRelease, SourceID: "r9", Indicator: "cp-rate", Borough: "E09000021", Period: "2024"}
	// Without a region beside it.
	alone = programme.Citation{Source: programme.FromRelease, SourceID: "r1", Indicator: "turnover", Borough: "E09000021", Period: "2025"}
)

func citedSample() map[programme.Citation]citedFigure {
	return map[programme.Citation]citedFigure{
		plans:     {IndicatorName: "Child protection plans", BoroughName: "Kingston", PeriodName: "2026-27 quarter 1", Words: "34.20 per 10,000", Value: new(34.2), Region: new(38.876), RegionName: "London", Unit: "per 10,000"},
		neighbour: {IndicatorName: "Child protection plans", BoroughName: "Lambeth", PeriodName: "2026-27 quarter 1", Words: "41 per 10,000", Value: new(41.0), Region: new(38.876), RegionName: "London", Unit: "per 10,000"},
		hidden:    {IndicatorName: "Second plans", BoroughName: "Kingston", PeriodName: "2026-27 quarter 1", Words: "hidden: a small number of children", Region: new(21.04), RegionName: "London", Unit: "%"},
		alone:     {IndicatorName: "Turnover", BoroughName: "Kingston", PeriodName: "2025", Words: "12.3 %", Value: new(12.3), Unit: "%"},
	}
}

func outlineSample() *evaluation.Outline {
	return &evaluation.Outline{Sections: []evaluation.OutlineSection{
		{ID: "help", Title: "Help and protection", Questions: []evaluation.Question{
			{ID: "know", Text: "What do you know?", Kind: evaluation.Narrative},
			{ID: "how", Text: "How do you know it?", Kind: evaluation.Narrative},
			{ID: "blank", Text: "What are your plans?", Kind: evaluation.Narrative},
			{ID: "model", Text: "Which model?", Kind: evaluation.ChoiceOf, Choices: []evaluation.Choice{{ID: "signs", Text: "Signs of safety"}, {ID: "own", Text: "One of our own"}}},
			{ID: "gone", Text: "Which tool?", Kind: evaluation.ChoiceOf, Choices: []evaluation.Choice{{ID: "a", Text: "A tool"}}},
			{ID: "audits", Text: "How many audits?", Kind: evaluation.NumberOf, Policy: new(framework.Nobody)},
			{ID: "few", Text: "How many children?", Kind: evaluation.NumberOf, Policy: new(framework.Children)},
			{ID: "unsaid", Text: "How many staff?", Kind: evaluation.NumberOf, Policy: new(framework.People)},
			{ID: "figure", Text: "Which figure?", Kind: evaluation.IndicatorCitation},
			{ID: "none", Text: "Which other figure?", Kind: evaluation.IndicatorCitation},
		}},
		{ID: "care", Title: "Children in care", Questions: []evaluation.Question{{ID: "know", Text: "What do you know?", Kind: evaluation.Narrative}}},
		{ID: "priority", Title: "Adolescents", Optional: true, Questions: []evaluation.Question{{ID: "know", Text: "What do you know?", Kind: evaluation.Narrative}}},
	}}
}

func documentSample(text string) *evaluation.Document {
	return &evaluation.Document{Sections: []evaluation.Section{{ID: "help", Content: evaluation.Content{
		Answers: []evaluation.Answer{
			{Question: "know", Text: &text}, {Question: "blank", Text: new(" \n")}, {Question: "model", Choice: new("own")}, {Question: "gone", Choice: new("z")},
			{Question: "audits", Number: new(1200.5)}, {Question: "few"}, {Question: "figure", Citation: &plans},
		},
		Strengths:  []evaluation.Item{{ID: "1", Text: text}, {ID: "2", Text: "Second"}},
		Help:       []evaluation.Item{{ID: "3", Text: text}},
		Evidence:   []evaluation.Evidence{{ID: "4", Title: text, Link: new("https://example.org/audit"), Date: new(programme.Date("2026-05-04"))}, {ID: "5", Title: "Note", Link: new("javascript:alert(1)"), Reference: &text}},
		Indicators: []evaluation.CitedIndicator{{ID: "6", Remark: &text, Citation: neighbour}, {ID: "7", Citation: hidden}, {ID: "8", Citation: withdrawn}, {ID: "9", Citation: alone}},
	}}, {ID: "care"}, {ID: "priority"}}}
}

func headingSample() *evaluationHeading {
	return &evaluationHeading{
		Borough: "E09000021", BoroughName: "Kingston", Cycle: "2026-27", TemplateName: "Annual", TemplateVersion: "2.0.0", Number: new(2), SignedAt: new(time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)),
		State: "shared", Audience: "Official: shared with the group of the South only", Illustrative: true,
	}
}

func TestSelfEvaluationPaper(t *testing.T) {
	t.Parallel()
	got := selfEvaluationPaper(headingSample(), outlineSample(), documentSample("We\nknow."), citedSample())
	no := []string{notAnswered}
	bars := func(name, printed string, value float64, mine bool, region string) chart.SmallBars {
		return chart.SmallBars{
			Frame: chart.Frame{Title: "Child protection plans", Description: "2026-27 quarter 1.", Illustrative: true}, RowsAre: "Area", Unit: "per 10,000",
			Bars: []chart.Bar{{Name: name, Marked: mine, Figure: chart.Figure{Text: printed, Value: value}}, {Name: "London", Figure: chart.Figure{Text: region, Value: 38.876}}},
		}
	}
	want := chart.Paper{
		Title: "Kingston: self-evaluation 2026-27", Owner: "Kingston", Classification: "Official: shared with the group of the South only", State: "Version 2, shared, signed on 20 November 2026", Illustrative: true,
		Words: []string{"Written on version 2.0.0 of the template Annual."}, Foot: []string{"Figures are those that everybody may see. " + attribution},
		Parts: []chart.PaperPart{
			{Heading: "Help and protection", Passages: []chart.Passage{
				{Heading: "What do you know?", Text: "We\nknow."},
				{Heading: "How do you know it?", Words: no},
				{Heading: "What are your plans?", Words: no},
				{Heading: "Which model?", Text: "One of our own"},
				{Heading: "Which tool?", Text: "z"},
				{Heading: "How many audits?", Text: "1200.5"},
				{Heading: "How many children?", Words: []string{"Hidden: it would tell of a small number of children."}},
				{Heading: "How many staff?", Words: no},
				{Heading: "Which figure?", Exhibits: []chart.Exhibit{{Words: "Child protection plans, Kingston, 2026-27 quarter 1: 34.20 per 10,000.", Picture: bars("Kingston", "34.20", 34.2, true, "38.88")}}},
				{Heading: "Which other figure?", Words: no},
				{Heading: "Strengths", List: []string{"We\nknow.", "Second"}},
				{Heading: "Help wanted", List: []string{"We\nknow."}},
				{Heading: "Indicators", Exhibits: []chart.Exhibit{
					{Words: "Child protection plans, Lambeth, 2026-27 quarter 1: 41 per 10,000.", Picture: bars("Lambeth", "41", 41, false, "39"), Remark: "We\nknow."},
					{Words: "Second plans, Kingston, 2026-27 quarter 1: hidden: a small number of children. London: 21.0 %."},
					{Words: "The figure that is cited here cannot be shown."},
					{Words: "Turnover, Kingston, 2025: 12.3 %."},
				}},
				{Heading: "Evidence", Sources: []chart.Source{{Title: "We\nknow.", Link: "https://example.org/audit", Date: "4 May 2026"}, {Title: "Note", Link: "javascript:alert(1)", Reference: "We\nknow."}}},
			}},
			{Heading: "Children in care", Passages: []chart.Passage{{Heading: "What do you know?", Words: no}}},
			{Heading: "Adolescents", Words: []string{"This part is optional, and nothing is written in it."}},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the paper is\n%+v\nwant\n%+v", got, want)
	}
}

// TestNoSmallGroupStandsBesideABorough: what a document has of a region that is passed on alone is made
// of ten boroughs at least; where it is not, the region is left out and the borough's own stays.
func TestNoSmallGroupStandsBesideABorough(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		alone, few, beside bool
	}{{true, true, false}, {true, false, true}, {false, true, true}} {
		heading, figures := headingSample(), citedSample()
		heading.Alone = c.alone
		for citation, f := range figures {
			f.OfFew = c.few
			figures[citation] = f
		}
		of := citedFigures{of: heading, figures: figures}
		if got := of.exhibit(plans); (got.Picture != nil) != c.beside || !strings.Contains(got.Words, "Kingston, 2026-27 quarter 1: 34.20") {
			t.Errorf("%+v: its figure is %+v", c, got)
		}
		if got := of.exhibit(hidden); strings.Contains(got.Words, "London") != c.beside {
			t.Errorf("%+v: beside its hidden figure stands %q", c, got.Words)
		}
	}
	for _, c := range []struct {
		n      int
		pooled *disclosure.Total
		few    bool
	}{{10, nil, false}, {9, nil, true}, {10, &disclosure.Total{N: 10}, false}, {10, &disclosure.Total{N: 9}, true}} {
		region := disclosure.GroupFigure{Key: "E12000007", N: c.n, Pooled: c.pooled}
		if isOfFew(&region) != c.few {
			t.Errorf("of %d boroughs, pooled of %+v: few is not %t", c.n, c.pooled, c.few)
		}
		page := quarterPage{borough: "E09000021", reference: &benchmark.Snapshot{}, alone: true, rows: []disclosure.QuarterFigure{{
			Member: &disclosure.Member{Borough: "E09000021"}, Position: &disclosure.Position{Name: "Plans", Region: region}, Figure: disclosure.BoroughFigure{Rank: &disclosure.Rank{}},
		}}}
		if cells := page.position().Rows[0].Cells; (cells[4] == "-") != c.few || len(cells) != 6 {
			t.Errorf("of %d boroughs, pooled of %+v: the row is %q", c.n, c.pooled, cells)
		}
	}
}

func TestSelfEvaluationStanding(t *testing.T) {
	t.Parallel()
	london := programme.DefaultSettings.Zone
	for _, c := range []struct {
		of   evaluationHeading
		want string
	}{
		{evaluationHeading{}, ""},
		{evaluationHeading{State: "draft"}, "Draft"},
		{evaluationHeading{Number: new(1)}, "Version 1"},
		{evaluationHeading{Number: new(3), State: "signed off", SignedAt: new(time.Date(2026, 7, 1, 23, 30, 0, 0, time.UTC).In(london))}, "Version 3, signed off, signed on 2 July 2026"},
	} {
		if got := c.of.standing(); got != c.want {
			t.Errorf("%+v stands as %q, want %q", c.of, got, c.want)
		}
	}
}

// TestSelfEvaluationPaperOfADraft: it cites nothing, so nothing is attributed; and what
// was redacted is said.
func TestSelfEvaluationPaperOfADraft(t *testing.T) {
	t.Parallel()
	of := &evaluationHeading{BoroughName: "Kingston", Cycle: "2026-27", State: "draft", TemplateName: "Annual", TemplateVersion: "2.0.0"}
	paper := selfEvaluationPaper(of, outlineSample(), &evaluation.Document{}, nil)
	if len(paper.Foot) != 0 || len(paper.Words) != 1 || paper.State != "Draft" || paper.Illustrative || len(paper.Parts) != 3 {
		t.Errorf("the draft is %+v", paper)
	}
	for _, passage := range paper.Parts[0].Passages {
		if len(passage.Words) != 1 || passage.Words[0] != notAnswered {
			t.Errorf("a draft of nothing says %+v", passage)
		}
	}
	of.RedactedAt = new(time.Date(2026, 12, 3, 9, 0, 0, 0, time.UTC))
	if paper := selfEvaluationPaper(of, outlineSample(), &evaluation.Document{}, nil); len(paper.Words) != 2 || paper.Words[1] != "Words were taken out of this on 3 December 2026. Where they stood it says [redacted]." {
		t.Errorf("of a redacted one it says %q", paper.Words)
	}
}

// TestMarkupInASelfEvaluationIsText: what people write is text wherever it is printed.
func TestMarkupInASelfEvaluationIsText(t *testing.T) {
	t.Parallel()
	written := func(text string) string {
		var out bytes.Buffer
		if err := selfEvaluationPaper(headingSample(), outlineSample(), documentSample(text), citedSample()).Write(&out); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	plain, spoilt := written("ordinary"), written(`<script>alert("x")</script>`)
	if strings.Contains(spoilt, "<script") || strings.Count(spoilt, "&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;") != 6 || strings.Count(plain, "ordinary") != 6 {
		t.Errorf("markup is no text in %s", spoilt)
	}
	if strings.Count(spoilt, "<") != strings.Count(plain, "<") {
		t.Error("markup makes elements")
	}
	if strings.Contains(spoilt, `href="javascript:`) || !strings.Contains(spoilt, ">javascript:alert(1)<") || strings.Count(spoilt, `rel="noreferrer"`) != 1 {
		t.Errorf("a script's address can be followed in %s", spoilt)
	}
}
