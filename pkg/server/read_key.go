package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

type readKeyStore interface {
	ReadKeys(actor programme.Actor, f programme.ReadKeyFilter, sort string) programme.Listing[programme.ReadKey]
	ReadKey(ctx context.Context, actor programme.Actor, id string) (programme.ReadKey, error)
	CreateReadKey(ctx context.Context, actor programme.Actor, k programme.ReadKey) (programme.ReadKey, programme.Secret, error)
	UpdateReadKey(ctx context.Context, actor programme.Actor, id string, version int64, alter func(*programme.ReadKey) error) (programme.ReadKey, error)
	DeleteReadKey(ctx context.Context, actor programme.Actor, id string, version int64) error
}

var readKeys = nounOf(readKeyInput, setReadKey, readKeyWire)

// ListReadKeys answers what may be known of keys.
func (s *Server) ListReadKeys(ctx context.Context, r api.ListReadKeysRequestObject) (api.Response, error) {
	f := programme.ReadKeyFilter{Borough: r.Params.Borough, UpdatedSince: r.Params.UpdatedSince}
	return answerListing(ctx, s.store.ReadKeys(callOf(ctx).actor, f, text(r.Params.Sort)), readKeyWire(ctx))
}

// GetReadKey answers what may be known of one.
func (s *Server) GetReadKey(ctx context.Context, r api.GetReadKeyRequestObject) (api.Response, error) {
	return readKeys.read(ctx, s.store.ReadKey, r.Id)
}

// CreateReadKey makes one, and shows it this once.
func (s *Server) CreateReadKey(ctx context.Context, r api.CreateReadKeyRequestObject) (api.Response, error) {
	var k programme.ReadKey
	setReadKey(&k, *r.Body)
	k, secret, err := s.store.CreateReadKey(ctx, callOf(ctx).actor, k)
	if err != nil {
		return nil, err
	}
	return created(ctx, k.Version, k.Noun(), k.ID, api.ReadKeyShown{Key: secret.Text, ReadKey: readKeyWire(ctx)(&k)})
}

// UpdateReadKey changes one.
func (s *Server) UpdateReadKey(ctx context.Context, r api.UpdateReadKeyRequestObject) (api.Response, error) {
	return readKeys.patched(ctx, s.store.UpdateReadKey, r.Id, r.Params.IfMatch)
}

// DeleteReadKey ends one.
func (s *Server) DeleteReadKey(ctx context.Context, r api.DeleteReadKeyRequestObject) (api.Response, error) {
	return deleted(ctx), s.store.DeleteReadKey(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch))
}

func readKeyInput(k *programme.ReadKey) api.ReadKeyInput {
	return api.ReadKeyInput{Name: k.Name, Borough: k.Borough, OwnFigures: &k.OwnFigures, ExpiresAt: k.ExpiresAt}
}

func setReadKey(k *programme.ReadKey, in api.ReadKeyInput) {
	k.Name, k.Borough, k.OwnFigures, k.ExpiresAt = in.Name, in.Borough, in.OwnFigures != nil && *in.OwnFigures, in.ExpiresAt
}

func readKeyWire(ctx context.Context) func(*programme.ReadKey) api.ReadKey {
	names := namesIn(ctx)
	return func(k *programme.ReadKey) api.ReadKey {
		return api.ReadKey{
			Id: k.ID, Name: k.Name, Borough: k.Borough, BoroughName: nameOf(names.borough, k.Borough), OwnFigures: k.OwnFigures, ExpiresAt: k.ExpiresAt, Hint: k.Hint, LastUsedAt: k.LastUsedAt,
			CreatedAt: k.CreatedAt, UpdatedAt: k.UpdatedAt, Etag: etagOf(k.Version), Steps: stepsWire(ctx, k, k.ID),
		}
	}
}
