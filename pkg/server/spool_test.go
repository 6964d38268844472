package server_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"peerchallenge/pkg/postgres"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/server"
)

// narrow are connections in which little fits, so that who does not read is felt.
type narrow struct{ net.Listener }

func (n narrow) Accept() (net.Conn, error) {
	c, err := n.Listener.Accept()
	if u, is := c.(*net.UnixConn); is {
		err = errors.Join(err, u.SetWriteBuffer(8<<10))
	}
	return c, err
}

// narrowly serves the world by such connections. It answers their address, which is a
// socket's: over so narrow a TCP both sides mostly wait for each other's timers, and who
// woke read for half a minute what comes here at once.
func (w *world) narrowly() string {
	w.t.Helper()
	folder, err := os.MkdirTemp("", "narrow") // the name of a socket must be short, and t.TempDir is not
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = os.RemoveAll(folder) })
	s := httptest.NewUnstartedServer(w.http.Config.Handler)
	tcp := s.Listener
	if s.Listener, err = (&net.ListenConfig{}).Listen(w.t.Context(), "unix", filepath.Join(folder, "socket")); err != nil {
		w.t.Fatal(err)
	}
	_ = tcp.Close() // nobody has its address
	address := s.Listener.Addr().String()
	s.Listener = narrow{s.Listener}
	s.Start()
	inTheEnd(w.t, s.Close)
	return address
}

// sleeper has asked for a list, and has read no more than that it comes.
type sleeper struct {
	conn     net.Conn
	response *http.Response
}

// sleep asks for the list as somebody of this name, and then reads no further.
func (w *world) sleep(host, path, token string) sleeper {
	w.t.Helper()
	conn, err := (&net.Dialer{}).DialContext(w.t.Context(), "unix", host)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = conn.Close() })
	if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer %s\r\n\r\n", path, token); err != nil {
		w.t.Fatal(err)
	}
	r, err := http.ReadResponse(bufio.NewReaderSize(conn, 4<<10), nil) //nolint:bodyclose // it ends with the connection
	if err != nil {
		w.t.Fatal(err)
	}
	if r.StatusCode != http.StatusOK {
		w.t.Fatalf("status %d", r.StatusCode)
	}
	return sleeper{conn, r}
}

// wake reads the rest.
func (s sleeper) wake() (string, error) {
	body, err := io.ReadAll(s.response.Body)
	return string(body), errors.Join(err, s.conn.Close())
}

// named answers a token for a reporting tool of this name.
func (w *world) named(name string) string {
	w.t.Helper()
	token, err := w.issuer.Token(context.WithoutCancel(w.t.Context()), programme.Actor{Subject: name, Roles: []programme.Role{programme.RoleReporting}}, time.Hour)
	if err != nil {
		w.t.Fatal(err)
	}
	return token
}

// idle waits until no transaction is open and no connection does anything.
func (w *world) idle() {
	w.t.Helper()
	for {
		var open int
		w.row(`SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND state <> 'idle'`, &open)
		if open == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// metric answers a number of /metrics.
func (w *world) metric(name string) (value float64) {
	w.t.Helper()
	found := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + ` (\S+)$`).FindStringSubmatch(w.send(ask{method: http.MethodGet, path: "/metrics"}).want(200).body)
	if found == nil {
		w.t.Fatalf("there is no metric %s", name)
	}
	if _, err := fmt.Sscan(found[1], &value); err != nil {
		w.t.Fatal(err)
	}
	return value
}

const wholeList = "/v1/milestones?format=csv"

// TestSlowReadersSlowNobodyDown: fifty have asked for a long list and do not read it.
// The database has long answered them all; who reads gets the list as ever, and so do
// they when they wake.
func TestSlowReadersSlowNobodyDown(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	w := startOn(t, leanDatabase(t), func(cfg *server.Config) {
		cfg.Spool.Folder = folder
		store, _ := cfg.Store.(*postgres.Store) // the tests' services have no other
		cfg.Collectors = append(cfg.Collectors, store.Collectors()...)
	})
	w.fillMilestones(3000)
	host := w.narrowly()
	var asleep []sleeper
	for i := range 50 {
		asleep = append(asleep, w.sleep(host, wholeList, w.named(fmt.Sprint("slow ", i))))
	}
	w.idle()
	quick := w.get(wholeList).want(200).body
	if lines := strings.Count(quick, "\r\n"); lines != 3001 {
		t.Errorf("the quick reader has %d lines", lines)
	}
	w.idle()
	for w.metric(`go_sql_in_use_connections{db_name="peerchallenge"}`) > 0 { // until the test's time is over
		time.Sleep(10 * time.Millisecond)
	}
	if open := w.metric("lists_open"); open != 50 {
		t.Errorf("%v lists are on their way", open)
	}
	if kept := w.metric("lists_spooled_bytes"); kept == 0 || kept > 50<<20 {
		t.Errorf("%v bytes are kept of lists of %d", kept, len(quick))
	}
	if files, err := os.ReadDir(folder); err != nil || len(files) > 0 {
		t.Errorf("files that others could open: %v %v", files, err)
	}
	var awake sync.WaitGroup
	for i, s := range asleep {
		if i%10 == 0 { // the others go away
			awake.Go(func() {
				if body, err := s.wake(); err != nil || body != quick {
					t.Errorf("slow reader %d got %d bytes of %d: %v", i, len(body), len(quick), err)
				}
			})
			continue
		}
		_ = s.conn.Close()
	}
	awake.Wait()
	for w.metric("lists_open") > 0 { // until the test's time is over
		time.Sleep(10 * time.Millisecond)
	}
	if kept := w.metric("lists_spooled_bytes"); kept != 0 {
		t.Errorf("%v bytes are kept for nobody", kept)
	}
}

// TestTheSlowestReaderIsCut: there is room for what one reader has not taken, and a
// second comes. The first sees that the list has no end.
func TestTheSlowestReaderIsCut(t *testing.T) {
	t.Parallel()
	w := startOn(t, leanDatabase(t), func(cfg *server.Config) { cfg.Spool.Folder, cfg.Spool.InAll = t.TempDir(), 400<<10 })
	w.fillMilestones(8000)
	host := w.narrowly()
	first := w.sleep(host, wholeList, w.named("first"))
	w.idle()
	if kept := w.metric("lists_spooled_bytes"); kept < 201<<10 {
		t.Fatalf("%v bytes are kept, so that there is room for two", kept)
	}
	second := w.sleep(host, wholeList, w.named("second"))
	w.idle()
	if cut, kept := w.metric("lists_cut_total"), w.metric("lists_spooled_bytes"); cut != 1 || kept > 400<<10 {
		t.Errorf("%v lists were cut, %v bytes are kept", cut, kept)
	}
	whole := w.get(wholeList).want(200).body
	if body, err := first.wake(); err == nil || len(body) >= len(whole) {
		t.Errorf("the slowest got %d bytes of %d, and believes that this is all: %v", len(body), len(whole), err)
	}
	if body, err := second.wake(); err != nil || body != whole {
		t.Errorf("the other got %d bytes of %d: %v", len(body), len(whole), err)
	}
}

// TestThreeListsAtATime are one too many, whatever they are of. Pages are none, nor
// are the lists of others.
func TestThreeListsAtATime(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.fillMilestones(2000)
	for _, id := range nounOf {
		w.standing(id)
	}
	host := w.narrowly()
	token := w.token(programme.RoleProgramme) // who sees all lists
	asleep := []sleeper{w.sleep(host, wholeList, token), w.sleep(host, wholeList+"&sort=date", token)}
	busy := map[string]bool{}
	var asked sync.WaitGroup
	for _, op := range contract.operations {
		if !hasParameter(op, "format") {
			continue
		}
		token := token
		if firstRole(op) != programme.RoleProgramme { // who sees the rest of them
			if token = w.tokenOf(firstRole(op), own); !busy[token] {
				busy[token], asleep = true, append(asleep, w.sleep(host, wholeList, token), w.sleep(host, wholeList+"&sort=date", token))
			}
		}
		third := ask{method: op.method, path: w.address(op), token: token, header: map[string]string{"Accept": "application/x-ndjson"}}
		asked.Go(func() { // each waits for its turn
			r := w.send(third)
			if r.status != 429 || !strings.Contains(r.body, `"code":"too_many_lists"`) || r.header.Get("Retry-After") == "" {
				t.Errorf("%s: %d %.200s", third.path, r.status, r.body)
			}
		})
	}
	asked.Wait()
	for _, others := range asleep[2:] {
		if _, err := others.wake(); err != nil {
			t.Fatal(err)
		}
	}
	w.send(ask{method: http.MethodGet, path: "/v1/milestones", token: token}).want(200)
	w.get("/v1/priorities?format=csv").want(200)
	if _, err := asleep[0].wake(); err != nil {
		t.Fatal(err)
	}
	for w.metric("lists_open") > 1 { // until the test's time is over
		time.Sleep(10 * time.Millisecond)
	}
	w.send(ask{method: http.MethodGet, path: "/v1/priorities?format=csv", token: token}).want(200)
}
