package postgres

import (
	"cmp"

	"gorm.io/gorm"

	"peerchallenge/pkg/programme"
)

// visibleTo is the scope of every query for records: what the actor may not see
// is not there.
func visibleTo(actor programme.Actor) func(*gorm.DB) *gorm.DB {
	return func(q *gorm.DB) *gorm.DB { return q.Where("audience && ?", array(actor.Names())) }
}

// mayWrite is the second gate before reference data and figures, behind the
// roles that the contract names: only the programme's team changes them.
func mayWrite(actor programme.Actor) error {
	return cmp.Or(programme.SomebodyMay(actor), programme.TeamMay(actor))
}
