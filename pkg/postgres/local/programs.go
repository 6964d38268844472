package local

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// oldest is the oldest major version that the project runs on.
const oldest = 15

// programs are those of one installation of PostgreSQL.
type programs struct {
	postgres, initdb string
	major            string
}

func programFile(folder, name string) string {
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return filepath.Join(folder, name)
}

// choosePrograms answers the first installation that can serve data of the
// given major version, or any of at least version 15 if major is empty.
func choosePrograms(ctx context.Context, cfg Config, a *account, major string) (programs, error) {
	find, fetch := cfg.find, cfg.fetch
	if find == nil {
		find = installed
	}
	if fetch == nil {
		fetch = func(ctx context.Context) (string, error) { return fetchPrograms(ctx, "") }
	}
	var others []string
	suits := func(folder string) (programs, bool) {
		p, err := inspect(ctx, a, folder)
		if err != nil {
			return p, false
		}
		if n, _ := strconv.Atoi(p.major); n < oldest || major != "" && p.major != major {
			others = append(others, p.major)
			return p, false
		}
		return p, true
	}
	for _, folder := range find() {
		if p, ok := suits(folder); ok {
			return p, nil
		}
	}
	if major == "" || major == fetchedMajor {
		cfg.Logger.Info("no suitable PostgreSQL is installed: looking for one in the cache and on the network")
		folder, err := fetch(ctx)
		if err == nil {
			if p, ok := suits(folder); ok {
				return p, nil
			}
			err = fmt.Errorf("the fetched programs in %s cannot be run", folder)
		}
		if major == "" {
			return programs{}, fmt.Errorf("no PostgreSQL from version %d was found, nor could one be fetched: install one (Debian and Ubuntu: apt install postgresql; macOS: brew install postgresql@17) or set DATABASE_URL: %w", oldest, err)
		}
	}
	if len(others) == 0 {
		others = []string{"none"}
	}
	return programs{}, fmt.Errorf("the directory's data was made by PostgreSQL %s, and the versions found here are: %s; install PostgreSQL %s, or use another directory", major, strings.Join(others, ", "), major)
}

var versionOutput = regexp.MustCompile(`^postgres \(PostgreSQL\) (\d+)`)

// inspect asks the installation for its version, as the account that would run
// it.
func inspect(ctx context.Context, a *account, folder string) (programs, error) {
	p := programs{postgres: programFile(folder, "postgres"), initdb: programFile(folder, "initdb")}
	if _, err := os.Stat(p.initdb); err != nil {
		return p, err
	}
	out, err := runCommand(ctx, a.command(os.TempDir(), p.postgres, "--version"))
	if err != nil {
		return p, err
	}
	m := versionOutput.FindStringSubmatch(out)
	if m == nil {
		return p, errors.New("the program gives no version")
	}
	p.major = m[1]
	return p, nil
}

// installed lists the folders in which PostgreSQL's programs usually are.
func installed() []string {
	var folders []string
	if path, err := exec.LookPath("postgres"); err == nil {
		// A link in a folder of the PATH says nothing about initdb: follow it.
		if path, err = filepath.EvalSymlinks(path); err == nil {
			folders = append(folders, filepath.Dir(path))
		}
	}
	if out, err := exec.Command("pg_config", "--bindir").Output(); err == nil {
		folders = append(folders, strings.TrimSpace(string(out)))
	}
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin", // Debian, Ubuntu
		"/usr/pgsql-*/bin",          // Red Hat
		"/usr/libexec/postgresql*",  // Alpine
		"/opt/homebrew/opt/postgresql@*/bin",
		"/usr/local/opt/postgresql@*/bin",
		"/Applications/Postgres.app/Contents/Versions/*/bin",
		`C:\Program Files\PostgreSQL\*\bin`,
	} {
		found, _ := filepath.Glob(pattern) // fails only on a bad pattern
		slices.SortFunc(found, func(a, b string) int { return cmp.Compare(majorIn(b), majorIn(a)) })
		folders = append(folders, found...)
	}
	return folders
}

var number = regexp.MustCompile(`\d+`)

// majorIn answers the version that a path names, as a number: 15 is newer than 9.
func majorIn(path string) int {
	n, _ := strconv.Atoi(number.FindString(path))
	return n
}

// runCommand runs the command to its end, or kills it with all it started when
// ctx ends, and answers what it printed.
func runCommand(ctx context.Context, cmd *exec.Cmd) (string, error) {
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		return "", err
	}
	stop := context.AfterFunc(ctx, func() { killGroup(cmd.Process) })
	defer stop()
	err := cmd.Wait()
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return out.String(), err
}
