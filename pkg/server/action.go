package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

type actionStore interface {
	Actions(actor programme.Actor, f programme.ActionFilter, sort string) programme.Listing[programme.Action]
	Action(ctx context.Context, actor programme.Actor, id string) (programme.Action, error)
	CreateAction(ctx context.Context, actor programme.Actor, a programme.Action) (programme.Action, error)
	UpdateAction(ctx context.Context, actor programme.Actor, id string, version int64, alter func(*programme.Action) error) (programme.Action, error)
	AddActionProgress(ctx context.Context, actor programme.Actor, id string, version int64, text string, state *programme.ActionState) (programme.Action, error)
	DeleteAction(ctx context.Context, actor programme.Actor, id string, version int64) error
	ActionCounts(actor programme.Actor, by programme.ActionGrouping, cycle *programme.Cycle, r programme.Reckoning) programme.Listing[programme.ActionCount]
}

var actions = nounOf(actionInput, setAction, actionWire)

// ListActions answers actions.
func (s *Server) ListActions(ctx context.Context, r api.ListActionsRequestObject) (api.Response, error) {
	p := r.Params
	f := programme.ActionFilter{
		FindingID: p.FindingId, PeerChallengeID: p.PeerChallengeId, PeerChallengeGroupID: p.PeerChallengeGroupId, PeerReviewID: p.PeerReviewId, Cycle: convert[programme.Cycle](p.Cycle), Borough: p.Borough, SubRegion: p.SubRegion, PriorityID: p.PriorityId, States: words[programme.ActionState](p.State),
		Overdue: p.Overdue, Stalled: p.Stalled, Reckoning: reckoning(ctx), UpdatedSince: p.UpdatedSince,
	}
	return answerListing(ctx, s.store.Actions(callOf(ctx).actor, f, text(p.Sort)), actionWire(ctx))
}

// GetAction answers one.
func (s *Server) GetAction(ctx context.Context, r api.GetActionRequestObject) (api.Response, error) {
	return actions.read(ctx, s.store.Action, r.Id)
}

// CreateAction records one.
func (s *Server) CreateAction(ctx context.Context, r api.CreateActionRequestObject) (api.Response, error) {
	return actions.created(ctx, s.store.CreateAction, *r.Body)
}

// UpdateAction changes one.
func (s *Server) UpdateAction(ctx context.Context, r api.UpdateActionRequestObject) (api.Response, error) {
	return actions.patched(ctx, s.store.UpdateAction, r.Id, r.Params.IfMatch)
}

// AddActionProgress adds an update.
func (s *Server) AddActionProgress(ctx context.Context, r api.AddActionProgressRequestObject) (api.Response, error) {
	state := convert[programme.ActionState](r.Body.State)
	return actions.answer(ctx)(s.store.AddActionProgress(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), r.Body.Text, state))
}

// DeleteAction removes one.
func (s *Server) DeleteAction(ctx context.Context, r api.DeleteActionRequestObject) (api.Response, error) {
	return deleted(ctx), s.store.DeleteAction(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch))
}

// ListActionSummary counts actions.
func (s *Server) ListActionSummary(ctx context.Context, r api.ListActionSummaryRequestObject) (api.Response, error) {
	counts := s.store.ActionCounts(callOf(ctx).actor, programme.ActionGrouping(r.Params.By), convert[programme.Cycle](r.Params.Cycle), reckoning(ctx))
	return answerListing(ctx, counts, actionCountWire(ctx))
}

// reckoning is that of the day on which the caller asks.
func reckoning(ctx context.Context) programme.Reckoning {
	call := callOf(ctx)
	return call.rules.ReckonOn(call.today)
}

func actionInput(a *programme.Action) api.ActionInput {
	return api.ActionInput{
		FindingId: a.FindingID, Text: a.Text, Owner: a.Owner, OwnerKind: api.OwnerKind(a.OwnerKind), DueOn: a.DueOn, NoDueReason: a.NoDueReason,
	}
}

func setAction(a *programme.Action, in api.ActionInput) {
	a.FindingID = in.FindingId
	a.Text, a.Owner, a.OwnerKind, a.DueOn, a.NoDueReason = in.Text, in.Owner, programme.OwnerKind(in.OwnerKind), in.DueOn, in.NoDueReason
}

func actionWire(ctx context.Context) func(*programme.Action) api.Action {
	names := namesIn(ctx)
	now := reckoning(ctx)
	return func(a *programme.Action) api.Action {
		wire := api.Action{
			Id: a.ID, FindingId: a.FindingID, Borough: a.Borough, BoroughName: names.borough(a.Borough), Text: a.Text, Owner: a.Owner, OwnerKind: api.OwnerKind(a.OwnerKind),
			DueOn: a.DueOn, NoDueReason: a.NoDueReason, State: api.ActionState(a.State), Progress: make([]api.ProgressUpdate, len(a.Progress)),
			Overdue: a.Overdue(now), Stalled: a.Stalled(now), FindingKind: api.FindingKind(a.FindingKind), PriorityId: a.PriorityID, PriorityName: nameOf(names.priority, a.PriorityID),
			SubRegion: a.SubRegion, SubRegionName: nameOf(names.subRegion, a.SubRegion), CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt, Etag: etagOf(a.Version), Steps: stepsWire(ctx, a, a.ID),
			RedactedAt: a.RedactedAt, Screening: screeningWire(ctx, a),
		}
		for i, p := range a.Progress {
			wire.Progress[i] = api.ProgressUpdate{At: p.At, Text: p.Text, State: api.ActionState(p.State)}
		}
		return wire
	}
}

func actionCountWire(ctx context.Context) func(*programme.ActionCount) api.ActionCount {
	names := namesIn(ctx)
	return func(c *programme.ActionCount) api.ActionCount {
		return api.ActionCount{
			Borough: c.Borough, BoroughName: nameOf(names.borough, c.Borough), SubRegion: c.SubRegion, SubRegionName: nameOf(names.subRegion, c.SubRegion),
			PriorityId: c.PriorityID, PriorityName: nameOf(names.priority, c.PriorityID), Kind: convert[string](c.Kind),
			Open: c.Open, Done: c.Done, Withdrawn: c.Withdrawn, Overdue: c.Overdue, Stalled: c.Stalled, Total: c.Total,
		}
	}
}
