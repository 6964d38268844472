package postgres

import (
	"crypto/sha256"
	"encoding/binary"

	"gorm.io/gorm"

	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

// Senders answers the boroughs that were to send a return in the quarter.
type Senders = func(*returns.Quarter) []returns.Sender

// Completeness lists how complete the quarter is: the region, its sub-regions and the
// boroughs that are to send a return or, where only what is outstanding is wanted, the
// boroughs whose return has not come. Each row is as the actor may see it.
func (s *Store) Completeness(actor programme.Actor, q returns.Quarter, senders Senders, outstanding bool) programme.Listing[returns.Completeness] {
	return s.completeness(actor, func(tx *gorm.DB) ([]returns.Completeness, error) {
		rows, err := s.collected(tx, []returns.Quarter{q}, senders)
		if outstanding {
			rows = returns.Outstanding(rows)
		}
		return rows, err
	})
}

// Timeliness lists the same of every quarter whose window has opened, the earliest
// first, as far as the filter leaves it.
func (s *Store) Timeliness(actor programme.Actor, senders Senders, f returns.TimelinessFilter) programme.Listing[returns.Completeness] {
	return s.completeness(actor, func(tx *gorm.DB) ([]returns.Completeness, error) {
		var opened []returns.Quarter
		if err := beyondSight(tx).Where("opens_on <= ?", returns.DayAt(s.now(), s.rules.Zone)).Order("code").Find(&opened).Error; err != nil {
			return nil, err
		}
		rows, err := s.collected(tx, opened, senders)
		return f.Of(rows), err
	})
}

// completeness lists the rows, each as the actor may see it.
func (s *Store) completeness(actor programme.Actor, all func(tx *gorm.DB) ([]returns.Completeness, error)) programme.Listing[returns.Completeness] {
	read := func(tx *gorm.DB) ([]returns.Completeness, error) {
		rows, err := all(tx)
		for i := range rows {
			rows[i] = rows[i].SeenBy(actor)
		}
		return rows, err
	}
	// It changes with the day too, and by what the actor may not hear of: only what the
	// actor sees says whether it is the same.
	state := func(tx *gorm.DB) (int64, error) {
		rows, err := read(tx)
		if err != nil {
			return 0, err
		}
		text, err := asJSON(rows)
		if err != nil {
			return 0, err
		}
		sum := sha256.Sum256([]byte(*text))
		return int64(binary.BigEndian.Uint64(sum[:]) >> 1), nil
	}
	return listed(s, nil, state, completenessKey, read)
}

// dueAndCame reads by which days returns are due, and which have come, whoever may see
// it. in begins a question of what is meant.
func dueAndCame(in func() *gorm.DB, all *returns.Collected) error {
	if err := in().Find(&all.Extensions).Error; err != nil {
		return err
	}
	return in().Table("benchmarking_submissions").Select("quarter_code, borough_code, state, received_at, resubmitted").Scan(&all.Received).Error
}

// collected reads what came and what was granted in the quarters, whoever may see it:
// what of it is told to whom is the row's own rule.
func (s *Store) collected(tx *gorm.DB, quarters []returns.Quarter, senders Senders) ([]returns.Completeness, error) {
	codes := make([]string, len(quarters))
	for i := range quarters {
		codes[i] = quarters[i].Code
	}
	in := func() *gorm.DB { return beyondSight(tx).Where("quarter_code IN ?", codes).Order("id") }
	all := returns.Collected{At: s.now(), Zone: s.rules.Zone}
	for _, rows := range []any{&all.Corrections, &all.Contacts} {
		if err := in().Find(rows).Error; err != nil {
			return nil, err
		}
	}
	if err := dueAndCame(in, &all); err != nil {
		return nil, err
	}
	rows := []returns.Completeness{}
	for i := range quarters {
		c := all.In(quarters[i], senders(&quarters[i]))
		rows = append(rows, c.Completeness()...)
	}
	return rows, nil
}

// completenessKey puts the earliest first, and of a quarter the widest.
func completenessKey(c *returns.Completeness) []string {
	rank := map[returns.Level]string{returns.OfRegion: "a", returns.OfSubRegion: "b", returns.OfBorough: "c"}
	return []string{c.Quarter, rank[c.Level], c.Place}
}
