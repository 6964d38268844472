package postgres

import (
	"context"
	"errors"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"peerchallenge/pkg/programme"
)

var authorities = noun[programme.Authority]{
	name: "authority", keyColumn: "code",
	key:    func(a *programme.Authority) *string { return &a.Code },
	stamps: func(a *programme.Authority) stamps { return stamps{&a.Version, &a.CreatedAt, &a.UpdatedAt} },
	check: func(tx *gorm.DB, a *programme.Authority) error {
		if err := a.Check(); err != nil {
			return err
		}
		return keepsSuccessions(tx, a)
	},
	referrers: []referrer{
		{"successions", "predecessor_code", "Authorities that follow it"},
		{"boroughs", "code", "Boroughs"},
		{"caveats", "authority_code", "Caveats"},
		{"release_neighbours", "authority_code", "Statistical neighbours"},
		{"release_neighbours", "neighbour_code", "Other authorities' statistical neighbours"},
		{"release_observations", "geography_code", "Figures"},
		{"release_populations", "geography_code", "Population estimates"},
	},
}

// CreateAuthority adds an authority. The error is Forbidden for anyone but the
// programme's team, Conflict if the code is taken or another has the number at the
// time, and Invalid if the dates are out of order.
func (s *Store) CreateAuthority(ctx context.Context, actor programme.Actor, a programme.Authority) (programme.Authority, error) {
	return create(ctx, s, actor, authorities, a, nil)
}

// Authority answers the authority with the code as it stands in the transaction
// that ctx carries, or now. The error is NotFound if there is none.
func (s *Store) Authority(ctx context.Context, code string) (a programme.Authority, err error) {
	err = s.transact(ctx, func(ctx context.Context, u *unit) error {
		err := u.tx.WithContext(ctx).Where(clause.Eq{Column: "code", Value: code}).Take(&a).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return authorities.notFound()
		}
		return err
	})
	return a, err
}

// UpdateAuthority changes an authority at the version, with the errors of
// [Store.CreateAuthority], NotFound, Stale, and Conflict too if its successions say
// otherwise. The code stays.
func (s *Store) UpdateAuthority(ctx context.Context, actor programme.Actor, code string, version int64, change func(*programme.Authority) error) (programme.Authority, error) {
	return update(ctx, s, actor, authorities, code, version, change, nil)
}

// DeleteAuthority deletes an authority at the version, and that it follows others.
// The error is Forbidden, NotFound, Stale or, while anything refers to it, Conflict.
func (s *Store) DeleteAuthority(ctx context.Context, actor programme.Actor, code string, version int64) error {
	return s.transact(ctx, func(ctx context.Context, _ *unit) error {
		if err := s.writeAs(ctx, actor, func(tx *gorm.DB) error { return s.unfollow(tx, actor, code) }); err != nil {
			return err
		}
		return remove(ctx, s, actor, authorities, code, version)
	})
}
