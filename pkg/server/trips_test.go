package server_test

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"peerchallenge/api"
	"peerchallenge/pkg/postgres/pgtest"
	"peerchallenge/pkg/programme"
)

// TestAKeyedPostIsFewRoundTrips: with the database in another place each of them
// costs a millisecond or more. Seven are the beginning with the key's lock, the kept
// answer, what the record cites, the record, the audit, the answer, and the commit
// with the wait for it. What others follow, as the milestones do a challenge, or what looks
// at the state of what it belongs to, as a finding does, costs more. The least of some tries counts, because the service also
// listens for changes over the same line.
func TestAKeyedPostIsFewRoundTrips(t *testing.T) {
	t.Parallel()
	proxy := pgtest.NewProxy(t, leanDatabase(t))
	w := startOn(t, proxy.URL())
	for _, path := range []string{"/v1/participants", "/v1/milestones", "/v1/asks-and-offers", "/v1/authorisations", "/v1/api-clients", "/v1/read-keys"} {
		asked := w.ask(contract.find("POST", path))
		least := int64(100)
		for i := range 6 {
			asked.header = map[string]string{"Idempotency-Key": fmt.Sprint(strings.Trim(path, "/"), i)}
			before := proxy.Trips()
			w.send(asked).want(201)
			least = min(least, proxy.Trips()-before)
		}
		if least > 7 {
			t.Errorf("a POST to %s takes %d round trips to the database", path, least)
		}
	}
}

// TestStepsCostNoQueryPerRow: what the steps of a page depend on is read at once,
// however many records it has.
func TestStepsCostNoQueryPerRow(t *testing.T) {
	t.Parallel()
	proxy := pgtest.NewProxy(t, leanDatabase(t))
	w := startOn(t, proxy.URL())
	w.reader = programme.RoleProgramme
	first := ""
	for range 12 {
		first = "/v1/peer-challenges/" + w.write("POST", "/v1/peer-challenges", `{"title":"South","subRegion":"south","cycle":"2026-27"}`).id()
		w.write("POST", "/v1/peer-challenge-groups", `{"peerChallengeId":"`+idIn(first)+`","name":"Group 1"}`).want(201)
	}
	for range 12 {
		w.write("POST", first+"/grouping-proposals", `{"sizes":[4,4,4]}`).want(201)
	}
	for _, list := range []string{"/v1/peer-challenges", "/v1/peer-challenge-groups", first + "/grouping-proposals"} {
		trips := func(limit int) int64 {
			least := int64(100)
			for range 4 {
				before := proxy.Trips()
				w.get(fmt.Sprintf("%s?include=steps&limit=%d", list, limit)).want(200)
				least = min(least, proxy.Trips()-before)
			}
			return least
		}
		if few, many := trips(1), trips(12); few == 100 || many > few {
			t.Errorf("%s with steps takes %d round trips for one record and %d for twelve", list, few, many)
		}
	}
}

// TestTablesHaveNoSteps: whoever asks for both is told so.
func TestTablesHaveNoSteps(t *testing.T) {
	t.Parallel()
	w := readOnly(t)
	for _, format := range []string{"csv", "ndjson"} {
		if got := w.get("/v1/milestones?include=steps&format="+format).problem(400, "bad_request"); !slices.Equal(got, []string{"include whole_list"}) {
			t.Errorf("%s with steps has the faults %v", format, got)
		}
	}
	if got := w.get("/v1/milestones?include=everything").problem(400, "bad_request"); len(got) != 1 {
		t.Errorf("faults %v", got)
	}
}

// tripsOf asks again and again, until it has taken so many round trips to the database, and
// fails where it never does. The least counts, because the service also listens for changes
// over the same line, and on a busy machine for long.
func tripsOf(t *testing.T, proxy *pgtest.Proxy, what string, trips int64, tries int, ask func(try int)) {
	t.Helper()
	least := int64(100)
	for try := range tries {
		before := proxy.Trips()
		ask(try)
		if least = min(least, proxy.Trips()-before); try > 5 && least <= trips {
			break
		}
	}
	if least != trips {
		t.Errorf("%s takes %d round trips to the database, want %d", what, least, trips)
	}
}

// TestASelfEvaluationIsFewRoundTrips: of a document that a system sends the first begins, locks
// the record and reads all that it stands among, and the second writes its new state and the
// audit and commits; a reading is one statement, which reads the version and writes down who
// reads it as long as the record stands as it did when it was last looked at.
func TestASelfEvaluationIsFewRoundTrips(t *testing.T) {
	t.Parallel()
	proxy := pgtest.NewProxy(t, leanDatabase(t))
	w := startOn(t, proxy.URL())
	system, at := w.authorisedSystem(own), "/v1/boroughs/"+own+"/self-evaluations/"+w.nextCycle()
	etag := system.send(http.MethodPut, at, complete("Practice is good."), "If-None-Match", "*").want(201).header.Get("ETag")
	shared, readers := evaluationsList+"/"+w.sharedEvaluation()+"/versions/1", make([]caller, 30)
	for i := range readers {
		readers[i] = w.somebody("reader-"+strconv.Itoa(i), group, asEditor)
		readers[i].get("/v1/boroughs").want(200) // their token is known from now on
	}
	tripsOf(t, proxy, "a changed document", 2, len(readers), func(try int) {
		etag = system.send(http.MethodPut, at, complete("Practice is good. "+strconv.Itoa(try)), "If-Match", etag).want(200).header.Get("ETag")
	})
	system.send(http.MethodPut, at, complete("Practice is good. 5"), "If-Match", etag).want(200)
	tripsOf(t, proxy, "the same document", 2, len(readers), func(int) {
		system.send(http.MethodPut, at, complete("Practice is good. 5"), "If-Match", etag).want(200)
	})
	tripsOf(t, proxy, "a first reading", 1, len(readers), func(try int) { readers[try].get(shared).want(200) })
	tripsOf(t, proxy, "a reading again", 1, len(readers), func(try int) { readers[try].get(shared).want(200) })
}

// TestAReturnIsFewRoundTrips: the first begins, locks the quarter and the return, and reads all
// by which it is judged, and the second writes its new state and the audit and commits. A dry
// run of what there is needs no transaction, and so no second. Only where an extension was
// granted is it read in one more.
func TestAReturnIsFewRoundTrips(t *testing.T) {
	t.Parallel()
	proxy := pgtest.NewProxy(t, leanDatabase(t))
	w := startOn(t, proxy.URL())
	at := returnAt(own, w.collecting())
	w.acceptedBefore(0, 12)
	lead, values := w.as(programme.RoleBoroughLead, own), valuesFor(w.document())
	number := *values[0].Value
	sent := func(n int) string {
		values[0].Value = new(number + float64(n))
		return jsonOf(t, api.BenchmarkingSubmissionInput{Values: wiredValues(values)})
	}
	etag := lead.send(http.MethodPut, at, sent(0), "If-None-Match", "*").want(201).header.Get("ETag")
	tripsOf(t, proxy, "a changed return", 2, 30, func(try int) {
		etag = lead.send(http.MethodPut, at, sent(1+try), "If-Match", etag).want(200).header.Get("ETag")
	})
	etag = lead.send(http.MethodPut, at, sent(1), "If-Match", etag).want(200).header.Get("ETag")
	tripsOf(t, proxy, "the same return", 2, 30, func(int) {
		lead.send(http.MethodPut, at, sent(1), "If-Match", etag).want(200)
	})
	tripsOf(t, proxy, "a dry run", 1, 30, func(int) {
		lead.send(http.MethodPut, at+"?dryRun=true", sent(40), "If-Match", etag).want(200)
	})
	due := programme.DefaultSettings.Today(w.clock()).AddDays(40)
	w.as(programme.RoleProgramme, "").post("/v1/quarters/"+at[strings.LastIndex(at, "/")+1:]+"/extensions", jsonOf(t, api.ExtensionInput{Borough: own, DueOn: due, Reason: "Moved."})).want(201)
	tripsOf(t, proxy, "a changed return with an extension", 3, 30, func(try int) {
		etag = lead.send(http.MethodPut, at, sent(50+try), "If-Match", etag).want(200).header.Get("ETag")
	})
}
