package server_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

// TestAYearInFewCalls: from an empty cycle to the challenges of all four sub-regions, prepared,
// with groups, days and challenge days, in twenty calls of the programme's manager.
func TestAYearInFewCalls(t *testing.T) {
	t.Parallel()
	w := lean(t)
	team := w.as(programme.RoleProgramme, "")
	sizes := map[string]string{"south": "[3,3,3,3]", "east": "[4,4]", "north": "[3,2]", "north-west": "[8]"}
	for region := range sizes {
		team.post("/v1/peer-challenges", `{"title":"Challenge 2026-27 of `+region+`","subRegion":"`+region+`","cycle":"2026-27","methods":["coaching"],"startsOn":"2026-10-05","endsOn":"2026-10-16"}`).want(201)
	}
	team.post("/v1/events", `{"kind":"summit","title":"Summit","startsOn":"2027-02-04","endsOn":"2027-02-04"}`).want(201)

	calls := 0
	call := func(method, path, body string, header ...string) answer {
		t.Helper()
		calls++
		return team.send(method, path, body, header...).want(200)
	}
	var plan api.CyclePlan
	call(http.MethodPost, "/v1/cycles/2027-28/plan", `{"reason":"As agreed in March"}`).into(&plan)
	if len(plan.Challenges) != 4 || len(plan.Events) != 1 || plan.From != "2026-27" || len(plan.Notes) != 0 || plan.Events[0].StartsOn != "2028-02-03" {
		t.Fatalf("planned are %d challenges and %d events: %+v", len(plan.Challenges), len(plan.Events), plan.Notes)
	}
	for _, c := range plan.Challenges {
		if c.State != "planned" || *c.StartsOn != "2027-10-04" || *c.EndsOn != "2027-10-15" || !strings.HasPrefix(c.Title, "Challenge 2027-28 of ") || !slices.Equal(c.Methods, []string{"coaching"}) {
			t.Errorf("%+v", c)
		}
		path := "/v1/peer-challenges/" + c.Id
		calls++
		proposal := team.post(path+"/grouping-proposals", `{"sizes":`+sizes[c.SubRegion]+`}`).want(201)
		days := strings.Repeat(`,{"startsOn":"2027-10-05","venue":"City Hall","challengeDay":{"startTime":"09:30","endTime":"16:00"}}`, strings.Count(sizes[c.SubRegion], ",")+1)
		var done api.GroupingAcceptance
		call(http.MethodPost, "/v1/grouping-proposals/"+proposal.id()+"/accept", `{"nameBySubRegion":true,"groups":[`+days[1:]+`]}`, "If-Match", proposal.header.Get("ETag")).into(&done)
		if n := strings.Count(sizes[c.SubRegion], ",") + 1; len(done.Groups) != n || len(done.Events) != n || done.Proposal.State != "accepted" || !strings.HasSuffix(done.Groups[0].Name, " group 1") ||
			*done.Events[0].PeerChallengeGroupId != done.Groups[0].Id || *done.Events[0].Venue != "City Hall" || done.Groups[0].Etag == "" {
			t.Errorf("%+v", done)
		}
		call(http.MethodPost, path+"/prepare", "", "If-Match", c.Etag)
	}
	if calls > 20 {
		t.Errorf("it takes %d calls", calls)
	}
	for _, c := range plan.Challenges {
		if m := w.derivedMilestone(c.Id); m == "" {
			t.Errorf("the challenge of %s has no milestone", c.SubRegion)
		}
	}
	if got := len(idsIn(t, team.get("/v1/events?kind=challenge_day&cycle=2027-28"))); got != 9 {
		t.Errorf("%d challenge days", got)
	}
}

// TestACycleIsPlannedOnce: a dry run writes nothing, what is there is not planned again, and
// nobody else plans.
func TestACycleIsPlannedOnce(t *testing.T) {
	t.Parallel()
	w := lean(t)
	team := w.as(programme.RoleProgramme, "")
	team.post("/v1/peer-challenges", `{"title":"South","subRegion":"south","cycle":"2026-27","startsOn":"2026-10-05","endsOn":"2026-10-16"}`).want(201)
	cancelled := "/v1/peer-challenges/" + team.post("/v1/peer-challenges", `{"title":"East","subRegion":"east","cycle":"2026-27"}`).id()
	team.does(cancelled, "cancel", `{"reason":"Nobody can come"}`).want(200)
	team.post("/v1/events", `{"kind":"workshop","title":"First","startsOn":"2026-04-01","endsOn":"2026-04-01"}`).want(201)
	const path = "/v1/cycles/2027-28/plan"
	for _, c := range []caller{w.as(asLead, own), w.as(programme.RoleReporting, "")} {
		c.send(http.MethodPost, path, "").problem(403, "role")
	}
	team.send(http.MethodPost, "/v1/cycles/2027-29/plan", "").problem(404, "not_found")
	team.get("/v1/cycles/2027-29/open-items").problem(404, "not_found")
	if got := team.send(http.MethodPost, path, `{"from":"2027-28"}`).problem(422, "invalid"); !slices.Equal(got, []string{"/from contradiction"}) {
		t.Errorf("planned as itself: %v", got)
	}
	if got := team.send(http.MethodPost, path, `{"from":"2026-28"}`).problem(422, "invalid"); !slices.Equal(got, []string{"/from cycle"}) {
		t.Errorf("nothing of no cycle: %v", got)
	}
	of := w.lastPlace(team)
	var plan api.CyclePlan
	team.send(http.MethodPost, path+"?dryRun=true", "").want(200).into(&plan)
	if !plan.DryRun || len(plan.Challenges) != 1 || len(plan.Events) != 0 || len(plan.Notes) != 1 || plan.Notes[0].Detail != "2027-03-31 lies outside the cycle." || w.lastPlace(team) != of {
		t.Errorf("a dry run: %+v", plan)
	}
	team.send(http.MethodPost, path, `{"include":["challenges"]}`).want(200).into(&plan)
	if plan.DryRun || len(plan.Challenges) != 1 || len(plan.Notes) != 0 || w.lastPlace(team) == of {
		t.Errorf("challenges alone: %+v", plan)
	}
	team.send(http.MethodPost, path, "").problem(409, "begun")
	team.send(http.MethodPost, path+"?dryRun=true", "").problem(409, "begun")
	team.send(http.MethodPost, "/v1/cycles/2030-31/plan", "").want(200).into(&plan)
	if len(plan.Challenges)+len(plan.Events) != 0 {
		t.Errorf("of an empty cycle comes %+v", plan)
	}
}

// TestWhatIsOpenOfACycle: the team sees it of all, a borough of its own, and what is dealt with
// is not open.
func TestWhatIsOpenOfACycle(t *testing.T) {
	t.Parallel()
	w := lean(t)
	team, lead := w.as(programme.RoleProgramme, ""), w.as(asLead, lambethCode)
	inGroup := w.group(programme.ChallengeInProgress, lambethCode, croydonCode).ID
	finding := "/v1/findings/" + lead.post("/v1/findings", findingBody(ofGroup, inGroup, lambethCode)).want(201).id()
	lead.post("/v1/findings", findingBody(ofGroup, inGroup, croydonCode)).want(201)
	open := func(c caller) map[string]api.OpenItem {
		t.Helper()
		var got api.OpenItems
		c.get("/v1/cycles/2026-27/open-items").want(200).into(&got)
		of := map[string]api.OpenItem{}
		for _, item := range got.Items {
			of[item.Borough] = item
		}
		return of
	}
	if of := open(team); len(of) != 2 || of[lambethCode].Findings != 1 || of[lambethCode].SubRegion == nil || *of[lambethCode].SubRegion != "south" || of[lambethCode].BoroughName != "Lambeth" {
		t.Errorf("the team sees %+v", of)
	}
	if of := open(lead); len(of) != 1 || of[lambethCode].Findings != 1 {
		t.Errorf("a borough sees %+v", of)
	}
	if of := open(w.as(asLead, southwarkCode)); len(of) != 0 {
		t.Errorf("another group sees %+v", of)
	}
	w.as(programme.RoleReporting, "").get("/v1/cycles/2026-27/open-items").problem(403, "role")
	lead.change(http.MethodPut, finding+"/response", `{"answer":"accepted"}`).want(200)
	lead.post("/v1/actions", `{"findingId":"`+idIn(finding)+`","text":"Review each.","owner":"Head of Service","ownerKind":"role","dueOn":"2026-01-31"}`).want(201)
	lead.post("/v1/asks-and-offers", askBody(lambethCode, inGroup)).want(201)
	if of := open(lead)[lambethCode]; of.Findings != 0 || of.Actions != 1 || of.OverdueActions != 1 || of.Asks != 1 {
		t.Errorf("a borough sees %+v", of)
	}
	if of := open(team); len(of) != 2 {
		t.Errorf("the team sees %+v", of)
	}
}
