// Package publish makes of the contract that the program reads the one that everybody
// may: what only the program and its generator are told stays inside.
package publish

import (
	"bytes"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// internal are the extensions that nobody outside can do anything with.
var internal = map[string]bool{
	"x-from-snapshot": true, // how the server answers
	"x-go-type":       true, // what the generator calls it
	"x-include":       true, // how the server finds what is included
}

// Publish takes away, in place, what is internal. A parameter that has no example shows
// none by its schema either: interactive pages would fill it in.
func Publish(doc *yaml.Node) {
	if doc.Kind == yaml.DocumentNode {
		doc = doc.Content[0]
	}
	remove(doc, func(name string, _ *yaml.Node) bool { return internal[name] })
	schemas := member(member(doc, "components"), "schemas")
	wrap(schemas, schemas)
	for _, part := range []*yaml.Node{member(doc, "paths"), member(member(doc, "components"), "parameters")} {
		unfill(part, schemas)
	}
	for dropUnused(doc) {
	}
}

// wrap writes a reference that says what is meant by it in the form in which OpenAPI
// 3.0 can: nothing may stand beside a reference, but around one. That it may be null is
// said there once more, or Go's client would read null as 0.
func wrap(n, schemas *yaml.Node) {
	if n == nil {
		return
	}
	if ref, said := member(n, "$ref"), member(n, "x-description"); ref != nil && said != nil {
		of := &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{{Kind: yaml.MappingNode, Content: []*yaml.Node{text("$ref"), ref}}}}
		schema := member(schemas, strings.TrimPrefix(ref.Value, "#/components/schemas/"))
		n.Content = nil
		if nullable := member(schema, "nullable"); nullable != nil {
			n.Content = []*yaml.Node{text("type"), member(schema, "type"), text("nullable"), nullable} // the one means nothing without the other
		}
		n.Content = append(n.Content, text("allOf"), of, text("description"), said)
		return
	}
	for _, child := range n.Content {
		wrap(child, schemas)
	}
}

func text(value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value}
}

// dropUnused takes away the schemas that nothing refers to, which only served to make
// others of, and reports whether there were any: others may have stood only in those.
func dropUnused(doc *yaml.Node) (dropped bool) {
	schemas := member(member(doc, "components"), "schemas")
	if schemas == nil {
		return false
	}
	used := map[string]bool{}
	refer(doc, used)
	for i := 0; i < len(schemas.Content); {
		if used["#/components/schemas/"+schemas.Content[i].Value] {
			i += 2
			continue
		}
		schemas.Content, dropped = slices.Delete(schemas.Content, i, i+2), true
	}
	return dropped
}

// refer notes what is referred to.
func refer(n *yaml.Node, used map[string]bool) {
	if ref := value(member(n, "$ref")); ref != "" {
		used[ref] = true
	}
	for _, child := range n.Content {
		refer(child, used)
	}
}

func unfill(n, schemas *yaml.Node) {
	if n == nil {
		return
	}
	if schema := member(n, "schema"); schema != nil && member(n, "in") != nil && member(n, "example") == nil {
		named := member(schemas, strings.TrimPrefix(value(member(schema, "$ref")), "#/components/schemas/"))
		if member(named, "example") != nil && member(named, "enum") == nil {
			alone := *named
			alone.Content, alone.Style = slices.Clone(named.Content), yaml.FlowStyle
			remove(&alone, func(name string, _ *yaml.Node) bool { return name == "example" })
			*schema = alone
		}
	}
	for _, child := range n.Content {
		unfill(child, schemas)
	}
}

// Encode writes the document as the contract's files are written.
func Encode(doc *yaml.Node) ([]byte, error) {
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(doc); err != nil {
		return nil, err
	}
	return out.Bytes(), encoder.Close()
}

// OnlyJSON takes away, in place, the forms of a list or a body that are no JSON, and the
// parameters that ask for them. What has no form in JSON stays.
func OnlyJSON(doc *yaml.Node) {
	removeForms(doc)
	components := member(doc, "components")
	asking := map[string]bool{} // references to those parameters
	remove(member(components, "parameters"), func(name string, p *yaml.Node) bool {
		asks := forms[value(member(p, "name"))]
		asking["#/components/parameters/"+name] = asking["#/components/parameters/"+name] || asks
		return asks
	})
	removeItems(member(doc, "paths"), func(p *yaml.Node) bool { return asking[value(member(p, "$ref"))] })
	for dropUnused(doc) {
	}
}

// removeForms takes away, at any depth, the other forms of what is JSON too.
func removeForms(n *yaml.Node) {
	if n == nil {
		return
	}
	if member(n, "application/json") != nil {
		remove(n, func(name string, _ *yaml.Node) bool { return others[name] })
	}
	for _, child := range n.Content {
		removeForms(child)
	}
}

// others are the other forms: tables and pages.
var others = map[string]bool{
	"text/csv":             true,
	"text/html":            true,
	"application/x-ndjson": true,
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": true,
}

// forms are the parameters that say in which form a list is wanted.
var forms = map[string]bool{"format": true, "bom": true}

// remove takes away the members, at any depth, of which the question is true.
func remove(n *yaml.Node, gone func(name string, n *yaml.Node) bool) {
	if n == nil {
		return
	}
	if n.Kind == yaml.MappingNode {
		var kept []*yaml.Node
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !gone(n.Content[i].Value, n.Content[i+1]) {
				kept = append(kept, n.Content[i], n.Content[i+1])
			}
		}
		n.Content = kept
	}
	for _, child := range n.Content {
		remove(child, gone)
	}
}

// removeItems takes away the items of lists, at any depth, of which the question is true.
func removeItems(n *yaml.Node, gone func(n *yaml.Node) bool) {
	if n.Kind == yaml.SequenceNode {
		n.Content = slices.DeleteFunc(n.Content, gone)
	}
	for _, child := range n.Content {
		removeItems(child, gone)
	}
}

func member(n *yaml.Node, name string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i+1]
		}
	}
	return nil
}

func value(n *yaml.Node) string {
	if n == nil {
		return ""
	}
	return n.Value
}
