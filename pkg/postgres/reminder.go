package postgres

import (
	"context"
	"slices"
	"strings"

	"gorm.io/gorm"

	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

var reminders = kind[returns.Reminder, *returns.Reminder]{orders: byChange, reads: []string{"quarter"}, complete: illustrated[*returns.Reminder]}

// Reminders lists the reminders of a quarter that the actor may see and the filter
// leaves, in order of creation or as sort says.
func (s *Store) Reminders(actor programme.Actor, f returns.OfQuarter, sort string) programme.Listing[returns.Reminder] {
	return list(s, actor, reminders, sort, ofQuarter(f))
}

// Reminder reads one reminder. The error is NotFound.
func (s *Store) Reminder(ctx context.Context, actor programme.Actor, id string) (returns.Reminder, error) {
	return get(ctx, s, actor, reminders, id)
}

// remindersDue answers quarter and borough of each reminder that today brings and that was
// not made.
func remindersDue(tx *gorm.DB, s *Store) ([]string, error) {
	due, err := s.toRemind(tx, "")
	keys := make([]string, len(due))
	for i := range due {
		keys[i] = due[i].Quarter + " " + due[i].Borough
	}
	return keys, err
}

// toRemind answers the reminders that today brings and that were not made, of the quarter
// or, where that is empty, of all whose window is open.
func (s *Store) toRemind(tx *gorm.DB, quarter string) ([]returns.Reminder, error) {
	due, err := s.wouldRemind(tx, quarter)
	if err != nil || len(due) == 0 {
		return nil, err
	}
	codes := make([]string, len(due))
	for i := range due {
		codes[i] = due[i].Quarter
	}
	var made []returns.Reminder
	err = beyondSight(tx).Where("quarter_code IN ?", codes).Find(&made).Error
	return slices.DeleteFunc(due, func(r returns.Reminder) bool { return slices.ContainsFunc(made, r.Same) }), err
}

// wouldRemind answers those that today brings, made or not.
func (s *Store) wouldRemind(tx *gorm.DB, quarter string) ([]returns.Reminder, error) {
	today := s.rules.Today(s.now())
	var open []returns.Quarter
	// What is overdue is so while a late return is taken, and for a day at least.
	err := beyondSight(tx).Where(`code = @quarter OR @quarter = ''`, map[string]any{"quarter": quarter}).
		Where(`opens_on <= @today AND (greatest(late_until, due_on + 1) >= @today OR EXISTS (
			SELECT FROM extensions AS e WHERE e.quarter_code = quarters.code AND e.due_on + greatest(quarters.late_until - quarters.due_on, 1) >= @today))`,
			map[string]any{"today": today}).Order("code").Find(&open).Error
	if err != nil || len(open) == 0 {
		return nil, err
	}
	snapshot, err := s.Snapshot(tx.Statement.Context)
	if err != nil {
		return nil, err
	}
	codes := make([]string, len(open))
	for i := range open {
		codes[i] = open[i].Code
	}
	in := func() *gorm.DB { return beyondSight(tx).Where("quarter_code IN ?", codes).Order("id") }
	all := returns.Collected{At: s.now(), Zone: s.rules.Zone}
	if err := dueAndCame(in, &all); err != nil {
		return nil, err
	}
	var due []returns.Reminder
	for i := range open {
		c := all.In(open[i], returns.SendersOf(snapshot, &open[i]))
		due = append(due, c.Reminders()...)
	}
	return due, nil
}

// remind makes the reminder that is due of the quarter and the borough of the key, with
// the letters that carry it. Whoever sends the return in at the same moment is waited for.
func (w *work) remind(key string) error {
	quarter, borough, _ := strings.Cut(key, " ")
	g, err := w.ground(borough, quarter)
	if err == nil {
		_, _, err = w.holdSubmission(borough, quarter, g)
	}
	if err != nil {
		return err
	}
	due, err := w.store.toRemind(w.tx, quarter)
	if err != nil {
		return err
	}
	for _, r := range due {
		if r.Borough != borough {
			continue
		}
		addresses, err := w.lettersTo(borough)
		if err != nil {
			return err
		}
		if len(addresses) > 0 {
			r.Mail = returns.MailWaiting
		}
		if err := insert(w, reminders, &r); err != nil {
			return err
		}
		return w.writeLetters(r.ID, addresses)
	}
	return errDone
}
