package postgres

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// life is how one kind of reference data is created, changed and deleted, for
// the rules that all kinds share.
type life struct {
	create func(ctx context.Context, s *Store, actor programme.Actor) (key string, version int64, err error)
	rename func(ctx context.Context, s *Store, actor programme.Actor, key string, version int64, name string) (newVersion int64, err error)
	remove func(ctx context.Context, s *Store, actor programme.Actor, key string, version int64) error
	names  func(*benchmark.Snapshot) []string
}

var lives = map[string]life{
	"priority": {
		func(ctx context.Context, s *Store, actor programme.Actor) (string, int64, error) {
			p, err := s.CreatePriority(ctx, actor, programme.Priority{Name: "Workforce", ValidFrom: "2025-04-01"})
			return p.ID, p.Version, err
		},
		func(ctx context.Context, s *Store, actor programme.Actor, key string, version int64, name string) (int64, error) {
			p, err := s.UpdatePriority(ctx, actor, key, version, func(p *programme.Priority) error { p.Name = name; return nil })
			return p.Version, err
		},
		func(ctx context.Context, s *Store, actor programme.Actor, key string, version int64) error {
			return s.DeletePriority(ctx, actor, key, version)
		},
		func(s *benchmark.Snapshot) []string {
			return namesOf(s.Priorities, func(p programme.Priority) string { return p.Name })
		},
	},
	"sub-region": {
		func(ctx context.Context, s *Store, actor programme.Actor) (string, int64, error) {
			r, err := s.CreateSubRegion(ctx, actor, programme.SubRegion{Slug: "north-west", Name: "North West London"})
			return r.Slug, r.Version, err
		},
		func(ctx context.Context, s *Store, actor programme.Actor, key string, version int64, name string) (int64, error) {
			r, err := s.UpdateSubRegion(ctx, actor, key, version, func(r *programme.SubRegion) error { r.Name = name; return nil })
			return r.Version, err
		},
		func(ctx context.Context, s *Store, actor programme.Actor, key string, version int64) error {
			return s.DeleteSubRegion(ctx, actor, key, version)
		},
		func(s *benchmark.Snapshot) []string {
			return namesOf(s.SubRegions, func(r programme.SubRegion) string { return r.Name })
		},
	},
	"borough": {
		func(ctx context.Context, s *Store, actor programme.Actor) (string, int64, error) {
			b, err := s.CreateBorough(ctx, actor, programme.Borough{Code: "E08000025", Name: "Birmingham", ShortName: "Bham", LIIACode: "BIR"})
			return b.Code, b.Version, err
		},
		func(ctx context.Context, s *Store, actor programme.Actor, key string, version int64, name string) (int64, error) {
			b, err := s.UpdateBorough(ctx, actor, key, version, func(b *programme.Borough) error { b.Name = name; return nil })
			return b.Version, err
		},
		func(ctx context.Context, s *Store, actor programme.Actor, key string, version int64) error {
			return s.DeleteBorough(ctx, actor, key, version)
		},
		func(s *benchmark.Snapshot) []string {
			return namesOf(s.Boroughs, func(b programme.Borough) string { return b.Name })
		},
	},
	"authority": {
		func(ctx context.Context, s *Store, actor programme.Actor) (string, int64, error) {
			a, err := s.CreateAuthority(ctx, actor, programme.Authority{Code: "E06000099", DfECode: "999", Name: "Newtown", RegionCode: "E12000008", RegionName: "South East"})
			return a.Code, a.Version, err
		},
		func(ctx context.Context, s *Store, actor programme.Actor, key string, version int64, name string) (int64, error) {
			a, err := s.UpdateAuthority(ctx, actor, key, version, func(a *programme.Authority) error { a.Name = name; return nil })
			return a.Version, err
		},
		func(ctx context.Context, s *Store, actor programme.Actor, key string, version int64) error {
			return s.DeleteAuthority(ctx, actor, key, version)
		},
		func(s *benchmark.Snapshot) []string {
			return namesOf(s.Authorities, func(a programme.Authority) string { return a.Name })
		},
	},
	"indicator": {
		func(ctx context.Context, s *Store, actor programme.Actor) (string, int64, error) {
			i, err := s.CreateIndicator(ctx, actor, percentage("NEW_PCT"))
			return i.Code, i.Version, err
		},
		func(ctx context.Context, s *Store, actor programme.Actor, key string, version int64, name string) (int64, error) {
			i, err := s.UpdateIndicator(ctx, actor, key, version, func(i *benchmark.Indicator) error { i.Name = name; return nil })
			return i.Version, err
		},
		func(ctx context.Context, s *Store, actor programme.Actor, key string, version int64) error {
			return s.DeleteIndicator(ctx, actor, key, version)
		},
		func(s *benchmark.Snapshot) []string {
			return namesOf(s.Indicators, func(i benchmark.Indicator) string { return i.Name })
		},
	},
}

func namesOf[T any](rows []T, name func(T) string) []string {
	var names []string
	for _, row := range rows {
		names = append(names, name(row))
	}
	return names
}

func TestLifeOfReferenceData(t *testing.T) {
	t.Parallel()
	for noun, life := range lives {
		t.Run(noun, func(t *testing.T) {
			t.Parallel()
			s, ctx := seeded(t), t.Context()
			before := snapshotOf(t, s)

			key, version, err := life.create(ctx, s, team)
			if err != nil || version != 1 {
				t.Fatalf("create answered version %d and error %v", version, err)
			}
			version, err = life.rename(ctx, s, team, key, 1, "Renamed")
			if err != nil || version != 2 {
				t.Fatalf("update answered version %d and error %v", version, err)
			}
			if names := strings.Join(life.names(snapshotOf(t, s)), "|"); !strings.Contains(names, "Renamed") {
				t.Fatalf("the writer does not see its own write among %s", names)
			}
			_, err = life.rename(ctx, s, team, key, 1, "Too late")
			wantRefusal(t, err, programme.Stale, "stale")
			wantRefusal(t, life.remove(ctx, s, team, key, 1), programme.Stale, "stale")
			_, err = life.rename(ctx, s, team, "E99999999", 1, "Nothing")
			wantRefusal(t, err, programme.NotFound, "not_found")
			wantRefusal(t, life.remove(ctx, s, team, "01932b7e-5d5c-7c4e-9d0f-1f6c8f6f3a10", 1), programme.NotFound, "not_found")
			if err := life.remove(ctx, s, team, key, 2); err != nil {
				t.Fatal(err)
			}
			after := snapshotOf(t, s)
			if !reflect.DeepEqual(life.names(after), life.names(before)) {
				t.Fatalf("after the deletion there are %v, want %v", life.names(after), life.names(before))
			}
			if n := count(t, s, "SELECT count(*) FROM audit_entries WHERE noun = $1 AND key = $2 AND issuer = 'test' AND subject = 'ann'", noun, key); n != 3 {
				t.Fatalf("%d changes were audited, want 3", n)
			}
			if n := count(t, s, `SELECT count(*) FROM audit_entries WHERE noun = $1 AND key = $2 AND
				CASE action WHEN 'create' THEN before IS NULL AND after IS NOT NULL WHEN 'update' THEN before->>'Version' = '1' AND after->>'Version' = '2'
				ELSE before IS NOT NULL AND after IS NULL END`, noun, key); n != 3 {
				t.Fatalf("only %d changes say what was before and after", n)
			}
		})
	}
}

func TestOnlyTheTeamWrites(t *testing.T) {
	t.Parallel()
	s, ctx := seeded(t), t.Context()
	generation := snapshotOf(t, s).Generation
	for name, actor := range map[string]programme.Actor{
		"nobody":            {},
		"role without name": {Roles: []programme.Role{programme.RoleProgramme}},
		"borough lead":      {Issuer: "test", Subject: "bob", Roles: []programme.Role{programme.RoleBoroughLead}, Borough: "E09000022"},
	} {
		for noun, life := range lives {
			t.Run(name+" "+noun, func(t *testing.T) {
				_, _, err := life.create(ctx, s, actor)
				wantRefusal(t, err, programme.Forbidden, "not_yours")
				_, err = life.rename(ctx, s, actor, "x", 1, "x")
				wantRefusal(t, err, programme.Forbidden, "not_yours")
				wantRefusal(t, life.remove(ctx, s, actor, "x", 1), programme.Forbidden, "not_yours")
			})
		}
		_, err := s.CreatePeriod(ctx, actor, benchmark.FinancialYear(2030))
		wantRefusal(t, err, programme.Forbidden, "not_yours")
		wantRefusal(t, s.DeletePeriod(ctx, actor, "2023-24", 1), programme.Forbidden, "not_yours")
		_, err = s.UpdateProgramme(ctx, actor, 1, func(*programme.Programme) error { return nil })
		wantRefusal(t, err, programme.Forbidden, "not_yours")
		_, err = s.Import(ctx, actor, benchmark.Delivery{}, nil)
		wantRefusal(t, err, programme.Forbidden, "not_yours")
	}
	if now := snapshotOf(t, s).Generation; now != generation {
		t.Fatalf("refused writes moved the generation from %d to %d", generation, now)
	}
}

func TestRefusedReferenceData(t *testing.T) {
	t.Parallel()
	s, ctx := seeded(t), t.Context()
	refuse := func(err error, kind programme.Kind, code, pointer, fault string) {
		t.Helper()
		wantFault(t, err, kind, code, pointer, fault)
	}
	_, err := s.CreatePriority(ctx, team, programme.Priority{Name: "SEND", ValidFrom: "2025-04-01"})
	refuse(err, programme.Conflict, "exists", "/name", "exists")
	_, err = s.CreatePriority(ctx, team, programme.Priority{Name: " ", ValidFrom: "2025-04-01"})
	refuse(err, programme.Invalid, "invalid", "/name", "not_allowed")
	_, err = s.CreatePriority(ctx, team, programme.Priority{Name: "Backwards", ValidFrom: "2025-04-01", ValidTo: new(programme.Date("2025-03-31"))})
	refuse(err, programme.Invalid, "invalid", "/validTo", "order")
	_, err = s.CreateSubRegion(ctx, team, programme.SubRegion{Slug: "south", Name: "Other"})
	refuse(err, programme.Conflict, "exists", "/slug", "exists")
	_, err = s.CreateSubRegion(ctx, team, programme.SubRegion{Slug: "Bad Slug", Name: "Other"})
	refuse(err, programme.Invalid, "invalid", "/slug", "not_allowed")
	_, err = s.CreateBorough(ctx, team, programme.Borough{Code: "E09000099", Name: "Nowhere", ShortName: "N", LIIACode: "NOW"})
	refuse(err, programme.Invalid, "invalid", "/code", "unknown_value")
	_, err = s.CreateBorough(ctx, team, programme.Borough{Code: "E09000022", Name: "Again", ShortName: "N", LIIACode: "NOW"})
	refuse(err, programme.Conflict, "exists", "/code", "exists")
	_, err = s.UpdateBorough(ctx, team, "E09000022", 1, func(b *programme.Borough) error { b.LIIACode = "TOW"; return nil })
	refuse(err, programme.Conflict, "exists", "/liiaCode", "exists")
	_, err = s.UpdateAuthority(ctx, team, "E08000025", 1, func(a *programme.Authority) error {
		a.ValidFrom, a.ValidTo = new(programme.Date("2025-01-02")), new(programme.Date("2025-01-01"))
		return nil
	})
	refuse(err, programme.Invalid, "invalid", "/validTo", "order")
	wrong := percentage("WRONG_PCT")
	wrong.Multiplier = 1000
	_, err = s.CreateIndicator(ctx, team, wrong)
	refuse(err, programme.Invalid, "invalid", "/multiplier", "multiplier")
	_, err = s.CreatePeriod(ctx, team, benchmark.FinancialYear(2023))
	refuse(err, programme.Conflict, "exists", "/code", "exists")
}

func TestDeletingWhatIsReferredTo(t *testing.T) {
	t.Parallel()
	s, ctx := importing(t), t.Context()
	importFile(t, s, "a", "", smallFile())
	for name, c := range map[string]struct {
		err    error
		faults int
	}{
		"sub-region": {s.DeleteSubRegion(ctx, team, "south", 1), 1},
		"borough":    {s.DeleteBorough(ctx, team, "E09000022", 1), 1},
		"authority":  {s.DeleteAuthority(ctx, team, "E09000022", 1), 4}, // a borough with neighbours, figures and a population
		"neighbour":  {s.DeleteAuthority(ctx, team, "E08000025", 1), 1},
		"indicator":  {s.DeleteIndicator(ctx, team, "REREF_PCT", 1), 1},
		"period":     {s.DeletePeriod(ctx, team, "2024-25", 1), 1},
	} {
		if e := wantRefusal(t, c.err, programme.Conflict, "in_use"); len(e.Faults) != c.faults {
			t.Errorf("%s: %d referrers are named, want %d: %+v", name, len(e.Faults), c.faults, e.Faults)
		}
	}
	if err := s.DeletePeriod(ctx, team, "2023-24", 1); err != nil {
		t.Errorf("a period without figures cannot be deleted: %v", err)
	}
	wantRefusal(t, s.DeletePeriod(ctx, team, "2023-24", 1), programme.NotFound, "not_found")
	wantRefusal(t, s.DeletePeriod(ctx, team, "2024-25", 2), programme.Stale, "stale")
}

func TestUpdateClearsAndKeeps(t *testing.T) {
	t.Parallel()
	s, ctx := seeded(t), t.Context()
	p, err := s.CreatePriority(ctx, team, programme.Priority{Name: "Old", Description: "Words.", ValidFrom: "2020-04-01", ValidTo: new(programme.Date("2021-03-31"))})
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.UpdatePriority(ctx, team, p.ID, 1, func(p *programme.Priority) error {
		p.Description, p.ValidTo = "", nil
		p.ID, p.Version = "other", 77 // not the caller's to change
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := programme.Priority{ID: p.ID, Name: "Old", ValidFrom: "2020-04-01", Version: 2, CreatedAt: p.CreatedAt, UpdatedAt: got.UpdatedAt}
	snapshot := snapshotOf(t, s)
	if !reflect.DeepEqual(got, want) || !reflect.DeepEqual(snapshot.Priorities[len(snapshot.Priorities)-1], want) {
		t.Fatalf("answered %+v and stored %+v, want %+v", got, snapshot.Priorities, want)
	}
	refused := programme.Errorf(programme.Invalid, "no", "No.")
	_, err = s.UpdatePriority(ctx, team, p.ID, 2, func(p *programme.Priority) error { p.Name = "Never"; return refused })
	wantRefusal(t, err, programme.Invalid, "no")
	if snapshotOf(t, s) != snapshot {
		t.Fatal("a refused change made a new snapshot")
	}
}

func TestUpdateProgramme(t *testing.T) {
	t.Parallel()
	s, ctx := seeded(t), t.Context()
	contacts := []programme.Contact{{Role: "Lead", Name: "A. Person", Organisation: "LIIA", Email: "a@example.org"}}
	p, err := s.UpdateProgramme(ctx, team, 1, func(p *programme.Programme) error {
		p.Summary, p.Contacts = nil, contacts
		return nil
	})
	if err != nil || p.Version != 2 {
		t.Fatalf("answered version %d and error %v", p.Version, err)
	}
	if got := snapshotOf(t, s).Programme; !reflect.DeepEqual(got, p) || !reflect.DeepEqual(got.Contacts, contacts) || len(got.Summary) != 0 {
		t.Fatalf("stored %+v, answered %+v", got, p)
	}
	_, err = s.UpdateProgramme(ctx, team, 1, func(*programme.Programme) error { return nil })
	wantRefusal(t, err, programme.Stale, "stale")
	_, err = s.UpdateProgramme(ctx, team, 2, func(p *programme.Programme) error { p.Goals = make([]string, 51); return nil })
	wantFault(t, err, programme.Invalid, "invalid", "/goals", "not_allowed")
}

func TestMemberships(t *testing.T) {
	t.Parallel()
	s, ctx := seeded(t), t.Context()
	day := func(d string) *programme.Date { return new(programme.Date(d)) }
	south := snapshotOf(t, s).Memberships
	lambeth := south[0]
	if lambeth.Borough != "E09000022" {
		lambeth = south[1]
	}
	move := programme.Membership{SubRegion: "east", Borough: "E09000022", ValidFrom: "2025-04-01"}
	_, err := s.CreateMembership(ctx, team, move)
	wantFault(t, err, programme.Conflict, "membership_overlap", "/validFrom", "membership_overlap")

	if _, err = s.UpdateMembership(ctx, team, lambeth.ID, 1, func(m *programme.Membership) error { m.ValidTo = day("2025-03-31"); return nil }); err != nil {
		t.Fatal(err)
	}
	moved, err := s.CreateMembership(ctx, team, move)
	if err != nil {
		t.Fatal(err)
	}
	held := snapshotOf(t, s).Memberships
	if a, b := programme.SubRegionOn(held, "E09000022", "2025-03-31"), programme.SubRegionOn(held, "E09000022", "2025-04-01"); a != "south" || b != "east" {
		t.Fatalf("Lambeth is in %q and then in %q, want south and east", a, b)
	}
	_, err = s.UpdateMembership(ctx, team, lambeth.ID, 2, func(m *programme.Membership) error { m.ValidTo = day("2025-04-01"); return nil })
	wantRefusal(t, err, programme.Conflict, "membership_overlap")
	// A membership never overlaps itself.
	if _, err = s.UpdateMembership(ctx, team, moved.ID, 1, func(m *programme.Membership) error { m.SubRegion = "south"; return nil }); err != nil {
		t.Fatal(err)
	}
	_, err = s.CreateMembership(ctx, team, programme.Membership{SubRegion: "west", Borough: "E09000098", ValidFrom: "2025-04-01", ValidTo: day("2025-01-01")})
	if e := wantRefusal(t, err, programme.Invalid, "invalid"); len(e.Faults) != 3 {
		t.Fatalf("got faults %+v, want all three", e.Faults)
	}
	if err := s.DeleteMembership(ctx, team, moved.ID, 2); err != nil {
		t.Fatal(err)
	}
	wantRefusal(t, s.DeleteMembership(ctx, team, moved.ID, 2), programme.NotFound, "not_found")
	wantRefusal(t, s.DeleteMembership(ctx, team, "no-uuid", 1), programme.NotFound, "not_found")
}

func TestIndicatorRevisions(t *testing.T) {
	t.Parallel()
	s, ctx := seeded(t), t.Context()
	change := func(version int64, change func(*benchmark.Indicator)) benchmark.Indicator {
		t.Helper()
		i, err := s.UpdateIndicator(ctx, team, "REREF_PCT", version, func(i *benchmark.Indicator) error { change(i); return nil })
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	change(1, func(i *benchmark.Indicator) { i.Name = "Better words" })
	present := change(2, func(i *benchmark.Indicator) { i.Decimals, i.Revision = 0, 99 })
	snapshot := snapshotOf(t, s)
	revisions := snapshot.Revisions
	revisions = revisions[len(revisions)-2:]
	if present.Revision != 2 || !reflect.DeepEqual(revisions[1], present) || !reflect.DeepEqual(*snapshot.Indicator("REREF_PCT"), present) {
		t.Fatalf("present %+v, revisions %+v", present, revisions)
	}
	if old := revisions[0]; old.Revision != 1 || old.Decimals != 1 || old.Name != "Better words" {
		t.Fatalf("the first revision is %+v, want its definition kept and its words corrected", old)
	}
}
