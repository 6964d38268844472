package postgres

import (
	"gorm.io/gorm"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/disclosure"
	"peerchallenge/pkg/programme"
)

// setBeside adds to a quarter what the one before it and that of the year before show at
// this moment: what was withdrawn is in no change.
func (s *Store) setBeside(tx *gorm.DB, actor programme.Actor, shown *disclosure.Shown) error {
	p, err := benchmark.ParsePeriod(shown.Document.Quarter)
	if err != nil {
		return err
	}
	before := lastFive(p)
	last, year := before[1].Code, before[4].Code
	rows, err := shownNow(tx, array{last, year})
	for i := range rows {
		if err != nil {
			return err
		}
		var other disclosure.Shown
		other, err = s.thawed(tx, actor, &rows[i])
		switch rows[i].Quarter {
		case last:
			shown.LastQuarter = &other
		case year:
			shown.LastYear = &other
		}
	}
	return err
}

// shownNow answers the snapshots that the quarters show.
func shownNow(tx *gorm.DB, quarters array) (rows []disclosure.QuarterSnapshot, err error) {
	err = tx.Raw(`SELECT s.id, s.quarter_code, s.number, s.framework_version FROM quarters q JOIN quarter_snapshots s ON s.id = q.snapshot_id WHERE q.code = ANY (?)`, quarters).Scan(&rows).Error
	return rows, err
}
