package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// contract is what oasdiff does not look at: who may call, and which lists of values
// are closed.
type contract struct {
	Info  struct{ Version string }
	Paths map[string]map[string]struct {
		ID    string   `yaml:"operationId"`
		Roles []string `yaml:"x-roles"`
	}
	Components struct {
		Schemas map[string]struct {
			Enum   []any
			Values string `yaml:"x-enum-values"`
		}
	}
}

func read(file string) (c contract, err error) {
	text, err := os.ReadFile(filepath.Clean(file))
	if err != nil {
		return c, err
	}
	// A path has members that are no operations.
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return c, err
	}
	if len(doc.Content) == 0 {
		return c, fmt.Errorf("%s is empty", filepath.Base(file))
	}
	operationsAlone(doc.Content[0])
	return c, doc.Decode(&c)
}

func operationsAlone(doc *yaml.Node) {
	for i := 0; i+1 < len(doc.Content); i += 2 {
		if doc.Content[i].Value != "paths" {
			continue
		}
		for _, item := range doc.Content[i+1].Content {
			for j := 0; j+1 < len(item.Content); {
				if item.Content[j].Value == "parameters" {
					item.Content = slices.Delete(item.Content, j, j+2)
					continue
				}
				j += 2
			}
		}
	}
}

// found is a difference as oasdiff tells it.
type found struct {
	ID, Text, Operation, Path string
	Level                     int
}

// informs is oasdiff's level of what breaks nobody. Its warnings we take for breaking,
// too, and whatever is gone: it minds not that a member is which might be absent.
const informs = 1

var gone = regexp.MustCompile(`-(property|parameter|header|media-type)-removed$`)

// compare answers what is different between two contracts, and what of it breaks the
// promise.
func compare(base, revision string) (changes []change, breaking []string, err error) {
	var out, failed bytes.Buffer
	command := exec.Command("go", "tool", "oasdiff", "changelog", absolute(base), absolute(revision), "--format", "json", "--allow-external-refs=false")
	command.Stdout, command.Stderr = &out, &failed
	if err := command.Run(); err != nil {
		return nil, nil, fmt.Errorf("oasdiff: %w: %s", err, failed.String())
	}
	var differences []found
	if out.Len() > 0 { // of nothing, it says nothing
		if err := json.Unmarshal(out.Bytes(), &differences); err != nil {
			return nil, nil, fmt.Errorf("oasdiff's answer: %w", err)
		}
	}
	before, err := read(base)
	if err != nil {
		return nil, nil, err
	}
	after, err := read(revision)
	if err != nil {
		return nil, nil, err
	}
	broken := append(rights(before, after), closedValues(before, after)...)
	at := map[string]int{}
	for _, d := range differences {
		// Whether an answer may have a new value, the list of values itself says.
		newValue := strings.HasPrefix(d.ID, "response-") && strings.HasSuffix(d.ID, "enum-value-added")
		where := strings.TrimSpace(d.Operation + " " + d.Path)
		if (d.Level > informs || gone.MatchString(d.ID)) && !newValue {
			broken = append(broken, where+": "+d.Text)
		}
		i, known := at[d.Text]
		if !known {
			i = len(changes)
			at[d.Text] = i
			changes = append(changes, change{Text: d.Text, NewValue: newValue, Operations: []string{}})
		}
		if where != "" && !slices.Contains(changes[i].Operations, where) {
			changes[i].Operations = append(changes[i].Operations, where)
		}
	}
	// What clients may not know comes first.
	slices.SortStableFunc(changes, func(a, b change) int { return first(a.NewValue, b.NewValue) })
	if changes == nil {
		changes = []change{}
	}
	return changes, broken, nil
}

func first(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

func absolute(path string) string {
	if whole, err := filepath.Abs(path); err == nil {
		return whole
	}
	return path
}

// rights answers which roles may no longer call what they could.
func rights(before, after contract) (broken []string) {
	for _, path := range slices.Sorted(maps.Keys(before.Paths)) {
		for _, method := range slices.Sorted(maps.Keys(before.Paths[path])) {
			was := before.Paths[path][method]
			is, there := after.Paths[path][method]
			if !there {
				continue // which oasdiff says
			}
			for _, role := range was.Roles {
				if !slices.Contains(is.Roles, role) && !slices.Contains(is.Roles, "public") {
					broken = append(broken, fmt.Sprintf("%s %s: %s may no longer call it", strings.ToUpper(method), path, role))
				}
			}
		}
	}
	return broken
}

// closedValues answers which closed lists have grown, or are closed no more.
func closedValues(before, after contract) (broken []string) {
	for _, name := range slices.Sorted(maps.Keys(before.Components.Schemas)) {
		was := before.Components.Schemas[name]
		is, there := after.Components.Schemas[name]
		if was.Values != "closed" || !there {
			continue
		}
		if is.Values != "closed" {
			broken = append(broken, name+": was closed, and is not any more")
		}
		for _, value := range is.Enum {
			if !slices.Contains(was.Enum, value) {
				broken = append(broken, fmt.Sprintf("%s: is closed, and %v is new", name, value))
			}
		}
	}
	return broken
}
