package auth

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"maps"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"

	"peerchallenge/pkg/programme"
)

const (
	testIssuer   = "https://id.example.org/realms/london"
	testAudience = "https://api.example.org"
	lambeth      = "E09000022"
)

// clock is a clock that only moves when it is told to.
type clock struct{ nanos atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.nanos.Store(time.Date(2026, 3, 31, 9, 0, 0, 0, time.UTC).UnixNano())
	return c
}

func (c *clock) now() time.Time          { return time.Unix(0, c.nanos.Load()).UTC() }
func (c *clock) advance(d time.Duration) { c.nanos.Add(int64(d)) }

// signer is an issuer's private key.
type signer struct {
	id      string
	method  jwt.SigningMethod
	private crypto.Signer
}

// RSA keys take long to make, so the tests share one of each kind.
var (
	edKey  = must(newSigner("ed", jwt.SigningMethodEdDSA, newEd25519))
	esKey  = must(newSigner("es", jwt.SigningMethodES256, newECDSA(elliptic.P256())))
	rsKey  = must(newSigner("rs", jwt.SigningMethodRS256, newRSA(2048)))
	weak   = must(newSigner("weak", jwt.SigningMethodRS256, newRSA(1024)))
	p384   = must(newSigner("p384", jwt.SigningMethodES384, newECDSA(elliptic.P384())))
	others = must(newSigner("ed", jwt.SigningMethodEdDSA, newEd25519)) // the id is another key's
)

func must(s signer, err error) signer {
	if err != nil {
		panic(err)
	}
	return s
}

func newSigner(id string, method jwt.SigningMethod, generate func() (crypto.Signer, error)) (signer, error) {
	private, err := generate()
	return signer{id, method, private}, err
}

func newEd25519() (crypto.Signer, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	return private, err
}

func newECDSA(curve elliptic.Curve) func() (crypto.Signer, error) {
	return func() (crypto.Signer, error) { return ecdsa.GenerateKey(curve, rand.Reader) }
}

func newRSA(bits int) func() (crypto.Signer, error) {
	return func() (crypto.Signer, error) { return rsa.GenerateKey(rand.Reader, bits) }
}

// jwk answers the public half, with changes applied last.
func (s signer) jwk(changes map[string]any) map[string]any {
	jwk, err := jwkset.NewJWKFromKey(s.private.Public(), jwkset.JWKOptions{
		Metadata: jwkset.JWKMetadataOptions{KID: s.id, ALG: jwkset.ALG(s.method.Alg()), USE: jwkset.UseSig},
	})
	if err != nil {
		panic(err)
	}
	text, err := json.Marshal(jwk.Marshal())
	if err != nil {
		panic(err)
	}
	var members map[string]any
	if err := json.Unmarshal(text, &members); err != nil {
		panic(err)
	}
	return change(members, changes)
}

// change answers a copy in which nil removes a member.
func change(members, changes map[string]any) map[string]any {
	changed := maps.Clone(members)
	for name, value := range changes {
		if changed[name] = value; value == nil {
			delete(changed, name)
		}
	}
	return changed
}

func jwks(keys ...map[string]any) json.RawMessage {
	if keys == nil {
		keys = []map[string]any{}
	}
	text, err := json.Marshal(map[string]any{"keys": keys})
	if err != nil {
		panic(err)
	}
	return text
}

// claimsAt answers the claims of a good token, made at the instant for an hour.
func claimsAt(now time.Time, changes map[string]any) jwt.MapClaims {
	return change(map[string]any{
		"iss": testIssuer, "aud": testAudience, "sub": "u-1", "roles": []string{"borough-lead"}, "borough": lambeth,
		"iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	}, changes)
}

// sign answers a token with changes applied to its header.
func (s signer) sign(claims jwt.MapClaims, header map[string]any) string {
	token := jwt.NewWithClaims(s.method, claims)
	token.Header["kid"] = s.id
	token.Header = change(token.Header, header)
	text, err := token.SignedString(s.private)
	if err != nil {
		panic(err)
	}
	return text
}

// newVerifier starts a verifier that ends with the test.
func newVerifier(t testing.TB, config Config) *Verifier {
	t.Helper()
	v, err := NewVerifier(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Close)
	return v
}

// trusted answers the issuer, trusted for all roles and for the tests' borough.
func trusted(issuer Issuer) Issuer {
	issuer.Boroughs, issuer.AllowedRoles = Boroughs{ByClaim: map[string]string{lambeth: lambeth}}, programme.Roles
	return issuer
}

// staticVerifier accepts the test issuer with the given keys.
func staticVerifier(t testing.TB, c *clock, keys ...map[string]any) *Verifier {
	t.Helper()
	return newVerifier(t, Config{Clock: c.now, Issuers: []Issuer{trusted(Issuer{Issuer: testIssuer, Audience: testAudience, JWKS: jwks(keys...)})}})
}

// wantRefusal checks why something was refused.
func wantRefusal(t *testing.T, err error, kind programme.Kind, code string) {
	t.Helper()
	refusal, ok := errors.AsType[*programme.Error](err)
	if !ok || refusal.Kind != kind || string(refusal.Code) != code {
		t.Fatalf("got error %v, want one of kind %d with code %s", err, kind, code)
	}
}

func wantActor(t *testing.T, v *Verifier, token, subject string) {
	t.Helper()
	actor, err := v.Verify(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	if actor.Subject != subject {
		t.Fatalf("got subject %q, want %q", actor.Subject, subject)
	}
}

// memoryKeys is the shelf on which two authorities keep their keys.
type memoryKeys struct {
	mu   sync.Mutex
	keys []programme.SigningKey
	down error
	slow time.Duration // before a key is added
}

func (m *memoryKeys) SigningKeys(context.Context) ([]programme.SigningKey, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]programme.SigningKey(nil), m.keys...), m.down
}

func (m *memoryKeys) AddSigningKey(_ context.Context, key programme.SigningKey) error {
	time.Sleep(m.slow)
	m.mu.Lock()
	defer m.mu.Unlock()
	key.PKCS8 = bytes.Clone(key.PKCS8)
	m.keys = append(m.keys, key)
	return m.down
}

func (m *memoryKeys) RetireSigningKeys(_ context.Context, except string, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.keys {
		if m.keys[i].ID != except && m.keys[i].RetiredAt == nil {
			m.keys[i].RetiredAt = &at
		}
	}
	return m.down
}

func (m *memoryKeys) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.down = err
}
