package server_test

import (
	"bufio"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"peerchallenge/api"
	"peerchallenge/pkg/server"
)

// TestTheDocumentationIsClosed: its page runs no scripts but its own, talks to nobody
// else, stands in no other page, and keeps no token.
func TestTheDocumentationIsClosed(t *testing.T) {
	t.Parallel()
	w := start(t)
	for _, path := range []string{"/docs", "/docs/"} {
		page := w.get(path).want(200)
		policy := map[string]string{}
		for directive := range strings.SplitSeq(page.header.Get("Content-Security-Policy"), "; ") {
			name, value, _ := strings.Cut(directive, " ")
			policy[name] = value
		}
		for name, want := range map[string]string{
			"default-src": "'none'", "connect-src": "'self'", "frame-ancestors": "'none'", "base-uri": "'none'", "form-action": "'none'",
			"style-src": "'self' 'unsafe-inline'", "img-src": "'self' data:",
		} {
			if policy[name] != want {
				t.Errorf("%s: %s is %q, want %s", path, name, policy[name], want)
			}
		}
		scripts := regexp.MustCompile(`(?s)<script>(.*?)</script>`).FindAllStringSubmatch(page.body, -1)
		want := "'self'"
		for _, script := range scripts {
			sum := sha256.Sum256([]byte(script[1]))
			want += " 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
		}
		if len(scripts) == 0 || policy["script-src"] != want {
			t.Errorf("%s: its %d scripts are %s, and those that may run %s", path, len(scripts), want, policy["script-src"])
		}
		if handler := regexp.MustCompile(`\son[a-z]+="`).FindString(page.body); handler != "" {
			t.Errorf("%s has a script in an attribute, %s, which the policy forbids", path, handler)
		}
		if !strings.Contains(page.body, "persistAuthorization: false") {
			t.Errorf("%s keeps tokens", path)
		}
		if page.header.Get("X-Frame-Options") != "DENY" || page.header.Get("Referrer-Policy") != "no-referrer" || page.header.Get("Content-Type") != "text/html; charset=UTF-8" {
			t.Errorf("%s: %v", path, page.header)
		}
	}
	if got := w.get("/problems").want(200).header.Get("Content-Security-Policy"); !strings.HasPrefix(got, "default-src 'none'; ") || strings.Contains(got, "script") {
		t.Errorf("/problems: %s", got)
	}
	for _, path := range []string{"/docs/nothing.js", "/docs/oauth2-redirect.html", "/docs/../docs/x", "/docs/swagger-ui.css.gz", "/docs/."} {
		w.get(path).problem(404, "no_such_address")
	}
}

// served answers an address at which the service is served as in life, with changes to
// its configuration.
func served(t *testing.T, w *world, change func(*server.Config)) string {
	t.Helper()
	cfg := server.Config{Store: w.store, Keys: w.issuer.JWKS, Clock: clock, Logger: silent}
	change(&cfg)
	s, err := server.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, ended := t.Context(), make(chan error, 1)
	go func() { ended <- s.Serve(ctx, listener, time.Minute) }()
	t.Cleanup(func() {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return listener.Addr().String()
}

// TestWhatNoHandlerHearsIsAProblemToo: what net/http refuses by itself has the form
// of every other error.
func TestWhatNoHandlerHearsIsAProblemToo(t *testing.T) {
	t.Parallel()
	var log safeBuffer
	address := served(t, lean(t), func(cfg *server.Config) { cfg.Logger = slog.New(slog.NewJSONHandler(&log, nil)) })
	for name, c := range map[string]struct {
		request string
		status  int
		code    string
	}{
		"no HTTP":            {"hello\r\n\r\n", 400, "malformed_request"},
		"no host":            {"GET /v1/boroughs HTTP/1.1\r\n\r\n", 400, "malformed_request"},
		"a header's name":    {"GET /v1/boroughs HTTP/1.1\r\nHost: x\r\nA B: c\r\n\r\n", 400, "malformed_request"},
		"an address":         {"GET /v1/%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400, "malformed_request"},
		"two lengths":        {"POST /v1/priorities HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400, "malformed_request"},
		"large headers":      {"GET /v1/boroughs HTTP/1.1\r\nHost: x\r\nA: " + strings.Repeat("a", 100<<10) + "\r\n\r\n", 431, "headers_too_large"},
		"a long address":     {"GET /v1/boroughs?a=" + strings.Repeat("a", 100<<10) + " HTTP/1.1\r\nHost: x\r\n\r\n", 431, "headers_too_large"},
		"a coding":           {"POST /v1/priorities HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501, "transfer_encoding"},
		"a version":          {"GET /v1/boroughs HTTP/3.0\r\nHost: x\r\n\r\n", 505, "http_version"},
		"an expectation":     {"GET /v1/boroughs HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\n\r\n", 417, "expectation"},
		"an unknown method":  {"BREW /v1/boroughs HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 405, "method_not_allowed"},
		"an unknown address": {"GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 404, "no_such_address"},
		"no token":           {"GET /v1/boroughs HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 401, "no_token"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			if _, err := io.WriteString(conn, c.request); err != nil {
				t.Fatal(err)
			}
			r, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = r.Body.Close() }()
			var p api.Problem
			if err := json.NewDecoder(r.Body).Decode(&p); err != nil {
				t.Fatalf("%d %v", r.StatusCode, err)
			}
			if r.StatusCode != c.status || p.Status != c.status || string(p.Code) != c.code || p.Type != "/problems/"+c.code || p.Title == "" || p.Detail == "" {
				t.Errorf("%d %+v", r.StatusCode, p)
			}
			if r.Header.Get("Content-Type") != "application/problem+json" || r.Header.Get("X-Request-Id") != p.Instance || p.Instance == "" || !r.Close {
				t.Errorf("%v", r.Header)
			}
			if line := regexp.MustCompile(`(?m)^.*` + p.Instance + `.*$`).FindString(log.String()); !strings.Contains(line, `"problem":"`+c.code+`"`) || !strings.Contains(line, `"address":"127.0.0.`) {
				t.Errorf("the log says %q", line)
			}
		})
	}
}
