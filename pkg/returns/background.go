package returns

import (
	"math"
	"slices"
	"strings"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/framework"
)

// Background is what a borough's earlier quarters say, made ready for a quarter's return to
// be set beside it. It is good as long as they say the same, and nobody alters it.
type Background struct {
	period     benchmark.Period // that the return is about
	dated      bool             // whether that is of some time; the practice quarter is not
	last, year benchmark.Period // the quarter before, and the same one of the year before

	quarters []string    // those before the return's
	numbers  [][]float64 // what each says of every count, in the framework's order; no number where it says none
	habits   []habit     // of each count, by the numbers that are like this quarter's
}

// habit is what a borough usually says of a count.
type habit struct {
	quarters             int     // by how many that is known
	median, half, spread float64 // see [spread]; where it is known by any
}

// Background makes ready what earlier returns say. A quarter that is of no time, as the
// practice quarter, has nothing before it.
func (a Asked) Background(quarter string, before History) *Background {
	a = a.Ordered()
	b := &Background{habits: make([]habit, len(a.codes))}
	if b.period, b.dated = quarterOf(quarter); !b.dated {
		return b
	}
	period := &b.period
	b.last, b.year = period.Previous(), lastYear(*period)
	own := make([][]float64, len(a.codes))
	for _, past := range before {
		// Codes of quarters are in the order of their time. What is of another kind is no earlier quarter.
		if past.Quarter >= period.Code || !strings.Contains(past.Quarter, "-Q") {
			continue
		}
		numbers := make([]float64, len(a.codes))
		for i, v := range past.Values.Complete(a.codes) {
			was, known := v.Number()
			if !known {
				was = math.NaN()
			}
			// A count of the year to date is set beside the same quarters of earlier years alone.
			like := a.Document.Counts[i].Basis != framework.YearToDate || past.Quarter[len(year):] == period.Code[len(year):]
			if numbers[i] = was; known && like {
				own[i] = append(own[i], was)
			}
		}
		b.quarters, b.numbers = append(b.quarters, past.Quarter), append(b.numbers, numbers)
	}
	for i, numbers := range own {
		if slices.Sort(numbers); len(numbers) > 0 {
			median, half, usual := spread(numbers)
			b.habits[i] = habit{len(numbers), median, half, usual}
		}
	}
	return b
}

// in answers what was said in an earlier quarter, or nil.
func (b *Background) in(quarter string) []float64 {
	if i := slices.Index(b.quarters, quarter); i >= 0 {
		return b.numbers[i]
	}
	return nil
}
