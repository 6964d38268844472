package main

import (
	"encoding/csv"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The project's own documents and tests, seen from this folder.
const project = "../.."

// documents answers the project's Markdown by its path from the top.
func documents(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	err := fs.WalkDir(os.DirFS(project), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".md") || strings.HasPrefix(path, ".git/") {
			return err
		}
		text, err := os.ReadFile(filepath.Join(project, filepath.FromSlash(path)))
		texts[path] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

var (
	link     = regexp.MustCompile(`\]\(([^)#\s]+)[^)]*\)`)
	mention  = regexp.MustCompile("`((?:api|cmd|docs|migrations|pkg|\\.ci)/[A-Za-z0-9_./-]+)`")
	named    = regexp.MustCompile("`((?:auth|benchmark|dfe|grouping|postgres|programme|seed|server)\\.[A-Z][A-Za-z]*)`")
	testFunc = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
)

// TestDocumentsPointToWhatIsThere: every link to a file, and every path of ours that
// a document names.
func TestDocumentsPointToWhatIsThere(t *testing.T) {
	t.Parallel()
	texts := documents(t)
	if len(texts) < 10 {
		t.Fatalf("only %d documents were found", len(texts))
	}
	for path, text := range texts {
		for _, match := range link.FindAllStringSubmatch(text, -1) {
			if strings.Contains(match[1], ":") {
				continue // another host's
			}
			if _, err := os.Stat(filepath.Join(project, filepath.Dir(path), match[1])); err != nil {
				t.Errorf("%s links to %s, which is not there", path, match[1])
			}
		}
		for _, match := range mention.FindAllStringSubmatch(text, -1) {
			if strings.Contains(match[1], "000N") {
				continue // stands for any number
			}
			if _, err := os.Stat(filepath.Join(project, match[1])); err != nil {
				t.Errorf("%s names %s, which is not there", path, match[1])
			}
		}
	}
}

// TestDocumentsNameWhatIsThere: every name of Go that the way through the house gives.
func TestDocumentsNameWhatIsThere(t *testing.T) {
	t.Parallel()
	names := named.FindAllStringSubmatch(documents(t)["docs/architecture.md"], -1)
	if len(names) < 5 {
		t.Fatalf("only %d names were found", len(names))
	}
	for _, match := range names {
		pkg, name, _ := strings.Cut(match[1], ".")
		files, err := filepath.Glob(filepath.Join(project, "pkg", pkg, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		declared := regexp.MustCompile(`(?m)^(?:type|func|var|const|\t)\s*(?:\([^)]*\) )?` + name + `\b`)
		if !slices.ContainsFunc(files, func(file string) bool {
			text, err := os.ReadFile(filepath.Clean(file))
			return err == nil && declared.Match(text)
		}) {
			t.Errorf("docs/architecture.md names %s, which is not there", match[1])
		}
	}
}

// TestReadmeIsShort: what a newcomer needs, and where the rest is.
func TestReadmeIsShort(t *testing.T) {
	t.Parallel()
	texts := documents(t)
	if n := strings.Count(texts["README.md"], "\n"); n > 60 {
		t.Errorf("README has %d lines, more than 60", n)
	}
	for _, page := range []string{"front-ends", "senders", "reporting", "operations", "words", "going-live"} {
		path := "docs/" + page + ".md"
		if !strings.Contains(texts[path], "Last checked on ") {
			t.Errorf("%s does not say when it was last checked", path)
		}
		if !strings.Contains(texts["README.md"], "("+path+")") {
			t.Errorf("README does not lead to %s", path)
		}
	}
}

// TestOperationsNamesEverySetting, in the words of the program's own help.
func TestOperationsNamesEverySetting(t *testing.T) {
	t.Parallel()
	page := documents(t)["docs/operations.md"]
	for _, s := range settings {
		if row := "\n| `" + s.name + "` | " + s.about + " |\n"; !strings.Contains(page, row) {
			t.Errorf("docs/operations.md lacks the line%s", row)
		}
	}
}

// TestDecisionsAreFound: each in the index, with its day and with what was rejected.
func TestDecisionsAreFound(t *testing.T) {
	t.Parallel()
	texts := documents(t)
	n := 0
	for path, text := range texts {
		name, is := strings.CutPrefix(path, "docs/adr/0")
		if !is {
			continue
		}
		n++
		if !strings.Contains(texts["docs/adr/README.md"], "(0"+name+")") {
			t.Errorf("docs/adr/README.md does not lead to %s", path)
		}
		if !strings.Contains(text, "\nAccepted on ") {
			t.Errorf("%s does not say when it was decided", path)
		}
		if !strings.Contains(text, "\n## Rejected\n") && !strings.Contains(text, "\n## What else was looked at\n") {
			t.Errorf("%s does not say what was rejected", path)
		}
	}
	if n < 20 {
		t.Errorf("%d decisions were found", n)
	}
}

// requirements are those of OWASP's Application Security Verification Standard 5.0
// up to level 2: how many each chapter has.
var requirements = map[string]int{
	"V1": 27, "V2": 11, "V3": 19, "V4": 10, "V5": 9, "V8": 7, "V9": 7, "V10": 29, "V11": 14, "V12": 9, "V13": 13, "V14": 9, "V15": 13, "V16": 16,
}

// TestSecurityIsTested: docs/asvs.csv answers every requirement of the standard, and
// every test that it names is there. The chapters on the web service, authorisation,
// tokens and logs are answered by tests alone.
func TestSecurityIsTested(t *testing.T) {
	t.Parallel()
	file, err := os.Open(filepath.Join(project, "docs", "asvs.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"requirement", "level", "about", "answer", "tests", "because"}; !slices.Equal(rows[0], want) {
		t.Fatalf("the columns are %q, want %q", rows[0], want)
	}
	known, found := tests(t), map[string]int{}
	seen := map[string]bool{}
	for _, row := range rows[1:] {
		requirement, answer, named, because := row[0], row[3], strings.Fields(row[4]), row[5]
		chapter, _, single := strings.Cut(requirement, ".")
		if seen[requirement] {
			t.Errorf("%s stands twice", requirement)
		}
		seen[requirement] = true
		if single {
			found[chapter]++
		}
		switch answer {
		case "tested":
			if len(named) == 0 {
				t.Errorf("%s is tested by nothing", requirement)
			}
		case "explained", "operator", "not applicable", "open":
			if because == "" {
				t.Errorf("%s has no reason", requirement)
			}
			if slices.Contains([]string{"V4", "V8", "V9", "V16"}, chapter) {
				t.Errorf("%s is not answered by a test", requirement)
			}
		default:
			t.Errorf("%s has the answer %q", requirement, answer)
		}
		for _, test := range named {
			if !known[test] {
				t.Errorf("%s names %s, which is not there", requirement, test)
			}
		}
	}
	for chapter, want := range requirements {
		if found[chapter] != want {
			t.Errorf("%s has %d requirements answered, want %d", chapter, found[chapter], want)
		}
	}
	for _, chapter := range []string{"V6", "V7", "V17"} {
		if !seen[chapter] {
			t.Errorf("%s, which does not apply, is not explained", chapter)
		}
	}
}

// tests answers every test of the project as package.Name, by the package's path.
func tests(t *testing.T) map[string]bool {
	t.Helper()
	known := map[string]bool{}
	for _, root := range []string{"api", "cmd", "pkg"} {
		err := fs.WalkDir(os.DirFS(project), root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(filepath.Join(project, filepath.FromSlash(path)))
			for _, match := range testFunc.FindAllStringSubmatch(string(text), -1) {
				known[fmt.Sprintf("%s.%s", filepath.ToSlash(filepath.Dir(path)), match[1])] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return known
}
