package server_test

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

// TestVersionsAreCompared question by question and word by word, and a section beside last
// cycle's.
func TestVersionsAreCompared(t *testing.T) {
	t.Parallel()
	w := lean(t)
	lead := w.as(asLead, own)
	path := evaluationsList + "/" + w.signedEvaluation()
	lead.does(path, "reopen", `{"reason":"There is more to say"}`).want(200)
	lead.change(http.MethodPatch, path+"/sections/help-and-protection", `{"answers":[{"questionId":"quality","text":"Practice is very good."},{"questionId":"evidence","text":"From audits."},{"questionId":"plans","text":"To go on."}]}`).want(200)
	lead.does(path, "sign-off", "").want(200)
	var changes api.SelfEvaluationChanges
	lead.get(path + "/versions/2/changes?since=1").want(200).into(&changes)
	at := slices.IndexFunc(changes.Changes, func(c api.AnswerChange) bool { return c.State == "changed" })
	if at < 0 || changes.Changes[at].Section != "help-and-protection" || changes.Changes[at].Question != "quality" {
		t.Fatalf("what changed is %+v", changes.Changes)
	}
	var was, is strings.Builder
	for _, p := range changes.Changes[at].Pieces {
		if p.Kind != "added" {
			was.WriteString(p.Text)
		}
		if p.Kind != "removed" {
			is.WriteString(p.Text)
		}
	}
	if was.String() != "Practice is good." || is.String() != "Practice is very good." {
		t.Errorf("the pieces are %+v", changes.Changes[at].Pieces)
	}
	if n := len(slices.DeleteFunc(changes.Changes, func(c api.AnswerChange) bool { return c.State == "same" })); n != 1 {
		t.Errorf("%d answers changed", n)
	}
	lead.get(path+"/versions/2/changes?since=9").problem(400, "bad_request")
	lead.get(path+"/versions/9/changes?since=1").problem(404, "not_found")

	// The next cycle's draft beside what was signed last.
	later := w.ownerGets("SELECT (left(max(cycle), 4)::int + 1)::text || '-' || right((left(max(cycle), 4)::int + 2)::text, 2) FROM self_evaluations")
	next := evaluationsList + "/" + lead.post(evaluationsList, `{"borough":"`+own+`","cycle":"`+later+`"}`).id()
	lead.change(http.MethodPatch, next+"/sections/help-and-protection", `{"answers":[{"questionId":"quality","text":"Practice is very good indeed."}]}`).want(200)
	lead.get(next + "/sections/help-and-protection/changes").want(200).into(&changes)
	if changes.Since == nil || *changes.Since != 2 || changes.SinceCycle == nil || changes.Changes[0].State != "changed" {
		t.Errorf("beside last cycle it is %+v", changes)
	}
}

// TestWhoHasReadIt: each reader once a day and form, for the borough's people alone to see.
func TestWhoHasReadIt(t *testing.T) {
	t.Parallel()
	w := lean(t)
	team, lead, met := w.as(programme.RoleProgramme, ""), w.as(asLead, own), w.as(asEditor, group)
	path := evaluationsList + "/" + w.sharedEvaluation()
	lead.get(path + "/versions/1").want(200)
	first := met.get(path + "/versions/1").want(200)
	met.send(http.MethodGet, path+"/versions/1", "", "If-None-Match", first.header.Get("ETag")).want(304)
	met.send(http.MethodHead, path+"/versions/1", "").want(200)
	met.send(http.MethodGet, path+"/versions/1", "", "Accept", "text/html").want(200)
	met.send(http.MethodGet, path, "", "Accept", "text/html").want(200)
	team.get(path + "/versions/1/changes?since=1").want(200)
	var page struct{ Items []api.SelfEvaluationRead }
	lead.get(path + "/reads").want(200).into(&page)
	var got []string
	for _, r := range page.Items {
		borough := "-"
		if r.Borough != nil {
			borough = *r.Borough
		}
		got = append(got, string(r.Form)+" "+r.Role+" "+borough)
	}
	if want := []string{"json borough-editor " + group, "page borough-editor " + group, "comparison programme -"}; !slices.Equal(got, want) {
		t.Errorf("it was read as %v, want %v", got, want)
	}
	met.get(path+"/reads").problem(403, "not_yours")
	team.get(path+"/reads").problem(403, "role")
	w.as(asLead, other).get(path+"/reads").problem(404, "not_found")
	if kept := w.ownerGets("SELECT count(*)::text FROM audit_entries WHERE noun = 'self-evaluation' AND key = '" + idIn(path) + "' AND borough_code = '" + group + "'"); kept != "0" {
		t.Error("a reading is in the audit")
	}
}

// TestAVersionIsReadAsItStands: what is remembered of how a self-evaluation stood lets nobody read
// what was taken back meanwhile, by whatever way, and keeps nobody from reading what was given.
func TestAVersionIsReadAsItStands(t *testing.T) {
	t.Parallel()
	w := lean(t)
	lead, met := w.as(asLead, own), w.as(asEditor, group)
	path := evaluationsList + "/" + w.sharedEvaluation()
	reads := func() string {
		return w.ownerGets("SELECT count(*)::text FROM self_evaluation_reads WHERE self_evaluation_id = '" + idIn(path) + "'")
	}
	met.get(path + "/versions/1").want(200)
	lead.get(path+"/versions/2").problem(404, "not_found")
	lead.get(path + "/versions/1").want(200)
	w.ownerDoes("UPDATE self_evaluations SET sharings = jsonb_set(sharings, '{0,readers}', '[]')")
	late := w.somebody("late", group, asEditor)
	late.get(path+"/versions/1").problem(404, "not_found")
	w.ownerDoes("UPDATE self_evaluations SET sharings = jsonb_set(sharings, '{0,readers}', '[\"" + group + "\"]')")
	late.get(path + "/versions/1").want(200)

	owner, err := pgx.Connect(t.Context(), w.url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = owner.Close(context.WithoutCancel(t.Context())) })
	for i, end := range []func(tx pgx.Tx) error{
		func(tx pgx.Tx) error { return tx.Rollback(t.Context()) },
		func(tx pgx.Tx) error { return tx.Commit(t.Context()) },
	} {
		before := reads()
		tx, err := owner.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec(t.Context(), "UPDATE self_evaluations SET sharings = '[]'"); err != nil {
			t.Fatal(err)
		}
		waits, answered := w.somebody("waits-"+strconv.Itoa(i), group, asEditor), make(chan answer)
		go func() { answered <- waits.get(path + "/versions/1") }()
		w.eventually("the reading waits", func() bool {
			return w.ownerGets("SELECT count(*)::text FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") != "0"
		})
		if err := end(tx); err != nil {
			t.Fatal(err)
		}
		switch got := <-answered; i {
		case 0:
			if got.want(200); reads() == before {
				t.Error("who waited for what was taken back again is not written down")
			}
		default:
			if got.problem(404, "not_found"); reads() != before {
				t.Error("who came too late is written down")
			}
		}
	}
}

// TestAVersionIsReadByWhatItWasAsked: what a template asks is kept in memory. In a database that
// was set back, the same number published at another moment is another.
func TestAVersionIsReadByWhatItWasAsked(t *testing.T) {
	t.Parallel()
	w := lean(t)
	lead, path := w.as(asLead, own), evaluationsList+"/"+w.signedEvaluation()
	title := func() string {
		t.Helper()
		var v api.SelfEvaluationVersion
		lead.get(path + "/versions/1").want(200).into(&v)
		return v.Sections[0].Title
	}
	if got := title(); got != "Help and protection" {
		t.Fatalf("the first section is %q", got)
	}
	w.ownerDoes("UPDATE self_evaluation_template_versions SET outline = jsonb_set(outline, '{sections,0,title}', '\"Protection\"'), published_at = published_at + interval '1 microsecond'")
	if got := title(); got != "Protection" {
		t.Errorf("the first section is %q after the database was set back", got)
	}
	var draft api.SelfEvaluation
	lead.does(path, "reopen", `{"reason":"There is more to say"}`).want(200).into(&draft)
	if got := draft.Draft[0].Title; got != "Protection" {
		t.Errorf("the first section of the draft is %q", got)
	}
}

// TestALinkIsLookedThrough: names of files are people's words too.
func TestALinkIsLookedThrough(t *testing.T) {
	t.Parallel()
	w := lean(t)
	lead := w.as(asLead, own)
	path := evaluationsList + "/" + w.completeEvaluation()
	lead.change(http.MethodPatch, path+"/sections/care-leavers", `{"evidence":[{"title":"An audit","link":"https://example.org/cases/943-476-5919.pdf"}]}`).want(200)
	found := lead.marks(path)
	if len(found) != 1 || found[0].Kind != "nhs_number" || !strings.HasSuffix(found[0].Field, "/evidence/0/link") {
		t.Fatalf("screening finds %+v", found)
	}
	lead.does(path, "sign-off", "").problem(409, "not_complete")
	lead.does(path, "redact", `{"reason":"It says whose","places":[{"field":"`+found[0].Field+`","start":0,"length":8}]}`).problem(422, "invalid")
	lead.does(path, "redact", `{"reason":"It says whose","places":[{"field":"`+found[0].Field+`"}]}`).want(200)
	var is api.SelfEvaluation
	lead.get(path).want(200).into(&is)
	for _, s := range is.Draft {
		if len(s.Evidence) > 0 && *s.Evidence[0].Link != "https://"+programme.Redacted {
			t.Errorf("the link is %s", *s.Evidence[0].Link)
		}
	}
	lead.does(path, "sign-off", "").want(200)
	lead.send(http.MethodGet, path, "", "Accept", "text/html").want(200)
}

// TestAReceiptOfASelfEvaluation holds what was signed to its receipt.
func TestAReceiptOfASelfEvaluation(t *testing.T) {
	t.Parallel()
	w := lean(t)
	lead := w.as(asLead, own)
	path := evaluationsList + "/" + w.signedEvaluation()
	var v api.SelfEvaluationVersion
	lead.get(path + "/versions/1").want(200).into(&v)
	signed := signedOf(&v)
	receipt := "/v1/receipts/" + *v.ReceiptId
	if r := lead.get(receipt).want(200); !strings.Contains(r.body, `"document":"self_evaluation"`) || !strings.Contains(r.body, `"statement":"Signed by a borough-lead of Lambeth."`) {
		t.Error(r.body)
	}
	verify := func() string {
		t.Helper()
		return lead.post(receipt+"/verify", jsonOf(t, map[string]any{"selfEvaluation": signed})).want(200).body
	}
	if got := verify(); !strings.Contains(got, `"genuine":true`) {
		t.Errorf("what was signed is %s", got)
	}
	signed["number"] = 2
	if got := verify(); !strings.Contains(got, `"genuine":false`) {
		t.Errorf("what was not signed is %s", got)
	}
	lead.post(receipt+"/verify", `{}`).problem(422, "invalid")
}

// TestWhatAnAnswerMayHold: text of every kind survives, markup stays text, and what cannot be
// kept is named.
func TestWhatAnAnswerMayHold(t *testing.T) {
	t.Parallel()
	w := lean(t)
	lead, met := w.as(asLead, own), w.as(asEditor, group)
	path := evaluationsList + "/" + w.completeEvaluation()
	section := path + "/sections/help-and-protection"
	write := func(text string) answer {
		t.Helper()
		return lead.change(http.MethodPatch, section, jsonOf(t, map[string]any{"answers": []any{map[string]any{"questionId": "quality", "text": text}, map[string]any{"questionId": "evidence", "text": "Audits."}, map[string]any{"questionId": "plans", "text": "More."}}}))
	}
	for _, text := range []string{
		"Gwasanaethau plant: ŵ, ŷ, Llŷr.", "خدمات الأطفال", "\U0001F468\u200D\U0001F469\u200D\U0001F467\u200D\U0001F466 \U0001F44B\U0001F3FD \U0001F3F4\U000E0067\U000E0062\U000E0077\U000E006C\U000E0073\U000E007F", "a\u0323\u0302", "<script>alert(1)</script> & <b>bold</b>", "One\nTwo\n\nThree",
	} {
		var s api.SelfEvaluationSection
		write(text).want(200).into(&s)
		if got := *s.Answers[0].Text; got != text && got != "\u1EAD" { // composed, as the contract says
			t.Errorf("%q is kept as %q", text, got)
		}
	}
	lead.send(http.MethodPatch, section, `{"answers":[{"questionId":"quality","text":"a\u0000b"}]}`, "If-Match", w.etag(section)).problem(422, "invalid")
	lead.change(http.MethodPatch, section, `{"answers":[{"questionId":"nothing","text":"x"},{"questionId":"quality","choice":"yes"},{"questionId":"evidence","text":"a"},{"questionId":"evidence","text":"b"}],
		"evidence":[{"title":"Report"}]}`).problem(422, "invalid")
	if faults := write(strings.Repeat("word ", 3001)).problem(422, "invalid"); len(faults) != 1 {
		t.Errorf("an answer of 3,001 words is refused as %v", faults)
	}
	write(strings.Repeat("word ", 1001)).want(200)
	if faults := lead.does(path, "sign-off", "").problem(409, "not_complete"); len(faults) != 1 || !strings.HasPrefix(faults[0], "/draft/0/answers/quality") {
		t.Errorf("over its limit it is refused as %v", faults)
	}
	write("The office is at SW2 1RW.").want(200)
	if faults := lead.does(path, "sign-off", "").problem(409, "not_complete"); !slices.Equal(faults, []string{"/draft/0/answers/0/text not_acknowledged"}) {
		t.Errorf("with a postcode it is refused as %v", faults)
	}
	write("<script>alert(1)</script>").want(200)
	lead.does(path, "sign-off", "").want(200)
	lead.does(path, "share", `{"peerChallengeId":"`+w.groupMeeting()+`"}`).want(200)
	page := met.send(http.MethodGet, path, "", "Accept", "text/html,application/xhtml+xml,*/*;q=0.8").want(200)
	if strings.Contains(page.body, "<script") || !strings.Contains(page.body, "&lt;script&gt;") || !strings.HasPrefix(page.header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("a page with %s", page.header)
	}
	met.send(http.MethodGet, path, "", "Accept", "*/*").want(200).into(new(api.SelfEvaluation))
}

// TestATemplateAndItsVersions: a number says how far a version reaches, drafts stay on the one
// on which they were begun, and go over when somebody lets them.
func TestATemplateAndItsVersions(t *testing.T) {
	t.Parallel()
	w := lean(t)
	team, lead := w.as(programme.RoleProgramme, ""), w.as(asLead, own)
	path := templatesList + "/" + w.draftedTemplate()
	lead.get(path).problem(404, "not_found")
	team.change(http.MethodPatch, path, `{"default":true}`).problem(422, "invalid")
	publish := func(want string) {
		t.Helper()
		var is api.SelfEvaluationTemplate
		team.does(path, "publish", "").want(200).into(&is)
		if is.Latest == nil || *is.Latest != want || len(is.Draft) != 0 {
			t.Errorf("it is published as %+v, want %s", is, want)
		}
	}
	publish("1.0.0")
	team.does(path, "publish", "").problem(409, "wrong_state")
	draft := lead.post(evaluationsList, `{"borough":"`+own+`","cycle":"`+w.nextCycle()+`","templateId":"`+idIn(path)+`"}`).id()
	at := evaluationsList + "/" + draft
	lead.change(http.MethodPatch, at+"/sections/practice", `{"answers":[{"questionId":"what","text":"Much."},{"questionId":"how","text":"By audits."}],"risks":[{"text":"Few homes."}]}`).want(200)
	lead.does(at, "migrate", "").problem(409, "wrong_state")
	for outline, want := range map[string]string{strings.Replace(firstOutline, "What do you know?", "What do you really know?", 1): "1.0.1"} {
		team.change(http.MethodPatch, path, `{"draft":`+outline+`}`).want(200)
		var changes api.SelfEvaluationTemplateChanges
		team.get(path + "/versions/draft/changes?since=1.0.0").want(200).into(&changes)
		if changes.Next == nil || *changes.Next != want || len(changes.Changes) != 1 || changes.Changes[0].Level != "patch" {
			t.Errorf("the draft changes %+v", changes)
		}
		lead.get(path+"/versions/draft/changes?since=1.0.0").problem(404, "not_found")
		publish(want)
	}
	team.change(http.MethodPatch, path, `{"draft":[{"id":"practice","title":"Practice","optional":false,"questions":[{"id":"how","text":"How do you know it?","kind":"narrative","required":true}]}]}`).want(200)
	publish("2.0.0")
	var changes api.SelfEvaluationTemplateChanges
	lead.get(path + "/versions/2.0.0/changes?since=1.0.0").want(200).into(&changes)
	if changes.Level == nil || *changes.Level != "major" {
		t.Errorf("2.0.0 changes %+v", changes)
	}
	lead.get(path+"/versions/2.0.0/changes?since=3.0.0").problem(400, "bad_request")
	lead.get(path+"/versions/3.0.0").problem(404, "not_found")

	before := lead.get(at).want(200)
	var goes api.SelfEvaluationMigration
	lead.send(http.MethodPost, at+"/migrate?dryRun=true", "", "If-Match", before.header.Get("ETag")).want(200).into(&goes)
	fates := map[string]api.AnswerFate{}
	for _, a := range goes.Answers {
		fates[a.Question] = a.Fate
	}
	if goes.From != "1.0.0" || goes.To != "2.0.0" || fates["what"] != "lost" || fates["how"] != "kept" || lead.get(at).want(200).body != before.body {
		t.Errorf("in a dry run it goes over as %+v", goes)
	}
	lead.does(at, "migrate", "").want(200).into(&goes)
	if is := goes.SelfEvaluation; is == nil || *is.TemplateVersion != "2.0.0" || len(is.Draft) != 1 || len(is.Draft[0].Answers) != 1 || len(is.Draft[0].Risks) != 1 {
		t.Errorf("it went over as %+v", goes.SelfEvaluation)
	}

	w.movesAQuestion(path, at)

	// The one on which they begin: one at a time.
	former := w.template()
	team.change(http.MethodPatch, path, `{"default":true}`).want(200)
	if w.template() != idIn(path) || w.ownerGets("SELECT is_default::text FROM self_evaluation_templates WHERE id = '"+former+"'") != "false" {
		t.Error("self-evaluations begin on two")
	}
	team.change(http.MethodDelete, path, "").problem(409, "wrong_state")
}

// movesAQuestion: an answer that goes over to where its question is asked now takes along what was
// said of its words, and is compared with what was answered before, in the same cycle and the next.
func (w *world) movesAQuestion(template, evaluation string) {
	w.t.Helper()
	team, lead := w.as(programme.RoleProgramme, ""), w.as(asLead, own)
	lead.change(http.MethodPatch, evaluation+"/sections/practice", `{"answers":[{"questionId":"how","text":"By audits at SW1A 1AA."}],"risks":[{"text":"Few homes."}]}`).want(200)
	lead.does(evaluation, "acknowledge", acknowledging(w.t, lead.marks(evaluation), "It is an office")).want(200)
	besides := func(version string) { // what stands beside the draft
		w.t.Helper()
		if got := w.ownerGets("SELECT coalesce(template_version, 'none') FROM self_evaluations WHERE id = '" + idIn(evaluation) + "' AND template_id IS NOT DISTINCT FROM CAST(draft ->> 'templateId' AS uuid)"); got != version {
			w.t.Errorf("beside the draft stands %q, want %q", got, version)
		}
	}
	besides("2.0.0")
	lead.does(evaluation, "sign-off", "").want(200)
	besides("none")
	lead.does(evaluation, "reopen", `{"reason":"The template has moved on"}`).want(200)
	besides("2.0.0")
	team.change(http.MethodPatch, template, `{"draft":[{"id":"practice","title":"Practice","optional":true,"questions":[]},
		{"id":"quality","title":"Quality","optional":false,"questions":[{"id":"how","text":"How do you know it?","kind":"narrative","required":true}]}]}`).want(200)
	team.does(template, "publish", "").want(200)
	var goes api.SelfEvaluationMigration
	lead.does(evaluation, "migrate", "").want(200).into(&goes)
	besides(goes.To)
	if marks := lead.marks(evaluation); len(goes.Answers) != 1 || goes.Answers[0].Fate != "moved" || len(marks) != 1 || !marks[0].Acknowledged {
		w.t.Errorf("an answer moves as %+v, with %+v", goes.Answers, marks)
	}
	lead.does(evaluation, "sign-off", "").want(200)
	var is api.SelfEvaluation
	lead.get(evaluation).want(200).into(&is)
	since := strconv.Itoa(*is.Signed - 1)
	states := func(at string) (states []string) {
		var changes api.SelfEvaluationChanges
		lead.get(at).want(200).into(&changes)
		for _, c := range changes.Changes {
			states = append(states, c.Section+" "+c.Question+" "+string(c.State))
		}
		return states
	}
	if got := states(evaluation + "/versions/" + strconv.Itoa(*is.Signed) + "/changes?since=" + since); !slices.Equal(got, []string{"practice risks same", "quality how same"}) {
		w.t.Errorf("versions with a question that has moved: %v", got)
	}
	next := evaluationsList + "/" + lead.post(evaluationsList, `{"borough":"`+own+`","cycle":"`+w.nextCycle()+`","templateId":"`+idIn(template)+`"}`).id()
	lead.change(http.MethodPatch, next+"/sections/practice", `{"risks":[{"text":"Few homes."}]}`).want(200)
	if got := states(next + "/sections/practice/changes"); !slices.Equal(got, []string{"practice risks same"}) {
		w.t.Errorf("last cycle's list is compared as %v", got)
	}
	if got := states(next + "/sections/quality/changes"); !slices.Equal(got, []string{"quality how removed"}) {
		w.t.Errorf("beside last cycle's answer stands %v", got)
	}
}

// TestThereIsOneForEachCycle: another is refused, and so is one that answers to no template.
func TestThereIsOneForEachCycle(t *testing.T) {
	t.Parallel()
	w := lean(t)
	lead, cycle := w.as(asLead, own), w.nextCycle()
	begin := func(cycle, more string) answer {
		t.Helper()
		return lead.post(evaluationsList, `{"borough":"`+own+`","cycle":"`+cycle+`"`+more+`}`)
	}
	begin(cycle, "").want(201)
	begin(cycle, "").problem(409, "exists")
	begin("2026-28", "").problem(422, "invalid")
	begin(w.nextCycle(), `,"templateId":"`+nothing+`"`).problem(422, "invalid")
	lead.post(evaluationsList, `{"borough":"`+group+`","cycle":"`+cycle+`"}`).problem(403, "not_yours")
	sent, at := complete("Good."), "/v1/boroughs/"+own+"/self-evaluations/"
	answering := func(template string) string { return strings.Replace(sent, "{", `{"templateId":"`+template+`",`, 1) }
	put := func(cycle, body string) answer {
		t.Helper()
		return lead.send(http.MethodPut, at+cycle+"?dryRun=true", body)
	}
	put(cycle, answering(strings.ToUpper(w.template()))).problem(428, "if_match_required") // it is that
	if got := put(cycle, answering(nothing)).problem(422, "invalid"); !slices.Equal(got, []string{"/templateId settled"}) {
		t.Errorf("another template for one that is begun is refused as %v", got)
	}
	if got := put("2029-31", sent).problem(400, "bad_request"); !slices.Equal(got, []string{"cycle unknown_value"}) {
		t.Errorf("what is no cycle is refused as %v", got)
	}
	w.ownerDoes("UPDATE self_evaluation_templates SET is_default = false")
	begin(w.nextCycle(), "").problem(409, "no_template")
}
