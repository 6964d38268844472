package programme

import (
	"slices"
	"time"
)

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

// Audience names who may see a record: the programme's team, the boroughs all
// together or one by one, and reporting tools.
type Audience []string

// The members of an audience that are not a single borough, which is named by
// its GSS code.
const (
	theTeam      = string(RoleProgramme)
	everyBorough = "boroughs"
	theReporting = string(RoleReporting)
)

// Everyone is the audience of what the whole programme may see, reporting tools too.
func Everyone() Audience { return Audience{theTeam, everyBorough, theReporting} }

// TeamOnly is the audience of what only the programme's team may see.
func TeamOnly() Audience { return Audience{theTeam} }

// EveryBorough is the audience of what the team and all boroughs may see.
func EveryBorough() Audience { return Audience{theTeam, everyBorough} }

// Parties is the audience of what these boroughs and the programme's team share.
func Parties(boroughs ...string) Audience {
	a := slices.Concat(TeamOnly(), boroughs)
	slices.Sort(a)
	return slices.Compact(a)
}

// Includes reports whether the actor belongs to the audience.
func (a Audience) Includes(actor Actor) bool {
	return slices.ContainsFunc(actor.Names(), func(name string) bool { return slices.Contains(a, name) })
}

// Names answers the names under which an audience may include the actor; the
// zero Actor has none.
func (a Actor) Names() []string {
	var names []string
	for _, role := range a.Roles {
		if role.OfBorough() {
			names = append(names, everyBorough, a.Borough)
		} else {
			names = append(names, string(role))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Speaks reports whether the actor may write for the borough: it is one of its
// people, or of the programme's team.
func (a Actor) Speaks(borough string) bool {
	return a.Is(RoleProgramme) || a.Is(RoleBoroughLead, RoleBoroughEditor) && a.Borough == borough
}

// NotYours refuses a step that others may do.
func NotYours(detail string) error { return Errorf(Forbidden, CodeNotYours, "%s", detail) }

// TeamMay refuses everyone but the programme's team.
func TeamMay(actor Actor) error {
	if actor.Is(RoleProgramme) {
		return nil
	}
	return errNotTheTeam
}

var errNotTheTeam = NotYours("Only the programme's team may do this.") // lists ask for every row

// WrongState refuses a step that the record's state does not allow.
func WrongState(detail string) error { return Errorf(Conflict, CodeWrongState, "%s", detail) }

// Unknown is the fault of a member that names what is not there.
func Unknown(pointer, detail string) Fault {
	return Fault{Pointer: pointer, Code: FaultUnknownValue, Detail: detail}
}

// WithReason refuses a step that needs X-Audit-Reason and came without.
func (a Actor) WithReason() error {
	if a.Reason != "" {
		return nil
	}
	return Refuse([]Fault{{Parameter: "X-Audit-Reason", Code: FaultReasonRequired, Detail: "Say in X-Audit-Reason why this is done."}})
}

// Link leads to something elsewhere.
type Link struct {
	Title string `json:"title"`
	URL   string `json:"url"`
}

// And answers who belongs to both audiences.
func (a Audience) And(b Audience) Audience {
	both := Audience{}
	for _, name := range slices.Concat(a, b) {
		if a.has(name) && b.has(name) && !slices.Contains(both, name) {
			both = append(both, name)
		}
	}
	return both
}

// has reports whether all who go by the name belong to the audience.
func (a Audience) has(name string) bool {
	single := name != theTeam && name != theReporting && name != everyBorough
	return slices.Contains(a, name) || single && slices.Contains(a, everyBorough)
}
