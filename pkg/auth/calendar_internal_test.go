package auth

import (
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"peerchallenge/pkg/programme"
)

// TestASubscriberIsTrustedAsTheIssuerIsNow: for each of the roles, by a name that means it, and
// for the borough.
func TestASubscriberIsTrustedAsTheIssuerIsNow(t *testing.T) {
	t.Parallel()
	leads := []programme.Role{programme.RoleBoroughLead}
	secret := programme.NewSecret(programme.CalendarKind)
	subscribed := func(borough string, roles ...programme.Role) programme.CalendarSubscription {
		now := time.Now()
		s := programme.CalendarSubscription{Head: programme.Head{ID: "one", CreatedAt: now}}
		s.Make(programme.Actor{Issuer: "http://here", Subject: "dcs", Roles: roles, Borough: borough}, now)
		return s
	}
	of, team := subscribed(lambeth, leads...), subscribed("", programme.RoleProgramme)
	for _, c := range []struct {
		what   string
		made   programme.CalendarSubscription
		issuer *accepted
		opens  bool
	}{
		{"the issuer of then", of, &accepted{allowedRoles: leads, boroughs: Boroughs{Only: lambeth}}, true},
		{"the built-in issuer", of, &accepted{allowedRoles: programme.Roles, boroughs: Boroughs{any: true}}, true},
		{"one that maps names to boroughs", of, &accepted{allowedRoles: leads, boroughs: Boroughs{ByClaim: map[string]string{"lambeth": lambeth}}}, true},
		{"one that maps names to roles", of, &accepted{allowedRoles: leads, boroughs: Boroughs{Only: lambeth}, roles: map[string]string{"DCS": "borough-lead"}}, true},
		{"one of which no name means the role any more", of, &accepted{allowedRoles: programme.Roles, boroughs: Boroughs{Only: lambeth}, roles: map[string]string{"DCS": "borough-editor"}}, false},
		{"one that may not give the role any more", of, &accepted{allowedRoles: []programme.Role{programme.RoleBoroughEditor}, boroughs: Boroughs{Only: lambeth}}, false},
		{"one of another borough", of, &accepted{allowedRoles: leads, boroughs: Boroughs{Only: "E09000008"}}, false},
		{"one that is not accepted any more", of, nil, false},
		{"the team's", team, &accepted{allowedRoles: []programme.Role{programme.RoleProgramme}, boroughs: Boroughs{None: true}}, true},
		{"the team's, by one that may not name it any more", team, &accepted{allowedRoles: leads, boroughs: Boroughs{Only: lambeth}}, false},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			state := programme.Access{Generation: 1, Subscriptions: []programme.CalendarSubscription{c.made}, Secrets: []programme.StoredSecret{{ID: "s", Hash: secret.Hash[:], CalendarSubscriptionID: new("one")}}}
			access := NewAccess(t.Context(), held{state}, time.Now, slog.New(slog.DiscardHandler))
			defer access.Close()
			v := &Verifier{access: access, issuers: map[string]*accepted{}}
			if c.issuer != nil {
				v.issuers["http://here"] = c.issuer
			}
			who, err := v.Subscriber(t.Context(), secret.Text)
			if !c.opens {
				if !errors.Is(err, programme.ErrNoCalendar) {
					t.Errorf("answered %+v, %v", who, err)
				}
				return
			}
			if err != nil || who.Subject != "dcs" || who.Issuer != "http://here" || !slices.Equal(who.Roles, c.made.Roles) || !who.ReadOnly {
				t.Errorf("answered %+v, %v", who, err)
			}
		})
	}
}

// TestWhatEndsASubscription: what a later token says of its subject, unless it is refused for what
// our own settings do not let the issuer say.
func TestWhatEndsASubscription(t *testing.T) {
	t.Parallel()
	leads, editors := []programme.Role{programme.RoleBoroughLead}, []programme.Role{programme.RoleBoroughEditor}
	ours := Boroughs{Only: lambeth}
	made := time.Now().Add(-time.Hour)
	s := programme.CalendarSubscription{Head: programme.Head{ID: "one", CreatedAt: made}}
	s.Make(programme.Actor{Issuer: "http://here", Subject: "dcs", Roles: leads, Borough: lambeth}, made)
	for _, c := range []struct {
		what    string
		actor   programme.Actor
		issued  time.Time
		allowed []programme.Role
		refused error
		ended   bool
	}{
		{"the same again", programme.Actor{Roles: leads, Borough: lambeth}, time.Now(), leads, nil, false},
		{"another role", programme.Actor{Roles: editors, Borough: lambeth}, time.Now(), programme.Roles, nil, true},
		{"another role, by a token of before", programme.Actor{Roles: editors, Borough: lambeth}, made.Add(-time.Minute), programme.Roles, nil, false},
		{"another role, by a token without a date", programme.Actor{Roles: editors, Borough: lambeth}, time.Time{}, programme.Roles, nil, true},
		{"another borough", programme.Actor{Roles: leads, Borough: "E09000008"}, time.Now(), leads, nil, true},
		{"no role", programme.Actor{}, time.Now(), leads, errRoles, true},
		{"a role that the issuer may not give, while it may give ours", programme.Actor{}, time.Now(), leads, errUntrustedRole, true},
		{"a role that the issuer may not give, nor ours any more", programme.Actor{}, time.Now(), editors, errUntrustedRole, false},
		{"roles that were left out", programme.Actor{}, time.Now(), leads, errOverage, false},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			var ended []string
			access := NewAccess(t.Context(), ending{held{programme.Access{Generation: 1, Subscriptions: []programme.CalendarSubscription{s}}}, &ended, nil}, time.Now, slog.New(slog.DiscardHandler))
			defer access.Close()
			v := &Verifier{access: access, issuers: map[string]*accepted{"http://here": {allowedRoles: c.allowed, boroughs: ours}}}
			c.actor.Issuer, c.actor.Subject = "http://here", "dcs"
			if err := v.hear(t.Context(), &verified{actor: c.actor, issued: c.issued}, c.refused); err != nil {
				t.Fatal(err)
			}
			if got := slices.Equal(ended, []string{"one"}); got != c.ended {
				t.Errorf("ended %q, want %t", ended, c.ended)
			}
		})
	}
}
