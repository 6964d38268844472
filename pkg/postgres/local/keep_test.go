//go:build unix

package local

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// kept starts a server that is kept running, and answers what Keep says in the end.
func kept(t *testing.T, cfg Config) (s *Server, said <-chan error, stop context.CancelFunc) {
	t.Helper()
	s = start(t, cfg)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Keep(ctx) }()
	return s, ended, stop
}

// killed ends the server as a system without memory does, and answers its number.
func killed(t *testing.T, s *Server) int {
	t.Helper()
	p := s.running()
	if p == nil {
		t.Fatal("the server does not run")
	}
	pid := p.cmd.Process.Pid
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-p.done
	return pid
}

func TestAKilledServerIsStartedAgain(t *testing.T) {
	t.Parallel()
	s, said, stop := kept(t, Config{Dir: filepath.Join(home(t), "pg")})
	write(t, s)
	before := s.URL("postgres")
	for range 2 {
		pid := killed(t, s)
		eventually(t, "it answers again", func() bool { return execute(t.Context(), before, "SELECT 1") == nil })
		if p := s.running(); p == nil || p.cmd.Process.Pid == pid {
			t.Error("it is the killed one that answers")
		}
		stillThere(t, s)
	}
	stop()
	if err := <-said; err != nil {
		t.Errorf("told to stop: %v", err)
	}
}

func TestAServerThatWasStoppedStaysStopped(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*Server) error{"stop": (*Server).Stop, "crash": (*Server).Crash} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, said, stop := kept(t, Config{Dir: filepath.Join(home(t), "pg"), Throwaway: true})
			defer stop()
			if err := end(s); err != nil {
				t.Fatal(err)
			}
			if err := <-said; err != nil {
				t.Error(err)
			}
			if s.running() != nil {
				t.Error("it runs")
			}
		})
	}
}

func TestAServerThatCannotBeKeptIsGivenUp(t *testing.T) {
	t.Parallel()
	t.Run("its data are gone", func(t *testing.T) {
		t.Parallel()
		s, said, stop := kept(t, Config{Dir: filepath.Join(home(t), "pg"), Throwaway: true})
		defer stop()
		if err := os.RemoveAll(filepath.Join(s.dir, dataFolder)); err != nil {
			t.Fatal(err)
		}
		killed(t, s)
		err := <-said
		if err == nil {
			t.Fatal("it is kept without data")
		}
		contains(t, err.Error(), "has ended and cannot be started again", "its log ends with", dataFolder)
	})
	t.Run("it ends over and over", func(t *testing.T) {
		t.Parallel()
		s, said, stop := kept(t, Config{Dir: filepath.Join(home(t), "pg"), Throwaway: true})
		defer stop()
		for last, n := 0, 0; n < keepTries; n++ {
			eventually(t, "it runs again", func() bool { p := s.running(); return p != nil && p.cmd.Process.Pid != last })
			last = killed(t, s)
		}
		err := <-said
		if err == nil {
			t.Fatal("it is kept for ever")
		}
		contains(t, err.Error(), "has ended 5 times within")
	})
}
