package postgres

import (
	"crypto/sha256"
	"encoding/binary"

	"gorm.io/gorm"

	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

// Completeness lists how complete the quarter is: the region, its sub-regions and the
// boroughs that are to send a return or, where only what is outstanding is wanted, the
// boroughs whose return has not come. Each row is as the actor may see it.
func (s *Store) Completeness(actor programme.Actor, q returns.Quarter, senders []returns.Sender, outstanding bool) programme.Listing[returns.Completeness] {
	read := func(tx *gorm.DB) ([]returns.Completeness, error) {
		c := returns.Collected{Quarter: q, At: s.now(), Zone: s.rules.Zone, Senders: senders}
		if err := collected(tx, &c); err != nil {
			return nil, err
		}
		rows := c.Completeness()
		if outstanding {
			rows = returns.Outstanding(rows)
		}
		for i := range rows {
			rows[i] = rows[i].SeenBy(actor)
		}
		return rows, nil
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

// collected reads what came and what was granted in the quarter, whoever may see it:
// what of it is told to whom is the row's own rule.
func collected(tx *gorm.DB, c *returns.Collected) error {
	in := func() *gorm.DB { return beyondSight(tx).Where("quarter_code = ?", c.Quarter.Code).Order("id") }
	for _, rows := range []any{&c.Extensions, &c.Corrections, &c.Contacts} {
		if err := in().Find(rows).Error; err != nil {
			return err
		}
	}
	return in().Table("benchmarking_submissions").Select("borough_code, state, received_at, resubmitted").Scan(&c.Received).Error
}

// completenessKey puts the widest first.
func completenessKey(c *returns.Completeness) []string {
	rank := map[returns.Level]string{returns.OfRegion: "a", returns.OfSubRegion: "b", returns.OfBorough: "c"}
	return []string{rank[c.Level], c.Place}
}
