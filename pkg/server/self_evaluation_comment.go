package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/programme"
)

type selfEvaluationCommentStore interface {
	SelfEvaluationComments(actor programme.Actor, f evaluation.CommentFilter, sort string) programme.Listing[evaluation.Comment]
	SelfEvaluationComment(ctx context.Context, actor programme.Actor, id string) (evaluation.Comment, error)
	CreateSelfEvaluationComment(ctx context.Context, actor programme.Actor, row evaluation.Comment) (evaluation.Comment, error)
	UpdateSelfEvaluationComment(ctx context.Context, actor programme.Actor, id string, version int64, alter func(*evaluation.Comment) error) (evaluation.Comment, error)
	AnswerSelfEvaluationComment(ctx context.Context, actor programme.Actor, id string, version int64, text string) (evaluation.Comment, error)
	CloseSelfEvaluationComment(ctx context.Context, actor programme.Actor, id string, version int64, step programme.Step) (evaluation.Comment, error)
	ReopenSelfEvaluationComment(ctx context.Context, actor programme.Actor, id string, version int64, step programme.Step) (evaluation.Comment, error)
	AcknowledgeSelfEvaluationComment(ctx context.Context, actor programme.Actor, id string, version int64, marks []programme.Mark) (evaluation.Comment, error)
	RedactSelfEvaluationComment(ctx context.Context, actor programme.Actor, id string, version int64, places []programme.Place) (evaluation.Comment, error)
	DeleteSelfEvaluationComment(ctx context.Context, actor programme.Actor, id string, version int64) error
}

var selfEvaluationComments = nounOf(commentInput, setComment, commentWire)

// ListSelfEvaluationComments answers those that the caller may read.
func (s *Server) ListSelfEvaluationComments(ctx context.Context, r api.ListSelfEvaluationCommentsRequestObject) (api.Response, error) {
	p := r.Params
	f := evaluation.CommentFilter{
		SelfEvaluationID: p.SelfEvaluationId, Borough: p.Borough, Owner: p.Owner, Kinds: words[evaluation.CommentKind](p.Kind), States: words[evaluation.CommentState](p.State), UpdatedSince: p.UpdatedSince,
	}
	return answerListing(ctx, s.store.SelfEvaluationComments(callOf(ctx).actor, f, text(p.Sort)), commentWire(ctx))
}

// GetSelfEvaluationComment answers one.
func (s *Server) GetSelfEvaluationComment(ctx context.Context, r api.GetSelfEvaluationCommentRequestObject) (api.Response, error) {
	return selfEvaluationComments.read(ctx, s.store.SelfEvaluationComment, r.Id)
}

// CreateSelfEvaluationComment puts one to a version.
func (s *Server) CreateSelfEvaluationComment(ctx context.Context, r api.CreateSelfEvaluationCommentRequestObject) (api.Response, error) {
	return selfEvaluationComments.created(ctx, s.store.CreateSelfEvaluationComment, *r.Body)
}

// UpdateSelfEvaluationComment rewords one.
func (s *Server) UpdateSelfEvaluationComment(ctx context.Context, r api.UpdateSelfEvaluationCommentRequestObject) (api.Response, error) {
	return selfEvaluationComments.patched(ctx, s.store.UpdateSelfEvaluationComment, r.Id, r.Params.IfMatch)
}

// AnswerSelfEvaluationComment answers one for the borough whose self-evaluation it is.
func (s *Server) AnswerSelfEvaluationComment(ctx context.Context, r api.AnswerSelfEvaluationCommentRequestObject) (api.Response, error) {
	return selfEvaluationComments.answer(ctx)(s.store.AnswerSelfEvaluationComment(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), r.Body.Text))
}

// CloseSelfEvaluationComment closes one.
func (s *Server) CloseSelfEvaluationComment(ctx context.Context, r api.CloseSelfEvaluationCommentRequestObject) (api.Response, error) {
	return selfEvaluationComments.stepped(ctx, s.store.CloseSelfEvaluationComment, r.Id, r.Params.IfMatch, programme.Close)
}

// ReopenSelfEvaluationComment opens one again.
func (s *Server) ReopenSelfEvaluationComment(ctx context.Context, r api.ReopenSelfEvaluationCommentRequestObject) (api.Response, error) {
	return selfEvaluationComments.stepped(ctx, s.store.ReopenSelfEvaluationComment, r.Id, r.Params.IfMatch, programme.Reopen)
}

// AcknowledgeSelfEvaluationComment says that what screening found in one is right.
func (s *Server) AcknowledgeSelfEvaluationComment(ctx context.Context, r api.AcknowledgeSelfEvaluationCommentRequestObject) (api.Response, error) {
	return selfEvaluationComments.answer(ctx)(s.store.AcknowledgeSelfEvaluationComment(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), marksOf(r.Body)))
}

// RedactSelfEvaluationComment takes words out of one.
func (s *Server) RedactSelfEvaluationComment(ctx context.Context, r api.RedactSelfEvaluationCommentRequestObject) (api.Response, error) {
	return selfEvaluationComments.answer(ctx)(s.store.RedactSelfEvaluationComment(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), redactedPlaces(r.Body)))
}

// DeleteSelfEvaluationComment takes one back.
func (s *Server) DeleteSelfEvaluationComment(ctx context.Context, r api.DeleteSelfEvaluationCommentRequestObject) (api.Response, error) {
	return deleted(ctx), s.store.DeleteSelfEvaluationComment(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch))
}

func commentInput(c *evaluation.Comment) api.SelfEvaluationCommentInput {
	return api.SelfEvaluationCommentInput{SelfEvaluationId: c.SelfEvaluationID, Number: &c.Number, SectionId: c.SectionID, Kind: api.CommentKind(c.Kind), Text: c.Text}
}

func setComment(c *evaluation.Comment, in api.SelfEvaluationCommentInput) {
	c.SelfEvaluationID, c.SectionID, c.Kind, c.Text = in.SelfEvaluationId, in.SectionId, evaluation.CommentKind(in.Kind), in.Text
	if in.Number != nil {
		c.Number = *in.Number
	}
}

func commentWire(ctx context.Context) func(*evaluation.Comment) api.SelfEvaluationComment {
	names, actor := namesIn(ctx), callOf(ctx).actor
	return func(c *evaluation.Comment) api.SelfEvaluationComment {
		return api.SelfEvaluationComment{
			Id: c.ID, SelfEvaluationId: c.SelfEvaluationID, Number: c.Number, SectionId: c.SectionID, Owner: c.Owner, OwnerName: names.borough(c.Owner), Cycle: string(c.Cycle),
			Borough: c.Borough, BoroughName: names.borough(c.Borough), Kind: api.CommentKind(c.Kind), Text: c.Text, State: api.CommentState(c.State), Answer: c.Answer,
			AnsweredAt: c.AnsweredAt, ClosedAt: c.ClosedAt, FindingId: c.FindingID(actor), Illustrative: c.Illustrative, CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt,
			Etag: etagOf(c.Version), Steps: stepsWire(ctx, c, c.ID), RedactedAt: c.RedactedAt, Screening: screeningWire(ctx, c),
		}
	}
}
