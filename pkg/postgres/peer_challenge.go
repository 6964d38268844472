package postgres

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"peerchallenge/pkg/programme"
)

var peerChallenges = kind[programme.PeerChallenge, *programme.PeerChallenge]{
	orders: byChange,
	after:  (*work).followChallenge,
	linked: func(tx *gorm.DB, actor programme.Actor, rows []*programme.PeerChallenge) error {
		if err := groupsIn(tx, actor, rows); err != nil {
			return err
		}
		return openPreparation(tx, actor, "peer_challenge_id", rows, func(c *programme.PeerChallenge, open []programme.Fault) { c.OpenPreparation = open })
	},
	cited: func(c *programme.PeerChallenge) []citation {
		return []citation{citeSubRegion("/subRegion", &c.SubRegion), citePriority("/priorityId", c.PriorityID)}
	},
	referrers: []referrer{
		{"peer_challenge_groups", "peer_challenge_id", "Groups"},
		{"events", "peer_challenge_id", "Events"},
		{"milestones", "peer_challenge_id", "Milestones"},
	},
	reads: []string{"membership", "peer-challenge-group", "priority"},
}

// challenges holds for the challenges that concern a borough. Memberships have dates:
// that on the challenge's first day counts or, where it has none yet, on its cycle's.
const challenges = `(EXISTS (SELECT FROM peer_challenge_groups g WHERE g.peer_challenge_id = peer_challenges.id AND g.` + hasMember + `)
	OR EXISTS (SELECT FROM memberships m WHERE m.borough_code = ? AND m.sub_region_slug = peer_challenges.sub_region_slug
		AND coalesce(starts_on, make_date(left(cycle, 4)::integer, 4, 1)) BETWEEN m.valid_from AND coalesce(m.valid_to, 'infinity')))`

// PeerChallenges lists the challenges that the filter leaves, in order of creation
// or as sort says.
func (s *Store) PeerChallenges(actor programme.Actor, f programme.PeerChallengeFilter, sort string) programme.Listing[programme.PeerChallenge] {
	return list(s, actor, peerChallenges, sort, func(q *gorm.DB) *gorm.DB {
		if f.Borough != nil {
			q = q.Where(challenges, *f.Borough, *f.Borough)
		}
		q = where(q, "sub_region_slug = ?", f.SubRegion)
		q = where(q, "cycle = ?", f.Cycle)
		q = anyOf(q, "state", f.States)
		q = where(q, "priority_id = ?", f.PriorityID)
		return where(q, "updated_at >= ?", f.UpdatedSince)
	})
}

// PeerChallenge reads one challenge. The error is NotFound.
func (s *Store) PeerChallenge(ctx context.Context, actor programme.Actor, id string) (programme.PeerChallenge, error) {
	return get(ctx, s, actor, peerChallenges, id)
}

// CreatePeerChallenge adds a planned challenge. The error is Forbidden for anyone
// but the programme's team, and Invalid if it breaks its rules or names a
// sub-region or a priority that is not there.
func (s *Store) CreatePeerChallenge(ctx context.Context, actor programme.Actor, c programme.PeerChallenge) (programme.PeerChallenge, error) {
	return add(ctx, s, actor, peerChallenges, c, func(_ *work, c *programme.PeerChallenge) error {
		c.State, c.Audience = programme.ChallengePlanned, programme.Everyone()
		return programme.TeamMay(actor)
	})
}

// UpdatePeerChallenge changes a challenge at the version, with the errors of
// [Store.CreatePeerChallenge], NotFound, Stale, Conflict if it is closed, and Invalid
// too if its groups would not go with its new dates or sub-region.
func (s *Store) UpdatePeerChallenge(ctx context.Context, actor programme.Actor, id string, version int64, alter func(*programme.PeerChallenge) error) (programme.PeerChallenge, error) {
	return change(ctx, s, actor, peerChallenges, id, version, programme.Edit, func(w *work, c *programme.PeerChallenge) error {
		was := *c
		if err := alter(c); err != nil {
			return err
		}
		w.faults = append(w.faults, c.HeldBefore(w.today())...)
		return w.keepsGroups(was, c)
	})
}

// MovePeerChallenge takes a step that changes the challenge's state. The error is
// Forbidden, NotFound, Stale, Conflict if the step does not follow from where the
// challenge stands, or Invalid if it needs a reason and has none.
func (s *Store) MovePeerChallenge(ctx context.Context, actor programme.Actor, id string, version int64, step programme.Step) (programme.PeerChallenge, error) {
	return change(ctx, s, actor, peerChallenges, id, version, step, func(_ *work, c *programme.PeerChallenge) error { return c.Move(actor, step) })
}

// ClosePeerChallenge closes a challenge, and keeps how much of it is open where accept says
// that something may be. The error is Forbidden, NotFound, Stale, Conflict if the step does
// not follow from where the challenge stands or something is open, or Invalid if it needs a
// reason and has none.
func (s *Store) ClosePeerChallenge(ctx context.Context, actor programme.Actor, id string, version int64, accept bool) (programme.PeerChallenge, error) {
	return change(ctx, s, actor, peerChallenges, id, version, programme.Close, func(w *work, c *programme.PeerChallenge) error {
		open, err := w.openItems(id)
		if err != nil {
			return err
		}
		return c.Close(actor, open, accept)
	})
}

// openItems counts what is open of a challenge, whoever sees it.
func (w *work) openItems(challenge string) (open programme.OpenItems, err error) {
	err = w.tx.Raw(`WITH met AS (SELECT id FROM peer_challenge_groups WHERE peer_challenge_id = @id),
		found AS (SELECT id, response FROM findings WHERE peer_challenge_group_id IN (SELECT id FROM met))
		SELECT (SELECT count(*) FROM found WHERE response IS NULL) AS findings,
			(SELECT count(*) FROM actions WHERE state = 'open' AND finding_id IN (SELECT id FROM found)) AS actions,
			(SELECT count(*) FROM asks_and_offers WHERE kind = 'ask' AND state = 'open' AND peer_challenge_group_id IN (SELECT id FROM met)) AS asks`,
		map[string]any{"id": challenge}).Scan(&open).Error
	return open, err
}

// groupsIn names the members of the challenges' groups that do not belong to the
// sub-region on the challenge's day, and the groups that have not met, of those challenges
// that rely on it next, and says where their priority has ended by then. Of what the
// actor could not start or complete anyway nothing is asked.
func groupsIn(tx *gorm.DB, actor programme.Actor, rows []*programme.PeerChallenge) error {
	var relying []*programme.PeerChallenge
	var ids array
	for _, c := range rows {
		c.Strangers, c.Unmet, c.Outlived, c.OpenPreparation = nil, nil, nil, nil
		if c.May(actor, programme.Start) == nil || c.May(actor, programme.Complete) == nil {
			relying, ids = append(relying, c), append(ids, c.ID)
		}
	}
	if len(relying) == 0 {
		return nil
	}
	var groups []programme.PeerChallengeGroup
	if err := beyondSight(tx).Where("peer_challenge_id = ANY (?)", ids).Order("id").Find(&groups).Error; err != nil {
		return err
	}
	members, of := map[string][]string{}, map[string][]*programme.PeerChallengeGroup{}
	var codes array
	for i := range groups {
		here := groups[i].Boroughs()
		in := groups[i].PeerChallengeID
		members[in], of[in] = append(members[in], here...), append(of[in], &groups[i])
		codes = append(codes, here...)
	}
	boroughs, memberships, err := boroughsIn(tx, codes)
	if err != nil {
		return err
	}
	ended, err := endedPriorities(tx)
	if err != nil {
		return err
	}
	for _, c := range relying {
		c.Outlived = ended.before(c.PriorityID, c.StartsOn)
		here := slices.DeleteFunc(slices.Clone(boroughs), func(b programme.Borough) bool { return !slices.Contains(members[c.ID], b.Code) })
		c.Strangers, c.Unmet = programme.NotInSubRegion(*c, memberships, here), programme.NotMet(of[c.ID])
	}
	return nil
}

// DeletePeerChallenge deletes a challenge, with its grouping proposals and its milestone, at the version. The error is Forbidden,
// NotFound, Stale, or Conflict if it is not planned any more or others refer to it.
func (s *Store) DeletePeerChallenge(ctx context.Context, actor programme.Actor, id string, version int64) error {
	return drop(ctx, s, actor, peerChallenges, id, version, func(w *work, c *programme.PeerChallenge) error {
		if err := dropProposals(w, c); err != nil {
			return err
		}
		if err := w.eraseTasks("peer_challenge_id", c.ID); err != nil {
			return err
		}
		return w.eraseDerived("peer_challenge_id", c.ID)
	})
}
