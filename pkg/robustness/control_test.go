//go:build unix

package robustness

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

// A control is a fault that was put into the service on purpose, by which the
// checks show that they would find it. TestControls runs them.
type control struct {
	name  string // of its patch
	finds string // the model that cannot explain what comes of it
}

var controls = []control{
	{"no-lock-on-the-key", keys.name}, // one key makes two records
	{"no-for-update", records.name},   // one of two changes to the same version is lost
}

// TestEveryControlHasItsPatch: the patches fit the code as it is now, and there
// are no others.
func TestEveryControlHasItsPatch(t *testing.T) {
	for _, c := range controls {
		c.overlay(t)
	}
	patches, err := filepath.Glob("controls/*.patch")
	if err != nil || len(patches) != len(controls) {
		t.Errorf("there are the patches %v for %d controls: %v", patches, len(controls), err)
	}
}

// patched names the file of the tree that a patch changes.
var patched = regexp.MustCompile(`(?m)^\+\+\+ b/(\S+)$`)

// overlay applies the patch to copies, and answers the file by which go build
// takes these in place of what is in the tree.
func (c control) overlay(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	patch, err := os.ReadFile(filepath.Join("controls", c.name+".patch"))
	if err != nil {
		t.Fatal(err)
	}
	tree, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	replace := map[string]string{}
	for _, name := range patched.FindAllStringSubmatch(string(patch), -1) {
		source, copied := filepath.Join(tree, name[1]), filepath.Join(dir, name[1])
		text, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Dir(copied), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(copied, text, 0o600); err != nil {
			t.Fatal(err)
		}
		replace[source] = copied
	}
	apply := exec.Command("git", "apply", "-C1", "-")
	apply.Dir, apply.Stdin = dir, bytes.NewReader(patch)
	apply.Env = append(os.Environ(), "GIT_CEILING_DIRECTORIES="+filepath.Dir(dir)) // dir is no repository, whatever it lies in
	if said, err := apply.CombinedOutput(); err != nil {
		t.Fatalf("controls/%s.patch does not fit the code any more, make it anew: %v\n%s", c.name, err, said)
	}
	for source, copied := range replace {
		before, errBefore := os.ReadFile(source)
		after, errAfter := os.ReadFile(copied)
		if errBefore != nil || errAfter != nil || bytes.Equal(before, after) {
			t.Fatalf("controls/%s.patch changes nothing in %s: %v %v", c.name, source, errBefore, errAfter)
		}
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
