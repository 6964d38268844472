package server

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"peerchallenge/pkg/benchmark"
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
		call := &call{op: op, contract: s.contract, url: request.URL, query: request.URL.Query(), made: func() {}, keep: func(*content) {}, lastMade: s.lastMade, store: s.store}
		call.format = wanted(op, call.query, request.Header)
		call.page = wantsPage(op, request.Header)
		call.acceptsGzip = acceptsGzip(request.Header)
		for _, list := range []string{"If-Match", "If-None-Match"} {
			if lines := request.Header[list]; len(lines) > 1 { // one list (RFC 9110, 5.3)
				request.Header[list] = []string{strings.Join(lines, ", ")}
			}
		}
		if request.Method == http.MethodGet || request.Method == http.MethodHead { // a PUT names by it that there is to be none
			call.ifNoneMatch = request.Header.Get("If-None-Match")
		}
		ctx, cancel := s.timeouts.bounded(context.WithValue(request.Context(), callKey{}, call), call)
		defer cancel()
		c.SetRequest(request.WithContext(ctx))
		if op.ID == bySecret {
			if err := s.subscribed(c, call); err != nil {
				return err
			}
			return next(c)
		}
		if op.Public {
			return next(c)
		}
		from := attempt{network: s.networkFrom(request)}
		if err := s.guesses.mayTry(c, from); err != nil {
			return err
		}
		actor, err := s.authenticate(ctx, request.Header.Get("Authorization"))
		s.guesses.tried(from, err)
		call.who = actor
		if err != nil {
			return err
		}
		if s.perCaller != nil {
			if err := s.perCaller.within(c, callerKey{actor.Issuer, actor.Subject, actor.Borough}); err != nil {
				return err
			}
		}
		if !actor.Is(op.Roles...) {
			return op.notFor
		}
		if err := machineMay(actor, op.ID, request.Method); err != nil {
			return err
		}
		actor.Request = requestID(c)
		call.today, call.rules = s.today.now(s.clock()), s.rules
		if call.snapshot, err = s.store.Snapshot(ctx); err != nil {
			return err
		}
		if call.actor, err = inProgramme(actor, call.snapshot, c); err != nil {
			return err
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
	if token = strings.TrimSpace(token); token != "" && strings.EqualFold(scheme, "Bearer") {
		return s.verify(ctx, token)
	}
	// Spreadsheets know nothing but Basic. A read key is its password, whatever the user
	// is called; a token is none, or people would write tokens where passwords are kept.
	if _, password, ok := basic(header); ok && strings.HasPrefix(password, string(programme.ReadKeyKind)) {
		return s.verify(ctx, password)
	}
	return programme.Actor{}, programme.Errorf(programme.Unauthenticated, programme.CodeNoToken, "This operation needs a bearer token in the Authorization header, or a read key there.")
}

// machineMay refuses what a machine is not registered for, whatever its role allows.
func machineMay(actor programme.Actor, operation, method string) error {
	switch {
	case actor.ReadOnly && method != http.MethodGet:
		return programme.Errorf(programme.Forbidden, programme.CodeReadOnly, "A read key reads, and writes nothing.")
	case len(actor.Operations) > 0 && !slices.Contains(actor.Operations, operation):
		return programme.Errorf(programme.Forbidden, programme.CodeOperationNotAllowed, "This client is registered for other operations than %s.", operation)
	}
	return nil
}

// inProgramme answers the actor as whom the call is made: for boroughs that are in
// the programme, and of several for the one that the path names. It is asked each
// time, because a token outlives the borough's part in the programme.
func inProgramme(actor programme.Actor, snapshot *benchmark.Snapshot, c echo.Context) (programme.Actor, error) {
	there := func(code string) bool { return snapshot.Borough(code) != nil }
	if len(actor.Boroughs) > 1 {
		// The list is shared with other calls.
		actor.Boroughs = slices.DeleteFunc(slices.Clone(actor.Boroughs), func(code string) bool { return !there(code) })
		actor = actor.For(c.Param("borough"))
	}
	if actor.Borough != "" && !there(actor.Borough) || actor.Borough == "" && len(actor.Boroughs) == 0 && slices.ContainsFunc(actor.Roles, programme.Role.OfBorough) {
		return actor, programme.Errorf(programme.Forbidden, programme.CodeUnknownBorough, "Your token speaks for a borough that the programme does not have.")
	}
	return actor, nil
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
