package evaluation_test

import (
	"testing"
	"time"

	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/programme"
)

// TestForWhomAVersionIsRead: a system that acts for several boroughs reads for the one with which the
// version is shared; the programme's team reads for none.
func TestForWhomAVersionIsRead(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	s := evaluation.SelfEvaluation{Borough: "E09000022", Sharings: []evaluation.Sharing{
		{Number: 1, BeganAt: &now, EndedAt: &now, Readers: []string{"E09000001"}}, {Number: 2, BeganAt: &now, Readers: []string{"E09000003"}}, {Number: 1, BeganAt: &now, Readers: []string{"E09000002"}},
	}}
	all := []string{"E09000001", "E09000002", "E09000003"}
	for what, c := range map[string]struct {
		actor programme.Actor
		want  string
	}{
		"a person":                        {programme.Actor{Roles: []programme.Role{programme.RoleBoroughEditor}, Borough: "E09000008"}, "E09000008"},
		"a system of one":                 {programme.Actor{Roles: []programme.Role{programme.RoleBoroughSystem}, Borough: "E09000002", Boroughs: all}, "E09000002"},
		"a system of several":             {programme.Actor{Roles: []programme.Role{programme.RoleBoroughSystem}, Boroughs: all}, "E09000002"},
		"the team":                        {programme.Actor{Roles: []programme.Role{programme.RoleProgramme}}, ""},
		"a system with which none shares": {programme.Actor{Roles: []programme.Role{programme.RoleBoroughSystem}, Boroughs: all[:1]}, ""},
	} {
		r := evaluation.NewRead(&s, c.actor, 1, evaluation.AsJSON, "2026-11-29", now)
		if got := r.Borough; (got == nil) != (c.want == "") || got != nil && *got != c.want {
			t.Errorf("%s reads for %v, want %q", what, got, c.want)
		}
	}
}
