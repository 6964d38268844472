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

// TestSeedKeepsSuccessions: seeding keeps what somebody has arranged otherwise. A
// successor that was taken back comes again only where its predecessor's number is
// free, and a succession where it fits.
func TestSeedKeepsSuccessions(t *testing.T) {
	t.Parallel()
	s, ctx := open(t, pgtest.Database(t)), t.Context()
	london := smallLondon()
	barnsley := programme.Authority{Code: "E08000016", DfECode: "370", Name: "Barnsley", RegionCode: "E12000003", RegionName: "Yorkshire and The Humber"}
	london.Authorities = append(london.Authorities, barnsley)
	if err := s.Seed(ctx, london); err != nil {
		t.Fatal(err)
	}
	ended, renumbered := barnsley, barnsley
	ended.ValidTo = new(programme.Date("2025-03-31"))
	renumbered.Code, renumbered.ValidFrom = "E08000038", new(programme.Date("2025-04-01"))
	london.Authorities = append(london.Authorities[:3], ended, renumbered)
	london.Successions = []programme.Succession{{Predecessor: "E08000016", Successor: "E08000038", Kind: programme.Continues, From: "2025-04-01"}}
	if err := s.Seed(ctx, london); err != nil {
		t.Fatal(err)
	}
	if after := snapshotOf(t, s); after.Authority("E08000038") != nil || len(after.Successions) != 0 {
		t.Fatalf("beside an authority that stands its successor was seeded: %+v, %+v", after.Authorities, after.Successions)
	}
	version := snapshotOf(t, s).Authority("E08000016").Version
	if _, err := s.UpdateAuthority(ctx, team, "E08000016", version, func(a *programme.Authority) error { a.ValidTo = ended.ValidTo; return nil }); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Seed(ctx, london); err != nil {
			t.Fatal(err)
		}
		after := snapshotOf(t, s)
		if code, _ := after.Lineages().On("E08000016", "2025-04-01"); code != "E08000038" || len(after.Successions) != 1 {
			t.Fatalf("Barnsley continues as %q, successions %+v", code, after.Successions)
		}
	}
	const entry = "SELECT count(*) FROM audit_entries WHERE key = 'E08000038' AND after -> 'Predecessors' -> 0 ->> 'code' = 'E08000016'"
	if n := count(t, s, entry); n != 1 {
		t.Fatalf("%d entries of the audit say whom it follows, want 1", n)
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
