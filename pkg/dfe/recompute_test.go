package dfe_test

import (
	"maps"
	"math"
	"testing"

	"peerchallenge/pkg/benchmark"
)

// unpublishedPart are the only figures that cannot be computed again: the
// percentages of Isles of Scilly are 0 of a number of referrals that is
// confidential.
var unpublishedPart = map[key]bool{
	{"REREF_PCT", "2016-17", "E06000053"}:           true,
	{"REF_NFA_PCT", "2016-17", "E06000053"}:         true,
	{"REF_NOT_IN_NEED_PCT", "2016-17", "E06000053"}: true,
}

// TestRecomputation computes every published percentage and rate from its parts.
// An authority's is exactly the published one. Those of regions and of England
// are made by the Department from exact counts and published beside counts that
// are rounded to 10, so the published one lies between the least and the greatest
// that the rounding allows.
func TestRecomputation(t *testing.T) {
	known := withPopulations(t)
	for name, want := range map[string]struct{ exact, within int }{
		referralFile: {5761, 468},
		lookedAfter:  {2267, 180},
	} {
		exact, within := 0, 0
		for _, o := range readFile(t, name, known).Observations {
			if o.Status != benchmark.Reported {
				continue
			}
			ind := indicator(t, known, o.Indicator)
			if (o.Numerator == nil || o.Denominator == nil) != unpublishedPart[key{o.Indicator, o.Period, o.Geography}] {
				t.Errorf("%s of %s in %s is published with numerator %s and denominator %s", o.Indicator, o.Geography, o.Period, show(o.Numerator), show(o.Denominator))
			}
			if o.Numerator == nil || o.Denominator == nil {
				continue
			}
			if benchmark.LevelOf(o.Geography) == benchmark.LocalAuthority {
				exact++
				value, status := benchmark.Rate(ind, o.Numerator, benchmark.Reported, o.Denominator)
				if !equal(value, o.Value) || status != benchmark.Computed {
					t.Errorf("%s of %s in %s is computed as %s with status %s, and published as %s", o.Indicator, o.Geography, o.Period, show(value), status, show(o.Value))
				}
				continue
			}
			within++
			checkWithinRounding(t, ind, o)
		}
		if exact != want.exact || within != want.within {
			t.Errorf("%s: %d figures of authorities and %d of regions and England were computed, want %d and %d", name, exact, within, want.exact, want.within)
		}
	}
}

// checkWithinRounding lets the rounded counts be what they may have been.
func checkWithinRounding(t *testing.T, ind benchmark.Indicator, o benchmark.Observation) {
	t.Helper()
	low, high := *o.Numerator-5, *o.Numerator+5
	most, least := *o.Denominator, *o.Denominator
	rounded := []float64{*o.Numerator}
	if ind.Unit.Proportion() { // a population is not rounded
		most, least = most+5, least-5
		rounded = append(rounded, *o.Denominator)
	}
	for _, count := range rounded {
		if math.Mod(count, 10) != 0 {
			t.Errorf("%s of %s in %s has the count %v, which is not rounded to 10", o.Indicator, o.Geography, o.Period, count)
		}
	}
	from, _ := benchmark.Rate(ind, &low, benchmark.Reported, &most)
	to, _ := benchmark.Rate(ind, &high, benchmark.Reported, &least)
	if from == nil || to == nil || *o.Value < *from || *o.Value > *to {
		t.Errorf("%s of %s in %s is published as %s, but lies between %s and %s", o.Indicator, o.Geography, o.Period, show(o.Value), show(from), show(to))
	}
}

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

// withoutEstimate are Bournemouth, Poole and the former Dorset, for which the file
// of estimates has the symbol x in every year. So they have no rate.
var withoutEstimate = map[string]bool{"E06000028": true, "E06000029": true, "E10000009": true}

// TestRatesOfPopulation computes the rates that the Department does not publish
// with whole numbers: n x 10,000 / p to one decimal, half up.
func TestRatesOfPopulation(t *testing.T) {
	known := withPopulations(t)
	estimates := map[key]*float64{}
	for _, p := range known.Populations {
		estimates[key{"", benchmark.FinancialYear(p.MidYear).Code, p.Geography}] = p.Estimate
	}
	type outcome struct{ computed, without int }
	for name, want := range map[string]map[string]outcome{
		needFile:     {"CIN_RATE": {2102, 21}, "CIN_START_RATE": {2103, 21}},
		referralFile: {"REF_RATE": {2103, 21}},
	} {
		got := map[string]outcome{}
		for _, o := range readFile(t, name, known).Observations {
			if _, made := want[o.Indicator]; !made || o.Numerator == nil {
				continue
			}
			n := got[o.Indicator]
			var rate *float64
			status := benchmark.NoDenominator
			estimate := estimates[key{"", o.Period, o.Geography}]
			switch {
			case withoutEstimate[o.Geography]:
				n.without++
			case estimate == nil:
				t.Fatalf("%s in %s has no population", o.Geography, o.Period)
			default:
				n.computed++
				count, children := int(*o.Numerator), int(*estimate)
				exact := float64((count*200_000+children)/(2*children)) / 10
				rate, status = &exact, benchmark.Computed
			}
			got[o.Indicator] = n
			if o.Status != status || !equal(o.Value, rate) || !equal(o.Denominator, estimate) {
				t.Errorf("%s of %s in %s is %s with status %s, want %s with %s", o.Indicator, o.Geography, o.Period, show(o.Value), o.Status, show(rate), status)
			}
		}
		if !maps.Equal(got, want) {
			t.Errorf("%s: computed %v, want %v", name, got, want)
		}
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
