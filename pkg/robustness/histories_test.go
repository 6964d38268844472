//go:build unix

package robustness

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"
)

const (
	clients  = 8
	checkFor = time.Minute // the most that the checker takes for one record, key or challenge
)

// TestHistories lets clients work while one thing after the other breaks, and checks
// what they were told.
func TestHistories(t *testing.T) {
	program, err := service()
	if err != nil {
		t.Fatal(err)
	}
	seed := chosenSeed(t)
	s := newSystem(t, program)
	random := rand.New(rand.NewPCG(seed, 0))
	h, feed := s.record(seed, func(h *history) { s.breakThings(h, random, time.Now().Add(*duration)) })
	r := s.report(h, feed)
	t.Log(r.summary())
	r.fail(t)
}

// record lets the clients work while the test breaks things, until it has done
// so; then everything still under way comes to its end, and the feed is read.
func (s *system) record(seed uint64, breaking func(h *history)) (*history, []told) {
	s.t.Helper()
	w := &workload{history: newHistory()}
	for _, path := range s.priorities() {
		var r resource
		header := s.get(path, &r)
		w.known = append(w.known, path)
		w.history.add(&operation{Kind: given, On: path, Wanted: r.Description, Version: answer{header: header}.version(), Outcome: done})
	}
	cursor := s.end()
	ctx, stop := context.WithCancel(s.t.Context())
	defer stop()
	var working sync.WaitGroup
	for i := range clients {
		c := &client{
			number: i, process: i % processes, history: w.history, token: s.token, http: newHTTP(), aborts: 0.05,
			random: rand.New(rand.NewPCG(seed, uint64(1+i))),
		}
		for _, door := range s.doors {
			c.doors = append(c.doors, door.URL())
		}
		working.Go(func() { c.run(ctx, w) })
	}
	breaking(w.history)
	stop()
	working.Wait()
	s.settle()
	s.readAll(w.history)
	return w.history, s.feed(cursor)
}

func (s *system) priorities() []string {
	s.t.Helper()
	var list struct{ Items []struct{ ID string } }
	s.get("/v1/priorities", &list)
	var paths []string
	for _, p := range list.Items {
		paths = append(paths, "/v1/priorities/"+p.ID)
	}
	return paths
}

// report is what is known of a history.
type report struct {
	verdict
	operations int
	faults     []fault
	first      map[string]time.Duration // by fault: from its end to the first confirmed write, the longest time
	looked     map[string]int           // how many things each model was asked of
	checked    time.Duration            // how long the checks took
	findings   []string
}

// report checks the history in every way. Once more, the models are asked of the
// answers alone, and of what the feed makes of them.
func (s *system) report(h *history, feed []told) report {
	s.t.Helper()
	missing := s.missing(h)
	began := time.Now()
	r := report{verdict: judge(h, feed), faults: h.faults, first: map[string]time.Duration{}, looked: map[string]int{}}
	all := h.sorted()
	r.operations = len(all)
	for _, f := range h.faults {
		if at, found := h.firstSuccess(f); found {
			r.first[f.Name] = max(r.first[f.Name], time.Duration(at-f.End))
		}
	}
	r.note("surprising", h.surprises)
	r.note("lost", r.lost)
	r.note("lost, not in the list", missing)
	r.note("doubled", r.doubled)
	r.note("feed", r.disorder)
	r.note("session", backwards(r.settled))
	picture := func(name string) string {
		if s.pictures == "" {
			var err error
			if s.pictures, err = os.MkdirTemp("", "peerchallenge-histories-"); err != nil {
				s.t.Fatal(err)
			}
		}
		return filepath.Join(s.pictures, name)
	}
	for _, m := range models {
		looked, unexplained := m.check(s.t, r.forked(all), func(name string) string { return picture("answers-" + name) })
		r.looked[m.name] = looked
		r.note("unexplained by the answers", unexplained)
		_, unexplained = m.check(s.t, r.settled, func(name string) string { return picture("feed-" + name) })
		r.note("unexplained with the feed", unexplained)
	}
	r.checked = time.Since(began)
	return r
}

// fail fails the test with what was found.
func (r *report) fail(t *testing.T) {
	t.Helper()
	for _, finding := range r.findings {
		t.Error(finding)
	}
}

// forked answers the history as its clients know it, without what they saw of a
// time that the database has lost.
func (v *verdict) forked(all []*operation) []*operation {
	return slices.DeleteFunc(slices.Clone(all), func(o *operation) bool { return v.ignored[o.Request] })
}

// note adds the first of what was found, which is mostly all of a kind.
func (r *report) note(what string, found []string) {
	const most = 5
	for i, f := range found {
		if i == most {
			r.findings = append(r.findings, fmt.Sprintf("%s: and %d more", what, len(found)-most))
			return
		}
		r.findings = append(r.findings, what+": "+f)
	}
}

func (r *report) summary() string {
	text := fmt.Sprintf("%d operations under %d faults: %d writes acknowledged, %d without an answer, of which %d happened; %d lost, %d doubled; %d saw what a crash took back; %v looked at in %v",
		r.operations, len(r.faults), r.acknowledged, r.open, r.happened, len(r.lost), len(r.doubled), len(r.ignored), r.looked, r.checked.Round(time.Millisecond))
	for _, name := range slices.Sorted(maps.Keys(r.first)) {
		text += fmt.Sprintf("\n  %s: first success after %v at most", name, r.first[name].Round(time.Millisecond))
	}
	return text
}
