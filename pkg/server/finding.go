package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

type findingStore interface {
	Findings(actor programme.Actor, f programme.FindingFilter, sort string) programme.Listing[programme.Finding]
	Finding(ctx context.Context, actor programme.Actor, id string) (programme.Finding, error)
	CreateFinding(ctx context.Context, actor programme.Actor, f programme.Finding) (programme.Finding, error)
	UpdateFinding(ctx context.Context, actor programme.Actor, id string, version int64, alter func(*programme.Finding) error) (programme.Finding, error)
	AnswerFinding(ctx context.Context, actor programme.Actor, id string, version int64, answer programme.ResponseAnswer, reason *string) (programme.Finding, error)
	DeleteFinding(ctx context.Context, actor programme.Actor, id string, version int64) error
}

var findings = nounOf(findingInput, setFinding, findingWire).including(map[string]include[programme.Finding, api.Finding]{
	"peerChallengeGroup": one(func(f *programme.Finding) *string { return f.PeerChallengeGroupID }, includeStore.PeerChallengeGroupsByID, peerChallengeGroupWire,
		func(to *api.Finding, g *api.PeerChallengeGroup) { to.PeerChallengeGroup = &g }),
	"peerReview": one(func(f *programme.Finding) *string { return f.PeerReviewID }, includeStore.PeerReviewsByID, peerReviewWire,
		func(to *api.Finding, r *api.PeerReview) { to.PeerReview = &r }),
	"openActionCount": counted[programme.Finding](includeStore.OpenActionCounts, func(to *api.Finding, n *int) { to.OpenActionCount = &n }),
})

// ListFindings answers findings.
func (s *Server) ListFindings(ctx context.Context, r api.ListFindingsRequestObject) (api.Response, error) {
	p := r.Params
	f := programme.FindingFilter{
		PeerChallengeID: p.PeerChallengeId, PeerChallengeGroupID: p.PeerChallengeGroupId, PeerReviewID: p.PeerReviewId, Cycle: convert[programme.Cycle](p.Cycle), Borough: p.Borough,
		Kinds: words[programme.FindingKind](p.Kind), PriorityID: p.PriorityId, Answered: p.Answered, UpdatedSince: p.UpdatedSince,
	}
	return findings.listed(ctx, s.store, s.store.Findings(callOf(ctx).actor, f, text(p.Sort)))
}

// GetFinding answers one.
func (s *Server) GetFinding(ctx context.Context, r api.GetFindingRequestObject) (api.Response, error) {
	return findings.readWith(ctx, s.store, s.store.Finding, r.Id)
}

// CreateFinding records one.
func (s *Server) CreateFinding(ctx context.Context, r api.CreateFindingRequestObject) (api.Response, error) {
	return findings.created(ctx, s.store.CreateFinding, *r.Body)
}

// UpdateFinding corrects one.
func (s *Server) UpdateFinding(ctx context.Context, r api.UpdateFindingRequestObject) (api.Response, error) {
	return findings.patched(ctx, s.store.UpdateFinding, r.Id, r.Params.IfMatch)
}

// PutFindingResponse answers one for the borough that it is about.
func (s *Server) PutFindingResponse(ctx context.Context, r api.PutFindingResponseRequestObject) (api.Response, error) {
	return findings.answer(ctx)(s.store.AnswerFinding(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), programme.ResponseAnswer(r.Body.Answer), r.Body.Reason))
}

// DeleteFinding removes one.
func (s *Server) DeleteFinding(ctx context.Context, r api.DeleteFindingRequestObject) (api.Response, error) {
	return deleted(ctx), s.store.DeleteFinding(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch))
}

func findingInput(f *programme.Finding) api.FindingInput {
	return api.FindingInput{
		PeerChallengeGroupId: f.PeerChallengeGroupID, PeerReviewId: f.PeerReviewID, Borough: f.Borough, Kind: api.FindingKind(f.Kind), Theme: f.Theme, Text: f.Text, Evidence: f.Evidence, PriorityId: f.PriorityID,
		Indicators: &f.Indicators, SelfEvaluationSections: &f.SelfEvaluationSections, SelfEvaluationCommentId: f.SelfEvaluationCommentID, NoteIds: &f.NoteIDs,
		Citations: new(each(f.Citations, citationWire)),
	}
}

func setFinding(f *programme.Finding, in api.FindingInput) {
	f.PeerChallengeGroupID, f.PeerReviewID, f.Borough = in.PeerChallengeGroupId, in.PeerReviewId, in.Borough
	f.Kind, f.Theme, f.Text, f.Evidence, f.PriorityID = programme.FindingKind(in.Kind), in.Theme, in.Text, in.Evidence, in.PriorityId
	f.Indicators, f.SelfEvaluationSections = list(in.Indicators), list(in.SelfEvaluationSections)
	f.SelfEvaluationCommentID, f.NoteIDs = in.SelfEvaluationCommentId, list(in.NoteIds)
	f.Citations = each(list(in.Citations), func(c *api.Citation) programme.Citation { return citationOf(*c) })
}

func findingWire(ctx context.Context) func(*programme.Finding) api.Finding {
	names := namesIn(ctx)
	return func(f *programme.Finding) api.Finding {
		wire := api.Finding{
			Id: f.ID, PeerChallengeGroupId: f.PeerChallengeGroupID, PeerReviewId: f.PeerReviewID, Borough: f.Borough, BoroughName: names.borough(f.Borough), Kind: api.FindingKind(f.Kind),
			Theme: f.Theme, Text: f.Text, Evidence: f.Evidence, PriorityId: f.PriorityID, PriorityName: nameOf(names.priority, f.PriorityID), Indicators: programme.OrEmpty(f.Indicators),
			SelfEvaluationSections: programme.OrEmpty(f.SelfEvaluationSections), SelfEvaluationCommentId: f.SelfEvaluationCommentID, Illustrative: f.Illustrative, CreatedAt: f.CreatedAt, UpdatedAt: f.UpdatedAt, Etag: etagOf(f.Version), Steps: stepsWire(ctx, f, f.ID),
			RedactedAt: f.RedactedAt, Screening: screeningWire(ctx, f), NoteIds: f.NotesFor(callOf(ctx).actor),
			Citations: each(f.Citations, citationWire),
		}
		if r := f.Response; r != nil {
			wire.Response = &api.FindingResponse{Answer: api.ResponseAnswer(r.Answer), Reason: r.Reason, At: r.At}
		}
		return wire
	}
}
