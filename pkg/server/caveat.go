package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

type caveatStore interface {
	CreateCaveat(ctx context.Context, actor programme.Actor, c benchmark.Caveat) (benchmark.Caveat, error)
	UpdateCaveat(ctx context.Context, actor programme.Actor, id string, version int64, change func(*benchmark.Caveat) error) (benchmark.Caveat, error)
	DeleteCaveat(ctx context.Context, actor programme.Actor, id string, version int64) error
}

// ListCaveats answers caveats in order of creation.
func (s *Server) ListCaveats(ctx context.Context, r api.ListCaveatsRequestObject) (api.Response, error) {
	p := r.Params
	names := func(member, asked *string) bool { return asked == nil || member != nil && *member == *asked }
	list := kept(callOf(ctx).snapshot.Caveats, func(c *benchmark.Caveat) bool {
		return names(c.Indicator, p.Indicator) && names(c.Authority, p.Authority) && names(c.ReleaseID, p.ReleaseId) && since(p.UpdatedSince, c.UpdatedAt)
	})
	return answerList(ctx, inOrder(list, 1, func(c *benchmark.Caveat) []string { return []string{c.ID} }), caveatWire(ctx))
}

// GetCaveat answers one.
func (s *Server) GetCaveat(ctx context.Context, r api.GetCaveatRequestObject) (api.Response, error) {
	c := callOf(ctx).snapshot.Caveat(r.Id)
	if c == nil {
		return nil, notFound("There is no caveat with this id.")
	}
	return resource(ctx, c.Version, caveatWire(ctx)(c))
}

// CreateCaveat adds one.
func (s *Server) CreateCaveat(ctx context.Context, r api.CreateCaveatRequestObject) (api.Response, error) {
	var c benchmark.Caveat
	setCaveat(&c, *r.Body)
	c, err := s.store.CreateCaveat(ctx, callOf(ctx).actor, c)
	if err != nil {
		return nil, err
	}
	return created(ctx, c.Version, "caveat", c.ID, caveatWire(ctx)(&c))
}

// UpdateCaveat corrects one.
func (s *Server) UpdateCaveat(ctx context.Context, r api.UpdateCaveatRequestObject) (api.Response, error) {
	c, err := s.store.UpdateCaveat(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), func(c *benchmark.Caveat) error {
		in, err := merged(ctx, api.CaveatInput{
			Text: c.Text, Rationale: c.Rationale, Definition: c.Definition, Indicator: c.Indicator, Authority: c.Authority, ReleaseId: c.ReleaseID, ValidFrom: c.ValidFrom, ValidTo: c.ValidTo,
		})
		setCaveat(c, in)
		return err
	})
	if err != nil {
		return nil, err
	}
	return resource(ctx, c.Version, caveatWire(ctx)(&c))
}

// DeleteCaveat removes one.
func (s *Server) DeleteCaveat(ctx context.Context, r api.DeleteCaveatRequestObject) (api.Response, error) {
	err := s.store.DeleteCaveat(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch))
	return deleted(ctx), err
}

func setCaveat(c *benchmark.Caveat, in api.CaveatInput) {
	c.Text, c.Rationale, c.Definition = in.Text, in.Rationale, in.Definition
	c.Indicator, c.Authority, c.ReleaseID, c.ValidFrom, c.ValidTo = in.Indicator, in.Authority, in.ReleaseId, in.ValidFrom, in.ValidTo
}

func caveatWire(ctx context.Context) func(*benchmark.Caveat) api.Caveat {
	names := namesIn(ctx)
	return func(c *benchmark.Caveat) api.Caveat {
		return api.Caveat{
			Id: c.ID, Text: c.Text, Rationale: c.Rationale, Definition: c.Definition, Indicator: c.Indicator, IndicatorName: nameOf(names.indicator, c.Indicator),
			Authority: c.Authority, AuthorityName: nameOf(names.borough, c.Authority), ReleaseId: c.ReleaseID, ValidFrom: c.ValidFrom, ValidTo: c.ValidTo,
			CreatedAt: c.CreatedAt.UTC(), UpdatedAt: c.UpdatedAt.UTC(), Etag: etagOf(c.Version),
		}
	}
}
