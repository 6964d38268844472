package postgres

import (
	"slices"
	"testing"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// continued says that Birmingham goes on as E08000099 from the day on.
func continued(from programme.Date) programme.Reorganisation {
	return programme.Reorganisation{Kind: programme.Continues, From: from, Successor: programme.Authority{Code: "E08000099"}}
}

func succeed(t *testing.T, s *Store, code string, r programme.Reorganisation) programme.Succeeded {
	t.Helper()
	done, err := s.SucceedAuthority(t.Context(), team, code, snapshotOf(t, s).Authority(code).Version, r)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// TestAnAuthorityContinues: the one ends and the other begins in one transaction, and
// the figures that came under the old code lie under the code of their day.
func TestAnAuthorityContinues(t *testing.T) {
	t.Parallel()
	s := importing(t)
	importFile(t, s, "a", "", smallFile())
	done := succeed(t, s, "E08000025", continued("2025-03-31"))
	after := snapshotOf(t, s)
	old, successor := after.Authority("E08000025"), after.Authority("E08000099")
	if *old.ValidTo != "2025-03-30" || successor == nil || *successor.ValidFrom != "2025-03-31" || successor.ValidTo != nil ||
		successor.Name != "Birmingham" || successor.DfECode != "330" || successor.RegionCode != "E12000007" {
		t.Fatalf("%+v goes on as %+v", old, successor)
	}
	if done.Version != old.Version || done.Successor.Version != successor.Version || !slices.Equal(done.Successions, after.Successions) || len(after.Successions) != 1 {
		t.Errorf("answered %+v, and held are %+v", done, after.Successions)
	}
	entries := count(t, s, `SELECT count(*) FROM audit_entries WHERE noun = 'authority' AND (
		action = 'update' AND key = 'E08000025' AND after -> 'Successors' -> 0 ->> 'code' = 'E08000099' AND before ->> 'Successors' IS NULL OR
		action = 'create' AND key = 'E08000099' AND after -> 'Predecessors' -> 0 ->> 'kind' = 'continues')`)
	if entries != 2 {
		t.Errorf("%d entries of the audit tell of it, want 2", entries)
	}
}

// TestFiguresGoWithTheCode: what a file gave under the old code before anybody told of
// the new one is found under the code of its day, and again under the old one when
// the new authority is deleted as a mistake.
func TestFiguresGoWithTheCode(t *testing.T) {
	t.Parallel()
	s, ctx := importing(t), t.Context()
	file := smallFile()
	file.Observations = []benchmark.Observation{
		{Indicator: "REREF_PCT", Period: "2023-24", Geography: "E08000025", Value: new(20.0), Status: benchmark.Reported},
		{Indicator: "REREF_PCT", Period: "2024-25", Geography: "E08000025", Value: new(21.0), Status: benchmark.Reported},
		{Indicator: "REREF_PCT", Period: "2024-25", Geography: "E09000022", Value: new(22.0), Status: benchmark.Reported},
	}
	file.Populations = []benchmark.Population{
		{Geography: "E08000025", MidYear: 2023, Estimate: new(100.0), Status: benchmark.Reported},
		{Geography: "E08000025", MidYear: 2024, Estimate: new(101.0), Status: benchmark.Reported},
	}
	importFile(t, s, "a", "", file)
	figures := func(when string, want map[string]float64) {
		t.Helper()
		got := map[string]float64{}
		for o := range snapshotOf(t, s).Data.Observations(benchmark.ObservationKey{}, benchmark.ObservationFilter{}) {
			got[o.Period+" "+o.Geography] = *o.Value
		}
		if len(got) != 3 || got["2024-25 E09000022"] != 22 {
			t.Errorf("%s: the figures are %v", when, got)
		}
		for key, value := range want {
			if got[key] != value {
				t.Errorf("%s: %s is %v, want %v", when, key, got[key], value)
			}
		}
	}
	const estimates = "SELECT count(*) FROM populations WHERE geography_code = 'E08000099' AND mid_year = 2024 OR geography_code = 'E08000025' AND mid_year = 2023"
	succeed(t, s, "E08000025", continued("2024-04-01"))
	figures("since April 2024 the code is another", map[string]float64{"2023-24 E08000025": 20, "2024-25 E08000099": 21})
	if n := count(t, s, estimates); n != 2 {
		t.Errorf("%d estimates lie under the code of their day, want 2", n)
	}
	// What the release gave lies there too, for when it is withdrawn and reinstated.
	const given = "SELECT (SELECT count(*) FROM release_observations WHERE geography_code = 'E08000099') + (SELECT count(*) FROM release_populations WHERE geography_code = 'E08000099')"
	if n := count(t, s, given); n != 2 {
		t.Errorf("%d figures of the release lie under the new code, want 2", n)
	}
	if err := s.DeleteAuthority(ctx, team, "E08000099", snapshotOf(t, s).Authority("E08000099").Version); err != nil {
		t.Fatal(err)
	}
	figures("the new code was a mistake", map[string]float64{"2023-24 E08000025": 20, "2024-25 E08000025": 21})
	if after := snapshotOf(t, s); len(after.Successions) != 0 || after.Authority("E08000099") != nil {
		t.Errorf("left are %+v", after.Successions)
	}
	const entry = "SELECT count(*) FROM audit_entries WHERE key = 'E08000025' AND action = 'update' AND jsonb_array_length(before -> 'Successors') = 1 AND after ->> 'Successors' IS NULL"
	if n := count(t, s, entry); n != 1 {
		t.Errorf("%d entries of the audit tell that nobody follows Birmingham, want 1", n)
	}
	// It can be opened again now, and be followed by another.
	if _, err := s.UpdateAuthority(ctx, team, "E08000025", snapshotOf(t, s).Authority("E08000025").Version, func(a *programme.Authority) error { a.ValidTo = nil; return nil }); err != nil {
		t.Fatal(err)
	}
	succeed(t, s, "E08000025", continued("2025-04-01"))
	figures("it was from April 2025 on", map[string]float64{"2023-24 E08000025": 20, "2024-25 E08000025": 21})
}

// TestMergedAndSplit: several are merged into one, and one is split into several, by a
// call for each; their figures stay where they are.
func TestMergedAndSplit(t *testing.T) {
	t.Parallel()
	s := importing(t)
	importFile(t, s, "a", "", smallFile())
	into := func(kind programme.SuccessionKind, code, number, name string) programme.Reorganisation {
		return programme.Reorganisation{Kind: kind, From: "2024-04-01", Successor: programme.Authority{Code: code, DfECode: number, Name: name}}
	}
	before := snapshotOf(t, s)
	succeed(t, s, "E09000022", into(programme.Merged, "E09000098", "998", "Lambeth and Tower Hamlets"))
	succeed(t, s, "E09000030", into(programme.Merged, "E09000098", "", ""))
	succeed(t, s, "E08000025", into(programme.Split, "E08000098", "996", "East Birmingham"))
	succeed(t, s, "E08000025", into(programme.Split, "E08000099", "997", "West Birmingham"))
	after := snapshotOf(t, s)
	if len(after.Authorities) != 6 || len(after.Successions) != 4 || after.Data != before.Data {
		t.Errorf("there are %+v and %+v", after.Authorities, after.Successions)
	}
	if got := programme.Predecessors(after.Successions, "E09000098"); len(got) != 2 {
		t.Errorf("merged into E09000098 are %+v, want two", got)
	}
	if got := programme.Successors(after.Successions, "E08000025"); len(got) != 2 {
		t.Errorf("Birmingham is split into %+v, want two", got)
	}
	if on, stood := after.Lineages().On("E08000025", "2024-04-01"); stood {
		t.Errorf("Birmingham goes on as %s", on)
	}
	// Whoever has read the one that others were merged into must read it again.
	if v := after.Authority("E09000098").Version; v == 1 {
		t.Error("the second merger left the version as it was")
	}
}

// TestSuccessionsRefused: by the rule, by the constraint where no rule stands before
// it, and for whom may not.
func TestSuccessionsRefused(t *testing.T) {
	t.Parallel()
	s, ctx := seeded(t), t.Context()
	version := func(code string) int64 { return snapshotOf(t, s).Authority(code).Version }
	_, err := s.SucceedAuthority(ctx, leadOf("E09000022"), "E08000025", 1, continued("2025-04-01"))
	wantRefusal(t, err, programme.Forbidden, "not_yours")
	_, err = s.SucceedAuthority(ctx, team, "E08000025", 5, continued("2025-04-01"))
	wantRefusal(t, err, programme.Stale, "stale")
	_, err = s.SucceedAuthority(ctx, team, "E08000090", 1, continued("2025-04-01"))
	wantRefusal(t, err, programme.NotFound, "not_found")

	faulty := func(when string, err error, kind programme.Kind, code, pointer, fault string) {
		t.Helper()
		if e := wantRefusal(t, err, kind, code); len(e.Faults) != 1 || e.Faults[0].Pointer != pointer || string(e.Faults[0].Code) != fault {
			t.Errorf("%s: the faults are %+v, want %s at %s", when, e.Faults, fault, pointer)
		}
	}
	lambeth := programme.Reorganisation{Kind: programme.Merged, From: "2025-04-01", Successor: programme.Authority{Code: "E08000099", Name: "Newtown", DfECode: "208"}}
	_, err = s.SucceedAuthority(ctx, team, "E08000025", version("E08000025"), lambeth)
	faulty("the number is Lambeth's", err, programme.Conflict, "exists", "/dfeCode", "exists")
	if a := snapshotOf(t, s).Authority("E08000025"); a.ValidTo != nil {
		t.Errorf("refused, it ends all the same: %+v", a)
	}

	succeed(t, s, "E08000025", continued("2025-04-01"))
	_, err = s.SucceedAuthority(ctx, team, "E08000025", version("E08000025"), continued("2025-04-01"))
	wantRefusal(t, err, programme.Conflict, "wrong_state")
	wantRefusal(t, s.DeleteAuthority(ctx, team, "E08000025", version("E08000025")), programme.Conflict, "in_use")

	opened := func(a *programme.Authority) error { a.ValidTo = nil; return nil }
	_, err = s.UpdateAuthority(ctx, team, "E08000025", version("E08000025"), opened)
	wantRefusal(t, err, programme.Conflict, "in_use")
	_, err = s.UpdateAuthority(ctx, team, "E08000099", version("E08000099"), func(a *programme.Authority) error { a.DfECode = "999"; return nil })
	wantRefusal(t, err, programme.Conflict, "in_use")
	if _, err = s.UpdateAuthority(ctx, team, "E08000099", version("E08000099"), func(a *programme.Authority) error { a.Name = "Birmingham City"; return nil }); err != nil {
		t.Errorf("its name is its own: %v", err)
	}

	_, err = s.CreateAuthority(ctx, team, programme.Authority{Code: "E08000097", DfECode: "330", Name: "Another", RegionCode: "E12000005", RegionName: "West Midlands"})
	faulty("a new one with Birmingham's number", err, programme.Conflict, "exists", "/dfeCode", "exists")
	_, err = s.UpdateAuthority(ctx, team, "E09000030", 1, func(a *programme.Authority) error { a.DfECode = "330"; return nil })
	faulty("another takes Birmingham's number", err, programme.Conflict, "exists", "/dfeCode", "exists")
	if _, err := s.sql.ExecContext(ctx, "INSERT INTO successions VALUES ('E08000025', 'E09000030', 'continues', '2025-04-01', now())"); err == nil {
		t.Error("the database lets an authority continue as two")
	}
}
