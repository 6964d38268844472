package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// The ways in which names are written, as docs/contract.md says. What others have laid
// down is written as they write it.
var (
	kebabCase = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	snake     = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
	camel     = regexp.MustCompile(`^[a-z]+([A-Z0-9][a-z0-9]*)*$`)
	order     = regexp.MustCompile(`^-?[a-z]+([A-Z][a-z0-9]*)*$`)
	header    = regexp.MustCompile(`^[A-Z][A-Za-z]*(-[A-Z][A-Za-z]*)*$`)
	pascal    = regexp.MustCompile(`^[A-Z][A-Za-z0-9]*$`)
	key       = regexp.MustCompile(`^\{[a-z]+([A-Z][a-z]*)*\}$`)
	file      = regexp.MustCompile(`^[a-z]+(-[a-z]+)*\.(csv|ics|json|svg|xlsx|yaml|zip)$`)
	wellKnown = regexp.MustCompile(`^\.well-known$`)
)

// foreign are the schemas whose members or values others have laid down.
var foreign = map[string]string{
	"FigureStatus":   "the publishers' symbols",
	"QuartileBand":   "as the sector writes bands",
	"Method":         "HTTP",
	"PublicKey":      "RFC 7517",
	"PublicKeyInput": "RFC 7517",
	"TokenRequest":   "RFC 6749",
	"TokenAnswer":    "RFC 6749",
	"TokenRefusal":   "RFC 6749",
	"IssuerMetadata": "RFC 8414",
	"LinkContext":    "RFC 9264",
}

// asAddresses are the lists of values that name what stands in addresses or in tokens;
// tasks are named as steps are.
var asAddresses = regexp.MustCompile(`^(ResourceType|RoleName|ApiClientRole|TaskKind|.*StepName)$`)

// TestNamesAreWrittenOneWay: whoever knows one name of the contract can guess how the
// next is written.
func TestNamesAreWrittenOneWay(t *testing.T) {
	t.Parallel()
	_, published, err := join(os.DirFS(contract))
	if err != nil {
		t.Fatal(err)
	}
	n := namesOf(t, published)
	if n.asked < 2500 {
		t.Errorf("only %d names were asked", n.asked)
	}
	for _, wrong := range n.wrong {
		t.Error(wrong)
	}
	for schema, why := range foreign {
		if !n.foreign[schema] {
			t.Errorf("%s needs no exception for %s", schema, why)
		}
	}
}

// TestNamesWrittenOtherwise: the test above sees what is written otherwise.
func TestNamesWrittenOtherwise(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"paths: {'/v1/peer-reviews/{id}/calendar.ics': {}}":                      "",
		"paths: {/v1/peer_reviews: {}}":                                          "/v1/peer_reviews: peer_reviews",
		"paths: {/v1/a: {get: {operationId: list_a}}}":                           "operationId: list_a",
		"paths: {/v1/a: {get: {parameters: [{in: query, name: sub-region}]}}}":   "parameter: sub-region",
		"paths: {/v1/a: {get: {parameters: [{in: header, name: If-Match}]}}}":    "",
		"components: {parameters: {A: {in: header, name: ifMatch}}}":             "header: ifMatch",
		"components: {schemas: {peerReview: {}}}":                                "schema: peerReview",
		"components: {schemas: {A: {properties: {sub_region: {}}}}}":             "A: sub_region",
		"components: {schemas: {A: {enum: [in_progress, null]}}}":                "",
		"components: {schemas: {A: {enum: [in-progress]}}}":                      "A: in-progress",
		"components: {schemas: {A: {enum: [inProgress]}}}":                       "A: inProgress",
		"components: {schemas: {ASort: {enum: [-updatedAt, updated_at]}}}":       "ASort: updated_at",
		"components: {schemas: {AInclude: {enum: [findingCount, peer_review]}}}": "AInclude: peer_review",
		"components: {schemas: {AStepName: {enum: [write-report, add_one]}}}":    "AStepName: add_one",
		"components: {schemas: {Method: {enum: [POST]}}}":                        "",
	} {
		if got := strings.Join(namesOf(t, []byte(text)).wrong, " "); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

type naming struct {
	asked   int
	wrong   []string
	foreign map[string]bool // of the exceptions, those that are needed
}

func (n *naming) ask(what, name string, ways ...*regexp.Regexp) {
	n.asked++
	for _, way := range ways {
		if way.MatchString(name) {
			return
		}
	}
	if foreign[what] != "" {
		n.foreign[what] = true
		return
	}
	n.wrong = append(n.wrong, what+": "+name)
}

func namesOf(t *testing.T, document []byte) *naming {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal(document, &doc); err != nil {
		t.Fatal(err)
	}
	n, root := &naming{foreign: map[string]bool{}}, doc.Content[0]
	for path, item := range members(get(root, "paths")) {
		for part := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
			if part != "" {
				n.ask(path, part, kebabCase, key, file, wellKnown)
			}
		}
		n.parameters(get(item, "parameters"))
		for _, op := range members(item) {
			if id := get(op, "operationId"); id != nil {
				n.ask("operationId", strings.ReplaceAll(strings.ReplaceAll(id.Value, "JSON", "Json"), "YAML", "Yaml"), camel)
			}
			n.parameters(get(op, "parameters"))
		}
	}
	for _, p := range members(get(root, "components", "parameters")) {
		n.parameter(p)
	}
	for name, schema := range members(get(root, "components", "schemas")) {
		n.ask("schema", name, pascal)
		n.schema(name, schema)
	}
	return n
}

// schema asks the members and the values of a schema, and of what it is made of.
func (n *naming) schema(name string, schema *yaml.Node) {
	for member, property := range members(get(schema, "properties")) {
		n.ask(name, member, camel)
		n.schema(name, property)
	}
	if items := get(schema, "items"); items != nil {
		n.schema(name, items)
	}
	way := snake
	switch {
	case strings.HasSuffix(name, "Sort"), strings.HasSuffix(name, "Include"): // they name members
		way = order
	case asAddresses.MatchString(name):
		way = kebabCase
	}
	if values := get(schema, "enum"); values != nil {
		for _, value := range values.Content {
			if value.Tag != "!!null" {
				n.ask(name, value.Value, way)
			}
		}
	}
}

func (n *naming) parameters(list *yaml.Node) {
	if list == nil {
		return
	}
	for _, p := range list.Content {
		n.parameter(p)
	}
}

func (n *naming) parameter(p *yaml.Node) {
	switch text(get(p, "in")) {
	case "": // a reference
	case "header":
		n.ask("header", text(get(p, "name")), header)
	default:
		n.ask("parameter", text(get(p, "name")), camel)
	}
}
