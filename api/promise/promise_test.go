package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// small is a contract with one of everything that the promise speaks of.
const small = `openapi: 3.0.3
info: {title: Small, version: 0.1.0}
paths:
  /v1/things:
    get:
      operationId: listThings
      x-roles: [programme, reporting]
      parameters:
      - {name: size, in: query, schema: {type: integer, maximum: 500}}
      responses:
        '200': {description: Things., content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
    post:
      operationId: createThing
      x-roles: [programme]
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/ThingInput'}}}}
      responses:
        '201': {description: Made., content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
components:
  schemas:
    Thing:
      type: object
      required: [name]
      properties:
        name: {type: string}
        side: {$ref: '#/components/schemas/Side'}
        mood: {$ref: '#/components/schemas/Mood'}
    ThingInput:
      type: object
      additionalProperties: false
      required: [name]
      properties:
        name: {type: string, maxLength: 200}
    Side: {type: string, enum: [left, right], x-enum-values: closed}
    Mood: {type: string, enum: [good, bad], x-enum-values: open}
`

// TestTheGate: what breaks those who call is refused, and what they can do without
// knowing of it is not.
func TestTheGate(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		from, to string
		breaks   string // part of what is said; empty where nothing breaks
		tells    string // part of what the changelog says
		newValue bool
	}{
		"an operation is gone":          {from: "    post:\n", to: "    put:\n", breaks: "POST /v1/things"},
		"an address is gone":            {from: "  /v1/things:", to: "  /v1/stuff:", breaks: "/v1/things"},
		"a member of an answer":         {from: "        side: {$ref: '#/components/schemas/Side'}\n", breaks: "side"},
		"a parameter is gone":           {from: "      - {name: size, in: query, schema: {type: integer, maximum: 500}}\n", to: "      - {name: width, in: query, schema: {type: integer}}\n", breaks: "size"},
		"a limit is narrower":           {from: "maxLength: 200", to: "maxLength: 100", breaks: "maxLength was decreased"},
		"a parameter is needed":         {from: "in: query, schema", to: "in: query, required: true, schema", breaks: "required"},
		"a new rule":                    {from: "maxLength: 200", to: "maxLength: 200, pattern: '^x'", breaks: "pattern"},
		"a member is needed":            {from: "      required: [name]\n      properties:\n        name: {type: string, maxLength: 200}", to: "      required: [name, kind]\n      properties:\n        kind: {type: string}\n        name: {type: string, maxLength: 200}", breaks: "kind"},
		"a right is lost":               {from: "[programme, reporting]", to: "[programme]", breaks: "reporting may no longer call it"},
		"a closed list grows":           {from: "[left, right]", to: "[left, right, middle]", breaks: "Side: is closed, and middle is new"},
		"a closed list is opened":       {from: "[left, right], x-enum-values: closed", to: "[left, right], x-enum-values: open", breaks: "Side: was closed"},
		"an open list grows":            {from: "[good, bad]", to: "[good, bad, fair]", tells: "fair", newValue: true},
		"a new operation":               {from: "components:\n", to: "  /v1/parts:\n    get:\n      operationId: listParts\n      x-roles: [programme]\n      responses: {'200': {description: Parts.}}\ncomponents:\n", tells: "endpoint added"},
		"a new parameter":               {from: "      - {name: size", to: "      - {name: width, in: query, schema: {type: integer}}\n      - {name: size", tells: "width"},
		"a new member of an answer":     {from: "        side:", to: "        width: {type: integer}\n        side:", tells: "width"},
		"a new member that may be sent": {from: "        name: {type: string, maxLength: 200}", to: "        name: {type: string, maxLength: 200}\n        width: {type: integer}", tells: "width"},
		"a right is won":                {from: "x-roles: [programme]", to: "x-roles: [programme, reporting]"},
		"other words":                   {from: "description: Things.", to: "description: All things."},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(small, c.from) {
				t.Fatalf("%q is not there to be changed", c.from)
			}
			changes, breaking, err := compare(file(t, small), file(t, strings.Replace(small, c.from, c.to, 1)))
			if err != nil {
				t.Fatal(err)
			}
			if c.breaks == "" && len(breaking) > 0 || c.breaks != "" && !slices.ContainsFunc(breaking, func(b string) bool { return strings.Contains(b, c.breaks) }) {
				t.Errorf("breaks %q, want %q", breaking, c.breaks)
			}
			told := slices.IndexFunc(changes, func(said change) bool { return strings.Contains(said.Text, c.tells) })
			if c.tells != "" && (told < 0 || changes[told].NewValue != c.newValue) {
				t.Errorf("tells %+v, want %q", changes, c.tells)
			}
		})
	}
}

// TestTheGateHoldsOurContract: the contract against itself, and against copies of which
// a part is broken, in a project of which it is released.
func TestTheGateHoldsOurContract(t *testing.T) {
	t.Parallel()
	ours, err := os.ReadFile("../../openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	next := strings.Replace(string(ours), "\n  version: ", "\n  version: 9.", 1)
	next = strings.Replace(next, "version: 9.0.1.0", "version: 9.1.0", 1)
	for what, c := range map[string]struct{ contract, refused string }{
		"as it is released":                   {string(ours), ""},
		"with a new version":                  {next, ""},
		"without an address":                  {strings.Replace(next, "\n  /v1/milestones:\n", "\n  /v1/milesstones:\n", 1), "breaks what is released: GET /v1/milestones"},
		"changed under a version that is out": {strings.Replace(string(ours), "summary: Correct", "summary: Change", 1), "is released, and openapi.yaml is another contract"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			if err := os.MkdirAll(filepath.Join(folder, "api", "released"), 0o750); err != nil {
				t.Fatal(err)
			}
			version := strings.TrimSpace(strings.SplitN(strings.SplitN(string(ours), "\n  version: ", 2)[1], "\n", 2)[0])
			for name, text := range map[string]string{
				"openapi.yaml": c.contract, "api/released/" + version + ".yaml": string(ours), "api/changelog.gen.json": "",
				"CHANGELOG.md": "# Changelog\n\n### Contract\n" + begins + "old\n" + ends + "\n## [0.1.0]\n",
			} {
				if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			err := run(folder, true)
			switch {
			case c.refused == "" && err != nil, c.refused != "" && (err == nil || !strings.Contains(err.Error(), c.refused)):
				t.Fatalf("%v, want %q", err, c.refused)
			case c.refused != "":
				return
			}
			if err := run(folder, false); err != nil {
				t.Errorf("what was written is not current: %v", err)
			}
			if text, err := os.ReadFile(filepath.Join(folder, "CHANGELOG.md")); err != nil || strings.Contains(string(text), "old\n") || !strings.HasSuffix(string(text), ends+"\n## [0.1.0]\n") {
				t.Errorf("CHANGELOG.md: %s %v", text, err)
			}
		})
	}
}

// TestOrderOfReleases: by their numbers, and not by their names.
func TestOrderOfReleases(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for _, name := range []string{"0.10.0.yaml", "0.9.0.yaml", "1.0.0.yaml"} {
		if err := os.WriteFile(filepath.Join(folder, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	files, err := releasedIn(folder)
	if err != nil || len(files) != 3 || versionOf(files[0]) != "0.9.0" || versionOf(files[2]) != "1.0.0" {
		t.Errorf("%v %v", files, err)
	}
	if err := os.WriteFile(filepath.Join(folder, "next.yaml"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := releasedIn(folder); err == nil || !strings.Contains(err.Error(), "next.yaml is named after no version") {
		t.Errorf("%v", err)
	}
}

func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "contract.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
