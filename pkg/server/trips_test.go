package server_test

import (
	"fmt"
	"strings"
	"testing"

	"peerchallenge/pkg/postgres/pgtest"
)

// TestAKeyedPostIsFewRoundTrips: with the database in another place each of them
// costs a millisecond or more. Seven are the beginning with the key's lock, the kept
// answer, what the record cites, the record, the audit, the answer, and the commit
// with the wait for it. What others follow, as the milestones do a challenge, costs
// more. The least of some tries counts, because the service also
// listens for changes over the same line.
func TestAKeyedPostIsFewRoundTrips(t *testing.T) {
	t.Parallel()
	proxy := pgtest.NewProxy(t, leanDatabase(t))
	w := startOn(t, proxy.URL())
	for _, path := range []string{"/v1/events", "/v1/milestones", "/v1/asks-and-offers"} {
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
