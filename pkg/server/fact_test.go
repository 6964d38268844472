package server_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"peerchallenge/pkg/programme"
)

// TestAStepReadsItsFactsOnItsDay: what a record refers to changes between the link and the
// step. The step is refused and said to be, with names; put right, it is taken.
func TestAStepReadsItsFactsOnItsDay(t *testing.T) {
	t.Parallel()
	w := lean(t)
	team := w.as(asTeam, "")
	membership := func(borough string) (sql string) {
		return `UPDATE memberships SET valid_to = NULLIF('DAY', '')::date WHERE borough_code = '` + borough + `' AND valid_from < '2026-01-01'`
	}
	moves := func(to string) func() {
		return func() { w.ownerDoes(strings.Replace(membership(group), "DAY", to, 1)) }
	}
	review := w.review(programme.ReviewPreparing)
	person := func(at int, body string) func() {
		return func() {
			team.change(http.MethodPatch, "/v1/participants/"+*review.Team[at].ParticipantID, body).want(200)
		}
	}
	challenge := w.challenge(programme.ChallengePreparing).ID
	met := team.post("/v1/peer-challenge-groups", `{"peerChallengeId":"`+challenge+`","name":"Those who meet"}`).id()
	for _, b := range []string{own, group} {
		team.change(http.MethodPut, "/v1/peer-challenge-groups/"+met+"/members/"+b, `{"role":"visitor"}`).want(200)
	}
	priority := team.post("/v1/priorities", `{"name":"Kinship care","description":"","validFrom":"2020-04-01"}`).id()
	for _, of := range []string{"/v1/peer-reviews/" + review.ID, "/v1/peer-challenges/" + challenge} {
		team.change(http.MethodPatch, of, `{"priorityId":"`+priority+`"}`).want(200)
	}
	ends := func(day string) func() {
		return func() { team.change(http.MethodPatch, "/v1/priorities/"+priority, `{"validTo":`+day+`}`).want(200) }
	}
	for name, c := range map[string]struct {
		of, step, code string
		away, back     func()
		names          string
	}{
		"a lead who is no director any more": {
			"/v1/peer-reviews/" + review.ID, "start-fieldwork", "not_ready_for_fieldwork", person(0, `{"role":"other"}`), person(0, `{"role":"dcs"}`), *review.Team[0].Name,
		},
		"a member who has moved to the host": {
			"/v1/peer-reviews/" + review.ID, "start-fieldwork", "not_ready_for_fieldwork", person(1, `{"borough":"`+own+`"}`), person(1, `{"borough":"`+*review.Team[1].Borough+`"}`), *review.Team[1].Name,
		},
		"a borough that has left the sub-region": {
			"/v1/peer-challenges/" + challenge, "start", "not_in_sub_region", moves("2026-01-31"), moves(""), group,
		},
		"a priority that has ended before the challenge": {
			"/v1/peer-challenges/" + challenge, "start", "priority_ended", ends(`"2026-01-31"`), ends("null"), "Kinship care",
		},
		"a priority that has ended before fieldwork": {
			"/v1/peer-reviews/" + review.ID, "start-fieldwork", "priority_ended", ends(`"2026-01-31"`), ends(`"2099-03-31"`), "Kinship care",
		},
	} {
		wantStep(t, team.get(c.of), c.step, true, "")
		c.away()
		wantStep(t, team.get(c.of), c.step, false, c.code)
		refused := team.does(c.of, c.step, "")
		refused.problem(409, c.code)
		if !strings.Contains(refused.body, c.names) {
			t.Errorf("%s: %s is not named in %s", name, c.names, refused.body)
		}
		c.back()
		wantStep(t, team.get(c.of), c.step, true, "")
	}

	// What a step relied on is frozen by it.
	path := "/v1/peer-reviews/" + review.ID
	team.does(path, "start-fieldwork", "").want(200)
	before := w.etag(path)
	person(0, `{"role":"other"}`)()
	if w.etag(path) != before || !strings.Contains(team.get(path).body, `"role":"dcs"`) {
		t.Error("who led fieldwork is another afterwards")
	}
	team.does("/v1/peer-challenges/"+challenge, "start", "").want(200)
}

// TestAReviewIsKnownOnceItIsAnnounced, and by its host alone.
func TestAReviewIsKnownOnceItIsAnnounced(t *testing.T) {
	t.Parallel()
	w := lean(t)
	team, host, tool := w.as(asTeam, ""), w.as(asLead, own), w.as(programme.RoleReporting, "")
	path := "/v1/peer-reviews/" + w.review(programme.ReviewPreparing).ID
	listed := func() bool {
		return slices.Contains(titlesIn(t, tool.get("/v1/milestones?kind=peer_review&limit=500")), "Joint commissioning in Lambeth")
	}
	if listed() {
		t.Error("everybody knows of a review that its host has not announced")
	}
	team.does(path, "announce", "").problem(403, "role")
	host.does(path, "announce", "").want(200)
	if !listed() {
		t.Error("nobody knows of a review that its host has announced")
	}
	host.does(path, "announce", "").problem(409, "wrong_state")
	team.does(path, "cancel", `{"reason":"The host is inspected"}`).want(200)
	if !strings.Contains(tool.get("/v1/milestones?kind=peer_review&state=cancelled&limit=500").want(200).body, "Joint commissioning in Lambeth") {
		t.Error("its milestone does not say that it is cancelled")
	}
}

// TestAChallengeClosesWithWhatIsOpen when somebody says so; its boroughs go on.
func TestAChallengeClosesWithWhatIsOpen(t *testing.T) {
	t.Parallel()
	w := lean(t)
	team, lead := w.as(asTeam, ""), w.as(asLead, own)
	finding := w.standing(exampleFinding)
	challenge := "/v1/peer-challenges/" + w.ownerGets("SELECT g.peer_challenge_id::text FROM findings f JOIN peer_challenge_groups g ON g.id = f.peer_challenge_group_id WHERE f.id = '"+finding+"'")
	w.ownerDoes("UPDATE findings SET response = NULL WHERE id = '" + finding + "'")
	w.ownerDoes("UPDATE peer_challenges SET state = 'completed' WHERE id = '" + idIn(challenge) + "'")
	refused := team.does(challenge, "close", "")
	if got := refused.problem(409, "open_items"); !slices.Contains(got, " open_items") || !strings.Contains(refused.body, `1 finding not answered: /v1/findings?answered=false\u0026peerChallengeId=`+idIn(challenge)) {
		t.Errorf("what is open is told as %s", refused.body)
	}
	team.does(challenge, "close", `{"acceptOpen":true}`).problem(422, "invalid")
	if closed := team.does(challenge, "close", `{"acceptOpen":true,"reason":"The year is over"}`).want(200); !strings.Contains(closed.body, `"openAtClose":{"actions":0,"asks":0,"findings":1}`) {
		t.Errorf("it is closed as %s", closed.body)
	}
	lead.change(http.MethodPut, "/v1/findings/"+finding+"/response", `{"answer":"accepted"}`).want(200)
	lead.post("/v1/actions", `{"findingId":"`+finding+`","text":"Review every second referral.","owner":"Head of Service","ownerKind":"role","dueOn":"2027-12-31"}`).want(201)
}

func titlesIn(t *testing.T, a answer) []string {
	t.Helper()
	var list struct{ Items []struct{ Title string } }
	a.want(200).into(&list)
	titles := []string{}
	for _, item := range list.Items {
		titles = append(titles, item.Title)
	}
	return titles
}
