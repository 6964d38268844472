package main

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// include completes what the answers about a noun add where it is asked for, which the
// noun's schema says by `include`:
//
//	peerChallenge: {one: PeerChallenge, by: peerChallengeId, adds: the challenge that it belongs to}
//	peerChallengeGroups: {many: PeerChallengeGroup, by: peerChallengeId, adds: its groups}
//	openActionCount: {count: Action, by: findingId, where: {state: open}, adds: how many open actions it has}
//
// `one` is the record whose id the member `by` has. `many` and `count` are of the list of
// those whose parameter `by` is the record's id, and whose other parameters are as `where`
// says. Operations take the names by the parameter Include.
func (s *source) include(schemas *yaml.Node) {
	declared, derived := mapping(), mapping()
	for noun, schema := range members(schemas) {
		if include := take(schema, "include"); include != nil {
			set(declared, noun, include)
		}
	}
	// What is included says neither its steps nor what it could include itself: it is
	// copied before anything has those.
	for noun, include := range members(declared) {
		for name, what := range members(include) {
			member, schema := s.included(schemas, what)
			if schema == nil {
				s.fault("%s: %s is neither one, nor many, nor a count of a noun", noun, name)
				continue
			}
			if get(derived, member) == nil {
				set(derived, member, schema)
			}
			set(what, "member", scalar(member))
		}
	}
	for noun, include := range members(declared) {
		s.includes(schemas, noun, include)
	}
	for name, schema := range members(derived) {
		set(schemas, name, schema)
	}
}

// included answers the schema of what is included, and its name. It is another than that
// of the noun, because it can be null.
func (s *source) included(schemas, what *yaml.Node) (string, *yaml.Node) {
	for kind, of := range members(what) {
		noun := of.Value
		switch {
		case get(schemas, noun) == nil:
			continue
		case kind == "one":
			schema := clone(get(schemas, noun))
			take(schema, "x-not-audited") // the audit is of the noun itself
			prepend(schema, "nullable", s.parsed("true"))
			prepend(schema, "x-go-type", scalar("*"+noun))
			get(schema, "description").Value += " Null where there is none that the caller may see."
			return "Included" + noun, schema
		case kind == "many":
			return "Included" + noun + "s", s.parsed("{type: array, nullable: true, maxItems: 500, items: {$ref: " + noun + "}, x-go-type: '*[]" + noun +
				"', description: 'Those that the caller may see, in order of creation; null for who may see none at all.'}")
		case kind == "count":
			return "IncludedCount", s.parsed("{type: integer, nullable: true, minimum: 0, x-go-type: '*int', description: " +
				"'How many there are that the caller may see; null for who may see none at all.', example: 3}")
		}
	}
	return "", nil
}

// includes gives the noun the members that can be included, and the parameter that asks
// for them.
func (s *source) includes(schemas *yaml.Node, noun string, include *yaml.Node) {
	schema := get(schemas, noun)
	words := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
	var description strings.Builder
	description.WriteString("What to add; given once for each.")
	if s.steps[noun] != nil {
		words.Content = append(words.Content, scalar("steps"))
		description.WriteString(" `steps`: what the caller may do with it next, which a single record says anyway.")
	}
	for name, what := range members(include) {
		words.Content = append(words.Content, scalar(name))
		adds := text(take(what, "adds"))
		if adds == "" {
			s.fault("%s: say what %s adds", noun, name)
			continue
		}
		description.WriteString(" `" + name + "`: " + adds + ".")
		member := s.parsed("{$ref: " + text(take(what, "member")) + "}")
		set(member, here, scalar(strings.ToUpper(adds[:1])+adds[1:]+". Only there with `include="+name+"`."))
		set(get(schema, "properties"), name, member)
		for kind, of := range members(what) {
			if kind == "one" || kind == "many" || kind == "count" {
				of.Value = kebab(of.Value)
			}
		}
		what.Style = yaml.FlowStyle
	}
	set(schema, "x-include", include)
	set(schemas, noun+"Include", s.parsed("{type: string, description: What an answer may add., x-go-type: Include}")) // one type for all
	set(get(schemas, noun+"Include"), "enum", words)
	parameter := s.parsed("{name: include, in: query, schema: {type: array, minItems: 1, maxItems: 20, items: {$ref: " + noun + "Include}}, style: form, explode: true}")
	set(parameter, "description", scalar(description.String()+" What the caller may not see is null. CSV and NDJSON take none of it."))
	set(get(s.root, "components", "parameters"), noun+"Included", parameter)
}
