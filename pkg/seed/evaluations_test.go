package seed_test

import (
	"maps"
	"strings"
	"testing"

	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/postgres"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/seed"
)

// exampled answers a store with the year and the examples of self-evaluations, which were
// asked for twice.
func exampled(t *testing.T) *postgres.Store {
	t.Helper()
	s := open(t)
	must(t, seed.LoadReference(t.Context(), s, team))
	must(t, seed.LoadTemplate(t.Context(), s, team))
	must(t, seed.LoadYear(t.Context(), s, team))
	for range 2 {
		must(t, seed.LoadSelfEvaluations(t.Context(), s, team, "2026-11-27", lambeth))
	}
	return s
}

// entire reads a whole list.
func entire[T any](t *testing.T, list programme.Listing[T]) (rows []*T) {
	t.Helper()
	must(t, list.Each(t.Context(), func(int64) (bool, error) { return true, nil }, func(row *T) error {
		one := *row
		rows = append(rows, &one)
		return nil
	}))
	return rows
}

// of is a lead of the borough.
func of(borough string) programme.Actor {
	return programme.Actor{Issuer: "test", Subject: "lead", Borough: borough, Roles: []programme.Role{programme.RoleBoroughLead}}
}

// TestExamplesOfSelfEvaluations are there once, in every state, and say that they are made up;
// the borough that is named and its group show each other theirs.
func TestExamplesOfSelfEvaluations(t *testing.T) {
	t.Parallel()
	s := exampled(t)
	var boroughs []string
	states, sharings := map[evaluation.State]int{}, map[string]int{}
	for _, b := range snapshot(t, s).Boroughs {
		for _, row := range entire(t, s.SelfEvaluations(of(b.Code), evaluation.Filter{Borough: &b.Code})) {
			boroughs = append(boroughs, b.Code)
			states[row.State]++
			for _, h := range row.Sharings {
				switch {
				case h.Ending != nil:
					sharings[string(*h.Ending)]++
				case h.BeganAt == nil:
					sharings["planned"]++
				default:
					sharings["shared"]++
				}
			}
			if !row.Illustrative || row.Cycle != "2026-27" {
				t.Errorf("that of %s for %s is made up: %t", b.Name, row.Cycle, row.Illustrative)
			}
		}
	}
	if len(boroughs) != 7 || states[evaluation.Drafted] != 3 || states[evaluation.SignedOff] != 3 || states[evaluation.Shared] != 1 {
		t.Errorf("%v have one, in the states %v", boroughs, states)
	}
	if want := map[string]int{"shared": 2, "superseded": 1, "planned": 1, "withdrawn": 1}; !maps.Equal(sharings, want) {
		t.Errorf("they are shared as %v, want %v", sharings, want)
	}
	own := entire(t, s.SelfEvaluations(of(lambeth), evaluation.Filter{}))
	if len(own) != 2 { // its own, and what is shared with it
		t.Errorf("Lambeth knows of %d", len(own))
	}
}

// TestExamplesOfComments: what is asked of Lambeth's is answered, waits, or led to a finding
// that Lambeth has accepted, and all of it says that it is made up.
func TestExamplesOfComments(t *testing.T) {
	t.Parallel()
	s := exampled(t)
	states, asking := map[evaluation.CommentState]int{}, map[string]bool{}
	var enquiry *evaluation.Comment
	for _, c := range entire(t, s.SelfEvaluationComments(of(lambeth), evaluation.CommentFilter{}, "")) {
		states[c.State]++
		asking[c.Borough] = true
		if c.Owner != lambeth || !c.Illustrative || !strings.HasPrefix(c.Text, "Example: ") || c.Answer != nil && !strings.HasPrefix(*c.Answer, "Example: ") || (c.Answer == nil) != (c.State == evaluation.CommentOpen) {
			t.Errorf("of that of %s %s asks %q, and is answered %v: made up %t", c.Owner, c.Borough, c.Text, c.Answer, c.Illustrative)
		}
		if c.Kind == evaluation.LineOfEnquiry {
			enquiry = c
		}
	}
	if states[evaluation.CommentAnswered] != 1 || states[evaluation.CommentOpen] != 1 || states[evaluation.CommentClosed] != 1 || len(asking) != 2 || enquiry == nil {
		t.Fatalf("%v ask, and that is %v", asking, states)
	}
	borough := lambeth
	found := entire(t, s.Findings(team, programme.FindingFilter{Borough: &borough}, ""))
	if len(found) != 1 || !programme.Same(found[0].SelfEvaluationCommentID, &enquiry.ID) || !found[0].Illustrative || found[0].Response == nil || found[0].Response.Answer != programme.Accepted ||
		!strings.HasPrefix(found[0].Theme, "Example: ") || !strings.HasPrefix(found[0].Text, "Example: ") {
		t.Errorf("found is %+v", found)
	}
	for b := range asking {
		if len(entire(t, s.SelfEvaluationComments(of(b), evaluation.CommentFilter{}, ""))) != 3 {
			t.Errorf("%s does not read what is asked beside it", b)
		}
	}
	if got := entire(t, s.SelfEvaluationComments(of(city), evaluation.CommentFilter{}, "")); len(got) != 0 {
		t.Errorf("who is not of the group reads %d comments", len(got))
	}
}
