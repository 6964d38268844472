package postgres

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"peerchallenge/pkg/programme"
)

var calendarSubscriptions = kind[programme.CalendarSubscription, *programme.CalendarSubscription]{
	orders:   byChange,
	fleeting: true, // when an address was last used is nobody's change
	complete: func(tx *gorm.DB, rows []*programme.CalendarSubscription) error {
		uses, err := usesOf(tx, idsOf(rows))
		for _, s := range rows {
			s.LastUsedAt = usedAt(uses, s.ID)
		}
		return err
	},
}

// CalendarSubscriptions lists the subscriptions that the filter leaves, in order of creation or
// as sort says.
func (s *Store) CalendarSubscriptions(actor programme.Actor, f programme.CalendarSubscriptionFilter, sort string) programme.Listing[programme.CalendarSubscription] {
	return list(s, actor, calendarSubscriptions, sort, func(q *gorm.DB) *gorm.DB {
		return where(where(q, "borough_code = ?", f.Borough), "updated_at >= ?", f.UpdatedSince)
	})
}

// CalendarSubscription reads what may be known of one. The error is NotFound.
func (s *Store) CalendarSubscription(ctx context.Context, actor programme.Actor, id string) (programme.CalendarSubscription, error) {
	return get(ctx, s, actor, calendarSubscriptions, id)
}

// CreateCalendarSubscription makes one that is the actor's, whose secret is answered here and
// nowhere else. The error is Forbidden for machines.
func (s *Store) CreateCalendarSubscription(ctx context.Context, actor programme.Actor, c programme.CalendarSubscription) (programme.CalendarSubscription, programme.Secret, error) {
	secret := programme.NewSecret(programme.CalendarKind)
	err := s.act(ctx, actor, func(w *work) error {
		c.Make(actor, w.now)
		c.Hint = secret.Hint
		if err := c.May(actor, programme.Edit); err != nil {
			return err
		}
		if err := insert(w, calendarSubscriptions, &c); err != nil {
			return err
		}
		return w.tx.Create(&secretRow{ID: newID(), Hash: secret.Hash[:], CalendarSubscriptionID: &c.ID}).Error
	})
	if err != nil {
		return programme.CalendarSubscription{}, programme.Secret{}, err
	}
	return c, secret, nil
}

// DeleteCalendarSubscription ends one at the version. The error is Forbidden, NotFound or Stale.
func (s *Store) DeleteCalendarSubscription(ctx context.Context, actor programme.Actor, id string, version int64) error {
	return drop(ctx, s, actor, calendarSubscriptions, id, version, func(w *work, c *programme.CalendarSubscription) error { return forgetUses(w.tx, c.ID) })
}

// endSubscriptions ends those that the condition finds.
func (w *work) endSubscriptions(condition string, args ...any) error {
	rows, err := locked[programme.CalendarSubscription](w, condition, args...)
	if err != nil || len(rows) == 0 {
		return err
	}
	for i := range rows {
		if err := erase[programme.CalendarSubscription](w, &rows[i]); err != nil {
			return err
		}
	}
	return forgetUses(w.tx, idsOf(pointers[programme.CalendarSubscription](rows))...)
}

// SubscribedCalendar reads what concerns the actor: of a borough its events, the days of its
// groups and of the reviews to which it belongs, and its open actions; of the programme's team
// all of them.
func (s *Store) SubscribedCalendar(ctx context.Context, actor programme.Actor) (programme.Calendar, error) {
	var borough *string
	if !actor.Is(programme.RoleProgramme) {
		borough = &actor.Borough
	}
	return s.calendar(ctx, func(tx *gorm.DB, c *programme.Calendar) error {
		if err := addEvents(tx, actor, c, filterEvents(actor, programme.EventFilter{Borough: borough})); err != nil {
			return err
		}
		mine := func(condition string, args ...any) func(*gorm.DB) *gorm.DB {
			return func(q *gorm.DB) *gorm.DB {
				if borough != nil {
					q = q.Where(condition, args...)
				}
				return q
			}
		}
		if err := addGroups(tx, actor, c, mine("members @> ?::jsonb", containing("borough", actor.Borough))); err != nil {
			return err
		}
		reviews := mine("(host_code = ? OR team @> ?::jsonb)", actor.Borough, containing("borough", actor.Borough))
		if err := byID.after(tx.Scopes(visibleTo(actor), reviews), nil).Find(&c.Reviews).Error; err != nil {
			return err
		}
		if err := completed(tx, peerReviews, c.Reviews); err != nil {
			return err
		}
		c.Reviews = slices.DeleteFunc(c.Reviews, func(r programme.PeerReview) bool { return !r.Confidants().Includes(actor) })
		due := tx.Scopes(visibleTo(actor), mine("borough_code = ?", actor.Borough)).Where("state = ? AND due_on IS NOT NULL", programme.ActionOpen)
		if err := byID.after(due, nil).Find(&c.Actions).Error; err != nil {
			return err
		}
		return addTasks(tx, actor, c, mine("borough_code = ?", actor.Borough))
	})
}

func idsOf[T any, R record[T]](rows []R) []string {
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i] = row.Of().ID
	}
	return ids
}
