package returns

import (
	"math"
	"testing"
)

// TestSpread has numbers that can be worked out by hand.
func TestSpread(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		numbers             []float64
		median, half, usual float64
	}{
		{[]float64{7}, 7, 0, 0},
		{[]float64{1, 2, 3, 4, 100}, 3, 1, 1.4826},
		{[]float64{1, 1, 1, 1, 11}, 1, 0, 1.2533 * 2},
		{[]float64{5, 5, 5}, 5, 0, 0},
		{[]float64{10, 20, 30, 40}, 25, 10, 14.826},
	} {
		median, half, usual := spread(c.numbers)
		if median != c.median || half != c.half || math.Abs(usual-c.usual) > 1e-12 {
			t.Errorf("%v: %v, %v, %v; want %v, %v, %v", c.numbers, median, half, usual, c.median, c.half, c.usual)
		}
	}
}

// TestDifferencesOfDecimals have no noise: 0.3 - 0.2 is 0.1, and so is not above it.
func TestDifferencesOfDecimals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ a, b, want float64 }{
		{0.3, 0.2, 0.1}, {62.5, 62.4, 0.1}, {1e6 + 0.1, 1e6, 0.1}, {5_000_000.1, 5_000_000, 0.1}, {1e12, 1, 999_999_999_999}, {4, 9, 5}, {0, 0, 0},
	} {
		if got := apart(c.a, c.b); got != c.want {
			t.Errorf("%v and %v are %v apart, want %v", c.a, c.b, got, c.want)
		}
	}
}
