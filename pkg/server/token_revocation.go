package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

type tokenRevocationStore interface {
	TokenRevocations(actor programme.Actor, f programme.TokenRevocationFilter, sort string) programme.Listing[programme.TokenRevocation]
	TokenRevocation(ctx context.Context, actor programme.Actor, id string) (programme.TokenRevocation, error)
	CreateTokenRevocation(ctx context.Context, actor programme.Actor, r programme.TokenRevocation) (programme.TokenRevocation, error)
}

// Its revocations are never changed, so that there is nothing to merge with.
var tokenRevocations = nounOf[programme.TokenRevocation, api.TokenRevocationInput](nil, nil, tokenRevocationWire)

// ListTokenRevocations answers what has been ended.
func (s *Server) ListTokenRevocations(ctx context.Context, r api.ListTokenRevocationsRequestObject) (api.Response, error) {
	f := programme.TokenRevocationFilter{UpdatedSince: r.Params.UpdatedSince}
	return answerListing(ctx, s.store.TokenRevocations(callOf(ctx).actor, f, text(r.Params.Sort)), tokenRevocationWire(ctx))
}

// GetTokenRevocation answers one.
func (s *Server) GetTokenRevocation(ctx context.Context, r api.GetTokenRevocationRequestObject) (api.Response, error) {
	return tokenRevocations.read(ctx, s.store.TokenRevocation, r.Id)
}

// CreateTokenRevocation ends a token, or all of a subject.
func (s *Server) CreateTokenRevocation(ctx context.Context, r api.CreateTokenRevocationRequestObject) (api.Response, error) {
	ended, err := s.ended(ctx, *r.Body)
	if err != nil {
		return nil, err
	}
	return tokenRevocations.added(ctx)(s.store.CreateTokenRevocation(ctx, callOf(ctx).actor, ended))
}

// ended answers what the request wants to end. A token that is refused already need
// not be ended, and who sends one should hear so.
func (s *Server) ended(ctx context.Context, in api.TokenRevocationInput) (programme.TokenRevocation, error) {
	var r programme.TokenRevocation
	if in.Token == nil {
		r.Issuer, r.Subject = text(in.Issuer), text(in.Subject)
		return r, r.Check()
	}
	if in.Issuer != nil || in.Subject != nil {
		return r, r.Check() // which refuses what says neither, as it does what says both
	}
	token, err := s.examine(ctx, *in.Token)
	if kind := programme.KindOf(err); err != nil && kind != programme.Unavailable && kind != programme.Internal {
		return r, programme.Refuse([]programme.Fault{{Pointer: "/token", Code: programme.FaultUnknownValue, Detail: "The token is refused already, or is none that this service ever believed."}})
	}
	return programme.TokenRevocation{Issuer: token.Issuer, Subject: token.Subject, Digest: token.Digest[:], ExpiresAt: &token.ExpiresAt}, err
}

func tokenRevocationWire(context.Context) func(*programme.TokenRevocation) api.TokenRevocation {
	return func(r *programme.TokenRevocation) api.TokenRevocation {
		wire := api.TokenRevocation{
			Id: r.ID, Scope: "subject", Issuer: r.Issuer, Subject: r.Subject, ExpiresAt: r.ExpiresAt, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt, Etag: etagOf(r.Version),
		}
		if r.Digest != nil {
			wire.Scope = "token"
		}
		return wire
	}
}
