package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"testing"

	"peerchallenge/pkg/postgres/pgtest"
	"peerchallenge/pkg/programme"
)

// waiting counts the sessions that wait for the standby.
const waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"

// paired answers a store of a small London on a primary with a synchronous standby.
// It holds as many connections as asked for, of which half may write.
func paired(t testing.TB, pair *pgtest.Pair, conns int) *Store {
	t.Helper()
	s, err := Open(t.Context(), Config{URL: pair.URL(t, "postgres"), Logger: testLog(), Clock: beginning, MaxConns: conns})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := errors.Join(s.Migrate(t.Context()), s.Seed(t.Context(), smallLondon())); err != nil {
		t.Fatal(err)
	}
	return s
}

// proposed asks once for a challenge of the title, which is the key as well.
func proposed(ctx context.Context, s *Store, title string) (replayed bool, err error) {
	a := programme.Attempt{Actor: team, Operation: "createPeerReview", Key: title}
	_, replayed, err = s.Once(ctx, a, func(ctx context.Context) (programme.Answer, error) {
		_, err := s.CreatePeerReview(ctx, team, southern(title))
		return createdAnswer, err
	})
	return replayed, err
}

// inBackground runs do and answers where its error will be.
func inBackground(do func() error) <-chan error {
	done := make(chan error, 1)
	go func() { done <- do() }()
	return done
}

// TestNothingStandsThatTheStandbyLacks: while the standby that must confirm is
// frozen, nobody is told that their write stands, neither the first time nor when
// they repeat it. Nobody waits for longer than the request may take, and others
// read meanwhile. Once the standby is back, the key finds what has been carried out.
func TestNothingStandsThatTheStandbyLacks(t *testing.T) {
	t.Parallel()
	const writers = 6
	pair := pgtest.NewPair(t)
	s := paired(t, pair, 2*writers)
	owner := admin(t, pair.Primary.URL("postgres"))
	held := planned(t, s, "before")

	pair.Freeze()
	for _, round := range []string{"first", "repeated"} {
		request, end := context.WithCancel(t.Context())
		var all sync.WaitGroup
		for i := range writers {
			all.Go(func() {
				_, err := proposed(request, s, fmt.Sprint("frozen ", i))
				if e, ok := errors.AsType[*programme.Error](err); !ok || e.Kind != programme.Unavailable || e.Code != "unconfirmed" {
					t.Errorf("%s: the answer without the standby is %v", round, err)
				}
			})
		}
		eventually(t, "all have committed and wait", func() bool { return countIn(t, owner, waiting) == writers })
		if _, err := s.PeerReview(t.Context(), team, held.ID); err != nil {
			t.Errorf("%s: nothing can be read while others wait: %v", round, err)
		}
		end()
		all.Wait()
		eventually(t, "nobody waits any more", func() bool { return countIn(t, owner, waiting) == 0 })
	}
	pair.Thaw()
	for i := range writers {
		if replayed, err := proposed(t.Context(), s, fmt.Sprint("frozen ", i)); err != nil || !replayed {
			t.Errorf("with the standby back the key %d is replayed: %v, error %v", i, replayed, err)
		}
	}
	if n := countIn(t, owner, "SELECT count(*) FROM peer_reviews"); n != writers+1 {
		t.Errorf("there are %d challenges of %d", n, writers+1)
	}
}

// TestAWaitThatIsBrokenOffConfirmsNothing: PostgreSQL answers a statement whose wait
// for the standby was cancelled with success and a warning. The service hears it where the
// database tells others of errors alone.
func TestAWaitThatIsBrokenOffConfirmsNothing(t *testing.T) {
	t.Parallel()
	pair := pgtest.NewPair(t)
	owner := admin(t, pair.Primary.URL("postgres"))
	if err := execIn(t, owner, "ALTER DATABASE postgres SET client_min_messages = error"); err != nil {
		t.Fatal(err)
	}
	s := paired(t, pair, 4)
	proxy := pgtest.NewProxy(t, pair.Primary.URL("postgres"))
	remote, err := Open(t.Context(), Config{URL: proxy.URL(), Logger: testLog(), Clock: beginning})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = remote.Close() }()
	pair.Freeze()
	cancelled := func() error {
		return execIn(t, owner, "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
	}
	for how, c := range map[string]struct {
		store *Store
		broke func() error
	}{
		"cancelled": {s, cancelled},
		"terminated": {s, func() error {
			return execIn(t, owner, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
		}},
		"cut off": {remote, func() error {
			proxy.Cut()
			return cancelled()
		}},
	} {
		written := inBackground(func() error { _, err := proposed(t.Context(), c.store, how); return err })
		eventually(t, "the write waits for the standby", func() bool { return countIn(t, owner, waiting) == 1 })
		if err := c.broke(); err != nil {
			t.Fatal(err)
		}
		wantRefusal(t, <-written, programme.Unavailable, "unconfirmed")
		eventually(t, "nobody waits any more", func() bool { return countIn(t, owner, waiting) == 0 })
	}
	together := &trip{statements: []question{{text: "SELECT value FROM generation FOR UPDATE"}}} // which is in the log, as a reading is
	read := inBackground(func() error { return s.readTogether(t.Context(), team, together, func(*work) error { return nil }) })
	eventually(t, "what is one transaction by itself waits for the standby", func() bool { return countIn(t, owner, waiting) == 1 })
	if err := cancelled(); err != nil {
		t.Fatal(err)
	}
	wantRefusal(t, <-read, programme.Unavailable, "unconfirmed")
	pair.Thaw()
	for _, how := range []string{"cancelled", "terminated", "cut off"} {
		if replayed, err := proposed(t.Context(), s, how); err != nil || !replayed {
			t.Errorf("%s: repeated it is replayed: %v, error %v", how, replayed, err)
		}
	}
}

// TestACommitThatNeverArrivedIsUnconfirmedToo: the sender cannot know which it was.
func TestACommitThatNeverArrivedIsUnconfirmedToo(t *testing.T) {
	t.Parallel()
	url := urlOf(seeded(t))
	proxy := pgtest.NewProxy(t, url)
	s := open(t, proxy.URL())
	written := inBackground(func() error {
		return s.transact(context.WithoutCancel(t.Context()), func(ctx context.Context, _ *unit) error {
			_, err := s.CreatePeerReview(ctx, team, southern("lost on its way"))
			proxy.Hang()
			return err
		})
	})
	eventually(t, "the commit is on its way", func() bool { return proxy.Held() > 0 })
	proxy.Cut()
	wantRefusal(t, <-written, programme.Unavailable, "unconfirmed")
	proxy.Resume()
	if n := count(t, s, "SELECT count(*) FROM peer_reviews"); n != 0 {
		t.Errorf("%d challenges came from a commit that never arrived", n)
	}
}

// TestACommitThatIsRefusedIsNoDoubt: what the database has rolled back can be said
// to be so.
func TestACommitThatIsRefusedIsNoDoubt(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	owner := admin(t, urlOf(s))
	if err := execIn(t, owner, `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''not today'' USING ERRCODE = ''40001''; END';
		CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON peer_reviews DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()`); err != nil {
		t.Fatal(err)
	}
	_, err := s.CreatePeerReview(t.Context(), team, southern("refused as it commits"))
	wantRefusal(t, err, programme.Unavailable, "database_unavailable")
	err = s.transact(t.Context(), func(_ context.Context, u *unit) error {
		_ = u.tx.Exec("SELECT 1 / 0").Error // somebody forgets an error, and the transaction is lost
		return nil
	})
	wantRefusal(t, err, programme.Internal, "internal")
	gone, cancel := context.WithCancel(t.Context())
	err = s.transact(gone, func(context.Context, *unit) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a sender who has gone before the commit is told %v", err)
	}
	if e, ok := errors.AsType[*programme.Error](err); ok && e.Code == "unconfirmed" {
		t.Error("what was never sent is in doubt")
	}
}

// TestADeadConnectionCostsNoWrite: the pool holds what the database has closed.
func TestADeadConnectionCostsNoWrite(t *testing.T) {
	t.Parallel()
	proxy := pgtest.NewProxy(t, urlOf(seeded(t)))
	s := open(t, proxy.URL())
	planned(t, s, "first")
	planned(t, s, "just used, so that nobody asks whether the connection still lives")
	proxy.Cut()
	planned(t, s, "after the cut")
}

// TestFailOverUnderLoad: writers go on while the primary is lost and the standby
// takes over. What they were told stands is there, once.
func TestFailOverUnderLoad(t *testing.T) {
	t.Parallel()
	pair := pgtest.NewPair(t)
	s := paired(t, pair, 8)
	const writers, before, after = 4, 5, 5
	acknowledged := make([][]string, writers)
	var ready, all sync.WaitGroup
	ready.Add(writers)
	failed := make(chan struct{})
	for i := range writers {
		all.Go(func() {
			for n := 0; ; n++ {
				if n == before {
					ready.Done()
				}
				title := fmt.Sprint(i, " ", n)
				for {
					if _, err := proposed(t.Context(), s, title); err == nil {
						break
					}
				}
				acknowledged[i] = append(acknowledged[i], title)
				select {
				case <-failed:
					if n > before+after {
						return
					}
				default:
				}
			}
		})
	}
	ready.Wait()
	pair.Freeze()
	pair.FailOver(t)
	close(failed)
	all.Wait()
	for i := range acknowledged {
		for _, title := range acknowledged[i] {
			if n := heldAfterFailOver(t, s, title); n != 1 {
				t.Errorf("the acknowledged %q is there %d times", title, n)
			}
		}
	}
}

// heldAfterFailOver counts the challenges of the title. A connection that came while
// the standby took over may be told of a conflict with its recovery once: whoever asks
// for something then is answered 503 and asks again.
func heldAfterFailOver(t testing.TB, s *Store, title string) (n int) {
	t.Helper()
	for {
		err := refusal(s.sql.QueryRowContext(t.Context(), "SELECT count(*) FROM peer_reviews WHERE title = $1", title).Scan(&n))
		if err == nil {
			return n
		}
		if programme.KindOf(err) != programme.Unavailable {
			t.Fatal(err)
		}
	}
}

func countIn(t testing.TB, db *sql.DB, query string) (n int) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func execIn(t testing.TB, db *sql.DB, statement string) error {
	t.Helper()
	_, err := db.ExecContext(t.Context(), statement)
	return err
}
