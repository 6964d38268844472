//go:build unix

package local

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
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

// archive is a tar.xz of bin/postgres and bin/initdb, which only tell a version.
const archive = "/Td6WFoAAAFpIt42AgAhARYAAAB0L+Wj4Cf/AJZdADEaShsJm84iHsbLRwPoGC75j1TR0bLwgHrZQah4q5kOJF3240eHti0OnTfi16BUcOHw6D4S+oR/ArRtCyrI+d9JGetC60VL5CbaWyXtXsQ5DJo5yT8XZUw8w51h82brsFvMYYNfkE8af8Vu3M5G3hAp4vqzV4bPSw3ztRZwUXTlPitszyRPTPAWxCGChizUBJZoF6MUAAAAAAOiHHwAAa4BgFAAAHgVxlw+MA2LAgAAAAABWVo="

func TestFetchUnpacksTheProgramsAndStartsNothing(t *testing.T) {
	cache := home(t)
	t.Setenv("HOME", cache)
	t.Setenv("XDG_CACHE_HOME", cache)
	packed, err := base64.StdEncoding.DecodeString(archive)
	if err != nil {
		t.Fatal(err)
	}
	var jar bytes.Buffer
	z := zip.NewWriter(&jar)
	if w, err := z.Create("postgres.txz"); err != nil {
		t.Fatal(err)
	} else if _, err := w.Write(packed); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	repository := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, ".sha256") {
			fmt.Fprintf(w, "%x", sha256.Sum256(jar.Bytes()))
			return
		}
		_, _ = w.Write(jar.Bytes())
	}))
	t.Cleanup(repository.Close)

	folder, err := fetchPrograms(t.Context(), repository.URL)
	if err != nil {
		t.Fatal(err)
	}
	p, err := inspect(t.Context(), nil, folder)
	if err != nil || p.major != fetchedMajor {
		t.Errorf("the fetched programs are of version %q: %v", p.major, err)
	}
	base, err := cacheDir()
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "only the programs were left in the cache", func() bool {
		entries, err := os.ReadDir(base)
		return err == nil && len(entries) == 1 && filepath.Join(base, entries[0].Name(), "bin") == folder
	})
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
