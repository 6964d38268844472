package server_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/server"
)

func TestAddressesOutsideTheContract(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.get("/v1/nothing").problem(404, "no_such_address")
	r := w.write("PUT", "/v1/boroughs/E09000022", `{}`)
	r.problem(405, "method_not_allowed")
	allowed := strings.Split(strings.ReplaceAll(r.header.Get("Allow"), " ", ""), ",")
	for _, method := range []string{"GET", "PATCH", "DELETE"} {
		if !slices.Contains(allowed, method) {
			t.Errorf("Allow is %v", allowed)
		}
	}
	w.get("/problems/nothing").problem(404, "not_found")
	w.get("/problems/NOTHING").problem(400, "bad_request")
}

// TestAnotherSpellingIsAnotherQuestion: what one operation was answered must not
// answer another whose address only looks the same once it is decoded.
func TestAnotherSpellingIsAnotherQuestion(t *testing.T) {
	t.Parallel()
	w := readOnly(t)
	w.get("/v1/indicators/REREF_PCT/series?borough=E09000022").want(200)
	w.get("/v1/indicators/REREF_PCT%2Fseries?borough=E09000022").problem(400, "bad_request")
}

// TestProgrammeBeforeItIsDescribed: a database that nobody has loaded.
func TestProgrammeBeforeItIsDescribed(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.exec("DELETE FROM programmes")
	w.get("/v1/programme").problem(404, "not_found") // the first question loads the snapshot
	w.write("PATCH", "/v1/programme", `{"name":"x"}`, "If-Match", `"1-x"`).problem(404, "not_found")
}

// TestHeadIsGetWithoutBody, for those who look whether something is there.
func TestHeadIsGetWithoutBody(t *testing.T) {
	t.Parallel()
	w := readOnly(t)
	for _, path := range []string{"/v1/boroughs/E09000022", "/v1/boroughs?format=csv", "/healthz"} {
		got, head := w.get(path).want(200), w.head(path)
		if head.status != 200 || head.body != "" || head.header.Get("ETag") != got.header.Get("ETag") || head.header.Get("Content-Type") != got.header.Get("Content-Type") {
			t.Errorf("%s: %d %v", path, head.status, head.header)
		}
	}
	if r := w.head("/v1/boroughs/E09000099"); r.status != 404 || r.body != "" {
		t.Errorf("%d %s", r.status, r.body)
	}
}

// head asks outside the harness, which expects bodies.
func (w *world) head(path string) answer {
	w.t.Helper()
	client := w.client
	w.client = http.DefaultClient
	defer func() { w.client = client }()
	return w.send(ask{method: http.MethodHead, path: path, token: w.token(programme.RoleReporting)})
}

func TestMalformedQueryIsNotIgnored(t *testing.T) {
	t.Parallel()
	w := readOnly(t)
	for _, query := range []string{"sort=name;limit=5", "sort=%zz"} {
		if got := w.get("/v1/boroughs?"+query).problem(400, "bad_request"); !slices.Contains(got, " malformed_query") {
			t.Errorf("%s: faults %v", query, got)
		}
	}
}

// TestDocumentationNeedsNoOtherHost: scripts and styles come from this binary.
func TestDocumentationNeedsNoOtherHost(t *testing.T) {
	t.Parallel()
	w := readOnly(t)
	page := w.get("/docs").want(200)
	assets := regexp.MustCompile(`<(?:script|link|img)[^>]* (?:src|href)="([^"]+)"`).FindAllStringSubmatch(page.body, -1)
	if len(assets) == 0 {
		t.Fatal("the page has no assets")
	}
	for _, asset := range assets {
		if !strings.HasPrefix(asset[1], "/docs/") {
			t.Errorf("%s is not ours", asset[1])
			continue
		}
		if r := w.get(asset[1]).want(200); len(r.body) == 0 {
			t.Errorf("%s is empty", asset[1])
		}
	}
}

func TestEveryProblemHasItsPage(t *testing.T) {
	t.Parallel()
	w := readOnly(t)
	all := w.get("/problems").want(200).body
	ids := regexp.MustCompile(`<section id="([a-z_]+)">`).FindAllStringSubmatch(all, -1)
	if len(ids) < 20 {
		t.Fatalf("%d problems", len(ids))
	}
	for _, id := range ids {
		if page := w.get("/problems/" + id[1]).want(200).body; !strings.Contains(page, id[1]) {
			t.Errorf("the page of %s does not name it", id[1])
		}
	}
	var p api.Problem
	w.get("/v1/nothing").into(&p)
	w.get(p.Type).want(200)
}

// TestEveryCodeIsExplained: what the contract names, a page and JSON explain, and
// nothing else.
func TestEveryCodeIsExplained(t *testing.T) {
	t.Parallel()
	w := readOnly(t)
	var kinds api.ProblemKinds
	w.get("/problems", "Accept", "application/json").want(200).into(&kinds)
	var explained []string
	for _, kind := range kinds.Items {
		explained = append(explained, string(kind.Code))
		for _, text := range []string{kind.Title, kind.Means, kind.Do} {
			if text == "" {
				t.Errorf("%+v leaves something out", kind)
			}
		}
	}
	var named []string
	for _, code := range contract.doc.Components.Schemas["ProblemCode"].Value.Enum {
		named = append(named, code.(string))
	}
	if !slices.Equal(explained, named) {
		t.Errorf("explained are %q, the contract names %q", explained, named)
	}
	var one api.ProblemKinds
	w.get("/problems/stale", "Accept", "text/html;q=0.5, application/json").want(200).into(&one)
	if i := slices.Index(explained, "stale"); len(one.Items) != 1 || one.Items[0] != kinds.Items[i] {
		t.Errorf("one problem is %+v", one)
	}
	w.get("/problems/not_a_code", "Accept", "application/json").problem(404, "not_found")
	for _, accept := range []string{"", "*/*", "text/html", "text/html, application/xhtml+xml, */*;q=0.8"} {
		page := w.get("/problems/stale", "Accept", accept).want(200)
		if page.header.Get("Content-Type") != "text/html; charset=UTF-8" || page.header.Get("Vary") != "Accept" {
			t.Errorf("Accept %q is answered with %v", accept, page.header)
		}
	}
}

func TestKeysOfTheBuiltInIssuer(t *testing.T) {
	t.Parallel()
	w := readOnly(t)
	w.token(programme.RoleReporting) // the first token makes the first key
	var set struct{ Keys []map[string]any }
	w.get("/.well-known/jwks.json").want(200).into(&set)
	if len(set.Keys) != 1 || set.Keys[0]["d"] != nil || set.Keys[0]["x"] == nil {
		t.Errorf("%v", set.Keys)
	}
}

// TestCompression: the compressed form is the same answer under an ETag of its own.
func TestCompression(t *testing.T) {
	t.Parallel()
	w := start(t)
	for _, path := range []string{"/v1/boroughs", "/v1/boroughs?format=csv", "/v1/boroughs?format=ndjson"} {
		plain := w.get(path).want(200)
		packed := w.get(path, "Accept-Encoding", "gzip").want(200)
		if packed.header.Get("Content-Encoding") != "gzip" || len(packed.body) >= len(plain.body) {
			t.Errorf("%s is not compressed", path)
			continue
		}
		z, err := gzip.NewReader(strings.NewReader(packed.body))
		if err != nil {
			t.Fatal(err)
		}
		unpacked, err := io.ReadAll(z)
		if err != nil || string(unpacked) != plain.body {
			t.Errorf("%s: %v, or another text", path, err)
		}
		if packed.header.Get("ETag") == plain.header.Get("ETag") {
			t.Error("two encodings with one strong ETag")
		}
		w.get(path, "Accept-Encoding", "gzip", "If-None-Match", packed.header.Get("ETag")).want(304)
		if refused := w.get(path, "Accept-Encoding", "gzip;q=0"); refused.header.Get("Content-Encoding") != "" {
			t.Error("gzip was refused and sent")
		}
	}
	etag := w.get("/v1/programme", "Accept-Encoding", "gzip").header.Get("ETag")
	w.write("PATCH", "/v1/programme", `{"name":"Ours"}`, "If-Match", etag).want(200)
}

func TestCrossOrigin(t *testing.T) {
	t.Parallel()
	w := start(t, func(cfg *server.Config) { cfg.CORSOrigins = []string{"https://portal.example"} })
	preflight := ask{method: "OPTIONS", path: "/v1/boroughs", header: map[string]string{
		"Origin": "https://portal.example", "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization",
	}}
	if r := w.send(preflight).want(204); r.header.Get("Access-Control-Allow-Origin") != "https://portal.example" {
		t.Errorf("%v", r.header)
	}
	if r := w.get("/v1/boroughs", "Origin", "https://portal.example").want(200); !strings.Contains(strings.Join(r.header.Values("Vary"), ","), "Origin") || r.header.Get("Access-Control-Allow-Origin") != "https://portal.example" || !strings.Contains(r.header.Get("Access-Control-Expose-Headers"), "ETag") {
		t.Errorf("%v", r.header)
	}
	if r := w.get("/v1/boroughs", "Origin", "https://elsewhere.example").want(200); r.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("%v", r.header)
	}
	if r := readOnly(t).get("/v1/boroughs", "Origin", "https://portal.example").want(200); r.header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("allowed without configuration")
	}
}

type safeBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.String()
}

// TestFaultsOfOursSayNothing: a panic and an unknown error are a 500 with
// nothing inside; the cause is in the log under the instance.
func TestFaultsOfOursSayNothing(t *testing.T) {
	t.Parallel()
	for name, verify := range map[string]func(context.Context, string) (programme.Actor, error){
		"panic": func(context.Context, string) (programme.Actor, error) { panic("secret thing") },
		"error": func(context.Context, string) (programme.Actor, error) {
			return programme.Actor{}, errors.New("secret thing")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log safeBuffer
			w := start(t, func(cfg *server.Config) {
				cfg.Verify, cfg.Logger = verify, slog.New(slog.NewJSONHandler(&log, nil))
			})
			r := w.get("/v1/boroughs")
			r.problem(500, "internal")
			var p api.Problem
			r.into(&p)
			if strings.Contains(r.body, "secret") || !strings.Contains(log.String(), "secret thing") || !strings.Contains(log.String(), p.Instance) {
				t.Errorf("body %s\nlog %s", r.body, log.String())
			}
		})
	}
}

// TestRequestsInFlightAreFinished: the server is told to end while a request is
// being answered.
func TestRequestsInFlightAreFinished(t *testing.T) {
	t.Parallel()
	arrived, release := make(chan struct{}), make(chan struct{})
	w := start(t)
	s, err := server.New(server.Config{
		Store: w.store, Keys: w.issuer.JWKS, Clock: clock, Logger: silent,
		Verify: func(context.Context, string) (programme.Actor, error) {
			close(arrived)
			<-release
			return programme.Actor{Subject: "x", Roles: []programme.Role{programme.RoleReporting}}, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, listener, time.Minute) }()
	status := make(chan int, 1)
	go func() {
		request, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+listener.Addr().String()+"/v1/boroughs", http.NoBody)
		request.Header.Set("Authorization", "Bearer x")
		r, err := http.DefaultClient.Do(request)
		if err != nil {
			status <- 0
			return
		}
		defer func() { _ = r.Body.Close() }()
		status <- r.StatusCode
	}()
	<-arrived
	end()
	close(release)
	if got := <-status; got != http.StatusOK {
		t.Errorf("status %d", got)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestDeepJSONIsRefusedBeforeItIsRead: 18 kB of brackets must not reach the
// validator, whose time and memory they would take.
func TestDeepJSONIsRefusedBeforeItIsRead(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.write("POST", "/v1/priorities", strings.Repeat("[", 9000)+strings.Repeat("]", 9000)).problem(400, "too_deep")
	w.write("POST", "/v1/priorities", `{"name":"`+strings.Repeat(`[{\"`, 100)+`","description":"","validFrom":"2026-04-01"}`).problem(422, "invalid")
	w.write("POST", "/v1/priorities", `{"name":"`+strings.Repeat(`[`, 100)+`","description":"","validFrom":"2026-04-01"}`).want(201)
}

// TestRefusalsRepeatNothing: an answer to a bad request does not send its values
// back.
func TestRefusalsRepeatNothing(t *testing.T) {
	t.Parallel()
	w := start(t)
	r := w.write("POST", "/v1/boroughs", `{"code":"secret","name":5,"shortName":"secret","liiaCode":"secret","innerOuter":"secretsecretsecretsecret"}`)
	got := r.problem(422, "invalid")
	slices.Sort(got)
	if want := []string{"/code pattern", "/innerOuter too_long", "/liiaCode pattern", "/name type"}; !slices.Equal(got, want) {
		t.Errorf("faults %v, want %v", got, want)
	}
	if strings.Contains(r.body, "secret") {
		t.Errorf("%s", r.body)
	}
}

// TestNoOtherProtocols: an upgrade is answered as any other request, and there is no
// address that takes queries of the caller's own making.
func TestNoOtherProtocols(t *testing.T) {
	t.Parallel()
	w := lean(t)
	for protocol, status := range map[string]int{"websocket": 200, "h2c": 200, "": 200} {
		header := []string{"Connection", "Upgrade", "Upgrade", protocol, "Sec-WebSocket-Version", "13", "Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="}
		r := w.get("/v1/programme", header...).want(status)
		if r.header.Get("Upgrade") != "" || r.header.Get("Sec-WebSocket-Accept") != "" {
			t.Errorf("an upgrade to %q is taken up: %v", protocol, r.header)
		}
	}
	for _, path := range []string{"/graphql", "/v1/graphql", "/v1/ws"} {
		w.write(http.MethodPost, path, `{"query":"{ __schema { types { name } } }"}`).problem(404, "no_such_address")
	}
	for _, op := range contract.operations {
		if strings.Contains(op.path, "graphql") {
			t.Errorf("%s is in the contract", op.path)
		}
	}
}
