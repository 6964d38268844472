package server_test

import (
	"context"
	"net/http"
	"net/netip"
	"regexp"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"peerchallenge/pkg/postgres"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/server"
)

// untilTooMany asks until it is refused as one request too many, at most so often, and
// answers the last answer and how many came before.
func untilTooMany(most int, ask func() answer) (last answer, before int) {
	for before < most {
		if last = ask(); last.status == http.StatusTooManyRequests {
			break
		}
		before++
	}
	return last, before
}

// TestACallerInALoopIsSlowedDown: and nobody else. Each answer says what is left.
func TestACallerInALoopIsSlowedDown(t *testing.T) {
	t.Parallel()
	w := startOn(t, leanDatabase(t), func(cfg *server.Config) { cfg.Limits.PerCaller = 1 })
	lead := w.as(programme.RoleBoroughLead, "E09000022")
	first := lead.get("/v1/boroughs").want(200)
	if got := first.header.Get("RateLimit-Policy"); got != `"caller";q=4;w=4` {
		t.Errorf("the policy is %s", got)
	}
	if got := first.header.Get("RateLimit"); got != `"caller";r=3;t=1` {
		t.Errorf("what is left is %s", got)
	}
	refused, before := untilTooMany(100, func() answer { return lead.get("/v1/boroughs") })
	refused.problem(429, "too_many_requests")
	if refused.header.Get("Retry-After") != "1" || !regexp.MustCompile(`^"caller";r=0;t=[1-4]$`).MatchString(refused.header.Get("RateLimit")) || before < 3 {
		t.Errorf("after %d answers it is refused with %v", before, refused.header)
	}
	w.as(programme.RoleBoroughLead, "E09000028").get("/v1/boroughs").want(200)
	w.as(programme.RoleProgramme, "").get("/v1/boroughs").want(200)
	w.send(ask{method: http.MethodGet, path: "/healthz"}).want(200)
	w.eventually("it may ask again", func() bool { return lead.get("/v1/boroughs").status == 200 })
}

// TestAnAddressIsLimitedBeforeItSaysWhoItIs: whoever guesses tokens or secrets, from
// all of the 64 bits that one subscriber has of IPv6.
func TestAnAddressIsLimitedBeforeItSaysWhoItIs(t *testing.T) {
	t.Parallel()
	w := startOn(t, leanDatabase(t), func(cfg *server.Config) {
		cfg.Limits.PerAddress, cfg.Proxies = 1, []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	})
	from := func(address, path string) answer {
		return w.send(ask{method: http.MethodGet, path: path, token: "not.a.token", header: map[string]string{"X-Forwarded-For": address}})
	}
	refused, before := untilTooMany(100, func() answer { return from("2001:db8::1", "/v1/boroughs") })
	if refused.problem(429, "too_many_requests"); before < 4 || refused.header.Get("RateLimit-Policy") != `"address";q=4;w=4` {
		t.Errorf("after %d answers it is refused with %v", before, refused.header)
	}
	untilTooMany(100, func() answer { return from("2001:db8::1", "/v1/boroughs") })
	from("2001:db8::2", "/v1/boroughs").want(429)
	from("2001:db8:0:1::1", "/v1/boroughs").want(401)
	from("192.0.2.1", "/v1/boroughs").want(401)
	from("2001:db8::1", "/healthz").want(200)
	grant := func() answer {
		return w.send(ask{method: http.MethodPost, path: "/oauth/token", body: "grant_type=client_credentials&client_id=x&client_secret=x",
			header: map[string]string{"X-Forwarded-For": "192.0.2.2", "Content-Type": "application/x-www-form-urlencoded"}})
	}
	guessed, _ := untilTooMany(100, grant)
	guessed.refused(t, 429, "temporarily_unavailable")
}

// TestNobodyIsLimitedWhereNothingIsSaid: the operator may leave it to a gateway.
func TestNobodyIsLimitedWhereNothingIsSaid(t *testing.T) {
	t.Parallel()
	w := lean(t)
	if _, before := untilTooMany(300, func() answer { return w.get("/v1/boroughs") }); before != 300 {
		t.Errorf("refused after %d", before)
	}
	if got := w.get("/v1/boroughs").want(200).header["Ratelimit"]; got != nil {
		t.Errorf("RateLimit is %s", got)
	}
}

// TestLimitsGoByTheServicesClock: while it stands still nobody may ask again, and a
// second later once.
func TestLimitsGoByTheServicesClock(t *testing.T) {
	t.Parallel()
	var past atomic.Int64
	now := clock()
	w := startAt(t, leanDatabase(t), func() time.Time { return now.Add(time.Duration(past.Load())) }, func(cfg *server.Config) { cfg.Limits.PerCaller = 1 })
	for range 4 {
		w.get("/v1/boroughs").want(200)
	}
	for range 3 {
		w.get("/v1/boroughs").want(429)
	}
	past.Store(int64(time.Second))
	w.get("/v1/boroughs").want(200)
	w.get("/v1/boroughs").want(429)
}

// looking is a database in which records that filters name are looked for until somebody
// lets it end.
type looking struct {
	*postgres.Store

	inside atomic.Int64
	end    chan struct{}
}

func (s *looking) Sees(ctx context.Context, actor programme.Actor, noun, id string) (bool, error) {
	s.inside.Add(1)
	<-s.end
	return s.Store.Sees(ctx, actor, noun, id)
}

// TestARecordThatAFilterNamesIsLookedForBehindTheDoor: it asks the database, so that no
// more look at a time than the database does.
func TestARecordThatAFilterNamesIsLookedForBehindTheDoor(t *testing.T) {
	t.Parallel()
	store := &looking{end: make(chan struct{})}
	w := startOn(t, leanDatabase(t), func(cfg *server.Config) {
		store.Store, _ = cfg.Store.(*postgres.Store)
		cfg.Store = store
	})
	const path = "/v1/findings?peerReviewId=" + nothing
	team := w.as(programme.RoleProgramme, "")
	room := 4 * runtime.GOMAXPROCS(0)
	var all sync.WaitGroup
	for range room {
		all.Go(func() {
			if r := team.get(path); r.status != http.StatusBadRequest {
				t.Errorf("status %d, want 400: %s", r.status, r.body)
			}
		})
	}
	w.eventually("all of them look", func() bool { return store.inside.Load() == int64(room) })
	team.get(path).problem(503, "busy")
	if inside := store.inside.Load(); inside != int64(room) {
		t.Errorf("%d have looked, and there is room for %d", inside, room)
	}
	close(store.end)
	all.Wait()
}
