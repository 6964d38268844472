package postgres

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"peerchallenge/pkg/programme"
)

var milestones = kind[programme.Milestone, *programme.Milestone]{
	orders: map[string]order{
		"":           byID,
		"updatedAt":  byChange["updatedAt"],
		"-updatedAt": byChange["-updatedAt"],
		"date":       {by: dayOr("infinity"), columns: []string{"id"}},
		"-date":      {by: dayOr("-infinity"), columns: []string{"id"}, down: true},
	},
	open:  true,
	cited: citedByMilestone,
	before: func(w *work, m *programme.Milestone) error {
		m.SavedOn = w.today()
		m.Evidence = programme.OrEmpty(m.Evidence)
		return w.readReviewAudience(m)
	},
}

func citedByMilestone(m *programme.Milestone) []citation {
	cited := []citation{citeSubRegions("/subRegions", m.SubRegions), citeBoroughs("/boroughs", m.Boroughs), citePriorities("/priorityIds", m.PriorityIDs)}
	if m.Derived {
		return cited // whoever changes its source waits for the milestone, so that this must not wait for the source
	}
	if len(m.PeerReviewAudience) == 0 { // otherwise the review has been read
		cited = append(cited, citePeerReview(m.PeerReviewID))
	}
	return append(cited, citePeerChallenge(m.PeerChallengeID), citeEvent(m.EventID))
}

// dayOr is a milestone's day in an order in which the undated stand at an end.
func dayOr(undated string) *expression {
	return &expression{
		sql: "coalesce(achieved_on, planned_for, '" + undated + "')",
		text: func(row any) string {
			m, _ := row.(*programme.Milestone) // there are no others in the list
			return string(*cmp.Or(m.AchievedOn, m.PlannedFor, (*programme.Date)(&undated)))
		},
		is: func(text string) bool { return text == undated || isDay(text) },
	}
}

// Milestones lists the milestones that the filter leaves, in order of creation or
// as sort says.
func (s *Store) Milestones(actor programme.Actor, f programme.MilestoneFilter, sort string) programme.Listing[programme.Milestone] {
	return list(s, actor, milestones, sort, func(q *gorm.DB) *gorm.DB {
		q = containingText(q, f.Search, "title", "description")
		q = where(q, "cycle = ?", f.Cycle)
		q = where(q, "sub_regions @> ARRAY[?]", f.SubRegion)
		q = where(q, "boroughs @> ARRAY[?]", f.Borough)
		q = anyOf(q, "kind", f.Kinds)
		q = anyOf(q, "state", f.States)
		q = where(q, "priority_ids @> ARRAY[?]", f.PriorityID)
		// The undated lie outside of either.
		q = where(q, "coalesce(achieved_on, planned_for, '-infinity') >= ?", f.From)
		q = where(q, "coalesce(achieved_on, planned_for, 'infinity') <= ?", f.To)
		q = where(q, "derived = ?", f.Derived)
		if f.Overdue != nil {
			q = q.Where("(state = 'planned' AND planned_for IS NOT NULL AND planned_for < ?) = ?", f.Today, *f.Overdue)
		}
		return where(q, "updated_at >= ?", f.UpdatedSince)
	})
}

// MilestoneCounts counts the milestones of the cycle, or of all where it is nil.
func (s *Store) MilestoneCounts(actor programme.Actor, cycle *programme.Cycle) programme.Listing[programme.MilestoneCount] {
	key := func(c *programme.MilestoneCount) []string {
		subRegion := "" // comes before all slugs, and is none
		if c.SubRegion != nil {
			subRegion = *c.SubRegion
		}
		return []string{string(c.Cycle), subRegion, string(c.Kind), string(c.State)}
	}
	return listed(s, milestones.madeOf(), lastHeard(actor), key, func(db *gorm.DB) ([]programme.MilestoneCount, error) {
		var counts []programme.MilestoneCount
		err := where(db.Table("milestones").Scopes(visibleTo(actor)), "cycle = ?", cycle).
			Joins("LEFT JOIN LATERAL unnest(sub_regions) AS places (sub_region) ON true").
			Select("cycle, sub_region, kind, state, count(*) AS milestones").Group("cycle, sub_region, kind, state").Find(&counts).Error
		return counts, err
	})
}

// Milestone reads one milestone. The error is NotFound.
func (s *Store) Milestone(ctx context.Context, actor programme.Actor, id string) (programme.Milestone, error) {
	return get(ctx, s, actor, milestones, id)
}

// CreateMilestone adds a milestone that is written by hand. The error is Forbidden
// for anyone but the programme's team, Invalid if it breaks its rules or names
// what is not there, and Conflict if what it links to has a milestone already.
func (s *Store) CreateMilestone(ctx context.Context, actor programme.Actor, m programme.Milestone) (programme.Milestone, error) {
	return add(ctx, s, actor, milestones, m, func(_ *work, m *programme.Milestone) error {
		m.Derived, m.WordedByHand, m.Audience, m.ParticipantsByRole = false, false, programme.Everyone(), nil
		return programme.TeamMay(actor)
	})
}

// UpdateMilestone changes a milestone at the version, with the errors of
// [Store.CreateMilestone], NotFound, Stale, and Conflict for what follows the
// milestone's source. Where its words shall follow again, they do at once.
func (s *Store) UpdateMilestone(ctx context.Context, actor programme.Actor, id string, version int64, alter func(*programme.Milestone) error) (programme.Milestone, error) {
	return change(ctx, s, actor, milestones, id, version, programme.Edit, func(w *work, m *programme.Milestone) error {
		was := *m
		if err := alter(m); err != nil {
			return err
		}
		if !was.Derived {
			if m.PeerReviewID == nil || was.PeerReviewID == nil || *m.PeerReviewID != *was.PeerReviewID {
				m.PeerReviewAudience = nil // it was another review's
			}
			return nil
		}
		now, err := w.derive(&was)
		if err == nil {
			err = m.Reword(was, now)
		}
		if err != nil {
			return err
		}
		m.Follow(now)
		return nil
	})
}

// DeleteMilestone deletes a milestone at the version. The error is Forbidden,
// NotFound, Stale, or Conflict if it is derived.
func (s *Store) DeleteMilestone(ctx context.Context, actor programme.Actor, id string, version int64) error {
	return drop(ctx, s, actor, milestones, id, version, nil)
}

// readReviewAudience asks who may see the review that the milestone links to,
// unless that is known. While it is written down nobody changes the answer.
func (w *work) readReviewAudience(m *programme.Milestone) error {
	if m.PeerReviewID == nil || len(m.PeerReviewAudience) > 0 {
		return nil
	}
	var reviews []programme.PeerReview
	err := beyondSight(w.tx).Clauses(forShare).Select("audience").Where("id = ?", *m.PeerReviewID).Find(&reviews).Error
	if len(reviews) == 1 { // where there is none, the citation is refused
		m.PeerReviewAudience = reviews[0].Audience
	}
	return err
}

// derive answers what the source of a derived milestone gives now. The source may
// be one that the actor does not see.
func (w *work) derive(m *programme.Milestone) (programme.Milestone, error) {
	switch {
	case m.PeerChallengeID != nil:
		var c programme.PeerChallenge
		if err := beyondSight(w.tx).Where("id = ?", *m.PeerChallengeID).Take(&c).Error; err != nil {
			return programme.Milestone{}, err
		}
		return w.milestoneOfChallenge(&c)
	case m.PeerReviewID != nil:
		var r programme.PeerReview
		if err := beyondSight(w.tx).Where("id = ?", *m.PeerReviewID).Take(&r).Error; err != nil {
			return programme.Milestone{}, err
		}
		return w.milestoneOfReview(&r)
	case m.EventID != nil:
		var e programme.Event
		err := beyondSight(w.tx).Where("id = ?", *m.EventID).Take(&e).Error
		return programme.MilestoneOfEvent(e), err
	}
	return programme.Milestone{}, errors.New("a derived milestone has no source")
}

func (w *work) milestoneOfChallenge(c *programme.PeerChallenge) (programme.Milestone, error) {
	var groups []programme.PeerChallengeGroup
	err := beyondSight(w.tx).Where("peer_challenge_id = ?", c.ID).Find(&groups).Error
	return programme.MilestoneOfChallenge(*c, groups), err
}

func (w *work) milestoneOfReview(r *programme.PeerReview) (programme.Milestone, error) {
	var memberships []programme.Membership
	err := w.tx.Where("borough_code = ?", r.Host).Find(&memberships).Error
	return programme.MilestoneOfReview(*r, programme.SubRegionOn(memberships, r.Host, r.HostedOn())), err
}

// followChallenge keeps the milestone of a challenge in step with it, and lets those who
// meet in it, and nobody else, read each other's narratives and what is shared with them.
func (w *work) followChallenge(c *programme.PeerChallenge) error {
	if err := w.preparationFollows("peer_challenge_id", c.ID, c.Preparation()); err != nil {
		return err
	}
	now, err := w.milestoneOfChallenge(c)
	if err != nil {
		return err
	}
	if err := w.follow("peer_challenge_id", c.ID, now, true); err != nil {
		return err
	}
	if err := w.narrativesFollow(); err != nil {
		return err
	}
	return w.sharingsFollow(c)
}

// followGroup does so for the challenge of a group whose members have changed.
func (w *work) followGroup(g *programme.PeerChallengeGroup) error {
	var c programme.PeerChallenge
	if err := beyondSight(w.tx).Where("id = ?", g.PeerChallengeID).Take(&c).Error; err != nil {
		return err
	}
	return w.followChallenge(&c)
}

// followReview keeps the milestone of a review in step with it, and lets every
// milestone that links to it know who may see it.
func (w *work) followReview(r *programme.PeerReview) error {
	if err := w.preparationFollows("peer_review_id", r.ID, r.Preparation()); err != nil {
		return err
	}
	now, err := w.milestoneOfReview(r)
	if err != nil {
		return err
	}
	return w.follow("peer_review_id", r.ID, now, r.AnnouncedOn != nil)
}

// followEvent keeps the milestone and the preparation of an event in step with it. The days of a
// challenge or of a review make no milestone of their own.
func (w *work) followEvent(e *programme.Event) error {
	if err := w.preparationFollows("event_id", e.ID, e.Preparation()); err != nil {
		return err
	}
	return w.follow("event_id", e.ID, programme.MilestoneOfEvent(*e), e.Public())
}

// follow brings up to date the milestones that follow a source: the one that is derived
// from it, and one by hand that keeps who may see a review, of which only these hear. The
// derived one comes into being with a source that makes one: where there is one by hand that
// links to it, that is it, in its own words. Of a source that makes none any more it goes.
// What changes in nothing gets no new version.
func (w *work) follow(link, id string, now programme.Milestone, makes bool) error {
	rows, err := locked[programme.Milestone](w, "? = ?", clause.Column{Name: link}, id)
	if err != nil {
		return err
	}
	if len(rows) == 0 { // there is one at most: see migrations/0017_plan_and_deed.sql
		if !makes {
			return nil
		}
		return insert(w, milestones, &now)
	}
	m := &rows[0]
	was, err := rememberOf(m)
	if err != nil {
		return err
	}
	concerned := m.PeerReviewAudience.Or(now.PeerReviewAudience) // who alone hears of it, where nothing else has changed
	told := slices.Equal(m.PeerReviewAudience, now.PeerReviewAudience)
	m.PeerReviewAudience = now.PeerReviewAudience
	switch {
	case m.Derived && !makes:
		return erase[programme.Milestone](w, m)
	case m.Derived && m.Follow(now):
		return save(w, milestones, was, m)
	case !m.Derived && makes:
		m.Adopt(now)
		return save(w, milestones, was, m)
	case told:
		return nil
	}
	return retell(w, concerned, was, m)
}

// eraseDerived takes away the milestone that is derived from a source which goes.
func (w *work) eraseDerived(link, id string) error {
	rows, err := locked[programme.Milestone](w, "? = ? AND derived", clause.Column{Name: link}, id)
	for i := range rows {
		if err == nil {
			err = erase[programme.Milestone](w, &rows[i])
		}
	}
	return err
}

// milestonesKept says of each of the sources whether there is a milestone that links to it.
func milestonesKept[T any, R record[T]](tx *gorm.DB, link string, sources []R, say func(R, bool)) error {
	ids := make(array, len(sources))
	for i, r := range sources {
		ids[i] = r.Of().ID
	}
	var found []string
	err := beyondSight(tx).Table("milestones").Where("? = ANY (?)", clause.Column{Name: link}, ids).Pluck(link, &found).Error
	for _, r := range sources {
		say(r, slices.Contains(found, r.Of().ID))
	}
	return err
}
