package server_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

// step is a change of something.
type step struct{ method, below, body string }

// marking says how the members of a noun that the audit must not keep are written,
// each with a text of its own in the place of {{member}}, and how they change again.
type marking struct {
	noun, schema string
	path         string
	by           caller
	write, after []step
}

func (w *world) markings() []marking {
	w.t.Helper()
	w.makeVisibilityRecords()
	manager, lead := w.as(programme.RoleProgramme, ""), w.as(programme.RoleBoroughLead, own)
	review := "/v1/peer-reviews/" + w.review(programme.ReviewFieldwork).ID
	person := "/v1/participants/" + lead.post("/v1/participants", `{"name":"ann-participant-name","role":"ad","borough":"`+own+`","email":"ann-participant-email@example.org"}`).id()
	named := func(noun string) string { // a person whose name the noun's table shows, and does not keep
		return "/v1/participants/" + lead.post("/v1/participants", `{"name":"ann-`+noun+`-people","role":"ad","borough":"`+own+`"}`).id()
	}
	ended := "/v1/token-revocations/" + manager.post("/v1/token-revocations", `{"issuer":"https://id.example.org","subject":"ann-token-revocation-subject"}`).id()
	given := "/v1/authorisations/" + lead.post("/v1/authorisations", `{"borough":"`+own+`","document":"self_evaluation","issuer":"https://id.example.org","subject":"ann-authorisation-subject","until":"2098-03-31"}`).id()
	reminded := "/v1/reminder-addresses/" + lead.post("/v1/boroughs/"+own+"/reminder-addresses", `{"address":"ann-reminder-address-address@example.org"}`).id()
	quarter := w.opened()
	returned, at := "/v1/benchmarking-submissions/"+w.submitted(quarter), returnAt(own, quarter)
	const patch, put, post = http.MethodPatch, http.MethodPut, http.MethodPost
	return []marking{
		{"contact", "Contact", "/v1/contacts/" + w.made[exampleContact], manager,
			[]step{{patch, "", `{"promised":"{{promised}}"}`}}, []step{{patch, "", `{"promised":"Soon."}`}, {http.MethodDelete, "", ""}}},
		{"programme", "Programme", "/v1/programme", manager,
			[]step{{patch, "", `{"contacts":[{"role":"Lead","name":"{{contacts}}","organisation":"Us","email":"{{contacts}}@example.org"}]}`}},
			[]step{{patch, "", `{"contacts":[]}`}}},
		{"participant", "Participant", person, lead, nil,
			[]step{{patch, "", `{"name":"{{name}}-too","email":null}`}, {http.MethodDelete, "", ""}}},
		{"peer-challenge-group", "PeerChallengeGroup", "/v1/peer-challenge-groups/" + w.made[exampleGroup], lead,
			[]step{{put, "/notes", `{"notes":"{{notes}}"}`}, {put, "/people/" + idIn(named("peer-challenge-group")), `{"part":"member","coming":"coming"}`}}, []step{{put, "/notes", `{"notes":null}`}}},
		{"peer-review", "PeerReview", review, manager,
			[]step{
				{patch, "", `{"scope":"{{scope}}","kloes":["{{kloes}}"],"sessions":[{"title":"{{sessions}}","day":"2026-11-03","startTime":null,"endTime":null,"attendees":"{{sessions}}"}],"progressReview":"{{progressReview}}","progressReviewWaived":"{{progressReviewWaived}}"}`},
				{put, "/report", `{"report":"{{report}}","reportLinks":[{"title":"{{reportLinks}}","url":"https://example.org"}]}`}, {post, "/check-facts", ""}, {post, "/host-comments", `{"text":"{{hostComments}}"}`},
			},
			[]step{{patch, "", `{"sessions":[],"progressReview":null,"progressReviewWaived":null}`}, {put, "/report", `{"report":"It was found."}`}}},
		{"peer-review-note", "PeerReviewNote", notesList + "/" + w.anyNote(), manager,
			[]step{{patch, "", `{"interviewGroup":"{{interviewGroup}}","text":"{{text}}"}`}}, []step{{http.MethodDelete, "", ""}}},
		{"finding", "Finding", "/v1/findings/" + w.made[exampleFinding], lead,
			[]step{{patch, "", `{"theme":"{{theme}}","text":"{{text}}","evidence":"{{evidence}}"}`}, {put, "/response", `{"answer":"partly","reason":"{{response}}"}`}},
			[]step{{patch, "", `{"evidence":null}`}}},
		{"action", "Action", "/v1/actions/" + w.made[exampleAction], lead,
			[]step{{patch, "", `{"text":"{{text}}","dueOn":null,"noDueReason":"{{noDueReason}}"}`}, {post, "/progress", `{"text":"{{progress}}"}`}}, nil},
		{"ask-or-offer", "AskOrOffer", "/v1/asks-and-offers/" + w.made[exampleAsk], lead,
			[]step{
				{patch, "", `{"title":"{{title}}","text":"{{text}}"}`}, {post, "/answer", `{"text":"{{answers}}"}`}, {post, "/meet", `{"borough":"` + group + `","outcome":"{{match}}"}`},
			}, []step{{http.MethodDelete, "", ""}}},
		{"self-evaluation-comment", "SelfEvaluationComment", commentsList + "/" + w.asked("question"), lead,
			[]step{{patch, "", `{"text":"{{text}}"}`}, {post, "/answer", `{"text":"{{answer}}"}`}}, nil},
		{"narrative", "Narrative", "/v1/narratives/" + w.narrative(), lead,
			[]step{{patch, "", `{"text":"{{text}}"}`}}, []step{{patch, "", `{"text":null}`}}},
		{"self-evaluation", "SelfEvaluation", evaluationsList + "/" + w.sharedEvaluation(), lead,
			[]step{
				{post, "/reopen", `{"reason":"There is more to say"}`},
				{patch, "/sections/children-in-care", `{"answers":[{"questionId":"quality","text":"{{draft}}"}]}`},
			},
			[]step{{patch, "/sections/children-in-care", `{"answers":[]}`}, {http.MethodDelete, "", ""}}},
		{"self-evaluation-template", "SelfEvaluationTemplate", templatesList + "/" + w.draftedTemplate(), manager,
			[]step{{patch, "", `{"draft":[{"id":"practice","title":"{{draft}}","optional":false,"questions":[]}]}`}},
			[]step{{http.MethodDelete, "", ""}}},
		{"event", "Event", "/v1/events/" + w.made[exampleEvent], manager,
			[]step{{patch, "", `{"description":"{{description}}","sessions":[{"title":"{{sessions}}"}],"opportunities":["{{opportunities}}"],"attendanceNote":"{{attendanceNote}}"}`}, {put, "/people/" + idIn(named("event")), `{"part":"observer","coming":"invited"}`}},
			[]step{{patch, "", `{"description":"","sessions":[],"opportunities":[],"attendanceNote":null}`}}},
		{"milestone", "Milestone", "/v1/milestones/" + w.made[exampleMilestone], manager,
			[]step{{patch, "", `{"description":"{{description}}"}`}}, []step{{http.MethodDelete, "", ""}}},
		{"reminder-address", "ReminderAddress", reminded, lead, nil, []step{{http.MethodDelete, "", ""}}},
		{"token-revocation", "TokenRevocation", ended, manager, nil, nil},
		{"authorisation", "Authorisation", given, lead, nil, nil},
		{"benchmarking-submission", "BenchmarkingSubmission", returned, lead,
			[]step{
				{post, "/query", `{"text":"{{thread}}"}`},
				{put, at, w.whole(large, api.CountValue{Count: "rereferrals", Status: api.CountValueStatusMissing, Reason: new("{{draft}}")})},
				{post, "/explanations", `{"explanations":[{"key":"larger_than_likely.referrals","text":"{{explanations}}"}]}`},
			},
			[]step{{post, "/answer", `{"text":"It was so."}`}, {put, at, w.whole(large)}, {http.MethodDelete, "", ""}}},
	}
}

// namesItsMaker withholds the subject of whoever writes it, whom the audit names as that.
const namesItsMaker = "CalendarSubscription"

// everyOneIsMarked demands a marking of each schema that the contract marks.
func everyOneIsMarked(t *testing.T, markings []marking) {
	t.Helper()
	for name, ref := range contract.doc.Components.Schemas {
		if ref.Value.Extensions["x-not-audited"] != nil && name != namesItsMaker && !slices.ContainsFunc(markings, func(m marking) bool { return m.schema == name }) {
			t.Errorf("nothing is written into %s", name)
		}
	}
}

// losesWords takes words out of what is marked, by whoever may do that to it.
func (w *world) losesWords(m marking) {
	w.t.Helper()
	place := m.by.marks(m.path)[0].Field
	for _, c := range []caller{w.as(programme.RoleProgramme, ""), w.as(asLead, own), w.as(asLead, group)} {
		if c.does(m.path, "redact", `{"reason":"It says where","places":[{"field":"`+place+`"}]}`).status == http.StatusOK {
			return
		}
	}
	w.t.Errorf("nobody takes words out of %s of the %s", place, m.noun)
}

// TestNothingThatIsNotAuditedIsInTheAudit: every member that the contract marks is
// written, changed and deleted through the API, and the audit says so and has none
// of its text.
func TestNothingThatIsNotAuditedIsInTheAudit(t *testing.T) {
	t.Parallel()
	w := lean(t)
	markings := w.markings()
	everyOneIsMarked(t, markings)
	manager := w.as(programme.RoleProgramme, "")
	for _, m := range markings {
		var members []string
		for _, mark := range contract.doc.Components.Schemas[m.schema].Value.Extensions["x-not-audited"].([]any) {
			members = append(members, fmt.Sprint(mark))
		}
		screened := slices.Contains(members, "screening")
		take := func(steps []step) {
			for _, s := range steps {
				body, by := s.body, m.by
				for _, member := range members {
					words := marker(m, member)
					if screened {
						words += " at SW2 1RW"
					}
					body = strings.ReplaceAll(body, "{{"+member+"}}", words)
				}
				switch s.below {
				case "/host-comments":
					by = w.as(programme.RoleBoroughLead, own)
				case "/query":
					by = manager
				case "/answer":
					if m.noun == "self-evaluation-comment" || m.noun == "ask-or-offer" {
						by = w.as(asLead, group)
					}
				}
				var why []string
				if s.method != http.MethodPost {
					why = []string{"X-Audit-Reason", "A mistake"}
				}
				address := m.path + s.below
				if strings.HasPrefix(s.below, "/v1/") {
					address = s.below
				}
				if r := by.change(s.method, address, body, why...); r.status >= 300 {
					t.Fatalf("%s %s answers %d: %s", s.method, address, r.status, r.body)
				}
			}
		}
		take(m.write)
		if screened {
			m.by.acknowledges(m.path)
		}
		written := m.by.get(m.path).want(200).body
		if screened {
			w.losesWords(m)
		}
		take(m.after)
		reader := manager
		if m.noun == "self-evaluation" { // of whose draft its borough hears alone
			reader = m.by
		}
		values := reader.get("/v1/audit-entries?limit=500&type=" + m.noun + "&id=" + idOr(m.path, "1")).want(200).body
		for _, member := range members {
			if !strings.Contains(written, marker(m, member)) && (member != "screening" || !strings.Contains(written, `"acknowledged":true`)) && (member != "sharings" || !strings.Contains(written, `"sharings":[{`)) && member != "redactedAt" {
				t.Errorf("%s.%s was not written: %s", m.noun, member, written)
			}
			if !strings.Contains(values, `{"member":"`+member+`","withheld":true}`) {
				t.Errorf("the audit does not say that %s.%s changed: %s", m.noun, member, values)
			}
		}
	}
	for table, lines := range w.dump() {
		for _, line := range lines {
			if (table == "audit_entries" || table == "feed") && strings.Contains(line, "ann-") {
				t.Errorf("%s keeps %s", table, line)
			}
		}
	}
}

// marker is the text that is written into a member, and nowhere else.
func marker(m marking, member string) string {
	return "ann-" + m.noun + "-" + strings.ToLower(member)
}

// idOr is the last part of the path, or the key of what there is only one of.
func idOr(path, only string) string {
	if strings.Count(path, "/") < 3 {
		return only
	}
	return idIn(path)
}

// keepsItsNames are the nouns whose withheld members nobody takes out, and why.
var keepsItsNames = map[string]string{
	"TokenRevocation":        "the subject of tokens that are refused: without it they would be good again",
	"Authorisation":          "the subject that may submit: what was submitted by it says so",
	"SelfEvaluationTemplate": "the programme's questions, which are about nobody",
	"CalendarSubscription":   "whoever made it, until it is ended: TestWhatEndsACalendar",
}

// TestRemovedIsRemoved: a person who was everywhere is removed, their name is taken
// out of what was written of them, and no row of the database knows it any more. What is
// only ever added to, as an explanation, is redacted: TestRedactedWordsAreNowhere has the
// rest of that. What PostgreSQL itself keeps beside its rows, the log and the backups, is
// the operator's: docs/data-protection.md.
func TestRemovedIsRemoved(t *testing.T) {
	t.Parallel()
	w := lean(t)
	w.makeVisibilityRecords()
	manager, lead, croydon := w.as(programme.RoleProgramme, ""), w.as(programme.RoleBoroughLead, own), w.as(programme.RoleBoroughEditor, group)
	const name, renamed, email = "Zephyrine Quillfeather", "Zephyrine Quillfeather-Okoro", "z.quillfeather@example.org"
	gone := []string{"quillfeather", "zephyrine"}

	made := croydon.send(http.MethodPost, "/v1/participants", `{"name":"`+name+`","role":"dcs","borough":"`+group+`","email":"`+email+`"}`, "Idempotency-Key", "k-1")
	person := made.id()
	review := "/v1/peer-reviews/" + manager.send(http.MethodPost, "/v1/peer-reviews", `{"title":"Visit","host":"`+own+`","cycle":"2026-27","team":[{"participantId":"`+person+`","lead":true}]}`, "Idempotency-Key", "k-2").id()
	manager.change(http.MethodPost, review+"/scope", "", "Idempotency-Key", "k-3").want(200)
	croydon.change(http.MethodPatch, "/v1/participants/"+person, `{"name":"`+renamed+`"}`).want(200)
	const patch, put, remove, aMistake = http.MethodPatch, http.MethodPut, http.MethodDelete, "A mistake"
	reminded := "/v1/boroughs/" + own + "/reminder-addresses"
	address := "/v1/reminder-addresses/" + lead.send(http.MethodPost, reminded, `{"address":"`+email+`"}`, "Idempotency-Key", "k-4").id()
	evaluation := evaluationsList + "/" + w.sharedEvaluation()
	lead.does(evaluation, "reopen", `{"reason":"There is more to say"}`).want(200)
	comment, event := commentsList+"/"+w.asked("question"), "/v1/events/"+w.made[exampleEvent]
	written := "/v1/peer-reviews/" + w.review(programme.ReviewFieldwork).ID
	quarter := w.opened()
	returned, at := "/v1/benchmarking-submissions/"+w.submitted(quarter), returnAt(own, quarter)

	words := []struct {
		schema                    string
		by                        caller
		method, path, with, after string
	}{
		{"Programme", manager, patch, "/v1/programme", `{"contacts":[{"role":"Lead","name":"` + name + `","organisation":"Us","email":"` + email + `"}]}`, `{"contacts":[]}`},
		{"PeerChallengeGroup", lead, put, "/v1/peer-challenge-groups/" + w.made[exampleGroup] + "/notes", `{"notes":"` + name + ` will share hers."}`, `{"notes":"She will share hers."}`},
		{"PeerReview", manager, patch, review, `{"fieldworkDays":["2026-11-03"],"sessions":[{"title":"` + name + `","day":"2026-11-03","startTime":null,"endTime":null,"attendees":"` + email + `"}],
			"scope":"` + name + `","kloes":["` + name + `"],"progressReview":"` + name + ` came.","progressReviewWaived":"` + name + `"}`,
			`{"scope":"Front door","kloes":["Is it open?"],"sessions":[],"progressReview":null,"progressReviewWaived":null}`},
		{"PeerReview", manager, put, written + "/report", `{"report":"` + name + ` said so.","reportLinks":[{"title":"` + name + `","url":"https://example.org"}]}`, `{"report":"It was found.","reportLinks":[]}`},
		{"PeerReviewNote", manager, patch, notesList + "/" + w.anyNote(), `{"interviewGroup":"` + name + `","text":"` + name + ` said so."}`, `{"interviewGroup":"Commissioners","text":"They said so."}`},
		{"Finding", lead, patch, "/v1/findings/" + w.made[exampleFinding], `{"theme":"` + name + `","text":"` + name + `","evidence":"` + name + ` said so."}`, `{"theme":"Front door","text":"It is open.","evidence":"Interviews."}`},
		{"Finding", lead, put, "/v1/findings/" + w.made[exampleFinding] + "/response", `{"answer":"partly","reason":"` + name + ` left."}`, `{"answer":"partly","reason":"Somebody left."}`},
		{"Action", lead, patch, "/v1/actions/" + w.made[exampleAction], `{"text":"` + name + ` goes on.","dueOn":null,"noDueReason":"` + name + ` is away."}`, `{"text":"Go on.","dueOn":"2027-03-31","noDueReason":null}`},
		{"AskOrOffer", lead, patch, "/v1/asks-and-offers/" + w.made[exampleAsk], `{"title":"For ` + name + `","text":"Write to ` + email + `."}`, `{"title":"Templates","text":"Write to us."}`},
		{"Event", manager, patch, event, `{"description":"With ` + name + `","sessions":[{"title":"` + name + `"}],"opportunities":["Ask ` + name + `."],"attendanceNote":"` + name + ` came."}`,
			`{"description":"","sessions":[],"opportunities":[],"attendanceNote":null}`},
		{"Milestone", manager, patch, "/v1/milestones/" + w.made[exampleMilestone], `{"description":"` + name + ` led it."}`, `{"description":"It was led."}`},
		{"Contact", manager, patch, "/v1/contacts/" + w.made[exampleContact], `{"promised":"` + name + ` will send it."}`, `{"promised":"It will be sent."}`},
		{"Narrative", lead, patch, "/v1/narratives/" + w.narrative(), `{"text":"` + name + ` left."}`, `{"text":"Somebody left."}`},
		{"SelfEvaluation", lead, patch, evaluation + "/sections/children-in-care", `{"answers":[{"questionId":"quality","text":"` + name + ` audits."}]}`, `{"answers":[]}`},
		{"SelfEvaluationComment", lead, patch, comment, `{"text":"Does ` + name + ` audit?"}`, `{"text":"Who audits?"}`},
		{"BenchmarkingSubmission", lead, put, at, w.whole(large, api.CountValue{Count: "rereferrals", Status: api.CountValueStatusMissing, Reason: new(name + " is away.")}), w.whole()},
		// These two go as a whole.
		{"ReminderAddress", lead, remove, address, "", ""},
		{"Participant", croydon, remove, "/v1/participants/" + person, "", ""},
	}
	for _, c := range words {
		if c.method != remove {
			c.by.change(c.method, c.path, c.with, "X-Audit-Reason", aMistake).want(200)
		}
	}
	lead.does(returned, "explanations", `{"explanations":[{"key":"larger_than_likely.referrals","text":"`+name+` counted."}]}`).want(200)
	found := tablesWith(w.dump(), gone)
	for schema, ref := range contract.doc.Components.Schemas {
		if ref.Value.Extensions["x-not-audited"] == nil || keepsItsNames[schema] != "" {
			continue
		}
		taken := 0
		for _, c := range words {
			if c.schema == schema {
				taken++
			}
		}
		if taken == 0 {
			t.Errorf("nobody's name is taken out of %s", schema)
		}
	}
	for _, table := range []string{
		"participants", "programmes", "peer_challenge_groups", "peer_reviews", "peer_review_notes", "findings", "actions", "asks_and_offers", "events", "milestones", "idempotency_answers",
		"contacts", "narratives", "self_evaluations", "self_evaluation_comments", "benchmarking_submissions", "reminder_addresses",
	} {
		if len(found[table]) == 0 {
			t.Errorf("%s never knew the name, so that this test shows nothing of it", table)
		}
	}

	lead.does(returned, "redact", `{"places":[{"field":"/explanations/0/text"}],"reason":"It names somebody"}`).want(200)
	for _, c := range words {
		r := c.by.change(c.method, c.path, c.after, "X-Audit-Reason", "Asked to be removed")
		if want := map[bool]int{true: 204, false: 200}[c.method == remove]; r.status != want {
			t.Errorf("%s %s answers %d: %s", c.method, c.path, r.status, r.body)
		}
	}
	for table, lines := range tablesWith(w.dump(), gone) {
		t.Errorf("%s still says %q", table, lines)
	}
}

// tablesWith are the lines of the dump in which any of the words stands, in whatever
// case.
func tablesWith(dump map[string][]string, words []string) map[string][]string {
	found := map[string][]string{}
	for table, lines := range dump {
		for _, line := range lines {
			if slices.ContainsFunc(words, func(word string) bool { return strings.Contains(strings.ToLower(line), word) }) {
				found[table] = append(found[table], line)
			}
		}
	}
	return found
}

// dump is all that the database says, line by line, as a logical dump has it. Bytes
// are told as text.
func (w *world) dump() map[string][]string {
	w.t.Helper()
	tables := map[string][]string{}
	w.database(func(ctx context.Context, conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, "SELECT format('%I.%I', schemaname, tablename), tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')")
		if err != nil {
			return err
		}
		names, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct{ Quoted, Name string }])
		if err != nil {
			return err
		}
		for _, table := range names {
			var text strings.Builder
			if _, err := conn.PgConn().CopyTo(ctx, &text, "COPY "+table.Quoted+" TO STDOUT"); err != nil {
				return err
			}
			for line := range strings.Lines(text.String()) {
				cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
				for i, cell := range cells {
					if bytes, err := hex.DecodeString(strings.TrimPrefix(cell, `\\x`)); err == nil && strings.HasPrefix(cell, `\\x`) {
						cells[i] = string(bytes)
					}
				}
				tables[table.Name] = append(tables[table.Name], strings.Join(cells, "\t"))
			}
		}
		return nil
	})
	return tables
}
