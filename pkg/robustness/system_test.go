//go:build unix

package robustness

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"peerchallenge/pkg/postgres/pgtest"
)

// processes is how many of the service work on one database.
const processes = 2

// system is the service as it is run: two processes on one PostgreSQL, and what
// stands between them and their clients.
type system struct {
	t         *testing.T
	database  func() string // the URL by which the test itself reaches it
	services  []*process
	doors     []*pgtest.Proxy // by which clients reach a process
	lines     []*pgtest.Proxy // by which a process reaches PostgreSQL; nil where it knows the way to several
	token     string
	breakages []breakage
	pictures  string // where histories are shown that have no explanation; a new folder that stays, if not said
	crash     func() // takes PostgreSQL down and brings it back; nil where the test does that in its own way
}

// process is the service as a process of its own.
type process struct {
	program string
	env     []string
	address string
	cmd     *exec.Cmd
	ended   chan struct{}

	mu  sync.Mutex
	log bytes.Buffer
}

const databaseName = "peerchallenge"

// newSystem starts the program on one PostgreSQL.
func newSystem(t *testing.T, program string) *system {
	t.Helper()
	server := pgtest.NewServer(t)
	if err := server.CreateDatabase(t.Context(), databaseName); err != nil {
		t.Fatal(err)
	}
	s := &system{t: t, database: func() string { return server.URL(databaseName) }, breakages: slices.Concat(breakages, breakagesOfOne)}
	s.crash = func() {
		if err := errors.Join(server.Crash(), server.Restart(context.WithoutCancel(t.Context()))); err != nil {
			t.Error(err)
		}
	}
	for range processes {
		s.lines = append(s.lines, pgtest.NewProxy(t, s.database()))
	}
	s.start(program, func(i int) string { return s.lines[i].URL() })
	return s
}

// start loads London and starts the processes; url is where each finds the database.
func (s *system) start(program string, url func(process int) string) {
	s.t.Helper()
	command(s.t, program, s.database(), "migrate")
	command(s.t, program, s.database(), "import", "london")
	s.token = command(s.t, program, s.database(), "token", "--role", "programme", "--subject", "robustness", "--ttl", "24h")
	for i := range processes {
		p := &process{program: program, env: settings(url(i)), address: "127.0.0.1:0"}
		s.services = append(s.services, p)
		if err := p.start(); err != nil {
			s.t.Fatal(err)
		}
		s.t.Cleanup(p.kill)
		s.doors = append(s.doors, pgtest.NewProxy(s.t, "http://"+p.address))
	}
}

// settings are those of a process that works on the database.
func settings(database string) []string {
	return append(withoutSettings(os.Environ()), "DATABASE_URL="+database, "PEERCHALLENGE_BASE_URL=http://robustness.test", "LOG_LEVEL=warn", "PEERCHALLENGE_DEVELOPMENT=on",
		"PEERCHALLENGE_LIMIT_CALLER=0", "PEERCHALLENGE_LIMIT_ADDRESS=0")
}

// command carries out one of the program's commands and answers what it says.
func command(t *testing.T, program, database string, args ...string) string {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Env = settings(database)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s%s", args, err, out, said.String())
	}
	return strings.TrimSpace(string(out))
}

func withoutSettings(environment []string) []string {
	var kept []string
	for _, variable := range environment {
		if name, _, _ := strings.Cut(variable, "="); name != "DATABASE_URL" && name != "LOG_LEVEL" && !strings.HasPrefix(name, "PEERCHALLENGE_") {
			kept = append(kept, variable)
		}
	}
	return kept
}

// start returns when the process listens. It listens where it did before.
func (p *process) start() error {
	out, in := io.Pipe()
	p.cmd = exec.Command(p.program, "serve", "--addr", p.address)
	p.cmd.Env, p.cmd.Stdout, p.cmd.Stderr = p.env, in, logOf{p}
	if err := p.cmd.Start(); err != nil {
		return err
	}
	cmd, ended := p.cmd, make(chan struct{})
	p.ended = ended
	go func() {
		_ = cmd.Wait() // its log says how it ended
		_ = in.Close()
		close(ended)
	}()
	listening := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if address, says := strings.CutPrefix(lines.Text(), "Listening on "); says {
				listening <- address
			}
		}
	}()
	select {
	case p.address = <-listening:
		return nil
	case <-ended:
		return fmt.Errorf("the service does not start: %s", p.said())
	}
}

// logOf collects what a process writes.
type logOf struct{ *process }

// Write implements io.Writer.
func (l logOf) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.log.Write(b)
}

func (p *process) said() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.String()
}

func (p *process) signal(s syscall.Signal) { _ = p.cmd.Process.Signal(s) }

// kill ends the process with everything that it has in memory.
func (p *process) kill() {
	p.signal(syscall.SIGKILL)
	<-p.ended
}

// revive starts a killed process, again and again while it finds no database.
func (s *system) revive(p *process) {
	var err error
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		if err = p.start(); err == nil {
			return
		}
	}
	s.t.Error(err)
}

// killSession kills one of the processes that work for the service inside
// PostgreSQL, which then ends all others and recovers by itself. It returns when
// PostgreSQL answers again.
func (s *system) killSession() {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, s.database())
	if err != nil {
		s.t.Error(err)
		return
	}
	defer conn.Close(ctx)
	var pid int
	if err := conn.QueryRow(ctx, "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend' LIMIT 1").Scan(&pid); err != nil {
		s.t.Error(err)
		return
	}
	session, err := os.FindProcess(pid)
	if err == nil {
		err = session.Kill()
	}
	if err != nil {
		s.t.Error(err)
		return
	}
	if _, err := conn.Exec(ctx, "SELECT pg_sleep(60)"); err == nil { // it ends with all others
		s.t.Error("PostgreSQL goes on although a session was killed")
	}
	until(s.t, "PostgreSQL does not recover", func() bool {
		conn, err := pgx.Connect(ctx, s.database())
		return err == nil && conn.Close(ctx) == nil
	})
}

// settle ends whatever is still going on: every process is told to stop and starts
// again when nothing of it runs in the database. What has not been carried
// out then never will be.
func (s *system) settle() {
	s.t.Helper()
	for _, door := range s.doors {
		door.Cut()
	}
	for _, p := range s.services {
		p.signal(syscall.SIGTERM)
		select {
		case <-p.ended:
		case <-time.After(time.Minute):
			s.t.Errorf("the service does not end when it is told to:\n%s", p.said())
			p.kill()
		}
	}
	until(s.t, "the database still works for processes that are gone", func() bool {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		conn, err := pgx.Connect(ctx, s.database())
		if err != nil {
			return false
		}
		defer conn.Close(ctx)
		var busy int
		err = conn.QueryRow(ctx, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'").Scan(&busy)
		return err == nil && busy == 0
	})
	for _, p := range s.services {
		s.revive(p)
	}
}

// get reads JSON from the first process, as the witness does when all is over.
func (s *system) get(path string, into any) http.Header {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.doors[0].URL()+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+s.token)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode == http.StatusOK {
		err = json.Unmarshal(body, into)
	}
	if err != nil || response.StatusCode != http.StatusOK {
		s.t.Fatalf("GET %s: %d %s %v", path, response.StatusCode, body, err)
	}
	return response.Header
}
