//go:build unix

package local

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// home answers a new directory that the user who runs the server may enter, which
// t.TempDir is not for root.
func home(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "local-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func start(t *testing.T, cfg Config) *Server {
	t.Helper()
	s, err := Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// refused starts a server that must not start, and answers why not.
func refused(t *testing.T, cfg Config) string {
	t.Helper()
	s, err := Start(t.Context(), cfg)
	if err == nil {
		_ = s.Stop()
		t.Fatal("the server started")
	}
	return err.Error()
}

func contains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not in: %s", part, text)
		}
	}
}

func query[T any](t *testing.T, url, sql string) (answer T) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if err := conn.QueryRow(t.Context(), sql).Scan(&answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

const writeRow = "CREATE TABLE kept (code text); INSERT INTO kept VALUES ('E09000022')"

func execute(ctx context.Context, url, sql string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, sql)
	return err
}

func write(t *testing.T, s *Server) {
	t.Helper()
	if err := execute(t.Context(), s.URL("postgres"), writeRow); err != nil {
		t.Fatal(err)
	}
}

func stillThere(t *testing.T, s *Server) {
	t.Helper()
	if got := query[string](t, s.URL("postgres"), "SELECT code FROM kept"); got != "E09000022" {
		t.Errorf("the row that was acknowledged reads %q", got)
	}
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("in vain: waited until %s", what)
		}
	}
}

func (s *Server) pid() int { return s.process.cmd.Process.Pid }

func TestDataOutlivesTheServer(t *testing.T) {
	t.Parallel()
	cfg := Config{Dir: filepath.Join(home(t), "new", "peerchallenge")}
	s := start(t, cfg)
	write(t, s)
	pid := s.pid()
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if alive(pid) {
		t.Error("the server is there after Stop")
	}
	if err := s.Stop(); err != nil {
		t.Errorf("a second Stop fails: %v", err)
	}
	if err := s.Restart(t.Context()); err == nil {
		t.Error("a stopped server restarts")
	}
	stillThere(t, start(t, cfg))
}

func TestAThrowawayServerTakesItsDirectoryWithIt(t *testing.T) {
	t.Parallel()
	s := start(t, Config{Dir: filepath.Join(home(t), "pg"), Throwaway: true})
	if _, err := os.Stat(s.dir); err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(s.dir); !os.IsNotExist(err) {
		t.Errorf("the directory stays behind: %v", err)
	}
}

func TestDatabasesAreCreatedOnce(t *testing.T) {
	t.Parallel()
	s := start(t, Config{Dir: filepath.Join(home(t), "pg"), Throwaway: true})
	for _, name := range []string{"peerchallenge", `it's "odd"/50%`} {
		for range 2 {
			if err := s.CreateDatabase(t.Context(), name); err != nil {
				t.Fatal(err)
			}
		}
		if got := query[string](t, s.URL(name), "SELECT current_database()"); got != name {
			t.Errorf("the URL of %s leads to %s", name, got)
		}
	}
	if err := s.CreateDatabase(t.Context(), ""); err == nil {
		t.Error("a database without a name was created")
	}
	for setting, want := range map[string]string{
		"server_encoding": "UTF8", "timezone": "UTC", "max_connections": "200", "fsync": "off",
	} {
		if got := query[string](t, s.URL("postgres"), "SHOW "+setting); got != want {
			t.Errorf("%s is %s, want %s", setting, got, want)
		}
	}
	if got := query[string](t, s.URL("peerchallenge"), "SELECT datcollate FROM pg_database WHERE datname = current_database()"); got != "C" {
		t.Errorf("the collation is %s, want C", got)
	}
}

func TestACarefulServerForcesToDisk(t *testing.T) {
	t.Parallel()
	s := start(t, Config{Dir: filepath.Join(home(t), "pg")})
	for setting, want := range map[string]string{"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "max_connections": "50"} {
		if got := query[string](t, s.URL("postgres"), "SHOW "+setting); got != want {
			t.Errorf("%s is %s, want %s", setting, got, want)
		}
	}
}

func TestCrashAndRestartKeepURLAndData(t *testing.T) {
	t.Parallel()
	s := start(t, Config{Dir: filepath.Join(home(t), "pg"), Throwaway: true})
	write(t, s)
	before := s.URL("postgres")
	for _, end := range []func() error{s.Crash, func() error { return nil }} {
		if err := end(); err != nil {
			t.Fatal(err)
		}
		if err := s.Restart(t.Context()); err != nil {
			t.Fatal(err)
		}
		if s.URL("postgres") != before {
			t.Error("the URL changed")
		}
		stillThere(t, s)
	}
	if err := s.Crash(); err != nil {
		t.Fatal(err)
	}
	if err := execute(t.Context(), before, "SELECT 1"); err == nil {
		t.Error("a crashed server answers")
	}
}

func TestOneProcessPerDirectory(t *testing.T) {
	t.Parallel()
	cfg := Config{Dir: filepath.Join(home(t), "pg"), Throwaway: true}
	s := start(t, cfg)
	write(t, s)
	contains(t, refused(t, cfg), "another process already runs", s.dir, "use another directory")
	stillThere(t, s)
}

func TestOnlyOurOwnDirectoriesAreTaken(t *testing.T) {
	t.Parallel()
	dir := home(t)
	document := filepath.Join(dir, "thesis.txt")
	if err := os.WriteFile(document, []byte("years of work"), 0o644); err != nil {
		t.Fatal(err)
	}
	contains(t, refused(t, Config{Dir: dir}), "holds other files", dir)
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("the refused directory was changed: %v %v", info.Mode(), err)
	}
	contains(t, refused(t, Config{}), "needs a directory")

	// For root the folder is closed to the server's user; for others, to themselves.
	closed := filepath.Join(home(t), "closed")
	mode := os.FileMode(0)
	if os.Geteuid() == 0 {
		mode = 0o700
	}
	if err := os.Mkdir(closed, mode); err != nil {
		t.Fatal(err)
	}
	got := refused(t, Config{Dir: filepath.Join(closed, "pg")})
	if os.Geteuid() == 0 {
		contains(t, got, "PostgreSQL runs as the user", "cannot enter", closed)
	} else {
		contains(t, got, "belongs to another user")
	}
}

func TestAnUnfinishedDataDirectoryIsMadeAnew(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(home(t), "pg")
	for _, folder := range []string{"init-half/base", "data/base"} {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{lockFile, "init-half/PG_VERSION"} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte("15\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if a, err := serverAccount(dir); err != nil || a.own(dir) != nil {
		t.Fatal("the directory cannot be given to the server's user")
	}
	s := start(t, Config{Dir: dir, Throwaway: true})
	write(t, s)
	stillThere(t, s)
	if _, err := os.Stat(filepath.Join(dir, "init-half")); !os.IsNotExist(err) {
		t.Errorf("the unfinished data directory stays behind: %v", err)
	}
}

func TestALongPathMovesTheSocket(t *testing.T) {
	t.Parallel()
	cfg := Config{Dir: filepath.Join(home(t), strings.Repeat("a", 90), "it's \"odd\""), Throwaway: true}
	s := start(t, cfg)
	write(t, s)
	stillThere(t, s)
	if len(s.socket) > longestSocket || filepath.Dir(s.socket) == s.dir {
		t.Errorf("the socket is in %s", s.socket)
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(s.socket); !os.IsNotExist(err) {
		t.Errorf("the socket's folder stays behind: %v", err)
	}
}

func TestAFailedStartShowsTheServersLog(t *testing.T) {
	t.Parallel()
	cfg := Config{Dir: filepath.Join(home(t), "pg")}
	if err := start(t, cfg).Stop(); err != nil {
		t.Fatal(err)
	}
	settings := filepath.Join(cfg.Dir, dataFolder, "postgresql.auto.conf")
	if err := os.WriteFile(settings, []byte("no_such_setting = 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	contains(t, refused(t, cfg), "ended while starting", "no_such_setting")
	if err := os.WriteFile(settings, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	start(t, cfg) // the refused start left the directory free
}

func TestACancelledStartLeavesTheDirectoryFree(t *testing.T) {
	t.Parallel()
	cfg := Config{Dir: filepath.Join(home(t), "pg"), Throwaway: true}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if s, err := Start(cancelled, cfg); err == nil {
		_ = s.Stop()
		t.Fatal("the server started")
	}
	start(t, cfg)
}

func TestTheServerIsApartFromTheTerminal(t *testing.T) {
	t.Parallel()
	s := start(t, Config{Dir: filepath.Join(home(t), "pg"), Throwaway: true})
	server, err := syscall.Getpgid(s.pid())
	if err != nil {
		t.Fatal(err)
	}
	if server == syscall.Getpgrp() {
		t.Error("a Ctrl-C would reach the server before its parent has finished with it")
	}
}

func TestNobodyElseCanConnect(t *testing.T) {
	t.Parallel()
	s := start(t, Config{Dir: filepath.Join(home(t), "pg"), Throwaway: true})
	if got := query[string](t, s.URL("postgres"), "SHOW listen_addresses"); got != "" {
		t.Errorf("the server listens on %s", got)
	}
	for _, path := range []string{s.dir, s.socket, filepath.Join(s.socket, socketName)} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is open to other users: %v", path, info.Mode())
		}
	}
}

func TestALoopbackServerAsksForItsPassword(t *testing.T) {
	t.Parallel()
	cfg := Config{Dir: filepath.Join(home(t), "pg"), tcp: true}
	s := start(t, cfg)
	write(t, s)
	password := s.password
	guess := address{port: s.port, password: "postgres"}
	if err := execute(t.Context(), guess.url("postgres"), "SELECT 1"); err == nil {
		t.Error("the server takes a wrong password")
	} else {
		contains(t, err.Error(), "28P01")
	}
	if len(password) < 20 {
		t.Errorf("the password %q can be guessed", password)
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	again := start(t, cfg)
	if again.password != password {
		t.Error("the data directory knows only the first password")
	}
	stillThere(t, again)
}

func TestDefaultDir(t *testing.T) {
	open := home(t)
	t.Setenv("XDG_DATA_HOME", open)
	t.Setenv("HOME", open)
	t.Setenv("SUDO_UID", "")
	got, err := DefaultDir()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(got, open) || filepath.Base(got) != "peerchallenge" {
		t.Errorf("%s is not in the user's data directory", got)
	}
	if os.Geteuid() != 0 {
		return
	}
	if err := os.Chmod(open, 0o700); err != nil {
		t.Fatal(err)
	}
	if got, err := DefaultDir(); err != nil || got != "/var/lib/peerchallenge" {
		t.Errorf("for root with a closed home: %s, %v", got, err)
	}
	a := ordinary(t)
	t.Setenv("SUDO_UID", fmt.Sprint(a.uid))
	if got, err := DefaultDir(); err != nil || !strings.HasPrefix(got, a.home) {
		t.Errorf("under sudo: %s, %v, want a directory of %s", got, err, a.name)
	}
}
