//go:build unix

package robustness

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// workload is what the clients work on together. Each record is given up after a
// number of operations for a new one, so that there are many short histories
// rather than a few long ones.
type workload struct {
	history *history
	known   []string // paths of reference data, which stay

	mu       sync.Mutex
	records  []*record
	contests []*contest
	keys     int
}

const (
	recordsAtOnce  = 2
	contestsAtOnce = 2
	recordLasts    = 150 // operations
	contestLasts   = 30
)

// record is a challenge that clients change.
type record struct {
	path string
	left int
	seen map[int]sight // by client
}

// sight is what a client has read last.
type sight struct{ version, holds string }

// contest is a challenge with two proposals, of which one can be accepted.
type contest struct {
	challenge string // its path
	id        string
	proposals []proposal
	left      int
}

type proposal struct{ path, version, groups string }

func requestName(n int) string { return "request-" + strconv.Itoa(n) }

// run lets the client work until ctx ends.
func (c *client) run(ctx context.Context, w *workload) {
	for ctx.Err() == nil {
		switch n := c.random.IntN(100); {
		case n < 35:
			c.workOnRecord(ctx, w)
		case n < 60:
			c.createOnce(w)
		case n < 75:
			c.workOnContest(ctx, w)
		default:
			c.workOnReference(w)
		}
	}
	c.lanes.Wait()
}

// anyProcess is mostly the client's own, so that a process that hangs leaves the
// other one clients.
func (c *client) anyProcess() int {
	if c.random.IntN(4) > 0 {
		return c.process
	}
	return c.random.IntN(len(c.doors))
}

// createOnce sends one request with a key up to three times at once, to any
// process, as a client and its proxies do that have lost their patience; and
// later again, where nobody was answered.
func (c *client) createOnce(w *workload) {
	key := w.newKey()
	for range 2 {
		var lanes sync.WaitGroup
		var mu sync.Mutex
		answered := false
		for lane := range 1 + c.random.IntN(3) {
			o := &operation{Kind: create, On: key, Wanted: "Challenge " + key, Process: c.anyProcess()}
			twin := &client{
				number: c.number*10 + lane, process: c.process, history: c.history, doors: c.doors, token: c.token, http: c.http, aborts: c.aborts,
				random: rand.New(rand.NewPCG(c.random.Uint64(), 0)),
			}
			lanes.Go(func() {
				_, ok := twin.post(o)
				mu.Lock()
				defer mu.Unlock()
				answered = answered || ok
			})
		}
		lanes.Wait()
		if answered {
			return
		}
	}
}

// post creates a challenge under the operation's key.
func (c *client) post(o *operation) (answer, bool) {
	return c.do(o, http.MethodPost, "/v1/peer-challenges", `{"title":`+quoted(o.Wanted)+`,"subRegion":"south","cycle":"2026-27"}`, "Idempotency-Key", o.On)
}

func (w *workload) newKey() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.keys++
	return "key-" + strconv.Itoa(w.keys)
}

// made creates a challenge and asks again, with the same key, until it knows its id.
func (c *client) made(ctx context.Context, w *workload) (resource, string, bool) {
	key := w.newKey()
	for ctx.Err() == nil {
		o := &operation{Kind: create, On: key, Wanted: "Challenge " + key, Process: c.anyProcess()}
		if a, ok := c.post(o); ok {
			r, err := a.resource()
			return r, a.version(), err == nil
		}
		pause(ctx)
	}
	return resource{}, "", false
}

// pause keeps a client from asking a process that is not there as fast as it can.
func pause(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(10 * time.Millisecond):
	}
}

// workOnRecord reads a record, or changes it by what was read last.
func (c *client) workOnRecord(ctx context.Context, w *workload) {
	r := w.record(ctx, c)
	if r == nil {
		return
	}
	w.mu.Lock()
	seen, has := r.seen[c.number]
	w.mu.Unlock()
	o := &operation{Kind: readRecord, On: r.path, Process: c.anyProcess()}
	if !has || c.random.IntN(3) == 0 {
		if _, ok := c.do(o, http.MethodGet, r.path, ""); ok {
			w.saw(c, r, sight{o.Version, o.Seen})
		} else {
			pause(ctx)
		}
		return
	}
	o.Kind, o.IfMatch, o.Base, o.Wanted = change, seen.version, seen.holds, fmt.Sprintf("Title %d", c.history.number())
	if _, ok := c.do(o, http.MethodPatch, r.path, `{"title":`+quoted(o.Wanted)+`}`, "If-Match", etag(seen.version)); ok {
		w.saw(c, r, sight{o.Version, o.Wanted})
	} else {
		w.forget(c, r)
	}
}

// etag writes a version as one of the service's ETags. Only the version counts.
func etag(version string) string { return `"` + version + `-x"` }

func (w *workload) saw(c *client, r *record, what sight) {
	w.mu.Lock()
	defer w.mu.Unlock()
	r.seen[c.number] = what
}

func (w *workload) forget(c *client, r *record) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(r.seen, c.number)
}

// record answers one of the records that are worked on, and makes a new one in
// place of one that has had its time.
func (w *workload) record(ctx context.Context, c *client) *record {
	w.mu.Lock()
	at := c.random.IntN(recordsAtOnce)
	if at < len(w.records) && w.records[at].left > 0 {
		defer w.mu.Unlock()
		w.records[at].left--
		return w.records[at]
	}
	w.mu.Unlock()
	made, version, ok := c.made(ctx, w)
	if !ok {
		return nil
	}
	r := &record{path: "/v1/peer-challenges/" + made.ID, left: recordLasts, seen: map[int]sight{c.number: {version, made.Title}}}
	w.mu.Lock()
	defer w.mu.Unlock()
	if at < len(w.records) {
		w.records[at] = r
	} else {
		w.records = append(w.records, r)
	}
	return r
}

// workOnContest accepts one of the proposals of a challenge, or looks at its groups.
func (c *client) workOnContest(ctx context.Context, w *workload) {
	k := w.contest(ctx, c)
	if k == nil {
		return
	}
	if c.random.IntN(2) == 0 {
		c.do(&operation{Kind: readGroups, On: k.challenge, Process: c.anyProcess()}, http.MethodGet, "/v1/peer-challenge-groups?peerChallengeId="+k.id, "")
		return
	}
	p := k.proposals[c.random.IntN(len(k.proposals))]
	o := &operation{Kind: accept, On: k.challenge, Wanted: p.groups, IfMatch: p.version, Process: c.anyProcess()}
	c.do(o, http.MethodPost, p.path+"/accept", "", "If-Match", etag(p.version), "Idempotency-Key", w.newKey())
}

func (w *workload) contest(ctx context.Context, c *client) *contest {
	w.mu.Lock()
	at := c.random.IntN(contestsAtOnce)
	if at < len(w.contests) && w.contests[at].left > 0 {
		defer w.mu.Unlock()
		w.contests[at].left--
		return w.contests[at]
	}
	w.mu.Unlock()
	k := c.newContest(ctx, w)
	if k == nil {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if at < len(w.contests) {
		w.contests[at] = k
	} else {
		w.contests = append(w.contests, k)
	}
	return k
}

// newContest makes a challenge with two proposals. These are not what is looked
// at, so that they are no operations of the history.
func (c *client) newContest(ctx context.Context, w *workload) *contest {
	made, _, ok := c.made(ctx, w)
	if !ok {
		return nil
	}
	k := &contest{challenge: "/v1/peer-challenges/" + made.ID, id: made.ID, left: contestLasts}
	for _, sizes := range []string{"[3,3,3,3]", "[4,4,4]"} {
		key := w.newKey()
		for {
			a, err := c.send(c.anyProcess(), requestName(c.history.number()), http.MethodPost, k.challenge+"/grouping-proposals", `{"sizes":`+sizes+`}`, 0, "Idempotency-Key", key)
			if err == nil && a.status == http.StatusCreated {
				r, err := a.resource()
				if err != nil {
					c.history.surprise("a proposal: %v in %s", err, a.body)
					return nil
				}
				groups := make([][]string, len(r.Groups))
				for i, g := range r.Groups {
					groups[i] = g.Boroughs
				}
				k.proposals = append(k.proposals, proposal{"/v1/grouping-proposals/" + r.ID, a.version(), grouping(groups)})
				break
			}
			if err == nil && a.status < http.StatusInternalServerError {
				c.history.surprise("a proposal: %d %s", a.status, a.body)
				return nil
			}
			if ctx.Err() != nil {
				return nil
			}
			pause(ctx)
		}
	}
	return k
}

// workOnReference reads what a process answers from memory, or changes it by what
// was read last, always at the client's own process.
func (c *client) workOnReference(w *workload) {
	o := &operation{Kind: readPriority, On: w.known[c.random.IntN(len(w.known))], Process: c.process}
	if _, ok := c.do(o, http.MethodGet, o.On, ""); !ok || c.random.IntN(3) > 0 {
		return
	}
	set := &operation{Kind: setPriority, On: o.On, Process: c.process, IfMatch: o.Version, Base: o.Seen, Wanted: fmt.Sprintf("Text %d", c.history.number())}
	if _, ok := c.do(set, http.MethodPatch, o.On, `{"description":`+quoted(set.Wanted)+`}`, "If-Match", etag(set.IfMatch)); ok {
		c.do(&operation{Kind: readPriority, On: o.On, Process: c.process}, http.MethodGet, o.On, "")
	}
}

func quoted(text string) string {
	b, _ := json.Marshal(text)
	return string(b)
}
