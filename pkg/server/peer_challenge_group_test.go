package server_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"peerchallenge/pkg/programme"
)

// Boroughs of South London, and one of East London.
const (
	lambethCode   = "E09000022"
	croydonCode   = "E09000008"
	southwarkCode = "E09000028"
	hamletsCode   = "E09000030"
)

var (
	_ = standIn("/v1/peer-challenge-groups", exampleGroup, func(w *world) string {
		return w.group(programme.ChallengeInProgress, lambethCode, croydonCode).ID
	})
	_ = prepared(func(w *world) string { return w.group(programme.ChallengePlanned, lambethCode).ID }, "deletePeerChallengeGroup")
	_ = prepared(func(w *world) string {
		g := w.group(programme.ChallengeInProgress, lambethCode, croydonCode)
		seated, err := w.store.PutGroupPerson(w.t.Context(), team, g.ID, g.Version, w.attendee())
		return must(w, seated, err).ID
	}, "deletePeerChallengeGroupPerson")
)

// attendee is the person of the examples, at a table.
func (w *world) attendee() programme.Attendee {
	w.t.Helper()
	return programme.Attendee{ParticipantID: new(w.standing(examplePerson)), Part: programme.PartObserver, Coming: programme.IsComing}
}

// group makes a group of the boroughs in a challenge of South London, which stands
// in the state.
func (w *world) group(state programme.ChallengeState, boroughs ...string) programme.PeerChallengeGroup {
	w.t.Helper()
	c := w.challenge(programme.ChallengePlanned)
	g := w.groupIn(c.ID, "Group 1", boroughs...)
	next := map[programme.ChallengeState]programme.Step{
		programme.ChallengePlanned: programme.Prepare, programme.ChallengePreparing: programme.Start,
		programme.ChallengeInProgress: programme.Complete, programme.ChallengeCompleted: programme.Close,
	}
	for c.State != state {
		if next[c.State] == programme.Complete {
			w.met(c.ID)
		}
		moved, err := w.store.MovePeerChallenge(w.t.Context(), team, c.ID, c.Version, next[c.State])
		c = must(w, moved, err)
	}
	return g
}

// groupIn makes a group of the boroughs, with a link of its own, in a challenge that
// takes groups.
func (w *world) groupIn(challenge, name string, boroughs ...string) programme.PeerChallengeGroup {
	w.t.Helper()
	made, err := w.store.CreatePeerChallengeGroup(w.t.Context(), team, programme.PeerChallengeGroup{
		PeerChallengeID: challenge, Name: name, Link: new("https://example.org/" + strings.ReplaceAll(name, " ", "-")),
	})
	g := must(w, made, err)
	for _, code := range boroughs {
		made, err := w.store.PutGroupMember(w.t.Context(), team, g.ID, g.Version, programme.GroupMember{Borough: code, Role: programme.MemberVisitor})
		g = must(w, made, err)
	}
	return g
}

const (
	groupsList = "/v1/peer-challenge-groups"
	groupsPath = groupsList + "/"
)

// TestGroupStates: what is refused once the challenge stands elsewhere.
func TestGroupStates(t *testing.T) {
	t.Parallel()
	w := lean(t)
	manager := w.as(programme.RoleProgramme, "")

	planned := groupsPath + w.group(programme.ChallengePlanned, lambethCode).ID
	manager.change(http.MethodPut, planned+"/notes", `{"notes":"Too soon."}`).problem(409, "wrong_state")

	begun := w.group(programme.ChallengeInProgress, lambethCode)
	manager.post(groupsList, `{"peerChallengeId":"`+begun.PeerChallengeID+`","name":"Group 2"}`).problem(409, "wrong_state")
	manager.change(http.MethodDelete, groupsPath+begun.ID, "").problem(422, "invalid")
	manager.change(http.MethodPatch, groupsPath+begun.ID, `{"venue":"Civic Centre"}`).want(200)

	completed := groupsPath + w.group(programme.ChallengeCompleted, lambethCode).ID
	why := []string{"X-Audit-Reason", "Too late"}
	manager.change(http.MethodDelete, completed, "", why...).problem(409, "wrong_state")
	met := w.group(programme.ChallengeInProgress, lambethCode, croydonCode)
	w.met(met.PeerChallengeID)
	manager.change(http.MethodDelete, groupsPath+met.ID, "", why...).problem(409, "wrong_state")
	manager.change(http.MethodPut, completed+"/members/"+croydonCode, `{"role":"visitor"}`, why...).problem(409, "wrong_state")
	manager.change(http.MethodDelete, completed+"/members/"+lambethCode, "", why...).problem(409, "wrong_state")
	manager.change(http.MethodPut, completed+"/notes", `{"notes":"Still open."}`).want(200)
	manager.change(http.MethodPatch, completed, `{"name":"The first group"}`).want(200)

	closed := groupsPath + w.group(programme.ChallengeClosed, lambethCode).ID
	manager.change(http.MethodPatch, closed, `{"venue":"Civic Centre"}`).problem(409, "wrong_state")
	manager.change(http.MethodPut, closed+"/notes", `{"notes":"Too late."}`).problem(409, "wrong_state")
	wantStep(t, manager.get(closed), "edit", false, "wrong_state")
	wantStep(t, manager.get(planned), "put-member", true, "")
	wantStep(t, w.as(programme.RoleBoroughLead, lambethCode).get(planned), "edit", false, "role")
	if none := w.as(programme.RoleReporting, "").get(planned).want(200); !strings.Contains(none.body, `"steps":[]`) {
		t.Errorf("a reporting tool may do nothing with a group: %s", none.body)
	}
}

func TestGroupNamesEveryFault(t *testing.T) {
	t.Parallel()
	w := lean(t)
	manager := w.as(programme.RoleProgramme, "")
	challenge := w.challenge(programme.ChallengePlanned).ID
	for body, want := range map[string][]string{
		`{"peerChallengeId":"01932b7e-5d5c-7c4e-9d0f-1f6c8f6f3a10","name":"x","startsOn":"2026-10-06","endsOn":"2026-10-05"}`: {"/peerChallengeId unknown_value", "/endsOn order"},
		`{"peerChallengeId":"` + challenge + `","name":"x","startsOn":"2026-10-04","endsOn":"2026-10-17"}`:                    {"/startsOn outside_challenge", "/endsOn outside_challenge"},
		`{"peerChallengeId":"` + challenge + `"}`: {"/name required"},
	} {
		if got := manager.post(groupsList, body).problem(422, "invalid"); !slices.Equal(got, want) {
			t.Errorf("%s: faults %v, want %v", body, got, want)
		}
	}

	// A name is a challenge's own.
	first := manager.post(groupsList, `{"peerChallengeId":"`+challenge+`","name":"Group 1","startsOn":"2026-10-05","endsOn":"2026-10-16"}`).id()
	manager.post(groupsList, `{"peerChallengeId":"`+challenge+`","name":"Group 1"}`).problem(409, "exists")
	second := manager.post(groupsList, `{"peerChallengeId":"`+challenge+`","name":"Group 2"}`).id()
	manager.change(http.MethodPatch, groupsPath+second, `{"name":"Group 1"}`).problem(409, "exists")
	manager.post(groupsList, `{"peerChallengeId":"`+w.challenge(programme.ChallengePlanned).ID+`","name":"Group 1"}`).want(201)

	// Days stay where somebody presents.
	manager.change(http.MethodPut, groupsPath+first+"/members/"+lambethCode, `{"role":"host","presentsOn":"2026-10-07"}`).want(200)
	if got := manager.change(http.MethodPatch, groupsPath+first, `{"startsOn":"2026-10-08"}`).problem(422, "invalid"); !slices.Equal(got, []string{"/startsOn presentation_outside"}) {
		t.Errorf("faults %v", got)
	}
	if got := manager.change(http.MethodPut, groupsPath+first+"/members/"+lambethCode, `{"role":"host","presentsOn":"2026-10-17"}`).problem(422, "invalid"); !slices.Equal(got, []string{"/presentsOn outside_group"}) {
		t.Errorf("faults %v", got)
	}
}

func TestGroupMembers(t *testing.T) {
	t.Parallel()
	w := lean(t)
	manager := w.as(programme.RoleProgramme, "")
	challenge := w.challenge(programme.ChallengePlanned).ID
	ours, theirs := groupsPath+w.groupIn(challenge, "Group 1", lambethCode).ID, groupsPath+w.groupIn(challenge, "Group 2", southwarkCode).ID

	refused := manager.change(http.MethodPut, theirs+"/members/"+lambethCode, `{"role":"visitor"}`)
	refused.problem(409, "double_placement")
	if !strings.Contains(refused.body, "Lambeth (E09000022)") || !strings.Contains(refused.body, "Group 1") {
		t.Errorf("neither borough nor group are named: %s", refused.body)
	}
	refused = manager.change(http.MethodPut, ours+"/members/"+hamletsCode, `{"role":"visitor","presentsOn":"2027-01-01"}`)
	if got := refused.problem(422, "invalid"); !slices.Equal(got, []string{"borough not_in_sub_region", "/presentsOn outside_group"}) {
		t.Errorf("faults %v", got)
	}
	if !strings.Contains(refused.body, "Tower Hamlets (E09000030)") {
		t.Errorf("the borough is not named: %s", refused.body)
	}
	if got := manager.change(http.MethodPut, ours+"/members/E09000099", `{"role":"visitor"}`).problem(422, "invalid"); !slices.Equal(got, []string{"borough unknown_value"}) {
		t.Errorf("faults %v", got)
	}

	// Several are hosts, each in its turn, and members stand in order of their codes.
	manager.change(http.MethodPut, ours+"/members/"+lambethCode, `{"role":"host","presentsOn":"2026-10-06"}`).want(200)
	manager.change(http.MethodPut, ours+"/members/"+croydonCode, `{"role":"host","presentsOn":"2026-10-07"}`).want(200)
	if got := membersOf(t, manager.get(ours)); !slices.Equal(got, []string{croydonCode, lambethCode}) {
		t.Errorf("members %v", got)
	}
	manager.change(http.MethodDelete, ours+"/members/"+southwarkCode, "").problem(404, "not_found")

	// Who has left one group may be put into another.
	manager.change(http.MethodDelete, ours+"/members/"+lambethCode, "").want(200)
	manager.change(http.MethodPut, theirs+"/members/"+lambethCode, `{"role":"visitor"}`).want(200)

	// In the middle of the challenge there must be a reason, and the same rules hold.
	begun := groupsPath + w.group(programme.ChallengeInProgress, lambethCode).ID
	for _, c := range []struct{ method, borough, body string }{
		{http.MethodPut, croydonCode, `{"role":"observer"}`},
		{http.MethodDelete, lambethCode, ""},
	} {
		if got := manager.change(c.method, begun+"/members/"+c.borough, c.body).problem(422, "invalid"); !slices.Equal(got, []string{"X-Audit-Reason reason_required"}) {
			t.Errorf("%s without a reason: %v", c.method, got)
		}
		manager.change(c.method, begun+"/members/"+c.borough, c.body, "X-Audit-Reason", "An inspection was announced").want(200)
	}
	if got := membersOf(t, manager.get(begun)); !slices.Equal(got, []string{croydonCode}) {
		t.Errorf("members %v", got)
	}
}

// TestGroupIsPlacedOnceByConcurrentWriters: of all who place a borough in different
// groups at the same time, one succeeds.
func TestGroupIsPlacedOnceByConcurrentWriters(t *testing.T) {
	t.Parallel()
	w := lean(t)
	challenge := w.challenge(programme.ChallengePlanned).ID
	const writers = 6
	var etags, paths [writers]string
	for i := range writers {
		paths[i] = groupsPath + w.groupIn(challenge, fmt.Sprintf("Group %d", i+1)).ID
		etags[i] = w.etag(paths[i])
	}
	var answers [writers]answer
	var all sync.WaitGroup
	for i := range writers {
		all.Go(func() {
			answers[i] = w.write(http.MethodPut, paths[i]+"/members/"+lambethCode, `{"role":"visitor"}`, "If-Match", etags[i])
		})
	}
	all.Wait()
	placed := 0
	for _, a := range answers {
		if a.status == 200 {
			placed++
			continue
		}
		a.problem(409, "double_placement")
	}
	if placed != 1 {
		t.Errorf("placed %d times", placed)
	}
	if n := len(idsIn(t, w.get(groupsList+"?borough="+lambethCode))); n != 1 {
		t.Errorf("it is in %d groups", n)
	}
}

// TestGroupSecrets: link and notes are for the group's members and the team.
func TestGroupSecrets(t *testing.T) {
	t.Parallel()
	w := lean(t)
	path := groupsPath + w.group(programme.ChallengeInProgress, lambethCode, croydonCode).ID
	const secret, link = "Re-referrals worry us.", "https://example.org/Group-1"
	for _, writer := range []caller{w.as(programme.RoleProgramme, ""), w.as(programme.RoleBoroughLead, lambethCode), w.as(programme.RoleBoroughEditor, croydonCode)} {
		writer.change(http.MethodPut, path+"/notes", `{"notes":null}`).want(200)
		writer.change(http.MethodPut, path+"/notes", `{"notes":"`+secret+`"}`).want(200)
	}
	w.as(programme.RoleBoroughLead, southwarkCode).change(http.MethodPut, path+"/notes", `{"notes":"x"}`).problem(403, "not_yours")
	w.as(programme.RoleBoroughSystem, lambethCode).change(http.MethodPut, path+"/notes", `{"notes":"x"}`).problem(403, "role")

	list := groupsList + "?borough=" + lambethCode
	for _, c := range []struct {
		who  string
		from caller
		sees bool
	}{
		{"the team", w.as(programme.RoleProgramme, ""), true},
		{"its director", w.as(programme.RoleBoroughLead, lambethCode), true},
		{"an officer of another member", w.as(programme.RoleBoroughEditor, croydonCode), true},
		{"a member's machine", w.as(programme.RoleBoroughSystem, croydonCode), true},
		{"another borough", w.as(programme.RoleBoroughLead, southwarkCode), false},
		{"a borough of another sub-region", w.as(programme.RoleBoroughEditor, hamletsCode), false},
		{"a reporting tool", w.as(programme.RoleReporting, ""), false},
	} {
		for _, address := range []string{path, list, list + "&format=csv", list + "&format=ndjson"} {
			body := c.from.get(address).want(200).body
			if !strings.Contains(body, croydonCode) {
				t.Errorf("%s does not see the group at %s", c.who, address)
			}
			if strings.Contains(body, secret) != c.sees || strings.Contains(body, link) != c.sees {
				t.Errorf("%s at %s: sees the notes and the link is not %v: %s", c.who, address, c.sees, body)
			}
		}
	}
}

func TestGroupLists(t *testing.T) {
	t.Parallel()
	w := lean(t)
	empty := groupsList + "?cycle=2031-32"
	if got := w.get(empty).want(200).body; !strings.Contains(got, `"items":[]`) {
		t.Errorf("the empty list is %s", got)
	}
	if got := strings.Count(w.get(empty+"&format=csv").want(200).body, "\n"); got != 1 {
		t.Errorf("the empty table has %d lines", got)
	}
	challenge := w.challenge(programme.ChallengePlanned)
	a, b := w.groupIn(challenge.ID, "Group 1", lambethCode), w.groupIn(challenge.ID, "Group 2", southwarkCode)
	c := w.group(programme.ChallengePlanned, lambethCode, croydonCode)
	w.patch(groupsPath+a.ID, `{"venue":"Civic Centre"}`).want(200)
	changed := w.as(programme.RoleProgramme, "").get(groupsPath + a.ID)
	var at struct{ UpdatedAt string }
	changed.into(&at)
	for query, want := range map[string][]string{
		"peerChallengeId=" + challenge.ID:                      {a.ID, b.ID},
		"peerChallengeId=" + challenge.ID + "&sort=updatedAt":  {b.ID, a.ID},
		"peerChallengeId=" + challenge.ID + "&sort=-updatedAt": {a.ID, b.ID},
		"cycle=2026-27&borough=" + lambethCode:                 {a.ID, c.ID},
		"borough=" + croydonCode + "&cycle=2026-27":            {c.ID},
		"cycle=2026-27&updatedSince=" + at.UpdatedAt:           {a.ID},
		"borough=" + hamletsCode + "&cycle=2026-27":            {},
	} {
		if got := idsIn(t, w.get(groupsList+"?"+query)); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
	w.get(groupsList+"?cycle=2026").problem(400, "bad_request")
}

// TestChallengeStaysWithItsGroups: its dates and its sub-region can change only so
// far that its groups still belong to it.
func TestChallengeStaysWithItsGroups(t *testing.T) {
	t.Parallel()
	w := lean(t)
	g := w.group(programme.ChallengePlanned, lambethCode)
	challenge := "/v1/peer-challenges/" + g.PeerChallengeID
	w.patch(groupsPath+g.ID, `{"startsOn":"2026-10-06","endsOn":"2026-10-07"}`).want(200)
	if got := w.patch(challenge, `{"startsOn":"2026-10-07","subRegion":"east","priorityId":"01932b7e-5d5c-7c4e-9d0f-1f6c8f6f3a10"}`).problem(422, "invalid"); !slices.Equal(got,
		[]string{"/priorityId unknown_value", "/startsOn groups_outside", "/subRegion not_in_sub_region"}) {
		t.Errorf("faults %v", got)
	}
	w.patch(challenge, `{"startsOn":"2026-10-06","endsOn":"2026-10-07"}`).want(200)
	w.patch(challenge, `{"title":"Another"}`).want(200)
}

// TestBoroughOfAGroupStays: it is not deleted while a group has it.
func TestBoroughOfAGroupStays(t *testing.T) {
	t.Parallel()
	w := lean(t)
	w.group(programme.ChallengePlanned, lambethCode)
	refused := w.write(http.MethodDelete, "/v1/boroughs/"+lambethCode, "", "If-Match", w.etag("/v1/boroughs/"+lambethCode))
	refused.problem(409, "in_use")
	if !strings.Contains(refused.body, "Peer challenge groups refer to it.") {
		t.Errorf("refused with %s", refused.body)
	}
}
