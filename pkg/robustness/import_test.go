//go:build unix

package robustness

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"peerchallenge/pkg/postgres/pgtest"
)

// loaded is a database with London in it, on a PostgreSQL of its own, and the program
// that imports into it.
type loaded struct {
	t            *testing.T
	program, url string
}

func newLoaded(t *testing.T) loaded {
	t.Helper()
	program, err := service()
	if err != nil {
		t.Fatal(err)
	}
	server := pgtest.NewServer(t)
	if err := server.CreateDatabase(t.Context(), databaseName); err != nil {
		t.Fatal(err)
	}
	l := loaded{t, program, server.URL(databaseName)}
	command(t, program, l.url, "migrate")
	command(t, program, l.url, "import", "london")
	return l
}

// file is one of published figures: so many of 1,000 referrals of 2025-26 were repeated
// in each borough of London.
func (l loaded) file(name string, repeated int) string {
	l.t.Helper()
	text := "time_period,time_identifier,geographic_level,country_code,region_code,new_la_code,referral_count,rereferral_count,rereferral_percent," +
		"no_further_action_count,no_further_action_percent,not_in_need_count,not_in_need_percent\n"
	for borough := 2; borough <= 33; borough++ {
		text += fmt.Sprintf("2026,Reporting year,Local authority,E92000001,E13000001,E09%06d,1000,%d,%v,100,10,100,10\n", borough, repeated, float64(repeated)/10)
	}
	path := filepath.Join(l.t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		l.t.Fatal(err)
	}
	return path
}

// importing is an import that is going on.
type importing struct {
	cmd  *exec.Cmd
	said *bytes.Buffer
}

func (l loaded) begin(path, published string) importing {
	l.t.Helper()
	i := importing{exec.Command(l.program, "import", "dfe", "--published", published, "--acknowledge", "Made up", path), &bytes.Buffer{}}
	i.cmd.Env, i.cmd.Stdout, i.cmd.Stderr = settings(l.url), i.said, i.said
	if err := i.cmd.Start(); err != nil {
		l.t.Fatal(err)
	}
	return i
}

// done fails the test unless the import comes to its end and says this.
func (l loaded) done(i importing, wants ...string) {
	l.t.Helper()
	if err := i.cmd.Wait(); err != nil {
		l.t.Fatalf("%v: %s", err, i.said)
	}
	for _, want := range wants {
		if !strings.Contains(i.said.String(), want) {
			l.t.Errorf("it says %q, and not %q", i.said, want)
		}
	}
}

func (l loaded) connect() *pgx.Conn {
	l.t.Helper()
	conn, err := pgx.Connect(l.t.Context(), l.url)
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(l.t.Context())) })
	return conn
}

// held keeps every import from letting its figures stand, when it has written all that
// comes before, until release is called or the connection is lost.
func (l loaded) held() (release func()) {
	l.t.Helper()
	conn := l.connect()
	for _, statement := range []string{"BEGIN", "LOCK TABLE observations IN SHARE MODE"} {
		if _, err := conn.Exec(l.t.Context(), statement); err != nil {
			l.t.Fatal(err)
		}
	}
	return func() { _ = conn.Close(context.WithoutCancel(l.t.Context())) }
}

// waiting answers the sessions of PostgreSQL that wait for a lock, as soon as there are
// so many.
func (l loaded) waiting(n int) (sessions []int) {
	l.t.Helper()
	conn := l.connect()
	until(l.t, "the imports do not come to the middle", func() bool {
		rows, err := conn.Query(l.t.Context(), "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
		if err != nil {
			l.t.Fatal(err)
		}
		if sessions, err = pgx.CollectRows(rows, pgx.RowTo[int]); err != nil {
			l.t.Fatal(err)
		}
		return len(sessions) == n
	})
	return sessions
}

// everything is what each table holds, as a digest.
func (l loaded) everything() map[string]string {
	l.t.Helper()
	ctx, conn := l.t.Context(), l.connect()
	rows, err := conn.Query(ctx, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'")
	if err != nil {
		l.t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		l.t.Fatal(err)
	}
	found := map[string]string{}
	for _, table := range tables {
		var digest string
		if err := conn.QueryRow(ctx, "SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, '' ORDER BY t::text)), '') FROM "+pgx.Identifier{table}.Sanitize()+" t").Scan(&digest); err != nil {
			l.t.Fatal(err)
		}
		found[table] = digest
	}
	return found
}

// lambeth is the share of Lambeth's referrals of 2025-26 that stands.
func (l loaded) lambeth() (value float64) {
	l.t.Helper()
	err := l.connect().QueryRow(l.t.Context(), "SELECT value FROM observations WHERE (indicator_code, period_code, geography_code) = ('REREF_PCT', '2025-26', 'E09000022')").Scan(&value)
	if err != nil {
		l.t.Fatal(err)
	}
	return value
}

// TestAnImportThatIsKilledLeavesNothing: whether the importing process is killed, or its
// session of PostgreSQL, with which all others end, and the process too. Everything stands as
// before, and the same import succeeds.
func TestAnImportThatIsKilledLeavesNothing(t *testing.T) {
	l := newLoaded(t)
	for i, c := range []struct {
		name    string
		session bool // whether PostgreSQL's is killed as well
	}{{"the process", false}, {"its session of PostgreSQL, and the process", true}} {
		t.Run(c.name, func(t *testing.T) {
			l.t = t
			repeated := 200 + 10*i
			file, day := l.file("c1.csv", repeated), "2026-06-0"+strconv.Itoa(i+1)
			before := l.everything()
			release := l.held()
			killed := l.begin(file, day)
			session := l.waiting(1)[0]
			if c.session {
				process, err := os.FindProcess(session)
				if err == nil {
					err = process.Kill()
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if err := killed.cmd.Process.Kill(); err != nil && !c.session { // it may have given up already
				t.Fatal(err)
			}
			if err := killed.cmd.Wait(); err == nil {
				t.Fatalf("the import has come to its end: %s", killed.said)
			}
			release()
			until(t, "PostgreSQL does not answer, or goes on with the import", func() bool {
				conn, err := pgx.Connect(t.Context(), l.url)
				if err != nil {
					return false
				}
				defer func() { _ = conn.Close(t.Context()) }()
				var going bool
				err = conn.QueryRow(t.Context(), "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND datname = current_database())", session).Scan(&going)
				return err == nil && !going
			})
			if after := l.everything(); !maps.Equal(after, before) {
				t.Errorf("something stands otherwise:\n%v\nthan before:\n%v", after, before)
			}
			l.done(l.begin(file, day), "c1.csv: ")
			if got, want := l.lambeth(), float64(repeated)/10; got != want {
				t.Errorf("after the same import Lambeth has %v, want %v", got, want)
			}
			if after := l.everything(); after["releases"] == before["releases"] || after["audit_entries"] == before["audit_entries"] {
				t.Error("the same import is in no release or not in the audit")
			}
		})
	}
}

// TestTwoImportsAtOnce, of two processes: of the same file one brings the figures and the
// other finds that all stand; of two files of the same figures the one stands that was
// published later, whichever comes first.
func TestTwoImportsAtOnce(t *testing.T) {
	l := newLoaded(t)
	file := l.file("c1.csv", 200)
	release := l.held()
	one, other := l.begin(file, "2026-06-01"), l.begin(file, "2026-06-01")
	l.waiting(2)
	release()
	l.done(one)
	l.done(other)
	said := one.said.String() + other.said.String()
	if strings.Count(said, "every figure stands already") != 1 || strings.Count(said, "new figures") != 1 {
		t.Errorf("they say %q", said)
	}
	if got := l.lambeth(); got != 20 {
		t.Errorf("Lambeth has %v", got)
	}

	newer, older := l.file("newer.csv", 240), l.file("older.csv", 220)
	release = l.held()
	one, other = l.begin(newer, "2026-06-03"), l.begin(older, "2026-06-02")
	l.waiting(2)
	release()
	l.done(one, "newer.csv: ")
	l.done(other, "older.csv: ")
	if got := l.lambeth(); got != 24 {
		t.Errorf("Lambeth has %v, and not what was published last", got)
	}
}
