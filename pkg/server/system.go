package server

import (
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

// behindAfter is for how long what the days bring may be left undone. Whoever is behind
// answers all the same: what has not begun yet is late, and late is safe.
const behindAfter = 3 * time.Minute

// routeSystem serves what the contract tags as Service: by hand, because these
// answers are not JSON made of models.
func (s *Server) routeSystem(e *echo.Echo, metricsElsewhere bool) error {
	healthy := func(c echo.Context) error { return c.JSON(http.StatusOK, api.Health{Status: api.Ok}) }
	e.GET("/healthz", healthy)
	e.GET("/readyz", func(c echo.Context) error {
		if err := s.store.Ready(c.Request().Context()); err != nil {
			return err
		}
		if s.store.TimeBehind() > behindAfter {
			return c.JSON(http.StatusOK, api.Health{Status: api.Behind})
		}
		return healthy(c)
	})
	s.routeMetrics(e, metricsElsewhere)
	e.GET("/openapi.yaml", contractIn("application/yaml", func(f api.Forms) []byte { return f.YAML }))
	whole := contractIn("application/json", func(f api.Forms) []byte { return f.JSON })
	onlyJSON := contractIn("application/json", func(f api.Forms) []byte { return f.OnlyJSON })
	e.GET("/openapi.json", func(c echo.Context) error {
		if c.QueryParam("formats") == "json" {
			return onlyJSON(c)
		}
		return whole(c)
	})
	e.GET("/problems", func(c echo.Context) error { return explain(c, slices.Sorted(maps.Keys(problems))...) })
	e.GET("/problems/:code", func(c echo.Context) error {
		code := programme.Code(c.Param("code"))
		if _, known := problems[code]; !known {
			return notFound("There is no problem with this code.")
		}
		return explain(c, code)
	})
	e.GET("/.well-known/jwks.json", func(c echo.Context) error {
		keys, err := s.keys(c.Request().Context())
		if err == nil {
			s.lastKeys.Store(&keys)
		} else if last := s.lastKeys.Load(); last != nil { // whoever verifies tokens must be able to, with the database away too
			keys = *last
		} else {
			return err
		}
		c.Response().Header().Set("Cache-Control", "public, max-age=300")
		return c.JSONBlob(http.StatusOK, keys)
	})
	s.routeTokens(e)
	if err := s.routeStart(e); err != nil {
		return err
	}
	return s.routeDocs(e)
}

// contractIn serves the contract in one of its forms, made when somebody first asks: that
// takes a processor a second, which no start need wait for.
func contractIn(mime string, form func(api.Forms) []byte) echo.HandlerFunc {
	kept := sync.OnceValues(func() (*content, error) {
		forms, err := api.PublishedForms()
		return newContent(mime, form(forms)), err
	})
	return func(c echo.Context) error {
		text, err := kept()
		if err != nil {
			return err
		}
		return text.write(c.Response(), callIn(c), http.StatusOK)
	}
}

// explain answers what the problems mean, as a page or, for whom JSON says more, as
// JSON.
func explain(c echo.Context, codes ...programme.Code) error {
	kinds := api.ProblemKinds{Items: make([]api.ProblemKind, len(codes))}
	for i, code := range codes {
		p := problems[code]
		kinds.Items[i] = api.ProblemKind{Code: api.ProblemCode(code), Title: p.Title, Means: p.Means, Do: p.Do}
	}
	return pageOrJSON(c, "problems.html", kinds.Items, kinds)
}
