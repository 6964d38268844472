package postgres

import (
	"cmp"
	"errors"
	"reflect"

	"gorm.io/gorm"

	"peerchallenge/pkg/programme"
)

// visibleTo is the scope of every query for records: what the actor may not see
// is not there.
func visibleTo(actor programme.Actor) func(*gorm.DB) *gorm.DB {
	return func(q *gorm.DB) *gorm.DB { return decided(q).Where("audience && ?", array(actor.Names())) }
}

// beyondSight begins, instead of [visibleTo], the queries for records that the actor
// need not see: what follows from a record, for others or for a rule, must not depend
// on who happens to change it. What is read so is given to rules and to those whom it
// concerns, never to the actor as it is.
func beyondSight(tx *gorm.DB) *gorm.DB { return decided(tx) }

// decided marks a query of which it is decided who may see what it finds.
func decided(q *gorm.DB) *gorm.DB { return q.Set(sight, true) }

const sight = "peerchallenge:sight"

// errNoSight is a fault of ours: a query for records that says nothing of who asks.
var errNoSight = errors.New("a query for records says neither visibleTo nor beyondSight")

// onlyDecided refuses such a query, before it is sent.
func onlyDecided(db *gorm.DB) {
	if db.Statement.Schema == nil || !reflect.PointerTo(db.Statement.Schema.ModelType).Implements(reflect.TypeFor[programme.Record]()) {
		return
	}
	if _, is := db.Get(sight); !is {
		_ = db.AddError(errNoSight)
	}
}

// mayWrite is the second gate before reference data and figures, behind the
// roles that the contract names: only the programme's team changes them.
func mayWrite(actor programme.Actor) error {
	return cmp.Or(programme.SomebodyMay(actor), programme.TeamMay(actor))
}
