// Package pgtest gives every test a database of its own, on one private server
// per test process.
//
//	func TestMain(m *testing.M) { pgtest.Main(m, migrate) }
//
//	func TestSomething(t *testing.T) {
//		t.Parallel()
//		pool, err := pgxpool.New(t.Context(), pgtest.Database(t))
//		...
//	}
//
// Everything lies in memory where Linux has room for it, in which a clone took 12 ms
// instead of 60, and else among the temporary files; TMPDIR decides where it is set.
package pgtest

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"peerchallenge/pkg/postgres/local"
)

// shared is what the tests of this process have in common.
var shared struct {
	started sync.Once
	err     error // why there is no server
	server  *local.Server
	prepare func(ctx context.Context, url string) error
	main    bool // whether Main runs

	mu       sync.Mutex // one clone at a time, on one connection
	admin    *pgx.Conn
	clones   int
	variants map[string]bool // templates made of the template
}

const template = "template_tests"

// Main runs the package's tests and exits. The first call of [Database] starts
// the server, and calls prepare once, with the URL of the database from which
// all others are cloned; prepare may be nil. A package whose selected tests need
// no database pays for none.
//
// The server ends with the tests, also when they panic, run out of time or are
// killed.
func Main(m *testing.M, prepare func(ctx context.Context, url string) error) {
	os.Exit(Run(m, prepare))
}

// Run is [Main] for a package that has something left to do after its tests. It
// answers the code to exit with.
func Run(m *testing.M, prepare func(ctx context.Context, url string) error) int {
	shared.main, shared.prepare = true, prepare
	collectSeldom()
	defer stop()
	return m.Run()
}

// collectSeldom lets more garbage wait than a service would, unless benchmarks measure or
// GOGC says how much. Tests bring up services by the hundred, and collecting took most
// of their processors' time, also where PostgreSQL's sessions could have had it.
func collectSeldom() {
	if !flag.Parsed() {
		flag.Parse()
	}
	if os.Getenv("GOGC") == "" && flag.Lookup("test.bench").Value.String() == "" {
		debug.SetGCPercent(400)
	}
}

func stop() {
	if shared.server == nil {
		return
	}
	if err := shared.server.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "the tests' PostgreSQL did not stop in order:", err)
	}
}

// Database answers the URL of a new database, a clone of the prepared one. It is
// dropped when the test ends, whoever is still connected. It is safe to call
// from parallel tests.
func Database(t testing.TB) string {
	t.Helper()
	return clonedFrom(t, func() (string, error) { return template, nil })
}

// Variant is [Database] for a copy of the prepared one that change has altered, once
// for all tests that name the variant. What is smaller is cloned faster.
func Variant(t testing.TB, name string, change func(ctx context.Context, url string) error) string {
	t.Helper()
	return clonedFrom(t, func() (string, error) { return variant(template+"_"+name, change) })
}

// Copy is a database as the one at the address stands now, to which nobody is connected
// any more, nor can be again.
func Copy(t testing.TB, address string) string {
	t.Helper()
	at, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.TrimPrefix(at.Path, "/")
	return clonedFrom(t, func() (string, error) { return name, closeTemplate(context.Background(), name) })
}

func clonedFrom(t testing.TB, source func() (string, error)) string {
	t.Helper()
	shared.started.Do(func() { shared.err = start() })
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	name, err := clone(source)
	if err != nil {
		t.Fatalf("no database for the test: %v", err)
	}
	t.Cleanup(func() {
		if err := drop(name); err != nil {
			t.Errorf("the test's database stays behind: %v", err)
		}
	})
	return shared.server.URL(name)
}

// Backup copies a test's database as it is now. restore puts it back to that, whoever is
// connected: what came after the copy is lost.
func Backup(t testing.TB, url string) (restore func()) {
	t.Helper()
	shared.mu.Lock()
	defer shared.mu.Unlock()
	config, err := pgx.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	name, backup := config.Database, config.Database+"_backup"
	run := func(steps ...func(ctx context.Context) error) {
		t.Helper()
		for _, step := range steps {
			if err := step(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
	}
	closed := func(ctx context.Context) error { return closeTemplate(ctx, name) }
	statement := func(sql string) func(context.Context) error {
		return func(ctx context.Context) error { _, err := shared.admin.Exec(ctx, sql); return err }
	}
	run(closed, func(ctx context.Context) error { return copyDatabase(ctx, name, backup) }, statement("ALTER DATABASE "+name+" WITH ALLOW_CONNECTIONS true"))
	t.Cleanup(func() {
		shared.mu.Lock()
		defer shared.mu.Unlock()
		run(statement("DROP DATABASE IF EXISTS " + backup + " WITH (FORCE)"))
	})
	return func() {
		t.Helper()
		shared.mu.Lock()
		defer shared.mu.Unlock()
		run(closed, statement("DROP DATABASE "+name), statement("ALTER DATABASE "+backup+" RENAME TO "+name))
	}
}

// NewServer answers a private server for a test that takes its database down,
// with nothing prepared. It is removed when the test ends.
func NewServer(t testing.TB) *local.Server {
	t.Helper()
	return startServer(t, local.Config{})
}

// Flushing answers a database whose commits reach the disk, with nothing prepared.
func Flushing(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "peerchallenge-bench-") //nolint:usetesting // the server's user, who is not root, cannot enter t.TempDir
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	server, err := local.Start(t.Context(), local.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Stop() })
	if err := server.CreateDatabase(t.Context(), "bench"); err != nil {
		t.Fatal(err)
	}
	return server.URL("bench")
}

// start brings up the process's server and its template.
func start() (err error) {
	if !shared.main {
		return errors.New("pgtest.Database needs a TestMain that calls pgtest.Main, which stops the server in the end")
	}
	ctx := context.Background()
	if shared.server, err = newServer(ctx, local.Config{}); err != nil {
		return err
	}
	if shared.admin, err = pgx.Connect(ctx, shared.server.URL("postgres")); err != nil {
		return err
	}
	if err := shared.server.CreateDatabase(ctx, template); err != nil {
		return err
	}
	if shared.prepare != nil {
		if err := shared.prepare(ctx, shared.server.URL(template)); err != nil {
			return fmt.Errorf("the tests' template could not be prepared: %w", err)
		}
	}
	return closeTemplate(ctx, template)
}

// closeTemplate lets nobody in any more. PostgreSQL clones no database that has
// sessions, so those that were forgotten end.
func closeTemplate(ctx context.Context, name string) error {
	if _, err := shared.admin.Exec(ctx, "ALTER DATABASE "+name+" WITH ALLOW_CONNECTIONS false"); err != nil {
		return err
	}
	_, err := shared.admin.Exec(ctx, "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = $1", name)
	return err
}

func clone(source func() (string, error)) (name string, err error) {
	shared.mu.Lock()
	defer shared.mu.Unlock()
	from, err := source()
	if err != nil {
		return "", err
	}
	shared.clones++
	name = fmt.Sprintf("test_%d", shared.clones)
	return name, copyDatabase(context.Background(), from, name)
}

// copyDatabase copies files, which took 60 ms with 40 tables; writing the copy to
// the log took 80.
func copyDatabase(ctx context.Context, from, to string) error {
	_, err := shared.admin.Exec(ctx, "CREATE DATABASE "+to+" TEMPLATE "+from+" STRATEGY FILE_COPY")
	return err
}

// variant answers the name of the altered template, which it makes the first time.
func variant(name string, change func(ctx context.Context, url string) error) (string, error) {
	if shared.variants[name] {
		return name, nil
	}
	ctx := context.Background()
	if err := copyDatabase(ctx, template, name); err != nil {
		return "", err
	}
	if err := change(ctx, shared.server.URL(name)); err != nil {
		return "", fmt.Errorf("the variant %s could not be prepared: %w", name, err)
	}
	if shared.variants == nil {
		shared.variants = map[string]bool{}
	}
	shared.variants[name] = true
	return name, closeTemplate(ctx, name)
}

func drop(name string) error {
	shared.mu.Lock()
	defer shared.mu.Unlock()
	ctx := context.Background()
	// The test has just closed its pool, and its sessions take a moment to end.
	// DROP would sleep 100 ms before it looked again, as long as all else together.
	for range 20 {
		var sessions int
		if err := shared.admin.QueryRow(ctx, "SELECT count(*) FROM pg_stat_activity WHERE datname = $1", name).Scan(&sessions); err != nil {
			return err
		}
		if sessions == 0 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	_, err := shared.admin.Exec(ctx, "DROP DATABASE "+name+" WITH (FORCE)")
	return err
}
