package benchmark_test

import (
	"math"
	"testing"

	"peerchallenge/pkg/benchmark"
)

// Lambeth's re-referrals in 2024-25 were 582 of 2,736, 21.3 % with Wilson's interval from
// 19.8 to 22.8. London's 19.4 lies below it: significantly worse, as low is good. England's
// 22.6 lies in it: similar, although it is 1.3 points more.
func TestSignificant(t *testing.T) {
	lambeth := benchmark.Wilson(582, 2736, 100)
	for name, tt := range map[string]struct {
		polarity  benchmark.Polarity
		interval  *benchmark.Interval
		benchmark *float64
		want      benchmark.Significance
	}{
		"London":                        {benchmark.Low, lambeth, new(19.4), benchmark.Worse},
		"England":                       {benchmark.Low, lambeth, new(22.6), benchmark.Similar},
		"below a benchmark":             {benchmark.Low, lambeth, new(22.9), benchmark.Better},
		"high is good, above":           {benchmark.High, lambeth, new(19.4), benchmark.Better},
		"high is good, below":           {benchmark.High, lambeth, new(22.9), benchmark.Worse},
		"neutral, above":                {benchmark.Neutral, lambeth, new(19.4), benchmark.Higher},
		"neutral, below":                {benchmark.Neutral, lambeth, new(22.9), benchmark.Lower},
		"neutral, within":               {benchmark.Neutral, lambeth, new(21.0), benchmark.Similar},
		"the lower end is within":       {benchmark.Low, lambeth, new(lambeth.Lower), benchmark.Similar},
		"the upper end is within":       {benchmark.Low, lambeth, new(lambeth.Upper), benchmark.Similar},
		"just outside":                  {benchmark.Low, lambeth, new(math.Nextafter(lambeth.Lower, 0)), benchmark.Worse},
		"without an interval":           {benchmark.Low, nil, new(19.4), benchmark.NotCompared},
		"with nothing to compare with":  {benchmark.Low, lambeth, nil, benchmark.NotCompared},
		"no events beside a rate":       {benchmark.Low, benchmark.Byar(0, 10_000, 10_000), new(5.0), benchmark.Better},
		"few events beside a like rate": {benchmark.Low, benchmark.Byar(3, 10_000, 10_000), new(5.0), benchmark.Similar},
	} {
		if got := benchmark.Significant(tt.polarity, tt.interval, tt.benchmark); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}

// At 18.1 %, the median of its neighbours, Lambeth would have had 495.2 of its 2,736
// referrals again: 582 are 87 more.
func TestGap(t *testing.T) {
	percent := &benchmark.Indicator{Unit: benchmark.Percent, Multiplier: 100}
	rate := &benchmark.Indicator{Unit: benchmark.Per10000, Multiplier: 10_000}
	figure := func(value, numerator, denominator float64) benchmark.Figure {
		return benchmark.Figure{Value: &value, Status: benchmark.Reported, Numerator: &numerator, Denominator: &denominator}
	}
	bare := reported(21.3)[0]
	for name, tt := range map[string]struct {
		indicator *benchmark.Indicator
		figure    benchmark.Figure
		value     *float64
		want      any
	}{
		"Lambeth":                  {percent, figure(21.3, 582, 2736), new(18.1), 87.0},
		"fewer than the others":    {percent, figure(15.0, 150, 1000), new(18.1), -31.0},
		"the same":                 {percent, figure(18.1, 181, 1000), new(18.1), 0.0},
		"less than half of one":    {percent, figure(18.1, 181, 1000), new(18.14), 0.0},
		"half of one is one":       {percent, figure(10, 100, 1000), new(9.95), 1.0},
		"half of one fewer is one": {percent, figure(10, 100, 1000), new(10.05), -1.0},
		"a rate":                   {rate, figure(60, 300, 50_000), new(52.0), 40.0},
		"no parts":                 {percent, bare, new(18.1), nil},
		"no value":                 {percent, benchmark.Figure{Status: "c", Numerator: new(1.0), Denominator: new(9.0)}, new(18.1), nil},
		"no denominator":           {percent, figure(0, 0, 0), new(18.1), nil},
		"nobody to compare with":   {percent, figure(21.3, 582, 2736), nil, nil},
	} {
		if got := text(tt.indicator.Gap(tt.figure, tt.value)); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}
