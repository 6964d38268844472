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
	ActionCounts(actor programme.Actor, by programme.ActionGrouping, r programme.Reckoning) programme.Listing[programme.ActionCount]
}

// ListActions answers actions.
func (s *Server) ListActions(ctx context.Context, r api.ListActionsRequestObject) (api.Response, error) {
	p := r.Params
	f := programme.ActionFilter{
		FindingID: p.FindingId, Borough: p.Borough, SubRegion: p.SubRegion, PriorityID: p.PriorityId, State: convert[programme.ActionState](p.State),
		Overdue: p.Overdue, Stalled: p.Stalled, Reckoning: s.reckoning(ctx), UpdatedSince: p.UpdatedSince,
	}
	return answerListing(ctx, s.store.Actions(callOf(ctx).actor, f, text(p.Sort)), s.actionWire(ctx))
}

// GetAction answers one.
func (s *Server) GetAction(ctx context.Context, r api.GetActionRequestObject) (api.Response, error) {
	return s.answerAction(ctx)(s.store.Action(ctx, callOf(ctx).actor, r.Id))
}

// CreateAction records one.
func (s *Server) CreateAction(ctx context.Context, r api.CreateActionRequestObject) (api.Response, error) {
	a := programme.Action{FindingID: r.Body.FindingId}
	setAction(&a, *r.Body)
	a, err := s.store.CreateAction(ctx, callOf(ctx).actor, a)
	if err != nil {
		return nil, err
	}
	return created(ctx, a.Version, "/v1/actions/"+a.ID, s.actionWire(ctx)(&a))
}

// UpdateAction changes one.
func (s *Server) UpdateAction(ctx context.Context, r api.UpdateActionRequestObject) (api.Response, error) {
	return s.answerAction(ctx)(s.store.UpdateAction(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), func(a *programme.Action) error {
		in, err := merged(ctx, api.ActionInput{
			FindingId: a.FindingID, Text: a.Text, Owner: a.Owner, OwnerKind: api.OwnerKind(a.OwnerKind), DueOn: a.DueOn, NoDueReason: a.NoDueReason,
		})
		if err == nil {
			setAction(a, in)
		}
		return err
	}))
}

// AddActionProgress adds an update.
func (s *Server) AddActionProgress(ctx context.Context, r api.AddActionProgressRequestObject) (api.Response, error) {
	state := convert[programme.ActionState](r.Body.State)
	return s.answerAction(ctx)(s.store.AddActionProgress(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), r.Body.Text, state))
}

// DeleteAction removes one.
func (s *Server) DeleteAction(ctx context.Context, r api.DeleteActionRequestObject) (api.Response, error) {
	return deleted(ctx), s.store.DeleteAction(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch))
}

// ListActionSummary counts actions.
func (s *Server) ListActionSummary(ctx context.Context, r api.ListActionSummaryRequestObject) (api.Response, error) {
	counts := s.store.ActionCounts(callOf(ctx).actor, programme.ActionGrouping(r.Params.By), s.reckoning(ctx))
	return answerListing(ctx, counts, actionCountWire)
}

// reckoning is that of the day on which the caller asks.
func (s *Server) reckoning(ctx context.Context) programme.Reckoning {
	return s.rules.ReckonOn(callOf(ctx).today)
}

// answerAction answers what the store has answered.
func (s *Server) answerAction(ctx context.Context) func(programme.Action, error) (reply, error) {
	return func(a programme.Action, err error) (reply, error) {
		if err != nil {
			return reply{}, err
		}
		return resource(ctx, a.Version, s.actionWire(ctx)(&a))
	}
}

func setAction(a *programme.Action, in api.ActionInput) {
	a.Text, a.Owner, a.OwnerKind, a.DueOn, a.NoDueReason = in.Text, in.Owner, programme.OwnerKind(in.OwnerKind), in.DueOn, in.NoDueReason
}

func (s *Server) actionWire(ctx context.Context) func(*programme.Action) api.Action {
	reckoning := s.reckoning(ctx)
	return func(a *programme.Action) api.Action {
		wire := api.Action{
			Id: a.ID, FindingId: a.FindingID, Borough: a.Borough, Text: a.Text, Owner: a.Owner, OwnerKind: api.OwnerKind(a.OwnerKind),
			DueOn: a.DueOn, NoDueReason: a.NoDueReason, State: api.ActionState(a.State), Progress: make([]api.ProgressUpdate, len(a.Progress)),
			Overdue: a.Overdue(reckoning), Stalled: a.Stalled(reckoning), FindingKind: api.FindingKind(a.FindingKind), PriorityId: a.PriorityID,
			SubRegion: a.SubRegion, CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt, Actions: actionsWire(ctx, a),
		}
		for i, p := range a.Progress {
			wire.Progress[i] = api.ProgressUpdate{At: p.At, Text: p.Text, State: api.ActionState(p.State)}
		}
		return wire
	}
}

func actionCountWire(c *programme.ActionCount) api.ActionCount {
	return api.ActionCount{
		Borough: c.Borough, SubRegion: c.SubRegion, PriorityId: c.PriorityID, Kind: convert[string](c.Kind),
		Open: c.Open, Done: c.Done, Withdrawn: c.Withdrawn, Overdue: c.Overdue, Stalled: c.Stalled, Total: c.Total,
	}
}
