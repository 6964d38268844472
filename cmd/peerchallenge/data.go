package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
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
	store, err := postgres.Open(ctx, postgres.Config{URL: cfg.databaseURL, Logger: cfg.quiet, Clock: cfg.clock})
	if err != nil {
		return err
	}
	return errors.Join(do(store), store.Close())
}

func migrate(ctx context.Context, args []string, cfg config, out io.Writer) error {
	flags := newFlags(out, "migrate", "Brings the database's structure up to this version. Two at once are safe, and so is one too many.")
	if err := flags.Parse(args); err != nil {
		return err
	}
	return withStore(ctx, cfg, func(store *postgres.Store) error {
		if err := store.Migrate(ctx); err != nil {
			return err
		}
		_, err := fmt.Fprintln(out, "The database is up to date.")
		return err
	})
}

// operator is who the record of changes names for what is done at a terminal.
var operator = programme.Actor{Issuer: "command", Subject: "operator", Roles: []programme.Role{programme.RoleProgramme}}

func importData(ctx context.Context, args []string, cfg config, out io.Writer) error {
	flags := newFlags(out, "import london | import dfe FILE...", `london  loads London's programme, boroughs, authorities and indicators, and the published figures that come with
        this program. What is there already stays as it is.
dfe     reads files of open data: children in need, referrals, children looked after, population estimates,
        statistical neighbours. A file is loaded whole or, if it has faults, not at all, and every fault is named
        with its row and column. Importing a file again changes nothing.`)
	if err := flags.Parse(args); err != nil {
		return err
	}
	kind, files := flags.Arg(0), flags.Args()
	switch {
	case kind == "london" && len(files) == 1:
		return withStore(ctx, cfg, func(store *postgres.Store) error { return seed.Load(ctx, store, operator) })
	case kind == "dfe" && len(files) > 1:
		return withStore(ctx, cfg, func(store *postgres.Store) error { return importFiles(ctx, store, files[1:], out) })
	}
	flags.Usage()
	return errors.New("say what to import: london, or dfe and at least one file")
}

// importFiles loads each file on its own, so that a faulty one holds up no other.
func importFiles(ctx context.Context, store *postgres.Store, files []string, out io.Writer) error {
	failed := 0
	for _, path := range files {
		result, err := importFile(ctx, store, path)
		switch {
		case err != nil:
			failed++
			fmt.Fprintf(out, "%s: nothing loaded. %s\n", filepath.Base(path), describe(err))
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
	content, err := os.ReadFile(path)
	if err != nil {
		return benchmark.ImportResult{}, err
	}
	return dfe.Import(ctx, store, operator, filepath.Base(path), content)
}

func token(ctx context.Context, args []string, cfg config, out io.Writer) error {
	flags := newFlags(out, "token --role ROLE [--borough CODE] [--subject NAME] [--ttl DURATION]", "Issues a bearer token of the built-in issuer and prints it. The roles are programme, borough-lead, borough-editor,\nborough-system and reporting; those of a borough need its GSS code.")
	role := flags.String("role", "", "what the bearer is, a `role`")
	borough := flags.String("borough", "", "GSS `code` of the bearer's borough")
	subject := flags.String("subject", "command", "who the bearer is, a `name`")
	ttl := flags.Duration("ttl", time.Hour, fmt.Sprintf("how long the token works, at most %s", auth.MaxTTL))
	if err := flags.Parse(args); err != nil {
		return err
	}
	return withStore(ctx, cfg, func(store *postgres.Store) error {
		actor := programme.Actor{Subject: *subject, Borough: *borough, Roles: []programme.Role{programme.Role(*role)}}
		text, err := auth.NewAuthority(store, cfg.issuer(), cfg.audience, cfg.clock).Token(ctx, actor, *ttl)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(out, text)
		return err
	})
}
