package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"strings"

	"go.yaml.in/yaml/v3"

	"peerchallenge/api/publish"
)

// source is the contract as its folder has it.
type source struct {
	folder   fs.FS
	root     *yaml.Node            // root.yaml: everything that belongs to no noun
	roles    map[string]*yaml.Node // sets of roles, by their names
	refusals map[string]string     // the response component of each status
	verbs    map[string]*yaml.Node // what the operations of a kind have in common
	used     map[string]bool       // files of examples
	steps    map[string][]string   // of each noun, those that operations take
	closed   *yaml.Node            // the lists of values that never grow
	said     *yaml.Node            // what is meant by members that mean the same everywhere
	faults   []error
}

// join answers the contract as the program reads it and as everybody may, or everything
// that is wrong with the source.
func join(folder fs.FS) (inside, published []byte, err error) {
	s := &source{folder: folder, roles: map[string]*yaml.Node{}, refusals: map[string]string{}, verbs: map[string]*yaml.Node{}, used: map[string]bool{}, steps: map[string][]string{}}
	s.root = s.read("root.yaml")
	verbs := s.read("verbs.yaml")
	if s.faults != nil {
		return nil, nil, errors.Join(s.faults...)
	}
	maps.Insert(s.roles, members(take(s.root, "roles")))
	for status, node := range members(take(s.root, "refusals")) {
		s.refusals[status] = node.Value
	}
	maps.Insert(s.verbs, members(verbs))
	s.closed, s.said = take(s.root, "closed"), take(s.root, "said")
	paths, schemas := mapping(), get(s.root, "components", "schemas")
	for name, schema := range members(schemas) {
		s.schema("root.yaml: "+name, schema)
	}
	for _, parameter := range members(get(s.root, "components", "parameters")) {
		short(get(parameter, "schema"))
	}
	for _, file := range take(s.root, "nouns").Content {
		s.noun(file.Value+".yaml", paths, schemas)
	}
	s.include(schemas)
	s.stepped(schemas)
	s.say(schemas)
	s.tables(paths, schemas)
	s.checkExamples()
	s.settle(paths)
	// The components come last, as readers of such documents expect.
	components := take(s.root, "components")
	set(s.root, "paths", paths)
	set(s.root, "components", components)
	refer(s.root)
	if s.faults != nil {
		return nil, nil, errors.Join(s.faults...)
	}
	if inside, err = encode(s.root); err != nil {
		return nil, nil, err
	}
	publish.Publish(s.root)
	published, err = encode(s.root)
	return inside, published, err
}

// noun adds the operations and schemas of one file.
func (s *source) noun(file string, paths, schemas *yaml.Node) {
	doc := s.read(file)
	if doc == nil {
		return
	}
	defaults := defaults{file: file, noun: text(take(doc, "noun")), tag: text(take(doc, "tag")), key: text(take(doc, "key"))}
	pages := mapping()
	for path, item := range members(get(doc, "paths")) {
		if get(paths, path) != nil {
			s.fault("%s: %s stands twice", file, path)
		}
		if strings.Contains(path, "{") && get(item, "parameters") == nil && defaults.key != "" {
			prepend(item, "parameters", &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{scalar(defaults.key)}})
		}
		for method, operation := range members(item) {
			if method == "parameters" {
				parameters(operation)
				continue
			}
			s.operation(defaults, path, method, operation, pages)
		}
		set(paths, path, item)
	}
	own := get(doc, "schemas")
	for name, schema := range members(own) {
		s.add(file, schemas, name, schema)
	}
	for name, schema := range members(pages) {
		if get(own, name) == nil {
			s.add(file, schemas, name, schema)
		}
	}
}

// add puts a schema among the others, followed by the patch that is derived of it.
func (s *source) add(file string, schemas *yaml.Node, name string, schema *yaml.Node) {
	if get(schemas, name) != nil {
		s.fault("%s: the schema %s stands twice", file, name)
	}
	if strings.HasSuffix(name, "Input") && get(schema, "description") == nil {
		set(schema, "description", scalar("What is needed to create it."))
	}
	patch := take(schema, "patch")
	s.schema(file+": "+name, schema)
	set(schemas, name, schema)
	if patch != nil {
		name, derived := s.patch(file, name, schema, patch)
		s.schema(file+": "+name, derived)
		set(schemas, name, derived)
	}
}

func (s *source) fault(format string, values ...any) {
	s.faults = append(s.faults, fmt.Errorf(format, values...))
}

// read answers a file's document, or nil and a fault.
func (s *source) read(name string) *yaml.Node {
	text, err := fs.ReadFile(s.folder, name)
	if err != nil {
		s.faults = append(s.faults, err)
		return nil
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		s.fault("%s: %w", name, err)
		return nil
	}
	if len(doc.Content) == 0 {
		s.fault("%s is empty", name)
		return nil
	}
	return doc.Content[0]
}

// checkExamples: an example that belongs to no operation is a mistake in its name.
func (s *source) checkExamples() {
	files, err := fs.Glob(s.folder, "examples/*.json")
	if err != nil {
		s.faults = append(s.faults, err)
	}
	for _, file := range files {
		if !s.used[file] {
			s.fault("%s belongs to no operation", file)
		}
	}
}

// refer writes out every reference that names its schema alone.
func refer(n *yaml.Node) {
	if ref := get(n, "$ref"); ref != nil && !strings.Contains(ref.Value, "#") {
		ref.Value, ref.Style = "#/components/schemas/"+ref.Value, yaml.SingleQuotedStyle
	}
	for _, child := range n.Content {
		refer(child)
	}
}

// encode writes the document below the line that says where to change it.
func encode(root *yaml.Node) ([]byte, error) {
	text, err := publish.Encode(root)
	return append([]byte("# Made by go generate ./api of the folder api/contract, which is where to change it.\n"), text...), err
}
