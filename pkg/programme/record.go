package programme

import (
	"strings"
	"time"
)

// Head is what every record of the programme's year has.
type Head struct {
	ID        string `gorm:"primaryKey"` // UUIDv7
	Version   int64  // grows with every change
	CreatedAt time.Time
	UpdatedAt time.Time
	Audience  Audience `gorm:"serializer:texts"` // who may see it; whoever else asks is told that it is not there

	UsedBy []Fault `gorm:"-" json:"-"` // what keeps it from being deleted, read where that is asked
}

// Of answers the head itself, so that all kinds of records can be handled alike.
func (h *Head) Of() *Head { return h }

// NeedsReason implements [Stepped] for the kinds that need none.
func (*Head) NeedsReason(Step) bool { return false }

// Stepped is a resource of which not everything can be done at any time by whoever
// has the role: its own rule says what.
type Stepped interface {
	// Noun names the kind, as the last part of its list's address does in the singular.
	Noun() string
	// Steps lists what can be done to a resource of the kind, in the order in which
	// callers should read them.
	Steps() []Step
	// May refuses with Forbidden what is not the actor's to do, and with Conflict
	// what the state does not allow. It never says that something that the
	// actor may not see exists: whoever asks has found it by its audience.
	May(actor Actor, step Step) error
	// NeedsReason reports whether the step, as things stand, needs a reason.
	NeedsReason(step Step) bool
}

// Record is one kind of thing of which the programme's year is made. The rules
// are its own; how it is kept and shown is the same for all.
type Record interface {
	Stepped
	Of() *Head
	// Check refuses contents that break the kind's own rules, naming every fault.
	Check() error
}

// Known is a record that people know by a key of its own: its address has that in
// place of its id, and so have the feed and the audit.
type Known interface {
	KnownAs() string
}

// KeyOf answers the last part of the record's address.
func KeyOf(r Record) string {
	if known, is := r.(Known); is {
		return known.KnownAs()
	}
	return r.Of().ID
}

// Dated is what the day too allows or refuses.
type Dated interface {
	// MayOn is May on the day.
	MayOn(actor Actor, step Step, today Date) error
}

// MayNow refuses a step for all that the resource itself, its links, the actor and the
// day refuse it for. It is what a call asks that takes the step, and what is told of
// it before: nothing else decides but what is sent with it.
func MayNow(r Stepped, actor Actor, step Step, today Date) error {
	if worded, is := r.(Worded); is && (step == Acknowledge || step == Redact) {
		return mayWord(worded, actor, step)
	}
	err := r.May(actor, step)
	if dated, is := r.(Dated); is && err == nil {
		err = dated.MayOn(actor, step, today)
	}
	if record, is := r.(Record); is && err == nil && step == Delete {
		err = InUse(r.Noun(), record.Of().UsedBy)
	}
	if sharing, is := r.(Sharing); is && err == nil {
		err = mayShare(sharing, step)
	}
	return err
}

// UsedBy answers the fault that says what refers to a record, such as "Events", and what to do.
func UsedBy(words string) Fault {
	return Fault{Code: FaultInUse, Detail: words + " refer to it. Delete those, or let them refer to something else, first."}
}

// InUse refuses to delete what others refer to, who are named.
func InUse(noun string, by []Fault) error {
	if len(by) == 0 {
		return nil
	}
	return &Error{Kind: Conflict, Code: CodeInUse, Detail: "This cannot be done to the " + strings.ReplaceAll(noun, "-", " ") + " while other data refer to it.", Faults: by}
}

// Discreet is a record of which some changes are told to some alone, although others see
// the record too: for those nothing about it is another.
type Discreet interface {
	// Concerns answers whom the change that is about to be written concerns.
	Concerns() Audience
}

// Confidential is a record of which some see that it is there, but not all of
// its values.
type Confidential interface {
	// Confidants may see all values.
	Confidants() Audience
}

// Step is something that can be done to a record. The contract says which operation
// does it.
type Step string

// The steps that most kinds have. Others stand beside their kind.
const (
	Edit   Step = "edit"
	Delete Step = "delete"
	Cancel Step = "cancel"
	Reopen Step = "reopen"
	Close  Step = "close"
)

// Refusal answers why the actor may not take the step now, or nil.
func Refusal(r Stepped, actor Actor, step Step, today Date) *Error {
	if err := MayNow(r, actor, step, today); err != nil {
		return refusalOf(err)
	}
	return nil
}

// OrEmpty answers the list, never nil: what has no elements is an empty list in the
// database and on the wire.
func OrEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// Same reports whether both are the same value, or both are absent.
func Same[T comparable](a, b *T) bool { return a == b || a != nil && b != nil && *a == *b }

// Link leads to something elsewhere.
type Link struct {
	Title string `json:"title"`
	URL   string `json:"url"`
}

// Spoken answers a noun as people write it in a sentence: peer challenge, self-evaluation.
func Spoken(noun string) string {
	return strings.ReplaceAll(strings.ReplaceAll(noun, "-", " "), "self evaluation", "self-evaluation")
}
