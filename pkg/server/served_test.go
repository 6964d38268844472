package server_test

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"peerchallenge/api"
)

func TestContractIsServedAsItIs(t *testing.T) {
	t.Parallel()
	w := readOnly(t)
	published, err := os.ReadFile("../../openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := w.get("/openapi.yaml").want(200)
	if text.body != string(published) {
		t.Error("another text")
	}
	w.get("/openapi.yaml", "If-None-Match", text.header.Get("ETag")).want(304)
	w.get("/openapi.json", "If-None-Match", w.get("/openapi.json").header.Get("ETag")).want(304)
	var doc struct {
		OpenAPI string `json:"openapi"`
		Paths   map[string]any
	}
	w.get("/openapi.json").want(200).into(&doc)
	if doc.OpenAPI != "3.0.3" || doc.Paths["/v1/comparisons"] == nil {
		t.Errorf("%+v", doc.OpenAPI)
	}
}

// TestContractOfJSONAlone: for generators that know one form for each answer, the lists
// are JSON, as are bodies that can be, and nothing asks for another form. All else is as it is.
func TestContractOfJSONAlone(t *testing.T) {
	t.Parallel()
	w := readOnly(t)
	whole, lean := w.get("/openapi.json").want(200), w.get("/openapi.json?formats=json").want(200)
	doc, err := openapi3.NewLoader().LoadFromData([]byte(lean.body)) // every reference leads somewhere
	if err != nil {
		t.Fatal(err)
	}
	lists, pages := 0, 0
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			before := contract.find(method, path)
			if len(before.Responses.Map()) != len(op.Responses.Map()) {
				t.Errorf("%s has lost an answer", op.OperationID)
			}
			for _, p := range op.Parameters {
				if p.Value.Name == "format" {
					t.Errorf("%s can be asked for another form", op.OperationID)
				}
			}
			if body := op.RequestBody; body != nil && body.Value.Content["application/json"] != nil && (body.Value.Content["text/csv"] != nil || body.Value.Content[asWorkbook] != nil) {
				t.Errorf("%s takes a table too", op.OperationID)
			}
			was := before.Responses.Value("200")
			if was != nil && was.Value.Content["text/html"] != nil && was.Value.Content["application/json"] != nil {
				pages++
				if op.Responses.Value("200").Value.Content["text/html"] != nil {
					t.Errorf("%s answers a page too", op.OperationID)
				}
			}
			if was == nil || was.Value.Content["text/csv"] == nil || was.Value.Content["application/json"] == nil {
				continue // no list: a table is nothing else
			}
			lists++
			if content := op.Responses.Value("200").Value.Content; len(content) != 1 || content["application/json"] == nil {
				t.Errorf("%s answers %d forms", op.OperationID, len(content))
			}
		}
	}
	if lists < 20 || pages < 2 || doc.Components.Schemas["CSV"] != nil || strings.Contains(lean.body, "ndjson\":") || !strings.Contains(whole.body, "text/csv") {
		t.Errorf("%d lists, %d pages", lists, pages)
	}
	w.get("/openapi.json?formats=json", "If-None-Match", lean.header.Get("ETag")).want(304)
	if got := w.get("/openapi.json?formats=csv").problem(400, "bad_request"); !slices.Equal(got, []string{"formats unknown_value"}) {
		t.Errorf("faults %v", got)
	}
}

// TestNothingInternalIsServed: the marks that only the program reads stay inside.
func TestNothingInternalIsServed(t *testing.T) {
	t.Parallel()
	w := readOnly(t)
	for _, mark := range []string{"x-from-snapshot", "x-go-type"} {
		if !bytes.Contains(api.Contract, []byte(mark)) {
			t.Errorf("%s is not there at all, and proves nothing", mark)
		}
		for _, path := range []string{"/openapi.yaml", "/openapi.json", "/openapi.json?formats=json"} {
			if strings.Contains(w.get(path).want(200).body, mark) {
				t.Errorf("%s shows %s", path, mark)
			}
		}
	}
}

// TestRequestsAreClosedAndAnswersOpen: what is sent by mistake is refused, and a client
// that refuses what it does not know is not made from this contract.
func TestRequestsAreClosedAndAnswersOpen(t *testing.T) {
	t.Parallel()
	doc, err := openapi3.NewLoader().LoadFromData(api.Contract)
	if err != nil {
		t.Fatal(err)
	}
	objects := 0
	var walk func(where string, ref *openapi3.SchemaRef, closed bool)
	walk = func(where string, ref *openapi3.SchemaRef, closed bool) {
		if ref == nil {
			return
		}
		if s := ref.Value; s.Properties != nil {
			objects++
			if has := s.AdditionalProperties.Has; closed && (has == nil || *has) || !closed && has != nil && !*has {
				t.Errorf("%s: %s is closed: %v", where, ref.Ref, !closed)
			}
			for name, property := range s.Properties {
				walk(where+"/"+name, property, closed)
			}
		}
		walk(where+"/0", ref.Value.Items, closed)
	}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			if op.RequestBody != nil {
				for kind, media := range op.RequestBody.Value.Content {
					if kind == "application/x-www-form-urlencoded" {
						continue // of RFC 6749, which ignores what it does not know
					}
					walk("what "+method+" "+path+" takes", media.Schema, true)
				}
			}
			for status, response := range op.Responses.Map() {
				for _, media := range response.Value.Content {
					walk("what "+method+" "+path+" answers with "+status, media.Schema, false)
				}
			}
		}
	}
	if objects < 500 {
		t.Errorf("only %d objects", objects)
	}
}

// TestEveryErrorHasAnExampleOfItsOwn: with the status that it comes with, and in the
// words of its explanation.
func TestEveryErrorHasAnExampleOfItsOwn(t *testing.T) {
	t.Parallel()
	w := readOnly(t)
	shown := map[string]string{}
	for _, op := range contract.operations {
		for status, response := range op.Responses.Map() {
			media := response.Value.Content["application/problem+json"]
			if media == nil {
				continue
			}
			example, _ := media.Example.(map[string]any)
			code, _ := example["code"].(string)
			if want := cmp.Or(shown[code], status); example == nil || status != "default" && fmt.Sprint(example["status"]) != status || want != status {
				t.Errorf("%s shows %v for %s", op.OperationID, example, status)
			}
			if shown[code] != "" {
				continue
			}
			shown[code] = status
			var explained api.ProblemKinds
			w.get("/problems/"+code, "Accept", "application/json").want(200).into(&explained)
			if example["title"] != explained.Items[0].Title || example["type"] != "/problems/"+code {
				t.Errorf("%v is explained as %s", example, explained.Items[0].Title)
			}
		}
	}
	if len(shown) < 10 {
		t.Errorf("only %v", shown)
	}
}
