package server

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
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
	contract    *contract
	actor       programme.Actor // who may call the operation
	who         programme.Actor // whose token it is, for the log; also of somebody who is refused
	query       url.Values
	url         *url.URL
	body        []byte
	file        *upload // the body, where that is a file
	format      format
	page        bool // the answer is wanted as a page, and can be one
	acceptsGzip bool
	ifNoneMatch string
	states      []int64             // that If-Match names
	snapshot    *benchmark.Snapshot // one state for the whole answer
	today       programme.Date      // in the programme's zone
	rules       programme.Settings
	within      bool           // what is made is included in the answer about something else
	cursorKey   []byte         // what cursors are marked with; nil where there are none
	lists       *lists         // of the caller, where this is one of them
	made        func()         // makes room for others, as soon as the database has done its part
	keep        func(*content) // remembers what was made; does nothing where that is no use
	lastMade    *lastMade      // pages of lists
	stands      pageState      // of the page, where that was asked already
	// unsuppressed says that the answer has true figures of all boroughs: its name says so,
	// nobody keeps it, and its ETag is chance.
	unsuppressed bool
	store        filterStore
}

// boroughsIn answers the codes of the boroughs that are in the sub-region today.
func (c *call) boroughsIn(slug string) []string {
	codes := []string{}
	for _, b := range c.snapshot.Boroughs {
		if programme.SubRegionOn(c.snapshot.Memberships, b.Code, c.today) == slug {
			codes = append(codes, b.Code)
		}
	}
	return codes
}

// periodName answers what people call the quarter or the period with the code.
func (c *call) periodName(code string) string {
	if p := c.snapshot.Period(code); p != nil {
		return p.Name()
	}
	if p, err := benchmark.ParsePeriod(code); err == nil {
		return p.Name()
	}
	return code
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
	if c.ifNoneMatch == "" || c.unsuppressed {
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

// wantsPage reports whether the caller would rather have a page than data.
func wantsPage(op *operation, header http.Header) bool {
	accept := strings.Join(header.Values("Accept"), ",")
	return op.paged && acceptance(accept, "text/html").compare(acceptance(accept, formatJSON)) > 0
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
	chosen, best := formatJSON, accepted{}
	accept := strings.Join(header.Values("Accept"), ",")
	for _, f := range []format{formatJSON, formatCSV, formatNDJSON} {
		if a := acceptance(accept, f); a.compare(best) > 0 {
			chosen, best = f, a
		}
	}
	return chosen
}

// accepted is how a header admits a form: with what weight, how exactly it names it
// (not at all, as */*, as text/* or by name), and how far from the header's end.
type accepted struct {
	weight       float64
	exact, early int
}

// compare puts the heavier first, of equals what is named more exactly, and of those
// what comes earlier. What has no weight is refused, and equal to nothing.
func (a accepted) compare(b accepted) int {
	if a.weight == 0 && b.weight == 0 {
		return 0
	}
	return cmp.Or(cmp.Compare(a.weight, b.weight), cmp.Compare(a.exact, b.exact), cmp.Compare(a.early, b.early))
}

// acceptance reads what an Accept header says of a form. The range that names it
// most exactly counts, whatever the others say (RFC 9110, 12.5.1).
func acceptance(header string, f format) accepted {
	var found accepted
	ranges := strings.Split(header, ",")
	group, _, _ := strings.Cut(string(f), "/")
	for i, element := range ranges {
		name, weight := weighed(element)
		exact := 1 + slices.Index([]string{"*/*", group + "/*", string(f)}, strings.ToLower(name))
		if exact > found.exact {
			found = accepted{weight, exact, len(ranges) - i}
		}
	}
	return found
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
