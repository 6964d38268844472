package auth

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"peerchallenge/pkg/programme"
)

func TestParseIssuers(t *testing.T) {
	text := fmt.Sprintf(`[
		{"issuer": %q, "audience": %q, "jwks": %s,
		 "claims": {"roles": "realm_access.roles"}, "roles": {"dcs": "borough-lead"},
		 "boroughs": {"tenant-1": "E09000022"}, "allowedRoles": ["borough-lead", "borough-editor"]},
		{"issuer": "https://login.example.org/tenant/v2.0", "audience": "api", "jwksUrl": "https://login.example.org/keys",
		 "boroughs": "E09000022", "allowedRoles": ["borough-system"]},
		{"issuer": "http://127.0.0.1:9000", "audience": "api", "jwks": null, "boroughs": "none", "allowedRoles": ["reporting"]}
	]`, testIssuer, testAudience, jwks(edKey.jwk(nil)))
	got, err := ParseIssuers(text)
	if err != nil {
		t.Fatal(err)
	}
	want := []Issuer{
		{
			Issuer: testIssuer, Audience: testAudience, JWKS: jwks(edKey.jwk(nil)),
			Claims: Claims{Roles: "realm_access.roles"}, Roles: map[string]string{"dcs": "borough-lead"},
			Boroughs: Boroughs{ByClaim: map[string]string{"tenant-1": lambeth}}, AllowedRoles: []programme.Role{programme.RoleBoroughLead, programme.RoleBoroughEditor},
		},
		{
			Issuer: "https://login.example.org/tenant/v2.0", Audience: "api", JWKSURL: "https://login.example.org/keys",
			Boroughs: Boroughs{Only: lambeth}, AllowedRoles: []programme.Role{programme.RoleBoroughSystem},
		},
		{
			Issuer: "http://127.0.0.1:9000", Audience: "api", JWKS: json.RawMessage("null"),
			Boroughs: Boroughs{None: true}, AllowedRoles: []programme.Role{programme.RoleReporting},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got  %+v\nwant %+v", got, want)
	}
}

func TestParseNoIssuers(t *testing.T) {
	for _, text := range []string{"", " \n", "[]"} {
		if got, err := ParseIssuers(text); err != nil || len(got) != 0 {
			t.Errorf("ParseIssuers(%q) = %v, %v; want none", text, got, err)
		}
	}
}

func TestParseIssuersRefusesOtherText(t *testing.T) {
	for _, text := range []string{"{", "{}", `"x"`, "[] []", testIssuer} {
		_, err := ParseIssuers(text)
		wantRefusal(t, err, programme.Malformed, "issuers_malformed")
	}
}

func TestParseIssuersNamesEveryFault(t *testing.T) {
	const trust = `"boroughs": "E09000022", "allowedRoles": ["borough-lead"]`
	const good = `"audience": "api", "jwksUrl": "https://id.example.org/keys", ` + trust
	untrusted := []string{"/0/allowedRoles required", "/0/boroughs required"}
	withKeys := func(keys json.RawMessage) string {
		return fmt.Sprintf(`[{"issuer": %q, "audience": "api", "jwks": %s, %s}]`, testIssuer, keys, trust)
	}
	withIssuer := func(issuer string) string { return fmt.Sprintf(`[{"issuer": %q, %s}]`, issuer, good) }
	for name, test := range map[string]struct {
		text string
		want []string // pointer and code
	}{
		"nothing given":       {`[{}]`, append([]string{"/0/issuer required", "/0/audience required"}, untrusted...)},
		"not an object":       {`[7]`, append([]string{"/0 type", "/0/issuer required", "/0/audience required"}, untrusted...)},
		"null":                {`[null]`, append([]string{"/0 type", "/0/issuer required", "/0/audience required"}, untrusted...)},
		"http":                {withIssuer("http://id.example.org"), []string{"/0/issuer address"}},
		"no scheme":           {withIssuer("id.example.org"), []string{"/0/issuer address"}},
		"query":               {withIssuer("https://id.example.org?x=1"), []string{"/0/issuer address"}},
		"fragment":            {withIssuer("https://id.example.org#"), []string{"/0/issuer address"}},
		"credentials":         {withIssuer("https://a:b@id.example.org"), []string{"/0/issuer address"}},
		"loopback look-alike": {withIssuer("http://127.0.0.1.example.org"), []string{"/0/issuer address"}},
		"many faults": {
			`[{"issuer": 5, "audiense": "api", "a/b~c": 1, "jwksUrl": "ftp://x", "claims": {"sub": "x", "roles": []}, "roles": {"z/": "boss", "a": "admin"},
				"boroughs": ["E09000022"], "allowedRoles": "programme"}]`,
			[]string{
				"/0/a~1b~0c unknown_member", "/0/allowedRoles type", "/0/audiense unknown_member", "/0/boroughs type", "/0/issuer type",
				"/0/claims/roles type", "/0/claims/sub unknown_member",
				"/0/issuer required", "/0/audience required", "/0/jwksUrl address",
				"/0/allowedRoles required", "/0/roles/a role", "/0/roles/z~1 role", "/0/boroughs required",
			},
		},
		"other letters":    {`[{"Issuer": "https://id.example.org", ` + good + `}]`, []string{"/0/Issuer unknown_member", "/0/issuer required"}},
		"claims not a map": {`[{"issuer": "https://id.example.org", "claims": "sub", ` + good + `}]`, []string{"/0/claims type"}},
		"twice": {
			`[{"issuer": "https://id.example.org", ` + good + `}, {"issuer": "https://id.example.org", ` + good + `}]`,
			[]string{"/1/issuer duplicate"},
		},
		"both kinds of keys": {
			fmt.Sprintf(`[{"issuer": %q, %s, "jwks": %s}]`, testIssuer, good, jwks(edKey.jwk(nil))),
			[]string{"/0/jwksUrl exclusive"},
		},
		"not a key set": {withKeys(json.RawMessage(`{"kty": "OKP"}`)), []string{"/0/jwks jwks"}},
		"no keys":       {withKeys(jwks()), []string{"/0/jwks jwks"}},
		"only for encryption": {
			withKeys(jwks(rsKey.jwk(map[string]any{"use": "enc"}))), []string{"/0/jwks jwks"},
		},
		"bad keys beside a good one": {
			withKeys(jwks(weak.jwk(nil), edKey.jwk(nil), esKey.jwk(map[string]any{"d": "AAAA"}), esKey.jwk(map[string]any{"alg": "RS256"}))),
			[]string{"/0/jwks/keys/0 key", "/0/jwks/keys/2 key", "/0/jwks/keys/3 key"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseIssuers(test.text)
			wantRefusal(t, err, programme.Invalid, "invalid")
			if got := faultsOf(err); !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

// faultsOf answers where each fault is, and its code.
func faultsOf(err error) []string {
	var found []string
	if refusal, ok := errors.AsType[*programme.Error](err); ok {
		for _, f := range refusal.Faults {
			found = append(found, strings.TrimSpace(f.Pointer+f.Parameter+" "+string(f.Code)))
		}
	}
	return found
}

func TestNewVerifierRefusesBadConfiguration(t *testing.T) {
	issuer := trusted(Issuer{Issuer: testIssuer, Audience: testAudience, JWKS: jwks(edKey.jwk(nil))})
	for name, test := range map[string]struct {
		config Config
		want   []string
	}{
		"a faulty issuer": {Config{Issuers: []Issuer{{Issuer: testIssuer}}}, []string{"/0/audience required", "/0/allowedRoles required", "/0/boroughs required"}},
		"the built-in one under a double": {
			Config{Issuers: []Issuer{issuer}, Local: NewAuthority(&memoryKeys{}, testIssuer, testAudience, newClock().now)},
			[]string{"/0/issuer duplicate"},
		},
		"the built-in one without a name": {
			Config{Local: NewAuthority(&memoryKeys{}, "", testAudience, newClock().now)}, []string{"required"},
		},
		"the built-in one without an audience": {
			Config{Local: NewAuthority(&memoryKeys{}, testIssuer, "", newClock().now)}, []string{"required"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := NewVerifier(t.Context(), test.config)
			wantRefusal(t, err, programme.Invalid, "invalid")
			if got := faultsOf(err); !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// A service without issuers believes nobody.
func TestVerifierWithoutIssuers(t *testing.T) {
	c := newClock()
	_, err := newVerifier(t, Config{}).Verify(t.Context(), edKey.sign(claimsAt(c.now(), nil), nil))
	wantRefusal(t, err, programme.Unauthenticated, "token_issuer")
}
