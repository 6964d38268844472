package returns

import (
	"time"

	"peerchallenge/pkg/programme"
)

// TakeBack is the step that ends what was granted to a borough before its day.
const TakeBack programme.Step = "take-back"

// Granted is what an extension and a correction window have in common: it is one
// borough's, in one quarter, for a reason, and stands until it is taken back.
type Granted struct {
	Quarter     string         `gorm:"column:quarter_code"`
	Borough     string         `gorm:"column:borough_code"`
	Reason      string         // is the audit's too, and names nobody
	GrantedOn   programme.Date // day of the programme's zone, from whose beginning it holds
	TakenBackAt *time.Time     // nil while it stands

	Illustrative bool `gorm:"-" json:"-"` // the quarter's figures are made up
}

// AboutQuarter answers in which quarter it holds, and where it says whether that is made up.
func (g *Granted) AboutQuarter() (code string, illustrative *bool) { return g.Quarter, &g.Illustrative }

// stands reports whether it has been granted by the day of the moment, and not been
// taken back by the moment.
func (g *Granted) stands(at time.Time, zone *time.Location) bool {
	return DayAt(at, zone) >= g.GrantedOn && (g.TakenBackAt == nil || at.Before(*g.TakenBackAt))
}

// grant makes it the borough's and the team's to see.
func (g *Granted) grant(head *programme.Head, q *Quarter, today programme.Date) {
	g.Quarter, g.Illustrative, g.GrantedOn, g.TakenBackAt = q.Code, q.Illustrative, today, nil
	head.Audience = programme.Parties(g.Borough)
}

func (g *Granted) may(actor programme.Actor) error {
	if err := programme.TeamMay(actor); err != nil {
		return err
	}
	if g.TakenBackAt != nil {
		return programme.WrongState("It was taken back already.")
	}
	return nil
}

// Extension gives one borough until a later due day.
//
// Granted late, it cures lateness from its own day on: what came before that day is as
// late as it was. Taken back, it holds for what came until then.
type Extension struct {
	programme.Head
	Granted
	DueOn programme.Date // the day on which it expires: until then the borough's return is on time

	// Present is the borough's window without it, where it is being granted.
	Present *Window `gorm:"-" json:"-"`
}

// Noun implements [programme.Record].
func (*Extension) Noun() string { return "extension" }

// Steps implements [programme.Record].
func (*Extension) Steps() []programme.Step { return []programme.Step{TakeBack} }

// May implements [programme.Record].
func (e *Extension) May(actor programme.Actor, _ programme.Step) error { return e.may(actor) }

// NeedsReason implements [programme.Stepped].
func (*Extension) NeedsReason(step programme.Step) bool { return step == TakeBack }

// Holds reports whether the extension holds for a return that comes at the moment.
func (e *Extension) Holds(at time.Time, zone *time.Location) bool { return e.stands(at, zone) }

// Grant gives the extension in the quarter, to a borough that has had these so far.
func (e *Extension) Grant(q *Quarter, at time.Time, zone *time.Location, others []Extension) {
	e.grant(&e.Head, q, DayAt(at, zone))
	if w, has := q.Window(); has {
		own := Extended(w, at, zone, others)
		e.Present = &own
	}
}

// Check implements [programme.Record]: an extension that moves nothing, or that is
// over when it is given, helps nobody.
func (e *Extension) Check() error {
	if e.Present == nil {
		return nil
	}
	var faults []programme.Fault
	switch {
	case e.DueOn <= e.Present.DueOn:
		faults = append(faults, programme.Fault{Pointer: "/dueOn", Code: programme.FaultOrder, Detail: "The borough has until " + string(e.Present.DueOn) + " already; an extension goes beyond that."})
	case e.DueOn < e.GrantedOn:
		faults = append(faults, programme.Fault{Pointer: "/dueOn", Code: programme.FaultOrder, Detail: "The day is over. An extension goes at least until today, " + string(e.GrantedOn) + "."})
	}
	return programme.Refuse(faults)
}
