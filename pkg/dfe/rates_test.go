package dfe_test

import (
	"maps"
	"testing"

	"peerchallenge/pkg/benchmark"
)

// TestDenominatorOfLookedAfter shows that the Department makes the rates of
// children looked after with the mid-year estimate before the year's end, of the
// authority under the code that it had then, also where the file has a later one.
func TestDenominatorOfLookedAfter(t *testing.T) {
	known := withPopulations(t)
	estimates := map[string]map[int]*float64{}
	for _, p := range known.Populations {
		if estimates[p.Geography] == nil {
			estimates[p.Geography] = map[int]*float64{}
		}
		estimates[p.Geography][p.MidYear] = p.Estimate
	}
	recoded := 0
	for _, o := range readFile(t, lookedAfter, known).Observations {
		period, err := benchmark.ParsePeriod(o.Period)
		if err != nil {
			t.Fatal(err)
		}
		want := estimates[o.Geography][period.StartsOn.Time().Year()]
		if want == nil || !equal(o.Denominator, want) {
			t.Errorf("%s of %s in %s is made with a population of %s, want %s", o.Indicator, o.Geography, o.Period, show(o.Denominator), show(want))
		}
		if o.Geography == "E10000023" || o.Geography == "E10000027" {
			recoded++
		}
	}
	// Three years of North Yorkshire and of Somerset under their former codes, each for
	// three indicators.
	if recoded != 18 {
		t.Errorf("%d rates are of the former North Yorkshire and Somerset, want 18", recoded)
	}
}

// TestNoRateWithoutPopulation reads a file before the populations: a count has no
// rate, and a symbol stays.
func TestNoRateWithoutPopulation(t *testing.T) {
	statuses := map[benchmark.Status]int{}
	for _, o := range readFile(t, needFile, england(t)).Observations {
		statuses[o.Status]++
		if o.Value != nil || o.Denominator != nil {
			t.Errorf("%s of %s in %s is %s per %s", o.Indicator, o.Geography, o.Period, show(o.Value), show(o.Denominator))
		}
	}
	want := map[benchmark.Status]int{benchmark.NoDenominator: 4247, benchmark.NotAvailable: 11, benchmark.Unreliable: 3, benchmark.Confidential: 3}
	if !maps.Equal(statuses, want) {
		t.Errorf("the statuses are %v, want %v", statuses, want)
	}
}
