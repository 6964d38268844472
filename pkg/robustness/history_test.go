//go:build unix

package robustness

import (
	"fmt"
	"math"
	"slices"
	"sync"
	"time"
)

// kind is what a client asks for.
type kind string

const (
	given        kind = "given"         // nothing: the record was there before
	create       kind = "create"        // POST with an Idempotency-Key
	readRecord   kind = "read"          // GET of a record
	change       kind = "change"        // PATCH of a record with If-Match
	accept       kind = "accept"        // POST that makes groups of a proposal
	readGroups   kind = "read groups"   // GET of a challenge's groups
	readPriority kind = "read priority" // GET of reference data, which a process answers from memory
	setPriority  kind = "set priority"  // PATCH of reference data with If-Match
)

func (k kind) writes() bool {
	return k == create || k == change || k == accept || k == setPriority
}

// outcome is what a client knows of what it asked for.
type outcome string

const (
	done    outcome = "done"    // answered 2xx
	refused outcome = "refused" // answered 4xx: nothing was done
	unknown outcome = "unknown" // no answer, a broken one or 5xx: it may have been done
	// happened is what becomes of an unknown operation of which the feed tells.
	happened outcome = "happened"
)

// never is the time of a return that the client did not see: the operation may
// take effect at any time after its call.
const never = math.MaxInt64

// operation is what a client asked, and what it was told.
type operation struct {
	Client  int
	Process int    // to which it was sent
	Request string // its X-Request-Id
	Kind    kind
	On      string // what it is about: a resource's path, or a key

	// What was asked.
	IfMatch string // the version that the client had read
	Base    string // what the client had read under that version
	Wanted  string // what it is to hold afterwards; a proposal's groups

	// What was told.
	Outcome  outcome
	Status   int
	ID       string // of what was created
	Version  string // from the ETag
	Seen     string // what it holds
	Replayed bool

	Call, Return int64 // nanoseconds of the history's clock
}

func (o *operation) String() string {
	return fmt.Sprintf("%s %s on %s by client %d at process %d (%d to %d ms): if-match %q base %q wants %q: %s %d id %q version %q holds %q replayed %v",
		o.Request, o.Kind, o.On, o.Client, o.Process, o.Call/1e6, o.Return/1e6, o.IfMatch, o.Base, o.Wanted, o.Outcome, o.Status, o.ID, o.Version, o.Seen, o.Replayed)
}

// fault is something that was broken for a time.
type fault struct {
	Name       string
	Process    int  // that had to do without; -1: both
	Forgets    bool // the database may lose what it has confirmed to nobody
	Begin, End int64
}

// history is everything that clients asked and were told, and what was broken
// meanwhile.
type history struct {
	started time.Time

	mu         sync.Mutex
	operations []*operation
	faults     []fault
	surprises  []string // answers that no client should get
	requests   int
}

func newHistory() *history { return &history{started: time.Now()} }

// clock answers the time since the history began. It never goes back.
func (h *history) clock() int64 { return int64(time.Since(h.started)) }

func (h *history) add(o *operation) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.operations = append(h.operations, o)
}

func (h *history) surprise(format string, args ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.surprises = append(h.surprises, fmt.Sprintf(format, args...))
}

// number answers a new one for each call.
func (h *history) number() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.requests++
	return h.requests
}

// during notes that something is broken while do runs.
func (h *history) during(f fault, do func()) {
	f.Begin = h.clock()
	do()
	f.End = h.clock()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.faults = append(h.faults, f)
}

// sorted answers the operations in the order of their calls.
func (h *history) sorted() []*operation {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.SortedStableFunc(slices.Values(h.operations), func(a, b *operation) int { return int(a.Call - b.Call) })
}

// firstSuccess answers when the first write was confirmed that was sent after the
// fault's end, to a process that had to do without; false if there was none.
func (h *history) firstSuccess(f fault) (at int64, found bool) {
	at = never
	for _, o := range h.operations {
		if o.Kind.writes() && o.Outcome == done && o.Return > f.End && o.Return < at && (f.Process < 0 || o.Process == f.Process) {
			at, found = o.Return, true
		}
	}
	return at, found
}
