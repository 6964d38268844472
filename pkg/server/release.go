package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/benchmark"
)

// ListReleases answers the files that figures were read from, oldest first.
func (s *Server) ListReleases(ctx context.Context, r api.ListReleasesRequestObject) (api.Response, error) {
	list := kept(callOf(ctx).snapshot.Releases, func(rel *benchmark.Release) bool {
		return r.Params.Dataset == nil || rel.Dataset == *r.Params.Dataset
	})
	return answerList(ctx, inOrder(list, 1, func(rel *benchmark.Release) []string { return []string{rel.ID} }), releaseWire)
}

// GetRelease answers one.
func (s *Server) GetRelease(ctx context.Context, r api.GetReleaseRequestObject) (api.Response, error) {
	rel := callOf(ctx).snapshot.Release(r.Id)
	if rel == nil {
		return nil, notFound("There is no release with this id.")
	}
	return resource(ctx, rel.Version, releaseWire(rel))
}

func releaseWire(r *benchmark.Release) api.Release {
	return api.Release{
		Id: r.ID, Dataset: r.Dataset, Title: r.Title, Publisher: r.Publisher, Licence: r.Licence,
		File: r.File, Sha256: r.SHA256, Rows: r.Rows, PublishedOn: r.PublishedOn, NextUpdateOn: r.NextUpdateOn, Methodology: optional(r.Methodology),
		State: api.ReleaseState(r.State), StateReason: optional(r.StateReason), ImportedAt: r.ImportedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC(),
	}
}
