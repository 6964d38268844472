package postgres

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"peerchallenge/pkg/programme"
)

var asksAndOffers = kind[programme.AskOrOffer, *programme.AskOrOffer]{
	orders: byChange,
	cited: func(a *programme.AskOrOffer) []citation {
		// Not the group, which never changes: whoever changes its members waits for
		// its asks, so that these must not wait for it.
		cited := []citation{citeBorough("/borough", &a.Borough), citePriority("/priorityId", a.PriorityID)}
		if a.Match != nil {
			cited = append(cited, citeBorough("/borough", &a.Match.Borough))
		}
		return cited
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

// MeetAskOrOffer says that it was met and, of an ask, by whom. The error is Forbidden,
// NotFound, Stale, Conflict if it is not open, or Invalid if the match names what is not
// there.
func (s *Store) MeetAskOrOffer(ctx context.Context, actor programme.Actor, id string, version int64, match *programme.HelpMatch) (programme.AskOrOffer, error) {
	return change(ctx, s, actor, asksAndOffers, id, version, programme.Meet, func(w *work, a *programme.AskOrOffer) error {
		if match != nil {
			m := *match
			m.At, a.Match = w.now, &m
			w.faults = append(w.faults, a.MatchFaults(&m)...)
			if err := w.holdOffer(m.Borough, m.OfferID); err != nil {
				return err
			}
		}
		return a.Move(actor, programme.Meet)
	})
}

// AnswerAsk gives the ask the answer of the actor's borough, in the place of any before. The
// error is Forbidden for its own borough, NotFound, Stale, Conflict if it is not open, or
// Invalid if the offer that is named is none of that borough's.
func (s *Store) AnswerAsk(ctx context.Context, actor programme.Actor, id string, version int64, text string, offer *string) (programme.AskOrOffer, error) {
	return change(ctx, s, actor, asksAndOffers, id, version, programme.AnswerAsk, func(w *work, a *programme.AskOrOffer) error {
		a.Answer(programme.HelpAnswer{Borough: actor.Borough, Text: text, OfferID: offer, At: w.now})
		return w.holdOffer(actor.Borough, offer)
	})
}

// RecordHelpOutcome says what came of a match. The error is Forbidden, NotFound, Stale, or
// Conflict where none is recorded.
func (s *Store) RecordHelpOutcome(ctx context.Context, actor programme.Actor, id string, version int64, outcome *string) (programme.AskOrOffer, error) {
	return change(ctx, s, actor, asksAndOffers, id, version, programme.RecordOutcome, func(_ *work, a *programme.AskOrOffer) error {
		m := *a.Match
		m.Outcome, a.Match = outcome, &m
		return nil
	})
}

// holdOffer names the fault where the borough has no such offer; where it has, it stays
// until the transaction ends.
func (w *work) holdOffer(borough string, id *string) error {
	if id == nil {
		return nil
	}
	var found []string
	if uuid.Validate(*id) == nil {
		err := w.tx.Raw("SELECT id::text FROM asks_and_offers WHERE id = ? AND kind = 'offer' AND borough_code = ? FOR KEY SHARE", *id, borough).Scan(&found).Error
		if err != nil {
			return err
		}
	}
	if len(found) == 0 {
		w.unknown = append(w.unknown, programme.Unknown("/offerId", "The borough has no such offer."))
	}
	return nil
}

// HelpCounts counts asks and offers by priority, of those that the actor sees.
func (s *Store) HelpCounts(actor programme.Actor) programme.Listing[programme.HelpCount] {
	key := func(c *programme.HelpCount) []string {
		if c.PriorityID == nil {
			return []string{""} // comes before all ids
		}
		return []string{*c.PriorityID}
	}
	return listed(s, asksAndOffers.madeOf(), lastHeard(actor), key, func(db *gorm.DB) ([]programme.HelpCount, error) {
		var counts []programme.HelpCount
		err := db.Table("asks_and_offers").Scopes(visibleTo(actor)).Select(`priority_id, count(*) FILTER (WHERE kind = 'ask') AS asks, count(*) FILTER (WHERE kind = 'ask' AND state = 'open') AS asks_open,
			count(*) FILTER (WHERE kind = 'ask' AND state = 'met') AS asks_met, count(*) FILTER (WHERE kind = 'offer') AS offers, count(*) FILTER (WHERE kind = 'offer' AND state = 'open') AS offers_open,
			count(match) AS matches`).Group("priority_id").Find(&counts).Error
		return counts, err
	})
}

// DeleteAskOrOffer deletes an ask or offer at the version. The error is Forbidden,
// NotFound, Stale, or Conflict if an ask names the offer.
func (s *Store) DeleteAskOrOffer(ctx context.Context, actor programme.Actor, id string, version int64) error {
	return drop(ctx, s, actor, asksAndOffers, id, version, func(w *work, a *programme.AskOrOffer) error {
		var named bool
		err := w.tx.Raw("SELECT EXISTS (SELECT FROM asks_and_offers WHERE match ->> 'offerId' = ? OR answers @> ?::jsonb)", a.ID, containing("offerId", a.ID)).Scan(&named).Error
		if err == nil && named {
			err = programme.InUse(a.Noun(), []programme.Fault{{Code: programme.FaultInUse, Detail: "Asks refer to it."}})
		}
		return err
	})
}

// asksFollow gives the asks of a group to the boroughs that are its members now,
// in the transaction that changes the members. Met and withdrawn asks follow too:
// whoever has left the group has no business with any of them. An ask whose
// audience stays is not written.
func (w *work) asksFollow(group string, members []string) error {
	return alterAll(w, func(a *programme.AskOrOffer) bool { return reseen(a, a.Asked(members)) }, "peer_challenge_group_id = ?", group)
}
