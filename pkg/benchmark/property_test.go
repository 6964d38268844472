package benchmark_test

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

	"peerchallenge/pkg/benchmark"
)

// few makes values of a fuzzer's bytes, so that ties, zeros and figures without
// a value are common.
func few(data []byte) []benchmark.Figure {
	figures := make([]benchmark.Figure, 0, len(data))
	for i, b := range data {
		if b%7 == 0 && i > 0 {
			figures = append(figures, without(benchmark.Confidential))
			continue
		}
		figures = append(figures, benchmark.Figure{Value: new(float64(b) / 10), Status: benchmark.Reported, Numerator: new(float64(b)), Denominator: new(float64(i % 3))})
	}
	return figures
}

// Whatever the figures are, the comparison keeps its promises.
func FuzzCompare(f *testing.F) {
	f.Add([]byte{1}, uint8(0))
	f.Add([]byte{5, 5, 5, 5}, uint8(1))
	f.Add([]byte{1, 7, 2, 14, 3, 3, 250}, uint8(2))
	f.Fuzz(func(t *testing.T, data []byte, kind uint8) {
		if len(data) == 0 || len(data) > 200 {
			return
		}
		ind := of([]benchmark.Polarity{benchmark.Low, benchmark.High, benchmark.Neutral}[kind%3])
		ind.Unit = []benchmark.Unit{benchmark.Percent, benchmark.Per10000, benchmark.Score}[kind/3%3]
		figures := few(data)
		c := among(ind, figures, figures)

		withValue, better, equal := 0, 0, 0
		own := *figures[0].Value
		for _, f := range figures {
			switch {
			case f.Value == nil:
				continue
			case ind.Polarity == benchmark.Low && *f.Value < own, ind.Polarity == benchmark.High && *f.Value > own:
				better++
			case *f.Value == own:
				equal++
			}
			withValue++
		}
		if c.Region.N != withValue || len(leftOut(c.Excluded.Region)) != len(figures)-withValue {
			t.Errorf("n = %d and %d excluded of %d, of which %d have a value", c.Region.N, len(leftOut(c.Excluded.Region)), len(figures), withValue)
		}
		if ind.Polarity == benchmark.Neutral {
			if c.Region.Rank != nil || c.England.Band != "" {
				t.Errorf("neutral, but rank %v and band %q", c.Region.Rank, c.England.Band)
			}
		} else if *c.Region.Rank != better+1 || better+equal > withValue {
			t.Errorf("rank %d with %d better and %d equal of %d", *c.Region.Rank, better, equal, withValue)
		}
		enough := withValue >= benchmark.MinimumN
		if *c.Region.P20 > *c.Region.P80 || (c.Region.Exception == benchmark.Top20) != (enough && own > *c.Region.P80) || (c.Region.Exception == benchmark.Bottom20) != (enough && own < *c.Region.P20) {
			t.Errorf("exception %q of %v between %v and %v", c.Region.Exception, own, *c.Region.P20, *c.Region.P80)
		}
		if (c.England.Band != "") != (enough && ind.Polarity != benchmark.Neutral) {
			t.Errorf("band %q among %d", c.England.Band, withValue)
		}
		if c.Interval != nil && (c.Interval.Lower > c.Interval.Upper || c.Interval.Lower < 0) {
			t.Errorf("interval %+v", *c.Interval)
		}
		if text(c.Change) != 0.0 {
			t.Errorf("nothing changed, but change is %v", text(c.Change))
		}
		// encoding/json refuses NaN and Infinity wherever they are.
		if _, err := json.Marshal(c); err != nil {
			t.Error(err)
		}
	})
}

// Percentiles lie among the values and grow with the percent; nothing that goes
// in makes NaN or Infinity come out.
func FuzzStatistics(f *testing.F) {
	f.Add(1.0, 2.0, 3.0, 4.0)
	f.Add(0.1, 0.1, 0.1, 0.30000000000000004)
	f.Add(-math.MaxFloat64, math.MaxFloat64, 5e-324, 0.0)
	f.Add(math.NaN(), math.Inf(1), math.Inf(-1), 1.0)
	f.Fuzz(func(t *testing.T, a, b, c, d float64) {
		ind := benchmark.Indicator{Multiplier: 100, Decimals: 1}
		rate, status := benchmark.Rate(ind, &a, benchmark.Reported, &b)
		if (rate != nil) != (status == benchmark.Computed) {
			t.Errorf("the rate %v has the status %s", text(rate), status)
		}
		for _, x := range []any{rate, benchmark.Wilson(a, b, 100), benchmark.Byar(c, d, 10000), benchmark.Mean([]float64{a, b, c, d})} {
			if _, err := json.Marshal(x); err != nil {
				t.Error(err)
			}
		}
		values := slices.DeleteFunc([]float64{a, b, c, d}, func(x float64) bool { return math.IsNaN(x) || math.Abs(x) > 1e300 })
		if len(values) == 0 {
			return
		}
		slices.Sort(values)
		last := values[0]
		for percent := range 101 {
			p := benchmark.Percentile(values, percent)
			if p == nil || *p < last || *p > values[len(values)-1] {
				t.Fatalf("percentile %d of %v is %v after %v", percent, values, text(p), last)
			}
			last = *p
		}
		if _, err := json.Marshal(benchmark.Summarise(values)); err != nil {
			t.Error(err)
		}
	})
}
