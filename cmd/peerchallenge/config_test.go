package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/server"
)

func TestConfig(t *testing.T) {
	t.Parallel()
	cfg, err := readConfig(func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	if cfg.addr != "127.0.0.1:8080" || cfg.issuer != "http://127.0.0.1:8080" || cfg.audience != "peerchallenge" || !cfg.builtIn || len(cfg.origins)+len(cfg.issuers) > 0 {
		t.Errorf("%+v", cfg)
	}
	if got := cfg.rules.Or(programme.DefaultSettings); got != programme.DefaultSettings {
		t.Errorf("the programme's times are %+v", got)
	}
	if logs(cfg.logger) != slog.LevelInfo || logs(cfg.quiet) != slog.LevelError {
		t.Errorf("it logs from %v, and in a demo from %v", logs(cfg.logger), logs(cfg.quiet))
	}

	cfg, err = readConfig(settingsOf(
		"LOG_LEVEL", "debug", "PEERCHALLENGE_ADDR", "0.0.0.0:80", "PEERCHALLENGE_BASE_URL", "https://api.example.org/peers/", "PEERCHALLENGE_AUDIENCE", "us",
		"PEERCHALLENGE_CORS_ORIGINS", " https://app.example.org , http://localhost:5173,", "PEERCHALLENGE_ISSUERS", `[{"issuer":"https://id.example.org","audience":"us","boroughs":"none","allowedRoles":["programme"]}]`,
		"PEERCHALLENGE_TRUSTED_PROXIES", " 10.0.0.0/8, 2001:db8::/32,", "PEERCHALLENGE_LOG_ADDRESSES", "short",
		"PEERCHALLENGE_STALLED_DAYS", "1", "PEERCHALLENGE_ZONE", "Europe/Dublin",
		"PEERCHALLENGE_RETENTION_PARTICIPANTS_MONTHS", "24", "PEERCHALLENGE_RETENTION_NOTES_MONTHS", "0",
		"PEERCHALLENGE_SPOOL_DIR", "/spool", "PEERCHALLENGE_SPOOL_CALLER_MIB", "3", "PEERCHALLENGE_SPOOL_TOTAL_MIB", "5000",
	))
	if err != nil {
		t.Fatal(describe(err))
	}
	if cfg.addr != "0.0.0.0:80" || cfg.issuer != "https://api.example.org/peers" || cfg.audience != "us" || len(cfg.issuers) != 1 {
		t.Errorf("%+v", cfg)
	}
	if !slices.Equal(cfg.origins, []string{"https://app.example.org", "http://localhost:5173"}) {
		t.Errorf("origins %q", cfg.origins)
	}
	if got := fmt.Sprintln(cfg.proxies, cfg.addresses); got != "[10.0.0.0/8 2001:db8::/32] short\n" {
		t.Errorf("proxies and addresses are %s", got)
	}
	if want := (programme.Settings{StalledDays: 1, ParticipantsKeptMonths: 24, Zone: cfg.rules.Zone}); cfg.rules != want || cfg.rules.Zone.String() != "Europe/Dublin" {
		t.Errorf("the programme's times are %+v, want %+v", cfg.rules, want)
	}
	if want := (server.Spool{Folder: "/spool", PerCaller: 3 << 20, InAll: 5000 << 20}); cfg.spool != want {
		t.Errorf("for slow readers there is %+v, want %+v", cfg.spool, want)
	}
	if logs(cfg.logger) != slog.LevelDebug || logs(cfg.quiet) != slog.LevelDebug {
		t.Errorf("it logs from %v, and in a demo from %v", logs(cfg.logger), logs(cfg.quiet))
	}
}

// logs answers the lowest level that the logger keeps.
func logs(logger *slog.Logger) slog.Level {
	for _, level := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn} {
		if logger.Enabled(context.Background(), level) {
			return level
		}
	}
	return slog.LevelError
}

// TestEveryFaultOfTheSettings: who starts a service must not find them one by one.
func TestEveryFaultOfTheSettings(t *testing.T) {
	t.Parallel()
	said := refused(t, settingsOf(
		"LOG_LEVEL", "loud", "PEERCHALLENGE_BASE_URL", "api.example.org", "PEERCHALLENGE_CORS_ORIGINS", "*,https://app.example.org/,app",
		"PEERCHALLENGE_ISSUERS", `[{"issuer":"http://id.example.org","audience":"us","boroughs":"none"},{"audience":"us","allowedRoles":["king"]}]`,
		"PEERCHALLENGE_BUILTIN_ISSUER", "maybe",
		"PEERCHALLENGE_DEVELOPMENT", "yes", "PEERCHALLENGE_TRUSTED_PROXIES", "10.0.0.0/8,10.1.1.1,proxy", "PEERCHALLENGE_LOG_ADDRESSES", "some",
		"PEERCHALLENGE_STALLED_DAYS", "2.5", "PEERCHALLENGE_ZONE", "Local",
		"PEERCHALLENGE_RETENTION_PARTICIPANTS_MONTHS", "-1", "PEERCHALLENGE_RETENTION_NOTES_MONTHS", "1201",
		"PEERCHALLENGE_SPOOL_CALLER_MIB", "-1", "PEERCHALLENGE_SPOOL_TOTAL_MIB", "much",
		"PEERCHALLENGE_TIMEOUT_HEADERS_SECONDS", "0", "PEERCHALLENGE_TIMEOUT_BODY_SECONDS", "26", "PEERCHALLENGE_LIMIT_GUESSES_CLIENT", "-1",
	), "serve")
	want := []string{
		`PEERCHALLENGE_BUILTIN_ISSUER is "maybe", not on or off`,
		`PEERCHALLENGE_DEVELOPMENT is "yes", not on or off`,
		`PEERCHALLENGE_TRUSTED_PROXIES names "10.1.1.1", not a network such as 10.0.0.0/8 or 2001:db8::/32`,
		`PEERCHALLENGE_TRUSTED_PROXIES names "proxy", not a network such as 10.0.0.0/8 or 2001:db8::/32`,
		`PEERCHALLENGE_LOG_ADDRESSES is "some", not full, short or none`,
		`PEERCHALLENGE_BASE_URL is "api.example.org", not an address such as https://api.example.org`,
		`PEERCHALLENGE_CORS_ORIGINS names "https://app.example.org/", not an origin such as https://app.example.org`,
		`PEERCHALLENGE_CORS_ORIGINS names "app", not an origin such as https://app.example.org`,
		`PEERCHALLENGE_STALLED_DAYS is "2.5", not a whole number from 1 to 36500`,
		`PEERCHALLENGE_RETENTION_PARTICIPANTS_MONTHS is "-1", not a whole number from 0 to 1200`,
		`PEERCHALLENGE_RETENTION_NOTES_MONTHS is "1201", not a whole number from 0 to 1200`,
		`PEERCHALLENGE_SPOOL_CALLER_MIB is "-1", not a whole number from 1 to 1048576`,
		`PEERCHALLENGE_SPOOL_TOTAL_MIB is "much", not a whole number from 1 to 1048576`,
		`PEERCHALLENGE_LIMIT_GUESSES_CLIENT is "-1", not a whole number from 0 to 1048576`,
		`PEERCHALLENGE_TIMEOUT_HEADERS_SECONDS is "0", not a whole number from 1 to 60`,
		`PEERCHALLENGE_TIMEOUT_BODY_SECONDS is "26", not a whole number from 1 to 25`,
		`PEERCHALLENGE_ZONE is "Local", not a time zone such as Europe/London`,
		`LOG_LEVEL is "loud", not debug, info, warn or error`,
		`PEERCHALLENGE_ISSUERS: /0/issuer: The issuer must be an https address without query and fragment.`,
		`  /0/allowedRoles: The roles that the issuer may give are missing: a list of role names.`,
		`  /1/issuer: The issuer's address is missing.`,
		`  /1/allowedRoles/0: The programme has no such role.`,
		`  /1/boroughs: The boroughs that the issuer speaks for are missing: a GSS code, an object from claim values to GSS codes, or none.`,
	}
	if got := strings.Split(said, "\n"); !slices.Equal(got, want) {
		t.Errorf("%s", said)
	}
}

// TestHelpAnyway: help must be had also when the settings are wrong, and by
// every name that people try.
func TestHelpAnyway(t *testing.T) {
	t.Parallel()
	wrong := settingsOf("LOG_LEVEL", "loud")
	for _, args := range []string{"token --help", "token -h", "token -help", "help token", "import dfe --help", "import --help", "version --help"} {
		var out output
		if err := run(t.Context(), strings.Fields(args), wrong, &out); !errors.Is(err, flag.ErrHelp) {
			t.Errorf("%s: %v", args, err)
		}
		if !strings.HasPrefix(out.String(), "Usage: peerchallenge ") || strings.Count(out.String(), "Usage:") != 1 {
			t.Errorf("%s says %s", args, &out)
		}
	}
	for _, args := range []string{"", "help", "-h", "--help"} {
		if said := must(t, wrong, strings.Fields(args)...); !strings.Contains(said, "Commands:") {
			t.Errorf("%q says %s", args, said)
		}
	}
	help := must(t, wrong, "help")
	for line := range strings.Lines(help) {
		if len(line) > 130 {
			t.Errorf("too long for a terminal: %s", line)
		}
	}
	if said := refused(t, settingsOf(), "migrate", "now"); said != `migrate takes no argument "now"; see peerchallenge migrate --help` {
		t.Error(said)
	}
}
