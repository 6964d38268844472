package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// arrows says which of our packages each of our packages may import. A package
// that is not here may not exist: whoever adds one decides where it stands.
var arrows = map[string][]string{
	"migrations":          {},
	"pkg/grouping":        {},
	"pkg/programme":       {"pkg/grouping", "pkg/memo", "pkg/screen"},
	"pkg/benchmark":       {"pkg/programme"},
	"pkg/framework":       {"pkg/benchmark", "pkg/programme"},
	"pkg/auth":            {"pkg/programme"},
	"pkg/dfe":             {"pkg/benchmark", "pkg/programme", "pkg/sheet"},
	"pkg/seed":            {"pkg/dfe", "pkg/benchmark", "pkg/evaluation", "pkg/framework", "pkg/programme", "pkg/returns"},
	"pkg/returns":         {"pkg/benchmark", "pkg/framework", "pkg/programme", "pkg/sheet"},
	"pkg/disclosure":      {"pkg/benchmark", "pkg/framework", "pkg/programme", "pkg/returns"},
	"pkg/evaluation":      {"pkg/framework", "pkg/memo", "pkg/programme"},
	"pkg/memo":            {},
	"pkg/screen":          {},
	"pkg/chart":           {},
	"pkg/mail":            {"pkg/returns"},
	"pkg/seed/pack":       {},
	"pkg/postgres":        {"migrations", "pkg/benchmark", "pkg/disclosure", "pkg/evaluation", "pkg/framework", "pkg/programme", "pkg/returns"},
	"pkg/postgres/local":  {},
	"pkg/postgres/pgtest": {"pkg/postgres/local"},
	"api":                 {"api/publish", "pkg/programme"},
	"api/join":            {"api/publish"},
	"api/publish":         {},
	"pkg/robustness":      {}, // holds tests only
	"pkg/sheet":           {},
	"pkg/server":          {"api", "pkg/benchmark", "pkg/chart", "pkg/disclosure", "pkg/evaluation", "pkg/framework", "pkg/programme", "pkg/returns", "pkg/sheet"},
	"cmd/peerchallenge": {
		"pkg/auth", "pkg/benchmark", "pkg/dfe", "pkg/framework", "pkg/mail", "pkg/postgres", "pkg/postgres/local", "pkg/programme", "pkg/returns",
		"pkg/seed", "pkg/server",
	},
}

// technologies says which of our packages may import what others have written.
// Whatever is not here, everyone may.
var technologies = map[string][]string{
	"gorm.io":                       {"pkg/postgres"},
	"github.com/jackc":              {"pkg/postgres", "pkg/postgres/local", "pkg/postgres/pgtest"},
	"github.com/pressly/goose":      {"pkg/postgres"},
	"github.com/fergusstrange":      {"pkg/postgres/local"},
	"github.com/labstack":           {"pkg/server", "api"},
	"github.com/getkin/kin-openapi": {"pkg/server"},
	"github.com/oapi-codegen":       {"api"},
	"github.com/golang-jwt":         {"pkg/auth"},
	"github.com/xuri":               {"pkg/sheet"},
	"github.com/wneessen":           {"pkg/mail"},
	"github.com/clipperhouse":       {"pkg/evaluation"},
	"github.com/sergi":              {"pkg/evaluation"},
	"github.com/emersion":           {}, // a mail server for the tests of pkg/mail
	"github.com/MicahParks":         {"pkg/auth"},
	"github.com/anishathalye":       {}, // the tests of pkg/robustness check histories with it
	"github.com/prometheus":         {"pkg/server", "pkg/postgres", "cmd/peerchallenge"},
}

const module = "peerchallenge/"

// forbidden answers those of the imports that the package may not have.
func forbidden(importer string, imports []string) []string {
	may, known := arrows[importer]
	if !known {
		return []string{"arrows: the package is not in the table"}
	}
	var faults []string
	for _, path := range imports {
		if own, ours := strings.CutPrefix(path, module); ours {
			if !slices.Contains(may, own) {
				faults = append(faults, path)
			}
			continue
		}
		for technology, users := range technologies {
			if (path == technology || strings.HasPrefix(path, technology+"/")) && !slices.Contains(users, importer) {
				faults = append(faults, path)
			}
		}
	}
	return faults
}

func TestArrows(t *testing.T) {
	t.Parallel()
	for _, system := range []string{"linux", "darwin", "windows"} {
		seen := map[string]bool{}
		for _, p := range listed(t, system) {
			importer := strings.TrimPrefix(p.ImportPath, module)
			seen[importer] = true
			for _, path := range forbidden(importer, p.Imports) {
				t.Errorf("%s: %s must not import %s", system, importer, path)
			}
		}
		for importer := range arrows {
			if !seen[importer] {
				t.Errorf("%s: %s is in the table of arrows, but not in the project", system, importer)
			}
		}
	}
}

type listedPackage struct {
	ImportPath, Dir  string
	Imports, GoFiles []string
}

// listed answers our packages as they are built for the system, without tests:
// a test may put any parts together.
func listed(t *testing.T, system string) []listedPackage {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Dir,Imports,GoFiles", module+"...")
	list.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0")
	list.Stderr = os.Stderr
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	var packages []listedPackage
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listedPackage
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			return packages
		}
		if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}

// TestForbidden breaks every arrow once, so that the test above is known to see
// it, and keeps some.
func TestForbidden(t *testing.T) {
	t.Parallel()
	for importer := range arrows {
		for _, imported := range []string{
			"api", "cmd/peerchallenge", "migrations", "pkg/auth", "pkg/benchmark", "pkg/dfe", "pkg/framework", "pkg/postgres", "pkg/postgres/local",
			"pkg/postgres/pgtest", "pkg/grouping", "pkg/programme", "pkg/seed", "pkg/server", "pkg/programme/inner", "pkg/elsewhere",
		} {
			want := !slices.Contains(arrows[importer], imported)
			if got := len(forbidden(importer, []string{"fmt", module + imported})) == 1; got != want {
				t.Errorf("%s imports %s: refused is %v, want %v", importer, imported, got, want)
			}
		}
	}
	for _, c := range []struct{ importer, path, want string }{
		{"pkg/programme", module + "pkg/benchmark", "refused"},
		{"pkg/programme", module + "pkg/grouping", "allowed"},
		{"pkg/grouping", module + "pkg/programme", "refused"},
		{"pkg/server", module + "pkg/grouping", "refused"},
		{"pkg/benchmark", module + "pkg/programme", "allowed"},
		{"pkg/benchmark", module + "pkg/postgres", "refused"},
		{"pkg/server", module + "pkg/postgres", "refused"},
		{"pkg/server", module + "pkg/auth", "refused"},
		{"pkg/postgres", module + "api", "refused"},
		{"pkg/postgres", module + "migrations", "allowed"},
		{"pkg/seed", module + "pkg/postgres", "refused"},
		{"pkg/dfe", module + "pkg/seed", "refused"},
		{"pkg/postgres", "gorm.io/gorm/clause", "allowed"},
		{"pkg/server", "gorm.io/gorm", "refused"},
		{"cmd/peerchallenge", "gorm.io/gorm", "refused"},
		{"pkg/server", "github.com/labstack/echo/v4", "allowed"},
		{"cmd/peerchallenge", "github.com/labstack/echo/v4/middleware", "refused"},
		{"cmd/peerchallenge", module + "api", "refused"},
		{"pkg/auth", "github.com/getkin/kin-openapi/openapi3", "refused"},
		{"pkg/auth", "github.com/golang-jwt/jwt/v5", "allowed"},
		{"pkg/server", "github.com/golang-jwt/jwt/v5", "refused"},
		{"pkg/server", "gorm.iono/gorm", "allowed"},
		{"pkg/server", "github.com/anishathalye/porcupine", "refused"},
		{"pkg/unheard-of", "fmt", "refused"},
	} {
		got := map[bool]string{true: "allowed", false: "refused"}[len(forbidden(c.importer, []string{c.path})) == 0]
		if got != c.want {
			t.Errorf("%s imports %s: %s, want %s", c.importer, c.path, got, c.want)
		}
	}
}
