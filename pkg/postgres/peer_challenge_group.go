package postgres

import (
	"cmp"
	"context"
	"slices"

	"gorm.io/gorm"

	"peerchallenge/pkg/programme"
)

var peerChallengeGroups = kind[programme.PeerChallengeGroup, *programme.PeerChallengeGroup]{
	orders: byChange,
	after:  (*work).followGroup,
	complete: func(tx *gorm.DB, groups []*programme.PeerChallengeGroup) error {
		ids := make([]string, len(groups))
		for i, g := range groups {
			ids[i] = g.PeerChallengeID
		}
		challenges, err := challengesByID(tx, ids)
		if err != nil {
			return err
		}
		tables := make([]*programme.Table, len(groups))
		for i, g := range groups {
			g.Challenge, tables[i] = challenges[g.PeerChallengeID], &g.Table
		}
		return namesAt(tx, tables)
	},
	referrers: []referrer{
		{"events", "peer_challenge_group_id", "Events"},
		{"findings", "peer_challenge_group_id", "Findings"},
		{"asks_and_offers", "peer_challenge_group_id", "Asks"},
	},
	reads: []string{"participant", "peer-challenge"},
}

// hasMember is the condition that a borough, named by its code, is in a group.
const hasMember = "members @> jsonb_build_array(jsonb_build_object('borough', ?::text))"

// unnamedGroup holds for groups that are to meet, of which one of the boroughs is a member, and none
// of these has named anybody.
const unnamedGroup = `(met_on IS NULL AND EXISTS (SELECT FROM jsonb_array_elements(members) AS m WHERE m ->> 'borough' = ANY (?))
	AND EXISTS (SELECT FROM peer_challenges c WHERE c.id = peer_challenge_id AND c.state IN ('planned', 'preparing', 'in_progress') AND coalesce(peer_challenge_groups.starts_on, c.starts_on) >= ?)
	AND NOT EXISTS (SELECT FROM jsonb_array_elements(people) AS p WHERE p ->> 'borough' = ANY (?)))`

// PeerChallengeGroups lists the groups that the filter leaves, in order of
// creation or as sort says.
func (s *Store) PeerChallengeGroups(actor programme.Actor, f programme.PeerChallengeGroupFilter, sort string) programme.Listing[programme.PeerChallengeGroup] {
	return list(s, actor, peerChallengeGroups, sort, func(q *gorm.DB) *gorm.DB {
		q = where(q, "peer_challenge_id = ?", f.PeerChallengeID)
		q = where(q, hasMember, f.Borough)
		q = where(q, "peer_challenge_id IN (SELECT id FROM peer_challenges WHERE cycle = ?)", f.Cycle)
		if f.Unnamed != nil {
			q = q.Where(unnamedGroup+" = ?", array(actor.Named()), f.Today, array(actor.Named()), *f.Unnamed)
		}
		return where(q, "updated_at >= ?", f.UpdatedSince)
	})
}

// PeerChallengeGroup reads one group. The error is NotFound.
func (s *Store) PeerChallengeGroup(ctx context.Context, actor programme.Actor, id string) (programme.PeerChallengeGroup, error) {
	return get(ctx, s, actor, peerChallengeGroups, id)
}

// CreatePeerChallengeGroup adds a group without members to a challenge. The error
// is Forbidden for anyone but the programme's team, Invalid if the group breaks
// its rules or there is no such challenge, and Conflict if the challenge takes no
// groups any more or has one of that name.
func (s *Store) CreatePeerChallengeGroup(ctx context.Context, actor programme.Actor, g programme.PeerChallengeGroup) (programme.PeerChallengeGroup, error) {
	return add(ctx, s, actor, peerChallengeGroups, g, func(w *work, g *programme.PeerChallengeGroup) error {
		if err := programme.TeamMay(actor); err != nil {
			return err
		}
		c, err := hold(w, peerChallenges, g.PeerChallengeID)
		if there, err := w.unlessMissing(err, citePeerChallenge(&g.PeerChallengeID)); !there {
			return cmp.Or(err, programme.Together(programme.Refuse(w.unknown), g.Check()))
		}
		g.Challenge, g.Members, g.Audience = c, []programme.GroupMember{}, programme.Everyone()
		return c.May(actor, programme.AddGroup)
	})
}

// UpdatePeerChallengeGroup changes a group at the version; members and notes have
// ways of their own. The error is Forbidden, NotFound, Stale, Invalid if the group
// breaks its rules, and Conflict if the challenge is over or another of its groups
// has the name.
func (s *Store) UpdatePeerChallengeGroup(ctx context.Context, actor programme.Actor, id string, version int64, alter func(*programme.PeerChallengeGroup) error) (programme.PeerChallengeGroup, error) {
	return s.changeGroup(ctx, actor, id, version, programme.Edit, func(_ *work, g *programme.PeerChallengeGroup) error { return alter(g) })
}

// PutGroupMember puts a borough into a group, or changes what it does there. The
// error is Forbidden, NotFound, Stale, Invalid if the borough is not there or does
// not belong to the challenge's sub-region, or for the reasons of
// [programme.PeerChallengeGroup.Put], and Conflict if it is in another group of the
// challenge or the challenge is past that.
func (s *Store) PutGroupMember(ctx context.Context, actor programme.Actor, id string, version int64, m programme.GroupMember) (programme.PeerChallengeGroup, error) {
	return s.changeGroup(ctx, actor, id, version, programme.PutMember, func(w *work, g *programme.PeerChallengeGroup) error {
		if g.Has(m) {
			return nil
		}
		boroughs, err := w.boroughs([]string{m.Borough})
		if err != nil {
			return err
		}
		faults, err := w.notInSubRegion(g.Challenge, boroughs)
		if err != nil {
			return err
		}
		if len(boroughs) == 0 {
			faults = []programme.Fault{citeBorough("", &m.Borough).fault(0)}
		}
		for i := range faults {
			faults[i].Parameter = "borough"
		}
		if err := programme.Together(programme.Refuse(faults), g.Put(actor, m)); err != nil {
			return err
		}
		return w.placedOnce(g.PeerChallengeID, id, boroughs)
	})
}

// TakeGroupMember takes a borough out of a group. The error is Forbidden, NotFound
// also where it is not in the group, Stale, Invalid if a reason is needed and not
// given, and Conflict if the challenge is past that.
func (s *Store) TakeGroupMember(ctx context.Context, actor programme.Actor, id string, version int64, borough string) (programme.PeerChallengeGroup, error) {
	return s.changeGroup(ctx, actor, id, version, programme.TakeMember, func(_ *work, g *programme.PeerChallengeGroup) error { return g.Take(actor, borough) })
}

// WriteGroupNotes replaces a group's notes; nil clears them. The error is Forbidden
// for those who neither belong to the group nor to the programme's team, NotFound,
// Stale, and Conflict unless the challenge is being recorded.
func (s *Store) WriteGroupNotes(ctx context.Context, actor programme.Actor, id string, version int64, notes *string) (programme.PeerChallengeGroup, error) {
	return s.changeGroup(ctx, actor, id, version, programme.WriteNotes, func(_ *work, g *programme.PeerChallengeGroup) error {
		g.Notes = notes
		return nil
	})
}

// DeletePeerChallengeGroup deletes a group at the version. The error is Forbidden,
// NotFound, Stale, or Conflict if the challenge takes no groups any more or others
// refer to the group.
func (s *Store) DeletePeerChallengeGroup(ctx context.Context, actor programme.Actor, id string, version int64) error {
	return s.act(ctx, actor, func(w *work) error {
		if err := holdChallengeOf(w, peerChallengeGroups, id, func(g *programme.PeerChallengeGroup) string { return g.PeerChallengeID }); err != nil {
			return err
		}
		var gone programme.PeerChallengeGroup
		if err := drop(w.ctx, s, actor, peerChallengeGroups, id, version, func(_ *work, g *programme.PeerChallengeGroup) error { gone = *g; return g.Drop(actor) }); err != nil {
			return err
		}
		return w.followGroup(&gone)
	})
}

// changeGroup is [change] for a group while its challenge stays as it is, so that
// nobody else places boroughs in the challenge meanwhile.
func (s *Store) changeGroup(ctx context.Context, actor programme.Actor, id string, version int64, step programme.Step,
	do func(w *work, g *programme.PeerChallengeGroup) error) (programme.PeerChallengeGroup, error) {
	var row programme.PeerChallengeGroup
	err := s.act(ctx, actor, func(w *work) (err error) {
		if err := holdChallengeOf(w, peerChallengeGroups, id, func(g *programme.PeerChallengeGroup) string { return g.PeerChallengeID }); err != nil {
			return err
		}
		var members []string
		var were programme.Audience
		row, err = change(w.ctx, s, actor, peerChallengeGroups, id, version, step, func(w *work, g *programme.PeerChallengeGroup) error {
			members, were = g.Boroughs(), g.Confidants()
			return do(w, g)
		})
		if err != nil || slices.Equal(members, row.Boroughs()) {
			return err
		}
		return w.membersChanged(&row, were)
	})
	return orZero(row, err)
}

// holdChallengeOf keeps others from changing the challenge that the record belongs
// to. Whoever needs both takes the challenge before the record, so that nobody waits
// for each other.
func holdChallengeOf[T any, R record[T]](w *work, k kind[T, R], id string, challenge func(R) string) error {
	row, err := read(w.tx.Scopes(visibleTo(w.actor)), k, id)
	if err != nil {
		return err
	}
	_, err = hold(w, peerChallenges, challenge(&row))
	return err
}

// membersChanged lets what belongs to the members of a group follow them: the
// audiences of the group's findings, of the actions on these, and of asks, and who
// is told where its events are. The group itself is saved already; those given knew
// where it met.
func (w *work) membersChanged(g *programme.PeerChallengeGroup, were programme.Audience) error {
	boroughs := g.Boroughs()
	if err := w.audienceFollows(g.ID, boroughs, programme.Parties(boroughs...)); err != nil {
		return err
	}
	if err := w.asksFollow(g.ID, boroughs); err != nil {
		return err
	}
	return w.eventsFollow("peer_challenge_group_id", g.ID, were.Or(g.Confidants()))
}

// boroughs reads those of the boroughs that are there, in order of their codes, and
// keeps them from being deleted.
func (w *work) boroughs(codes []string) ([]programme.Borough, error) {
	var rows []programme.Borough
	err := w.tx.Clauses(forKeyShare).Where("code = ANY (?)", array(codes)).Order("code").Find(&rows).Error
	return rows, err
}

// keepMemberships keeps the memberships of the boroughs as they are until the
// transaction ends.
func (w *work) keepMemberships(codes []string) error {
	var ids []string
	return w.tx.Model(&programme.Membership{}).Clauses(forShare).Where("borough_code = ANY (?)", array(codes)).Order("id").Pluck("id", &ids).Error
}

// notInSubRegion names those of the boroughs that do not belong to the challenge's
// sub-region. Memberships that were in force stay so until the transaction ends.
func (w *work) notInSubRegion(c programme.PeerChallenge, boroughs []programme.Borough) ([]programme.Fault, error) {
	codes := make([]string, len(boroughs))
	for i, b := range boroughs {
		codes[i] = b.Code
	}
	var memberships []programme.Membership
	err := w.tx.Clauses(forShare).Where("borough_code = ANY (?)", array(codes)).Order("id").Find(&memberships).Error
	return programme.NotInSubRegion(c, memberships, boroughs), err
}

// placedOnce refuses boroughs that are in another of the challenge's groups than the
// given one. The challenge must be held.
func (w *work) placedOnce(challenge, group string, boroughs []programme.Borough) error {
	groups, err := w.groupsOf(challenge)
	if err != nil {
		return err
	}
	others := make([]programme.PeerChallengeGroup, 0, len(groups))
	for _, g := range groups {
		if g.ID != group {
			others = append(others, g)
		}
	}
	return programme.DoublePlacement(others, boroughs)
}

func (w *work) groupsOf(challenge string) ([]programme.PeerChallengeGroup, error) {
	var groups []programme.PeerChallengeGroup
	err := beyondSight(w.tx).Where("peer_challenge_id = ?", challenge).Order("id").Find(&groups).Error
	return groups, err
}

// keepsGroups refuses other dates or another sub-region of a challenge where its
// groups do not go with them.
func (w *work) keepsGroups(was programme.PeerChallenge, c *programme.PeerChallenge) error {
	if !c.Moved(was) {
		return nil
	}
	groups, err := w.groupsOf(c.ID)
	if err != nil {
		return err
	}
	var codes []string
	for i := range groups {
		codes = append(codes, groups[i].Boroughs()...)
	}
	boroughs, err := w.boroughs(codes)
	if err != nil {
		return err
	}
	strangers, err := w.notInSubRegion(*c, boroughs)
	if err != nil {
		return err
	}
	return programme.Together(check(w, peerChallenges, c), c.Fits(groups, strangers))
}
