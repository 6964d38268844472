package postgres

import (
	"context"

	"gorm.io/gorm"

	"peerchallenge/pkg/programme"
)

var priorities = noun[programme.Priority]{
	name: "priority", keyColumn: "id", madeKey: true,
	key:    func(p *programme.Priority) *string { return &p.ID },
	stamps: func(p *programme.Priority) stamps { return stamps{&p.Version, &p.CreatedAt, &p.UpdatedAt} },
	check:  func(_ *gorm.DB, p *programme.Priority) error { return p.Check() },
	referrers: []referrer{
		{"peer_challenges", "priority_id", "Peer challenges"},
		{"peer_reviews", "priority_id", "Peer reviews"},
		{"findings", "priority_id", "Findings"},
		{"actions", "priority_id", "Actions"},
		{"asks_and_offers", "priority_id", "Asks and offers"},
		{"events", "sessions @> jsonb_build_array(jsonb_build_object('priorityId', ?::text))", "Events"},
		{"milestones", "priority_ids @> ARRAY[?]", "Milestones"},
	},
}

// CreatePriority adds a priority area and answers it with its id. The error is
// Forbidden for anyone but the programme's team, Conflict if the name is taken
// and Invalid if the dates are out of order.
func (s *Store) CreatePriority(ctx context.Context, actor programme.Actor, p programme.Priority) (programme.Priority, error) {
	return create(ctx, s, actor, priorities, p, nil)
}

// UpdatePriority changes a priority area at the version, with the errors of
// [Store.CreatePriority], NotFound and Stale.
func (s *Store) UpdatePriority(ctx context.Context, actor programme.Actor, id string, version int64, change func(*programme.Priority) error) (programme.Priority, error) {
	return update(ctx, s, actor, priorities, id, version, change, nil)
}

// DeletePriority deletes a priority area at the version. The error is
// Forbidden, NotFound, Stale or, while others refer to it, Conflict.
func (s *Store) DeletePriority(ctx context.Context, actor programme.Actor, id string, version int64) error {
	return remove(ctx, s, actor, priorities, id, version)
}
