package programme

import "slices"

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

// Or answers who belongs to either audience.
func (a Audience) Or(b Audience) Audience {
	either := slices.Concat(a, b)
	slices.Sort(either)
	return slices.Compact(either)
}

// With answers the audience with the borough, which sees what is about it.
func (a Audience) With(borough string) Audience {
	if a.has(borough) {
		return a
	}
	b := append(slices.Clone(a), borough)
	slices.Sort(b)
	return b
}

// has reports whether all who go by the name belong to the audience.
func (a Audience) has(name string) bool {
	single := name != theTeam && name != theReporting && name != everyBorough
	return slices.Contains(a, name) || single && slices.Contains(a, everyBorough)
}
