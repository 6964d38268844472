package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

type membershipStore interface {
	CreateMembership(ctx context.Context, actor programme.Actor, m programme.Membership) (programme.Membership, error)
	UpdateMembership(ctx context.Context, actor programme.Actor, id string, version int64, change func(*programme.Membership) error) (programme.Membership, error)
	DeleteMembership(ctx context.Context, actor programme.Actor, id string, version int64) error
}

// ListSubRegionMemberships answers memberships in order of creation.
func (s *Server) ListSubRegionMemberships(ctx context.Context, r api.ListSubRegionMembershipsRequestObject) (api.Response, error) {
	p := r.Params
	list := kept(callOf(ctx).snapshot.Memberships, func(m *programme.Membership) bool {
		return (p.SubRegion == nil || m.SubRegion == *p.SubRegion) && (p.Borough == nil || m.Borough == *p.Borough) &&
			(p.On == nil || m.Holds(*p.On)) && since(p.UpdatedSince, m.UpdatedAt)
	})
	return answerList(ctx, inOrder(list, 1, func(m *programme.Membership) []string { return []string{m.ID} }), membershipWire(ctx))
}

// GetSubRegionMembership answers one.
func (s *Server) GetSubRegionMembership(ctx context.Context, r api.GetSubRegionMembershipRequestObject) (api.Response, error) {
	m := callOf(ctx).snapshot.Membership(r.Id)
	if m == nil {
		return nil, notFound("There is no membership with this id.")
	}
	return resource(ctx, m.Version, membershipWire(ctx)(m))
}

// CreateSubRegionMembership puts a borough into a sub-region.
func (s *Server) CreateSubRegionMembership(ctx context.Context, r api.CreateSubRegionMembershipRequestObject) (api.Response, error) {
	var m programme.Membership
	if err := setMembership(&m, *r.Body); err != nil {
		return nil, err
	}
	m, err := s.store.CreateMembership(ctx, callOf(ctx).actor, m)
	if err != nil {
		return nil, err
	}
	return created(ctx, m.Version, "membership", m.ID, membershipWire(ctx)(&m))
}

// UpdateSubRegionMembership corrects when or where.
func (s *Server) UpdateSubRegionMembership(ctx context.Context, r api.UpdateSubRegionMembershipRequestObject) (api.Response, error) {
	m, err := s.store.UpdateMembership(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch), func(m *programme.Membership) error {
		in, err := merged(ctx, api.SubRegionMembershipInput{SubRegion: m.SubRegion, Borough: m.Borough, ValidFrom: m.ValidFrom, ValidTo: m.ValidTo})
		if err != nil {
			return err
		}
		return setMembership(m, in)
	})
	if err != nil {
		return nil, err
	}
	return resource(ctx, m.Version, membershipWire(ctx)(&m))
}

// DeleteSubRegionMembership removes one.
func (s *Server) DeleteSubRegionMembership(ctx context.Context, r api.DeleteSubRegionMembershipRequestObject) (api.Response, error) {
	err := s.store.DeleteMembership(ctx, callOf(ctx).actor, r.Id, matchVersion(r.Params.IfMatch))
	return deleted(ctx), err
}

func setMembership(m *programme.Membership, in api.SubRegionMembershipInput) error {
	m.SubRegion, m.Borough, m.ValidFrom, m.ValidTo = in.SubRegion, in.Borough, in.ValidFrom, in.ValidTo
	return m.Check()
}

func membershipWire(ctx context.Context) func(*programme.Membership) api.SubRegionMembership {
	names := namesIn(ctx)
	return func(m *programme.Membership) api.SubRegionMembership {
		return api.SubRegionMembership{
			Id: m.ID, SubRegion: m.SubRegion, SubRegionName: names.subRegion(m.SubRegion), Borough: m.Borough, BoroughName: names.borough(m.Borough),
			ValidFrom: m.ValidFrom, ValidTo: m.ValidTo, CreatedAt: m.CreatedAt.UTC(), UpdatedAt: m.UpdatedAt.UTC(), Etag: etagOf(m.Version),
		}
	}
}
