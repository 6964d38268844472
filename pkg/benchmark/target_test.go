package benchmark_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// TestWhatATargetMayBe: a direction that its indicator's polarity has, and a value that its unit
// can have.
func TestWhatATargetMayBe(t *testing.T) {
	t.Parallel()
	const least, most = benchmark.AtLeast, benchmark.AtMost
	for _, tt := range []struct {
		unit      benchmark.Unit
		polarity  benchmark.Polarity
		direction benchmark.TargetDirection
		value     float64
		reason    string
		want      []string
	}{
		{benchmark.Percent, benchmark.High, least, 80, "Agreed in July.", nil},
		{benchmark.Percent, benchmark.High, most, 80, "", []string{"/direction contradiction"}},
		{benchmark.Percent, benchmark.Low, most, 15, "", nil},
		{benchmark.Percent, benchmark.Low, least, 15, "", []string{"/direction contradiction"}},
		{benchmark.Percent, benchmark.Neutral, most, 15, "", nil},
		{benchmark.Percent, benchmark.Neutral, least, 15, "", nil},
		{benchmark.Percent, benchmark.High, least, 0, "", nil},
		{benchmark.Percent, benchmark.High, least, 100, "", nil},
		{benchmark.Percent, benchmark.High, least, 100.1, "", []string{"/value out_of_range"}},
		{benchmark.Percent, benchmark.Low, most, -0.1, "", []string{"/value out_of_range"}},
		{benchmark.Per10000, benchmark.Neutral, most, 540, "", nil},
		{benchmark.Per10000, benchmark.Neutral, most, -1, "", []string{"/value negative"}},
		{benchmark.Per100000, benchmark.Low, most, -1, "", []string{"/value negative"}},
		{benchmark.CasesPerFTE, benchmark.Low, most, 0, "", nil},
		{benchmark.CasesPerFTE, benchmark.Low, most, -1, "", []string{"/value negative"}},
		{benchmark.Score, benchmark.High, least, -0.5, "", nil}, // Progress 8 lies around nought
		{benchmark.Percent, benchmark.Low, least, 101, "Since the child of SW2 1RW came.", []string{"/direction contradiction", "/value out_of_range", "/reason identifying"}},
	} {
		target := benchmark.Target{Direction: tt.direction, Value: tt.value}
		if tt.reason != "" {
			target.Reason = &tt.reason
		}
		var got []string
		if refused, is := errors.AsType[*programme.Error](target.Check(&benchmark.Indicator{Unit: tt.unit, Polarity: tt.polarity})); is {
			for _, f := range refused.Faults {
				got = append(got, f.Pointer+" "+string(f.Code))
			}
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s %v of a %s %s has the faults %v, want %v", tt.direction, tt.value, tt.polarity, tt.unit, got, tt.want)
		}
	}
}

func TestWhatMeetsATarget(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		direction benchmark.TargetDirection
		target    float64
		value     *float64
		want      any
	}{
		{benchmark.AtLeast, 80, new(79.9), false},
		{benchmark.AtLeast, 80, new(80.0), true},
		{benchmark.AtLeast, 80, new(80.1), true},
		{benchmark.AtMost, 15, new(14.9), true},
		{benchmark.AtMost, 15, new(15.0), true},
		{benchmark.AtMost, 15, new(15.1), false},
		{benchmark.AtMost, 0.3, new(0.1 + 0.2), true}, // which is a little more in binary
		{benchmark.AtMost, 15, nil, nil},
		{benchmark.AtLeast, 80, nil, nil},
	} {
		target := benchmark.Target{Direction: tt.direction, Value: tt.target}
		var got any
		if met := target.Met(tt.value); met != nil {
			got = *met
		}
		if got != tt.want {
			t.Errorf("%s meets %s %v: %v, want %v", fmt.Sprint(text(tt.value)), tt.direction, tt.target, got, tt.want)
		}
	}
}

// TestAssurance: the mean of 1 and 2 in turn is 1.5, the average moving range 1, so that the
// limits are -1.16 and 4.16. Own arithmetic.
func TestAssurance(t *testing.T) {
	t.Parallel()
	eight := []float64{1, 2, 1, 2, 1, 2, 1, 2}
	for _, tt := range []struct {
		values    []float64
		direction benchmark.TargetDirection
		target    float64
		want      benchmark.Assurance
	}{
		{eight, benchmark.AtMost, 4.17, benchmark.Meets},
		{eight, benchmark.AtMost, 4.16, benchmark.Meets}, // a limit on the target reaches it
		{eight, benchmark.AtMost, 4.15, benchmark.Varies},
		{eight, benchmark.AtMost, -1.16, benchmark.Varies},
		{eight, benchmark.AtMost, -1.17, benchmark.Fails},
		{eight, benchmark.AtLeast, -1.17, benchmark.Meets},
		{eight, benchmark.AtLeast, -1.16, benchmark.Meets},
		{eight, benchmark.AtLeast, -1.15, benchmark.Varies},
		{eight, benchmark.AtLeast, 4.16, benchmark.Varies},
		{eight, benchmark.AtLeast, 4.17, benchmark.Fails},
		{eight[1:], benchmark.AtLeast, -100, benchmark.NoAssurance},
		{[]float64{1, 2, 1, 2, math.NaN(), 1, 2, 1, 2}, benchmark.AtLeast, -100, benchmark.NoAssurance},
	} {
		c := benchmark.ControlLimits(some(tt.values...))
		if got := c.Assurance(&benchmark.Target{Direction: tt.direction, Value: tt.target}); got != tt.want {
			t.Errorf("%s %v of %v, limits %v and %v: %s, want %s", tt.direction, tt.target, tt.values, text(c.Lower), text(c.Upper), got, tt.want)
		}
	}
}

// TestTheTargetOfASequence: that of its newest period that has one, of its own kind alone.
func TestTheTargetOfASequence(t *testing.T) {
	t.Parallel()
	s := changing()
	ind := of(benchmark.Low)
	var figures []benchmark.Observation
	for year := 2015; year < 2024; year++ {
		figures = append(figures, observation(benchmark.FinancialYear(year).Code, score, "E09000001", float64(10+year%2)))
	}
	figures = append(figures, observation("2023-24-Q4", score, "E09000001", 10))
	s.Data = dataset(nil, figures...)
	sequences := func() (aims []string) {
		points, err := s.Series(&ind, "E09000001")
		if err != nil {
			t.Fatal(err)
		}
		for _, sequence := range ind.Sequences(points) {
			at := "none"
			if sequence.Aim != nil {
				at = sequence.Aim.Period.Code + " " + fmt.Sprint(sequence.Aim.Target.Value)
			}
			aims = append(aims, at+" "+string(sequence.Assurance))
		}
		return aims
	}
	for _, tt := range []struct {
		targets []benchmark.Target // by indicator and period
		want    []string
	}{
		{nil, []string{"none none", "none none"}},
		{[]benchmark.Target{{Indicator: "OTHER", Period: "2023-24", Value: 1, Direction: benchmark.AtMost}}, []string{"none none", "none none"}},
		{[]benchmark.Target{{Indicator: score, Period: "2016-17", Value: 99, Direction: benchmark.AtMost}}, []string{"2016-17 99 meets", "none none"}},
		{[]benchmark.Target{
			{Indicator: score, Period: "2016-17", Value: 99, Direction: benchmark.AtMost},
			{Indicator: score, Period: "2022-23", Value: 1, Direction: benchmark.AtMost},
			{Indicator: score, Period: "2098-99", Value: 50, Direction: benchmark.AtMost}, // nobody has a figure there
		}, []string{"2022-23 1 fails", "none none"}},
		{[]benchmark.Target{{Indicator: score, Period: "2023-24-Q4", Value: 99, Direction: benchmark.AtMost}}, []string{"none none", "2023-24-Q4 99 none"}}, // one point
	} {
		s.Targets = tt.targets
		if got := sequences(); !slices.Equal(got, tt.want) {
			t.Errorf("with %+v: %v, want %v", tt.targets, got, tt.want)
		}
	}
}
