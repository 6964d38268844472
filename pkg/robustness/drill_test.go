//go:build unix && drill

package robustness

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"peerchallenge/pkg/postgres/pgtest"
)

// lasts is for how long a drill keeps something away.
const lasts = 3 * time.Second

// drills break one thing each, under load, and show what became of what was
// confirmed.
var drills = []breakage{
	breakagesOfOne[0],
	breakagesOfOne[1],
	{name: "service killed", do: func(s *system, i int, _ time.Duration) {
		s.services[i].kill()
		s.revive(s.services[i])
	}},
	{name: "service stopped and continued", do: func(s *system, i int, lasts time.Duration) {
		s.services[i].signal(syscall.SIGSTOP)
		time.Sleep(lasts)
		s.services[i].signal(syscall.SIGCONT)
	}},
	{name: "network to the database silent", both: true, do: func(s *system, _ int, lasts time.Duration) {
		for _, line := range s.lines {
			line.Hang()
		}
		time.Sleep(lasts)
		for _, line := range s.lines {
			line.Resume()
		}
	}},
	{name: "network to the database cut", both: true, do: func(s *system, _ int, lasts time.Duration) {
		for end := time.Now().Add(lasts); time.Now().Before(end); time.Sleep(time.Millisecond) {
			for _, line := range s.lines {
				line.Cut()
			}
		}
	}},
}

func TestDrills(t *testing.T) {
	for _, d := range drills {
		t.Run(d.name, func(t *testing.T) {
			program, err := service()
			if err != nil {
				t.Fatal(err)
			}
			s := newSystem(t, program)
			f := fault{Name: d.name, Process: 0, Forgets: d.forgets}
			if d.both {
				f.Process = -1
			}
			s.drill(t, func(h *history) { h.during(f, func() { d.do(s, 0, lasts) }) })
		})
	}
}

// drill lets clients work before, during and after what breaks, until a write is
// confirmed again, and logs the row of the table. Times are measured and never
// asserted, but for the minute in which a success must come at all.
func (s *system) drill(t *testing.T, breaking func(h *history)) *history {
	t.Helper()
	h, feed := s.record(chosenSeed(t), func(h *history) {
		time.Sleep(2 * time.Second)
		breaking(h)
		until(t, "no write is confirmed any more", func() bool { return h.worksAgain() })
		time.Sleep(2 * time.Second)
	})
	r := s.report(h, feed)
	t.Log(r.summary())
	for _, f := range h.faults {
		t.Logf("| %s | %d | %d (%d) | %d | %d | %.2f s |", f.Name, r.acknowledged, r.open, r.happened, len(r.lost), len(r.doubled), r.first[f.Name].Seconds())
	}
	r.fail(t)
	return h
}

// worksAgain reports whether each fault is over and was followed by a success.
func (h *history) worksAgain() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, f := range h.faults {
		if _, found := h.firstSuccess(f); !found {
			return false
		}
	}
	return true
}

// newPairedSystem starts the service on a primary with a synchronous standby. The
// processes know the way to both.
func newPairedSystem(t *testing.T) (*system, *pgtest.Pair) {
	t.Helper()
	program, err := service()
	if err != nil {
		t.Fatal(err)
	}
	pair := pgtest.NewPair(t)
	if err := pair.Primary.CreateDatabase(t.Context(), databaseName); err != nil {
		t.Fatal(err)
	}
	s := &system{t: t, database: func() string { return pair.Primary.URL(databaseName) }, breakages: slices.Concat(breakages, []breakage{
		{name: "standby frozen", both: true, do: func(_ *system, _ int, lasts time.Duration) {
			pair.Freeze()
			time.Sleep(lasts)
			pair.Thaw()
		}},
		{name: "standby promoted, while it lags", forgets: true, both: true, do: func(_ *system, _ int, lasts time.Duration) {
			pair.Freeze()
			time.Sleep(lasts)
			pair.FailOver(t)
			pair.Rejoin(t)
		}},
	})}
	s.start(program, func(int) string { return pair.URL(t, databaseName) })
	return s, pair
}

// TestHistoriesWithAStandby is [TestHistories] on a primary and a standby that take
// turns.
func TestHistoriesWithAStandby(t *testing.T) {
	seed := chosenSeed(t)
	s, _ := newPairedSystem(t)
	random := rand.New(rand.NewPCG(seed, 0))
	h, feed := s.record(seed, func(h *history) { s.breakThings(h, random, time.Now().Add(*duration)) })
	r := s.report(h, feed)
	t.Log(r.summary())
	r.fail(t)
}

// TestStandbyFrozen: what the standby has not confirmed is confirmed to nobody.
func TestStandbyFrozen(t *testing.T) {
	s, pair := newPairedSystem(t)
	var frozen, thawed int64
	h := s.drill(t, func(h *history) {
		h.during(fault{Name: "standby frozen", Process: -1}, func() {
			pair.Freeze()
			frozen = h.clock()
			time.Sleep(lasts)
			thawed = h.clock()
			pair.Thaw()
		})
	})
	for _, o := range h.sorted() {
		if o.Kind.writes() && o.Outcome == done && o.Call > frozen && o.Return < thawed {
			t.Errorf("confirmed while the standby was frozen (%d to %d ms): %s", frozen/1e6, thawed/1e6, o)
		}
	}
}

// TestStandbyAway: for as long as the standby is frozen each write ends by itself, as a 503 that says
// that nobody knows, and leaves no wait behind in the database, from which others read meanwhile.
// Once the standby is back, each key finds what it has made.
func TestStandbyAway(t *testing.T) {
	const writes = 6 // fewer than may be in the database at a time
	s, pair := newPairedSystem(t)
	waiting := func() (n int) {
		conn, err := pgx.Connect(t.Context(), s.database())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close(t.Context()) }()
		if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	all := func(meanwhile func()) []answer {
		answers := make([]answer, writes)
		var sent sync.WaitGroup
		for i := range answers {
			sent.Go(func() { answers[i] = s.propose(i) })
		}
		meanwhile()
		sent.Wait()
		return answers
	}
	pair.Freeze()
	for _, a := range all(func() {
		until(t, "not all writes come to wait for the standby", func() bool { return waiting() >= writes })
		s.get("/v1/peer-challenges?limit=1", new(resource))
	}) {
		if a.status != http.StatusServiceUnavailable || !bytes.Contains(a.body, []byte(`"code":"unconfirmed"`)) || a.header.Get("Retry-After") == "" {
			t.Errorf("without the standby a write is answered %d %s", a.status, a.body)
		}
	}
	// What the service does by itself goes on waiting, once in each process: ADR 13.
	until(t, "somebody still waits for the standby", func() bool { return waiting() <= processes })
	pair.Thaw()
	for _, a := range all(func() {}) {
		if a.status != http.StatusCreated || a.header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("with the standby back a write is answered %d %v %s", a.status, a.header, a.body)
		}
	}
}

// propose asks for the i-th challenge under its key, and waits for as long as it takes.
func (s *system) propose(i int) answer {
	name := fmt.Sprint("away-", i)
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.doors[i%processes].URL()+"/v1/peer-challenges", strings.NewReader(`{"title":`+quoted(name)+`,"subRegion":"south","cycle":"2026-27"}`))
	if err != nil {
		s.t.Error(err)
		return answer{}
	}
	r.Header = http.Header{"Authorization": {"Bearer " + s.token}, "Content-Type": {"application/json"}, "Idempotency-Key": {name}}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Error(err)
		return answer{}
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Error(err)
	}
	return answer{response.StatusCode, response.Header, body}
}

// TestPromotion loses the primary and goes on with the standby, which had been
// frozen for a moment: what was confirmed is there, and what was not is found
// there once or not at all. Then the old primary comes back as the standby.
func TestPromotion(t *testing.T) {
	s, pair := newPairedSystem(t)
	s.drill(t, func(h *history) {
		h.during(fault{Name: "standby promoted", Process: -1, Forgets: true}, func() {
			pair.Freeze()
			time.Sleep(lasts / 3)
			pair.FailOver(t)
		})
		until(t, "no write is confirmed after the promotion", h.worksAgain)
		h.during(fault{Name: "old primary comes back", Process: -1}, func() { pair.Rejoin(t) })
	})
}
