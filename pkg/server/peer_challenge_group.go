package server

import (
	"context"

	"peerchallenge/api"
)

type peerChallengeGroupStore interface{}

func (s *Server) ListPeerChallengeGroups(context.Context, api.ListPeerChallengeGroupsRequestObject) (api.ListPeerChallengeGroupsResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) CreatePeerChallengeGroup(context.Context, api.CreatePeerChallengeGroupRequestObject) (api.CreatePeerChallengeGroupResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) DeletePeerChallengeGroup(context.Context, api.DeletePeerChallengeGroupRequestObject) (api.DeletePeerChallengeGroupResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) GetPeerChallengeGroup(context.Context, api.GetPeerChallengeGroupRequestObject) (api.GetPeerChallengeGroupResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) UpdatePeerChallengeGroup(context.Context, api.UpdatePeerChallengeGroupRequestObject) (api.UpdatePeerChallengeGroupResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) DeletePeerChallengeGroupMember(context.Context, api.DeletePeerChallengeGroupMemberRequestObject) (api.DeletePeerChallengeGroupMemberResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) PutPeerChallengeGroupMember(context.Context, api.PutPeerChallengeGroupMemberRequestObject) (api.PutPeerChallengeGroupMemberResponseObject, error) {
	return nil, errUnwritten
}
func (s *Server) PutPeerChallengeGroupNotes(context.Context, api.PutPeerChallengeGroupNotesRequestObject) (api.PutPeerChallengeGroupNotesResponseObject, error) {
	return nil, errUnwritten
}
