package benchmark_test

import (
	"math"
	"testing"

	"peerchallenge/pkg/benchmark"
)

// TestChiSquaredForTrend: the published statistic, and our own arithmetic.
func TestChiSquaredForTrend(t *testing.T) {
	tests := map[string]struct {
		counts, of []float64
		proportion bool
		want       float64 // to four decimals
		slope      float64 // its sign
	}{
		// R's prop.trend.test on smokers among patients (Fleiss 1981, page 139), as its
		// documentation has them: X-squared = 8.2249, df = 1, p-value = 0.004132.
		"R": {[]float64{83, 90, 129, 70}, []float64{86, 93, 136, 82}, true, 8.2249, -1},
		// Influential Points, "Chi square test for trend": 11.51 with N - 1. With N it is
		// 11.505 x 90 / 89; the four decimals are our own arithmetic.
		"infections": {[]float64{5, 14, 18}, []float64{30, 30, 30}, true, 11.6344, 1},
		// Own arithmetic: 10, 20 and 30 of 1,000 each, p = 0.02, slope 20, 20² / (0.02 x 2,000).
		"rates":     {[]float64{10, 20, 30}, []float64{1000, 1000, 1000}, false, 10, 1},
		"flat":      {[]float64{5, 5, 5}, []float64{10, 10, 10}, true, 0, 0},
		"none":      {[]float64{0, 0, 0}, []float64{10, 10, 10}, false, 0, 0},
		"everybody": {[]float64{10, 20, 30}, []float64{10, 20, 30}, true, 0, 0},
	}
	for name, test := range tests {
		scores := []float64{1, 2, 3, 4}[:len(test.counts)]
		got, slope := benchmark.ChiSquaredForTrend(test.counts, test.of, scores, test.proportion)
		if math.Abs(got-test.want) > 0.00005 || slope*test.slope < 0 || (slope == 0) != (test.slope == 0) {
			t.Errorf("%s: %v with the slope %v, want %v with the sign of %v", name, got, slope, test.want, test.slope)
		}
	}
	// A rare proportion is a rate.
	counts, of := []float64{10, 20, 30, 20}, []float64{1e9, 2e9, 1e9, 1e9}
	proportion, _ := benchmark.ChiSquaredForTrend(counts, of, []float64{1, 2, 3, 4}, true)
	rate, _ := benchmark.ChiSquaredForTrend(counts, of, []float64{1, 2, 3, 4}, false)
	if math.Abs(proportion-rate) > 1e-6 || rate == 0 {
		t.Errorf("%v as a proportion, %v as a rate", proportion, rate)
	}
}

// counted makes a series of years in which so many of 1,000 were counted; below nought
// is a suppressed figure.
func counted(ind *benchmark.Indicator, from benchmark.Period, counts ...float64) []benchmark.SeriesPoint {
	points := make([]benchmark.SeriesPoint, len(counts))
	for i := len(counts) - 1; i >= 0; i-- {
		points[i] = benchmark.SeriesPoint{Period: from, Figure: benchmark.Figure{Status: benchmark.Confidential}}
		if n := counts[i]; n >= 0 {
			points[i].Figure = benchmark.Figure{Value: new(n / 1000 * ind.Multiplier), Status: benchmark.Reported, Numerator: &n, Denominator: new(1000.0)}
		}
		from = from.Previous()
	}
	return points
}

func TestTrendOf(t *testing.T) {
	year, quarter := period("2024-25"), period("2024-25-Q4")
	tests := map[string]struct {
		unit     benchmark.Unit
		polarity benchmark.Polarity
		last     benchmark.Period
		counts   []float64
		change   func([]benchmark.SeriesPoint)
		want     benchmark.Direction
		meaning  benchmark.Significance
		reason   string
	}{
		"rises, low is good":      {benchmark.Percent, benchmark.Low, year, []float64{100, 120, 140, 160, 180}, nil, benchmark.Increasing, benchmark.Worse, ""},
		"rises, high is good":     {benchmark.Percent, benchmark.High, year, []float64{100, 120, 140, 160, 180}, nil, benchmark.Increasing, benchmark.Better, ""},
		"rises, neutral":          {benchmark.Percent, benchmark.Neutral, year, []float64{100, 120, 140, 160, 180}, nil, benchmark.Increasing, "", ""},
		"falls, low is good":      {benchmark.Per10000, benchmark.Low, year, []float64{180, 160, 140, 120, 100}, nil, benchmark.Decreasing, benchmark.Better, ""},
		"the last five alone":     {benchmark.Percent, benchmark.Low, year, []float64{500, -1, 100, 120, 140, 160, 180}, nil, benchmark.Increasing, benchmark.Worse, ""},
		"no more than chance":     {benchmark.Percent, benchmark.Low, year, []float64{100, 101, 102, 103, 104}, nil, benchmark.NoSignificant, "", ""},
		"flat":                    {benchmark.Percent, benchmark.Low, year, []float64{100, 100, 100, 100, 100}, nil, benchmark.NoSignificant, "", ""},
		"one odd year":            {benchmark.Percent, benchmark.Low, year, []float64{104, 103, 102, 101, 180}, nil, benchmark.NoSignificant, "", ""},
		"days":                    {benchmark.Percent, benchmark.Low, period("2024-03-31"), []float64{100, 120, 140, 160, 180}, nil, benchmark.Increasing, benchmark.Worse, ""},
		"four years":              {benchmark.Percent, benchmark.Low, year, []float64{100, 120, 140, 160}, nil, benchmark.NotCalculated, "", benchmark.TooFewPeriods},
		"a gap":                   {benchmark.Percent, benchmark.Low, year, []float64{80, 100, 120, -1, 160, 180}, nil, benchmark.NotCalculated, "", benchmark.MissingValue},
		"the newest is not there": {benchmark.Percent, benchmark.Low, year, []float64{80, 100, 120, 140, 160, -1}, nil, benchmark.NotCalculated, "", benchmark.MissingValue},
		"quarters":                {benchmark.Percent, benchmark.Low, quarter, []float64{100, 120, 140, 160, 180}, nil, benchmark.NotCalculated, "", benchmark.Quarterly},
		"an average":              {benchmark.CasesPerFTE, benchmark.Low, year, []float64{100, 120, 140, 160, 180}, nil, benchmark.NotCalculated, "", benchmark.NoTrendUnit},
		"no numerator": {benchmark.Percent, benchmark.Low, year, []float64{100, 120, 140, 160, 180}, func(p []benchmark.SeriesPoint) { p[2].Figure.Numerator = nil },
			benchmark.NotCalculated, "", benchmark.MissingParts},
		"nobody to count": {benchmark.Percent, benchmark.Low, year, []float64{100, 120, 140, 160, 180}, func(p []benchmark.SeriesPoint) { p[2].Figure.Denominator = new(0.0) },
			benchmark.NotCalculated, "", benchmark.MissingParts},
		"more than all":                        {benchmark.Percent, benchmark.Low, year, []float64{100, 120, 140, 160, 1180}, nil, benchmark.NotCalculated, "", benchmark.MissingParts},
		"a rate may count more than there are": {benchmark.Per10000, benchmark.Low, year, []float64{600, 700, 800, 900, 1180}, nil, benchmark.Increasing, benchmark.Worse, ""},
	}
	for name, test := range tests {
		ind := benchmark.Indicator{Unit: test.unit, Multiplier: 100, Polarity: test.polarity}
		points := counted(&ind, test.last, test.counts...)
		if test.change != nil {
			test.change(points)
		}
		got := ind.TrendOf(points)
		if got.Direction != test.want || got.Meaning != test.meaning || got.Reason != test.reason || (got.Statistic == nil) != (test.reason != "") {
			t.Errorf("%s: %+v, want %s, %q, %q", name, got, test.want, test.meaning, test.reason)
		}
		if got.Reason == "" && (got.First.Code != points[len(points)-5].Period.Code || got.Last.Code != test.last.Code) {
			t.Errorf("%s: from %s to %s", name, got.First.Code, got.Last.Code)
		}
	}
}

// TestWorse: by significance or by the end that a borough lies at, of the whole that is asked.
func TestWorse(t *testing.T) {
	low, neutral := of(benchmark.Low), of(benchmark.Neutral)
	tests := map[string]struct {
		comparison      benchmark.Comparison
		region, england bool
	}{
		"worse than the region":   {benchmark.Comparison{Indicator: &low, Region: benchmark.Region{Significance: benchmark.Worse}}, true, false},
		"worse than England":      {benchmark.Comparison{Indicator: &low, England: benchmark.Nation{Significance: benchmark.Worse}}, false, true},
		"the highest of a region": {benchmark.Comparison{Indicator: &low, Region: benchmark.Region{Exception: benchmark.Top20}}, true, false},
		"the lowest of a region":  {benchmark.Comparison{Indicator: &low, Region: benchmark.Region{Exception: benchmark.Bottom20}}, false, false},
		"the highest, neutral":    {benchmark.Comparison{Indicator: &neutral, Region: benchmark.Region{Exception: benchmark.Top20, Significance: benchmark.Higher}}, false, false},
		"the last quarter":        {benchmark.Comparison{Indicator: &low, England: benchmark.Nation{Band: "D"}}, false, true},
		"the third quarter":       {benchmark.Comparison{Indicator: &low, England: benchmark.Nation{Band: "C", Significance: benchmark.Similar}}, false, false},
	}
	for name, test := range tests {
		if region, england := test.comparison.Worse(true), test.comparison.Worse(false); region != test.region || england != test.england {
			t.Errorf("%s: %v than the region, %v than England", name, region, england)
		}
	}
}
