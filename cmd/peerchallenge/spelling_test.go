package main

import (
	"go/scanner"
	gotoken "go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// spellings are words that can be written in several ways, with the way in which they
// are written here: as in Britain, and as docs/words.md has them.
var spellings = map[string]*regexp.Regexp{
	"-isation, -ise": regexp.MustCompile(`\b([Oo]rgani|authori|[Rr]ecogni|[Nn]ormali|[Ss]ummari|[Ff]inali|[Pp]rioriti|[Cc]ategori|[Uu]tili)z(e|ed|es|ing|ation|ations)\b`),
	"analyse":        regexp.MustCompile(`\b[Aa]nalyz\w+`),
	"behaviour":      regexp.MustCompile(`(?i)\bbehavio[^u]`),
	"cancelled":      regexp.MustCompile(`(?i)\bcancel(ed|ing)\b`),
	"catalogue":      regexp.MustCompile(`(?i)\bcatalog(s|\b)`),
	"centre":         regexp.MustCompile(`(?i)\bcente[^n]`),
	"colour":         regexp.MustCompile(`(?i)\bcolo[^un]`),
	"dataset":        regexp.MustCompile(`(?i)\bdata[ -]sets?\b`),
	"e-mail":         regexp.MustCompile(`(?i)\bemails?\b`),
	"file name":      regexp.MustCompile(`(?i)\bfilenames?\b`),
	"front end":      regexp.MustCompile(`(?i)\bfrontends?\b`),
	"judgement":      regexp.MustCompile(`(?i)\bjudgments?\b`),
	"labelled":       regexp.MustCompile(`(?i)\blabel(ed|ing)\b`),
	"licence":        regexp.MustCompile(`\blicense\b`),
	"look-up":        regexp.MustCompile(`(?i)\blookups?\b`),
	"per cent":       regexp.MustCompile(`(?i)\bpercent\b`),
	"programme":      regexp.MustCompile(`(?i)\b(peer challenge|review|yearly|regional) program\b`),
	"sub-region":     regexp.MustCompile(`\b[Ss]ub ?regions?\b`),
	"time zone":      regexp.MustCompile(`(?i)\btime-?zones?\b`),
	"white space":    regexp.MustCompile(`(?i)\bwhitespace\b`),
}

// code is what stands in a text and is none: names between backticks, examples that are
// set off, addresses, and words that RFCs have laid down.
var code = regexp.MustCompile("(?s)\n```.*?\n```|`[^`\n]*`|\\]\\([^)]*\\)|https?://\\S+|api-catalog|filename=|filename\\*|percent-encod\\w+|\n    [^\n]*|^    [^\n]*")

// names are, in the contract's source, what stands before a colon or in a list of values.
var names = regexp.MustCompile(`(?m)[\w./{}-]+:|\[[^\]]*\]|format: email`)

// TestOneSpellingOfWords: in what is read, a word is always written the same way: in
// the contract, in the documents, and in every sentence that the program says.
func TestOneSpellingOfWords(t *testing.T) {
	t.Parallel()
	texts := 0
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		path = filepath.ToSlash(path)
		if err != nil || entry.IsDir() {
			return err
		}
		if !strings.HasSuffix(path, ".md") && (!ours(path) || strings.HasSuffix(path, ".gen.go")) {
			return nil
		}
		content, err := os.ReadFile(filepath.Clean(path))
		if err != nil {
			return err
		}
		texts++
		text := string(content)
		switch filepath.Ext(path) {
		case ".go":
			text = sentences(content)
		case ".yaml":
			text = names.ReplaceAllString(text, " ") // which api/join holds to rules of their own
		}
		for _, wrong := range misspelt(text) {
			t.Errorf("%s: %s", path, wrong)
		}
		return nil
	})
	if err != nil || texts < 250 {
		t.Errorf("%d texts, %v", texts, err)
	}
}

// TestMisspeltWords: the test above sees each of them, and leaves code alone.
func TestMisspeltWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"An organi" + "zation has no e-mail address.":    "organi" + "zation: here it is -isation, -ise",
		"His email is in another subregion.":             "email: here it is e-mail; subregion: here it is sub-region",
		"`email` and `subRegion` are members.":           "",
		"The unit is:\n```yaml\nunit: percent\n```\nSo.": "",
		"It is seven percent.":                           "percent: here it is per cent",
		"The peer challenge program ended.":              "peer challenge program: here it is programme",
		"The program starts in the organisation.":        "",
	} {
		got := misspelt(text)
		if strings.Join(got, "; ") != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func misspelt(text string) (all []string) {
	text = code.ReplaceAllString(text, "\n")
	for _, here := range slices.Sorted(maps.Keys(spellings)) {
		for _, found := range spellings[here].FindAllString(text, -1) {
			all = append(all, found+": here it is "+here)
		}
	}
	return all
}

// sentences are the texts of a file of Go that people may read: those with a space.
func sentences(source []byte) string {
	var all strings.Builder
	var s scanner.Scanner
	files := gotoken.NewFileSet()
	s.Init(files.AddFile("", files.Base(), len(source)), source, nil, 0)
	for {
		switch _, kind, text := s.Scan(); {
		case kind == gotoken.EOF:
			return all.String()
		case kind == gotoken.STRING && strings.Contains(text, " "):
			all.WriteString(strings.Trim(text, "`\"") + "\n")
		}
	}
}
