package main

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"peerchallenge/pkg/auth"
	"peerchallenge/pkg/mail"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/server"
)

// config is the environment, read once and checked whole.
type config struct {
	databaseURL string
	apiPassword string // of the user that migrate makes for serve
	addr        string
	metricsAddr string // of metrics and profiles; empty: the metrics are on addr
	baseURL     string // by which callers reach the service; empty where nobody said
	issuer      string // name of the built-in issuer, the same for every command
	audience    string
	builtIn     bool // whether the built-in issuer's tokens are believed
	development bool // whether the database's user may be a superuser or the owner
	issuers     []auth.Issuer
	sealing     [][]byte // the keys that seal the service's own, the present one first
	limits      server.Limits
	timeouts    server.Timeouts
	origins     []string
	proxies     []netip.Prefix
	addresses   server.AddressForm // in the log
	rules       programme.Settings
	mail        *mail.Config // nil: reminders are not sent by e-mail
	mailLink    string       // of a return, in reminders
	spool       server.Spool
	// mappingsFolder holds mappings of published files beside the program's, which are
	// read by the commands that need them.
	mappingsFolder string
	logger         *slog.Logger
	quiet          *slog.Logger // for who sits at a terminal: a demo's, and that of commands that end by themselves
	clock          func() time.Time
}

func readConfig(env func(string) string) (config, error) {
	cfg := config{
		databaseURL:    env("DATABASE_URL"),
		apiPassword:    env("PEERCHALLENGE_API_PASSWORD"),
		addr:           cmp.Or(env("PEERCHALLENGE_ADDR"), "127.0.0.1:8080"),
		metricsAddr:    env("PEERCHALLENGE_METRICS_ADDR"),
		baseURL:        strings.TrimSuffix(env("PEERCHALLENGE_BASE_URL"), "/"),
		audience:       cmp.Or(env("PEERCHALLENGE_AUDIENCE"), "peerchallenge"),
		mappingsFolder: env("PEERCHALLENGE_MAPPINGS"),
		clock:          func() time.Time { return time.Now().UTC().Truncate(time.Microsecond) },
	}
	for origin := range strings.SplitSeq(env("PEERCHALLENGE_CORS_ORIGINS"), ",") {
		if origin = strings.TrimSpace(origin); origin != "" {
			cfg.origins = append(cfg.origins, origin)
		}
	}
	// Not the address of --addr: what the token command issues must be good for
	// every service on the database.
	cfg.issuer = cmp.Or(cfg.baseURL, "http://"+cfg.addr)
	var faults []error
	for _, choice := range []struct {
		name, usual string
		into        *bool
	}{
		{"PEERCHALLENGE_BUILTIN_ISSUER", "on", &cfg.builtIn},
		{"PEERCHALLENGE_DEVELOPMENT", "off", &cfg.development},
	} {
		text := cmp.Or(env(choice.name), choice.usual)
		if text != "on" && text != "off" {
			faults = append(faults, fmt.Errorf("%s is %q, not on or off", choice.name, text))
		}
		*choice.into = text == "on"
	}
	for network := range strings.SplitSeq(env("PEERCHALLENGE_TRUSTED_PROXIES"), ",") {
		if network = strings.TrimSpace(network); network == "" {
			continue
		}
		prefix, err := netip.ParsePrefix(network)
		if err != nil {
			faults = append(faults, fmt.Errorf("PEERCHALLENGE_TRUSTED_PROXIES names %q, not a network such as 10.0.0.0/8 or 2001:db8::/32", network))
		}
		cfg.proxies = append(cfg.proxies, prefix)
	}
	cfg.addresses = server.AddressForm(cmp.Or(env("PEERCHALLENGE_LOG_ADDRESSES"), string(server.WholeAddresses)))
	if !slices.Contains([]server.AddressForm{server.WholeAddresses, server.ShortAddresses, server.NoAddresses}, cfg.addresses) {
		faults = append(faults, fmt.Errorf("PEERCHALLENGE_LOG_ADDRESSES is %q, not full, short or none", string(cfg.addresses)))
	}
	if cfg.baseURL != "" && !isWebAddress(cfg.baseURL, true) {
		faults = append(faults, fmt.Errorf("PEERCHALLENGE_BASE_URL is %q, not an address such as https://api.example.org", cfg.baseURL))
	}
	for _, origin := range cfg.origins {
		if origin != "*" && !isWebAddress(origin, false) {
			faults = append(faults, fmt.Errorf("PEERCHALLENGE_CORS_ORIGINS names %q, not an origin such as https://app.example.org", origin))
		}
	}
	cfg.limits = server.DefaultLimits
	var callerMiB, totalMiB, headers, body, file int
	for _, number := range []struct {
		name        string
		into        *int
		least, most int
	}{
		{"PEERCHALLENGE_STALLED_DAYS", &cfg.rules.StalledDays, 1, 36500},
		{"PEERCHALLENGE_RETENTION_PARTICIPANTS_MONTHS", &cfg.rules.ParticipantsKeptMonths, 0, 1200},
		{"PEERCHALLENGE_RETENTION_NOTES_MONTHS", &cfg.rules.NotesKeptMonths, 0, 1200},
		{"PEERCHALLENGE_SPOOL_CALLER_MIB", &callerMiB, 1, 1 << 20},
		{"PEERCHALLENGE_SPOOL_TOTAL_MIB", &totalMiB, 1, 1 << 20},
		{"PEERCHALLENGE_LIMIT_CALLER", &cfg.limits.PerCaller, 0, 1 << 20},
		{"PEERCHALLENGE_LIMIT_ADDRESS", &cfg.limits.PerAddress, 0, 1 << 20},
		{"PEERCHALLENGE_LIMIT_GUESSES_ADDRESS", &cfg.limits.GuessesPerAddress, 0, 1 << 20},
		{"PEERCHALLENGE_LIMIT_GUESSES_CLIENT", &cfg.limits.GuessesPerClient, 0, 1 << 20},
		{"PEERCHALLENGE_TIMEOUT_HEADERS_SECONDS", &headers, 1, 60},
		{"PEERCHALLENGE_TIMEOUT_BODY_SECONDS", &body, 1, 25}, // a request has 30
		{"PEERCHALLENGE_TIMEOUT_FILE_SECONDS", &file, 1, 3600},
	} {
		text := env(number.name)
		if text == "" {
			continue // its default holds
		}
		var err error
		if *number.into, err = strconv.Atoi(text); err != nil || *number.into < number.least || *number.into > number.most {
			faults = append(faults, fmt.Errorf("%s is %q, not a whole number from %d to %d", number.name, text, number.least, number.most))
		}
	}
	seconds := func(n int) time.Duration { return time.Duration(n) * time.Second }
	cfg.timeouts = server.Timeouts{Headers: seconds(headers), Body: seconds(body), File: seconds(file)}
	cfg.spool = server.Spool{Folder: env("PEERCHALLENGE_SPOOL_DIR"), PerCaller: int64(callerMiB) << 20, InAll: int64(totalMiB) << 20}
	if name := env("PEERCHALLENGE_ZONE"); name != "" {
		zone, err := time.LoadLocation(name)
		if err != nil || name == "Local" { // which is another on every machine
			faults = append(faults, fmt.Errorf("PEERCHALLENGE_ZONE is %q, not a time zone such as Europe/London", name))
		}
		cfg.rules.Zone = zone
	}
	level, quiet := slog.LevelInfo, slog.LevelError
	if text := env("LOG_LEVEL"); text != "" {
		if err := level.UnmarshalText([]byte(text)); err != nil {
			faults = append(faults, fmt.Errorf("LOG_LEVEL is %q, not debug, info, warn or error", text))
		}
		quiet = level
	}
	cfg.logger = slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
	cfg.quiet = slog.New(terminal{out: os.Stderr, level: quiet})
	sealing, err := readSealingKeys(env)
	if err != nil {
		faults = append(faults, err)
	}
	cfg.sealing = sealing
	if cfg.mail, err = readMail(env, cfg.clock); err != nil {
		faults = append(faults, err)
	}
	cfg.mailLink = cmp.Or(env("PEERCHALLENGE_MAIL_LINK"), cfg.issuer+"/v1/boroughs/{borough}/benchmarking-submissions/{quarter}")
	issuers, err := auth.ParseIssuers(env("PEERCHALLENGE_ISSUERS"))
	if err != nil {
		faults = append(faults, fmt.Errorf("PEERCHALLENGE_ISSUERS: %s", describe(err)))
	}
	cfg.issuers = issuers
	return cfg, errors.Join(faults...)
}

// needDatabase refuses to go on without one.
func (c config) needDatabase() error {
	if c.databaseURL == "" {
		return errors.New("DATABASE_URL is not set; it names the PostgreSQL to use, postgres://user:password@host/database")
	}
	return nil
}

// leadTrusted answers whom this process believes that somebody is a lead of a borough.
func (c config) leadTrusted() func(issuer, borough string) bool {
	if c.builtIn {
		return auth.LeadsTrusted(c.issuers, c.issuer)
	}
	return auth.LeadsTrusted(c.issuers, "")
}

// needIssuer refuses to serve nobody.
func (c config) needIssuer() error {
	if !c.builtIn && len(c.issuers) == 0 {
		return errors.New("PEERCHALLENGE_BUILTIN_ISSUER is off and PEERCHALLENGE_ISSUERS names no other, so that nobody could call: name one, or switch it on")
	}
	return nil
}

// needBuiltIn refuses to issue tokens that no service would believe.
func (c config) needBuiltIn() error {
	if !c.builtIn {
		return errors.New("PEERCHALLENGE_BUILTIN_ISSUER is off, so that its tokens are refused: get one from an issuer that PEERCHALLENGE_ISSUERS names")
	}
	return nil
}

// isWebAddress reports whether the text is an absolute address of the web. An
// origin (RFC 6454) is one without a path.
func isWebAddress(text string, path bool) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && u.User == nil &&
		(path || u.Path == "") && !strings.ContainsAny(text, "?#")
}
