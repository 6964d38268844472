package returns

import (
	"time"

	"peerchallenge/pkg/programme"
)

// CorrectionWindow lets one borough send in a return again after the close. What
// comes in it is not late.
type CorrectionWindow struct {
	programme.Head
	Granted
	OpensOn  programme.Date
	ClosesOn programme.Date // last day, included

	// Present is the borough's own window, where it is being opened.
	Present *Window `gorm:"-" json:"-"`
}

// Noun implements [programme.Record].
func (*CorrectionWindow) Noun() string { return "correction-window" }

// Steps implements [programme.Record].
func (*CorrectionWindow) Steps() []programme.Step { return []programme.Step{TakeBack} }

// May implements [programme.Record].
func (c *CorrectionWindow) May(actor programme.Actor, _ programme.Step) error { return c.may(actor) }

// NeedsReason implements [programme.Stepped].
func (*CorrectionWindow) NeedsReason(step programme.Step) bool { return step == TakeBack }

// Holds reports whether a return that comes at the moment comes in it.
func (c *CorrectionWindow) Holds(at time.Time, zone *time.Location) bool {
	return c.stands(at, zone) && Span{c.OpensOn, c.ClosesOn}.Holds(DayAt(at, zone))
}

// Grant opens the window in the quarter, for a borough that has had these extensions.
func (c *CorrectionWindow) Grant(q *Quarter, at time.Time, zone *time.Location, extensions []Extension) {
	c.grant(&c.Head, q, DayAt(at, zone))
	if w, has := q.Window(); has {
		own := Extended(w, at, zone, extensions)
		c.Present = &own
	}
}

// Check implements [programme.Record]: it begins after the borough's own window, not
// before it is granted, and does not end before it begins.
func (c *CorrectionWindow) Check() error {
	if c.Present == nil {
		return nil
	}
	var faults []programme.Fault
	order := func(pointer, detail string) {
		faults = append(faults, programme.Fault{Pointer: pointer, Code: programme.FaultOrder, Detail: detail})
	}
	switch {
	case c.OpensOn <= c.Present.LateUntil:
		order("/opensOn", "The borough's return is taken until "+string(c.Present.LateUntil)+" anyway; a correction window opens after that.")
	case c.OpensOn < c.GrantedOn:
		order("/opensOn", "The day is over. A correction window opens today, "+string(c.GrantedOn)+", or later.")
	}
	if c.ClosesOn < c.OpensOn {
		faults = append(faults, programme.OutOfOrder("/closesOn"))
	}
	return programme.Refuse(faults)
}
