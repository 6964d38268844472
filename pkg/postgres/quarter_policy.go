package postgres

import (
	"encoding/json"
	"errors"
	"time"

	"gorm.io/gorm"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/disclosure"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

// quarterPolicy is by what it is decided what may be shown of a quarter.
type quarterPolicy struct {
	QuarterCode      string `gorm:"primaryKey"`
	FrameworkVersion string
	Years            []disclosure.Year `gorm:"serializer:json"`
	FixedAt          time.Time
}

// fixPolicy answers the quarter's policy, and fixes it the first time that somebody asks
// who may write: the watcher as a rule. The error is Conflict if no framework holds.
func (w *work) fixPolicy(q *returns.Quarter, snapshot *benchmark.Snapshot) (quarterPolicy, error) {
	p, err := w.policyAsOf(q, snapshot)
	if err != nil || !p.FixedAt.IsZero() {
		return p, err
	}
	p.FixedAt = w.now
	return p, w.tx.Create(&p).Error
}

// policyAsOf answers the quarter's policy: that of the framework that holds when its
// window opens, with the years that are published by then. One that is not fixed yet has
// no time at which it was. The error is Conflict if no framework holds.
func (w *work) policyAsOf(q *returns.Quarter, snapshot *benchmark.Snapshot) (p quarterPolicy, err error) {
	err = w.tx.Where("quarter_code = ?", q.Code).Take(&p).Error
	if !errors.Is(err, gorm.ErrRecordNotFound) {
		return p, err
	}
	asks := q.Asks(w.today(), w.store.rules.Zone)
	if asks == nil {
		return p, programme.Errorf(programme.Conflict, programme.CodeNoFramework, "No framework is published that says what the quarter asks for.")
	}
	asked, err := askedBy(w.tx, *asks)
	if err != nil {
		return p, err
	}
	day := w.today()
	if q.OpensOn != nil {
		day = *q.OpensOn
	}
	senders := returns.SendersOf(snapshot, q)
	boroughs := make([]string, len(senders))
	for i := range senders {
		boroughs[i] = senders[i].Borough
	}
	last, err := lastYearShown(w.tx, q.Code)
	if err != nil {
		return p, err
	}
	return quarterPolicy{QuarterCode: q.Code, FrameworkVersion: *asks, Years: disclosure.YearsOf(asked.Document, snapshot, day, boroughs, last)}, nil
}

// lastYearShown reads the newest snapshot of a fourth quarter before this one: its twelve
// months are a year that everybody has seen.
func lastYearShown(tx *gorm.DB, quarter string) (*disclosure.Document, error) {
	var texts []string
	err := tx.Raw(`SELECT d.document FROM quarters q JOIN quarter_snapshot_documents d ON d.snapshot_id = q.snapshot_id
		WHERE q.code LIKE '%-Q4' AND q.code < ? ORDER BY q.code DESC LIMIT 1`, quarter).Scan(&texts).Error
	if err != nil || len(texts) == 0 {
		return nil, err
	}
	d := new(disclosure.Document)
	return d, json.Unmarshal([]byte(texts[0]), d)
}

// policiesDue answers the quarters whose window has opened and whose policy is not fixed.
func policiesDue(tx *gorm.DB, s *Store) (codes []string, err error) {
	err = tx.Raw("SELECT code FROM quarters q WHERE opens_on <= ? AND NOT EXISTS (SELECT FROM quarter_policies p WHERE p.quarter_code = q.code) ORDER BY code", s.rules.Today(s.now())).Scan(&codes).Error
	return codes, err
}

// fix fixes by what it is decided what may be shown of a quarter.
func (w *work) fix(code string) error {
	q, err := read(beyondSight(w.tx).Clauses(forUpdate), quarters, code)
	if err != nil {
		return err
	}
	snapshot, err := w.store.Snapshot(w.ctx)
	if err != nil {
		return err
	}
	_, err = w.fixPolicy(&q, snapshot)
	if e, is := errors.AsType[*programme.Error](err); is && e.Code == programme.CodeNoFramework {
		return errDone // until one is published
	}
	return err
}
