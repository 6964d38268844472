package server

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
)

const headerRequestID = "X-Request-Id"

// A request id that the caller brings is kept, if it cannot break a log line.
var requestIDs = regexp.MustCompile(`^[A-Za-z0-9._-]{8,64}$`)

const requestIDKey = "request id"

// requestID is the id under which the log knows the request.
func requestID(c echo.Context) string {
	id, _ := c.Get(requestIDKey).(string)
	return id
}

// metrics count what the server does. They carry no personal data: an
// operation's name, never a path.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	inFlight prometheus.Gauge
}

func newMetrics(spool *spool) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "http_request_duration_seconds",
			Help:    "Time from the request's arrival to the end of its answer, by operation and status.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"operation", "status"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "http_requests_in_flight", Help: "Requests that are being answered.",
		}),
	}
	m.registry.MustRegister(m.requests, m.inFlight, spoolCollector{spool})
	return m
}

// observe is the outermost layer: it names the request, bounds it, catches its
// panics, writes its problem, and leaves one log line and one measurement.
func (s *Server) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := time.Now()
		s.metrics.inFlight.Inc()
		defer s.metrics.inFlight.Dec()

		request := c.Request()
		id := request.Header.Get(headerRequestID)
		if !requestIDs.MatchString(id) {
			id = uuid.Must(uuid.NewV7()).String()
		}
		c.Set(requestIDKey, id)
		header := c.Response().Header()
		header.Set(headerRequestID, id)
		header["X-Content-Type-Options"] = noSniff

		err := s.caught(next, c)
		broken := errors.Is(err, http.ErrAbortHandler)
		if err != nil && !broken {
			s.writeProblem(err, c)
		}
		s.record(c, id, time.Since(start), broken)
		if broken {
			panic(http.ErrAbortHandler) // tells net/http to cut the connection
		}
		return nil
	}
}

var noSniff = []string{"nosniff"}

// caught turns a panic into an error. What is half-written stays broken.
func (s *Server) caught(next echo.HandlerFunc, c echo.Context) (err error) {
	defer func() {
		switch fault := recover().(type) {
		case nil:
		case error:
			if errors.Is(fault, http.ErrAbortHandler) {
				err = fault
				return
			}
			err = panicked(c, fault)
		default:
			err = panicked(c, fmt.Errorf("%v", fault))
		}
	}()
	return next(c)
}

func panicked(c echo.Context, fault error) error {
	if c.Response().Committed {
		return http.ErrAbortHandler
	}
	return fmt.Errorf("panic: %w\n%s", fault, debug.Stack())
}

func (s *Server) record(c echo.Context, id string, took time.Duration, broken bool) {
	name, status := "none", c.Response().Status
	if call := callIn(c); call != nil {
		name = call.op.ID
	}
	s.metrics.requests.WithLabelValues(name, strconv.Itoa(status)).Observe(took.Seconds())
	level := slog.LevelInfo
	if status >= http.StatusInternalServerError || broken {
		level = slog.LevelError
	}
	ctx := c.Request().Context()
	if !s.log.Enabled(ctx, level) {
		return
	}
	s.log.LogAttrs(ctx, level, "request", append([]slog.Attr{
		slog.String("request", id), slog.String("operation", name), slog.String("method", shownMethod(c.Request().Method)),
		slog.Int("status", status), slog.Int64("bytes", c.Response().Size), slog.Duration("took", took), slog.Bool("broken", broken),
	}, s.logged(c)...)...)
}
