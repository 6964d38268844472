package programme

import (
	"fmt"
	"slices"
	"strconv"
)

// PreparationTemplate is what the programme asks for before a challenge, a review or an event.
type PreparationTemplate struct {
	Name   string            `json:"name"`
	For    PreparedKind      `json:"for"`
	Lines  []PreparationLine `json:"lines"`
	Source *string           `json:"source"` // whose it is
}

// PreparedKind is a kind of what is prepared.
type PreparedKind string

// The kinds.
const (
	ForChallenge PreparedKind = "challenge"
	ForReview    PreparedKind = "review"
	ForEvent     PreparedKind = "event"
)

// PreparationLine is one thing that a template asks for.
type PreparationLine struct {
	Task       string    `json:"task"`
	DaysBefore int       `json:"daysBefore"` // the first day of what is prepared
	Who        Preparing `json:"who"`
	Role       *string   `json:"role"` // who of them, in words; nil where that is theirs to say
}

// Preparing is by whom something is done.
type Preparing string

// By whom. Of a review each member is each borough of its team; of all else, each that takes part.
const (
	PreparedByHost      Preparing = "host"
	PreparedByMembers   Preparing = "each_member"
	PreparedByTeam      Preparing = "team" // the borough of whoever leads it
	PreparedByProgramme Preparing = "programme"
)

// templateFaults refuses templates of one name, and lines for whom their kind does not have.
func templateFaults(templates []PreparationTemplate) []Fault {
	names := make([]string, len(templates))
	var faults []Fault
	for i, t := range templates {
		names[i] = t.Name
		for j, line := range t.Lines {
			if t.For != ForReview && (line.Who == PreparedByHost || line.Who == PreparedByTeam) {
				faults = append(faults, Fault{
					Pointer: fmt.Sprintf("/preparationTemplates/%d/lines/%d/who", i, j), Code: FaultOtherKind,
					Detail: "Only a review has a host and a team; this is done by each member or by the programme.",
				})
			}
		}
	}
	return append(repeated("/preparationTemplates", names), faults...)
}

// Preparation is what of a challenge, a review or an event its preparation follows.
type Preparation struct {
	Kind    PreparedKind
	Day     *Date // the first; nil while it is open
	Over    bool  // whether it has begun, or is cancelled: nothing is prepared any more
	Host    *string
	Led     bool     // whether somebody leads its team
	Lead    *string  // whose borough that is; nil where another organisation sends them
	Members []string // boroughs
	Readers Audience // nil where it stays who it was
}

// Preparation answers what of the review its preparation follows.
func (r *PeerReview) Preparation() Preparation {
	p := Preparation{Kind: ForReview, Host: &r.Host, Members: r.Visitors(), Readers: r.Confidants(), Over: r.afterPreparation() || r.State == ReviewCancelled}
	if len(r.FieldworkDays) > 0 {
		p.Day = new(slices.Min(r.FieldworkDays))
	}
	if at := slices.IndexFunc(r.Team, func(m TeamMember) bool { return m.Lead }); at >= 0 {
		p.Led, p.Lead = true, r.Team[at].Borough
	}
	return p
}

// Preparation answers what of the challenge its preparation follows.
func (c *PeerChallenge) Preparation() Preparation {
	return Preparation{Kind: ForChallenge, Day: c.StartsOn, Over: !c.TakesGroups()}
}

// Preparation answers what of the event its preparation follows.
func (e *Event) Preparation() Preparation {
	return Preparation{Kind: ForEvent, Day: &e.StartsOn, Over: e.State != EventPlanned}
}

// Tasks answers what the template asks for of what is prepared: a task for each of its lines, or
// for each member of it. The error is Invalid where it is one for another kind, or for a team
// that nobody leads yet.
func (t PreparationTemplate) Tasks(p Preparation) ([]PreparationTask, error) {
	if t.For != p.Kind {
		return nil, Refuse([]Fault{{Pointer: "/template", Code: FaultOtherKind, Detail: "This template is for another kind: for " + string(t.For) + "s."}})
	}
	var tasks []PreparationTask
	readers := p.Readers
	if readers == nil {
		readers = Parties(p.Members...)
	}
	for _, line := range t.Lines {
		task := PreparationTask{Template: t.Name, Task: line.Task, Who: line.Who, Role: line.Role, DaysBefore: line.DaysBefore, State: PreparationOpen}
		task.Audience = readers
		boroughs := []*string{nil}
		switch line.Who {
		case PreparedByHost:
			boroughs = []*string{p.Host}
		case PreparedByMembers:
			boroughs = make([]*string, len(p.Members))
			for i := range p.Members {
				boroughs[i] = &p.Members[i]
			}
		case PreparedByTeam:
			if !p.Led {
				return nil, Refuse([]Fault{{Pointer: "/template", Code: FaultNoLead, Detail: "It asks something of the team, which nobody leads yet."}})
			}
		}
		for _, borough := range boroughs {
			task.Borough = borough
			task.Follow(p)
			tasks = append(tasks, task)
		}
	}
	return tasks, nil
}

// PreparationTask is something that is to be done before the first day of a challenge, a review
// or an event.
type PreparationTask struct {
	Head
	Template   string
	Task       string
	Who        Preparing
	Role       *string
	Borough    *string `gorm:"column:borough_code"` // whose it is; nil where it is the programme's team's
	DaysBefore int
	DueOn      *Date // follows the day of what is prepared; nil while that is open
	State      PreparationState
	SettledOn  *Date // when it was done or waived
	Over       bool  // whether what it prepares has begun, or is cancelled

	PeerChallengeID *string
	PeerReviewID    *string
	EventID         *string
}

// PreparationState is where a task of a preparation stands.
type PreparationState string

// The states.
const (
	PreparationOpen   PreparationState = "open"
	PreparationDone   PreparationState = "done"
	PreparationWaived PreparationState = "waived"
)

// The steps of a preparation.
const (
	TakeTemplate Step = "take-template" // of what is prepared
	SettleTask   Step = "done"
	WaiveTask    Step = "waive"
)

// Noun implements [Record].
func (*PreparationTask) Noun() string { return "preparation-task" }

// Steps implements [Record].
func (*PreparationTask) Steps() []Step { return []Step{SettleTask, WaiveTask, Reopen} }

// May implements [Record]: whose it is and the programme's team say what became of it, until
// what it prepares begins.
func (t *PreparationTask) May(actor Actor, step Step) error {
	switch {
	case !actor.Is(RoleProgramme) && (t.Borough == nil || !actor.IsOf(*t.Borough)):
		return NotYours("Only the people whose task it is and the programme's team may do this.")
	case t.Over:
		return WrongState("What it prepares has begun, was held or is cancelled.")
	case step == Reopen && t.State == PreparationOpen:
		return WrongState("The task is open.")
	case step != Reopen && t.State != PreparationOpen:
		return WrongState("The task is " + string(t.State) + " already; reopen it first.")
	}
	return nil
}

// NeedsReason implements [Stepped].
func (*PreparationTask) NeedsReason(step Step) bool { return step == WaiveTask || step == Reopen }

// Move takes the step on the day, once [MayNow] allows it. It refuses to waive or to reopen
// without a reason.
func (t *PreparationTask) Move(actor Actor, step Step, today Date) error {
	t.State, t.SettledOn = PreparationDone, &today
	switch step {
	case WaiveTask:
		t.State = PreparationWaived
	case Reopen:
		t.State, t.SettledOn = PreparationOpen, nil
	}
	if t.NeedsReason(step) {
		return actor.WithReason()
	}
	return nil
}

// Check implements [Record].
func (*PreparationTask) Check() error { return nil }

// Overdue reports whether the task is open after its day, and what it prepares has not begun.
func (t *PreparationTask) Overdue(today Date) bool {
	return t.State == PreparationOpen && !t.Over && t.DueOn != nil && *t.DueOn < today
}

// Follow gives the task the day, the readers and the people that what it prepares gives it now.
func (t *PreparationTask) Follow(p Preparation) {
	if t.Over, t.DueOn = p.Over, nil; p.Day != nil {
		t.DueOn = new(p.Day.AddDays(-t.DaysBefore))
	}
	if p.Readers != nil {
		t.Audience = p.Readers
	}
	if t.Who == PreparedByTeam && !p.Over {
		t.Borough = p.Lead
	}
}

// mostOpen is how many open tasks a refusal names.
const mostOpen = 100

// OpenPreparation names the tasks that are open, with their addresses.
func OpenPreparation(tasks []PreparationTask) []Fault {
	var faults []Fault
	for i := range min(len(tasks), mostOpen) {
		faults = append(faults, Fault{Code: FaultOpenItems, Detail: fmt.Sprintf("%q is open: /v1/preparation-tasks/%s.", tasks[i].Task, tasks[i].ID)})
	}
	return faults
}

// preparationOpen refuses what ends a preparation while something of it is open.
func preparationOpen(open []Fault) error {
	if len(open) == 0 {
		return nil
	}
	n := strconv.Itoa(len(open))
	if len(open) == mostOpen {
		n = "At least " + n
	}
	return &Error{
		Kind: Conflict, Code: CodePreparationOpen, Faults: open,
		Detail: n + " of the tasks that prepare it are open, as errors lists. Each is done first, or waived with a reason.",
	}
}

// PreparationTaskFilter leaves those tasks of a list that agree with every member that is given.
type PreparationTaskFilter struct {
	PeerChallengeID *string
	PeerReviewID    *string
	EventID         *string
	Borough         *string
	States          []PreparationState // any of them; all where it is empty
}
