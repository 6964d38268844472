package server_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

// A text in which screening finds a postcode, at characters 9 to 16.
const lives = "Lives at SW2 1RW."

// written is the id of a record of the path in which the caller has written that.
func (w *world) written(path, id, method, below, body string, by caller) string {
	w.t.Helper()
	by.change(method, path+"/"+id+below, body).want(200)
	return id
}

func (w *world) writtenFinding() string {
	return w.written("/v1/findings", w.finding(w.standing(exampleGroup), lambethCode).ID, http.MethodPatch, "", `{"text":"`+lives+`"}`, w.as(asLead, own))
}

func (w *world) writtenAction() string {
	return w.written("/v1/actions", w.action().ID, http.MethodPatch, "", `{"text":"`+lives+`"}`, w.as(asLead, own))
}

func (w *world) writtenOffer() string {
	return w.written("/v1/asks-and-offers", w.offer(), http.MethodPatch, "", `{"text":"`+lives+`"}`, w.as(asLead, own))
}

func (w *world) writtenNotes() string {
	return w.written("/v1/peer-challenge-groups", w.standing(exampleGroup), http.MethodPut, "/notes", `{"notes":"`+lives+`"}`, w.as(asLead, own))
}

func (w *world) writtenReview() string {
	return w.written("/v1/peer-reviews", w.review(programme.ReviewFieldwork).ID, http.MethodPut, "/report", `{"report":"`+lives+`"}`, w.as(asTeam, ""))
}

func (w *world) writtenReturn() string {
	id := w.submitted(w.opened())
	w.as(asTeam, "").does("/v1/benchmarking-submissions/"+id, "query", `{"text":"`+lives+`"}`).want(200)
	return id
}

var (
	_ = prepared((*world).writtenFinding, "acknowledgeFinding", "redactFinding")
	_ = prepared((*world).writtenAction, "acknowledgeAction", "redactAction")
	_ = prepared((*world).writtenOffer, "acknowledgeAskOrOffer", "redactAskOrOffer")
	_ = prepared((*world).writtenNotes, "acknowledgePeerChallengeGroup", "redactPeerChallengeGroup")
	_ = prepared((*world).writtenReview, "acknowledgePeerReview", "redactPeerReview")
	_ = prepared((*world).writtenReturn, "acknowledgeBenchmarkingSubmission", "redactBenchmarkingSubmission")
)

// marks are what the record says that screening found in it.
func (c caller) marks(path string) []api.ScreeningMark {
	c.w.t.Helper()
	var seen struct{ Screening []api.ScreeningMark }
	c.get(path).want(200).into(&seen)
	return seen.Screening
}

// acknowledging is what says of the marks that they are right.
func acknowledging(t testing.TB, marks []api.ScreeningMark, reason string) string {
	t.Helper()
	spots := make([]api.ScreeningSpot, len(marks))
	for i, m := range marks {
		spots[i] = api.ScreeningSpot{Field: m.Field, Kind: m.Kind, Start: m.Start, Length: m.Length}
	}
	return jsonOf(t, api.AcknowledgementInput{Marks: &spots, Reason: &reason})
}

// acknowledges says of all that screening found for the caller that it is right.
func (c caller) acknowledges(path string) {
	c.w.t.Helper()
	c.does(path, "acknowledge", acknowledging(c.w.t, c.marks(path), "It is right")).want(200)
}

// says answers what the record says of a step: the code of its refusal, or "allowed".
func (c caller) says(path, step string) string {
	c.w.t.Helper()
	var seen struct{ Steps []api.Step }
	c.get(path).want(200).into(&seen)
	at := slices.IndexFunc(seen.Steps, func(s api.Step) bool { return s.Name == step })
	switch {
	case at < 0:
		return "no such step"
	case seen.Steps[at].Allowed:
		return "allowed"
	}
	return *seen.Steps[at].Code
}

// TestScreeningIsToldToWhoWrites: what is found is never a reason not to save. Who
// writes the words is told place and kind, and nobody else is.
func TestScreeningIsToldToWhoWrites(t *testing.T) {
	t.Parallel()
	w := lean(t)
	lead, editor := w.as(asLead, own), w.as(asEditor, own)
	path := "/v1/findings/" + lead.post("/v1/findings", `{"peerChallengeGroupId":"`+w.standing(exampleGroup)+`","borough":"`+own+`","kind":"risk","theme":"Homes",
		"text":"NHS number 943 476 5919, of a boy born on 3 April 2014.","evidence":"`+lives+`"}`).id()
	want := []api.ScreeningMark{
		{Field: "/text", Kind: "nhs_number", Start: 11, Length: 12}, {Field: "/text", Kind: "date_of_birth", Start: 42, Length: 12}, {Field: "/evidence", Kind: "postcode", Start: 9, Length: 7},
	}
	for name, c := range map[string]caller{"lead": lead, "editor": editor, "another member": w.as(asEditor, group), "team": w.as(asTeam, "")} {
		if got := c.marks(path); !slices.Equal(got, want) {
			t.Errorf("the %s is told %v", name, got)
		}
	}
	if got := w.as(asSystem, own).marks(path); len(got) != 0 {
		t.Errorf("a system, which writes no findings, is told %v", got)
	}
	type page struct {
		Items []struct{ Screening *[]api.ScreeningMark }
	}
	var with, without page
	lead.get("/v1/findings?include=steps").want(200).into(&with)
	if s := with.Items[0].Screening; s == nil || len(*s) != 3 {
		t.Errorf("a list with steps says %v", s)
	}
	lead.get("/v1/findings").want(200).into(&without)
	if s := without.Items[0].Screening; s != nil {
		t.Errorf("a list without steps says %v", *s)
	}

	// The answer is the borough's: whoever found reads it, and is told nothing of it.
	lead.change(http.MethodPut, path+"/response", `{"answer":"partly","reason":"`+lives+`"}`).want(200)
	if got := lead.marks(path); len(got) != 4 || got[3].Field != "/response/reason" {
		t.Errorf("the borough is told %v", got)
	}
	if got := w.as(asTeam, "").marks(path); len(got) != 3 {
		t.Errorf("the team is told %v", got)
	}
}

// TestAcknowledgedUntilTheWordsChange: it takes a reason that holds none of it, and
// the very places; another text asks again, also when the first comes back.
func TestAcknowledgedUntilTheWordsChange(t *testing.T) {
	t.Parallel()
	w := lean(t)
	lead := w.as(asLead, own)
	path := "/v1/findings/" + w.writtenFinding()
	spot := `{"field":"/text","kind":"postcode","start":9,"length":7}`
	for _, step := range []string{"acknowledge", "redact"} { // all at once
		named := map[string]string{"acknowledge": "/marks required", "redact": "/places required"}[step]
		if got := lead.does(path, step, "{}").problem(422, "invalid"); !slices.Equal(got, []string{"/reason reason_required", named}) {
			t.Errorf("%s of nothing, for no reason, is refused as %v", step, got)
		}
	}
	for body, want := range map[string]string{
		`{"marks":[` + spot + `]}`:                                "/reason reason_required",
		`{"marks":[` + spot + `],"reason":"It is ours: SW2 1RW"}`: "/reason identifying",
		`{"reason":"It is right"}`:                                "/marks required",
		`{"marks":[{"field":"/text","kind":"postcode","start":8,"length":7}],"reason":"It is right"}`:            "/marks/0 unknown_value",
		`{"marks":[` + spot + `,{"field":"/theme","kind":"upn","start":0,"length":13}],"reason":"It is right"}`:  "/marks/1 unknown_value",
		`{"marks":[{"field":"/text","kind":"nhs_number","start":9,"length":7}],"reason":"It is right"}`:          "/marks/0 unknown_value",
		`{"marks":[{"field":"/response/reason","kind":"postcode","start":9,"length":7}],"reason":"It is right"}`: "/marks/0 unknown_value",
	} {
		if got := lead.does(path, "acknowledge", body).problem(422, "invalid"); !slices.Equal(got, []string{want}) {
			t.Errorf("%s is refused as %v, want %s", body, got, want)
		}
	}
	acknowledged := func() bool { t.Helper(); m := lead.marks(path); return len(m) == 1 && m[0].Acknowledged }
	lead.does(path, "acknowledge", `{"marks":[`+spot+`],"reason":"It is right"}`).want(200)
	if !acknowledged() {
		t.Error("it is not acknowledged")
	}
	lead.does(path, "acknowledge", `{"marks":[`+spot+`],"reason":"It is right"}`).problem(409, "wrong_state")

	lead.change(http.MethodPatch, path, `{"theme":"Another"}`).want(200)
	if !acknowledged() {
		t.Error("what stands is asked again because another text changed")
	}
	lead.change(http.MethodPatch, path, `{"text":"`+lives+` So be it."}`).want(200)
	if acknowledged() {
		t.Error("other words are acknowledged")
	}
	lead.change(http.MethodPatch, path, `{"text":"`+lives+`"}`).want(200)
	if acknowledged() {
		t.Error("what was forgotten is remembered")
	}
	if body := w.as(asTeam, "").get("/v1/audit-entries?type=finding&id=" + idIn(path)).want(200).body; !strings.Contains(body, `"reason":"It is right"`) || strings.Contains(body, "SW2") {
		t.Errorf("the audit says %s", body)
	}
	w.as(asEditor, other).change(http.MethodPost, path+"/acknowledge", `{}`).want(404)
	w.as(asTool, "").change(http.MethodPost, path+"/acknowledge", `{}`).want(403)
}

// TestAReportIsNotPublishedUnseen: how far a report and what was found is read is the
// host's to say, once its words have been looked at; who takes it back is never kept
// from that.
func TestAReportIsNotPublishedUnseen(t *testing.T) {
	t.Parallel()
	w := lean(t)
	host, team := w.as(asLead, own), w.as(asTeam, "")
	id := w.writtenReview()
	path := "/v1/peer-reviews/" + id
	finding := "/v1/findings/" + team.post("/v1/findings", `{"peerReviewId":"`+id+`","borough":"`+own+`","kind":"strength","theme":"Homes","text":"`+lives+`"}`).id()
	team.change(http.MethodPatch, path, `{"progressReview":"`+lives+`"}`).want(200) // which nobody else reads
	publish := func(how string) answer {
		t.Helper()
		return host.send(http.MethodPut, path+"/publication", `{"publication":"`+how+`"}`, "If-Match", host.get(path).header.Get("ETag"))
	}
	refused := func(says answer) {
		t.Helper()
		if got := says.problem(409, "words_not_acknowledged"); !slices.Equal(got, []string{"/report not_acknowledged", " not_acknowledged"}) {
			t.Errorf("it is refused for %v", got)
		}
		if !strings.Contains(says.body, "In /text of the finding "+idIn(finding)) || strings.Contains(says.body, "SW2") {
			t.Errorf("it is refused as %s", says.body)
		}
	}
	refused(publish("boroughs"))
	if got := host.says(path, "publish"); got != "words_not_acknowledged" {
		t.Errorf("publish was said to be %s", got)
	}
	team.does(path, "acknowledge", `{"marks":[{"field":"/report","kind":"postcode","start":9,"length":7}],"reason":"It is the hub's"}`).want(200)
	team.acknowledges(finding)
	if got := host.says(path, "publish"); got != "allowed" {
		t.Errorf("publish was said to be %s", got)
	}
	publish("boroughs").want(200)

	// What is published before it is final has no readers yet: that step waits, too.
	team.does(path, "check-facts", "").want(200)
	team.change(http.MethodPut, path+"/report", `{"report":"`+lives+` Again."}`).want(200)
	if got := team.says(path, "finalise"); got != "words_not_acknowledged" {
		t.Errorf("finalise was said to be %s", got)
	}
	if got := team.does(path, "finalise", "").problem(409, "words_not_acknowledged"); !slices.Equal(got, []string{"/report not_acknowledged"}) {
		t.Errorf("finalise is refused for %v", got)
	}
	if got := publish("everyone").problem(409, "words_not_acknowledged"); len(got) != 1 {
		t.Errorf("to publish further is refused for %v", got)
	}
	publish("host_and_team").want(200)
	team.does(path, "finalise", "").want(200)
	publish("boroughs").problem(409, "words_not_acknowledged")
	team.acknowledges(path)
	publish("everyone").want(200)
	w.as(asTool, "").get(path).want(200)
	publish("host_and_team").want(200)
	w.as(asTool, "").get(path).want(404)
}

// TestAReturnIsNotSubmittedUnseen: reasons and explanations are the borough's until it
// is submitted, and a dry run says what screening finds as the real one does.
func TestAReturnIsNotSubmittedUnseen(t *testing.T) {
	t.Parallel()
	w := lean(t)
	quarter := w.opened()
	lead, at := w.as(asLead, own), returnAt(own, quarter)
	body := w.whole(large, api.CountValue{Count: "rereferrals", Status: api.CountValueStatusMissing, Reason: new("She was born on 3 April 2014.")})
	var dry, sent api.BenchmarkingSubmissionReceived
	w.as(asSystem, own).send(http.MethodPut, at+"?dryRun=true", body, "If-None-Match", "*").want(200).into(&dry)
	w.as(asSystem, own).send(http.MethodPut, at, body, "If-None-Match", "*").want(201).into(&sent)
	if len(dry.Screening) != 1 || !slices.Equal(dry.Screening, sent.Screening) || !slices.Equal(*sent.Submission.Screening, sent.Screening) {
		t.Errorf("a dry run says %v, and the real one %v", dry.Screening, sent.Screening)
	}
	path := "/v1/benchmarking-submissions/" + sent.Submission.Id
	lead.does(path, "explanations", `{"explanations":[{"key":"larger_than_likely.referrals","text":"`+lives+`"}]}`).want(200)
	if got := lead.does(path, "submit", "").problem(409, "words_not_acknowledged"); len(got) != 2 || !strings.HasPrefix(got[0], "/draft/values/") || got[1] != "/explanations/0/text not_acknowledged" {
		t.Errorf("submit is refused for %v", got)
	}
	if got := lead.says(path, "submit"); got != "words_not_acknowledged" {
		t.Errorf("submit was said to be %s", got)
	}
	w.as(asEditor, own).acknowledges(path)
	if got := lead.says(path, "submit"); got != "allowed" {
		t.Errorf("submit was said to be %s", got)
	}
	lead.does(path, "submit", "").want(200)

	var several struct {
		Submissions []api.BenchmarkingPostingResult
	}
	posting := `{"submissions":[{"borough":"` + own + `","quarter":"` + quarter + `","etag":` + jsonOf(t, stateOf(t, lead, at).Etag) + `,"values":` + jsonOf(t, w.values(api.CountValue{Count: "rereferrals", Status: api.CountValueStatusMissing, Reason: new(lives)})) + `}]}`
	lead.send(http.MethodPost, "/v1/benchmarking-submissions?dryRun=true", posting).want(200).into(&several)
	if got := several.Submissions[0].Screening; len(got) != 2 || got[0].Acknowledged || !strings.HasPrefix(got[0].Field, "/draft/values/") || !got[1].Acknowledged {
		t.Errorf("a dry run of several says %v", got)
	}
}
