package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"peerchallenge/pkg/auth"
	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/dfe"
	"peerchallenge/pkg/postgres"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/seed"
)

// withStore opens the database for a command that does one thing with it.
func withStore(ctx context.Context, cfg config, do func(*postgres.Store) error) error {
	if err := cfg.needDatabase(); err != nil {
		return err
	}
	store, err := openStore(ctx, cfg, cfg.quiet)
	if err != nil {
		return err
	}
	err = do(store)
	if notReady(err) || err != nil && programme.KindOf(err) == programme.Internal && outdated(ctx, store) {
		err = errOutdated // a missing table or column is what went wrong
	}
	return errors.Join(err, store.Close())
}

var errOutdated = errors.New("the database's structure is older than this program: peerchallenge migrate brings it up to date")

// outdated reports whether the database lacks a migration.
func outdated(ctx context.Context, store *postgres.Store) bool { return notReady(store.Ready(ctx)) }

func notReady(err error) bool {
	e, ok := errors.AsType[*programme.Error](err)
	return ok && e.Code == programme.CodeNotReady
}

// openStore connects to the database, and says in one sentence why it cannot.
func openStore(ctx context.Context, cfg config, logger *slog.Logger) (*postgres.Store, error) {
	store, err := postgres.Open(ctx, postgres.Config{URL: cfg.databaseURL, Logger: logger, Clock: cfg.clock, Settings: cfg.rules})
	if err != nil && !errors.Is(err, context.Canceled) {
		return nil, fmt.Errorf("the database cannot be reached, see DATABASE_URL: %w", root(err))
	}
	return store, err
}

func migrate(ctx context.Context, args []string, cfg config, out io.Writer) error {
	flags := newFlags(out, "migrate", "migrate [--api-user NAME]", `Brings the database's structure up to this version. Doing it twice does no harm, nor do two at once: one waits for the
other. DATABASE_URL names the owner of the database here. With --api-user, makes the user with whom serve is to log in,
who has the rights of the service alone; its password is what PEERCHALLENGE_API_PASSWORD says, each time anew.`,
		some("DATABASE_URL", "PEERCHALLENGE_API_PASSWORD", "LOG_LEVEL")...)
	user := flags.String("api-user", "", "`name` of the service's own user of the database")
	if err := flags.parse(args); err != nil {
		return err
	}
	return withStore(ctx, cfg, func(store *postgres.Store) error {
		if err := store.Migrate(ctx); err != nil {
			return err
		}
		if *user != "" {
			if err := store.AllowLogin(ctx, *user, cfg.apiPassword); err != nil {
				return err
			}
			fmt.Fprintf(out, "The user %s may log in, with the service's rights.\n", *user)
		}
		_, err := fmt.Fprintln(out, "The database is up to date.")
		return err
	})
}

// operator is who the record of changes names for what is done at a terminal.
var operator = programme.Actor{Issuer: "command", Subject: "operator", Roles: []programme.Role{programme.RoleProgramme}}

func importData(ctx context.Context, args []string, cfg config, out io.Writer) error {
	flags := newFlags(out, "import", "import london\n       peerchallenge import dfe FILE...", `london  loads London's programme, boroughs, authorities and indicators, the published figures that come with this
        program, and what the programme's page reports, unless there are challenges, reviews, events or milestones.
        What is there already stays as it is.
dfe     reads files of open data: children in need, referrals, children looked after, population estimates,
        statistical neighbours. A file is loaded whole or, if it has faults, not at all, and every fault is named
        with its row and column. Importing a file again changes nothing.`, some("DATABASE_URL", "LOG_LEVEL")...)
	if err := flags.parseSome(args); err != nil {
		return err
	}
	kind := flags.Arg(0)
	if flags.NArg() > 1 { // flags may also follow the kind
		if err := flags.parseSome(flags.Args()[1:]); err != nil {
			return err
		}
	} else if err := flags.parseSome(nil); err != nil {
		return err
	}
	switch files := flags.Args(); {
	case kind == "london" && len(files) == 0:
		return withStore(ctx, cfg, func(store *postgres.Store) error { return importLondon(ctx, store, out) })
	case kind == "dfe" && len(files) > 0:
		return withStore(ctx, cfg, func(store *postgres.Store) error { return importFiles(ctx, store, files, out) })
	}
	return errors.New("say what to import, london, or dfe and at least one file; see peerchallenge import --help")
}

func importLondon(ctx context.Context, store *postgres.Store, out io.Writer) error {
	fmt.Fprintln(out, "Loading London and its published figures ...")
	if err := seed.Load(ctx, store, operator); err != nil {
		return err
	}
	_, err := fmt.Fprintln(out, "London is there. What was there before is as it was.")
	return err
}

// importFiles loads each file on its own, so that a faulty one holds up no other.
func importFiles(ctx context.Context, store *postgres.Store, files []string, out io.Writer) error {
	snapshot, err := store.Snapshot(ctx)
	if err != nil {
		return err
	}
	if len(snapshot.Authorities) == 0 {
		return errors.New("the database has no authorities for which there could be figures: peerchallenge import london brings them")
	}
	failed := 0
	for _, path := range files {
		result, err := importFile(ctx, store, path)
		switch {
		case ctx.Err() != nil:
			return err
		case err != nil:
			failed++
			fmt.Fprintf(out, "%s: nothing loaded: %s\n", filepath.Base(path), describe(err))
		case result.Known:
			fmt.Fprintf(out, "%s: imported before, nothing to do\n", filepath.Base(path))
		default:
			fmt.Fprintf(out, "%s: %d new figures, %d corrected, %d unchanged\n", filepath.Base(path), result.Inserted, result.Updated, result.Unchanged)
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d files could not be loaded", failed, len(files))
	}
	return nil
}

func importFile(ctx context.Context, store *postgres.Store, path string) (benchmark.ImportResult, error) {
	content, err := os.Open(path) // #nosec G304 -- reading the file that is named is what import is for
	if err != nil {
		return benchmark.ImportResult{}, fmt.Errorf("the file cannot be read: %w", root(err))
	}
	defer content.Close()
	return dfe.Import(ctx, store, operator, benchmark.Delivery{File: filepath.Base(path)}, content, dfe.Options{})
}

func token(ctx context.Context, args []string, cfg config, out io.Writer) error {
	flags := newFlags(out, "token", "token --role ROLE [--borough CODE] --subject NAME [--ttl DURATION]", `Issues a bearer token of the built-in issuer and prints it. The roles are
`+roles()+`; those of a borough need its GSS
code. The subject names the one person or system that will use the token: what is done with it is recorded under
that name, and whoever shares it shares what they may repeat. PEERCHALLENGE_BASE_URL and PEERCHALLENGE_AUDIENCE
must be what the service has.`,
		some("DATABASE_URL", "PEERCHALLENGE_ADDR", "PEERCHALLENGE_BASE_URL", "PEERCHALLENGE_AUDIENCE", "PEERCHALLENGE_BUILTIN_ISSUER", "LOG_LEVEL")...)
	role := flags.String("role", "", "`role` of the bearer, one of those above")
	borough := flags.String("borough", "", "GSS `code` of the bearer's borough, such as "+demoBorough)
	subject := flags.String("subject", "", "`name` of the person or system that will use it, such as dcs-lambeth")
	ttl := flags.Duration("ttl", time.Hour, fmt.Sprintf("how long the token works, at most %s", auth.MaxTTL))
	if err := flags.parse(args); err != nil {
		return err
	}
	actor := programme.Actor{Subject: *subject, Borough: *borough, Roles: []programme.Role{programme.Role(*role)}}
	var faults []error
	if !actor.Roles[0].Known() {
		faults = append(faults, fmt.Errorf("say --role and one of %s", roles()))
	}
	if actor.Subject == "" {
		faults = append(faults, errors.New("say --subject and the name of the one person or system that will use the token, such as dcs-lambeth"))
	}
	if err := errors.Join(append(faults, cfg.needBuiltIn())...); err != nil {
		return err
	}
	return withStore(ctx, cfg, func(store *postgres.Store) error {
		if err := needBorough(ctx, store, actor); err != nil {
			return err
		}
		text, err := auth.NewAuthority(store, cfg.issuer, cfg.audience, cfg.clock).Token(ctx, actor, *ttl)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(out, text)
		return err
	})
}

// needBorough refuses a token that would be refused at every call.
func needBorough(ctx context.Context, store *postgres.Store, actor programme.Actor) error {
	if actor.Borough == "" {
		return nil
	}
	there, err := store.HasBorough(ctx, actor.Borough)
	if err == nil && !there {
		err = fmt.Errorf("the programme has no borough %q: say the GSS code of one that takes part, such as %s; peerchallenge import london brings London's", actor.Borough, demoBorough)
	}
	return err
}

// roles lists the roles in words.
func roles() string {
	var names []string
	for _, role := range programme.Roles {
		names = append(names, string(role))
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
