package server_test

import (
	"encoding/base64"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"testing"

	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/server"
)

// TestFailedSignInsAreCounted by themselves: of an address, whatever it guesses, and of
// a client, wherever its secret is guessed. Nobody else hears of it, and a client goes on
// from where it has signed in before.
func TestFailedSignInsAreCounted(t *testing.T) {
	t.Parallel()
	w := startOn(t, leanDatabase(t), func(cfg *server.Config) {
		cfg.Limits.GuessesPerAddress, cfg.Limits.GuessesPerClient = 2, 1
		cfg.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	})
	key, machine, other := w.readKey("").text, w.machine("E09000022"), w.machine("E09000028")
	read := func(from, token string) answer {
		return w.send(ask{method: http.MethodGet, path: "/v1/boroughs", token: token, header: map[string]string{"X-Forwarded-For": from}})
	}
	signIn := func(from, id, secret string) answer {
		return w.send(ask{method: http.MethodPost, path: "/oauth/token", body: "grant_type=client_credentials&client_id=" + id + "&client_secret=" + secret,
			header: map[string]string{"X-Forwarded-For": from, "Content-Type": "application/x-www-form-urlencoded"}})
	}
	// Keys and tokens, with one that is good between them: 8 at once, and 2 a second.
	guessed := 0
	refused, before := untilTooMany(200, func() answer {
		guessed++
		return read("192.0.2.1", []string{key + "a", "not.a.token", "pcr_", key[:20]}[guessed%4])
	})
	if refused.problem(429, "too_many_requests"); before < 8 || refused.header.Get("RateLimit-Policy") != `"guesses-address";q=8;w=4` || refused.header.Get("Retry-After") != "1" {
		t.Errorf("after %d guesses it is refused with %v", before, refused.header)
	}
	// Whatever comes from there is not looked at, until there is some left; elsewhere it is.
	for _, good := range []func() answer{
		func() answer { return read("192.0.2.1", key) },
		func() answer { return signIn("192.0.2.1", machine.ID, machine.secret) },
	} {
		last, _ := untilTooMany(200, func() answer {
			read("192.0.2.1", key+"a")
			return good()
		})
		last.want(429)
	}
	read("192.0.2.2", key).want(200)
	w.eventually("it may try again", func() bool { return read("192.0.2.1", key).status == 200 })

	// As one client, from one address after another.
	signIn("198.51.100.1", machine.ID, machine.secret).want(200)
	from := 0
	refused, before = untilTooMany(200, func() answer {
		from++
		return signIn("203.0.113."+strconv.Itoa(from), strings.ToUpper(machine.ID), "wrong")
	})
	if refused.refused(t, 429, "temporarily_unavailable"); before < 4 || refused.header.Get("RateLimit-Policy") != `"guesses-client";q=4;w=4` {
		t.Errorf("after %d guesses it is refused with %v", before, refused.header)
	}
	again, _ := untilTooMany(200, func() answer { from++; return signIn("203.0.113."+strconv.Itoa(from), machine.ID, machine.secret+"x") })
	again.want(429)
	signIn("198.51.100.1", machine.ID, machine.secret).want(200)
	signIn("203.0.113.201", other.ID, other.secret).want(200)
	// Signatures are counted as secrets are: by whom they say to be of.
	claims := base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"` + other.ID + `"}`))
	refused, _ = untilTooMany(200, func() answer {
		from++
		return w.send(ask{method: http.MethodPost, path: "/oauth/token",
			body:   "grant_type=client_credentials&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=e30." + claims + ".AAAA",
			header: map[string]string{"X-Forwarded-For": "203.0.113." + strconv.Itoa(from), "Content-Type": "application/x-www-form-urlencoded"}})
	})
	refused.refused(t, 429, "temporarily_unavailable")
}

// TestWhatWasGoodOnceIsNoGuess: a whole council is behind the address of a dashboard
// that goes on asking with a token of yesterday, or with none.
func TestWhatWasGoodOnceIsNoGuess(t *testing.T) {
	t.Parallel()
	w := startOn(t, leanDatabase(t), func(cfg *server.Config) { cfg.Limits.GuessesPerAddress, cfg.Limits.GuessesPerClient = 1, 1 })
	ended := caller{w, w.token(programme.RoleReporting)}
	ended.get("/v1/boroughs").want(200)
	w.as(programme.RoleProgramme, "").post("/v1/token-revocations", `{"token":"`+ended.token+`"}`).want(201)
	w.eventually("it is ended", func() bool { return ended.get("/v1/boroughs").status == 401 })
	for range 50 {
		ended.get("/v1/boroughs").problem(401, "token_revoked")
		w.send(ask{method: http.MethodGet, path: "/v1/boroughs"}).problem(401, "no_token")
	}
	// A guess has not come to so many when the fifth is refused.
	if _, before := untilTooMany(200, func() answer { return caller{w, "not.a.token"}.get("/v1/boroughs") }); before < 4 || before == 200 {
		t.Errorf("refused after %d guesses", before)
	}
}
