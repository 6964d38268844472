package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

type milestoneStore interface {
	Milestones(actor programme.Actor, f programme.MilestoneFilter, sort string) programme.Listing[programme.Milestone]
	MilestoneCounts(actor programme.Actor, cycle *programme.Cycle) programme.Listing[programme.MilestoneCount]
	Milestone(ctx context.Context, actor programme.Actor, id string) (programme.Milestone, error)
	CreateMilestone(ctx context.Context, actor programme.Actor, m programme.Milestone) (programme.Milestone, error)
	UpdateMilestone(ctx context.Context, actor programme.Actor, id string, version int64, alter func(*programme.Milestone) error) (programme.Milestone, error)
	DeleteMilestone(ctx context.Context, actor programme.Actor, id string, version int64) error
}

var milestones = nounOf(milestoneInput, setMilestone, milestoneWire)

// ListMilestones answers milestones.
func (s *Server) ListMilestones(ctx context.Context, r api.ListMilestonesRequestObject) (api.Response, error) {
	f := programme.MilestoneFilter{
		Search: search(r.Params.Q), Cycle: convert[programme.Cycle](r.Params.Cycle), SubRegion: r.Params.SubRegion, Borough: r.Params.Borough,
		Kinds: words[programme.MilestoneKind](r.Params.Kind), States: words[programme.MilestoneState](r.Params.State), PriorityID: r.Params.PriorityId,
		From: r.Params.From, To: r.Params.To, Derived: r.Params.Derived, Overdue: r.Params.Overdue, Today: callOf(ctx).today, UpdatedSince: r.Params.UpdatedSince,
	}
	return answerListing(ctx, s.store.Milestones(callOf(ctx).actor, f, text(r.Params.Sort)), milestoneWire(ctx))
}

// ListMilestoneSummary counts them.
func (s *Server) ListMilestoneSummary(ctx context.Context, r api.ListMilestoneSummaryRequestObject) (api.Response, error) {
	return answerListing(ctx, s.store.MilestoneCounts(callOf(ctx).actor, convert[programme.Cycle](r.Params.Cycle)), milestoneCountWire(ctx))
}

// GetMilestone answers one.
func (s *Server) GetMilestone(ctx context.Context, r api.GetMilestoneRequestObject) (api.Response, error) {
	return milestones.read(ctx, s.store.Milestone, r.Id)
}

// CreateMilestone writes one by hand.
func (s *Server) CreateMilestone(ctx context.Context, r api.CreateMilestoneRequestObject) (api.Response, error) {
	return milestones.created(ctx, s.store.CreateMilestone, milestoneDocument{MilestoneInput: *r.Body})
}

// milestoneDocument is what a change alters: what a creation gives, and whether the
// words follow.
type milestoneDocument struct {
	api.MilestoneInput

	WordedByHand bool `json:"wordedByHand"`
}

// UpdateMilestone changes one.
func (s *Server) UpdateMilestone(ctx context.Context, r api.UpdateMilestoneRequestObject) (api.Response, error) {
	return milestones.patched(ctx, s.store.UpdateMilestone, r.Id, r.Params.IfMatch)
}

// DeleteMilestone removes one.
func (s *Server) DeleteMilestone(ctx context.Context, r api.DeleteMilestoneRequestObject) (api.Response, error) {
	return deleted(ctx), s.store.DeleteMilestone(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch))
}

func milestoneInput(m *programme.Milestone) milestoneDocument {
	evidence := linksWire(m.Evidence)
	return milestoneDocument{api.MilestoneInput{
		Title: m.Title, Description: m.Description, Cycle: string(m.Cycle), Kind: api.MilestoneKind(m.Kind), State: api.MilestoneState(m.State),
		PlannedFor: m.PlannedFor, AchievedOn: m.AchievedOn, SubRegions: &m.SubRegions, Boroughs: &m.Boroughs, PriorityIds: &m.PriorityIDs,
		Participants: m.Participants, Evidence: &evidence, PeerChallengeId: m.PeerChallengeID, PeerReviewId: m.PeerReviewID, EventId: m.EventID,
		Illustrative: m.Illustrative,
	}, m.WordedByHand}
}

func setMilestone(m *programme.Milestone, in milestoneDocument) {
	m.Title, m.Description, m.Cycle = in.Title, in.Description, programme.Cycle(in.Cycle)
	m.Kind, m.State = programme.MilestoneKind(in.Kind), programme.MilestoneState(in.State)
	m.PlannedFor, m.AchievedOn, m.Participants, m.Evidence = in.PlannedFor, in.AchievedOn, in.Participants, linksOf(in.Evidence)
	m.SubRegions, m.Boroughs, m.PriorityIDs = list(in.SubRegions), list(in.Boroughs), list(in.PriorityIds)
	m.PeerChallengeID, m.PeerReviewID, m.EventID, m.Illustrative = in.PeerChallengeId, in.PeerReviewId, in.EventId, in.Illustrative
	m.WordedByHand = in.WordedByHand
}

func milestoneWire(ctx context.Context) func(*programme.Milestone) api.Milestone {
	names := namesIn(ctx)
	actor, today := callOf(ctx).actor, callOf(ctx).today
	return func(m *programme.Milestone) api.Milestone {
		return api.Milestone{
			Id: m.ID, Title: m.Title, Description: m.Description, Cycle: string(m.Cycle), Kind: api.MilestoneKind(m.Kind), State: api.MilestoneState(m.State),
			PlannedFor: m.PlannedFor, AchievedOn: m.AchievedOn, Overdue: m.Overdue(today), SubRegions: programme.OrEmpty(m.SubRegions), SubRegionNames: allNamed(names.subRegion, m.SubRegions), Boroughs: programme.OrEmpty(m.Boroughs), BoroughNames: allNamed(names.borough, m.Boroughs), PriorityIds: programme.OrEmpty(m.PriorityIDs), PriorityNames: allNamed(names.priority, m.PriorityIDs),
			ParticipantsByRole: participantCountsWire(m.ParticipantsByRole), Participants: m.Participants, Evidence: linksWire(m.Evidence), PeerChallengeId: m.PeerChallengeID, PeerReviewId: m.ReviewFor(actor), EventId: m.EventID,
			Derived: m.Derived, WordedByHand: m.WordedByHand, Illustrative: m.Illustrative, CreatedAt: m.CreatedAt, UpdatedAt: m.UpdatedAt, Etag: etagOf(m.Version), Steps: stepsWire(ctx, m, m.ID),
		}
	}
}

func milestoneCountWire(ctx context.Context) func(*programme.MilestoneCount) api.MilestoneCount {
	names := namesIn(ctx)
	return func(c *programme.MilestoneCount) api.MilestoneCount {
		return api.MilestoneCount{
			Cycle: string(c.Cycle), SubRegion: c.SubRegion, SubRegionName: nameOf(names.subRegion, c.SubRegion), Kind: api.MilestoneKind(c.Kind),
			State: api.MilestoneState(c.State), Milestones: c.Milestones,
		}
	}
}
