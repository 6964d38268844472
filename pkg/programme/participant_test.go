package programme_test

import (
	"errors"
	"slices"
	"testing"

	"peerchallenge/pkg/programme"
)

// Actors of the tests of rules.
var (
	theTeam     = programme.Actor{Subject: "team", Roles: []programme.Role{programme.RoleProgramme}}
	lambethLead = speaker(programme.RoleBoroughLead, "E09000022")
	croydonLead = speaker(programme.RoleBoroughLead, "E09000008")
)

func speaker(role programme.Role, borough string) programme.Actor {
	return programme.Actor{Subject: "x", Roles: []programme.Role{role}, Borough: borough}
}

// codesOf answers the faults of an error as "place code".
func codesOf(err error) []string {
	var codes []string
	if e, ok := errors.AsType[*programme.Error](err); ok {
		for _, f := range e.Faults {
			codes = append(codes, f.Pointer+f.Parameter+" "+string(f.Code))
		}
	}
	return codes
}

func TestParticipantBelongsToOne(t *testing.T) {
	t.Parallel()
	borough, body := "E09000022", "NHS"
	for _, c := range []struct {
		borough, organisation *string
		fine                  bool
	}{{&borough, nil, true}, {nil, &body, true}, {nil, nil, false}, {&borough, &body, false}} {
		err := (&programme.Participant{Borough: c.borough, Organisation: c.organisation}).Check()
		if c.fine && err != nil || !c.fine && !slices.Equal(codesOf(err), []string{"/borough one_of"}) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestWhoKeepsParticipants(t *testing.T) {
	t.Parallel()
	borough, body := "E09000022", "NHS"
	own, other := &programme.Participant{Borough: &borough}, &programme.Participant{Organisation: &body}
	for _, c := range []struct {
		actor              programme.Actor
		own, other         bool // may change
		seesOwn, seesOther bool
	}{
		{theTeam, true, true, true, true},
		{lambethLead, true, false, true, false},
		{speaker(programme.RoleBoroughEditor, borough), true, false, true, false},
		{speaker(programme.RoleBoroughSystem, borough), false, false, true, false},
		{croydonLead, false, false, false, false},
		{programme.Actor{Roles: []programme.Role{programme.RoleReporting}}, false, false, false, false},
	} {
		for p, want := range map[*programme.Participant][2]bool{own: {c.own, c.seesOwn}, other: {c.other, c.seesOther}} {
			for _, step := range p.Steps() {
				if err := p.May(c.actor, step); (err == nil) != want[0] || err != nil && programme.KindOf(err) != programme.Forbidden {
					t.Errorf("%v %s: %v", c.actor, step, err)
				}
			}
			if p.Readers().Includes(c.actor) != want[1] {
				t.Errorf("%v sees %v: %v", c.actor, p.Readers(), !want[1])
			}
		}
	}
}
