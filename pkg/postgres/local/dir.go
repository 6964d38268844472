package local

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// What a server's directory holds.
const (
	lockFile     = "lock"
	logFile      = "server.log"
	passwordFile = "password"
	dataFolder   = "data"
	socketFolder = "socket"
	initPrefix   = "init-" // a data directory being made

	socketPrefix = "peerchallenge-"
	socketName   = ".s.PGSQL.5432"
	// longestSocket is the length in bytes that every Unix system takes for the
	// path of a socket; the tightest stop at 103.
	longestSocket = 100
)

// DefaultDir answers where the demo keeps its server: in the user's data
// directory. For root it is the directory of the user who called sudo, or, if
// the user who will run the server cannot reach root's own, /var/lib.
func DefaultDir() (string, error) {
	if dir, err := rootDir(); dir != "" || err != nil {
		return dir, err
	}
	base, err := userDataDir()
	return filepath.Join(base, "peerchallenge"), err
}

func userDataDir() (string, error) {
	switch runtime.GOOS {
	case "darwin":
		return os.UserConfigDir()
	case "windows":
		return os.UserCacheDir()
	}
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return dir, nil
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, ".local", "share"), err
}

// claimDir makes the directory, or takes an empty one, for the account alone.
// It refuses a directory that holds anything else than a server's files, whose
// owner would lose access to them.
func claimDir(dir string, a *account) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return a.makeDirs(dir)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("the directory %s belongs to another user: start as that user, or use another directory", dir)
	case err != nil:
		return fmt.Errorf("the directory for PostgreSQL's data cannot be read: %w", err)
	case len(entries) == 0:
		if err := os.Chmod(dir, 0o700); err != nil { // #nosec G302 -- a folder is entered by its x
			return fmt.Errorf("the directory for PostgreSQL's data cannot be closed to other users: %w", err)
		}
		return a.own(dir)
	}
	for _, e := range entries {
		if e.Name() == lockFile {
			return nil
		}
	}
	return fmt.Errorf("the directory %s holds other files: use an empty or new directory for PostgreSQL's data", dir)
}

const (
	lockTries = 10
	lockPause = 50 * time.Millisecond
)

// lockDir keeps a second Start away from the directory for as long as the file
// is open. The lock ends with the process, so a killed one leaves none.
func lockDir(root *os.Root, a *account) (*os.File, error) {
	f, err := root.OpenFile(lockFile, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := a.ownIn(root, lockFile); err != nil {
		_ = f.Close()
		return nil, err
	}
	err = lock(f)
	// A lock that has just been let go may still be held for a moment, by a child
	// between its fork and its exec.
	for try := 0; errors.Is(err, errLocked) && try < lockTries; try++ {
		time.Sleep(lockPause)
		err = lock(f)
	}
	if err != nil {
		_ = f.Close()
		if errors.Is(err, errLocked) {
			return nil, fmt.Errorf("another process already runs the PostgreSQL in %s: stop that process, or use another directory", root.Name())
		}
		return nil, fmt.Errorf("the directory %s cannot be locked: %w", root.Name(), err)
	}
	return f, nil
}

// dataVersion answers the major version that made the data, or empty before the
// first start.
func dataVersion(root *os.Root) string {
	text, err := root.ReadFile(dataFolder + "/PG_VERSION")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// initialise makes the data directory if there is none. It is made under
// another name, so that one that was never finished is never used.
func (s *Server) initialise(ctx context.Context) error {
	entries, err := fs.ReadDir(s.root.FS(), ".")
	if err != nil {
		return err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), initPrefix) {
			if err := s.root.RemoveAll(e.Name()); err != nil {
				s.log.Warn("an unfinished data directory stays behind", "error", err)
			}
		}
	}
	if dataVersion(s.root) != "" {
		return nil
	}
	if err := s.root.RemoveAll(dataFolder); err != nil {
		return err
	}
	unfinished := initPrefix + rand.Text()
	if err := s.makeFolder(unfinished); err != nil {
		return err
	}
	if s.source != nil {
		if err := s.copySource(ctx, unfinished); err != nil {
			return err
		}
		return s.root.Rename(unfinished, dataFolder)
	}
	args := []string{
		"-D", filepath.Join(s.dir, unfinished), "-U", superuser,
		"--encoding=UTF8", "--locale=C", "--no-instructions",
	}
	if s.throwaway {
		args = append(args, "--no-sync")
	}
	if s.socket != "" {
		args = append(args, "--auth-local=trust", "--auth-host=reject")
	} else {
		args = append(args, "--auth-local=reject", "--auth-host=scram-sha-256", "--pwfile="+filepath.Join(s.dir, passwordFile))
	}
	if out, err := runCommand(ctx, s.account.command(s.dir, s.programs.initdb, args...)); err != nil {
		return fmt.Errorf("PostgreSQL's data directory cannot be made: %w:\n%s", err, strings.TrimSpace(out))
	}
	return s.root.Rename(unfinished, dataFolder)
}

// makeFolder makes a folder of the directory, for the account alone.
func (s *Server) makeFolder(name string) error {
	if err := s.root.Mkdir(name, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return s.account.ownIn(s.root, name)
}

// socketFolder answers the folder for the socket: in the directory, or, where
// its path would be too long for a socket, among the temporary files.
func (s *Server) socketFolder() (string, error) {
	folder := filepath.Join(s.dir, socketFolder)
	if len(filepath.Join(folder, socketName)) <= longestSocket {
		return folder, s.makeFolder(socketFolder)
	}
	var errs []error
	for _, temp := range []string{os.TempDir(), "/tmp"} {
		folder, err := os.MkdirTemp(temp, socketPrefix)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if len(filepath.Join(folder, socketName)) <= longestSocket {
			if err = s.account.own(folder); err == nil {
				err = s.account.reaches(folder)
			}
			if err == nil {
				return folder, nil
			}
			errs = append(errs, err)
		}
		_ = os.Remove(folder)
	}
	return "", fmt.Errorf("no folder has a path short enough for PostgreSQL's socket: use a directory with a shorter path: %w", errors.Join(errs...))
}

// keepPassword answers the directory's password, which it makes once.
func (s *Server) keepPassword() (string, error) {
	if text, err := s.root.ReadFile(passwordFile); err == nil && len(text) > 0 {
		return string(text), nil
	}
	password := rand.Text() // 130 bits
	if err := s.root.WriteFile(passwordFile, []byte(password), 0o600); err != nil {
		return "", err
	}
	return password, s.account.ownIn(s.root, passwordFile)
}
