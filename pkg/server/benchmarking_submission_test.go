package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"peerchallenge/api"
	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
)

const exampleReturn = "01932b7e-0000-7000-8000-000000000034"

var (
	_ = standIn("/v1/benchmarking-submissions", exampleReturn, func(w *world) string { return w.submitted(w.opened()) })
	_ = prepared(func(w *world) string { return w.submitted(w.opened()) }, "queryBenchmarkingSubmission", "acceptBenchmarkingSubmission", "withdrawBenchmarkingSubmission")
	_ = prepared(func(w *world) string { return w.drafted(w.opened()) }, "submitBenchmarkingSubmission", "deleteBenchmarkingSubmission")
	_ = prepared(func(w *world) string { return w.warned(w.opened()) }, "explainBenchmarkingSubmission")
	_ = prepared(func(w *world) string { return w.queried(w.opened()) }, "answerBenchmarkingSubmission")
	_ = prepared((*world).practised, "getBoroughBenchmarkingSubmission", "putBenchmarkingSubmission")
	_ = prepared((*world).collecting, "createBenchmarkingSubmissions")
)

// opened is the code of a quarter whose window is open, whatever day it is, and for
// which nothing has been sent: the one before those that there are.
func (w *world) opened() string {
	w.t.Helper()
	return w.open(w.earliest())
}

// earliest is the code of the quarter before all that there are.
func (w *world) earliest() string {
	w.t.Helper()
	var n int
	if _, err := fmt.Sscan(w.ownerGets("SELECT count(*)::text FROM quarters WHERE code < '2026'"), &n); err != nil {
		w.t.Fatal(err)
	}
	return fmt.Sprintf("20%02d-%02d-Q%d", 25-n/4, 26-n/4, 4-n%4)
}

// collecting is the quarter for which the contract's example sends returns.
func (w *world) collecting() string {
	w.t.Helper()
	const code = "2026-27-Q2"
	if w.get("/v1/quarters/"+code).status == http.StatusOK {
		return code
	}
	return w.open(code)
}

func (w *world) open(code string) string {
	w.t.Helper()
	today := programme.DefaultSettings.Today(w.clock())
	q := aQuarter(code, today, today.AddDays(30), today.AddDays(60))
	q.Framework = new("1.0.0")
	_, err := w.store.CreateQuarter(w.t.Context(), team, q)
	return must(w, code, err)
}

// document is the framework by which returns are judged.
func (w *world) document() framework.Document {
	w.t.Helper()
	var d framework.Document
	if err := json.Unmarshal([]byte(w.ownerGets("SELECT document::text FROM frameworks WHERE number = '1.0.0'")), &d); err != nil {
		w.t.Fatal(err)
	}
	return d
}

// whole is a return that contradicts itself nowhere, as the body of a request. The
// counts that are named say something else.
func (w *world) whole(but ...api.CountValue) string {
	w.t.Helper()
	return jsonOf(w.t, api.BenchmarkingSubmissionInput{Values: w.values(but...)})
}

func (w *world) values(but ...api.CountValue) []api.CountValue {
	w.t.Helper()
	d := w.document()
	n := map[string]float64{}
	for _, c := range d.Counts {
		n[c.Code] = 10
	}
	for range d.Counts { // until nothing contradicts another: a whole is as great as its parts
		for _, f := range d.Families {
			sum := 0.0
			for _, part := range f.Parts {
				sum += n[part]
			}
			if f.Closed || n[f.Whole] < sum {
				n[f.Whole] = sum
			}
		}
		for _, r := range d.Relations {
			if (r.Kind == framework.PartOf || r.Kind == framework.Same) && n[r.B] < n[r.A] {
				n[r.B] = n[r.A]
			}
		}
	}
	values := make([]api.CountValue, 0, len(d.Counts))
	for _, c := range d.Counts {
		v := api.CountValue{Count: c.Code, Value: new(n[c.Code]), Status: api.CountValueStatusReported}
		if i := slices.IndexFunc(but, func(b api.CountValue) bool { return b.Count == c.Code }); i >= 0 {
			v = but[i]
		}
		values = append(values, v)
	}
	return values
}

func jsonOf(t testing.TB, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// sender is Lambeth's system.
func (w *world) sender() caller { w.t.Helper(); return w.as(programme.RoleBoroughSystem, own) }

func returnAt(borough, quarter string) string {
	return "/v1/boroughs/" + borough + "/benchmarking-submissions/" + quarter
}

// drafted is the id of Lambeth's return for the quarter, which has a draft.
func (w *world) drafted(quarter string) string {
	w.t.Helper()
	var made api.BenchmarkingSubmissionReceived
	tag := w.as(programme.RoleBoroughLead, own).get(returnAt(own, quarter)).header.Get("ETag")
	header := []string{"If-None-Match", "*"}
	if tag != "" {
		header = []string{"If-Match", tag}
	}
	w.as(programme.RoleBoroughLead, own).send(http.MethodPut, returnAt(own, quarter), w.whole(), header...).into(&made)
	if made.Submission == nil {
		w.t.Fatal("no return was made")
	}
	return made.Submission.Id
}

// submitted is the id of Lambeth's return for the quarter, which was submitted.
func (w *world) submitted(quarter string) string {
	w.t.Helper()
	id := w.drafted(quarter)
	lead, path := w.as(programme.RoleBoroughLead, own), "/v1/benchmarking-submissions/"+id
	lead.send(http.MethodPost, path+"/submit", "", "If-Match", lead.get(path).header.Get("ETag")).want(200)
	return id
}

// large is a count that is more than is likely, which asks for an explanation.
var large = api.CountValue{Count: "referrals", Value: new(9500.0), Status: api.CountValueStatusReported}

// warned is the id of Lambeth's return for the quarter, of which the report asks for an
// explanation.
func (w *world) warned(quarter string) string {
	w.t.Helper()
	var made api.BenchmarkingSubmissionReceived
	w.as(programme.RoleBoroughLead, own).send(http.MethodPut, returnAt(own, quarter), w.whole(large), "If-None-Match", "*").want(201).into(&made)
	return made.Submission.Id
}

// queried is the id of Lambeth's return for the quarter, about which the team has asked.
func (w *world) queried(quarter string) string {
	w.t.Helper()
	id := w.submitted(quarter)
	w.as(programme.RoleProgramme, "").does("/v1/benchmarking-submissions/"+id, "query", `{"text":"Is a team missing?"}`).want(200)
	return id
}

// practised is the id of Lambeth's return in practice, of which a version was submitted.
func (w *world) practised() string {
	w.t.Helper()
	lead, at := w.as(programme.RoleBoroughLead, own), returnAt(own, "practice")
	if lead.get(at).status == http.StatusOK {
		return stateOf(w.t, lead, at).Id
	}
	return w.submitted("practice")
}

// stateOf reads what the caller sees of a return.
func stateOf(t testing.TB, c caller, path string) api.BenchmarkingSubmission {
	t.Helper()
	var s api.BenchmarkingSubmission
	c.get(path).want(200).into(&s)
	return s
}

// does takes a step on the present state.
func (c caller) does(path, step, body string) answer {
	c.w.t.Helper()
	return c.send(http.MethodPost, path+"/"+step, body, "If-Match", c.get(path).header.Get("ETag"))
}

// TestAReturnFromDraftToAccepted: a system sends, an officer explains, the Director
// signs, the team asks and accepts. Nobody else learns of it.
func TestAReturnFromDraftToAccepted(t *testing.T) {
	t.Parallel()
	w := lean(t)
	system, editor, lead := w.sender(), w.as(programme.RoleBoroughEditor, own), w.as(programme.RoleBoroughLead, own)
	team, neighbour := w.as(programme.RoleProgramme, ""), w.as(programme.RoleBoroughLead, group)
	at := returnAt(own, "practice")

	// A return with values that cannot be is not taken, and every one is named.
	d := w.document()
	bad := w.whole(api.CountValue{Count: d.Counts[0].Code, Value: new(2.5), Status: api.CountValueStatusReported},
		api.CountValue{Count: d.Counts[1].Code, Status: api.CountValueStatusReported})
	if got := system.send(http.MethodPut, at, bad, "If-None-Match", "*").problem(422, "invalid"); !slices.Equal(got, []string{"/values/0/value not_whole", "/values/1/value required"}) {
		t.Errorf("faults %q", got)
	}
	bad = w.whole(api.CountValue{Count: d.Counts[1].Code, Status: api.CountValueStatusConfirmedNil})
	if got := system.send(http.MethodPut, at, bad, "If-None-Match", "*").problem(422, "invalid"); !slices.Equal(got, []string{"/values/1/reason reason_required"}) {
		t.Errorf("faults %q", got)
	}
	lead.get(at).problem(404, "not_found")

	// A missing value is taken into the draft, and keeps it from being submitted.
	missing := api.CountValue{Count: d.Counts[1].Code, Status: api.CountValueStatusMissing}
	var got api.BenchmarkingSubmissionReceived
	system.send(http.MethodPut, at, w.whole(missing), "If-None-Match", "*").want(201).into(&got)
	if got.Outcome != api.PostingOutcomeCreated || got.Report.Missing != 1 || got.Report.MaySubmit || got.Submission.State != api.BenchmarkingSubmissionStateDraft {
		t.Errorf("%+v", got)
	}
	path := "/v1/benchmarking-submissions/" + got.Submission.Id

	// Only the borough sees the draft.
	team.get(path).problem(404, "not_found")
	neighbour.get(path).problem(404, "not_found")
	neighbour.get(at).problem(404, "not_found")
	neighbour.send(http.MethodPut, at, w.whole(), "If-None-Match", "*").problem(403, "not_yours")

	if got := lead.does(path, "submit", "").problem(409, "report_faults"); len(got) != 1 || !strings.HasSuffix(got[0], "reason_required") {
		t.Errorf("what keeps it back: %q", got)
	}
	wantStep(t, lead.get(path), "submit", false, "report_faults")
	missing.Reason = new("The list was lost.")
	editor.send(http.MethodPut, at, w.whole(missing), "If-Match", editor.get(path).header.Get("ETag")).want(200)

	// An editor prepares it, and the Director signs.
	editor.does(path, "submit", "").problem(403, "no_authority")
	wantStep(t, editor.get(path), "submit", false, "no_authority")
	lead.does(path, "submit", "").want(200)
	if s := stateOf(t, team, path); s.State != api.BenchmarkingSubmissionStateSubmitted || s.Draft != nil || *s.UnderReview != 1 || s.ReceivedAt == nil {
		t.Errorf("%+v", s)
	}
	neighbour.get(path).problem(404, "not_found")

	// The team asks, of counts that there are; the borough answers; the team accepts.
	lead.does(path, "accept", "").problem(403, "role")
	if got := team.does(path, "query", `{"text":"Which list?","counts":["`+d.Counts[1].Code+`","no_such_count"]}`).problem(422, "invalid"); !slices.Equal(got, []string{"/counts/1 unknown_value"}) {
		t.Errorf("%q", got)
	}
	team.does(path, "query", `{"text":"Which list?","counts":["`+d.Counts[1].Code+`"],"answerBy":"2027-01-15"}`).want(200)
	team.does(path, "accept", "").problem(409, "wrong_state")
	editor.does(path, "answer", `{"text":"List 4 of July."}`).want(200)
	if s := stateOf(t, lead, path); len(s.Thread) != 1 || *s.Thread[0].Answer != "List 4 of July." || s.State != api.BenchmarkingSubmissionStateSubmitted {
		t.Errorf("%+v", s)
	}
	team.does(path, "accept", "").want(200)
	if s := stateOf(t, team, path); s.State != api.BenchmarkingSubmissionStateAccepted || *s.Standing != 1 || s.UnderReview != nil {
		t.Errorf("%+v", s)
	}
}

// TestWhatWasSubmittedNeverChanges: what was accepted stands until the next is, and a
// version says for ever what it said.
func TestWhatWasSubmittedNeverChanges(t *testing.T) {
	t.Parallel()
	w := lean(t)
	system, lead := w.sender(), w.as(programme.RoleBoroughLead, own)
	team, neighbour := w.as(programme.RoleProgramme, ""), w.as(programme.RoleBoroughLead, group)
	at := returnAt(own, "practice")
	missing := api.CountValue{Count: w.document().Counts[1].Code, Status: api.CountValueStatusMissing, Reason: new("The list was lost.")}
	system.send(http.MethodPut, at, w.whole(missing), "If-None-Match", "*").want(201)
	path := "/v1/benchmarking-submissions/" + stateOf(t, lead, at).Id
	lead.does(path, "submit", "").want(200)
	team.does(path, "accept", "").want(200)
	system.send(http.MethodPut, at, w.whole(), "If-Match", system.get(path).header.Get("ETag")).want(200)
	if s := stateOf(t, team, path); s.Draft != nil || *s.Standing != 1 {
		t.Errorf("the team sees a draft, or no version stands: %+v", s)
	}
	lead.does(path, "submit", "").want(200)
	if s := stateOf(t, lead, path); *s.Standing != 1 || *s.UnderReview != 2 || s.Resubmissions != 1 {
		t.Errorf("%+v", s)
	}
	lead.does(path, "withdraw", "").problem(422, "invalid")
	lead.does(path, "withdraw", `{"reason":"Wrong list"}`).want(200)
	if s := stateOf(t, lead, path); s.State != api.BenchmarkingSubmissionStateAccepted || s.Draft == nil || s.Resubmissions != 0 {
		t.Errorf("%+v", s)
	}
	lead.does(path, "submit", "").want(200)
	team.does(path, "accept", "").want(200)
	var page struct{ Items []api.BenchmarkingVersion }
	team.get(path + "/versions").want(200).into(&page)
	var states []string
	for _, v := range page.Items {
		states = append(states, fmt.Sprint(v.Number, " ", v.State))
	}
	if !slices.Equal(states, []string{"1 superseded", "2 withdrawn", "3 accepted"}) {
		t.Errorf("versions are %q", states)
	}
	first := page.Items[0].Values[1]
	if first.Status != api.CountValueStatusMissing || *first.Reason != "The list was lost." {
		t.Errorf("version 1 says %+v", first)
	}
	team.get(path+"/versions/4").problem(404, "not_found")
	neighbour.get(path+"/versions").problem(404, "not_found")
	neighbour.get(path+"/versions/1").problem(404, "not_found")
	neighbour.get(path+"/report").problem(404, "not_found")
	if n := len(idsIn(t, neighbour.get("/v1/benchmarking-submissions"))); n != 0 {
		t.Errorf("a neighbour is shown %d returns", n)
	}
}

// TestAReturnIsComparedFirst: late copies from a system overwrite nothing.
func TestAReturnIsComparedFirst(t *testing.T) {
	t.Parallel()
	w := lean(t)
	system, lead, at := w.sender(), w.as(programme.RoleBoroughLead, own), returnAt(own, "practice")
	code := w.document().Counts[0].Code
	x, y := w.whole(), w.whole(api.CountValue{Count: code, Status: api.CountValueStatusMissing, Reason: new("Lost")})
	put := func(body string, header ...string) answer {
		t.Helper()
		return system.send(http.MethodPut, at, body, header...)
	}

	put(x).problem(428, "if_match_required")
	put(x, "If-Match", `"1-x"`).problem(412, "stale")
	made := put(x, "If-None-Match", "*", "Idempotency-Key", "k1").want(201)
	old := made.header.Get("ETag")
	if again := put(x, "If-None-Match", "*", "Idempotency-Key", "k1").want(201); again.body != made.body || again.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("the key was not known: %v", again.header)
	}
	put(y, "If-None-Match", "*", "Idempotency-Key", "k1").problem(422, "idempotency_key_reused")
	put(y, "If-None-Match", "*").problem(412, "stale")
	put(y).problem(428, "if_match_required")
	put(y, "If-Match", "*").problem(428, "if_match_required")
	put(y, "If-Match", `"1-x", `+old).want(200)

	// Late copies: the first answer again, and nothing is written.
	state := lead.get(at).want(200)
	if again := put(x, "If-None-Match", "*", "Idempotency-Key", "k1").want(201); again.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("%v", again.header)
	}
	put(x, "If-Match", old).problem(412, "stale")
	place := w.lastPlace(lead)
	for _, header := range [][]string{nil, {"If-Match", old}, {"If-None-Match", "*"}, {"If-Match", "*"}} {
		var got api.BenchmarkingSubmissionReceived
		put(y, header...).want(200).into(&got)
		if got.Outcome != api.PostingOutcomeUnchanged {
			t.Errorf("%v: %s", header, got.Outcome)
		}
	}
	if now := lead.get(at).want(200); now.header.Get("ETag") != state.header.Get("ETag") || w.lastPlace(lead) != place {
		t.Error("what changes nothing was written")
	}

	// The same holds of what was submitted.
	path := "/v1/benchmarking-submissions/" + stateOf(t, lead, at).Id
	lead.does(path, "submit", "").want(200)
	var got api.BenchmarkingSubmissionReceived
	put(y).want(200).into(&got)
	if s := stateOf(t, lead, at); got.Outcome != api.PostingOutcomeUnchanged || s.Draft != nil {
		t.Errorf("what was submitted, posted again: %s %+v", got.Outcome, s)
	}

	// The draft is discarded, and a copy of what made it makes nothing.
	put(x, "If-Match", lead.get(at).header.Get("ETag")).want(200)
	lead.send(http.MethodDelete, path, "", "If-Match", lead.get(at).header.Get("ETag")).want(204)
	if s := stateOf(t, lead, at); s.Draft != nil || *s.UnderReview != 1 {
		t.Errorf("%+v", s)
	}
	lead.send(http.MethodDelete, path, "", "If-Match", lead.get(at).header.Get("ETag")).problem(409, "wrong_state")
}

// TestADryRunIsTheRealRun: its report is that of the real one, and nothing is written.
func TestADryRunIsTheRealRun(t *testing.T) {
	t.Parallel()
	w := lean(t)
	system, at := w.sender(), returnAt(own, "practice")
	code := w.document().Counts[0].Code
	bodies := []string{w.whole(), w.whole(api.CountValue{Count: code, Status: api.CountValueStatusMissing}), w.whole(api.CountValue{Count: code, Value: new(9000.0), Status: api.CountValueStatusReported})}
	for i, body := range bodies {
		header := []string{"If-None-Match", "*"}
		if i > 0 {
			header = []string{"If-Match", system.get(at).header.Get("ETag")}
		}
		before := w.dump()
		var dry, done api.BenchmarkingSubmissionReceived
		system.send(http.MethodPut, at+"?dryRun=true", body, header...).want(200).into(&dry)
		if after := w.dump(); jsonOf(t, before) != jsonOf(t, after) {
			t.Error("a dry run has written")
		}
		system.send(http.MethodPut, at, body, header...).into(&done)
		if jsonOf(t, dry.Report) != jsonOf(t, done.Report) || dry.Outcome != done.Outcome || !dry.DryRun || dry.Submission != nil {
			t.Errorf("%s\n%s", jsonOf(t, dry), jsonOf(t, done))
		}
	}
	system.send(http.MethodPut, at+"?dryRun=true", bodies[0]).problem(428, "if_match_required")
	w.as(programme.RoleBoroughSystem, group).send(http.MethodPut, at+"?dryRun=true", bodies[0]).problem(403, "not_yours")
}

// TestSeveralReturnsAtOnce: all or none or, where that is asked, each for itself.
func TestSeveralReturnsAtOnce(t *testing.T) {
	t.Parallel()
	w := lean(t)
	system := w.sender()
	good := api.PostedReturn{Borough: own, Quarter: "practice", Values: w.values()}
	theirs := api.PostedReturn{Borough: group, Quarter: "practice", Values: w.values()}
	bad := api.PostedReturn{Borough: own, Quarter: "practice", Values: []api.CountValue{{Count: "no_such_count", Value: new(1.0), Status: api.CountValueStatusReported}}}
	post := func(query string, all ...api.PostedReturn) answer {
		t.Helper()
		return system.send(http.MethodPost, "/v1/benchmarking-submissions"+query, jsonOf(t, api.BenchmarkingPosting{Submissions: all}))
	}
	if got := post("", good, bad).problem(422, "invalid"); !slices.Equal(got, []string{"/submissions/1/values/0/count unknown_value", "/submissions/1 reason_required", "/submissions/1 reason_required"}) {
		t.Errorf("%q", got)
	}
	if got := post("", good, api.PostedReturn{Borough: own, Quarter: "2098-99-Q4", Values: w.values()}).problem(422, "invalid"); !slices.Equal(got, []string{"/submissions/1 refused"}) {
		t.Errorf("%q", got)
	}
	post("", good, theirs, bad).problem(403, "not_yours")
	if n := len(idsIn(t, system.get("/v1/benchmarking-submissions"))); n != 0 {
		t.Errorf("%d returns were taken of several of which one was refused", n)
	}
	var dry, done api.BenchmarkingPostingReport
	post("?mode=partial&dryRun=true", theirs, good).want(200).into(&dry)
	post("?mode=partial", theirs, good).want(200).into(&done)
	if dry.Taken != 1 || done.Taken != 1 || done.Submissions[0].Outcome != api.PostingOutcomeRefused || *done.Submissions[0].Code != "not_yours" || done.Submissions[1].Outcome != api.PostingOutcomeCreated {
		t.Errorf("%+v", done)
	}
	good.Etag = done.Submissions[1].Etag
	post("", good).want(200).into(&done)
	if done.Submissions[0].Outcome != api.PostingOutcomeUnchanged || done.Taken != 0 {
		t.Errorf("%+v", done)
	}
	good.Values[0] = api.CountValue{Count: good.Values[0].Count, Status: api.CountValueStatusMissing}
	post("", good).want(200).into(&done)
	if done.Submissions[0].Outcome != api.PostingOutcomeReplaced {
		t.Errorf("%+v", done)
	}
}
