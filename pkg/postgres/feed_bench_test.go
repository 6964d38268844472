package postgres

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"peerchallenge/pkg/postgres/pgtest"
	"peerchallenge/pkg/programme"
)

// BenchmarkFeed lets 8 writers write as fast as they go, while a reader follows
// the feed, and checks that it has missed none. Rounds with the feed's trigger and
// without it take turns; the ratio of their medians is what places in the order of
// the commits cost. Entries are nothing but entries of the audit, the shortest
// writes that the feed can meet; challenges are whole use cases. Both are run
// without flushing to disk, as the tests are, with every commit flushed, as a
// database that keeps its data is, and with a standby that must confirm.
//
//	go test -run '^$' -bench Feed -benchtime 1x ./pkg/postgres
func BenchmarkFeed(b *testing.B) {
	unflushed, flushed := pgtest.Database(b), pgtest.Flushing(b)
	b.Run("entries", func(b *testing.B) { benchmarkFeed(b, unflushed, writeEntry) })
	b.Run("challenges", func(b *testing.B) { benchmarkFeed(b, unflushed, writeChallenge) })
	b.Run("entries-flushed", func(b *testing.B) { benchmarkFeed(b, flushed, writeEntry) })
	b.Run("challenges-flushed", func(b *testing.B) { benchmarkFeed(b, flushed, writeChallenge) })
	pair := pgtest.NewPair(b)
	b.Run("entries-standby", func(b *testing.B) { benchmarkFeed(b, pair.URL(b, "postgres"), writeEntry) })
	b.Run("challenges-standby", func(b *testing.B) { benchmarkFeed(b, pair.URL(b, "postgres"), writeChallenge) })
}

func writeEntry(ctx context.Context, s *Store) error {
	row := newAuditRow(s.now(), team, actionCreate, "event", newID())
	row.SeenAfter = programme.Everyone()
	return s.carryOut(ctx, bounds{begin: "BEGIN"}, func(l line) error { return l.Create(&row).Error })
}

func writeChallenge(ctx context.Context, s *Store) error {
	_, err := s.CreatePeerReview(ctx, team, southern("x"))
	return err
}

const (
	benchWriters = 8
	benchRounds  = 5
	benchWrites  = 2000 // of a round
)

func benchmarkFeed(b *testing.B, url string, write func(context.Context, *Store) error) {
	b.Helper()
	s, err := Open(b.Context(), Config{URL: url, Logger: testLog(), MaxConns: 3 * benchWriters})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if err := s.Migrate(b.Context()); err != nil {
		b.Fatal(err)
	}
	if err := s.Seed(b.Context(), smallLondon()); err != nil {
		b.Fatal(err)
	}
	owner := admin(b, url)
	trigger := func(state string) {
		b.Helper()
		if _, err := owner.ExecContext(b.Context(), "ALTER TABLE audit_entries "+state+" TRIGGER append_to_feed"); err != nil {
			b.Fatal(err)
		}
	}
	writeMany(b, s, write) // fills the pool and its prepared statements
	for b.Loop() {
		var with, without []float64
		for range benchRounds {
			with = append(with, followed(b, s, write))
			trigger("DISABLE")
			without = append(without, writeMany(b, s, write))
			trigger("ENABLE")
		}
		slices.Sort(with)
		slices.Sort(without)
		b.ReportMetric(with[benchRounds/2], "writes/s")
		b.ReportMetric(with[benchRounds/2]/without[benchRounds/2], "of-no-feed")
	}
}

// followed answers the writes a second of a round during which a reader follows
// the feed, and fails unless the reader was told of each write once.
func followed(b *testing.B, s *Store, write func(context.Context, *Store) error) float64 {
	b.Helper()
	place := lastChange(b, s)
	var writing atomic.Bool
	writing.Store(true)
	seen := map[string]int{}
	var reader sync.WaitGroup
	reader.Go(func() {
		for last := place; ; {
			still := writing.Load()
			items, next, err := s.Changes(context.Background(), team, nil, last, 500)
			if err != nil {
				b.Error(err)
				return
			}
			for _, c := range items {
				seen[c.Key]++
			}
			if next == last && !still {
				return
			}
			if next == last {
				time.Sleep(time.Millisecond)
			}
			last = next
		}
	})
	rate := writeMany(b, s, write)
	writing.Store(false)
	reader.Wait()
	for key, times := range seen {
		if times != 1 {
			b.Errorf("of %s the feed told %d times", key, times)
		}
	}
	if len(seen) != benchWrites {
		b.Errorf("the feed told of %d of %d writes", len(seen), benchWrites)
	}
	return rate
}

// writeMany lets the writers share a round's writes and answers how many went in a
// second.
func writeMany(b *testing.B, s *Store, write func(context.Context, *Store) error) float64 {
	b.Helper()
	var writers sync.WaitGroup
	begin := time.Now()
	for range benchWriters {
		writers.Go(func() {
			for range benchWrites / benchWriters {
				if err := write(context.Background(), s); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	writers.Wait()
	return benchWrites / time.Since(begin).Seconds()
}
