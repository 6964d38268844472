package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"peerchallenge/pkg/programme"
)

// provider is an identity provider that tests can change and switch off.
type provider struct {
	*httptest.Server
	mu       sync.Mutex
	keys     json.RawMessage
	metadata map[string]any // over the right discovery document
	down     bool
	held     chan struct{} // where set, key requests wait for its end
	asked    atomic.Int64  // requests for keys
}

func newProvider(t *testing.T, keys ...map[string]any) *provider {
	p := &provider{keys: jwks(keys...)}
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.down {
			http.Error(w, "down", http.StatusServiceUnavailable)
			return
		}
		document := change(map[string]any{"issuer": p.URL, "jwks_uri": p.URL + "/keys"}, p.metadata)
		if err := json.NewEncoder(w).Encode(document); err != nil {
			t.Error(err)
		}
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		p.asked.Add(1)
		p.mu.Lock()
		keys, down, held := p.keys, p.down, p.held
		p.mu.Unlock()
		if held != nil {
			<-held
		}
		if down {
			http.Error(w, "down", http.StatusServiceUnavailable)
			return
		}
		if _, err := w.Write(keys); err != nil {
			t.Log(err) // the verifier may have stopped reading
		}
	})
	mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/keys", http.StatusFound) })
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

func (p *provider) set(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
}

func (p *provider) verifier(t *testing.T, c *clock) *Verifier {
	return newVerifier(t, Config{Clock: c.now, Issuers: []Issuer{trusted(Issuer{Issuer: p.URL, Audience: testAudience})}})
}

func (p *provider) token(c *clock, s signer) string {
	return s.sign(claimsAt(c.now(), map[string]any{"iss": p.URL}), nil)
}

// settle waits until the load that a new verifier starts with has ended, so that
// what follows does not race with it.
func settle(t *testing.T, v *Verifier) {
	t.Helper()
	for _, issuer := range v.issuers {
		eventually(t, func() bool { return issuer.ring.state.Load() != nil })
	}
}

func eventually(t *testing.T, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !condition(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the condition did not come true")
		}
	}
}

func TestDiscoveryFollowsRotation(t *testing.T) {
	c, p := newClock(), newProvider(t, edKey.jwk(nil))
	v := p.verifier(t, c)
	wantActor(t, v, p.token(c, edKey), "u-1")

	p.set(func() { p.keys = jwks(esKey.jwk(nil)) })
	c.advance(time.Hour)
	wantActor(t, v, p.token(c, esKey), "u-1")
	_, err := v.Verify(t.Context(), p.token(c, edKey)) // withdrawn
	wantRefusal(t, err, programme.Unauthenticated, "token_unknown_key")
}

func TestJWKSURL(t *testing.T) {
	c, p := newClock(), newProvider(t, edKey.jwk(nil))
	for _, test := range []struct{ path, code string }{
		{"/keys", ""},
		{"/moved", "issuer_unavailable"}, // redirects are not followed
		{"/nowhere", "issuer_unavailable"},
	} {
		t.Run(test.path, func(t *testing.T) {
			v := newVerifier(t, Config{Clock: c.now, Issuers: []Issuer{trusted(Issuer{Issuer: p.URL, Audience: testAudience, JWKSURL: p.URL + test.path})}})
			if test.code == "" {
				wantActor(t, v, p.token(c, edKey), "u-1")
				return
			}
			_, err := v.Verify(t.Context(), p.token(c, edKey))
			wantRefusal(t, err, programme.Unavailable, test.code)
		})
	}
}

func TestOutageAfterFirstLoadKeepsKeys(t *testing.T) {
	c, p := newClock(), newProvider(t, edKey.jwk(nil))
	v := p.verifier(t, c)
	wantActor(t, v, p.token(c, edKey), "u-1")

	p.set(func() { p.down = true })
	c.advance(48 * time.Hour)
	if _, err := v.issuers[p.URL].ring.reload(); err != nil { // as the regular load does
		t.Fatal(err)
	}
	wantActor(t, v, p.token(c, edKey), "u-1")
	// The key may be new; nobody can tell while the issuer is away.
	_, err := v.Verify(t.Context(), p.token(c, esKey))
	wantRefusal(t, err, programme.Unavailable, "issuer_unavailable")

	p.set(func() { p.down = false })
	c.advance(remoteMayAsk)
	_, err = v.Verify(t.Context(), p.token(c, esKey))
	wantRefusal(t, err, programme.Unauthenticated, "token_unknown_key")
}

func TestIssuerDownFromTheStart(t *testing.T) {
	c, p := newClock(), newProvider(t, edKey.jwk(nil))
	p.set(func() { p.down = true })
	v := p.verifier(t, c)
	settle(t, v)
	for range 3 {
		_, err := v.Verify(t.Context(), p.token(c, edKey))
		wantRefusal(t, err, programme.Unavailable, "issuer_unavailable")
	}
	p.set(func() { p.down = false })
	c.advance(remoteMayAsk)
	wantActor(t, v, p.token(c, edKey), "u-1")
}

// A token that comes before the keys do waits for them, and uses up nothing of what
// tokens may cause: a key published right after the start is known at once.
func TestATokenBeforeTheFirstLoad(t *testing.T) {
	c, p := newClock(), newProvider(t, edKey.jwk(nil))
	v := p.verifier(t, c)
	wantActor(t, v, p.token(c, edKey), "u-1")
	ring := v.issuers[p.URL].ring
	late := &keyring{load: ring.load, every: time.Hour, limit: ring.limit, clock: c.now, logger: ring.logger, life: t.Context()}
	before := p.asked.Load()
	hurried, giveUp := context.WithCancel(t.Context())
	giveUp()
	_, err := late.find(hurried, edKey.id, edKey.method.Alg())
	wantRefusal(t, err, programme.Unavailable, "issuer_unavailable")

	late.start()
	if _, err := late.find(t.Context(), edKey.id, edKey.method.Alg()); err != nil {
		t.Fatal(err)
	}
	p.set(func() { p.keys = jwks(edKey.jwk(nil), esKey.jwk(nil)) })
	if _, err := late.find(t.Context(), esKey.id, esKey.method.Alg()); err != nil {
		t.Fatal(err)
	}
	if n := p.asked.Load() - before; n != 2 {
		t.Errorf("the issuer was asked %d times, want at the start and for the new key", n)
	}
}

// The load that nobody asked for also brings an issuer back, and takes withdrawn
// keys away.
func TestRegularLoad(t *testing.T) {
	c, p := newClock(), newProvider(t, edKey.jwk(nil))
	p.set(func() { p.down = true })
	v := p.verifier(t, c)
	settle(t, v)
	start := func(every, retry time.Duration) *keyring {
		model := v.issuers[p.URL].ring
		ring := &keyring{load: model.load, every: every, retry: retry, clock: c.now, logger: model.logger, life: t.Context()}
		ring.start()
		return ring
	}
	recovering := start(time.Hour, time.Millisecond)
	eventually(t, func() bool { return recovering.state.Load() != nil && !recovering.now().good })
	p.set(func() { p.down = false })
	eventually(t, func() bool { return len(recovering.now().keys) == 1 })

	following := start(time.Millisecond, time.Hour)
	eventually(t, func() bool { return len(following.now().keys) == 1 })
	p.set(func() { p.keys = jwks() })
	eventually(t, func() bool { return following.now().good && len(following.now().keys) == 0 })
}

func TestUnusableDiscovery(t *testing.T) {
	for name, metadata := range map[string]map[string]any{
		"another issuer":     {"issuer": "https://id.example.org"},
		"issuer and a slash": {"issuer": "http://127.0.0.1/"},
		"no issuer":          {"issuer": nil},
		"no key address":     {"jwks_uri": nil},
		"keys without TLS":   {"jwks_uri": "http://id.example.org/keys"},
		"keys in a file":     {"jwks_uri": "file:///etc/keys"},
		"not texts":          {"jwks_uri": 7},
	} {
		t.Run(name, func(t *testing.T) {
			c, p := newClock(), newProvider(t, edKey.jwk(nil))
			p.set(func() { p.metadata = metadata })
			// Every address leads to the provider, so that only a refusal keeps its keys away.
			client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				return (&net.Dialer{}).DialContext(ctx, "tcp", p.Listener.Addr().String())
			}}}
			t.Cleanup(client.CloseIdleConnections)
			v := newVerifier(t, Config{Clock: c.now, HTTP: client, Issuers: []Issuer{trusted(Issuer{Issuer: p.URL, Audience: testAudience})}})
			_, err := v.Verify(t.Context(), p.token(c, edKey))
			wantRefusal(t, err, programme.Unavailable, "issuer_unavailable")
			if n := p.asked.Load(); n != 0 {
				t.Errorf("the keys were asked for %d times", n)
			}
		})
	}
}

func TestUnusableKeySetKeepsTheLastGoodOne(t *testing.T) {
	for name, answer := range map[string]string{
		"not JSON":   "<html>Sign in</html>",
		"no keys":    "{}",
		"keys null":  `{"keys": null}`,
		"keys a map": `{"keys": {}}`,
		"too large":  `{"keys": []}` + strings.Repeat(" ", maxDocument),
	} {
		t.Run(name, func(t *testing.T) {
			c, p := newClock(), newProvider(t, edKey.jwk(nil))
			v := p.verifier(t, c)
			wantActor(t, v, p.token(c, edKey), "u-1")
			p.set(func() { p.keys = json.RawMessage(answer) })
			c.advance(time.Hour)
			_, err := v.Verify(t.Context(), p.token(c, esKey))
			wantRefusal(t, err, programme.Unavailable, "issuer_unavailable")
			wantActor(t, v, p.token(c, edKey), "u-1")
		})
	}
}

// One bad key beside a good one must not lock everybody out.
func TestUnusableKeysAreLeftOut(t *testing.T) {
	c := newClock()
	for name, test := range map[string]struct {
		jwk  map[string]any
		sign signer
		code string
	}{
		"weak RSA":           {weak.jwk(nil), weak, "token_unknown_key"},
		"for encryption":     {rsKey.jwk(map[string]any{"use": "enc"}), rsKey, "token_unknown_key"},
		"not for verifying":  {rsKey.jwk(map[string]any{"key_ops": []string{"encrypt"}}), rsKey, "token_unknown_key"},
		"alg does not fit":   {rsKey.jwk(map[string]any{"alg": "ES256"}), rsKey, "token_unknown_key"},
		"alg is not ours":    {rsKey.jwk(map[string]any{"alg": "PS256"}), rsKey, "token_algorithm"},
		"unheard-of type":    {rsKey.jwk(map[string]any{"kty": "XX"}), rsKey, "token_unknown_key"},
		"not on the curve":   {esKey.jwk(map[string]any{"y": "AAAA"}), esKey, "token_unknown_key"},
		"members of no type": {rsKey.jwk(map[string]any{"use": 1}), rsKey, "token_unknown_key"},
		"for key agreement": {
			map[string]any{"kty": "OKP", "crv": "X25519", "kid": "rs", "x": strings.Repeat("A", 42) + "E"}, rsKey, "token_unknown_key",
		},
		"a secret": {map[string]any{"kty": "oct", "kid": "rs", "k": "c2VjcmV0"}, rsKey, "token_unknown_key"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProvider(t, test.jwk, edKey.jwk(nil))
			v := p.verifier(t, c)
			_, err := v.Verify(t.Context(), p.token(c, test.sign))
			wantRefusal(t, err, programme.Unauthenticated, test.code)
			wantActor(t, v, p.token(c, edKey), "u-1")
		})
	}
	for name, test := range map[string]struct {
		jwk  map[string]any
		sign signer
	}{
		"without alg and use":       {rsKey.jwk(map[string]any{"alg": nil, "use": nil}), rsKey},
		"for verifying":             {esKey.jwk(map[string]any{"use": nil, "key_ops": []string{"verify"}}), esKey},
		"with a broken certificate": {rsKey.jwk(map[string]any{"x5c": []string{"AAAA"}, "x5t": "AAAA", "x5u": "http://x"}), rsKey},
		"the newer name of EdDSA":   {edKey.jwk(map[string]any{"alg": "Ed25519"}), edKey},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProvider(t, test.jwk)
			wantActor(t, p.verifier(t, c), p.token(c, test.sign), "u-1")
		})
	}
}

// Made-up key ids must not make this service hammer the issuer.
func TestUnknownKeysAreAskedForRarely(t *testing.T) {
	c, p := newClock(), newProvider(t, edKey.jwk(nil))
	v := p.verifier(t, c)
	settle(t, v)
	before := p.asked.Load()
	madeUp := func() {
		var group sync.WaitGroup
		for i := range 50 {
			group.Go(func() {
				s := signer{fmt.Sprint("made-up-", i), jwt.SigningMethodEdDSA, others.private}
				_, err := v.Verify(t.Context(), p.token(c, s))
				if programme.KindOf(err) != programme.Unauthenticated {
					t.Errorf("got %v", err)
				}
			})
		}
		group.Wait()
	}
	madeUp()
	if n := p.asked.Load() - before; n != 1 {
		t.Fatalf("the issuer was asked %d times for 50 unknown keys at once, want once", n)
	}
	c.advance(remoteMayAsk)
	madeUp()
	if n := p.asked.Load() - before; n != 2 {
		t.Fatalf("the issuer was asked %d times in all, want twice", n)
	}
}

// All who wait share one load, and who gives up waiting does not end it.
func TestConcurrentTokensShareOneLoad(t *testing.T) {
	c, p := newClock(), newProvider(t, edKey.jwk(nil))
	held := make(chan struct{})
	p.set(func() { p.held = held })
	v := p.verifier(t, c)
	eventually(t, func() bool { return p.asked.Load() == 1 })

	hurried, giveUp := context.WithCancel(t.Context())
	giveUp()
	_, err := v.Verify(hurried, p.token(c, edKey))
	wantRefusal(t, err, programme.Unavailable, "issuer_unavailable")
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the caller's own reason", err)
	}

	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if _, err := v.Verify(t.Context(), p.token(c, edKey)); err != nil {
				t.Error(err)
			}
		})
	}
	close(held)
	group.Wait()
	if n := p.asked.Load(); n != 1 {
		t.Fatalf("the issuer was asked %d times, want once", n)
	}
}

func TestClosedVerifierStillKnowsItsKeys(t *testing.T) {
	c, p := newClock(), newProvider(t, edKey.jwk(nil))
	v := p.verifier(t, c)
	wantActor(t, v, p.token(c, edKey), "u-1")
	v.Close()
	wantActor(t, v, p.token(c, edKey), "u-1")
	c.advance(remoteMayAsk)
	_, err := v.Verify(t.Context(), p.token(c, esKey)) // nobody is asked any more
	wantRefusal(t, err, programme.Unavailable, "issuer_unavailable")
}
