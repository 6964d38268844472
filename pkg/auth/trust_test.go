package auth

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"peerchallenge/pkg/programme"
)

// TestTrustMustBeSaid: a service does not start while somebody might believe that
// an issuer is trusted for nothing, or for everything.
func TestTrustMustBeSaid(t *testing.T) {
	t.Parallel()
	for trust, want := range map[string][]string{
		`"boroughs": "E09000022", "allowedRoles": ["borough-lead"]`:                                              nil,
		`"boroughs": {"0022": "E09000022"}, "allowedRoles": ["borough-lead"], "roles": {"x": "borough-lead"}`:    nil,
		`"boroughs": "none", "allowedRoles": ["programme", "reporting"]`:                                         nil,
		`"allowedRoles": ["reporting"]`:                                                                          {"/0/boroughs required"},
		`"boroughs": null, "allowedRoles": null`:                                                                 {"/0/allowedRoles required", "/0/boroughs required"},
		`"boroughs": "none"`:                                                                                     {"/0/allowedRoles required"},
		`"boroughs": "none", "allowedRoles": []`:                                                                 {"/0/allowedRoles required"},
		`"boroughs": {}, "allowedRoles": ["borough-lead"]`:                                                       {"/0/boroughs required"},
		`"boroughs": "", "allowedRoles": ["borough-lead"]`:                                                       {"/0/boroughs required"},
		`"boroughs": "all", "allowedRoles": ["borough-lead"]`:                                                    {"/0/boroughs borough"},
		`"boroughs": "*", "allowedRoles": ["borough-lead"]`:                                                      {"/0/boroughs borough"},
		`"boroughs": "none", "allowedRoles": ["borough-lead"]`:                                                   {"/0/boroughs needed"},
		`"boroughs": {"": "E09000022", "a/b": "Lambeth"}, "allowedRoles": ["king", "reporting", "*"]`:            {"/0/allowedRoles/0 role", "/0/allowedRoles/2 role", "/0/boroughs/ required", "/0/boroughs/a~1b borough"},
		`"boroughs": "none", "allowedRoles": ["reporting"], "roles": {"dcs": "borough-lead", "bi": "reporting"}`: {"/0/roles/dcs not_allowed"},
	} {
		_, err := ParseIssuers(`[{"issuer": "https://id.example.org", "audience": "api", ` + trust + `}]`)
		if got := faultsOf(err); !slices.Equal(got, want) || (err == nil) != (want == nil) {
			t.Errorf("%s has the faults %q (%v), want %q", trust, got, err, want)
		}
	}
}

// TestTrustIsScoped: one provider's rightly signed token says what only another may.
func TestTrustIsScoped(t *testing.T) {
	t.Parallel()
	const southwark = "E09000028"
	c := newClock()
	lead, editor, reporting := programme.RoleBoroughLead, programme.RoleBoroughEditor, programme.RoleReporting
	of := func(b Boroughs, roles ...programme.Role) Issuer { return Issuer{Boroughs: b, AllowedRoles: roles} }
	one, mapped := of(Boroughs{Only: lambeth}, lead, editor), of(Boroughs{ByClaim: map[string]string{"lbl": lambeth, "lbs": southwark}}, lead)
	for name, test := range map[string]struct {
		issuer  Issuer
		roles   []string
		borough any // the claim, or nil where the token has none
		speaks  string
		code    string
	}{
		"for its one borough":                        {one, []string{"borough-lead"}, lambeth, lambeth, ""},
		"for its one borough, which goes unsaid":     {one, []string{"borough-editor"}, nil, lambeth, ""},
		"for another borough":                        {one, []string{"borough-lead"}, southwark, "", "untrusted_borough"},
		"for its borough and another":                {one, []string{"borough-lead"}, []string{lambeth, southwark}, "", "untrusted_borough"},
		"for a borough that is empty":                {one, []string{"borough-lead"}, "", "", "untrusted_borough"},
		"with a role of the borough that it lacks":   {one, []string{"borough-system"}, lambeth, "", "untrusted_role"},
		"for the programme's team":                   {one, []string{"programme"}, nil, "", "untrusted_role"},
		"with its own role and another":              {one, []string{"borough-lead", "programme"}, lambeth, "", "untrusted_role"},
		"with its own role and one that is nobody's": {one, []string{"borough-lead", "king"}, lambeth, lambeth, ""},
		"for a borough by its own name":              {mapped, []string{"borough-lead"}, "lbs", southwark, ""},
		"for a borough by its code, not its name":    {mapped, []string{"borough-lead"}, southwark, "", "untrusted_borough"},
		"for a borough by a name with a line more":   {mapped, []string{"borough-lead"}, "lbs\n", "", "untrusted_borough"},
		"for a borough by an unknown name":           {mapped, []string{"borough-lead"}, "lbx", "", "untrusted_borough"},
		"for a borough that it must name":            {mapped, []string{"borough-lead"}, nil, "", "token_roles"},
		"for no borough, as it is trusted":           {of(Boroughs{None: true}, reporting), []string{"reporting"}, southwark, "", ""},
		"for a borough, trusted for none":            {of(Boroughs{None: true}, reporting), []string{"borough-lead"}, lambeth, "", "untrusted_role"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.issuer.Issuer, test.issuer.Audience, test.issuer.JWKS = testIssuer, testAudience, jwks(edKey.jwk(nil))
			v := newVerifier(t, Config{Clock: c.now, Issuers: []Issuer{test.issuer}})
			token := edKey.sign(claimsAt(c.now(), map[string]any{"roles": test.roles, "borough": test.borough}), nil)
			for _, again := range []string{"first", "again"} { // a refusal is not turned into trust by being kept
				actor, err := v.Verify(t.Context(), token)
				switch test.code {
				case "":
					if err != nil || actor.Borough != test.speaks || len(actor.Roles) != 1 {
						t.Fatalf("%s: got %+v, %v; want it to speak for %q", again, actor, err, test.speaks)
					}
				case "token_roles":
					wantRefusal(t, err, programme.Unauthenticated, test.code)
				default:
					wantRefusal(t, err, programme.Forbidden, test.code)
					if want := (programme.Actor{Issuer: testIssuer, Subject: "u-1"}); !reflect.DeepEqual(actor, want) {
						t.Errorf("with the refusal comes %+v, want only who it was", actor)
					}
				}
			}
		})
	}
}

// TestTheBuiltInIssuerNamesItsBorough: whoever issues its tokens says for whom.
func TestTheBuiltInIssuerNamesItsBorough(t *testing.T) {
	t.Parallel()
	c := newClock()
	local := NewAuthority(&memoryKeys{}, "https://api.example.org", testAudience, c.now)
	v := newVerifier(t, Config{Clock: c.now, Local: local})
	for _, role := range programme.Roles {
		actor := programme.Actor{Issuer: "https://api.example.org", Subject: fmt.Sprint("a-", role), Roles: []programme.Role{role}}
		if role.OfBorough() {
			actor.Borough = "E10000003" // a county, which may have children's services too
		}
		token, err := local.Token(t.Context(), actor, believedFor)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := v.Verify(t.Context(), token); err != nil || !reflect.DeepEqual(got, actor) {
			t.Errorf("got %+v, %v; want %+v", got, err, actor)
		}
	}
}
