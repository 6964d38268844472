package server_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

// TestWhatWaitsIsWhatListsSay: whatever became of returns, a task is there exactly if the
// caller's list under its filter has the record, and the step is allowed or says what is
// missing; for a borough's people and machine, one that acts for several, others and the team.
func TestWhatWaitsIsWhatListsSay(t *testing.T) {
	t.Parallel()
	const seed = 13
	random := rand.New(rand.NewPCG(seed, seed))
	w := lean(t)
	lead := w.as(programme.RoleBoroughLead, own)
	becomes := []func(quarter string){
		func(q string) { w.drafted(q) },
		func(q string) { w.warned(q) },
		func(q string) { w.submitted(q) },
		func(q string) { w.queried(q) },
		func(q string) { w.submitted(q); w.drafted(q) },
		func(q string) {
			w.as(programme.RoleProgramme, "").does("/v1/benchmarking-submissions/"+w.submitted(q), "accept", "").want(200)
		},
	}
	random.Shuffle(len(becomes), func(i, j int) { becomes[i], becomes[j] = becomes[j], becomes[i] })
	for _, become := range becomes {
		become(w.opened())
	}
	w.comment()
	w.asked("question")
	w.narrative()
	w.toldNarrative()
	w.writtenNarrative()
	w.writtenFinding()
	late, silent := w.action().ID, w.action().ID
	w.ownerDoes("UPDATE actions SET due_on = '2026-01-31' WHERE id = '" + late + "'")
	w.ownerDoes("UPDATE actions SET progress_at = '2026-01-31' WHERE id = '" + silent + "'")
	w.review(programme.ReviewFactualAccuracy)
	w.review(programme.ReviewReported)
	w.anyTask()
	w.event(func(e *programme.Event) { e.StartsOn, e.EndsOn, e.Boroughs = "2098-10-05", "2098-10-05", []string{own} })
	shut := w.opened()
	w.drafted(shut)
	w.ownerDoes("UPDATE quarters SET opens_on = '2020-01-01', due_on = '2020-02-01', late_until = '2020-03-01' WHERE code = '" + shut + "'")
	sent, told := "/v1/benchmarking-submissions?", "/v1/narratives?state=asked&written="
	kinds := []struct{ kind, list, step, method string }{
		{"submit-return", sent + "draft=true", "submit", http.MethodPost}, {"explain-warning", sent + "unexplained=true", "explain", http.MethodPost},
		{"answer-query", sent + "state=queried", "answer", http.MethodPost}, {"accept-return", sent + "state=submitted", "accept", http.MethodPost},
		{"write-narrative", told + "false", "edit", http.MethodPatch}, {"share-narrative", told + "true", "share", http.MethodPost},
		{"answer-comment", commentsList + "?state=open", "answer", http.MethodPost},
		{"answer-finding", "/v1/findings?answered=false", "respond", http.MethodPut},
		{"own-action-due", "/v1/actions?overdue=true", "progress", http.MethodPost}, {"progress-due", "/v1/actions?stalled=true", "progress", http.MethodPost},
		{"comment-facts", "/v1/peer-reviews?state=factual_accuracy", "comment", http.MethodPost}, {"publish-report", "/v1/peer-reviews?state=reported", "publish", http.MethodPut},
		{"preparation", tasksList + "?state=open", "done", http.MethodPost},
		{"name-participants", "/v1/events?unnamed=true", "name-person", http.MethodPut}, {"name-participants", "/v1/peer-challenge-groups?unnamed=true", "name-person", http.MethodPut},
	}
	met := map[string]bool{}
	for _, c := range []caller{lead, w.as(programme.RoleBoroughEditor, own), w.as(programme.RoleBoroughSystem, own), w.as(programme.RoleBoroughLead, other), w.as(programme.RoleProgramme, "")} {
		var tasks struct{ Items []api.Task }
		c.get("/v1/me/tasks?limit=500").want(200).into(&tasks)
		var got, want []string
		for _, task := range tasks.Items {
			got = append(got, fmt.Sprint(task.Kind, task.Id, task.Allowed, task.Action, task.List, task.Method))
			if task.DueOn == nil && !slices.Contains([]api.TaskKind{api.TaskKindAcceptReturn, api.TaskKindAnswerQuery, api.TaskKindAnswerComment, api.TaskKindAnswerFinding, api.TaskKindCommentFacts, api.TaskKindPublishReport}, task.Kind) || task.Allowed != (task.Code == nil) {
				t.Errorf("seed %d: %+v", seed, task)
			}
		}
		for _, k := range kinds {
			var page struct {
				Items []struct {
					Id    string
					Steps *[]api.Step
				}
			}
			listed := c.get(k.list + "&include=steps&limit=500")
			if k.kind == "preparation" && listed.status == http.StatusForbidden {
				continue // machines prepare nothing
			}
			listed.want(200).into(&page)
			for _, item := range page.Items {
				at := slices.IndexFunc(*item.Steps, func(s api.Step) bool { return s.Name == k.step })
				if at < 0 {
					continue
				}
				if s := (*item.Steps)[at]; s.Allowed || *s.Code == "report_faults" || *s.Code == "words_not_acknowledged" {
					want = append(want, fmt.Sprint(k.kind, item.Id, s.Allowed, s.Href, k.list, k.method))
					met[k.kind+strconv.FormatBool(s.Allowed)] = true
				}
			}
			var of struct{ Items []api.Task }
			c.get("/v1/me/tasks?limit=500&kind=" + k.kind).want(200).into(&of)
			if n := len(slices.DeleteFunc(slices.Clone(tasks.Items), func(task api.Task) bool { return string(task.Kind) != k.kind })); n != len(of.Items) {
				t.Errorf("seed %d: of %s there are %d, and %d in all", seed, k.kind, len(of.Items), n)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("seed %d: what waits is\n%s\nand lists say\n%s", seed, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	for _, want := range []string{"submit-returntrue", "submit-returnfalse", "explain-warningtrue", "answer-querytrue", "accept-returntrue", "write-narrativetrue", "share-narrativetrue", "share-narrativefalse", "answer-commenttrue",
		"answer-findingtrue", "own-action-duetrue", "progress-duetrue", "comment-factstrue", "publish-reporttrue", "preparationtrue", "name-participantstrue"} {
		if !met[want] {
			t.Errorf("seed %d: %s was never met", seed, want)
		}
	}
}
