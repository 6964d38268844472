package postgres

import (
	"context"
	"database/sql"
	"net/url"
	"os"
	"strings"
	"testing"

	"peerchallenge/pkg/postgres/pgtest"
)

const password = "0123456789abcdef!"

// loginOf answers the database's address for the user, with the password.
func loginOf(t testing.TB, address, user, secret string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword(user, secret)
	return u.String()
}

// statement runs one as the user of the pool.
func statement(t testing.TB, db *sql.DB, text string) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), text); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

// gone removes the user when the test ends, with what it was given.
func gone(t testing.TB, owner *sql.DB, user string) {
	t.Helper()
	t.Cleanup(func() {
		if _, err := owner.ExecContext(context.WithoutCancel(t.Context()), "DROP ROLE IF EXISTS "+user); err != nil {
			t.Error(err)
		}
	})
}

// TestTheServicesOwnUser is who serve logs in as: with the service's role from the
// first statement on, which nothing that a session can say takes away.
func TestTheServicesOwnUser(t *testing.T) {
	t.Parallel()
	owners := seeded(t)
	owner := admin(t, urlOf(owners))
	gone(t, owner, "api_own")
	for range 2 { // a second time does no harm
		if err := owners.AllowLogin(t.Context(), "api_own", password); err != nil {
			t.Fatal(err)
		}
	}
	address := loginOf(t, urlOf(owners), "api_own", password)
	s := open(t, address)
	if err := s.CheckUser(t.Context(), false); err != nil {
		t.Errorf("it is refused: %v", err)
	}
	planned(t, s, "by the service's own user")

	// As a pooler of transactions sees it: sessions in which nothing was set, and that
	// are told to forget between two transactions.
	plain := admin(t, address+"&default_query_exec_mode=simple_protocol")
	conn, err := plain.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	for _, forget := range []string{"SELECT 1", "RESET ROLE", "RESET SESSION AUTHORIZATION", "RESET ALL", "DISCARD ALL", "SET ROLE NONE; RESET ROLE"} {
		if _, err := conn.ExecContext(t.Context(), forget); err != nil {
			t.Fatalf("%s: %v", forget, err)
		}
		if role := roleOf(t, conn); role != serviceRole {
			t.Errorf("after %s it works as %s", forget, role)
		}
		var bound string
		if err := conn.QueryRowContext(t.Context(), "SHOW statement_timeout").Scan(&bound); err != nil || bound != "20s" {
			t.Errorf("after %s its statements are bounded by %s, %v", forget, bound, err)
		}
		var heard string
		if err := conn.QueryRowContext(t.Context(), "SHOW client_min_messages").Scan(&heard); err != nil || heard != "warning" {
			t.Errorf("after %s it hears what is %s, %v", forget, heard, err)
		}
	}
	// And where it gives up the role, it may do nothing at all.
	for _, c := range []string{"SET ROLE NONE; SELECT count(*) FROM boroughs", "SET ROLE postgres", "DROP TABLE feed", "ALTER TABLE audit_entries DISABLE TRIGGER ALL", "CREATE ROLE another"} {
		_, err := conn.ExecContext(t.Context(), c)
		wantNoPrivilege(t, c, err)
	}
}

// TestThePasswordOfTheServicesUser: PostgreSQL takes the one that was given last.
func TestThePasswordOfTheServicesUser(t *testing.T) {
	t.Parallel()
	server := pgtest.NewServer(t)
	if err := server.CreateDatabase(t.Context(), "kept"); err != nil {
		t.Fatal(err)
	}
	s := open(t, server.URL("kept"))
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	owner := admin(t, server.URL("kept"))
	var file string
	if err := owner.QueryRowContext(t.Context(), "SHOW hba_file").Scan(&file); err != nil {
		t.Fatal(err)
	}
	rules, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	// The private server asks nobody for a password. This user it does ask, on whatever way it comes.
	if err := os.WriteFile(file, append([]byte("local all api scram-sha-256\nhost all api all scram-sha-256\n"), rules...), 0o600); err != nil {
		t.Fatal(err)
	}
	statement(t, owner, "SELECT pg_reload_conf()")
	enters := func(secret string) error {
		db := admin(t, loginOf(t, server.URL("kept"), "api", secret))
		return db.PingContext(t.Context())
	}
	if err := s.AllowLogin(t.Context(), "api", password); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a wrong password is refused", func() bool {
		err := enters("wrong")
		return err != nil && strings.Contains(err.Error(), "password authentication failed")
	})
	if err := enters(password); err != nil {
		t.Errorf("the right one: %v", err)
	}
	if err := s.AllowLogin(t.Context(), "api", "another"+password); err != nil {
		t.Fatal(err)
	}
	if err := enters(password); err == nil {
		t.Error("the one before still opens")
	}
	if err := enters("another" + password); err != nil {
		t.Errorf("the new one: %v", err)
	}
}

// TestWhoMayNotBecomeTheServicesUser: with a weak password nobody, and nobody who
// may do more already.
func TestWhoMayNotBecomeTheServicesUser(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	for _, c := range []struct{ user, password, want string }{
		{"api_weak", "short", "has 5 characters, and needs 16"},
		{"api_weak", "", "has 0 characters"},
		{"api_weak", "passwörter-sind-lang", "ASCII only"},
		{"postgres", password, "name another one"},
	} {
		if err := s.AllowLogin(t.Context(), c.user, c.password); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s with %q: %v, want %s", c.user, c.password, err, c.want)
		}
	}
	if n := count(t, s, "SELECT count(*) FROM pg_roles WHERE rolname = 'api_weak'"); n != 0 {
		t.Error("it was made all the same")
	}
}

// TestWhomServeRefuses: users of the database who could undo what protects it, and
// those who work with another role than the service's.
func TestWhomServeRefuses(t *testing.T) {
	t.Parallel()
	owners := seeded(t)
	owner := admin(t, urlOf(owners))
	for _, c := range []struct {
		user  string
		given []string // beside the log-in
		want  string
	}{
		{"api_owner", []string{"ALTER TABLE feed OWNER TO api_owner", "GRANT " + serviceRole + " TO api_owner"}, "owns the database or its tables"},
		{"api_maker", []string{"ALTER ROLE api_maker CREATEROLE", "GRANT " + serviceRole + " TO api_maker"}, "is a superuser or may make roles"},
		{"api_stranger", nil, "works as api_stranger and not as " + serviceRole},
		{"api_other", []string{"GRANT pg_monitor, " + serviceRole + " TO api_other"}, ""},
	} {
		gone(t, owner, c.user)
		statement(t, owner, "CREATE ROLE "+c.user+" LOGIN")
		for _, g := range c.given {
			statement(t, owner, g)
		}
		err := open(t, loginOf(t, urlOf(owners), c.user, password)).CheckUser(t.Context(), false)
		if (c.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.user, err, c.want)
		}
	}
	statement(t, owner, "ALTER TABLE feed OWNER TO postgres") // so that the user can go

	if err := owners.CheckUser(t.Context(), false); err == nil || !strings.Contains(err.Error(), "postgres is a superuser") {
		t.Errorf("a superuser: %v", err)
	}
	if err := owners.CheckUser(t.Context(), true); err != nil {
		t.Errorf("a superuser in development: %v", err)
	}
}

// TestServeFindsOutAPooler: of two connections, one does not know what was set on
// the other. As the user's own role is the service's, nothing depends on that.
func TestServeFindsOutAPooler(t *testing.T) {
	t.Parallel()
	owners := seeded(t)
	owner := admin(t, urlOf(owners))
	gone(t, owner, "api_pooled")
	forget := func(s *Store) {
		conn, err := s.sql.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.ExecContext(t.Context(), "RESET ROLE"); err != nil {
			t.Fatal(err)
		}
		if err := conn.Close(); err != nil { // back into the pool
			t.Fatal(err)
		}
	}
	forget(owners)
	if err := owners.CheckUser(t.Context(), true); err == nil || !strings.Contains(err.Error(), "different roles") {
		t.Errorf("a role that was set: %v", err)
	}
	if err := owners.AllowLogin(t.Context(), "api_pooled", password); err != nil {
		t.Fatal(err)
	}
	own := open(t, loginOf(t, urlOf(owners), "api_pooled", password))
	forget(own)
	if err := own.CheckUser(t.Context(), false); err != nil {
		t.Errorf("a role of the user's own: %v", err)
	}
}
