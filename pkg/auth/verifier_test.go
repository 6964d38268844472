package auth

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"peerchallenge/pkg/programme"
)

func TestVerifyAcceptsEachAlgorithm(t *testing.T) {
	c := newClock()
	v := staticVerifier(t, c, edKey.jwk(nil), esKey.jwk(nil), rsKey.jwk(nil))
	want := programme.Actor{
		Issuer: testIssuer, Subject: "u-1", Roles: []programme.Role{programme.RoleBoroughLead}, Borough: lambeth,
	}
	for _, s := range []signer{edKey, esKey, rsKey} {
		t.Run(s.method.Alg(), func(t *testing.T) {
			got, err := v.Verify(t.Context(), s.sign(claimsAt(c.now(), nil), nil))
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Fatalf("got %+v, %v; want %+v", got, err, want)
			}
		})
	}
}

// Each token is good but for one thing.
func TestVerifyRefusesOneFault(t *testing.T) {
	c := newClock()
	v := staticVerifier(t, c, edKey.jwk(nil), esKey.jwk(nil), rsKey.jwk(nil), p384.jwk(nil))
	in := func(d time.Duration) int64 { return c.now().Add(d).Unix() }
	claims := func(name string, value any) string {
		return edKey.sign(claimsAt(c.now(), map[string]any{name: value}), nil)
	}
	header := func(s signer, name string, value any) string {
		return s.sign(claimsAt(c.now(), nil), map[string]any{name: value})
	}
	good := edKey.sign(claimsAt(c.now(), nil), nil)
	parts := strings.Split(good, ".")
	other := strings.Split(edKey.sign(claimsAt(c.now(), map[string]any{"sub": "u-2"}), nil), ".")

	for _, test := range []struct {
		name, token, code string
	}{
		{"empty", "", "token_malformed"},
		{"two parts", parts[0] + "." + parts[1], "token_malformed"},
		{"four parts", good + ".x", "token_malformed"},
		{"not base64", "*." + parts[1] + "." + parts[2], "token_malformed"},
		{"header not JSON", encode("{") + "." + parts[1] + "." + parts[2], "token_malformed"},
		{"header not an object", encode("[1]") + "." + parts[1] + "." + parts[2], "token_malformed"},
		{"claims not JSON", parts[0] + "." + encode("{") + "." + parts[2], "token_malformed"},
		{"claims not an object", parts[0] + "." + encode(`"x"`) + "." + parts[2], "token_malformed"},
		{"data after the claims", parts[0] + "." + encode("{} {}") + "." + parts[2], "token_malformed"},
		{"too large", claims("filler", strings.Repeat("x", maxToken)), "token_malformed"},
		{"deeply nested", parts[0] + "." + encode(strings.Repeat("[", 5000)) + "." + parts[2], "token_malformed"},
		{"another purpose's type", header(edKey, "typ", "dpop+jwt"), "token_malformed"},
		{"type not a text", header(edKey, "typ", 1), "token_malformed"},
		{"key id not a text", header(edKey, "kid", 7), "token_malformed"},
		{"key id empty", header(edKey, "kid", ""), "token_malformed"},
		{"alg missing", header(edKey, "alg", nil), "token_algorithm"},
		{"alg unheard of", header(edKey, "alg", "XX"), "token_algorithm"},
		{"alg in other letters", header(edKey, "alg", "eddsa"), "token_algorithm"},
		{"alg of another key", header(edKey, "kid", "rs"), "token_algorithm"},
		{"ES256 with a P-384 key", header(esKey, "kid", "p384"), "token_algorithm"},
		{"ES384", p384.sign(claimsAt(c.now(), nil), nil), "token_algorithm"},
		{"RS512", signer{"rs", jwt.SigningMethodRS512, rsKey.private}.sign(claimsAt(c.now(), nil), nil), "token_algorithm"},
		{"PS256", signer{"rs", jwt.SigningMethodPS256, rsKey.private}.sign(claimsAt(c.now(), nil), nil), "token_algorithm"},
		{"crit", header(edKey, "crit", []string{"exp"}), "token_critical"},
		{"crit empty", header(edKey, "crit", []string{}), "token_critical"},
		{"iss missing", claims("iss", nil), "token_issuer"},
		{"iss empty", claims("iss", ""), "token_issuer"},
		{"iss another", claims("iss", "https://id.example.com"), "token_issuer"},
		{"iss with a slash more", claims("iss", testIssuer+"/"), "token_issuer"},
		{"iss a list", claims("iss", []string{testIssuer}), "token_issuer"},
		{"key unknown", header(edKey, "kid", "nobody"), "token_unknown_key"},
		{"key a file", header(edKey, "kid", "../../../dev/null"), "token_unknown_key"},
		{"key a query", header(edKey, "kid", "ed' UNION SELECT 'secret"), "token_unknown_key"},
		{"key an address", header(edKey, "kid", "https://evil.example.org/key"), "token_unknown_key"},
		{"signed by another key", others.sign(claimsAt(c.now(), nil), nil), "token_signature"},
		{"claims exchanged", parts[0] + "." + other[1] + "." + parts[2], "token_signature"},
		{"signature empty", parts[0] + "." + parts[1] + ".", "token_signature"},
		{"exp missing", claims("exp", nil), "token_no_expiry"},
		{"exp zero", claims("exp", 0), "token_no_expiry"},
		{"exp a text", claims("exp", "2026-03-31"), "token_malformed"},
		{"exp beyond all clocks", claims("exp", 1e300), "token_malformed"},
		{"exp past, beyond the leeway", claims("exp", in(-31*time.Second)), "token_expired"},
		{"exp past, exactly the leeway", claims("exp", in(-30*time.Second)), "token_expired"},
		{"nbf future, beyond the leeway", claims("nbf", in(31*time.Second)), "token_not_yet_valid"},
		{"nbf beyond all clocks", claims("nbf", 1e300), "token_malformed"},
		{"iat future, beyond the leeway", claims("iat", in(31*time.Second)), "token_not_yet_valid"},
		{"aud missing", claims("aud", nil), "token_audience"},
		{"aud empty", claims("aud", ""), "token_audience"},
		{"aud another", claims("aud", "https://other.example.org"), "token_audience"},
		{"aud others", claims("aud", []string{"a", "b"}), "token_audience"},
		{"aud numbers", claims("aud", []int{1}), "token_malformed"},
		{"sub missing", claims("sub", nil), "token_subject"},
		{"sub empty", claims("sub", ""), "token_subject"},
		{"sub a number", claims("sub", 5), "token_subject"},
		{"sub too long", claims("sub", strings.Repeat("x", 256)), "token_subject"},
		{"sub with a zero byte", claims("sub", "u\x00"), "token_subject"},
		{"roles missing", claims("roles", nil), "token_roles"},
		{"roles empty", claims("roles", []string{}), "token_roles"},
		{"roles unknown", claims("roles", []string{"admin", "Programme"}), "token_roles"},
		{"roles not texts", claims("roles", []any{1, nil, []string{"programme"}}), "token_roles"},
		{"roles an object", claims("roles", map[string]any{"programme": true}), "token_roles"},
		{"borough missing", claims("borough", nil), "token_roles"},
		{"borough empty", claims("borough", ""), "token_roles"},
		{"borough a list", claims("borough", []string{lambeth}), "token_roles"},
	} {
		t.Run(test.name, func(t *testing.T) {
			actor, err := v.Verify(t.Context(), test.token)
			wantRefusal(t, err, programme.Unauthenticated, test.code)
			if !reflect.DeepEqual(actor, programme.Actor{}) {
				t.Errorf("a refused token must speak for nobody, got %+v", actor)
			}
		})
	}
}

func encode(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

func TestVerifyAcceptsWhatTheRulesAllow(t *testing.T) {
	c := newClock()
	v := staticVerifier(t, c, edKey.jwk(nil), rsKey.jwk(nil))
	in := func(d time.Duration) int64 { return c.now().Add(d).Unix() }
	for _, test := range []struct {
		name           string
		claims, header map[string]any
	}{
		{"exp past, within the leeway", map[string]any{"exp": in(-29 * time.Second)}, nil},
		{"nbf future, within the leeway", map[string]any{"nbf": in(30 * time.Second)}, nil},
		{"iat future, within the leeway", map[string]any{"iat": in(30 * time.Second)}, nil},
		{"iat missing", map[string]any{"iat": nil}, nil},
		{"exp with a fraction", map[string]any{"exp": float64(in(time.Hour)) + 0.5}, nil},
		{"aud among others", map[string]any{"aud": []string{"x", testAudience}}, nil},
		{"sub of the longest length", map[string]any{"sub": strings.Repeat("x", 255)}, nil},
		{"roles as one text", map[string]any{"roles": "offline_access borough-lead"}, nil},
		{"an unknown role beside a known one", map[string]any{"roles": []any{"admin", 3, "borough-lead"}}, nil},
		{"type at+jwt", nil, map[string]any{"typ": "at+jwt"}},
		{"type as a media type", nil, map[string]any{"typ": "application/AT+JWT"}},
		{"no type", nil, map[string]any{"typ": nil}},
		{"no key id, where one key fits", nil, map[string]any{"kid": nil}},
	} {
		t.Run(test.name, func(t *testing.T) {
			actor, err := v.Verify(t.Context(), edKey.sign(claimsAt(c.now(), test.claims), test.header))
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(actor.Roles, []programme.Role{programme.RoleBoroughLead}) {
				t.Errorf("got roles %v", actor.Roles)
			}
		})
	}
}

func TestVerifyNeedsAKeyIDWhereKeysAreAmbiguous(t *testing.T) {
	c := newClock()
	second := signer{"second", jwt.SigningMethodEdDSA, others.private}
	v := staticVerifier(t, c, edKey.jwk(nil), second.jwk(nil))
	_, err := v.Verify(t.Context(), edKey.sign(claimsAt(c.now(), nil), map[string]any{"kid": nil}))
	wantRefusal(t, err, programme.Unauthenticated, "token_unknown_key")
}

// Roles without a borough must not carry one, for rows are scoped by it.
func TestVerifyKeepsBoroughOnlyForBoroughRoles(t *testing.T) {
	c := newClock()
	v := staticVerifier(t, c, edKey.jwk(nil))
	for _, test := range []struct {
		roles   []string
		borough any
		want    programme.Actor
	}{
		{[]string{"reporting", "programme"}, nil, programme.Actor{Roles: []programme.Role{programme.RoleProgramme, programme.RoleReporting}}},
		{[]string{"programme"}, lambeth, programme.Actor{Roles: []programme.Role{programme.RoleProgramme}}},
		{[]string{"programme"}, "nonsense", programme.Actor{Roles: []programme.Role{programme.RoleProgramme}}},
		{
			[]string{"programme", "borough-system", "borough-system"}, lambeth,
			programme.Actor{Roles: []programme.Role{programme.RoleProgramme, programme.RoleBoroughSystem}, Borough: lambeth},
		},
	} {
		t.Run(fmt.Sprint(test.roles, test.borough), func(t *testing.T) {
			test.want.Issuer, test.want.Subject = testIssuer, "u-1"
			token := edKey.sign(claimsAt(c.now(), map[string]any{"roles": test.roles, "borough": test.borough}), nil)
			got, err := v.Verify(t.Context(), token)
			if err != nil || !reflect.DeepEqual(got, test.want) {
				t.Fatalf("got %+v, %v; want %+v", got, err, test.want)
			}
		})
	}
}

// A published RSA key must not work as a shared secret, in any of the forms in
// which an attacker may have it, and no token may do without a signature.
func TestVerifyRefusesAlgorithmConfusion(t *testing.T) {
	c := newClock()
	v := staticVerifier(t, c, rsKey.jwk(nil))
	public := rsKey.private.Public().(*rsa.PublicKey)
	pkix, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	secrets := map[string][]byte{
		"PKIX":    pkix,
		"PEM":     pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: pkix}),
		"PKCS1":   x509.MarshalPKCS1PublicKey(public),
		"modulus": public.N.Bytes(),
		"empty":   {},
	}
	for form, secret := range secrets {
		for _, method := range []jwt.SigningMethod{jwt.SigningMethodHS256, jwt.SigningMethodHS384, jwt.SigningMethodHS512} {
			t.Run(method.Alg()+" "+form, func(t *testing.T) {
				token := jwt.NewWithClaims(method, claimsAt(c.now(), nil))
				token.Header["kid"] = rsKey.id
				text, err := token.SignedString(secret)
				if err != nil {
					t.Fatal(err)
				}
				_, err = v.Verify(t.Context(), text)
				wantRefusal(t, err, programme.Unauthenticated, "token_algorithm")
			})
		}
	}
	t.Run("none", func(t *testing.T) {
		token := jwt.NewWithClaims(jwt.SigningMethodNone, claimsAt(c.now(), nil))
		token.Header["kid"] = rsKey.id
		text, err := token.SignedString(jwt.UnsafeAllowNoneSignatureType)
		if err != nil {
			t.Fatal(err)
		}
		_, err = v.Verify(t.Context(), text)
		wantRefusal(t, err, programme.Unauthenticated, "token_algorithm")
	})
}

// The key that a token brings along is not the issuer's, and nobody is asked for one at
// an address that a token names.
func TestVerifyIgnoresKeysInTheHeader(t *testing.T) {
	c := newClock()
	evil := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("asked for %s", r.URL) }))
	defer evil.Close()
	v := staticVerifier(t, c, edKey.jwk(nil))
	brought := map[string]any{"jwk": others.jwk(nil), "jku": evil.URL + "/jwks", "x5u": evil.URL + "/cert"}
	_, err := v.Verify(t.Context(), others.sign(claimsAt(c.now(), nil), brought))
	wantRefusal(t, err, programme.Unauthenticated, "token_signature")
	wantActor(t, v, edKey.sign(claimsAt(c.now(), nil), brought), "u-1")
}

// An accepted issuer must not speak in the name of another.
func TestVerifyUsesOnlyTheIssuersOwnKeys(t *testing.T) {
	c := newClock()
	v := newVerifier(t, Config{Clock: c.now, Issuers: []Issuer{
		trusted(Issuer{Issuer: testIssuer, Audience: testAudience, JWKS: jwks(edKey.jwk(nil))}),
		trusted(Issuer{Issuer: "https://second.example.org", Audience: testAudience, JWKS: jwks(esKey.jwk(nil))}),
		trusted(Issuer{Issuer: "https://third.example.org", Audience: testAudience, JWKS: jwks(others.jwk(nil))}),
	}})
	second := map[string]any{"iss": "https://second.example.org"}
	wantActor(t, v, esKey.sign(claimsAt(c.now(), second), nil), "u-1")
	_, err := v.Verify(t.Context(), edKey.sign(claimsAt(c.now(), second), nil))
	wantRefusal(t, err, programme.Unauthenticated, "token_unknown_key")
	// Nor by the name of a key that the other has.
	third := map[string]any{"iss": "https://third.example.org"}
	wantActor(t, v, others.sign(claimsAt(c.now(), third), nil), "u-1")
	_, err = v.Verify(t.Context(), edKey.sign(claimsAt(c.now(), third), nil))
	wantRefusal(t, err, programme.Unauthenticated, "token_signature")
}

func TestVerifyMapsClaimsAndRoles(t *testing.T) {
	c := newClock()
	v := newVerifier(t, Config{Clock: c.now, Issuers: []Issuer{trusted(Issuer{
		Issuer: testIssuer, Audience: testAudience, JWKS: jwks(edKey.jwk(nil)),
		Claims: Claims{Subject: "oid", Roles: "realm_access.roles", Borough: "https://example.org/borough"},
		Roles:  map[string]string{"liia-dcs": "borough-lead", "liia-team": "programme"},
	})}})
	token := func(changes map[string]any) string {
		return edKey.sign(claimsAt(c.now(), change(map[string]any{
			"oid": "o-1", "realm_access": map[string]any{"roles": []string{"liia-dcs"}}, "https://example.org/borough": lambeth,
		}, changes)), nil)
	}
	got, err := v.Verify(t.Context(), token(nil))
	want := programme.Actor{Issuer: testIssuer, Subject: "o-1", Roles: []programme.Role{programme.RoleBoroughLead}, Borough: lambeth}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("got %+v, %v; want %+v", got, err, want)
	}
	for name, test := range map[string]struct {
		changes map[string]any
		code    string
	}{
		"a name that is only ours":  {map[string]any{"realm_access": map[string]any{"roles": []string{"programme"}}}, "token_roles"},
		"a path that ends too soon": {map[string]any{"realm_access": "liia-dcs"}, "token_roles"},
		"no subject at its place":   {map[string]any{"oid": nil}, "token_subject"},
		"an empty subject":          {map[string]any{"oid": ""}, "token_subject"},
		"a subject of white space":  {map[string]any{"oid": " \u00a0"}, "token_subject"},
		"a subject that is hidden":  {map[string]any{"oid": "\u200b"}, "token_subject"},
		"a subject that is a list":  {map[string]any{"oid": []string{"o-1"}}, "token_subject"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := v.Verify(t.Context(), token(test.changes))
			wantRefusal(t, err, programme.Unauthenticated, test.code)
		})
	}
}

func TestCachedTokenIsRefusedOnceExpired(t *testing.T) {
	c := newClock()
	v := staticVerifier(t, c, edKey.jwk(nil))
	token := edKey.sign(claimsAt(c.now(), map[string]any{"exp": c.now().Add(time.Minute).Unix()}), nil)
	wantActor(t, v, token, "u-1")
	c.advance(89 * time.Second) // within the leeway
	wantActor(t, v, token, "u-1")
	c.advance(time.Second)
	_, err := v.Verify(t.Context(), token)
	wantRefusal(t, err, programme.Unauthenticated, "token_expired")
}

// Taking the key away shows what the cache alone answers, and for how long.
func TestCacheBelievesFiveMinutesAtMost(t *testing.T) {
	c := newClock()
	v := staticVerifier(t, c, edKey.jwk(nil))
	token := edKey.sign(claimsAt(c.now(), nil), nil)
	wantActor(t, v, token, "u-1")
	v.issuers[testIssuer].ring = staticKeyring(keySet{})
	c.advance(believedFor - time.Nanosecond)
	wantActor(t, v, token, "u-1")
	c.advance(time.Nanosecond)
	_, err := v.Verify(t.Context(), token)
	wantRefusal(t, err, programme.Unauthenticated, "token_unknown_key")
}

func TestRefusalIsNotCached(t *testing.T) {
	c := newClock()
	v := staticVerifier(t, c, edKey.jwk(nil))
	token := edKey.sign(claimsAt(c.now(), map[string]any{"nbf": c.now().Add(time.Minute).Unix()}), nil)
	_, err := v.Verify(t.Context(), token)
	wantRefusal(t, err, programme.Unauthenticated, "token_not_yet_valid")
	if n := v.cache.EstimatedSize(); n != 0 {
		t.Fatalf("the cache holds %d tokens, want none", n)
	}
	c.advance(time.Minute)
	wantActor(t, v, token, "u-1")
}

func TestCacheIsBounded(t *testing.T) {
	c := newClock()
	v := newVerifier(t, Config{
		Clock: c.now, CacheSize: 8,
		Issuers: []Issuer{trusted(Issuer{Issuer: testIssuer, Audience: testAudience, JWKS: jwks(edKey.jwk(nil))})},
	})
	for i := range 100 {
		subject := fmt.Sprint("u-", i)
		wantActor(t, v, edKey.sign(claimsAt(c.now(), map[string]any{"sub": subject}), nil), subject)
	}
	v.cache.CleanUp()
	if n := v.cache.EstimatedSize(); n > 8 {
		t.Fatalf("the cache holds %d tokens, want at most 8", n)
	}
}

func TestVerifyConcurrently(t *testing.T) {
	c := newClock()
	v := staticVerifier(t, c, edKey.jwk(nil), esKey.jwk(nil))
	signers := []signer{edKey, esKey}
	var group sync.WaitGroup
	for i := range 16 {
		group.Go(func() {
			for j := range 20 {
				subject := fmt.Sprint("u-", (i+j)%10)
				token := signers[j%2].sign(claimsAt(c.now(), map[string]any{"sub": subject}), nil)
				actor, err := v.Verify(t.Context(), token)
				if err != nil || actor.Subject != subject {
					t.Errorf("got %+v, %v; want subject %s", actor, err, subject)
				}
			}
		})
	}
	group.Wait()
}

func FuzzVerify(f *testing.F) {
	c := newClock()
	v := staticVerifier(f, c, edKey.jwk(nil))
	good := edKey.sign(claimsAt(c.now(), nil), nil)
	f.Add(good)
	f.Add(strings.Replace(good, ".", "..", 1))
	f.Add(encode(`{"alg":"none"}`) + "." + encode(`{"iss":"`+testIssuer+`"}`) + ".")
	f.Fuzz(func(t *testing.T, token string) {
		if token == good {
			return
		}
		_, err := v.Verify(t.Context(), token)
		if programme.KindOf(err) != programme.Unauthenticated {
			t.Fatalf("a made-up token got %v", err)
		}
	})
}
