package server

import (
	"context"

	"peerchallenge/api"
)

type auditStore interface{}

func (s *Server) ListAuditEntries(context.Context, api.ListAuditEntriesRequestObject) (api.ListAuditEntriesResponseObject, error) {
	return nil, errUnwritten
}
