package postgres

import (
	"reflect"
	"testing"
	"time"

	"peerchallenge/pkg/postgres/pgtest"
	"peerchallenge/pkg/programme"
)

func TestSeed(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	first := snapshotOf(t, s)
	if first.Programme.Name != "Peer Challenge" || len(first.Priorities) != 1 || len(first.SubRegions) != 2 || len(first.Memberships) != 2 ||
		len(first.Boroughs) != 2 || len(first.Authorities) != 3 || len(first.Indicators) != 2 || len(first.Periods) != 1 {
		t.Fatalf("seeded %+v", first)
	}
	if !reflect.DeepEqual(first.Indicators, first.Revisions) {
		t.Fatalf("first revisions are %+v, want %+v", first.Revisions, first.Indicators)
	}
	if n := count(t, s, "SELECT count(*) FROM audit_entries WHERE issuer = 'local' AND subject = 'seed' AND action = 'create'"); n != 14 {
		t.Fatalf("%d creations were audited, want 14", n)
	}
	if err := s.Seed(t.Context(), smallLondon()); err != nil {
		t.Fatal(err)
	}
	if snapshotOf(t, s) != first {
		t.Fatal("seeding again changed something")
	}
}

func TestSeedKeepsWhatPeopleDid(t *testing.T) {
	t.Parallel()
	s, ctx := seeded(t), t.Context()
	if _, err := s.UpdateBorough(ctx, team, "E09000022", 1, func(b *programme.Borough) error { b.Name = "Lambeth!"; return nil }); err != nil {
		t.Fatal(err)
	}
	for _, m := range snapshotOf(t, s).Memberships {
		if m.Borough != "E09000022" {
			continue
		}
		if _, err := s.UpdateMembership(ctx, team, m.ID, 1, func(m *programme.Membership) error { m.SubRegion = "east"; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.DeletePeriod(ctx, team, "2023-24", 1); err != nil {
		t.Fatal(err)
	}
	if err := s.Seed(ctx, smallLondon()); err != nil {
		t.Fatal(err)
	}
	after := snapshotOf(t, s)
	if after.Borough("E09000022").Name != "Lambeth!" || len(after.Memberships) != 2 || programme.SubRegionOn(after.Memberships, "E09000022", "2025-01-01") != "east" {
		t.Fatalf("seeding undid a change: %+v", after)
	}
	if after.Period("2023-24") == nil {
		t.Fatal("seeding did not bring back what was absent")
	}
}

func TestSigningKeys(t *testing.T) {
	t.Parallel()
	s, ctx := open(t, pgtest.Database(t)), t.Context()
	made := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	key := func(id string, age time.Duration) programme.SigningKey {
		return programme.SigningKey{ID: id, Algorithm: "EdDSA", PKCS8: []byte("secret-" + id), CreatedAt: made.Add(-age)}
	}
	a, b := key("a", time.Hour), key("b", 0)
	for _, k := range []programme.SigningKey{b, a} {
		if err := s.AddSigningKey(ctx, k); err != nil {
			t.Fatal(err)
		}
	}
	wantRefusal(t, s.AddSigningKey(ctx, a), programme.Conflict, "exists")
	if err := s.RetireSigningKeys(ctx, "b", made); err != nil {
		t.Fatal(err)
	}
	if err := s.RetireSigningKeys(ctx, "b", made.Add(time.Hour)); err != nil { // a stays retired since made
		t.Fatal(err)
	}
	a.RetiredAt = &made
	keys, err := s.SigningKeys(ctx)
	if err != nil || !reflect.DeepEqual(keys, []programme.SigningKey{a, b}) {
		t.Fatalf("got keys %+v, error %v", keys, err)
	}
	if n := count(t, s, "SELECT count(*) FROM audit_entries WHERE noun = 'signing key'"); n != 3 {
		t.Fatalf("%d changes of keys were audited, want 3", n)
	}
	if n := count(t, s, "SELECT count(*) FROM audit_entries WHERE before::text || after::text LIKE '%c2VjcmV0%' OR after::text LIKE '%c2VjcmV0%'"); n != 0 {
		t.Fatal("the audit table knows a private key")
	}
}
