package server

import (
	"net/http"
	"net/http/pprof"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Inside answers what is for those who run the service alone, on an address that
// nobody else reaches: the metrics, and Go's profiles.
func (s *Server) Inside() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", s.showMetrics())
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return mux
}

func (s *Server) showMetrics() http.Handler {
	return promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{})
}

// routeMetrics serves the metrics to the public, unless they have an address of
// their own.
func (s *Server) routeMetrics(e *echo.Echo, elsewhere bool) {
	show := echo.WrapHandler(s.showMetrics())
	if elsewhere {
		show = func(echo.Context) error { return echo.ErrNotFound }
	}
	e.GET("/metrics", show)
}
