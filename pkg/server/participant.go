package server

import (
	"context"

	"peerchallenge/api"
)

type participantStore interface{}

func (s *Server) ListParticipants(context.Context, api.ListParticipantsRequestObject) (api.ListParticipantsResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) CreateParticipant(context.Context, api.CreateParticipantRequestObject) (api.CreateParticipantResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) DeleteParticipant(context.Context, api.DeleteParticipantRequestObject) (api.DeleteParticipantResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) GetParticipant(context.Context, api.GetParticipantRequestObject) (api.GetParticipantResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) UpdateParticipant(context.Context, api.UpdateParticipantRequestObject) (api.UpdateParticipantResponseObject, error) {
	return nil, errUnwritten
}
