package programme

import "slices"

// Role is what a caller is in the programme. The zero Role may do nothing.
type Role string

// The roles that tokens carry.
const (
	RoleProgramme     Role = "programme"      // the alliance's own team
	RoleBoroughLead   Role = "borough-lead"   // a borough's Director of Children's Services: edits and signs
	RoleBoroughEditor Role = "borough-editor" // a borough's officer: edits
	RoleBoroughSystem Role = "borough-system" // a borough's machine: submits
	RoleReporting     Role = "reporting"      // a reporting tool: reads
)

// Roles lists every role, in the order in which the documentation names them.
var Roles = []Role{RoleProgramme, RoleBoroughLead, RoleBoroughEditor, RoleBoroughSystem, RoleReporting}

// Known reports whether r is one of [Roles].
func (r Role) Known() bool { return slices.Contains(Roles, r) }

// roleWords is how each role is called to those who are not in it.
var roleWords = map[Role]string{
	RoleProgramme: "the programme's team", RoleBoroughLead: "boroughs' leads", RoleBoroughEditor: "boroughs' editors", RoleBoroughSystem: "boroughs' systems", RoleReporting: "reporting tools",
}

// OnlyFor says whom something is for that is for these roles: "This is for the
// programme's team and reporting tools.".
func OnlyFor(roles []Role) string {
	words := make([]string, len(roles))
	for i, role := range roles {
		words[i] = roleWords[role]
	}
	return "This is for " + enumerated(words) + "."
}

// OfBorough reports whether the role is held for one borough, so that a token
// carrying it must name that borough.
func (r Role) OfBorough() bool {
	return r == RoleBoroughLead || r == RoleBoroughEditor || r == RoleBoroughSystem
}

// Actor is who asks. The zero Actor is nobody and sees nothing.
type Actor struct {
	Issuer  string // who vouches for the subject
	Subject string // unique within the issuer; never shown to other callers
	Roles   []Role
	Borough string // GSS code, empty for roles that belong to no borough, and for who acts for several until a call names one

	Client     string   // id of the API client that it is; empty for all others
	Boroughs   []string // for whom a machine acts; empty for all others
	Operations []string // the only ones that it may call; all that its roles may where empty
	OwnFigures bool     // whether a key that reads the common view shows Borough's true figures in it
	ReadOnly   bool     // whether it may read alone, whatever its roles may

	Request string // id of the request in which it asks
	Reason  string // why it changes something, in its own words; empty where it does not say
	// ReasonHeader is the header in which the request says why, and empty where its body does.
	ReasonHeader string
}

// Service is the service itself, which does what a date brings. No token says so.
var Service = Actor{Issuer: "local", Subject: "service", Roles: []Role{"service"}}

// Is reports whether the actor holds any of the given roles.
func (a Actor) Is(roles ...Role) bool {
	return slices.ContainsFunc(roles, func(r Role) bool { return slices.Contains(a.Roles, r) })
}

// Names answers the names under which an audience may include the actor; the
// zero Actor has none.
func (a Actor) Names() []string {
	var names []string
	for _, role := range a.Roles {
		switch {
		case role.OfBorough() && a.Borough == "":
			names = append(append(names, everyBorough), a.Boroughs...)
		case role.OfBorough():
			names = append(names, everyBorough, a.Borough)
		default:
			names = append(names, string(role))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Named answers the boroughs for which the actor speaks; none for who belongs to none.
func (a Actor) Named() []string {
	switch {
	case a.Borough != "" && a.Is(RoleBoroughLead, RoleBoroughEditor, RoleBoroughSystem):
		return []string{a.Borough}
	case a.Is(RoleBoroughSystem):
		return a.Boroughs
	}
	return nil
}

// IsOf reports whether the actor is one of the borough's people.
func (a Actor) IsOf(borough string) bool {
	return a.Is(RoleBoroughLead, RoleBoroughEditor) && a.Borough == borough
}

// WritesFor reports whether the actor belongs to the borough: it is one of its people, or
// a system that acts for it, perhaps among others.
func (a Actor) WritesFor(borough string) bool {
	return a.Is(RoleBoroughLead, RoleBoroughEditor, RoleBoroughSystem) && (a.Borough == borough || a.Borough == "" && slices.Contains(a.Boroughs, borough))
}

// Leads reports whether the actor is the borough's lead.
func (a Actor) Leads(borough string) bool { return a.Is(RoleBoroughLead) && a.Borough == borough }

// Speaks reports whether the actor may write for the borough: it is one of its
// people, or of the programme's team.
func (a Actor) Speaks(borough string) bool {
	return a.Is(RoleProgramme) || a.IsOf(borough)
}

// For answers a machine that acts for several boroughs as it is for the named one of
// them; everybody else as they are.
func (a Actor) For(borough string) Actor {
	if a.Borough == "" && slices.Contains(a.Boroughs, borough) {
		a.Borough = borough
	}
	return a
}

// SomebodyMay refuses nobody's requests: an answer is kept for somebody, and what
// changes was changed by somebody.
func SomebodyMay(actor Actor) error {
	if actor.Subject == "" {
		return NotYours("Only a known caller may do this.")
	}
	return nil
}

// TeamMay refuses everyone but the programme's team.
func TeamMay(actor Actor) error {
	if actor.Is(RoleProgramme) {
		return nil
	}
	return errNotTheTeam
}

var errNotTheTeam = NotYours("Only the programme's team may do this.") // lists ask for every row

// WithReason refuses a step that needs a reason and came without. Where it is to be given stands
// beside the sentence, which is for whoever took the step and sees no header.
func (a Actor) WithReason() error {
	fault := Fault{Pointer: "/reason", Code: FaultReasonRequired, Detail: "Say why this is done."}
	switch {
	case a.Reason != "":
		return nil
	case a.ReasonHeader != "":
		fault.Pointer, fault.Parameter = "", a.ReasonHeader
	}
	return Refuse([]Fault{fault})
}
