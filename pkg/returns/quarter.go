package returns

import (
	"cmp"
	"time"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
)

// Practice is the key of the one quarter that is always open and counts nowhere, so
// that boroughs can try what they are going to send.
const Practice = "practice"

// Quarter is a quarter whose returns are collected: what is asked, and until when.
type Quarter struct {
	programme.Head
	Code string // 2026-27-Q1, or practice
	// Framework is the version that says what is asked. Where none is named, it is the
	// newest that stands published when the window opens; see [Quarter.Asks].
	Framework    *string         `gorm:"column:framework_version"`
	OpensOn      *programme.Date // nil, as are the next two, of the practice quarter and of imported ones
	DueOn        *programme.Date
	LateUntil    *programme.Date
	PublishOn    *programme.Date // announced; nil while it is not
	Practice     bool
	Imported     bool // of the time before returns were collected here
	Illustrative bool // its figures are made up, and every answer says so

	PublishedAt *time.Time // nil until it is shown
	Snapshots   int        `json:"-"` // how many numbers were given to snapshots; the snapshots themselves say so
	SnapshotID  *string    // of the one that is shown: the newest that stands; nil where there is none

	Generation int64 `json:"-"` // grows with each acceptance; what it says is in the returns

	// Published are the versions of which one holds where none is named; see Asks.
	Published []Published `gorm:"-" json:"-"`
	// Was is what boroughs rely on before a change, which decides what may still change;
	// nil of a new quarter.
	Was *Terms `gorm:"-" json:"-"`
	// Today is the day on which it is made or changed.
	Today programme.Date `gorm:"-" json:"-"`
	// Accepted is how many returns of it are in force.
	Accepted int `gorm:"-" json:"-"`
}

// The steps of a quarter beside those of all kinds: what is done in it for one borough.
const (
	GrantExtension       programme.Step = "grant-extension"
	OpenCorrectionWindow programme.Step = "open-correction-window"
	LogContact           programme.Step = "log-contact"
	Publish              programme.Step = "publish"
	TakeSnapshot         programme.Step = "take-snapshot"
)

// Noun implements [programme.Record].
func (*Quarter) Noun() string { return "quarter" }

// KnownAs implements [programme.Known]: people know a quarter by its code.
func (q *Quarter) KnownAs() string { return q.Code }

// Steps implements [programme.Record].
func (*Quarter) Steps() []programme.Step {
	return []programme.Step{programme.Edit, GrantExtension, OpenCorrectionWindow, LogContact, Publish, TakeSnapshot, programme.Delete}
}

// May implements [programme.Record]: quarters are the programme team's, and the
// practice quarter is for ever as it is.
func (q *Quarter) May(actor programme.Actor, step programme.Step) error {
	if err := programme.TeamMay(actor); err != nil {
		return err
	}
	switch {
	case q.Practice:
		return programme.WrongState("The practice quarter is always open, is never changed, and counts nowhere.")
	case step == Publish || step == TakeSnapshot:
		return q.mayShow(step)
	case q.Imported && step != programme.Edit && step != programme.Delete:
		return programme.WrongState("The quarter was imported, and no returns are collected for it.")
	}
	return nil
}

func (q *Quarter) mayShow(step programme.Step) error {
	switch {
	case step == TakeSnapshot && q.PublishedAt == nil:
		return programme.WrongState("It is not published yet; publishing it takes its first snapshot.")
	case step == Publish && q.PublishedAt != nil:
		return programme.WrongState("It is published; a further snapshot shows what was accepted since.")
	case step == Publish && q.Accepted == 0:
		return programme.WrongState("No return of it is accepted, so that there is nothing to show.")
	}
	return nil
}

// MayOn implements [programme.Dated].
func (q *Quarter) MayOn(actor programme.Actor, step programme.Step, today programme.Date) error {
	if err := q.May(actor, step); err != nil || q.Imported {
		return err
	}
	switch {
	case step == programme.Delete && q.opened(today):
		return programme.WrongState("Its window has opened; only a quarter that nobody could answer yet can be deleted.")
	case step == OpenCorrectionWindow && today <= *q.LateUntil:
		return programme.WrongState("Its window closes at the end of " + string(*q.LateUntil) + "; until then an extension gives a borough more time.")
	case step == Publish && today <= *q.LateUntil:
		return programme.WrongState("Its window closes at the end of " + string(*q.LateUntil) + "; until then returns come that belong into it.")
	}
	return nil
}

// opened reports whether its window has opened by the day.
func (q *Quarter) opened(today programme.Date) bool { return q.OpensOn != nil && *q.OpensOn <= today }

// OpenFor reports whether its returns may be read together on the day: once its window has
// opened. What was imported, and practice, are never open.
func (q *Quarter) OpenFor(today programme.Date) bool {
	return !q.Practice && !q.Imported && q.opened(today)
}

// Terms are what boroughs rely on once the window is open.
type Terms struct {
	Framework                 *string
	OpensOn, DueOn, LateUntil *programme.Date
}

// Terms answers those of the quarter.
func (q *Quarter) Terms() *Terms {
	return &Terms{Framework: q.Framework, OpensOn: q.OpensOn, DueOn: q.DueOn, LateUntil: q.LateUntil}
}

// Period answers the time that its figures are about. ok is false for the practice
// quarter, which is of no time.
func (q *Quarter) Period() (p benchmark.Period, ok bool) {
	p, err := benchmark.ParsePeriod(q.Code)
	return p, err == nil && p.Kind == benchmark.Quarter
}

// Name answers what people call the quarter.
func (q *Quarter) Name() string {
	if p, ok := q.Period(); ok {
		return p.Name()
	}
	return "Practice"
}

// Window answers the quarter's own days. ok is false where it has none: returns are
// then always taken, in practice, or never.
func (q *Quarter) Window() (w Window, ok bool) {
	if q.OpensOn == nil || q.DueOn == nil || q.LateUntil == nil {
		return Window{}, false
	}
	return Window{OpensOn: *q.OpensOn, DueOn: *q.DueOn, LateUntil: *q.LateUntil}, true
}

// StandingOn answers how a return stands that comes on the day, where its borough was
// granted nothing.
func (q *Quarter) StandingOn(day programme.Date) Punctuality {
	w, has := q.Window()
	switch {
	case q.Practice:
		return OnTime
	case !has:
		return Closed
	}
	return w.On(day).Punctuality
}

// StandingAt answers how a borough's return stands that comes at the moment, by the
// quarter's window and by what the borough was granted: pass that borough's alone.
//
// Of the extensions that hold then, each moves the due day, and the latest counts. A
// correction window counts once the borough's own window has closed.
func (q *Quarter) StandingAt(at time.Time, zone *time.Location, extensions []Extension, corrections []CorrectionWindow) Standing {
	day := DayAt(at, zone)
	w, has := q.Window()
	if !has {
		return Standing{Punctuality: q.StandingOn(day)}
	}
	s := Extended(w, at, zone, extensions).On(day)
	if s.Punctuality != Closed {
		return s
	}
	for i := range corrections {
		if corrections[i].Holds(at, zone) {
			s.Punctuality = InCorrection
		}
	}
	return s
}

// Extended answers the window of a borough with these extensions, as it is at the
// moment.
func Extended(w Window, at time.Time, zone *time.Location, extensions []Extension) Window {
	own := w
	for i := range extensions {
		if extensions[i].Holds(at, zone) && extensions[i].DueOn > own.DueOn {
			own = w.Extended(extensions[i].DueOn)
		}
	}
	return own
}

// Published is a version of the framework, and since when it never changes.
type Published struct {
	Number      string
	PublishedAt time.Time
}

// Asks says which version of the framework holds on the day: the one that is named or
// else, once the window is open, the newest of those that were published before it
// opened, or the first after where there was none. Practice asks for the newest of all.
// It is nil until then.
func (q *Quarter) Asks(today programme.Date, zone *time.Location) *string {
	if q.Framework != nil || !q.Practice && !q.opened(today) {
		return q.Framework
	}
	var newest, first *Published
	for i := range q.Published {
		p := &q.Published[i]
		switch {
		case !q.Practice && p.PublishedAt.After(StartOf(*q.OpensOn, zone)):
			if first == nil || p.PublishedAt.Before(first.PublishedAt) {
				first = p
			}
		case newest == nil || p.newer(newest):
			newest = p
		}
	}
	if chosen := cmp.Or(newest, first); chosen != nil {
		return &chosen.Number
	}
	return nil
}

// newer reports whether it has the higher number.
func (p *Published) newer(than *Published) bool {
	a, _ := framework.ParseVersion(p.Number) // published ones have been read before
	b, _ := framework.ParseVersion(than.Number)
	return a.Compare(b) > 0
}

// Plan makes the quarter one that everybody may see, on the day.
func (q *Quarter) Plan(today programme.Date) {
	q.Audience, q.Today, q.Was = programme.Everyone(), today, nil
}

// Check implements [programme.Record].
func (q *Quarter) Check() error {
	period, ok := q.Period()
	if !ok {
		return programme.Refuse([]programme.Fault{{Pointer: "/code", Code: programme.FaultPeriod, Detail: "A quarter is one of a financial year, such as 2026-27-Q1."}})
	}
	var faults []programme.Fault
	if q.Imported {
		faults = q.withoutWindow(period)
	} else {
		faults = q.inOrder(period)
	}
	return programme.Refuse(append(faults, q.settled()...))
}

// withoutWindow refuses days of a quarter that was imported, and one that is not over.
func (q *Quarter) withoutWindow(period benchmark.Period) []programme.Fault {
	var faults []programme.Fault
	for _, given := range q.days() {
		if given.day != nil {
			faults = append(faults, programme.Fault{Pointer: given.pointer, Code: programme.FaultNotAllowed, Detail: "No returns are collected for an imported quarter, so it has no such day."})
		}
	}
	if q.Framework == nil {
		faults = append(faults, programme.Fault{Pointer: "/framework", Code: programme.FaultRequired, Detail: "An imported quarter names the version of the framework by which it is read."})
	}
	if q.Was == nil && !period.Ended(q.Today) {
		faults = append(faults, programme.Fault{Pointer: "/code", Code: programme.FaultNotYet, Detail: "The quarter is not over on " + string(q.Today) + "; only past ones are imported."})
	}
	return faults
}

// inOrder wants each of the window's days, after the quarter's end and each after the
// one before.
func (q *Quarter) inOrder(period benchmark.Period) []programme.Fault {
	var faults []programme.Fault
	for _, wanted := range q.days() {
		if wanted.day == nil {
			faults = append(faults, programme.Fault{Pointer: wanted.pointer, Code: programme.FaultRequired, Detail: "A quarter whose returns are collected has this day."})
		}
	}
	order := func(pointer string, ok bool, detail string) {
		if !ok {
			faults = append(faults, programme.Fault{Pointer: pointer, Code: programme.FaultOrder, Detail: detail})
		}
	}
	order("/opensOn", q.OpensOn == nil || *q.OpensOn > period.EndsOn, "Returns are taken once the quarter is over: the window opens after "+string(period.EndsOn)+".")
	order("/dueOn", before(q.OpensOn, q.DueOn, 0), "The due day must not be before the window opens.")
	order("/lateUntil", before(q.DueOn, q.LateUntil, 0), "The last day on which a return is taken must not be before the due day.")
	order("/publishOn", before(q.LateUntil, q.PublishOn, 1), "The quarter is published after the last day on which a return is taken.")
	return faults
}

// settled refuses to change what boroughs already rely on: what is asked and from
// when, once the window is open; a due day to an earlier one; and any of them once it
// is closed.
func (q *Quarter) settled() []programme.Fault {
	if q.Was == nil || q.Was.OpensOn == nil || q.Today < *q.Was.OpensOn {
		return nil
	}
	was, now := q.Was.days(), q.days()
	var faults []programme.Fault
	settled := func(pointer, detail string) {
		faults = append(faults, programme.Fault{Pointer: pointer, Code: programme.FaultSettled, Detail: detail})
	}
	if !programme.Same(q.Was.Framework, q.Framework) {
		settled("/framework", "What is asked is fixed since the window opened.")
	}
	for i := range now {
		switch {
		case programme.Same(was[i].day, now[i].day) || now[i].day == nil:
		case i == 0:
			settled(now[i].pointer, "The window has opened.")
		case *q.Was.LateUntil < q.Today:
			settled(now[i].pointer, "The window has closed. A correction window lets one borough in.")
		case *now[i].day < *was[i].day:
			settled(now[i].pointer, "Boroughs rely on this day since the window opened: it can only be moved to a later one.")
		}
	}
	return faults
}

// dayOf is one of a window's days, and where it stands.
type dayOf struct {
	pointer string
	day     *programme.Date
}

func (q *Quarter) days() [3]dayOf { return q.Terms().days() }

func (t *Terms) days() [3]dayOf {
	return [3]dayOf{{"/opensOn", t.OpensOn}, {"/dueOn", t.DueOn}, {"/lateUntil", t.LateUntil}}
}

// before reports whether the first is so many days or more before the second. What is
// not given is in any order.
func before(first, second *programme.Date, days int) bool {
	return first == nil || second == nil || first.AddDays(days) <= *second
}

// QuarterFilter leaves those quarters of a list that agree with every member that is
// given.
type QuarterFilter struct {
	Practice     *bool
	Imported     *bool
	UpdatedSince *time.Time
}

// OfQuarter leaves what belongs to a quarter and agrees with every member that is given.
type OfQuarter struct {
	Quarter      string
	Borough      *string
	UpdatedSince *time.Time
}
