//go:build unix

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestSignals stops the demo in every way there is, and starts it again on the
// same data. PostgreSQL must never outlive it.
func TestSignals(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	start := func() *child {
		demo := program(t, "demo", "--addr", "127.0.0.1:0", "--data-dir", dir)
		demo.says(t, `Ctrl-C stops it`)
		if !databaseRuns(dir) {
			t.Fatal("PostgreSQL does not run, or not where it should")
		}
		return demo
	}

	demo := start()
	request := demo.hold(t)
	demo.signal(t, syscall.SIGINT)
	demo.awaitDeaf(t)
	request.finish(t)
	if err := demo.wait(); err != nil || databaseRuns(dir) {
		t.Errorf("after Ctrl-C: %v; PostgreSQL runs: %v\n%s", err, databaseRuns(dir), demo.out)
	}
	demo.says(t, `Stopped`)

	demo = start()
	demo.hold(t)
	demo.signal(t, syscall.SIGINT)
	demo.awaitDeaf(t)
	if err := demo.interrupt(); endedBy(err) != syscall.SIGINT {
		t.Errorf("after a second Ctrl-C: %v\n%s", err, demo.out)
	}
	until(t, "PostgreSQL still runs", func() bool { return !databaseRuns(dir) })

	demo = start()
	demo.signal(t, syscall.SIGKILL)
	if err := demo.wait(); endedBy(err) != syscall.SIGKILL {
		t.Errorf("after kill -9: %v\n%s", err, demo.out)
	}
	until(t, "PostgreSQL still runs", func() bool { return !databaseRuns(dir) })

	demo = start()
	curl := demo.says(t, `curl -H 'Authorization: Bearer (\S+)' '(\S+)'`)
	if status, body := get(t, curl[2], curl[1]); status != http.StatusOK || !strings.Contains(body, `"value":21.3`) {
		t.Errorf("after all that: %d %.300s", status, body)
	}
	demo.signal(t, syscall.SIGTERM)
	if err := demo.wait(); err != nil || databaseRuns(dir) {
		t.Errorf("after SIGTERM: %v; PostgreSQL runs: %v\n%s", err, databaseRuns(dir), demo.out)
	}
}

// TestStoppedEarly stops a first start while it makes its data. What was half
// done must be no obstacle to the next.
func TestStoppedEarly(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	for _, stage := range []string{"Starting a private PostgreSQL", "Loading the programme"} {
		demo := program(t, "demo", "--addr", "127.0.0.1:0", "--data-dir", dir)
		demo.says(t, stage)
		demo.signal(t, syscall.SIGINT)
		err := demo.wait()
		if code := demo.cmd.ProcessState.ExitCode(); code != 1 {
			t.Errorf("stopped while %s: %v", stage, err)
		}
		if said := demo.out.String(); !strings.HasSuffix(said, "\npeerchallenge: stopped before it was done\n") {
			t.Errorf("stopped while %s, it says %s", stage, said)
		}
		if databaseRuns(dir) {
			t.Errorf("stopped while %s, PostgreSQL still runs", stage)
		}
	}
	demo := program(t, "demo", "--addr", "127.0.0.1:0", "--data-dir", dir)
	curl := demo.says(t, `curl -H 'Authorization: Bearer (\S+)' '(\S+)'`)
	if status, body := get(t, curl[2], curl[1]); status != http.StatusOK || !strings.Contains(body, `"value":21.3`) {
		t.Errorf("%d %.300s", status, body)
	}
	demo.signal(t, syscall.SIGINT)
	if err := demo.wait(); err != nil {
		t.Errorf("%v\n%s", err, demo.out)
	}
}

// TestExit is how a refusal looks from outside.
func TestExit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"serve", 1, "peerchallenge: DATABASE_URL is not set; it names the PostgreSQL to use, postgres://user:password@host/database\n"},
		{"serve now", 1, "peerchallenge: serve takes no argument \"now\"; see peerchallenge serve --help\n"},
		{"migrate --help", 0, "Usage: peerchallenge migrate [--api-user NAME]\n"},
	} {
		p := program(t, strings.Fields(c.args)...)
		err := p.wait()
		if code := p.cmd.ProcessState.ExitCode(); code != c.code || !strings.HasPrefix(p.out.String(), c.want) {
			t.Errorf("%s: %v\n%s", c.args, err, p.out)
		}
		if c.code != 0 && strings.Count(p.out.String(), "\n") != 1 {
			t.Errorf("%s is refused in more than one line:\n%s", c.args, p.out)
		}
	}
}

// child is the program as a process of its own.
type child struct {
	*running
	cmd *exec.Cmd
}

func program(t *testing.T, args ...string) *child {
	t.Helper()
	return programWith(t, nil, args...)
}

// programWith is the program with settings, as NAME=value, and none but these.
func programWith(t *testing.T, env []string, args ...string) *child {
	t.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), os.Args[0], args...)
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); name != "DATABASE_URL" && name != "LOG_LEVEL" && !strings.HasPrefix(name, "PEERCHALLENGE_") {
			cmd.Env = append(cmd.Env, variable)
		}
	}
	cmd.Env = append(append(cmd.Env, asProgram+"=yes"), env...)
	c := &child{&running{out: &output{}, ended: make(chan error, 1)}, cmd}
	cmd.Stdout, cmd.Stderr = c.out, c.out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { c.ended <- cmd.Wait() }()
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return c
}

func (c *child) wait() error { return <-c.ended }

func (c *child) signal(t *testing.T, signal syscall.Signal) {
	t.Helper()
	if err := c.cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
}

// interrupt presses Ctrl-C until the program has ended, as whoever waits does: on a
// busy machine the first one after the stop began may still be taken for that one.
func (c *child) interrupt() error {
	for {
		_ = c.cmd.Process.Signal(syscall.SIGINT) // it may have ended
		select {
		case err := <-c.ended:
			return err
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func (c *child) address(t *testing.T) string {
	t.Helper()
	return c.says(t, `API +http://(\S+)/v1`)[1]
}

// awaitDeaf returns when the program takes no new connections.
func (c *child) awaitDeaf(t *testing.T) {
	t.Helper()
	address := c.address(t)
	until(t, "it still listens", func() bool {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
		if err == nil {
			_ = conn.Close()
		}
		return err != nil
	})
}

// held is a request of which the server waits for the rest.
type held struct {
	conn   net.Conn
	answer *bufio.Reader
	rest   string
}

// hold sends a request without its body, and returns when the server asks for
// the body: it has the request in hand then.
func (c *child) hold(t *testing.T) *held {
	t.Helper()
	token := c.says(t, `(?m)^  programme\n  (\S+)$`)[1]
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", c.address(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	body := `{"name":"Early help","description":"","validFrom":"2026-04-01"}`
	fmt.Fprintf(conn, "POST /v1/priorities HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nIdempotency-Key: early-help\r\nExpect: 100-continue\r\n\r\n", token, len(body))
	h := &held{conn, bufio.NewReader(conn), body}
	if line, err := h.answer.ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("%q %v", line, err)
	}
	return h
}

func (h *held) finish(t *testing.T) {
	t.Helper()
	if _, err := io.WriteString(h.conn, h.rest); err != nil {
		t.Fatal(err)
	}
	if _, err := h.answer.ReadString('\n'); err != nil { // the empty line after 100 Continue
		t.Fatal(err)
	}
	r, err := http.ReadResponse(h.answer, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	if body, err := io.ReadAll(r.Body); r.StatusCode != http.StatusCreated || err != nil {
		t.Errorf("%d %s %v", r.StatusCode, body, err)
	}
}

// databaseRuns reports whether there is the file that a running PostgreSQL keeps
// in its data, and removes as the last thing that it does.
func databaseRuns(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "data", "postmaster.pid"))
	return err == nil
}

// endedBy answers the signal that ended the process, or -1.
func endedBy(err error) syscall.Signal {
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok {
		return -1
	}
	return exit.Sys().(syscall.WaitStatus).Signal()
}
