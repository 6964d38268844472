package disclosure

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"peerchallenge/pkg/benchmark"
)

// TestFifthsAreCertain draws figures, some of them intervals, and tries every value that
// these may have: a fifth is told where it is the same in all worlds, and nowhere else.
func TestFifthsAreCertain(t *testing.T) {
	t.Parallel()
	draw := rand.New(rand.NewPCG(14, 40))
	told, untold := 0, 0
	for range 300 {
		n := 10 + draw.IntN(6)
		p := Position{Polarity: benchmark.Low, P20: &Range{}}
		var hidden []int
		values := make([]float64, n)
		for i := range n {
			lower := float64(draw.IntN(14))
			upper := lower
			if draw.IntN(4) == 0 && len(hidden) < 4 {
				upper = lower + 1 + float64(draw.IntN(4))
				hidden = append(hidden, i)
			}
			values[i] = lower
			p.Figures = append(p.Figures, BoroughFigure{Figure: Figure{Borough: fmt.Sprint(i), Value: &Range{lower, (lower + upper) / 2, upper}}})
		}
		seen := make([][6]bool, n)
		var worlds func(k int)
		worlds = func(k int) {
			if k == len(hidden) {
				for i := range values {
					seen[i][naively(values, i)] = true
				}
				return
			}
			at := hidden[k]
			for v := p.Figures[at].Value.Lower; v <= p.Figures[at].Value.Upper; v++ {
				values[at] = v
				worlds(k + 1)
			}
		}
		worlds(0)
		low := p.fifths()
		p.Polarity = benchmark.High
		high := p.fifths()
		for i := range low {
			want := 0
			for f, in := range seen[i] {
				switch {
				case in && want == 0:
					want = f
				case in:
					want = -1
				}
			}
			want = max(want, 0)
			if low[i] != want || (want > 0 && high[i] != 6-want) || (want == 0 && high[i] != 0) {
				t.Fatalf("%d of %v: told are %d and, where high is good, %d; in all worlds it is %v", i, p.Figures, low[i], high[i], seen[i])
			}
			if want > 0 {
				told++
			} else {
				untold++
			}
		}
	}
	if told < 1000 || untold < 300 {
		t.Errorf("%d fifths were told, %d were not", told, untold)
	}
}

// naively is the fifth of a value among values that are known.
func naively(values []float64, i int) int {
	ordered := slices.Sorted(slices.Values(values))
	at := func(percent int) float64 { return *benchmark.Percentile(ordered, percent) }
	switch v := values[i]; {
	case v < at(20):
		return 1
	case v > at(80):
		return 5
	case v < at(40):
		return 2
	case v > at(60):
		return 4
	}
	return 3
}

// TestFifthsOfTheCompared: who is not compared has none and moves none, and nobody has one
// where neither end is good, or too few are compared.
func TestFifthsOfTheCompared(t *testing.T) {
	t.Parallel()
	p := Position{Polarity: benchmark.High, P20: &Range{}, Region: GroupFigure{Excluded: []Exclusion{{"small", SmallPopulation}, {"hidden", Hidden}}}}
	for i := range 10 {
		v := float64(i)
		p.Figures = append(p.Figures, BoroughFigure{Figure: Figure{Borough: fmt.Sprint(i), Value: &Range{v, v, v}}})
	}
	p.Figures = append(p.Figures, BoroughFigure{Figure: Figure{Borough: "small", Value: &Range{99, 99, 99}}}, BoroughFigure{Figure: Figure{Borough: "hidden", Status: Hidden}})
	if got, want := p.fifths(), []int{5, 5, 4, 4, 3, 3, 2, 2, 1, 1, 0, 0}; !slices.Equal(got, want) {
		t.Errorf("the fifths are %v, want %v", got, want)
	}
	none := make([]int, 12)
	p.P20 = nil
	if got := p.fifths(); !slices.Equal(got, none) {
		t.Errorf("of too few the fifths are %v", got)
	}
	p.Polarity, p.P20 = benchmark.Neutral, &Range{}
	if got := p.fifths(); !slices.Equal(got, none) {
		t.Errorf("where neither end is good the fifths are %v", got)
	}
}
