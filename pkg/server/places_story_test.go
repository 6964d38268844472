package server_test

import (
	"cmp"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"peerchallenge/pkg/postgres/pgtest"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/server"
)

// holder is somebody who holds pages of every list from one process, and asks whether
// they are still the same.
type holder struct {
	caller

	held map[string]string // ETags by address
}

// present answers what each caller is told at this moment by a process that remembers
// nothing of what it made, and asks that once.
type present struct {
	forgets *world
	told    map[string]answer // by token and address
}

func (p *present) get(token, path string) answer {
	key := token + " " + path
	if _, asked := p.told[key]; !asked {
		p.told[key] = caller{p.forgets, token}.get(path)
	}
	return p.told[key]
}

// revalidate asks for the pages with the ETags that are held, and fails the test unless
// the answer is 304 exactly where the page has the same bytes.
func (h *holder) revalidate(t *testing.T, now *present, questions []question, after string) (unchanged int) {
	t.Helper()
	for _, q := range questions {
		want := now.get(h.token, q.path)
		etag := want.header.Get("ETag")
		got := h.send(http.MethodGet, q.path, "", "If-None-Match", cmp.Or(h.held[q.path], `"none"`))
		switch {
		case want.status != http.StatusOK:
			if got.status != want.status {
				t.Errorf("after %s: %s is %d, want %d", after, q.path, got.status, want.status)
			}
		case etag == h.held[q.path]:
			if unchanged++; got.status != http.StatusNotModified || got.header.Get("ETag") != etag {
				t.Errorf("after %s: %s is as it was, and answered %d with %s", after, q.path, got.status, got.header.Get("ETag"))
			}
		case got.status != http.StatusOK || got.body != want.body || got.header.Get("ETag") != etag:
			t.Errorf("after %s: %s is another than was held, and answered %d:\n%.300s\nwant\n%.300s", after, q.path, got.status, got.body, want.body)
		}
		h.held[q.path] = etag
	}
	return unchanged
}

// TestWhatIsHeldIsAnsweredByItsBytes: whatever is written by whomever in whichever of two
// processes, when the day ends, when a borough has another name, and when the database is
// put back to a copy, each page that somebody holds is answered 304 exactly where it has
// the same bytes. After each write a dozen pages are asked for, drawn by lot, and those
// of what was written; after all of them, and after all else, every page.
func TestWhatIsHeldIsAnsweredByItsBytes(t *testing.T) {
	t.Parallel()
	const seed = 20261126
	random := rand.New(rand.NewPCG(seed, seed)) // #nosec G404 -- a test that can be repeated
	url := leanDatabase(t)
	var past atomic.Int64
	began := time.Now()
	evening := began.UTC().Truncate(15 * time.Minute)
	for day := programme.DefaultSettings.Today; day(evening) == day(evening.Add(20*time.Minute)); {
		evening = evening.Add(15 * time.Minute)
	}
	clock := func() time.Time {
		return evening.Add(time.Since(began) + time.Duration(past.Load())).Truncate(time.Microsecond)
	}
	a, b := startAt(t, url, clock), startAt(t, url, clock)
	forgets := startAt(t, url, clock, func(cfg *server.Config) { cfg.Store = forgetful{a.store} })
	a.makeVisibilityRecords()
	for _, operation := range []string{"withdrawRelease", "reinstateRelease"} { // while every authority is there that their file names
		a.once(operation, preparers[operation])
	}
	asked := a.heldQuestions(t)
	tokens := a.visibilityCallers()
	var holders []*holder
	for _, process := range []*world{a, b} {
		for _, who := range []caller{tokens[0], tokens[2], tokens[len(tokens)-2]} { // the team, the borough's lead, an editor elsewhere
			holders = append(holders, &holder{caller{process, who.token}, map[string]string{}})
		}
	}
	unchanged, changed := 0, 0
	ask := func(after string, questions []question, holders ...*holder) {
		t.Helper()
		a.settled(a, b, forgets)
		now := &present{forgets, map[string]answer{}}
		for _, h := range holders {
			same := h.revalidate(t, now, questions, after)
			unchanged, changed = unchanged+same, changed+len(questions)-same
		}
	}
	check := func(after string) {
		t.Helper()
		ask(after, asked, holders...)
	}
	check("nothing")
	check("nothing again")

	operations := slices.Clone(contract.operations)
	random.Shuffle(len(operations), func(i, j int) { operations[i], operations[j] = operations[j], operations[i] })
	written := map[string]bool{}
	for _, op := range operations {
		if op.method == http.MethodGet || slices.Contains(op.Tags, "Service") || takesFile(op) {
			continue
		}
		process := []*world{a, b}[random.IntN(2)]
		process.made = a.made
		request, noun := process.ask(op), strings.Split(op.path, "/")[2]
		first := request.token
		for _, token := range []string{tokens[random.IntN(len(tokens))].token, tokens[random.IntN(len(tokens))].token, first} {
			if request.token = token; process.send(request).status < 300 {
				written[noun] = true
				drawn := slices.Clone(asked)
				random.Shuffle(len(drawn), func(i, j int) { drawn[i], drawn[j] = drawn[j], drawn[i] })
				for _, q := range drawn[12:] {
					if q.path == "/v1/"+noun+"?" {
						drawn[12] = q
					}
				}
				ask(op.OperationID, drawn[:13], holders[random.IntN(3)], holders[3+random.IntN(3)]) // the others hold what is older still
				break
			}
		}
		if op.method == http.MethodDelete { // what is tried on it next is tried on another
			for path, id := range nounOf {
				if strings.HasPrefix(op.path, path+"/") {
					delete(a.made, id)
				}
			}
			if strings.HasPrefix(op.path, "/v1/peer-challenges/") {
				delete(a.made, exampleProposal) // went with its challenge
			}
		}
		if op.OperationID == "withdrawSelfEvaluation" {
			delete(a.made, exampleComment) // the team reads it no more
		}
	}
	if len(written) < 18 {
		t.Errorf("only these were written: %v", written)
	}

	check("all that was written")
	a.patch("/v1/boroughs/"+own, `{"name":"Lambeth by another name"}`).want(200)
	check("a borough's new name")
	past.Store(int64(30 * time.Minute))
	check("midnight")

	// From here on, both lives of the database give the same places.
	a.exec("SELECT setval('feed_places', 4102444800000000)")
	restore := pgtest.Backup(t, url)
	a.settled(a, b, forgets)
	check("a copy is made")
	milestone := func(title string) (place int64) {
		t.Helper()
		a.write(http.MethodPost, "/v1/milestones", `{"title":"`+title+`","description":"","cycle":"2026-27","kind":"other","state":"planned"}`).want(201)
		a.row("SELECT max(place) FROM feed", &place)
		return place
	}
	lost := milestone("Practice week")
	check("what will be lost")
	restore()
	a.settled(a, b, forgets)
	if again := milestone("Practice fortnight"); again != lost {
		t.Errorf("the places are %d and %d, so that this shows nothing", lost, again)
	}
	check("a restored copy and another change at the same place")
	if unchanged < 100 || changed < 100 {
		t.Errorf("%d pages were as they were and %d were others", unchanged, changed)
	}
}

// heldQuestions are those whose answers are held: every list of records, with its steps,
// and some that filters make of more.
func (w *world) heldQuestions(t *testing.T) []question {
	t.Helper()
	kept := slices.DeleteFunc(w.questions(t), func(q question) bool {
		_, query, _ := strings.Cut(q.path, "?")
		return query != "" && !strings.Contains(query, "include=") && !strings.HasPrefix(query, "by=") && q.operation != "listAuditEntries"
	})
	for _, path := range []string{
		"/v1/peer-challenges?borough=" + own, "/v1/events?borough=" + own, "/v1/findings?cycle=2026-27", "/v1/actions?overdue=true", "/v1/actions?cycle=2026-27",
		"/v1/events?peerReviewId=" + w.made[exampleReview], "/v1/findings?peerChallengeGroupId=" + w.made[exampleGroup],
	} {
		kept = append(kept, question{path: path})
	}
	return kept
}

// settled waits until all processes answer from the present state.
func (w *world) settled(processes ...*world) {
	w.t.Helper()
	for _, process := range processes {
		w.eventually("the process answers from the present state", func() bool {
			snapshot, err := process.store.Snapshot(w.t.Context())
			return err == nil && snapshot.Generation == w.generation() && process.as(programme.RoleProgramme, "").get("/v1/milestones?limit=1").status == http.StatusOK
		})
	}
}

// generation is that of reference data in the database.
func (w *world) generation() (value int64) {
	w.t.Helper()
	w.row("SELECT value FROM generation", &value)
	return value
}

// row reads one value, whoever may see it.
func (w *world) row(sql string, value any) {
	w.t.Helper()
	w.asOwner(func(conn *pgx.Conn) error { return conn.QueryRow(w.t.Context(), sql).Scan(value) })
}
