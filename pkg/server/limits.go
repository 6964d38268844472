package server

import (
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/maypok86/otter/v2"
	"golang.org/x/time/rate"

	"peerchallenge/pkg/programme"
)

// Limits say how many requests a second this process takes from one caller, and from
// one address before anybody has asked who calls. They protect the service from a
// system in a loop and from guessing, and bill nobody: several processes let through as
// many times that. 0 is any number.
type Limits struct {
	PerCaller, PerAddress int
	// GuessesPerAddress and GuessesPerClient count failed sign-ins alone.
	GuessesPerAddress, GuessesPerClient int
}

// DefaultLimits are what 33 boroughs' systems and people never come near.
var DefaultLimits = Limits{PerCaller: 50, PerAddress: 200, GuessesPerAddress: 10, GuessesPerClient: 1}

const (
	// burst is for how many seconds' worth a caller may come at once, who was quiet before.
	burst = 4
	// keptBuckets bounds what is remembered of callers, and of addresses. Who is forgotten
	// begins anew.
	keptBuckets = 20_000
)

// limiter counts the requests of each of many.
type limiter[K comparable] struct {
	name   string // of its policy
	each   int
	clock  func() time.Time
	cache  bucketCache[K]
	policy []string // as its header has it
}

// bucketCache is otter's cache, which has one type only: see [answerCache].
type bucketCache[K comparable] interface {
	GetIfPresent(key K) (*rate.Limiter, bool)
	SetIfAbsent(key K, bucket *rate.Limiter) (*rate.Limiter, bool)
}

func newLimiter[K comparable](name string, each int, clock func() time.Time) *limiter[K] {
	if each == 0 {
		return nil
	}
	return &limiter[K]{
		name: name, each: each, clock: clock, cache: otter.Must(&otter.Options[K, *rate.Limiter]{MaximumSize: keptBuckets}),
		policy: []string{strconv.Quote(name) + ";q=" + strconv.Itoa(each*burst) + ";w=" + strconv.Itoa(burst)},
	}
}

// take counts a request, and answers what is left; less than 0 where there was nothing.
func (l *limiter[K]) take(key K, now time.Time) float64 {
	bucket, ok := l.cache.GetIfPresent(key)
	if !ok {
		bucket, _ = l.cache.SetIfAbsent(key, rate.NewLimiter(rate.Limit(l.each), l.each*burst))
	}
	if !bucket.AllowN(now, 1) {
		return -1
	}
	return bucket.TokensAt(now)
}

// within counts the request, says in the answer's header what is left, and refuses the
// one that is too many.
func (l *limiter[K]) within(c echo.Context, key K) error {
	left := l.take(key, l.clock())
	l.tell(c, left)
	if left >= 0 {
		return nil
	}
	return programme.Errorf(programme.TooMany, programme.CodeTooManyRequests, "More requests than %d a second have come from one %s.", l.each, l.name)
}

// tell says in the answer's header what is left. The header is that of the draft of the
// working group on HTTP APIs, in its tenth version.
func (l *limiter[K]) tell(c echo.Context, left float64) {
	header := c.Response().Header()
	header["Ratelimit-Policy"] = l.policy
	// How long until all of it is there again.
	reset := int(math.Ceil((float64(l.each*burst) - max(left, 0)) / float64(l.each)))
	header["Ratelimit"] = []string{strconv.Quote(l.name) + ";r=" + strconv.Itoa(int(max(left, 0))) + ";t=" + strconv.Itoa(reset)}
}

// networkFrom is the network that the request comes from.
func (s *Server) networkFrom(request *http.Request) netip.Addr {
	return networkOf(clientAddress(request.RemoteAddr, request.Header["X-Forwarded-For"], s.proxies))
}

// networkOf is the network that counts as one caller before it is known who calls: of
// IPv6 the 64 bits that one subscriber has.
func networkOf(address netip.Addr) netip.Addr {
	if address.Is6() {
		prefix, _ := address.Prefix(64) // it fits
		return prefix.Addr()
	}
	return address
}

// callerKey is who counts as one caller once it is known who calls.
type callerKey struct{ issuer, subject, borough string }

// limitAddresses stands before everything that costs: before a token is verified or
// a secret compared.
func (s *Server) limitAddresses(next echo.HandlerFunc) echo.HandlerFunc {
	if s.perAddress == nil {
		return next
	}
	return func(c echo.Context) error {
		request := c.Request()
		if call := s.contract.operations[operationKey{request.Method, c.Path()}]; call != nil && call.Public && !call.form && call.ID != bySecret && request.Method == http.MethodGet {
			return next(c) // health, contract and documentation: whoever asks for them may be asked often
		}
		if err := s.perAddress.within(c, s.networkFrom(request)); err != nil {
			return err
		}
		return next(c)
	}
}
