package main

import (
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// step notes the steps that an operation takes with records: by its name alone, of the
// file's own noun, or with the noun that it is a step `of`; in a list where it is a step
// of several, because its body names one of them. What a caller sends may be
// refused with the `codes` although the step is allowed.
func (s *source) step(noun string, op *yaml.Node) {
	if codes := take(op, "codes"); codes != nil {
		if description := get(op, "description"); description != nil {
			description.Value += " What is sent decides about `" + strings.Join(values(codes), "`, `") + "`."
		}
		set(op, "x-codes", codes)
	}
	given := take(op, "step")
	if given == nil {
		return
	}
	each := []*yaml.Node{given}
	if given.Kind == yaml.SequenceNode {
		each = given.Content
	}
	steps := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
	for _, one := range each {
		of, name := noun, one.Value
		if other := text(get(one, "of")); other != "" {
			of, name = other, text(get(one, "name"))
		}
		step := mapping()
		set(step, "of", scalar(kebab(of)))
		set(step, "name", scalar(name))
		steps.Content = append(steps.Content, step)
		s.steps[of] = append(s.steps[of], name)
	}
	set(op, "x-steps", steps)
}

// stepped adds to the schema of every noun that has steps what it says of them, with
// their names. They stand last, and need not be there: lists have them where they are
// asked for.
func (s *source) stepped(schemas *yaml.Node) {
	for noun := range members(schemas) {
		names := s.steps[noun]
		if names == nil {
			continue
		}
		delete(s.steps, noun)
		enum := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
		for _, name := range names {
			enum.Content = append(enum.Content, scalar(name))
		}
		set(schemas, noun+"StepName", s.parsed("{type: string, description: What can be done.}"))
		set(get(schemas, noun+"StepName"), "enum", enum)
		step := clone(get(schemas, "Step"))
		set(step, "x-go-type", scalar("Step")) // one type for all
		get(step, "properties", "name", "$ref").Value = noun + "StepName"
		set(schemas, noun+"Step", step)
		if slices.Contains(names, "acknowledge") {
			set(get(schemas, noun, "properties"), "screening", s.parsed("{type: array, maxItems: 500, description: 'What screening found in those words of it that the caller writes; those that nobody has acknowledged first where "+
				"there are more. It stands where `steps` stands.', items: {$ref: ScreeningMark}}"))
		}
		set(get(schemas, noun, "properties"), "steps", s.parsed("{type: array, maxItems: 50, description: 'What the caller may do next, and why not the rest. It depends on who asks and when. "+
			"Empty for who may call none of its operations; in a list only with `include=steps`.', items: {$ref: "+noun+"Step}}"))
	}
	for noun := range s.steps {
		s.fault("operations take steps of %s, which is no schema", noun)
	}
}

// parsed answers the node of a text of our own.
func (s *source) parsed(text string) *yaml.Node {
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		s.fault("%w", err)
		return mapping()
	}
	return doc.Content[0]
}

// kebab writes a schema's name as kinds of resources are called: PeerReview is
// peer-review.
func kebab(name string) string {
	var out strings.Builder
	for i, r := range name {
		if unicode.IsUpper(r) && i > 0 {
			out.WriteByte('-')
		}
		out.WriteRune(unicode.ToLower(r))
	}
	return out.String()
}
