package programme

import (
	"slices"
	"strconv"
	"time"
)

// Action is what a borough will do about a finding.
type Action struct {
	Head
	Wording
	FindingID   string
	Borough     string `gorm:"column:borough_code"`
	Text        string `audit:"withheld"`
	Owner       string // a person's role, or the name of an outside body
	OwnerKind   OwnerKind
	DueOn       *Date
	NoDueReason *string `audit:"withheld"` // why it has no date, where it has none
	State       ActionState
	Progress    []ProgressUpdate `audit:"withheld" gorm:"serializer:json"` // oldest first; only ever added to
	ProgressAt  time.Time        // of the last update, or of the creation

	// Copied for counting: of the finding, and of the borough on the day of the creation.
	FindingKind FindingKind
	PriorityID  *string
	SubRegion   *string `gorm:"column:sub_region_slug"`
}

// OwnerKind says what kind of owner an action has.
type OwnerKind string

// The kinds of owners.
const (
	OwnerRole OwnerKind = "role"
	OwnerBody OwnerKind = "outside_body"
)

// ActionState is where an action stands. Whether it is overdue or stalled is
// computed.
type ActionState string

// The states of an action.
const (
	ActionOpen      ActionState = "open"
	ActionDone      ActionState = "done"
	ActionWithdrawn ActionState = "withdrawn"
)

// ProgressUpdate is what was reported of an action.
type ProgressUpdate struct {
	At    time.Time   `json:"at"`
	Text  string      `json:"text"`
	State ActionState `json:"state"` // in which the update left the action
}

// AddProgress is the step of an action beside those of all kinds.
const AddProgress Step = "progress"

// maxProgress is how many updates an action takes, as the contract says.
const maxProgress = 1000

// Noun implements [Record].
func (*Action) Noun() string { return "action" }

// Steps implements [Record].
func (*Action) Steps() []Step { return []Step{Edit, AddProgress, Acknowledge, Redact, Delete} }

// May implements [Record]: an action is its borough's alone.
func (a *Action) May(actor Actor, step Step) error {
	if !actor.IsOf(a.Borough) {
		return NotYours("Only the borough whose action it is may do this.")
	}
	switch {
	case step == Edit && a.State != ActionOpen:
		return WrongState("An action that is done or withdrawn is not changed any more; open it again first.")
	case step == AddProgress && len(a.Progress) >= maxProgress:
		return WrongState("The action has as many updates as it can take.")
	case step == Delete && len(a.Progress) > 0:
		return WrongState("Progress was reported of the action, so that it stays; withdraw it instead.")
	}
	return nil
}

// NeedsReason implements [Stepped].
func (a *Action) NeedsReason(step Step) bool { return a.Wording.NeedsReason(step) }

// Texts implements [Worded]: an action is its borough's alone.
func (a *Action) Texts() []Text {
	own := Text{Boroughs: a.Writers(), Awaited: true}
	texts := append(own.At("/text", &a.Text), own.At("/noDueReason", a.NoDueReason)...)
	for i := range a.Progress {
		texts = append(texts, own.At("/progress/"+strconv.Itoa(i)+"/text", &a.Progress[i].Text)...)
	}
	return texts
}

// Writers implements [Worded].
func (a *Action) Writers() []string { return []string{a.Borough} }

// Check implements [Record].
func (a *Action) Check() error {
	if (a.DueOn == nil) == (a.NoDueReason == nil) || a.NoDueReason != nil && blank(a.NoDueReason) {
		return Refuse([]Fault{{Pointer: "/dueOn", Code: FaultOneOf, Detail: "An action has either a due date or a reason why there is none."}})
	}
	return nil
}

// Report adds an update, and moves the action to the state if one is given. It
// refuses to move a closed action without a reason. What was reported before is
// left alone, whoever else holds it.
func (a *Action) Report(actor Actor, text string, state *ActionState, at time.Time) error {
	next := a.State
	if state != nil {
		next = *state
	}
	if a.State != ActionOpen && next != a.State {
		if err := actor.WithReason(); err != nil {
			return err
		}
	}
	a.Progress = append(slices.Clip(a.Progress), ProgressUpdate{At: at, Text: text, State: next})
	a.State, a.ProgressAt = next, at
	return nil
}

// Reckoning is the day for which it is asked what is overdue and what has stalled.
// Both are questions of days and not of hours, so that answers hold until midnight.
type Reckoning struct {
	Today     Date      // in the programme's zone
	NewsSince time.Time // an open action without news since then has stalled
}

// ReckonOn answers the reckoning for a day: an action has stalled when
// its last news is more than StalledDays days old, counted from midnight to midnight.
func (s Settings) ReckonOn(today Date) Reckoning {
	oldest := today.AddDays(-s.StalledDays).Time()
	return Reckoning{Today: today, NewsSince: time.Date(oldest.Year(), oldest.Month(), oldest.Day(), 0, 0, 0, 0, s.Zone)}
}

// Overdue reports whether the action is open after the day on which it was due.
func (a *Action) Overdue(r Reckoning) bool {
	return a.State == ActionOpen && a.DueOn != nil && *a.DueOn < r.Today
}

// Stalled reports whether the action is open and nothing was heard of it for long.
func (a *Action) Stalled(r Reckoning) bool {
	return a.State == ActionOpen && a.ProgressAt.Before(r.NewsSince)
}

// ActionFilter leaves those actions of a list that agree with every member that
// is given.
type ActionFilter struct {
	FindingID *string
	// What the finding is of.
	PeerChallengeID, PeerChallengeGroupID, PeerReviewID *string

	Borough      *string
	Cycle        *Cycle // of the challenge or review
	SubRegion    *string
	PriorityID   *string
	States       []ActionState // any of them; all where it is empty
	Overdue      *bool
	Stalled      *bool
	Reckoning    Reckoning // by which the two are meant
	UpdatedSince *time.Time
}

// ActionGrouping is by what actions are counted.
type ActionGrouping string

// The groupings.
const (
	ByBorough   ActionGrouping = "borough"
	BySubRegion ActionGrouping = "sub_region"
	ByPriority  ActionGrouping = "priority"
	ByKind      ActionGrouping = "kind"
)

// ActionCount is how many actions there are of one borough, sub-region, priority
// or kind of finding. Of the four only that one is given; it is nil too for those
// actions that have none.
type ActionCount struct {
	Borough    *string
	SubRegion  *string
	PriorityID *string
	Kind       *FindingKind
	Open       int
	Done       int
	Withdrawn  int
	Overdue    int // open after their due date
	Stalled    int // open without news
	Total      int
}
