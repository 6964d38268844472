package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

// SucceedAuthority ends one, and lets another stand in its place.
func (s *Server) SucceedAuthority(ctx context.Context, r api.SucceedAuthorityRequestObject) (api.Response, error) {
	call, in := callOf(ctx), r.Body
	done, err := s.store.SucceedAuthority(ctx, call.actor, r.Code, matchVersion(r.Params.IfMatch), programme.Reorganisation{
		Kind: programme.SuccessionKind(in.Kind), From: in.From,
		Successor: programme.Authority{Code: in.Code, Name: text(in.Name), DfECode: text(in.DfeCode), RegionCode: text(in.RegionCode), RegionName: text(in.RegionName)},
	})
	if err != nil {
		return nil, err
	}
	// The snapshot is older than the successor.
	name := func(code string) string {
		if code == done.Successor.Code {
			return done.Successor.Name
		}
		return call.snapshot.Name(code)
	}
	return resource(ctx, done.Version, authorityWire(&done.Authority, done.Successions, name))
}

func relativesWire(relatives []programme.Relative, name func(code string) string) []api.RelatedAuthority {
	wire := make([]api.RelatedAuthority, len(relatives))
	for i, r := range relatives {
		wire[i] = api.RelatedAuthority{Code: r.Code, Name: name(r.Code), Kind: api.SuccessionKind(r.Kind), From: r.From}
	}
	return wire
}
