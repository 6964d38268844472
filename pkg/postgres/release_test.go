package postgres

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/postgres/pgtest"
	"peerchallenge/pkg/programme"
)

// forReason is the team with a reason for what it does.
func forReason(reason string) programme.Actor {
	actor := team
	actor.Reason = reason
	return actor
}

func withdraw(t testing.TB, s *Store, id string) {
	t.Helper()
	if _, err := s.WithdrawRelease(t.Context(), forReason("The columns were swapped"), id, versionOf(t, s, id)); err != nil {
		t.Fatal(err)
	}
}

func reinstate(t testing.TB, s *Store, id string) {
	t.Helper()
	if _, err := s.ReinstateRelease(t.Context(), forReason("They were not"), id, versionOf(t, s, id)); err != nil {
		t.Fatal(err)
	}
}

func versionOf(t testing.TB, s *Store, id string) int64 {
	t.Helper()
	return snapshotOf(t, s).Release(id).Version
}

// percentages is a file of Lambeth's re-referrals in 2024-25.
func percentages(value float64) *benchmark.Import {
	return &benchmark.Import{
		Release:      benchmark.Release{Dataset: "cin-c1", Title: "Children in need", Publisher: "DfE", Licence: "OGL", Rows: 1},
		Observations: []benchmark.Observation{figure("REREF_PCT", "E09000022", value, value*10, 1000)},
	}
}

// wantLambeth holds what stands for Lambeth to a value, 0 for none, and the release
// that it must name.
func wantLambeth(t testing.TB, s *Store, indicator string, value float64, release string) {
	t.Helper()
	got, of := snapshotOf(t, s).Data.Column("2024-25", indicator).Figure("E09000022")
	switch {
	case value == 0 && got.Status != benchmark.NotHeld:
		t.Fatalf("Lambeth's %s is %+v, want none", indicator, got)
	case value != 0 && (got.Value == nil || *got.Value != value || of != release):
		t.Fatalf("Lambeth's %s is %+v from %s, want %v from %s", indicator, got, of, value, release)
	}
}

// TestAWrongFileIsSetRight in each of the three ways: by the right file again, whose
// bytes were there before, by withdrawal, and by a new release.
func TestAWrongFileIsSetRight(t *testing.T) {
	t.Parallel()
	for name, setRight := range map[string]func(t *testing.T, s *Store, right, wrong benchmark.Release) (value float64, release string){
		"by the right one again": func(t *testing.T, s *Store, right, _ benchmark.Release) (float64, string) {
			t.Helper()
			again := importFile(t, s, "a", "2025-11-21", percentages(19.8))
			wantCounts(t, again, 0, 1, 0)
			if again.Release.SHA256 != right.SHA256 || again.Release.ID == right.ID {
				t.Errorf("the right file again is %+v, want a new release of the same bytes", again.Release)
			}
			return 19.8, again.Release.ID
		},
		"by withdrawal": func(t *testing.T, s *Store, right, wrong benchmark.Release) (float64, string) {
			t.Helper()
			withdraw(t, s, wrong.ID)
			return 19.8, right.ID
		},
		"by a new release": func(t *testing.T, s *Store, _, _ benchmark.Release) (float64, string) {
			t.Helper()
			return 19.9, importFile(t, s, "c", "2025-12-01", percentages(19.9)).Release.ID
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := importing(t)
			right := importFile(t, s, "a", "2025-11-20", percentages(19.8))
			wrong := importFile(t, s, "b", "2025-11-21", percentages(91.8))
			wantLambeth(t, s, "REREF_PCT", 91.8, wrong.Release.ID)
			value, release := setRight(t, s, right.Release, wrong.Release)
			wantLambeth(t, s, "REREF_PCT", value, release)
		})
	}
}

// TestTheNewestStands by the day of publication, whenever it was imported.
func TestTheNewestStands(t *testing.T) {
	t.Parallel()
	s := importing(t)
	newer := importFile(t, s, "a", "2025-11-20", percentages(20))
	older := importFile(t, s, "b", "2024-11-20", percentages(10))
	if older.Known || older.Older != 1 || older.Changes() {
		t.Errorf("the older file says %+v, want one figure of which a newer release says otherwise", older)
	}
	wantLambeth(t, s, "REREF_PCT", 20, newer.Release.ID)
	// Again it would change nothing still, so it writes nothing.
	if again := importFile(t, s, "b", "2024-11-20", percentages(10)); !again.Known || again.Release.ID != older.Release.ID {
		t.Errorf("the older file again says %+v", again)
	}
	if n := len(snapshotOf(t, s).Releases); n != 2 {
		t.Errorf("there are %d releases, want 2", n)
	}
	withdraw(t, s, newer.Release.ID)
	wantLambeth(t, s, "REREF_PCT", 10, older.Release.ID)
	withdraw(t, s, older.Release.ID)
	wantLambeth(t, s, "REREF_PCT", 0, "")
	reinstate(t, s, newer.Release.ID)
	reinstate(t, s, older.Release.ID)
	wantLambeth(t, s, "REREF_PCT", 20, newer.Release.ID)
}

// TestWithdrawalTakesEverything that a release gave: estimates, of which rates are
// made again, and a model with its neighbours.
func TestWithdrawalTakesEverything(t *testing.T) {
	t.Parallel()
	s := importing(t)
	first := importFile(t, s, "a", "2025-11-20", smallFile())
	second := importFile(t, s, "b", "2026-06-20", &benchmark.Import{
		Release:     benchmark.Release{Dataset: "both", Title: "Estimates and neighbours", Publisher: "ONS", Licence: "OGL"},
		Populations: []benchmark.Population{{Geography: "E09000022", MidYear: 2024, Estimate: new(50000.0), Status: benchmark.Reported}},
		Model:       &benchmark.NeighbourModel{Code: "2025", Name: "Statistical neighbours 2025", Source: "DfE"},
		Neighbours:  []benchmark.Neighbour{{Authority: "E09000022", Rank: 1, Neighbour: "E09000030", Closeness: "Close"}},
	})
	wantCounts(t, second, 0, 3, 0) // the estimate, the neighbour, and the rate that is made of the estimate
	wantLambeth(t, s, "CIN_RATE", 360, first.Release.ID)
	wantNeighbour := func(neighbour, release string) {
		t.Helper()
		snapshot := snapshotOf(t, s)
		if len(snapshot.Models) != 1 || snapshot.Models[0].ReleaseID != release || len(snapshot.Neighbours) != 1 || snapshot.Neighbours[0].Neighbour != neighbour {
			t.Errorf("models %+v with %+v, want %s of %s", snapshot.Models, snapshot.Neighbours, neighbour, release)
		}
	}
	wantNeighbour("E09000030", second.Release.ID)
	withdraw(t, s, second.Release.ID)
	wantLambeth(t, s, "CIN_RATE", 300, first.Release.ID)
	wantNeighbour("E08000025", first.Release.ID)
	withdraw(t, s, first.Release.ID)
	if snapshot := snapshotOf(t, s); snapshot.Data.Len() > 0 || len(snapshot.Models)+len(snapshot.Neighbours) > 0 || count(t, s, "SELECT count(*) FROM populations") > 0 {
		t.Errorf("something stands of two withdrawn releases: %d figures, %+v", snapshot.Data.Len(), snapshot.Neighbours)
	}
	reinstate(t, s, second.Release.ID)
	wantNeighbour("E09000030", second.Release.ID)
	reinstate(t, s, first.Release.ID)
	wantNeighbour("E09000030", second.Release.ID)
	wantLambeth(t, s, "CIN_RATE", 360, first.Release.ID) // as the estimate that stands now makes it, and not as it was given
}

// TestMovesOfReleasesAreRefused for each reason, and leave everything as it was.
func TestMovesOfReleasesAreRefused(t *testing.T) {
	t.Parallel()
	s, ctx := importing(t), t.Context()
	release := importFile(t, s, "a", "2025-11-20", percentages(20)).Release
	before := snapshotOf(t, s)
	_, err := s.WithdrawRelease(ctx, programme.Actor{Issuer: "test", Subject: "bea", Roles: []programme.Role{programme.RoleReporting}, Reason: "x"}, release.ID, release.Version)
	wantRefusal(t, err, programme.Forbidden, "not_yours")
	_, err = s.WithdrawRelease(ctx, team, release.ID, release.Version)
	wantRefusal(t, err, programme.Invalid, "invalid")
	_, err = s.WithdrawRelease(ctx, forReason("x"), release.ID, release.Version+1)
	wantRefusal(t, err, programme.Stale, "stale")
	_, err = s.WithdrawRelease(ctx, forReason("x"), newID(), release.Version)
	wantRefusal(t, err, programme.NotFound, "not_found")
	_, err = s.ReinstateRelease(ctx, forReason("x"), release.ID, release.Version)
	wantRefusal(t, err, programme.Conflict, "wrong_state")
	if snapshotOf(t, s) != before {
		t.Error("a refused move changed something")
	}
	withdraw(t, s, release.ID)
	_, err = s.WithdrawRelease(ctx, forReason("x"), release.ID, versionOf(t, s, release.ID))
	wantRefusal(t, err, programme.Conflict, "wrong_state")
	got := snapshotOf(t, s).Release(release.ID)
	if got.State != benchmark.Withdrawn || got.StateReason != "The columns were swapped" || got.Version <= release.Version {
		t.Errorf("the withdrawn release is %+v", got)
	}
	entries, err := auditPages(t, s, team, "release", release.ID, 10)
	if err != nil || len(entries) != 2 || entries[1].Action != actionUpdate || entries[1].Reason != "The columns were swapped" || !strings.Contains(*entries[1].After, `"Withdrawn": 1`) {
		t.Errorf("the audit says %+v (%v)", entries, err)
	}
}

// TestDeliveriesAreRefused that say too little, or too much.
func TestDeliveriesAreRefused(t *testing.T) {
	t.Parallel()
	s := importing(t)
	importFile(t, s, "a", "", percentages(20))
	before := snapshotOf(t, s)
	early := percentages(20)
	early.Observations[0].Period = "2026-27"
	tomorrow, yesterday := programme.Date("2026-11-27"), programme.Date("2026-11-25")
	for name, c := range map[string]struct {
		delivery benchmark.Delivery
		file     *benchmark.Import
		code     programme.Code
	}{
		"held already, and no day": {delivered("b", ""), percentages(21), programme.CodePublicationNeeded},
		"published tomorrow":       {delivered("b", tomorrow), percentages(21), programme.CodeInvalid},
		"next update before":       {benchmark.Delivery{File: "b.csv", PublishedOn: &yesterday, NextUpdateOn: &yesterday}, percentages(21), programme.CodeInvalid},
		"a year that goes on":      {delivered("b", yesterday), early, programme.CodeInvalidFile},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.Import(t.Context(), team, c.delivery, gives(c.file))
			wantRefusal(t, err, programme.Invalid, string(c.code))
		})
	}
	if snapshotOf(t, s) != before {
		t.Error("a refused delivery changed something")
	}
}

// TestADryRunSaysWhatWouldChange, exactly as it then does, and writes nothing.
func TestADryRunSaysWhatWouldChange(t *testing.T) {
	t.Parallel()
	s := importing(t)
	importFile(t, s, "a", "2025-11-20", smallFile())
	before, generation := snapshotOf(t, s), count(t, s, "SELECT value FROM generation")
	file := smallFile()
	file.Observations = []benchmark.Observation{figure("REREF_PCT", "E09000022", 20, 200, 1000), figure("REREF_PCT", "E08000025", 30, 300, 1000)}
	file.Populations[0].Estimate = new(50000.0)
	file.Neighbours[0].Rank = 2
	run := func(dry bool) (benchmark.ImportResult, []string) {
		var told []string
		d := delivered("b", "2025-11-21")
		d.DryRun, d.Each = dry, func(c benchmark.Change) error {
			told = append(told, fmt.Sprint(c.Of, " ", c.Kind, " ", c.Indicator, " ", c.Period, " ", c.Geography, " ", shownNumber(c.Was.Value), " ", shownNumber(c.Is.Value)))
			if c.Of == benchmark.OfNeighbours {
				told[len(told)-1] = fmt.Sprint(c.Of, " ", c.Kind, " ", c.Period, " ", c.Geography, " ", c.Rank, " ", c.Was.Status, " ", c.WasNear, " ", c.Is.Status, " ", c.IsNear)
			}
			return nil
		}
		r, err := s.Import(t.Context(), team, d, gives(file))
		if err != nil {
			t.Fatal(err)
		}
		return r, told
	}
	dry, told := run(true)
	want := []string{
		"figure corrected CIN_RATE 2024-25 E09000022 300 360",
		"figure new REREF_PCT 2024-25 E08000025 none 30",
		"figure corrected REREF_PCT 2024-25 E09000022 19.8 20",
		"population corrected  2024 E09000022 60000 50000",
		"neighbour withdrawn 2025 E09000022 1 reported {E08000025 Very close} not_held { }",
		"neighbour new 2025 E09000022 2 not_held { } reported {E08000025 Very close}",
	}
	if !slices.Equal(told, want) {
		t.Errorf("it tells\n%s\nwant\n%s", strings.Join(told, "\n"), strings.Join(want, "\n"))
	}
	sums := []benchmark.ChangeSum{
		{Of: benchmark.OfFigures, Indicator: "CIN_RATE", Period: "2024-25", Corrected: 1},
		{Of: benchmark.OfFigures, Indicator: "REREF_PCT", Period: "2024-25", New: 1, Corrected: 1},
		{Of: benchmark.OfPopulations, Period: "2024", Corrected: 1},
		{Of: benchmark.OfNeighbours, Period: "2025", New: 1, Withdrawn: 1},
	}
	if !slices.Equal(dry.Sums, sums) {
		t.Errorf("the sums are %+v, want %+v", dry.Sums, sums)
	}
	if snapshotOf(t, s) != before || count(t, s, "SELECT value FROM generation") != generation || count(t, s, "SELECT count(*) FROM releases") != 1 ||
		count(t, s, "SELECT count(*) FROM audit_entries WHERE action = 'import'") != 1 {
		t.Fatal("the dry run wrote something")
	}
	wet, did := run(false)
	if !slices.Equal(did, told) || !slices.Equal(wet.Sums, dry.Sums) {
		t.Errorf("what it did is\n%s\n%+v", strings.Join(did, "\n"), wet.Sums)
	}
}

func shownNumber(v *float64) string {
	if v == nil {
		return "none"
	}
	return fmt.Sprint(*v)
}

// TestWarningsMustBeAcknowledged: those of the file, and those about values that
// change by more than the limit.
func TestWarningsMustBeAcknowledged(t *testing.T) {
	t.Parallel()
	s := importing(t)
	importFile(t, s, "a", "2025-11-20", percentages(10.1))
	for _, c := range []struct {
		value  float64
		limit  float64
		warned bool
	}{{20.1, 10, false}, {20.2, 10, true}, {0.1, 10, false}, {20.2, 0, true}} {
		file := percentages(c.value)
		file.ChangeLimits = map[string]float64{"REREF_PCT": c.limit}
		d := delivered("b", "2025-11-21")
		d.DryRun = true
		r, err := s.Import(t.Context(), team, d, gives(file))
		if err != nil || (len(r.Warnings) == 1) != c.warned {
			t.Errorf("from 10.1 to %v with the limit %v warns of %+v (%v)", c.value, c.limit, r.Warnings, err)
		}
	}
	file := percentages(91.8)
	file.ChangeLimits = map[string]float64{"REREF_PCT": 10}
	file.Warnings = []programme.Fault{{Code: programme.FaultPartAboveWhole, Detail: "Look at this."}}
	_, err := s.Import(t.Context(), team, delivered("b", "2025-11-21"), gives(file))
	wantRefusal(t, err, programme.Conflict, "unacknowledged")
	e, _ := errors.AsType[*programme.Error](err)
	want := "REREF_PCT, 2024-25: more than 10 away from what stands, this number of values: 1. The furthest: E09000022 from 10.1 to 91.8."
	if len(e.Faults) != 2 || e.Faults[1].Detail != want {
		t.Errorf("the warnings are %+v, want %q", e.Faults, want)
	}
	d := delivered("b", "2025-11-21")
	d.Acknowledgement = "Checked with the Department: the definition has changed"
	r, err := s.Import(t.Context(), team, d, gives(file))
	if err != nil || len(r.Warnings) != 2 {
		t.Fatalf("with an acknowledgement it answers %+v (%v)", r, err)
	}
	entries, err := auditPages(t, s, team, "release", r.Release.ID, 10)
	if err != nil || len(entries) != 1 || !strings.Contains(*entries[0].After, d.Acknowledgement) {
		t.Errorf("the audit says %+v (%v)", entries, err)
	}
}

// TestAFileIsReadAgain when what it was read with has changed until the lock is
// taken, and only then.
func TestAFileIsReadAgain(t *testing.T) {
	t.Parallel()
	s := importing(t)
	for _, c := range []struct {
		change func() error
		reads  int
	}{
		{func() error { return nil }, 1},
		{func() error {
			_, err := s.CreatePriority(t.Context(), team, programme.Priority{Name: "Other", ValidFrom: "2025-04-01"})
			return err
		}, 1},
		{func() error {
			_, err := s.CreateAuthority(t.Context(), team, programme.Authority{Code: "E08000026", DfECode: "331", Name: "Coventry", RegionCode: "E12000005", RegionName: "West Midlands"})
			return err
		}, 2},
	} {
		var authorities []int
		_, err := s.Import(t.Context(), team, delivered("a", "2025-11-20"), func(known benchmark.Known) (*benchmark.Import, error) {
			if authorities = append(authorities, len(known.Authorities)); len(authorities) == 1 {
				if err := c.change(); err != nil {
					return nil, err
				}
			}
			return percentages(20), nil
		})
		if err != nil || len(authorities) != c.reads || c.reads == 2 && authorities[1] != authorities[0]+1 {
			t.Errorf("it was read with %v authorities, want %d times (%v)", authorities, c.reads, err)
		}
	}
}

// TestTwoImportsOfTheSameCells at once come one after the other: no cell is there
// twice, and the newer stands whichever came first.
func TestTwoImportsOfTheSameCells(t *testing.T) {
	t.Parallel()
	s := importing(t)
	other := inAutumn(open(t, urlOf(s)))
	var together, wg sync.WaitGroup
	together.Add(2)
	for i, store := range []*Store{s, other} {
		wg.Go(func() {
			first := true
			_, err := store.Import(t.Context(), team, delivered([]string{"a", "b"}[i], []programme.Date{"2025-11-20", "2025-11-21"}[i]), func(benchmark.Known) (*benchmark.Import, error) {
				if first { // both have begun before either has the lock
					together.Done()
					together.Wait()
				}
				first = false
				return percentages([]float64{20, 21}[i]), nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := count(t, s, "SELECT count(*) FROM observations"); n != 1 {
		t.Errorf("%d figures stand, want 1", n)
	}
	eventually(t, "the newer stands", func() bool {
		got, _ := snapshotOf(t, s).Data.Column("2024-25", "REREF_PCT").Figure("E09000022")
		return got.Value != nil && *got.Value == 21
	})
	if n := count(t, s, "SELECT count(*) FROM release_observations"); n != 2 {
		t.Errorf("the releases gave %d figures, want 2", n)
	}
}

// TestAnImportThatBreaksOff in the middle leaves nothing, and lets the next begin at
// once: the program vanishes while it sends what it has read, and when everything is
// written and only not yet committed.
func TestAnImportThatBreaksOff(t *testing.T) {
	t.Parallel()
	s := importing(t)
	right := importFile(t, s, "a", "2025-11-20", percentages(20))
	before := snapshotOf(t, s)
	many := percentages(21)
	for i := range 50_000 {
		many.Observations = append(many.Observations, figure("REREF_PCT", fmt.Sprintf("E%08d", i), 21, 210, 1000))
	}
	for name, c := range map[string]struct {
		file          *benchmark.Import
		whenRead, end func(line *pgtest.Proxy)
	}{
		"while it sends": {many, func(line *pgtest.Proxy) {
			line.Hang()
			go func() {
				for line.Held() == 0 {
					time.Sleep(time.Millisecond)
				}
				line.Cut()
			}()
		}, func(*pgtest.Proxy) {}},
		"before it commits": {percentages(21), func(*pgtest.Proxy) {}, (*pgtest.Proxy).Cut},
	} {
		t.Run(name, func(t *testing.T) {
			line := pgtest.NewProxy(t, urlOf(s))
			lost := inAutumn(open(t, line.URL()))
			d := delivered("b", "2025-11-21")
			d.Each = func(benchmark.Change) error { c.end(line); return nil }
			_, err := lost.Import(t.Context(), team, d, func(benchmark.Known) (*benchmark.Import, error) {
				c.whenRead(line)
				return c.file, nil
			})
			if err == nil {
				t.Fatal("the import went through a line that was cut")
			}
			if snapshotOf(t, s) != before || count(t, s, "SELECT count(*) FROM release_observations") != 1 || count(t, s, "SELECT count(*) FROM releases") != 1 {
				t.Error("the import left something")
			}
			wantLambeth(t, s, "REREF_PCT", 20, right.Release.ID)
		})
	}
	again := importFile(t, s, "b", "2025-11-21", percentages(21))
	wantLambeth(t, s, "REREF_PCT", 21, again.Release.ID)
}
