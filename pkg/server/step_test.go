package server_test

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

// TestWhatStepsSayIsWhatCallsMeet takes a record of every kind through its states, and
// in each asks everybody who sees it what they may do, and does it. What is said to
// be refused is refused, with the same code; what is said to be allowed is not, but for
// what the operation says of what was sent. Nothing of it stands: the database is kept
// from committing, which is the last thing that it does.
func TestWhatStepsSayIsWhatCallsMeet(t *testing.T) {
	t.Parallel()
	w := lean(t)
	w.makeVisibilityRecords()
	w.ownerDoes(`CREATE FUNCTION only_tried() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'this was only tried'; END $$;
		CREATE CONSTRAINT TRIGGER only_tried AFTER INSERT ON audit_entries DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION only_tried();
		ALTER TABLE audit_entries DISABLE TRIGGER only_tried`)
	k := walk{w: w, team: w.as(programme.RoleProgramme, ""), met: map[string]bool{}}
	k.speaks = map[string]string{}
	lead, host := w.as(programme.RoleBoroughLead, own), w.as(programme.RoleBoroughLead, own)
	k.callers = []caller{
		k.team, lead, w.as(programme.RoleBoroughEditor, own), w.as(programme.RoleBoroughSystem, own), w.as(programme.RoleBoroughEditor, group),
		w.as(programme.RoleBoroughLead, other), w.as(programme.RoleReporting, ""),
	}
	for borough, roles := range map[string][]programme.Role{own: {programme.RoleBoroughLead, programme.RoleBoroughEditor, programme.RoleBoroughSystem}, group: {programme.RoleBoroughEditor}, other: {programme.RoleBoroughLead}} {
		for _, role := range roles {
			k.speaks[w.tokenOf(role, borough)] = borough
		}
	}
	post := func(c caller, path, body string) string { t.Helper(); return path + "/" + c.post(path, body).id() }
	step := func(path, name string) {
		t.Helper()
		k.team.change(http.MethodPost, path+"/"+name, `{"reason":"To see what comes next"}`).want(200)
	}
	made := func(id string) string {
		for path, example := range nounOf {
			if example == id {
				return path + "/" + w.made[id]
			}
		}
		t.Fatalf("there is no address of %s", id)
		return ""
	}

	challenge, proposal, met := made(exampleChallenge), made(exampleProposal), made(exampleGroup)
	finding, action, review := made(exampleFinding), made(exampleAction), made(exampleReview)
	k.try(challenge, proposal, met, finding, action, made(exampleAsk), made(examplePerson), review, made(exampleNote), made(exampleEvent), made(exampleMilestone),
		"/v1/quarters/practice", "/v1/quarters/"+exampleQuarter, made(exampleExtension), made(exampleCorrectionWindow), made(exampleContact), made(exampleReminderAddress))

	k.walksTables(met, made(exampleEvent))

	// Words in which screening finds something.
	for _, id := range []string{
		"/v1/findings/" + w.writtenFinding(), "/v1/actions/" + w.writtenAction(), "/v1/asks-and-offers/" + w.writtenOffer(), "/v1/asks-and-offers/" + w.askOfOthers(), "/v1/asks-and-offers/" + w.matchedAsk(), "/v1/narratives/" + w.toldNarrative(), "/v1/narratives/" + w.writtenNarrative(), "/v1/narratives/" + w.sharedNarrative(),
		"/v1/peer-challenge-groups/" + w.writtenNotes(), "/v1/peer-reviews/" + w.writtenReview(), notesList + "/" + w.writtenNote(), "/v1/benchmarking-submissions/" + w.writtenReturn(),
	} {
		k.try(id)
	}

	k.walksPreparation(made(exampleTask))

	k.try("/v1/frameworks/1.0.0", "/v1/frameworks/"+k.w.draft())

	returned := k.walksReturns(lead)
	k.walksEvaluations(lead)

	// Who is authorised by name, and who is not any more.
	authorised := made(exampleAuthorisation)
	k.try(returned, authorised)
	lead.change(http.MethodPost, authorised+"/withdraw", "").want(200)
	k.try(authorised)

	// A quarter that nobody could answer yet, and what was granted and is taken back.
	planned := aQuarter("2098-99-Q1", "2098-07-01", "2098-08-14", "2098-08-28")
	if _, err := w.store.CreateQuarter(t.Context(), team, planned); err != nil {
		t.Fatal(err)
	}
	k.try("/v1/quarters/" + planned.Code)
	for _, granted := range []string{made(exampleExtension), made(exampleCorrectionWindow)} {
		step(granted, "take-back")
		k.try(granted)
	}

	// A quarter whose returns are in, one that is published, and its snapshot.
	shown := made(exampleSnapshot)
	k.try("/v1/quarters/"+w.made["publishQuarter"], "/v1/quarters/"+w.made["a published quarter"], shown)
	step(shown, "withdraw")
	k.try(shown)

	// A challenge without dates, and one whose days are far away.
	undated := post(k.team, "/v1/peer-challenges", `{"title":"No dates","subRegion":"south","cycle":"2026-27"}`)
	far := post(k.team, "/v1/peer-challenges", `{"title":"Far","subRegion":"south","cycle":"2098-99","startsOn":"2098-10-05","endsOn":"2098-10-16"}`)
	empty := post(k.team, "/v1/peer-challenge-groups", `{"peerChallengeId":"`+idIn(far)+`","name":"Nobody"}`)
	step(undated, "prepare")
	step(far, "prepare")
	k.try(undated, far, empty)
	step(far, "start")
	k.try(far, empty)

	// A proposal: another was accepted, and a borough has left.
	second := "/v1/grouping-proposals/" + k.team.post(challenge+"/grouping-proposals", `{"sizes":[4,4,4]}`).id()
	third := post(k.team, "/v1/peer-challenges", `{"title":"Third","subRegion":"south","cycle":"2026-27","startsOn":"2026-10-05","endsOn":"2026-10-16"}`)
	left := "/v1/grouping-proposals/" + k.team.post(third+"/grouping-proposals", `{"sizes":[4,4,4]}`).id()
	step(proposal, "accept")
	w.ownerDoes(`UPDATE memberships SET valid_to = '2026-09-30' WHERE borough_code = '` + group2 + `' AND valid_to IS NULL`)
	k.try(challenge, proposal, second, left)
	step(challenge, "cancel")
	k.try(challenge, proposal, second)

	// What came of the group.
	unanswered := post(lead, "/v1/findings", `{"peerChallengeGroupId":"`+idIn(met)+`","borough":"`+own+`","kind":"risk","theme":"Placements","text":"Too few are near."}`)
	k.try(unanswered)
	for _, answer := range []string{"partly", "not_accepted"} {
		lead.change(http.MethodPut, unanswered+"/response", `{"answer":"`+answer+`","reason":"We see it otherwise."}`).want(200)
		k.try(unanswered)
	}
	for _, state := range []string{"open", "done", "withdrawn"} {
		lead.change(http.MethodPost, action+"/progress", `{"text":"Some.","state":"`+state+`","reason":"It is so"}`).want(200)
		k.try(action)
	}
	for _, next := range []string{"meet", "reopen", "withdraw"} {
		lead.change(http.MethodPost, made(exampleAsk)+"/"+next, `{"reason":"It is so"}`).want(200)
		k.try(made(exampleAsk))
	}
	running := "/v1/peer-challenges/" + w.ownerGets("SELECT peer_challenge_id::text FROM peer_challenge_groups WHERE id = '"+idIn(met)+"'")
	k.try(running, met)
	w.met(idIn(running))
	k.try(running, met)
	step(running, "complete")
	derived := "/v1/milestones/" + w.ownerGets("SELECT id::text FROM milestones WHERE peer_challenge_id = '"+idIn(running)+"'")
	k.try(running, met, finding, action, derived)
	k.team.change(http.MethodPost, running+"/close", `{"acceptOpen":true,"reason":"To see what comes next"}`).want(200)
	k.try(running, met, finding, action, made(exampleAsk))

	// A review, from the beginning to the end.
	visit := post(k.team, "/v1/peer-reviews", `{"title":"Visit","host":"`+own+`","cycle":"2026-27"}`)
	k.try(visit)
	step(visit, "scope")
	k.try(visit)
	step(visit, "prepare")
	k.try(visit) // not ready for fieldwork
	var ready api.PeerReview
	k.team.get(review).want(200).into(&ready)
	people := make([]string, len(ready.Team))
	for i, m := range ready.Team {
		people[i] = `{"participantId":"` + *m.ParticipantId + `","lead":` + map[bool]string{true: "true", false: "false"}[m.Lead] + `}`
	}
	k.team.change(http.MethodPatch, visit, `{"scope":"Practice.","scopeAgreedOn":"2026-09-01","kloes":["How?"],"fieldworkDays":["2026-11-03"],"team":[`+strings.Join(people, ",")+`]}`).want(200)
	k.try(visit)
	step(visit, "start-fieldwork")
	k.try(visit) // without a report
	found := post(k.team, "/v1/findings", `{"peerReviewId":"`+idIn(visit)+`","borough":"`+own+`","kind":"strength","theme":"Practice","text":"Good."}`)
	k.team.change(http.MethodPut, visit+"/report", `{"report":"What was found."}`).want(200)
	for _, next := range []string{"check-facts", "finalise", "follow-up"} {
		k.try(visit, found)
		step(visit, next)
	}
	k.try(visit, found) // with a finding that is not answered
	host.change(http.MethodPut, found+"/response", `{"answer":"accepted"}`).want(200)
	k.try(visit) // without a progress review
	k.team.change(http.MethodPatch, visit, `{"progressReview":"Much has come of it."}`).want(200)
	k.try(visit)
	step(visit, "close")
	k.try(visit, found)
	step(visit, "reopen")
	called := post(k.team, "/v1/peer-reviews", `{"title":"Called off","host":"`+own+`","cycle":"2026-27"}`)
	step(called, "cancel")
	k.try(called)

	k.walksEvents(far, made(exampleEvent))

	// A release, which is no record of the year.
	release := "/v1/releases/" + w.ownerGets("SELECT min(id::text) FROM releases")
	k.try(release)
	step(release, "withdraw")
	k.try(release)

	// Machines and keys: a director keeps those of the borough.
	client := post(lead, "/v1/api-clients", `{"name":"Case system","role":"borough-system","boroughs":["`+own+`"]}`)
	k.try(client, post(k.team, "/v1/api-clients", `{"name":"Dashboard","role":"reporting"}`),
		post(k.team, "/v1/api-clients", `{"name":"Of two","role":"borough-system","boroughs":["`+own+`","`+group+`"]}`))
	for range 2 {
		step(client, "secrets")
	}
	k.try(client)
	var key struct{ ReadKey struct{ ID string } }
	lead.post("/v1/read-keys", `{"name":"Spreadsheet","borough":"`+own+`"}`).want(201).into(&key)
	k.try("/v1/read-keys/" + key.ReadKey.ID)
	k.try(subscriptionsList + "/" + subscribedBy(k.w.subscriber(own)).id)

	k.everyStepWasMet()
	t.Logf("%d calls", k.calls)
}

// group2 is a borough of the south that has no part in the story otherwise.
const group2 = "E09000010"

// walk tries what records say.
type walk struct {
	w       *world
	callers []caller
	team    caller
	speaks  map[string]string // the borough for which each caller speaks, by token
	met     map[string]bool   // steps that were found allowed, and refused
	calls   int
}

// sentWith is the body of each step that has one of its own, with ID for the record's and
// BOROUGH for the caller's.
var sentWith = map[string]string{
	"quarters edit":                        `{"publishOn":"2098-12-10"}`,
	"quarters grant-extension":             `{"borough":"E09000028","dueOn":"2098-11-30","reason":"The case system is being moved."}`,
	"quarters open-correction-window":      `{"borough":"E09000028","opensOn":"2098-12-20","closesOn":"2098-12-24","reason":"Referrals of June were counted twice."}`,
	"quarters log-contact":                 `{"borough":"E09000028","contactedOn":"2026-08-17","channel":"phone"}`,
	"quarters take-snapshot":               `{"reason":"Barnet has corrected its referrals."}`,
	"contacts edit":                        `{"channel":"email"}`,
	"self-evaluations edit":                `{"sections":[{"id":"help-and-protection","answers":[{"questionId":"quality","text":"It is better now."}]}]}`,
	"self-evaluations write-section":       `{"answers":[{"questionId":"quality","text":"It is better now."}]}`,
	"self-evaluations share":               `{"peerChallengeId":"01932b7e-5d5c-7c4e-9d0f-1f6c8f6f3a10"}`,
	"self-evaluations acknowledge":         `{"marks":[{"field":"/theme","kind":"upn","start":0,"length":13}],"reason":"It is right"}`,
	"self-evaluations redact":              `{"places":[{"field":"/theme"}],"reason":"To see what comes of it"}`,
	"self-evaluation-templates edit":       `{"name":"Another name"}`,
	"peer-challenges add-group":            `{"peerChallengeId":"ID","name":"Another group"}`,
	"peer-challenges add-event":            `{"peerChallengeId":"ID",` + aDay,
	"peer-challenges take-template":        `{"template":"Peer challenge"}`,
	"peer-reviews take-template":           `{"template":"Peer review"}`,
	"events take-template":                 `{"template":"Event"}`,
	"peer-challenges edit":                 `{"methods":["coaching","talking"]}`,
	"peer-challenges propose-groups":       `{"sizes":[4,4,4]}`,
	"peer-challenge-groups add-event":      `{"peerChallengeGroupId":"ID",` + aDay,
	"peer-challenge-groups edit":           `{"illustrative":"Another"}`,
	"peer-challenge-groups put-member":     `{"role":"observer"}`,
	"peer-challenge-groups raise-ask":      `{"peerChallengeGroupId":"ID","kind":"ask","borough":"BOROUGH","title":"Templates","text":"Who has some?"}`,
	"peer-challenge-groups record-finding": `{"peerChallengeGroupId":"ID",` + aStrength,
	"peer-challenge-groups write-notes":    `{"notes":"What else was said."}`,
	"participants edit":                    `{"organisation":null,"name":"Another Name"}`,
	"peer-reviews add-event":               `{"peerReviewId":"ID",` + aDay,
	"peer-reviews add-milestone":           `{"peerReviewId":"ID","kind":"peer_review",` + aMilestone,
	"peer-reviews edit":                    `{"title":"Another title"}`,
	"peer-reviews comment":                 `{"text":"Not quite."}`,
	"peer-reviews add-note":                `{"peerReviewId":"ID","interviewGroup":"Commissioners","text":"They decide alone."}`,
	"peer-review-notes edit":               `{"text":"They decide together."}`,
	"peer-review-notes acknowledge":        `{"marks":[{"field":"/theme","kind":"upn","start":0,"length":13}],"reason":"It is right"}`,
	"peer-review-notes redact":             `{"places":[{"field":"/theme"}],"reason":"To see what comes of it"}`,
	"peer-reviews record-finding":          `{"peerReviewId":"ID",` + aStrength,
	"peer-reviews write-report":            `{"report":"Another report."}`,
	"narratives edit":                      `{"text":"Families move away."}`,
	"self-evaluations comment":             `{"selfEvaluationId":"ID","sectionId":"children-in-care","kind":"question","text":"How do you know?"}`,
	"self-evaluation-comments edit":        `{"text":"How do you know it now?"}`,
	"self-evaluation-comments answer":      `{"text":"By another audit."}`,

	"self-evaluation-comments record-finding": `{"selfEvaluationCommentId":"ID",` + aStrength,

	"self-evaluation-comments acknowledge":    `{"marks":[{"field":"/theme","kind":"upn","start":0,"length":13}],"reason":"It is right"}`,
	"self-evaluation-comments redact":         `{"places":[{"field":"/theme"}],"reason":"To see what comes of it"}`,
	"peer-reviews publish":                    `{"publication":"boroughs"}`,
	"events add-milestone":                    `{"eventId":"ID","kind":"event",` + aMilestone,
	"peer-challenge-groups acknowledge":       `{"marks":[{"field":"/theme","kind":"upn","start":0,"length":13}],"reason":"It is right"}`,
	"peer-challenge-groups redact":            `{"places":[{"field":"/theme"}],"reason":"To see what comes of it"}`,
	"peer-reviews acknowledge":                `{"marks":[{"field":"/theme","kind":"upn","start":0,"length":13}],"reason":"It is right"}`,
	"peer-reviews redact":                     `{"places":[{"field":"/theme"}],"reason":"To see what comes of it"}`,
	"actions acknowledge":                     `{"marks":[{"field":"/theme","kind":"upn","start":0,"length":13}],"reason":"It is right"}`,
	"actions redact":                          `{"places":[{"field":"/theme"}],"reason":"To see what comes of it"}`,
	"asks-and-offers acknowledge":             `{"marks":[{"field":"/theme","kind":"upn","start":0,"length":13}],"reason":"It is right"}`,
	"asks-and-offers redact":                  `{"places":[{"field":"/theme"}],"reason":"To see what comes of it"}`,
	"benchmarking-submissions acknowledge":    `{"marks":[{"field":"/theme","kind":"upn","start":0,"length":13}],"reason":"It is right"}`,
	"benchmarking-submissions redact":         `{"places":[{"field":"/theme"}],"reason":"To see what comes of it"}`,
	"findings acknowledge":                    `{"marks":[{"field":"/theme","kind":"upn","start":0,"length":13}],"reason":"It is right"}`,
	"findings redact":                         `{"places":[{"field":"/theme"}],"reason":"To see what comes of it"}`,
	"findings edit":                           `{"theme":"Another theme"}`,
	"findings respond":                        `{"answer":"partly","reason":"As far as it goes."}`,
	"findings add-action":                     `{"findingId":"ID","text":"Do it.","owner":"Head of Service","ownerKind":"role","dueOn":"2098-03-31"}`,
	"actions edit":                            `{"owner":"Another"}`,
	"actions progress":                        `{"text":"Some more."}`,
	"asks-and-offers answer":                  `{"text":"We could help."}`,
	"asks-and-offers record-outcome":          `{"outcome":"It helped"}`,
	"asks-and-offers edit":                    `{"title":"Another title"}`,
	"peer-challenge-groups name-person":       `{"part":"observer","coming":"coming"}`,
	"peer-challenge-groups record-attendance": `{"cameIds":[]}`,
	"events name-person":                      `{"part":"observer","coming":"coming"}`,
	"events record-attendance":                `{"cameIds":[]}`,
	"events edit":                             `{"title":"Another title"}`,
	"milestones edit":                         `{"title":"Another title"}`,
	"frameworks edit":                         `{"name":"Another"}`,
	"benchmarking-submissions edit":           `{"values":[]}`,
	"benchmarking-submissions explain":        `{"explanations":[{"key":"larger_than_likely.referrals","text":"A new front door."}]}`,
	"benchmarking-submissions query":          `{"text":"Is a team missing?"}`,
	"benchmarking-submissions answer":         `{"text":"No."}`,
	"api-clients edit":                        `{"name":"Another name"}`,
	"read-keys edit":                          `{"name":"Another name"}`,
}

// What is made of a record, but for the record.
const (
	aDay       = `"kind":"challenge_day","title":"A day","startsOn":"2026-10-05","endsOn":"2026-10-05"}`
	aMilestone = `"title":"Another milestone","description":"","cycle":"2026-27","state":"planned"}`
	aStrength  = `"borough":"` + own + `","kind":"strength","theme":"Practice","text":"Good."}`
)

// try holds the records to what they say to each who sees them.
func (k *walk) try(records ...string) {
	k.w.t.Helper()
	k.w.ownerDoes("ALTER TABLE audit_entries ENABLE TRIGGER only_tried")
	for _, record := range records {
		for _, c := range k.callers {
			r := c.get(record)
			if r.status == http.StatusNotFound || r.status == http.StatusForbidden {
				continue
			}
			var seen struct {
				Etag  string
				Steps []api.Step
			}
			r.want(200).into(&seen)
			k.asInTheList(c, record, r)
			for _, step := range seen.Steps {
				k.take(c, record, seen.Etag, step)
			}
		}
	}
	k.w.ownerDoes("ALTER TABLE audit_entries DISABLE TRIGGER only_tried")
}

// asInTheList: a list says the same of the record where it is asked, and nothing else.
func (k *walk) asInTheList(c caller, record string, single answer) {
	k.w.t.Helper()
	list := strings.TrimSuffix(record, "/"+idIn(record))
	switch list {
	case "/v1/reminder-addresses":
		list = "/v1/boroughs/" + own + list[len("/v1"):]
	case "/v1/extensions", "/v1/correction-windows", "/v1/contacts":
		list = "/v1/quarters/" + exampleQuarter + list[len("/v1"):]
	case "/v1/grouping-proposals":
		var p struct{ PeerChallengeID string }
		single.into(&p)
		list = "/v1/peer-challenges/" + p.PeerChallengeID + list[len("/v1"):]
	}
	for query, told := range map[string]bool{"?limit=500&include=steps": true, "?limit=500": false} {
		var page struct{ Items []map[string]json.RawMessage }
		c.get(list + query).want(200).into(&page)
		at := slices.IndexFunc(page.Items, func(item map[string]json.RawMessage) bool {
			return slices.Contains([]string{string(item["id"]), string(item["code"]), string(item["version"])}, `"`+idIn(record)+`"`) // some are known by a key of their own
		})
		if at < 0 {
			k.w.t.Errorf("%s is not in the list", record)
			return
		}
		steps, has := page.Items[at]["steps"]
		if has != told || told && !strings.Contains(single.body, `"steps":`+string(steps)) {
			k.w.t.Errorf("%s%s says of %s\n%s and it itself\n%s", list, query, record, steps, single.body)
		}
	}
}

// take takes a step as it is described, and holds the answer to that.
func (k *walk) take(c caller, record, etag string, step api.Step) {
	k.w.t.Helper()
	noun := strings.Split(record, "/")[2]
	name := noun + " " + step.Name
	a := ask{method: string(step.Method), path: strings.NewReplacer("{borough}", own, "{participantId}", k.w.made[examplePerson], "{secretId}", "01932b7e-5d5c-7c4e-9d0f-1f6c8f6f3a10").Replace(step.Href), token: c.token, header: map[string]string{"If-Match": etag}}
	op := contract.find(a.method, strings.Replace(a.path, "{sectionId}", "help-and-protection", 1))
	a.body = strings.NewReplacer("ID", idIn(record), "BOROUGH", cmp.Or(k.speaks[c.token], own)).Replace(sentWith[name])
	if a.method == http.MethodPost && a.body == "" {
		a.body = `{"reason":"To see what comes of it"}`
	}
	if !hasParameter(op, "If-Match") {
		delete(a.header, "If-Match")
	}
	if hasParameter(op, "X-Audit-Reason") {
		a.header["X-Audit-Reason"] = "To see what comes of it"
	}
	if part, is := strings.CutSuffix(a.path, "{sectionId}"); is { // which has a state of its own
		var of api.SelfEvaluation
		c.get(record).into(&of)
		if a.path = part + "help-and-protection"; len(of.Draft) > 0 {
			a.path = part + of.Draft[0].Id
		}
		if of := c.get(a.path); of.status == http.StatusOK {
			a.header["If-Match"] = of.header.Get("ETag")
		}
	}
	k.calls++
	r := k.w.send(a)
	var p struct{ Code string }
	r.into(&p)
	depends, _ := op.Extensions["x-codes"].([]any)
	switch {
	case !step.Allowed && (p.Code != *step.Code || step.Reason == nil):
		k.w.t.Errorf("%s of %s is refused as %s, and was said to be as %s: %s", step.Name, record, p.Code, *step.Code, r.body)
	case step.Allowed && (step.Code != nil || step.Reason != nil):
		k.w.t.Errorf("%s of %s is allowed, and has a code", step.Name, record)
	case step.Allowed && p.Code != "internal" && !slices.Contains(depends, any(p.Code)):
		k.w.t.Errorf("%s of %s was said to be allowed, and is refused as %s: %s", step.Name, record, p.Code, r.body)
	}
	if step.Allowed && step.ReasonRequired {
		delete(a.header, "X-Audit-Reason")
		if a.method == http.MethodPost {
			a.body = "{}"
		}
		if got := k.w.send(a).problem(422, "invalid"); !slices.ContainsFunc(got, func(fault string) bool { return strings.HasSuffix(fault, " reason_required") }) {
			k.w.t.Errorf("%s of %s needs a reason, and is refused without as %v", step.Name, record, got)
		}
	}
	k.met[name+map[bool]string{true: " allowed", false: " refused"}[step.Allowed]] = true
}

// takenStep is a step as an operation of the contract carries it.
type takenStep struct{ of, name string }

func stepsOf(op *described) (steps []takenStep) {
	each, _ := op.Extensions["x-steps"].([]any)
	for i := range each {
		step := each[i].(map[string]any)
		steps = append(steps, takenStep{step["of"].(string), step["name"].(string)})
	}
	return steps
}

// alwaysTaken are no steps of any record: a challenge has its milestone from the beginning, and
// takes no second; and of a release the programme's team may always say something.
var alwaysTaken = []string{"createMilestone peer-challenge", "createCaveat release"}

// TestEveryWriteOnARecordIsAStepOfIt: whatever is sent to an address below that of a
// record, and whatever is created with a body that names a record as that to which it
// belongs, is a step of that record, so that the record says whether it can be done.
func TestEveryWriteOnARecordIsAStepOfIt(t *testing.T) {
	t.Parallel()
	nouns := map[string]bool{}
	for _, op := range contract.operations {
		for _, step := range stepsOf(op) {
			nouns[step.of] = true
		}
	}
	sent, named := 0, 0
	for _, op := range contract.operations {
		takes := func(noun string) bool {
			return slices.ContainsFunc(stepsOf(op), func(step takenStep) bool { return step.of == noun })
		}
		for noun := range nouns {
			if below := op.method != http.MethodGet && strings.HasPrefix(op.path, nounPath(noun)+"/{"); below {
				if sent++; !takes(noun) {
					t.Errorf("%s is sent to a %s, and is no step of it", op.OperationID, noun)
				}
			}
			if op.method != http.MethodPost || op.RequestBody == nil || op.Responses.Value("201") == nil || takesFile(op) {
				continue
			}
			if patchOf(op).Properties[camel(noun)+"Id"] != nil {
				if named++; !takes(noun) && !slices.Contains(alwaysTaken, op.OperationID+" "+noun) {
					t.Errorf("%s names a %s in its body, and is no step of it", op.OperationID, noun)
				}
			}
		}
	}
	if sent < 57 || named < 11 {
		t.Errorf("only %d operations on records and %d that name one were found", sent, named)
	}
}

// camel writes a kind of resource as members that name one begin.
func camel(noun string) string {
	words := strings.Split(noun, "-")
	for i, word := range words[1:] {
		words[i+1] = strings.ToUpper(word[:1]) + word[1:]
	}
	return strings.Join(words, "")
}
