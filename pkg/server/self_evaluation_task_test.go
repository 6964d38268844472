package server_test

import (
	"slices"
	"strings"
	"testing"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
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
	lead.does(path, "reopen", `{"reason":"There is more to say"}`).want(200)
	want("shared and being written again", lead, "sign-self-evaluation", "write-section")
	lead.does(path, "sign-off", "").want(200)
	want("a second version, beside which the first is shared", lead, "share-self-evaluation")
	lead.does(path, "share", `{"peerChallengeId":"`+w.groupMeeting()+`","from":"2040-01-01"}`).want(200)
	want("going to be shared", lead)
	lead.does(path, "withdraw", "").want(200)
	want("taken back", lead, "share-self-evaluation")
	for query, found := range map[string]bool{"unshared=true": true, "unshared=false": false} {
		for name, c := range map[string]caller{"its editor": editor, "the team": w.as(programme.RoleProgramme, "")} {
			is := strings.Contains(c.get(evaluationsList+"?"+query).want(200).body, idIn(path))
			if is != (found == (name == "its editor")) {
				t.Errorf("%s finds it with %s: %t", name, query, is)
			}
		}
	}
	want("shared, for the group", w.as(asLead, group))
	w.completeEvaluation()
	want("another for a later cycle", lead, "sign-self-evaluation", "write-section")
}
