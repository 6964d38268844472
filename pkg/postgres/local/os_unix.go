//go:build unix

package local

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

const unixSockets = true

// account is the user who runs the server in place of root. A nil account is
// the calling user.
type account struct {
	uid, gid uint32
	name     string
	home     string
}

func lookupAccount(u *user.User, err error) *account {
	if err != nil {
		return nil
	}
	uid, errUID := strconv.ParseUint(u.Uid, 10, 32)
	gid, errGID := strconv.ParseUint(u.Gid, 10, 32)
	if errUID != nil || errGID != nil || uid == 0 {
		return nil
	}
	return &account{uid: uint32(uid), gid: uint32(gid), name: u.Username, home: u.HomeDir}
}

// serverAccount answers nil for an ordinary user. For root it answers the owner
// of the directory, so that data made before stays readable, or else who called
// sudo, or postgres, or nobody.
func serverAccount(dir string) (*account, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	var candidates []*account
	if info, err := os.Stat(dir); err == nil {
		owner := info.Sys().(*syscall.Stat_t).Uid
		candidates = append(candidates, lookupAccount(user.LookupId(strconv.FormatUint(uint64(owner), 10))))
	}
	candidates = append(candidates,
		sudoAccount(),
		lookupAccount(user.Lookup("postgres")),
		lookupAccount(user.Lookup("nobody")))
	for _, a := range candidates {
		if a == nil {
			continue
		}
		if err := a.command("/", "/bin/sh", "-c", ":").Run(); err != nil {
			return nil, fmt.Errorf("PostgreSQL refuses to run as root, and this process may not become the user %s: start as an ordinary user, or set DATABASE_URL: %w", a.name, err)
		}
		return a, nil
	}
	return nil, errors.New("PostgreSQL refuses to run as root, and there is neither a user postgres nor a user nobody: start as an ordinary user, or set DATABASE_URL")
}

func sudoAccount() *account {
	if id := os.Getenv("SUDO_UID"); id != "" {
		return lookupAccount(user.LookupId(id))
	}
	return nil
}

// rootDir answers root's case of [DefaultDir], or empty for other users.
func rootDir() (string, error) {
	if os.Geteuid() != 0 {
		return "", nil
	}
	if a := sudoAccount(); a != nil && a.home != "" {
		if runtime.GOOS == "darwin" {
			return filepath.Join(a.home, "Library", "Application Support", "peerchallenge"), nil
		}
		return filepath.Join(a.home, ".local", "share", "peerchallenge"), nil
	}
	return reachableByServer(userDataDir, "/var/lib")
}

// cacheDir answers where fetched programs are kept.
func cacheDir() (string, error) {
	if os.Geteuid() != 0 {
		base, err := os.UserCacheDir()
		return filepath.Join(base, "peerchallenge"), err
	}
	return reachableByServer(os.UserCacheDir, "/var/cache")
}

// reachableByServer answers root's folder under the preferred base, or under the
// other if the user who runs the server cannot reach the preferred one.
func reachableByServer(preferred func() (string, error), other string) (string, error) {
	if base, err := preferred(); err == nil {
		a, err := serverAccount(filepath.Join(base, "peerchallenge"))
		if err != nil {
			return "", err
		}
		if a.reaches(firstExisting(base)) == nil {
			return filepath.Join(base, "peerchallenge"), nil
		}
	}
	return filepath.Join(other, "peerchallenge"), nil
}

// firstExisting answers the path, or the nearest folder above it that exists.
func firstExisting(path string) string {
	for {
		if _, err := os.Stat(path); err == nil || filepath.Dir(path) == path {
			return path
		}
		path = filepath.Dir(path)
	}
}

// reaches reports whether the account can enter the directory, by trying: modes,
// access lists and mounts all have their say.
func (a *account) reaches(dir string) error {
	err := a.command(dir, "/bin/sh", "-c", ":").Run()
	if err == nil {
		return nil
	}
	if a == nil {
		return fmt.Errorf("the directory %s cannot be entered: %w", dir, err)
	}
	return fmt.Errorf("PostgreSQL runs as the user %s here, who cannot enter %s: use a directory below one that everybody may pass, such as /var/lib", a.name, dir)
}

// makeDirs makes the directory, and those above it that are missing, for the
// account.
func (a *account) makeDirs(dir string) error {
	var missing []string
	for path := dir; ; path = filepath.Dir(path) {
		if _, err := os.Lstat(path); err == nil || filepath.Dir(path) == path {
			break
		}
		missing = append(missing, path)
	}
	for i, path := range slices.Backward(missing) {
		mode := os.FileMode(0o755)
		if i == 0 {
			mode = 0o700
		}
		if err := os.Mkdir(path, mode); err != nil && !errors.Is(err, os.ErrExist) {
			return fmt.Errorf("the directory for PostgreSQL's data cannot be made: %w", err)
		}
		if err := a.own(path); err != nil {
			return err
		}
	}
	return nil
}

// own gives the path to the account.
func (a *account) own(path string) error {
	if a == nil {
		return nil
	}
	return os.Lchown(path, int(a.uid), int(a.gid))
}

// ownIn gives the name in root to the account.
func (a *account) ownIn(root *os.Root, name string) error {
	if a == nil {
		return nil
	}
	return root.Lchown(name, int(a.uid), int(a.gid))
}

// command prepares the program to run in the folder as the account, apart from
// the caller's terminal: a Ctrl-C there is the caller's, who stops the server in
// its turn.
func (a *account) command(dir, program string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...) // #nosec G204 -- PostgreSQL's programs and the shell, with arguments of ours
	cmd.Dir = dir
	cmd.Env = serverEnv()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if a != nil {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid}
	}
	return cmd
}

// What a shell does whose standard input ends when the parent does. The wait
// before the removal is bounded: without a parent, nobody may ever reap the
// server, and its number stays in use.
const (
	guardScript     = `read _; kill -INT "$1"`
	throwawayScript = `read _; kill -QUIT "$1"; for i in 1 2 3 4 5; do kill -0 "$1" || break; sleep 1; done; rm -rf -- "$2"`
)

// guardProcess makes the process end when the caller is gone, however it went,
// and with it the folder to remove, if not empty. It works on every Unix, and
// independently of the threads of the caller. The answer ends the guard.
func guardProcess(a *account, pid int, remove string) (release func(), err error) {
	read, write, err := os.Pipe()
	if err != nil {
		return func() {}, err
	}
	defer read.Close()
	script := guardScript
	if remove != "" {
		script = throwawayScript
	}
	cmd := a.command("/", "/bin/sh", "-c", script, "sh", strconv.Itoa(pid), remove)
	cmd.Stdin = read
	if err := cmd.Start(); err != nil {
		_ = write.Close()
		return func() {}, err
	}
	return func() {
		killGroup(cmd.Process)
		_ = cmd.Wait() // killed, as it should be
		_ = write.Close()
	}, nil
}

func killGroup(p *os.Process) { _ = syscall.Kill(-p.Pid, syscall.SIGKILL) }

// alive reports whether there is a process of this number.
func alive(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}

// shutdown is a way to end a server.
type shutdown syscall.Signal

const (
	fast   = shutdown(syscall.SIGINT)  // end sessions, write a checkpoint
	atOnce = shutdown(syscall.SIGQUIT) // recover at the next start
)

func (s shutdown) send(p *os.Process, _ programs) error { return p.Signal(syscall.Signal(s)) }

var errLocked = errors.New("locked")

// lock takes the file for this process, or answers errLocked.
func lock(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return errLocked
	}
	return err
}

// serverEnv answers the environment without PostgreSQL's own variables, which
// would contradict the settings.
func serverEnv() []string {
	env := []string{"LC_ALL=C"}
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "PG") && !strings.HasPrefix(v, "LC_ALL=") {
			env = append(env, v)
		}
	}
	return env
}
