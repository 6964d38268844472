package server_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

const anIndicator = `{"code":"NEW_PCT","name":"New","theme":"Front door","numerator":"n","denominator":"d","unit":"percent","multiplier":100,"decimals":1,"polarity":"low","frequency":"annual","source":"s"}`

// TestSameKeySameAnswer repeats a POST as a script does whose answer was lost.
func TestSameKeySameAnswer(t *testing.T) {
	t.Parallel()
	w := start(t)
	first := w.write("POST", "/v1/indicators", anIndicator, "Idempotency-Key", "k-1").want(201)
	again := w.write("POST", "/v1/indicators", anIndicator, "Idempotency-Key", "k-1").want(201)
	if again.body != first.body || again.header.Get("ETag") != first.header.Get("ETag") || again.header.Get("Location") != first.header.Get("Location") {
		t.Errorf("another answer: %s", again.body)
	}
	if first.header.Get("Idempotency-Replayed") != "" || again.header.Get("Idempotency-Replayed") != "true" {
		t.Error("the replayed answer does not say so, or the first does")
	}
	w.write("POST", "/v1/indicators", strings.Replace(anIndicator, "NEW_PCT", "OTHER_PCT", 1), "Idempotency-Key", "k-1").problem(422, "idempotency_key_reused")
	w.write("POST", "/v1/indicators", anIndicator, "Idempotency-Key", "k-2").problem(409, "exists")
	// A refusal is not kept: what is put right may use the key again.
	w.write("POST", "/v1/indicators", strings.Replace(anIndicator, "NEW_PCT", "THIRD_PCT", 1), "Idempotency-Key", "k-2").want(201)
	if got := w.write("POST", "/v1/indicators", anIndicator, "Idempotency-Key", "with space").problem(400, "bad_request"); !slices.Equal(got, []string{"Idempotency-Key pattern"}) {
		t.Errorf("faults %v", got)
	}
}

// TestTwoAtOnceMakeOne sends the same request many times at once to two
// processes' worth of servers on one database.
func TestTwoAtOnceMakeOne(t *testing.T) {
	t.Parallel()
	a := start(t)
	b := startOn(t, a.url)
	body := `{"name":"Early help","description":"","validFrom":"2026-04-01"}`
	token := a.token("programme")
	answers := make([]answer, 12)
	var group sync.WaitGroup
	for i := range answers {
		group.Go(func() {
			w := []*world{a, b}[i%2]
			answers[i] = w.send(ask{"POST", "/v1/priorities", token, map[string]string{"Idempotency-Key": "same"}, body})
		})
	}
	group.Wait()
	for _, r := range answers {
		if r.status != 201 || r.body != answers[0].body {
			t.Errorf("%d %s, want %s", r.status, r.body, answers[0].body)
		}
	}
	var page api.PriorityPage
	b.get("/v1/priorities").want(200).into(&page)
	if len(page.Items) != 5 {
		t.Errorf("%d priorities, want 5", len(page.Items))
	}
}

// TestOfTwoWritersOneIsRefused: both read the same state, both write.
func TestOfTwoWritersOneIsRefused(t *testing.T) {
	t.Parallel()
	w := start(t)
	etag, token := w.get("/v1/sub-regions/south").header.Get("ETag"), w.token("programme")
	statuses := make([]int, 8)
	var group sync.WaitGroup
	for i := range statuses {
		group.Go(func() {
			r := w.send(ask{"PATCH", "/v1/sub-regions/south", token, map[string]string{"If-Match": etag}, `{"description":"by one"}`})
			statuses[i] = r.status
		})
	}
	group.Wait()
	slices.Sort(statuses)
	if want := []int{200, 412, 412, 412, 412, 412, 412, 412}; !slices.Equal(statuses, want) {
		t.Errorf("statuses %v", statuses)
	}
}

// TestMergePatch: absent keeps, null clears, and what may not be empty refuses.
func TestMergePatch(t *testing.T) {
	t.Parallel()
	w := start(t)
	var p api.Priority
	w.write("POST", "/v1/priorities", `{"name":"Early help","description":"Soon.","validFrom":"2026-04-01","validTo":"2027-03-31"}`).want(201).into(&p)
	path := "/v1/priorities/" + p.Id
	w.patch(path, `{"name":"Earlier help"}`).want(200).into(&p)
	if p.Name != "Earlier help" || p.Description != "Soon." || p.ValidTo == nil {
		t.Errorf("%+v", p)
	}
	w.patch(path, `{"validTo":null}`).want(200).into(&p)
	if p.ValidTo != nil {
		t.Errorf("validTo is still %s", *p.ValidTo)
	}
	for body, want := range map[string][]string{
		`{"name":null}`:            {"/name not_null"},
		`{"name":"   "}`:           {"/name format"},
		`{"name":""}`:              {"/name format", "/name too_short"},
		`{"validTo":"2026-03-31"}`: {"/validTo order"},
		`{"validFrom":"2026-13-01","description":5}`: {"/description type", "/validFrom format"},
		`{"id":"x","colour":1}`:                      {"/colour unknown_member", "/id unknown_member"},
		`[]`:                                         {" type"},
	} {
		got := w.patch(path, body).problem(422, "invalid")
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s: faults %v, want %v", body, got, want)
		}
	}
	w.patch(path, `{"name":"a","name":"b"}`).problem(400, "bad_request")
	got := w.patch("/v1/programme", `{"contacts":[{"role":"a","role":"b","name":"n","organisation":"o","email":"a@b.c"}]}`).problem(400, "bad_request")
	if !slices.Equal(got, []string{"/contacts/0/role repeated"}) {
		t.Errorf("faults %v", got)
	}
	for _, broken := range []string{"{\"name\":\"a\xff\"}", `{"name":"\ud80"}`, `{"\ud800":1}`} {
		w.patch(path, broken).problem(400, "malformed_json")
	}
	for _, half := range []string{`\ud800`, `\udc00\ud800`, `\ud800x`, `\ud83d\u0041`} {
		if got := w.patch(path, `{"name":"`+half+`"}`).problem(422, "invalid"); !slices.Equal(got, []string{"/name lone_surrogate"}) {
			t.Errorf("%s: faults %v", half, got)
		}
	}
	w.patch(path, `{"name":"\ud83d\ude00 \\ud800"}`).want(200)
	w.patch(path, `{"name":"SEND"}`).problem(409, "exists")
}

// TestChangedDefinitionIsANewRevision keeps the old one readable.
func TestChangedDefinitionIsANewRevision(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.patch("/v1/indicators/REREF_PCT", `{"name":"Re-referrals"}`).want(200)
	w.patch("/v1/indicators/REREF_PCT", `{"numerator":"Referrals within 365 days of another"}`).want(200)
	var page api.IndicatorPage
	w.get("/v1/indicators/REREF_PCT/versions").want(200).into(&page)
	if len(page.Items) != 2 || page.Items[0].Revision != 1 || page.Items[1].Revision != 2 || page.Items[0].Numerator == page.Items[1].Numerator {
		t.Errorf("%+v", page.Items)
	}
	if c, _ := w.compare("E09000022", "2024-25", "REREF_PCT"); c.Method.Revision != 2 {
		t.Errorf("the comparison used revision %d", c.Method.Revision)
	}
	w.patch("/v1/indicators/REREF_PCT", `{"unit":"per_10000_0_17","multiplier":10000}`).problem(409, "in_use")
	got := w.patch("/v1/indicators/REREF_PCT", `{"multiplier":10}`).problem(422, "invalid")
	if !slices.Equal(got, []string{"/multiplier multiplier"}) {
		t.Errorf("faults %v", got)
	}
}

// TestWhatIsInUseStays refuses to delete what others refer to.
func TestWhatIsInUseStays(t *testing.T) {
	t.Parallel()
	w := start(t)
	for _, path := range []string{"/v1/sub-regions/south", "/v1/boroughs/E09000022", "/v1/authorities/E09000022", "/v1/indicators/REREF_PCT", "/v1/periods/2024-25"} {
		w.write("DELETE", path, "", "If-Match", w.get(path).header.Get("ETag")).problem(409, "in_use")
		w.get(path).want(200)
	}
}

// TestTakenNamesAreRefused on a change as on a creation.
func TestTakenNamesAreRefused(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.patch("/v1/sub-regions/south", `{"name":"East London"}`).problem(409, "exists")
	w.patch("/v1/boroughs/E09000022", `{"liiaCode":"BAR"}`).problem(409, "exists")
	w.write("POST", "/v1/sub-region-memberships", `{"borough":"E09000022","subRegion":"north","validFrom":"2010-04-01","validTo":"2011-03-31"}`).want(201)
	var list api.SubRegionMembershipPage
	w.get("/v1/sub-region-memberships?borough=E09000022&subRegion=north").want(200).into(&list)
	w.patch("/v1/sub-region-memberships/"+list.Items[0].Id, `{"validTo":null}`).problem(409, "membership_overlap")
}

// TestBodiesThatOnlyLookRight are refused by rule, never by a fault of ours.
func TestBodiesThatOnlyLookRight(t *testing.T) {
	t.Parallel()
	w := start(t)
	for body, want := range map[string]string{
		`{"name":"a\u0000b","description":"","validFrom":"2026-04-01"}`: "/name zero_character",
		`{"name":"ab","description":"","validFrom":"0000-01-01"}`:       "/validFrom format",
	} {
		if got := w.write("POST", "/v1/priorities", body).problem(422, "invalid"); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: faults %v", body, got)
		}
	}
	got := w.write("PATCH", "/v1/programme", `{"goals":["fine","not\u0000fine"]}`, "If-Match", `"1-x"`).problem(422, "invalid")
	if !slices.Equal(got, []string{"/goals/1 zero_character"}) {
		t.Errorf("faults %v", got)
	}
	// A whole number may be written with a point.
	w.write("POST", "/v1/indicators", strings.Replace(anIndicator, `"decimals":1`, `"decimals":2.0`, 1)).want(201)
	w.patch("/v1/indicators/NEW_PCT", `{"decimals":1e0}`).want(200)
}

// TestManyFaultsAreAnsweredAtOnce: what is wrong a thousandfold costs neither time
// nor an endless answer.
func TestManyFaultsAreAnsweredAtOnce(t *testing.T) {
	t.Parallel()
	w := start(t)
	var body strings.Builder
	for i := range 49_000 {
		fmt.Fprintf(&body, `,"k%d":1`, i)
	}
	faults := w.write("POST", "/v1/sub-regions", "{"+body.String()[1:]+"}").problem(422, "invalid")
	if len(faults) != 101 || faults[100] != " more_faults" {
		t.Errorf("%d faults, the last %s", len(faults), faults[len(faults)-1])
	}
}

// TestAuthoritiesAreAuthorities: neither England nor a region is one, nor is an
// authority a region.
func TestAuthoritiesAreAuthorities(t *testing.T) {
	t.Parallel()
	w := start(t)
	for body, want := range map[string]string{
		`{"code":"E92000001","dfeCode":"998","name":"x","regionCode":"E12000008","regionName":"x"}`: "/code pattern",
		`{"code":"E12000007","dfeCode":"998","name":"x","regionCode":"E12000008","regionName":"x"}`: "/code pattern",
		`{"code":"E06000099","dfeCode":"998","name":"x","regionCode":"E92000001","regionName":"x"}`: "/regionCode pattern",
	} {
		if got := w.write("POST", "/v1/authorities", body).problem(422, "invalid"); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: faults %v", body, got)
		}
	}
}

// TestHeadersGivenTwice: lists may come in several lines, single values may not.
func TestHeadersGivenTwice(t *testing.T) {
	t.Parallel()
	w := start(t)
	etag := w.get("/v1/boroughs?limit=7").header.Get("ETag")
	send := func(method, path, body string, lines http.Header) answer {
		t.Helper()
		lines.Set("Authorization", "Bearer "+w.token("programme"))
		lines.Set("Content-Type", map[string]string{"POST": "application/json", "PATCH": "application/merge-patch+json"}[method])
		request, err := http.NewRequestWithContext(t.Context(), method, w.http.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header = lines
		return w.receive(request)
	}
	send("GET", "/v1/boroughs?limit=7", "", http.Header{"If-None-Match": {`"a"`, etag}}).want(304)
	send("GET", "/v1/boroughs?limit=8", "", http.Header{"If-None-Match": {`"a"`, `"b"`}}).want(200)
	got := send("POST", "/v1/indicators", anIndicator, http.Header{"Idempotency-Key": {"a", "b"}}).problem(400, "bad_request")
	if !slices.Equal(got, []string{"Idempotency-Key repeated"}) {
		t.Errorf("faults %v", got)
	}
	send("PATCH", "/v1/boroughs/E09000022", `{"name":"x"}`, http.Header{"If-Match": {`"7-a"`, `"7-b"`}}).problem(412, "stale")
	send("POST", "/v1/indicators", anIndicator, http.Header{"Content-Encoding": {"gzip"}}).problem(415, "media_type")
}

// TestOneSpellingOfAnId: its letters may be of either case. Whatever else looks like
// the id is none.
func TestOneSpellingOfAnId(t *testing.T) {
	t.Parallel()
	w := start(t)
	var page api.PriorityPage
	w.get("/v1/priorities").want(200).into(&page)
	id := page.Items[0].Id
	for _, other := range []string{"urn:uuid:" + id, "%7B" + id + "%7D", strings.ReplaceAll(id, "-", "")} {
		w.get("/v1/priorities/"+other).problem(400, "bad_request")
		w.write("PATCH", "/v1/priorities/"+other, `{"name":"x"}`, "If-Match", `"1-x"`).problem(400, "bad_request")
	}
	upper := strings.ToUpper(id)
	if got, want := w.get("/v1/priorities/"+upper).want(200), w.get("/v1/priorities/"+id).want(200); got.body != want.body || got.header.Get("ETag") != want.header.Get("ETag") {
		t.Errorf("%s reads differently", upper)
	}
	w.patch("/v1/priorities/"+upper, `{"description":"Changed."}`).want(200)
	offer := w.as(programme.RoleBoroughLead, "E09000022").send("POST", "/v1/asks-and-offers", `{"kind":"offer","borough":"E09000022","priorityId":"`+upper+`","title":"Help","text":"With re-referrals"}`, "Idempotency-Key", "one").want(201)
	var made api.AskOrOffer
	if offer.into(&made); made.PriorityId == nil || *made.PriorityId != id {
		t.Errorf("the offer names %v, want %s", made.PriorityId, id)
	}
	lower := w.as(programme.RoleBoroughLead, "E09000022").send("POST", "/v1/asks-and-offers", `{"kind":"offer","borough":"E09000022","priorityId":"`+id+`","title":"Help","text":"With re-referrals"}`, "Idempotency-Key", "one").want(201)
	if lower.body != offer.body {
		t.Error("the request is another one when the id is written in lower case")
	}
	var found api.AskOrOfferPage
	for _, spelled := range []string{id, upper} {
		w.get("/v1/asks-and-offers?priorityId=" + spelled).want(200).into(&found)
		if len(found.Items) != 1 || found.Items[0].Id != made.Id {
			t.Errorf("%d offers of %s", len(found.Items), spelled)
		}
	}
	// A cursor that was given for one spelling holds for the other.
	w.as(programme.RoleProgramme, "").post("/v1/asks-and-offers", `{"kind":"offer","borough":"E09000022","priorityId":"`+upper+`","title":"More","text":"Help"}`).want(201)
	w.get("/v1/asks-and-offers?limit=1&priorityId=" + upper).want(200).into(&found)
	w.get("/v1/asks-and-offers?limit=1&priorityId=" + id + "&cursor=" + *found.NextCursor).want(200)
}

// TestUnknownReferences names the member at fault.
func TestUnknownReferences(t *testing.T) {
	t.Parallel()
	w := start(t)
	for body, want := range map[string]string{
		`{"borough":"E09000099","subRegion":"south","validFrom":"2030-04-01"}`:                          "/borough unknown_value",
		`{"borough":"E09000022","subRegion":"nowhere","validFrom":"2011-04-01","validTo":"2011-05-01"}`: "/subRegion unknown_value",
	} {
		if got := w.write("POST", "/v1/sub-region-memberships", body).problem(422, "invalid"); !slices.Equal(got, []string{want}) {
			t.Errorf("faults %v, want %s", got, want)
		}
	}
	got := w.write("POST", "/v1/boroughs", `{"code":"E08999999","name":"X","shortName":"X","liiaCode":"XXX"}`).problem(422, "invalid")
	if !slices.Equal(got, []string{"/code unknown_value"}) {
		t.Errorf("faults %v", got)
	}
	got = w.write("POST", "/v1/periods", `{"code":"2024-26"}`).problem(422, "invalid")
	if !slices.Equal(got, []string{"/code period"}) {
		t.Errorf("faults %v", got)
	}
}

// TestOtherProcessesSeeAWrite: two servers, one database. The writer's own next
// read shows the write; the other's shows it soon after.
func TestOtherProcessesSeeAWrite(t *testing.T) {
	t.Parallel()
	a := start(t)
	b := startOn(t, a.url)
	before := b.get("/v1/boroughs/E09000022").want(200)
	changed := a.patch("/v1/boroughs/E09000022", `{"shortName":"Lam"}`).want(200)
	if own := a.get("/v1/boroughs/E09000022").want(200); own.body != changed.body || own.header.Get("ETag") != changed.header.Get("ETag") {
		t.Error("the writer does not see its own write")
	}
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		r := b.get("/v1/boroughs/E09000022", "If-None-Match", before.header.Get("ETag"))
		if r.status == http.StatusOK {
			if r.body != changed.body {
				t.Errorf("%s, want %s", r.body, changed.body)
			}
			return
		}
	}
	t.Error("the other process never sees the write")
}
