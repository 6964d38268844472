//go:build unix

package robustness

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// told is a change of which the feed tells, and the request of which the audit
// says that it made it.
type told struct {
	Type, ID, Change string
	Request          string
}

// end answers the cursor behind all that the feed tells now.
func (s *system) end() string {
	s.t.Helper()
	var page struct{ NextCursor string }
	s.get("/v1/changes?from=now", &page)
	return page.NextCursor
}

// feed reads what the feed tells since, in its order, and finds for each change its
// entry in the audit: a resource's changes have the same order in both.
func (s *system) feed(cursor string) []told {
	s.t.Helper()
	var feed []told
	counts := map[[2]string]int{}
	for {
		var page struct {
			Items      []told
			NextCursor string
		}
		s.get("/v1/changes?limit=500&cursor="+url.QueryEscape(cursor), &page)
		for _, c := range page.Items {
			feed = append(feed, c)
			counts[[2]string{c.Type, c.ID}]++
		}
		if page.NextCursor == cursor {
			break
		}
		cursor = page.NextCursor
	}
	requests := s.audit(counts)
	for i, c := range feed {
		at := [2]string{c.Type, c.ID}
		if len(requests[at]) == 0 {
			continue // the audit has fewer entries, which has been said
		}
		feed[i].Request, requests[at] = requests[at][0], requests[at][1:]
	}
	return feed
}

// audit answers the requests that made the last changes of each resource, as many
// as the feed tells of.
func (s *system) audit(counts map[[2]string]int) map[[2]string][]string {
	requests := make(map[[2]string][]string, len(counts))
	var mu sync.Mutex
	var all sync.WaitGroup
	free := make(chan struct{}, 4)
	for at, count := range counts {
		all.Go(func() {
			free <- struct{}{}
			defer func() { <-free }()
			made := s.requestsOf(at[0], at[1])
			mu.Lock()
			defer mu.Unlock()
			if len(made) < count {
				s.t.Errorf("the feed tells of %d changes of the %s %s, the audit of %d", count, at[0], at[1], len(made))
				return
			}
			requests[at] = made[len(made)-count:]
		})
	}
	all.Wait()
	return requests
}

func (s *system) requestsOf(kind, id string) []string {
	var requests []string
	query := "/v1/audit-entries?limit=500&type=" + kind + "&id=" + url.QueryEscape(id)
	for cursor := ""; ; {
		var page struct {
			Items      []struct{ RequestID string }
			NextCursor string
		}
		address := query
		if cursor != "" {
			address += "&cursor=" + url.QueryEscape(cursor)
		}
		s.get(address, &page)
		for _, e := range page.Items {
			requests = append(requests, e.RequestID)
		}
		if cursor = page.NextCursor; cursor == "" {
			return requests
		}
	}
}

// verdict is what the feed says of a history.
type verdict struct {
	settled      []*operation    // the history without what never happened
	acknowledged int             // writes that were answered 2xx, without replays
	open         int             // writes without an answer
	happened     int             // those of them of which the feed tells
	ignored      map[string]bool // requests that saw what a database lost before anybody was told that it stands
	lost         []string        // acknowledged, and the feed does not tell of it
	doubled      []string        // done more than once
	disorder     []string        // whatever else does not fit
}

// judge compares a history with the feed of all that was done since it began.
// Every acknowledged write is there once, in the order of real time; and of a write
// without an answer the feed says whether it happened.
func judge(h *history, feed []told) verdict {
	v := verdict{}
	operations := h.sorted()
	places := map[string][]int{} // by request
	for i, c := range feed {
		places[c.Request] = append(places[c.Request], i)
	}
	for _, o := range operations {
		if o.Kind.writes() {
			v.settle(o, feed, places[o.Request])
		}
	}
	v.keysOnce(operations)
	v.inOrder(operations, places)
	v.lostTime(h, operations)
	slices.SortStableFunc(v.settled, func(a, b *operation) int { return int(a.Call - b.Call) })
	return v
}

// lostTime adds the reads to what is settled, and takes out of it what was seen of
// a time that the database has lost: reads of a write that nobody confirmed and that
// did not stay, and refusals because of one. docs/adr/0013 says who can see that.
func (v *verdict) lostTime(h *history, operations []*operation) {
	type content struct{ on, wanted string }
	stood := map[content]int64{}  // since when what was written may have been seen as what stands
	happened := map[string]bool{} // by request
	for _, o := range v.settled {
		if o.Outcome == refused {
			continue
		}
		happened[o.Request] = true
		c := content{on(o), o.Wanted}
		if since, is := stood[c]; !is || o.Call < since {
			stood[c] = o.Call
		}
	}
	gone := map[string][]*operation{} // writes that did not happen, by what they are about
	for _, o := range operations {
		if o.Kind.writes() && o.Outcome == unknown && !happened[o.Request] {
			gone[on(o)] = append(gone[on(o)], o)
		}
	}
	seen := func(o *operation) bool {
		return slices.ContainsFunc(gone[o.On], func(write *operation) bool {
			if o.Outcome == refused {
				return h.forgot(write, o) && (o.Kind == accept || o.IfMatch == write.IfMatch)
			}
			since, stands := stood[content{o.On, o.Seen}]
			return h.forgot(write, o) && o.Seen == write.Wanted && (!stands || o.Return < since)
		})
	}
	v.ignored = map[string]bool{}
	for _, o := range operations {
		if (!o.Kind.writes() || o.Outcome == refused) && seen(o) {
			v.ignored[o.Request] = true
		} else if !o.Kind.writes() {
			v.settled = append(v.settled, o)
		}
	}
	v.settled = slices.DeleteFunc(v.settled, func(o *operation) bool { return v.ignored[o.Request] })
}

// on answers what a write is about as a later read names it.
func on(o *operation) string {
	if o.Kind == create {
		return "/v1/peer-challenges/" + o.ID
	}
	return o.On
}

// remembered is for how long a process answers from its memory what the database
// has not confirmed since: pkg/postgres, Store.Snapshot.
const remembered = 30 * time.Second

// forgot reports whether the database may have lost the write, which was confirmed
// to nobody, after somebody had seen it.
func (h *history) forgot(write, seen *operation) bool {
	return slices.ContainsFunc(h.faults, func(f fault) bool {
		until := f.End
		if seen.Kind == readPriority {
			until += int64(remembered)
		}
		return f.Forgets && write.Call <= f.End && write.Call <= seen.Return && seen.Call <= until
	})
}

// settle decides whether a write happened, by its places in the feed.
func (v *verdict) settle(o *operation, feed []told, places []int) {
	changes := map[string]int{}
	for _, place := range places {
		changes[feed[place].Change+" "+feed[place].Type]++
	}
	times, fits := carriedOut(o, changes)
	if !fits {
		v.disorder = append(v.disorder, fmt.Sprintf("the feed tells %v of %s", changes, o))
	}
	settled := *o
	switch {
	case o.Outcome == done && !o.Replayed:
		v.acknowledged++
		if times == 0 {
			v.lost = append(v.lost, o.String())
		}
	case o.Outcome == unknown:
		v.open++
		if times == 0 {
			return
		}
		v.happened++
		settled.Outcome = happened
	case times > 0: // refused, or replayed
		v.disorder = append(v.disorder, fmt.Sprintf("the feed tells %v of what was not done: %s", changes, o))
	}
	if times > 1 {
		v.doubled = append(v.doubled, o.String())
	}
	v.settled = append(v.settled, &settled)
}

// carriedOut answers how often the write was, by the changes that its request made;
// they fit if there is nothing else and nothing half. The milestone of a challenge follows
// it in the same transaction.
func carriedOut(o *operation, changes map[string]int) (times int, fits bool) {
	others := maps.Clone(changes)
	maps.DeleteFunc(others, func(what string, _ int) bool { return strings.HasSuffix(what, " milestone") })
	times, fits = itself(o, others)
	followed := times
	if o.Kind == setPriority {
		followed = 0
	}
	return times, fits && changes["created milestone"]+changes["updated milestone"] == followed
}

func itself(o *operation, changes map[string]int) (times int, fits bool) {
	if o.Kind == accept {
		times, groups := changes["updated grouping-proposal"], changes["created peer-challenge-group"]
		want := 0
		if times > 0 {
			want = 1 + groupsOf(o.Wanted)
		}
		return times, len(changes) == min(times, 1)*2 && times+groups == want
	}
	what := map[kind]string{create: "created peer-challenge", change: "updated peer-challenge", setPriority: "updated priority"}[o.Kind]
	times = changes[what]
	return times, len(changes) == min(times, 1)
}

func groupsOf(grouping string) int {
	n := 1
	for _, r := range grouping {
		if r == ',' {
			n++
		}
	}
	return n
}

// keysOnce notes every key of which more than one request was carried out.
func (v *verdict) keysOnce(operations []*operation) {
	carried := map[string]int{}
	for _, o := range v.settled {
		if o.Kind == create && (o.Outcome == happened || o.Outcome == done && !o.Replayed) {
			carried[o.On]++
		}
	}
	for _, o := range operations {
		if carried[o.On] > 1 {
			v.doubled = append(v.doubled, fmt.Sprintf("%s was carried out %d times", o.On, carried[o.On]))
			delete(carried, o.On)
		}
	}
}

// inOrder notes writes that stand in the feed before others that had been answered
// before they were sent.
func (v *verdict) inOrder(operations []*operation, places map[string][]int) {
	type placed struct {
		*operation
		place int
	}
	var ordered []placed
	for _, o := range operations {
		if o.Kind.writes() && len(places[o.Request]) > 0 {
			ordered = append(ordered, placed{o, places[o.Request][0]})
		}
	}
	slices.SortFunc(ordered, func(a, b placed) int { return a.place - b.place })
	var latest *operation // by its call, of those before
	for _, o := range ordered {
		if latest != nil && o.Return < latest.Call {
			v.disorder = append(v.disorder, fmt.Sprintf("the feed tells of the later first:\n  %s\n  %s", latest, o.operation))
		}
		if latest == nil || o.Call > latest.Call {
			latest = o.operation
		}
	}
}

// missing answers the ids that were given for keys and are not among those that a
// full list has.
func (s *system) missing(h *history) []string {
	s.t.Helper()
	there := map[string]bool{}
	for cursor := ""; ; {
		var page struct {
			Items      []struct{ ID string }
			NextCursor string
		}
		address := "/v1/peer-challenges?limit=500"
		if cursor != "" {
			address += "&cursor=" + url.QueryEscape(cursor)
		}
		s.get(address, &page)
		for _, item := range page.Items {
			there[item.ID] = true
		}
		if cursor = page.NextCursor; cursor == "" {
			break
		}
	}
	var missing []string
	for _, o := range h.sorted() {
		if o.Kind == create && o.Outcome == done && !there[o.ID] {
			missing = append(missing, o.String())
		}
	}
	return missing
}

// readAll reads every record once more, as the last operations of the history.
func (s *system) readAll(h *history) {
	c := &client{number: finalReader, history: h, http: newHTTP(), token: s.token}
	for _, door := range s.doors {
		c.doors = append(c.doors, door.URL())
	}
	read := map[string]bool{}
	for _, o := range h.sorted() {
		if read[o.On] || o.Kind == create || o.Kind == given {
			continue
		}
		read[o.On] = true
		last := &operation{On: o.On, Process: len(read) % processes}
		path := o.On
		switch o.Kind {
		case setPriority, readPriority:
			last.Kind = readPriority
		case accept, readGroups:
			last.Kind, path = readGroups, "/v1/peer-challenge-groups?peerChallengeId="+o.On[len("/v1/peer-challenges/"):]
		default:
			last.Kind = readRecord
		}
		if _, ok := c.do(last, http.MethodGet, path, ""); !ok {
			s.t.Errorf("%s cannot be read when all is over", path)
		}
	}
}

// finalReader is the number of the client that reads when all is over.
const finalReader = 1000
