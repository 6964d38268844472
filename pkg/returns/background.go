package returns

import (
	"math"
	"slices"
	"strings"

	"peerchallenge/pkg/framework"
)

// Background is what a borough's earlier quarters say, made ready for a quarter's return to
// be set beside it. It is good as long as they say the same, and nobody alters it.
type Background struct {
	quarters []string    // those before the return's
	numbers  [][]float64 // what each says of every count, in the framework's order; no number where it says none
	own      [][]float64 // the numbers of each count that are like this quarter's, in order of size
}

// Background makes ready what earlier returns say. A quarter that is of no time, as the
// practice quarter, has nothing before it.
func (a Asked) Background(quarter string, before History) *Background {
	a = a.Ordered()
	b := &Background{own: make([][]float64, len(a.codes))}
	period, dated := quarterOf(quarter)
	if !dated {
		return b
	}
	all := make([]float64, len(b.own)*len(before)) // in one piece
	for i := range b.own {
		b.own[i] = all[i*len(before):][:0:len(before)]
	}
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
				b.own[i] = append(b.own[i], was)
			}
		}
		b.quarters, b.numbers = append(b.quarters, past.Quarter), append(b.numbers, numbers)
	}
	for i := range b.own {
		slices.Sort(b.own[i])
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
