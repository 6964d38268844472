package server_test

import (
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/server"
)

// logging brings up a service, and answers what it has logged of a request. Asking
// ends the service, because a line may be written after its answer has come.
func logging(t *testing.T, change ...func(*server.Config)) (w *world, of func(request string) map[string]any, log *safeBuffer) {
	t.Helper()
	log = &safeBuffer{}
	w = start(t, append(change, func(cfg *server.Config) { cfg.Logger = slog.New(slog.NewJSONHandler(log, nil)) })...)
	return w, func(request string) map[string]any {
		t.Helper()
		w.http.Close()
		for line := range strings.Lines(log.String()) {
			var fields map[string]any
			if err := json.Unmarshal([]byte(line), &fields); err != nil {
				t.Fatalf("a line of the log is not one JSON object: %q", line)
			}
			if fields["msg"] == "request" && fields["request"] == request {
				return fields
			}
		}
		t.Fatalf("the log has no line of %s:\n%s", request, log.String())
		return nil
	}, log
}

// TestTheLogSaysWhoAndWhat: each line has exactly what docs/log.md says, and what
// concerns security has a name.
func TestTheLogSaysWhoAndWhat(t *testing.T) {
	t.Parallel()
	w, of, _ := logging(t)
	lead, other := w.as(programme.RoleBoroughLead, "E09000022"), w.as(programme.RoleBoroughLead, "E09000028")
	person := lead.post("/v1/participants", `{"name":"Sam Example","role":"ad","borough":"E09000022"}`).id()
	outsider := w.as(programme.RoleBoroughLead, elsewhere)
	known := map[string]string{"subject": "test-borough-lead", "issuer": "http://test", "roles": "[borough-lead]", "borough": "E09000022", "address": "127.0.0.1"}
	cases := map[string]struct {
		by           caller
		method, path string
		status       int
		want         map[string]string // beside what is known of the caller
		unknown      bool
	}{
		"read-a-record":    {lead, "GET", "/v1/participants/" + person, 200, map[string]string{"operation": "getParticipant", "path": "map[id:" + person + "]"}, false},
		"read-in-capitals": {lead, "GET", "/v1/participants/" + strings.ToUpper(person), 200, map[string]string{"operation": "getParticipant", "path": "map[id:" + person + "]"}, false},
		"read-a-list":      {lead, "GET", "/v1/participants?borough=E09000022", 200, map[string]string{"operation": "listParticipants"}, false},
		"a-member": {lead, "PUT", "/v1/peer-challenge-groups/" + person + "/members/E09000028", 403, map[string]string{
			"operation": "putPeerChallengeGroupMember", "path": "map[borough:E09000028 id:" + person + "]", "problem": "role", "event": "authz_refused",
		}, false},
		"another-borough-s": {other, "GET", "/v1/participants/" + person, 404, map[string]string{
			"operation": "getParticipant", "path": "map[id:" + person + "]", "problem": "not_found", "event": "record_not_visible", "borough": "E09000028",
		}, false},
		"a-borough-outside": {outsider, "GET", "/v1/boroughs/E09000022", 403, map[string]string{
			"operation": "getBorough", "path": "map[code:E09000022]", "problem": "unknown_borough", "event": "authz_refused", "borough": elsewhere,
		}, false},
		"not-the-contract-s": {lead, "GET", "/v1/participants/sam@example.org", 400, map[string]string{"operation": "getParticipant", "problem": "bad_request"}, false},
		"no-token":           {caller{w, ""}, "GET", "/v1/participants/" + person, 401, map[string]string{"operation": "getParticipant", "path": "map[id:" + person + "]", "problem": "no_token", "event": "authn_failed"}, true},
		"a-forged-token":     {caller{w, lead.token[:len(lead.token)-6] + "AAAAAA"}, "GET", "/v1/boroughs", 401, map[string]string{"operation": "listBoroughs", "problem": "token_signature", "event": "authn_failed"}, true},
		"no-such-address":    {lead, "GET", "/v1/people/Sam-Example", 404, map[string]string{"operation": "none", "problem": "no_such_address"}, true},
		"a-problem-s-page":   {lead, "GET", "/problems/nothing", 404, map[string]string{"operation": "getProblem", "path": "map[code:nothing]", "problem": "not_found"}, true},
	}
	for name, c := range cases {
		c.by.send(c.method, c.path, map[bool]string{true: `{"role":"visitor"}`}[c.method == "PUT"], "X-Request-Id", "request-"+name).want(c.status)
	}
	for name, c := range cases {
		want := maps.Clone(known)
		if c.unknown {
			want = map[string]string{"address": "127.0.0.1"}
		}
		maps.Copy(want, c.want)
		got := map[string]string{}
		for field, value := range of("request-" + name) {
			got[field] = printed(value)
		}
		for _, always := range []string{"time", "level", "msg", "request", "status", "bytes", "took", "broken", "method"} {
			if got[always] == "" {
				t.Errorf("%s: the log lacks %s", name, always)
			}
			delete(got, always)
		}
		if !maps.Equal(got, want) {
			t.Errorf("%s: the log says\n  %v, not\n  %v", name, got, want)
		}
	}
}

func printed(value any) string {
	text, _ := json.Marshal(value) // it was JSON before
	plain := strings.NewReplacer(`"`, "", "{", "map[", "}", "]", ",", " ").Replace(string(text))
	return plain
}

// TestTheLogSaysWhoSignsIn: a client that proves who it is stands in the line; one that
// does not is a security event, and nobody's.
func TestTheLogSaysWhoSignsIn(t *testing.T) {
	t.Parallel()
	w, of, log := logging(t)
	machine := w.machine("E09000022")
	const grant = "grant_type=client_credentials"
	by := "&client_id=" + machine.ID + "&client_secret=" + machine.secret
	cases := map[string]struct {
		body                    string
		status                  int
		subject, problem, event any
	}{
		"signed-in":    {grant + by, 200, machine.ID, nil, nil},
		"wrong-secret": {grant + by + "x", 401, nil, "invalid_client", "authn_failed"},
		"no-proof":     {grant + "&client_id=" + machine.ID, 401, nil, "invalid_client", "authn_failed"},
		"no-grant":     {by[1:], 400, nil, "invalid_request", nil},
	}
	for name, c := range cases {
		w.send(ask{method: http.MethodPost, path: "/oauth/token", body: c.body, header: map[string]string{"Content-Type": "application/x-www-form-urlencoded", "X-Request-Id": "request-" + name}}).want(c.status)
	}
	for name, c := range cases {
		if got := of("request-" + name); got["subject"] != c.subject || got["problem"] != c.problem || got["event"] != c.event || got["address"] != "127.0.0.1" {
			t.Errorf("%s: the log says %v", name, got)
		}
	}
	if strings.Contains(log.String(), machine.secret) {
		t.Error("the log says the secret")
	}
}

// TestTheLogSaysNothingElse: everything that people write, and every secret, is sent
// and looked for.
func TestTheLogSaysNothingElse(t *testing.T) {
	t.Parallel()
	w, of, log := logging(t)
	lead, machine, key := w.as(programme.RoleBoroughLead, "E09000022"), w.machine("E09000022"), w.readKey("").text
	secrets := []string{
		"Sam Example", "Sam%20Example", "sam@example.org", "sam%40example.org", "Alex-Example", "key-of-mine", "Because of", "What was found", "2019-09-09",
		lead.token, lead.token[strings.LastIndex(lead.token, "."):], "forged", "PROPFINDSAM",
		machine.secret, key, strings.TrimPrefix(passwordOf(key), "Basic "), strings.TrimPrefix(passwordOf(key+"x"), "Basic "),
	}
	person := lead.send("POST", "/v1/participants", `{"name":"Sam Example","email":"sam@example.org","role":"ad","borough":"E09000022"}`,
		"Idempotency-Key", "key-of-mine").id()
	lead.send("POST", "/v1/participants", `{"name":"Sam Example","role":"ad","borough":"E09000022"}`, "X-Audit-Reason", "Because of her").problem(400, "bad_request")
	lead.send("POST", "/v1/participants", `{"name":"Sam Example","role":"Sam Example","borough":"sam@example.org"}`).want(422)
	lead.change("PATCH", "/v1/participants/"+person, `{"name":"Sam Example 2"}`, "X-Audit-Reason", "Because of him").want(200)
	w.write("POST", "/v1/events", `{"kind":"workshop","title":"What was found","description":"What was found by Sam Example","startsOn":"2026-10-05","endsOn":"2026-10-05"}`).want(201)
	lead.get("/v1/participants?borough=sam@example.org&Sam%20Example=1").want(400)
	lead.get("/v1/events?from=2019-09-09").want(200)
	lead.get("/v1/participants/sam@example.org").want(400)
	lead.get("/v1/participants/Sam%20Example").want(400)
	lead.get("/v1/boroughs/Alex-Example").want(400)
	lead.get("/sam@example.org").want(404)
	caller{w, "forged." + lead.token}.get("/v1/boroughs").want(401)
	lead.send("POST", "/v1/boroughs/E09000022/reminder-addresses", `{"address":"sam@example.org"}`).want(201)
	lead.post(commentsList, commenting(exampleNeighbour, "children-in-care", "Sam Example")).want(422)
	lead.send("PUT", returnAt(own, "practice"), "count,value,status,reason\r\nreferrals,Sam Example,missing,sam@example.org\r\n", "Content-Type", "text/csv", "If-None-Match", "*").want(422)
	machine.signIn().get("/v1/boroughs").want(200)
	w.grant("grant_type=client_credentials&client_id=sam@example.org&client_secret="+machine.secret, "").want(401)
	for _, password := range []string{key, key + "x"} {
		w.send(ask{method: http.MethodGet, path: "/v1/boroughs", header: asPassword(password)})
	}
	request, err := http.NewRequestWithContext(t.Context(), "PROPFINDSAM", w.http.URL+"/v1/boroughs", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Request-Id", "two words\tand \"more")
	request.Header.Set("X-Forwarded-For", "sam@example.org")
	request.Header.Set("User-Agent", "Sam Example")
	w.receive(request).want(405)

	// An issuer that names people by their addresses is the operator's fault, and
	// still nobody's address is in the log.
	token, err := w.issuer.Token(t.Context(), programme.Actor{Subject: "sam@example.org", Roles: []programme.Role{programme.RoleReporting}}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	caller{w, token}.send("GET", "/v1/boroughs", "", "X-Request-Id", "request-by-address").want(200)
	if metrics := w.get("/metrics").want(200).body; strings.Contains(metrics, "E09000022") || strings.Contains(metrics, "test-") || !strings.Contains(metrics, `operation="getParticipant"`) {
		t.Errorf("%.800s", metrics)
	}
	if got := of("request-by-address")["subject"]; got != "sha256:22e7ba7a5786d8fb" {
		t.Errorf("the subject is %v", got)
	}
	text := log.String()
	for _, secret := range append(secrets, token) {
		if strings.Contains(text, secret) {
			t.Errorf("the log says %.40s", secret)
		}
	}
	for line := range strings.Lines(text) {
		if !json.Valid([]byte(line)) {
			t.Errorf("not a JSON object: %s", line)
		}
	}
}

// TestTheLogIsDescribed: docs/log.md names every field, and no other event.
func TestTheLogIsDescribed(t *testing.T) {
	t.Parallel()
	w, of, _ := logging(t)
	page, err := os.ReadFile("../../docs/log.md")
	if err != nil {
		t.Fatal(err)
	}
	w.as(programme.RoleBoroughLead, elsewhere).send("GET", "/v1/boroughs/E09000022", "", "X-Request-Id", "request-described").want(403)
	fields := slices.Sorted(maps.Keys(of("request-described")))
	for _, field := range fields {
		if !slices.Contains([]string{"time", "level", "msg"}, field) && !strings.Contains(string(page), "`"+field+"`") {
			t.Errorf("docs/log.md does not say what %s is", field)
		}
	}
	for _, field := range []string{"subject", "issuer", "roles", "borough", "address", "path", "problem", "event"} {
		if !slices.Contains(fields, field) {
			t.Errorf("the line of a refusal lacks %s: %v", field, fields)
		}
	}
}

// TestTheLogKeepsAsMuchOfAnAddressAsItMay: an operator may not want to know who sat
// where.
func TestTheLogKeepsAsMuchOfAnAddressAsItMay(t *testing.T) {
	t.Parallel()
	for form, want := range map[server.AddressForm]map[string]any{
		server.WholeAddresses: {"203.0.113.77": "203.0.113.77", "2001:db8:1:2::3": "2001:db8:1:2::3"},
		server.ShortAddresses: {"203.0.113.77": "203.0.113.0/24", "2001:db8:1:2::3": "2001:db8:1::/48"},
		server.NoAddresses:    {"203.0.113.77": nil, "2001:db8:1:2::3": nil},
	} {
		w, of, _ := logging(t, func(cfg *server.Config) {
			cfg.Addresses, cfg.Proxies = form, []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
		})
		id := func(address string) string {
			return "request-" + strings.NewReplacer(":", "-", ".", "-").Replace(address)
		}
		for address := range want {
			w.send(ask{method: "GET", path: "/healthz", header: map[string]string{"X-Request-Id": id(address), "X-Forwarded-For": "198.51.100.1, " + address}}).want(200)
		}
		for address, logged := range want {
			if got := of(id(address))["address"]; got != logged {
				t.Errorf("%s logs %v for %s, want %v", form, got, address, logged)
			}
		}
	}
}
