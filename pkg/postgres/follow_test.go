package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"peerchallenge/pkg/postgres/pgtest"
	"peerchallenge/pkg/programme"
)

// errBack rolls a writer's transaction back.
var errBack = errors.New("rolled back on purpose")

// history is what writers have committed: versions by key, and 0 for a deletion.
type history struct {
	mu        sync.Mutex
	committed map[string][]int64
	live      map[string]programme.PeerReview
	rollbacks int
}

func (h *history) pick(r *rand.Rand) (programme.PeerReview, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.live) == 0 {
		return programme.PeerReview{}, false
	}
	keys := slices.Sorted(maps.Keys(h.live))
	return h.live[keys[r.IntN(len(keys))]], true
}

// writer changes challenges at random, its own and others', in transactions of
// different length, some of which write several records and some of which fail.
func (h *history) writer(t *testing.T, s *Store, seed uint64, rounds int) {
	r := rand.New(rand.NewPCG(seed, 0))
	for round := range rounds {
		var done []programme.PeerReview // Version 0 is a deletion
		err := s.transact(context.Background(), func(ctx context.Context, _ *unit) error {
			for range 1 + r.IntN(3) {
				c, err := h.step(ctx, s, r, fmt.Sprintf("%d/%d", seed, round), done)
				if err != nil {
					return err
				}
				done = append(done, c)
				time.Sleep(time.Duration(r.IntN(3)) * time.Millisecond)
			}
			if r.IntN(5) == 0 {
				return errBack
			}
			return nil
		})
		// Another writer was faster, or two waited for each other: nothing was written.
		lost := errors.Is(err, errBack) || slices.Contains([]programme.Kind{programme.NotFound, programme.Stale, programme.Unavailable}, programme.KindOf(err))
		if err != nil && !lost {
			t.Error(err)
			return
		}
		h.note(done, err == nil)
	}
}

func (h *history) step(ctx context.Context, s *Store, r *rand.Rand, title string, done []programme.PeerReview) (programme.PeerReview, error) {
	c, found := h.pick(r)
	mine := slices.ContainsFunc(done, func(d programme.PeerReview) bool { return d.ID == c.ID })
	switch n := r.IntN(10); {
	case !found || mine || n < 4:
		return s.CreatePeerReview(ctx, team, southern(title))
	case n < 8:
		return s.UpdatePeerReview(ctx, team, c.ID, c.Version, func(c *programme.PeerReview) error { c.Title = title; return nil })
	}
	err := s.DeletePeerReview(ctx, team, c.ID, c.Version)
	c.Version = 0
	return c, err
}

func (h *history) note(done []programme.PeerReview, committed bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !committed {
		h.rollbacks++
		return
	}
	for _, c := range done {
		h.committed[c.ID] = append(h.committed[c.ID], c.Version)
		if c.Version == 0 {
			delete(h.live, c.ID)
		} else if c.Version > h.live[c.ID].Version {
			h.live[c.ID] = c
		}
	}
}

// follower is a tool that keeps a copy.
type follower struct {
	copy  map[string]programme.PeerReview
	place int64
	seen  []programme.Change
}

// follow reads the feed until nothing comes any more and no writer writes.
func (f *follower) follow(t *testing.T, s *Store, limit int, writing *atomic.Bool) {
	for {
		still := writing.Load()
		items, next, err := s.Changes(context.Background(), team, []string{"peer-review"}, f.place, limit)
		if err != nil {
			t.Error(err)
			return
		}
		for _, c := range items {
			f.seen = append(f.seen, c)
			present, err := s.PeerReview(context.Background(), team, c.Key)
			switch {
			case c.Kind == programme.Deleted, programme.KindOf(err) == programme.NotFound && err != nil:
				delete(f.copy, c.Key)
			case err != nil:
				t.Error(err)
				return
			default:
				f.copy[c.Key] = present
			}
		}
		if next == f.place && !still {
			return
		}
		f.place = next
	}
}

// read takes the whole list, page by page, while it changes.
func (f *follower) read(t *testing.T, s *Store) {
	t.Helper()
	list := s.PeerReviews(team, programme.PeerReviewFilter{}, "")
	window := programme.Window{Limit: 5}
	for {
		part, err := list.Page(t.Context(), window)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range part.Items {
			f.copy[c.ID] = c
		}
		if !part.More {
			return
		}
		window.After = list.Key(&part.Items[len(part.Items)-1])
	}
}

// TestFollowersMissNothing: while 8 writers write, one reader follows the feed from
// the beginning, and one begins with the full list in the midst of it.
func TestFollowersMissNothing(t *testing.T) {
	t.Parallel()
	s, err := Open(t.Context(), Config{URL: pgtest.Database(t), Logger: testLog(), Clock: beginning, MaxConns: 24})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := s.Seed(t.Context(), smallLondon()); err != nil {
		t.Fatal(err)
	}
	const writers, rounds = 8, 40
	h := &history{committed: map[string][]int64{}, live: map[string]programme.PeerReview{}}
	begin := lastChange(t, s)
	early := &follower{copy: map[string]programme.PeerReview{}, place: begin}
	late := &follower{copy: map[string]programme.PeerReview{}}
	var writing atomic.Bool
	writing.Store(true)
	var atWork, readers sync.WaitGroup
	for i := range writers {
		atWork.Go(func() { h.writer(t, s, uint64(i+1), rounds) })
	}
	readers.Go(func() { early.follow(t, s, 3, &writing) })
	eventually(t, "the writers are in the midst of it", func() bool { return count(t, s, "SELECT count(*) FROM feed WHERE place > $1", begin) > 60 })
	late.place = lastChange(t, s)
	late.read(t, s)
	readers.Go(func() { late.follow(t, s, 50, &writing) })
	atWork.Wait()
	writing.Store(false)
	readers.Wait()

	present := &follower{copy: map[string]programme.PeerReview{}}
	present.read(t, s)
	for name, f := range map[string]*follower{"from the beginning": early, "from the midst": late} {
		if !reflect.DeepEqual(f.copy, present.copy) {
			t.Errorf("the copy of who followed %s has %d challenges and differs from the database with %d", name, len(f.copy), len(present.copy))
		}
	}
	if len(late.seen) == 0 || len(late.seen) >= len(early.seen) || h.rollbacks == 0 {
		t.Errorf("%d changes, of which %d from the midst, and %d rollbacks show too little", len(early.seen), len(late.seen), h.rollbacks)
	}
	h.compare(t, s, early.seen)
}

// compare holds what was seen against what writers have committed: each change
// once, and the versions of each record in their order.
func (h *history) compare(t *testing.T, s *Store, seen []programme.Change) {
	t.Helper()
	told := map[string][]int64{}
	for i, c := range seen {
		if i > 0 && c.Place <= seen[i-1].Place {
			t.Fatalf("place %d was told after %d", c.Place, seen[i-1].Place)
		}
		var version int64
		err := s.sql.QueryRowContext(t.Context(), "SELECT (after->>'Version')::bigint FROM audit_entries JOIN feed ON entry_id = id WHERE place = $1 AND after IS NOT NULL", c.Place).Scan(&version)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			t.Fatal(err)
		}
		told[c.Key] = append(told[c.Key], version)
	}
	for key, versions := range told {
		for i := 1; i < len(versions); i++ {
			if versions[i] != versions[i-1]+1 && versions[i] != 0 {
				t.Errorf("of one challenge the versions %v were told", versions)
			}
		}
		committed := slices.Clone(h.committed[key]) // writers note after their commits, in any order
		slices.Sort(committed)
		slices.Sort(versions)
		if !slices.Equal(versions, committed) {
			t.Errorf("told %v, committed %v", versions, committed)
		}
	}
	if len(told) != len(h.committed) {
		t.Errorf("%d challenges were told of, %d were committed", len(told), len(h.committed))
	}
}
