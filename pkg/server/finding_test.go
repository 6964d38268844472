package server_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

const (
	asTeam   = programme.RoleProgramme
	asLead   = programme.RoleBoroughLead
	asEditor = programme.RoleBoroughEditor
	asSystem = programme.RoleBoroughSystem
	asTool   = programme.RoleReporting
)

var (
	_ = standIn("/v1/findings", exampleFinding, func(w *world) string { return w.acceptedFinding().ID })
	_ = prepared(func(w *world) string { return w.finding(w.standing(exampleGroup), lambethCode).ID }, "deleteFinding")
)

// foundReview makes a review of Lambeth by Croydon in the state, seen by the
// audience, and answers its id.
func (w *world) foundReview(state programme.ReviewState, audience programme.Audience) string {
	w.t.Helper()
	id, visitor := uuid.Must(uuid.NewV7()).String(), croydonCode
	w.sql(`INSERT INTO peer_reviews (id, title, host_code, cycle, kloes, team, fieldwork_days, sessions, state, host_comments, report_links, publication, version, created_at, updated_at, audience)
		VALUES ($1, 'Review', $2, '2026-27', '{}', $3, '[]', '[]', $4, '[]', '[]', 'host_and_team', 1, now(), now(), $5)`,
		id, lambethCode, asText(w, []programme.TeamMember{{Role: "dcs", Borough: &visitor, Lead: true}}), string(state), []string(audience))
	return id
}

// sql writes what the API has no way for yet.
func (w *world) sql(statement string, args ...any) {
	w.t.Helper()
	w.exec(statement, args...)
}

func asText(w *world, value any) string {
	w.t.Helper()
	text, err := json.Marshal(value)
	return string(must(w, text, err))
}

// finding records one of the group about the borough.
func (w *world) finding(group, borough string) programme.Finding {
	w.t.Helper()
	made, err := w.store.CreateFinding(w.t.Context(), team, programme.Finding{
		PeerChallengeGroupID: &group, Borough: borough, Kind: programme.Strength, Theme: "Commissioning", Text: "Partners decide together on every placement.",
		Evidence: new("Minutes."), Indicators: []string{"REREF_PCT"}, SelfEvaluationSections: []string{"Leadership"},
	})
	return must(w, made, err)
}

// acceptedFinding records one about Lambeth, which accepts it.
func (w *world) acceptedFinding() programme.Finding {
	w.t.Helper()
	f := w.finding(w.standing(exampleGroup), lambethCode)
	made, err := w.store.AnswerFinding(w.t.Context(), lambeth, f.ID, f.Version, programme.Accepted, nil)
	return must(w, made, err)
}

// findingBody is what is sent to record a finding about the borough.
func findingBody(forum, id, borough string) string {
	return fmt.Sprintf(`{%q:%q,"borough":%q,"kind":"area_for_development","theme":"Contracts","text":"They end at the same time."}`, forum, id, borough)
}

const ofGroup, ofReview = "peerChallengeGroupId", "peerReviewId"

// ids answers those of the items of a list.
func (a answer) ids() []string {
	a.t.Helper()
	var page struct{ Items []struct{ ID string } }
	a.want(200).into(&page)
	ids := []string{}
	for _, item := range page.Items {
		ids = append(ids, item.ID)
	}
	return ids
}

// TestWhoSeesFindingsAndActions. They are about Lambeth, Croydon is in its group, and
// Tower Hamlets has nothing to do with them: those of a group are its members' and the team's;
// reporting tools count actions and see no more.
func TestWhoSeesFindingsAndActions(t *testing.T) {
	t.Parallel()
	w := lean(t)
	a := w.action()
	finding, action := "/v1/findings/"+a.FindingID, "/v1/actions/"+a.ID
	for name, c := range map[string]struct {
		role           programme.Role
		borough        string
		status         int // of reading
		patch          int // of correcting the finding
		respond        int // of answering it
		act            int // of recording an action about it
		report, change int // of progress, and of correcting the action
		remove         int // of deleting it, of which progress is reported by then
		counted        int
	}{
		"own borough's lead":   {asLead, lambethCode, 200, 200, 200, 201, 200, 200, 409, 1},
		"own borough's editor": {asEditor, lambethCode, 200, 200, 200, 201, 200, 200, 409, 1},
		"own borough's system": {asSystem, lambethCode, 200, 403, 403, 403, 403, 403, 403, 1},
		"same group":           {asLead, croydonCode, 200, 200, 403, 403, 403, 403, 403, 1},
		"other borough":        {asLead, hamletsCode, 404, 404, 404, 422, 404, 404, 404, 0},
		"team":                 {asTeam, "", 200, 200, 403, 403, 403, 403, 403, 1},
		"reporting":            {asTool, "", 403, 403, 403, 403, 403, 403, 403, 1},
	} {
		who := w.as(c.role, c.borough)
		for _, path := range []string{finding, action} {
			if got := who.get(path); got.status != c.status {
				t.Errorf("%s: %s answers %d, want %d", name, path, got.status, c.status)
			}
			list := who.get(path[:strings.LastIndex(path, "/")])
			switch {
			case c.status == 403:
				list.problem(403, "role")
			case slices.Contains(list.ids(), path[strings.LastIndex(path, "/")+1:]) != (c.status == 200):
				t.Errorf("%s: the list at %s holds %v", name, path, list.ids())
			}
		}
		var counts api.ActionCountPage
		who.get("/v1/actions/summary?by=borough").want(200).into(&counts)
		if len(counts.Items) != c.counted || c.counted > 0 && (*counts.Items[0].Borough != lambethCode || counts.Items[0].Open == 0) {
			t.Errorf("%s counts %+v", name, counts.Items)
		}
		for _, got := range []struct {
			what   string
			answer answer
			want   int
		}{
			{"correct", who.change(http.MethodPatch, finding, `{"theme":"Contracts"}`, "X-Audit-Reason", "A word"), c.patch},
			{"answer", who.change(http.MethodPut, finding+"/response", `{"answer":"accepted"}`), c.respond},
			{"act", who.post("/v1/actions", actionBody(a.FindingID)), c.act},
			{"report", who.change(http.MethodPost, action+"/progress", `{"text":"The panel has met."}`), c.report},
			{"correct the action", who.change(http.MethodPatch, action, `{"owner":"Director"}`), c.change},
			{"delete the action", who.change(http.MethodDelete, action, ""), c.remove},
		} {
			if got.answer.status != got.want {
				t.Errorf("%s: to %s is answered by %d, want %d: %s", name, got.what, got.answer.status, got.want, got.answer.body)
			}
		}
	}
}

// TestPublishedFindings: what a host publishes other boroughs see and cannot
// change, and its actions stay among the parties.
func TestPublishedFindings(t *testing.T) {
	t.Parallel()
	w := lean(t)
	parties := programme.Parties(lambethCode, croydonCode)
	hidden, public := w.foundReview(programme.ReviewFieldwork, parties), w.foundReview(programme.ReviewFieldwork, programme.EveryBorough())
	visitor, host, other := w.as(asEditor, croydonCode), w.as(asLead, lambethCode), w.as(asLead, hamletsCode)
	secret := visitor.post("/v1/findings", findingBody(ofReview, hidden, lambethCode)).want(201).id()
	shown := visitor.post("/v1/findings", findingBody(ofReview, public, lambethCode)).want(201).id()
	w.sql("UPDATE peer_reviews SET state = 'reported'")
	other.get("/v1/findings/"+secret).problem(404, "not_found")
	other.get("/v1/findings/" + shown).want(200)
	if got := other.get("/v1/findings").ids(); !slices.Equal(got, []string{shown}) {
		t.Errorf("another borough lists %v", got)
	}
	other.change(http.MethodPatch, "/v1/findings/"+shown, `{"theme":"x"}`).problem(403, "not_yours")
	other.change(http.MethodPut, "/v1/findings/"+shown+"/response", `{"answer":"accepted"}`).problem(403, "not_yours")
	other.post("/v1/actions", actionBody(shown)).problem(403, "not_yours")
	other.post("/v1/actions", actionBody(secret)).problem(422, "invalid")

	host.change(http.MethodPut, "/v1/findings/"+shown+"/response", `{"answer":"accepted"}`).want(200)
	action := host.post("/v1/actions", actionBody(shown)).want(201).id()
	visitor.get("/v1/actions/" + action).want(200)
	other.get("/v1/actions/"+action).problem(404, "not_found")
}

// TestFindingsAreRecordedInTheirTime: those of a group while its challenge is in
// progress or completed, those of a review during fieldwork and factual accuracy.
func TestFindingsAreRecordedInTheirTime(t *testing.T) {
	t.Parallel()
	w := lean(t)
	member := w.as(asLead, croydonCode)
	for state, want := range map[programme.ChallengeState]int{
		programme.ChallengePlanned: 409, programme.ChallengePreparing: 409, programme.ChallengeInProgress: 201, programme.ChallengeCompleted: 201, programme.ChallengeClosed: 409,
	} {
		body := findingBody(ofGroup, w.group(state, lambethCode, croydonCode).ID, lambethCode)
		if got := member.post("/v1/findings", body); got.status != want {
			t.Errorf("%s: %d, want %d: %s", state, got.status, want, got.body)
		}
	}
	parties := programme.Parties(lambethCode, croydonCode)
	for state, want := range map[programme.ReviewState]int{
		programme.ReviewPreparing: 409, programme.ReviewFieldwork: 201, programme.ReviewFactualAccuracy: 201, programme.ReviewReported: 409, programme.ReviewClosed: 409,
	} {
		body := findingBody(ofReview, w.foundReview(state, parties), lambethCode)
		if got := member.post("/v1/findings", body); got.status != want {
			t.Errorf("%s: %d, want %d: %s", state, got.status, want, got.body)
		}
	}
	// The host answers once the report is final.
	review := w.foundReview(programme.ReviewFieldwork, parties)
	finding := "/v1/findings/" + member.post("/v1/findings", findingBody(ofReview, review, lambethCode)).id()
	host := w.as(asEditor, lambethCode)
	host.post("/v1/findings", findingBody(ofReview, review, lambethCode)).problem(403, "not_yours")
	host.change(http.MethodPut, finding+"/response", `{"answer":"accepted"}`).problem(409, "wrong_state")
	w.sql("UPDATE peer_reviews SET state = 'follow_up'")
	host.change(http.MethodPut, finding+"/response", `{"answer":"accepted"}`).want(200)
	member.change(http.MethodPatch, finding, `{"theme":"x"}`, "X-Audit-Reason", "A word").problem(409, "wrong_state")
	w.sql("UPDATE peer_reviews SET state = 'closed'") // what is done about it is next year's work
	host.change(http.MethodPut, finding+"/response", `{"answer":"accepted"}`).want(200)
	host.post("/v1/actions", actionBody(strings.TrimPrefix(finding, "/v1/findings/"))).want(201)
}

func TestFindingNamesEveryFault(t *testing.T) {
	t.Parallel()
	w := lean(t)
	group, review := w.standing(exampleGroup), w.foundReview(programme.ReviewFieldwork, programme.Parties(lambethCode, croydonCode))
	for body, want := range map[string][]string{
		findingBody(ofGroup, nothing, lambethCode):                                                         {"/peerChallengeGroupId unknown_value"},
		findingBody(ofReview, nothing, lambethCode):                                                        {"/peerReviewId unknown_value"},
		findingBody(ofGroup, group, hamletsCode):                                                           {"/borough not_in_group"},
		findingBody(ofReview, review, croydonCode):                                                         {"/borough not_the_host"},
		findingBody("priorityId", nothing, lambethCode):                                                    {"/peerChallengeGroupId one_of", "/priorityId unknown_value"},
		strings.Replace(findingBody(ofGroup, group, lambethCode), "{", `{"peerReviewId":"`+review+`",`, 1): {"/peerChallengeGroupId one_of"},
		strings.Replace(findingBody(ofReview, review, croydonCode), "area_for_development", "risk", 1):     {"/kind only_in_challenges", "/borough not_the_host"},
		strings.Replace(findingBody(ofGroup, group, hamletsCode), "{", `{"indicators":["REREF_PCT","NOTHING"],`, 1): {
			"/borough not_in_group", "/indicators/1 unknown_value"},
	} {
		if got := w.write(http.MethodPost, "/v1/findings", body).problem(422, "invalid"); !slices.Equal(got, want) {
			t.Errorf("%s: faults %v, want %v", body, got, want)
		}
	}
	w.write(http.MethodPost, "/v1/findings", strings.Replace(findingBody(ofGroup, group, lambethCode), "area_for_development", "risk", 1)).want(201)
	w.as(asLead, hamletsCode).post("/v1/findings", findingBody(ofReview, review, lambethCode)).problem(422, "invalid")
	w.as(asLead, hamletsCode).post("/v1/findings", findingBody(ofGroup, group, lambethCode)).problem(403, "not_yours")
}

func TestFindingIsAnsweredAndCorrected(t *testing.T) {
	t.Parallel()
	w := lean(t)
	path := "/v1/findings/" + w.finding(w.standing(exampleGroup), lambethCode).ID
	borough, member := w.as(asLead, lambethCode), w.as(asEditor, croydonCode)
	for body, want := range map[string]string{
		`{"answer":"partly"}`: "/reason reason_required", `{"answer":"not_accepted","reason":" "}`: "/reason reason_required", `{"answer":"perhaps"}`: "/answer enum",
	} {
		if got := borough.change(http.MethodPut, path+"/response", body).problem(422, "invalid"); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: faults %v", body, got)
		}
	}
	member.change(http.MethodPut, path+"/response", `{"answer":"accepted"}`).problem(403, "not_yours")
	w.write(http.MethodPut, path+"/response", `{"answer":"accepted"}`, "If-Match", w.etag(path)).problem(403, "role")
	var f api.Finding
	borough.change(http.MethodPut, path+"/response", `{"answer":"partly","reason":"For one of the two teams."}`).want(200).into(&f)
	if f.Response == nil || f.Response.Answer != "partly" || *f.Response.Reason != "For one of the two teams." || f.Response.At.Before(f.CreatedAt) {
		t.Errorf("%+v", f.Response)
	}
	if got := member.change(http.MethodPatch, path, `{"theme":"Other"}`).problem(422, "invalid"); !slices.Equal(got, []string{"X-Audit-Reason reason_required"}) {
		t.Errorf("faults %v", got)
	}
	member.change(http.MethodPatch, path, `{"kind":"risk","evidence":null,"indicators":[]}`, "X-Audit-Reason", "A word").want(200).into(&f)
	if f.Kind != "risk" || f.Evidence != nil || len(f.Indicators) != 0 || f.Theme != "Commissioning" || len(f.SelfEvaluationSections) != 1 || f.Response == nil || f.Response.Answer != "partly" {
		t.Errorf("%+v", f)
	}
	for _, member := range []string{"peerChallengeGroupId", "peerReviewId", "borough", "response"} {
		got := w.write(http.MethodPatch, path, `{"`+member+`":null}`, "If-Match", w.etag(path)).problem(422, "invalid")
		if !slices.Equal(got, []string{"/" + member + " unknown_member"}) {
			t.Errorf("%s: faults %v", member, got)
		}
	}
	member.change(http.MethodDelete, path, "").problem(409, "answered")
	fresh := "/v1/findings/" + w.finding(w.standing(exampleGroup), lambethCode).ID
	member.change(http.MethodDelete, fresh, "").want(204)
	member.get(fresh).problem(404, "not_found")
}

// TestRefusingAFindingEndsNoActions: they are closed first.
func TestRefusingAFindingEndsNoActions(t *testing.T) {
	t.Parallel()
	w := lean(t)
	a := w.action()
	borough, finding, action := w.as(asLead, lambethCode), "/v1/findings/"+a.FindingID+"/response", "/v1/actions/"+a.ID+"/progress"
	const no = `{"answer":"not_accepted","reason":"It was solved before."}`
	borough.change(http.MethodPut, finding, no).problem(409, "has_actions")
	borough.change(http.MethodPost, action, `{"text":"It was solved before.","state":"withdrawn"}`).want(200)
	borough.change(http.MethodPut, finding, no).want(200)
	borough.post("/v1/actions", actionBody(a.FindingID)).problem(409, "finding_not_accepted")
	borough.change(http.MethodPost, action, `{"text":"Again.","state":"open","reason":"A mistake"}`).problem(409, "finding_not_accepted")
}

func TestFindingsAreFiltered(t *testing.T) {
	t.Parallel()
	w := lean(t)
	group, foreign := w.group(programme.ChallengeInProgress, lambethCode, croydonCode), w.group(programme.ChallengeInProgress, lambethCode, southwarkCode)
	review := w.foundReview(programme.ReviewFieldwork, programme.Parties(lambethCode, croydonCode))
	snapshot, err := w.store.Snapshot(t.Context())
	priority := must(w, snapshot, err).Priorities[0].ID
	a, b, c := w.finding(group.ID, lambethCode), w.finding(group.ID, croydonCode), w.finding(foreign.ID, lambethCode)
	d := w.write(http.MethodPost, "/v1/findings", findingBody(ofReview, review, lambethCode)).id()
	since := clock()
	made, err := w.store.AnswerFinding(t.Context(), lambeth, a.ID, a.Version, programme.Accepted, nil)
	a = must(w, made, err)
	w.as(asTeam, "").change(http.MethodPatch, "/v1/findings/"+b.ID, `{"priorityId":"`+priority+`","kind":"risk"}`).want(200)
	whole := []string{a.ID, b.ID, c.ID, d}
	for query, want := range map[string][]string{
		"": whole,
		"peerChallengeId=" + group.PeerChallengeID: {a.ID, b.ID},
		"peerChallengeGroupId=" + foreign.ID:       {c.ID},
		"peerReviewId=" + review:                   {d},
		"borough=" + croydonCode:                   {b.ID},
		"kind=risk":                                {b.ID},
		"kind=strength&borough=" + lambethCode:     {a.ID, c.ID},
		"priorityId=" + priority:                   {b.ID},
		"answered=true":                            {a.ID},
		"answered=false":                           {b.ID, c.ID, d},
		"sort=updatedAt":                           {c.ID, d, a.ID, b.ID},
		"sort=-updatedAt":                          {b.ID, a.ID, d, c.ID},
		"updatedSince=" + url.QueryEscape(since.Format(time.RFC3339Nano)): {a.ID, b.ID},
	} {
		if got := w.as(asTeam, "").get("/v1/findings?" + query).ids(); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
	if got := w.as(asSystem, croydonCode).get("/v1/findings").ids(); !slices.Equal(got, []string{a.ID, b.ID, d}) {
		t.Errorf("Croydon sees %v", got)
	}
	wantRows(t, w.as(asLead, croydonCode), "/v1/findings", 3)
	wantRows(t, w.as(asLead, "E09000001"), "/v1/findings", 0)
}

// wantRows fails unless the caller's list has so many rows in each of its forms.
func wantRows(t *testing.T, who caller, path string, rows int) {
	t.Helper()
	join := "?"
	if strings.Contains(path, "?") {
		join = "&"
	}
	records, err := csv.NewReader(strings.NewReader(who.get(path + join + "format=csv").want(200).body)).ReadAll()
	if err != nil || len(records) != rows+1 {
		t.Errorf("%s: %d records of CSV (%v)", path, len(records), err)
	}
	if got := strings.Count(who.get(path+join+"format=ndjson").want(200).body, "\n"); got != rows {
		t.Errorf("%s: %d lines of NDJSON", path, got)
	}
	var page struct {
		Items []any
		Total int
	}
	if who.get(path + join + "count=true").want(200).into(&page); len(page.Items) != rows || page.Total != rows {
		t.Errorf("%s: %d items of %d", path, len(page.Items), page.Total)
	}
}

// TestWhatIsCitedStays.
func TestWhatIsCitedStays(t *testing.T) {
	t.Parallel()
	w := lean(t)
	var p api.Priority
	w.write(http.MethodPost, "/v1/priorities", `{"name":"Early help","description":"","validFrom":"2026-04-01"}`).want(201).into(&p)
	w.write(http.MethodPost, "/v1/indicators", anIndicator).want(201)
	body := strings.Replace(findingBody(ofGroup, w.standing(exampleGroup), lambethCode), "{", `{"priorityId":"`+p.Id+`","indicators":["NEW_PCT"],`, 1)
	finding := "/v1/findings/" + w.write(http.MethodPost, "/v1/findings", body).id()
	team := w.as(asTeam, "")
	for _, path := range []string{"/v1/priorities/" + p.Id, "/v1/indicators/NEW_PCT"} {
		team.change(http.MethodDelete, path, "").problem(409, "in_use")
	}
	team.change(http.MethodDelete, finding, "").want(204)
	for _, path := range []string{"/v1/priorities/" + p.Id, "/v1/indicators/NEW_PCT"} {
		team.change(http.MethodDelete, path, "").want(204)
	}
}
