package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

type subRegionStore interface {
	CreateSubRegion(ctx context.Context, actor programme.Actor, r programme.SubRegion) (programme.SubRegion, error)
	UpdateSubRegion(ctx context.Context, actor programme.Actor, slug string, version int64, change func(*programme.SubRegion) error) (programme.SubRegion, error)
	DeleteSubRegion(ctx context.Context, actor programme.Actor, slug string, version int64) error
}

// ListSubRegions answers sub-regions by slug.
func (s *Server) ListSubRegions(ctx context.Context, r api.ListSubRegionsRequestObject) (api.Response, error) {
	list := kept(callOf(ctx).snapshot.SubRegions, func(sr *programme.SubRegion) bool { return since(r.Params.UpdatedSince, sr.UpdatedAt) })
	return answerList(ctx, inOrder(list, 1, func(sr *programme.SubRegion) []string { return []string{sr.Slug} }), subRegionWire)
}

// GetSubRegion answers one.
func (s *Server) GetSubRegion(ctx context.Context, r api.GetSubRegionRequestObject) (api.Response, error) {
	sr := callOf(ctx).snapshot.SubRegion(r.Slug)
	if sr == nil {
		return nil, notFound("There is no sub-region with this slug.")
	}
	return resource(ctx, sr.Version, subRegionWire(sr))
}

// CreateSubRegion adds one.
func (s *Server) CreateSubRegion(ctx context.Context, r api.CreateSubRegionRequestObject) (api.Response, error) {
	sr, err := s.store.CreateSubRegion(ctx, callOf(ctx).actor, programme.SubRegion{Slug: r.Body.Slug, Name: r.Body.Name, Description: r.Body.Description})
	if err != nil {
		return nil, err
	}
	return created(ctx, sr.Version, "sub-region", sr.Slug, subRegionWire(&sr))
}

// UpdateSubRegion changes one.
func (s *Server) UpdateSubRegion(ctx context.Context, r api.UpdateSubRegionRequestObject) (api.Response, error) {
	sr, err := s.store.UpdateSubRegion(ctx, callOf(ctx).actor, r.Slug, matchVersion(r.Params.IfMatch), func(sr *programme.SubRegion) error {
		in, err := merged(ctx, api.SubRegionInput{Slug: sr.Slug, Name: sr.Name, Description: sr.Description})
		sr.Name, sr.Description = in.Name, in.Description
		return err
	})
	if err != nil {
		return nil, err
	}
	return resource(ctx, sr.Version, subRegionWire(&sr))
}

// DeleteSubRegion removes one.
func (s *Server) DeleteSubRegion(ctx context.Context, r api.DeleteSubRegionRequestObject) (api.Response, error) {
	err := s.store.DeleteSubRegion(ctx, callOf(ctx).actor, r.Slug, matchVersion(r.Params.IfMatch))
	return deleted(ctx), err
}

func subRegionWire(sr *programme.SubRegion) api.SubRegion {
	return api.SubRegion{Slug: sr.Slug, Name: sr.Name, Description: sr.Description, CreatedAt: sr.CreatedAt.UTC(), UpdatedAt: sr.UpdatedAt.UTC(), Etag: etagOf(sr.Version)}
}
