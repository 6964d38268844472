package server_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"peerchallenge/pkg/postgres/pgtest"
	"peerchallenge/pkg/programme"
)

// grant asks for a token with the body and, where it is not empty, with HTTP Basic.
func (w *world) grant(body, authorization string) answer {
	w.t.Helper()
	header := map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
	if authorization != "" {
		header["Authorization"] = authorization
	}
	return w.send(ask{method: http.MethodPost, path: "/oauth/token", body: body, header: header})
}

// grantOf asks with a secret of no client.
func (w *world) grantOf(secret string) answer {
	w.t.Helper()
	return w.grant("grant_type=client_credentials&client_id=01932b7e-5d5c-7c4e-9d0f-1f6c8f6f3a10&client_secret="+url.QueryEscape(secret), "")
}

// token answers that of a grant.
func (a answer) token() string {
	a.t.Helper()
	var granted struct {
		Token string `json:"access_token"`
		Type  string `json:"token_type"`
		Lasts int    `json:"expires_in"`
	}
	a.want(200).into(&granted)
	if granted.Type != "Bearer" || granted.Lasts != 3600 || a.header.Get("Cache-Control") != "no-store" || a.header.Get("Pragma") != "no-cache" {
		a.t.Errorf("granted %+v with %v", granted, a.header)
	}
	return granted.Token
}

// refused fails the test unless the answer is this error of RFC 6749.
func (a answer) refused(t *testing.T, status int, code string) {
	t.Helper()
	var refusal struct {
		Error string `json:"error"`
	}
	a.want(status).into(&refusal)
	if refusal.Error != code || a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("refused as %s with %v, not as %s", refusal.Error, a.header, code)
	}
	if basic := a.header.Get("WWW-Authenticate"); (status == 401) != (basic == `Basic realm="peerchallenge"`) {
		t.Errorf("%d with the challenge %q", status, basic)
	}
}

func basicOf(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(user)+":"+url.QueryEscape(password)))
}

// TestAStandardClientLibraryGetsAToken: with either way of sending the secret that it
// knows, and finds everything in the metadata.
func TestAStandardClientLibraryGetsAToken(t *testing.T) {
	t.Parallel()
	w := lean(t)
	machine := w.machine("E09000022")
	var metadata struct {
		Issuer   string
		Endpoint string   `json:"token_endpoint"`
		Keys     string   `json:"jwks_uri"`
		Ways     []string `json:"token_endpoint_auth_methods_supported"`
	}
	w.send(ask{method: http.MethodGet, path: "/.well-known/oauth-authorization-server"}).want(200).into(&metadata)
	if metadata.Issuer != "http://test" || metadata.Endpoint != "http://test/oauth/token" || metadata.Keys != "http://test/.well-known/jwks.json" || len(metadata.Ways) != 3 {
		t.Errorf("the metadata are %+v", metadata)
	}
	for _, style := range []oauth2.AuthStyle{oauth2.AuthStyleInHeader, oauth2.AuthStyleInParams, oauth2.AuthStyleAutoDetect} {
		config := clientcredentials.Config{ClientID: machine.ID, ClientSecret: machine.secret, TokenURL: w.http.URL + "/oauth/token", AuthStyle: style}
		question, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.http.URL+"/v1/findings", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		response, err := config.Client(t.Context()).Do(question)
		if err != nil {
			t.Fatal(err)
		}
		if _ = response.Body.Close(); response.StatusCode != http.StatusOK {
			t.Errorf("style %d: %s", style, response.Status)
		}
	}
}

// TestTheTokenEndpointKeepsItsRules: each refusal has the code that RFC 6749 gives it.
func TestTheTokenEndpointKeepsItsRules(t *testing.T) {
	t.Parallel()
	w := lean(t)
	m, stranger := w.machine("E09000022"), w.machine("E09000028")
	const grant = "grant_type=client_credentials"
	inBody := grant + "&client_id=" + m.ID + "&client_secret=" + m.secret
	for name, test := range map[string]struct {
		body, authorization string
		status              int
		code                string
	}{
		"no body":                     {"", basicOf(m.ID, m.secret), 400, "invalid_request"},
		"no grant":                    {"a=b", basicOf(m.ID, m.secret), 400, "invalid_request"},
		"another grant":               {"grant_type=password", basicOf(m.ID, m.secret), 400, "unsupported_grant_type"},
		"a grant twice":               {grant + "&" + grant, basicOf(m.ID, m.secret), 400, "invalid_request"},
		"a secret twice":              {inBody + "&client_secret=" + m.secret, "", 400, "invalid_request"},
		"a scope":                     {grant + "&scope=everything", basicOf(m.ID, m.secret), 400, "invalid_scope"},
		"two ways":                    {inBody, basicOf(m.ID, m.secret), 400, "invalid_request"},
		"a secret and an assertion":   {inBody + "&client_assertion=a.b.c", "", 400, "invalid_request"},
		"Basic and an assertion":      {grant + "&client_assertion=a.b.c", basicOf(m.ID, m.secret), 400, "invalid_request"},
		"an assertion without type":   {grant + "&client_assertion=a.b.c", "", 400, "invalid_request"},
		"a type without assertion":    {inBody + "&client_assertion_type=x", "", 400, "invalid_request"},
		"another client beside Basic": {grant + "&client_id=" + stranger.ID, basicOf(m.ID, m.secret), 400, "invalid_request"},
		"no client":                   {grant, "", 401, "invalid_client"},
		"no secret":                   {grant + "&client_id=" + m.ID, "", 401, "invalid_client"},
		"a bearer token":              {grant, "Bearer " + m.secret, 401, "invalid_client"},
		"Basic that is none":          {grant, "Basic !", 401, "invalid_client"},
		"Basic badly escaped":         {grant, "Basic " + base64.StdEncoding.EncodeToString([]byte("%zz:"+m.secret)), 401, "invalid_client"},
		"another's secret":            {grant, basicOf(m.ID, stranger.secret), 401, "invalid_client"},
		"a guessed secret":            {grant, basicOf(m.ID, programme.NewSecret(programme.ClientSecretKind).Text), 401, "invalid_client"},
		"an empty secret":             {grant, basicOf(m.ID, ""), 401, "invalid_client"},
		"a long secret":               {grant, basicOf(m.ID, strings.Repeat("x", 8000)), 401, "invalid_client"},
		"a client that is none":       {grant, basicOf("nobody", m.secret), 401, "invalid_client"},
		"a zero character":            {grant + "&client_id=%00", "", 400, "invalid_request"},
		"a large body":                {grant + "&x=" + strings.Repeat("x", 40<<10), basicOf(m.ID, m.secret), 400, "invalid_request"},
		"a body that is no form":      {"%zz", basicOf(m.ID, m.secret), 400, "invalid_request"},
	} {
		t.Run(name, func(t *testing.T) { w.in(t).grant(test.body, test.authorization).refused(t, test.status, test.code) })
	}
	w.send(ask{method: http.MethodPost, path: "/oauth/token?" + inBody, header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}}).refused(t, 400, "invalid_request")
	w.send(ask{method: http.MethodPost, path: "/oauth/token", body: `{"grant_type":"client_credentials"}`}).refused(t, 400, "invalid_request")
	w.grant(grant, basicOf(m.ID, m.secret)).token()
	w.grant(grant+"&client_id="+m.ID+"&something=else", basicOf(m.ID, m.secret)).token()
	w.grant(inBody, "").token()
}

// assertion is an assertion by which a client proves who it is, with changes.
type assertion struct {
	method jwt.SigningMethod
	key    any
	header map[string]any
	claims map[string]any
}

func (s assertion) text(t *testing.T) string {
	t.Helper()
	claims := jwt.MapClaims{}
	maps.Copy(claims, s.claims)
	for name, value := range claims {
		if value == nil {
			delete(claims, name)
		}
	}
	token := jwt.NewWithClaims(s.method, claims)
	maps.Copy(token.Header, s.header)
	text, err := token.SignedString(s.key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestAClientSignsInsteadOfSendingASecret: an assertion is good once, for this issuer
// alone, for minutes, and with the algorithm of the key that was registered.
func TestAClientSignsInsteadOfSendingASecret(t *testing.T) {
	t.Parallel()
	w := lean(t)
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	_, strange, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	x := base64.RawURLEncoding.EncodeToString(public)
	manager := w.as(programme.RoleProgramme, "")
	id := manager.post(clientsList, `{"name":"x","role":"borough-system","boroughs":["E09000022"],"keys":[{"kid":"one","kty":"OKP","crv":"Ed25519","x":"`+x+`"}]}`).id()
	other := manager.post(clientsList, `{"name":"x","role":"borough-system","boroughs":["E09000028"]}`).id()
	good := func(jti string, changes map[string]any) assertion {
		claims := map[string]any{
			"iss": id, "sub": id, "aud": "http://test", "exp": time.Now().Add(time.Minute).Unix(), "iat": time.Now().Unix(), "jti": jti,
		}
		maps.Copy(claims, changes)
		return assertion{jwt.SigningMethodEdDSA, private, map[string]any{"kid": "one"}, claims}
	}
	send := func(t *testing.T, proof, more string) answer {
		t.Helper()
		return w.in(t).grant("grant_type=client_credentials&client_assertion_type="+url.QueryEscape("urn:ietf:params:oauth:client-assertion-type:jwt-bearer")+"&client_assertion="+proof+more, "")
	}
	first := good("first", nil).text(t)
	caller{w, send(t, first, "").token()}.get("/v1/findings").want(200)
	send(t, good("with its id", nil).text(t), "&client_id="+id).token()
	send(t, first, "").refused(t, 401, "invalid_client") // a second time
	send(t, good("first", map[string]any{"exp": time.Now().Add(2 * time.Minute).Unix()}).text(t), "").refused(t, 401, "invalid_client")

	another := startOn(t, w.url) // another process
	another.grant("grant_type=client_credentials&client_assertion_type="+url.QueryEscape("urn:ietf:params:oauth:client-assertion-type:jwt-bearer")+"&client_assertion="+first, "").refused(t, 401, "invalid_client")

	claims := func(changes map[string]any) string { return good("x", changes).text(t) }
	with := func(change func(*assertion)) string {
		s := good("x", nil)
		change(&s)
		return s.text(t)
	}
	for name, proof := range map[string]string{
		"another audience":         claims(map[string]any{"aud": "https://other.example.org"}),
		"two audiences":            claims(map[string]any{"aud": []string{"http://test", "https://other.example.org"}}),
		"the endpoint":             claims(map[string]any{"aud": "http://test/oauth/token"}),
		"no audience":              claims(map[string]any{"aud": nil}),
		"another issuer":           claims(map[string]any{"iss": other}),
		"another subject":          claims(map[string]any{"sub": other}),
		"another client":           claims(map[string]any{"iss": other, "sub": other}),
		"no subject":               claims(map[string]any{"sub": nil}),
		"no jti":                   claims(map[string]any{"jti": nil}),
		"an empty jti":             claims(map[string]any{"jti": ""}),
		"a long jti":               claims(map[string]any{"jti": strings.Repeat("x", 256)}),
		"no expiry":                claims(map[string]any{"exp": nil}),
		"expired":                  claims(map[string]any{"exp": time.Now().Add(-time.Minute).Unix()}),
		"too long":                 claims(map[string]any{"exp": time.Now().Add(time.Hour).Unix()}),
		"of the far future":        claims(map[string]any{"exp": 1e300}),
		"issued in the future":     claims(map[string]any{"iat": time.Now().Add(time.Hour).Unix()}),
		"not yet valid":            claims(map[string]any{"nbf": time.Now().Add(time.Hour).Unix()}),
		"another's key":            with(func(s *assertion) { s.key = strange }),
		"an unknown kid":           with(func(s *assertion) { s.header["kid"] = "two" }),
		"an unknown crit":          with(func(s *assertion) { s.header["crit"] = []string{"x"} }),
		"an access token's type":   with(func(s *assertion) { s.header["typ"] = "at+jwt" }),
		"HMAC with the public key": with(func(s *assertion) { s.method, s.key = jwt.SigningMethodHS256, []byte(public) }),
		"no signature":             with(func(s *assertion) { s.method, s.key = jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType }),
		"a key in the header": with(func(s *assertion) {
			s.key = strange
			s.header["jwk"] = map[string]string{"kty": "OKP", "crv": "Ed25519", "x": base64.RawURLEncoding.EncodeToString(strange.Public().(ed25519.PublicKey))}
			s.header["jku"] = "https://evil.example.org/keys"
		}),
		"an access token": w.token(programme.RoleProgramme),
		"no JWT":          "nothing",
	} {
		t.Run(name, func(t *testing.T) { send(t, proof, "").refused(t, 401, "invalid_client") })
	}
	send(t, good("another id beside it", nil).text(t), "&client_id="+other).refused(t, 401, "invalid_client")
	// And the other way about: what proves who a client is opens nothing else.
	caller{w, good("as a token", map[string]any{"roles": []string{"programme"}}).text(t)}.get("/v1/boroughs").want(401)
	var claimsOfToken map[string]any
	token := send(t, good("for its claims", nil).text(t), "").token()
	text, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &claimsOfToken); err != nil {
		t.Fatal(err)
	}
	if claimsOfToken["sub"] != id || claimsOfToken["client_id"] != id || claimsOfToken["borough"] != "E09000022" {
		t.Errorf("the token says %v", claimsOfToken)
	}
}

// TestARevokedTokenIsRefusedByEveryProcess: one token, or all that a subject has until
// then; and what was issued afterwards is good.
func TestARevokedTokenIsRefusedByEveryProcess(t *testing.T) {
	t.Parallel()
	w := lean(t)
	second := startOn(t, w.url)
	manager, list := w.as(programme.RoleProgramme, ""), "/v1/token-revocations"
	everywhere := func(what string, c caller, code string) {
		t.Helper()
		for _, process := range []*world{w, second} {
			process.eventually(what, func() bool { return caller{process, c.token}.get("/v1/boroughs").status == 401 })
			caller{process, c.token}.get("/v1/boroughs").problem(401, code)
		}
	}
	issue := func(subject string) caller {
		t.Helper()
		token, err := w.issuer.Token(t.Context(), programme.Actor{Subject: subject, Roles: []programme.Role{programme.RoleReporting}}, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		return caller{w, token}
	}
	one, other := issue("ann"), issue("ann")
	for _, process := range []*world{w, second} { // which believe them from now on
		caller{process, one.token}.get("/v1/boroughs").want(200)
		caller{process, other.token}.get("/v1/boroughs").want(200)
	}
	manager.post(list, `{"token":"`+one.token+`"}`).want(201)
	everywhere("the ended token is refused", one, "token_revoked")
	other.get("/v1/boroughs").want(200)
	manager.post(list, `{"token":"`+one.token+`"}`).problem(422, "invalid")
	manager.post(list, `{"token":"`+one.token+`","subject":"ann"}`).problem(422, "invalid")
	manager.post(list, `{"subject":"ann"}`).problem(422, "invalid")

	bob := issue("bob")
	manager.post(list, `{"issuer":"http://test","subject":"ann"}`).want(201)
	everywhere("all of the subject are refused", other, "token_revoked")
	bob.get("/v1/boroughs").want(200)
	w.eventually("a new token is good", func() bool { return issue("ann").get("/v1/boroughs").status == 200 })
}

// TestWhoCannotAskRefuses: a process whose database hangs while another is told to end a
// token refuses it within ten seconds all the same, and everything else with it; and
// knows better when the database is back.
func TestWhoCannotAskRefuses(t *testing.T) {
	t.Parallel()
	w := lean(t)
	proxy := pgtest.NewProxy(t, w.url)
	apart := startOn(t, proxy.URL())
	machine, key := w.machine("E09000022"), w.readKey("")
	system, reader := caller{apart, machine.signIn().token}, caller{apart, key.text}
	system.get("/v1/boroughs").want(200)
	reader.get("/v1/boroughs").want(200)

	proxy.Hang()
	manager := w.as(programme.RoleProgramme, "")
	manager.change(http.MethodDelete, clientsList+"/"+machine.ID, "").want(204)
	manager.change(http.MethodDelete, readKeysList+"/"+key.ID, "").want(204)
	for _, c := range []caller{system, reader} {
		apart.eventually("what was ended is refused", func() bool { return c.get("/v1/boroughs").status != 200 })
		c.get("/v1/boroughs").problem(503, "access_unconfirmed")
	}
	apart.grant("grant_type=client_credentials&client_id="+machine.ID+"&client_secret="+machine.secret, "").refused(t, 503, "temporarily_unavailable")

	proxy.Resume()
	apart.eventually("the database is heard again", func() bool { return system.get("/v1/boroughs").status != 503 })
	system.get("/v1/boroughs").problem(401, "client_ended")
	reader.get("/v1/boroughs").problem(401, "key_unknown")
	caller{apart, w.token(programme.RoleReporting)}.get("/v1/boroughs").want(200)
}
