package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

type peerReviewStore interface {
	PeerReviews(actor programme.Actor, f programme.PeerReviewFilter, sort string) programme.Listing[programme.PeerReview]
	PeerReview(ctx context.Context, actor programme.Actor, id string) (programme.PeerReview, error)
	CreatePeerReview(ctx context.Context, actor programme.Actor, r programme.PeerReview) (programme.PeerReview, error)
	UpdatePeerReview(ctx context.Context, actor programme.Actor, id string, version int64, alter func(*programme.PeerReview) error) (programme.PeerReview, error)
	MovePeerReview(ctx context.Context, actor programme.Actor, id string, version int64, step programme.Step) (programme.PeerReview, error)
	WritePeerReviewReport(ctx context.Context, actor programme.Actor, id string, version int64, report *string, links []programme.Link) (programme.PeerReview, error)
	CommentOnPeerReview(ctx context.Context, actor programme.Actor, id string, version int64, text string) (programme.PeerReview, error)
	PublishPeerReview(ctx context.Context, actor programme.Actor, id string, version int64, publication programme.Publication) (programme.PeerReview, error)
	DeletePeerReview(ctx context.Context, actor programme.Actor, id string, version int64) error
}

var peerReviews = nounOf(peerReviewInput, setPeerReview, peerReviewWire).including(map[string]include[programme.PeerReview, api.PeerReview]{
	"findingCount":    counted[programme.PeerReview](includeStore.FindingCounts, func(to *api.PeerReview, n *int) { to.FindingCount = &n }),
	"openActionCount": counted[programme.PeerReview](includeStore.OpenActionCounts, func(to *api.PeerReview, n *int) { to.OpenActionCount = &n }),
})

// ListPeerReviews answers reviews.
func (s *Server) ListPeerReviews(ctx context.Context, r api.ListPeerReviewsRequestObject) (api.Response, error) {
	f := programme.PeerReviewFilter{
		Borough: r.Params.Borough, Host: r.Params.Host, Cycle: convert[programme.Cycle](r.Params.Cycle), States: words[programme.ReviewState](r.Params.State),
		PriorityID: r.Params.PriorityId, UpdatedSince: r.Params.UpdatedSince, Overdue: r.Params.Overdue, Clocks: clocksOf(callOf(ctx)), Today: callOf(ctx).today,
	}
	return peerReviews.listed(ctx, s.store, s.store.PeerReviews(callOf(ctx).actor, f, text(r.Params.Sort)))
}

// GetPeerReview answers one.
func (s *Server) GetPeerReview(ctx context.Context, r api.GetPeerReviewRequestObject) (api.Response, error) {
	return peerReviews.readWith(ctx, s.store, s.store.PeerReview, r.Id)
}

// CreatePeerReview proposes one.
func (s *Server) CreatePeerReview(ctx context.Context, r api.CreatePeerReviewRequestObject) (api.Response, error) {
	return peerReviews.created(ctx, s.store.CreatePeerReview, *r.Body)
}

// UpdatePeerReview changes one. The team is chosen anew where the patch has one.
func (s *Server) UpdatePeerReview(ctx context.Context, r api.UpdatePeerReviewRequestObject) (api.Response, error) {
	return peerReviews.patched(ctx, s.store.UpdatePeerReview, r.Id, r.Params.IfMatch)
}

// DeletePeerReview removes one.
func (s *Server) DeletePeerReview(ctx context.Context, r api.DeletePeerReviewRequestObject) (api.Response, error) {
	return deleted(ctx), s.store.DeletePeerReview(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch))
}

// ScopePeerReview begins to agree on its scope.
func (s *Server) ScopePeerReview(ctx context.Context, r api.ScopePeerReviewRequestObject) (api.Response, error) {
	return peerReviews.stepped(ctx, s.store.MovePeerReview, r.Id, r.Params.IfMatch, programme.AgreeScope)
}

// AnnouncePeerReview lets everybody know of it.
func (s *Server) AnnouncePeerReview(ctx context.Context, r api.AnnouncePeerReviewRequestObject) (api.Response, error) {
	return peerReviews.stepped(ctx, s.store.MovePeerReview, r.Id, r.Params.IfMatch, programme.Announce)
}

// PreparePeerReview begins its preparation.
func (s *Server) PreparePeerReview(ctx context.Context, r api.PreparePeerReviewRequestObject) (api.Response, error) {
	return peerReviews.stepped(ctx, s.store.MovePeerReview, r.Id, r.Params.IfMatch, programme.Prepare)
}

// StartPeerReviewFieldwork begins its fieldwork.
func (s *Server) StartPeerReviewFieldwork(ctx context.Context, r api.StartPeerReviewFieldworkRequestObject) (api.Response, error) {
	return peerReviews.stepped(ctx, s.store.MovePeerReview, r.Id, r.Params.IfMatch, programme.StartFieldwork)
}

// CheckPeerReviewFacts gives its host the right of reply.
func (s *Server) CheckPeerReviewFacts(ctx context.Context, r api.CheckPeerReviewFactsRequestObject) (api.Response, error) {
	return peerReviews.stepped(ctx, s.store.MovePeerReview, r.Id, r.Params.IfMatch, programme.CheckFacts)
}

// FinalisePeerReview makes its report final.
func (s *Server) FinalisePeerReview(ctx context.Context, r api.FinalisePeerReviewRequestObject) (api.Response, error) {
	return peerReviews.stepped(ctx, s.store.MovePeerReview, r.Id, r.Params.IfMatch, programme.Finalise)
}

// FollowUpPeerReview begins its follow-up.
func (s *Server) FollowUpPeerReview(ctx context.Context, r api.FollowUpPeerReviewRequestObject) (api.Response, error) {
	return peerReviews.stepped(ctx, s.store.MovePeerReview, r.Id, r.Params.IfMatch, programme.FollowUp)
}

// ClosePeerReview ends it.
func (s *Server) ClosePeerReview(ctx context.Context, r api.ClosePeerReviewRequestObject) (api.Response, error) {
	return peerReviews.stepped(ctx, s.store.MovePeerReview, r.Id, r.Params.IfMatch, programme.Close)
}

// CancelPeerReview says that it will not take place.
func (s *Server) CancelPeerReview(ctx context.Context, r api.CancelPeerReviewRequestObject) (api.Response, error) {
	return peerReviews.stepped(ctx, s.store.MovePeerReview, r.Id, r.Params.IfMatch, programme.Cancel)
}

// ReopenPeerReview takes its last step back.
func (s *Server) ReopenPeerReview(ctx context.Context, r api.ReopenPeerReviewRequestObject) (api.Response, error) {
	return peerReviews.stepped(ctx, s.store.MovePeerReview, r.Id, r.Params.IfMatch, programme.Reopen)
}

// AddPeerReviewHostComment adds what the host says.
func (s *Server) AddPeerReviewHostComment(ctx context.Context, r api.AddPeerReviewHostCommentRequestObject) (api.Response, error) {
	return peerReviews.answer(ctx)(s.store.CommentOnPeerReview(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), r.Body.Text))
}

// PutPeerReviewReport writes the report.
func (s *Server) PutPeerReviewReport(ctx context.Context, r api.PutPeerReviewReportRequestObject) (api.Response, error) {
	return peerReviews.answer(ctx)(s.store.WritePeerReviewReport(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), r.Body.Report, linksOf(r.Body.ReportLinks)))
}

// PutPeerReviewPublication decides how far the report may be seen.
func (s *Server) PutPeerReviewPublication(ctx context.Context, r api.PutPeerReviewPublicationRequestObject) (api.Response, error) {
	return peerReviews.answer(ctx)(s.store.PublishPeerReview(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), programme.Publication(r.Body.Publication)))
}

func peerReviewInput(review *programme.PeerReview) api.PeerReviewInput {
	sessions := sessionsWire(review.Sessions)
	return api.PeerReviewInput{
		Title: review.Title, Host: review.Host, Cycle: string(review.Cycle), PriorityId: review.PriorityID, Scope: review.Scope, ScopeAgreedOn: review.ScopeAgreedOn,
		Kloes: &review.KLOEs, FieldworkDays: &review.FieldworkDays, PresentationOn: review.PresentationOn, Sessions: &sessions,
		ProgressReviewOn: review.ProgressReviewOn, ProgressReviewHeldOn: review.ProgressReviewHeldOn, ProgressReview: review.ProgressReview, ProgressReviewWaived: review.ProgressReviewWaived, Illustrative: review.Illustrative,
	}
}

func setPeerReview(r *programme.PeerReview, in api.PeerReviewInput) {
	r.Title, r.Host, r.Cycle, r.PriorityID, r.Scope, r.ScopeAgreedOn = in.Title, in.Host, programme.Cycle(in.Cycle), in.PriorityId, in.Scope, in.ScopeAgreedOn
	r.KLOEs, r.FieldworkDays, r.PresentationOn, r.Sessions = list(in.Kloes), list(in.FieldworkDays), in.PresentationOn, sessionsOf(in.Sessions)
	r.ProgressReviewOn, r.ProgressReviewHeldOn, r.ProgressReview, r.ProgressReviewWaived, r.Illustrative = in.ProgressReviewOn, in.ProgressReviewHeldOn, in.ProgressReview, in.ProgressReviewWaived, in.Illustrative
	if in.Team == nil {
		return
	}
	team := make([]programme.TeamMember, len(*in.Team))
	for i, m := range *in.Team {
		team[i] = programme.TeamMember{ParticipantID: &m.ParticipantId, Lead: m.Lead != nil && *m.Lead}
	}
	r.Choose(team)
}

func sessionsOf(given *[]api.ReviewSession) []programme.ReviewSession {
	sessions := make([]programme.ReviewSession, len(list(given)))
	for i, s := range list(given) {
		sessions[i] = programme.ReviewSession{Title: s.Title, Day: s.Day, StartTime: s.StartTime, EndTime: s.EndTime, Attendees: s.Attendees}
	}
	return sessions
}

func sessionsWire(sessions []programme.ReviewSession) []api.ReviewSession {
	wire := make([]api.ReviewSession, len(sessions))
	for i, s := range sessions {
		wire[i] = api.ReviewSession{Title: s.Title, Day: s.Day, StartTime: s.StartTime, EndTime: s.EndTime, Attendees: s.Attendees}
	}
	return wire
}

// peerReviewWire keeps from all but its parties what is not published.
func peerReviewWire(ctx context.Context) func(*programme.PeerReview) api.PeerReview {
	names, call := namesIn(ctx), callOf(ctx)
	return func(r *programme.PeerReview) api.PeerReview {
		wire := api.PeerReview{
			Id: r.ID, Title: r.Title, Host: r.Host, HostName: names.borough(r.Host), Cycle: string(r.Cycle), PriorityId: r.PriorityID, PriorityName: nameOf(names.priority, r.PriorityID), Scope: r.Scope, ScopeAgreedOn: r.ScopeAgreedOn,
			Kloes: programme.OrEmpty(r.KLOEs), Team: make([]api.TeamMember, len(r.Team)), FieldworkDays: programme.OrEmpty(r.FieldworkDays), PresentationOn: r.PresentationOn,
			Sessions: []api.ReviewSession{}, Clocks: []api.ReviewClock{}, State: api.PeerReviewState(r.State), HostComments: []api.HostComment{},
			Report: r.Report, ReportLinks: linksWire(r.ReportLinks), Publication: api.Publication(r.Publication), ReportedOn: r.ReportedOn,
			ProgressReviewOn: r.ProgressReviewOn, AnnouncedOn: r.AnnouncedOn, Illustrative: r.Illustrative, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt, Etag: etagOf(r.Version), Steps: stepsWire(ctx, r, r.ID),
			RedactedAt: r.RedactedAt, Screening: screeningWire(ctx, r),
		}
		party := r.Confidants().Includes(call.actor)
		for i, m := range r.Team {
			wire.Team[i] = api.TeamMember{Role: api.ParticipantRole(m.Role), Borough: m.Borough, BoroughName: nameOf(names.borough, m.Borough), Organisation: m.Organisation, Lead: m.Lead}
			if party {
				wire.Team[i].ParticipantId, wire.Team[i].Name = m.ParticipantID, m.Name
			}
		}
		if party {
			clocks := r.Clocks(clocksOf(call), call.today)
			wire.Clocks, wire.Overdue, wire.ProgressReviewHeldOn = clocksWire(clocks), new(programme.Overdue(clocks)), r.ProgressReviewHeldOn
			wire.Sessions, wire.ProgressReview, wire.ProgressReviewWaived = sessionsWire(r.Sessions), r.ProgressReview, r.ProgressReviewWaived
			for _, c := range r.HostComments {
				wire.HostComments = append(wire.HostComments, api.HostComment{At: c.At, Text: c.Text})
			}
		}
		return wire
	}
}
