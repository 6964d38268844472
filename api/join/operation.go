package main

import (
	"cmp"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// defaults are what a file says once for all of its operations.
type defaults struct{ file, noun, tag, key string }

// operation completes one operation in place: from its verb, from the names that
// stand for role sets and parameters, with the refusals that follow from what it is,
// and with its recorded examples. The page that a list is made of goes among pages.
func (s *source) operation(d defaults, path, method string, op, pages *yaml.Node) {
	id := text(get(op, "operationId"))
	where := d.file + ": " + id
	verb, noun := text(take(op, "verb")), text(take(op, "noun"))
	if noun == "" {
		noun = d.noun
	}
	body, answer := text(take(op, "body")), text(take(op, "answer"))
	also, never := values(take(op, "also")), values(take(op, "never"))
	if get(op, "tags") == nil && d.tag != "" {
		tags := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle, Content: []*yaml.Node{scalar(d.tag)}}
		op.Content = slices.Insert(op.Content, 2, scalar("tags"), tags) // after the id
	}
	s.roleSet(where, op)
	s.step(noun, op)
	if verb != "" {
		template := s.verbs[verb]
		if template == nil {
			s.fault("%s: there is no verb %q", where, verb)
			return
		}
		also = append(also, values(get(template, "also"))...)
		apply(op, template, map[string]string{"Noun": noun, "NounInput": body, "StepInput": body, "NounPatch": body, "NounPage": answer, "Answer": answer})
		if name := noun + "Page"; verb == "list" && answer == "" && get(pages, name) == nil {
			set(pages, name, page(noun))
		}
	}
	if list := get(op, "parameters"); list != nil {
		for _, p := range list.Content {
			if p.Value == "Include" {
				p.Value = noun + "Included"
			}
		}
	}
	parameters(get(op, "parameters"))
	s.refuse(where, path, method, op, also, never)
	s.example(where, id, op)
}

// roleSet writes out who may call, under the name that the server reads.
func (s *source) roleSet(where string, op *yaml.Node) {
	for i := 0; i+1 < len(op.Content); i += 2 {
		if op.Content[i].Value != "roles" {
			continue
		}
		set := s.roles[op.Content[i+1].Value]
		if set == nil {
			s.fault("%s: there is no set of roles %q", where, op.Content[i+1].Value)
			return
		}
		op.Content[i], op.Content[i+1] = scalar("x-roles"), clone(set)
	}
}

// apply adds to an operation what its verb has: parameters behind its own, and every
// other member that it does not have itself. In references, Noun and what is made of
// it are the operation's own; other names in their place may be given.
func apply(op, template *yaml.Node, names map[string]string) {
	noun := names["Noun"]
	var replace func(n *yaml.Node)
	replace = func(n *yaml.Node) {
		if ref := get(n, "$ref"); ref != nil {
			switch given := names[ref.Value]; {
			case ref.Value == "Noun" && names["Answer"] != "":
				ref.Value = names["Answer"]
			case given != "":
				ref.Value = given
			default:
				if rest, is := strings.CutPrefix(ref.Value, "Noun"); is {
					ref.Value = noun + rest
				}
			}
		}
		for _, child := range n.Content {
			replace(child)
		}
	}
	for name, node := range members(clone(template)) {
		replace(node)
		switch own := get(op, name); {
		case name == "also": // the refusals of the verb
		case own == nil:
			set(op, name, node)
		case name == "parameters":
			own.Content = append(own.Content, node.Content...)
			own.Style = 0
		}
	}
}

// parameters writes out the parameters that are named alone.
func parameters(list *yaml.Node) {
	if list == nil {
		return
	}
	list.Style = 0
	for i, p := range list.Content {
		if p.Kind == yaml.ScalarNode {
			list.Content[i] = reference("parameters", p.Value)
			continue
		}
		if schema := get(p, "schema"); schema != nil {
			short(schema)
		}
	}
}

// refuse adds the responses of every refusal that can come: what every operation of
// a caller can hear, what its roles, its address, its precondition and its body add,
// and what the operation itself adds or excludes.
func (s *source) refuse(where, path, method string, op *yaml.Node, also, never []string) {
	responses := get(op, "responses")
	if responses == nil {
		s.fault("%s answers nothing", where)
		return
	}
	set(responses, "default", reference("responses", s.refusals["default"]))
	statuses := s.follow(path, method, op)
	statuses = append(statuses, also...)
	for _, status := range never {
		if !slices.Contains(statuses, status) {
			s.fault("%s: %s never comes anyway", where, status)
		}
		statuses = slices.DeleteFunc(statuses, func(other string) bool { return other == status })
	}
	slices.Sort(statuses)
	for _, status := range slices.Compact(statuses) {
		refusal := cmp.Or(s.refusals[method+" "+status], s.refusals[status])
		if refusal == "" {
			s.fault("%s: there is no refusal %s", where, status)
			continue
		}
		key := scalar(status)
		key.Style = yaml.SingleQuotedStyle
		last := len(responses.Content) - 2 // before default
		responses.Content = slices.Insert(responses.Content, last, key, reference("responses", refusal))
	}
}

// follow answers the refusals that follow from what an operation is. What anybody may
// call refuses nobody.
func (s *source) follow(path, method string, op *yaml.Node) []string {
	if get(op, "security") != nil {
		return nil
	}
	statuses := []string{"400", "401"}
	if method == "get" {
		statuses = append(statuses, "304")
	}
	if method != "get" || len(values(get(op, "x-roles"))) < len(values(s.roles["everyone"])) {
		statuses = append(statuses, "403")
	}
	if strings.Contains(path, "{") {
		statuses = append(statuses, "404")
	}
	if has(op, "IfMatch") {
		statuses = append(statuses, "409", "412", "428")
	}
	if get(op, "requestBody") != nil {
		statuses = append(statuses, "409", "413", "415", "422")
	}
	return statuses
}

// has reports whether the operation has the parameter of that name.
func has(op *yaml.Node, parameter string) bool {
	list := get(op, "parameters")
	return list != nil && slices.ContainsFunc(list.Content, func(p *yaml.Node) bool {
		return strings.HasSuffix(text(get(p, "$ref")), "/"+parameter)
	})
}

// example puts the recorded body and answer where readers look for them.
func (s *source) example(where, id string, op *yaml.Node) {
	file := "examples/" + id + ".json"
	if _, err := fs.Stat(s.folder, file); err != nil {
		return // a test says which operations need one
	}
	doc := s.read(file)
	if doc == nil {
		return
	}
	s.used[file] = true
	for part, example := range members(doc) {
		flow(example)
		var content *yaml.Node
		switch part {
		case "body", "table":
			content = get(op, "requestBody", "content")
		case "answer":
			for status, response := range members(get(op, "responses")) {
				if code, err := strconv.Atoi(status); err == nil && code < 300 {
					content = get(response, "content")
				}
			}
		default:
			s.fault("%s has a part %q; it may have body, table and answer", file, part)
			continue
		}
		if content == nil || len(content.Content) < 2 {
			s.fault("%s: %s has an example of its %s, which it does not have", where, file, part)
			continue
		}
		asTable := part == "table" || part == "body" && example.Kind == yaml.ScalarNode // of a file alone, the body is one
		for mediaType, media := range members(content) {
			if !asTable && strings.HasSuffix(mediaType, "json") && mediaType != "application/x-ndjson" || asTable && mediaType == "text/csv" {
				set(media, "example", example)
				content.Style, media.Style = 0, 0 // or the whole would stand on one line
			}
		}
	}
}
