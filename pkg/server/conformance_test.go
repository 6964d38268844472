package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/postgres"
	"peerchallenge/pkg/postgres/pgtest"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/server"
)

// TestEveryOperation asks each operation of the contract, made of the contract's
// own examples, for everything that an operation of its kind must do.
func TestEveryOperation(t *testing.T) {
	t.Parallel()
	// Reads share a service, with all records made before they begin. What writes shares
	// one with what writes of the same noun, one after the other, each on records of its own:
	// a database for each took more than what was asked of it.
	full, plain := start(t), lean(t)
	for _, id := range nounOf {
		plain.standing(id)
	}
	writing := map[string][]*described{}
	for _, op := range contract.operations {
		noun, _, _ := strings.Cut(strings.TrimPrefix(op.path, "/v1/"), "/")
		w := full
		switch {
		case op.method != http.MethodGet || strings.Contains(op.path, "{secret}"): // a calendar is subscribed to before it is read
			writing[noun] = append(writing[noun], op)
			continue
		case !ofFigures(op):
			w = plain
			plain.recordOf(op)
			plain.quarterOf(op, op.path)
		}
		t.Run(op.OperationID, func(t *testing.T) {
			t.Parallel()
			w.in(t).keepsTheContract(op)
		})
	}
	for noun, operations := range writing {
		t.Run("writing "+noun, func(t *testing.T) {
			t.Parallel()
			database := leanDatabase
			if slices.ContainsFunc(operations, ofFigures) {
				database = pgtest.Database
			}
			w := startOn(t, database(t))
			for _, op := range operations {
				t.Run(op.OperationID, func(t *testing.T) { //nolint:paralleltest // the next would meet what it writes
					w := w.in(t)
					w.made = map[string]string{}
					w.keepsTheContract(op)
				})
			}
		})
	}
}

// ofFigures reports whether the operation is about published figures.
func ofFigures(op *described) bool {
	return slices.ContainsFunc(op.Tags, func(tag string) bool { return tag == "Figures" || tag == "Comparisons" || tag == "Indicators" })
}

// keepsTheContract asks the operation for everything that one of its kind must do.
func (w *world) keepsTheContract(op *described) {
	w.t.Helper()
	if slices.Contains(op.Tags, "Service") && op.RequestBody != nil {
		return // the token endpoint, which has tests of its own
	}
	if slices.Contains(op.Tags, "Service") {
		w.send(ask{method: op.method, path: w.address(op)}).want(200)
		return
	}
	if firstRole(op) != "public" { // a calendar is for whoever has its address
		w.refusesStrangers(op)
	}
	w.refusesBadParameters(op)
	w.refusesBadBodies(op)
	w.findsNothing(op)
	w.refusesUnseenChanges(op)
	w.answersItsExample(op)
	w.answersConditionally(op)
}

// address fills in the path and the required parameters with their examples.
func (w *world) address(op *described) string {
	w.t.Helper()
	path, query := w.quarterOf(op, op.path), url.Values{}
	if id := w.recordOf(op); id != "" {
		path = strings.NewReplacer("{id}", id, "/frameworks/{version}", "/frameworks/"+id).Replace(path)
	}
	for _, p := range op.parameters {
		example := exampleOf(p.Value)
		switch {
		case p.Value.In == "path" && !strings.Contains(path, "{"+p.Value.Name+"}"):
		case p.Value.In == "path" && ids[op.path] != "":
			var list struct{ Items []struct{ ID string } }
			w.get(ids[op.path]).want(200).into(&list)
			var id string
			if len(list.Items) > 0 {
				id = list.Items[0].ID
			} else { // a test has deleted them all
				id = w.write(http.MethodPost, ids[op.path], w.example(contract.find(http.MethodPost, ids[op.path]))).id()
			}
			path = strings.Replace(path, "{"+p.Value.Name+"}", id, 1)
		case p.Value.In == "path" && op.method == http.MethodDelete && op.path == "/v1/sub-regions/{slug}":
			path = w.removable(path, "slug", "/v1/sub-regions", `{"slug":"spare","name":"Spare","description":""}`, "spare")
		case p.Value.In == "path" && op.method == http.MethodDelete && (strings.HasSuffix(op.path, "/{code}") || strings.HasSuffix(op.path, "/{quarter}")):
			path = w.removableByCode(op.path, p.Value.Name)
		case p.Value.In == "path":
			path = strings.Replace(path, "{"+p.Value.Name+"}", w.stood(example), 1)
		case p.Value.In == "query" && p.Value.Required:
			query.Set(p.Value.Name, w.stood(example))
		}
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return path
}

// removable makes something that can be deleted again, for operations that
// refuse what is in use.
func (w *world) removable(path, parameter, list, body, key string) string {
	w.t.Helper()
	if r := w.write(http.MethodPost, list, body); r.status != 201 && r.status != 409 {
		w.t.Fatalf("the thing to delete could not be made: %s", r.body)
	}
	return strings.Replace(path, "{"+parameter+"}", key, 1)
}

func (w *world) removableByCode(path, parameter string) string {
	w.t.Helper()
	list := strings.TrimSuffix(path, "/{"+parameter+"}")
	body := w.example(contract.find(http.MethodPost, list))
	var made struct{ Code string }
	if err := json.Unmarshal([]byte(body), &made); err != nil {
		w.t.Fatal(err)
	}
	return w.removable(path, parameter, list, body, made.Code)
}

// example answers the example of an operation's body.
func (w *world) example(op *described) string {
	w.t.Helper()
	if takesFile(op) {
		text, _ := op.RequestBody.Value.Content["text/csv"].Example.(string)
		return text
	}
	for mediaType, media := range op.RequestBody.Value.Content {
		if media.Schema.Value.Format == "binary" {
			continue
		}
		text, err := json.Marshal(media.Example)
		if err != nil || media.Example == nil {
			w.t.Fatalf("%s has no example of its body as %s (%v)", op.OperationID, mediaType, err)
		}
		return string(text)
	}
	return ""
}

func (w *world) ask(op *described) ask {
	w.t.Helper()
	a := ask{method: op.method, path: w.address(op), header: map[string]string{}}
	if role := firstRole(op); role != "public" {
		a.token = w.token(role)
	}
	if op.RequestBody != nil {
		a.body = w.stood(w.example(op))
	}
	if takesFile(op) {
		a.header["Content-Type"] = "text/csv"
	}
	if hasParameter(op, "If-Match") {
		a.header["If-Match"] = w.send(ask{method: http.MethodGet, path: w.stated(a.path), token: a.token}).want(200).header.Get("ETag")
	}
	if hasParameter(op, "X-Audit-Reason") {
		a.header["X-Audit-Reason"] = "To see whether it works"
	}
	return a
}

// takesFile reports whether the body is a file, and nothing else.
func takesFile(op *described) bool {
	return op.RequestBody != nil && op.RequestBody.Value.Content["text/csv"] != nil && op.RequestBody.Value.Content["application/json"] == nil
}

// firstRole is the first of the roles that may call the operation.
func firstRole(op *described) programme.Role {
	allowed, _ := op.Extensions["x-roles"].([]any)
	return programme.Role(fmt.Sprint(allowed[0]))
}

// stated answers the address of the resource whose state a change is made on: that
// of the operation itself, or for a step or a part of a record, the record's.
func (w *world) stated(path string) string {
	path, _, _ = strings.Cut(path, "?")
	if strings.HasPrefix(path, "/v1/boroughs/") && (strings.Contains(path, "/benchmarking-submissions/") || strings.Contains(path, "/self-evaluations/")) {
		return path // which is a record's own, beside the one under its id
	}
	if strings.HasPrefix(path, "/v1/self-evaluations/") && strings.Contains(path, "/sections/") {
		return path // a section has a state of its own
	}
	if parts := strings.Split(path, "/"); len(parts) > 4 {
		return strings.Join(parts[:4], "/")
	}
	return path
}

func hasParameter(op *described, name string) bool {
	return slices.ContainsFunc(op.parameters, func(p *openapi3.ParameterRef) bool { return p.Value.Name == name })
}

func (w *world) refusesStrangers(op *described) {
	w.t.Helper()
	a := w.ask(op)
	a.token = ""
	r := w.send(a)
	r.problem(401, "no_token")
	if got := r.header["Www-Authenticate"]; !slices.Equal(got, []string{`Bearer realm="peerchallenge"`, `Basic realm="peerchallenge", charset="UTF-8"`}) {
		w.t.Errorf("WWW-Authenticate is %s", got)
	}
	a.token = "not.a.token"
	r = w.send(a)
	r.problem(401, "token_malformed")
	if got := r.header.Get("WWW-Authenticate"); !strings.Contains(got, `error="invalid_token"`) {
		w.t.Errorf("WWW-Authenticate is %s", got)
	}
	allowed, _ := op.Extensions["x-roles"].([]any)
	for _, role := range programme.Roles {
		if !slices.Contains(allowed, any(string(role))) {
			a.token = w.token(role)
			w.send(a).problem(403, "role")
		}
	}
	if role := programme.RoleBoroughLead; slices.Contains(allowed, any(string(role))) {
		a.token = w.tokenOf(role, elsewhere)
		w.send(a).problem(403, "unknown_borough")
	}
}

// elsewhere is a county, which has children's services and no part in the programme.
const elsewhere = "E10000003"

func (w *world) refusesBadParameters(op *described) {
	w.t.Helper()
	a := w.ask(op)
	join := "?"
	if strings.Contains(a.path, "?") {
		join = "&"
	}
	a.path += join + "colour=blue"
	if got := w.send(a).problem(400, "bad_request"); !slices.Equal(got, []string{"colour unknown_parameter"}) {
		w.t.Errorf("faults %v", got)
	}
	if op.method == http.MethodGet && hasParameter(op, "limit") {
		a.path = strings.Replace(a.path, "colour=blue", "limit=0&cursor=x&format=xml", 1)
		want := []string{"format unknown_value", "limit too_small"}
		if !hasParameter(op, "format") {
			want[0] = "format unknown_parameter"
		}
		if got := w.send(a).problem(400, "bad_request"); !slices.Equal(got, want) {
			w.t.Errorf("faults %v", got)
		}
	}
}

func (w *world) refusesBadBodies(op *described) {
	w.t.Helper()
	if op.RequestBody == nil {
		return
	}
	a := w.ask(op)
	if takesFile(op) {
		w.refusesBadFiles(op, a)
		return
	}
	right := a.body
	for _, body := range []string{" ", "{", right + "{}", `{"a":1}{`} {
		a.body = body
		w.send(a).problem(400, "malformed_json")
	}
	a.body = strings.Repeat("[", 65) + strings.Repeat("]", 65)
	w.send(a).problem(400, "too_deep")
	a.body = `{"name":"` + strings.Repeat("x", 1<<20) + `"}`
	w.send(a).problem(413, "too_large")
	if op.RequestBody.Value.Required {
		a.body = ""
		w.send(a).problem(400, "malformed_json")
		a.body = `{}`
		if faults := w.send(a).problem(422, "invalid"); len(faults) == 0 {
			w.t.Error("no fault is named")
		}
	}
	a.body = strings.Replace(right, "{", `{"colour":"blue",`, 1)
	if got := w.send(a).problem(422, "invalid"); !slices.Equal(got, []string{"/colour unknown_member"}) {
		w.t.Errorf("faults %v", got)
	}
	a.body, a.header["Content-Type"] = right, "text/plain"
	refused := w.send(a)
	refused.problem(415, "media_type")
	want := map[bool]string{true: "application/merge-patch+json, application/json"}[op.method == http.MethodPatch]
	if takes := refused.header.Get("Accept-Patch"); takes != want {
		w.t.Errorf("Accept-Patch is %q, want %q", takes, want)
	}
	if takes := refused.header.Get("Accept"); (takes == "") != (op.method == http.MethodPatch) || op.method != http.MethodPatch && !strings.Contains(takes, "application/json") {
		w.t.Errorf("Accept is %q", takes)
	}
}

func (w *world) refusesBadFiles(op *described, a ask) {
	w.t.Helper()
	right := a.body
	unknown := map[string]string{"importRelease": "unknown_dataset", "importBenchmarkingHistory": "missing_column"}[op.OperationID]
	for body, fault := range map[string]string{"": "no_header", "a,b\n1,2\n": unknown, strings.Replace(right, "100", "many", 1): "not_a_number"} {
		a.body = body
		if got := w.send(a).problem(422, "invalid_file"); !slices.ContainsFunc(got, func(f string) bool { return strings.Contains(f, fault) }) {
			w.t.Errorf("%q has the faults %v, want %s", body, got, fault)
		}
	}
	a.body, a.header["Content-Type"] = right, "application/json"
	w.send(a).problem(415, "media_type")
	a.header["Content-Type"], a.header["Content-Encoding"] = "text/csv", "gzip"
	w.send(a).problem(415, "media_type")
}

// findsNothing asks for keys that do not exist.
func (w *world) findsNothing(op *described) {
	w.t.Helper()
	if op.Responses.Value("404") == nil || !strings.Contains(op.path, "{") {
		return
	}
	a := w.ask(op)
	missing := map[string]string{"id": "01932b7e-5d5c-7c4e-9d0f-1f6c8f6f3a10", "slug": "nowhere", "version": "999.0.0", "quarter": "2098-99-Q4", "number": "99", "cycle": "2098-99", "sectionId": "nowhere", "participantId": "01932b7e-5d5c-7c4e-9d0f-1f6c8f6f3a10", "secret": "pca_nothing"}
	path := op.path
	for _, p := range op.parameters {
		key := missing[p.Value.Name]
		if p.Value.Name == "borough" || p.Value.Name == "secretId" {
			key = fmt.Sprint(p.Value.Example)
		}
		if p.Value.Name == "borough" && slices.ContainsFunc([]string{"/reminder-addresses", "/exceptions", "/dossier", "/papers.zip"}, func(end string) bool { return strings.HasSuffix(op.path, end) }) {
			key = "E09000099"
		}
		if strings.HasPrefix(op.path, "/v1/cycles/") {
			key = "2098-00" // every financial year is a cycle, and this is none
		}
		if p.Value.Name == "code" {
			key = map[bool]string{true: "E09000099", false: "NOTHING"}[strings.Contains(op.path, "boroughs") || strings.Contains(op.path, "authorities")]
			if strings.Contains(op.path, "periods") {
				key = "2098-99"
			}
		}
		path = strings.Replace(path, "{"+p.Value.Name+"}", key, 1)
	}
	if _, query, found := strings.Cut(a.path, "?"); found {
		path += "?" + query
	}
	a.path = path
	w.send(a).problem(404, "not_found")
}

func (w *world) refusesUnseenChanges(op *described) {
	w.t.Helper()
	if !hasParameter(op, "If-Match") || hasParameter(op, "If-None-Match") {
		return // a PUT that creates or replaces asks for the state only where what it brings is new
	}
	a := w.ask(op)
	right := a.header["If-Match"]
	for _, stale := range []string{`"99-abc"`, `"abc"`, "W/" + right, `"0-abc"`, `"99", "98-x", "abc"`, "99"} {
		a.header["If-Match"] = stale
		w.send(a).problem(412, "stale")
	}
	a.header["If-Match"] = "*"
	w.send(a).problem(428, "if_match_names_no_state")
	delete(a.header, "If-Match")
	w.send(a).problem(428, "if_match_required")
}

// answersItsExample sends the request that the contract shows.
func (w *world) answersItsExample(op *described) {
	w.t.Helper()
	a := w.ask(op)
	if hasParameter(op, "Idempotency-Key") {
		a.header["Idempotency-Key"] = "example"
	}
	if etag := a.header["If-Match"]; etag != "" { // one of several holds, as the record itself has it
		version, _, _ := strings.Cut(etag, "-")
		a.header["If-Match"] = `W/"7", "99-abc", ` + version + `", "98"`
	}
	r := w.send(a)
	if hasParameter(op, "Idempotency-Key") {
		defer w.isNotRepeated(op, a, r)
	}
	switch op.method {
	case http.MethodPatch: // and again as plain JSON, as clients send it that know no other
		r.want(200)
		a.header["If-Match"], a.header["Content-Type"] = r.header.Get("ETag"), "application/json"
		w.send(a).want(200)
	case http.MethodGet, http.MethodPut:
		r.want(200)
	case http.MethodDelete:
		if op.Responses.Value("204") == nil {
			r.want(200)
			return
		}
		r.want(204)
		w.send(ask{method: http.MethodGet, path: a.path, token: a.token}).problem(404, "not_found")
	case http.MethodPost:
		if op.Responses.Value("201") == nil {
			r.want(200)
			return
		}
		r.want(201)
		if takesFile(op) { // the answer says what the file changed, and again it changes nothing
			w.get(r.header.Get("Location")).want(200)
			another := a
			another.header = map[string]string{"Content-Type": a.header["Content-Type"]}
			w.send(another).want(200)
			return
		}
		again := w.send(ask{method: http.MethodGet, path: r.header.Get("Location"), token: a.token}).want(200)
		if op.Extensions["x-shows-secret"] == true {
			return // which is not read again
		}
		if again.header.Get("ETag") != r.header.Get("ETag") || again.body != r.body {
			w.t.Errorf("what was created reads differently:\n%s %s\n%s %s", r.header.Get("ETag"), r.body, again.header.Get("ETag"), again.body)
		}
		if w.recordOf(contract.find(http.MethodGet, r.header.Get("Location"))) == "" {
			another := a
			another.header = map[string]string{}
			w.send(another).want(409) // its key is the caller's
		}
	}
}

// answersConditionally asks again with the ETag of the answer.
func (w *world) answersConditionally(op *described) {
	w.t.Helper()
	if op.method != http.MethodGet {
		return
	}
	a := w.ask(op)
	first := w.send(a).want(200)
	etag := first.header.Get("ETag")
	for _, known := range []string{etag, "W/" + etag, `"other", ` + etag, "*"} {
		a.header["If-None-Match"] = known
		if r := w.send(a).want(304); r.header.Get("ETag") != etag || r.body != "" {
			w.t.Errorf("304 with ETag %s and body %q", r.header.Get("ETag"), r.body)
		}
	}
	a.header["If-None-Match"] = `"other"`
	if r := w.send(a).want(200); r.body != first.body || r.header.Get("ETag") != etag {
		w.t.Error("the second answer is not the first")
	}
}

// away is the real store with one method overridden: its database is away.
type away struct{ *postgres.Store }

func (away) Snapshot(context.Context) (*benchmark.Snapshot, error) {
	return nil, programme.Errorf(programme.Unavailable, "database_unavailable", "The database cannot be reached.")
}

func (a away) Ready(ctx context.Context) error {
	_, err := a.Snapshot(ctx)
	return err
}

func TestEveryOperationSaysThatTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	w := start(t)
	requests := map[*described]ask{}
	for _, op := range contract.operations {
		if !slices.Contains(op.Tags, "Service") {
			requests[op] = w.ask(op)
		}
	}
	down := startOn(t, w.url, func(cfg *server.Config) { cfg.Store = away{w.store} })
	for _, a := range requests {
		r := down.send(a)
		r.problem(503, "database_unavailable")
		if r.header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
	}
	down.send(ask{method: http.MethodGet, path: "/readyz"}).problem(503, "database_unavailable")
	down.send(ask{method: http.MethodGet, path: "/healthz"}).want(200)
}
