package main

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// schema completes a schema in place. One with properties is an object; a schema that
// is only a name is a reference.
func (s *source) schema(where string, schema *yaml.Node) {
	properties := get(schema, "properties")
	if properties == nil {
		if items := get(schema, "items"); items != nil {
			short(items)
		}
		return
	}
	if get(schema, "type") == nil {
		prepend(schema, "type", scalar("object"))
	}
	if required := get(schema, "required"); required != nil && required.Value == "all" {
		*required = yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
		for name := range members(properties) {
			required.Content = append(required.Content, scalar(name))
		}
	}
	if required := get(schema, "required"); required != nil && len(required.Content) == 0 {
		s.fault("%s: needs nothing: leave required out, of which OpenAPI wants at least one", where)
	}
	for name, property := range members(properties) {
		short(property)
		if get(property, "properties") != nil {
			s.fault("%s/%s: an object within an object needs a schema of its own, or every client names it differently", where, name)
		}
	}
}

// short writes out a schema that is only a name, with or without what is meant by it
// there, and the items of a list that are.
func short(schema *yaml.Node) {
	if schema.Kind == yaml.ScalarNode {
		name, said, says := strings.Cut(schema.Value, " - ")
		*schema = yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle, Content: []*yaml.Node{scalar("$ref"), scalar(name)}}
		if says {
			set(schema, here, scalar(said))
		}
		return
	}
	if items := get(schema, "items"); items != nil {
		short(items)
	}
}

// patch answers the schema of what can be changed: what was needed to create it,
// less what stays as it is, and what only a change can say.
func (s *source) patch(file, name string, input, rule *yaml.Node) (string, *yaml.Node) {
	base, is := strings.CutSuffix(name, "Input")
	if !is {
		s.fault("%s: %s has a patch, but its name does not end in Input", file, name)
	}
	properties := mapping()
	fixed := values(get(rule, "fixed"))
	for member, schema := range members(get(input, "properties")) {
		if !slices.Contains(fixed, member) {
			set(properties, member, clone(schema))
		}
	}
	for _, member := range fixed {
		if get(input, "properties", member) == nil {
			s.fault("%s: %s has no member %q to be fixed", file, name, member)
		}
	}
	for member, schema := range members(get(rule, "more")) {
		set(properties, member, schema)
	}
	derived := mapping()
	set(derived, "minProperties", &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: "1"})
	set(derived, "description", scalar("What to change; what is absent is kept."))
	set(derived, "properties", properties)
	return base + "Patch", derived
}

// page answers the schema of a part of a list.
func page(noun string) *yaml.Node {
	var doc yaml.Node
	// A text of our own, which is YAML.
	_ = yaml.Unmarshal([]byte(`
required: [items, nextCursor]
description: A page of the list.
properties:
  items: {type: array, maxItems: 500, description: The items of this page., items: `+noun+`}
  nextCursor: {type: string, nullable: true, description: "Give it back as cursor for the next page; null on the last."}
  total: {type: integer, minimum: 0, description: "The number of items on all pages; only with count=true."}
`), &doc)
	return doc.Content[0]
}
