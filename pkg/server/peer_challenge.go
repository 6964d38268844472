package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

type peerChallengeStore interface {
	PeerChallenges(actor programme.Actor, f programme.PeerChallengeFilter, sort string) programme.Listing[programme.PeerChallenge]
	PeerChallenge(ctx context.Context, actor programme.Actor, id string) (programme.PeerChallenge, error)
	CreatePeerChallenge(ctx context.Context, actor programme.Actor, c programme.PeerChallenge) (programme.PeerChallenge, error)
	UpdatePeerChallenge(ctx context.Context, actor programme.Actor, id string, version int64, alter func(*programme.PeerChallenge) error) (programme.PeerChallenge, error)
	ClosePeerChallenge(ctx context.Context, actor programme.Actor, id string, version int64, accept bool) (programme.PeerChallenge, error)
	MovePeerChallenge(ctx context.Context, actor programme.Actor, id string, version int64, step programme.Step) (programme.PeerChallenge, error)
	DeletePeerChallenge(ctx context.Context, actor programme.Actor, id string, version int64) error
}

var peerChallenges = nounOf(peerChallengeInput, setPeerChallenge, peerChallengeWire).including(map[string]include[programme.PeerChallenge, api.PeerChallenge]{
	"peerChallengeGroups": many[programme.PeerChallenge](includeStore.GroupsOfChallenges, peerChallengeGroupWire,
		func(to *api.PeerChallenge, groups *[]api.PeerChallengeGroup) { to.PeerChallengeGroups = &groups }),
	"findingCount":    counted[programme.PeerChallenge](includeStore.FindingCounts, func(to *api.PeerChallenge, n *int) { to.FindingCount = &n }),
	"openActionCount": counted[programme.PeerChallenge](includeStore.OpenActionCounts, func(to *api.PeerChallenge, n *int) { to.OpenActionCount = &n }),
})

// ListPeerChallenges answers challenges.
func (s *Server) ListPeerChallenges(ctx context.Context, r api.ListPeerChallengesRequestObject) (api.Response, error) {
	f := programme.PeerChallengeFilter{
		Borough: r.Params.Borough, SubRegion: r.Params.SubRegion, Cycle: convert[programme.Cycle](r.Params.Cycle), States: words[programme.ChallengeState](r.Params.State),
		PriorityID: r.Params.PriorityId, UpdatedSince: r.Params.UpdatedSince,
	}
	return peerChallenges.listed(ctx, s.store, s.store.PeerChallenges(callOf(ctx).actor, f, text(r.Params.Sort)))
}

// GetPeerChallenge answers one.
func (s *Server) GetPeerChallenge(ctx context.Context, r api.GetPeerChallengeRequestObject) (api.Response, error) {
	return peerChallenges.readWith(ctx, s.store, s.store.PeerChallenge, r.Id)
}

// CreatePeerChallenge plans one.
func (s *Server) CreatePeerChallenge(ctx context.Context, r api.CreatePeerChallengeRequestObject) (api.Response, error) {
	return peerChallenges.created(ctx, s.store.CreatePeerChallenge, *r.Body)
}

// UpdatePeerChallenge changes one.
func (s *Server) UpdatePeerChallenge(ctx context.Context, r api.UpdatePeerChallengeRequestObject) (api.Response, error) {
	return peerChallenges.patched(ctx, s.store.UpdatePeerChallenge, r.Id, r.Params.IfMatch)
}

// DeletePeerChallenge removes one.
func (s *Server) DeletePeerChallenge(ctx context.Context, r api.DeletePeerChallengeRequestObject) (api.Response, error) {
	return deleted(ctx), s.store.DeletePeerChallenge(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch))
}

// PreparePeerChallenge begins its preparation.
func (s *Server) PreparePeerChallenge(ctx context.Context, r api.PreparePeerChallengeRequestObject) (api.Response, error) {
	return peerChallenges.stepped(ctx, s.store.MovePeerChallenge, r.Id, r.Params.IfMatch, programme.Prepare)
}

// StartPeerChallenge begins it.
func (s *Server) StartPeerChallenge(ctx context.Context, r api.StartPeerChallengeRequestObject) (api.Response, error) {
	return peerChallenges.stepped(ctx, s.store.MovePeerChallenge, r.Id, r.Params.IfMatch, programme.Start)
}

// CompletePeerChallenge says that it has taken place.
func (s *Server) CompletePeerChallenge(ctx context.Context, r api.CompletePeerChallengeRequestObject) (api.Response, error) {
	return peerChallenges.stepped(ctx, s.store.MovePeerChallenge, r.Id, r.Params.IfMatch, programme.Complete)
}

// ClosePeerChallenge ends its records.
func (s *Server) ClosePeerChallenge(ctx context.Context, r api.ClosePeerChallengeRequestObject) (api.Response, error) {
	accept := r.Body != nil && r.Body.AcceptOpen != nil && *r.Body.AcceptOpen
	return peerChallenges.answer(ctx)(s.store.ClosePeerChallenge(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), accept))
}

// CancelPeerChallenge says that it will not take place.
func (s *Server) CancelPeerChallenge(ctx context.Context, r api.CancelPeerChallengeRequestObject) (api.Response, error) {
	return peerChallenges.stepped(ctx, s.store.MovePeerChallenge, r.Id, r.Params.IfMatch, programme.Cancel)
}

// ReopenPeerChallenge takes its last step back.
func (s *Server) ReopenPeerChallenge(ctx context.Context, r api.ReopenPeerChallengeRequestObject) (api.Response, error) {
	return peerChallenges.stepped(ctx, s.store.MovePeerChallenge, r.Id, r.Params.IfMatch, programme.Reopen)
}

func peerChallengeInput(c *programme.PeerChallenge) api.PeerChallengeInput {
	return api.PeerChallengeInput{
		Title: c.Title, SubRegion: c.SubRegion, Cycle: string(c.Cycle), Methods: &c.Methods, PriorityId: c.PriorityID,
		StartsOn: c.StartsOn, EndsOn: c.EndsOn, LearningThemes: &c.LearningThemes, Illustrative: c.Illustrative,
	}
}

func setPeerChallenge(c *programme.PeerChallenge, in api.PeerChallengeInput) {
	c.Title, c.SubRegion, c.Cycle, c.Methods, c.PriorityID = in.Title, in.SubRegion, programme.Cycle(in.Cycle), list(in.Methods), in.PriorityId
	c.StartsOn, c.EndsOn, c.LearningThemes, c.Illustrative = in.StartsOn, in.EndsOn, list(in.LearningThemes), in.Illustrative
}

func peerChallengeWire(ctx context.Context) func(*programme.PeerChallenge) api.PeerChallenge {
	names := namesIn(ctx)
	return func(c *programme.PeerChallenge) api.PeerChallenge {
		wire := api.PeerChallenge{
			Id: c.ID, Title: c.Title, SubRegion: c.SubRegion, SubRegionName: names.subRegion(c.SubRegion), Cycle: string(c.Cycle), Methods: programme.OrEmpty(c.Methods), PriorityId: c.PriorityID, PriorityName: nameOf(names.priority, c.PriorityID),
			StartsOn: c.StartsOn, EndsOn: c.EndsOn, State: api.PeerChallengeState(c.State), LearningThemes: programme.OrEmpty(c.LearningThemes),
			Illustrative: c.Illustrative, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt, Etag: etagOf(c.Version), Steps: stepsWire(ctx, c, c.ID),
		}
		if o := c.OpenAtClose; o != nil {
			wire.OpenAtClose = &api.OpenAtClose{Findings: o.Findings, Actions: o.Actions, Asks: o.Asks}
		}
		return wire
	}
}
