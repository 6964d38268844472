package server

import (
	"context"

	"peerchallenge/api"
	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

type authorityStore interface {
	CreateAuthority(ctx context.Context, actor programme.Actor, a programme.Authority) (programme.Authority, error)
	UpdateAuthority(ctx context.Context, actor programme.Actor, code string, version int64, change func(*programme.Authority) error) (programme.Authority, error)
	DeleteAuthority(ctx context.Context, actor programme.Actor, code string, version int64) error
	SucceedAuthority(ctx context.Context, actor programme.Actor, code string, version int64, r programme.Reorganisation) (programme.Succeeded, error)
}

// ListAuthorities answers authorities, present and abolished.
func (s *Server) ListAuthorities(ctx context.Context, r api.ListAuthoritiesRequestObject) (api.Response, error) {
	p := r.Params
	list := kept(callOf(ctx).snapshot.Authorities, func(a *programme.Authority) bool {
		return found(p.Q, a.Code, a.Name) && (p.RegionCode == nil || a.RegionCode == *p.RegionCode) && (p.On == nil || a.Holds(*p.On)) && since(p.UpdatedSince, a.UpdatedAt)
	})
	by, descending := sorted(p.Sort)
	ordered := listOf(list, descending, func(a *programme.Authority) []string {
		if by == "name" {
			return []string{a.Name, a.Code}
		}
		return []string{a.Code}
	})
	return answerList(ctx, ordered, authorityIn(callOf(ctx).snapshot))
}

// GetAuthority answers one.
func (s *Server) GetAuthority(ctx context.Context, r api.GetAuthorityRequestObject) (api.Response, error) {
	a := callOf(ctx).snapshot.Authority(r.Code)
	if a == nil {
		return nil, notFound("There is no authority with this code.")
	}
	return resource(ctx, a.Version, authorityIn(callOf(ctx).snapshot)(a))
}

// CreateAuthority adds one.
func (s *Server) CreateAuthority(ctx context.Context, r api.CreateAuthorityRequestObject) (api.Response, error) {
	a := programme.Authority{Code: r.Body.Code}
	if err := setAuthority(&a, *r.Body); err != nil {
		return nil, err
	}
	a, err := s.store.CreateAuthority(ctx, callOf(ctx).actor, a)
	if err != nil {
		return nil, err
	}
	return created(ctx, a.Version, "authority", a.Code, authorityWire(&a, nil, nil))
}

// UpdateAuthority changes one.
func (s *Server) UpdateAuthority(ctx context.Context, r api.UpdateAuthorityRequestObject) (api.Response, error) {
	a, err := s.store.UpdateAuthority(ctx, callOf(ctx).actor, r.Code, matchVersion(r.Params.IfMatch), func(a *programme.Authority) error {
		in, err := merged(ctx, api.AuthorityInput{
			Code: a.Code, DfeCode: a.DfECode, Name: a.Name, RegionCode: a.RegionCode, RegionName: a.RegionName, ValidFrom: a.ValidFrom, ValidTo: a.ValidTo,
		})
		if err != nil {
			return err
		}
		return setAuthority(a, in)
	})
	if err != nil {
		return nil, err
	}
	snapshot, err := s.store.Snapshot(ctx) // with what was just written
	if err != nil {
		return nil, err
	}
	return resource(ctx, a.Version, authorityIn(snapshot)(&a))
}

// DeleteAuthority removes one.
func (s *Server) DeleteAuthority(ctx context.Context, r api.DeleteAuthorityRequestObject) (api.Response, error) {
	err := s.store.DeleteAuthority(ctx, callOf(ctx).actor, r.Code, matchVersion(r.Params.IfMatch))
	return deleted(ctx), err
}

func setAuthority(a *programme.Authority, in api.AuthorityInput) error {
	a.DfECode, a.Name, a.RegionCode, a.RegionName, a.ValidFrom, a.ValidTo = in.DfeCode, in.Name, in.RegionCode, in.RegionName, in.ValidFrom, in.ValidTo
	return a.Check()
}

func authorityIn(snapshot *benchmark.Snapshot) func(*programme.Authority) api.Authority {
	return func(a *programme.Authority) api.Authority {
		return authorityWire(a, snapshot.Successions, snapshot.Name)
	}
}

func authorityWire(a *programme.Authority, successions []programme.Succession, name func(code string) string) api.Authority {
	return api.Authority{
		Code: a.Code, DfeCode: a.DfECode, Name: a.Name, RegionCode: a.RegionCode, RegionName: a.RegionName, ValidFrom: a.ValidFrom, ValidTo: a.ValidTo,
		Predecessors: relativesWire(programme.Predecessors(successions, a.Code), name), Successors: relativesWire(programme.Successors(successions, a.Code), name),
		CreatedAt: a.CreatedAt.UTC(), UpdatedAt: a.UpdatedAt.UTC(), Etag: etagOf(a.Version),
	}
}
