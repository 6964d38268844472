package auth

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"

	"peerchallenge/pkg/programme"
)

// openID is a real OpenID provider, by another hand than ours: its discovery, its key
// set and its tokens are what it makes of them. Its storage is all that is here.
type openID struct {
	op.Storage // what client credentials do not ask for

	server *httptest.Server
	mu     sync.Mutex
	keys   []signer // the last one signs
	claims map[string]any
	down   bool
}

// newOpenID starts the provider, which answers whoever knows the one secret.
func newOpenID(t *testing.T, key signer) *openID {
	t.Helper()
	p := &openID{keys: []signer{key}}
	p.server = httptest.NewUnstartedServer(nil)
	issuer := "http://" + p.server.Listener.Addr().String()
	provider, err := op.NewProvider(&op.Config{AuthMethodPost: true}, p, op.StaticIssuer(issuer), op.WithAllowInsecure())
	if err != nil {
		t.Fatal(err)
	}
	p.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		down := p.down
		p.mu.Unlock()
		if down {
			http.Error(w, "down", http.StatusBadGateway)
			return
		}
		provider.ServeHTTP(w, r)
	})
	p.server.Start()
	t.Cleanup(p.server.Close)
	return p
}

func (p *openID) change(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
}

// token gets a token as a client of the provider does.
func (p *openID) token(t *testing.T, claims map[string]any) string {
	t.Helper()
	p.change(func() { p.claims = claims })
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {"system"}, "client_secret": {"secret"}, "scope": {"api"}}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.server.URL+"/oauth/token", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var granted struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(response.Body).Decode(&granted); err != nil || granted.Token == "" {
		t.Fatalf("the provider answers %s: %v", response.Status, err)
	}
	return granted.Token
}

// What the provider asks of its storage for this grant.

type providerKey struct{ signer }

func (k providerKey) ID() string  { return k.id }
func (k providerKey) Use() string { return "sig" }
func (k providerKey) Algorithm() jose.SignatureAlgorithm {
	return jose.SignatureAlgorithm(k.method.Alg())
}
func (k providerKey) SignatureAlgorithm() jose.SignatureAlgorithm { return k.Algorithm() }
func (k providerKey) Key() any                                    { return k.private.Public() }

type privateKey struct{ providerKey }

func (k privateKey) Key() any { return k.private }

func (p *openID) SigningKey(context.Context) (op.SigningKey, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return privateKey{providerKey{p.keys[len(p.keys)-1]}}, nil
}

func (p *openID) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{jose.RS256, jose.ES256}, nil
}

func (p *openID) KeySet(context.Context) ([]op.Key, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var keys []op.Key
	for _, k := range p.keys {
		keys = append(keys, providerKey{k})
	}
	return keys, nil
}

func (p *openID) ClientCredentials(_ context.Context, _, secret string) (op.Client, error) {
	if secret != "secret" {
		return nil, errors.New("another secret")
	}
	return providerClient{}, nil
}

func (p *openID) ClientCredentialsTokenRequest(_ context.Context, client string, scopes []string) (op.TokenRequest, error) {
	return &oidc.JWTTokenRequest{Subject: client, Audience: oidc.Audience{testAudience}, Scopes: scopes}, nil
}

func (p *openID) CreateAccessToken(context.Context, op.TokenRequest) (string, time.Time, error) {
	return "one", time.Now().Add(time.Hour), nil
}

func (p *openID) GetPrivateClaimsFromScopes(context.Context, string, string, []string) (map[string]any, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.claims, nil
}

// providerClient is the provider's one client, whose tokens are JWTs.
type providerClient struct{ op.Client }

func (providerClient) GetID() string { return "system" }
func (providerClient) GrantTypes() []oidc.GrantType {
	return []oidc.GrantType{oidc.GrantTypeClientCredentials}
}
func (providerClient) AccessTokenType() op.AccessTokenType { return op.AccessTokenTypeJWT }
func (providerClient) ClockSkew() time.Duration            { return 0 }
func (providerClient) RestrictAdditionalAccessTokenScopes() func([]string) []string {
	return func(scopes []string) []string { return scopes }
}

// TestRealOpenIDProviders: several at once, each with its own claims; their keys rotate,
// and while one is down, what it has signed before is good and the other goes on.
func TestRealOpenIDProviders(t *testing.T) {
	t.Parallel()
	lambethTenant, alliance := newOpenID(t, rsKey), newOpenID(t, esKey)
	v := newVerifier(t, Config{Issuers: []Issuer{
		// A borough whose systems are told apart by the application that got the token.
		{Issuer: lambethTenant.server.URL, Audience: testAudience, Claims: Claims{Borough: "azp"}, Roles: map[string]string{"PCR.Submit": "borough-system"},
			Boroughs: Boroughs{ByClaim: map[string]string{"app-1": lambeth}}, AllowedRoles: []programme.Role{programme.RoleBoroughSystem}},
		{Issuer: alliance.server.URL, Audience: testAudience, Claims: Claims{Roles: "groups"}, Roles: map[string]string{"7d3c": "programme", "9a1b": "reporting"},
			Boroughs: Boroughs{None: true}, AllowedRoles: []programme.Role{programme.RoleProgramme, programme.RoleReporting}},
	}})
	wantRoles := func(token, borough string, roles ...programme.Role) {
		t.Helper()
		actor, err := v.Verify(t.Context(), token)
		if err != nil || !slices.Equal(actor.Roles, roles) || actor.Borough != borough || actor.Subject != "system" {
			t.Errorf("it speaks for %+v, %v", actor, err)
		}
	}
	system := map[string]any{"roles": []string{"PCR.Submit"}, "azp": "app-1"}
	first := lambethTenant.token(t, system)
	wantRoles(first, lambeth, programme.RoleBoroughSystem)
	staff := alliance.token(t, map[string]any{"groups": []string{"0000", "7d3c"}})
	wantRoles(staff, "", programme.RoleProgramme)

	refused := func(token string, kind programme.Kind, code string) {
		t.Helper()
		_, err := v.Verify(t.Context(), token)
		wantRefusal(t, err, kind, code)
	}
	refused(lambethTenant.token(t, map[string]any{"roles": []string{"PCR.Submit"}, "azp": "app-2"}), programme.Forbidden, "untrusted_borough")
	refused(alliance.token(t, map[string]any{"groups": []string{"0000"}}), programme.Unauthenticated, "token_roles")
	refused(alliance.token(t, map[string]any{"_claim_names": map[string]string{"groups": "src1"}, "_claim_sources": map[string]any{"src1": map[string]string{"endpoint": "https://graph.example.org"}}}),
		programme.Forbidden, "token_overage")
	refused(alliance.token(t, map[string]any{"hasgroups": true}), programme.Forbidden, "token_overage")

	// A new key beside the old one, and then alone.
	rotated := must(newSigner("rs-2", rsKey.method, newRSA(2048)))
	lambethTenant.change(func() { lambethTenant.keys = []signer{rsKey, rotated} })
	wantRoles(lambethTenant.token(t, system), lambeth, programme.RoleBoroughSystem)
	wantRoles(first, lambeth, programme.RoleBoroughSystem)

	// One is down: the other goes on, and what the first signed with keys that are known.
	late := lambethTenant.token(t, map[string]any{"roles": []string{"PCR.Submit"}, "azp": "app-1", "late": true})
	lambethTenant.change(func() { lambethTenant.down = true })
	wantRoles(late, lambeth, programme.RoleBoroughSystem)
	wantRoles(alliance.token(t, map[string]any{"groups": []string{"9a1b"}}), "", programme.RoleReporting)
	// And neither speaks for the other.
	if strings.Split(first, ".")[1] == strings.Split(staff, ".")[1] {
		t.Error("two providers say the same")
	}
	refused(strings.Join([]string{strings.Split(staff, ".")[0], strings.Split(first, ".")[1], strings.Split(staff, ".")[2]}, "."), programme.Unauthenticated, "token_unknown_key")
}

// TestEntraID: a tenant issues by two names, each with claims of its own. Version 1 has
// the application in appid, version 2 in azp.
func TestEntraID(t *testing.T) {
	t.Parallel()
	c := newClock()
	const tenant = "6babcaad-604b-40ac-a9d7-9fd97c0b779f"
	v1, v2 := "https://sts.windows.net/"+tenant+"/", "https://login.microsoftonline.com/"+tenant+"/v2.0"
	of := func(issuer, application string) Issuer {
		return Issuer{
			Issuer: issuer, Audience: "api://peerchallenge", JWKS: jwks(rsKey.jwk(nil)), Claims: Claims{Subject: "oid", Borough: application},
			Roles: map[string]string{"PCR.Lead": "borough-lead", "PCR.Submit": "borough-system"}, Boroughs: Boroughs{ByClaim: map[string]string{"app-lambeth": lambeth}},
			AllowedRoles: []programme.Role{programme.RoleBoroughLead, programme.RoleBoroughSystem},
		}
	}
	v := newVerifier(t, Config{Clock: c.now, Issuers: []Issuer{of(v1, "appid"), of(v2, "azp")}})
	token := func(issuer string, claims map[string]any) string {
		return rsKey.sign(claimsAt(c.now(), change(map[string]any{"iss": issuer, "aud": "api://peerchallenge", "oid": "object-1", "roles": []string{"PCR.Submit"}, "borough": nil}, claims)), nil)
	}
	for name, text := range map[string]string{
		"version 1": token(v1, map[string]any{"appid": "app-lambeth", "ver": "1.0"}),
		"version 2": token(v2, map[string]any{"azp": "app-lambeth", "ver": "2.0"}),
	} {
		actor, err := v.Verify(t.Context(), text)
		if err != nil || actor.Subject != "object-1" || actor.Borough != lambeth || !actor.Is(programme.RoleBoroughSystem) {
			t.Errorf("%s: %+v, %v", name, actor, err)
		}
	}
	for name, test := range map[string]struct {
		text, code string
	}{
		"another application":       {token(v1, map[string]any{"appid": "app-other"}), "untrusted_borough"},
		"the other version's claim": {token(v1, map[string]any{"azp": "app-lambeth"}), "token_roles"},
		"another tenant":            {token("https://sts.windows.net/00000000-0000-0000-0000-000000000000/", map[string]any{"appid": "app-lambeth"}), "token_issuer"},
		"no role":                   {token(v2, map[string]any{"azp": "app-lambeth", "roles": nil}), "token_roles"},
	} {
		if _, err := v.Verify(t.Context(), test.text); err == nil || !strings.HasPrefix(err.Error(), test.code+":") {
			t.Errorf("%s: %v, not %s", name, err, test.code)
		}
	}
}
