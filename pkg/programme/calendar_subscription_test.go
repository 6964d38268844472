package programme_test

import (
	"testing"
	"time"

	"peerchallenge/pkg/programme"
)

func TestWhoSubscribes(t *testing.T) {
	t.Parallel()
	lambeth := "E09000022"
	editor := programme.Actor{Issuer: "here", Subject: "ann", Roles: []programme.Role{programme.RoleBoroughEditor}, Borough: lambeth}
	var s programme.CalendarSubscription
	s.Make(editor, time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC))
	if want := time.Date(2027, 12, 27, 9, 0, 0, 0, time.UTC); !s.ExpiresAt.Equal(want) || s.Ended(want.Add(-time.Second)) || !s.Ended(want) {
		t.Errorf("it ends at %s, want %s", s.ExpiresAt, want)
	}
	other := func(change func(*programme.Actor)) programme.Actor {
		a := editor
		change(&a)
		return a
	}
	for _, c := range []struct {
		who          string
		actor        programme.Actor
		makes, ends  bool
		readsSubject bool
	}{
		{"its maker", editor, true, true, true},
		{"a colleague", other(func(a *programme.Actor) { a.Subject = "bob" }), true, false, true},
		{"one of the same name elsewhere", other(func(a *programme.Actor) { a.Issuer = "there" }), true, false, true},
		{"a lead of the borough", other(func(a *programme.Actor) { a.Subject, a.Roles = "dcs", []programme.Role{programme.RoleBoroughLead} }), true, true, true},
		{"a lead of another", other(func(a *programme.Actor) {
			a.Subject, a.Roles, a.Borough = "dcs", []programme.Role{programme.RoleBoroughLead}, "E09000028"
		}), true, false, false},
		{"the team", programme.Actor{Issuer: "here", Subject: "team", Roles: []programme.Role{programme.RoleProgramme}}, true, true, false},
		{"a system", other(func(a *programme.Actor) { a.Subject, a.Roles = "system", []programme.Role{programme.RoleBoroughSystem} }), false, false, false},
		{"a client of that name", other(func(a *programme.Actor) { a.Client = "ann" }), false, false, true},
		{"the calendar itself", other(func(a *programme.Actor) { a.ReadOnly = true }), false, true, true}, // which sends nothing
	} {
		if got := s.May(c.actor, programme.Edit) == nil; got != c.makes {
			t.Errorf("%s makes one: %t", c.who, got)
		}
		if got := s.May(c.actor, programme.Delete) == nil; got != c.ends {
			t.Errorf("%s ends it: %t", c.who, got)
		}
		if got := s.ShowsSubject(c.actor); got != c.readsSubject {
			t.Errorf("%s reads who has made it: %t", c.who, got)
		}
	}
}
