// Package local runs a private PostgreSQL for the demo and for tests: it finds
// or fetches the programs, makes a data directory, and starts a server to which
// nobody else on the machine can connect.
//
// On Unix the server listens only on a socket in a folder closed to other
// users. Elsewhere it listens on a free loopback port, with a random password.
// When the calling process is root the server runs as another user, because
// PostgreSQL refuses root.
//
// The server ends with its parent, however the parent ends. Only on Windows can
// it outlive a killed parent; the next [Start] on the directory then stops it.
package local

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Config says where a server lives and how careful it is.
type Config struct {
	// Dir holds the data and all that belongs to the server. It is created if
	// absent; if present, it must be empty or come from an earlier start.
	Dir string
	// Throwaway trades safety for speed: nothing is forced to disk, and Stop
	// removes Dir. For tests.
	Throwaway bool
	// Replicated lets copies follow the server, which costs it a longer log.
	Replicated bool
	// Source, if not nil, makes the server a copy where its directory has no data
	// yet. For tests of a fail-over.
	Source *Source
	// Logger receives what happens to the server; nil means nobody.
	Logger *slog.Logger

	find  func() []string                           // in place of the usual places
	fetch func(ctx context.Context) (string, error) // in place of the network
	tcp   bool                                      // a loopback port even where there are Unix sockets
}

// Server is a running private PostgreSQL.
type Server struct {
	dir        string
	throwaway  bool
	replicated bool
	source     *Source
	log        *slog.Logger
	account    *account // nil: the caller's own
	programs   programs
	root       *os.Root // dir, closed to links that lead out of it
	lock       *os.File
	socket     string // folder of the Unix socket, empty on TCP
	port       int
	password   string // empty on a Unix socket

	mu       sync.Mutex
	process  *process // nil while the server is down
	upstream string   // where a copy fetches the log; empty for a server in its own right
	stopped  bool
	stopErr  error
}

// superuser is the only role of a new server.
const superuser = "postgres"

// socketPort numbers the socket file. It is no TCP port, and never conflicts:
// each socket has its own folder.
const socketPort = 5432

// Start brings up the server in cfg.Dir and returns when it answers. It makes
// the data directory on the first start, recovers one that a killed server
// left, and stops a server that outlived its parent.
//
// It fails if another process uses the directory, if there is no PostgreSQL of
// at least version 15, or if the directory's data comes from another major
// version. Cancelling ctx ends the attempt, not the server once started.
func Start(ctx context.Context, cfg Config) (_ *Server, err error) {
	if cfg.Dir == "" {
		return nil, errors.New("a private PostgreSQL needs a directory for its data")
	}
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return nil, err
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Server{dir: dir, throwaway: cfg.Throwaway, replicated: cfg.Replicated || cfg.Source != nil, source: cfg.Source, log: cfg.Logger}
	if s.account, err = serverAccount(dir); err != nil {
		return nil, err
	}
	if err := claimDir(dir, s.account); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			s.release()
		}
	}()
	if s.root, err = os.OpenRoot(dir); err != nil {
		return nil, err
	}
	if s.lock, err = lockDir(s.root, s.account); err != nil {
		return nil, err
	}
	if err := s.account.reaches(dir); err != nil {
		return nil, err
	}
	if s.programs, err = choosePrograms(ctx, cfg, s.account, dataVersion(s.root)); err != nil {
		return nil, err
	}
	if err := s.stopOrphan(ctx); err != nil {
		return nil, err
	}
	if err := s.chooseAddress(cfg.tcp || !unixSockets); err != nil {
		return nil, err
	}
	if err := s.initialise(ctx); err != nil {
		return nil, err
	}
	if err := s.launch(ctx); err != nil {
		return nil, err
	}
	s.log.Debug("private PostgreSQL started", "dir", dir, "version", s.programs.major)
	return s, nil
}

// chooseAddress decides where the server will listen.
func (s *Server) chooseAddress(tcp bool) (err error) {
	if !tcp {
		s.port = socketPort
		s.socket, err = s.socketFolder()
		return err
	}
	if s.password, err = s.keepPassword(); err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("no free port for PostgreSQL on the loopback address: %w", err)
	}
	s.port = l.Addr().(*net.TCPAddr).Port
	return l.Close()
}

// URL answers the connection string of a database on this server, for pgx. The
// database need not exist.
func (s *Server) URL(database string) string {
	return address{socket: s.socket, port: s.port, password: s.password}.url(database)
}

// address is where a server listens.
type address struct {
	socket   string
	port     int
	password string
}

func (a address) url(database string) string {
	u := url.URL{Scheme: "postgres", Path: "/" + database, User: url.User(superuser)}
	q := url.Values{"sslmode": {"disable"}}
	if a.socket != "" {
		q.Set("host", a.socket)
		q.Set("port", strconv.Itoa(a.port))
	} else {
		u.User = url.UserPassword(superuser, a.password)
		u.Host = net.JoinHostPort("127.0.0.1", strconv.Itoa(a.port))
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// CreateDatabase creates an empty database. It is no error if the database
// exists.
func (s *Server) CreateDatabase(ctx context.Context, name string) error {
	conn, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	_, err = conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize())
	var pgErr *pgconn.PgError
	// Of two creators at once, the later may meet the catalogue's unique index
	// (23505) before PostgreSQL's own check (42P04).
	if errors.As(err, &pgErr) && (pgErr.Code == "42P04" || pgErr.Code == "23505") {
		return nil
	}
	return err
}

// Stop shuts the server down, ending its sessions, and waits until it is gone.
// A throwaway server takes its directory with it. Further calls answer as the
// first did.
func (s *Server) Stop() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return s.stopErr
	}
	s.stopped = true
	s.stopErr = s.halt(s.throwaway)
	s.release()
	if s.throwaway {
		s.stopErr = errors.Join(s.stopErr, os.RemoveAll(s.dir))
	}
	s.log.Debug("private PostgreSQL stopped", "dir", s.dir)
	return s.stopErr
}

// Crash takes the server down as a power cut of the database alone would: no
// checkpoint, no farewell to its sessions. The data and the URL stay, for
// [Server.Restart]. For tests of an outage.
func (s *Server) Crash() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.halt(true)
}

// Restart brings the server up again under the same URL, after a [Server.Crash]
// or, shutting it down first, while it runs. It fails after [Server.Stop].
func (s *Server) Restart(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return errors.New("the private PostgreSQL was stopped and cannot be restarted")
	}
	if err := s.halt(false); err != nil {
		return err
	}
	return s.launch(ctx)
}

// halt ends the process, if there is one. An immediate end skips the checkpoint.
func (s *Server) halt(immediate bool) error {
	if s.process == nil {
		return nil
	}
	err := s.process.end(immediate)
	s.process = nil
	return err
}

// release gives back what Start took, in reverse.
func (s *Server) release() {
	if s.socket != "" && filepath.Dir(s.socket) != s.dir {
		if err := os.RemoveAll(s.socket); err != nil {
			s.log.Warn("the socket's folder stays behind", "error", err)
		}
	}
	if s.lock != nil {
		_ = s.lock.Close()
	}
	if s.root != nil {
		_ = s.root.Close()
	}
}

// patience bounds every wait for the server. Recovery after a crash replays at
// most one checkpoint's worth of log, seconds on any disk.
const patience = time.Minute
