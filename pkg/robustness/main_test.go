//go:build unix

package robustness

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"peerchallenge/pkg/postgres/pgtest"
)

var (
	duration = flag.Duration("duration", 3*time.Second, "for how long TestHistories records under faults")
	seedFlag = flag.Uint64("seed", 0, "from which the faults and what the clients ask are chosen; 0 for a new one")
)

// folder is where the programs of this run of the tests lie.
var folder string

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(func() int {
		var err error
		if folder, err = os.MkdirTemp("", "peerchallenge-robustness-"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer func() { _ = os.RemoveAll(folder) }()
		return pgtest.Run(m, nil)
	}())
}

// service answers the path of the program as it is in the tree.
var service = sync.OnceValues(func() (string, error) { return build("as-it-is") })

// build makes the program; flags are those of go build.
func build(name string, flags ...string) (string, error) {
	path := filepath.Join(folder, name)
	args := append([]string{"build", "-o", path}, flags...)
	cmd := exec.Command("go", append(args, "peerchallenge/cmd/peerchallenge")...)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("the program cannot be built: %w\n%s", err, said.String())
	}
	return path, nil
}

// chosenSeed answers the flag's seed or a new one, and prints it.
func chosenSeed(t *testing.T) uint64 {
	t.Helper()
	seed := *seedFlag
	if seed == 0 {
		seed = rand.Uint64()>>33 | 1
	}
	t.Logf("repeat with -run '^%s$' -seed %d", t.Name(), seed)
	return seed
}

// until fails the test unless the condition comes true within a minute.
func until(t *testing.T, otherwise string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal(otherwise)
		}
	}
}
