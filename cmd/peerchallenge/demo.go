package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"path/filepath"

	"peerchallenge/pkg/auth"
	"peerchallenge/pkg/postgres"
	"peerchallenge/pkg/postgres/local"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/seed"
)

// demoTTL is how long the printed tokens work.
const demoTTL = auth.MaxTTL

func demo(ctx context.Context, args []string, cfg config, out io.Writer) (err error) {
	flags := newFlags(out, "demo", "demo [--addr HOST:PORT] [--data-dir DIR]", `Starts everything on this machine: a private PostgreSQL (unless DATABASE_URL names one), the API, London's boroughs and
indicators, the published figures, and what the programme's page reports. Prints a token for each role. Ctrl-C stops it; the data stay for the next time.`, settings...)
	dir := flags.String("data-dir", "", "`folder` for the private PostgreSQL's data (peerchallenge in the user's data folder)")
	flags.StringVar(&cfg.addr, "addr", cfg.addr, "`address` to listen on")
	if err := flags.parse(args); err != nil {
		return err
	}
	if err := cfg.needBuiltIn(); err != nil {
		return err
	}
	listener, err := listen(cfg.addr)
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }()

	if cfg.databaseURL == "" {
		database, err := private(ctx, *dir, out)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, database.Stop()) }()
		cfg.databaseURL = database.URL("peerchallenge")
	} else {
		fmt.Fprintln(out, "Using the database that DATABASE_URL names ...")
	}
	app, err := open(ctx, cfg, cfg.quiet, func(store *postgres.Store) error {
		fmt.Fprintln(out, "Loading London and its published figures ...")
		if err := store.Migrate(ctx); err != nil {
			return err
		}
		return seed.Load(ctx, store, operator)
	})
	if err != nil {
		return err
	}
	defer app.close()
	if err := greet(ctx, app.authority, or(cfg.baseURL, reachable(listener.Addr())), out); err != nil {
		return err
	}
	err = app.server.Serve(ctx, listener, grace)
	fmt.Fprintln(out, "\nStopped. The data stay for the next start.")
	return err
}

// reachable answers an address by which this machine reaches the listener: one
// that listens on all of them, [::] or 0.0.0.0, has none of its own.
func reachable(addr net.Addr) string {
	tcp := addr.(*net.TCPAddr)
	if tcp.IP.IsUnspecified() {
		return fmt.Sprintf("http://127.0.0.1:%d", tcp.Port)
	}
	return "http://" + tcp.String()
}

// private brings up the demo's own PostgreSQL.
func private(ctx context.Context, dir string, out io.Writer) (*local.Server, error) {
	if dir == "" {
		base, err := local.DefaultDir()
		if err != nil {
			return nil, err
		}
		dir = base
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(out, "Starting a private PostgreSQL in %s ...\n", dir)
	database, err := local.Start(ctx, local.Config{Dir: dir, Logger: slog.New(terminal{slog.DiscardHandler, out})})
	if err != nil {
		return nil, err
	}
	if err := database.CreateDatabase(ctx, "peerchallenge"); err != nil {
		return nil, errors.Join(err, database.Stop())
	}
	return database, nil
}

// terminal is a log for the person who waits: what goes on, without times and
// levels.
type terminal struct {
	slog.Handler
	out io.Writer
}

func (terminal) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelInfo }

func (t terminal) Handle(_ context.Context, r slog.Record) error {
	line := r.Message
	r.Attrs(func(a slog.Attr) bool {
		line += fmt.Sprintf(", %s: %s", a.Key, a.Value)
		return true
	})
	_, err := fmt.Fprintln(t.out, line)
	return err
}

// greet prints all that a newcomer needs to go on.
func greet(ctx context.Context, authority *auth.Authority, base string, out io.Writer) error {
	fmt.Fprintf(out, "\nPeer Challenge & Review is running.\n\n  API            %s/v1\n  Documentation  %s/docs\n\nTokens, valid for %.0f hours, as Authorization: Bearer\n", base, base, demoTTL.Hours())
	var reading string
	for _, role := range programme.Roles {
		actor := programme.Actor{Subject: demoBearers[role], Roles: []programme.Role{role}}
		if role.OfBorough() {
			actor.Borough, actor.Subject = demoBorough, actor.Subject+"-lambeth"
		}
		token, err := authority.Token(ctx, actor, demoTTL)
		if err != nil {
			return err
		}
		if role == programme.RoleReporting {
			reading = token
		}
		fmt.Fprintf(out, "\n  %s%s\n  %s\n", role, ofBorough(actor.Borough), token)
	}
	_, err := fmt.Fprintf(out, "\nHow does Lambeth compare?\n\n  curl -H 'Authorization: Bearer %s' '%s/v1/comparisons?borough=%s&period=2024-25&indicator=REREF_PCT'\n\nCtrl-C stops it.\n", reading, base, demoBorough)
	return err
}

// demoBorough is the borough whose tokens the demo prints: Lambeth.
const demoBorough = "E09000022"

// demoBearers are made-up people and systems, one for each role, so that the audit
// names somebody. To those of a borough its name is added.
var demoBearers = map[programme.Role]string{
	programme.RoleProgramme:     "programme-manager",
	programme.RoleBoroughLead:   "dcs",
	programme.RoleBoroughEditor: "performance-officer",
	programme.RoleBoroughSystem: "casework-system",
	programme.RoleReporting:     "reporting-tool",
}

func ofBorough(code string) string {
	if code == "" {
		return ""
	}
	return " of " + code
}
