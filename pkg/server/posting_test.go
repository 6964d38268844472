package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

// TestWindowEdges: days are the region's, across the clock changes, and their ends
// belong to them.
func TestWindowEdges(t *testing.T) {
	t.Parallel()
	const quarter = "2026-27-Q4"
	for _, c := range []struct {
		at, code string
		late     int
	}{
		{"2027-03-31T22:59:59Z", "window_not_open", 0},
		{"2027-03-31T23:00:00Z", "", 0}, // 00:00 on 1 April, British Summer Time
		{"2027-05-14T22:59:59Z", "", 0},
		{"2027-05-14T23:00:00Z", "", 1},
		{"2027-05-28T22:59:59Z", "", 14},
		{"2027-05-28T23:00:00Z", "window_closed", 0},
	} {
		t.Run(c.at, func(t *testing.T) {
			t.Parallel()
			w, turn := startByHand(t, leanDatabase(t), time.Date(2027, 1, 4, 9, 0, 0, 0, time.UTC))
			w.write(http.MethodPost, "/v1/quarters", `{"code":"`+quarter+`","opensOn":"2027-04-01","dueOn":"2027-05-14","lateUntil":"2027-05-28"}`).want(201)
			moment, err := time.Parse(time.RFC3339, c.at)
			if err != nil {
				t.Fatal(err)
			}
			turn(moment)
			lead, at := w.as(programme.RoleBoroughLead, own), returnAt(own, quarter)
			if c.code != "" {
				for _, query := range []string{"", "?dryRun=true"} {
					r := lead.send(http.MethodPut, at+query, w.whole(), "If-None-Match", "*")
					if r.problem(409, c.code); !strings.Contains(r.body, "2027-05-28") || !strings.Contains(r.body, quarter) {
						t.Errorf("the problem does not name the window: %s", r.body)
					}
				}
				return
			}
			lead.send(http.MethodPut, at, w.whole(), "If-None-Match", "*").want(201)
			path := "/v1/benchmarking-submissions/" + stateOf(t, lead, at).Id
			lead.does(path, "submit", "").want(200)
			if s := stateOf(t, lead, path); s.DaysLate != c.late || !s.ReceivedAt.Equal(moment) {
				t.Errorf("%d days late, received at %v", s.DaysLate, s.ReceivedAt)
			}
		})
	}
}

// TestEveryBoroughPostsAtOnce: 33 systems, five times over; no error and no lost update.
func TestEveryBoroughPostsAtOnce(t *testing.T) {
	t.Parallel()
	w := lean(t)
	code := w.document().Counts[0].Code
	boroughs := strings.Fields(w.ownerGets("SELECT string_agg(code, ' ' ORDER BY code) FROM boroughs"))
	callers := map[string]caller{}
	for _, b := range boroughs {
		callers[b] = w.as(programme.RoleBoroughSystem, b)
	}
	var wait sync.WaitGroup
	for i, b := range boroughs {
		wait.Go(func() {
			at, header := returnAt(b, "practice"), []string{"If-None-Match", "*"}
			for round := range 5 {
				body := w.whole(api.CountValue{Count: code, Value: new(float64(1000*i + round)), Status: api.CountValueStatusReported})
				r := callers[b].send(http.MethodPut, at, body, header...)
				for r.status == 503 { // more than the service does at a time: a system sends it again
					r = callers[b].send(http.MethodPut, at, body, header...)
				}
				if r.status != 200 && r.status != 201 {
					t.Errorf("%s: %d %s", b, r.status, r.body)
					return
				}
				header = []string{"If-Match", r.header.Get("ETag")}
			}
		})
	}
	wait.Wait()
	for i, b := range boroughs {
		s := stateOf(t, callers[b], returnAt(b, "practice"))
		if got := *s.Draft.Values[0].Value; got != float64(1000*i+4) {
			t.Errorf("%s: %v was sent last, %v is there", b, 1000*i+4, got)
		}
	}
	if n := w.ownerGets("SELECT count(*)::text FROM audit_entries WHERE noun = 'benchmarking-submission'"); n != fmt.Sprint(5*len(boroughs)) {
		t.Errorf("%s entries for %d changes", n, 5*len(boroughs))
	}
}
