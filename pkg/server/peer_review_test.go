package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"peerchallenge/pkg/programme"
)

var (
	_ = standIn("/v1/peer-reviews", exampleReview, func(w *world) string { return w.review(programme.ReviewProposed).ID })
	_ = prepared(func(w *world) string { return w.review(programme.ReviewScoping).ID }, "preparePeerReview")
	_ = prepared(func(w *world) string { return w.review(programme.ReviewPreparing).ID }, "startPeerReviewFieldwork")
	_ = prepared(func(w *world) string { return w.review(programme.ReviewFieldwork).ID }, "putPeerReviewReport")
	_ = prepared(func(w *world) string {
		r := w.review(programme.ReviewFieldwork)
		made, err := w.store.WritePeerReviewReport(w.t.Context(), team, r.ID, r.Version, new("Strengths."), nil)
		return must(w, made, err).ID
	}, "checkPeerReviewFacts")
	_ = prepared(func(w *world) string { return w.review(programme.ReviewFactualAccuracy).ID }, "finalisePeerReview", "addPeerReviewHostComment")
	_ = prepared(func(w *world) string { return w.review(programme.ReviewReported).ID }, "followUpPeerReview", "reopenPeerReview")
	_ = prepared(func(w *world) string { return w.review(programme.ReviewFollowUp).ID }, "closePeerReview")
)

// review makes one of Lambeth in the state, with a team of four from Croydon,
// Tower Hamlets and the NHS.
func (w *world) review(state programme.ReviewState) programme.PeerReview {
	w.t.Helper()
	ctx := w.t.Context()
	var team4 []programme.TeamMember
	for i, borough := range []string{"E09000008", "E09000008", "E09000030", ""} {
		id := w.person(fmt.Sprintf("Visitor %d", i+1), programme.DirectorOfChildrensServices, borough)
		team4 = append(team4, programme.TeamMember{ParticipantID: &id, Lead: i == 0})
	}
	made, err := w.store.CreatePeerReview(ctx, team, programme.PeerReview{
		Title: "Joint commissioning in Lambeth", Host: "E09000022", Cycle: "2026-27", Scope: new("Joint commissioning practice."), ScopeAgreedOn: new(programme.Date("2026-09-01")),
		KLOEs: []string{"How do partners decide together?"}, Team: team4, FieldworkDays: []programme.Date{"2026-11-03", "2026-11-04"}, PresentationOn: new(programme.Date("2026-11-05")),
		Sessions: []programme.ReviewSession{{Title: "Commissioners", Day: "2026-11-03", StartTime: new("09:30"), EndTime: new("10:30"), Attendees: new("Health and council")}},
	})
	r := must(w, made, err)
	actor := team
	actor.Reason = "To try things on it"
	steps := []programme.Step{programme.AgreeScope, programme.Prepare, programme.StartFieldwork, programme.CheckFacts, programme.Finalise, programme.FollowUp, programme.Close}
	states := []programme.ReviewState{programme.ReviewScoping, programme.ReviewPreparing, programme.ReviewFieldwork, programme.ReviewFactualAccuracy, programme.ReviewReported, programme.ReviewFollowUp, programme.ReviewClosed}
	steps = steps[:slices.Index(states, state)+1]
	if state == programme.ReviewCancelled {
		steps = []programme.Step{programme.Cancel}
	}
	for _, step := range steps {
		if step == programme.CheckFacts {
			made, err = w.store.WritePeerReviewReport(ctx, team, r.ID, r.Version, new("Strengths, and areas for development."), []programme.Link{{Title: "Report", URL: "https://example.org/report.pdf"}})
			r = must(w, made, err)
		}
		made, err = w.store.MovePeerReview(ctx, actor, r.ID, r.Version, step)
		r = must(w, made, err)
		if step == programme.FollowUp {
			made, err = w.store.UpdatePeerReview(ctx, team, r.ID, r.Version, func(r *programme.PeerReview) error { r.ProgressReview = new("Partners meet."); return nil })
			r = must(w, made, err)
		}
	}
	return r
}

// member is one of a team, as it is answered.
type member struct {
	ParticipantID *string
	Name          *string
	Role          programme.ParticipantRole
	Borough       *string
	Lead          bool
}

func teamOf(t *testing.T, a answer) []member {
	t.Helper()
	var r struct{ Team []member }
	a.want(200).into(&r)
	return r.Team
}

// detailsOf answers the sentences of a problem's faults, on a line each.
func detailsOf(a answer) string {
	a.t.Helper()
	var p struct{ Errors []struct{ Detail string } }
	a.into(&p)
	lines := make([]string, len(p.Errors))
	for i, e := range p.Errors {
		lines[i] = e.Detail
	}
	return strings.Join(lines, "\n")
}

// findingOf records one of the review by hand, answered or not.
func (w *world) findingOf(review string, response *string) {
	w.t.Helper()
	w.byHand(`INSERT INTO findings (id, peer_review_id, borough_code, kind, theme, text, indicators, self_evaluation_sections, response, version, created_at, updated_at, audience)
		VALUES (gen_random_uuid(), $1, 'E09000022', 'strength', 'Commissioning', 'Partners decide together.', '{}', '{}', $2, 1, now(), now(), '{programme,E09000022}')`, review, response)
}

// byHand runs a statement past the service.
func (w *world) byHand(statement string, arguments ...any) {
	w.t.Helper()
	w.exec(statement, arguments...)
}

// TestTheCourseOfAReview goes from the proposal to the end, and tries on the way
// what must be refused.
func TestTheCourseOfAReview(t *testing.T) {
	t.Parallel()
	w := lean(t)
	manager, host, officer := w.as(programme.RoleProgramme, ""), w.as(programme.RoleBoroughLead, "E09000022"), w.as(programme.RoleBoroughEditor, "E09000022")
	visitor := w.as(programme.RoleBoroughEditor, "E09000030")
	review := "/v1/peer-reviews/" + manager.post("/v1/peer-reviews", `{"title":"Joint commissioning","host":"E09000022","cycle":"2026-27"}`).id()
	step := func(name string, why ...string) answer {
		t.Helper()
		return manager.change(http.MethodPost, review+"/"+name, because(why...))
	}
	step("prepare").problem(409, "wrong_state")
	step("scope").want(200)
	step("prepare").want(200)

	// Fieldwork needs all of these, and says so at once.
	want := []string{"/scope no_scope", "/scopeAgreedOn scope_not_agreed", "/kloes no_kloe", "/fieldworkDays no_fieldwork_days", "/team team_size", "/team no_lead"}
	if got := step("start-fieldwork").problem(409, "not_ready_for_fieldwork"); !slices.Equal(got, want) {
		t.Errorf("fieldwork lacks %v, want %v", got, want)
	}
	ids := []string{w.person("Ann", programme.DirectorOfChildrensServices, "E09000030"), w.person("Bob", programme.HeadOfService, "E09000008"), w.person("Cat", programme.OtherRole, ""), w.person("Dan", programme.LeadMember, "E09000008")}
	manager.change(http.MethodPatch, review, `{"scope":"Practice","scopeAgreedOn":"2026-09-01","kloes":["How?"],"fieldworkDays":["2026-11-03","2026-11-04"],"presentationOn":"2026-11-05",
		"team":[{"participantId":"`+ids[0]+`","lead":true},{"participantId":"`+ids[1]+`"},{"participantId":"`+ids[2]+`"},{"participantId":"`+ids[3]+`"}]}`).want(200)
	step("start-fieldwork").want(200)
	if got := manager.change(http.MethodPatch, review, `{"team":[],"kloes":[]}`).problem(422, "invalid"); !slices.Equal(got, []string{"/kloes no_kloe", "/team team_size", "/team no_lead"}) {
		t.Errorf("what fieldwork needs was taken away: %v", got)
	}

	// The visiting boroughs write the report, and never the host.
	step("check-facts").problem(409, "no_report")
	report := `{"report":"Strengths, and areas for innovation and development.","reportLinks":[{"title":"Annex","url":"https://example.org/annex.pdf"}]}`
	host.change(http.MethodPut, review+"/report", report).problem(403, "not_yours")
	visitor.change(http.MethodPut, review+"/report", report).want(200)
	host.change(http.MethodPost, review+"/host-comments", `{"text":"Too early."}`).problem(409, "wrong_state")
	step("check-facts").want(200)
	host.change(http.MethodPost, review+"/host-comments", `{"text":"It met two of three."}`).want(200)
	officer.change(http.MethodPost, review+"/host-comments", `{"text":"And all of four."}`).want(200)
	visitor.change(http.MethodPost, review+"/host-comments", `{"text":"No."}`).problem(403, "not_yours")
	visitor.change(http.MethodPut, review+"/report", `{"report":null}`).want(200)
	step("finalise").problem(409, "no_report")
	visitor.change(http.MethodPut, review+"/report", report).want(200)
	step("finalise").want(200)
	var reported struct {
		ReportedOn   programme.Date
		HostComments []struct{ Text string }
	}
	host.get(review).want(200).into(&reported)
	today := programme.DefaultSettings.Today(clock())
	if reported.ReportedOn > today || reported.ReportedOn < today.AddDays(-1) {
		t.Errorf("reported on %s", reported.ReportedOn)
	}
	if len(reported.HostComments) != 2 || reported.HostComments[1].Text != "And all of four." {
		t.Errorf("the host said %+v", reported.HostComments)
	}
	visitor.change(http.MethodPut, review+"/report", report).problem(409, "wrong_state")
	step("cancel", "A mistake").problem(409, "wrong_state")
	manager.change(http.MethodDelete, review, "").problem(409, "wrong_state")

	// It ends when the host has answered everything.
	step("close").problem(409, "wrong_state")
	step("follow-up").want(200)
	w.findingOf(idOf(review), nil)
	w.findingOf(idOf(review), nil)
	w.findingOf(idOf(review), new(`{"answer":"accepted","reason":null,"at":"2026-11-05T00:00:00Z"}`))
	refused := step("close")
	refused.problem(409, "findings_unanswered")
	if !strings.Contains(refused.body, "2 of the review's findings") {
		t.Errorf("closing says %s", refused.body)
	}
	wantStep(t, manager.get(review), "close", false, "findings_unanswered")
	w.byHand(`UPDATE findings SET response = '{"answer":"accepted"}'`)
	step("close").problem(409, "progress_review_open")
	manager.change(http.MethodPatch, review, `{"progressReviewWaived":"Ofsted came in between."}`).want(200)
	step("close").want(200)
	manager.change(http.MethodPatch, review, `{"title":"Other"}`).problem(409, "wrong_state")
	host.change(http.MethodPut, review+"/publication", `{"publication":"boroughs"}`).want(200)

	// Every step back says why.
	if got := step("reopen").problem(422, "invalid"); !slices.Equal(got, []string{"/reason reason_required"}) {
		t.Errorf("faults %v", got)
	}
	for _, state := range []string{"follow_up", "reported", "factual_accuracy"} {
		if got := step("reopen", "A correction").want(200); !strings.Contains(got.body, `"state":"`+state+`"`) {
			t.Errorf("it does not go back to %s: %s", state, got.body)
		}
	}
	if got := manager.get(review).want(200).body; !strings.Contains(got, `"reportedOn":null`) {
		t.Errorf("the day of the report stays: %s", got)
	}
	step("cancel").problem(422, "invalid")
	step("cancel", "An inspection").want(200)
	step("reopen", "It goes on").want(200)
}

func idOf(path string) string { return path[strings.LastIndex(path, "/")+1:] }

func TestPeerReviewRefusesSteps(t *testing.T) {
	t.Parallel()
	w := lean(t)
	for state, steps := range map[programme.ReviewState][]string{
		programme.ReviewProposed:  {"prepare", "start-fieldwork", "check-facts", "finalise", "follow-up", "close", "reopen"},
		programme.ReviewReported:  {"scope", "cancel", "finalise"},
		programme.ReviewCancelled: {"scope", "cancel"},
	} {
		path := "/v1/peer-reviews/" + w.review(state).ID
		for _, step := range steps {
			w.step(path, step, "A mistake").problem(409, "wrong_state")
		}
	}
}

// TestTeamOfAReview: nobody from the host, nobody twice, nobody unknown, one lead,
// and everybody as they were on joining.
func TestTeamOfAReview(t *testing.T) {
	t.Parallel()
	w := lean(t)
	manager := w.as(programme.RoleProgramme, "")
	ann, sam := w.person("Ann Visitor", programme.DirectorOfChildrensServices, "E09000008"), w.person("Sam Host", programme.AssistantDirector, "E09000022")
	list := func(members ...string) string {
		return `{"team":[` + strings.Join(members, ",") + `]}`
	}
	one := func(id string, lead bool) string { return fmt.Sprintf(`{"participantId":%q,"lead":%t}`, id, lead) }
	const nobody = "01932b7e-5d5c-7c4e-9d0f-1f6c8f6f3a99"
	body := `{"title":"x","host":"E09000099","cycle":"2026-27","priorityId":"` + nobody + `","fieldworkDays":["2026-11-04","2026-11-03"],"presentationOn":"2026-11-03",
		"sessions":[{"title":"x","day":"2026-11-05","startTime":"10:00","endTime":"09:00","attendees":null}],"team":[` + one(nobody, true) + `,` + one(ann, true) + `]}`
	want := []string{
		"/team/0/participantId unknown_value", "/team/1/lead second_lead", "/fieldworkDays/1 order", "/presentationOn order", "/sessions/0/day outside_fieldwork", "/sessions/0/endTime order",
		"/host unknown_value", "/priorityId unknown_value",
	}
	if got := manager.post("/v1/peer-reviews", body).problem(422, "invalid"); !slices.Equal(got, want) {
		t.Errorf("faults %v, want %v", got, want)
	}
	review := "/v1/peer-reviews/" + manager.post("/v1/peer-reviews", `{"title":"x","host":"E09000022","cycle":"2026-27"}`).id()
	refused := manager.change(http.MethodPatch, review, list(one(ann, true), one(sam, false), one(ann, false)))
	if got := refused.problem(422, "invalid"); !slices.Equal(got, []string{"/team/1 from_host", "/team/2/participantId repeated"}) {
		t.Errorf("faults %v", got)
	}
	if said := detailsOf(refused); !strings.Contains(said, "Sam Host comes from the host") {
		t.Errorf("the person from the host is not named: %s", said)
	}
	manager.change(http.MethodPatch, review, list(one(ann, false))).want(200)
	if got := teamOf(t, manager.get(review)); len(got) != 1 || *got[0].Name != "Ann Visitor" || got[0].Role != "dcs" || *got[0].Borough != "E09000008" || got[0].Lead {
		t.Errorf("the team is %+v", got)
	}

	// A new role, borough or name is followed until fieldwork begins, and keeps from no other change.
	manager.change(http.MethodPatch, "/v1/participants/"+ann, `{"name":"Ann Other","role":"ad","borough":"E09000022"}`).want(200)
	manager.change(http.MethodPatch, review, `{"title":"y"}`).want(200)
	manager.change(http.MethodPatch, review, list(one(ann, true))).want(200)
	if got := teamOf(t, manager.get(review)); *got[0].Name != "Ann Other" || got[0].Role != "ad" || *got[0].Borough != "E09000022" || !got[0].Lead {
		t.Errorf("the team is %+v", got)
	}
}

// TestWhoReadsAReview: its parties all of it; others what is published, once it is
// reported and as far as the host says.
func TestWhoReadsAReview(t *testing.T) {
	t.Parallel()
	w := lean(t)
	manager, host := w.as(programme.RoleProgramme, ""), w.as(programme.RoleBoroughLead, "E09000022")
	visitor, machine := w.as(programme.RoleBoroughLead, "E09000008"), w.as(programme.RoleBoroughSystem, "E09000030")
	neighbour, tool := w.as(programme.RoleBoroughLead, "E09000028"), w.as(programme.RoleReporting, "")
	r := w.review(programme.ReviewFactualAccuracy)
	path := "/v1/peer-reviews/" + r.ID
	host.change(http.MethodPost, path+"/host-comments", `{"text":"A secret of the host."}`).want(200)
	manager.change(http.MethodPatch, path, `{"progressReview":"A secret of later."}`).want(200)
	secrets := []string{"Visitor 1", *r.Team[0].ParticipantID, "A secret of the host.", "A secret of later.", "Commissioners"}

	reads := func(c caller) string {
		t.Helper()
		got := c.get(path)
		lists := c.get("/v1/peer-reviews").want(200).body + c.get("/v1/peer-reviews?format=csv").want(200).body + c.get("/v1/peer-reviews?format=ndjson").want(200).body
		if got.status == 404 {
			if strings.Contains(lists, r.ID) {
				t.Error("a review that is not there is listed")
			}
			return "nothing"
		}
		all := got.want(200).body + lists
		if strings.Count(all, `"id":"`+r.ID)+strings.Count(all, "\n"+r.ID+",") != 4 || strings.Count(all, "Strengths, and areas for development.") != 4 {
			t.Errorf("the review is not shown everywhere: %s", all)
		}
		known := 0
		for _, secret := range secrets {
			known += strings.Count(all, secret)
		}
		switch known {
		case 0:
			return "report"
		case 4*len(secrets) - 1: // CSV has the team's names, and not their ids
			return "all"
		}
		return fmt.Sprintf("%d secrets", known)
	}
	expect := func(when, ofNeighbour, ofTool string) {
		t.Helper()
		for name, c := range map[string]caller{"manager": manager, "host": host, "visitor": visitor, "machine": machine} {
			if got := reads(c); got != "all" {
				t.Errorf("%s: the %s reads %s", when, name, got)
			}
		}
		if got := reads(neighbour); got != ofNeighbour {
			t.Errorf("%s: another borough reads %s, want %s", when, got, ofNeighbour)
		}
		if got := reads(tool); got != ofTool {
			t.Errorf("%s: a reporting tool reads %s, want %s", when, got, ofTool)
		}
	}
	publish := func(c caller, level string) answer {
		t.Helper()
		return c.change(http.MethodPut, path+"/publication", `{"publication":"`+level+`"}`)
	}
	publish(host, "everyone").want(200)
	expect("before it is reported", "nothing", "nothing")
	neighbour.change(http.MethodPut, path+"/report", `{"report":"x"}`).problem(404, "not_found")
	manager.change(http.MethodPost, path+"/finalise", "").want(200)
	expect("published to everyone", "report", "report")
	publish(host, "boroughs").want(200)
	expect("published to boroughs", "report", "nothing")
	neighbour.change(http.MethodPost, path+"/host-comments", `{"text":"x"}`).problem(403, "not_yours")
	publish(neighbour, "everyone").problem(403, "not_yours")
	publish(visitor, "everyone").problem(403, "not_yours")
	publish(w.as(programme.RoleBoroughEditor, "E09000022"), "everyone").problem(403, "role")
	publish(manager, "everyone").problem(403, "role")
	manager.change(http.MethodPost, path+"/follow-up", "").want(200)
	expect("in follow-up", "report", "nothing")
	publish(host, "host_and_team").want(200)
	expect("taken back", "nothing", "nothing")
	publish(host, "everyone").want(200)
	manager.change(http.MethodPost, path+"/reopen", `{"reason":"A correction"}`).want(200)
	manager.change(http.MethodPost, path+"/reopen", `{"reason":"A correction"}`).want(200)
	expect("back in factual accuracy", "nothing", "nothing")
}

// TestWhoJoinsATeamReadsTheReview, and who leaves it does so no more.
func TestWhoJoinsATeamReadsTheReview(t *testing.T) {
	t.Parallel()
	w := lean(t)
	manager, southwark := w.as(programme.RoleProgramme, ""), w.as(programme.RoleBoroughEditor, "E09000028")
	review := "/v1/peer-reviews/" + w.review(programme.ReviewProposed).ID
	southwark.get(review).problem(404, "not_found")
	id := w.person("Eve", programme.HeadOfService, "E09000028")
	manager.change(http.MethodPatch, review, `{"team":[{"participantId":"`+id+`"}]}`).want(200)
	southwark.get(review).want(200)
	w.as(programme.RoleBoroughLead, "E09000008").get(review).problem(404, "not_found")
	manager.change(http.MethodPatch, review, `{"team":[]}`).want(200)
	southwark.get(review).problem(404, "not_found")
}

func TestPeerReviewsAreListed(t *testing.T) {
	t.Parallel()
	w := lean(t)
	manager := w.as(programme.RoleProgramme, "")
	if got := manager.get("/v1/peer-reviews?state=closed").want(200).body; got != "{\"items\":[],\"nextCursor\":null}\n" {
		t.Errorf("no review is listed as %s", got)
	}
	first := w.review(programme.ReviewReported).ID
	snapshot, err := w.store.Snapshot(t.Context())
	priority := must(w, snapshot, err).Priorities[0].ID
	second := manager.post("/v1/peer-reviews", `{"title":"x","host":"E09000008","cycle":"2025-26","priorityId":"`+priority+`"}`).id()
	for question, want := range map[string][]string{
		"host=E09000022": {first}, "cycle=2025-26": {second}, "state=proposed": {second}, "priorityId=" + priority: {second},
		"host=E09000022&state=proposed": {}, "sort=-updatedAt": {second, first}, "sort=updatedAt": {first, second}, "updatedSince=2999-01-01T00:00:00Z": {},
	} {
		var page struct{ Items []struct{ ID string } }
		manager.get("/v1/peer-reviews?" + question).want(200).into(&page)
		got := []string{}
		for _, item := range page.Items {
			if item.ID == first || item.ID == second {
				got = append(got, item.ID)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s lists %v, want %v", question, got, want)
		}
	}
	table := manager.get("/v1/peer-reviews?format=csv&host=E09000022&state=reported").want(200).body
	if !strings.HasPrefix(table, "id,title,host,hostName,cycle,") || !strings.Contains(table, "Visitor 1") {
		t.Errorf("the table is\n%s", table)
	}
	var row struct{ Team []member }
	line, _, _ := strings.Cut(manager.get("/v1/peer-reviews?format=ndjson&host=E09000022&state=reported").want(200).body, "\n")
	if err := json.Unmarshal([]byte(line), &row); err != nil || len(row.Team) != 4 || *row.Team[3].Name != "Visitor 4" {
		t.Errorf("a line is %s (%v)", line, err)
	}
}

// TestWhatReviewsUseStays: a priority or a borough that a review or a person names.
func TestWhatReviewsUseStays(t *testing.T) {
	t.Parallel()
	w := lean(t)
	manager := w.as(programme.RoleProgramme, "")
	var made struct{ ID string }
	manager.post("/v1/priorities", `{"name":"Fostering","description":"","validFrom":"2026-04-01"}`).want(201).into(&made)
	review := "/v1/peer-reviews/" + manager.post("/v1/peer-reviews", `{"title":"x","host":"E09000022","cycle":"2026-27","priorityId":"`+made.ID+`"}`).id()
	manager.change(http.MethodDelete, "/v1/priorities/"+made.ID, "").problem(409, "in_use")
	manager.change(http.MethodDelete, review, "").want(204)
	manager.change(http.MethodDelete, "/v1/priorities/"+made.ID, "").want(204)

	review = "/v1/peer-reviews/" + manager.post("/v1/peer-reviews", `{"title":"x","host":"E09000022","cycle":"2026-27"}`).id()
	w.findingOf(idOf(review), nil)
	manager.change(http.MethodDelete, review, "").problem(409, "in_use")
}

// TestPublishedReviewShowsToolsNoFindings: the report is for everyone then, the
// findings are for the boroughs.
func TestPublishedReviewShowsToolsNoFindings(t *testing.T) {
	t.Parallel()
	w := lean(t)
	team, tool, outsider := w.as(programme.RoleProgramme, ""), w.as(programme.RoleReporting, ""), w.as(programme.RoleBoroughLead, "E09000028")
	path := "/v1/peer-reviews/" + w.review(programme.ReviewFieldwork).ID
	finding := team.post("/v1/findings", `{"peerReviewId":"`+idIn(path)+`","borough":"E09000022","kind":"strength","theme":"Commissioning","text":"Partners decide together."}`).id()
	team.change(http.MethodPut, path+"/report", `{"report":"What was found."}`).want(200)
	team.change(http.MethodPost, path+"/check-facts", "").want(200)
	team.change(http.MethodPost, path+"/finalise", "").want(200)
	w.as(programme.RoleBoroughLead, "E09000022").change(http.MethodPut, path+"/publication", `{"publication":"everyone"}`).want(200)

	tool.get(path).want(200)
	outsider.get("/v1/findings/" + finding).want(200)
	tool.get("/v1/findings/"+finding).problem(403, "role")
	tool.get("/v1/audit-entries?type=finding&id="+finding).problem(400, "bad_request")
	if feed := tool.get("/v1/changes?types=finding").want(200).body; strings.Contains(feed, finding) {
		t.Errorf("the tool hears of the finding: %s", feed)
	}
}

// TestNamesInTeamsFollowAndAreForgotten: a rename is told in the review that shows the
// name, to those who read it there, and an answer kept for repeating forgets a person who was removed.
func TestNamesInTeamsFollowAndAreForgotten(t *testing.T) {
	t.Parallel()
	w := lean(t)
	team := w.as(programme.RoleProgramme, "")
	person := "/v1/participants/" + team.post("/v1/participants", `{"name":"Sam Example","role":"dcs","borough":"E09000008"}`).id()
	body := `{"title":"Review","host":"E09000022","cycle":"2026-27","team":[{"participantId":"` + idIn(person) + `","lead":true}]}`
	review := "/v1/peer-reviews/" + team.send(http.MethodPost, "/v1/peer-reviews", body, "Idempotency-Key", "once").id()
	var feed struct{ NextCursor string }
	team.get("/v1/changes?types=peer-review&from=now").want(200).into(&feed)
	before := w.etag(review)
	team.change(http.MethodPatch, person, `{"name":"Alex Example"}`).want(200)
	if !strings.Contains(team.get(review).want(200).body, "Alex Example") {
		t.Error("the review shows the old name")
	}
	if w.etag(review) == before {
		t.Error("the review with another name in it has the ETag that it had")
	}
	if got := team.get("/v1/changes?types=peer-review&cursor=" + feed.NextCursor).want(200).body; strings.Count(got, `"change"`) != 1 || !strings.Contains(got, idIn(review)) {
		t.Errorf("the feed tells %s", got)
	}
	team.change(http.MethodDelete, person, "").want(204)
	again := team.send(http.MethodPost, "/v1/peer-reviews", body, "Idempotency-Key", "once")
	again.problem(409, "answer_erased")
	if strings.Contains(again.body, "Example") || again.header.Get("Idempotency-Replayed") != "" || !strings.Contains(again.body, idIn(review)) {
		t.Errorf("the kept answer still names the person, or the problem not the review: %s", again.body)
	}
}
