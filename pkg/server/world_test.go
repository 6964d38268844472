package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"peerchallenge/pkg/auth"
	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/dfe"
	"peerchallenge/pkg/postgres"
	"peerchallenge/pkg/postgres/pgtest"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/seed"
	"peerchallenge/pkg/server"
)

func TestMain(m *testing.M) {
	flag.Parse()
	if err := chosen(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	whole := flag.Lookup("test.run").Value.String() == "" && flag.Lookup("test.skip").Value.String() == "" && flag.Lookup("test.bench").Value.String() == "" && flag.Lookup("test.fuzz").Value.String() == ""
	os.Exit(reportGaps(pgtest.Run(m, prepare), whole))
}

// prepare makes the template: London, migrated and loaded, before anything happens
// in it. What the page reports is loaded by the tests that are about it.
func prepare(ctx context.Context, url string) error {
	store, err := postgres.Open(ctx, postgres.Config{URL: url, Logger: silent, Clock: clock})
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }()
	if err := store.Migrate(ctx); err != nil {
		return err
	}
	if err := seed.LoadReference(ctx, store, team); err != nil {
		return err
	}
	joint := benchmark.Caveat{Text: "A joint service with Richmond until 2024.", Authority: new("E09000021"), ValidTo: new(programme.Date("2024-03-31"))}
	if _, err := store.CreateCaveat(ctx, team, joint); err != nil {
		return err
	}
	if _, err := store.CreateTarget(ctx, team, benchmark.Target{Indicator: "CLA_SDQ_AVG", Period: "2024-25", Value: 13, Direction: benchmark.AtMost}); err != nil {
		return err
	}
	f, err := aFramework()
	if err != nil {
		return err
	}
	if err := store.SeedFramework(ctx, f); err != nil {
		return err
	}
	if err := seed.LoadTemplate(ctx, store, team); err != nil {
		return err
	}
	_, err = store.CreateQuarter(ctx, team, aQuarter(exampleQuarter, "2026-07-01", "2026-08-14", "2026-08-28"))
	return err
}

var (
	silent = slog.New(slog.DiscardHandler)
	team   = programme.Actor{Issuer: "test", Subject: "team", Roles: []programme.Role{programme.RoleProgramme}}
)

func clock() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// world is a running service on a database of its own.
type world struct {
	t      testing.TB
	url    string // of the database
	store  *postgres.Store
	owner  *pgxpool.Pool // of connections beside the service's, whom its rules do not bind
	issuer *auth.Authority
	http   *httptest.Server
	client *http.Client
	tokens map[string]string
	made   map[string]string // records to try things on
	reader programme.Role    // who reads with get
	clock  func() time.Time  // of the service
}

// start brings up a service, with changes to its configuration.
func start(t testing.TB, change ...func(*server.Config)) *world {
	t.Helper()
	return startOn(t, pgtest.Database(t), change...)
}

// lean is start without published figures, which most tests do not ask for and
// which take long to load.
func lean(t testing.TB) *world {
	t.Helper()
	return startOn(t, leanDatabase(t))
}

func leanDatabase(t testing.TB) string {
	t.Helper()
	return pgtest.Variant(t, "lean", func(ctx context.Context, url string) error {
		owner, err := pgx.Connect(ctx, url)
		if err != nil {
			return err
		}
		defer func() { _ = owner.Close(ctx) }()
		_, err = owner.Exec(ctx, "TRUNCATE observations, dataset_columns")
		return err
	})
}

func startOn(t testing.TB, url string, change ...func(*server.Config)) *world {
	t.Helper()
	return startAt(t, url, clock, change...)
}

// startByHand brings up a service whose clock the test turns. Tokens of before have ended by then.
func startByHand(t testing.TB, url string, now time.Time) (w *world, turn func(time.Time)) {
	t.Helper()
	var hand atomic.Pointer[time.Time] // the service looks at it from goroutines of its own
	hand.Store(&now)
	w = startAt(t, url, func() time.Time { return *hand.Load() })
	return w, func(to time.Time) { hand.Store(&to); w.tokens = map[string]string{} }
}

// startAt brings up a service whose clock is the given one.
func startAt(t testing.TB, url string, clock func() time.Time, change ...func(*server.Config)) *world {
	t.Helper()
	store, err := postgres.Open(t.Context(), postgres.Config{URL: url, Logger: silent, Clock: clock, LeadTrusted: auth.LeadsTrusted(nil, "http://test")})
	if err != nil {
		t.Fatal(err)
	}
	inTheEnd(t, func() { _ = store.Close() })
	failures := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError})) // why something was answered 500 or 503
	w := &world{t: t, url: url, store: store, owner: ownerPool(t, url), issuer: auth.NewAuthority(store, "http://test", "peerchallenge", clock), tokens: map[string]string{}, made: map[string]string{}, reader: programme.RoleReporting, clock: clock}
	access := auth.NewAccess(t.Context(), store, clock, silent)
	inTheEnd(t, access.Close)
	verifier, err := auth.NewVerifier(t.Context(), auth.Config{Local: w.issuer, Access: access, Clock: clock, Logger: silent})
	if err != nil {
		t.Fatal(err)
	}
	inTheEnd(t, verifier.Close)
	cfg := server.Config{
		Store: store, Verify: verifier.Verify, Examine: verifier.Examine, Subscriber: verifier.Subscriber, Keys: w.issuer.JWKS, Grant: auth.NewClients(w.issuer, access).Grant, Issuer: "http://test",
		Clock: clock, Logger: failures, Read: readFile,
	}
	for _, c := range change {
		c(&cfg)
	}
	s, err := server.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	w.http = httptest.NewServer(s)
	inTheEnd(t, w.http.Close)
	w.client = &http.Client{Transport: transport{t, &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 16}}}
	return w
}

// inTheEnd closes a part of the test's world, and lets go of it. The cleanups of a parallel
// test are kept until all others have ended, and with them would be every world there was:
// more and more for the collector to look through.
func inTheEnd(t testing.TB, shut func()) {
	t.Helper()
	t.Cleanup(func() { shut(); shut = nil })
}

// ownerPool answers connections of the database's owner, of which none is made before it
// is asked for. Each comes as if it were new, and where its server has ended it, another:
// a connection for each question took longer than what was asked.
func ownerPool(t testing.TB, url string) *pgxpool.Pool {
	t.Helper()
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	config.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeDescribeExec // keeps nothing of tables that a test alters
	config.PrepareConn = func(ctx context.Context, conn *pgx.Conn) (bool, error) {
		_, err := conn.Exec(ctx, "DISCARD ALL")
		return err == nil, nil
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	inTheEnd(t, pool.Close)
	return pool
}

// yesterday is the day before the service's present one.
func (w *world) yesterday() programme.Date {
	return programme.DefaultSettings.Today(w.clock()).AddDays(-1)
}

// in is the same service in another test, which makes no records in it.
func (w *world) in(t *testing.T) *world {
	t.Helper()
	inner := *w
	inner.t, inner.tokens = t, maps.Clone(w.tokens)
	return &inner
}

// token answers a token for the role, always the same. A borough's speaks for
// Lambeth.
func (w *world) token(role programme.Role) string {
	w.t.Helper()
	return w.tokenOf(role, "E09000022")
}

// tokenOf answers a token for the role, of the borough if it is a borough's.
func (w *world) tokenOf(role programme.Role, borough string) string {
	w.t.Helper()
	actor := programme.Actor{Subject: "test-" + string(role), Roles: []programme.Role{role}}
	if role.OfBorough() {
		actor.Borough = borough
	}
	key := string(role) + actor.Borough
	if w.tokens[key] == "" {
		token, err := w.issuer.Token(context.WithoutCancel(w.t.Context()), actor, time.Hour)
		if err != nil {
			w.t.Fatal(err)
		}
		w.tokens[key] = token
	}
	return w.tokens[key]
}

// ask is a request about to be sent.
type ask struct {
	method, path, token string
	header              map[string]string
	body                string
}

// answer is what came back.
type answer struct {
	t      testing.TB
	status int
	header http.Header
	body   string
}

// send sends the request and holds its answer to the contract.
func (w *world) send(a ask) answer {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), a.method, w.http.URL+a.path, strings.NewReader(a.body))
	if err != nil {
		w.t.Fatal(err)
	}
	if a.token != "" {
		request.Header.Set("Authorization", "Bearer "+a.token)
	}
	switch a.method {
	case http.MethodPost, http.MethodPut:
		request.Header.Set("Content-Type", "application/json")
	case http.MethodPatch:
		request.Header.Set("Content-Type", "application/merge-patch+json")
	}
	for name, value := range a.header {
		request.Header.Set(name, value)
	}
	return w.receive(request)
}

// receive sends a request as it is.
func (w *world) receive(request *http.Request) answer {
	w.t.Helper()
	r, err := w.client.Do(request)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return answer{w.t, r.StatusCode, r.Header, string(body)}
}

// get reads as a reporting tool, unless the test has another reader.
func (w *world) get(path string, header ...string) answer {
	w.t.Helper()
	return w.send(ask{method: http.MethodGet, path: path, token: w.token(w.reader), header: pairs(header)})
}

// write changes as the programme team.
func (w *world) write(method, path, body string, header ...string) answer {
	w.t.Helper()
	return w.send(ask{method: method, path: path, token: w.token(programme.RoleProgramme), body: body, header: pairs(header)})
}

// patch changes the present state, whatever it is.
func (w *world) patch(path, body string) answer {
	w.t.Helper()
	return w.write(http.MethodPatch, path, body, "If-Match", w.get(path).header.Get("ETag"))
}

// step takes a step that changes the state of a record, whatever its state is now,
// and says why, if anything is said.
func (w *world) step(path, step string, why ...string) answer {
	w.t.Helper()
	return w.write(http.MethodPost, path+"/"+step, because(why...), "If-Match", w.etag(path))
}

// because is the body that gives a reason; it is empty where there is none.
func because(why ...string) string {
	if len(why) == 0 {
		return ""
	}
	return `{"reason":"` + strings.Join(why, " ") + `"}`
}

// etag answers that of the record as the programme's team sees it.
func (w *world) etag(path string) string {
	w.t.Helper()
	token := w.token(programme.RoleProgramme)
	if strings.Contains(path, "/self-evaluations/") { // whose state is its borough's to know
		token = w.tokenOf(programme.RoleBoroughLead, own)
	}
	return w.send(ask{method: http.MethodGet, path: path, token: token}).want(200).header.Get("ETag")
}

func pairs(header []string) map[string]string {
	m := map[string]string{}
	for i := 0; i+1 < len(header); i += 2 {
		m[header[i]] = header[i+1]
	}
	return m
}

// want fails the test unless the status is the given one.
func (a answer) want(status int) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d: %.1500s", a.status, status, a.body)
	}
	return a
}

// problem fails the test unless the answer is this problem, and answers its
// faults as "place code".
func (a answer) problem(status int, code string) []string {
	a.t.Helper()
	a.want(status)
	var p struct {
		Code   string
		Status int
		Errors []struct{ Pointer, Parameter, Code string }
	}
	a.into(&p)
	if p.Code != code || p.Status != status {
		a.t.Fatalf("problem %s (%d), want %s (%d): %s", p.Code, p.Status, code, status, a.body)
	}
	faults := []string{}
	for _, e := range p.Errors {
		faults = append(faults, e.Pointer+e.Parameter+" "+e.Code)
	}
	return faults
}

// into decodes the body.
func (a answer) into(target any) {
	a.t.Helper()
	decoder := json.NewDecoder(bytes.NewReader([]byte(a.body)))
	if err := decoder.Decode(target); err != nil {
		a.t.Fatalf("%v: %.500s", err, a.body)
	}
}

// caller is somebody who uses the service.
type caller struct {
	w     *world
	token string
}

func (w *world) as(role programme.Role, borough string) caller {
	w.t.Helper()
	return caller{w, w.tokenOf(role, borough)}
}

func (c caller) send(method, path, body string, header ...string) answer {
	c.w.t.Helper()
	return c.w.send(ask{method: method, path: path, token: c.token, body: body, header: pairs(header)})
}

func (c caller) get(path string) answer {
	c.w.t.Helper()
	return c.send(http.MethodGet, path, "")
}

func (c caller) post(path, body string) answer {
	c.w.t.Helper()
	return c.send(http.MethodPost, path, body)
}

// change sends a change of the record's present state.
func (c caller) change(method, path, body string, header ...string) answer {
	c.w.t.Helper()
	return c.send(method, path, body, append(header, "If-Match", c.w.etag(c.w.stated(path)))...)
}

// id answers that of what was created.
func (a answer) id() string {
	a.t.Helper()
	var made struct{ ID string }
	a.want(201).into(&made)
	return made.ID
}

func readFile(name, dataset string, source io.Reader, known benchmark.Known) (*benchmark.Import, error) {
	return dfe.Read(name, source, known, dfe.Options{Dataset: dataset})
}
