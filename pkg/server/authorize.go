package server

import (
	"context"
	"strings"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"peerchallenge/pkg/programme"
)

// authorize is the one place that asks whether this caller may call this
// operation. What the contract does not grant is refused.
func (s *Server) authorize(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		request := c.Request()
		op := s.contract.operations[operationKey{request.Method, c.Path()}]
		if op == nil {
			return next(c) // no such address or method, or an asset of the documentation
		}
		call := &call{op: op, url: request.URL, query: request.URL.Query(), keep: func(*content) {}}
		call.format = wanted(op, call.query, request.Header)
		call.acceptsGzip = acceptsGzip(request.Header)
		for _, list := range []string{"If-Match", "If-None-Match"} {
			if lines := request.Header[list]; len(lines) > 1 { // one list (RFC 9110, 5.3)
				request.Header[list] = []string{strings.Join(lines, ", ")}
			}
		}
		call.ifNoneMatch = request.Header.Get("If-None-Match")
		ctx, cancel := bounded(context.WithValue(request.Context(), callKey{}, call), call)
		defer cancel()
		c.SetRequest(request.WithContext(ctx))
		if op.Public {
			return next(c)
		}
		actor, err := s.authenticate(ctx, request.Header.Get("Authorization"))
		call.who = actor
		if err != nil {
			return err
		}
		if !actor.Is(op.Roles...) {
			return programme.Errorf(programme.Forbidden, programme.CodeRole, "Your roles do not allow this operation; it is open to: %s.", names(op.Roles))
		}
		actor.Request = requestID(c)
		call.actor, call.today, call.rules = actor, s.today.now(s.clock()), s.rules
		if call.snapshot, err = s.store.Snapshot(ctx); err != nil {
			return err
		}
		// Asked each time: a token outlives the borough's part in the programme.
		if actor.Borough != "" && call.snapshot.Borough(actor.Borough) == nil {
			return programme.Errorf(programme.Forbidden, programme.CodeUnknownBorough, "Your token speaks for a borough that the programme does not have.")
		}
		if call.format != formatJSON {
			var leave func()
			if call.lists, leave, err = s.spool.enter(ctx, actor); err != nil {
				return err
			}
			defer leave()
		}
		if op.query["cursor"] {
			if call.cursorKey, err = s.keyOfCursors(ctx); err != nil {
				return err
			}
		}
		return next(c)
	}
}

func (s *Server) authenticate(ctx context.Context, header string) (programme.Actor, error) {
	scheme, token, _ := strings.Cut(header, " ")
	if token = strings.TrimSpace(token); token == "" || !strings.EqualFold(scheme, "Bearer") {
		return programme.Actor{}, programme.Errorf(programme.Unauthenticated, programme.CodeNoToken, "This operation needs a bearer token in the Authorization header.")
	}
	return s.verify(ctx, token)
}

func names(roles []programme.Role) string {
	words := make([]string, len(roles))
	for i, role := range roles {
		words[i] = string(role)
	}
	return strings.Join(words, ", ")
}

// calendar knows what day it is, and asks the time zone only when a quarter of an
// hour has passed: there are zones whose days begin at none of UTC's full hours.
type calendar struct {
	rules programme.Settings
	known atomic.Pointer[day]
}

type day struct {
	quarter int64
	date    programme.Date
}

func (c *calendar) now(t time.Time) programme.Date {
	quarter := t.Unix() / 900
	if d := c.known.Load(); d != nil && d.quarter == quarter {
		return d.date
	}
	d := &day{quarter: quarter, date: c.rules.Today(t)}
	c.known.Store(d)
	return d.date
}
