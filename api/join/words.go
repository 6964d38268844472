package main

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// here is the member in which a reference says what is meant by it where it stands.
// OpenAPI 3.0 has no place for that beside a reference: api/publish wraps the two.
const here = "x-description"

// say gives every member that is only a reference words of its own: those that the noun
// of a request, or of what is included, has for it, those that root.yaml has for all of that name, or, for a
// name beside what it names, a sentence made of that. A member that says nothing
// then is a fault, so that no reader ever has to guess what a date or a name is of.
func (s *source) say(schemas *yaml.Node) {
	for name, schema := range members(schemas) {
		properties := get(schema, "properties")
		for member, property := range members(properties) {
			if words(property) != "" {
				continue
			}
			noun := strings.TrimPrefix(strings.TrimSuffix(strings.TrimSuffix(name, "Input"), "Patch"), "Included")
			said := words(get(schemas, noun, "properties", member))
			if said == "" {
				said = text(get(s.said, member))
			}
			if of, is := strings.CutSuffix(member, "Name"); said == "" && is {
				said = nameOf(schemas, properties, of, property)
			}
			if said == "" || get(property, "$ref") == nil {
				s.fault("%s/%s: say what is meant by it here", name, member)
				continue
			}
			set(property, here, scalar(said))
		}
	}
}

// words are what a member says of itself.
func words(property *yaml.Node) string {
	if own := get(property, here); own != nil {
		return own.Value
	}
	return text(get(property, "description"))
}

// nameOf answers what is to be said of the name of another member, if that is there.
func nameOf(schemas, properties *yaml.Node, of string, property *yaml.Node) string {
	for _, other := range []string{of, of + "Id", of + "Code"} {
		if get(properties, other) == nil {
			continue
		}
		said := "The name that goes with `" + other + "`"
		if text(get(schemas, referred(property), "nullable")) == "true" {
			said += ", or null where there is none"
		}
		return said + "."
	}
	return ""
}
