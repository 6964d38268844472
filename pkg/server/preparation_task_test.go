package server_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	ical "github.com/emersion/go-ical"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

const (
	exampleTask = "01932b7e-0000-7000-8000-000000000078"
	tasksList   = "/v1/preparation-tasks"
)

var (
	_ = standIn(tasksList, exampleTask, (*world).anyTask)
	_ = prepared(func(w *world) string {
		id := w.anyTask()
		w.as(asEditor, own).change(http.MethodPost, tasksList+"/"+id+"/done", "").want(200)
		return id
	}, "reopenPreparationTask")
)

// anyTask is the id of one of Lambeth's, before its review.
func (w *world) anyTask() string {
	w.t.Helper()
	return w.preparedReview("/v1/peer-reviews/" + w.review(programme.ReviewPreparing).ID)
}

// preparedReview gives the review the tasks of its template, and answers the first of its host's.
func (w *world) preparedReview(review string) string {
	w.t.Helper()
	w.as(asTeam, "").does(review, "take-template", `{"template":"Peer review"}`).want(200)
	return w.ownerGets("SELECT id::text FROM preparation_tasks WHERE peer_review_id = '" + idIn(review) + "' AND who = 'host' ORDER BY id LIMIT 1")
}

// isPrepared says of all tasks of the review that they are done.
func (w *world) isPrepared(review string) {
	w.t.Helper()
	for _, task := range w.tasksOf(w.as(asTeam, ""), "peerReviewId="+idIn(review)) {
		w.as(asTeam, "").change(http.MethodPost, tasksList+"/"+task.Id+"/done", "").want(200)
	}
}

func (w *world) tasksOf(c caller, query string) []api.PreparationTask {
	w.t.Helper()
	var page struct{ Items []api.PreparationTask }
	c.get(tasksList + "?limit=500&" + query).want(200).into(&page)
	return page.Items
}

func says(tasks []api.PreparationTask) string {
	lines := make([]string, len(tasks))
	for i, t := range tasks {
		due := "no day"
		if t.DueOn != nil {
			due = string(*t.DueOn)
		}
		borough := "programme"
		if t.Borough != nil {
			borough = *t.Borough
		}
		lines[i] = string(t.Who) + " " + borough + " " + due + " " + string(t.State)
	}
	return strings.Join(lines, "\n")
}

// walksPreparation tries a task that is open, one that is done, and one of what has begun.
func (k *walk) walksPreparation(begun string) {
	k.w.t.Helper()
	task := tasksList + "/" + k.w.anyTask()
	k.try(task, begun)
	k.w.as(asEditor, own).change(http.MethodPost, task+"/done", "").want(200)
	k.try(task)
}

// TestAReviewIsPreparedByDates: its tasks are taken once and altogether, follow its days, are settled
// by whom they concern, and keep fieldwork from beginning, by name.
func TestAReviewIsPreparedByDates(t *testing.T) {
	t.Parallel()
	w := lean(t)
	manager, host, visitor, lead, outside := w.as(asTeam, ""), w.as(asEditor, own), w.as(asEditor, "E09000030"), w.as(asLead, group), w.as(asEditor, other)
	review := "/v1/peer-reviews/" + w.review(programme.ReviewPreparing).ID
	manager.change(http.MethodPatch, "/v1/programme", `{"preparationTemplates":[{"name":"Ours","for":"review","source":null,"lines":[
		{"task":"Send the timetable","daysBefore":14,"who":"host","role":"Principal social worker"},{"task":"Release your people","daysBefore":28,"who":"each_member","role":null},
		{"task":"Agree who asks what","daysBefore":7,"who":"team","role":null},{"task":"Print the badges","daysBefore":0,"who":"programme","role":null}]},
		{"name":"For a day","for":"event","source":null,"lines":[{"task":"Name who comes","daysBefore":7,"who":"each_member","role":null}]}]}`).want(200)
	take := func(c caller, body string) answer { t.Helper(); return c.does(review, "take-template", body) }
	take(host, `{"template":"Ours"}`).problem(403, "role")
	if got := take(manager, `{"template":"Theirs"}`).problem(422, "invalid"); !slices.Equal(got, []string{"/template unknown_value"}) {
		t.Errorf("a template that is not there: %v", got)
	}
	if got := take(manager, `{"template":"For a day"}`).problem(422, "invalid"); !slices.Equal(got, []string{"/template other_kind"}) {
		t.Errorf("a template for events: %v", got)
	}
	take(manager, `{"template":"Ours"}`).want(200)
	take(manager, `{"template":"Ours"}`).problem(409, "template_taken")
	of := "peerReviewId=" + idIn(review)
	want := "host E09000022 2026-10-20 open\neach_member E09000008 2026-10-06 open\neach_member E09000030 2026-10-06 open\nteam E09000008 2026-10-27 open\nprogramme programme 2026-11-03 open"
	for name, c := range map[string]caller{"the team": manager, "the host": host, "a visitor": visitor} {
		if got := says(w.tasksOf(c, of)); got != want {
			t.Errorf("%s reads\n%s\nwant\n%s", name, got, want)
		}
	}
	tasks := w.tasksOf(manager, of)
	if tasks[0].Task != "Send the timetable" || *tasks[0].Role != "Principal social worker" || !tasks[0].Overdue || tasks[0].Over {
		t.Errorf("the first is %+v", tasks[0])
	}
	at := func(i int) string { return tasksList + "/" + tasks[i].Id }
	outside.get(at(0)).problem(404, "not_found")
	outside.get(tasksList+"?"+of).problem(400, "bad_request")

	// Its days follow those of the review.
	manager.change(http.MethodPatch, review, `{"fieldworkDays":["2026-11-10","2026-11-11"],"presentationOn":"2026-11-12","sessions":[]}`).want(200)
	if got := says(w.tasksOf(host, of+"&borough="+own)); got != "host E09000022 2026-10-27 open" {
		t.Errorf("after the postponement it is %s", got)
	}

	// Whose it is says what became of it.
	visitor.change(http.MethodPost, at(0)+"/done", "").problem(403, "not_yours")
	if got := host.change(http.MethodPost, at(0)+"/waive", "").problem(422, "invalid"); !slices.Equal(got, []string{"/reason reason_required"}) {
		t.Errorf("waived without a reason: %v", got)
	}
	host.change(http.MethodPost, at(0)+"/done", "").want(200)
	host.change(http.MethodPost, at(0)+"/waive", `{"reason":"Not needed"}`).problem(409, "wrong_state")
	host.change(http.MethodPost, at(0)+"/reopen", `{"reason":"It was another one"}`).want(200)
	host.change(http.MethodPost, at(0)+"/reopen", `{"reason":"Again"}`).problem(409, "wrong_state")
	host.change(http.MethodPost, at(0)+"/waive", `{"reason":"The team knows it"}`).want(200)
	visitor.change(http.MethodPost, at(2)+"/done", "").want(200)
	lead.change(http.MethodPost, at(3)+"/done", "").want(200)

	// What is open keeps fieldwork from beginning, and is named with its address.
	refused := manager.change(http.MethodPost, review+"/start-fieldwork", "")
	if got := refused.problem(409, "preparation_open"); len(got) != 2 {
		t.Errorf("it is refused for %v", got)
	}
	if got := detailsOf(refused); got != `"Release your people" is open: `+at(1)+".\n"+`"Print the badges" is open: `+at(4)+"." {
		t.Errorf("it says %s", got)
	}
	wantStep(t, manager.get(review), "start-fieldwork", false, "preparation_open")
	manager.change(http.MethodPost, at(1)+"/waive", `{"reason":"They are here already"}`).want(200)
	manager.change(http.MethodPost, at(4)+"/done", "").want(200)
	manager.change(http.MethodPost, review+"/start-fieldwork", "").want(200)
	host.change(http.MethodPost, at(0)+"/reopen", `{"reason":"Too late"}`).problem(409, "wrong_state")
	take(manager, `{"template":"Ours"}`).problem(409, "wrong_state")
	if got := says(w.tasksOf(host, of+"&state=open")); got != "" {
		t.Errorf("open is %s", got)
	}
}

// TestAChallengeAndAnEventArePrepared: each member has a task of its own, from the sub-region while
// there are no groups, and from those that there are; and neither begins while one is open.
func TestAChallengeAndAnEventArePrepared(t *testing.T) {
	t.Parallel()
	w := lean(t)
	manager := w.as(asTeam, "")
	challenge := "/v1/peer-challenges/" + manager.post("/v1/peer-challenges", `{"title":"South","subRegion":"south","cycle":"2026-27","startsOn":"2026-10-05","endsOn":"2026-10-16"}`).id()
	manager.does(challenge, "take-template", `{"template":"Peer challenge"}`).want(200)
	members := map[string]bool{}
	for _, task := range w.tasksOf(manager, "peerChallengeId="+idIn(challenge)) {
		if task.Who == "each_member" {
			members[*task.Borough] = true
		}
	}
	if len(members) != 12 {
		t.Errorf("of twelve boroughs, there are tasks of %d", len(members))
	}
	manager.change(http.MethodPost, challenge+"/prepare", "").want(200)
	manager.change(http.MethodPost, challenge+"/start", "").problem(409, "preparation_open")
	manager.change(http.MethodPost, challenge+"/cancel", `{"reason":"An election"}`).want(200)
	if task := w.tasksOf(w.as(asEditor, own), "peerChallengeId="+idIn(challenge)+"&borough="+own)[0]; !task.Over || task.Overdue {
		t.Errorf("of a challenge that is cancelled: %+v", task)
	}

	grouped := "/v1/peer-challenges/" + manager.post("/v1/peer-challenges", `{"title":"South","subRegion":"south","cycle":"2026-27","startsOn":"2026-10-05","endsOn":"2026-10-16"}`).id()
	of := "/v1/peer-challenge-groups/" + manager.post("/v1/peer-challenge-groups", `{"peerChallengeId":"`+idIn(grouped)+`","name":"One"}`).id()
	manager.change(http.MethodPut, of+"/members/"+own, `{"role":"visitor"}`).want(200)
	manager.does(grouped, "take-template", `{"template":"Peer challenge"}`).want(200)
	if tasks := w.tasksOf(manager, "peerChallengeId="+idIn(grouped)+"&borough="+group); len(tasks) > 0 {
		t.Errorf("who is in no group is asked for %v", says(tasks))
	}

	day := programme.DefaultSettings.Today(clock()).AddDays(-1)
	event := "/v1/events/" + w.event(func(e *programme.Event) { e.StartsOn, e.EndsOn, e.Boroughs = day, day, []string{own} }).ID
	manager.does(event, "take-template", `{"template":"Event"}`).want(200)
	tasks := w.tasksOf(manager, "eventId="+idIn(event))
	manager.change(http.MethodPost, event+"/hold", "").problem(409, "preparation_open")
	wantStep(t, manager.get(event), "hold", false, "preparation_open")
	for _, task := range tasks {
		manager.change(http.MethodPost, tasksList+"/"+task.Id+"/done", "").want(200)
	}
	manager.change(http.MethodPost, event+"/hold", "").want(200)

	// What is deleted takes its tasks along.
	planned := "/v1/events/" + w.event().ID
	manager.does(planned, "take-template", `{"template":"Event"}`).want(200)
	manager.change(http.MethodDelete, planned, "").want(204)
	if n := w.ownerGets("SELECT count(*)::text FROM preparation_tasks WHERE event_id = '" + idIn(planned) + "'"); n != "0" {
		t.Errorf("%s tasks of what is not there any more", n)
	}
}

// TestATeamsTaskFollowsItsLead, and its readers the team.
func TestATeamsTaskFollowsItsLead(t *testing.T) {
	t.Parallel()
	w := lean(t)
	manager := w.as(asTeam, "")
	review := "/v1/peer-reviews/" + w.review(programme.ReviewPreparing).ID
	w.preparedReview(review)
	other4 := w.person("Another lead", programme.DirectorOfChildrensServices, other)
	manager.change(http.MethodPatch, review, `{"team":[{"participantId":"`+other4+`","lead":true}]}`).want(200)
	tasks := w.tasksOf(w.as(asEditor, other), "peerReviewId="+idIn(review))
	at := slices.IndexFunc(tasks, func(t api.PreparationTask) bool { return t.Who == "team" })
	if at < 0 || *tasks[at].Borough != other {
		t.Fatalf("the new lead reads %s", says(tasks))
	}
	w.as(asEditor, group).get(tasksList+"/"+tasks[at].Id).problem(404, "not_found")
	bare := "/v1/peer-reviews/" + manager.post("/v1/peer-reviews", `{"title":"Bare","host":"`+own+`","cycle":"2026-27"}`).id()
	if got := manager.does(bare, "take-template", `{"template":"Peer review"}`).problem(422, "invalid"); !slices.Equal(got, []string{"/template no_lead"}) {
		t.Errorf("a team that nobody leads: %v", got)
	}
}

// TestTemplatesAreThePrograms: only a review has a host and a team, and each name stands once.
func TestTemplatesAreThePrograms(t *testing.T) {
	t.Parallel()
	w := lean(t)
	line := `{"task":"Come","daysBefore":1,"who":"host","role":null}`
	body := `{"preparationTemplates":[{"name":"A","for":"event","source":null,"lines":[` + line + `]},{"name":"A","for":"review","source":null,"lines":[` + line + `]}]}`
	got := w.as(asTeam, "").change(http.MethodPatch, "/v1/programme", body).problem(422, "invalid")
	if !slices.Equal(got, []string{"/preparationTemplates/1 repeated", "/preparationTemplates/0/lines/0/who other_kind"}) {
		t.Errorf("refused with %v", got)
	}
}

// TestOpenTasksStandInCalendars of their borough, and nobody else's.
func TestOpenTasksStandInCalendars(t *testing.T) {
	t.Parallel()
	w := lean(t)
	task := w.anyTask()
	host, outside := w.as(asEditor, own), w.as(asEditor, other)
	has := func(path, token string) bool {
		t.Helper()
		e, is := w.entries(path, token)[task+"@peerchallenge"]
		return is && strings.HasPrefix(value(w, e, ical.PropSummary), "To prepare: ")
	}
	mine := subscribedBy(host)
	if calendar := "/v1/boroughs/" + own + "/calendar.ics"; !has(calendar, host.token) || has(calendar, outside.token) || !has(mine.address, "") {
		t.Error("an open task is not in its borough's calendars, or in another's")
	}
	host.change(http.MethodPost, tasksList+"/"+task+"/done", "").want(200)
	if has(mine.address, "") {
		t.Error("what is done is still to come")
	}
}

// TestWhoHasNamedNobody: a group that is to meet and an event to come wait for names of each borough
// that is expected, until it has named somebody.
func TestWhoHasNamedNobody(t *testing.T) {
	t.Parallel()
	w := lean(t)
	manager, host := w.as(asTeam, ""), w.as(asEditor, own)
	later := programme.DefaultSettings.Today(clock()).AddDays(30)
	challenge := `{"title":"Later","subRegion":"south","cycle":"2098-99","startsOn":"2098-10-05","endsOn":"2098-10-16"}`
	met := "/v1/peer-challenge-groups/" + manager.post("/v1/peer-challenge-groups", `{"peerChallengeId":"`+manager.post("/v1/peer-challenges", challenge).id()+`","name":"One"}`).id()
	manager.change(http.MethodPut, met+"/members/"+own, `{"role":"visitor"}`).want(200)
	event := "/v1/events/" + w.event(func(e *programme.Event) { e.StartsOn, e.EndsOn, e.Boroughs = later, later, []string{own, other} }).ID
	w.event(func(e *programme.Event) { e.StartsOn, e.EndsOn = later, later }) // for all, and so nobody is expected
	waits := func(c caller) string {
		t.Helper()
		var tasks struct{ Items []api.Task }
		c.get("/v1/me/tasks?kind=name-participants").want(200).into(&tasks)
		var at []string
		for _, task := range tasks.Items {
			at = append(at, task.Href)
		}
		return strings.Join(at, " ")
	}
	if got := waits(host); got != event+" "+met {
		t.Errorf("for Lambeth wait %s", got)
	}
	if got := waits(w.as(asEditor, other)); got != event {
		t.Errorf("for Southwark wait %s", got)
	}
	if got := waits(manager); got != "" {
		t.Errorf("for the team wait %s", got)
	}
	person := w.person("Ann", programme.HeadOfService, own)
	for _, table := range []string{met, event} {
		host.change(http.MethodPut, table+"/people/"+person, `{"part":"member","coming":"coming"}`).want(200)
	}
	if got := waits(host) + waits(w.as(asEditor, other)); got != event {
		t.Errorf("afterwards wait %s", got)
	}
}
