package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"peerchallenge/api"
	"peerchallenge/pkg/postgres/pgtest"
	"peerchallenge/pkg/programme"
)

// TestASelfEvaluationFromDraftToGroup: of a draft its borough knows alone, of what is signed
// the team knows that it is, and what is shared the group reads, and nobody else, until the
// challenge is over.
func TestASelfEvaluationFromDraftToGroup(t *testing.T) {
	t.Parallel()
	w := lean(t)
	team, reporting := w.as(programme.RoleProgramme, ""), w.as(programme.RoleReporting, "")
	lead, editor, met, stranger := w.as(asLead, own), w.as(asEditor, own), w.as(asEditor, group), w.as(asEditor, other)
	challenge := w.groupMeeting()
	path := evaluationsList + "/" + w.completeEvaluation()
	reads := func(when string, want map[string][2]int) {
		t.Helper()
		for name, c := range map[string]caller{"own": editor, "team": team, "group": met, "stranger": stranger} {
			if got := [2]int{c.get(path).status, c.get(path + "/versions/1").status}; got != want[name] {
				t.Errorf("%s, %s finds it and its version as %v, want %v", when, name, got, want[name])
			}
			listed := strings.Contains(c.get(evaluationsList).want(200).body, idIn(path)) && strings.Contains(c.get(evaluationsList+"?format=csv").want(200).body, idIn(path))
			if listed != (want[name][0] == 200) {
				t.Errorf("%s, it stands in the list of %s: %t", when, name, listed)
			}
		}
		reporting.get(path).problem(403, "role")
	}
	nobody := map[string][2]int{"own": {200, 404}, "team": {404, 404}, "group": {404, 404}, "stranger": {404, 404}}
	reads("as a draft", nobody)
	editor.does(path, "sign-off", "").problem(403, "role")
	heard := w.lastPlace(met)
	lead.does(path, "sign-off", "").want(200)
	signed := map[string][2]int{"own": {200, 200}, "team": {200, 404}, "group": {404, 404}, "stranger": {404, 404}}
	reads("signed", signed)
	lead.does(path, "share", `{"peerChallengeId":"`+nothing+`"}`).problem(422, "invalid")
	lead.does(path, "share", `{"peerChallengeId":"`+challenge+`","number":2,"from":"2020-01-01","until":"2019-12-31"}`).problem(422, "invalid")
	if w.lastPlace(met) != heard {
		t.Error("another borough hears of what is not shared with it")
	}
	lead.does(path, "share", `{"peerChallengeId":"`+challenge+`"}`).want(200)
	shared := map[string][2]int{"own": {200, 200}, "team": {200, 200}, "group": {200, 200}, "stranger": {404, 404}}
	reads("shared", shared)

	// A new draft, and what is written in it, nobody else learns of: not by a state, an ETag
	// or the feed.
	seen, of := met.get(path).want(200), w.lastPlace(met)
	known, told := team.get(path).want(200), w.lastPlace(team)
	lead.does(path, "reopen", `{}`).problem(422, "invalid")
	lead.does(path, "reopen", `{"reason":"There is more to say"}`).want(200)
	editor.change(http.MethodPatch, path+"/sections/care-leavers", `{"risks":[{"text":"Too few homes."}]}`).want(200)
	if again := met.get(path).want(200); again.body != seen.body || again.header.Get("ETag") != seen.header.Get("ETag") || w.lastPlace(met) != of {
		t.Errorf("a group learns of a draft:\n%s\n%s", seen.body, again.body)
	}
	if again := team.get(path).want(200); again.body != known.body || w.lastPlace(team) != told {
		t.Errorf("the team learns of a draft:\n%s\n%s", known.body, again.body)
	}
	lead.does(path, "sign-off", "").want(200)
	if again := met.get(path).want(200); again.body != seen.body || w.lastPlace(met) != of {
		t.Error("a group learns of a version that is not shared with it")
	}
	met.get(path+"/versions/2").problem(404, "not_found")
	team.get(path+"/versions/2").problem(404, "not_found")
	reads("with a second version", shared)

	// It ends with the challenge, for the group and not for the team.
	w.met(challenge)
	for _, step := range []string{"prepare", "start", "complete", "close"} {
		team.change(http.MethodPost, "/v1/peer-challenges/"+challenge+"/"+step, `{"reason":"It is so"}`).want(200) // nothing of it is open
	}
	reads("after closing", map[string][2]int{"own": {200, 200}, "team": {200, 200}, "group": {404, 404}, "stranger": {404, 404}})
}

// TestWhoLeavesTheGroupReadsNoMore, and who joins it does; what is taken back nobody does.
func TestWhoLeavesTheGroupReadsNoMore(t *testing.T) {
	t.Parallel()
	w := lean(t)
	team, lead, met, joins := w.as(programme.RoleProgramme, ""), w.as(asLead, own), w.as(asEditor, group), w.as(asEditor, "E09000029")
	path, challenge := evaluationsList+"/"+w.sharedEvaluation(), w.groupMeeting()
	inGroup := "/v1/peer-challenge-groups/" + w.ownerGets("SELECT id::text FROM peer_challenge_groups WHERE peer_challenge_id = '"+challenge+"'")
	met.get(path + "/versions/1").want(200)
	joins.get(path).problem(404, "not_found")
	team.change(http.MethodPut, inGroup+"/members/E09000029", `{"role":"visitor"}`).want(200)
	joins.get(path + "/versions/1").want(200)
	team.change(http.MethodDelete, inGroup+"/members/"+group, "", "X-Audit-Reason", "They moved").want(200)
	met.get(path).problem(404, "not_found")
	joins.get(path + "/versions/1").want(200)
	lead.does(path, "withdraw", "").want(200)
	for _, c := range []caller{met, joins} {
		c.get(path).problem(404, "not_found")
	}
	team.get(path+"/versions/1").problem(404, "not_found")
	lead.does(path, "withdraw", "").problem(409, "wrong_state")
	if state := lead.get(path).want(200).body; !strings.Contains(state, `"state":"signed_off"`) || !strings.Contains(state, `"ending":"withdrawn"`) {
		t.Error(state)
	}

	// The borough itself leaves: what it shared is nobody else's.
	lead.does(path, "share", `{"peerChallengeId":"`+challenge+`"}`).want(200)
	joins.get(path).want(200)
	team.change(http.MethodDelete, inGroup+"/members/"+own, "", "X-Audit-Reason", "They moved").want(200)
	joins.get(path).problem(404, "not_found")
	team.get(path + "/versions/1").want(200)
	lead.does(path, "share", `{"peerChallengeId":"`+challenge+`"}`).problem(409, "wrong_state")
}

// TestSharingKeepsItsDays: it begins when somebody looks at the clock on its day, and ends
// with its last day by itself, whether or not anybody does.
func TestSharingKeepsItsDays(t *testing.T) {
	t.Parallel()
	database := pgtest.Database(t)
	day := func(d, h int) time.Time { return time.Date(2026, 10, d, h, 0, 0, 0, time.UTC) }
	w, turn := startByHand(t, database, day(1, 12))
	path := evaluationsList + "/" + w.signedEvaluation()
	w.as(asLead, own).does(path, "share", `{"peerChallengeId":"`+w.groupMeeting()+`","from":"2026-10-05","until":"2026-10-07"}`).want(200)
	readers := func() (readers []api.SelfEvaluationReader) {
		t.Helper()
		var is api.SelfEvaluation
		w.as(asLead, own).get(path).want(200).into(&is)
		return is.Readers
	}
	if r := readers(); len(r) != 2 || r[0].Now || r[0].Borough != nil || r[1].Borough == nil || *r[1].Borough != group || string(r[1].From) != "2026-10-05" {
		t.Errorf("who will read it is %+v", r)
	}
	keep := func() {
		t.Helper()
		if _, err := w.store.KeepTime(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	keep()
	w.as(asEditor, group).get(path).problem(404, "not_found")
	turn(day(4, 23))                                          // midnight in London
	w.as(asEditor, group).get(path).problem(404, "not_found") // a beginning may be late
	keep()
	w.as(asEditor, group).get(path + "/versions/1").want(200)
	if r := readers(); len(r) != 2 || !r[1].Now {
		t.Errorf("who reads it is %+v", r)
	}
	keep()
	turn(day(7, 22))
	w.as(asEditor, group).get(path + "/versions/1").want(200)
	turn(day(7, 23)) // and nobody looks
	for _, at := range []string{path, path + "/versions", path + "/versions/1", path + "/versions/1/changes?since=1"} {
		w.as(asEditor, group).get(at).problem(404, "not_found")
	}
	if page := w.as(asEditor, group).get(evaluationsList).want(200).body; strings.Contains(page, idIn(path)) {
		t.Error("it is in the list after its last day")
	}
	asPage := []string{"Accept", "text/html"}
	for _, c := range []caller{w.as(programme.RoleProgramme, ""), w.as(asLead, own)} {
		c.get(path + "/versions/1").want(200)
		if page := c.send(http.MethodGet, path+"/versions/1", "", asPage...).want(200).body; !strings.Contains(page, "Official: no longer shared with a group, for Lambeth and the programme&#39;s team only") {
			t.Error("its page does not say that the team reads on what was shared")
		}
	}
	for state, found := range map[string]bool{"signed_off": true, "shared": false} {
		if strings.Contains(w.as(asLead, own).get(evaluationsList+"?state="+state).want(200).body, idIn(path)) != found {
			t.Errorf("after its last day its borough finds it as %s: %t", state, !found)
		}
	}
	if is := w.as(asLead, own).get(path).want(200).body; !strings.Contains(is, `"state":"signed_off"`) {
		t.Error("its borough is told after the last day that it is shared:", is)
	}
	if tasks := w.as(asLead, own).get("/v1/me/tasks?kind=share-self-evaluation").want(200).body; strings.Contains(tasks, idIn(path)) {
		t.Error("what was shared until its last day waits to be shared")
	}
	if r := readers(); len(r) != 1 || r[0].Borough != nil || !r[0].Now {
		t.Errorf("who reads it after the last day is %+v, want the programme's team", r)
	}
	keep()
	if state := w.as(asLead, own).get(path).want(200).body; !strings.Contains(state, `"ending":"day_over"`) {
		t.Error(state)
	}

	// What has ended is taken back from the team too.
	w.as(asLead, own).does(path, "withdraw", "").want(200)
	w.as(programme.RoleProgramme, "").get(path+"/versions/1").problem(404, "not_found")
	if page := w.as(asLead, own).send(http.MethodGet, path+"/versions/1", "", asPage...).want(200).body; !strings.Contains(page, "Official: signed and not shared, for Lambeth only") {
		t.Error("its page does not say that it is taken back")
	}
	if r := readers(); len(r) != 0 {
		t.Errorf("who reads it when it is taken back is %+v", r)
	}
	if state := w.as(asLead, own).get(path).want(200).body; !strings.Contains(state, `"ending":"day_over"`) || strings.Contains(state, `"takenBackAt":null`) {
		t.Error(state)
	}
	w.as(asLead, own).does(path, "withdraw", "").problem(409, "wrong_state")
}

// TestWhatIsGoingToBeSharedEndsBeforeItsDay: a sharing that has not begun ends with what it was
// for, and then nothing begins on its day.
func TestWhatIsGoingToBeSharedEndsBeforeItsDay(t *testing.T) {
	t.Parallel()
	day := func(d int) time.Time { return time.Date(2026, 10, d, 12, 0, 0, 0, time.UTC) }
	w, turn := startByHand(t, pgtest.Database(t), day(1))
	team, lead := w.as(programme.RoleProgramme, ""), w.as(asLead, own)
	path, challenge := evaluationsList+"/"+w.signedEvaluation(), w.groupMeeting()
	member := "/v1/peer-challenge-groups/" + w.ownerGets("SELECT id::text FROM peer_challenge_groups WHERE peer_challenge_id = '"+challenge+"'") + "/members/"
	for _, c := range []struct {
		what, ending string
		does         func()
		again        func()
	}{
		{"its borough left the group", "left_group", func() {
			team.change(http.MethodDelete, member+own, "", "X-Audit-Reason", "They moved").want(200)
		}, func() { team.change(http.MethodPut, member+own, `{"role":"visitor"}`).want(200) }},
		{"the challenge was cancelled", "challenge_over", func() {
			team.change(http.MethodPost, "/v1/peer-challenges/"+challenge+"/cancel", `{"reason":"Nobody can come"}`).want(200)
		}, func() {}},
	} {
		lead.does(path, "share", `{"peerChallengeId":"`+challenge+`","from":"2026-10-05"}`).want(200)
		c.does()
		var is api.SelfEvaluation
		lead.get(path).want(200).into(&is)
		last := is.Sharings[len(is.Sharings)-1]
		if last.BeganAt != nil || last.EndedAt == nil || last.Ending == nil || string(*last.Ending) != c.ending || len(is.Readers) != 0 {
			t.Errorf("as %s what was going to be shared is %+v, to be read by %+v", c.what, last, is.Readers)
		}
		c.again()
	}
	turn(day(5))
	if _, err := w.store.KeepTime(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []caller{w.as(asEditor, group), w.as(programme.RoleProgramme, "")} {
		c.get(path+"/versions/1").problem(404, "not_found")
	}
	w.as(asEditor, group).get(path).problem(404, "not_found")
}

// TestTwoAuthorsAndALateWholeDocument: who writes in another section is in nobody's way, and
// who sends the whole on an old state is refused.
func TestTwoAuthorsAndALateWholeDocument(t *testing.T) {
	t.Parallel()
	w := lean(t)
	a, b, lead := w.as(asEditor, own), w.as(asEditor, own), w.as(asLead, own)
	id := w.begunEvaluation()
	path := evaluationsList + "/" + id
	whole := a.get(path).want(200)
	var begun api.SelfEvaluation
	whole.into(&begun)
	section := func(name string) (at, etag string) {
		t.Helper()
		at = path + "/sections/" + name
		return at, a.get(at).want(200).header.Get("ETag")
	}
	first, etagOfFirst := section("help-and-protection")
	second, etagOfSecond := section("care-leavers")
	third, etagOfThird := section("workforce")
	a.send(http.MethodPatch, first, `{"answers":[{"questionId":"quality","text":"A1"}]}`, "If-Match", etagOfFirst).want(200)
	b.send(http.MethodPatch, second, `{"answers":[{"questionId":"quality","text":"B1"}]}`, "If-Match", etagOfSecond).want(200)
	b.send(http.MethodPatch, first, `{"answers":[{"questionId":"quality","text":"B2"}]}`, "If-Match", etagOfFirst).problem(412, "stale")
	b.send(http.MethodPatch, first, `{"answers":[{"questionId":"quality","text":"B2"}]}`).problem(428, "if_match_required")
	at := "/v1/boroughs/" + own + "/self-evaluations/" + begun.Cycle
	lead.send(http.MethodPut, at, complete("Late."), "If-Match", whole.header.Get("ETag")).problem(412, "stale")
	is := a.get(path).want(200)
	for _, want := range []string{`"questionId":"quality","text":"A1"`, `"questionId":"quality","text":"B1"`, `"signed":null`} {
		if !strings.Contains(is.body, want) && !strings.Contains(strings.ReplaceAll(is.body, `"citation":null,`, ""), strings.ReplaceAll(want, `"questionId":"quality",`, "")) {
			t.Errorf("%s does not stand in %s", want, is.body)
		}
	}
	if is.header.Get("ETag") == whole.header.Get("ETag") {
		t.Error("the document has the ETag that it had")
	}
	if _, now := section("workforce"); now != etagOfThird {
		t.Errorf("a section that nobody touched has another ETag: %s", third)
	}
}

// TestAuthorsAtTheSameInstant: of two who write in one section from the same state one does, and who
// writes in another section at that moment loses nothing to them.
func TestAuthorsAtTheSameInstant(t *testing.T) {
	t.Parallel()
	w := lean(t)
	authors := []caller{w.as(asEditor, own), w.as(asLead, own), w.as(asEditor, own)}
	path := evaluationsList + "/" + w.begunEvaluation()
	sections := []string{"help-and-protection", "help-and-protection", "care-leavers"}
	for round := range 10 {
		var all sync.WaitGroup
		var answers [3]answer
		start := make(chan struct{})
		for i, author := range authors {
			at := path + "/sections/" + sections[i]
			etag := author.get(at).want(200).header.Get("ETag")
			all.Go(func() {
				<-start
				answers[i] = author.send(http.MethodPatch, at, fmt.Sprintf(`{"answers":[{"questionId":"quality","text":"Author %d in round %d"}]}`, i, round), "If-Match", etag)
			})
		}
		close(start)
		all.Wait()
		statuses := []int{answers[0].status, answers[1].status}
		slices.Sort(statuses)
		if answers[2].want(200); !slices.Equal(statuses, []int{200, 412}) {
			t.Fatalf("in round %d two authors of a section are answered %v", round, statuses)
		}
		wrote := 0
		if answers[1].status == 200 {
			wrote = 1
		}
		is := authors[0].get(path).want(200).body
		for _, i := range []int{wrote, 2} {
			if text := fmt.Sprintf("Author %d in round %d", i, round); !strings.Contains(is, text) {
				t.Errorf("%q is lost", text)
			}
		}
	}
}

// TestLateCopiesFromASystem: what is there already is not written again, a repeated request
// changes nothing, and nothing comes back that was signed or removed.
func TestLateCopiesFromASystem(t *testing.T) {
	t.Parallel()
	w := lean(t)
	lead, editor, system := w.as(asLead, own), w.as(asEditor, own), w.as(programme.RoleBoroughSystem, own)
	cycle := w.nextCycle()
	at := "/v1/boroughs/" + own + "/self-evaluations/" + cycle
	x := complete("X.")
	system.send(http.MethodPut, at, x, "If-None-Match", "*").problem(403, "no_authority")
	created := editor.send(http.MethodPut, at, x, "If-None-Match", "*", "Idempotency-Key", "k1").want(201)
	path := created.header.Get("Location")
	etagOfX := created.header.Get("ETag")
	editor.change(http.MethodPatch, path+"/sections/care-leavers", `{"risks":[{"text":"Y"}]}`).want(200)
	state := editor.get(path).want(200)
	if again := editor.send(http.MethodPut, at, x, "If-None-Match", "*", "Idempotency-Key", "k1").want(201); again.header.Get("Idempotency-Replayed") != "true" || again.body != created.body {
		t.Error("a repeated request is not answered as the first was")
	}
	editor.send(http.MethodPut, at, x, "If-Match", etagOfX).problem(412, "stale")
	editor.send(http.MethodPut, at, x).problem(428, "if_match_required")
	editor.send(http.MethodPut, at, x, "If-None-Match", "*").problem(412, "stale")

	var y api.SelfEvaluation
	state.into(&y)
	sections := make([]map[string]any, len(y.Draft))
	for i, s := range y.Draft {
		text, err := json.Marshal(s)
		if err == nil {
			err = json.Unmarshal(text, &sections[i])
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, member := range []string{"title", "updatedAt", "etag"} {
			delete(sections[i], member)
		}
	}
	same := jsonOf(t, map[string]any{"sections": sections})
	before, entries := w.lastPlace(editor), w.ownerGets("SELECT count(*)::text FROM audit_entries")
	if r := editor.send(http.MethodPut, at, same, "If-Match", etagOfX).want(200); !strings.Contains(r.body, `"outcome":"unchanged"`) || !strings.Contains(r.body, `"etag":`+jsonOf(t, y.Etag)+`,"figures"`) {
		t.Errorf("the same is answered %s", r.body)
	}
	if w.lastPlace(editor) != before || w.ownerGets("SELECT count(*)::text FROM audit_entries") != entries {
		t.Error("what is there already was written again")
	}
	lead.does(path, "sign-off", "").want(200)
	signed := lead.get(path + "/versions/1").want(200).body
	if again := editor.send(http.MethodPut, at, x, "If-None-Match", "*", "Idempotency-Key", "k1").want(201); again.header.Get("Idempotency-Replayed") != "true" || again.body != created.body {
		t.Error("after sign-off a repeated request is not answered as the first was")
	}
	editor.send(http.MethodPut, at, x, "If-Match", lead.get(path).header.Get("ETag")).problem(409, "wrong_state")
	if now := lead.get(path + "/versions/1").want(200).body; now != signed {
		t.Errorf("what was signed is another after late copies: %s", now)
	}
	if r := editor.send(http.MethodPut, at, same).want(200); !strings.Contains(r.body, `"outcome":"unchanged"`) {
		t.Errorf("what is signed, sent again, is answered %s", r.body)
	}

	// Three systems post one document at once, on a lead's authority: there is one.
	together, system := w.nextCycle(), w.authorisedSystem(own)
	outcomes := make([]int, 3)
	var sent sync.WaitGroup
	for i := range outcomes {
		sent.Go(func() {
			outcomes[i] = system.send(http.MethodPut, "/v1/boroughs/"+own+"/self-evaluations/"+together, x, "If-None-Match", "*").status
		})
	}
	sent.Wait()
	if slices.Sort(outcomes); !slices.Equal(outcomes, []int{200, 200, 201}) {
		t.Errorf("three who send the same are answered %v", outcomes)
	}

	// A draft that was never signed is deleted, and the request that made it does not make it again.
	gone := w.nextCycle()
	key := []string{"If-None-Match", "*", "Idempotency-Key", "k2"}
	removed := editor.send(http.MethodPut, "/v1/boroughs/"+own+"/self-evaluations/"+gone, x, key...).want(201).header.Get("Location")
	editor.change(http.MethodDelete, removed, "").problem(403, "role")
	lead.change(http.MethodDelete, removed, "", "X-Audit-Reason", "By mistake").want(204)
	editor.send(http.MethodPut, "/v1/boroughs/"+own+"/self-evaluations/"+gone, x, key...).problem(409, "made_and_removed")
	editor.get("/v1/boroughs/"+own+"/self-evaluations/"+gone).problem(404, "not_found")
}
