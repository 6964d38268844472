package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

type apiClientStore interface {
	APIClients(actor programme.Actor, f programme.APIClientFilter, sort string) programme.Listing[programme.APIClient]
	APIClient(ctx context.Context, actor programme.Actor, id string) (programme.APIClient, error)
	CreateAPIClient(ctx context.Context, actor programme.Actor, c programme.APIClient) (programme.APIClient, error)
	UpdateAPIClient(ctx context.Context, actor programme.Actor, id string, version int64, alter func(*programme.APIClient) error) (programme.APIClient, error)
	AddClientSecret(ctx context.Context, actor programme.Actor, id string, version int64) (programme.APIClient, programme.Secret, error)
	EndClientSecret(ctx context.Context, actor programme.Actor, id, secret string, version int64) (programme.APIClient, error)
	DeleteAPIClient(ctx context.Context, actor programme.Actor, id string, version int64) error
}

var apiClients = nounOf(apiClientInput, setAPIClient, apiClientWire)

// ListApiClients answers clients.
func (s *Server) ListApiClients(ctx context.Context, r api.ListApiClientsRequestObject) (api.Response, error) {
	f := programme.APIClientFilter{Borough: r.Params.Borough, Role: convert[programme.Role](r.Params.Role), UpdatedSince: r.Params.UpdatedSince}
	return answerListing(ctx, s.store.APIClients(callOf(ctx).actor, f, text(r.Params.Sort)), apiClientWire(ctx))
}

// GetApiClient answers one.
func (s *Server) GetApiClient(ctx context.Context, r api.GetApiClientRequestObject) (api.Response, error) {
	return apiClients.read(ctx, s.store.APIClient, r.Id)
}

// CreateApiClient registers one.
func (s *Server) CreateApiClient(ctx context.Context, r api.CreateApiClientRequestObject) (api.Response, error) {
	return apiClients.created(ctx, func(ctx context.Context, actor programme.Actor, c programme.APIClient) (programme.APIClient, error) {
		if err := c.CheckOperations(s.contract.rolesOf); err != nil {
			return c, programme.Together(c.Check(), err)
		}
		return s.store.CreateAPIClient(ctx, actor, c)
	}, *r.Body)
}

// UpdateApiClient changes one.
func (s *Server) UpdateApiClient(ctx context.Context, r api.UpdateApiClientRequestObject) (api.Response, error) {
	update := func(ctx context.Context, actor programme.Actor, id string, version int64, alter func(*programme.APIClient) error) (programme.APIClient, error) {
		return s.store.UpdateAPIClient(ctx, actor, id, version, func(c *programme.APIClient) error {
			if err := alter(c); err != nil {
				return err
			}
			return c.CheckOperations(s.contract.rolesOf)
		})
	}
	return apiClients.patched(ctx, update, r.Id, r.Params.IfMatch)
}

// AddApiClientSecret makes a secret of one, and shows it this once.
func (s *Server) AddApiClientSecret(ctx context.Context, r api.AddApiClientSecretRequestObject) (api.Response, error) {
	c, secret, err := s.store.AddClientSecret(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch))
	if err != nil {
		return nil, err
	}
	return resource(ctx, c.Version, api.ApiClientSecretShown{Secret: secret.Text, Client: apiClientWire(ctx)(&c)})
}

// EndApiClientSecret ends a secret of one.
func (s *Server) EndApiClientSecret(ctx context.Context, r api.EndApiClientSecretRequestObject) (api.Response, error) {
	return apiClients.answer(ctx)(s.store.EndClientSecret(ctx, callOf(ctx).actor, r.Id, r.SecretId, matchVersion(r.Params.IfMatch)))
}

// DeleteApiClient ends one.
func (s *Server) DeleteApiClient(ctx context.Context, r api.DeleteApiClientRequestObject) (api.Response, error) {
	return deleted(ctx), s.store.DeleteAPIClient(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch))
}

func apiClientInput(c *programme.APIClient) api.ApiClientInput {
	keys := publicKeysWire(c.Keys)
	return api.ApiClientInput{Name: c.Name, Role: api.ApiClientRole(c.Role), Boroughs: &c.Boroughs, Operations: &c.Operations, Keys: &keys, ExpiresAt: c.ExpiresAt}
}

func setAPIClient(c *programme.APIClient, in api.ApiClientInput) {
	c.Name, c.Role, c.Boroughs, c.Operations, c.ExpiresAt = in.Name, programme.Role(in.Role), list(in.Boroughs), list(in.Operations), in.ExpiresAt
	given := list(in.Keys)
	c.Keys = make([]programme.PublicKey, len(given))
	for i, k := range given {
		c.Keys[i] = programme.PublicKey{
			KID: k.Kid, Kty: string(k.Kty), Alg: convert[string](k.Alg), Use: convert[string](k.Use), Crv: convert[string](k.Crv), X: k.X, Y: k.Y, N: k.N, E: k.E,
		}
	}
}

func publicKeysWire(keys []programme.PublicKey) []api.PublicKey {
	wire := make([]api.PublicKey, len(keys))
	for i, k := range keys {
		wire[i] = api.PublicKey{
			Kid: k.KID, Kty: api.PublicKeyKty(k.Kty), Alg: convert[api.PublicKeyAlg](k.Alg), Use: convert[api.PublicKeyUse](k.Use), Crv: convert[api.PublicKeyCrv](k.Crv),
			X: k.X, Y: k.Y, N: k.N, E: k.E,
		}
	}
	return wire
}

func apiClientWire(ctx context.Context) func(*programme.APIClient) api.ApiClient {
	names := namesIn(ctx)
	return func(c *programme.APIClient) api.ApiClient {
		wire := api.ApiClient{
			Id: c.ID, Name: c.Name, Role: api.ApiClientRole(c.Role), Boroughs: programme.OrEmpty(c.Boroughs), BoroughNames: allNamed(names.borough, c.Boroughs), Operations: programme.OrEmpty(c.Operations),
			Keys: publicKeysWire(c.Keys), ExpiresAt: c.ExpiresAt, Secrets: make([]api.ApiClientSecret, len(c.Secrets)), LastUsedAt: c.LastUse(c.ID),
			CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt, Etag: etagOf(c.Version), Steps: stepsWire(ctx, c, c.ID),
		}
		for i, s := range c.Secrets {
			wire.Secrets[i] = api.ApiClientSecret{Id: s.ID, Hint: s.Hint, CreatedAt: s.CreatedAt, LastUsedAt: c.LastUse(s.ID)}
		}
		return wire
	}
}
