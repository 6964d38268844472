package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"peerchallenge/pkg/auth"
	"peerchallenge/pkg/postgres"
	"peerchallenge/pkg/postgres/local"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/seed"
)

// demoTTL is how long the printed tokens work.
const demoTTL = auth.MaxTTL

func demo(ctx context.Context, args []string, cfg config, out io.Writer) (err error) {
	flags := newFlags(out, "demo", "demo [--addr HOST:PORT] [--data-dir DIR]", `Starts everything on this machine: a private PostgreSQL (unless DATABASE_URL names one), the API, a programme's boroughs and
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

	// The tokens are for this demo, wherever it listens.
	cfg.baseURL = cmp.Or(cfg.baseURL, reachable(listener.Addr()))
	cfg.issuer = cfg.baseURL

	given, asked := cfg.databaseURL != "", ctx
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	if given {
		fmt.Fprintln(out, "Using the database that DATABASE_URL names ...")
	} else {
		database, failed := private(ctx, *dir, out)
		if failed != nil {
			return failed
		}
		cfg.databaseURL = database.URL("peerchallenge")
		var keeping sync.WaitGroup
		var gone error
		keeping.Go(func() {
			if gone = database.Keep(ctx); gone != nil {
				stop() // there is nothing to serve without it
			}
		})
		defer func() {
			stop()
			keeping.Wait()
			err = errors.Join(err, gone, database.Stop())
		}()
	}
	app, err := open(ctx, cfg, cfg.quiet, func(store *postgres.Store) error {
		fmt.Fprintln(out, "Loading the programme and its published figures ...")
		if err := store.Migrate(ctx); err != nil {
			return err
		}
		if err := seed.Load(ctx, store, operator); err != nil {
			return err
		}
		today := cfg.rules.Or(programme.DefaultSettings).Today(cfg.clock())
		if err := seed.LoadQuarters(ctx, store, operator, today); err != nil {
			return err
		}
		return seed.LoadSelfEvaluations(ctx, store, operator, today, demoBorough)
	})
	if err != nil {
		return err
	}
	defer app.close()
	if err := app.serveInside(cfg.metricsAddr, cfg.quiet, out); err != nil {
		return err
	}
	way := "PEERCHALLENGE_BASE_URL=" + cfg.baseURL
	if !given {
		way = "DATABASE_URL='" + cfg.databaseURL + "' " + way
	}
	if err := greet(ctx, app, cfg.baseURL, way, out); err != nil {
		return err
	}
	err = app.server.Serve(ctx, listener, grace)
	if asked.Err() != nil {
		fmt.Fprintln(out, "\nStopped. The data stay for the next start.")
	}
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
	database, err := local.Start(ctx, local.Config{Dir: dir, Logger: slog.New(terminal{out: out, level: slog.LevelInfo})})
	if err != nil {
		return nil, err
	}
	if err := database.CreateDatabase(ctx, "peerchallenge"); err != nil {
		return nil, errors.Join(err, database.Stop())
	}
	return database, nil
}

// bearer is somebody for whom the demo prints a token.
type bearer struct {
	role    programme.Role
	borough string
}

// bearers have every role, and two boroughs of one group, so that a newcomer sees
// what peers show each other. A test asks whether they are in one.
func bearers() []bearer {
	var all []bearer
	for _, role := range programme.Roles {
		b := bearer{role: role}
		if role.OfBorough() {
			b.borough = demoBorough
		}
		all = append(all, b)
	}
	return append(all, bearer{programme.RoleBoroughLead, demoPeer}, bearer{programme.RoleBoroughEditor, demoPeer})
}

// The boroughs of the demo's tokens.
const (
	demoBorough = "E09000022" // Lambeth
	demoPeer    = "E09000021" // Kingston upon Thames, of Lambeth's group
)

// demoNames end the subjects of a borough's bearers.
var demoNames = map[string]string{demoBorough: "-lambeth", demoPeer: "-kingston"}

func (b bearer) String() string {
	if b.borough == "" {
		return string(b.role)
	}
	return string(b.role) + " of " + b.borough
}

// actor is the bearer as the record of changes will name them.
func (b bearer) actor() programme.Actor {
	return programme.Actor{Subject: demoBearers[b.role] + demoNames[b.borough], Borough: b.borough, Roles: []programme.Role{b.role}}
}

// called is what somebody types to call this program again, who has called it by
// the name. What go run has built is gone tomorrow.
func called(name string) string {
	if strings.Contains(filepath.ToSlash(name), "/go-build") {
		return "go run ./cmd/peerchallenge"
	}
	return name
}

// greet prints all that a newcomer needs to go on. The way is the environment in
// which the token command reaches the demo's database.
func greet(ctx context.Context, app *app, base, way string, out io.Writer) error {
	fmt.Fprintf(out, "\nPeer Challenge & Review is running.\n\n  API            %s/v1\n  Documentation  %s/docs\n\nTokens, valid for %.0f hours, as Authorization: Bearer\n", base, base, demoTTL.Hours())
	var reading string
	for _, b := range bearers() {
		token, err := app.authority.Token(ctx, b.actor(), demoTTL)
		if err != nil {
			return err
		}
		if b.role == programme.RoleReporting {
			reading = token
		}
		fmt.Fprintf(out, "\n  %s\n  %s\n", b, token)
	}
	if _, err := fmt.Fprintf(out, `
Lambeth (%s) and Kingston (%s) are in one group. Tokens for others, from another terminal:

  %s %s token --role borough-lead --borough E09000011 --subject dcs-greenwich

How does Lambeth compare?

  curl -H 'Authorization: Bearer %s' '%s/v1/comparisons?borough=%s&period=2024-25&indicator=REREF_PCT'
`, demoBorough, demoPeer, way, called(os.Args[0]), reading, base, demoBorough); err != nil {
		return err
	}
	if err := greetMachines(ctx, app.store, base, out); err != nil {
		return err
	}
	_, err := fmt.Fprintln(out, "\nCtrl-C stops it.")
	return err
}

// demoBearers are made-up people and systems, one for each role, so that the audit
// names somebody. To those of a borough its name is added.
var demoBearers = map[programme.Role]string{
	programme.RoleProgramme:     "programme-manager",
	programme.RoleBoroughLead:   "dcs",
	programme.RoleBoroughEditor: "performance-officer",
	programme.RoleBoroughSystem: "casework-system",
	programme.RoleReporting:     "reporting-tool",
}
