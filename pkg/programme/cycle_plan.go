package programme

import (
	"fmt"
	"slices"
	"strings"
)

// CyclePlan says how a cycle is planned as another was.
type CyclePlan struct {
	From, To   Cycle
	ShiftDays  int // by which all days move
	Challenges bool
	Events     bool
}

// daysOfAYear keep the day of the week: 52 weeks.
const daysOfAYear = 364

// PlanOf is the plan by which a cycle follows another: a year later, for each year between
// them, to the same day of the week.
func PlanOf(from, to Cycle) CyclePlan {
	return CyclePlan{From: from, To: to, ShiftDays: daysOfAYear * (to.first() - from.first()), Challenges: true, Events: true}
}

// PlanNote is what could not be copied as it was.
type PlanNote struct {
	Noun, Title string
	Member      *string // that was left open; nil where the whole was left out
	Detail      string
}

// PlannedCycle is what is planned of a cycle.
type PlannedCycle struct {
	Challenges []PeerChallenge
	Events     []Event
	Notes      []PlanNote
}

// Check refuses to plan a cycle as itself, or one that is none.
func (p CyclePlan) Check() error {
	faults := p.To.Check()
	if from := p.From.Check(); len(from) > 0 {
		faults = append(faults, Fault{Pointer: "/from", Code: FaultCycle, Detail: from[0].Detail})
	} else if p.From == p.To {
		faults = append(faults, Fault{Pointer: "/from", Code: FaultContradiction, Detail: "A cycle is planned as another was."})
	}
	return Refuse(faults)
}

// Begun refuses to plan a cycle that has something of its own already.
func (p CyclePlan) Begun() error {
	return Errorf(Conflict, CodeBegun, "The cycle %s has a challenge or a public event already.", p.To)
}

// moved answers the day in the plan's cycle; nil, and why, where it would lie outside.
func (p CyclePlan) moved(day *Date) (to *Date, why string) {
	if day == nil {
		return nil, ""
	}
	d := day.AddDays(p.ShiftDays)
	if d < p.To.Starts() || d > p.To.Ends() {
		return nil, fmt.Sprintf("%s lies outside the cycle.", d)
	}
	return &d, ""
}

func (p CyclePlan) retitled(title string) string {
	return strings.ReplaceAll(title, string(p.From), string(p.To))
}

// Challenge is what is planned as the challenge was: its methods and its priority, if that
// has not ended by then, and its days. ended says of priorities when they do.
func (p CyclePlan) Challenge(was *PeerChallenge, ended map[string]Date) (c PeerChallenge, notes []PlanNote) {
	c = PeerChallenge{
		Head: Head{Audience: Everyone()}, Title: p.retitled(was.Title), SubRegion: was.SubRegion, Cycle: p.To, Methods: slices.Clone(was.Methods),
		PriorityID: was.PriorityID, State: ChallengePlanned, LearningThemes: []string{},
	}
	open := func(member, why string) {
		if why != "" {
			notes = append(notes, PlanNote{Noun: c.Noun(), Title: c.Title, Member: &member, Detail: why})
		}
	}
	var why string
	c.StartsOn, why = p.moved(was.StartsOn)
	open("startsOn", why)
	c.EndsOn, why = p.moved(was.EndsOn)
	open("endsOn", why)
	if id := was.PriorityID; id != nil {
		if last, ends := ended[*id]; ends && last < p.To.Starts() {
			c.PriorityID = nil
			open("priorityId", fmt.Sprintf("The priority ended on %s.", last))
		}
	}
	return c, notes
}

// Event is what is planned as the event was: without a place, and without people. It is left
// out where one of its days would lie outside the cycle.
func (p CyclePlan) Event(was *Event, ended map[string]Date) (e Event, notes []PlanNote, planned bool) {
	first, why := p.moved(&was.StartsOn)
	last, late := p.moved(&was.EndsOn)
	if first == nil || last == nil {
		if why == "" {
			why = late
		}
		return e, []PlanNote{{Noun: was.Noun(), Title: was.Title, Detail: why}}, false
	}
	e = Event{
		Head: Head{Audience: Everyone()}, Kind: was.Kind, Title: p.retitled(was.Title), Description: p.retitled(was.Description), StartsOn: *first, EndsOn: *last,
		StartTime: was.StartTime, EndTime: was.EndTime, Capacity: was.Capacity, SubRegion: was.SubRegion, Boroughs: OrEmpty(slices.Clone(was.Boroughs)),
		Sessions: []EventSession{}, Invited: []Attendance{}, Attended: []Attendance{}, Opportunities: []string{}, State: EventPlanned,
	}
	for _, s := range was.Sessions {
		if s.Day != nil {
			s.Day = new(s.Day.AddDays(p.ShiftDays))
		}
		if s.PriorityID != nil {
			if day, ends := ended[*s.PriorityID]; ends && day < p.To.Starts() {
				s.PriorityID = nil
				member := "sessions"
				notes = append(notes, PlanNote{Noun: e.Noun(), Title: e.Title, Member: &member, Detail: fmt.Sprintf("The priority of %q ended on %s.", s.Title, day)})
			}
		}
		e.Sessions = append(e.Sessions, s)
	}
	for _, a := range was.Invited {
		e.Invited = append(e.Invited, Attendance{OrganisationType: a.OrganisationType, Organisations: OrEmpty(slices.Clone(a.Organisations))})
	}
	return e, notes, true
}

// OpenOfBorough is how much of a borough's is open of a cycle.
type OpenOfBorough struct {
	Borough   string
	SubRegion string // to which it belongs on the cycle's last day; empty where to none

	Findings, Actions, Overdue, Asks int
}
