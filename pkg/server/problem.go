package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

// statuses are the HTTP statuses of the kinds of error.
var statuses = map[programme.Kind]int{
	programme.Internal:             http.StatusInternalServerError,
	programme.Malformed:            http.StatusBadRequest,
	programme.Unauthenticated:      http.StatusUnauthorized,
	programme.Forbidden:            http.StatusForbidden,
	programme.NotFound:             http.StatusNotFound,
	programme.Conflict:             http.StatusConflict,
	programme.Gone:                 http.StatusGone,
	programme.Stale:                http.StatusPreconditionFailed,
	programme.TooLarge:             http.StatusRequestEntityTooLarge,
	programme.Unsupported:          http.StatusUnsupportedMediaType,
	programme.Invalid:              http.StatusUnprocessableEntity,
	programme.PreconditionRequired: http.StatusPreconditionRequired,
	programme.TooMany:              http.StatusTooManyRequests,
	programme.Unavailable:          http.StatusServiceUnavailable,
}

func notFound(detail string) error {
	return programme.Errorf(programme.NotFound, programme.CodeNotFound, "%s", detail)
}

// writeProblem is the one place where an error becomes an answer. Echo may call
// it a second time, and a stream may break after its first byte: what is on its
// way cannot be taken back.
func (s *Server) writeProblem(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	if errors.Is(err, context.Canceled) && c.Request().Context().Err() != nil {
		c.Response().Status = statusClientClosed
		return
	}
	e := s.refusal(err, c)
	c.Set(problemCodeKey, string(e.Code))
	if c.Path() == tokenPath && c.Request().Method == http.MethodPost {
		_ = s.refuseToken(c, e) // who has gone does not read it
		return
	}
	problem := api.Problem{
		Type: problemAddress(e.Code), Title: problems[e.Code].Title, Status: statuses[e.Kind], Detail: e.Detail,
		Instance: requestID(c), Code: api.ProblemCode(e.Code), Errors: make([]api.Fault, 0, len(e.Faults)),
	}
	if e.Kind == methodNotAllowed {
		problem.Status = http.StatusMethodNotAllowed
		if allowed := c.Response().Header().Get("Allow"); strings.Contains(allowed, http.MethodGet) {
			c.Response().Header().Set("Allow", allowed+", "+http.MethodHead)
		}
	}
	for _, f := range listed(e.Faults) {
		problem.Errors = append(problem.Errors, faultWire(&f))
	}
	header := c.Response().Header()
	switch e.Kind {
	case programme.Unauthenticated:
		header["Www-Authenticate"] = challenges(e.Code)
	case programme.TooMany, programme.Unavailable:
		header.Set("Retry-After", retryAfter(e.Code))
	}
	header.Del("Link")
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Type", "application/problem+json")
	body, _ := json.Marshal(problem)
	c.Response().WriteHeader(problem.Status)
	_, _ = c.Response().Write(append(body, '\n')) // who has gone does not read it
}

func faultWire(f *programme.Fault) api.Fault {
	return api.Fault{
		Pointer: optional(f.Pointer), Parameter: optional(f.Parameter), Row: positive(f.Row), Column: optional(f.Column), Code: api.FaultCode(f.Code), Detail: f.Detail,
		Given: optional(f.Given), Count: positive(f.Count),
	}
}

// positive is a number that is not there where it is 0.
func positive(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}

const (
	// methodNotAllowed is no way in which the domain refuses, only HTTP.
	methodNotAllowed programme.Kind = -1
	// statusClientClosed is what the log says when nobody waits for an answer.
	statusClientClosed = 499
)

// refusal turns any error into one that the caller may read. What is not meant
// for callers is logged and becomes "internal".
func (s *Server) refusal(err error, c echo.Context) *programme.Error {
	if e, ok := errors.AsType[*programme.Error](err); ok {
		// A database that is not migrated yet is said once, at the start, not at each probe.
		if (e.Kind == programme.Internal || e.Kind == programme.Unavailable) && e.Code != programme.CodeNotReady {
			s.log.ErrorContext(c.Request().Context(), "request failed", "request", requestID(c), "error", err.Error())
		}
		return e
	}
	if h, ok := errors.AsType[*echo.HTTPError](err); ok {
		switch h.Code {
		case http.StatusNotFound:
			return programme.Errorf(programme.NotFound, programme.CodeNoSuchAddress, "There is nothing at this address.")
		case http.StatusMethodNotAllowed:
			return programme.Errorf(methodNotAllowed, programme.CodeMethodNotAllowed, "This address does not answer %s; the Allow header names what it does.", c.Request().Method)
		}
	}
	if errors.Is(err, context.DeadlineExceeded) {
		s.log.ErrorContext(c.Request().Context(), "request took too long", "request", requestID(c), "error", err.Error())
		return programme.Errorf(programme.Unavailable, programme.CodeTimeout, "The request took longer than the server allows.")
	}
	s.log.ErrorContext(c.Request().Context(), "request failed", "request", requestID(c), "error", err.Error())
	return programme.OwnFault(nil)
}

// challenges name the ways to authenticate, a header for each, and the fault of the
// token (RFC 6750); a request that brought none gets no error code. A spreadsheet asks
// for a password only where it reads Basic.
func challenges(code programme.Code) []string {
	bearer := `Bearer realm="peerchallenge"`
	if code != programme.CodeNoToken {
		bearer += `, error="invalid_token"`
	}
	return []string{bearer, `Basic realm="peerchallenge", charset="UTF-8"`}
}

// retryAfter is after how many seconds it is worth to try again.
func retryAfter(code programme.Code) string {
	if code == programme.CodeTooManyRequests || code == programme.CodeBusy {
		return "1"
	}
	return "5"
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// explained is what the page of a problem says.
type explained struct{ Title, Means, Do string }

// problemAddress is where the explanation of a problem is.
func problemAddress(code programme.Code) string { return "/problems/" + string(code) }
