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
	PutGroupPerson(ctx context.Context, actor programme.Actor, id string, version int64, a programme.Attendee) (programme.PeerChallengeGroup, error)
	TakeGroupPerson(ctx context.Context, actor programme.Actor, id string, version int64, participant string) (programme.PeerChallengeGroup, error)
	RecordGroupAttendance(ctx context.Context, actor programme.Actor, id string, version int64, a programme.MetAttendance) (programme.PeerChallengeGroup, error)
}

var peerChallengeGroups = nounOf(peerChallengeGroupInput, setPeerChallengeGroup, peerChallengeGroupWire).including(map[string]include[programme.PeerChallengeGroup, api.PeerChallengeGroup]{
	"peerChallenge": one(func(g *programme.PeerChallengeGroup) *string { return &g.PeerChallengeID }, includeStore.PeerChallengesByID, peerChallengeWire,
		func(to *api.PeerChallengeGroup, c *api.PeerChallenge) { to.PeerChallenge = &c }),
	"findingCount":    counted[programme.PeerChallengeGroup](includeStore.FindingCounts, func(to *api.PeerChallengeGroup, n *int) { to.FindingCount = &n }),
	"openActionCount": counted[programme.PeerChallengeGroup](includeStore.OpenActionCounts, func(to *api.PeerChallengeGroup, n *int) { to.OpenActionCount = &n }),
})

// ListPeerChallengeGroups answers groups.
func (s *Server) ListPeerChallengeGroups(ctx context.Context, r api.ListPeerChallengeGroupsRequestObject) (api.Response, error) {
	f := programme.PeerChallengeGroupFilter{
		PeerChallengeID: r.Params.PeerChallengeId, Borough: r.Params.Borough, Cycle: convert[programme.Cycle](r.Params.Cycle), UpdatedSince: r.Params.UpdatedSince, Unnamed: r.Params.Unnamed, Today: callOf(ctx).today,
	}
	return peerChallengeGroups.listed(ctx, s.store, s.store.PeerChallengeGroups(callOf(ctx).actor, f, text(r.Params.Sort)))
}

// GetPeerChallengeGroup answers one.
func (s *Server) GetPeerChallengeGroup(ctx context.Context, r api.GetPeerChallengeGroupRequestObject) (api.Response, error) {
	return peerChallengeGroups.readWith(ctx, s.store, s.store.PeerChallengeGroup, r.Id)
}

// CreatePeerChallengeGroup adds one to a challenge.
func (s *Server) CreatePeerChallengeGroup(ctx context.Context, r api.CreatePeerChallengeGroupRequestObject) (api.Response, error) {
	return peerChallengeGroups.created(ctx, s.store.CreatePeerChallengeGroup, *r.Body)
}

// UpdatePeerChallengeGroup changes one.
func (s *Server) UpdatePeerChallengeGroup(ctx context.Context, r api.UpdatePeerChallengeGroupRequestObject) (api.Response, error) {
	return peerChallengeGroups.patched(ctx, s.store.UpdatePeerChallengeGroup, r.Id, r.Params.IfMatch)
}

// DeletePeerChallengeGroup removes one.
func (s *Server) DeletePeerChallengeGroup(ctx context.Context, r api.DeletePeerChallengeGroupRequestObject) (api.Response, error) {
	return deleted(ctx), s.store.DeletePeerChallengeGroup(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch))
}

// PutPeerChallengeGroupMember puts a borough into one.
func (s *Server) PutPeerChallengeGroupMember(ctx context.Context, r api.PutPeerChallengeGroupMemberRequestObject) (api.Response, error) {
	m := programme.GroupMember{Borough: r.Borough, Role: programme.MemberRole(r.Body.Role), PresentsOn: r.Body.PresentsOn}
	return peerChallengeGroups.answer(ctx)(s.store.PutGroupMember(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), m))
}

// DeletePeerChallengeGroupMember takes a borough out of one.
func (s *Server) DeletePeerChallengeGroupMember(ctx context.Context, r api.DeletePeerChallengeGroupMemberRequestObject) (api.Response, error) {
	return peerChallengeGroups.answer(ctx)(s.store.TakeGroupMember(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), r.Borough))
}

// PutPeerChallengeGroupNotes writes what was said in one.
func (s *Server) PutPeerChallengeGroupNotes(ctx context.Context, r api.PutPeerChallengeGroupNotesRequestObject) (api.Response, error) {
	return peerChallengeGroups.answer(ctx)(s.store.WriteGroupNotes(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), r.Body.Notes))
}

// PutPeerChallengeGroupPerson names who is to come to one.
func (s *Server) PutPeerChallengeGroupPerson(ctx context.Context, r api.PutPeerChallengeGroupPersonRequestObject) (api.Response, error) {
	return peerChallengeGroups.answer(ctx)(s.store.PutGroupPerson(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), attendeeOf(r.ParticipantId, *r.Body)))
}

// DeletePeerChallengeGroupPerson takes somebody off the table of one.
func (s *Server) DeletePeerChallengeGroupPerson(ctx context.Context, r api.DeletePeerChallengeGroupPersonRequestObject) (api.Response, error) {
	return peerChallengeGroups.answer(ctx)(s.store.TakeGroupPerson(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), r.ParticipantId))
}

// RecordPeerChallengeGroupAttendance says who came to one.
func (s *Server) RecordPeerChallengeGroupAttendance(ctx context.Context, r api.RecordPeerChallengeGroupAttendanceRequestObject) (api.Response, error) {
	return peerChallengeGroups.answer(ctx)(s.store.RecordGroupAttendance(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), attendanceRecorded(*r.Body)))
}

func peerChallengeGroupInput(g *programme.PeerChallengeGroup) api.PeerChallengeGroupInput {
	return api.PeerChallengeGroupInput{
		PeerChallengeId: g.PeerChallengeID, Name: g.Name, StartsOn: g.StartsOn, EndsOn: g.EndsOn, Venue: g.Venue, Link: g.Link, Illustrative: g.Illustrative,
	}
}

func setPeerChallengeGroup(g *programme.PeerChallengeGroup, in api.PeerChallengeGroupInput) {
	g.PeerChallengeID = in.PeerChallengeId
	g.Name, g.StartsOn, g.EndsOn, g.Venue, g.Link, g.Illustrative = in.Name, in.StartsOn, in.EndsOn, in.Venue, in.Link, in.Illustrative
}

// peerChallengeGroupWire leaves out what is for the group's confidants alone.
func peerChallengeGroupWire(ctx context.Context) func(*programme.PeerChallengeGroup) api.PeerChallengeGroup {
	names, call := namesIn(ctx), callOf(ctx)
	return func(g *programme.PeerChallengeGroup) api.PeerChallengeGroup {
		wire := api.PeerChallengeGroup{
			Id: g.ID, PeerChallengeId: g.PeerChallengeID, Name: g.Name, StartsOn: g.StartsOn, EndsOn: g.EndsOn,
			Members: make([]api.GroupMember, len(g.Members)), Illustrative: g.Illustrative,
			CreatedAt: g.CreatedAt, UpdatedAt: g.UpdatedAt, Etag: etagOf(g.Version), Steps: stepsWire(ctx, g, g.ID),
			MetOn: g.MetOn, People: attendeesWire(names, g.PeopleFor(call.actor, g.Named().Includes(call.actor))), Attendance: roleCountsWire(&g.Table),
			RedactedAt: g.RedactedAt, Screening: screeningWire(ctx, g),
		}
		for i, m := range g.Members {
			wire.Members[i] = api.GroupMember{Borough: m.Borough, BoroughName: names.borough(m.Borough), Role: api.MemberRole(m.Role), PresentsOn: m.PresentsOn}
		}
		if g.Confidants().Includes(call.actor) {
			wire.Venue, wire.Link, wire.Notes = g.Venue, g.Link, g.Notes
		}
		return wire
	}
}
