package main

import (
	"os"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// TestEverythingSaysWhatItMeans: a stranger who reads the contract learns of every
// member, parameter, header and answer what it means there, and not only of which type
// it is.
func TestEverythingSaysWhatItMeans(t *testing.T) {
	t.Parallel()
	_, published, err := join(os.DirFS(contract))
	if err != nil {
		t.Fatal(err)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(published, &doc); err != nil {
		t.Fatal(err)
	}
	found := bare(doc.Content[0])
	if len(found.asked) < 1500 {
		t.Errorf("only %d things were asked", len(found.asked))
	}
	for _, where := range found.silent {
		t.Errorf("%s says nothing of its own", where)
	}
}

// TestWhatSaysNothing: the test above sees what is missing.
func TestWhatSaysNothing(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"components: {schemas: {A: {properties: {b: {type: string, description: What it is.}}}}}":                         "",
		"components: {schemas: {A: {properties: {b: {type: string}}}}}":                                                   "components/schemas/A/properties/b",
		"components: {schemas: {A: {properties: {b: {$ref: '#/components/schemas/B'}}}}}":                                 "components/schemas/A/properties/b",
		"components: {schemas: {A: {properties: {b: {allOf: [{$ref: '#/components/schemas/B'}], description: ' '}}}}}":    "components/schemas/A/properties/b",
		"components: {schemas: {B: {description: X.}, A: {properties: {b: {allOf: [{$ref: B}], description: X.}}}}}":      "components/schemas/A/properties/b",
		"components: {schemas: {B: {description: X.}, A: {properties: {b: {allOf: [{$ref: B}], description: Here X.}}}}}": "",
		"components: {schemas: {A: {items: {properties: {b: {type: string}}}}}}":                                          "components/schemas/A/items/properties/b",
		"paths: {/a: {get: {parameters: [{name: b, in: query}]}}}":                                                        "paths//a/get/parameters/b",
		"paths: {/a: {get: {parameters: [{$ref: '#/components/parameters/B'}]}}}":                                         "",
		"components: {parameters: {B: {name: b, in: query}}}":                                                             "components/parameters/B",
		"paths: {/a: {get: {responses: {'200': {content: {}}}}}}":                                                         "paths//a/get/responses/200",
		"paths: {/a: {get: {responses: {'200': {description: It., headers: {ETag: {schema: {}}}}}}}}":                     "paths//a/get/responses/200/headers/ETag",
		"paths: {/a: {get: {responses: {'200': {$ref: '#/components/responses/B'}}}}}":                                    "",
		"components: {responses: {B: {content: {}}}}":                                                                     "components/responses/B",
	} {
		var doc yaml.Node
		if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(bare(doc.Content[0]).silent, " "); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

// said is what was asked of a contract, and what of it says nothing.
type said struct {
	schemas       *yaml.Node
	asked, silent []string
}

// bare asks every member, parameter, header and answer of a contract.
func bare(root *yaml.Node) *said {
	s := &said{schemas: get(root, "components", "schemas")}
	s.walk("", root)
	return s
}

func (s *said) walk(where string, n *yaml.Node) {
	for name, child := range each(n) {
		at := strings.TrimPrefix(where+"/"+name, "/")
		switch name {
		case "example", "x-go-type", "enum", "required":
			continue
		case "properties", "responses", "headers", "parameters":
			for thing, node := range each(child) {
				if thing == "" {
					thing = text(get(node, "name"))
				}
				s.ask(at+"/"+thing, node, name == "properties")
				s.walk(at+"/"+thing, node)
			}
			continue
		}
		s.walk(at, child)
	}
}

// ask: only a member has to speak for itself where it refers to something that does.
func (s *said) ask(where string, n *yaml.Node, member bool) {
	if !member && get(n, "$ref") != nil {
		return
	}
	s.asked = append(s.asked, where)
	own := strings.TrimSpace(text(get(n, "description")))
	if own == "" || own == text(get(s.schemas, referred(n), "description")) {
		s.silent = append(s.silent, where)
	}
}
