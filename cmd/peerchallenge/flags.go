package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
)

// setting is something that the environment decides.
type setting struct{ name, about string }

var settings = []setting{
	{"DATABASE_URL", "PostgreSQL to use, postgres://user:password@host/database"},
	{"PEERCHALLENGE_API_PASSWORD", "password for the user that migrate --api-user makes, 16 characters or more"},
	{"PEERCHALLENGE_ADDR", "address to listen on (127.0.0.1:8080)"},
	{"PEERCHALLENGE_METRICS_ADDR", "address for /metrics and Go's profiles alone (the public one, without profiles)"},
	{"PEERCHALLENGE_BASE_URL", "address for callers, and the built-in issuer's name (http://PEERCHALLENGE_ADDR)"},
	{"PEERCHALLENGE_AUDIENCE", "what the aud of tokens must name (peerchallenge)"},
	{"PEERCHALLENGE_BUILTIN_ISSUER", "on, or off to refuse tokens of the token command (on)"},
	{"PEERCHALLENGE_ISSUERS", "other issuers to trust, a JSON list, each for boroughs and roles (docs/issuers.md)"},
	{"PEERCHALLENGE_SEALING_KEYS", "seal the service's keys, base64 of 32 bytes; one, or two, the new first (none)"},
	{"PEERCHALLENGE_SEALING_KEYS_FILE", "file that has them, in the place of PEERCHALLENGE_SEALING_KEYS"},
	{"PEERCHALLENGE_LIMIT_CALLER", "requests a second that one caller may make, in each process; 0: any number (50)"},
	{"PEERCHALLENGE_LIMIT_ADDRESS", "requests a second that one address may make, in each process; 0: any number (200)"},
	{"PEERCHALLENGE_LIMIT_GUESSES_ADDRESS", "failed sign-ins a second from one address, in each process; 0: any number (10)"},
	{"PEERCHALLENGE_LIMIT_GUESSES_CLIENT", "failed sign-ins a second as one client, in each process; 0: any number (1)"},
	{"PEERCHALLENGE_TIMEOUT_HEADERS_SECONDS", "seconds in which a request's headers must come (5)"},
	{"PEERCHALLENGE_TIMEOUT_BODY_SECONDS", "seconds in which a body must come that is no file, 25 at most (25)"},
	{"PEERCHALLENGE_TIMEOUT_FILE_SECONDS", "seconds in which a file must come and be taken in (60)"},
	{"PEERCHALLENGE_CORS_ORIGINS", "web origins that may call, separated by commas"},
	{"PEERCHALLENGE_TRUSTED_PROXIES", "networks whose X-Forwarded-For is believed, such as 10.0.0.0/8, by commas"},
	{"PEERCHALLENGE_LOG_ADDRESSES", "callers' addresses in the log: full, short (their networks) or none (full)"},
	{"PEERCHALLENGE_STALLED_DAYS", "days without news after which an open action counts as stalled (90)"},
	{"PEERCHALLENGE_RETENTION_PARTICIPANTS_MONTHS", "months for which people who left are kept; 0: for ever (0)"},
	{"PEERCHALLENGE_RETENTION_NOTES_MONTHS", "months for which notes are kept after their challenge or review; 0: for ever (0)"},
	{"PEERCHALLENGE_MAIL_SERVER", "mail server for reminders, such as smtp.example.org:587 (none)"},
	{"PEERCHALLENGE_MAIL_TLS", "starttls, implicit, or none for a server on the same machine (starttls)"},
	{"PEERCHALLENGE_MAIL_USER", "user who signs in to it; nobody does where it is empty (none)"},
	{"PEERCHALLENGE_MAIL_PASSWORD", "that user's password"},
	{"PEERCHALLENGE_MAIL_PASSWORD_FILE", "file that has it, in the place of PEERCHALLENGE_MAIL_PASSWORD"},
	{"PEERCHALLENGE_MAIL_FROM", "whom reminders are from, such as Programme <returns@example.org>"},
	{"PEERCHALLENGE_MAIL_LINK", "link in reminders, with {borough} and {quarter} (below the base URL)"},
	{"PEERCHALLENGE_MAPPINGS", "folder with mappings of published files beside the program's (docs/mappings.md)"},
	{"PEERCHALLENGE_SPOOL_DIR", "folder for what slow readers have not taken (that for temporary files)"},
	{"PEERCHALLENGE_SPOOL_CALLER_MIB", "how much of it may be one caller's, in MiB (64)"},
	{"PEERCHALLENGE_SPOOL_TOTAL_MIB", "how much of it there may be in all, in MiB (512)"},
	{"PEERCHALLENGE_ZONE", "time zone in which the programme's days begin and end (Europe/London)"},
	{"PEERCHALLENGE_DEVELOPMENT", "on lets serve work as a superuser or owner of the database (off)"},
	{"LOG_LEVEL", "debug, info, warn or error (info; in all commands but serve, error)"},
}

// some answers those of the settings that a command needs.
func some(names ...string) []setting {
	return slices.DeleteFunc(slices.Clone(settings), func(s setting) bool { return !slices.Contains(names, s.name) })
}

func printSettings(out io.Writer, settings []setting) {
	for _, s := range settings {
		fmt.Fprintf(out, "  %-43s  %s\n", s.name, s.about)
	}
}

// flags are those of a command, with a help that is worth reading.
type flags struct {
	*flag.FlagSet
	out          io.Writer
	usage, about string
	settings     []setting
}

func newFlags(out io.Writer, name, usage, about string, settings ...setting) flags {
	f := flags{flag.NewFlagSet(name, flag.ContinueOnError), out, usage, about, settings}
	f.SetOutput(io.Discard)
	f.Usage = func() {}
	return f
}

// parse reads the arguments of a command that takes flags only. The error is
// [flag.ErrHelp] where help was asked for, and given.
func (f flags) parse(args []string) error {
	if err := f.parseSome(args); err != nil {
		return err
	}
	if f.NArg() > 0 {
		return fmt.Errorf("%s takes no argument %q; see peerchallenge %s --help", f.Name(), f.Arg(0), f.Name())
	}
	return nil
}

// parseSome reads the flags, and leaves what follows them.
func (f flags) parseSome(args []string) error {
	err := f.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		f.help()
		return err
	}
	if err != nil {
		return fmt.Errorf("%w; see peerchallenge %s --help", err, f.Name())
	}
	return nil
}

func (f flags) help() {
	fmt.Fprintf(f.out, "Usage: peerchallenge %s\n\n%s\n", f.usage, f.about)
	first := "\nFlags:\n"
	f.VisitAll(func(g *flag.Flag) {
		value, about := flag.UnquoteUsage(g)
		if g.DefValue != "" {
			about += " (" + g.DefValue + ")"
		}
		fmt.Fprintf(f.out, "%s  %-18s  %s\n", first, "--"+g.Name+" "+value, about)
		first = ""
	})
	if len(f.settings) > 0 {
		fmt.Fprint(f.out, "\nSettings from the environment:\n")
		printSettings(f.out, f.settings)
	}
}
