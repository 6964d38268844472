package server

import (
	"context"

	"peerchallenge/api"
)

type changeStore interface{}

func (s *Server) ListChanges(context.Context, api.ListChangesRequestObject) (api.ListChangesResponseObject, error) {
	return nil, errUnwritten
}
