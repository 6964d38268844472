// Command promise holds the contract to what docs/contract.md promises of it: against
// the newest contract under api/released nothing may break. It also writes what is new,
// which /changelog serves and CHANGELOG.md shows.
//
//	go -C api/promise run .          # say what is wrong
//	go -C api/promise run . -write   # and write what follows
//
// It is a module of its own: what it needs, the program does not.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	write := flag.Bool("write", false, "write api/changelog.gen.json and the contract's part of CHANGELOG.md")
	flag.Parse()
	if err := run("../..", *write); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run looks at the project in the folder.
func run(folder string, write bool) error {
	present := filepath.Join(folder, "openapi.yaml")
	released, err := releasedIn(filepath.Join(folder, "api", "released"))
	if err != nil {
		return err
	}
	releases, breaking, err := history(released, present)
	if err != nil {
		return err
	}
	var faults []error
	for _, b := range breaking {
		faults = append(faults, errors.New("breaks what is released: "+b))
	}
	made, err := asJSON(releases)
	if err != nil {
		return err
	}
	faults = append(faults, keep(filepath.Join(folder, "api", "changelog.gen.json"), write, func([]byte) ([]byte, error) { return made, nil }))
	if len(released) > 0 { // before the first there is nothing to tell of
		faults = append(faults, keep(filepath.Join(folder, "CHANGELOG.md"), write, func(text []byte) ([]byte, error) { return told(text, releases[0]) }))
	}
	return errors.Join(faults...)
}

// keep makes a file what it should be, or says that it is not.
func keep(path string, write bool, should func(is []byte) ([]byte, error)) error {
	is, err := os.ReadFile(filepath.Clean(path))
	if err != nil {
		return err
	}
	want, err := should(is)
	switch {
	case err != nil:
		return err
	case bytes.Equal(is, want):
		return nil
	case write:
		return os.WriteFile(path, want, 0o644) //nolint:gosec // a source file, for everybody to read
	}
	return fmt.Errorf("%s is not current: run go -C api/promise run . -write", filepath.Base(path))
}
