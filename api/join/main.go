// Command join makes the contract of its source: it reads the folder api/contract
// and writes openapi.yaml, which everybody may read, and the copy that the program and
// its generator read. What a reader would only skim there, because it is
// alike for every operation of a kind, stands once in the source and is derived
// here: see api/contract/README.md.
//
//	go run ./join contract ../openapi.yaml openapi.gen.yaml
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: join FOLDER PUBLISHED INSIDE")
		os.Exit(2)
	}
	inside, published, err := join(os.DirFS(os.Args[1]))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for path, text := range map[string][]byte{os.Args[2]: published, os.Args[3]: inside} {
		if err := os.WriteFile(filepath.Clean(path), text, 0o644); err != nil { //nolint:gosec // a source file, for everybody to read
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}
