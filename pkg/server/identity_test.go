package server_test

import (
	"encoding/json"
	"testing"
	"time"

	"peerchallenge/pkg/auth"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/server"
)

// TestABoroughThatLeavesIsRefusedAtOnce: its tokens may be good for hours yet, and
// were believed a moment ago.
func TestABoroughThatLeavesIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	w := lean(t)
	const code = "E06000099"
	lead := w.as(programme.RoleBoroughLead, code)
	lead.get("/v1/boroughs").problem(403, "unknown_borough")
	w.write("POST", "/v1/authorities", `{"code":"`+code+`","dfeCode":"999","name":"Newtown","regionCode":"E12000007","regionName":"London","validFrom":"2020-04-01"}`).want(201)
	w.write("POST", "/v1/boroughs", `{"code":"`+code+`","name":"Newtown","shortName":"Newtown","liiaCode":"NTN","innerOuter":"outer"}`).want(201)
	lead.get("/v1/boroughs").want(200)
	lead.get("/v1/findings").want(200)
	w.write("DELETE", "/v1/boroughs/"+code, "", "If-Match", w.etag("/v1/boroughs/"+code)).want(204)
	lead.get("/v1/boroughs").problem(403, "unknown_borough") // also what had been answered before
	lead.get("/v1/findings").problem(403, "unknown_borough")
	w.get("/v1/boroughs").want(200)
}

// TestABoroughsOwnIssuer: what one borough's provider signs is good for that
// borough and for the roles that were agreed, and for nothing else.
func TestABoroughsOwnIssuer(t *testing.T) {
	t.Parallel()
	var provider *auth.Authority
	w := start(t, func(cfg *server.Config) {
		store, _ := cfg.Store.(auth.KeyStore)
		provider = auth.NewAuthority(store, "https://login.lambeth.example", "peerchallenge", clock)
		if _, err := provider.Token(t.Context(), lambeth, time.Hour); err != nil { // which makes the first key
			t.Fatal(err)
		}
		keys, err := provider.JWKS(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		verifier, err := auth.NewVerifier(t.Context(), auth.Config{Clock: clock, Logger: silent, Issuers: []auth.Issuer{{
			Issuer: "https://login.lambeth.example", Audience: "peerchallenge", JWKS: json.RawMessage(keys),
			Boroughs: auth.Boroughs{Only: lambeth.Borough}, AllowedRoles: []programme.Role{programme.RoleBoroughLead, programme.RoleBoroughEditor},
		}}})
		if err != nil {
			t.Fatal(err)
		}
		inTheEnd(t, verifier.Close)
		cfg.Verify, cfg.Keys = verifier.Verify, nil // the built-in issuer is off
	})
	builtIn := w.token(programme.RoleReporting)
	as := func(role programme.Role, borough string) caller {
		t.Helper()
		token, err := provider.Token(t.Context(), programme.Actor{Subject: "u-1", Roles: []programme.Role{role}, Borough: borough}, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		return caller{w, token}
	}
	as(programme.RoleBoroughLead, "E09000022").get("/v1/boroughs").want(200)
	as(programme.RoleBoroughEditor, "E09000022").get("/v1/boroughs").want(200)
	as(programme.RoleBoroughLead, "E09000028").get("/v1/boroughs").problem(403, "untrusted_borough")
	as(programme.RoleBoroughSystem, "E09000022").get("/v1/boroughs").problem(403, "untrusted_role")
	as(programme.RoleProgramme, "").get("/v1/boroughs").problem(403, "untrusted_role")

	caller{w, builtIn}.get("/v1/boroughs").problem(401, "token_issuer")
	if published := w.send(ask{method: "GET", path: "/.well-known/jwks.json"}).want(200).body; published != `{"keys":[]}` {
		t.Errorf("an issuer that is off publishes %s", published)
	}
}
