package pgtest

import (
	"context"
	"errors"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"peerchallenge/pkg/postgres/local"
)

// Pair is a PostgreSQL and its standby, without which it confirms no commit where
// its setting synchronous_standby_names says so, as it does at first.
type Pair struct {
	Primary, Standby *local.Server
	Line             *Proxy // over which the standby follows the primary
}

// NewPair answers a primary and its synchronous standby, with nothing prepared.
// Both are removed when the test ends.
func NewPair(t testing.TB) *Pair {
	t.Helper()
	p := &Pair{Primary: startServer(t, local.Config{Replicated: true})}
	p.Line = NewProxy(t, p.Primary.URL("postgres"))
	p.Standby = startServer(t, local.Config{Source: &local.Source{Server: p.Primary, URL: p.Line.URL()}})
	p.Synchronous(t, "*")
	return p
}

// startServer starts a server for the test in a new directory.
func startServer(t testing.TB, cfg local.Config) *local.Server {
	t.Helper()
	server, err := newServer(context.WithoutCancel(t.Context()), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Errorf("the test's PostgreSQL did not stop in order: %v", err)
		}
	})
	return server
}

// URL answers the address of a database for clients that find the one of the two
// that takes writes.
func (p *Pair) URL(t testing.TB, database string) string {
	t.Helper()
	host, port := hostAndPort(t, p.Primary.URL(database))
	otherHost, otherPort := hostAndPort(t, p.Standby.URL(database))
	u, err := url.Parse(p.Primary.URL(database))
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	query.Set("host", host+","+otherHost)
	query.Set("port", port+","+otherPort)
	query.Set("target_session_attrs", "read-write")
	u.Host, u.RawQuery = "", query.Encode()
	return u.String()
}

// Synchronous sets the primary's synchronous_standby_names: "*" for the standby,
// empty for none. It returns when that holds: with a standby, when it confirms.
func (p *Pair) Synchronous(t testing.TB, names string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), p.Primary.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	for _, statement := range []string{"ALTER SYSTEM SET synchronous_standby_names = '" + names + "'", "SELECT pg_reload_conf()"} {
		if _, err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	await(t, "the standby's part in commits is not what it should be", func() (bool, error) {
		var set string
		var confirming int
		err := conn.QueryRow(t.Context(), "SELECT current_setting('synchronous_standby_names'), (SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync')").Scan(&set, &confirming)
		return set == names && (names == "" || confirming == 1), err
	})
}

// Freeze lets the standby hear and say nothing more, as one whose machine hangs:
// commits that need it wait.
func (p *Pair) Freeze() { p.Line.Hang() }

// Thaw lets the standby hear what it has missed.
func (p *Pair) Thaw() { p.Line.Resume() }

// FailOver loses the primary as a power cut would, and makes the standby the
// primary, of what it has received. Nobody has to confirm its commits.
func (p *Pair) FailOver(t testing.TB) {
	t.Helper()
	p.Line.Cut()
	if err := p.Primary.Crash(); err != nil {
		t.Fatal(err)
	}
	p.Thaw()
	if err := p.Standby.Promote(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.Primary, p.Standby = p.Standby, p.Primary
	p.Synchronous(t, "")
}

// Rejoin lets the old primary come back as the standby of the new one, which waits
// for it from then on.
func (p *Pair) Rejoin(t testing.TB) {
	t.Helper()
	p.Line = NewProxy(t, p.Primary.URL("postgres"))
	if err := p.Standby.Follow(t.Context(), local.Source{Server: p.Primary, URL: p.Line.URL()}); err != nil {
		t.Fatal(err)
	}
	p.Synchronous(t, "*")
}

func await(t testing.TB, otherwise string, holds func() (bool, error)) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		held, err := holds()
		if err != nil {
			t.Fatal(err)
		}
		if held {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(otherwise)
		}
	}
}

func newServer(ctx context.Context, cfg local.Config) (*local.Server, error) {
	dir, err := os.MkdirTemp(folder(), "peerchallenge-test-")
	if err != nil {
		return nil, err
	}
	cfg.Dir, cfg.Throwaway = dir, true
	server, err := local.Start(ctx, cfg)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return server, nil
}
