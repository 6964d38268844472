package auth

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"peerchallenge/pkg/programme"
)

// ending is a state of the database in which authorisations are ended, or cannot be.
type ending struct {
	held
	ended *[]string
	err   error
}

func (e ending) EndGiven(_ context.Context, ids []string) error {
	*e.ended = append(*e.ended, ids...)
	return e.err
}

type oneKey struct{ key programme.SigningKey }

func (o oneKey) SigningKeys(context.Context) ([]programme.SigningKey, error) {
	return []programme.SigningKey{o.key}, nil
}
func (oneKey) AddSigningKey(context.Context, programme.SigningKey) error  { return nil }
func (oneKey) RetireSigningKeys(context.Context, string, time.Time) error { return nil }

// TestWhatATokenSaysOfItsSubjectIsHeard: also of somebody who has no role left and is
// refused, and before anything else is done where the database takes it.
func TestWhatATokenSaysOfItsSubjectIsHeard(t *testing.T) {
	t.Parallel()
	key, err := programme.NewSigningKey(time.Now().Add(-time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	down := errors.New("away")
	for _, c := range []struct {
		what  string
		roles []programme.Role
		down  error
		ended bool
		want  error
	}{
		{"a lead", []programme.Role{programme.RoleBoroughLead}, nil, false, nil},
		{"an editor", []programme.Role{programme.RoleBoroughEditor}, nil, true, nil},
		{"nobody any more", nil, nil, true, errRoles},
		{"an editor, while the database is away", []programme.Role{programme.RoleBoroughEditor}, down, true, down},
		{"nobody any more, while the database is away", nil, down, true, errRoles},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			var ended []string
			state := programme.Access{Generation: 1, Given: []programme.Given{
				{ID: "given", Issuer: "http://here", Subject: "dcs", Borough: lambeth, At: time.Now().Add(-time.Hour)},
				{ID: "of another", Issuer: "http://there", Subject: "dcs", Borough: lambeth, At: time.Now().Add(-time.Hour)},
			}}
			access := NewAccess(t.Context(), ending{held{state}, &ended, c.down}, time.Now, slog.New(slog.DiscardHandler))
			defer access.Close()
			issuer := NewAuthority(oneKey{key}, "http://here", "peerchallenge", time.Now)
			v, err := NewVerifier(t.Context(), Config{Local: issuer, Access: access})
			if err != nil {
				t.Fatal(err)
			}
			defer v.Close()
			token, err := issuer.issue(t.Context(), programme.Actor{Subject: "dcs", Roles: c.roles}, time.Hour, jwt.MapClaims{"borough": lambeth})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := v.Verify(t.Context(), token); !errors.Is(err, c.want) {
				t.Errorf("answered %v, want %v", err, c.want)
			}
			want := []string{}
			if c.ended {
				want = []string{"given"}
			}
			if !slices.Equal(ended, want) {
				t.Errorf("ended %q, want %q", ended, want)
			}
		})
	}
}

// TestWhatOurSettingsRefuseEndsNothing: a token that is refused because its issuer may not
// give what it names says nothing of boroughs whose leads the issuer may not name at all.
func TestWhatOurSettingsRefuseEndsNothing(t *testing.T) {
	t.Parallel()
	leads, editors := []programme.Role{programme.RoleBoroughLead}, []programme.Role{programme.RoleBoroughEditor}
	lambethAlone, croydonAlone := Boroughs{Only: lambeth}, Boroughs{Only: "E09000008"}
	for _, c := range []struct {
		what     string
		allowed  []programme.Role
		boroughs Boroughs
		refused  error
		ended    bool
	}{
		{"the team's role, by who names Lambeth's leads", leads, lambethAlone, errUntrustedRole, true},
		{"another borough, by who names Lambeth's leads", leads, Boroughs{ByClaim: map[string]string{"lambeth": lambeth}}, errUntrustedBorough, true},
		{"a lead, by who may name no leads any more", editors, lambethAlone, errUntrustedRole, false},
		{"Lambeth, by who may name leads of another borough", leads, croydonAlone, errUntrustedBorough, false},
		{"no role, by who may name no leads any more", editors, lambethAlone, errRoles, true},
		{"an editor, by who may name no leads any more", editors, lambethAlone, nil, true},
		{"roles that were left out", leads, lambethAlone, errOverage, false},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			var ended []string
			state := programme.Access{Generation: 1, Given: []programme.Given{{ID: "given", Issuer: "http://here", Subject: "dcs", Borough: lambeth, At: time.Now().Add(-time.Hour)}}}
			access := NewAccess(t.Context(), ending{held{state}, &ended, nil}, time.Now, slog.New(slog.DiscardHandler))
			defer access.Close()
			v := &Verifier{access: access, issuers: map[string]*accepted{"http://here": {allowedRoles: c.allowed, boroughs: c.boroughs}}}
			if err := v.hear(t.Context(), &verified{actor: programme.Actor{Issuer: "http://here", Subject: "dcs"}, issued: time.Now()}, c.refused); err != nil {
				t.Fatal(err)
			}
			if got := len(ended) == 1; got != c.ended {
				t.Errorf("ended %q", ended)
			}
		})
	}
}

// TestLeadsTrusted: an issuer is trusted to name leads for its boroughs, if for leads at all.
func TestLeadsTrusted(t *testing.T) {
	t.Parallel()
	leads, editors := []programme.Role{programme.RoleBoroughLead}, []programme.Role{programme.RoleBoroughEditor}
	trusted := LeadsTrusted([]Issuer{
		{Issuer: "https://one", AllowedRoles: leads, Boroughs: Boroughs{Only: lambeth}},
		{Issuer: "https://many", AllowedRoles: leads, Boroughs: Boroughs{ByClaim: map[string]string{"x": "E09000008"}}},
		{Issuer: "https://editors", AllowedRoles: editors, Boroughs: Boroughs{Only: lambeth}},
	}, "http://here")
	for _, c := range []struct {
		issuer, borough string
		want            bool
	}{
		{"https://one", lambeth, true}, {"https://one", "E09000008", false}, {"https://many", "E09000008", true}, {"https://many", lambeth, false},
		{"https://editors", lambeth, false}, {"https://left", lambeth, false}, {"http://here", lambeth, true}, {"", lambeth, false},
	} {
		if got := trusted(c.issuer, c.borough); got != c.want {
			t.Errorf("%s for %s: %v", c.issuer, c.borough, got)
		}
	}
	if LeadsTrusted(nil, "")("", lambeth) {
		t.Error("an issuer that is off is trusted")
	}
}
