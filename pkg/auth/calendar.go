package auth

import (
	"context"
	"crypto/sha256"
	"maps"
	"slices"
	"time"

	"peerchallenge/pkg/programme"
)

// Subscriber answers who reads a calendar at the address with this secret: whoever has made it,
// as long as their issuer is trusted for what they were then. The error is
// [programme.ErrNoCalendar] for every secret that opens nothing, and the work for it the
// same, whether there never was one or it has ended; it is Unavailable while nobody can say.
func (v *Verifier) Subscriber(ctx context.Context, secret string) (programme.Actor, error) {
	if v.access == nil {
		return programme.Actor{}, programme.ErrNoCalendar
	}
	return v.access.subscriber(ctx, secret, v.trusts)
}

// trusts reports whether the issuer of the subscription's maker may say at present what it said
// then: each of the roles, by a name that means it, and the borough.
func (v *Verifier) trusts(s *programme.CalendarSubscription) bool {
	issuer := v.issuers[s.MakerIssuer]
	if issuer == nil {
		return false
	}
	for _, role := range s.Roles {
		meant := len(issuer.roles) == 0 || slices.Contains(slices.Collect(maps.Values(issuer.roles)), string(role))
		if !meant || !slices.Contains(issuer.allowedRoles, role) {
			return false
		}
	}
	return s.Borough == nil || issuer.boroughs.include(*s.Borough)
}

// include reports whether some token of the issuer can speak for the borough.
func (b *Boroughs) include(code string) bool {
	return b.any || b.Only == code || slices.Contains(slices.Collect(maps.Values(b.ByClaim)), code)
}

func (a *Access) subscriber(ctx context.Context, secret string, trusted func(*programme.CalendarSubscription) bool) (programme.Actor, error) {
	hash, now := programme.HashOfSecret(secret), a.clock()
	state, err := a.fresh(ctx)
	if err != nil {
		return programme.Actor{}, err
	}
	found := state.calendar(hash, now, trusted)
	if found == nil && programme.LooksLikeSecret(programme.CalendarKind, secret) {
		if state, err = a.renewed(ctx); err != nil { // it may have been made a moment ago, by another process
			return programme.Actor{}, err
		}
		found = state.calendar(hash, now, trusted)
	}
	if found == nil {
		return programme.Actor{}, programme.ErrNoCalendar
	}
	a.used(now, found.ID)
	return found.Actor(), nil
}

// calendar answers the subscription whose secret has the digest, nil where it opens nothing: also
// where all that its maker had then was ended.
func (k *known) calendar(hash [sha256.Size]byte, now time.Time, trusted func(*programme.CalendarSubscription) bool) *programme.CalendarSubscription {
	s := k.calendars[hash]
	if s == nil || s.Ended(now) || !trusted(s) || !s.CreatedAt.After(k.subjects[subject{s.MakerIssuer, s.Subject}]) {
		return nil
	}
	return s
}
