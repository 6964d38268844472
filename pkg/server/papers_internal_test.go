package server

import (
	"archive/zip"
	"bytes"
	"errors"
	"slices"
	"testing"
)

// TestPapersHaveAnEnd: what finds no room is named with the address at which it is read, and
// what comes after the room is full is not made.
func TestPapersHaveAnEnd(t *testing.T) {
	t.Parallel()
	p := newPapers(papersManifest{}, 10)
	made := 0
	bytesOf := func(n int) func() ([]byte, error) {
		return func() ([]byte, error) { made++; return make([]byte, n), nil }
	}
	for _, f := range []struct {
		path string
		size int
	}{{"a", 4}, {"b", 6}, {"c", 1}, {"d", 1}} {
		if err := p.add(f.path, "/v1/"+f.path, bytesOf(f.size)); err != nil {
			t.Fatal(err)
		}
	}
	archive, err := p.closed()
	if err != nil {
		t.Fatal(err)
	}
	read, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range read.File {
		names = append(names, f.Name)
	}
	if want := []papersRest{{"c", "/v1/c"}, {"d", "/v1/d"}}; !slices.Equal(names, []string{"a", "b", "manifest.json"}) || !slices.Equal(p.manifest.LeftOut, want) || made != 2 {
		t.Errorf("it has %v without %v, and %d were made", names, p.manifest.LeftOut, made)
	}
	broken := errors.New("broken")
	if err := newPapers(papersManifest{}, 10).add("a", "", func() ([]byte, error) { return nil, broken }); !errors.Is(err, broken) {
		t.Errorf("a file that could not be made is answered %v", err)
	}
}
