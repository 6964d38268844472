package server

import (
	"bytes"
	"hash/maphash"
	"sync/atomic"

	"github.com/labstack/echo/v4"
	"github.com/maypok86/otter/v2"

	"peerchallenge/pkg/programme"
)

// answerKey names an answer that is alike for everyone who may ask for it. It
// holds the state and the day that the answer was made of, so that an old
// answer is never found again and needs no clearing.
type answerKey struct {
	generation int64
	today      programme.Date
	operation  string
	path       string // as it came: two spellings of one address may be two operations
	query      string
	format     format
}

// answers keeps encoded answers up to a number of bytes.
type answers struct {
	cache answerCache
	limit int
	asked [1 << 13]atomic.Uint64 // which keys were asked for last, by their sums
	seed  maphash.Seed
}

// answerCache is an interface although one type has it, otter's cache: as a member
// of the server's struct, that would be compiled again in every package that holds
// a server, which is two thirds of what main takes.
type answerCache interface {
	GetIfPresent(k answerKey) (*content, bool)
	Set(k answerKey, c *content) (*content, bool)
}

// askedBefore reports whether the key has been asked for not long ago. An answer is kept when
// it is asked for again: whoever takes all boroughs and periods once, as tools do in the
// morning, leaves what others ask every day where it is, and half a megabyte is not copied
// for nobody.
func (a *answers) askedBefore(k answerKey) bool {
	sum := maphash.Comparable(a.seed, k)
	return a.asked[sum%uint64(len(a.asked))].Swap(sum) == sum
}

func newAnswers(bytes int) *answers {
	return &answers{limit: bytes, seed: maphash.MakeSeed(), cache: otter.Must(&otter.Options[answerKey, *content]{
		MaximumWeight: uint64(bytes), // #nosec G115 -- a setting, and not negative
		Weigher: func(k answerKey, c *content) uint32 {
			return uint32(len(k.path) + len(k.query) + len(c.body)*5/4 + answerOverhead) // #nosec G115 -- an answer in memory has some megabytes
		},
	})}
}

// answerOverhead is about what an entry costs beside its text; its compressed
// form, if anybody wants it, is at most a quarter more.
const answerOverhead = 400

// remember answers a read from memory where it was answered before. It stands
// behind authorize: nobody gets from here what they could not ask for.
func (s *Server) remember(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		call := callIn(c)
		if call == nil || !call.alikeForAll() {
			return next(c)
		}
		key := answerKey{call.snapshot.Generation, call.today, call.op.ID, call.url.EscapedPath(), call.url.RawQuery, call.format}
		if known, ok := s.answers.cache.GetIfPresent(key); ok {
			return known.write(c.Response(), call, 200)
		}
		if !s.answers.askedBefore(key) {
			return next(c)
		}
		call.keep = func(made *content) {
			if len(made.body) < s.answers.limit/8 {
				made.body, made.buffer = bytes.Clone(made.body), nil // others will read it, and the buffer may be far larger
				s.answers.cache.Set(key, made)
			}
		}
		return next(c)
	}
}
