package server

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/semaphore"

	"peerchallenge/api"
	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// Store is everything that the server asks of the database. Each file declares
// its own part.
type Store interface {
	// Snapshot answers the present state of reference data and figures.
	Snapshot(ctx context.Context) (*benchmark.Snapshot, error)
	// Ready answers Unavailable while the service cannot do its work.
	Ready(ctx context.Context) error
	// TimeBehind answers for how long what the days bring has not been done.
	TimeBehind() time.Duration
	cursorStore
	filterStore
	includeStore
	placeStore
	idempotencyStore
	programmeStore
	priorityStore
	caveatStore
	targetStore
	subRegionStore
	membershipStore
	boroughStore
	authorityStore
	indicatorStore
	periodStore
	releaseStore
	peerChallengeStore
	peerChallengeGroupStore
	cycleStore
	groupingProposalStore
	rotaStore
	participantStore
	peerReviewStore
	peerReviewNoteStore
	preparationTaskStore
	findingStore
	impactStore
	wordsStore
	actionStore
	askOrOfferStore
	quarterStore
	extensionStore
	quarterSnapshotStore
	narrativeStore
	selfEvaluationCommentStore
	printedFiguresStore
	exceptionStore
	quarterFigureStore
	quarterHeatMapStore
	quarterPointStore
	quarterSnapshotChangeStore
	correctionWindowStore
	contactStore
	authorisationStore
	receiptStore
	selfEvaluationTemplateStore
	selfEvaluationStore
	reminderStore
	reminderAddressStore
	completenessStore
	eventStore
	milestoneStore
	benchmarkingSubmissionStore
	benchmarkingAcceptanceStore
	benchmarkingHistoryStore
	frameworkStore
	benchmarkingRuleStore
	apiClientStore
	readKeyStore
	calendarSubscriptionStore
	tokenRevocationStore
	changeStore
	auditStore
}

// Config is what a [Server] is made of. Store and Verify must be there, all else may
// be left out.
type Config struct {
	Store  Store
	Verify func(ctx context.Context, token string) (programme.Actor, error)
	Keys   func(ctx context.Context) ([]byte, error) // the built-in issuer's public keys, a JWKS; nil where it is off
	// Grant issues a token to a client that proves who it is; nil where the built-in
	// issuer is off. The error is [programme.ErrNoClient] where it does not.
	Grant func(ctx context.Context, proof programme.ClientProof) (programme.Grant, error)
	// Issuer is the built-in issuer's name, which is the service's own address.
	Issuer string
	// Examine answers what a token that is believed says, so that it can be ended.
	Examine func(ctx context.Context, token string) (programme.ExaminedToken, error)
	// Subscriber answers who reads a calendar at the address with the secret. The error is
	// [programme.ErrNoCalendar] where nobody does; where it is nil, nobody ever does.
	Subscriber func(ctx context.Context, secret string) (programme.Actor, error)
	Clock      func() time.Time // nil: time.Now
	// Read answers what a published file gives, by the dataset's mapping or, where that
	// is empty, by the one that its columns say. nil where no files are taken.
	Read func(name, dataset string, source io.Reader, known benchmark.Known) (*benchmark.Import, error)
	// Settings are the programme's own times; the zero value means the defaults.
	Settings programme.Settings
	Logger   *slog.Logger // nil: the default one
	// BaseURL is the address by which callers reach the service, without a slash at
	// its end; empty where nobody has said.
	BaseURL string
	// CORSOrigins may call from a browser; none where it is empty.
	CORSOrigins []string
	// Proxies are the networks whose X-Forwarded-For is believed; none where it is empty.
	Proxies []netip.Prefix
	// Addresses says how much of callers' addresses the log keeps; the zero value
	// means all.
	Addresses AddressForm
	// Limits bound how often one caller and one address may ask; the zero value bounds
	// nobody.
	Limits Limits
	// Timeouts bound how long somebody may take to send.
	Timeouts Timeouts
	// Spool bounds what is kept for slow readers of whole lists.
	Spool Spool
	// CacheBytes bounds the memory for encoded answers; 0 is 8 MiB.
	CacheBytes int
	// MetricsElsewhere takes the metrics off the public address: [Server.Inside] has them.
	MetricsElsewhere bool
	// Collectors add to the metrics, such as those of the database's pool.
	Collectors []prometheus.Collector
}

// Server answers the contract's operations over HTTP.
type Server struct {
	store      Store
	verify     func(ctx context.Context, token string) (programme.Actor, error)
	keys       func(ctx context.Context) ([]byte, error)
	grant      func(ctx context.Context, proof programme.ClientProof) (programme.Grant, error)
	examine    func(ctx context.Context, token string) (programme.ExaminedToken, error)
	subscriber func(ctx context.Context, secret string) (programme.Actor, error)
	issuer     string
	clock      func() time.Time
	read       func(name, dataset string, source io.Reader, known benchmark.Known) (*benchmark.Import, error)
	uploads    *semaphore.Weighted // one published file at a time
	tables     *semaphore.Weighted
	rules      programme.Settings
	log        *slog.Logger
	proxies    []netip.Prefix
	addresses  AddressForm
	contract   *contract
	answers    *answers
	lastMade   *lastMade
	spool      *spool
	admission  admission
	// perCaller and perAddress are nil where nothing is limited.
	perCaller   *limiter[callerKey]
	perAddress  *limiter[netip.Addr]
	perCalendar *limiter[calendarKey]
	metrics     *metrics
	guesses     guesses
	timeouts    Timeouts
	today       calendar
	door        door
	baseURL     string
	lastKeys    atomic.Pointer[[]byte] // of the built-in issuer, as they were last read
	cursorKey   atomic.Pointer[[]byte]
	echo        *echo.Echo
}

// New makes a server. It fails if contract, roles and routes do not agree.
func New(cfg Config) (*Server, error) {
	contract, err := loadContract()
	if err != nil {
		return nil, fmt.Errorf("openapi.yaml: %w", err)
	}
	cfg.CacheBytes = cmp.Or(cfg.CacheBytes, 8<<20)
	cfg.Settings = cfg.Settings.Or(programme.DefaultSettings)
	cfg.Logger = cmp.Or(cfg.Logger, slog.Default())
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	spool, err := newSpool(cfg.Spool, cfg.Logger)
	if err != nil {
		return nil, fmt.Errorf("no place for what readers of lists have not taken: %w", err)
	}
	if cfg.Subscriber == nil {
		cfg.Subscriber = func(context.Context, string) (programme.Actor, error) {
			return programme.Actor{}, programme.ErrNoCalendar
		}
	}
	if cfg.Keys == nil {
		cfg.Keys = func(context.Context) ([]byte, error) { return []byte(`{"keys":[]}`), nil }
	}
	s := &Server{
		store: cfg.Store, clock: cfg.Clock, log: cfg.Logger, rules: cfg.Settings,
		verify: cfg.Verify, keys: cfg.Keys, grant: cfg.Grant, examine: cfg.Examine, subscriber: cfg.Subscriber, issuer: cfg.Issuer,
		read: cfg.Read, uploads: semaphore.NewWeighted(1), tables: semaphore.NewWeighted(maxTables),
		contract: contract, answers: newAnswers(cfg.CacheBytes), lastMade: newLastMade(lastMadeBytes, cfg.Store), spool: spool, metrics: newMetrics(spool),
		admission: newAdmission(runtime.GOMAXPROCS(0)), guesses: newGuesses(cfg.Limits, cfg.Clock), timeouts: cfg.Timeouts.orDefaults(), door: newDoor(), today: calendar{rules: cfg.Settings}, echo: echo.New(),
		perCaller:   newLimiter[callerKey]("caller", cfg.Limits.PerCaller, cfg.Clock),
		perAddress:  newLimiter[netip.Addr]("address", cfg.Limits.PerAddress, cfg.Clock),
		perCalendar: newLimiter[calendarKey]("calendar", oneCalendarEach, cfg.Clock),
		proxies:     cfg.Proxies, addresses: cfg.Addresses, baseURL: cfg.BaseURL,
	}
	for _, c := range cfg.Collectors {
		if err := s.metrics.registry.Register(c); err != nil {
			return nil, err
		}
	}
	return s, s.route(cfg.CORSOrigins, cfg.MetricsElsewhere)
}

func (s *Server) route(origins []string, metricsElsewhere bool) error {
	e := s.echo
	e.HideBanner, e.HidePort = true, true
	e.Logger.SetOutput(noOutput{}) // everything worth saying goes through slog
	e.HTTPErrorHandler = s.writeProblem
	e.Binder = binder{}
	e.Use(s.observe)
	if len(origins) > 0 {
		e.Use(middleware.CORSWithConfig(middleware.CORSConfig{
			AllowOrigins:  origins,
			AllowMethods:  []string{http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodPut, http.MethodDelete},
			AllowHeaders:  []string{"Authorization", "Content-Type", "If-Match", "If-None-Match", "Idempotency-Key", headerReason, headerRequestID},
			ExposeHeaders: []string{"ETag", "Link", "Location", "Content-Disposition", "Idempotency-Replayed", headerRequestID, "Retry-After", "Accept-Patch", "RateLimit", "RateLimit-Policy"},
			MaxAge:        3600,
		}))
	}
	e.Use(s.limitAddresses, s.authorize, s.remember, s.validate, s.admit, s.unchanged)
	api.Register(e, s, s.eachState, s.once)
	if err := s.routeSystem(e, metricsElsewhere); err != nil {
		return err
	}
	routes := map[operationKey]bool{}
	for _, r := range e.Routes() {
		if r.Path != "/docs/*" { // scripts and styles of the documentation
			routes[operationKey{r.Method, r.Path}] = true
		}
	}
	return s.contract.checkRoutes(routes)
}

type noOutput struct{}

func (noOutput) Write(p []byte) (int, error) { return len(p), nil }

// ServeHTTP answers one request. HEAD is GET whose body net/http keeps back.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if len(r.TransferEncoding) > 0 {
		// Where a proxy and we might disagree about where a body ends, nothing may follow it
		// (RFC 9112, 6.1).
		w.Header().Set("Connection", "close")
	}
	if r.Method == http.MethodHead {
		r = r.Clone(r.Context())
		r.Method = http.MethodGet
	}
	s.echo.ServeHTTP(w, r)
	if r.ContentLength != 0 {
		// net/http takes the rest of a body before it sends a refusal. Who drips it, waits
		// no longer than that for what it has come to. A test's connection may have no deadlines.
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(leftover))
	}
}

// Serve answers requests until the context ends, then finishes those in flight,
// for which they have the given time.
func (s *Server) Serve(ctx context.Context, listener net.Listener, grace time.Duration) error {
	server := &http.Server{
		Handler: s, ReadHeaderTimeout: s.timeouts.Headers, ReadTimeout: time.Minute, WriteTimeout: 2 * requestTimeout, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(listened{listener, s}) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if err := server.Shutdown(ending); err != nil {
		return fmt.Errorf("requests were still in flight after %s: %w", grace, err)
	}
	return nil
}
