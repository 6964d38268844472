package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestNothingIsCalledLondon: the programme's region is data. Only the data that come
// with the program, the zone and the command that loads the data name it.
func TestNothingIsCalledLondon(t *testing.T) {
	t.Parallel()
	named := regexp.MustCompile(`(?i)london`)
	allowed := regexp.MustCompile("Europe/London|import london|kind == \"london\"|`london  loads")
	seen := 0
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !ours(filepath.ToSlash(path)) {
			return err
		}
		seen++
		text, err := os.ReadFile(filepath.Clean(path))
		number := 0
		for line := range strings.Lines(string(text)) {
			if number++; named.MatchString(allowed.ReplaceAllString(line, "")) {
				t.Errorf("%s:%d: %s", path, number, strings.TrimSpace(line))
			}
		}
		return err
	})
	if err != nil || seen < 200 {
		t.Errorf("%d files, %v", seen, err)
	}
}

// ours reports whether the file is the contract's source or Go that is neither a test
// nor data. Recorded examples are data too.
func ours(path string) bool {
	switch {
	case strings.HasPrefix(path, "../../pkg/seed/"), strings.HasPrefix(path, "../../api/contract/examples/"):
		return false
	case strings.HasPrefix(path, "../../api/contract/"):
		return strings.HasSuffix(path, ".yaml")
	}
	return strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go")
}
