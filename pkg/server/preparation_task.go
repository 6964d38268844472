package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

type preparationTaskStore interface {
	PreparationTasks(actor programme.Actor, f programme.PreparationTaskFilter, sort string) programme.Listing[programme.PreparationTask]
	PreparationTask(ctx context.Context, actor programme.Actor, id string) (programme.PreparationTask, error)
	MovePreparationTask(ctx context.Context, actor programme.Actor, id string, version int64, step programme.Step) (programme.PreparationTask, error)
	PreparePeerChallengeBy(ctx context.Context, actor programme.Actor, id string, version int64, template string) (programme.PeerChallenge, error)
	PreparePeerReviewBy(ctx context.Context, actor programme.Actor, id string, version int64, template string) (programme.PeerReview, error)
	PrepareEventBy(ctx context.Context, actor programme.Actor, id string, version int64, template string) (programme.Event, error)
}

// Nobody writes a task: templates bring them.
var preparationTasks = noun[programme.PreparationTask, struct{}, api.PreparationTask]{
	record: func(t *programme.PreparationTask) programme.Record { return t }, wire: preparationTaskWire,
}

// ListPreparationTasks answers those that the caller may see.
func (s *Server) ListPreparationTasks(ctx context.Context, r api.ListPreparationTasksRequestObject) (api.Response, error) {
	f := programme.PreparationTaskFilter{
		PeerChallengeID: r.Params.PeerChallengeId, PeerReviewID: r.Params.PeerReviewId, EventID: r.Params.EventId, Borough: r.Params.Borough, States: words[programme.PreparationState](r.Params.State),
	}
	return answerListing(ctx, s.store.PreparationTasks(callOf(ctx).actor, f, text(r.Params.Sort)), preparationTaskWire(ctx))
}

// GetPreparationTask answers one.
func (s *Server) GetPreparationTask(ctx context.Context, r api.GetPreparationTaskRequestObject) (api.Response, error) {
	return preparationTasks.read(ctx, s.store.PreparationTask, r.Id)
}

// FinishPreparationTask says that one is done.
func (s *Server) FinishPreparationTask(ctx context.Context, r api.FinishPreparationTaskRequestObject) (api.Response, error) {
	return preparationTasks.stepped(ctx, s.store.MovePreparationTask, r.Id, r.Params.IfMatch, programme.SettleTask)
}

// WaivePreparationTask says that one need not be done.
func (s *Server) WaivePreparationTask(ctx context.Context, r api.WaivePreparationTaskRequestObject) (api.Response, error) {
	return preparationTasks.stepped(ctx, s.store.MovePreparationTask, r.Id, r.Params.IfMatch, programme.WaiveTask)
}

// ReopenPreparationTask says that one is to be done after all.
func (s *Server) ReopenPreparationTask(ctx context.Context, r api.ReopenPreparationTaskRequestObject) (api.Response, error) {
	return preparationTasks.stepped(ctx, s.store.MovePreparationTask, r.Id, r.Params.IfMatch, programme.Reopen)
}

// TakePeerChallengeTemplate gives a challenge the tasks of a template.
func (s *Server) TakePeerChallengeTemplate(ctx context.Context, r api.TakePeerChallengeTemplateRequestObject) (api.Response, error) {
	return peerChallenges.answer(ctx)(s.store.PreparePeerChallengeBy(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), r.Body.Template))
}

// TakePeerReviewTemplate gives a review the tasks of a template.
func (s *Server) TakePeerReviewTemplate(ctx context.Context, r api.TakePeerReviewTemplateRequestObject) (api.Response, error) {
	return peerReviews.answer(ctx)(s.store.PreparePeerReviewBy(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), r.Body.Template))
}

// TakeEventTemplate gives an event the tasks of a template.
func (s *Server) TakeEventTemplate(ctx context.Context, r api.TakeEventTemplateRequestObject) (api.Response, error) {
	return events.answer(ctx)(s.store.PrepareEventBy(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), r.Body.Template))
}

func preparationTaskWire(ctx context.Context) func(*programme.PreparationTask) api.PreparationTask {
	names, today := namesIn(ctx), callOf(ctx).today
	return func(t *programme.PreparationTask) api.PreparationTask {
		return api.PreparationTask{
			Id: t.ID, Template: t.Template, Task: t.Task, Who: api.PreparingParty(t.Who), Role: t.Role, Borough: t.Borough, BoroughName: nameOf(names.borough, t.Borough), DaysBefore: t.DaysBefore,
			DueOn: t.DueOn, State: api.PreparationTaskState(t.State), SettledOn: t.SettledOn, Over: t.Over, Overdue: t.Overdue(today),
			PeerChallengeId: t.PeerChallengeID, PeerReviewId: t.PeerReviewID, EventId: t.EventID, CreatedAt: t.CreatedAt, UpdatedAt: t.UpdatedAt, Etag: etagOf(t.Version), Steps: stepsWire(ctx, t, t.ID),
		}
	}
}

func templatesWire(templates []programme.PreparationTemplate) []api.PreparationTemplate {
	return each(templates, func(t *programme.PreparationTemplate) api.PreparationTemplate {
		lines := each(t.Lines, func(l *programme.PreparationLine) api.PreparationLine {
			return api.PreparationLine{Task: l.Task, DaysBefore: l.DaysBefore, Who: api.PreparingParty(l.Who), Role: l.Role}
		})
		return api.PreparationTemplate{Name: t.Name, For: api.PreparedKind(t.For), Lines: lines, Source: t.Source}
	})
}

func templatesOf(given []api.PreparationTemplateInput) []programme.PreparationTemplate {
	return each(given, func(t *api.PreparationTemplateInput) programme.PreparationTemplate {
		lines := each(t.Lines, func(l *api.PreparationLine) programme.PreparationLine {
			return programme.PreparationLine{Task: l.Task, DaysBefore: l.DaysBefore, Who: programme.Preparing(l.Who), Role: l.Role}
		})
		return programme.PreparationTemplate{Name: t.Name, For: programme.PreparedKind(t.For), Lines: lines, Source: t.Source}
	})
}
