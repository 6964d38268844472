package postgres

import (
	"context"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"peerchallenge/pkg/programme"
)

// EventCalendar reads the events that the filter leaves, in the order of their days.
func (s *Store) EventCalendar(ctx context.Context, actor programme.Actor, f programme.EventFilter) (programme.Calendar, error) {
	return s.calendar(ctx, func(tx *gorm.DB, c *programme.Calendar) error {
		return addEvents(tx, actor, c, filterEvents(actor, f))
	})
}

// BoroughCalendar reads the events that concern the borough, and the days of the
// groups that it belongs to.
func (s *Store) BoroughCalendar(ctx context.Context, actor programme.Actor, borough string) (programme.Calendar, error) {
	return s.calendar(ctx, func(tx *gorm.DB, c *programme.Calendar) error {
		if err := addEvents(tx, actor, c, filterEvents(actor, programme.EventFilter{Borough: &borough})); err != nil {
			return err
		}
		if err := addTasks(tx, actor, c, func(q *gorm.DB) *gorm.DB { return q.Where("borough_code = ?", borough) }); err != nil {
			return err
		}
		return addGroups(tx, actor, c, func(q *gorm.DB) *gorm.DB {
			return q.Where("members @> ?::jsonb", containing("borough", borough))
		})
	})
}

// GroupCalendar reads the days of the group, its events, and those of its
// challenge that belong to no group. The error is NotFound.
func (s *Store) GroupCalendar(ctx context.Context, actor programme.Actor, id string) (programme.Calendar, error) {
	return s.calendar(ctx, func(tx *gorm.DB, c *programme.Calendar) error {
		noGroup := programme.Errorf(programme.NotFound, programme.CodeNotFound, "There is no such peer challenge group.")
		if uuid.Validate(id) != nil {
			return noGroup // PostgreSQL would call it a syntax error
		}
		if err := addGroups(tx, actor, c, func(q *gorm.DB) *gorm.DB { return q.Where(clause.Eq{Column: "id", Value: id}) }); err != nil {
			return err
		}
		if len(c.Groups) == 0 {
			return noGroup
		}
		return addEvents(tx, actor, c, func(q *gorm.DB) *gorm.DB {
			return q.Where("(peer_challenge_group_id = ? OR peer_challenge_group_id IS NULL AND peer_challenge_id = ?)", id, c.Groups[0].Challenge.ID)
		})
	})
}

// calendar fills a calendar from one state of the database.
func (s *Store) calendar(ctx context.Context, fill func(tx *gorm.DB, c *programme.Calendar) error) (programme.Calendar, error) {
	var c programme.Calendar
	err := s.atOneMoment(ctx, nil, func(l line, _ int64) error { return fill(l.DB, &c) })
	return orZero(c, refusal(err))
}

func addEvents(tx *gorm.DB, actor programme.Actor, c *programme.Calendar, narrow func(*gorm.DB) *gorm.DB) error {
	if err := events.orders["startsOn"].after(tx.Scopes(visibleTo(actor), narrow), nil).Find(&c.Events).Error; err != nil {
		return err
	}
	return completed(tx, events, c.Events)
}

// addTasks adds the tasks of preparations that are open and have a day.
func addTasks(tx *gorm.DB, actor programme.Actor, c *programme.Calendar, narrow func(*gorm.DB) *gorm.DB) error {
	open := tx.Scopes(visibleTo(actor), narrow).Where("state = ? AND NOT over AND due_on IS NOT NULL", programme.PreparationOpen)
	return byID.after(open, nil).Find(&c.Tasks).Error
}

func addGroups(tx *gorm.DB, actor programme.Actor, c *programme.Calendar, narrow func(*gorm.DB) *gorm.DB) error {
	var groups []programme.PeerChallengeGroup
	if err := byID.after(tx.Scopes(visibleTo(actor), narrow), nil).Find(&groups).Error; err != nil {
		return err
	}
	challenges, err := challengesOf(tx, groups)
	if err != nil {
		return err
	}
	for _, g := range groups {
		c.Groups = append(c.Groups, programme.GroupDays{Group: g, Challenge: challenges[g.PeerChallengeID]})
	}
	return nil
}
