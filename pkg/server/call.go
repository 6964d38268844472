package server

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// call is one request on its way through the server: what the contract says of
// it, who makes it, and the state that it is answered from.
type call struct {
	op          *operation
	actor       programme.Actor
	query       url.Values
	url         *url.URL
	body        []byte
	format      format
	acceptsGzip bool
	ifNoneMatch string
	snapshot    *benchmark.Snapshot // one state for the whole answer
	today       programme.Date      // in London
	rules       programme.Settings
	cursorKey   []byte         // what cursors are marked with; nil where there are none
	keep        func(*content) // for the next caller; does nothing where answers are not alike
}

// format is the form of an answer.
type format string

// The forms.
const (
	formatJSON   format = "application/json"
	formatCSV    format = "text/csv"
	formatNDJSON format = "application/x-ndjson"
)

type callKey struct{}

// callOf answers the call that the context belongs to.
func callOf(ctx context.Context) *call { return ctx.Value(callKey{}).(*call) }

// callIn answers the call of a request that the contract knows, or nil.
func callIn(c echo.Context) *call {
	call, _ := c.Request().Context().Value(callKey{}).(*call)
	return call
}

// has reports whether the caller still holds the answer with this ETag, in
// either encoding. If-None-Match compares weakly (RFC 9110, 13.1.2).
func (c *call) has(etag string) bool {
	if c.ifNoneMatch == "" {
		return false
	}
	for tag := range strings.SplitSeq(c.ifNoneMatch, ",") {
		tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
		if tag == "*" || len(tag) > 2 && strings.TrimSuffix(tag[1:len(tag)-1], gzipTag) == etag {
			return true
		}
	}
	return false
}

// wanted chooses the form of a list: the format parameter goes before Accept.
// An Accept that names nothing we have is answered in JSON, which every client
// of a JSON API reads.
func wanted(op *operation, query url.Values, header http.Header) format {
	if op.Row == "" {
		return formatJSON
	}
	switch query.Get("format") {
	case "json":
		return formatJSON
	case "csv":
		return formatCSV
	case "ndjson":
		return formatNDJSON
	}
	best, chosen := 0.0, formatJSON
	for accepted := range strings.SplitSeq(header.Get("Accept"), ",") {
		mediaType, weight := weighed(accepted)
		switch f := format(strings.ToLower(mediaType)); f {
		case formatJSON, formatCSV, formatNDJSON:
			if weight > best {
				best, chosen = weight, f
			}
		}
	}
	return chosen
}

// weighed reads one element of an Accept header: a name and its weight, which is
// 1 where none is given.
func weighed(element string) (name string, weight float64) {
	name, parameters, _ := strings.Cut(element, ";")
	weight = 1
	for parameter := range strings.SplitSeq(parameters, ";") {
		if text, is := strings.CutPrefix(strings.ToLower(strings.TrimSpace(parameter)), "q="); is {
			weight, _ = strconv.ParseFloat(text, 64) // what is no number counts as refused
		}
	}
	return strings.TrimSpace(name), weight
}

// acceptsGzip reads Accept-Encoding: gzip counts unless it is refused by q=0.
func acceptsGzip(header http.Header) bool {
	for accepted := range strings.SplitSeq(header.Get("Accept-Encoding"), ",") {
		if name, weight := weighed(accepted); strings.EqualFold(name, "gzip") {
			return weight > 0
		}
	}
	return false
}
