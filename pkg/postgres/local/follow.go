package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Source is a server of which another one is made as a copy, and which that one
// follows from then on. It was started with [Config.Replicated].
type Source struct {
	Server *Server
	// URL is where the copy fetches the log, such as that of a proxy; empty means
	// the server's own.
	URL string
}

// Follow makes a running server, whose data are lost by that, a copy of another:
// a new standby, or an old primary that comes back after a fail-over. The copy
// answers reads under the URL that the server had before.
func (s *Server) Follow(ctx context.Context, source Source) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return errors.New("the private PostgreSQL was stopped and cannot follow another")
	}
	if err := s.halt(true); err != nil {
		return err
	}
	if err := s.root.RemoveAll(dataFolder); err != nil {
		return err
	}
	s.source = &source
	if err := s.initialise(ctx); err != nil {
		return err
	}
	return s.launch(ctx)
}

// Promote makes a copy a server in its own right, which takes writes.
func (s *Server) Promote(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var done bool
	if err := s.one(ctx, "SELECT pg_promote(true, 60)", &done); err != nil {
		return err
	}
	if !done {
		return errors.New("the copy did not become a server in its own right within a minute")
	}
	s.upstream = ""
	return nil
}

// one asks for one value.
func (s *Server) one(ctx context.Context, query string, answer any) error {
	conn, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return conn.QueryRow(ctx, query).Scan(answer)
}

// copySource fills the folder with a copy of the running source's data, as
// PostgreSQL's manual describes it for a program that copies files while they
// change: what the log says from the first call on makes the copy whole. The tool
// that does the same is not among the programs that can be fetched.
func (s *Server) copySource(ctx context.Context, folder string) error {
	source := *s.source
	conn, err := pgx.Connect(ctx, source.Server.URL("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, "SELECT pg_backup_start('copy', true)"); err != nil {
		return fmt.Errorf("PostgreSQL's data cannot be copied: %w", err)
	}
	if err := s.copyFiles(filepath.Join(source.Server.dir, dataFolder), folder); err != nil {
		return fmt.Errorf("PostgreSQL's data cannot be copied: %w", err)
	}
	var label string
	if err := conn.QueryRow(ctx, "SELECT labelfile FROM pg_backup_stop(false)").Scan(&label); err != nil {
		return fmt.Errorf("PostgreSQL's data cannot be copied: %w", err)
	}
	files := map[string]string{folder + "/backup_label": label, folder + "/standby.signal": ""}
	if s.password != "" { // the source's is in the data
		s.password = source.Server.password
		files[passwordFile] = s.password
	}
	for name, text := range files {
		if err := s.root.WriteFile(name, []byte(text), 0o600); err != nil {
			return err
		}
		if err := s.account.ownIn(s.root, name); err != nil {
			return err
		}
	}
	s.upstream, err = conninfo(source)
	return err
}

// emptied are the folders of which a copy takes no files: the log, which it
// fetches, and what a server makes anew when it starts.
var emptied = []string{"pg_wal", "pg_replslot", "pg_dynshmem", "pg_notify", "pg_serial", "pg_snapshots", "pg_stat_tmp", "pg_subtrans"}

// copyFiles copies a data directory whose server runs. A file that goes meanwhile
// was not needed.
func (s *Server) copyFiles(from, folder string) error {
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.ToSlash(filepath.Join(folder, name))
		top, _, _ := strings.Cut(filepath.ToSlash(name), "/")
		switch {
		case entry.IsDir():
			return s.makeFolder(target)
		case slices.Contains(emptied, top), name == filepath.Base(pidFile), name == "postmaster.opts", !entry.Type().IsRegular():
			return nil
		}
		if err := s.copyFile(path, target); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	})
}

func (s *Server) copyFile(from, to string) error {
	source, err := os.Open(from) // #nosec G304 -- a file of a server of ours
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := s.root.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	return errors.Join(err, target.Close(), s.account.ownIn(s.root, to))
}

// standbyName is how a copy calls itself to the server that it follows.
const standbyName = "standby"

// conninfo writes the source's address in the words of primary_conninfo.
func conninfo(source Source) (string, error) {
	text := source.URL
	if text == "" {
		text = source.Server.URL("postgres")
	}
	u, err := url.Parse(text)
	if err != nil {
		return "", err
	}
	words := []string{"user=" + superuser, "application_name=" + standbyName, "sslmode=disable"}
	host, port := u.Hostname(), u.Port()
	if host == "" {
		host, port = u.Query().Get("host"), u.Query().Get("port")
	}
	words = append(words, "host="+quoteValue(host), "port="+port)
	if password, has := u.User.Password(); has {
		words = append(words, "password="+quoteValue(password))
	}
	return strings.Join(words, " "), nil
}

// quoteValue quotes a value of a connection string.
func quoteValue(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}
