package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// process is one run of the server program.
type process struct {
	cmd      *exec.Cmd
	programs programs
	done     chan struct{} // closed when the program has ended and was reaped
}

// settings are the server's, in PostgreSQL's own words.
func (s *Server) settings() []string {
	set := []string{
		"port=" + strconv.Itoa(s.port),
		"shared_buffers=32MB",
		"jit=off", // compiling costs more than these short queries take
		"timezone=UTC", "log_timezone=UTC",
		// Refused statements are the application's to report. The server's log
		// keeps neither them nor the values in them.
		"log_min_messages=log", "log_min_error_statement=panic", "log_error_verbosity=terse",
		"log_checkpoints=off", "logging_collector=off", "log_destination=stderr",
	}
	if s.replicated {
		// A copy that comes late still finds the log of what was written meanwhile.
		set = append(set, "wal_level=replica", "max_wal_senders=4", "wal_keep_size=256MB", "wal_retrieve_retry_interval=200ms", "primary_conninfo="+s.upstream)
	} else {
		set = append(set, "wal_level=minimal", "max_wal_senders=0")
	}
	if s.socket != "" {
		set = append(set, "listen_addresses=", "unix_socket_permissions=0700", "unix_socket_directories="+quoteList(s.socket))
	} else {
		set = append(set, "listen_addresses=127.0.0.1", "unix_socket_directories=")
	}
	if s.throwaway {
		// A commit still reaches the operating system, so that it outlives a crash of
		// the server: without fsync that costs nothing.
		return append(set, "max_connections=200", "fsync=off", "full_page_writes=off", "autovacuum=off")
	}
	return append(set, "max_connections=50")
}

// quoteList quotes one element of a setting that is a list.
func quoteList(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// launch brings the server up. Sessions of a killed server may live a moment
// longer than it, and PostgreSQL starts no second server beside them.
func (s *Server) launch(ctx context.Context) error {
	for deadline := time.Now().Add(patience); ; {
		err := s.launchOnce(ctx)
		if err == nil || time.Now().After(deadline) || !strings.Contains(s.logTail(), "is still in use") {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// launchOnce starts the program and waits until it answers.
func (s *Server) launchOnce(ctx context.Context) error {
	log, err := s.root.OpenFile(logFile, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	if err := s.account.ownIn(s.root, logFile); err != nil {
		return err
	}
	args := []string{"-D", filepath.Join(s.dir, dataFolder)}
	for _, c := range s.settings() {
		args = append(args, "-c", c)
	}
	cmd := s.account.command(s.dir, s.programs.postgres, args...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("PostgreSQL cannot be started: %w", err)
	}
	p := &process{cmd: cmd, programs: s.programs, done: make(chan struct{})}
	removal := ""
	if s.throwaway {
		removal = s.dir
	}
	guard, err := guardProcess(s.account, cmd.Process.Pid, removal)
	if err != nil {
		s.log.Warn("PostgreSQL will outlive a killed parent", "error", err)
	}
	go func() {
		_ = cmd.Wait() // how it ended is in its log
		// Before anything else: the process number is free for others from now on.
		guard()
		close(p.done)
	}()
	if err := s.awaitReady(ctx, p); err != nil {
		return errors.Join(err, p.end(true))
	}
	s.process = p
	return nil
}

// awaitReady returns when the server answers a query.
func (s *Server) awaitReady(ctx context.Context, p *process) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		err := answers(ctx, s.URL("postgres"))
		if err == nil {
			return nil
		}
		select {
		case <-p.done:
			return fmt.Errorf("PostgreSQL ended while starting; its log ends with:\n%s", s.logTail())
		case <-ctx.Done():
			return fmt.Errorf("PostgreSQL did not get ready: %w; its log ends with:\n%s", errors.Join(ctx.Err(), err), s.logTail())
		case <-tick.C:
		}
	}
}

// answers connects once.
func answers(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

// logTail answers the last lines of the server's log.
func (s *Server) logTail() string {
	const most = 2000
	f, err := s.root.Open(logFile)
	if err != nil {
		return "(no log: " + err.Error() + ")"
	}
	defer f.Close()
	if end, err := f.Seek(0, io.SeekEnd); err == nil {
		_, _ = f.Seek(max(0, end-most), io.SeekStart)
	}
	b, err := io.ReadAll(f)
	if err != nil {
		return "(unreadable log: " + err.Error() + ")"
	}
	return strings.TrimSpace(string(b))
}

// end stops the program and waits for it: in order, or at once if immediate,
// and more firmly where that does not help.
func (p *process) end(immediate bool) error {
	steps := []struct {
		signal shutdown
		wait   time.Duration
	}{{fast, patience}, {atOnce, 10 * time.Second}}
	if immediate {
		steps = steps[1:]
	}
	for _, step := range steps {
		if err := step.signal.send(p.cmd.Process, p.programs); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("PostgreSQL cannot be told to stop: %w", err)
		}
		if p.ended(step.wait) {
			return nil
		}
	}
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("PostgreSQL cannot be killed: %w", err)
	}
	<-p.done
	return nil
}

func (p *process) ended(within time.Duration) bool {
	select {
	case <-p.done:
		return true
	case <-time.After(within):
		return false
	}
}

// pidFile is what a running server writes into its data directory: its process
// number first, its port fourth, its socket's folder fifth.
const pidFile = dataFolder + "/postmaster.pid"

// stopOrphan stops the server that a killed parent left on the data directory,
// or tidies up after one that was killed with its parent.
func (s *Server) stopOrphan(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	told, silent := false, 0
	for {
		pid, at, found, err := s.readPidFile()
		if err != nil || !found {
			return err
		}
		if !alive(pid) {
			s.removeOldSocket(at.socket)
			return s.removePidFile()
		}
		err = answers(ctx, at.url("postgres"))
		var refused *pgconn.PgError
		switch {
		case err == nil && !told:
			s.log.Info("stopping the PostgreSQL that an earlier run left behind", "pid", pid)
			if err := tell(pid, fast, s.programs); err != nil && !errors.Is(err, os.ErrProcessDone) {
				return fmt.Errorf("the PostgreSQL that an earlier run left behind cannot be stopped: %w", err)
			}
			told = true
		case err == nil || errors.As(err, &refused):
			// It is starting or stopping, and will come to an end of that.
		default:
			silent++
		}
		// Nothing answers: the number belongs to some other program by now, which
		// must not be stopped. Should it be a server after all, PostgreSQL refuses to
		// start a second one by the shared memory of the first.
		if silent == 100 {
			s.removeOldSocket(at.socket)
			return s.removePidFile()
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the PostgreSQL (process %d) that an earlier run left behind in %s does not stop: %w", pid, s.dir, ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// tell ends a server that this process did not start.
func tell(pid int, how shutdown, programs programs) error {
	p, err := os.FindProcess(pid)
	if err != nil {
		return err
	}
	defer func() { _ = p.Release() }()
	return how.send(p, programs)
}

// readPidFile reports found = false if there is no server's file, or none that a
// server finished writing.
func (s *Server) readPidFile() (pid int, at address, found bool, err error) {
	text, err := s.root.ReadFile(pidFile)
	if errors.Is(err, os.ErrNotExist) {
		return 0, address{}, false, nil
	}
	if err != nil {
		return 0, address{}, false, err
	}
	lines := strings.Split(string(text), "\n")
	pid, err = strconv.Atoi(strings.TrimSpace(lines[0]))
	if err != nil || pid <= 0 {
		return 0, address{}, false, s.removePidFile()
	}
	if len(lines) > 4 {
		at.port, _ = strconv.Atoi(lines[3])
		at.socket = lines[4]
	}
	if password, err := s.root.ReadFile(passwordFile); err == nil {
		at.password = string(password)
	}
	return pid, at, true, nil
}

func (s *Server) removePidFile() error {
	if err := s.root.Remove(pidFile); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// removeOldSocket removes the folder that a killed server's socket had outside
// the directory. The name is the proof that it is one of ours.
func (s *Server) removeOldSocket(folder string) {
	if folder != "" && filepath.Dir(folder) != s.dir && strings.HasPrefix(filepath.Base(folder), socketPrefix) {
		_ = os.Remove(filepath.Join(folder, socketName))
		_ = os.Remove(filepath.Join(folder, socketName+".lock"))
		_ = os.Remove(folder)
	}
}
