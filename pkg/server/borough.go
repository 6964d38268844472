package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

type boroughStore interface {
	CreateBorough(ctx context.Context, actor programme.Actor, b programme.Borough) (programme.Borough, error)
	UpdateBorough(ctx context.Context, actor programme.Actor, code string, version int64, change func(*programme.Borough) error) (programme.Borough, error)
	// Authority answers the borough's authority as the present transaction sees it.
	Authority(ctx context.Context, code string) (programme.Authority, error)
	DeleteBorough(ctx context.Context, actor programme.Actor, code string, version int64) error
}

// ListBoroughs answers boroughs with their sub-regions on the day.
func (s *Server) ListBoroughs(ctx context.Context, r api.ListBoroughsRequestObject) (api.Response, error) {
	call, p := callOf(ctx), r.Params
	snapshot, on := call.snapshot, dayOr(p.On, call.today)
	list := kept(snapshot.Boroughs, func(b *programme.Borough) bool {
		return found(p.Q, b.Code, b.Name, b.ShortName) && (p.SubRegion == nil || programme.SubRegionOn(snapshot.Memberships, b.Code, on) == *p.SubRegion) && since(p.UpdatedSince, b.UpdatedAt)
	})
	by, descending := sorted(p.Sort)
	ordered := listOf(list, descending, func(b *programme.Borough) []string {
		if by == "name" {
			return []string{b.Name, b.Code}
		}
		return []string{b.Code}
	})
	return answerList(ctx, ordered, func(b *programme.Borough) api.Borough { return boroughOn(snapshot, b, on) })
}

// borough answers the borough at an address. The error is NotFound.
func (c *call) borough(code string) (*programme.Borough, error) {
	if b := c.snapshot.Borough(code); b != nil {
		return b, nil
	}
	return nil, notFound("The programme has no borough with this code.")
}

// GetBorough answers one.
func (s *Server) GetBorough(ctx context.Context, r api.GetBoroughRequestObject) (api.Response, error) {
	call := callOf(ctx)
	b, err := call.borough(r.Code)
	if err != nil {
		return nil, err
	}
	return resource(ctx, b.Version, boroughOn(call.snapshot, b, dayOr(r.Params.On, call.today)))
}

// CreateBorough takes an authority into the programme.
func (s *Server) CreateBorough(ctx context.Context, r api.CreateBoroughRequestObject) (api.Response, error) {
	b := programme.Borough{Code: r.Body.Code}
	setBorough(&b, *r.Body)
	b, err := s.store.CreateBorough(ctx, callOf(ctx).actor, b)
	if err != nil {
		return nil, err
	}
	// The snapshot may be older than the authority. It has no membership of a
	// borough that was none.
	a, err := s.store.Authority(ctx, b.Code)
	if err != nil {
		return nil, err
	}
	return created(ctx, b.Version, "borough", b.Code, boroughWire(&b, &a, nil))
}

// UpdateBorough changes one.
func (s *Server) UpdateBorough(ctx context.Context, r api.UpdateBoroughRequestObject) (api.Response, error) {
	call := callOf(ctx)
	b, err := s.store.UpdateBorough(ctx, call.actor, r.Code, matchVersion(r.Params.IfMatch), func(b *programme.Borough) error {
		in, err := merged(ctx, api.BoroughInput{Code: b.Code, Name: b.Name, ShortName: b.ShortName, LiiaCode: b.LIIACode, InnerOuter: optional(b.InnerOuter)})
		setBorough(b, in)
		return err
	})
	if err != nil {
		return nil, err
	}
	if call.snapshot, err = s.store.Snapshot(ctx); err != nil { // with what was just written
		return nil, err
	}
	return resource(ctx, b.Version, boroughOn(call.snapshot, &b, call.today))
}

// DeleteBorough removes one.
func (s *Server) DeleteBorough(ctx context.Context, r api.DeleteBoroughRequestObject) (api.Response, error) {
	err := s.store.DeleteBorough(ctx, callOf(ctx).actor, r.Code, matchVersion(r.Params.IfMatch))
	return deleted(ctx), err
}

func setBorough(b *programme.Borough, in api.BoroughInput) {
	b.Name, b.ShortName, b.LIIACode, b.InnerOuter = in.Name, in.ShortName, in.LiiaCode, text(in.InnerOuter)
}

// boroughOn answers the borough with its sub-region on the day.
func boroughOn(snapshot *benchmark.Snapshot, b *programme.Borough, on programme.Date) api.Borough {
	return boroughWire(b, snapshot.Authority(b.Code), snapshot.SubRegion(programme.SubRegionOn(snapshot.Memberships, b.Code, on)))
}

func boroughWire(b *programme.Borough, a *programme.Authority, subRegion *programme.SubRegion) api.Borough {
	wire := api.Borough{
		Code: b.Code, Name: b.Name, ShortName: b.ShortName, LiiaCode: b.LIIACode, InnerOuter: optional(b.InnerOuter),
		DfeCode: a.DfECode, RegionCode: a.RegionCode, RegionName: a.RegionName,
		CreatedAt: b.CreatedAt.UTC(), UpdatedAt: b.UpdatedAt.UTC(), Etag: etagOf(b.Version),
	}
	if subRegion != nil {
		wire.SubRegion, wire.SubRegionName = &subRegion.Slug, &subRegion.Name
	}
	return wire
}
