// Command pack takes published files into the program:
//
//	go run ./pkg/seed/pack FILE...
//
// Each is compressed as it is into pkg/seed/data/dfe, and what the manifest there
// must say of it is printed, but for what only the publisher can say. The same file gives the same bytes.
package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

const folder = "pkg/seed/data/dfe"

func main() {
	var faults []error
	for _, path := range os.Args[1:] {
		faults = append(faults, pack(path))
	}
	if err := errors.Join(faults...); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func pack(path string) error {
	content, err := os.ReadFile(path) // #nosec G304 G703 -- reading the file that is named is what pack is for
	if err != nil {
		return err
	}
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := z.Write(content); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	name := filepath.Base(path)
	fmt.Fprintf(os.Stdout, "- file: %s\n  sha256: %x\n  publishedOn: null\n  nextUpdateOn: null\n  methodology: null\n", name, sha256.Sum256(content))
	return os.WriteFile(filepath.Join(folder, name+".gz"), packed.Bytes(), 0o644) //nolint:gosec // a source file, for everybody to read
}
