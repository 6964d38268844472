package main

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"peerchallenge/pkg/postgres/pgtest"
)

// TestDemoOnAGivenDatabase: a demo brings up no PostgreSQL where it is given one.
func TestDemoOnAGivenDatabase(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	env := settingsOf("DATABASE_URL", pgtest.Database(t))
	demo := begin(t, env, "demo", "--addr", "127.0.0.1:0", "--data-dir", dir)
	curl := demo.says(t, `curl -H 'Authorization: Bearer (\S+)' '(\S+)'`)
	if status, body := get(t, curl[2], curl[1]); status != http.StatusOK || !strings.Contains(body, `"value":21.3`) {
		t.Errorf("%d %.300s", status, body)
	}
	demo.says(t, "Using the database that DATABASE_URL names")
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("there is something in the data folder: %v", err)
	}
	// The command that it prints for other tokens is one that works.
	way := demo.says(t, `(PEERCHALLENGE_BASE_URL)=(\S+) .* (token --role borough-lead --borough E09000011 --subject dcs-greenwich)`)
	more := settingsOf("DATABASE_URL", env("DATABASE_URL"), way[1], way[2])
	token := strings.TrimSpace(must(t, more, strings.Fields(way[3])...))
	if status, body := get(t, curl[2], token); status != http.StatusOK {
		t.Errorf("%d %.300s", status, body)
	}
	demo.end(t)
}

// TestOrder: a step that comes too early names the one that is missing.
func TestOrder(t *testing.T) {
	t.Parallel()
	env := settingsOf("DATABASE_URL", pgtest.Database(t))
	file := filepath.Join(t.TempDir(), "file.csv")
	if err := os.WriteFile(file, []byte("time_period\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range []string{"token --role reporting --subject reporting-tool", "import london", "import dfe " + file} {
		if said := refused(t, env, strings.Fields(args)...); !strings.HasSuffix(said, "peerchallenge migrate brings it up to date") {
			t.Errorf("%s on an empty database: %s", args, said)
		}
	}
	must(t, env, "migrate")
	if said := refused(t, env, "import", "dfe", file); !strings.Contains(said, "peerchallenge import london brings them") {
		t.Errorf("figures before authorities: %s", said)
	}
	must(t, env, "token", "--role", "reporting", "--subject", "reporting-tool")
}

// TestDatabaseAway says what is wrong with DATABASE_URL, and no password.
func TestDatabaseAway(t *testing.T) {
	t.Parallel()
	there, err := url.Parse(pgtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	elsewhere, stranger := *there, *there
	elsewhere.Path = "/none"
	stranger.User = url.UserPassword("fred", "secret")
	for address, want := range map[string]string{
		"postgres://fred:secret@127.0.0.1:1/x":    "connection refused",
		"postgres://fred:secret@127.0.0.1:port/x": "invalid port",
		"secret":           "invalid keyword/value",
		elsewhere.String(): `"none" does not exist`,
		stranger.String():  `"fred"`,
	} {
		said := refused(t, settingsOf("DATABASE_URL", address), "migrate")
		if !strings.HasPrefix(said, "the database cannot be reached, see DATABASE_URL: ") || !strings.Contains(said, want) || strings.Contains(said, "secret") {
			t.Errorf("%s: %s", address, said)
		}
	}
}
