//go:build unix

package robustness

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strings"
	"sync"
	"time"
)

// patience is for how long a client waits for an answer.
const patience = 5 * time.Second

// client asks one thing after the other.
type client struct {
	number  int
	process int // with which it has its sessions on reference data
	history *history
	doors   []string // where the processes are reached
	token   string
	http    *http.Client
	random  *rand.Rand
	lanes   sync.WaitGroup
	// aborts is the share of writes of which the client does not await the answer.
	aborts float64
}

// resource is what the client reads of any answer.
type resource struct {
	ID          string
	Title       string
	Description string
	Groups      []struct{ Boroughs []string }
}

// answer is what came back, in full.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) resource() (r resource, err error) {
	err = json.Unmarshal(a.body, &r)
	return r, err
}

// version answers the part of the ETag that If-Match compares: docs/adr/0003.
func (a answer) version() string {
	version, _, _ := strings.Cut(strings.Trim(a.header.Get("ETag"), `"`), "-")
	return version
}

// errUnsent is the error of a request that has not left.
var errUnsent = errors.New("the request was not sent")

// send asks and reads the whole answer. Where it aborts, it does so some
// milliseconds after the request has left.
func (c *client) send(process int, request, method, path, body string, abort time.Duration, header ...string) (answer, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	sent := false
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { sent = true },
		WroteRequest: func(httptrace.WroteRequestInfo) {
			if abort > 0 {
				time.AfterFunc(abort, cancel)
			}
		},
	})
	r, err := http.NewRequestWithContext(ctx, method, c.doors[process]+path, bytes.NewBufferString(body))
	if err != nil {
		return answer{}, err
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	r.Header.Set("X-Request-Id", request)
	switch {
	case method == http.MethodPatch:
		r.Header.Set("Content-Type", "application/merge-patch+json")
	case body != "":
		r.Header.Set("Content-Type", "application/json")
	}
	for pair := range slices.Chunk(header, 2) {
		r.Header.Set(pair[0], pair[1])
	}
	// What the standard library would send again by itself is not sent again: each
	// operation is one request. One with a key and without a body it would, if it knew the
	// key by its name.
	r.GetBody = nil
	if key := r.Header["Idempotency-Key"]; key != nil {
		delete(r.Header, "Idempotency-Key")
		r.Header["idempotency-key"] = key
	}
	response, err := c.http.Do(r)
	if err != nil {
		if !sent {
			return answer{}, errors.Join(errUnsent, err)
		}
		return answer{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header, text}, err
}

func newHTTP() *http.Client {
	return &http.Client{Transport: &http.Transport{
		DialContext:         (&net.Dialer{Timeout: time.Second}).DialContext,
		MaxIdleConnsPerHost: 4,
	}}
}

// expected are the refusals that a client provokes: by a version that is no longer
// the present one, and by a second proposal for the same boroughs.
var expected = []int{http.StatusPreconditionFailed, http.StatusConflict}

// do sends the operation and notes what came of it. It answers false where
// nothing is known, or nothing was sent.
func (c *client) do(o *operation, method, path, body string, header ...string) (answer, bool) {
	var abort time.Duration
	if o.Kind.writes() && c.random.Float64() < c.aborts {
		abort = time.Duration(1 + c.random.IntN(int(20*time.Millisecond)))
	}
	return c.ask(o, abort, method, path, body, header...)
}

func (c *client) ask(o *operation, abort time.Duration, method, path, body string, header ...string) (answer, bool) {
	o.Client = c.number
	o.Request = requestName(c.history.number())
	o.Call = c.history.clock()
	a, err := c.send(o.Process, o.Request, method, path, body, abort, header...)
	o.Return, o.Status = c.history.clock(), a.status
	switch {
	case errors.Is(err, errUnsent):
		return answer{}, false
	case err != nil || a.status >= http.StatusInternalServerError:
		o.Outcome, o.Return = unknown, never
		if a.status >= http.StatusInternalServerError && a.status != http.StatusServiceUnavailable {
			c.history.surprise("%s: %s", o, a.body)
		}
		time.Sleep(10 * time.Millisecond) // a client that asks as fast as it is refused asks for nothing else
	case a.status >= http.StatusBadRequest:
		o.Outcome = refused
		if !slices.Contains(expected, a.status) {
			c.history.surprise("%s: %s", o, a.body)
		}
	default:
		o.Outcome = done
		o.Version, o.Replayed = a.version(), a.header.Get("Idempotency-Replayed") == "true"
	}
	if o.Outcome != done && !o.Kind.writes() {
		return answer{}, false // a read without an answer says nothing
	}
	if o.Outcome == done && !c.understand(o, a) {
		return answer{}, false
	}
	c.history.add(o)
	return a, o.Outcome == done
}

// understand reads what the operation asks of the answer's body.
func (c *client) understand(o *operation, a answer) bool {
	r, err := a.resource()
	switch o.Kind {
	case readGroups:
		o.Seen, err = groupsIn(a.body)
	case readPriority, setPriority:
		o.Seen = r.Description
	default:
		o.ID, o.Seen = r.ID, r.Title
	}
	if err != nil {
		c.history.surprise("%s: %v in %s", o, err, a.body)
	}
	return err == nil
}

// groupsIn answers the members of all groups, alike for alike groups.
func groupsIn(list []byte) (string, error) {
	var page struct {
		Items []struct{ Members []struct{ Borough string } }
	}
	if err := json.Unmarshal(list, &page); err != nil {
		return "", err
	}
	groups := make([][]string, len(page.Items))
	for i, g := range page.Items {
		for _, m := range g.Members {
			groups[i] = append(groups[i], m.Borough)
		}
	}
	return grouping(groups), nil
}

func grouping(groups [][]string) string {
	texts := make([]string, len(groups))
	for i, g := range groups {
		texts[i] = strings.Join(slices.Sorted(slices.Values(g)), " ")
	}
	slices.Sort(texts)
	return strings.Join(texts, ", ")
}
