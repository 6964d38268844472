package programme

import "time"

// Head is what every record of the programme's year has.
type Head struct {
	ID        string `gorm:"primaryKey"` // UUIDv7
	Version   int64  // grows with every change
	CreatedAt time.Time
	UpdatedAt time.Time
	Audience  Audience `gorm:"serializer:texts"` // who may see it; whoever else asks is told that it is not there
}

// Of answers the head itself, so that all kinds of records can be handled alike.
func (h *Head) Of() *Head { return h }

// Record is one kind of thing of which the programme's year is made. The rules
// are its own; how it is kept and shown is the same for all.
type Record interface {
	Of() *Head
	// Noun names the kind, as the last part of its list's address does in the singular.
	Noun() string
	// Steps lists what can be done to a record of the kind, in the order in which
	// callers should read them.
	Steps() []Step
	// May refuses with Forbidden what is not the actor's to do, and with Conflict
	// what the record's state does not allow. It never says that a record that the
	// actor may not see exists: whoever asks has found it by its audience.
	May(actor Actor, step Step) error
	// Check refuses contents that break the kind's own rules, naming every fault.
	Check() error
}

// Confidential is a record of which some see that it is there, but not all of
// its values.
type Confidential interface {
	// Confidants may see all values.
	Confidants() Audience
}

// Step is something that can be done to a record. Where it is a change of
// state, it is also the last part of the address that does it.
type Step string

// The steps that most kinds have. Others stand beside their kind.
const (
	Edit   Step = "edit"
	Delete Step = "delete"
	Cancel Step = "cancel"
	Reopen Step = "reopen"
	Close  Step = "close"
)

// PossibleStep says whether an actor may do a step now, and if not, why.
type PossibleStep struct {
	Step    Step
	Refusal *Error // nil where it is allowed
}

// StepsFor answers every step of the record with what its own rule says about it.
func StepsFor(r Record, actor Actor) []PossibleStep {
	steps := r.Steps()
	possible := make([]PossibleStep, len(steps))
	for i, step := range steps {
		possible[i].Step = step
		if err := r.May(actor, step); err != nil {
			possible[i].Refusal = refusalOf(err)
		}
	}
	return possible
}

// OrEmpty answers the list, never nil: what has no elements is an empty list in the
// database and on the wire.
func OrEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// Link leads to something elsewhere.
type Link struct {
	Title string `json:"title"`
	URL   string `json:"url"`
}
