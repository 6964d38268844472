package main

import (
	"go/ast"
	"go/constant"
	"go/importer"
	"go/parser"
	gotoken "go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"peerchallenge/api"
)

const domain = module + "pkg/programme"

// coded are the types of codes, with the schema that lists those of their values
// that an answer of the API can have.
var coded = map[string]string{domain + ".Code": "ProblemCode", domain + ".FaultCode": "FaultCode"}

// saidLocally are the codes that only the terminal says, or that become another's
// fault before anybody is answered, by their type.
var saidLocally = map[string][]string{
	domain + ".Code":      {"cycle", "date", "invalid_mapping", "issuers_malformed", "not_owner", "period"},
	domain + ".FaultCode": {"mapping"}, // of the files that say how files are read
}

// TestCodesAreConstants reads the program as the compiler does: every code is one of
// the domain's constants and no text beside them, every constant is used, and the
// contract has all that an answer can have.
func TestCodesAreConstants(t *testing.T) {
	t.Parallel()
	exports := exportsOf(t)
	constants, used := map[string]map[string]string{}, map[string]bool{}
	answered := map[string][]string{} // by type: what others than those who speak at the terminal use
	for _, p := range listed(t, "linux") {
		found := readCodes(t, p.ImportPath, p.Dir, p.GoFiles, exports)
		for _, fault := range found.literals {
			t.Errorf("%s: %s", p.ImportPath, fault)
		}
		if p.ImportPath == domain {
			constants = found.constants
		}
		for name, kind := range found.used {
			used[name] = true
			if kind == domain+".Code" || p.ImportPath != module+"pkg/auth" {
				answered[kind] = append(answered[kind], name)
			}
		}
	}
	doc, err := openapi3.NewLoader().LoadFromData(api.Contract)
	if err != nil {
		t.Fatal(err)
	}
	for kind, schema := range coded {
		if len(constants[kind]) < 50 {
			t.Fatalf("only %d constants of the type %s were found", len(constants[kind]), kind)
		}
		var want []string
		for _, name := range answered[kind] {
			if code := constants[kind][name]; !slices.Contains(saidLocally[kind], code) {
				want = append(want, code)
			}
		}
		slices.Sort(want)
		want = slices.Compact(want)
		var got []string
		for _, code := range doc.Components.Schemas[schema].Value.Enum {
			got = append(got, code.(string))
		}
		if !slices.Equal(got, want) {
			t.Errorf("the contract's %s is %q; the program has %q", schema, got, want)
		}
		for name := range constants[kind] {
			if !used[name] {
				t.Errorf("nothing has the code %s", name)
			}
		}
	}
}

// TestLiteralCodesAreSeen, so that the test above is known to see them.
func TestLiteralCodesAreSeen(t *testing.T) {
	t.Parallel()
	exports, dir := exportsOf(t), t.TempDir()
	source := `package sample

import "peerchallenge/pkg/programme"

const Own programme.Code = "own"

var Fault = programme.Fault{Code: "too_few", Detail: "Too few."}

func Refuse(name string) []error {
	return []error{
		programme.Errorf(programme.Conflict, "stale", "Stale."),
		programme.Errorf(programme.Conflict, programme.CodeStale, "Stale."),
		programme.Errorf(programme.Conflict, programme.Code(name), "Stale."),
	}
}
`
	if err := os.WriteFile(filepath.Join(dir, "sample.go"), []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	found := readCodes(t, module+"sample", dir, []string{"sample.go"}, exports)
	slices.Sort(found.literals)
	if want := []string{`"own" is no constant of the domain`, `"stale" is no constant of the domain`, `"too_few" is no constant of the domain`, `a code is made of name`}; !slices.Equal(found.literals, want) {
		t.Errorf("found %q", found.literals)
	}
	if got := slices.Collect(maps.Keys(found.used)); !slices.Equal(got, []string{"CodeStale"}) {
		t.Errorf("used %q", got)
	}
}

// sentCode is a code that is made of what a caller asks to have explained.
const sentCode = `c.Param("code")`

// codes are what a package has to do with them.
type codes struct {
	constants map[string]map[string]string // the domain's own, by type and name
	used      map[string]string            // the domain's constants that are used, with their types
	literals  []string                     // what is a code, but no constant of the domain
}

func readCodes(t *testing.T, path, dir string, names []string, exports map[string]string) codes {
	t.Helper()
	files, info := typed(t, path, dir, names, exports)
	found := codes{constants: map[string]map[string]string{}, used: map[string]string{}}
	for _, object := range info.Uses {
		if is, kind := constantCode(object); is {
			found.used[object.Name()] = kind
		}
	}
	for _, object := range info.Defs {
		if is, kind := constantCode(object); is {
			if found.constants[kind] == nil {
				found.constants[kind] = map[string]string{}
			}
			found.constants[kind][object.Name()] = constant.StringVal(object.(*types.Const).Val())
		}
	}
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GenDecl:
				return path != domain || n.Tok != gotoken.CONST // where they are listed
			case *ast.BasicLit:
				if at, ok := info.Types[n]; ok && coded[at.Type.String()] != "" && n.Value != `""` {
					found.literals = append(found.literals, n.Value+" is no constant of the domain")
				}
			case *ast.CallExpr:
				if made := info.Types[n.Fun]; made.IsType() && coded[made.Type.String()] != "" && types.ExprString(n.Args[0]) != sentCode {
					found.literals = append(found.literals, "a code is made of "+types.ExprString(n.Args[0]))
				}
			}
			return true
		})
	}
	return found
}

// typed reads a package as the compiler does.
func typed(t *testing.T, path, dir string, names []string, exports map[string]string) ([]*ast.File, *types.Info) {
	t.Helper()
	set := gotoken.NewFileSet()
	var files []*ast.File
	for _, name := range names {
		file, err := parser.ParseFile(set, filepath.Join(dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: importer.ForCompiler(set, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })}
	if _, err := config.Check(path, set, files, info); err != nil {
		t.Fatal(err)
	}
	return files, info
}

// constantCode reports whether the object is one of the domain's codes.
func constantCode(object types.Object) (is bool, kind string) {
	c, ok := object.(*types.Const)
	if !ok || c.Pkg() == nil || c.Pkg().Path() != domain || coded[c.Type().String()] == "" {
		return false, ""
	}
	return true, c.Type().String()
}

// exportsOf answers where the compiler has put what each package exports.
func exportsOf(t *testing.T) map[string]string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-export", "-deps", "-f", "{{.ImportPath}}={{.Export}}", module+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	exports := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), "=")
		exports[path] = file
	}
	return exports
}
