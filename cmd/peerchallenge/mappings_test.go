package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// example answers the n-th example of docs/mappings.md in the language.
func example(t *testing.T, language string, n int) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/mappings.md")
	if err != nil {
		t.Fatal(err)
	}
	body, _, _ := strings.Cut(strings.Split(string(text), "```"+language+"\n")[n], "```")
	return body
}

// put writes a file into the folder and answers its path.
func put(t *testing.T, folder, name, text string) string {
	t.Helper()
	path := filepath.Join(folder, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// importsByMapping loads the documentation's examples as it says, into a database
// that holds London: one by a mapping that is named, one by a mapping of the folder.
func importsByMapping(t *testing.T, folder string, settings ...string) {
	t.Helper()
	mappings := filepath.Join(folder, "mappings")
	if err := os.Mkdir(mappings, 0o700); err != nil {
		t.Fatal(err)
	}
	entrants, plans := put(t, folder, "entrants.csv", example(t, "csv", 1)), put(t, folder, "plans.csv", example(t, "csv", 2))
	named := put(t, folder, "entrants.yaml", example(t, "yaml", 1))
	put(t, mappings, "plans.yaml", example(t, "yaml", 2))
	env := settingsOf(append(settings, "PEERCHALLENGE_MAPPINGS", mappings)...)
	if said := refused(t, env, "import", "dfe", entrants); !strings.Contains(said, "The columns are those of no file that can be read.") {
		t.Error(said)
	}
	said := must(t, env, "import", "dfe", "--mapping", named, entrants, plans)
	for _, want := range []string{"entrants.csv: 4 new figures", "plans.csv: 2 new figures", "read as CSV in UTF-8 with commas"} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q:\n%s", want, said)
		}
	}
}

// TestListOfMappings says what can be read without any database, by whose mapping,
// and what is wrong with a mapping.
func TestListOfMappings(t *testing.T) {
	t.Parallel()
	said := must(t, settingsOf(), "import", "dfe", "--list")
	for _, want := range []string{"cin-c1\n", "REREF_PCT", "ons-population\n", "the population", "sn-model\n", "statistical neighbours"} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q:\n%s", want, said)
		}
	}
	folder := t.TempDir()
	mended := put(t, folder, "mine.yaml", strings.Replace(example(t, "yaml", 2), "key: ehc-plans-timeliness", "key: cin-c1", 1))
	env := settingsOf("PEERCHALLENGE_MAPPINGS", folder)
	if said := must(t, env, "import", "dfe", "--list"); !strings.Contains(said, "cin-c1, from mine.yaml\n") || strings.Contains(said, "REREF_PCT") {
		t.Errorf("a mapping with the key of another does not take its place:\n%s", said)
	}
	put(t, folder, "mine.yaml", "key: mine\ncolums: [a]\n")
	if said := refused(t, env, "import", "dfe", "--list"); !strings.Contains(said, "PEERCHALLENGE_MAPPINGS: ") || !strings.Contains(said, "mine.yaml: row 2: There is no setting “colums” in a mapping.") {
		t.Error(said)
	}
	nowhere := settingsOf("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none", "PEERCHALLENGE_MAPPINGS", folder)
	if said := refused(t, nowhere, "serve", "--addr", "127.0.0.1:0"); !strings.Contains(said, "PEERCHALLENGE_MAPPINGS: ") {
		t.Errorf("serve begins all the same: %s", said)
	}
	if said := refused(t, settingsOf(), "import", "dfe", "--mapping", mended+"x", "--list"); !strings.Contains(said, "no such file") {
		t.Error(said)
	}
	if said := refused(t, settingsOf(), "import", "dfe", "--mapping", "", "--list"); !strings.Contains(said, "it names no file") {
		t.Error(said)
	}
}

// TestTenths says how far the reading of a large file is, once for every tenth.
func TestTenths(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	say := tenths("large.csv", 100<<20, &out)
	for mib := range int64(100) {
		say(mib << 20)
	}
	say(100 << 20)
	if lines := strings.Split(strings.TrimSpace(out.String()), "\n"); len(lines) != 10 || lines[0] != "large.csv: 10 % read" || lines[9] != "large.csv: 100 % read" {
		t.Errorf("got %q", lines)
	}
	out.Reset()
	tenths("small.csv", 1<<20, &out)(1 << 20)
	if out.Len() > 0 {
		t.Errorf("of a small file it says %q", &out)
	}
}
