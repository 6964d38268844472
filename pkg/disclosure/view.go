package disclosure

import (
	"encoding/json"
	"errors"

	"peerchallenge/pkg/programme"
)

// errNoView says what was tried in place of asking for a view.
var errNoView = errors.New("ask for a view")

// Class says for whom a view was made.
type Class string

// The classes.
const (
	Common       Class = "common"       // everybody
	OfBorough    Class = "own"          // one borough's people, and the programme's team
	Unsuppressed Class = "unsuppressed" // the programme's team: it contains small numbers
)

// View is a quarter as somebody may see it.
type View struct {
	table table
	class Class
	owner string // of a view of one borough's own figures
}

// Class answers for whom the view was made.
func (v *View) Class() Class { return v.class }

// May refuses the view to whom it was not made for. It is Forbidden then, and whoever
// writes answers asks it of every view.
func (v *View) May(actor programme.Actor) error { return v.class.may(actor, v.owner) }

func (c Class) may(actor programme.Actor, owner string) error {
	switch {
	case c == Common, actor.Is(programme.RoleProgramme):
		return nil
	case c == OfBorough && owner != "" && actor.Borough == owner && ofBorough(actor):
		return nil
	}
	return programme.NotYours("These figures contain small numbers that are not yours to see.")
}

// ofBorough reports whether the actor has a role that is held for a borough, or a key
// that shows its borough's own figures.
func ofBorough(actor programme.Actor) bool {
	if actor.OwnFigures {
		return true
	}
	return actor.Is(programme.RoleBoroughLead, programme.RoleBoroughEditor, programme.RoleBoroughSystem)
}

// Quarter answers the code of the quarter.
func (v *View) Quarter() string { return v.table.quarter }

// Boroughs answers the boroughs that have a row, in the set's order.
func (v *View) Boroughs() []string {
	list := make([]string, len(v.table.rows))
	for i := range v.table.rows {
		list[i] = v.table.rows[i].borough
	}
	return list
}

// Cell answers what the view says of a borough's count. A count that is not asked, and
// one of a borough without a row, is missing.
func (v *View) Cell(borough, count string) Cell { return v.table.cell(borough, count) }

// MarshalJSON writes the view: equal views are equal bytes.
func (v *View) MarshalJSON() ([]byte, error) {
	type written struct {
		Borough string          `json:"borough"`
		Cells   map[string]Cell `json:"cells"`
	}
	rows := make([]written, len(v.table.rows))
	for i, r := range v.table.rows {
		rows[i] = written{r.borough, make(map[string]Cell, len(r.cells))}
		for k := range r.cells {
			rows[i].Cells[v.table.document.Counts[k].Code] = r.cells[k]
		}
	}
	return json.Marshal(struct {
		Class    Class     `json:"class"`
		Quarter  string    `json:"quarter"`
		Boroughs []written `json:"boroughs"`
	}{v.class, v.table.quarter, rows})
}
