package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"peerchallenge/pkg/auth"
	"peerchallenge/pkg/programme"
)

// settings is the part of every help text that names the environment.
const settings = `  DATABASE_URL                PostgreSQL to use, postgres://user:password@host/database
  PEERCHALLENGE_ADDR          address to listen on (127.0.0.1:8080)
  PEERCHALLENGE_BASE_URL      address by which callers reach the service; the built-in issuer's name (http://ADDR)
  PEERCHALLENGE_AUDIENCE      what the aud of tokens must name (peerchallenge)
  PEERCHALLENGE_ISSUERS       other issuers to trust, a JSON list: [{"issuer":"https://...","audience":"..."}]
  PEERCHALLENGE_CORS_ORIGINS  web origins that may call, separated by commas
  LOG_LEVEL                   debug, info, warn or error (info)
`

// config is the environment, read once and checked whole.
type config struct {
	databaseURL string
	addr        string
	baseURL     string
	audience    string
	issuers     []auth.Issuer
	origins     []string
	logger      *slog.Logger
	quiet       *slog.Logger // what a demo logs, where LOG_LEVEL does not say
	clock       func() time.Time
}

func readConfig(env func(string) string) (config, error) {
	cfg := config{
		databaseURL: env("DATABASE_URL"),
		addr:        or(env("PEERCHALLENGE_ADDR"), "127.0.0.1:8080"),
		baseURL:     strings.TrimSuffix(env("PEERCHALLENGE_BASE_URL"), "/"),
		audience:    or(env("PEERCHALLENGE_AUDIENCE"), "peerchallenge"),
		clock:       func() time.Time { return time.Now().UTC().Truncate(time.Microsecond) },
	}
	for origin := range strings.SplitSeq(env("PEERCHALLENGE_CORS_ORIGINS"), ",") {
		if origin = strings.TrimSpace(origin); origin != "" {
			cfg.origins = append(cfg.origins, origin)
		}
	}
	var faults []error
	level, quiet := slog.LevelInfo, slog.LevelWarn
	if text := env("LOG_LEVEL"); text != "" {
		if err := level.UnmarshalText([]byte(text)); err != nil {
			faults = append(faults, fmt.Errorf("LOG_LEVEL is %q, not debug, info, warn or error", text))
		}
		quiet = level
	}
	cfg.logger, cfg.quiet = jsonLogger(level), jsonLogger(quiet)
	issuers, err := auth.ParseIssuers(env("PEERCHALLENGE_ISSUERS"))
	if err != nil {
		faults = append(faults, fmt.Errorf("PEERCHALLENGE_ISSUERS: %s", describe(err)))
	}
	cfg.issuers = issuers
	return cfg, errors.Join(faults...)
}

func jsonLogger(level slog.Level) *slog.Logger {
	return slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
}

// needDatabase refuses to go on without one.
func (c config) needDatabase() error {
	if c.databaseURL == "" {
		return errors.New("DATABASE_URL is not set; it names the PostgreSQL to use, postgres://user:password@host/database")
	}
	return nil
}

// issuer is the name of the built-in issuer.
func (c config) issuer() string { return or(c.baseURL, "http://"+c.addr) }

func or(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}

// describe says an error to the person at the terminal, every fault on a line
// of its own.
func describe(err error) string {
	var e *programme.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	var text strings.Builder
	text.WriteString(e.Detail)
	if cause := errors.Unwrap(e); cause != nil {
		text.WriteString(" (" + cause.Error() + ")")
	}
	for _, f := range e.Faults {
		text.WriteString("\n  ")
		if f.File != "" {
			fmt.Fprintf(&text, "%s: ", f.File)
		}
		if f.Row > 0 {
			fmt.Fprintf(&text, "row %d: ", f.Row)
		}
		if place := or(f.Column, or(f.Pointer, f.Parameter)); place != "" {
			fmt.Fprintf(&text, "%s: ", place)
		}
		text.WriteString(f.Detail)
	}
	return text.String()
}
