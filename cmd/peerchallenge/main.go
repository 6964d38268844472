// Command peerchallenge serves the API of a peer challenge programme.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"slices"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdout)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "peerchallenge: "+describe(err))
		os.Exit(1)
	}
}

// command is one thing that the program does.
type command struct {
	name  string
	about string
	run   func(ctx context.Context, args []string, cfg config, out io.Writer) error
}

func commands() []command {
	return []command{
		{"demo", "start everything on this machine, with a programme's published data", demo},
		{"serve", "serve the API on the database that DATABASE_URL names", serve},
		{"migrate", "bring the database's structure up to this version", migrate},
		{"import", "load a programme's reference data or files of the Department for Education", importData},
		{"token", "issue a bearer token of the built-in issuer", token},
		{"keys", "rotate or seal the service's own keys", keys},
		{"health", "ask a running service whether it can answer", health},
		{"version", "print the version", version},
	}
}

// run is the whole program: it reads nothing but its arguments and writes
// nothing but out and the log. The error is [flag.ErrHelp] where a command was
// asked for its help, and gave it.
func run(ctx context.Context, args []string, env func(string) string, out io.Writer) error {
	if len(args) > 1 && args[0] == "help" {
		args = []string{args[1], "--help"}
	}
	if len(args) == 0 || args[0] == "help" || asksForHelp(args[:1]) {
		usage(out)
		return nil
	}
	for _, c := range commands() {
		if c.name != args[0] {
			continue
		}
		cfg, err := readConfig(env)
		if err != nil && !asksForHelp(args) {
			return err
		}
		return c.run(ctx, args[1:], cfg, out)
	}
	usage(out)
	return fmt.Errorf("there is no command %q", args[0])
}

// asksForHelp reports whether the answer must not depend on the settings.
func asksForHelp(args []string) bool {
	return slices.ContainsFunc(args, func(arg string) bool { return slices.Contains([]string{"-h", "--h", "-help", "--help"}, arg) })
}

func usage(out io.Writer) {
	fmt.Fprint(out, "The system of a peer challenge programme: an API for its year of challenges, reviews, findings and\nactions, and for boroughs, indicators and how they compare.\n\nUsage: peerchallenge <command> [flags]\n\nCommands:\n")
	for _, c := range commands() {
		fmt.Fprintf(out, "  %-8s  %s\n", c.name, c.about)
	}
	fmt.Fprint(out, "\nEach command answers --help. Settings come from the environment:\n")
	printSettings(out, settings)
}

func version(_ context.Context, args []string, _ config, out io.Writer) error {
	if err := newFlags(out, "version", "version", "Prints the program's version, the commit that it was built from, and the version of Go that built it.").parse(args); err != nil {
		return err
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{GoVersion: runtime.Version()}
	}
	_, err := fmt.Fprintln(out, "peerchallenge "+built(info, revision))
	return err
}

// revision is the commit, where the build knows it and Go does not: without the
// repository, as in a container: go build -ldflags '-X main.revision=COMMIT'.
var revision string

// built says what this program was built from, and by which Go.
func built(info *debug.BuildInfo, revision string) string {
	text := "development"
	if v := info.Main.Version; v != "" && v != "(devel)" {
		text = v
	}
	changed := ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = " with changes"
		}
	}
	return text + ", commit " + cmp.Or(revision, "unknown") + changed + ", " + info.GoVersion
}
