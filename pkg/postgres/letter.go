package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

// letter is a reminder on its way to one address. It is no record: addresses are in
// neither feed nor audit, and what becomes of all letters of a reminder stands in that.
type letter struct {
	ID         string `gorm:"primaryKey"`
	ReminderID string
	Address    *string // nil once it is ended
	OnItsWay   bool    // some process is sending it, or has died over it
	Tries      int
	Doubts     int
	NextAt     *time.Time
	Outcome    *returns.Mail // nil while it waits
}

const (
	// sentWithin is for how long a process may be sending a letter before another takes
	// it for dead. It is longer than a sending may last.
	sentWithin = 10 * time.Minute
	// mostDoubts is how often a letter is handed over of which nobody can say whether it
	// was taken: once, and once more.
	mostDoubts  = 2
	mostLetters = 500 // of one round
)

// pauses are those before a letter is tried again. After the last it is given up.
var pauses = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour}

func newLetterCount() *prometheus.CounterVec {
	count := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "peerchallenge_reminder_mails_total",
		Help: "Reminders by e-mail, by what became of each address: sent, retried, not_needed, uncertain or failed.",
	}, []string{"outcome"})
	for _, outcome := range []string{"sent", "retried", "not_needed", "uncertain", "failed"} {
		count.WithLabelValues(outcome)
	}
	return count
}

// lettersTo answers the addresses that the borough has named, none where reminders are
// not sent by e-mail.
func (w *work) lettersTo(borough string) ([]string, error) {
	if w.store.mailLink == "" {
		return nil, nil
	}
	var addresses []string
	err := beyondSight(w.tx).Model(&returns.ReminderAddress{}).Where("borough_code = ?", borough).Order("id").Pluck("address", &addresses).Error
	return addresses, err
}

// writeLetters lets the reminder go to the addresses, once it is committed.
func (w *work) writeLetters(reminder string, addresses []string) error {
	for i := range addresses {
		if err := w.tx.Create(&letter{ID: newID(), ReminderID: reminder, Address: &addresses[i], NextAt: &w.now}).Error; err != nil {
			return err
		}
	}
	return nil
}

// SendLetters hands over what waits by now, one letter after the other, and counts those
// that were taken. A letter is marked before it goes, so that no two processes send it. One
// that was not taken is tried again after a while; one of which send cannot say whether it
// was, [returns.ErrLetterDoubtful], once more at most, as is one whose process has died.
func (s *Store) SendLetters(ctx context.Context, send func(ctx context.Context, l returns.Letter) error) (int, error) {
	sent := 0
	for range mostLetters {
		next, err := s.takeLetter(ctx)
		if err != nil || next == nil {
			return sent, err
		}
		if next.Address == "" {
			continue // it was ended without being sent
		}
		failed := send(ctx, *next)
		if failed == nil {
			sent++
		} else {
			s.log.WarnContext(ctx, "a reminder was not sent", "letter", next.ID, "error", failed.Error())
		}
		// What became of it is written down although the program may be ending.
		writing, cancel := context.WithTimeout(context.WithoutCancel(ctx), refreshTimeout)
		err = s.letterCame(writing, next.ID, failed)
		cancel()
		if err != nil {
			return sent, err
		}
	}
	return sent, nil
}

// takeLetter marks the next letter as being on its way and answers it, without an address
// where it was ended instead; nil where none waits.
func (s *Store) takeLetter(ctx context.Context) (next *returns.Letter, err error) {
	err = s.act(ctx, programme.Service, func(w *work) error {
		var l letter
		err := w.tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate, Options: clause.LockingOptionsSkipLocked}).
			Where("outcome IS NULL AND next_at <= ?", w.now).Order("next_at, id").Take(&l).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if next = (&returns.Letter{ID: l.ID}); l.OnItsWay {
			l.Doubts++
		}
		r, err := read(beyondSight(w.tx), reminders, l.ReminderID)
		if err != nil {
			return err
		}
		ended, err := w.needless(&l, &r)
		switch {
		case err != nil:
			return err
		case ended != "":
			return w.end(&l, ended)
		case l.Doubts >= mostDoubts:
			return w.end(&l, returns.MailUncertain)
		}
		l.OnItsWay, l.Tries, l.NextAt = true, l.Tries+1, new(w.now.Add(sentWithin))
		if err := saveAll(w.tx, &l); err != nil {
			return err
		}
		snapshot, err := s.Snapshot(w.ctx)
		if err != nil {
			return err
		}
		next.Address = *l.Address
		borough := r.Borough
		if b := snapshot.Borough(r.Borough); b != nil {
			borough = b.Name
		}
		r.Write(next, borough, s.mailLink, w.today())
		return nil
	})
	return next, err
}

// needless says why a letter need not go, or cannot any more: the return has come, the due
// day has moved, the address was taken out, or its day is over.
func (w *work) needless(l *letter, r *returns.Reminder) (returns.Mail, error) {
	var named int64
	if err := beyondSight(w.tx).Model(&returns.ReminderAddress{}).Where("borough_code = ? AND address = ?", r.Borough, *l.Address).Count(&named).Error; err != nil || named == 0 {
		return returns.MailNotNeeded, err
	}
	due, err := w.store.wouldRemind(w.tx, r.Quarter)
	if err != nil {
		return "", err
	}
	for i := range due {
		switch {
		case due[i].Same(*r):
			return "", nil
		case due[i].Borough == r.Borough && due[i].DueOn == r.DueOn:
			return returns.MailFailed, nil // a later reminder says what is true by now
		}
	}
	return returns.MailNotNeeded, nil
}

// letterCame writes down what became of a letter that was handed over.
func (s *Store) letterCame(ctx context.Context, id string, failed error) error {
	return s.act(ctx, programme.Service, func(w *work) error {
		var l letter
		err := w.tx.Clauses(forUpdate).Where("id = ? AND outcome IS NULL", id).Take(&l).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return nil // another took this process for dead, and has ended it
		}
		if err != nil {
			return err
		}
		if errors.Is(failed, returns.ErrLetterDoubtful) {
			l.Doubts++
		}
		switch {
		case failed == nil:
			return w.end(&l, returns.MailSent)
		case errors.Is(failed, returns.ErrLetterRefused), l.Tries > len(pauses):
			return w.end(&l, returns.MailFailed)
		case l.Doubts >= mostDoubts:
			return w.end(&l, returns.MailUncertain)
		}
		l.OnItsWay, l.NextAt = false, new(w.now.Add(pauses[l.Tries-1]))
		s.letters.WithLabelValues("retried").Inc()
		return saveAll(w.tx, &l)
	})
}

// end ends a letter and, with the last of its reminder, says in that what became of them.
func (w *work) end(l *letter, outcome returns.Mail) error {
	l.Address, l.NextAt, l.OnItsWay, l.Outcome = nil, nil, false, &outcome
	w.store.letters.WithLabelValues(string(outcome)).Inc()
	if err := saveAll(w.tx, l); err != nil {
		return err
	}
	// The reminder is locked first: of two that end at once, the second sees the first.
	rows, err := locked[returns.Reminder](w, "id = ?", l.ReminderID)
	if err != nil {
		return err
	}
	var all []letter
	if err := w.tx.Where("reminder_id = ?", l.ReminderID).Find(&all).Error; err != nil {
		return err
	}
	mail := returns.MailSent
	for i := range all {
		if all[i].Outcome == nil {
			return nil
		}
		mail = mail.Worst(*all[i].Outcome)
	}
	return alterEach(w, rows, rewrite[returns.Reminder], func(r *returns.Reminder) bool {
		r.Mail = mail
		return true
	})
}
