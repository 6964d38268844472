package benchmark_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"peerchallenge/pkg/benchmark"
)

// some makes values; NaN stands for a period without one.
func some(values ...float64) []*float64 {
	out := make([]*float64, len(values))
	for i, v := range values {
		if !math.IsNaN(v) {
			out[i] = &v
		}
	}
	return out
}

// TestControlLimits: NIST/SEMATECH e-Handbook of Statistical Methods, section 6.3.2.2,
// flow rates of ten batches: mean 50.81, average moving range 1.8778, limits 45.8159 and
// 55.8041, which it draws with 3 / 1.128 where ours are drawn with 2.66.
func TestControlLimits(t *testing.T) {
	c := benchmark.ControlLimits(some(49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1))
	for name, pair := range map[string][3]float64{
		"mean": {*c.Mean, 50.81, 1e-9}, "range": {*c.Range, 1.8778, 5e-5}, "lower": {*c.Lower, 45.8159, 1e-3}, "upper": {*c.Upper, 55.8041, 1e-3},
		"upper range": {*c.UpperRange, 3.27 * 16.9 / 9, 1e-9}, // own arithmetic
	} {
		if math.Abs(pair[0]-pair[1]) > pair[2] {
			t.Errorf("%s is %v, want %v", name, pair[0], pair[1])
		}
	}
	if c.Points != 10 || len(c.Signals) != 0 {
		t.Errorf("%d points with %v, want 10 without a signal", c.Points, c.Signals)
	}
}

// All numbers here are our own arithmetic.
func TestSignals(t *testing.T) {
	gap := math.NaN()
	tests := map[string]struct {
		values []float64
		want   []benchmark.Signal
		low    benchmark.Variation // where low is good
	}{
		"seven points":           {[]float64{1, 2, 1, 2, 1, 2, 1}, nil, benchmark.TooFewPointsToSay},
		"eight with a gap":       {[]float64{1, 2, 1, 2, gap, 1, 2, 1, 2}, nil, benchmark.TooFewPointsToSay},
		"seven ranges with it":   {[]float64{1, 2, 1, 2, gap, 1, 2, 1, 2, 1}, nil, benchmark.CommonCause},
		"eight":                  {[]float64{1, 2, 1, 2, 1, 2, 1, 2}, nil, benchmark.CommonCause},
		"always the same":        {[]float64{0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1}, nil, benchmark.CommonCause},
		"beyond the upper limit": {[]float64{1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 9}, []benchmark.Signal{{Rule: benchmark.BeyondLimits, High: true, First: 19, Last: 19}}, benchmark.Concerning},
		"beyond the lower limit, and back": {
			[]float64{9, 8, 9, 8, 9, 8, 9, 8, 9, 8, 1, 8, 9, 8, 9, 8, 9, 8, 9, 8}, []benchmark.Signal{{Rule: benchmark.BeyondLimits, First: 10, Last: 10}}, benchmark.CommonCause,
		},
		"eight on one side": {[]float64{1, 2, 1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4, 3, 4}, []benchmark.Signal{
			{Rule: benchmark.Shift, First: 0, Last: 7}, {Rule: benchmark.Shift, High: true, First: 8, Last: 15},
		}, benchmark.Concerning},
		"seven on one side":         {[]float64{1, 2, 1, 2, 1, 2, 1, 4, 3, 4, 3, 4, 3, 4}, nil, benchmark.CommonCause},
		"a gap breaks the side":     {[]float64{1, 2, 1, 2, 1, 2, 1, gap, 2, 3, 4, 3, 4, gap, 3, 4, 3}, nil, benchmark.CommonCause},
		"the mean is on no side":    {[]float64{1, 3, 2, 3, 1, 3, 1, 3, 1, 2, 1, 3, 2, 1}, nil, benchmark.CommonCause},
		"six rising":                {[]float64{5, 3, 6, 3, 6, 1, 2, 4, 5, 6, 7}, []benchmark.Signal{{Rule: benchmark.Run, High: true, First: 5, Last: 10}}, benchmark.Concerning},
		"six falling":               {[]float64{3, 5, 2, 5, 2, 7, 6, 5, 4, 2, 1}, []benchmark.Signal{{Rule: benchmark.Run, First: 5, Last: 10}}, benchmark.Improving},
		"five rising":               {[]float64{5, 3, 6, 3, 6, 1, 2, 4, 5, 6}, nil, benchmark.CommonCause},
		"six that stand still once": {[]float64{5, 3, 6, 3, 6, 1, 2, 4, 4, 5, 6}, nil, benchmark.CommonCause},
	}
	for name, test := range tests {
		values := some(test.values...)
		c := benchmark.ControlLimits(values)
		if !slices.Equal(c.Signals, test.want) {
			t.Errorf("%s: %+v, want %+v; mean %v, limits %v and %v", name, c.Signals, test.want, text(c.Mean), text(c.Lower), text(c.Upper))
		}
		opposite := map[benchmark.Variation]benchmark.Variation{benchmark.Improving: benchmark.Concerning, benchmark.Concerning: benchmark.Improving}
		neutral := map[benchmark.Variation]benchmark.Variation{benchmark.Improving: benchmark.VariationLower, benchmark.Concerning: benchmark.VariationHigher}
		high, none := test.low, test.low
		if of, is := opposite[test.low]; is {
			high, none = of, neutral[test.low]
		}
		for polarity, want := range map[benchmark.Polarity]benchmark.Variation{benchmark.Low: test.low, benchmark.High: high, benchmark.Neutral: none} {
			if got := c.Variation(polarity, values); got != want {
				t.Errorf("%s, %s: %s, want %s", name, polarity, got, want)
			}
		}
	}
}

// TestTwoOfThree: mean 5, limits 5 ± 6 or thereabouts.
func TestTwoOfThree(t *testing.T) {
	base := []float64{4, 6, 4, 6, 4, 6, 4, 6, 4, 6, 4, 6, 4, 6, 4, 6, 4, 6, 4, 6}
	third := func(values ...float64) []benchmark.Signal {
		c := benchmark.ControlLimits(some(append(slices.Clone(base), values...)...))
		var found []benchmark.Signal
		for _, s := range c.Signals {
			if s.Rule == benchmark.TwoOfThree {
				found = append(found, s)
			}
		}
		for _, v := range values {
			if v > *c.Upper {
				t.Errorf("%v lies beyond %v", v, *c.Upper)
			}
		}
		return found
	}
	tests := []struct {
		values []float64
		want   []benchmark.Signal
	}{
		{[]float64{9.9, 9.9}, []benchmark.Signal{{Rule: benchmark.TwoOfThree, High: true, First: 20, Last: 21}}},
		{[]float64{9.9, 5, 9.9}, []benchmark.Signal{{Rule: benchmark.TwoOfThree, High: true, First: 20, Last: 22}}},
		{[]float64{9.9, 9.8, 9.9}, []benchmark.Signal{{Rule: benchmark.TwoOfThree, High: true, First: 20, Last: 22}}},
		{[]float64{9.9, 5, 5, 9.9}, nil},
		{[]float64{9.9, math.NaN(), 9.9}, nil},
		{[]float64{9.9}, nil},
		{[]float64{9.9, 5, 0.6}, nil},
		{[]float64{0.6, 0.6}, []benchmark.Signal{{Rule: benchmark.TwoOfThree, First: 20, Last: 21}}},
	}
	for _, test := range tests {
		if got := third(test.values...); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", fmt.Sprint(test.values), got, test.want)
		}
	}
}
