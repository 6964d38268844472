package main

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// settle completes what follows from the whole: what requests are made of is closed,
// what answers are made of is open, so that they may grow.
func (s *source) settle(paths *yaml.Node) {
	schemas := get(s.root, "components", "schemas")
	sent, answered := map[string]bool{}, map[string]bool{}
	var bodies []*yaml.Node
	for path, item := range members(paths) {
		for method, op := range members(item) {
			if method == "parameters" {
				s.parametersShown(path, op)
				continue
			}
			s.parametersShown(text(get(op, "operationId")), get(op, "parameters"))
			if body := get(op, "requestBody"); body != nil {
				bodies = append(bodies, body)
				reach(schemas, body, sent)
			}
			reach(schemas, get(op, "responses"), answered)
		}
	}
	for name, parameter := range members(get(s.root, "components", "parameters")) {
		s.parameterShown(name, parameter)
	}
	reach(schemas, get(s.root, "components", "responses"), answered)
	s.marked(schemas)
	both := s.parted(schemas, sent, answered)
	for _, body := range bodies {
		rename(body, both)
	}
	for name, schema := range members(schemas) {
		_, copied := both[name]
		if sent[name] && !copied {
			rename(schema, both)
			shut(schema)
		}
	}
}

// marked says of every list of values whether it may grow within a base path: those
// that root.yaml names are closed, all other are open.
func (s *source) marked(schemas *yaml.Node) {
	closed := map[string]bool{}
	for _, name := range values(s.closed) {
		closed[name] = true
		if get(schemas, name, "enum") == nil {
			s.fault("root.yaml: %s is closed, and is no list of values", name)
		}
	}
	for name, schema := range members(schemas) {
		if get(schema, "enum") == nil {
			continue
		}
		if closed[name] {
			set(schema, "x-enum-values", scalar("closed"))
			continue
		}
		set(schema, "x-enum-values", scalar("open"))
		const more = "More may come"
		if description := get(schema, "description"); description != nil && !strings.Contains(description.Value, more) {
			description.Value = strings.TrimSpace(description.Value) + " " + more + "."
		}
	}
}

// parted gives requests a closed copy of each object that answers have too. To Go they
// are one type.
func (s *source) parted(schemas *yaml.Node, sent, answered map[string]bool) map[string]string {
	both := map[string]string{}
	for name, schema := range members(schemas) {
		if sent[name] && answered[name] && get(schema, "properties") != nil {
			both[name] = name + "Input"
		}
	}
	for i := 0; i < len(schemas.Content); i += 2 {
		name := schemas.Content[i].Value
		copied, is := both[name]
		if !is {
			continue
		}
		if get(schemas, copied) != nil {
			s.fault("%s stands in requests and in answers, and %s is a schema of its own", name, copied)
		}
		closed := clone(schemas.Content[i+1])
		rename(closed, both)
		set(closed, "x-go-type", scalar(name))
		shut(closed)
		schemas.Content = append(schemas.Content[:i+2:i+2], append([]*yaml.Node{scalar(copied), closed}, schemas.Content[i+2:]...)...)
		i += 2
	}
	return both
}

// shut closes an object that does not say itself what else it takes.
func shut(schema *yaml.Node) {
	if get(schema, "properties") != nil && get(schema, "additionalProperties") == nil {
		prepend(schema, "additionalProperties", &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: "false"})
	}
}

// reach notes every schema that a node is made of.
func reach(schemas, n *yaml.Node, seen map[string]bool) {
	if n == nil {
		return
	}
	if ref := get(n, "$ref"); ref != nil {
		name := strings.TrimPrefix(ref.Value, "#/components/schemas/")
		if schema := get(schemas, name); schema != nil && !seen[name] {
			seen[name] = true
			reach(schemas, schema, seen)
		}
	}
	for name, child := range each(n) {
		if name != "example" {
			reach(schemas, child, seen)
		}
	}
}

// each walks the members of a mapping, or the items of a list, which have no names.
func each(n *yaml.Node) func(func(string, *yaml.Node) bool) {
	if n.Kind == yaml.MappingNode {
		return members(n)
	}
	return func(yield func(string, *yaml.Node) bool) {
		for _, child := range n.Content {
			if !yield("", child) {
				return
			}
		}
	}
}

// rename writes other names into references.
func rename(n *yaml.Node, names map[string]string) {
	if ref := get(n, "$ref"); ref != nil {
		prefix, name := "", ref.Value
		if rest, is := strings.CutPrefix(name, "#/components/schemas/"); is {
			prefix, name = "#/components/schemas/", rest
		}
		if other, is := names[name]; is {
			ref.Value = prefix + other
		}
	}
	for _, child := range n.Content {
		rename(child, names)
	}
}

func (s *source) parametersShown(where string, list *yaml.Node) {
	if list == nil {
		return
	}
	for _, p := range list.Content {
		s.parameterShown(where, p)
	}
}

// parameterShown: interactive pages fill in every example that they find. So a
// parameter that can be left out has none.
func (s *source) parameterShown(where string, p *yaml.Node) {
	if get(p, "example") != nil && text(get(p, "required")) != "true" {
		s.fault("%s: %s can be left out and has an example, which interactive pages would fill in", where, text(get(p, "name")))
	}
}
