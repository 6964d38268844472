package server_test

import (
	"slices"
	"testing"

	"peerchallenge/api"
)

// TestTasksOfASelfEvaluation: who writes is asked to write, the lead to sign and then to share,
// and nobody else anything.
func TestTasksOfASelfEvaluation(t *testing.T) {
	t.Parallel()
	w := lean(t)
	lead, editor := w.as(asLead, own), w.as(asEditor, own)
	tasks := func(c caller) (kinds []string) {
		t.Helper()
		var page struct{ Items []api.Task }
		c.get("/v1/me/tasks").want(200).into(&page)
		for _, task := range page.Items {
			if task.Type == "self-evaluation" {
				if task.Cycle == nil || task.Quarter != nil {
					t.Errorf("a task is %+v", task)
				}
				kinds = append(kinds, string(task.Kind))
			}
		}
		slices.Sort(kinds)
		return kinds
	}
	want := func(when string, c caller, kinds ...string) {
		t.Helper()
		if got := tasks(c); !slices.Equal(got, kinds) {
			t.Errorf("%s: %v, want %v", when, got, kinds)
		}
	}
	path := evaluationsList + "/" + w.completeEvaluation()
	want("a draft, for its editor", editor, "write-section")
	want("a draft, for its lead", lead, "sign-self-evaluation", "write-section")
	lead.does(path, "sign-off", "").want(200)
	want("signed, in no group", lead)
	w.groupMeeting()
	want("signed", lead, "share-self-evaluation")
	want("signed, for an editor", editor)
	lead.does(path, "share", `{"peerChallengeId":"`+w.groupMeeting()+`"}`).want(200)
	want("shared", lead)
	want("shared, for the group", w.as(asLead, group))
}
