package server

import (
	"context"

	"peerchallenge/api"
)

type peerReviewStore interface{}

func (s *Server) ListPeerReviews(context.Context, api.ListPeerReviewsRequestObject) (api.ListPeerReviewsResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) CreatePeerReview(context.Context, api.CreatePeerReviewRequestObject) (api.CreatePeerReviewResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) DeletePeerReview(context.Context, api.DeletePeerReviewRequestObject) (api.DeletePeerReviewResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) GetPeerReview(context.Context, api.GetPeerReviewRequestObject) (api.GetPeerReviewResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) UpdatePeerReview(context.Context, api.UpdatePeerReviewRequestObject) (api.UpdatePeerReviewResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) CancelPeerReview(context.Context, api.CancelPeerReviewRequestObject) (api.CancelPeerReviewResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) CheckPeerReviewFacts(context.Context, api.CheckPeerReviewFactsRequestObject) (api.CheckPeerReviewFactsResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) ClosePeerReview(context.Context, api.ClosePeerReviewRequestObject) (api.ClosePeerReviewResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) FinalisePeerReview(context.Context, api.FinalisePeerReviewRequestObject) (api.FinalisePeerReviewResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) FollowUpPeerReview(context.Context, api.FollowUpPeerReviewRequestObject) (api.FollowUpPeerReviewResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) AddPeerReviewHostComment(context.Context, api.AddPeerReviewHostCommentRequestObject) (api.AddPeerReviewHostCommentResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) PreparePeerReview(context.Context, api.PreparePeerReviewRequestObject) (api.PreparePeerReviewResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) PutPeerReviewPublication(context.Context, api.PutPeerReviewPublicationRequestObject) (api.PutPeerReviewPublicationResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) ReopenPeerReview(context.Context, api.ReopenPeerReviewRequestObject) (api.ReopenPeerReviewResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) PutPeerReviewReport(context.Context, api.PutPeerReviewReportRequestObject) (api.PutPeerReviewReportResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) ScopePeerReview(context.Context, api.ScopePeerReviewRequestObject) (api.ScopePeerReviewResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) StartPeerReviewFieldwork(context.Context, api.StartPeerReviewFieldworkRequestObject) (api.StartPeerReviewFieldworkResponseObject, error) {
	return nil, errUnwritten
}
