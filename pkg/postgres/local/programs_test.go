//go:build unix

package local

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
)

// fake makes a folder with programs that only tell a version.
func fake(t *testing.T, version string) string {
	t.Helper()
	folder := home(t)
	for _, name := range []string{"postgres", "initdb"} {
		script := "#!/bin/sh\necho 'postgres (PostgreSQL) " + version + "'\n"
		if err := os.WriteFile(filepath.Join(folder, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func finds(folders ...string) func() []string { return func() []string { return folders } }

func noNetwork(context.Context) (string, error) { return "", errors.New("the network is down") }

func TestWithoutProgramsTheErrorSaysWhatToInstall(t *testing.T) {
	t.Parallel()
	for name, find := range map[string]func() []string{
		"nothing installed": finds(),
		"no such folder":    finds("/no/such/folder"),
		"too old":           finds(fake(t, "14.9")),
		"not PostgreSQL":    finds(fake(t, "eleven")),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := refused(t, Config{Dir: filepath.Join(home(t), "pg"), find: find, fetch: noNetwork})
			contains(t, got, "version 15", "apt install postgresql", "brew install", "DATABASE_URL", "the network is down")
		})
	}
}

func TestProgramsAreFetchedWhereNoneAreInstalled(t *testing.T) {
	t.Parallel()
	folders := installed()
	if len(folders) == 0 {
		t.Fatal("there is no PostgreSQL to pretend to fetch")
	}
	fetched := func(context.Context) (string, error) { return folders[0], nil }
	s := start(t, Config{Dir: filepath.Join(home(t), "pg"), Throwaway: true, find: finds(fake(t, "9.6.24")), fetch: fetched})
	write(t, s)
	stillThere(t, s)
}

func TestDataIsServedByTheVersionThatMadeIt(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(home(t), "pg")
	s := start(t, Config{Dir: dir})
	write(t, s)
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	newer := fake(t, "99.1")
	got := refused(t, Config{Dir: dir, find: finds(newer), fetch: noNetwork})
	contains(t, got, "made by PostgreSQL "+s.programs.major, "found here are: 99", "install PostgreSQL "+s.programs.major)

	stillThere(t, start(t, Config{Dir: dir, fetch: noNetwork, find: func() []string { return append([]string{newer}, installed()...) }}))
}

func TestFetch(t *testing.T) {
	cache := home(t)
	t.Setenv("HOME", cache)
	t.Setenv("XDG_CACHE_HOME", cache)
	asked := 0
	repository := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		http.Error(w, "not here", http.StatusNotFound)
	}))
	t.Cleanup(repository.Close)

	if _, err := fetchPrograms(t.Context(), repository.URL); err == nil {
		t.Fatal("programs came from a repository that has none")
	} else {
		contains(t, err.Error(), "could not be fetched")
	}
	if asked != 1 {
		t.Errorf("the repository was asked %d times", asked)
	}
	base, err := cacheDir()
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the failed fetch had left nothing behind", func() bool {
		entries, err := os.ReadDir(base)
		return err == nil && len(entries) == 0
	})

	bin := filepath.Join(base, "postgresql-"+string(fetchedVersion), "bin")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(bin, "postgres"), nil, 0o755); err != nil {
		t.Fatal(err)
	}
	if got, err := fetchPrograms(t.Context(), repository.URL); err != nil || got != bin {
		t.Errorf("the cache holds the programs, but the answer is %s, %v", got, err)
	}
	if asked != 1 {
		t.Error("the repository was asked though the cache holds the programs")
	}
}

func TestTheNewestInstallationComesFirst(t *testing.T) {
	for path, want := range map[string]int{
		"/usr/lib/postgresql/9/bin":           9,
		"/usr/lib/postgresql/15/bin":          15,
		"/opt/homebrew/opt/postgresql@17/bin": 17,
		"/usr/libexec/postgresql":             0,
	} {
		if got := majorIn(path); got != want {
			t.Errorf("%s is of version %d, want %d", path, got, want)
		}
	}
}
