package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

type peerReviewNoteStore interface {
	PeerReviewNotes(actor programme.Actor, f programme.PeerReviewNoteFilter, sort string) programme.Listing[programme.PeerReviewNote]
	PeerReviewNote(ctx context.Context, actor programme.Actor, id string) (programme.PeerReviewNote, error)
	CreatePeerReviewNote(ctx context.Context, actor programme.Actor, n programme.PeerReviewNote) (programme.PeerReviewNote, error)
	UpdatePeerReviewNote(ctx context.Context, actor programme.Actor, id string, version int64, alter func(*programme.PeerReviewNote) error) (programme.PeerReviewNote, error)
	AcknowledgePeerReviewNote(ctx context.Context, actor programme.Actor, id string, version int64, marks []programme.Mark) (programme.PeerReviewNote, error)
	RedactPeerReviewNote(ctx context.Context, actor programme.Actor, id string, version int64, places []programme.Place) (programme.PeerReviewNote, error)
	DeletePeerReviewNote(ctx context.Context, actor programme.Actor, id string, version int64) error
}

var peerReviewNotes = nounOf(peerReviewNoteInput, setPeerReviewNote, peerReviewNoteWire)

// ListPeerReviewNotes answers those that the caller may read.
func (s *Server) ListPeerReviewNotes(ctx context.Context, r api.ListPeerReviewNotesRequestObject) (api.Response, error) {
	f := programme.PeerReviewNoteFilter{PeerReviewID: r.Params.PeerReviewId, Borough: r.Params.Borough, FindingID: r.Params.FindingId, UpdatedSince: r.Params.UpdatedSince}
	return answerListing(ctx, s.store.PeerReviewNotes(callOf(ctx).actor, f, text(r.Params.Sort)), peerReviewNoteWire(ctx))
}

// GetPeerReviewNote answers one.
func (s *Server) GetPeerReviewNote(ctx context.Context, r api.GetPeerReviewNoteRequestObject) (api.Response, error) {
	return peerReviewNotes.read(ctx, s.store.PeerReviewNote, r.Id)
}

// CreatePeerReviewNote writes one.
func (s *Server) CreatePeerReviewNote(ctx context.Context, r api.CreatePeerReviewNoteRequestObject) (api.Response, error) {
	return peerReviewNotes.created(ctx, s.store.CreatePeerReviewNote, *r.Body)
}

// UpdatePeerReviewNote corrects one.
func (s *Server) UpdatePeerReviewNote(ctx context.Context, r api.UpdatePeerReviewNoteRequestObject) (api.Response, error) {
	return peerReviewNotes.patched(ctx, s.store.UpdatePeerReviewNote, r.Id, r.Params.IfMatch)
}

// AcknowledgePeerReviewNote says that what screening found in one is right.
func (s *Server) AcknowledgePeerReviewNote(ctx context.Context, r api.AcknowledgePeerReviewNoteRequestObject) (api.Response, error) {
	return peerReviewNotes.answer(ctx)(s.store.AcknowledgePeerReviewNote(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), marksOf(r.Body)))
}

// RedactPeerReviewNote takes words out of one.
func (s *Server) RedactPeerReviewNote(ctx context.Context, r api.RedactPeerReviewNoteRequestObject) (api.Response, error) {
	return peerReviewNotes.answer(ctx)(s.store.RedactPeerReviewNote(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), redactedPlaces(r.Body)))
}

// DeletePeerReviewNote removes one.
func (s *Server) DeletePeerReviewNote(ctx context.Context, r api.DeletePeerReviewNoteRequestObject) (api.Response, error) {
	return deleted(ctx), s.store.DeletePeerReviewNote(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch))
}

func peerReviewNoteInput(n *programme.PeerReviewNote) api.PeerReviewNoteInput {
	return api.PeerReviewNoteInput{PeerReviewId: n.PeerReviewID, InterviewGroup: n.InterviewGroup, LineOfEnquiry: n.LineOfEnquiry, Text: n.Text}
}

func setPeerReviewNote(n *programme.PeerReviewNote, in api.PeerReviewNoteInput) {
	n.PeerReviewID, n.InterviewGroup, n.LineOfEnquiry, n.Text = in.PeerReviewId, in.InterviewGroup, in.LineOfEnquiry, in.Text
}

func peerReviewNoteWire(ctx context.Context) func(*programme.PeerReviewNote) api.PeerReviewNote {
	names := namesIn(ctx)
	return func(n *programme.PeerReviewNote) api.PeerReviewNote {
		return api.PeerReviewNote{
			Id: n.ID, PeerReviewId: n.PeerReviewID, Borough: n.Borough, BoroughName: nameOf(names.borough, n.Borough), InterviewGroup: n.InterviewGroup, LineOfEnquiry: n.LineOfEnquiry, Text: n.Text,
			FindingIds: programme.OrEmpty(n.FindingIDs), CreatedAt: n.CreatedAt, UpdatedAt: n.UpdatedAt, Etag: etagOf(n.Version), Steps: stepsWire(ctx, n, n.ID), RedactedAt: n.RedactedAt, Screening: screeningWire(ctx, n),
		}
	}
}
