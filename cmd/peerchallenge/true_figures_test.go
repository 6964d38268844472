package main

import (
	"go/ast"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// mayAskForTrueFigures are the functions of the program that ask a quarter's set for what
// is truly so, of one borough or of all. Whoever adds one says here why it may.
var mayAskForTrueFigures = []string{
	"pkg/postgres.own",          // a borough's, for its own people and systems
	"pkg/postgres.unsuppressed", // all, for the programme's team, once the audit has kept that they were asked for
}

// TestWhoAsksForTrueFigures reads the program as the compiler does.
func TestWhoAsksForTrueFigures(t *testing.T) {
	t.Parallel()
	exports := exportsOf(t)
	var found []string
	for _, p := range listed(t, "linux") {
		found = append(found, trueFigures(t, p.ImportPath, p.Dir, p.GoFiles, exports)...)
	}
	if !slices.Equal(found, mayAskForTrueFigures) {
		t.Errorf("%q ask for true figures; the list has %q", found, mayAskForTrueFigures)
	}
}

// TestTrueFiguresAreSeen, so that the test above is known to see who asks.
func TestTrueFiguresAreSeen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	source := `package sample

import (
	"peerchallenge/pkg/disclosure"
	"peerchallenge/pkg/programme"
)

type owns interface{ Own(borough string) *disclosure.View }

func Plainly(s *disclosure.Set, a programme.Actor) (*disclosure.View, error) { return s.True(a) }

func Disguised(s owns) *disclosure.View { return s.Own("E09000012") }

func AsAValue(s *disclosure.Set) any { return s.Own }

func Openly(s *disclosure.Set, p *disclosure.Policy) (*disclosure.View, error) { return s.Disclose(p) }
`
	if err := os.WriteFile(filepath.Join(dir, "sample.go"), []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	found := trueFigures(t, module+"sample", dir, []string{"sample.go"}, exportsOf(t))
	if want := []string{"sample.AsAValue", "sample.Disguised", "sample.Plainly"}; !slices.Equal(found, want) {
		t.Errorf("found %q", found)
	}
}

// trueFigures answers the functions of a package that use a method Own or True which
// answers a view: the set's, or one of an interface that a set has.
func trueFigures(t *testing.T, path, dir string, names []string, exports map[string]string) []string {
	t.Helper()
	var found []string
	files, info := typed(t, path, dir, names, exports)
	for _, file := range files {
		for _, declared := range file.Decls {
			name := "a variable"
			if f, is := declared.(*ast.FuncDecl); is {
				name = f.Name.Name
			}
			ast.Inspect(declared, func(n ast.Node) bool {
				if ident, is := n.(*ast.Ident); is && isWayOut(info.Uses[ident]) {
					found = append(found, strings.TrimPrefix(path, module)+"."+name)
				}
				return true
			})
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func isWayOut(object types.Object) bool {
	f, is := object.(*types.Func)
	if !is || f.Name() != "Own" && f.Name() != "True" {
		return false
	}
	results := f.Signature().Results()
	return results.Len() > 0 && results.At(0).Type().String() == "*"+module+"pkg/disclosure.View"
}
