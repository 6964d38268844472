package server

import (
	"context"

	"peerchallenge/api"
)

type actionStore interface{}

func (s *Server) ListActions(context.Context, api.ListActionsRequestObject) (api.ListActionsResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) CreateAction(context.Context, api.CreateActionRequestObject) (api.CreateActionResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) ListActionSummary(context.Context, api.ListActionSummaryRequestObject) (api.ListActionSummaryResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) DeleteAction(context.Context, api.DeleteActionRequestObject) (api.DeleteActionResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) GetAction(context.Context, api.GetActionRequestObject) (api.GetActionResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) UpdateAction(context.Context, api.UpdateActionRequestObject) (api.UpdateActionResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) AddActionProgress(context.Context, api.AddActionProgressRequestObject) (api.AddActionProgressResponseObject, error) {
	return nil, errUnwritten
}
