package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/programme"
)

type selfEvaluationSectionStore interface {
	SelfEvaluationSection(ctx context.Context, actor programme.Actor, id, section string) (evaluation.Writing, error)
	WriteSelfEvaluationSection(ctx context.Context, actor programme.Actor, id, section string, version int64, alter func(*evaluation.Content) error) (evaluation.Writing, error)
	SelfEvaluationSectionBefore(ctx context.Context, actor programme.Actor, id, section string) (evaluation.Writing, *evaluation.Signing, error)
}

// GetSelfEvaluationSection answers a section of a draft.
func (s *Server) GetSelfEvaluationSection(ctx context.Context, r api.GetSelfEvaluationSectionRequestObject) (api.Response, error) {
	return sectionReply(ctx)(s.store.SelfEvaluationSection(ctx, callOf(ctx).actor, r.Id, r.SectionId))
}

// UpdateSelfEvaluationSection writes in a section of a draft.
func (s *Server) UpdateSelfEvaluationSection(ctx context.Context, r api.UpdateSelfEvaluationSectionRequestObject) (api.Response, error) {
	alter := func(c *evaluation.Content) error {
		in, err := merged(ctx, contentInput(r.SectionId, c))
		if err == nil {
			*c = contentOf(&in)
		}
		return err
	}
	return sectionReply(ctx)(s.store.WriteSelfEvaluationSection(ctx, callOf(ctx).actor, r.Id, r.SectionId, matchVersion(r.Params.IfMatch), alter))
}

// GetSelfEvaluationSectionChanges sets a section beside last cycle's.
func (s *Server) GetSelfEvaluationSectionChanges(ctx context.Context, r api.GetSelfEvaluationSectionChangesRequestObject) (api.Response, error) {
	is, was, err := s.store.SelfEvaluationSectionBefore(ctx, callOf(ctx).actor, r.Id, r.SectionId)
	if err != nil {
		return nil, err
	}
	var before evaluation.Document
	var wire api.SelfEvaluationChanges
	if was != nil {
		wire.Since, wire.SinceCycle = &was.Number, new(string(was.Of.Cycle))
		whole := was.AskedNow(is.Of.Draft.TemplateID, is.Of.Facts.Outline)
		if section := whole.Section(r.SectionId); section != nil {
			before.Sections = []evaluation.Section{{ID: section.ID, Content: section.Recognised(&is.Section.Content)}}
		}
	}
	now := evaluation.Document{Sections: []evaluation.Section{*is.Section}}
	wire.Changes = answerChangesWire(evaluation.CompareDocuments(&before, &now, &evaluation.Outline{Sections: []evaluation.OutlineSection{*is.Asks}}))
	return ok(ctx, wire)
}

func sectionReply(ctx context.Context) func(evaluation.Writing, error) (api.Response, error) {
	return func(w evaluation.Writing, err error) (api.Response, error) {
		if err != nil {
			return nil, err
		}
		return resource(ctx, w.Section.Version, sectionWire(w.Asks, w.Section))
	}
}

func sectionsWire(o *evaluation.Outline, d *evaluation.Document) []api.SelfEvaluationSection {
	wire := make([]api.SelfEvaluationSection, len(d.Sections))
	for i := range d.Sections {
		asks := o.Section(d.Sections[i].ID)
		if asks == nil {
			asks = &evaluation.OutlineSection{Title: d.Sections[i].ID}
		}
		wire[i] = sectionWire(asks, &d.Sections[i])
	}
	return wire
}

func sectionWire(asks *evaluation.OutlineSection, s *evaluation.Section) api.SelfEvaluationSection {
	in := contentInput(s.ID, &s.Content)
	return api.SelfEvaluationSection{
		Id: s.ID, Title: asks.Title, Answers: *in.Answers, Strengths: *in.Strengths, Risks: *in.Risks, PracticeToShare: *in.PracticeToShare, HelpWanted: *in.HelpWanted,
		Evidence: *in.Evidence, Indicators: *in.Indicators, UpdatedAt: s.UpdatedAt.UTC(), Etag: etagOf(s.Version),
	}
}

// contentInput is what would have been sent to write what stands in the section.
func contentInput(id string, c *evaluation.Content) api.SelfEvaluationSectionInput {
	answers := make([]api.SectionAnswer, len(c.Answers))
	for i := range c.Answers {
		a := &c.Answers[i]
		answers[i] = api.SectionAnswer{QuestionId: a.Question, Text: a.Text, Choice: a.Choice, Number: a.Number}
		if a.Citation != nil {
			answers[i].Citation = new(api.NullableCitation(citationWire(a.Citation)))
		}
	}
	evidence := make([]api.SectionEvidence, len(c.Evidence))
	for i := range c.Evidence {
		e := &c.Evidence[i]
		evidence[i] = api.SectionEvidence{Id: &e.ID, Title: e.Title, Link: e.Link, Reference: e.Reference, Date: e.Date}
	}
	indicators := make([]api.SectionIndicator, len(c.Indicators))
	for i := range c.Indicators {
		indicators[i] = api.SectionIndicator{Id: &c.Indicators[i].ID, Remark: c.Indicators[i].Remark, Citation: citationWire(&c.Indicators[i].Citation)}
	}
	return api.SelfEvaluationSectionInput{
		Id: id, Answers: &answers, Strengths: itemsWire(c.Strengths), Risks: itemsWire(c.Risks), PracticeToShare: itemsWire(c.Practice), HelpWanted: itemsWire(c.Help),
		Evidence: &evidence, Indicators: &indicators,
	}
}

func itemsWire(items []evaluation.Item) *[]api.SectionItem {
	wire := make([]api.SectionItem, len(items))
	for i := range items {
		wire[i] = api.SectionItem{Id: &items[i].ID, Text: items[i].Text}
	}
	return &wire
}

func citationWire(c *programme.Citation) api.Citation {
	return api.Citation{Source: api.CitationSource(c.Source), SourceId: c.SourceID, Indicator: c.Indicator, Borough: c.Borough, Period: c.Period}
}

func citationOf(c api.Citation) programme.Citation {
	return programme.Citation{Source: programme.CitationSource(c.Source), SourceID: c.SourceId, Indicator: c.Indicator, Borough: c.Borough, Period: c.Period}
}

func contentOf(in *api.SelfEvaluationSectionInput) evaluation.Content {
	c := evaluation.Content{Strengths: itemsOf(in.Strengths), Risks: itemsOf(in.Risks), Practice: itemsOf(in.PracticeToShare), Help: itemsOf(in.HelpWanted)}
	for _, a := range list(in.Answers) {
		answer := evaluation.Answer{Question: a.QuestionId, Text: a.Text, Choice: a.Choice, Number: a.Number}
		if a.Citation != nil {
			answer.Citation = new(citationOf(api.Citation(*a.Citation)))
		}
		c.Answers = append(c.Answers, answer)
	}
	for _, e := range list(in.Evidence) {
		c.Evidence = append(c.Evidence, evaluation.Evidence{ID: text(e.Id), Title: e.Title, Link: e.Link, Reference: e.Reference, Date: e.Date})
	}
	for _, i := range list(in.Indicators) {
		c.Indicators = append(c.Indicators, evaluation.CitedIndicator{ID: text(i.Id), Remark: i.Remark, Citation: citationOf(i.Citation)})
	}
	return c
}

func itemsOf(in *[]api.SectionItem) []evaluation.Item {
	items := make([]evaluation.Item, len(list(in)))
	for i, item := range list(in) {
		items[i] = evaluation.Item{ID: text(item.Id), Text: item.Text}
	}
	return items
}
