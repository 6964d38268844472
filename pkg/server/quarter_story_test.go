package server_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

// told is the quarter of the story.
const told = "2026-27-Q4"

// aQuarterTold is a service whose clock the story turns.
type aQuarterTold struct {
	*world
	turn func(time.Time)
}

func (w aQuarterTold) on(moment string) {
	w.t.Helper()
	at, err := time.Parse(time.RFC3339, moment)
	if err != nil {
		w.t.Fatal(err)
	}
	w.turn(at)
}

func (w aQuarterTold) manager() caller { return w.as(programme.RoleProgramme, "") }

func (w aQuarterTold) lead(borough string) caller { return w.as(programme.RoleBoroughLead, borough) }

func (w aQuarterTold) system(borough string) caller {
	return w.as(programme.RoleBoroughSystem, borough)
}

func (w aQuarterTold) put(c caller, borough, body string, header ...string) answer {
	w.t.Helper()
	return c.send(http.MethodPut, returnAt(borough, told), body, header...)
}

// path is the address of the borough's return.
func (w aQuarterTold) path(borough string) string {
	w.t.Helper()
	return "/v1/benchmarking-submissions/" + stateOf(w.t, w.lead(borough), returnAt(borough, told)).Id
}

// returned is the address of the borough's return, which is sent and submitted.
func (w aQuarterTold) returned(borough string) string {
	w.t.Helper()
	w.put(w.system(borough), borough, w.whole(), "If-None-Match", "*").want(201)
	at := w.path(borough)
	w.lead(borough).does(at, "submit", "").want(200)
	return at
}

// days holds the borough's return to so many days of lateness.
func (w aQuarterTold) days(at string, late int) {
	w.t.Helper()
	if s := stateOf(w.t, w.manager(), at); s.DaysLate != late {
		w.t.Errorf("%s is %d days late, want %d", s.Borough, s.DaysLate, late)
	}
}

// region is how complete the quarter is.
func (w aQuarterTold) region() (received, onTime, late, inCorrection, missing int) {
	w.t.Helper()
	var page struct{ Items []api.Completeness }
	w.manager().get("/v1/quarters/" + told + "/completeness").want(200).into(&page)
	c := page.Items[0]
	return c.Received, c.OnTime, c.Late, c.InCorrection, c.Missing
}

// TestTheStoryOfAQuarter: a quarter from its opening to "all in". Lambeth's system retries,
// Southwark has an extension and is asked about its return, Lewisham is late, Bromley is not
// heard of until a correction window is opened for it, and two of Croydon's people leave. Every
// refusal says in a sentence what it is for.
func TestTheStoryOfAQuarter(t *testing.T) {
	t.Parallel()
	const lambeth, southwark, lewisham, bromley, croydon = "E09000022", "E09000028", "E09000023", "E09000006", "E09000008"
	made, turn := startByHand(t, leanDatabase(t), time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC))
	w := aQuarterTold{made, turn}

	// In March the quarter is planned.
	const closed = "The window of 2026-27-Q4 was open from 2027-04-01 and closed at the end of 2027-05-28. The programme's team can open a correction window."
	const unsigned = "A lead of the borough signs what its editors and systems have prepared, or authorises one of them to do this."
	const plan = `{"code":"` + told + `","opensOn":"2027-04-01","dueOn":"2027-05-14","lateUntil":"2027-05-28"}`
	refused(w.lead(lambeth).post("/v1/quarters", plan), 403, "role", "This is for the programme's team.")
	w.manager().post("/v1/quarters", plan).want(201)
	refused(w.put(w.system(lambeth), lambeth, w.whole(), "If-None-Match", "*"), 409, "window_not_open", "The window of 2026-27-Q4 opens on 2027-04-01; returns are taken until the end of 2027-05-28.")

	// In April it opens. Lambeth's system sends, loses the answer, and sends again.
	w.on("2027-04-06T08:00:00Z")
	first := w.put(w.system(lambeth), lambeth, w.whole(large), "If-None-Match", "*", "Idempotency-Key", "q4-1").want(201)
	again := w.put(w.system(lambeth), lambeth, w.whole(large), "If-None-Match", "*", "Idempotency-Key", "q4-1").want(201)
	if again.body != first.body || again.header.Get("Idempotency-Replayed") != "true" {
		t.Error("a retry is not the first answer again")
	}
	ours := w.path(lambeth)
	refused(w.system(lambeth).does(ours, "submit", ""), 403, "no_authority", unsigned)
	refused(w.lead(lambeth).does(ours, "submit", ""), 409, "report_faults", "Referrals: 9500 is more than 9000.")
	var report api.BenchmarkingReport
	w.lead(lambeth).get(ours + "/report").want(200).into(&report)
	if report.MaySubmit || report.Unexplained != 1 {
		t.Fatalf("the report of 9,500 referrals is %+v", report)
	}
	explained := func(key string) string {
		return jsonOf(t, api.ExplanationsInput{Explanations: []api.ExplanationInput{{Key: key, Text: "Two teams were joined."}}})
	}
	refused(w.lead(lambeth).does(ours, "explanations", explained("no_such_rule.referrals")), 422, "invalid", "The report has no such finding: there is nothing to explain.")
	w.lead(lambeth).does(ours, "explanations", explained(report.Findings[0].Key)).want(200)
	w.lead(lambeth).does(ours, "submit", "").want(200)
	refused(w.lead(lambeth).does(ours, "submit", ""), 409, "wrong_state", "There is no draft.")

	// Southwark is given until the 20th, and is on time on the 17th. Lewisham is not. Most are in before.
	extension := `{"borough":"` + southwark + `","dueOn":"2027-05-20","reason":"Their system moves."}`
	refused(w.lead(southwark).post("/v1/quarters/"+told+"/extensions", extension), 403, "role", "This is for the programme's team.")
	w.manager().post("/v1/quarters/"+told+"/extensions", extension).want(201)
	w.on("2027-05-13T08:00:00Z")
	for b := range strings.FieldsSeq(w.ownerGets("SELECT string_agg(code, ' ') FROM boroughs")) {
		if !slices.Contains([]string{lambeth, southwark, lewisham, bromley, croydon}, b) {
			w.manager().does(w.returned(b), "accept", "").want(200)
		}
	}
	w.on("2027-05-17T08:00:00Z")
	theirs, late := w.returned(southwark), w.returned(lewisham)
	w.days(theirs, 0)
	w.days(late, 3)

	// The team asks Southwark about a figure, which sends its return anew. That is not lateness.
	w.manager().does(theirs, "query", `{"text":"Is a team missing?","counts":["referrals"],"answerBy":"2027-05-25"}`).want(200)
	refused(w.manager().does(theirs, "accept", ""), 409, "wrong_state", "Only what is submitted, and is not queried, is accepted.")
	refused(w.lead(lewisham).send(http.MethodPost, theirs+"/answer", `{"text":"Yes."}`, "If-Match", `"1"`), 404, "not_found", "There is no such benchmarking submission.")
	w.on("2027-05-24T08:00:00Z")
	corrected := w.whole(api.CountValue{Count: "referrals", Value: new(41.0), Status: api.CountValueStatusReported})
	refused(w.put(w.system(southwark), southwark, corrected), 428, "if_match_required", "Send If-None-Match: * to create the return, or the etag of the one that you have read as If-Match.")
	refused(w.put(w.system(southwark), southwark, corrected, "If-None-Match", "*"), 412, "stale", "There is a return already. Read it, and send its etag as If-Match.")
	w.put(w.system(southwark), southwark, corrected, "If-Match", w.system(southwark).get(theirs).header.Get("ETag")).want(200)
	if s := stateOf(t, w.manager(), theirs); *s.UnderReview != 1 || s.Draft != nil {
		t.Errorf("until Southwark submits it the first version is under review: %+v", s)
	}
	w.lead(southwark).does(theirs, "submit", "").want(200)
	refused(w.lead(southwark).does(theirs, "answer", `{"text":"Yes, it is there now."}`), 409, "wrong_state", "Nothing is asked.")
	for _, p := range []string{ours, theirs, late} {
		w.manager().does(p, "accept", "").want(200)
	}
	if s := stateOf(t, w.manager(), theirs); s.DaysLate != 0 || s.Resubmissions != 1 || *s.Standing != 2 {
		t.Errorf("Southwark's second version: %+v", s)
	}

	// Croydon's director authorises an officer and leaves: with the role goes what was given in it.
	// The officer, who has prepared the return, leaves too: who is ended can do nothing more.
	officer := w.as(programme.RoleBoroughEditor, croydon)
	w.put(officer, croydon, w.whole(), "If-None-Match", "*").want(201)
	w.somebody("dcs-croydon", croydon, programme.RoleBoroughLead).post(authorisationsList, named(croydon, "test-borough-editor", "2027-06-30")).want(201)
	wantStep(t, officer.get(w.path(croydon)), "submit", true, "")
	w.upToDate()
	w.somebody("dcs-croydon", croydon, programme.RoleBoroughEditor).get("/v1/me").want(200)
	refused(officer.does(w.path(croydon), "submit", ""), 403, "no_authority", unsigned)
	w.manager().post("/v1/token-revocations", `{"issuer":"http://test","subject":"test-borough-editor"}`).want(201)
	w.eventually("the officer is not let in any more", func() bool { return officer.get("/v1/me").status == 401 })
	refused(w.put(officer, croydon, corrected, "If-None-Match", "*"), 401, "token_revoked", "The token has been ended; ask its issuer for a new one.")
	w.lead(croydon).does(w.path(croydon), "submit", "").want(200)
	w.manager().does(w.path(croydon), "accept", "").want(200)

	// The window closes at the end of the 28th, for a dry run too, and Bromley has not been heard of.
	w.on("2027-05-28T23:00:00Z")
	for _, query := range []string{"", "?dryRun=true"} {
		refused(w.system(bromley).send(http.MethodPut, returnAt(bromley, told)+query, w.whole(), "If-None-Match", "*"), 409, "window_closed", closed)
	}
	if received, onTime, late, _, missing := w.region(); received != 32 || onTime != 30 || late != 2 || missing != 1 {
		t.Errorf("at the close %d are in, %d on time and %d late, and %d missing", received, onTime, late, missing)
	}
	w.manager().post("/v1/quarters/"+told+"/contacts", `{"borough":"`+bromley+`","contactedOn":"2027-05-29","channel":"phone","promised":"The return in June.","promisedUntil":"2027-06-04"}`).want(201)
	w.manager().post("/v1/quarters/"+told+"/correction-windows", `{"borough":"`+bromley+`","opensOn":"2027-06-01","closesOn":"2027-06-04","reason":"Their officer was ill."}`).want(201)
	w.on("2027-06-02T08:00:00Z")
	refused(w.put(w.system(lewisham), lewisham, corrected, "If-Match", w.system(lewisham).get(late).header.Get("ETag")), 409, "window_closed", closed)
	last := w.returned(bromley)
	w.days(last, 0) // what comes in a correction window is not late
	w.manager().does(last, "accept", "").want(200)

	// All are in, and nobody is outstanding.
	if received, onTime, late, corrected, missing := w.region(); received != 33 || onTime != 30 || late != 2 || corrected != 1 || missing != 0 {
		t.Errorf("in the end %d are in, %d on time, %d late and %d in correction, and %d missing", received, onTime, late, corrected, missing)
	}
	if n := len(idsIn(t, w.manager().get("/v1/quarters/"+told+"/outstanding"))); n != 0 {
		t.Errorf("%d are outstanding", n)
	}
}
