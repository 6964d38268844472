package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// release is a contract, and what is different in it; as /changelog serves it.
type release struct {
	Version  string   `json:"version"`
	Released bool     `json:"released"`
	Since    *string  `json:"since"`
	Changes  []change `json:"changes"`
}

// change is something that is different.
type change struct {
	Text       string   `json:"text"`
	NewValue   bool     `json:"newValue"`
	Operations []string `json:"operations"`
}

// releasedIn answers the files of the released contracts, named by their versions, the
// oldest first.
func releasedIn(folder string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil {
		return nil, err
	}
	var faults []error
	for _, file := range files {
		if _, err := numbers(versionOf(file)); err != nil {
			faults = append(faults, fmt.Errorf("%s is named after no version: %w", filepath.Base(file), err))
		}
	}
	slices.SortFunc(files, func(a, b string) int {
		first, _ := numbers(versionOf(a))
		second, _ := numbers(versionOf(b))
		return slices.Compare(first[:], second[:])
	})
	return files, errors.Join(faults...)
}

func versionOf(file string) string { return strings.TrimSuffix(filepath.Base(file), ".yaml") }

// numbers reads a version such as 0.1.0.
func numbers(version string) (parts [3]int, err error) {
	texts := strings.Split(version, ".")
	if len(texts) != len(parts) {
		return parts, fmt.Errorf("%q has not three numbers", version)
	}
	for i, text := range texts {
		if parts[i], err = strconv.Atoi(text); err != nil {
			return parts, err
		}
	}
	return parts, nil
}

// history answers the releases, the newest first, and what breaks between the newest
// released contract and the present one.
func history(released []string, present string) (releases []release, breaking []string, err error) {
	doc, err := read(present)
	if err != nil {
		return nil, nil, err
	}
	contracts := released
	last := len(released) - 1
	switch {
	case last < 0 || versionOf(released[last]) != doc.Info.Version:
		contracts = append(slices.Clone(released), present)
	case !same(released[last], present):
		return nil, nil, fmt.Errorf("%s is released, and openapi.yaml is another contract: raise info.version in api/contract/root.yaml", doc.Info.Version)
	}
	for i, file := range contracts {
		r := release{Version: versionOf(file), Released: i <= last, Changes: []change{}}
		if file == present {
			r.Version = doc.Info.Version
		}
		if i > 0 {
			since := versionOf(contracts[i-1])
			r.Since = &since
			if r.Changes, breaking, err = compare(contracts[i-1], file); err != nil {
				return nil, nil, err
			}
		}
		releases = append(releases, r)
	}
	if len(contracts) == len(released) {
		breaking = nil // nothing has come since, and what is released is released
	}
	slices.Reverse(releases)
	return releases, breaking, nil
}

func same(a, b string) bool {
	first, errA := os.ReadFile(filepath.Clean(a))
	second, errB := os.ReadFile(filepath.Clean(b))
	return errA == nil && errB == nil && bytes.Equal(first, second)
}

func asJSON(releases []release) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	err := encoder.Encode(map[string]any{"items": releases})
	return out.Bytes(), err
}

// Between these lines of CHANGELOG.md stands what is new in the contract.
const (
	begins = "<!-- The contract: api/promise writes what follows. -->\n"
	ends   = "<!-- The contract ends. -->\n"
)

// told writes the changes into the text between its two lines.
func told(text []byte, r release) ([]byte, error) {
	before, rest, found := strings.Cut(string(text), begins)
	_, after, complete := strings.Cut(rest, ends)
	if !found || !complete {
		return nil, fmt.Errorf("CHANGELOG.md has no place for the contract's changes; put these lines there:\n%s%s", begins, ends)
	}
	var out strings.Builder
	out.WriteString(before + begins)
	for _, c := range r.Changes {
		mark := map[bool]string{true: "**New value.** "}[c.NewValue]
		fmt.Fprintf(&out, "- %s%s (%s)\n", mark, c.Text, cmp.Or(strings.Join(c.Operations, ", "), "everywhere"))
	}
	out.WriteString(ends + after)
	return []byte(out.String()), nil
}
