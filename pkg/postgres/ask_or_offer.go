package postgres

import (
	"context"

	"gorm.io/gorm"

	"peerchallenge/pkg/programme"
)

var asksAndOffers = kind[programme.AskOrOffer, *programme.AskOrOffer]{
	orders: byChange,
	cited: func(a *programme.AskOrOffer) []citation {
		// Not the group, which never changes: whoever changes its members waits for
		// its asks, so that these must not wait for it.
		return []citation{citeBorough("/borough", &a.Borough), citePriority("/priorityId", a.PriorityID)}
	},
	reads: []string{"peer-challenge-group"},
}

// AsksAndOffers lists the asks and offers that the actor may see and the filter
// leaves, in order of creation or as sort says.
func (s *Store) AsksAndOffers(actor programme.Actor, f programme.AskOrOfferFilter, sort string) programme.Listing[programme.AskOrOffer] {
	return list(s, actor, asksAndOffers, sort, func(q *gorm.DB) *gorm.DB {
		q = anyOf(q, "kind", f.Kinds)
		q = where(q, "borough_code = ?", f.Borough)
		q = where(q, "peer_challenge_group_id IN (SELECT id FROM peer_challenge_groups WHERE peer_challenge_id = ?)", f.PeerChallengeID)
		q = where(q, "peer_challenge_group_id = ?", f.PeerChallengeGroupID)
		q = where(q, "priority_id = ?", f.PriorityID)
		q = anyOf(q, "state", f.States)
		return where(q, "updated_at >= ?", f.UpdatedSince)
	})
}

// AskOrOffer reads one ask or offer. The error is NotFound.
func (s *Store) AskOrOffer(ctx context.Context, actor programme.Actor, id string) (programme.AskOrOffer, error) {
	return get(ctx, s, actor, asksAndOffers, id)
}

// CreateAskOrOffer asks for help or offers it. The error is Forbidden for anyone
// who does not speak for the borough, Conflict if nothing is being recorded in the
// group, and Invalid if it breaks its rules, the borough is not a member of the
// group, or it names a group or a priority that is not there.
func (s *Store) CreateAskOrOffer(ctx context.Context, actor programme.Actor, a programme.AskOrOffer) (programme.AskOrOffer, error) {
	return add(ctx, s, actor, asksAndOffers, a, func(w *work, a *programme.AskOrOffer) error {
		forum, err := w.askedIn(a)
		if err != nil {
			return err
		}
		if a.Kind == programme.Ask && a.PeerChallengeGroupID != nil && forum == nil {
			w.unknown = append(w.unknown, citePeerChallengeGroup(a.PeerChallengeGroupID).fault(0))
		}
		return a.Raise(actor, forum)
	})
}

// askedIn reads the group that is asked, and keeps its members and its challenge's
// state as they are until the transaction ends. It is nil where there is no group.
func (w *work) askedIn(a *programme.AskOrOffer) (*programme.Forum, error) {
	if a.Kind != programme.Ask || a.PeerChallengeGroupID == nil {
		return nil, nil //nolint:nilnil // nothing is wrong with asking in no group: the rules say what is missing
	}
	// The challenge is locked before the group, as by all who change groups.
	id := *a.PeerChallengeGroupID
	if err := w.tx.Exec("SELECT FROM peer_challenges WHERE id = (SELECT peer_challenge_id FROM peer_challenge_groups WHERE id = ?) FOR SHARE", id).Error; err != nil {
		return nil, err
	}
	if err := w.tx.Exec("SELECT FROM peer_challenge_groups WHERE id = ? FOR SHARE", id).Error; err != nil {
		return nil, err
	}
	found, err := forums(w.tx, []string{id}, nil)
	if forum, ok := found[id]; ok {
		return &forum, err
	}
	return nil, err
}

// UpdateAskOrOffer changes an ask or offer at the version. The error is Forbidden,
// NotFound, Stale, Conflict if it is not open any more, or Invalid if it names a
// priority that is not there.
func (s *Store) UpdateAskOrOffer(ctx context.Context, actor programme.Actor, id string, version int64, alter func(*programme.AskOrOffer) error) (programme.AskOrOffer, error) {
	return change(ctx, s, actor, asksAndOffers, id, version, programme.Edit, func(_ *work, a *programme.AskOrOffer) error { return alter(a) })
}

// MoveAskOrOffer takes a step that changes its state. The error is Forbidden,
// NotFound, Stale, Conflict if the step does not follow from where it stands, or
// Invalid if it needs a reason and has none.
func (s *Store) MoveAskOrOffer(ctx context.Context, actor programme.Actor, id string, version int64, step programme.Step) (programme.AskOrOffer, error) {
	return change(ctx, s, actor, asksAndOffers, id, version, step, func(_ *work, a *programme.AskOrOffer) error { return a.Move(actor, step) })
}

// DeleteAskOrOffer deletes an ask or offer at the version. The error is Forbidden,
// NotFound or Stale.
func (s *Store) DeleteAskOrOffer(ctx context.Context, actor programme.Actor, id string, version int64) error {
	return drop(ctx, s, actor, asksAndOffers, id, version, nil)
}

// asksFollow gives the asks of a group to the boroughs that are its members now,
// in the transaction that changes the members. Met and withdrawn asks follow too:
// whoever has left the group has no business with any of them. An ask whose
// audience stays is not written.
func (w *work) asksFollow(group string, members []string) error {
	return alterAll(w, func(a *programme.AskOrOffer) bool { return reseen(a, a.Asked(members)) }, "peer_challenge_group_id = ?", group)
}
