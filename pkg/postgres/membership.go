package postgres

import (
	"context"

	"gorm.io/gorm"

	"peerchallenge/pkg/programme"
)

var memberships = noun[programme.Membership]{
	name: "membership", keyColumn: "id", madeKey: true,
	key:    func(m *programme.Membership) *string { return &m.ID },
	stamps: func(m *programme.Membership) stamps { return stamps{&m.Version, &m.CreatedAt, &m.UpdatedAt} },
	check:  checkMembership,
}

// CreateMembership puts a borough into a sub-region and answers the membership
// with its id. The error is Forbidden for anyone but the programme's team,
// Invalid if the borough or the sub-region does not exist or the dates are out
// of order, and Conflict if the borough belongs to a sub-region in that time
// already.
func (s *Store) CreateMembership(ctx context.Context, actor programme.Actor, m programme.Membership) (programme.Membership, error) {
	return create(ctx, s, actor, memberships, m, nil)
}

// UpdateMembership changes a membership at the version, with the errors of
// [Store.CreateMembership], NotFound and Stale.
func (s *Store) UpdateMembership(ctx context.Context, actor programme.Actor, id string, version int64, change func(*programme.Membership) error) (programme.Membership, error) {
	return update(ctx, s, actor, memberships, id, version, change, nil)
}

// DeleteMembership deletes a membership at the version. The error is Forbidden,
// NotFound or Stale.
func (s *Store) DeleteMembership(ctx context.Context, actor programme.Actor, id string, version int64) error {
	return remove(ctx, s, actor, memberships, id, version)
}

// checkMembership relies on the caller being the only writer.
func checkMembership(tx *gorm.DB, m *programme.Membership) error {
	if err := checked(tx, m.Check(), citeSubRegion("/subRegion", &m.SubRegion), citeBorough("/borough", &m.Borough)); err != nil {
		return err
	}
	return overlapping(tx, m)
}

// overlapping refuses a membership of a borough that belongs to a sub-region on
// any of its days already.
func overlapping(tx *gorm.DB, m *programme.Membership) error {
	var overlaps bool
	err := tx.Raw(`SELECT EXISTS (SELECT 1 FROM memberships WHERE borough_code = ? AND id::text <> ?
		AND daterange(valid_from, valid_to, '[]') && daterange(?::date, ?::date, '[]'))`,
		m.Borough, m.ID, m.ValidFrom, m.ValidTo).Scan(&overlaps).Error
	if err != nil || !overlaps {
		return err
	}
	return &programme.Error{
		Kind: programme.Conflict, Code: programme.CodeMembershipOverlap, Detail: "The borough belongs to a sub-region in that time already.",
		Faults: []programme.Fault{{Pointer: "/validFrom", Code: programme.FaultMembershipOverlap, Detail: "End the borough's other membership before this day, or choose another day."}},
	}
}
