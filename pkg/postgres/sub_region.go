package postgres

import (
	"context"

	"peerchallenge/pkg/programme"
)

var subRegions = noun[programme.SubRegion]{
	name: "sub-region", keyColumn: "slug",
	key:    func(r *programme.SubRegion) *string { return &r.Slug },
	stamps: func(r *programme.SubRegion) stamps { return stamps{&r.Version, &r.CreatedAt, &r.UpdatedAt} },
	referrers: []referrer{
		{"memberships", "sub_region_slug", "Memberships"},
		{"peer_challenges", "sub_region_slug", "Peer challenges"},
		{"actions", "sub_region_slug", "Actions"},
		{"events", "sub_region_slug", "Events"},
		{"milestones", "sub_regions @> ARRAY[?]", "Milestones"},
	},
}

// CreateSubRegion adds a sub-region. The error is Forbidden for anyone but the
// programme's team and Conflict if the slug or the name is taken.
func (s *Store) CreateSubRegion(ctx context.Context, actor programme.Actor, r programme.SubRegion) (programme.SubRegion, error) {
	return create(ctx, s, actor, subRegions, r, nil)
}

// UpdateSubRegion changes a sub-region at the version, with the errors of
// [Store.CreateSubRegion], NotFound and Stale. The slug stays.
func (s *Store) UpdateSubRegion(ctx context.Context, actor programme.Actor, slug string, version int64, change func(*programme.SubRegion) error) (programme.SubRegion, error) {
	return update(ctx, s, actor, subRegions, slug, version, change, nil)
}

// DeleteSubRegion deletes a sub-region at the version. The error is Forbidden,
// NotFound, Stale or, while others refer to it, Conflict.
func (s *Store) DeleteSubRegion(ctx context.Context, actor programme.Actor, slug string, version int64) error {
	return remove(ctx, s, actor, subRegions, slug, version)
}
