package server

import (
	"context"

	"peerchallenge/api"
)

type groupingProposalStore interface{}

func (s *Server) GetGroupingProposal(context.Context, api.GetGroupingProposalRequestObject) (api.GetGroupingProposalResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) AcceptGroupingProposal(context.Context, api.AcceptGroupingProposalRequestObject) (api.AcceptGroupingProposalResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) ListGroupingProposals(context.Context, api.ListGroupingProposalsRequestObject) (api.ListGroupingProposalsResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) CreateGroupingProposal(context.Context, api.CreateGroupingProposalRequestObject) (api.CreateGroupingProposalResponseObject, error) {
	return nil, errUnwritten
}
