package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"peerchallenge/pkg/auth"
	"peerchallenge/pkg/postgres"
	"peerchallenge/pkg/programme"
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
	settings := postgres.Config{URL: cfg.databaseURL, Logger: logger, Clock: cfg.clock, Settings: cfg.rules, SealingKeys: cfg.sealing, LeadTrusted: cfg.leadTrusted()}
	if cfg.mail != nil {
		settings.MailLink = cfg.mailLink
	}
	store, err := postgres.Open(ctx, settings)
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
		err = fmt.Errorf("the programme has no borough %q: say the GSS code of one that takes part, such as %s; peerchallenge import london brings some", actor.Borough, demoBorough)
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
