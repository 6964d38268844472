package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
)

type selfEvaluationTemplateStore interface {
	SelfEvaluationTemplates(actor programme.Actor, f evaluation.TemplateFilter, sort string) programme.Listing[evaluation.Template]
	SelfEvaluationTemplate(ctx context.Context, actor programme.Actor, id string) (evaluation.Template, error)
	CreateSelfEvaluationTemplate(ctx context.Context, actor programme.Actor, t evaluation.Template) (evaluation.Template, error)
	UpdateSelfEvaluationTemplate(ctx context.Context, actor programme.Actor, id string, version int64, alter func(*evaluation.Template) error) (evaluation.Template, error)
	DeleteSelfEvaluationTemplate(ctx context.Context, actor programme.Actor, id string, version int64) error
	PublishSelfEvaluationTemplate(ctx context.Context, actor programme.Actor, id string, version int64, step programme.Step) (evaluation.Template, error)
	SelfEvaluationTemplateVersions(actor programme.Actor, id string) programme.Listing[evaluation.TemplateVersion]
	SelfEvaluationTemplateVersion(ctx context.Context, actor programme.Actor, id, number string) (evaluation.TemplateVersion, error)
	SelfEvaluationTemplateChanges(ctx context.Context, actor programme.Actor, id, number, since string) ([]evaluation.Change, *string, error)
}

var selfEvaluationTemplates = nounOf(templateInput, setTemplate, templateWire)

// ListSelfEvaluationTemplates answers templates.
func (s *Server) ListSelfEvaluationTemplates(ctx context.Context, r api.ListSelfEvaluationTemplatesRequestObject) (api.Response, error) {
	f := evaluation.TemplateFilter{Default: r.Params.Default, UpdatedSince: r.Params.UpdatedSince}
	return answerListing(ctx, s.store.SelfEvaluationTemplates(callOf(ctx).actor, f, text(r.Params.Sort)), templateWire(ctx))
}

// CreateSelfEvaluationTemplate begins one.
func (s *Server) CreateSelfEvaluationTemplate(ctx context.Context, r api.CreateSelfEvaluationTemplateRequestObject) (api.Response, error) {
	return selfEvaluationTemplates.created(ctx, s.store.CreateSelfEvaluationTemplate, *r.Body)
}

// GetSelfEvaluationTemplate answers one.
func (s *Server) GetSelfEvaluationTemplate(ctx context.Context, r api.GetSelfEvaluationTemplateRequestObject) (api.Response, error) {
	return selfEvaluationTemplates.read(ctx, s.store.SelfEvaluationTemplate, r.Id)
}

// UpdateSelfEvaluationTemplate changes one.
func (s *Server) UpdateSelfEvaluationTemplate(ctx context.Context, r api.UpdateSelfEvaluationTemplateRequestObject) (api.Response, error) {
	return selfEvaluationTemplates.patched(ctx, s.store.UpdateSelfEvaluationTemplate, r.Id, r.Params.IfMatch)
}

// DeleteSelfEvaluationTemplate removes one.
func (s *Server) DeleteSelfEvaluationTemplate(ctx context.Context, r api.DeleteSelfEvaluationTemplateRequestObject) (api.Response, error) {
	return deleted(ctx), s.store.DeleteSelfEvaluationTemplate(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch))
}

// PublishSelfEvaluationTemplate fixes its draft.
func (s *Server) PublishSelfEvaluationTemplate(ctx context.Context, r api.PublishSelfEvaluationTemplateRequestObject) (api.Response, error) {
	return selfEvaluationTemplates.stepped(ctx, s.store.PublishSelfEvaluationTemplate, r.Id, r.Params.IfMatch, evaluation.Publish)
}

// ListSelfEvaluationTemplateVersions answers what was published of one.
func (s *Server) ListSelfEvaluationTemplateVersions(ctx context.Context, r api.ListSelfEvaluationTemplateVersionsRequestObject) (api.Response, error) {
	actor := callOf(ctx).actor
	if _, err := s.store.SelfEvaluationTemplate(ctx, actor, r.Id); err != nil { // before the first byte of a table
		return nil, err
	}
	return answerListing(ctx, s.store.SelfEvaluationTemplateVersions(actor, r.Id), templateVersionWire)
}

// GetSelfEvaluationTemplateVersion answers what was published under a number.
func (s *Server) GetSelfEvaluationTemplateVersion(ctx context.Context, r api.GetSelfEvaluationTemplateVersionRequestObject) (api.Response, error) {
	v, err := s.store.SelfEvaluationTemplateVersion(ctx, callOf(ctx).actor, r.Id, r.Version)
	if err != nil {
		return nil, err
	}
	return ok(ctx, templateVersionWire(&v))
}

// GetSelfEvaluationTemplateChanges compares two versions.
func (s *Server) GetSelfEvaluationTemplateChanges(ctx context.Context, r api.GetSelfEvaluationTemplateChangesRequestObject) (api.Response, error) {
	number := r.Version
	if number == "draft" {
		number = ""
	}
	changes, next, err := s.store.SelfEvaluationTemplateChanges(ctx, callOf(ctx).actor, r.Id, number, r.Params.Since)
	if err != nil {
		return nil, err
	}
	wire := api.SelfEvaluationTemplateChanges{Version: r.Version, Since: r.Params.Since, Next: next, Changes: make([]api.TemplateChange, len(changes))}
	if highest := evaluation.Highest(changes); highest != "" {
		wire.Level = new(api.NullableChangeLevel(highest))
	}
	for i, c := range changes {
		wire.Changes[i] = api.TemplateChange{
			Level: api.ChangeLevel(c.Level), Section: c.Section, Question: optional(c.Question), Kind: api.TemplateChangeKind(c.Kind), Member: optional(c.Member), Detail: c.Detail,
		}
	}
	return ok(ctx, wire)
}

func templateInput(t *evaluation.Template) api.SelfEvaluationTemplateInput {
	draft := sectionsAskedWire(t.Draft)
	return api.SelfEvaluationTemplateInput{Name: t.Name, Default: &t.Default, Draft: &draft}
}

func setTemplate(t *evaluation.Template, in api.SelfEvaluationTemplateInput) {
	t.Name, t.Draft = in.Name, nil
	t.Default = in.Default != nil && *in.Default
	if len(list(in.Draft)) > 0 {
		t.Draft = &evaluation.Outline{Sections: make([]evaluation.OutlineSection, len(*in.Draft))}
		for i, s := range *in.Draft {
			to := &t.Draft.Sections[i]
			*to = evaluation.OutlineSection{ID: s.Id, Title: s.Title, Guidance: s.Guidance, Optional: s.Optional, Questions: make([]evaluation.Question, len(s.Questions))}
			for n, q := range s.Questions {
				to.Questions[n] = evaluation.Question{
					ID: q.Id, Text: q.Text, Guidance: q.Guidance, Kind: evaluation.QuestionKind(q.Kind), Required: q.Required, WordLimit: q.WordLimit,
					Policy: convert[framework.Policy](q.Policy), Choices: []evaluation.Choice{},
				}
				for _, c := range list(q.Choices) {
					to.Questions[n].Choices = append(to.Questions[n].Choices, evaluation.Choice{ID: c.Id, Text: c.Text})
				}
			}
		}
	}
}

func templateWire(ctx context.Context) func(*evaluation.Template) api.SelfEvaluationTemplate {
	team := callOf(ctx).actor.Is(programme.RoleProgramme)
	return func(t *evaluation.Template) api.SelfEvaluationTemplate {
		wire := api.SelfEvaluationTemplate{
			Id: t.ID, Name: t.Name, Default: t.Default, Latest: t.Latest, Draft: []api.TemplateSection{}, CreatedAt: t.CreatedAt, UpdatedAt: t.UpdatedAt, Etag: etagOf(t.Version), Steps: stepsWire(ctx, t, t.ID),
		}
		if team {
			wire.Draft = sectionsAskedWire(t.Draft)
		}
		return wire
	}
}

func templateVersionWire(v *evaluation.TemplateVersion) api.SelfEvaluationTemplateVersion {
	return api.SelfEvaluationTemplateVersion{Version: v.Number, PublishedAt: v.PublishedAt.UTC(), Sections: sectionsAskedWire(&v.Outline)}
}

func sectionsAskedWire(o *evaluation.Outline) []api.TemplateSection {
	if o == nil {
		return []api.TemplateSection{}
	}
	wire := make([]api.TemplateSection, len(o.Sections))
	for i := range o.Sections {
		s := &o.Sections[i]
		wire[i] = api.TemplateSection{Id: s.ID, Title: s.Title, Guidance: s.Guidance, Optional: s.Optional, Questions: make([]api.TemplateQuestion, len(s.Questions))}
		for n := range s.Questions {
			q := &s.Questions[n]
			choices := make([]api.TemplateChoice, len(q.Choices))
			for c := range q.Choices {
				choices[c] = api.TemplateChoice{Id: q.Choices[c].ID, Text: q.Choices[c].Text}
			}
			wire[i].Questions[n] = api.TemplateQuestion{
				Id: q.ID, Text: q.Text, Guidance: q.Guidance, Kind: api.QuestionKind(q.Kind), Required: q.Required, WordLimit: q.WordLimit, Choices: &choices, Policy: convert[api.NullableCountPolicy](q.Policy),
			}
		}
	}
	return wire
}
