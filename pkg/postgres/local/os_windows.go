package local

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/windows"
)

const unixSockets = false

// account is always nil here: the server runs as the calling user.
type account struct{}

func serverAccount(string) (*account, error) { return nil, nil }

func rootDir() (string, error) { return "", nil }

func cacheDir() (string, error) {
	base, err := os.UserCacheDir()
	return filepath.Join(base, "peerchallenge"), err
}

func (a *account) reaches(string) error { return nil }

func (a *account) makeDirs(dir string) error { return os.MkdirAll(dir, 0o700) }

func (a *account) own(string) error { return nil }

func (a *account) ownIn(*os.Root, string) error { return nil }

func (a *account) command(dir, program string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	cmd.Dir = dir
	cmd.Env = serverEnv()
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
	return cmd
}

// guardProcess does nothing: the next Start stops a server that outlived its
// parent.
func guardProcess(*account, int, string) (func(), error) { return func() {}, nil }

func killGroup(p *os.Process) { _ = p.Kill() }

func alive(pid int) bool {
	h, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, uint32(pid))
	if err != nil {
		return errors.Is(err, windows.ERROR_ACCESS_DENIED)
	}
	defer windows.CloseHandle(h)
	var code uint32
	const stillActive = 259
	return windows.GetExitCodeProcess(h, &code) == nil && code == stillActive
}

type shutdown string

const (
	fast   = shutdown("INT")
	atOnce = shutdown("QUIT")
)

// send goes through PostgreSQL's own program, as Windows has no signals.
func (s shutdown) send(p *os.Process, programs programs) error {
	control := programFile(filepath.Dir(programs.postgres), "pg_ctl")
	return exec.Command(control, "kill", string(s), strconv.Itoa(p.Pid)).Run()
}

var errLocked = errors.New("locked")

func lock(f *os.File) error {
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &windows.Overlapped{})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return errLocked
	}
	return err
}

func serverEnv() []string {
	var env []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(strings.ToUpper(v), "PG") {
			env = append(env, v)
		}
	}
	return env
}
