package benchmark_test

import (
	"math"
	"slices"
	"strconv"
	"testing"

	"peerchallenge/pkg/benchmark"
)

// near reports whether the number is there and the same to nine decimals.
func near(got *float64, want float64) bool { return got != nil && math.Abs(*got-want) < 1e-9 }

// text writes a number that may be absent.
func text(x *float64) any {
	if x == nil {
		return nil
	}
	return *x
}

// The expected numbers follow from the definition: h = (n-1)p, and a straight
// line between the order statistics on either side of it.
func TestPercentile(t *testing.T) {
	tests := map[string]struct {
		sorted  []float64
		percent int
		want    float64
	}{
		"one value is every percentile":  {[]float64{7}, 20, 7},
		"minimum":                        {[]float64{1, 2, 3}, 0, 1},
		"maximum":                        {[]float64{1, 2, 3}, 100, 3},
		"between two":                    {[]float64{1, 2}, 20, 1.2},
		"quartile of four":               {[]float64{1, 2, 3, 4}, 25, 1.75},
		"upper quartile of four":         {[]float64{1, 2, 3, 4}, 75, 3.25},
		"median of an even number":       {[]float64{1, 2, 3, 10}, 50, 2.5},
		"ten values":                     {[]float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 80, 8.2},
		"an order statistic as it is":    {[]float64{0.1, 0.2, 0.3, 0.4, 0.5, 0.6}, 20, 0.2},
		"nothing between equal values":   {[]float64{0.1, 0.1, 0.1, 0.1}, 20, 0.1},
		"far apart, without overflowing": {[]float64{-math.MaxFloat64, math.MaxFloat64}, 100, math.MaxFloat64},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := benchmark.Percentile(tt.sorted, tt.percent); !near(got, tt.want) {
				t.Errorf("got %v, want %v", text(got), tt.want)
			}
		})
	}
	if got := benchmark.Percentile(nil, 50); got != nil {
		t.Errorf("the median of nothing is %v", *got)
	}
}

func TestSummarise(t *testing.T) {
	if got := benchmark.Summarise(nil); got != (benchmark.Summary{}) {
		t.Errorf("the summary of nothing is %+v", got)
	}
	got := benchmark.Summarise([]float64{4, 1, 3, 2, 5})
	want := map[string]struct {
		got  *float64
		want float64
	}{
		"mean": {got.Mean, 3}, "minimum": {got.Minimum, 1}, "p20": {got.P20, 1.8}, "lower quartile": {got.LowerQuartile, 2},
		"median": {got.Median, 3}, "upper quartile": {got.UpperQuartile, 4}, "p80": {got.P80, 4.2}, "maximum": {got.Maximum, 5},
	}
	for name, w := range want {
		if !near(w.got, w.want) {
			t.Errorf("%s is %v, want %v", name, text(w.got), w.want)
		}
	}
	if got.N != 5 {
		t.Errorf("n = %d, want 5", got.N)
	}
	if got := benchmark.Summarise([]float64{math.MaxFloat64, math.MaxFloat64}); got.Mean != nil {
		t.Errorf("a sum beyond all numbers has the mean %v", *got.Mean)
	}
}

func TestMeanAndMedian(t *testing.T) {
	if benchmark.Mean(nil) != nil || benchmark.Median(nil) != nil {
		t.Error("nothing has a mean or a median")
	}
	values := []float64{3, 1, 2, 10}
	if got := benchmark.Mean(values); !near(got, 4) {
		t.Errorf("mean = %v, want 4", text(got))
	}
	if got := benchmark.Median(values); !near(got, 2.5) {
		t.Errorf("median = %v, want 2.5", text(got))
	}
	if !slices.Equal(values, []float64{3, 1, 2, 10}) {
		t.Errorf("the values became %v", values)
	}
}

// The expected bounds are the sources' formulas worked by hand.
func TestInterval(t *testing.T) {
	percent := benchmark.Indicator{Unit: benchmark.Percent, Multiplier: 100}
	rate := benchmark.Indicator{Unit: benchmark.Per10000, Multiplier: 10000}
	tests := map[string]struct {
		indicator    benchmark.Indicator
		value        *float64
		num, den     *float64
		method       string
		lower, upper float64 // to two decimals
	}{
		"percentage":                      {percent, new(20.0), new(20.0), new(100.0), "wilson", 13.34, 28.88},
		"percentage of none":              {percent, new(0.0), new(0.0), new(10.0), "wilson", 0, 27.75},
		"percentage of all":               {percent, new(100.0), new(10.0), new(10.0), "wilson", 72.25, 100},
		"rate":                            {rate, new(10.0), new(100.0), new(100000.0), "byar", 8.14, 12.16},
		"rate of no events":               {rate, new(0.0), new(0.0), new(10000.0), "byar", 0, 3.67},
		"rate of one event":               {rate, new(1.0), new(1.0), new(10000.0), "byar", 0.01, 5.56},
		"percentage of nobody":            {percent, new(0.0), new(0.0), new(0.0), "", 0, 0},
		"rate of nobody":                  {rate, new(0.0), new(0.0), new(0.0), "", 0, 0},
		"part above the whole":            {percent, new(110.0), new(11.0), new(10.0), "", 0, 0},
		"negative count":                  {rate, new(-1.0), new(-1.0), new(10.0), "", 0, 0},
		"beyond all numbers":              {rate, new(1.0), new(1e308), new(1e-300), "", 0, 0},
		"no numerator":                    {percent, new(20.0), nil, new(100.0), "", 0, 0},
		"no denominator":                  {percent, new(20.0), new(20.0), nil, "", 0, 0},
		"no value: parts must not betray": {percent, nil, new(20.0), new(100.0), "", 0, 0},
		"score":                           {benchmark.Indicator{Unit: benchmark.Score, Multiplier: 1}, new(2.0), new(20.0), new(10.0), "", 0, 0},
		"cases per worker":                {benchmark.Indicator{Unit: benchmark.CasesPerFTE, Multiplier: 1}, new(2.0), new(20.0), new(10.0), "", 0, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := tt.indicator.Interval(benchmark.Figure{Value: tt.value, Numerator: tt.num, Denominator: tt.den, Status: benchmark.Reported})
			if tt.method == "" {
				if got != nil {
					t.Errorf("got %+v, want none", *got)
				}
				return
			}
			if got == nil || got.Method != tt.method || got.Level != 0.95 {
				t.Fatalf("got %+v, want %s at 0.95", got, tt.method)
			}
			if math.Abs(got.Lower-tt.lower) > 0.005 || math.Abs(got.Upper-tt.upper) > 0.005 {
				t.Errorf("got %.4f to %.4f, want %.2f to %.2f", got.Lower, got.Upper, tt.lower, tt.upper)
			}
		})
	}
}

// Wilson's bounds are by definition the proportions p from which the observed
// one lies z standard errors away: (x/n - p)^2 = z^2 p (1-p) / n.
func TestWilsonSolvesItsEquation(t *testing.T) {
	const z = 1.959963984540054
	for n := 1.0; n <= 50; n++ {
		for x := 0.0; x <= n; x++ {
			got := benchmark.Wilson(x, n, 1)
			for _, p := range []float64{got.Lower, got.Upper} {
				if left, right := (x/n-p)*(x/n-p), z*z*p*(1-p)/n; math.Abs(left-right) > 1e-12 {
					t.Errorf("%v of %v: bound %v leaves %v", x, n, p, left-right)
				}
			}
		}
	}
}

// Newcombe's examples, to the decimals that he gives: Two-sided confidence intervals
// for the single proportion, Statistics in Medicine 17 (1998), pages 857 to 872,
// table I, the score method without continuity correction.
func TestWilsonAsPublished(t *testing.T) {
	for _, tt := range []struct {
		x, n         float64
		lower, upper string
	}{
		{81, 263, "0.2553", "0.3662"},
		{15, 148, "0.0624", "0.1605"},
		{0, 20, "0.0000", "0.1611"},
		{1, 29, "0.0061", "0.1718"},
	} {
		got := benchmark.Wilson(tt.x, tt.n, 1)
		if fixed(got.Lower, 4) != tt.lower || fixed(got.Upper, 4) != tt.upper || got.Method != "wilson" || got.Level != 0.95 {
			t.Errorf("%v of %v: %+v, want %s to %s", tt.x, tt.n, got, tt.lower, tt.upper)
		}
	}
}

// Byar's interval of 65 events, the example in the documentation of Public Health
// England's methods (PHEindicatormethods, byars_lower), as a count and as a rate
// of so many in 10,000.
func TestByarAsPublished(t *testing.T) {
	if got := benchmark.Byar(65, 1, 1); fixed(got.Lower, 2) != "50.16" || fixed(got.Upper, 2) != "82.85" || got.Method != "byar" || got.Level != 0.95 {
		t.Errorf("65 events: %+v, want 50.16 to 82.85", got)
	}
	if got := benchmark.Byar(65, 20_000, 10_000); fixed(got.Lower, 2) != "25.08" || fixed(got.Upper, 2) != "41.42" {
		t.Errorf("65 events among 20,000: %+v, want 25.08 to 41.42 in 10,000", got)
	}
}

func fixed(x float64, decimals int) string { return strconv.FormatFloat(x, 'f', decimals, 64) }

// At the ends the bounds are exact, not merely near.
func TestIntervalEnds(t *testing.T) {
	for n := 1.0; n < 1000; n++ {
		if none := benchmark.Wilson(0, n, 100); none.Lower != 0 {
			t.Errorf("0 of %v has the lower bound %v", n, none.Lower)
		}
		if all := benchmark.Wilson(n, n, 100); all.Upper != 100 {
			t.Errorf("%v of %v has the upper bound %v", n, n, all.Upper)
		}
	}
	if none := benchmark.Byar(0, 1000, 1000); none.Lower != 0 {
		t.Errorf("no events have the lower bound %v", none.Lower)
	}
}

func TestRate(t *testing.T) {
	percent := benchmark.Indicator{Multiplier: 100, Decimals: 1}
	whole := benchmark.Indicator{Multiplier: 10000, Decimals: 0}
	tests := map[string]struct {
		indicator  benchmark.Indicator
		num        *float64
		status     benchmark.Status
		den        *float64
		want       *float64
		wantStatus benchmark.Status
	}{
		"percentage":               {percent, new(213.0), benchmark.Reported, new(1000.0), new(21.3), benchmark.Computed},
		"half goes up":             {percent, new(49.0), benchmark.Reported, new(400.0), new(12.3), benchmark.Computed},
		"half, binary or not":      {benchmark.Indicator{Multiplier: 1, Decimals: 2}, new(0.285), benchmark.Reported, new(1.0), new(0.29), benchmark.Computed},
		"a shade below half":       {percent, new(1224999.0), benchmark.Reported, new(1e7), new(12.2), benchmark.Computed},
		"no decimals":              {whole, new(125.0), benchmark.Reported, new(100000.0), new(13.0), benchmark.Computed},
		"none of some is zero":     {percent, new(0.0), benchmark.Reported, new(10.0), new(0.0), benchmark.Computed},
		"all":                      {percent, new(10.0), benchmark.Reported, new(10.0), new(100.0), benchmark.Computed},
		"zero denominator":         {percent, new(5.0), benchmark.Reported, new(0.0), nil, benchmark.NoDenominator},
		"none of none":             {percent, new(0.0), benchmark.Reported, new(0.0), nil, benchmark.NoDenominator},
		"missing denominator":      {percent, new(5.0), benchmark.Reported, nil, nil, benchmark.NoDenominator},
		"denominator not a number": {percent, new(5.0), benchmark.Reported, new(math.NaN()), nil, benchmark.NoDenominator},
		"confidential":             {percent, nil, benchmark.Confidential, new(10.0), nil, benchmark.Confidential},
		"confidential of none":     {percent, nil, benchmark.Confidential, nil, nil, benchmark.Confidential},
		"reported, but absent":     {percent, nil, benchmark.Reported, new(10.0), nil, benchmark.NotAvailable},
		"numerator is infinite":    {percent, new(math.Inf(1)), benchmark.NotApplicable, new(10.0), nil, benchmark.NotApplicable},
		"beyond all numbers":       {percent, new(math.MaxFloat64), benchmark.Reported, new(1e-300), nil, benchmark.NotAvailable},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, status := benchmark.Rate(tt.indicator, tt.num, tt.status, tt.den)
			if status != tt.wantStatus || text(got) != text(tt.want) {
				t.Errorf("got %v, %s, want %v, %s", text(got), status, text(tt.want), tt.wantStatus)
			}
		})
	}
}

// Every re-referral percentage that the DfE publishes is its own numerator over
// its own denominator, rounded half up.
func TestRateOfPublishedFigures(t *testing.T) {
	n := 0
	for o := range london(t).Data.Observations(benchmark.ObservationKey{}, benchmark.ObservationFilter{Level: benchmark.LocalAuthority}) {
		if o.Value == nil || o.Numerator == nil || o.Denominator == nil {
			continue
		}
		n++
		if got, _ := benchmark.Rate(rereferrals, o.Numerator, o.Status, o.Denominator); text(got) != *o.Value {
			t.Errorf("%s %s: %v of %v is %v, published as %v", o.Period, o.Geography, *o.Numerator, *o.Denominator, text(got), *o.Value)
		}
	}
	if n < 1800 {
		t.Errorf("only %d figures had a value and both parts", n)
	}
}
