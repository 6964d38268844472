package server

import (
	"context"

	"peerchallenge/api"
)

type milestoneStore interface{}

func (s *Server) ListMilestones(context.Context, api.ListMilestonesRequestObject) (api.ListMilestonesResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) CreateMilestone(context.Context, api.CreateMilestoneRequestObject) (api.CreateMilestoneResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) ListMilestoneSummary(context.Context, api.ListMilestoneSummaryRequestObject) (api.ListMilestoneSummaryResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) DeleteMilestone(context.Context, api.DeleteMilestoneRequestObject) (api.DeleteMilestoneResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) GetMilestone(context.Context, api.GetMilestoneRequestObject) (api.GetMilestoneResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) UpdateMilestone(context.Context, api.UpdateMilestoneRequestObject) (api.UpdateMilestoneResponseObject, error) {
	return nil, errUnwritten
}
