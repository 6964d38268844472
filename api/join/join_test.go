package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"go.yaml.in/yaml/v3"
)

const contract = "../contract"

// TestContractIsCurrent: openapi.yaml is what the source says, byte for byte, and so
// is the copy that the program carries.
func TestContractIsCurrent(t *testing.T) {
	t.Parallel()
	inside, published, err := join(os.DirFS(contract))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string][]byte{"../../openapi.yaml": published, "../openapi.gen.yaml": inside} {
		got, err := os.ReadFile(filepath.Clean(path))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what the source says: run go generate ./api", path)
		}
	}
}

// TestSourceIsReadable: a change of the contract is read in its diff.
func TestSourceIsReadable(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(contract + "/*.yaml")
	if err != nil || len(files) < 20 {
		t.Fatal(len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(filepath.Clean(file))
		if err != nil {
			t.Fatal(err)
		}
		number := 0
		for line := range strings.Lines(string(text)) {
			if number++; len(line) > 201 {
				t.Errorf("%s:%d has %d characters, more than 200", file, number, len(line)-1)
			}
		}
	}
}

// small is the least source that is whole; each file may be replaced.
func small(replaced map[string]string) fs.FS {
	files := map[string]string{
		"root.yaml": `
openapi: 3.0.3
nouns: [thing]
roles: {everyone: [programme, reporting], team: [programme]}
refusals: {304: NotModified, 400: BadRequest, 401: Unauthenticated, 403: Forbidden, 404: NotFound, 409: Conflict, 412: Failed, 413: Large, 415: Media, 422: Invalid, 428: Required, 429: TooMany, default: Unexpected}
components:
  parameters:
    Limit: {name: limit, in: query, schema: Number}
  schemas:
    Number: {type: integer}
    Step: {required: all, properties: {name: Name - What can be done.}}
    Side: {type: string, enum: [left, right], description: A side.}
    Mood: {type: string, enum: [good, bad], description: A mood.}
closed: [Side]
said: {size: How big it is.}
`,
		"verbs.yaml": `
list: {also: ['429'], parameters: [Limit], responses: {'200': {content: {application/json: {schema: {$ref: NounPage}}, text/csv: {schema: {}}}}}}
read: {responses: {'200': {content: {application/json: {schema: {$ref: Noun}}}}}}
change: {parameters: [IfMatch], requestBody: {content: {application/json: {schema: {$ref: NounPatch}}}}, responses: {'200': {content: {application/json: {schema: {$ref: Noun}}}}}}
`,
		"thing.yaml": `
noun: Thing
tag: Things
key: ThingId
paths:
  /v1/things:
    get: {operationId: listThings, verb: list, roles: everyone, parameters: [Size]}
  /v1/things/{id}:
    get: {operationId: getThing, verb: read, roles: team, parameters: [Include]}
    patch: {operationId: changeThing, verb: change, roles: team, step: [edit, {of: Part, name: edit-whole}], codes: [exists], description: Corrects one., never: ['409'], also: ['304']}
schemas:
  Thing:
    required: all
    include: {mark: {one: Mark, by: markId, adds: its mark}, makers: {many: Maker, by: thingId, adds: its makers}, markCount: {count: Mark, by: thingId, adds: how many marks it has}}
    properties:
      name: Name - What it is called.
      parts: {type: array, items: Part, csv: title, description: Its parts.}
      sizes: {type: array, items: Number, description: Its sizes.}
      maker: Maker - Who made it.
      makerName: Name
      marks: {type: array, items: Mark, description: What others gave it.}
      size: Number
  Part: {properties: {title: {type: string, description: What it is called.}}}
  Maker: {properties: {town: Number - Where they live.}}
  ThingInput:
    patch: {fixed: [kind], more: {done: {type: boolean, description: Whether it is done.}}}
    properties: {kind: Kind - What sort of thing it is., name: Name, marks: {type: array, items: Mark, description: What others gave it.}}
  Mark: {description: A mark., properties: {by: Name - Who gave it.}}
`,
		"examples/getThing.json": `{"answer": {"name": "A"}}`,
	}
	folder := fstest.MapFS{}
	for name, text := range files {
		folder[name] = &fstest.MapFile{Data: []byte(text)}
	}
	for name, text := range replaced {
		if text == "" {
			delete(folder, name)
			continue
		}
		folder[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return folder
}

// stepsIn writes the steps of an operation in a line.
func stepsIn(steps *yaml.Node) string {
	var each []string
	for _, step := range steps.Content {
		each = append(each, get(step, "of").Value+" "+get(step, "name").Value)
	}
	return strings.Join(each, ", ")
}

func TestWhatIsDerived(t *testing.T) {
	t.Parallel()
	text, published, err := join(small(nil))
	if err != nil {
		t.Fatal(err)
	}
	var doc, public yaml.Node
	if err := errors.Join(yaml.Unmarshal(text, &doc), yaml.Unmarshal(published, &public)); err != nil {
		t.Fatal(err)
	}
	root := doc.Content[0]
	statuses := func(path, method string) (all []string) {
		for status := range members(get(root, "paths", path, method, "responses")) {
			all = append(all, status)
		}
		return all
	}
	for _, c := range []struct {
		what      string
		got, want string
	}{
		{"a list of everybody refuses", strings.Join(statuses("/v1/things", "get"), " "), "200 304 400 401 429 default"},
		{"a read of the team's refuses", strings.Join(statuses("/v1/things/{id}", "get"), " "), "200 304 400 401 403 404 default"},
		{"a change refuses", strings.Join(statuses("/v1/things/{id}", "patch"), " "), "200 304 400 401 403 404 412 413 415 422 428 default"},
		{"the tag is the file's", strings.Join(values(get(root, "paths", "/v1/things", "get", "tags")), " "), "Things"},
		{"the roles are written out", strings.Join(values(get(root, "paths", "/v1/things", "get", "x-roles")), " "), "programme reporting"},
		{"the key is the file's", text1(get(root, "paths", "/v1/things/{id}", "parameters").Content), "#/components/parameters/ThingId"},
		{"the list's own parameter is first", text1(get(root, "paths", "/v1/things", "get", "parameters").Content), "#/components/parameters/Size"},
		{"the page is derived", get(root, "components", "schemas", "ThingPage", "properties", "items", "items", "$ref").Value, "#/components/schemas/Thing"},
		{"what is answered is open", strings.Join(names(get(root, "components", "schemas", "Thing")), " "), "type required properties x-include"},
		{"what is sent is closed", get(root, "components", "schemas", "ThingPatch", "additionalProperties").Value, "false"},
		{"what is in both is open in answers", strings.Join(names(get(root, "components", "schemas", "Mark")), " "), "type description properties"},
		{"and closed in requests", get(root, "components", "schemas", "MarkInput", "additionalProperties").Value, "false"},
		{"which refer to it", get(root, "components", "schemas", "ThingPatch", "properties", "marks", "items", "$ref").Value, "#/components/schemas/MarkInput"},
		{"as answers do to theirs", get(root, "components", "schemas", "Thing", "properties", "marks", "items", "$ref").Value, "#/components/schemas/Mark"},
		{"and is one type in Go", get(root, "components", "schemas", "MarkInput", "x-go-type").Value, "Mark"},
		{"a list of values that never grows says so", get(root, "components", "schemas", "Side", "x-enum-values").Value, "closed"},
		{"every other may grow", get(root, "components", "schemas", "Mood", "x-enum-values").Value, "open"},
		{"which its readers are told", get(root, "components", "schemas", "Mood", "description").Value, "A mood. More may come."},
		{"a patch has what can change", strings.Join(names(get(root, "components", "schemas", "ThingPatch", "properties")), " "), "name marks done"},
		{"all members are required", strings.Join(values(get(root, "components", "schemas", "Thing", "required")), " "), "name parts sizes maker makerName marks size"},
		{
			"a table has columns", strings.Join(values(get(root, "paths", "/v1/things", "get", "responses", "200", "content", "text/csv", "schema", "x-columns")), " "),
			"name parts parts.title sizes maker.town makerName marks size",
		},
		{"an operation says which step it takes", stepsIn(get(root, "paths", "/v1/things/{id}", "patch", "x-steps")), "thing edit, part edit-whole"},
		{"and by which codes what is sent is refused", strings.Join(values(get(root, "paths", "/v1/things/{id}", "patch", "x-codes")), " "), "exists"},
		{"which its readers are told", get(root, "paths", "/v1/things/{id}", "patch", "description").Value, "Corrects one. What is sent decides about `exists`."},
		{"a noun has the names of its steps", strings.Join(values(get(root, "components", "schemas", "ThingStepName", "enum")), " "), "edit"},
		{"which stand in its steps", get(root, "components", "schemas", "ThingStep", "properties", "name", "$ref").Value, "#/components/schemas/ThingStepName"},
		{"a noun has what it includes", strings.Join(names(get(root, "components", "schemas", "Thing", "properties")), " "), "name parts sizes maker makerName marks size mark makers markCount steps"},
		{"of which the words are", strings.Join(values(get(root, "components", "schemas", "ThingInclude", "enum")), " "), "steps mark makers markCount"},
		{"which operations take", text1(get(root, "paths", "/v1/things/{id}", "get", "parameters").Content), "#/components/parameters/ThingIncluded"},
		{"and of which readers are told", get(root, "components", "parameters", "ThingIncluded", "description").Value, "What to add; given once for each. " +
			"`steps`: what the caller may do with it next, which a single record says anyway. `mark`: its mark. `makers`: its makers. `markCount`: how many marks it has. " +
			"What the caller may not see is null. CSV and NDJSON take none of it."},
		{"as of the member itself", words(get(root, "components", "schemas", "Thing", "properties", "markCount")), "How many marks it has. Only there with `include=markCount`."},
		{"one that is included can be null", get(root, "components", "schemas", "IncludedMark", "nullable").Value, "true"},
		{"and is of the same type in Go", get(root, "components", "schemas", "IncludedMark", "x-go-type").Value, "*Mark"},
		{"many are a list", get(root, "components", "schemas", "IncludedMakers", "items", "$ref").Value, "#/components/schemas/Maker"},
		{"the server is told how to find them", get(root, "components", "schemas", "Thing", "x-include", "mark", "one").Value + get(root, "components", "schemas", "Thing", "x-include", "mark", "by").Value, "markmarkId"},
		{"a member says what is meant by it", words(get(root, "components", "schemas", "Thing", "properties", "maker")), "Who made it."},
		{"as the noun does, so do requests", words(get(root, "components", "schemas", "ThingPatch", "properties", "name")), "What it is called."},
		{"what means the same everywhere is said once", words(get(root, "components", "schemas", "Thing", "properties", "size")), "How big it is."},
		{"a name is that of the member beside it", words(get(root, "components", "schemas", "Thing", "properties", "makerName")), "The name that goes with `maker`."},
		{"what everybody reads has it around the reference", get(get(public.Content[0], "components", "schemas", "Thing", "properties", "maker", "allOf").Content[0], "$ref").Value, "#/components/schemas/Maker"},
		{"and beside that", get(public.Content[0], "components", "schemas", "Thing", "properties", "maker", "description").Value, "Who made it."},
		{"a name is a reference", get(root, "components", "parameters", "Limit", "schema", "$ref").Value, "#/components/schemas/Number"},
		{"the example is there", get(root, "paths", "/v1/things/{id}", "get", "responses", "200", "content", "application/json", "example", "name").Value, "A"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %s, want %s", c.what, c.got, c.want)
		}
	}
}

func text1(list []*yaml.Node) string { return get(list[0], "$ref").Value }

func names(n *yaml.Node) (all []string) {
	for name := range members(n) {
		all = append(all, name)
	}
	return all
}

// TestFaultsOfTheSource: each is named with its place, all of them at once.
func TestFaultsOfTheSource(t *testing.T) {
	t.Parallel()
	thing := func(operation string) map[string]string {
		return map[string]string{"thing.yaml": "noun: Thing\npaths:\n  /v1/things/{id}:\n    get: " + operation + "\nschemas: {}\n"}
	}
	for what, c := range map[string]struct {
		source map[string]string
		want   []string
	}{
		"a verb that is none":    {thing("{operationId: getThing, verb: fetch, roles: team}"), []string{`thing.yaml: getThing: there is no verb "fetch"`}},
		"roles that are no set":  {thing("{operationId: getThing, verb: read, roles: tem}"), []string{`thing.yaml: getThing: there is no set of roles "tem"`}},
		"a step of nothing":      {thing("{operationId: getThing, verb: read, roles: team, step: {of: Nothing, name: edit}}"), []string{"operations take steps of Nothing, which is no schema"}},
		"no answer":              {thing("{operationId: getThing, roles: team}"), []string{"thing.yaml: getThing answers nothing"}},
		"a refusal that is none": {thing("{operationId: getThing, verb: read, roles: team, also: ['418']}"), []string{"thing.yaml: getThing: there is no refusal 418"}},
		"a refusal left out that never came": {
			thing("{operationId: getThing, verb: read, roles: team, never: ['409']}"), []string{"thing.yaml: getThing: 409 never comes anyway"},
		},
		"a table of nothing": {
			map[string]string{"thing.yaml": "noun: Thing\npaths:\n  /v1/things:\n    get: {operationId: listThings, verb: list, roles: team}\nschemas: {}\n", "examples/getThing.json": ""},
			[]string{"/v1/things has a table without columns"},
		},
		"a missing file":    {map[string]string{"thing.yaml": "", "examples/getThing.json": ""}, []string{"open thing.yaml: file does not exist"}},
		"an empty file":     {map[string]string{"verbs.yaml": "# nothing"}, []string{"verbs.yaml is empty"}},
		"a stray example":   {map[string]string{"examples/getThink.json": "{}"}, []string{"examples/getThink.json belongs to no operation"}},
		"a part of nothing": {map[string]string{"examples/getThing.json": `{"body": {}, "answr": {}}`}, []string{"has an example of its body, which it does not have", `has a part "answr"`}},
		"a schema twice": {
			map[string]string{"thing.yaml": "noun: Thing\npaths: {}\nschemas: {Number: {type: integer}}\n", "examples/getThing.json": ""},
			[]string{"thing.yaml: the schema Number stands twice"},
		},
		"needing nothing": {
			map[string]string{"thing.yaml": "noun: Thing\npaths: {}\nschemas: {Thing: {required: [], properties: {part: Part}}}\n", "examples/getThing.json": ""},
			[]string{"thing.yaml: Thing: needs nothing"},
		},
		"a member that says nothing": {
			map[string]string{"thing.yaml": "noun: Thing\npaths: {}\nschemas: {Thing: {properties: {side: Side, sort: {type: string}, other: Side - The other one.}}}\n", "examples/getThing.json": ""},
			[]string{"Thing/side: say what is meant by it here", "Thing/sort: say what is meant by it here"},
		},
		"an object within": {
			map[string]string{"thing.yaml": "noun: Thing\npaths: {}\nschemas: {Thing: {properties: {part: {properties: {}}}}}\n", "examples/getThing.json": ""},
			[]string{"thing.yaml: Thing/part: an object within an object"},
		},
		"an example that would be filled in": {
			thing("{operationId: getThing, verb: read, roles: team, parameters: [{name: size, in: query, example: 5}]}"),
			[]string{"getThing: size can be left out and has an example"},
		},
		"a name that is taken": {
			map[string]string{"thing.yaml": `
noun: Thing
paths: {"/v1/things/{id}": {patch: {operationId: changeThing, verb: change, roles: team}}}
schemas: {Thing: {properties: {mark: Mark}}, ThingPatch: {properties: {mark: Mark}}, Mark: {properties: {}}, MarkInput: {properties: {}}}
`, "examples/getThing.json": ""},
			[]string{"Mark stands in requests and in answers, and MarkInput is a schema of its own"},
		},
		"an include of nothing": {
			map[string]string{"thing.yaml": "noun: Thing\npaths: {}\nschemas: {Thing: {include: {mark: {one: Mark, by: markId}}, properties: {}}}\n", "examples/getThing.json": ""},
			[]string{"Thing: mark is neither one, nor many, nor a count of a noun"},
		},
		"a fixed member that is none": {
			map[string]string{"thing.yaml": "noun: Thing\npaths: {}\nschemas: {ThingInput: {patch: {fixed: [kin]}, properties: {}}}\n", "examples/getThing.json": ""},
			[]string{`thing.yaml: ThingInput has no member "kin" to be fixed`},
		},
	} {
		_, _, err := join(small(c.source))
		if err == nil {
			t.Errorf("%s is no fault", what)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %s", what, err, want)
			}
		}
	}
}
