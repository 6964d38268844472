package benchmark_test

import (
	"math"
	"slices"
	"testing"

	"peerchallenge/pkg/benchmark"
)

// observation is one with everything given.
func observation(period, indicator, geography string, value float64) benchmark.Observation {
	return benchmark.Observation{
		Indicator: indicator, Period: period, Geography: geography, Value: &value, Status: benchmark.Reported,
		Numerator: new(value * 10), Denominator: new(1000.0), ReleaseID: "r1",
	}
}

func dataset(prev *benchmark.Dataset, observations ...benchmark.Observation) *benchmark.Dataset {
	b := benchmark.NewBuilder(prev)
	for _, o := range observations {
		b.Add(o)
	}
	return b.Dataset()
}

// keys answers what a list holds, in its order.
func keys(d *benchmark.Dataset, after benchmark.ObservationKey, f benchmark.ObservationFilter) []benchmark.ObservationKey {
	var keys []benchmark.ObservationKey
	for o := range d.Observations(after, f) {
		keys = append(keys, o.Key())
	}
	return keys
}

// same compares observations by what their pointers point to.
func same(a, b benchmark.Observation) bool {
	return a.Key() == b.Key() && a.Status == b.Status && a.ReleaseID == b.ReleaseID &&
		text(a.Value) == text(b.Value) && text(a.Numerator) == text(b.Numerator) && text(a.Denominator) == text(b.Denominator)
}

// What is put in comes out, whatever of it is there.
func TestFiguresAreKept(t *testing.T) {
	observations := []benchmark.Observation{
		observation(year, "A", "E09000001", 1.5),
		{Period: year, Indicator: "A", Geography: "E09000002", Value: new(0.0), Status: benchmark.Reported, ReleaseID: "r2"},
		{Period: year, Indicator: "A", Geography: "E09000003", Status: benchmark.Confidential, ReleaseID: "r1"},
		{Period: year, Indicator: "A", Geography: "E09000004", Status: benchmark.NoDenominator, Numerator: new(5.0), ReleaseID: "r1"},
		{Period: year, Indicator: "A", Geography: "E09000005", Status: benchmark.Confidential, Denominator: new(0.0), ReleaseID: "r1"},
		{Period: year, Indicator: "A", Geography: "E09000021/E09000027", Value: new(-3.0), Status: benchmark.Computed, ReleaseID: "r3"},
		{Period: year, Indicator: "B", Geography: "E09000009", Value: new(1.0), Status: "a status of tomorrow", ReleaseID: "r1"},
	}
	shuffled := slices.Clone(observations)
	slices.Reverse(shuffled)
	shuffled[0], shuffled[3] = shuffled[3], shuffled[0]
	d := dataset(nil, shuffled...)
	got := slices.Collect(d.Observations(benchmark.ObservationKey{}, benchmark.ObservationFilter{}))
	if !slices.EqualFunc(got, observations, same) {
		t.Errorf("got %+v, want %+v", got, observations)
	}
	if all := slices.Collect(d.Column(year, "A").All()); !slices.EqualFunc(all, observations[:6], same) {
		t.Errorf("the column gives %+v", all)
	}
	if d.Len() != 7 || d.Column(year, "A").Len() != 6 {
		t.Errorf("%d figures, %d of them in the column, want 7 and 6", d.Len(), d.Column(year, "A").Len())
	}
	f, release := d.Column(year, "A").Figure("E09000002")
	if text(f.Value) != 0.0 || f.Numerator != nil || f.Denominator != nil || release != "r2" {
		t.Errorf("a true zero is %+v of %q", f, release)
	}
	for name, c := range map[string]*benchmark.Column{"no period": d.Column("2023-24", "A"), "no indicator": d.Column(year, "C"), "no place": d.Column(year, "A"), "known elsewhere": d.Column(year, "B")} {
		geography := "E09000033"
		if name == "known elsewhere" {
			geography = "E09000001"
		}
		if f, release := c.Figure(geography); f.Status != benchmark.NotHeld || f.Value != nil || release != "" {
			t.Errorf("%s: %+v of %q, want not held", name, f, release)
		}
	}
	if !slices.Equal(d.Periods(), []string{year}) || !slices.Equal(d.Indicators(year), []string{"A", "B"}) || d.Indicators("2023-24") != nil {
		t.Errorf("periods %v, indicators %v", d.Periods(), d.Indicators(year))
	}
}

// No number leaves the dataset that JSON cannot carry.
func TestNumbersAreFinite(t *testing.T) {
	d := dataset(nil, benchmark.Observation{
		Period: year, Indicator: "A", Geography: "E09000001", Status: benchmark.Reported,
		Value: new(math.NaN()), Numerator: new(math.Inf(1)), Denominator: new(math.Inf(-1)),
	})
	f, _ := d.Column(year, "A").Figure("E09000001")
	if f.Value != nil || f.Numerator != nil || f.Denominator != nil {
		t.Errorf("got %+v, want no numbers", f)
	}
}

// A dataset never changes; the next one shares what did not change.
func TestBuilderLeavesThePreviousAlone(t *testing.T) {
	first := dataset(nil,
		observation("2023-24", "A", "E09000001", 1), observation("2023-24", "B", "E09000001", 2), observation(year, "A", "E09000001", 3))
	b := benchmark.NewBuilder(first)
	b.Replace("2023-24", "A")
	b.Add(observation("2023-24", "A", "E09000002", 4))
	b.Replace("2023-24", "B")
	b.Replace("2022-23", "never held")
	correction := observation(year, "A", "E09000001", 5)
	correction.ReleaseID = "r2"
	b.Add(correction)
	b.Add(observation(year, "A", "E09000000", 6))
	second := b.Dataset()

	value := func(d *benchmark.Dataset, period, indicator, geography string) any {
		f, _ := d.Column(period, indicator).Figure(geography)
		return text(f.Value)
	}
	tests := []struct {
		period, indicator, geography string
		first, second                any
	}{
		{"2023-24", "A", "E09000001", 1.0, nil},
		{"2023-24", "A", "E09000002", nil, 4.0},
		{"2023-24", "B", "E09000001", 2.0, nil},
		{year, "A", "E09000001", 3.0, 5.0},
		{year, "A", "E09000000", nil, 6.0},
	}
	for _, tt := range tests {
		if got := value(first, tt.period, tt.indicator, tt.geography); got != tt.first {
			t.Errorf("first %s %s %s = %v, want %v", tt.period, tt.indicator, tt.geography, got, tt.first)
		}
		if got := value(second, tt.period, tt.indicator, tt.geography); got != tt.second {
			t.Errorf("second %s %s %s = %v, want %v", tt.period, tt.indicator, tt.geography, got, tt.second)
		}
	}
	if second.Column("2023-24", "B") != nil || first.Column("2023-24", "B") == nil {
		t.Error("a column to which nothing was added is gone from the second dataset only")
	}
	if _, release := second.Column(year, "A").Figure("E09000000"); release != "r1" {
		t.Errorf("release = %q, want r1 beside the correction's r2", release)
	}
	want := []benchmark.ObservationKey{{"2023-24", "A", "E09000002"}, {year, "A", "E09000000"}, {year, "A", "E09000001"}}
	if got := keys(second, benchmark.ObservationKey{}, benchmark.ObservationFilter{}); !slices.Equal(got, want) {
		t.Errorf("the second holds %v, want %v", got, want)
	}
	third := dataset(second, observation("2025-26", "C", "E09000009", 1))
	if third.Column(year, "A") != second.Column(year, "A") || second.Column(year, "A") == first.Column(year, "A") {
		t.Error("a column is shared exactly if it did not change")
	}
	// A place that only the newer dataset knows is not held in an older column.
	if got := value(third, year, "A", "E09000009"); got != nil {
		t.Errorf("the old column gives %v for a new place", got)
	}
	// Taking away all of a period takes away the period.
	b = benchmark.NewBuilder(third)
	b.Replace("2025-26", "C")
	if got := b.Dataset().Periods(); !slices.Equal(got, []string{"2023-24", year}) {
		t.Errorf("periods = %v", got)
	}
}

func TestObservations(t *testing.T) {
	var all []benchmark.ObservationKey
	var observations []benchmark.Observation
	for _, period := range []string{"2023-24", "2024-25", "2024-25-Q1"} {
		for _, indicator := range []string{"A", "B"} {
			for _, geography := range []string{"E06000001", "E09000001", "E12000007", "E92000001"} {
				o := observation(period, indicator, geography, 1)
				all, observations = append(all, o.Key()), append(observations, o)
			}
		}
	}
	observations[5].Status, observations[5].Value, observations[6].ReleaseID = benchmark.Confidential, nil, "r2"
	d := dataset(nil, observations...)

	tests := map[string]struct {
		filter benchmark.ObservationFilter
		admits func(benchmark.Observation) bool
	}{
		"everything":     {benchmark.ObservationFilter{}, func(benchmark.Observation) bool { return true }},
		"period":         {benchmark.ObservationFilter{Periods: []string{"2024-25-Q1", "2023-24"}}, func(o benchmark.Observation) bool { return o.Period != "2024-25" }},
		"indicator":      {benchmark.ObservationFilter{Indicators: []string{"B"}}, func(o benchmark.Observation) bool { return o.Indicator == "B" }},
		"geography":      {benchmark.ObservationFilter{Geographies: []string{"E09000001"}}, func(o benchmark.Observation) bool { return o.Geography == "E09000001" }},
		"nation":         {benchmark.ObservationFilter{Level: benchmark.National}, func(o benchmark.Observation) bool { return o.Geography == "E92000001" }},
		"region":         {benchmark.ObservationFilter{Level: benchmark.Regional}, func(o benchmark.Observation) bool { return o.Geography == "E12000007" }},
		"authority":      {benchmark.ObservationFilter{Level: benchmark.LocalAuthority}, func(o benchmark.Observation) bool { return o.Geography < "E12" }},
		"status":         {benchmark.ObservationFilter{Status: benchmark.Confidential}, func(o benchmark.Observation) bool { return o.Status == benchmark.Confidential }},
		"release":        {benchmark.ObservationFilter{Release: "r2"}, func(o benchmark.Observation) bool { return o.ReleaseID == "r2" }},
		"all at once":    {benchmark.ObservationFilter{Periods: []string{"2023-24"}, Indicators: []string{"B"}, Status: benchmark.Confidential}, func(o benchmark.Observation) bool { return o.Status == benchmark.Confidential }},
		"nobody's place": {benchmark.ObservationFilter{Geographies: []string{"E09000002"}}, func(benchmark.Observation) bool { return false }},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var want []benchmark.ObservationKey
			for _, o := range observations {
				if tt.admits(o) {
					want = append(want, o.Key())
				}
			}
			if got := keys(d, benchmark.ObservationKey{}, tt.filter); !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
			if got := d.Count(tt.filter); got != len(want) {
				t.Errorf("counted %d, want %d", got, len(want))
			}
			// From any key on, held or not, comes what follows it.
			for _, after := range append(slices.Clone(all), benchmark.ObservationKey{Period: "2024-25", Indicator: "AB"}, benchmark.ObservationKey{Period: "2024-25", Indicator: "A", Geography: "E1"}) {
				rest := slices.DeleteFunc(slices.Clone(want), func(k benchmark.ObservationKey) bool { return k.Compare(after) <= 0 })
				if got := keys(d, after, tt.filter); !slices.Equal(got, rest) {
					t.Errorf("after %v: got %v, want %v", after, got, rest)
				}
			}
		})
	}
	t.Run("a reader may stop, and nothing is held by nothing", func(t *testing.T) {
		for range d.Observations(benchmark.ObservationKey{}, benchmark.ObservationFilter{}) {
			break
		}
		var none *benchmark.Dataset
		for o := range none.Column(year, "A").All() {
			t.Errorf("a column that is not held gives %+v", o)
		}
		if none.Len() != 0 || none.Column(year, "A").Len() != 0 || none.Periods() != nil {
			t.Error("a nil dataset holds nothing")
		}
	})
}
