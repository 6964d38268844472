package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

type peerChallengeGroupStore interface {
	PeerChallengeGroups(actor programme.Actor, f programme.PeerChallengeGroupFilter, sort string) programme.Listing[programme.PeerChallengeGroup]
	PeerChallengeGroup(ctx context.Context, actor programme.Actor, id string) (programme.PeerChallengeGroup, error)
	CreatePeerChallengeGroup(ctx context.Context, actor programme.Actor, g programme.PeerChallengeGroup) (programme.PeerChallengeGroup, error)
	UpdatePeerChallengeGroup(ctx context.Context, actor programme.Actor, id string, version int64, alter func(*programme.PeerChallengeGroup) error) (programme.PeerChallengeGroup, error)
	PutGroupMember(ctx context.Context, actor programme.Actor, id string, version int64, m programme.GroupMember) (programme.PeerChallengeGroup, error)
	TakeGroupMember(ctx context.Context, actor programme.Actor, id string, version int64, borough string) (programme.PeerChallengeGroup, error)
	WriteGroupNotes(ctx context.Context, actor programme.Actor, id string, version int64, notes *string) (programme.PeerChallengeGroup, error)
	DeletePeerChallengeGroup(ctx context.Context, actor programme.Actor, id string, version int64) error
}

// ListPeerChallengeGroups answers groups.
func (s *Server) ListPeerChallengeGroups(ctx context.Context, r api.ListPeerChallengeGroupsRequestObject) (api.Response, error) {
	f := programme.PeerChallengeGroupFilter{
		PeerChallengeID: r.Params.PeerChallengeId, Borough: r.Params.Borough, Cycle: convert[programme.Cycle](r.Params.Cycle), UpdatedSince: r.Params.UpdatedSince,
	}
	return answerListing(ctx, s.store.PeerChallengeGroups(callOf(ctx).actor, f, text(r.Params.Sort)), peerChallengeGroupWire(ctx))
}

// GetPeerChallengeGroup answers one.
func (s *Server) GetPeerChallengeGroup(ctx context.Context, r api.GetPeerChallengeGroupRequestObject) (api.Response, error) {
	return answerPeerChallengeGroup(ctx)(s.store.PeerChallengeGroup(ctx, callOf(ctx).actor, r.Id))
}

// CreatePeerChallengeGroup adds one to a challenge.
func (s *Server) CreatePeerChallengeGroup(ctx context.Context, r api.CreatePeerChallengeGroupRequestObject) (api.Response, error) {
	g := programme.PeerChallengeGroup{PeerChallengeID: r.Body.PeerChallengeId}
	setPeerChallengeGroup(&g, *r.Body)
	g, err := s.store.CreatePeerChallengeGroup(ctx, callOf(ctx).actor, g)
	if err != nil {
		return nil, err
	}
	return created(ctx, g.Version, "/v1/peer-challenge-groups/"+g.ID, peerChallengeGroupWire(ctx)(&g))
}

// UpdatePeerChallengeGroup changes one.
func (s *Server) UpdatePeerChallengeGroup(ctx context.Context, r api.UpdatePeerChallengeGroupRequestObject) (api.Response, error) {
	return answerPeerChallengeGroup(ctx)(s.store.UpdatePeerChallengeGroup(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), func(g *programme.PeerChallengeGroup) error {
		in, err := merged(ctx, api.PeerChallengeGroupInput{
			PeerChallengeId: g.PeerChallengeID, Name: g.Name, StartsOn: g.StartsOn, EndsOn: g.EndsOn, Venue: g.Venue, Link: g.Link, Illustrative: g.Illustrative,
		})
		if err == nil {
			setPeerChallengeGroup(g, in)
		}
		return err
	}))
}

// DeletePeerChallengeGroup removes one.
func (s *Server) DeletePeerChallengeGroup(ctx context.Context, r api.DeletePeerChallengeGroupRequestObject) (api.Response, error) {
	return deleted(ctx), s.store.DeletePeerChallengeGroup(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch))
}

// PutPeerChallengeGroupMember puts a borough into one.
func (s *Server) PutPeerChallengeGroupMember(ctx context.Context, r api.PutPeerChallengeGroupMemberRequestObject) (api.Response, error) {
	m := programme.GroupMember{Borough: r.Borough, Role: programme.MemberRole(r.Body.Role), PresentsOn: r.Body.PresentsOn}
	return answerPeerChallengeGroup(ctx)(s.store.PutGroupMember(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), m))
}

// DeletePeerChallengeGroupMember takes a borough out of one.
func (s *Server) DeletePeerChallengeGroupMember(ctx context.Context, r api.DeletePeerChallengeGroupMemberRequestObject) (api.Response, error) {
	return answerPeerChallengeGroup(ctx)(s.store.TakeGroupMember(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), r.Borough))
}

// PutPeerChallengeGroupNotes writes what was said in one.
func (s *Server) PutPeerChallengeGroupNotes(ctx context.Context, r api.PutPeerChallengeGroupNotesRequestObject) (api.Response, error) {
	return answerPeerChallengeGroup(ctx)(s.store.WriteGroupNotes(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), r.Body.Notes))
}

// answerPeerChallengeGroup answers what the store has answered.
func answerPeerChallengeGroup(ctx context.Context) func(programme.PeerChallengeGroup, error) (reply, error) {
	return func(g programme.PeerChallengeGroup, err error) (reply, error) {
		if err != nil {
			return reply{}, err
		}
		return resource(ctx, g.Version, peerChallengeGroupWire(ctx)(&g))
	}
}

func setPeerChallengeGroup(g *programme.PeerChallengeGroup, in api.PeerChallengeGroupInput) {
	g.Name, g.StartsOn, g.EndsOn, g.Venue, g.Link, g.Illustrative = in.Name, in.StartsOn, in.EndsOn, in.Venue, in.Link, in.Illustrative
}

// peerChallengeGroupWire leaves out what is for the group's confidants alone.
func peerChallengeGroupWire(ctx context.Context) func(*programme.PeerChallengeGroup) api.PeerChallengeGroup {
	return func(g *programme.PeerChallengeGroup) api.PeerChallengeGroup {
		wire := api.PeerChallengeGroup{
			Id: g.ID, PeerChallengeId: g.PeerChallengeID, Name: g.Name, StartsOn: g.StartsOn, EndsOn: g.EndsOn,
			Members: make([]api.GroupMember, len(g.Members)), Illustrative: g.Illustrative,
			CreatedAt: g.CreatedAt, UpdatedAt: g.UpdatedAt, Actions: actionsWire(ctx, g),
		}
		for i, m := range g.Members {
			wire.Members[i] = api.GroupMember{Borough: m.Borough, Role: api.MemberRole(m.Role), PresentsOn: m.PresentsOn}
		}
		if g.Confidants().Includes(callOf(ctx).actor) {
			wire.Venue, wire.Link, wire.Notes = g.Venue, g.Link, g.Notes
		}
		return wire
	}
}
