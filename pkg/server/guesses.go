package server

import (
	"encoding/base64"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-json"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/maypok86/otter/v2"

	"peerchallenge/pkg/programme"
)

// guesses count failed sign-ins of each address and as each client. Whoever has had too
// many is refused before anything is compared or verified. Attempts that are made at
// the same moment are all looked at, so that there may be as many more.
type guesses struct {
	byAddress *limiter[netip.Addr] // nil where nothing is limited
	byClient  *limiter[uuid.UUID]  // nil where nothing is limited
	// places are where clients have signed in from. From there they go on, or anybody who
	// knows a client's id could keep it out.
	places attemptCache
}

// attempt is to sign in from an address, as a client or, with a zero id, with something
// that names none.
type attempt struct {
	client  uuid.UUID
	network netip.Addr
}

// attemptCache is otter's cache, which has one type only: see [answerCache].
type attemptCache interface {
	GetIfPresent(key attempt) (struct{}, bool)
	Set(key attempt, value struct{}) (struct{}, bool)
}

func newGuesses(limits Limits, clock func() time.Time) guesses {
	return guesses{
		newLimiter[netip.Addr]("guesses-address", limits.GuessesPerAddress, clock), newLimiter[uuid.UUID]("guesses-client", limits.GuessesPerClient, clock),
		otter.Must(&otter.Options[attempt, struct{}]{MaximumSize: keptBuckets}),
	}
}

// mayTry refuses whoever has failed too often.
func (g *guesses) mayTry(c echo.Context, a attempt) error {
	if err := g.byAddress.refuseSpent(c, a.network); err != nil {
		return err
	}
	if _, known := g.places.GetIfPresent(a); known || a.client == uuid.Nil {
		return nil
	}
	return g.byClient.refuseSpent(c, a.client)
}

// tried learns from what came of it.
func (g *guesses) tried(a attempt, err error) {
	if err == nil && a.client != uuid.Nil {
		g.places.Set(a, struct{}{})
	}
	if !isGuess(err) {
		return
	}
	g.byAddress.count(a.network)
	if a.client != uuid.Nil {
		g.byClient.count(a.client)
	}
}

// outlived are refusals of what was good once: a dashboard that goes on asking with it
// guesses nothing, and others are behind its address.
var outlived = []programme.Code{programme.CodeNoToken, programme.CodeTokenExpired, programme.CodeTokenNotYetValid, programme.CodeTokenRevoked, programme.CodeClientEnded}

func isGuess(err error) bool {
	e, ok := errors.AsType[*programme.Error](err)
	return errors.Is(err, programme.ErrNoClient) || ok && e.Kind == programme.Unauthenticated && !slices.Contains(outlived, e.Code)
}

// refuseSpent answers an error where nothing is left of what may be counted.
func (l *limiter[K]) refuseSpent(c echo.Context, key K) error {
	if l == nil {
		return nil
	}
	bucket, ok := l.cache.GetIfPresent(key)
	if !ok || bucket.TokensAt(l.clock()) >= 1 {
		return nil
	}
	l.tell(c, 0)
	return programme.Errorf(programme.TooMany, programme.CodeTooManyRequests, "More than %d sign-ins a second have failed.", l.each)
}

func (l *limiter[K]) count(key K) {
	if l != nil {
		l.take(key, l.clock())
	}
}

// clientClaimed is the client that somebody says to be, without a proof; the zero value
// where that can be no client.
func clientClaimed(proof programme.ClientProof) uuid.UUID {
	name := proof.ID
	if parts := strings.Split(proof.Assertion, "."); name == "" && len(parts) == 3 {
		var claims struct {
			Subject string `json:"sub"`
		}
		if text, err := base64.RawURLEncoding.DecodeString(parts[1]); err == nil && json.Unmarshal(text, &claims) == nil {
			name = claims.Subject
		}
	}
	id, err := uuid.Parse(name)
	if err != nil {
		return uuid.Nil
	}
	return id
}
