package server_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"peerchallenge/pkg/programme"
)

// TestTheYearOfAChallenge: a programme manager takes a challenge from its plan to
// its end. On the way everything is tried that must be refused.
func TestTheYearOfAChallenge(t *testing.T) {
	t.Parallel()
	w := lean(t)
	manager := w.as(programme.RoleProgramme, "")
	lambeth, editor := w.as(programme.RoleBoroughLead, "E09000022"), w.as(programme.RoleBoroughEditor, "E09000022")
	camden, tool := w.as(programme.RoleBoroughLead, "E09000007"), w.as(programme.RoleReporting, "")

	// South London's challenge is planned. Only the programme's team may do that.
	plan := `{"title":"South London challenge 2026","subRegion":"south","cycle":"2026-27","methods":["coaching"],"startsOn":"2026-10-05","endsOn":"2026-10-16"}`
	lambeth.post("/v1/peer-challenges", plan).problem(403, "role")
	challenge := "/v1/peer-challenges/" + manager.post("/v1/peer-challenges", plan).id()
	manager.change(http.MethodPost, challenge+"/start", "").problem(409, "wrong_state")
	wantStep(t, manager.get(challenge), "start", false, "wrong_state")
	wantStep(t, manager.get(challenge), "prepare", true, "")
	if none := lambeth.get(challenge).want(200); !strings.Contains(none.body, `"steps":[]`) {
		t.Errorf("a borough may do nothing with a challenge: %s", none.body)
	}

	// Somebody else changes it in between: nothing is overwritten unseen.
	old := w.etag(challenge)
	manager.change(http.MethodPatch, challenge, `{"methods":["coaching","appreciative inquiry"]}`).want(200)
	manager.send(http.MethodPatch, challenge, `{"title":"Another title"}`, "If-Match", old).problem(412, "stale")
	manager.send(http.MethodPatch, challenge, `{"title":"Another title"}`).problem(428, "if_match_required")

	// Twelve boroughs in threes are proposed, and nothing comes of it until that is accepted.
	proposal := "/v1/grouping-proposals/" + manager.post(challenge+"/grouping-proposals",
		`{"sizes":[3,3,3,3],"weights":{"repeat":1,"mix":1},"seed":1,"cycles":3,"period":"2024-25","indicators":["REREF_PCT"],"conflicts":[["E09000022","E09000028"]]}`).id()
	groupsOf := "/v1/peer-challenge-groups?peerChallengeId=" + challenge[len("/v1/peer-challenges/"):]
	if n := len(idsIn(t, manager.get(groupsOf))); n != 0 {
		t.Fatalf("%d groups before any proposal was accepted", n)
	}
	lambeth.get(proposal).problem(403, "role")
	manager.change(http.MethodPost, proposal+"/accept", "").want(200)
	manager.change(http.MethodPost, proposal+"/accept", "").problem(409, "wrong_state")
	groups := idsIn(t, manager.get(groupsOf))
	if len(groups) != 4 {
		t.Fatalf("%d groups of three for 12 boroughs", len(groups))
	}
	ours := "/v1/peer-challenge-groups/" + idsIn(t, manager.get(groupsOf+"&borough=E09000022"))[0]
	southwark := w.as(programme.RoleBoroughLead, "E09000028") // which must not meet Lambeth
	others := "/v1/peer-challenge-groups/" + idsIn(t, manager.get(groupsOf+"&borough=E09000028"))[0]
	if ours == others {
		t.Fatal("two boroughs meet that must not")
	}

	// No borough is in two groups, or in a challenge of another sub-region.
	manager.change(http.MethodPut, others+"/members/E09000022", `{"role":"visitor"}`).problem(409, "double_placement")
	if got := manager.change(http.MethodPut, others+"/members/E09000007", `{"role":"visitor"}`).problem(422, "invalid"); !slices.Equal(got, []string{"borough not_in_sub_region"}) {
		t.Errorf("a borough of another sub-region: %v", got)
	}

	// Before it is in progress nothing is found. Once it is, nobody leaves a group without a reason.
	finding := `{"peerChallengeGroupId":"` + idIn(ours) + `","borough":"E09000022","kind":"area_for_development","theme":"Front door","text":"Too many children are referred again.","indicators":["REREF_PCT"]}`
	lambeth.post("/v1/findings", finding).problem(409, "wrong_state")
	manager.change(http.MethodPost, challenge+"/prepare", "").want(200)
	manager.change(http.MethodPost, challenge+"/start", "").want(200)
	gone := membersOf(t, manager.get(others))[0]
	if gone == "E09000028" {
		gone = membersOf(t, manager.get(others))[1]
	}
	if got := manager.change(http.MethodDelete, others+"/members/"+gone, "").problem(422, "invalid"); !slices.Equal(got, []string{"X-Audit-Reason reason_required"}) {
		t.Errorf("a member leaves without a reason: %v", got)
	}
	manager.change(http.MethodDelete, others+"/members/"+gone, "", "X-Audit-Reason", "An inspection was announced").want(200)

	// They meet for a day.
	day := "/v1/events/" + manager.post("/v1/events", `{"kind":"challenge_day","title":"Challenge day","startsOn":"2026-10-06","endsOn":"2026-10-06","startTime":"09:30","endTime":"16:00",
		"peerChallengeId":"`+idIn(challenge)+`","peerChallengeGroupId":"`+idIn(ours)+`"}`).id()
	lambeth.change(http.MethodPost, day+"/hold", "").problem(403, "role")
	manager.change(http.MethodPost, day+"/hold", "").want(200)
	lambeth.change(http.MethodPut, ours+"/notes", `{"notes":"We looked at re-referrals together."}`).want(200)
	southwark.change(http.MethodPut, ours+"/notes", `{"notes":"We were not there."}`).problem(403, "not_yours")
	if strings.Contains(southwark.get(ours).want(200).body, "re-referrals") {
		t.Error("another group reads the notes")
	}

	// The group records what it found, and only the group sees that.
	southwark.post("/v1/findings", finding).problem(403, "not_yours")
	found := "/v1/findings/" + lambeth.post("/v1/findings", finding).id()
	southwark.get(found).problem(404, "not_found")
	camden.get(found).problem(404, "not_found")
	tool.get(found).problem(403, "role")
	if len(idsIn(t, southwark.get("/v1/findings"))) != 0 {
		t.Error("another group's findings are listed")
	}

	// Lambeth answers, with a reason where it does not wholly agree, and says what it will do.
	doing := `{"findingId":"` + idIn(found) + `","text":"Review every second referral.","owner":"Head of Service","ownerKind":"role","dueOn":"2027-03-31"}`
	lambeth.post("/v1/actions", doing).problem(409, "finding_not_accepted")
	manager.change(http.MethodPut, found+"/response", `{"answer":"accepted"}`).problem(403, "role")
	neighbour := w.as(programme.RoleBoroughLead, otherMember(t, manager.get(ours), "E09000022"))
	neighbour.change(http.MethodPut, found+"/response", `{"answer":"accepted"}`).problem(403, "not_yours")
	if got := lambeth.change(http.MethodPut, found+"/response", `{"answer":"partly"}`).problem(422, "invalid"); !slices.Equal(got, []string{"/reason reason_required"}) {
		t.Errorf("no reason: %v", got)
	}
	editor.change(http.MethodPut, found+"/response", `{"answer":"partly","reason":"In one of two teams."}`).want(200)
	neighbour.post("/v1/actions", doing).problem(403, "not_yours")
	action := "/v1/actions/" + lambeth.post("/v1/actions", doing).id()
	neighbour.get(action).want(200)
	neighbour.change(http.MethodPost, action+"/progress", `{"text":"Done for them."}`).problem(403, "not_yours")
	southwark.get(action).problem(404, "not_found")
	editor.change(http.MethodPost, action+"/progress", `{"text":"The first ten were reviewed."}`).want(200)
	editor.change(http.MethodPost, action+"/progress", `{"text":"All were reviewed.","state":"done"}`).want(200)
	if got := editor.change(http.MethodPost, action+"/progress", `{"text":"Not quite.","state":"open"}`).problem(422, "invalid"); !slices.Equal(got, []string{"/reason reason_required"}) {
		t.Errorf("opened again without a reason: %v", got)
	}
	tool.get(action).problem(403, "role")
	if body := tool.get("/v1/actions/summary?by=borough").want(200).body; !strings.Contains(body, `"borough":"E09000022"`) || !strings.Contains(body, `"done":1`) {
		t.Errorf("the reporting tool counts %s", body)
	}

	// The challenge is completed once each group has met. One finds no day, and is taken away; who came of the others is recorded, by number where nobody is named.
	manager.change(http.MethodPost, challenge+"/complete", "").problem(409, "groups_not_met")
	director := "/v1/participants/" + lambeth.post("/v1/participants", `{"name":"Ada Example","role":"dcs","borough":"E09000022"}`).id()
	at := ours + "/people/" + idIn(director)
	southwark.change(http.MethodPut, at, `{"part":"member","coming":"coming"}`).problem(403, "not_yours")
	neighbour.change(http.MethodPut, at, `{"part":"member","coming":"coming"}`).problem(422, "invalid")
	lambeth.change(http.MethodPut, at, `{"part":"member","coming":"coming"}`).want(200)
	neighbour.change(http.MethodPost, ours+"/record-attendance", `{"metOn":"2026-10-06","cameIds":["`+idIn(director)+`"],"others":[{"role":"hos","count":2}]}`).want(200)
	if !strings.Contains(neighbour.get(ours).want(200).body, "Ada Example") || strings.Contains(southwark.get(ours).want(200).body, "Ada") {
		t.Error("names are for those who met, and for nobody else")
	}
	for i, group := range idsIn(t, manager.get("/v1/peer-challenge-groups?peerChallengeId="+idIn(challenge))) {
		switch g := "/v1/peer-challenge-groups/" + group; g {
		case ours:
		case others:
			manager.change(http.MethodDelete, g, "").problem(422, "invalid")
			manager.change(http.MethodDelete, g, "", "X-Audit-Reason", "No day could be found").want(204)
		default:
			manager.change(http.MethodPost, g+"/record-attendance", `{"cameIds":[],"others":[{"role":"dcs","count":`+strconv.Itoa(i+1)+`}]}`).want(200)
		}
	}

	// Its milestone is there of itself. It follows corrections, but keeps words that somebody wrote.
	manager.change(http.MethodPost, challenge+"/complete", "").want(200)
	milestone := derivedFrom(t, tool.get("/v1/milestones?derived=true&kind=peer_challenge&cycle=2026-27"), idIn(challenge))
	if milestone.State != "achieved" || milestone.AchievedOn != "2026-10-16" || len(milestone.Boroughs) != 9 {
		t.Errorf("the derived milestone is %+v", milestone)
	}
	manager.change(http.MethodPatch, "/v1/milestones/"+milestone.ID, `{"state":"missed"}`).problem(409, "derived")
	manager.change(http.MethodPatch, "/v1/milestones/"+milestone.ID, `{"title":"South London met again"}`).want(200)
	manager.change(http.MethodPatch, challenge, `{"endsOn":"2026-10-15"}`).want(200)
	milestone = derivedFrom(t, tool.get("/v1/milestones?derived=true&kind=peer_challenge&cycle=2026-27"), idIn(challenge))
	if milestone.Title != "South London met again" || milestone.AchievedOn != "2026-10-15" {
		t.Errorf("after the correction the milestone is %+v", milestone)
	}

	// It is closed: nothing more is recorded, until it is reopened for a reason.
	manager.change(http.MethodPost, challenge+"/close", "").want(200)
	lambeth.post("/v1/findings", finding).problem(409, "wrong_state")
	manager.change(http.MethodPatch, challenge, `{"title":"Too late"}`).problem(409, "wrong_state")
	manager.change(http.MethodPost, challenge+"/reopen", "").problem(422, "invalid")
	manager.change(http.MethodPost, challenge+"/reopen", `{"reason":"A finding came late"}`).want(200)

	// All of it can be read afterwards by those whom it concerns.
	audit := manager.get("/v1/audit-entries?limit=500&type=peer-challenge&id=" + idIn(challenge)).want(200).body
	if !strings.Contains(audit, "A finding came late") || !strings.Contains(audit, `"member":"state"`) {
		t.Errorf("the audit says %s", audit)
	}
	lambeth.get("/v1/audit-entries?type=finding&id=" + idIn(found)).want(200)
	southwark.get("/v1/audit-entries?type=finding&id="+idIn(found)).problem(400, "bad_request")
}

func idIn(path string) string { return path[strings.LastIndex(path, "/")+1:] }

// idsIn answers the ids of a list's items.
func idsIn(t testing.TB, a answer) []string {
	t.Helper()
	var list struct{ Items []struct{ ID string } }
	a.want(200).into(&list)
	ids := []string{}
	for _, item := range list.Items {
		ids = append(ids, item.ID)
	}
	return ids
}

func membersOf(t testing.TB, a answer) []string {
	t.Helper()
	var group struct{ Members []struct{ Borough string } }
	a.want(200).into(&group)
	codes := []string{}
	for _, m := range group.Members {
		codes = append(codes, m.Borough)
	}
	return codes
}

// otherMember answers a member of the group that is not the given one.
func otherMember(t testing.TB, group answer, not string) string {
	t.Helper()
	for _, code := range membersOf(t, group) {
		if code != not {
			return code
		}
	}
	t.Fatal("the group has no other member")
	return ""
}

type milestoneSeen struct {
	ID, Title, State, AchievedOn, PeerChallengeID string
	Boroughs                                      []string
}

// derivedFrom answers the one milestone of the list that follows the challenge.
func derivedFrom(t *testing.T, a answer, challenge string) milestoneSeen {
	t.Helper()
	var list struct{ Items []milestoneSeen }
	a.want(200).into(&list)
	var found []milestoneSeen
	for _, m := range list.Items {
		if m.PeerChallengeID == challenge {
			found = append(found, m)
		}
	}
	if len(found) != 1 {
		text, _ := json.Marshal(list)
		t.Fatalf("%d milestones follow the challenge: %s", len(found), text)
	}
	return found[0]
}

// wantStep fails the test unless the resource says of the step what is given.
func wantStep(t testing.TB, a answer, step string, allowed bool, code string) {
	t.Helper()
	var r struct {
		Steps []struct {
			Name    string
			Allowed bool
			Code    *string
		}
	}
	a.want(200).into(&r)
	for _, s := range r.Steps {
		if s.Name != step {
			continue
		}
		if said := s.Code; s.Allowed != allowed || (said == nil) != allowed || said != nil && *said != code {
			t.Errorf("%s is %+v", step, s)
		}
		return
	}
	t.Errorf("the resource says nothing of %s", step)
}
