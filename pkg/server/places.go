package server

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/maypok86/otter/v2"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

type placeStore interface {
	// Places answers where the feed stands of the nouns: the same text twice means that
	// nothing of them changed between.
	Places(ctx context.Context, nouns []string) (string, error)
}

// includes says what each value of include adds to the nouns that a list is made of. A
// list that includes anything else is never remembered, and a test names the value.
var includes = map[string][]string{
	string(api.Steps):     {programme.EveryNoun},
	"peerChallenge":       {"peer-challenge"},
	"peerChallengeGroup":  {"peer-challenge", "peer-challenge-group"},
	"peerChallengeGroups": {"peer-challenge", "peer-challenge-group"},
	"peerReview":          {"finding", "participant", "peer-review"},
	"findingCount":        {"finding", "peer-challenge-group"},
	"openActionCount":     {"action", "finding", "peer-challenge-group"},
}

// lastMade remembers, up to a number of bytes, under which state the pages of lists
// were last made. While that is the present state, whoever still holds such a page is
// told so without it being made again. What has changed is never looked for: under
// another state nothing is known. See docs/adr/0035-an-unchanged-list-is-cheap.md.
type lastMade struct {
	store placeStore
	cache pageCache
}

// pageCache is otter's cache, which has one type only: see [answerCache].
type pageCache interface {
	GetIfPresent(k pageKey) (*pageMade, bool)
	Set(k pageKey, made *pageMade) (*pageMade, bool)
	CleanUp()
}

// pageKey is a page as one kind of caller asks for it. Two spellings of one question
// are two pages.
type pageKey struct{ who, path, query string }

// pageMade is what an answer was, and the state that it was made of.
type pageMade struct {
	etag   string
	packed bool // whether it has a compressed form
	pageState
}

// pageState is all that a page follows from beside the question, the caller and this
// build with its settings: reference data, the day, and where the feed stands of every
// noun in the page.
type pageState struct {
	generation int64
	today      programme.Date
	nouns      []string
	places     string
}

const (
	// lastMadeBytes are those of some ten thousand pages.
	lastMadeBytes = 4 << 20
	// pageOverhead is about what a page costs in memory beside its texts.
	pageOverhead = 300
)

func newLastMade(bytes int, store placeStore) *lastMade {
	return &lastMade{store: store, cache: otter.Must(&otter.Options[pageKey, *pageMade]{
		MaximumWeight: uint64(max(bytes, 0)), // #nosec G115 -- not negative
		Weigher: func(k pageKey, made *pageMade) uint32 {
			weight := len(k.who) + len(k.path) + len(k.query) + len(made.etag) + len(made.places) + pageOverhead
			for _, noun := range made.nouns {
				weight += len(noun) + 16
			}
			return uint32(weight) // #nosec G115 -- an address has some kilobytes
		},
	})}
}

// pageKey answers what the call asks for. Whom a token speaks for and what it may do
// decide what is in the page; whose token it is does not.
func (call *call) pageKey() pageKey {
	actor := call.actor
	who := strings.Join(append(actor.Names(), actor.Borough, names(actor.Roles), strconv.FormatBool(actor.ReadOnly), strconv.FormatBool(actor.OwnFigures), strings.Join(actor.Operations, " ")), "|")
	return pageKey{who, call.url.EscapedPath(), call.url.RawQuery}
}

// unchanged answers 304 to whoever holds the page that would be made now. It stands
// behind all that may refuse a request, but for what the page itself would ask.
func (s *Server) unchanged(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		call := callIn(c)
		if call == nil || call.ifNoneMatch == "" || call.snapshot == nil || call.op.Row == "" || call.op.fromSnapshot || call.format != formatJSON {
			return next(c)
		}
		made, known := s.lastMade.cache.GetIfPresent(call.pageKey())
		if !known || made.generation != call.snapshot.Generation || made.today != call.today || !call.has(made.etag) {
			return next(c)
		}
		places, err := s.store.Places(c.Request().Context(), made.nouns)
		if err != nil {
			return next(c) // which will meet the fault itself, if it lasts
		}
		if places != made.places {
			call.stands = pageState{call.snapshot.Generation, call.today, made.nouns, places}
			return next(c)
		}
		etag := made.etag
		if made.packed && call.acceptsGzip {
			etag += gzipTag
		}
		call.validated(c.Response().Header(), etag)
		return c.NoContent(http.StatusNotModified)
	}
}

// madeOf answers the nouns of everything that the page is made of, given those of the
// list; nil where nobody can know.
func (call *call) madeOf(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	nouns := slices.Clone(list)
	for _, included := range call.query["include"] {
		adds, known := includes[included]
		if !known {
			return nil
		}
		nouns = append(nouns, adds...)
	}
	for name, noun := range recordFilters {
		if call.query.Has(name) {
			nouns = append(nouns, noun)
		}
	}
	if slices.Contains(nouns, programme.EveryNoun) {
		return []string{programme.EveryNoun}
	}
	slices.Sort(nouns)
	return slices.Compact(nouns)
}

// before asks where the feed stands before the page is made, unless it has been asked
// in order to tell that the page has changed. Where that cannot be known, the page is
// not remembered; nor for whoever holds none, who may never ask for it again.
func (m *lastMade) before(ctx context.Context, call *call, list []string) pageState {
	if call.ifNoneMatch == "" || call.stands.nouns != nil {
		return call.stands
	}
	state := pageState{generation: call.snapshot.Generation, today: call.today, nouns: call.madeOf(list)}
	if state.nouns == nil {
		return state
	}
	places, err := m.store.Places(ctx, state.nouns)
	if err != nil {
		return pageState{}
	}
	state.places = places
	return state
}

// after remembers the page that has been made, if the feed stands where it stood: a
// page that was read while something changed may be of either state, or of both.
func (m *lastMade) after(ctx context.Context, call *call, state pageState) {
	if state.nouns == nil {
		return
	}
	places, err := m.store.Places(ctx, state.nouns)
	if err != nil || places != state.places {
		return
	}
	key := call.pageKey()
	call.keep = func(made *content) {
		m.cache.Set(key, &pageMade{etag: made.etag, packed: len(made.body) >= compressible, pageState: state})
	}
}
