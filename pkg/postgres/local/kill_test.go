//go:build unix

package local

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The test binary starts itself again to have a parent that can be killed, and
// to be another user. These variables tell it so.
const (
	childDir     = "LOCAL_TEST_DIR"     // run a server here until killed
	childConnect = "LOCAL_TEST_CONNECT" // try this URL
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		parentToBeKilled(dir)
	}
	if url := os.Getenv(childConnect); url != "" {
		if err := execute(context.Background(), url, "SELECT 1"); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func parentToBeKilled(dir string) {
	ctx := context.Background()
	s, err := Start(ctx, Config{Dir: dir, Throwaway: strings.HasSuffix(dir, "throwaway")})
	if err == nil {
		err = execute(ctx, s.URL("postgres"), writeRow)
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(s.pid(), s.socket)
	time.Sleep(time.Hour)
}

// child starts a parent with its server and answers both when the row has been
// acknowledged.
func child(t *testing.T, dir string) (parent *exec.Cmd, server int, socket string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Sscan(line, &server, &socket); err != nil {
		t.Fatalf("the parent says: %s", line)
	}
	return cmd, server, socket
}

// ends reports whether the process ended, reaped or not: in a container there may
// be nobody to reap it.
func ends(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return !alive(pid)
	}
	_, state, _ := strings.Cut(string(stat), ") ")
	return strings.HasPrefix(state, "Z")
}

func TestTheServerEndsWithAKilledParent(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(home(t), "pg")
	parent, server, _ := child(t, dir)
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the server was gone", func() bool { return ends(server) })
	stillThere(t, start(t, Config{Dir: dir}))
}

func TestAStartDoesNotWaitForAKilledParentsServer(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(home(t), "pg")
	parent, _, _ := child(t, dir)
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait() // its lock is free from now on
	stillThere(t, start(t, Config{Dir: dir}))
}

func TestAServerKilledWithItsParentIsRecovered(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(home(t), strings.Repeat("a", 90)) // so that the socket is elsewhere
	parent, server, socket := child(t, dir)
	if err := syscall.Kill(server, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait()
	if _, err := os.Stat(filepath.Join(dir, pidFile)); err != nil {
		t.Fatalf("the killed server left no file to recover from: %v", err)
	}
	stillThere(t, start(t, Config{Dir: dir}))
	if _, err := os.Stat(socket); !os.IsNotExist(err) {
		t.Errorf("the killed server's socket stays behind: %v", err)
	}
}

func TestAThrowawayDirectoryEndsWithAKilledParent(t *testing.T) {
	t.Parallel()
	parents := home(t)
	if err := os.Chmod(parents, 0o777); err != nil { // as the folder for temporary files is
		t.Fatal(err)
	}
	dir := filepath.Join(parents, "throwaway")
	parent, server, _ := child(t, dir)
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait()
	eventually(t, "the server was gone", func() bool { return ends(server) })
	eventually(t, "its directory was gone", func() bool {
		_, err := os.Stat(dir)
		return os.IsNotExist(err)
	})
}

func TestAServerThatOutlivedItsParentIsStopped(t *testing.T) {
	for _, tcp := range []bool{false, true} {
		t.Run(fmt.Sprintf("tcp=%v", tcp), func(t *testing.T) {
			t.Parallel()
			cfg := Config{Dir: filepath.Join(home(t), "pg"), tcp: tcp}
			orphan := start(t, cfg)
			write(t, orphan)
			// What a killed parent leaves where nothing guards the server.
			if err := orphan.lock.Close(); err != nil {
				t.Fatal(err)
			}
			next := start(t, cfg)
			if !orphan.process.ended(patience) {
				t.Error("the first server still runs")
			}
			stillThere(t, next)
		})
	}
}

func TestAProcessNumberInUseByAnotherProgramIsNoServer(t *testing.T) {
	t.Parallel()
	cfg := Config{Dir: filepath.Join(home(t), "pg")}
	s := start(t, cfg)
	write(t, s)
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	bystander := s.account.command("/", "/bin/sleep", "3600")
	if err := bystander.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = bystander.Wait(); close(ended) }()
	t.Cleanup(func() { killGroup(bystander.Process); <-ended })
	left := fmt.Sprintf("%d\n%s\n0\n5432\n%s\n\n\nready\n", bystander.Process.Pid, filepath.Join(s.dir, dataFolder), s.socket)
	if err := os.WriteFile(filepath.Join(s.dir, pidFile), []byte(left), 0o600); err != nil {
		t.Fatal(err)
	}
	stillThere(t, start(t, cfg))
	select {
	case <-ended:
		t.Error("the other program was ended")
	default:
	}
}

// ordinary answers a user who is not root: the calling one, or one whom root can
// become.
func ordinary(t *testing.T) *account {
	t.Helper()
	for _, a := range []*account{lookupAccount(user.Lookup("postgres")), lookupAccount(user.Lookup("nobody"))} {
		if a != nil {
			return a
		}
	}
	t.Fatal("there is no user but root")
	return nil
}

// copyOfTests answers a copy of the test binary that every user may run.
func copyOfTests(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	binary, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(home(t), "local.test")
	if err := os.WriteFile(path, binary, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// As root, run what matters once more as an ordinary user. For an ordinary user
// all the tests here have been just that.
func TestAsAnOrdinaryUser(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		return
	}
	cmd := ordinary(t).command("/", copyOfTests(t), "-test.run=DataOutlives|EndsWithAKilledParent|OurOwn|DefaultDir")
	out, err := runCommand(t.Context(), cmd)
	if err != nil || !strings.HasSuffix(strings.TrimSpace(out), "PASS") {
		t.Errorf("%v:\n%s", err, out)
	}
}

func TestRootStaysInChargeOfAnotherUsersServer(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		return
	}
	dir := filepath.Join(home(t), "pg")
	other := lookupAccount(user.Lookup("nobody"))
	if other == nil {
		t.Fatal("there is no user nobody")
	}
	// Made by an ordinary user, then used by root, then by that user again.
	if err := os.Mkdir(dir, 0o700); err != nil || other.own(dir) != nil {
		t.Fatal(err)
	}
	s := start(t, Config{Dir: dir})
	if s.account.uid != other.uid {
		t.Errorf("the server runs as %s, not as the owner of its directory", s.account.name)
	}
	write(t, s)
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{lockFile, logFile, dataFolder, socketFolder} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Sys().(*syscall.Stat_t).Uid != other.uid {
			t.Errorf("%s is closed to the directory's owner", name)
		}
	}
	s = start(t, Config{Dir: dir})
	stillThere(t, s)

	stranger := ordinary(t)
	if stranger.uid == other.uid {
		return
	}
	cmd := stranger.command("/", copyOfTests(t))
	cmd.Env = append(cmd.Env, childConnect+"="+s.URL("postgres"))
	out, err := runCommand(t.Context(), cmd)
	if err == nil {
		t.Error("another user can connect")
	}
	contains(t, out, "permission denied")
}
