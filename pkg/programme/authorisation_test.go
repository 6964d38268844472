package programme_test

import (
	"testing"
	"time"

	"peerchallenge/pkg/programme"
)

// TestLostBy: a later token without the role of a lead of the borough ends what its subject
// gave, and no other does.
func TestLostBy(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 27, 9, 0, 0, 500_000_000, time.UTC)
	g := programme.Given{Borough: "E09000022", At: at}
	lead := programme.Actor{Borough: "E09000022", Roles: []programme.Role{programme.RoleBoroughLead}}
	elsewhere := programme.Actor{Borough: "E09000008", Roles: lead.Roles}
	editor := programme.Actor{Borough: "E09000022", Roles: []programme.Role{programme.RoleBoroughEditor}}
	for _, c := range []struct {
		what   string
		actor  programme.Actor
		issued time.Time
		want   bool
	}{
		{"a lead", lead, at.Add(time.Hour), false},
		{"a lead whose token does not say when", lead, time.Time{}, false},
		{"an editor", editor, at.Add(time.Hour), true},
		{"nobody any more", programme.Actor{}, at.Add(time.Hour), true},
		{"a lead of another borough", elsewhere, at.Add(time.Hour), true},
		{"an editor, in the same second", editor, at.Truncate(time.Second), true},
		{"an editor, before", editor, at.Add(-time.Second), false},
		{"an editor whose token does not say when", editor, time.Time{}, true},
	} {
		if got := g.LostBy(c.actor, c.issued); got != c.want {
			t.Errorf("%s: %v", c.what, got)
		}
	}
}
