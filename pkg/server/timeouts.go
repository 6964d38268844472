package server

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// Timeouts say for how long somebody may take to send. Who sends a byte now and then
// would otherwise hold a connection, and what belongs to it, for as long as they like.
// A zero value means that of [DefaultTimeouts].
type Timeouts struct {
	Headers time.Duration // until all of them are there
	Body    time.Duration // of JSON and forms, counted from where it is first read
	File    time.Duration // of a request that brings a file, its upload and its import included
}

// DefaultTimeouts are what the slowest connection of an office never comes near.
var DefaultTimeouts = Timeouts{Headers: 5 * time.Second, Body: requestTimeout - 5*time.Second, File: time.Minute}

// requestTimeout bounds every request that is not a stream and brings no file. What it
// does ends a little before, so that the answer is within it.
const (
	requestTimeout = 30 * time.Second
	timeToAnswer   = time.Second / 2
	leftover       = time.Second // for the rest of a body that nobody has asked for
)

func (t Timeouts) orDefaults() Timeouts {
	return Timeouts{cmp.Or(t.Headers, DefaultTimeouts.Headers), cmp.Or(t.Body, DefaultTimeouts.Body), cmp.Or(t.File, DefaultTimeouts.File)}
}

// bounded gives the request its time. A stream has it for each of its parts
// instead.
func (t Timeouts) bounded(ctx context.Context, c *call) (context.Context, context.CancelFunc) {
	if c.op.Body == nil && c.op.fileTypes != nil {
		return context.WithTimeout(ctx, t.File-timeToAnswer)
	}
	if c.format != formatJSON {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, requestTimeout-timeToAnswer)
}

// boundBody ends the connection of whoever has not sent the body in time.
func (t Timeouts) boundBody(c echo.Context) {
	// A test's connection may have no deadlines.
	_ = http.NewResponseController(c.Response()).SetReadDeadline(time.Now().Add(t.Body))
}
