package postgres

import (
	"context"
	"errors"
	"testing"

	"peerchallenge/pkg/postgres/pgtest"
	"peerchallenge/pkg/programme"
)

// renamedInTwo gives a challenge, which alter may spoil before it is written, another title in two
// round trips.
func renamedInTwo(ctx context.Context, s *Store, id, title string, alter func(w *work, row *programme.PeerReview)) error {
	var rows []programme.PeerReview
	first := &trip{}
	if err := rowsOf(first, s.gorm.WithContext(ctx), &rows, "id = $1 FOR UPDATE", id); err != nil {
		return err
	}
	return s.actBetween(ctx, team, first, func(w *work) error {
		row := &rows[0]
		was, err := rememberOf(row)
		if err != nil {
			return err
		}
		row.Title, row.Version = title, nextVersion(row.Version, w.now)
		alter(w, row)
		now, err := rememberOf(row)
		if err == nil && w.last != nil {
			err = saving(w.last, w.tx, row, now.said)
		} else if err == nil {
			err = saveAll(w.tx, row)
		}
		if err != nil {
			return err
		}
		return w.note(actionUpdate, row.Noun(), was, now)
	})
}

func asItIs(*work, *programme.PeerReview) {}

// TestWhatIsWrittenWithTheCommitStandsAsAWhole: the record, its entry in the audit and its place
// in the feed, or nothing of it. What the database refuses is no doubt, and its connection is good
// for the next.
func TestWhatIsWrittenWithTheCommitStandsAsAWhole(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	owner := admin(t, urlOf(s))
	held := planned(t, s, "planned")
	written := func() (n int) {
		return countIn(t, owner, "SELECT count(*) FROM audit_entries a JOIN feed f ON f.entry_id = a.id JOIN peer_reviews r ON a.key = r.id::text WHERE a.action = 'update' AND r.id = '"+held.ID+"' AND r.version = (a.after ->> 'Version')::bigint")
	}
	if err := renamedInTwo(t.Context(), s, held.ID, "another", asItIs); err != nil || written() != 1 {
		t.Fatalf("the change is written %d times, error %v", written(), err)
	}
	if err := execIn(t, owner, `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF NEW.title = ''late'' THEN RAISE ''not today'' USING ERRCODE = ''40001''; END IF; RETURN NULL; END';
		CREATE CONSTRAINT TRIGGER refuse AFTER UPDATE ON peer_reviews DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()`); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what, title string
		alter       func(w *work, row *programme.PeerReview)
		kind        programme.Kind
	}{
		{"a row that a constraint refuses", "for nobody", func(_ *work, row *programme.PeerReview) { row.Audience = programme.Audience{} }, programme.Internal},
		{"a row that is not there", "of nothing", func(_ *work, row *programme.PeerReview) { row.ID = newID() }, programme.Internal},
		{"what is refused as it commits", "late", asItIs, programme.Unavailable},
		{"a transaction of which somebody forgot an error", "lost", func(w *work, _ *programme.PeerReview) { _ = w.tx.Exec("SELECT 1 / 0").Error }, programme.Internal},
	} {
		entries := countIn(t, owner, "SELECT count(*) FROM audit_entries")
		e, is := errors.AsType[*programme.Error](renamedInTwo(t.Context(), s, held.ID, c.title, c.alter))
		if !is || e.Kind != c.kind || e.Code == programme.CodeUnconfirmed {
			t.Errorf("%s: the error is %v", c.what, e)
		}
		if n := countIn(t, owner, "SELECT count(*) FROM audit_entries"); n != entries || written() != 1 {
			t.Errorf("%s: the audit has %d entries more, and the record stands as %d says", c.what, n-entries, written())
		}
		if err := renamedInTwo(t.Context(), s, held.ID, "after "+c.what, asItIs); err != nil || written() != 1 {
			t.Errorf("after %s: %v", c.what, err)
		}
	}
	gone, cancel := context.WithCancel(t.Context())
	if err := renamedInTwo(gone, s, held.ID, "gone", func(*work, *programme.PeerReview) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Errorf("a sender who has gone before the commit is told %v", err)
	}
	err := s.transact(t.Context(), func(ctx context.Context, _ *unit) error {
		if err := renamedInTwo(ctx, s, held.ID, "within", asItIs); err != nil {
			return err
		}
		return errDry
	})
	if !errors.Is(err, errDry) || countIn(t, owner, "SELECT count(*) FROM peer_reviews WHERE title = 'within'") != 0 {
		t.Errorf("in another's transaction it is committed before that, or the error is %v", err)
	}
}

// TestWhatIsWrittenWithTheCommitIsInDoubtAsAnyCommit: when its wait is broken off, and when the
// connection is.
func TestWhatIsWrittenWithTheCommitIsInDoubtAsAnyCommit(t *testing.T) {
	t.Parallel()
	pair := pgtest.NewPair(t)
	s := paired(t, pair, 4)
	owner := admin(t, pair.Primary.URL("postgres"))
	held := planned(t, s, "planned")
	pair.Freeze()
	waits := inBackground(func() error { return renamedInTwo(t.Context(), s, held.ID, "waits", asItIs) })
	eventually(t, "the write waits for the standby", func() bool { return countIn(t, owner, waiting) == 1 })
	if err := execIn(t, owner, "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"); err != nil {
		t.Fatal(err)
	}
	wantRefusal(t, <-waits, programme.Unavailable, "unconfirmed")
	pair.Thaw()

	proxy := pgtest.NewProxy(t, pair.Primary.URL("postgres"))
	remote := open(t, proxy.URL())
	if err := renamedInTwo(t.Context(), remote, held.ID, "over the line", asItIs); err != nil {
		t.Fatal(err)
	}
	lost := inBackground(func() error {
		return renamedInTwo(t.Context(), remote, held.ID, "lost", func(*work, *programme.PeerReview) { proxy.Hang() })
	})
	eventually(t, "the commit is on its way", func() bool { return proxy.Held() > 0 })
	proxy.Cut()
	wantRefusal(t, <-lost, programme.Unavailable, "unconfirmed")
	proxy.Resume()
	if err := renamedInTwo(t.Context(), remote, held.ID, "found", asItIs); err != nil {
		t.Errorf("a connection that was lost in the pool costs the next write: %v", err)
	}
	if n := countIn(t, owner, "SELECT count(*) FROM audit_entries WHERE action = 'update' AND noun = 'peer-review'"); n != 3 {
		t.Errorf("%d changes are in the audit, of the one that waited, the one over the line and the last", n)
	}
}
