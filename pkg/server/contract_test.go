package server_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"peerchallenge/api"
)

// conformance holds every answer of every test to the contract, and counts
// which of the contract's answers were seen.
type conformance struct {
	doc        *openapi3.T
	operations []*described
	mu         sync.Mutex
	seen       map[string]bool // "listBoroughs 200"
	held       sync.Map        // of bodies that were found to be as the contract says: the same need not be read again
}

// described is an operation of the contract with its address.
type described struct {
	*openapi3.Operation
	method, path string
	pattern      *regexp.Regexp
	parameters   openapi3.Parameters
}

var contract = readContract()

func readContract() *conformance {
	doc, err := openapi3.NewLoader().LoadFromData(api.Contract)
	if err != nil {
		panic(err)
	}
	// The contract leaves answers open, so that they may grow; a member that it does not
	// have yet is a mistake all the same.
	for _, ref := range doc.Components.Schemas {
		if s := ref.Value; s.Properties != nil && s.AdditionalProperties.Has == nil {
			s.AdditionalProperties.Has = new(false)
		}
	}
	c := &conformance{doc: doc, seen: map[string]bool{}}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			pattern := regexp.MustCompile("^" + regexp.MustCompile(`\\\{[^}]+\\\}`).ReplaceAllString(regexp.QuoteMeta(path), "[^/]+") + "$")
			c.operations = append(c.operations, &described{op, method, path, pattern, slices.Concat(item.Parameters, op.Parameters)})
		}
	}
	slices.SortFunc(c.operations, func(a, b *described) int {
		return strings.Compare(a.path+" "+a.method, b.path+" "+b.method)
	})
	return c
}

// find answers the operation that a request meets, or nil.
func (c *conformance) find(method, path string) *described {
	for _, op := range c.operations {
		if op.method == method && (op.path == path || op.pattern.MatchString(path)) {
			return op
		}
	}
	return nil
}

// check says what is wrong with an answer.
func (c *conformance) check(request *http.Request, r *http.Response, body []byte) error {
	op := c.find(request.Method, request.URL.Path)
	if op == nil {
		return c.checkProblem(r, body) // outside the contract there are only problems
	}
	status := strconv.Itoa(r.StatusCode)
	ref := op.Responses.Value(status)
	if ref == nil && slices.Contains([]int{405, 429, 500, 503}, r.StatusCode) {
		status, ref = "default", op.Responses.Default()
	}
	if ref == nil {
		return fmt.Errorf("%s: status %d is not in the contract", op.OperationID, r.StatusCode)
	}
	c.mu.Lock()
	c.seen[op.OperationID+" "+status] = true
	c.mu.Unlock()
	for name, header := range ref.Value.Headers {
		value := r.Header.Get(name)
		if value == "" && header.Value.Required {
			return fmt.Errorf("%s %s: the header %s is missing", op.OperationID, status, name)
		}
		if value != "" && header.Value.Schema != nil {
			if err := header.Value.Schema.Value.VisitJSON(value); err != nil {
				return fmt.Errorf("%s %s: header %s: %w", op.OperationID, status, name, err)
			}
		}
	}
	for _, name := range []string{"ETag", "Link", "Location", "Idempotency-Replayed", "Retry-After", "WWW-Authenticate", "Accept-Patch"} {
		if r.Header.Get(name) != "" && ref.Value.Headers[name] == nil {
			return fmt.Errorf("%s %s: the header %s is not in the contract", op.OperationID, status, name)
		}
	}
	if len(ref.Value.Content) == 0 {
		if len(body) > 0 {
			return fmt.Errorf("%s %s: a body where the contract has none", op.OperationID, status)
		}
		return nil
	}
	mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return fmt.Errorf("%s %s: content type: %w", op.OperationID, status, err)
	}
	content := ref.Value.Content[mediaType]
	if content == nil {
		return fmt.Errorf("%s %s: content type %s is not in the contract", op.OperationID, status, mediaType)
	}
	if mediaType == "application/problem+json" {
		return c.checkProblem(r, body)
	}
	if strings.HasSuffix(mediaType, "/json") || strings.HasSuffix(mediaType, "+json") {
		known := heldBody{content.Schema.Value, sha256.Sum256(body)}
		if _, held := c.held.Load(known); held {
			return nil
		}
		if err := checkJSON(op.OperationID+" "+status, content.Schema.Value, body); err != nil {
			return err
		}
		c.held.Store(known, true)
	}
	return nil
}

// heldBody is a body that was held to the schema.
type heldBody struct {
	schema *openapi3.Schema
	body   [sha256.Size]byte
}

func checkJSON(what string, schema *openapi3.Schema, body []byte) error {
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if err := schema.VisitJSON(value, openapi3.MultiErrors(), openapi3.EnableFormatValidation(), openapi3.VisitAsResponse()); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

func (c *conformance) checkProblem(r *http.Response, body []byte) error {
	if r.StatusCode < 400 {
		return nil // an asset of the documentation, or an answer to a preflight request
	}
	if got := r.Header.Get("Content-Type"); got != "application/problem+json" {
		return fmt.Errorf("status %d with content type %q", r.StatusCode, got)
	}
	if err := checkJSON("problem", c.doc.Components.Schemas["Problem"].Value, body); err != nil {
		return err
	}
	var p struct{ Title, Code string }
	if err := json.Unmarshal(body, &p); err != nil {
		return err
	}
	if p.Title == "" {
		return fmt.Errorf("the code %q is explained nowhere", p.Code)
	}
	return nil
}

// gaps lists what the contract promises and no test has seen. A default of the
// Service's operations stands for faults that they do not have.
func (c *conformance) gaps() []string {
	var gaps []string
	for _, op := range c.operations {
		for status := range op.Responses.Map() {
			if status == "default" && slices.Contains(op.Tags, "Service") {
				continue
			}
			if pair := op.OperationID + " " + status; !c.seen[pair] {
				gaps = append(gaps, pair)
			}
		}
	}
	slices.Sort(gaps)
	return gaps
}

// transport holds whatever comes back to the contract.
type transport struct {
	t    testing.TB
	next http.RoundTripper
}

func (tr transport) RoundTrip(request *http.Request) (*http.Response, error) {
	r, err := tr.next.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	_ = r.Body.Close()
	r.Body = io.NopCloser(bytes.NewReader(body))
	plain := body
	if r.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		if plain, err = io.ReadAll(z); err != nil {
			return nil, err
		}
	}
	if err := contract.check(request, r, plain); err != nil {
		tr.t.Errorf("%s %s breaks the contract: %v\n%.2000s", request.Method, request.URL, err, plain)
	}
	return r, nil
}

// reportGaps fails the whole run if it was a run of all tests and left a gap.
func reportGaps(code int, whole bool) int {
	if code != 0 || !whole {
		return code
	}
	gaps := contract.gaps()
	if len(gaps) == 0 {
		return 0
	}
	fmt.Fprintf(os.Stderr, "no test has seen these answers of the contract:\n  %s\n", strings.Join(gaps, "\n  "))
	return 1
}

// TestEveryOperationHasExamples: of its body, and of what it answers in JSON. That
// they keep their schemas, the server itself checks when it starts.
func TestEveryOperationHasExamples(t *testing.T) {
	t.Parallel()
	for _, op := range contract.operations {
		if op.RequestBody != nil {
			for mediaType, media := range op.RequestBody.Value.Content {
				if media.Example == nil && (media.Schema.Value.Format != "binary" || mediaType == "text/csv") {
					t.Errorf("%s has no example of its body", op.OperationID)
				}
			}
		}
		for _, status := range []string{"200", "201"} { // where both are answered, the example is of what is created
			if r := op.Responses.Value(status); r != nil && r.Value.Content["application/json"] != nil && r.Value.Content["application/json"].Example == nil &&
				(status == "201" || op.Responses.Value("201") == nil) {
				t.Errorf("%s has no example of its answer", op.OperationID)
			}
		}
	}
}
