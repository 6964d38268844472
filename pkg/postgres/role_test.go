package postgres

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"

	"peerchallenge/pkg/postgres/pgtest"
	"peerchallenge/pkg/programme"
)

// wantNoPrivilege fails unless PostgreSQL itself has refused.
func wantNoPrivilege(t testing.TB, what string, err error) {
	t.Helper()
	var pg *pgconn.PgError
	if !errors.As(err, &pg) || pg.Code != stateNoPrivilege {
		t.Errorf("%s: error %v, want SQLSTATE %s", what, err, stateNoPrivilege)
	}
}

// revisions are all the ways to change what the audit and the feed say.
var revisions = map[string]string{
	"change an entry":      "UPDATE audit_entries SET subject = 'nobody'",
	"delete entries":       "DELETE FROM audit_entries",
	"delete no entry even": "DELETE FROM audit_entries WHERE false",
	"empty the audit":      "TRUNCATE audit_entries",
	"move in the feed":     "UPDATE feed SET place = place + 1",
	"delete of the feed":   "DELETE FROM feed",
	"empty the feed":       "TRUNCATE feed",
	"let others hear":      "UPDATE feed_heard SET name = 'reporting'",
	"let nobody hear":      "DELETE FROM feed_heard",
	"empty who hears":      "TRUNCATE feed_heard",
}

// TestTheServiceOnlyAddsToTheAudit: PostgreSQL refuses everything else to the
// connections that the service works with.
func TestTheServiceOnlyAddsToTheAudit(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	planned(t, s, "noted")
	for what, statement := range revisions {
		_, err := s.sql.ExecContext(t.Context(), statement)
		wantNoPrivilege(t, what, err)
	}
	for what, statement := range map[string]string{
		"write the feed":          "INSERT INTO feed (place, noun, entry_id) SELECT 1, 'x', min(id) FROM audit_entries",
		"turn the place":          "SELECT setval('feed_places', 1)",
		"take a place":            "SELECT nextval('feed_places')",
		"change the cursors' key": "UPDATE cursor_keys SET key = sha256('known')",
		"add a cursors' key":      "INSERT INTO cursor_keys (key) VALUES (sha256('known'))",
		"forget the cursors' key": "DELETE FROM cursor_keys",
		"say that it is migrated": "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99, true)",
		"drop the triggers":       "ALTER TABLE audit_entries DISABLE TRIGGER ALL",
		"drop the audit":          "DROP TABLE audit_entries CASCADE",
	} {
		_, err := s.sql.ExecContext(t.Context(), statement)
		wantNoPrivilege(t, what, err)
	}
	before := count(t, s, "SELECT count(*) FROM feed")
	planned(t, s, "noted too")
	if n := count(t, s, "SELECT count(*) FROM feed"); n != before+1 {
		t.Errorf("%d places follow %d", n, before)
	}
}

// TestTheOwnerOnlyAddsToTheAudit: the triggers refuse what privileges allow.
func TestTheOwnerOnlyAddsToTheAudit(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	planned(t, s, "noted")
	owner := admin(t, urlOf(s))
	for what, statement := range revisions {
		_, err := owner.ExecContext(t.Context(), statement)
		wantNoPrivilege(t, what, err)
		if err != nil && !strings.Contains(err.Error(), "the audit is only ever added to") {
			t.Errorf("%s: %v is not the trigger's refusal", what, err)
		}
	}
}

// TestTheFeedCannotBeMisled: what writes the feed does so with the owner's
// privileges, and must not be turned to anything else.
func TestTheFeedCannotBeMisled(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	start := lastChange(t, s)
	err := s.transact(t.Context(), func(ctx context.Context, u *unit) error {
		if err := u.tx.Exec("CREATE TEMPORARY TABLE feed (place bigint, noun text, entry_id bigint) ON COMMIT DROP").Error; err != nil {
			return err
		}
		_, err := s.CreatePeerReview(ctx, team, southern("told all the same"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if items, _ := changesAfter(t, s, team, nil, start, 10); len(items) != 1 {
		t.Errorf("the feed tells %v", items)
	}
	err = s.gorm.WithContext(t.Context()).Connection(func(tx *gorm.DB) error {
		if err := tx.Exec("CREATE TEMPORARY TABLE own (id bigint)").Error; err != nil {
			return err
		}
		return tx.Exec("CREATE TRIGGER own AFTER INSERT ON own FOR EACH ROW EXECUTE FUNCTION append_to_feed()").Error
	})
	wantNoPrivilege(t, "use the feed's function", err)
}

// roleOf answers the role of a connection.
func roleOf(t testing.TB, conn interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
},
) (role string) {
	t.Helper()
	if err := conn.QueryRowContext(t.Context(), "SELECT current_user").Scan(&role); err != nil {
		t.Fatal(err)
	}
	return role
}

// TestEveryConnectionHasTheServicesRole: also those that were made before the
// migration brought the role.
func TestEveryConnectionHasTheServicesRole(t *testing.T) {
	t.Parallel()
	server := pgtest.NewServer(t)
	if err := server.CreateDatabase(t.Context(), "empty"); err != nil {
		t.Fatal(err)
	}
	s := open(t, server.URL("empty"))
	early, err := s.sql.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if role := roleOf(t, early); role == serviceRole {
		t.Fatal("the role is there before the migration, so this test shows nothing")
	}
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := early.Close(); err != nil { // back into the pool
		t.Fatal(err)
	}
	for range s.sql.Stats().MaxOpenConnections {
		conn, err := s.sql.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		if role := roleOf(t, conn); role != serviceRole {
			t.Errorf("a connection works as %s", role)
		}
	}
}

// login makes a user who may do what the service's role may and nothing else, and
// that only after taking the role. It answers the database's address for them.
func login(t testing.TB, owner *sql.DB, address, name string) string {
	t.Helper()
	for _, statement := range []string{"CREATE ROLE " + name + " LOGIN NOINHERIT PASSWORD 'secret'", "GRANT " + serviceRole + " TO " + name} {
		if _, err := owner.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		if _, err := owner.ExecContext(context.WithoutCancel(t.Context()), "DROP ROLE "+name); err != nil {
			t.Error(err)
		}
	})
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword(name, "secret")
	return u.String()
}

// TestTheServicesUserServes: a user who is a member of the service's role and
// nothing else reads, writes, imports and watches. As the user inherits nothing,
// every connection must have taken the role, the watcher's too.
func TestTheServicesUserServes(t *testing.T) {
	t.Parallel()
	owners := seeded(t)
	s := open(t, login(t, admin(t, urlOf(owners)), urlOf(owners), "serving"))
	eventually(t, "it is ready", func() bool { return s.Ready(t.Context()) == nil })
	planned(t, s, "by the service")
	if _, err := s.CreatePriority(t.Context(), team, programme.Priority{Name: "Served", ValidFrom: "2025-04-01"}); err != nil {
		t.Fatal(err)
	}
	importFile(t, inAutumn(s), "a", "", smallFile())
	if err := s.AddSigningKey(t.Context(), programme.SigningKey{ID: "k", Algorithm: "EdDSA", PKCS8: []byte("x"), CreatedAt: beginning()}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.PurgeIdempotencyKeys(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := owners.CreatePriority(t.Context(), team, programme.Priority{Name: "Heard of", ValidFrom: "2025-04-01"}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the watcher hears of another's write", func() bool {
		for _, p := range snapshotOf(t, s).Priorities {
			if p.Name == "Heard of" {
				return true
			}
		}
		return false
	})
}

// TestTheServicesUserDoesNotMigrate: it is told so, and nothing is half done.
func TestTheServicesUserDoesNotMigrate(t *testing.T) {
	t.Parallel()
	owners := seeded(t)
	owner := admin(t, urlOf(owners))
	s := open(t, login(t, owner, urlOf(owners), "migrating"))
	if _, err := owner.ExecContext(t.Context(), "ALTER ROLE migrating INHERIT"); err != nil {
		t.Fatal(err)
	}
	if err := s.Migrate(t.Context()); err != nil {
		t.Errorf("where there is nothing to migrate: %v", err)
	}
	// As if this program knew a migration that the database has not had.
	if _, err := owner.ExecContext(t.Context(), "DELETE FROM goose_db_version WHERE version_id >= 2"); err != nil {
		t.Fatal(err)
	}
	err := s.Migrate(t.Context())
	wantRefusal(t, err, programme.Forbidden, "not_owner")
	wantRefusal(t, s.Ready(t.Context()), programme.Unavailable, "not_ready")
}

// TestMigrationStopped: who stops it is told just that, and not what else could not
// be done because of it.
func TestMigrationStopped(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	other := admin(t, urlOf(s))
	tx, err := other.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(t.Context(), "LOCK TABLE goose_db_version"); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Migrate(ctx) }()
	eventually(t, "the migration waits", func() bool {
		var waits bool
		err := tx.QueryRowContext(t.Context(), "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'goose_db_version'::regclass)").Scan(&waits)
		return err == nil && waits
	})
	stop()
	if err := <-done; err == nil || err.Error() != context.Canceled.Error() {
		t.Errorf("stopped, it says %v", err)
	}
}
