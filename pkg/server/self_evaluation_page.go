package server

import (
	"strconv"
	"strings"
	"time"

	"peerchallenge/pkg/chart"
	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/programme"
)

// evaluationHeading is what must be known of a self-evaluation beside what it says. Its
// times are in the programme's zone.
type evaluationHeading struct {
	Borough, BoroughName          string
	Cycle                         string
	TemplateName, TemplateVersion string
	Number                        *int       // of a version; nil of a draft
	SignedAt                      *time.Time // of a version
	State                         string     // in words: "draft", "shared from 1 May 2027"
	Audience                      string     // who it is for: "Official: shared with the group of ... only"
	Illustrative                  bool
	RedactedAt                    *time.Time // when words were last taken out of it
	Alone                         bool       // no other borough's figure is shown, nor one of few boroughs
}

// citedFigure is a cited figure as the reader may see it.
type citedFigure struct {
	IndicatorName, BoroughName, PeriodName string
	Words                                  string   // the figure as printed: "12.3 %", "hidden: a small number of children"
	Value                                  *float64 // nil where the reader may not see it, or there is none
	Region                                 *float64 // likewise
	RegionName                             string
	OfFew                                  bool   // fewer than ten boroughs are in the region's figure
	Unit                                   string // what a value counts: "per 10,000 children"
}

// notAnswered stands where a question has no answer.
const notAnswered = "Not answered."

// selfEvaluationPaper answers the self-evaluation as a document for people. Its sections and
// questions are the outline's, in their order. It judges nothing: the document holds what
// the reader may read, a number that they may not see being nil, and the figures likewise.
func selfEvaluationPaper(of *evaluationHeading, outline *evaluation.Outline, document *evaluation.Document, figures map[programme.Citation]citedFigure) chart.Paper {
	paper := chart.Paper{
		Title: of.BoroughName + ": self-evaluation " + of.Cycle, Owner: of.BoroughName, Classification: of.Audience, State: of.standing(), Illustrative: of.Illustrative,
		Words: []string{"Written on version " + of.TemplateVersion + " of the template " + of.TemplateName + "."},
	}
	if of.RedactedAt != nil {
		paper.Words = append(paper.Words, "Words were taken out of this on "+printedDay(*of.RedactedAt)+". Where they stood it says "+programme.Redacted+".")
	}
	if len(figures) > 0 {
		paper.Foot = []string{"Figures are those that everybody may see. " + attribution}
	}
	cited := citedFigures{of: of, figures: figures}
	for i := range outline.Sections {
		asked := &outline.Sections[i]
		part := chart.PaperPart{Heading: asked.Title}
		var content evaluation.Content
		if section := document.Section(asked.ID); section != nil {
			content = section.Content
		}
		if asked.Optional && content.Empty() {
			part.Words = []string{"This part is optional, and nothing is written in it."}
		} else {
			part.Passages = cited.passages(asked, &content)
		}
		paper.Parts = append(paper.Parts, part)
	}
	return paper
}

// printedDay is a moment's day, as people write it.
func printedDay(t time.Time) string { return t.Format("2 January 2006") }

// standing says which version it is, in which state, of which day.
func (h *evaluationHeading) standing() string {
	var parts []string
	if h.Number != nil {
		parts = append(parts, "version "+strconv.Itoa(*h.Number))
	}
	if h.State != "" {
		parts = append(parts, h.State)
	}
	if h.SignedAt != nil {
		parts = append(parts, "signed on "+printedDay(*h.SignedAt))
	}
	line := strings.Join(parts, ", ")
	return strings.ToUpper(line[:min(1, len(line))]) + line[min(1, len(line)):]
}

// citedFigures puts cited figures where they are cited.
type citedFigures struct {
	of      *evaluationHeading
	figures map[programme.Citation]citedFigure
}

// passages answers what is said to each question, and what else the section has.
func (c citedFigures) passages(asked *evaluation.OutlineSection, content *evaluation.Content) []chart.Passage {
	passages := make([]chart.Passage, 0, len(asked.Questions)+6)
	for i := range asked.Questions {
		passages = append(passages, c.answered(&asked.Questions[i], content))
	}
	for _, list := range []struct {
		heading string
		items   []evaluation.Item
	}{{"Strengths", content.Strengths}, {"Risks", content.Risks}, {"Practice to share", content.Practice}, {"Help wanted", content.Help}} {
		if len(list.items) == 0 {
			continue
		}
		passage := chart.Passage{Heading: list.heading}
		for _, item := range list.items {
			passage.List = append(passage.List, item.Text)
		}
		passages = append(passages, passage)
	}
	if len(content.Indicators) > 0 {
		passage := chart.Passage{Heading: "Indicators"}
		for _, i := range content.Indicators {
			exhibit := c.exhibit(i.Citation)
			if i.Remark != nil {
				exhibit.Remark = *i.Remark
			}
			passage.Exhibits = append(passage.Exhibits, exhibit)
		}
		passages = append(passages, passage)
	}
	if len(content.Evidence) > 0 {
		passages = append(passages, chart.Passage{Heading: "Evidence", Sources: sources(content.Evidence)})
	}
	return passages
}

// answered answers what is said to the question, as its kind has it.
func (c citedFigures) answered(q *evaluation.Question, content *evaluation.Content) chart.Passage {
	passage, answer := chart.Passage{Heading: q.Text}, content.Answer(q.ID)
	switch {
	case answer == nil:
		passage.Words = []string{notAnswered}
	case q.Kind == evaluation.NumberOf && answer.Number == nil:
		passage.Words = []string{"Hidden: it would tell of a small number of children."}
	case q.Kind == evaluation.NumberOf:
		passage.Text = strconv.FormatFloat(*answer.Number, 'f', -1, 64)
	case q.Kind == evaluation.ChoiceOf && answer.Choice != nil:
		passage.Text = *answer.Choice
		for _, choice := range q.Choices {
			if choice.ID == *answer.Choice {
				passage.Text = choice.Text
			}
		}
	case q.Kind == evaluation.IndicatorCitation && answer.Citation != nil:
		passage.Exhibits = []chart.Exhibit{c.exhibit(*answer.Citation)}
	case q.Kind == evaluation.Narrative && answer.Text != nil && !programme.Blank(*answer.Text):
		passage.Text = *answer.Text
	default:
		passage.Words = []string{notAnswered}
	}
	return passage
}

// exhibit is a cited figure in words and, where it and the region's are there to see, as
// bars beside each other.
func (c citedFigures) exhibit(citation programme.Citation) chart.Exhibit {
	if c.of.Alone && citation.Borough != c.of.Borough {
		return chart.Exhibit{Words: "A figure of another borough is cited here, and this document has none."}
	}
	f, found := c.figures[citation]
	if !found {
		return chart.Exhibit{Words: "The figure that is cited here cannot be shown."}
	}
	exhibit := chart.Exhibit{Words: f.IndicatorName + ", " + f.BoroughName + ", " + f.PeriodName + ": " + f.Words + "."}
	switch {
	case f.Region == nil, c.of.Alone && f.OfFew:
	case f.Value == nil:
		exhibit.Words += " " + f.RegionName + ": " + strings.TrimSpace(f.printed(*f.Region)+" "+f.Unit) + "."
	default:
		exhibit.Picture = chart.SmallBars{
			Frame: chart.Frame{Title: f.IndicatorName, Description: f.PeriodName + ".", Illustrative: c.of.Illustrative}, RowsAre: "Area", Unit: f.Unit,
			Bars: []chart.Bar{
				{Name: f.BoroughName, Marked: citation.Borough == c.of.Borough, Figure: chart.Figure{Text: f.printed(*f.Value), Value: *f.Value}},
				{Name: f.RegionName, Figure: chart.Figure{Text: f.printed(*f.Region), Value: *f.Region}},
			},
		}
	}
	return exhibit
}

// printed writes a value with as many decimals as the figure has in its words, or with one
// where the figure has no value.
func (f citedFigure) printed(value float64) string {
	decimals := 1
	if f.Value != nil {
		number := f.Words[:len(f.Words)-len(strings.TrimLeft(f.Words, "-0123456789,."))]
		_, part, _ := strings.Cut(number, ".")
		decimals = len(part)
	}
	return strconv.FormatFloat(value, 'f', decimals, 64)
}

func sources(evidence []evaluation.Evidence) []chart.Source {
	sources := make([]chart.Source, 0, len(evidence))
	for _, e := range evidence {
		source := chart.Source{Title: e.Title}
		if e.Link != nil {
			source.Link = *e.Link
		}
		if e.Reference != nil {
			source.Reference = *e.Reference
		}
		if e.Date != nil {
			source.Date = printedDay(e.Date.Time())
		}
		sources = append(sources, source)
	}
	return sources
}
