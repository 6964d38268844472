package programme

import "time"

// Action is what a borough will do about a finding.
type Action struct {
	Head
	FindingID   string
	Borough     string `gorm:"column:borough_code"`
	Text        string
	Owner       string // a person's role, or the name of an outside body
	OwnerKind   OwnerKind
	DueOn       *Date
	NoDueReason *string // why it has no date, where it has none
	State       ActionState
	Progress    []ProgressUpdate `gorm:"serializer:json"` // oldest first; only ever added to
	ProgressAt  time.Time        // of the last update, or of the creation

	// Copied from the finding, for counting.
	FindingKind FindingKind
	PriorityID  *string
	SubRegion   *string `gorm:"column:sub_region_slug"`

	Forum Forum `gorm:"-"` // of the finding, read with it
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
