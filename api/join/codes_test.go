package main

import (
	"os"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// named are the members of answers that say by a code or an id what people know by a
// name, and the member beside each that says the name.
var named = map[string]string{
	"borough": "boroughName", "indicator": "indicatorName", "unit": "unitName", "boroughs": "boroughNames", "host": "hostName", "priorityId": "priorityName", "priorityIds": "priorityNames",
	"subRegion": "subRegionName", "subRegions": "subRegionNames",
}

// nameless are the answers that need no name, and why.
var nameless = map[string]string{
	"BenchmarkingPostingResult": "what a system sent, by the code by which it sent it",
	"BenchmarkingReport":        "of one return, which has the name",
	"BoroughFigure":             "in the bytes of a snapshot, which has the names once",
	"BoroughResidents":          "as it was sent, so that a framework can be read, changed and sent again",
	"Citation":                  "as it was sent; what is shown of it has the name",
	"CountCell":                 "as BoroughFigure",
	"DocumentBorough":           "as BoroughFigure",
	"FrameworkPopulation":       "as BoroughResidents",
	"IndicatorPosition":         "as BoroughFigure",
	"NeighbourFigure":           "as BoroughFigure",
	"NullableCitation":          "as Citation",
	"ShownExclusion":            "as BoroughFigure",
}

// TestCodesHaveTheirNames: a reader of an answer looks up no borough, sub-region, priority,
// indicator or unit; and whatever holds an id is called so.
func TestCodesHaveTheirNames(t *testing.T) {
	t.Parallel()
	_, published, err := join(os.DirFS(contract))
	if err != nil {
		t.Fatal(err)
	}
	wrong, asked, excused := codesOf(t, published)
	if asked < 60 {
		t.Errorf("only %d codes and ids were asked", asked)
	}
	for _, where := range wrong {
		t.Error(where)
	}
	for schema, why := range nameless {
		if !excused[schema] {
			t.Errorf("%s needs no exception for %s", schema, why)
		}
	}
}

// TestCodesWithoutNames: the test above sees what has no name, and what is called otherwise.
func TestCodesWithoutNames(t *testing.T) {
	t.Parallel()
	const ids = "Id: {type: string, format: uuid}, Code: {type: string}, Codes: {type: array, items: {type: string}}, "
	for schema, want := range map[string]string{
		"A: {properties: {borough: {$ref: '#/components/schemas/Code'}}}":                                        "A.borough without boroughName",
		"A: {properties: {borough: {$ref: '#/components/schemas/Code'}, boroughName: {}}}":                       "",
		"A: {properties: {borough: {allOf: [{$ref: '#/components/schemas/Code'}]}}, additionalProperties: true}": "A.borough without boroughName",
		"A: {properties: {borough: {type: string}}, additionalProperties: false}":                                "", // which is sent
		"A: {properties: {boroughs: {$ref: '#/components/schemas/Codes'}}}":                                      "A.boroughs without boroughNames",
		"A: {properties: {boroughs: {type: array, items: {properties: {}}}}}":                                    "",
		"A: {properties: {subRegion: {type: object}}}":                                                           "",
		"A: {properties: {snapshot: {$ref: '#/components/schemas/Id'}}}":                                         "A.snapshot is an id",
		"A: {properties: {snapshot: {type: string, format: uuid}}}":                                              "A.snapshot is an id",
		"A: {properties: {snapshotId: {$ref: '#/components/schemas/Id'}, id: {type: string, format: uuid}}}":     "",
		"A: {properties: {snapshots: {type: array, items: {$ref: '#/components/schemas/Id'}}}}":                  "A.snapshots is an id",
		"A: {properties: {snapshotIds: {type: array, items: {$ref: '#/components/schemas/Id'}}}}":                "",
	} {
		wrong, _, _ := codesOf(t, []byte("components: {schemas: {"+ids+schema+"}}"))
		if got := strings.Join(wrong, " "); got != want {
			t.Errorf("%s: %q, want %q", schema, got, want)
		}
	}
}

// codesOf answers which codes of a contract's answers have no name beside them, and which
// ids are called otherwise; how many were asked, and which exceptions are needed.
func codesOf(t *testing.T, document []byte) (wrong []string, asked int, excused map[string]bool) {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal(document, &doc); err != nil {
		t.Fatal(err)
	}
	schemas := get(doc.Content[0], "components", "schemas")
	// of is what a member is made of, or the items of a list.
	var of func(schema *yaml.Node) *yaml.Node
	of = func(schema *yaml.Node) *yaml.Node {
		if ref := referred(schema); ref != "" {
			return of(get(schemas, ref))
		}
		if items := get(schema, "items"); items != nil {
			return of(items)
		}
		return schema
	}
	excused = map[string]bool{}
	for name, schema := range members(schemas) {
		properties, sent := get(schema, "properties"), text(get(schema, "additionalProperties")) == "false"
		for member, property := range members(properties) {
			made := of(property)
			if text(get(made, "format")) == "uuid" {
				if asked++; member != "id" && !strings.HasSuffix(member, "Id") && !strings.HasSuffix(member, "Ids") {
					wrong = append(wrong, name+"."+member+" is an id")
				}
			}
			beside := named[member]
			if beside == "" || sent || text(get(made, "type")) != "string" {
				continue
			}
			switch asked++; {
			case get(properties, beside) != nil:
			case nameless[name] != "":
				excused[name] = true
			default:
				wrong = append(wrong, name+"."+member+" without "+beside)
			}
		}
	}
	return wrong, asked, excused
}
