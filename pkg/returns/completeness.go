package returns

import (
	"slices"
	"time"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// State is where a return stands: that of its newest version, or draft where there is
// none.
type State string

// The states.
const (
	NotBegun  State = "not_begun" // there is no return, or none that the caller may know of
	Drafted   State = "draft"
	Submitted State = "submitted"
	Queried   State = "queried"
	Accepted  State = "accepted"
)

// Received is what completeness must know of one borough's return.
type Received struct {
	Quarter     string `gorm:"column:quarter_code"`
	Borough     string `gorm:"column:borough_code"`
	State       State
	ReceivedAt  *time.Time // of the first version that was not withdrawn; nil while there is none
	Resubmitted int        // how many versions came after it
}

// Sender is a borough whose return is expected, and where it belonged on the
// quarter's last day.
type Sender struct{ Borough, SubRegion string }

// SendersOf answers the boroughs that were there on the quarter's last day, each with the
// sub-region to which it belonged then.
func SendersOf(snapshot *benchmark.Snapshot, q *Quarter) []Sender {
	period, is := q.Period()
	if !is {
		return nil
	}
	var senders []Sender
	for i := range snapshot.Boroughs {
		code := snapshot.Boroughs[i].Code
		if a := snapshot.Authority(code); a == nil || a.Holds(period.EndsOn) {
			senders = append(senders, Sender{Borough: code, SubRegion: programme.SubRegionOn(snapshot.Memberships, code, period.EndsOn)})
		}
	}
	return senders
}

// Collected is what there is of a quarter's collection at a moment.
type Collected struct {
	Quarter     Quarter
	At          time.Time
	Zone        *time.Location
	Senders     []Sender
	Received    []Received
	Extensions  []Extension
	Corrections []CorrectionWindow
	Contacts    []Contact
}

// In answers what there is of the quarter, of what there is of several, with the boroughs
// that were to send a return in it.
func (c *Collected) In(q Quarter, senders []Sender) Collected {
	return Collected{
		Quarter: q, At: c.At, Zone: c.Zone, Senders: senders,
		Received:    of(c.Received, q.Code, func(r *Received) string { return r.Quarter }),
		Extensions:  of(c.Extensions, q.Code, func(e *Extension) string { return e.Quarter }),
		Corrections: of(c.Corrections, q.Code, func(w *CorrectionWindow) string { return w.Quarter }),
		Contacts:    of(c.Contacts, q.Code, func(t *Contact) string { return t.Quarter }),
	}
}

// Level is of what completeness tells.
type Level string

// The levels, the widest first.
const (
	OfRegion    Level = "region"
	OfSubRegion Level = "sub_region"
	OfBorough   Level = "borough"
)

// Completeness says how complete a quarter is in one place: who was expected, and whose
// return came when. A count of those who have sent something is the sum of the three
// after it.
type Completeness struct {
	Quarter      string
	Illustrative bool // the quarter's figures are made up
	Level        Level
	Place        string // the borough's code, the sub-region's slug, or empty for the region
	SubRegion    string // of a borough; empty where it belongs to none, and for others

	Expected, Received, OnTime, Late, InCorrection int
	Missing                                        int // expected and not received
	Overdue                                        int // of these, those whose due day is over

	// Of a borough alone.
	State         *State
	DueOn         *programme.Date // the quarter's
	ExtendedUntil *programme.Date // its own, where that is later
	LateUntil     *programme.Date // its own
	DaysLate      *int            // until it came or, where it has not, until today

	// For the borough itself and the programme's team; of others than boroughs for the
	// team.
	Resubmitted *int
	ReceivedAt  *time.Time
	Reason      *string // of the extension

	// For the programme's team.
	ContactedOn   *programme.Date // the last time
	PromisedUntil *programme.Date // what was promised last
}

// Completeness answers the whole region, each sub-region and each borough, in this
// order. Practice counts nowhere, and has none; nor has an imported quarter, in which
// nobody was expected here.
func (c *Collected) Completeness() []Completeness {
	if c.Quarter.Practice || c.Quarter.Imported {
		return []Completeness{}
	}
	region := c.place(OfRegion, "")
	var subRegions, boroughs []Completeness
	at := map[string]int{}
	for _, e := range c.Senders {
		own := c.of(e)
		boroughs = append(boroughs, own)
		count(&region, own)
		if e.SubRegion == "" {
			continue
		}
		i, has := at[e.SubRegion]
		if !has {
			i, at[e.SubRegion] = len(subRegions), len(subRegions)
			subRegions = append(subRegions, c.place(OfSubRegion, e.SubRegion))
		}
		count(&subRegions[i], own)
	}
	return append(append([]Completeness{region}, subRegions...), boroughs...)
}

func (c *Collected) place(level Level, place string) Completeness {
	return Completeness{Quarter: c.Quarter.Code, Illustrative: c.Quarter.Illustrative, Level: level, Place: place, Resubmitted: new(int)}
}

// count adds a borough to the place.
func count(t *Completeness, own Completeness) {
	t.Expected += own.Expected
	t.Received += own.Received
	t.OnTime += own.OnTime
	t.Late += own.Late
	t.InCorrection += own.InCorrection
	t.Missing += own.Missing
	t.Overdue += own.Overdue
	*t.Resubmitted += *own.Resubmitted
}

// of answers one borough's.
func (c *Collected) of(e Sender) Completeness {
	own := c.place(OfBorough, e.Borough)
	own.SubRegion, own.Expected = e.SubRegion, 1
	state := NotBegun
	for _, r := range c.Received {
		if r.Borough == e.Borough {
			state, own.ReceivedAt = r.State, r.ReceivedAt
			*own.Resubmitted = r.Resubmitted
		}
	}
	own.State = &state
	c.judge(&own)
	for i := range c.Contacts { // in the order in which they were written down
		contact := &c.Contacts[i]
		if contact.Borough != e.Borough {
			continue
		}
		if own.ContactedOn == nil || contact.ContactedOn >= *own.ContactedOn {
			own.ContactedOn = &contact.ContactedOn
		}
		if contact.PromisedUntil != nil {
			own.PromisedUntil = contact.PromisedUntil
		}
	}
	return own
}

// judge says whether the borough's return came, and how it stands by the window that
// it had then or, where it has not come, has now.
func (c *Collected) judge(own *Completeness) {
	extensions := of(c.Extensions, own.Place, func(e *Extension) string { return e.Borough })
	corrections := of(c.Corrections, own.Place, func(w *CorrectionWindow) string { return w.Borough })
	moment := c.At
	if own.ReceivedAt != nil {
		moment = *own.ReceivedAt
		own.Received = 1
	} else {
		own.Missing = 1
	}
	w, has := c.Quarter.Window()
	if !has {
		return
	}
	s := c.Quarter.StandingAt(moment, c.Zone, extensions, corrections)
	own.DueOn, own.LateUntil, own.DaysLate = &w.DueOn, &s.Window.LateUntil, &s.DaysLate
	if s.Window.DueOn > w.DueOn {
		own.ExtendedUntil = &s.Window.DueOn
		for i := range extensions {
			if extensions[i].Holds(moment, c.Zone) && extensions[i].DueOn == s.Window.DueOn {
				own.Reason = &extensions[i].Reason
			}
		}
	}
	switch late := max(0, daysBetween(s.Window.DueOn, DayAt(c.At, c.Zone))); {
	case own.ReceivedAt == nil:
		own.DaysLate = &late
		if late > 0 {
			own.Overdue = 1
		}
	case s.Punctuality == Late:
		own.Late = 1
	case s.Punctuality == InCorrection:
		own.InCorrection = 1
	case s.Punctuality == OnTime:
		own.OnTime = 1
	}
}

// of answers those of which it says the key, a borough's or a quarter's.
func of[T any](all []T, key string, says func(*T) string) []T {
	var own []T
	for i := range all {
		if says(&all[i]) == key {
			own = append(own, all[i])
		}
	}
	return own
}

// Outstanding leaves the boroughs whose return has not come.
func Outstanding(rows []Completeness) []Completeness {
	left := []Completeness{}
	for _, r := range rows {
		if r.Level == OfBorough && r.Missing > 0 {
			left = append(left, r)
		}
	}
	return left
}

// TimelinessFilter leaves those rows of a history that agree with every member that is
// given.
type TimelinessFilter struct {
	Level   *Level
	Borough *string
}

// Of leaves the rows that the filter does.
func (f TimelinessFilter) Of(rows []Completeness) []Completeness {
	return slices.DeleteFunc(rows, func(r Completeness) bool {
		return f.Level != nil && r.Level != *f.Level || f.Borough != nil && (r.Level != OfBorough || r.Place != *f.Borough)
	})
}

// SeenBy answers what the actor may know of it. Everybody sees the state, the days and
// how late it is. But for the borough itself and the programme's team a query shows as
// submitted, as does what was sent in again; a draft shows as not begun, but for reporting.
func (t Completeness) SeenBy(actor programme.Actor) Completeness {
	if actor.Is(programme.RoleProgramme) {
		return t
	}
	t.ContactedOn, t.PromisedUntil = nil, nil
	if t.Level == OfBorough && programme.Parties(t.Place).Includes(actor) {
		return t
	}
	t.Resubmitted, t.ReceivedAt, t.Reason = nil, nil, nil
	if t.State == nil {
		return t
	}
	state := *t.State
	switch {
	case state == Queried:
		state = Submitted
	case state == Drafted && !actor.Is(programme.RoleReporting):
		state = NotBegun
	}
	t.State = &state
	return t
}
