package postgres

import (
	"context"

	"peerchallenge/pkg/programme"
)

var boroughs = noun[programme.Borough]{
	name: "borough", keyColumn: "code",
	key:    func(b *programme.Borough) *string { return &b.Code },
	stamps: func(b *programme.Borough) stamps { return stamps{&b.Version, &b.CreatedAt, &b.UpdatedAt} },
	referrers: []referrer{
		{"memberships", "borough_code", "Memberships"},
		{"peer_challenge_groups", hasMember, "Peer challenge groups"},
		{"grouping_proposals", "jsonb_path_query_array(result, '$.**') @> to_jsonb(?::text)", "Grouping proposals"},
		{"participants", "borough_code", "Participants"},
		{"peer_reviews", "host_code", "Peer reviews"},
		{"peer_reviews", "team @> jsonb_build_array(jsonb_build_object('borough', ?::text))", "Teams of peer reviews"},
		{"peer_review_notes", "borough_code", "Notes of reviews"},
		{"findings", "borough_code", "Findings"},
		{"actions", "borough_code", "Actions"},
		{"asks_and_offers", "borough_code", "Asks and offers"},
		{"preparation_tasks", "borough_code", "Tasks of preparations"},
		{"narratives", "borough_code", "Narratives"},
		{"self_evaluation_comments", "owner_code", "Comments on self-evaluations"},
		{"self_evaluation_comments", "borough_code", "Comments on self-evaluations"},
		{"events", "boroughs @> ARRAY[?]", "Events"},
		{"milestones", "boroughs @> ARRAY[?]", "Milestones"},
		{"extensions", "borough_code", "Extensions"},
		{"correction_windows", "borough_code", "Correction windows"},
		{"contacts", "borough_code", "Contacts"},
		{"reminders", "borough_code", "Reminders"},
		{"reminder_addresses", "borough_code", "Reminder addresses"},
		{"benchmarking_submissions", "borough_code", "Benchmarking submissions"},
		{"api_clients", "boroughs @> ARRAY[?]", "API clients"},
		{"read_keys", "borough_code", "Read keys"},
		{"calendar_subscriptions", "borough_code", "Calendar subscriptions"},
	},
}

// HasBorough reports whether a borough with the code takes part.
func (s *Store) HasBorough(ctx context.Context, code string) (bool, error) {
	var found bool
	err := s.gorm.WithContext(ctx).Raw("SELECT EXISTS (SELECT FROM boroughs WHERE code = ?)", code).Scan(&found).Error
	return found, refusal(err)
}

// CreateBorough lets an authority take part. The error is Forbidden for anyone
// but the programme's team, Invalid if there is no authority with the code, and
// Conflict if it takes part already or the name or the alliance's code is taken.
func (s *Store) CreateBorough(ctx context.Context, actor programme.Actor, b programme.Borough) (programme.Borough, error) {
	return create(ctx, s, actor, boroughs, b, nil)
}

// UpdateBorough changes a borough at the version, with the errors of
// [Store.CreateBorough], NotFound and Stale. The code stays.
func (s *Store) UpdateBorough(ctx context.Context, actor programme.Actor, code string, version int64, change func(*programme.Borough) error) (programme.Borough, error) {
	return update(ctx, s, actor, boroughs, code, version, change, nil)
}

// DeleteBorough deletes a borough at the version. The error is Forbidden,
// NotFound, Stale or, while others refer to it, Conflict.
func (s *Store) DeleteBorough(ctx context.Context, actor programme.Actor, code string, version int64) error {
	return remove(ctx, s, actor, boroughs, code, version)
}
