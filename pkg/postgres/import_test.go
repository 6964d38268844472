package postgres

import (
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

func figure(indicator, geography string, value, numerator, denominator float64) benchmark.Observation {
	return benchmark.Observation{
		Indicator: indicator, Period: "2024-25", Geography: geography, Status: benchmark.Reported,
		Value: &value, Numerator: &numerator, Denominator: &denominator,
	}
}

// smallFile gives two percentages, one of them suppressed, a computed rate, the
// population it was computed from and a neighbour model.
func smallFile() *benchmark.Import {
	computed := figure("CIN_RATE", "E09000022", 300, 1800, 60000)
	computed.Status = benchmark.Computed
	return &benchmark.Import{
		Release: benchmark.Release{Dataset: "cin-c1", Title: "Children in need", Publisher: "DfE", Licence: "OGL", Rows: 3},
		Observations: []benchmark.Observation{
			figure("REREF_PCT", "E09000022", 19.8, 198, 1000),
			{Indicator: "REREF_PCT", Period: "2024-25", Geography: "E09000030", Status: benchmark.Confidential},
			computed,
		},
		Populations: []benchmark.Population{{Geography: "E09000022", MidYear: 2024, Estimate: new(60000.0), Status: benchmark.Reported}},
		Model:       &benchmark.NeighbourModel{Code: "2025", Name: "Statistical neighbours 2025", Source: "DfE"},
		Neighbours:  []benchmark.Neighbour{{Authority: "E09000022", Rank: 1, Neighbour: "E08000025", Closeness: "Very close"}},
	}
}

// importing answers a store with a small London at a time when the files' periods
// have ended.
func importing(t testing.TB) *Store {
	t.Helper()
	return inAutumn(seeded(t))
}

func inAutumn(s *Store) *Store {
	s.clock = func() time.Time { return time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC) }
	return s
}

// delivered is a delivery of bytes of that digest; the day of publication may be
// left out.
func delivered(digest string, publishedOn programme.Date) benchmark.Delivery {
	d := benchmark.Delivery{File: "file.csv", SHA256: strings.Repeat(digest, 64)}
	if publishedOn != "" {
		d.PublishedOn = &publishedOn
	}
	return d
}

// gives reads nothing and answers what a file gives.
func gives(file *benchmark.Import) func(benchmark.Known) (*benchmark.Import, error) {
	return func(benchmark.Known) (*benchmark.Import, error) { return file, nil }
}

// importFile imports what a file with bytes of that digest gives.
func importFile(t testing.TB, s *Store, digest string, publishedOn programme.Date, file *benchmark.Import) benchmark.ImportResult {
	t.Helper()
	result, err := s.Import(t.Context(), team, delivered(digest, publishedOn), gives(file))
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func wantCounts(t testing.TB, r benchmark.ImportResult, inserted, updated, unchanged int) {
	t.Helper()
	if r.Known || r.Inserted != inserted || r.Updated != updated || r.Unchanged != unchanged {
		t.Fatalf("the import answers %+v, want %d inserted, %d updated and %d unchanged", r, inserted, updated, unchanged)
	}
}

func TestImport(t *testing.T) {
	t.Parallel()
	s := importing(t)
	snapshotOf(t, s)
	result := importFile(t, s, "a", "", smallFile())
	wantCounts(t, result, 5, 0, 0)
	snapshot := snapshotOf(t, s)
	got, release := snapshot.Data.Column("2024-25", "REREF_PCT").Figure("E09000022")
	if *got.Value != 19.8 || *got.Numerator != 198 || *got.Denominator != 1000 || release != result.Release.ID {
		t.Fatalf("Lambeth is %+v from %s", got, release)
	}
	hidden, _ := snapshot.Data.Column("2024-25", "REREF_PCT").Figure("E09000030")
	if hidden.Value != nil || hidden.Status != benchmark.Confidential {
		t.Fatalf("Tower Hamlets is %+v", hidden)
	}
	if snapshot.Period("2024-25") == nil {
		t.Fatal("the file's period was not added")
	}
	wantRelease := benchmark.Release{ID: result.Release.ID, Dataset: "cin-c1", Title: "Children in need", Publisher: "DfE", Licence: "OGL", File: "file.csv", SHA256: strings.Repeat("a", 64), Rows: 3,
		State: benchmark.Standing, ImportedAt: result.Release.ImportedAt, Version: result.Release.ImportedAt.UnixMicro(), UpdatedAt: result.Release.ImportedAt}
	if !reflect.DeepEqual(snapshot.Releases, []benchmark.Release{wantRelease}) {
		t.Fatalf("releases are %+v, want %+v", snapshot.Releases, wantRelease)
	}
	if len(snapshot.Models) != 1 || len(snapshot.Neighbours) != 1 || snapshot.Neighbours[0].Closeness != "Very close" {
		t.Fatalf("models %+v, neighbours %+v", snapshot.Models, snapshot.Neighbours)
	}
	if n := count(t, s, "SELECT count(*) FROM audit_entries WHERE action = 'import' AND key = $1", result.Release.ID); n != 1 {
		t.Fatalf("%d imports were audited, want 1", n)
	}
}

func TestImportTwice(t *testing.T) {
	t.Parallel()
	s := importing(t)
	first := importFile(t, s, "a", "", smallFile())
	before := snapshotOf(t, s)

	again, err := s.Import(t.Context(), team, delivered("a", ""), gives(smallFile()))
	if err != nil || !again.Known || again.Release != first.Release || again.Unchanged != 5 {
		t.Fatalf("the same file again answers %+v, %v", again, err)
	}
	if snapshotOf(t, s) != before {
		t.Fatal("the same file again made a new snapshot")
	}

	// What counts are the figures, and not the bytes: nothing is written, so nobody need
	// say when that was published.
	other, err := s.Import(t.Context(), team, delivered("b", ""), gives(smallFile()))
	if err != nil || !other.Known || other.Release != first.Release {
		t.Fatalf("the same figures in other bytes answer %+v, %v", other, err)
	}
	if snapshotOf(t, s) != before || count(t, s, "SELECT count(*) FROM releases") != 1 {
		t.Fatal("the same figures made a new state")
	}
}

func TestImportCorrects(t *testing.T) {
	t.Parallel()
	s := importing(t)
	importFile(t, s, "a", "", smallFile())
	before := snapshotOf(t, s)
	file := smallFile()
	file.Observations = []benchmark.Observation{figure("REREF_PCT", "E09000022", 20, 200, 1000), file.Observations[1]}
	file.Neighbours = []benchmark.Neighbour{{Authority: "E09000030", Rank: 1, Neighbour: "E08000025", Closeness: "Close"}}
	result := importFile(t, s, "b", "2025-11-20", file)
	wantCounts(t, result, 1, 1, 2)
	if result.Withdrawn != 1 {
		t.Fatalf("%d neighbours are withdrawn, want the one that the newer file does not give", result.Withdrawn)
	}
	after := snapshotOf(t, s)
	if got, release := after.Data.Column("2024-25", "REREF_PCT").Figure("E09000022"); *got.Value != 20 || release != result.Release.ID {
		t.Fatalf("Lambeth is %v from %s", *got.Value, release)
	}
	if _, release := after.Data.Column("2024-25", "REREF_PCT").Figure("E09000030"); release != result.Release.ID {
		t.Fatalf("an equal figure names release %s, want the newest that gives it", release)
	}
	if after.Data.Column("2024-25", "CIN_RATE") != before.Data.Column("2024-25", "CIN_RATE") {
		t.Fatal("a column that did not change was read again")
	}
	if len(after.Neighbours) != 1 || after.Neighbours[0].Authority != "E09000030" {
		t.Fatalf("neighbours are %+v, want those of the newer file only", after.Neighbours)
	}
	old, _ := before.Data.Column("2024-25", "REREF_PCT").Figure("E09000022")
	if *old.Value != 19.8 {
		t.Fatal("an old snapshot has changed")
	}
}

func TestPopulationsRecomputeRates(t *testing.T) {
	t.Parallel()
	s := importing(t)
	file := smallFile()
	file.Observations = append(file.Observations, benchmark.Observation{Indicator: "CIN_RATE", Period: "2024-25", Geography: "E09000030", Status: benchmark.Confidential})
	first := importFile(t, s, "a", "", file)
	newer := &benchmark.Import{
		Release: benchmark.Release{Dataset: "ons-population", Title: "Estimates", Publisher: "ONS", Licence: "OGL"},
		Populations: []benchmark.Population{
			{Geography: "E09000022", MidYear: 2024, Estimate: new(50000.0), Status: benchmark.Reported},
			{Geography: "E09000030", MidYear: 2024, Estimate: new(40000.0), Status: benchmark.Reported},
		},
	}
	wantCounts(t, importFile(t, s, "b", "2025-11-20", newer), 1, 3, 0)
	data := snapshotOf(t, s).Data
	rate, release := data.Column("2024-25", "CIN_RATE").Figure("E09000022")
	if *rate.Value != 360 || *rate.Denominator != 50000 || rate.Status != benchmark.Computed || release != first.Release.ID {
		t.Fatalf("the rate is %v of %v (%s) from %s, want 360 of 50000", *rate.Value, *rate.Denominator, rate.Status, release)
	}
	hidden, _ := data.Column("2024-25", "CIN_RATE").Figure("E09000030")
	if hidden.Value != nil || hidden.Status != benchmark.Confidential || *hidden.Denominator != 40000 {
		t.Fatalf("a figure with a hidden numerator is %+v", hidden)
	}
	if published, _ := data.Column("2024-25", "REREF_PCT").Figure("E09000022"); *published.Value != 19.8 {
		t.Fatal("a published figure was computed again")
	}
}

func TestDefinitionRemakesComputedValues(t *testing.T) {
	t.Parallel()
	s := importing(t)
	file := smallFile()
	*file.Observations[2].Numerator, *file.Observations[2].Value = 1234, 205.7 // 205.666...
	importFile(t, s, "a", "", file)
	for i, code := range []string{"CIN_RATE", "REREF_PCT"} {
		if _, err := s.UpdateIndicator(t.Context(), team, code, 1, func(ind *benchmark.Indicator) error { ind.Decimals = 0; return nil }); err != nil {
			t.Fatal(err)
		}
		got, _ := snapshotOf(t, s).Data.Column("2024-25", code).Figure("E09000022")
		if want := []float64{206, 19.8}[i]; *got.Value != want { // what is published stays as published
			t.Fatalf("%s is %v, want %v", code, *got.Value, want)
		}
	}
}

func TestImportIsAllOrNothing(t *testing.T) {
	t.Parallel()
	s := importing(t)
	before := snapshotOf(t, s)
	unknownIndicator, unknownNeighbour, badPeriod, twice := smallFile(), smallFile(), smallFile(), smallFile()
	unknownIndicator.Observations[2].Indicator = "NO_SUCH"
	unknownNeighbour.Neighbours[0].Neighbour = "E08000099"
	badPeriod.Observations[2].Period = "2024-26"
	twice.Observations[1] = twice.Observations[0]
	for name, c := range map[string]struct {
		file *benchmark.Import
		err  error
		kind programme.Kind
		code string
	}{
		"reader refuses":    {nil, programme.Errorf(programme.Invalid, "invalid_file", "Bad."), programme.Invalid, "invalid_file"},
		"unknown indicator": {unknownIndicator, nil, programme.Invalid, "invalid"},
		"unknown authority": {unknownNeighbour, nil, programme.Invalid, "invalid"},
		"bad period":        {badPeriod, nil, programme.Invalid, "period"},
		"a figure twice":    {twice, nil, programme.Internal, "internal"},
	} {
		_, err := s.Import(t.Context(), team, delivered("c", ""), func(known benchmark.Known) (*benchmark.Import, error) {
			if len(known.Authorities) != 3 || len(known.Indicators) != 2 {
				return nil, errors.New("the reader is not told what is held")
			}
			return c.file, c.err
		})
		t.Run(name, func(t *testing.T) { wantRefusal(t, err, c.kind, c.code) })
	}
	if snapshotOf(t, s) != before || count(t, s, "SELECT count(*) FROM releases") != 0 || count(t, s, "SELECT count(*) FROM observations") != 0 {
		t.Fatal("a refused file left something")
	}
	wantCounts(t, importFile(t, s, "c", "", smallFile()), 5, 0, 0)
}

func TestImportsAtOnce(t *testing.T) {
	t.Parallel()
	s := importing(t)
	other := inAutumn(open(t, urlOf(s)))
	var wg sync.WaitGroup
	var mu sync.Mutex
	known := 0
	for _, store := range []*Store{s, other, s, other} {
		wg.Go(func() {
			result, err := store.Import(t.Context(), team, delivered("a", ""), gives(smallFile()))
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			if result.Known {
				known++
			}
		})
	}
	wg.Wait()
	if known != 3 {
		t.Fatalf("%d of 4 imports of one file found it known, want 3", known)
	}
}
