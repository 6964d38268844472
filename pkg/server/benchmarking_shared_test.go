package server_test

import (
	"net/http"
	"testing"

	"peerchallenge/api"
)

// TestAServiceThatTwoBoroughsShare sends the returns of both, together and one by one,
// at addresses that name the borough and at those that do not, and of no third.
func TestAServiceThatTwoBoroughsShare(t *testing.T) {
	t.Parallel()
	w := lean(t)
	const partner = "E09000028"
	quarter, shared := w.opened(), w.machine(own, partner).signIn()
	values := w.values()
	several := func(boroughs ...string) answer {
		var body api.BenchmarkingPosting
		for _, b := range boroughs {
			body.Submissions = append(body.Submissions, api.PostedReturn{Borough: b, Quarter: quarter, Values: values})
		}
		return shared.post("/v1/benchmarking-submissions", jsonOf(t, body))
	}
	several(own, farAway).problem(403, "not_yours")
	several(own, partner).want(200)
	for _, borough := range []string{own, partner} {
		draft := stateOf(t, shared, returnAt(borough, quarter))
		if draft.Draft == nil {
			t.Fatalf("the service does not see the draft that it has sent for %s", borough)
		}
		flat := "/v1/benchmarking-submissions/" + draft.Id
		if got := stateOf(t, shared, flat); got.Draft == nil || got.Errors == nil {
			t.Errorf("what is read of %s depends on the address", borough)
		}
		shared.does(flat, "submit", "").problem(403, "no_authority")
		shared.send(http.MethodDelete, flat, "", "If-Match", shared.get(flat).header.Get("ETag")).want(204)
		shared.get(flat).problem(404, "not_found")
	}
	shared.send(http.MethodPut, returnAt(farAway, quarter), w.whole(), "If-None-Match", "*").problem(403, "not_yours")
}
