package main

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// column is one of a list as CSV.
type column struct{ name, description string }

// tables writes out, for each list, of which columns it is made as CSV: the reader
// need not work them out of the schemas, and the server reads them from there.
func (s *source) tables(paths, schemas *yaml.Node) {
	t := tables{schemas: schemas, texts: map[*yaml.Node]string{}}
	for _, schema := range members(schemas) {
		for _, property := range members(get(schema, "properties")) {
			if named := take(property, "csv"); named != nil {
				t.texts[property] = named.Value
			}
		}
	}
	for path, item := range members(paths) {
		for _, operation := range members(item) {
			t.write(s, path, get(operation, "responses", "200", "content"))
		}
	}
}

// write writes out the table of an answer that has one.
func (t tables) write(s *source, path string, content *yaml.Node) {
	table := get(content, "text/csv", "schema")
	if table == nil || get(content, "application/json") == nil { // a table that is no list says itself what it is
		return
	}
	get(content, "text/csv").Style = 0
	page := get(t.schemas, referred(get(content, "application/json", "schema")))
	columns := t.of(referred(get(page, "properties", "items", "items")), "")
	if len(columns) == 0 {
		s.fault("%s has a table without columns", path)
		return
	}
	names := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
	var text strings.Builder
	text.WriteString("The whole list as CSV. Its columns:\n")
	for _, c := range columns {
		names.Content = append(names.Content, scalar(c.name))
		text.WriteString("\n- `" + c.name + "`: " + c.description)
	}
	description := scalar(text.String())
	description.Style = yaml.LiteralStyle
	*table = *mapping()
	set(table, "type", scalar("string"))
	set(table, "description", description)
	set(table, "x-columns", names)
}

type tables struct {
	schemas *yaml.Node
	texts   map[*yaml.Node]string // of lists of objects, the member that stands in a cell of its own, or noColumn
}

// noColumn is what lists do not have: a number of them would be none always.
const noColumn = "none"

// of answers the columns of a schema: its members in their order, those that are
// objects flattened with a dot.
func (t tables) of(name, prefix string) []column {
	var columns []column
	for member, property := range members(get(t.schemas, name, "properties")) {
		if get(t.schemas, name, "x-include", member) != nil {
			continue // tables add nothing
		}
		description := t.describe(property)
		items := get(property, "items")
		switch nested := t.of(referred(property), prefix+member+"."); {
		case t.texts[property] == noColumn:
		case nested != nil:
			columns = append(columns, nested...)
		case strings.HasSuffix(referred(items), "Step"), referred(items) == "ScreeningMark": // what may be done next, and what it waits for, is for programs that do it
		case items != nil && get(t.schemas, referred(items), "properties") != nil:
			columns = append(columns, column{prefix + member, "How many there are. " + description})
			if text := t.texts[property]; text != "" {
				columns = append(columns, column{prefix + member + "." + text, "Of each, joined by `; `: " + t.describe(get(t.schemas, referred(items), "properties", text))})
			}
		case items != nil:
			columns = append(columns, column{prefix + member, "Joined by `; `: " + description})
		default:
			columns = append(columns, column{prefix + member, description})
		}
	}
	return columns
}

// describe answers what is said of a member. A table has no types, so that of a list of
// values it also says what they are.
func (t tables) describe(property *yaml.Node) string {
	own, schema := words(property), get(t.schemas, referred(property))
	if get(schema, "enum") != nil {
		own = strings.TrimSpace(own + " " + text(get(schema, "description")))
	}
	return own
}

// referred answers the name of the schema that another refers to: by itself, or with
// something to say beside it.
func referred(schema *yaml.Node) string {
	if all := get(schema, "allOf"); all != nil && len(all.Content) == 1 {
		schema = all.Content[0]
	}
	ref := text(get(schema, "$ref"))
	return ref[strings.LastIndex(ref, "/")+1:]
}
