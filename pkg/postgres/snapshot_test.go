package postgres

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/postgres/pgtest"
	"peerchallenge/pkg/programme"
)

// urlOf answers where a store's database is.
func urlOf(s *Store) string { return s.config.ConnString() }

func TestMigrate(t *testing.T) {
	t.Parallel()
	server := pgtest.NewServer(t)
	ctx := t.Context()
	if err := server.CreateDatabase(ctx, "empty"); err != nil {
		t.Fatal(err)
	}
	s, other := open(t, server.URL("empty")), open(t, server.URL("empty"))
	wantRefusal(t, s.Ready(ctx), programme.Unavailable, "not_ready")
	var wg sync.WaitGroup
	for _, store := range []*Store{s, other} {
		wg.Go(func() {
			if err := store.Migrate(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if err := s.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is ready", func() bool { return s.Ready(ctx) == nil })
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	wantRefusal(t, s.Ready(ctx), programme.Unavailable, "database_unavailable")
	_, err := s.CreatePriority(ctx, team, programme.Priority{Name: "Nowhere", ValidFrom: "2025-04-01"})
	wantRefusal(t, err, programme.Unavailable, "database_unavailable")
	_, err = Open(ctx, Config{URL: server.URL("empty"), Logger: testLog()})
	wantRefusal(t, err, programme.Unavailable, "database_unavailable")
}

// TestASleeperAsksAgain: who was halted for longer than a snapshot is good has its
// snapshot confirmed by the first call, and refuses only where the database is away.
func TestASleeperAsksAgain(t *testing.T) {
	t.Parallel()
	server := pgtest.NewServer(t)
	if err := server.CreateDatabase(t.Context(), "sleeping"); err != nil {
		t.Fatal(err)
	}
	s := open(t, server.URL("sleeping"))
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	snapshotOf(t, s)
	eventually(t, "it listens", s.listening.Load)
	sleep := func() { s.confirmed.Store(-int64(time.Hour)) }
	sleep()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := s.Snapshot(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if s.stale() {
		t.Error("it was served and not confirmed")
	}
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	sleep()
	_, err := s.Snapshot(t.Context())
	wantRefusal(t, err, programme.Unavailable, "database_unavailable")
	eventually(t, "it hears nothing", func() bool { return !s.listening.Load() })
	_, err = s.Snapshot(t.Context())
	wantRefusal(t, err, programme.Unavailable, "database_unavailable")
}

func TestEverythingIsCommented(t *testing.T) {
	t.Parallel()
	s := open(t, pgtest.Database(t))
	if n := count(t, s, `SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
		WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relname <> 'goose_db_version'
		AND (obj_description(c.oid) IS NULL OR col_description(c.oid, a.attnum) IS NULL)`); n != 0 {
		t.Fatalf("%d tables or columns have no comment", n)
	}
}

func TestSnapshotIsOrdered(t *testing.T) {
	t.Parallel()
	s, ctx := seeded(t), t.Context()
	for _, code := range []string{"2024-25-Q4", "2024-25", "2024-25-Q1"} {
		p, err := benchmark.ParsePeriod(code)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.CreatePeriod(ctx, team, p); err != nil {
			t.Fatal(err)
		}
	}
	for _, code := range []string{"A_B", "AB", "A0"} { // a dictionary would ignore the stroke
		if _, err := s.CreateIndicator(ctx, team, percentage(code)); err != nil {
			t.Fatal(err)
		}
	}
	snapshot := snapshotOf(t, s)
	periods := namesOf(snapshot.Periods, func(p benchmark.Period) string { return p.Code })
	if want := []string{"2023-24", "2024-25-Q1", "2024-25", "2024-25-Q4"}; !slices.Equal(periods, want) {
		t.Errorf("periods are %v, want %v", periods, want)
	}
	for name, keys := range map[string][]string{
		"priorities":  namesOf(snapshot.Priorities, func(p programme.Priority) string { return p.ID }),
		"sub-regions": namesOf(snapshot.SubRegions, func(r programme.SubRegion) string { return r.Slug }),
		"memberships": namesOf(snapshot.Memberships, func(m programme.Membership) string { return m.ID }),
		"boroughs":    namesOf(snapshot.Boroughs, func(b programme.Borough) string { return b.Code }),
		"authorities": namesOf(snapshot.Authorities, func(a programme.Authority) string { return a.Code }),
		"indicators":  namesOf(snapshot.Indicators, func(i benchmark.Indicator) string { return i.Code }),
		"revisions":   namesOf(snapshot.Revisions, func(i benchmark.Indicator) string { return fmt.Sprint(i.Code, " ", i.Revision) }),
	} {
		if len(keys) == 0 || !slices.IsSorted(keys) {
			t.Errorf("%s are not in order: %v", name, keys)
		}
	}
}

func TestStoresSeeEachOther(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	other := open(t, urlOf(s))
	snapshotOf(t, other)
	for i := range 3 {
		name := fmt.Sprintf("Priority %d", i)
		if _, err := s.CreatePriority(t.Context(), team, programme.Priority{Name: name, ValidFrom: "2025-04-01"}); err != nil {
			t.Fatal(err)
		}
		if named(t, s, name) != 1 {
			t.Fatal("the writer does not see its own write")
		}
		eventually(t, "the other store sees the write", func() bool { return named(t, other, name) == 1 })
	}
	importFile(t, inAutumn(other), "a", "", smallFile())
	eventually(t, "the first store sees the other's figures", func() bool { return snapshotOf(t, s).Data.Len() == 3 })
}

func TestLostConnectionsAreReplaced(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	other := open(t, urlOf(s))
	snapshotOf(t, other)
	db := admin(t, urlOf(s))
	listeners := func() (n int) {
		if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query = 'SELECT value FROM generation'").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	eventually(t, "both stores listen", func() bool { return listeners() >= 2 })
	if _, err := db.ExecContext(t.Context(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a write succeeds again", func() bool {
		_, err := s.CreatePriority(t.Context(), team, programme.Priority{Name: "After", ValidFrom: "2025-04-01"})
		return err == nil
	})
	eventually(t, "the other store hears again", func() bool { return named(t, other, "After") == 1 })
}

func TestManyWriters(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	other := open(t, urlOf(s))
	var wg sync.WaitGroup
	for i := range 20 {
		store := []*Store{s, other}[i%2]
		wg.Go(func() {
			name := fmt.Sprintf("Many %02d", i)
			if _, err := store.CreatePriority(t.Context(), team, programme.Priority{Name: name, ValidFrom: "2025-04-01"}); err != nil {
				t.Error(err)
				return
			}
			if named(t, store, name) != 1 {
				t.Errorf("the writer of %s does not see it", name)
			}
		})
	}
	wg.Wait()
	eventually(t, "both hold the same", func() bool { return snapshotOf(t, s).Generation == snapshotOf(t, other).Generation })
}

func TestUnconfirmedSnapshotIsRefused(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	snapshotOf(t, s)
	// As though the database had been silent for a minute: nobody watches, and
	// the last confirmation is that long ago.
	s.stop()
	s.watcher.Wait()
	s.started = s.started.Add(-time.Minute)
	_, err := s.Snapshot(t.Context())
	wantRefusal(t, err, programme.Unavailable, "database_unavailable")
	wantRefusal(t, s.Ready(t.Context()), programme.Unavailable, "database_unavailable")

	conn, err := pgx.Connect(t.Context(), urlOf(s))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	if err := s.follow(t.Context(), conn); err != nil {
		t.Fatal(err)
	}
	snapshotOf(t, s)
}

// TestNoSnapshotWithoutOnesOwnWrite: a write stands although the process could not read
// it back. Until it can, it has no snapshot rather than one that lacks the write.
func TestNoSnapshotWithoutOnesOwnWrite(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	was := snapshotOf(t, s)
	owner := admin(t, urlOf(s))
	does := func(statement string) {
		t.Helper()
		if _, err := owner.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	does("REVOKE SELECT ON neighbours FROM peerchallenge_service") // what a write does not read, and a snapshot does
	if _, err := s.CreatePriority(t.Context(), team, programme.Priority{Name: "Own", ValidFrom: "2025-04-01"}); err != nil {
		t.Fatal(err)
	}
	_, err := s.Snapshot(t.Context())
	wantRefusal(t, err, programme.Unavailable, "database_unavailable")
	does("GRANT SELECT ON neighbours TO peerchallenge_service")
	if now := snapshotOf(t, s); now.Generation == was.Generation || named(t, s, "Own") != 1 {
		t.Error("there is a snapshot without the write")
	}

	// A database that has lost the write owes it to nobody.
	last := snapshotOf(t, s)
	s.owe(last.Generation + 1)
	for range 2 {
		if now := snapshotOf(t, s); now.Generation != last.Generation {
			t.Errorf("generation %d, want %d", now.Generation, last.Generation)
		}
	}
	if s.owed.Load() != 0 {
		t.Error("what is lost is looked for with every read")
	}
}

// TestADatabaseThatWentBackIsReadAnew: a restored copy, or a replica that lacks the
// last transactions.
func TestADatabaseThatWentBackIsReadAnew(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	was := snapshotOf(t, s)
	if _, err := s.sql.ExecContext(t.Context(), `RESET ROLE; ALTER TABLE boroughs DISABLE TRIGGER note_change;
		UPDATE boroughs SET name = 'As it was restored' WHERE code = 'E09000022';
		UPDATE generation SET value = value - 1;
		SELECT pg_notify('peerchallenge_changed', '')`); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the restored state is read", func() bool { return snapshotOf(t, s).Borough("E09000022").Name == "As it was restored" })
	if now := snapshotOf(t, s); now.Generation != was.Generation-1 {
		t.Errorf("generation %d after %d", now.Generation, was.Generation)
	}
}

// TestAKeyThatIsTakenAgainIsAnotherThing: the version of what was deleted does not
// open what took its place.
func TestAKeyThatIsTakenAgainIsAnotherThing(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	s.clock = time.Now
	spare := programme.SubRegion{Slug: "spare", Name: "Spare"}
	first, err := s.CreateSubRegion(t.Context(), team, spare)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteSubRegion(t.Context(), team, "spare", first.Version); err != nil {
		t.Fatal(err)
	}
	if _, err := s.CreateSubRegion(t.Context(), team, spare); err != nil {
		t.Fatal(err)
	}
	wantRefusal(t, s.DeleteSubRegion(t.Context(), team, "spare", first.Version), programme.Stale, "stale")
}

// TestALostVersionOpensNothing: a database that has lost a change, as by a fail-over,
// gives its version to no other state. Who has read the lost one overwrites nothing.
func TestALostVersionOpensNothing(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	s.clock = time.Now
	owner := admin(t, urlOf(s))
	loses := func(table string, version int64, key string) {
		t.Helper()
		if _, err := owner.ExecContext(t.Context(), "UPDATE "+table+" SET version = $1 WHERE $2 IN (to_jsonb("+table+")->>'id', to_jsonb("+table+")->>'slug')", version, key); err != nil {
			t.Fatal(err)
		}
	}
	challenge := planned(t, s, "Kept")
	lost := retitled(t, s, challenge, "Lost")
	loses("peer_reviews", challenge.Version, challenge.ID)
	retitled(t, s, challenge, "Since")
	_, err := s.UpdatePeerReview(t.Context(), team, challenge.ID, lost.Version, func(c *programme.PeerReview) error { c.Title = "Unseen"; return nil })
	wantRefusal(t, err, programme.Stale, "stale")

	called := func(version int64, name string) programme.SubRegion {
		t.Helper()
		r, err := s.UpdateSubRegion(t.Context(), team, "south", version, func(r *programme.SubRegion) error { r.Name = name; return nil })
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	region := called(snapshotOf(t, s).SubRegion("south").Version, "Kept")
	gone := called(region.Version, "Lost")
	loses("sub_regions", region.Version, "south")
	called(region.Version, "Since")
	_, err = s.UpdateSubRegion(t.Context(), team, "south", gone.Version, func(r *programme.SubRegion) error { r.Name = "Unseen"; return nil })
	wantRefusal(t, err, programme.Stale, "stale")

	described := func(version int64, name string) programme.Programme {
		t.Helper()
		p, err := s.UpdateProgramme(t.Context(), team, version, func(p *programme.Programme) error { p.Name = name; return nil })
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	present := described(snapshotOf(t, s).Programme.Version, "Kept")
	missing := described(present.Version, "Lost")
	loses("programmes", present.Version, "1")
	described(present.Version, "Since")
	_, err = s.UpdateProgramme(t.Context(), team, missing.Version, func(p *programme.Programme) error { p.Name = "Unseen"; return nil })
	wantRefusal(t, err, programme.Stale, "stale")
}

func TestSchemaRefusesSecondRow(t *testing.T) {
	t.Parallel()
	s := open(t, pgtest.Database(t))
	if _, err := s.sql.ExecContext(t.Context(), "INSERT INTO generation VALUES (7)"); err == nil {
		t.Fatal("there can be two generations")
	}
}
