package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

type extensionStore interface {
	Extensions(actor programme.Actor, f returns.OfQuarter, sort string) programme.Listing[returns.Extension]
	Extension(ctx context.Context, actor programme.Actor, id string) (returns.Extension, error)
	GrantExtension(ctx context.Context, actor programme.Actor, quarter string, e returns.Extension) (returns.Extension, error)
	TakeBackExtension(ctx context.Context, actor programme.Actor, id string, version int64, step programme.Step) (returns.Extension, error)
}

// extensions have no change: what a borough relies on is taken back, or not.
var extensions = nounOf(extensionInput, setExtension, extensionWire)

// ListExtensions answers the extensions of a quarter.
func (s *Server) ListExtensions(ctx context.Context, r api.ListExtensionsRequestObject) (api.Response, error) {
	f, err := s.ofQuarter(ctx, returns.OfQuarter{Quarter: r.Quarter, Borough: r.Params.Borough, UpdatedSince: r.Params.UpdatedSince})
	if err != nil {
		return nil, err
	}
	return answerListing(ctx, s.store.Extensions(callOf(ctx).actor, f, text(r.Params.Sort)), extensionWire(ctx))
}

// GetExtension answers one.
func (s *Server) GetExtension(ctx context.Context, r api.GetExtensionRequestObject) (api.Response, error) {
	return extensions.read(ctx, s.store.Extension, r.Id)
}

// CreateExtension grants one in the quarter.
func (s *Server) CreateExtension(ctx context.Context, r api.CreateExtensionRequestObject) (api.Response, error) {
	return extensions.createdIn(ctx, s.store.GrantExtension, r.Quarter, *r.Body)
}

// TakeBackExtension ends one.
func (s *Server) TakeBackExtension(ctx context.Context, r api.TakeBackExtensionRequestObject) (api.Response, error) {
	return extensions.stepped(ctx, s.store.TakeBackExtension, r.Id, r.Params.IfMatch, returns.TakeBack)
}

func extensionInput(e *returns.Extension) api.ExtensionInput {
	return api.ExtensionInput{Borough: e.Borough, DueOn: e.DueOn, Reason: e.Reason}
}

func setExtension(e *returns.Extension, in api.ExtensionInput) {
	e.Borough, e.DueOn, e.Reason = in.Borough, in.DueOn, in.Reason
}

func extensionWire(ctx context.Context) func(*returns.Extension) api.Extension {
	names := namesIn(ctx)
	return func(e *returns.Extension) api.Extension {
		return api.Extension{
			Id: e.ID, Quarter: e.Quarter, Borough: e.Borough, BoroughName: names.borough(e.Borough), DueOn: e.DueOn, Reason: e.Reason,
			GrantedOn: e.GrantedOn, TakenBackAt: e.TakenBackAt, Illustrative: e.Illustrative, CreatedAt: e.CreatedAt, UpdatedAt: e.UpdatedAt, Etag: etagOf(e.Version), Steps: stepsWire(ctx, e, e.ID),
		}
	}
}
