package server

import (
	"context"

	"peerchallenge/api"
)

type findingStore interface{}

func (s *Server) ListFindings(context.Context, api.ListFindingsRequestObject) (api.ListFindingsResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) CreateFinding(context.Context, api.CreateFindingRequestObject) (api.CreateFindingResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) DeleteFinding(context.Context, api.DeleteFindingRequestObject) (api.DeleteFindingResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) GetFinding(context.Context, api.GetFindingRequestObject) (api.GetFindingResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) UpdateFinding(context.Context, api.UpdateFindingRequestObject) (api.UpdateFindingResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) PutFindingResponse(context.Context, api.PutFindingResponseRequestObject) (api.PutFindingResponseResponseObject, error) {
	return nil, errUnwritten
}
