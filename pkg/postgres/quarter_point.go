package postgres

import (
	"context"

	"gorm.io/gorm"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/disclosure"
	"peerchallenge/pkg/programme"
)

// QuarterPoints follows an indicator in one borough over the published quarters, as the
// actor may see them.
func (s *Store) QuarterPoints(actor programme.Actor, indicator, borough string) programme.Listing[disclosure.QuarterPoint] {
	key := func(p *disclosure.QuarterPoint) []string { return []string{p.Quarter.Code} }
	return listed(s, []string{"quarter", "quarter-snapshot"}, lastHeard(actor), key, func(tx *gorm.DB) ([]disclosure.QuarterPoint, error) {
		quarters, err := s.shownQuarters(tx, actor)
		return disclosure.Series(quarters, indicator, borough), err
	})
}

// ShownQuarters reads what all published quarters show, in order, as the actor may see it.
func (s *Store) ShownQuarters(ctx context.Context, actor programme.Actor) ([]disclosure.InQuarter, error) {
	quarters, err := s.shownQuarters(s.gorm.WithContext(ctx), actor)
	return quarters, refusal(err)
}

func (s *Store) shownQuarters(tx *gorm.DB, actor programme.Actor) ([]disclosure.InQuarter, error) {
	var rows []struct {
		Code     string
		Snapshot disclosure.QuarterSnapshot `gorm:"embedded"`
	}
	err := tx.Raw(`SELECT q.code, s.id, s.quarter_code, s.number, s.framework_version FROM quarters q LEFT JOIN quarter_snapshots s ON s.id = q.snapshot_id
		WHERE q.published_at IS NOT NULL ORDER BY q.code`).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	quarters := make([]disclosure.InQuarter, len(rows))
	for i := range rows {
		q := &quarters[i]
		if q.Quarter, err = benchmark.ParsePeriod(rows[i].Code); err != nil {
			return nil, err
		}
		if rows[i].Snapshot.ID == "" {
			continue
		}
		shown, err := s.thawed(tx, actor, &rows[i].Snapshot)
		if err != nil {
			return nil, err
		}
		q.Shown = &shown
	}
	return quarters, nil
}
