package local

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	embeddedpostgres "github.com/fergusstrange/embedded-postgres"
)

// fetchedVersion is the version that is fetched where none is installed.
const fetchedVersion = embeddedpostgres.V17

// longestFetch is long enough for some 10 MB over a slow line.
const longestFetch = 5 * time.Minute

var fetchedMajor, _, _ = strings.Cut(string(fetchedVersion), ".")

// fetchPrograms answers the folder of the programs in the cache, which it first
// fills over the network if they are not there: from the repository at the URL,
// or, if that is empty, from the library's own.
func fetchPrograms(ctx context.Context, repository string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, longestFetch)
	defer cancel()
	base, err := cacheDir()
	if err != nil {
		return "", err
	}
	home := filepath.Join(base, "postgresql-"+string(fetchedVersion))
	bin := filepath.Join(home, "bin")
	if _, err := os.Stat(programFile(bin, "postgres")); err == nil {
		return bin, nil
	}
	if err := os.MkdirAll(base, 0o755); err != nil { // #nosec G301 -- the account that runs PostgreSQL reads it too
		return "", err
	}
	scratch, err := os.MkdirTemp(base, "fetch-")
	if err != nil {
		return "", err
	}
	unpacked := filepath.Join(scratch, "programs")
	// The library has no call that only fetches. Its Start fetches and unpacks,
	// then clears the data directory: a path that cannot be cleared ends it there,
	// before it makes data or starts a server.
	config := embeddedpostgres.DefaultConfig().
		Version(fetchedVersion).
		Port(0).
		CachePath(filepath.Join(scratch, "archive")).
		RuntimePath(filepath.Join(scratch, "runtime")).
		BinariesPath(unpacked).
		DataPath(scratch + "/.").
		Logger(io.Discard)
	if repository != "" {
		config = config.BinaryRepositoryURL(repository)
	}
	library := embeddedpostgres.NewDatabase(config)
	fetched := make(chan error, 1)
	go func() {
		err := library.Start()
		if _, missing := os.Stat(programFile(filepath.Join(unpacked, "bin"), "postgres")); missing == nil {
			err = os.Rename(unpacked, home)
		}
		fetched <- err
		_ = os.RemoveAll(scratch)
	}()
	select {
	case <-ctx.Done(): // the library cannot be interrupted: it ends with the process
		return "", ctx.Err()
	case err := <-fetched:
		if _, missing := os.Stat(programFile(bin, "postgres")); missing == nil {
			return bin, nil // perhaps by another process, whose folder was first
		}
		return "", fmt.Errorf("PostgreSQL %s could not be fetched: %w", fetchedVersion, err)
	}
}
