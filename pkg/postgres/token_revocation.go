package postgres

import (
	"context"

	"gorm.io/gorm"

	"peerchallenge/pkg/programme"
)

var tokenRevocations = kind[programme.TokenRevocation, *programme.TokenRevocation]{orders: byChange}

// TokenRevocations lists what has been ended, in order of creation or as sort says.
func (s *Store) TokenRevocations(actor programme.Actor, f programme.TokenRevocationFilter, sort string) programme.Listing[programme.TokenRevocation] {
	return list(s, actor, tokenRevocations, sort, func(q *gorm.DB) *gorm.DB { return where(q, "updated_at >= ?", f.UpdatedSince) })
}

// TokenRevocation reads one revocation. The error is NotFound.
func (s *Store) TokenRevocation(ctx context.Context, actor programme.Actor, id string) (programme.TokenRevocation, error) {
	return get(ctx, s, actor, tokenRevocations, id)
}

// CreateTokenRevocation ends a token, or all of a subject. The error is Forbidden for
// everybody but the programme's team, and Invalid if it says neither.
func (s *Store) CreateTokenRevocation(ctx context.Context, actor programme.Actor, r programme.TokenRevocation) (programme.TokenRevocation, error) {
	return add(ctx, s, actor, tokenRevocations, r, func(_ *work, r *programme.TokenRevocation) error {
		r.Audience = programme.TeamOnly()
		return r.May(actor, programme.Edit)
	})
}
