package postgres

import (
	"context"

	"gorm.io/gorm"

	"peerchallenge/pkg/programme"
)

// SeedYear inserts the chapters of a year, once: where there is a challenge, a
// review, an event or a milestone, or ever was one, it does nothing, because the
// programme's team has begun to write its own. The audit, which never forgets,
// says so. All of it is one transaction. The error is Invalid if something breaks
// the rules of its kind.
func (s *Store) SeedYear(ctx context.Context, year []programme.Chapter) error {
	// Written as if it changed reference data, so that two who start at once wait
	// for each other.
	return s.write(ctx, func(tx *gorm.DB) error {
		var begun bool
		if err := tx.Raw("SELECT EXISTS (SELECT FROM audit_entries WHERE noun IN ('peer-challenge', 'peer-review', 'event', 'milestone'))").Scan(&begun).Error; err != nil || begun {
			return err
		}
		w := &work{store: s, ctx: ctx, tx: tx, actor: seeding, now: s.now()}
		for _, c := range year {
			if err := w.chapter(c); err != nil {
				return err
			}
		}
		return nil
	})
}

// chapter inserts what the chapter tells of, and last the milestone that reports it.
func (w *work) chapter(c programme.Chapter) error {
	m := c.Milestone
	var group *string
	if c.Challenge != nil {
		challenge := *c.Challenge
		if err := tell(w, peerChallenges, &challenge); err != nil {
			return err
		}
		m.PeerChallengeID = &challenge.ID
		for _, g := range c.Groups {
			g.PeerChallengeID = challenge.ID
			if err := tell(w, peerChallengeGroups, &g); err != nil {
				return err
			}
			if len(c.Groups) == 1 {
				group = &g.ID
			}
		}
	}
	if c.Review != nil {
		review := *c.Review
		if err := tell(w, peerReviews, &review); err != nil {
			return err
		}
		m.PeerReviewID = &review.ID
	}
	for _, e := range c.Events {
		e.PeerChallengeID, e.PeerChallengeGroupID, e.PeerReviewID = m.PeerChallengeID, group, m.PeerReviewID
		if err := tell(w, events, &e); err != nil {
			return err
		}
		if m.PeerChallengeID == nil && m.PeerReviewID == nil && m.EventID == nil {
			m.EventID = &e.ID
		}
	}
	return tell(w, milestones, &m)
}

// tell inserts a record that others do not follow: what follows from it is in the
// chapter too.
func tell[T any, R record[T]](w *work, k kind[T, R], row R) error {
	k.after = nil
	return insert(w, k, row)
}
