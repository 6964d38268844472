package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

type wordsStore interface {
	AcknowledgeFinding(ctx context.Context, actor programme.Actor, id string, version int64, marks []programme.Mark) (programme.Finding, error)
	RedactFinding(ctx context.Context, actor programme.Actor, id string, version int64, places []programme.Place) (programme.Finding, error)
	AcknowledgeAction(ctx context.Context, actor programme.Actor, id string, version int64, marks []programme.Mark) (programme.Action, error)
	RedactAction(ctx context.Context, actor programme.Actor, id string, version int64, places []programme.Place) (programme.Action, error)
	AcknowledgeAskOrOffer(ctx context.Context, actor programme.Actor, id string, version int64, marks []programme.Mark) (programme.AskOrOffer, error)
	RedactAskOrOffer(ctx context.Context, actor programme.Actor, id string, version int64, places []programme.Place) (programme.AskOrOffer, error)
	AcknowledgePeerChallengeGroup(ctx context.Context, actor programme.Actor, id string, version int64, marks []programme.Mark) (programme.PeerChallengeGroup, error)
	RedactPeerChallengeGroup(ctx context.Context, actor programme.Actor, id string, version int64, places []programme.Place) (programme.PeerChallengeGroup, error)
	AcknowledgePeerReview(ctx context.Context, actor programme.Actor, id string, version int64, marks []programme.Mark) (programme.PeerReview, error)
	RedactPeerReview(ctx context.Context, actor programme.Actor, id string, version int64, places []programme.Place) (programme.PeerReview, error)
	AcknowledgeBenchmarkingSubmission(ctx context.Context, actor programme.Actor, id string, version int64, marks []programme.Mark) (returns.Submission, error)
	RedactBenchmarkingSubmission(ctx context.Context, actor programme.Actor, id string, version int64, places []programme.Place) (returns.Submission, error)
}

// AcknowledgeFinding says that what screening found in a finding is right.
func (s *Server) AcknowledgeFinding(ctx context.Context, r api.AcknowledgeFindingRequestObject) (api.Response, error) {
	return findings.answer(ctx)(s.store.AcknowledgeFinding(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), marksOf(r.Body)))
}

// RedactFinding takes words out of a finding.
func (s *Server) RedactFinding(ctx context.Context, r api.RedactFindingRequestObject) (api.Response, error) {
	return findings.answer(ctx)(s.store.RedactFinding(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), redactedPlaces(r.Body)))
}

// AcknowledgeAction says that what screening found in an action is right.
func (s *Server) AcknowledgeAction(ctx context.Context, r api.AcknowledgeActionRequestObject) (api.Response, error) {
	return actions.answer(ctx)(s.store.AcknowledgeAction(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), marksOf(r.Body)))
}

// RedactAction takes words out of an action.
func (s *Server) RedactAction(ctx context.Context, r api.RedactActionRequestObject) (api.Response, error) {
	return actions.answer(ctx)(s.store.RedactAction(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), redactedPlaces(r.Body)))
}

// AcknowledgeAskOrOffer says that what screening found in an ask or an offer is right.
func (s *Server) AcknowledgeAskOrOffer(ctx context.Context, r api.AcknowledgeAskOrOfferRequestObject) (api.Response, error) {
	return asksAndOffers.answer(ctx)(s.store.AcknowledgeAskOrOffer(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), marksOf(r.Body)))
}

// RedactAskOrOffer takes words out of an ask or an offer.
func (s *Server) RedactAskOrOffer(ctx context.Context, r api.RedactAskOrOfferRequestObject) (api.Response, error) {
	return asksAndOffers.answer(ctx)(s.store.RedactAskOrOffer(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), redactedPlaces(r.Body)))
}

// AcknowledgePeerChallengeGroup says that what screening found in a group's notes is right.
func (s *Server) AcknowledgePeerChallengeGroup(ctx context.Context, r api.AcknowledgePeerChallengeGroupRequestObject) (api.Response, error) {
	return peerChallengeGroups.answer(ctx)(s.store.AcknowledgePeerChallengeGroup(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), marksOf(r.Body)))
}

// RedactPeerChallengeGroup takes words out of a group's notes.
func (s *Server) RedactPeerChallengeGroup(ctx context.Context, r api.RedactPeerChallengeGroupRequestObject) (api.Response, error) {
	return peerChallengeGroups.answer(ctx)(s.store.RedactPeerChallengeGroup(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), redactedPlaces(r.Body)))
}

// AcknowledgePeerReview says that what screening found in a review is right.
func (s *Server) AcknowledgePeerReview(ctx context.Context, r api.AcknowledgePeerReviewRequestObject) (api.Response, error) {
	return peerReviews.answer(ctx)(s.store.AcknowledgePeerReview(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), marksOf(r.Body)))
}

// RedactPeerReview takes words out of a review.
func (s *Server) RedactPeerReview(ctx context.Context, r api.RedactPeerReviewRequestObject) (api.Response, error) {
	return peerReviews.answer(ctx)(s.store.RedactPeerReview(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), redactedPlaces(r.Body)))
}

// AcknowledgeBenchmarkingSubmission says that what screening found in a return is right.
func (s *Server) AcknowledgeBenchmarkingSubmission(ctx context.Context, r api.AcknowledgeBenchmarkingSubmissionRequestObject) (api.Response, error) {
	return submissionReply(ctx)(s.store.AcknowledgeBenchmarkingSubmission(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), marksOf(r.Body)))
}

// RedactBenchmarkingSubmission takes words out of a return.
func (s *Server) RedactBenchmarkingSubmission(ctx context.Context, r api.RedactBenchmarkingSubmissionRequestObject) (api.Response, error) {
	return submissionReply(ctx)(s.store.RedactBenchmarkingSubmission(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), redactedPlaces(r.Body)))
}

func marksOf(in *api.AcknowledgementInput) []programme.Mark {
	marks := make([]programme.Mark, len(list(in.Marks)))
	for i, m := range list(in.Marks) {
		marks[i] = programme.Mark{Field: m.Field, Spot: programme.Spot{Kind: programme.MarkKind(m.Kind), Start: m.Start, Length: m.Length}}
	}
	return marks
}

func redactedPlaces(in *api.RedactionInput) []programme.Place {
	places := make([]programme.Place, len(list(in.Places)))
	for i, p := range list(in.Places) {
		places[i] = programme.Place{Field: p.Field, Start: p.Start, Length: p.Length}
	}
	return places
}

// screeningWire says what screening found in the words of the record that the caller writes.
// It stands where steps stand.
func screeningWire(ctx context.Context, r programme.Worded) *[]api.ScreeningMark {
	call := callOf(ctx)
	if !call.tellsSteps() {
		return nil
	}
	return new(marksWire(r, call.actor))
}

func marksWire(r programme.Worded, actor programme.Actor) []api.ScreeningMark {
	marks := programme.Screening(r, actor)
	wire := make([]api.ScreeningMark, len(marks))
	for i, m := range marks {
		wire[i] = api.ScreeningMark{Field: m.Field, Kind: api.ScreeningKind(m.Kind), Start: m.Start, Length: m.Length, Acknowledged: m.Acknowledged}
	}
	return wire
}
