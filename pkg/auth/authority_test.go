package auth

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"peerchallenge/pkg/programme"
)

const localIssuer = "http://127.0.0.1:8080"

func editor() programme.Actor {
	return programme.Actor{Subject: "e-1", Roles: []programme.Role{programme.RoleBoroughEditor}, Borough: lambeth}
}

func newAuthority(keys KeyStore, c *clock) *Authority {
	return NewAuthority(keys, localIssuer, testAudience, c.now)
}

func issue(t testing.TB, a *Authority, ttl time.Duration) string {
	t.Helper()
	token, err := a.Token(t.Context(), editor(), ttl)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestTokenIsAnAccessToken(t *testing.T) {
	c, keys := newClock(), &memoryKeys{}
	a := newAuthority(keys, c)
	text := issue(t, a, 15*time.Minute)
	token, _, err := jwt.NewParser().ParseUnverified(text, jwt.MapClaims{})
	if err != nil {
		t.Fatal(err)
	}
	if want := map[string]any{"alg": "EdDSA", "typ": "at+jwt", "kid": keys.keys[0].ID}; !reflect.DeepEqual(token.Header, want) {
		t.Errorf("got header %v, want %v", token.Header, want)
	}
	claims := token.Claims.(jwt.MapClaims)
	id, _ := claims["jti"].(string)
	if id == "" {
		t.Error("the token has no jti")
	}
	delete(claims, "jti")
	want := jwt.MapClaims{
		"iss": localIssuer, "aud": testAudience, "sub": "e-1", "roles": []any{"borough-editor"}, "borough": lambeth,
		"iat": float64(c.now().Unix()), "exp": float64(c.now().Add(15 * time.Minute).Unix()),
	}
	if !reflect.DeepEqual(claims, want) {
		t.Errorf("got claims %v, want %v", claims, want)
	}
	if again := issue(t, a, 15*time.Minute); again == text {
		t.Error("two tokens are the same, so their jti is")
	}
	if len(keys.keys) != 1 {
		t.Errorf("two tokens made %d keys, want one", len(keys.keys))
	}
}

func TestTokenIsVerified(t *testing.T) {
	c := newClock()
	a := newAuthority(&memoryKeys{}, c)
	v := newVerifier(t, Config{Clock: c.now, Local: a})
	for _, actor := range []programme.Actor{
		editor(),
		{Subject: "p-1", Roles: []programme.Role{programme.RoleProgramme, programme.RoleReporting}},
	} {
		text, err := a.Token(t.Context(), actor, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		actor.Issuer = localIssuer
		if got, err := v.Verify(t.Context(), text); err != nil || !reflect.DeepEqual(got, actor) {
			t.Errorf("got %+v, %v; want %+v", got, err, actor)
		}
	}
	text := issue(t, a, time.Minute)
	c.advance(time.Minute + leeway)
	_, err := v.Verify(t.Context(), text)
	wantRefusal(t, err, programme.Unauthenticated, "token_expired")
}

func TestTokenRefusesWhatWouldNotBeAccepted(t *testing.T) {
	a := newAuthority(&memoryKeys{}, newClock())
	for name, test := range map[string]struct {
		actor programme.Actor
		ttl   time.Duration
		want  []string
	}{
		"nobody, for no time": {programme.Actor{}, 0, []string{"subject subject", "roles required", "ttl ttl"}},
		"unknown roles": {
			programme.Actor{Subject: "x", Roles: []programme.Role{"boss", "programme", "admin"}}, time.Hour,
			[]string{"roles role", "roles role"},
		},
		"borough role without a borough": {
			programme.Actor{Subject: "x", Roles: []programme.Role{programme.RoleBoroughLead}}, time.Hour, []string{"borough borough"},
		},
		"borough without a borough role": {
			programme.Actor{Subject: "x", Roles: []programme.Role{programme.RoleReporting}, Borough: lambeth}, time.Hour,
			[]string{"borough borough"},
		},
		"subject too long": {
			programme.Actor{Subject: strings.Repeat("x", 256), Roles: []programme.Role{programme.RoleReporting}}, time.Hour,
			[]string{"subject subject"},
		},
		"too short": {editor(), time.Second - 1, []string{"ttl ttl"}},
		"too long":  {editor(), MaxTTL + 1, []string{"ttl ttl"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := a.Token(t.Context(), test.actor, test.ttl)
			wantRefusal(t, err, programme.Invalid, "invalid")
			if got := faultsOf(err); !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// published answers the ids in the JWK Set, after checking that it is public.
func published(t *testing.T, a *Authority) []string {
	t.Helper()
	text, err := a.JWKS(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var document struct{ Keys []map[string]string }
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	if document.Keys == nil {
		t.Fatalf("the set must have a list of keys: %s", text)
	}
	ids := []string{}
	for _, k := range document.Keys {
		ids = append(ids, k["kid"])
		want := map[string]string{"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": k["kid"], "x": k["x"]}
		if !reflect.DeepEqual(k, want) || k["x"] == "" {
			t.Errorf("got key %v", k)
		}
	}
	return ids
}

func TestRotate(t *testing.T) {
	c, keys := newClock(), &memoryKeys{}
	a := newAuthority(keys, c)
	v := newVerifier(t, Config{Clock: c.now, Local: a})
	if got := published(t, a); len(got) != 0 {
		t.Fatalf("a new issuer publishes %v", got)
	}
	before := issue(t, a, MaxTTL)
	wantActor(t, v, before, "e-1")
	c.advance(time.Hour)
	if err := a.Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	first, second := keys.keys[0].ID, keys.keys[1].ID
	after := issue(t, a, MaxTTL)
	if got := published(t, a); !slices.Equal(got, []string{first, second}) {
		t.Errorf("got %v, want both keys", got)
	}
	c.advance(believedFor) // so that the cache does not answer
	wantActor(t, v, before, "e-1")
	wantActor(t, v, after, "e-1")

	c.advance(retiredFor - believedFor - time.Microsecond)
	if got := published(t, a); !slices.Equal(got, []string{first, second}) {
		t.Errorf("got %v, want both keys until the last token has expired", got)
	}
	c.advance(time.Microsecond)
	if got := published(t, a); !slices.Equal(got, []string{second}) {
		t.Errorf("got %v, want the second key alone", got)
	}
}

// What one process does, another sees.
func TestRotationInAnotherProcess(t *testing.T) {
	c, keys := newClock(), &memoryKeys{}
	here, there := newAuthority(keys, c), newAuthority(keys, c)
	v := newVerifier(t, Config{Clock: c.now, Local: here})
	wantActor(t, v, issue(t, here, time.Hour), "e-1")
	c.advance(time.Minute)
	if err := there.Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantActor(t, v, issue(t, there, time.Hour), "e-1")
	if got := kid(t, issue(t, here, time.Hour)); got != keys.keys[1].ID {
		t.Errorf("this process still signs with %s, want %s", got, keys.keys[1].ID)
	}
}

// heldKeys is a store whose first answer is on its way for long.
type heldKeys struct {
	*memoryKeys
	first         sync.Once
	read, release chan struct{}
}

func (h *heldKeys) SigningKeys(ctx context.Context) ([]programme.SigningKey, error) {
	keys, err := h.memoryKeys.SigningKeys(ctx)
	h.first.Do(func() {
		close(h.read)
		<-h.release
	})
	return keys, err
}

// A key made while the keys are being loaded is not missed.
func TestKeyMadeDuringALoad(t *testing.T) {
	c, keys := newClock(), &memoryKeys{}
	held := &heldKeys{memoryKeys: keys, read: make(chan struct{}), release: make(chan struct{})}
	v := newVerifier(t, Config{Clock: c.now, Local: newAuthority(held, c)})
	<-held.read
	token := issue(t, newAuthority(keys, c), time.Hour)
	done := make(chan error)
	go func() {
		_, err := v.Verify(t.Context(), token)
		done <- err
	}()
	time.Sleep(20 * time.Millisecond) // lets the token wait for the load that is under way
	close(held.release)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func kid(t *testing.T, text string) string {
	t.Helper()
	token, _, err := jwt.NewParser().ParseUnverified(text, jwt.MapClaims{})
	if err != nil {
		t.Fatal(err)
	}
	id, _ := token.Header["kid"].(string)
	return id
}

func TestFirstTokensAtOnceMakeOneKey(t *testing.T) {
	// All of them find the store empty before the first key is in it.
	c, keys := newClock(), &memoryKeys{slow: 20 * time.Millisecond}
	a := newAuthority(keys, c)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if _, err := a.Token(t.Context(), editor(), time.Hour); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if len(keys.keys) != 1 {
		t.Fatalf("got %d keys, want one", len(keys.keys))
	}
}

// All processes must agree on the signing key, even if two made one at once.
func TestNewestKeySigns(t *testing.T) {
	c := newClock()
	made := func(id string, s signer, age time.Duration) programme.SigningKey {
		der, err := x509.MarshalPKCS8PrivateKey(s.private)
		if err != nil {
			t.Fatal(err)
		}
		return programme.SigningKey{ID: id, Algorithm: s.method.Alg(), PKCS8: der, CreatedAt: c.now().Add(-age)}
	}
	retired := made("retired", edKey, time.Second)
	now := c.now()
	retired.RetiredAt = &now
	for _, newest := range []signer{edKey, esKey, rsKey} {
		keys := &memoryKeys{keys: []programme.SigningKey{
			made("old", edKey, time.Hour), made("b", newest, time.Minute), made("a", edKey, time.Minute), retired,
		}}
		a := newAuthority(keys, c)
		text := issue(t, a, time.Hour)
		if got := kid(t, text); got != "b" {
			t.Errorf("%s signs, want b", got)
		}
		wantActor(t, newVerifier(t, Config{Clock: c.now, Local: a}), text, "e-1")
	}
}

func TestStoreOutage(t *testing.T) {
	c, keys := newClock(), &memoryKeys{}
	a := newAuthority(keys, c)
	v := newVerifier(t, Config{Clock: c.now, Local: a})
	first := issue(t, a, MaxTTL)
	wantActor(t, v, first, "e-1")

	away := errors.New("the database is away")
	keys.fail(away)
	wantActor(t, v, issue(t, a, time.Hour), "e-1") // with the key that was asked for a moment ago
	c.advance(signingKeptFor)
	if _, err := a.Token(t.Context(), editor(), time.Hour); !errors.Is(err, away) {
		t.Errorf("Token: got %v", err)
	}
	if _, err := a.JWKS(t.Context()); !errors.Is(err, away) {
		t.Errorf("JWKS: got %v", err)
	}
	if err := a.Rotate(t.Context()); !errors.Is(err, away) {
		t.Errorf("Rotate: got %v", err)
	}
	c.advance(time.Hour)
	wantActor(t, v, first, "e-1")
	_, err := newVerifier(t, Config{Clock: c.now, Local: a}).Verify(t.Context(), first)
	wantRefusal(t, err, programme.Unavailable, "issuer_unavailable")
}

func TestUnusableStoredKey(t *testing.T) {
	c := newClock()
	encoded := func(private any) []byte {
		der, err := x509.MarshalPKCS8PrivateKey(private)
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	agreement, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, key := range map[string]programme.SigningKey{
		"not a key":    {ID: "k", Algorithm: "EdDSA", PKCS8: []byte("x")},
		"another type": {ID: "k", Algorithm: "EdDSA", PKCS8: encoded(rsKey.private)},
		"weak":         {ID: "k", Algorithm: "RS256", PKCS8: encoded(weak.private)},
		"not accepted": {ID: "k", Algorithm: "ES384", PKCS8: encoded(p384.private)},
		"cannot sign":  {ID: "k", Algorithm: "EdDSA", PKCS8: encoded(agreement)},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAuthority(&memoryKeys{keys: []programme.SigningKey{key}}, c)
			if _, err := a.Token(t.Context(), editor(), time.Hour); programme.KindOf(err) != programme.Internal || err == nil {
				t.Errorf("got %v, want an internal error", err)
			}
			if _, err := a.JWKS(t.Context()); err == nil {
				t.Error("the key was published")
			}
		})
	}
}
