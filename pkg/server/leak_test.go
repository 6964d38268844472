package server_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"peerchallenge/pkg/postgres"
	"peerchallenge/pkg/postgres/pgtest"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/server"
)

// still is a clock that stands, so that no two answers differ by the time alone.
func still() func() time.Time {
	now := clock()
	return func() time.Time { return now }
}

// hidden is something that is done out of the sight of readers.
type hidden struct {
	what string
	from []*asking
	do   func() (records []string)
}

// The words in what is hidden, by which the readers search.
var kept = []string{"Zephyrine", "Quillfeather", "zephyr"}

// others is what there is in another group, which `own` and `group` have no part in.
type others struct {
	w                                *world
	team, lead                       caller
	meeting, review, person, another string // addresses
}

// makeOthers makes what happens among others: a group, and a review with an event and
// a milestone, which everybody may see, that link to it.
func (w *world) makeOthers() others {
	w.t.Helper()
	e := others{w: w, team: w.as(programme.RoleProgramme, ""), lead: w.as(programme.RoleBoroughLead, other)}
	post := func(path, body string) string { w.t.Helper(); return path + "/" + e.team.post(path, body).id() }
	challenge := post("/v1/peer-challenges", `{"title":"Second challenge","subRegion":"south","cycle":"2026-27","startsOn":"2026-10-05","endsOn":"2026-10-16"}`)
	e.meeting = post("/v1/peer-challenge-groups", `{"peerChallengeId":"`+idIn(challenge)+`","name":"Another group"}`)
	for _, borough := range []string{other, partner} {
		e.team.change(http.MethodPut, e.meeting+"/members/"+borough, `{"role":"visitor"}`).want(200)
	}
	for _, step := range []string{"/prepare", "/start"} {
		e.team.change(http.MethodPost, challenge+step, "").want(200)
	}
	e.person = post("/v1/participants", `{"name":"Robin Example","role":"ad","borough":"`+partner+`"}`)
	e.another = post("/v1/participants", `{"name":"Kim Example","role":"dcs","borough":"E09000030"}`)
	e.review = post("/v1/peer-reviews", `{"title":"Elsewhere","host":"`+other+`","cycle":"2026-27","team":[{"participantId":"`+idIn(e.person)+`","lead":false}]}`)
	post("/v1/events", `{"kind":"workshop","title":"Of a review","startsOn":"2026-11-03","endsOn":"2026-11-03","venue":"Town hall","peerReviewId":"`+idIn(e.review)+`"}`)
	post("/v1/milestones", `{"title":"Links to a review","description":"","cycle":"2026-27","kind":"peer_review","state":"planned","peerReviewId":"`+idIn(e.review)+`"}`)
	return e
}

// work is what these others do: nothing of it concerns anybody else.
func (e *others) work() []string {
	e.w.t.Helper()
	post := func(c caller, path, body string) string { e.w.t.Helper(); return path + "/" + c.post(path, body).id() }
	e.team.change(http.MethodPatch, e.review, `{"title":"Zephyrine","scope":"Quillfeather","team":[{"participantId":"`+idIn(e.another)+`","lead":true}]}`).want(200)
	e.team.change(http.MethodPost, e.review+"/scope", "").want(200)
	e.team.change(http.MethodPatch, e.another, `{"name":"Kim Quillfeather"}`).want(200)
	e.team.change(http.MethodDelete, e.person, "", "X-Audit-Reason", "Has left").want(204)
	finding := post(e.lead, "/v1/findings", `{"peerChallengeGroupId":"`+idIn(e.meeting)+`","borough":"`+other+`","kind":"risk","theme":"Zephyrine","text":"A zephyr blows.","evidence":"Quillfeather"}`)
	e.lead.change(http.MethodPut, finding+"/response", `{"answer":"accepted"}`).want(200)
	return []string{
		finding, e.review, e.another, e.person,
		post(e.lead, "/v1/findings", `{"peerChallengeGroupId":"`+idIn(e.meeting)+`","borough":"`+other+`","kind":"strength","theme":"Unanswered","text":"Zephyrine"}`),
		post(e.lead, "/v1/asks-and-offers", `{"kind":"ask","borough":"`+other+`","peerChallengeGroupId":"`+idIn(e.meeting)+`","title":"Zephyrine","text":"Who has one?"}`),
		post(e.lead, "/v1/participants", `{"name":"Zephyrine Quillfeather","role":"psw","borough":"`+other+`"}`),
		post(e.team, "/v1/peer-reviews", `{"title":"Zephyrine","host":"`+other+`","cycle":"2026-27","team":[]}`),
		post(e.lead, clientsList, `{"name":"Zephyrine","role":"borough-system","boroughs":["`+other+`"]}`),
		"/v1/read-keys/" + e.w.readKey(other).ID,
		subscriptionsList + "/" + subscribedBy(e.w.subscriber(other)).id,
		post(e.team, "/v1/peer-challenges/"+e.w.made[exampleChallenge]+"/grouping-proposals", `{"sizes":[4,4,4]}`),
		post(e.team, "/v1/participants", `{"name":"Zephyrine of Elsewhere","role":"other","organisation":"Quillfeather Trust"}`),
		post(e.team, clientsList, `{"name":"Quillfeather","role":"reporting"}`),
		"/v1/read-keys/" + e.w.readKey("").ID,
	}
}

// TestNothingLeaksByAsking: whatever happens out of a reader's sight, not one byte of
// any answer is another: not of a list, its count, its order or its next page, in no
// form, not of the feed, a calendar, an audit, an ETag or a refusal.
func TestNothingLeaksByAsking(t *testing.T) {
	t.Parallel()
	now, database := still(), leanDatabase(t)
	w, busy := startAt(t, database, now), startAt(t, database, now)
	w.makeVisibilityRecords()
	e := w.makeOthers()
	e.w, busy.made = busy, w.made
	e.team.w, e.lead.w = busy, busy
	reader := func(name string, role programme.Role, borough string) *asking {
		return &asking{caller: w.as(role, borough), name: name, words: kept, cursors: true}
	}
	lead, fellow, tool := reader("a director", programme.RoleBoroughLead, own), reader("a director of the group", programme.RoleBoroughLead, group), reader("a reporting tool", programme.RoleReporting, "")
	editor, system := reader("an editor", programme.RoleBoroughEditor, own), reader("a system", programme.RoleBoroughSystem, own)
	editor.brief, system.brief = true, true // they see no more than their director
	stranger := reader("another's director", programme.RoleBoroughLead, other)
	var finding string
	// In this order, what was told each of them last is what they were told before.
	for _, h := range []hidden{
		{"what a borough keeps to itself", []*asking{fellow, tool, stranger}, func() []string {
			mine := busy.as(programme.RoleBoroughLead, own)
			return []string{
				"/v1/participants/" + mine.post("/v1/participants", `{"name":"Zephyrine Lambeth","role":"psw","borough":"`+own+`"}`).id(),
				clientsList + "/" + mine.post(clientsList, `{"name":"Zephyrine","role":"borough-system","boroughs":["`+own+`"]}`).id(),
				"/v1/read-keys/" + busy.readKey(own).ID,
				subscriptionsList + "/" + subscribedBy(busy.subscriber(own)).id,
			}
		}},
		{"what others do", []*asking{lead, fellow, tool, editor, system}, func() []string {
			records := e.work()
			finding = records[0]
			return records
		}},
		{"their actions", []*asking{lead, fellow}, func() []string {
			action := "/v1/actions/" + e.lead.post("/v1/actions", `{"findingId":"`+idIn(finding)+`","text":"Zephyrine","owner":"Quillfeather","ownerKind":"outside_body","dueOn":"2026-01-01"}`).id()
			e.lead.change(http.MethodPost, action+"/progress", `{"text":"Zephyrine"}`).want(200)
			return []string{action}
		}},
	} {
		for _, a := range h.from {
			if a.heard == nil {
				a.heard = a.askAll(contract.operations)
			}
		}
		records := h.do()
		for _, a := range h.from {
			was, held := a.heard, a.stillHolds(contract.operations)
			a.heard = a.askAll(contract.operations)
			for _, leak := range slices.Concat(differences(was, a.heard), held, a.twins(contract.operations, records)) {
				t.Errorf("%s learns of %s by asking %s", a.name, h.what, leak)
			}
			t.Logf("%s asked %d questions about %s", a.name, len(was), h.what)
		}
	}
}

// TestWhatIsWithheldIsNotTold: of what everybody sees, what only some may read of it is
// not to be found out by others. In two worlds in which other words stand there, and all
// else is alike, they are told the same, to the byte.
func TestWhatIsWithheldIsNotTold(t *testing.T) {
	t.Parallel()
	now, database := still(), leanDatabase(t)
	var made map[string]string
	var meeting, session string
	t.Run("records", func(t *testing.T) { //nolint:paralleltest // the copies come after it
		w := startAt(t, database, now)
		w.makeVisibilityRecords()
		made = w.made
		w.as(programme.RoleBoroughLead, own).change(http.MethodPut, "/v1/peer-reviews/"+made[exampleReview]+"/publication", `{"publication":"everyone"}`).want(200)
		event := func(of string) string {
			return "/v1/events/" + w.as(programme.RoleProgramme, "").post("/v1/events", `{"kind":"workshop","title":"Meeting","startsOn":"2026-10-05","endsOn":"2026-10-05",`+of+`}`).id()
		}
		meeting, session = event(`"peerChallengeGroupId":"`+made[exampleGroup]+`"`), event(`"peerReviewId":"`+made[exampleReview]+`"`)
	})
	var heard [2][2]answers
	for i, word := range kept[:2] {
		w := startAt(t, pgtest.Copy(t, database), now)
		w.made = made
		team, lead := w.as(programme.RoleProgramme, ""), w.as(programme.RoleBoroughLead, own)
		reached, met := "/v1/peer-reviews/"+made[exampleReview], "/v1/peer-challenge-groups/"+made[exampleGroup]
		lead.change(http.MethodPut, met+"/notes", `{"notes":"`+word+`"}`, "X-Audit-Reason", word).want(200)
		for _, place := range []string{met, meeting, session} {
			team.change(http.MethodPatch, place, `{"venue":"`+word+`","link":"https://example.org/`+word+`"}`, "X-Audit-Reason", word).want(200)
		}
		team.change(http.MethodPatch, reached, `{"sessions":[{"title":"`+word+`","day":"2026-11-03","startTime":null,"endTime":null,"attendees":"`+word+`"}],"progressReview":"`+word+`"}`, "X-Audit-Reason", word).want(200)
		var review struct {
			Team []struct{ ParticipantID string }
		}
		team.get(reached).want(200).into(&review)
		team.change(http.MethodPatch, "/v1/participants/"+review.Team[0].ParticipantID, `{"name":"`+word+`"}`).want(200)
		for _, record := range []string{met, meeting, session, reached} {
			if !strings.Contains(lead.get(record).want(200).body, word) {
				t.Errorf("whom it concerns does not read %s in %s", word, record)
			}
		}
		for j, reader := range []caller{w.as(programme.RoleBoroughLead, other), w.as(programme.RoleReporting, "")} {
			a := asking{caller: reader, words: kept}
			heard[i][j] = a.askAll(contract.operations)
		}
	}
	for j, reader := range []string{"another borough", "a reporting tool"} {
		for _, leak := range differences(heard[0][j], heard[1][j]) {
			t.Errorf("%s learns what is withheld by asking %s", reader, leak)
		}
	}
}

// telling are stores with a leak, each the real one with one method overridden.
type (
	tellingList  struct{ *postgres.Store }
	tellingSight struct{ *postgres.Store }
	tellingPlace struct{ *postgres.Store }
)

func (s tellingList) Participants(_ programme.Actor, f programme.ParticipantFilter, sort string) programme.Listing[programme.Participant] {
	return s.Store.Participants(team, f, sort)
}

func (tellingSight) Sees(context.Context, programme.Actor, string, string) (bool, error) {
	return true, nil
}

func (s tellingPlace) Changes(ctx context.Context, actor programme.Actor, nouns []string, after int64, limit int) (items []programme.Change, next int64, err error) {
	items, _, err = s.Store.Changes(ctx, actor, nouns, after, limit)
	if err == nil {
		next, err = s.LastChange(ctx, team)
	}
	return items, next, err
}

// TestALeakIsFound: a service that tells what it should not is found out by asking,
// each by what it tells.
func TestALeakIsFound(t *testing.T) {
	t.Parallel()
	now, database := still(), leanDatabase(t)
	w := startAt(t, database, now)
	w.makeVisibilityRecords()
	e := w.makeOthers()
	telling := map[string]func(store *postgres.Store) server.Store{
		"/v1/participants": func(s *postgres.Store) server.Store { return tellingList{s} },
		"Id=":              func(s *postgres.Store) server.Store { return tellingSight{s} },
		"/v1/changes":      func(s *postgres.Store) server.Store { return tellingPlace{s} },
	}
	operations := slices.DeleteFunc(slices.Clone(contract.operations), func(op *described) bool {
		return !slices.Contains([]string{"listParticipants", "listFindings", "listChanges"}, op.OperationID)
	})
	readers, was := map[string]*asking{}, map[string]answers{}
	for leak, with := range telling {
		open := startAt(t, database, now, func(cfg *server.Config) { cfg.Store = with(w.store) })
		open.made = w.made
		readers[leak] = &asking{caller: open.as(programme.RoleBoroughLead, own), words: kept, cursors: true}
		was[leak] = readers[leak].askAll(operations)
	}
	records := e.work()
	for leak, a := range readers {
		found := append(differences(was[leak], a.askAll(operations)), a.twins(operations, records)...)
		if !slices.ContainsFunc(found, func(f string) bool { return strings.Contains(f, leak) }) {
			t.Errorf("the leak in %s is not found: %v", leak, found)
		}
		if slices.ContainsFunc(found, func(f string) bool { return !strings.Contains(f, leak) }) {
			t.Errorf("with the leak in %s another is found: %v", leak, found)
		}
	}
}

// partner is the borough with which Southwark meets.
const partner = "E09000029"
