package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"peerchallenge/pkg/postgres/pgtest"
	"peerchallenge/pkg/seed"
)

// recorded is one of the files under api/contract/examples: what an operation's
// example sends, written by hand, and what it answers, written by this test.
type recorded struct {
	Body   json.RawMessage `json:"body,omitempty"`
	Table  json.RawMessage `json:"table,omitempty"` // the body as CSV, where it may be that too
	Answer json.RawMessage `json:"answer,omitempty"`
}

// exampleDay is when the examples are recorded.
var exampleDay = time.Date(2026, 11, 26, 9, 30, 0, 0, time.UTC)

// TestExamples: every answer that the contract shows is the service's own, on London's
// data with the page's year, on one day, with nobody else writing. Ids, instants and
// places in lists, which differ from run to run, are all written alike; every figure,
// name, count and code must be the same. After a change that is meant:
//
//	go test ./pkg/server -run Examples -update && go generate ./api
func TestExamples(t *testing.T) {
	t.Parallel()
	w := startAt(t, pgtest.Database(t), func() time.Time { return exampleDay })
	if err := seed.LoadYear(t.Context(), w.store, team); err != nil {
		t.Fatal(err)
	}
	alike := newAlike(w)
	asks := map[string]ask{}
	for _, op := range contract.operations { // every record is there before the first is read
		if op.method == http.MethodGet && answersJSON(op) {
			asks[op.OperationID] = w.ask(op)
		}
	}
	record := func(op *described, a ask) {
		if hasParameter(op, "limit") {
			join := "?"
			if strings.Contains(a.path, "?") {
				join = "&"
			}
			a.path += join + "limit=1"
		}
		r := w.send(a)
		if r.status/100 != 2 {
			t.Errorf("the example of %s is answered %d: %.500s", op.OperationID, r.status, r.body)
			return
		}
		compareExample(t, op.OperationID, alike.text(r.body))
	}
	for _, op := range contract.operations {
		if a, reads := asks[op.OperationID]; reads {
			record(op, a)
		}
	}
	for _, op := range contract.operations {
		if op.method != http.MethodGet && answersJSON(op) {
			w.made = map[string]string{} // each on records of its own, whatever became of those before
			record(op, w.ask(op))
		}
	}
}

func answersJSON(op *described) bool {
	if slices.Contains(op.Tags, "Service") {
		return false // of the service itself, and of nobody's data
	}
	for _, status := range []string{"200", "201"} {
		if r := op.Responses.Value(status); r != nil && r.Value.Content["application/json"] != nil {
			return true
		}
	}
	return false
}

// compareExample holds the answer to the recorded one, or records it.
func compareExample(t *testing.T, operation, answer string) {
	t.Helper()
	path := "../../api/contract/examples/" + operation + ".json"
	text, err := os.ReadFile(path)
	if err != nil && (!*update || !os.IsNotExist(err)) {
		t.Error(err)
		return
	}
	var file recorded
	if len(text) > 0 {
		if err := json.Unmarshal(text, &file); err != nil {
			t.Errorf("%s: %v", path, err)
			return
		}
	}
	var shown bytes.Buffer
	if err := json.Compact(&shown, file.Answer); err != nil && !*update {
		t.Errorf("%s: %v", path, err)
	}
	answer = strings.TrimSpace(answer)
	switch {
	case *update:
		file.Answer = json.RawMessage(answer)
		writeExample(t, path, file)
	case shown.String() != answer:
		t.Errorf("%s is answered\n%s\nand the contract shows\n%s", operation, answer, &shown)
	}
}

func writeExample(t *testing.T, path string, file recorded) {
	t.Helper()
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(file); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// alike writes alike what differs from run to run.
type alike struct {
	ids map[string]string // what each id is written as
	w   *world
}

func newAlike(w *world) *alike { return &alike{map[string]string{}, w} }

var (
	anyID       = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	anyInstant  = regexp.MustCompile(`"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z"`)
	anySecret   = regexp.MustCompile(`"pc[rs]_[a-z2-7]{58}"`)
	anyCalendar = regexp.MustCompile(`pca_[a-z2-7]{58}`)
	anyHint     = regexp.MustCompile(`"(pc[ars]_)[a-z2-7]{4}"`)
	anyEtag     = regexp.MustCompile(`"etag":"\\"[0-9]{16}\\""`)
	anyChance   = regexp.MustCompile(`"(hash|kid|salt|signature|x)":"[^"]+"`) // of a receipt
	anyTruth    = regexp.MustCompile(`"trueHash":"[0-9a-f]{64}"`)             // likewise
	anyCursor   = regexp.MustCompile(`"nextCursor":"[^"]+"`)
)

// text answers the text with each id by the order of its first appearance or, where it
// stands for one of the contract's, as that; every instant as the day of the examples;
// and one cursor and one state for all.
func (a *alike) text(body string) string {
	known := map[string]string{}
	for example, id := range maps.All(a.w.made) {
		if exampleID.MatchString(example) {
			known[id] = example
		}
	}
	body = anyID.ReplaceAllStringFunc(body, func(id string) string {
		if example := known[id]; example != "" {
			return example
		}
		if a.ids[id] == "" {
			a.ids[id] = fmt.Sprintf("01932b7e-5d5c-7000-8000-%012d", len(a.ids)+1)
		}
		return a.ids[id]
	})
	body = anyInstant.ReplaceAllString(body, `"`+exampleDay.Format(time.RFC3339)+`"`)
	// Nothing that a scanner for leaked secrets would take for one.
	body = anyCalendar.ReplaceAllString(body, exampleCalendar)
	body = anyHint.ReplaceAllString(anySecret.ReplaceAllString(body, `"shown-once"`), `"${1}k3vq"`)
	if strings.Contains(body, `"salt":`) {
		body = anyChance.ReplaceAllString(body, `"${1}":"chance"`)
	}
	body = anyTruth.ReplaceAllString(body, `"trueHash":"`+strings.Repeat("3a", 32)+`"`)
	body = anyEtag.ReplaceAllString(body, `"etag":"\"1764149400000000\""`)
	return anyCursor.ReplaceAllString(body, `"nextCursor":"WyJFMDkwMDAwMDIiXQ"`)
}
