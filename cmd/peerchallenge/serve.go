package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus/collectors"

	"peerchallenge/pkg/auth"
	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/dfe"
	"peerchallenge/pkg/mail"
	"peerchallenge/pkg/postgres"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/server"
)

// grace is how long requests in flight may take when the program ends.
const grace = 20 * time.Second

func serve(ctx context.Context, args []string, cfg config, out io.Writer) error {
	flags := newFlags(out, "serve", "serve [--addr HOST:PORT]", `Serves the API until it is told to stop, by Ctrl-C or SIGTERM, and then finishes the requests in flight. The database must
be migrated (peerchallenge migrate) and have its data (peerchallenge import). The log goes to the standard error.`, settings...)
	flags.StringVar(&cfg.addr, "addr", cfg.addr, "`address` to listen on")
	if err := flags.parse(args); err != nil {
		return err
	}
	if err := errors.Join(cfg.needDatabase(), cfg.needIssuer()); err != nil {
		return err
	}
	listener, err := listen(cfg.addr)
	if err != nil {
		return err
	}
	app, err := open(ctx, cfg, cfg.logger, func(store *postgres.Store) error {
		// Not an error: the database may be migrated while this process waits.
		if outdated(ctx, store) {
			cfg.logger.Warn("not ready yet", "reason", errOutdated.Error())
		}
		if err := store.CheckUser(ctx, cfg.development); err != nil {
			return err
		}
		return warnOfOpenKeys(ctx, store, cfg)
	})
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer app.close()
	if err := app.serveInside(cfg.metricsAddr, cfg.logger, out); err != nil {
		return errors.Join(err, listener.Close())
	}
	fmt.Fprintf(out, "Listening on %s\n", listener.Addr())
	cfg.logger.Info("listening", "address", listener.Addr().String(), "issuer", cfg.issuer)
	err = app.server.Serve(ctx, listener, grace)
	cfg.logger.Info("stopped")
	return err
}

// listen takes the port first: nothing else is worth starting without it.
func listen(addr string) (net.Listener, error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be listened on: %w; choose another address with --addr HOST:PORT", addr, root(err))
	}
	return listener, nil
}

// app is everything that answers requests.
type app struct {
	store     *postgres.Store
	authority *auth.Authority // nil where it is off
	access    *auth.Access
	verifier  *auth.Verifier
	server    *server.Server
	inside    *http.Server // metrics and profiles; nil where they have no address of their own
	stop      context.CancelFunc
	working   sync.WaitGroup
}

// open wires the parts, each on those before it. prepare may change the database
// before anything reads it.
func open(ctx context.Context, cfg config, logger *slog.Logger, prepare func(*postgres.Store) error) (_ *app, err error) {
	a := &app{}
	defer func() {
		if err != nil {
			a.close()
		}
	}()
	mappings, err := cfg.mappings()
	if err != nil {
		return nil, err
	}
	ctx, a.stop = context.WithCancel(context.WithoutCancel(ctx))
	if a.store, err = openStore(ctx, cfg, logger); err != nil {
		return nil, err
	}
	if err := prepare(a.store); err != nil {
		return nil, err
	}
	a.access = auth.NewAccess(ctx, a.store, cfg.clock, logger)
	var published func(context.Context) ([]byte, error)
	var grant func(context.Context, programme.ClientProof) (programme.Grant, error)
	if cfg.builtIn {
		a.authority = auth.NewAuthority(a.store, cfg.issuer, cfg.audience, cfg.clock)
		published, grant = a.authority.JWKS, auth.NewClients(a.authority, a.access).Grant
	}
	if a.verifier, err = auth.NewVerifier(ctx, auth.Config{Issuers: cfg.issuers, Local: a.authority, Access: a.access, Clock: cfg.clock, Logger: logger}); err != nil {
		return nil, err
	}
	a.server, err = server.New(server.Config{
		Store: a.store, Verify: a.verifier.Verify, Examine: a.verifier.Examine, Subscriber: a.verifier.Subscriber, Keys: published, Grant: grant, Issuer: cfg.issuer, Clock: cfg.clock, Read: readBy(mappings), Settings: cfg.rules, Spool: cfg.spool, Logger: logger, CORSOrigins: cfg.origins,
		Proxies: cfg.proxies, Addresses: cfg.addresses, Limits: cfg.limits, Timeouts: cfg.timeouts, BaseURL: cfg.baseURL,
		MetricsElsewhere: cfg.metricsAddr != "",
		Collectors:       append(a.store.Collectors(), collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{})),
	})
	if err != nil {
		return nil, err
	}
	a.working.Go(func() { forget(ctx, a.store, logger) })
	a.working.Go(func() { keepTime(ctx, a.store, logger) })
	if cfg.mail != nil {
		sender, err := mail.New(*cfg.mail)
		if err != nil {
			return nil, err
		}
		a.working.Go(func() { sendLetters(ctx, a.store, sender.Send, logger) })
	}
	return a, nil
}

// close undoes open, in reverse.
func (a *app) close() {
	if a.stop != nil {
		a.stop()
	}
	if a.inside != nil {
		_ = a.inside.Close() // nobody waits for a metric
	}
	a.working.Wait()
	if a.verifier != nil {
		a.verifier.Close()
	}
	if a.access != nil {
		a.access.Close()
	}
	if a.store != nil {
		_ = a.store.Close()
	}
}

// serveInside serves the metrics and Go's profiles on the address, if there is one.
func (a *app) serveInside(addr string, logger *slog.Logger, out io.Writer) error {
	if addr == "" {
		return nil
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("PEERCHALLENGE_METRICS_ADDR is %s, which cannot be listened on: %w", addr, root(err))
	}
	a.inside = &http.Server{Handler: a.server.Inside(), ReadHeaderTimeout: 5 * time.Second, ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelWarn)}
	a.working.Go(func() {
		if err := a.inside.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			logger.Error("the metrics are served no longer", "error", err.Error())
		}
	})
	fmt.Fprintf(out, "Metrics on %s\n", listener.Addr())
	return nil
}

// forget removes every hour what has been kept for as long as it is to be.
func forget(ctx context.Context, store *postgres.Store, logger *slog.Logger) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Hour):
			forgetOnce(ctx, store, logger)
		}
	}
}

// forgetOnce removes the answers to idempotent requests whose day is over, and the
// people who left and the notes that have been kept for as long as the settings say.
func forgetOnce(ctx context.Context, store *postgres.Store, logger *slog.Logger) {
	if _, err := store.PurgeIdempotencyKeys(ctx); err != nil && ctx.Err() == nil {
		logger.Warn("old idempotency keys could not be removed", "error", err.Error())
	}
	if err := store.PurgeAccess(ctx); err != nil && ctx.Err() == nil {
		logger.Warn("assertions and revocations that have expired could not be removed", "error", err.Error())
	}
	erased, err := store.EraseOutlived(ctx)
	if err != nil && ctx.Err() == nil {
		logger.Warn("what has been kept long enough could not be removed", "error", err.Error())
	}
	if erased.Participants+erased.Notes > 0 {
		logger.Info("removed what has been kept long enough", "participants", erased.Participants, "notes", erased.Notes)
	}
}

// readBy answers what reads files that come over HTTP, as those at the terminal are read.
func readBy(mappings *dfe.Mappings) func(name, dataset string, source io.Reader, known benchmark.Known) (*benchmark.Import, error) {
	return func(name, dataset string, source io.Reader, known benchmark.Known) (*benchmark.Import, error) {
		return dfe.Read(name, source, known, dfe.Options{Mappings: mappings, Dataset: dataset})
	}
}
