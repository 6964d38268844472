package disclosure

import (
	"time"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// Narrative is what a borough says of an exception of its own: for its challenge group and
// the programme's team, once its lead shares it. It is asked for when the quarter is
// shown, and stays when what it is about stands out no more.
type Narrative struct {
	programme.Head
	programme.Wording
	Quarter      string              `gorm:"column:quarter_code"`
	Borough      string              `gorm:"column:borough_code"`
	Indicator    string              `gorm:"column:indicator_code"`
	Exception    benchmark.Exception `gorm:"column:edge"`
	State        NarrativeState
	Text         *string `audit:"withheld"`
	DueOn        programme.Date
	SharedAt     *time.Time
	Cause        *Cause `gorm:"column:withdrawn_for"` // why it is asked for no more
	Illustrative bool   // the figures are made up
}

// NarrativeState is what became of a narrative.
type NarrativeState string

// The states.
const (
	NarrativeAsked     NarrativeState = "asked"     // its borough alone reads what is written
	NarrativeShared    NarrativeState = "shared"    // its group and the programme's team read it
	NarrativeWithdrawn NarrativeState = "withdrawn" // what it is about stands out no more; who has read it still can
)

// NarrativeDays is how many days a borough has for a narrative.
const NarrativeDays = 28

// Share gives a narrative its readers.
const Share programme.Step = "share"

// NewNarrative asks for a narrative of the exception, on the day.
func NewNarrative(e *Exception, today programme.Date) *Narrative {
	n := &Narrative{
		Quarter: e.Of.Quarter, Borough: e.Member.Borough, Indicator: e.Position.Indicator, Exception: e.Edge,
		State: NarrativeAsked, DueOn: today.AddDays(NarrativeDays), Illustrative: e.Of.Illustrative,
	}
	n.Audience = programme.Parties(n.Borough)
	return n
}

// Noun implements [programme.Record].
func (*Narrative) Noun() string { return "narrative" }

// Steps implements [programme.Record].
func (*Narrative) Steps() []programme.Step {
	return []programme.Step{programme.Edit, Share, programme.Reopen, programme.Acknowledge, programme.Redact}
}

// May implements [programme.Record]: the borough's people and machines write it, and its
// lead shares it.
func (n *Narrative) May(actor programme.Actor, step programme.Step) error {
	writes, leads := actor.Borough == n.Borough && ofBorough(actor), actor.Leads(n.Borough)
	switch {
	case step == programme.Acknowledge || step == programme.Redact:
		return nil // as of all words
	case step == programme.Edit && !writes:
		return programme.NotYours("Only the borough itself may do this.")
	case step != programme.Edit && !leads:
		return programme.NotYours("Only the borough's lead may do this.")
	}
	switch {
	case n.State == NarrativeWithdrawn:
		return programme.WrongState("What it is about stands out no more.")
	case step == programme.Reopen && n.State != NarrativeShared:
		return programme.WrongState("Only what is shared can be reopened.")
	case step != programme.Reopen && n.State == NarrativeShared:
		return programme.WrongState("It is shared; reopen it first.")
	case step == Share && n.Text == nil:
		return programme.WrongState("Nothing is written in it yet.")
	}
	return nil
}

// NeedsReason implements [programme.Record].
func (n *Narrative) NeedsReason(step programme.Step) bool {
	return step == programme.Reopen || n.Wording.NeedsReason(step)
}

// Check implements [programme.Record].
func (*Narrative) Check() error { return nil }

// Texts implements [programme.Worded].
func (n *Narrative) Texts() []programme.Text {
	return programme.Text{Boroughs: n.Writers(), Systems: true, Awaited: true, Private: n.SharedAt == nil}.At("/text", n.Text)
}

// Writers implements [programme.Worded].
func (n *Narrative) Writers() []string { return []string{n.Borough} }

// Shares implements [programme.Sharing].
func (n *Narrative) Shares(step programme.Step) []programme.Worded {
	if step == Share {
		return []programme.Worded{n}
	}
	return nil
}

// Says answers what the actor may read of it: nothing of what others write and have not
// shared, of which the programme's team knows that it is asked for.
func (n *Narrative) Says(actor programme.Actor) *string {
	if n.SharedAt == nil && actor.Borough != n.Borough {
		return nil
	}
	return n.Text
}

// Give shares it with the boroughs of its group, at the time.
func (n *Narrative) Give(at time.Time, group []string) {
	n.State, n.SharedAt = NarrativeShared, &at
	n.Audience = n.Readers(group)
}

// Readers are those of a narrative that is or was shared, when its borough meets these in
// its group.
func (n *Narrative) Readers(group []string) programme.Audience {
	if n.SharedAt == nil {
		return programme.Parties(n.Borough)
	}
	return programme.Parties(append([]string{n.Borough}, group...)...)
}

// Reopen takes it back to its borough, for the actor's reason.
func (n *Narrative) Reopen(actor programme.Actor) error {
	n.State, n.SharedAt, n.Audience = NarrativeAsked, nil, programme.Parties(n.Borough)
	return actor.WithReason()
}

// Follow lets the narrative follow what it is about, and reports whether that changes it.
// What stands out at the other edge now is another matter, and is asked about again.
func (n *Narrative) Follow(e *Exception) bool {
	state, edge, cause := n.State, n.Exception, n.Cause
	n.Cause = nil
	switch {
	case e.State == StandsOutNoMore:
		n.State, n.Cause = NarrativeWithdrawn, e.Cause
	case e.Edge != n.Exception:
		n.Exception, n.State, n.SharedAt, n.Audience = e.Edge, NarrativeAsked, nil, programme.Parties(n.Borough)
	case n.SharedAt != nil:
		n.State = NarrativeShared
	default:
		n.State = NarrativeAsked
	}
	return n.State != state || n.Exception != edge || !programme.Same(n.Cause, cause)
}

// NarrativeFilter leaves those narratives of a list that agree with every member that is
// given.
type NarrativeFilter struct {
	Quarter      *string
	Borough      *string
	Indicator    *string
	States       []NarrativeState
	Written      *bool
	UpdatedSince *time.Time
}
