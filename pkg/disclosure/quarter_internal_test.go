package disclosure

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/seed"
)

// quarters is how many random quarters are drawn. With 2000 it is an affair of minutes.
var quarters = flag.Int("quarters", 24, "how many random quarters are drawn anew")

// drawn is a quarter of London, drawn by chance: 33 boroughs with counts around a mean,
// of which some are missing or not applicable.
type drawn struct {
	r          *rand.Rand
	policy     *Policy
	set        *Set
	indicators []benchmark.Indicator
}

func draw(t *testing.T, number uint64, mean float64, gaps bool) *drawn {
	t.Helper()
	d := london(t)
	s, err := seed.London()
	if err != nil {
		t.Fatal(err)
	}
	q := &drawn{r: rand.New(rand.NewPCG(number, 39))}
	for _, ind := range s.Indicators {
		if d.Indicator(ind.Code) != nil {
			q.indicators = append(q.indicators, ind)
		}
	}
	quarter := benchmark.FinancialQuarter(2026, 2)
	var years []Year
	set := table{document: d, quarter: quarter.Code}
	for _, home := range d.Population.Children {
		for _, c := range d.Counts {
			if number := q.r.Float64() * 4 * mean; q.r.IntN(4) > 0 {
				years = append(years, Year{home.Borough, c.Code, math.Round(number)})
			}
		}
		set.rows = append(set.rows, row{home.Borough, make([]Cell, len(d.Counts))})
	}
	q.set = &Set{set}
	if q.policy, err = NewPolicy(d, quarter, years); err != nil {
		t.Fatal(err)
	}
	for i := range set.rows {
		q.fill(set.rows[i].cells, mean, gaps)
	}
	return q
}

// fill draws a borough's true figures: roots around the mean, and parts as shares of what
// their whole has left, often none or nearly all of it.
func (q *drawn) fill(cells []Cell, mean float64, gaps bool) {
	for i := range cells {
		cells[i] = Cell{Status: Number, Number: math.Floor(q.r.ExpFloat64() * mean)}
	}
	for _, f := range q.policy.families { // London's stand with the whole's family first
		left := cells[f.whole].Number
		for _, part := range f.parts {
			share := []float64{0, 0.1, q.r.Float64(), 0.95, 1}[q.r.IntN(5)]
			cells[part].Number = math.Floor(left * share)
			left -= cells[part].Number
		}
	}
	for i := range cells {
		if gaps && q.r.IntN(20) == 0 {
			cells[i] = Cell{Status: []Status{Missing, NotApplicable}[q.r.IntN(2)]}
		}
	}
}

// again draws the hidden counts of a borough anew: each anywhere in its interval, or as
// its family leaves room, as long as the parts fit into the wholes and the row looks as it
// did. It answers how many are another number than before.
func (q *drawn) again(borough string, truth []Cell) (other []Cell, changed int) {
	withheld, shown, next := q.policy.withheld(borough), make([]Cell, len(truth)), make([]Cell, len(truth))
	q.policy.disclose(truth, shown, withheld)
	other = slices.Clone(truth)
	for range 40 {
		try := slices.Clone(other)
		i := q.r.IntN(len(try))
		q.redraw(try, shown, i)
		for _, f := range q.policy.families {
			for _, part := range f.parts {
				if (f.whole == i || part == i) && q.r.IntN(2) == 0 {
					q.redraw(try, shown, part)
				}
			}
		}
		q.policy.disclose(try, next, withheld)
		if q.fits(try) && slices.Equal(shown, next) {
			other = try
		}
	}
	for i := range other {
		if other[i] != truth[i] {
			changed++
		}
	}
	return other, changed
}

func (q *drawn) redraw(try, shown []Cell, i int) {
	switch {
	case shown[i].Status == Withheld && try[i].Status == Number:
		try[i].Number = float64(q.r.IntN(60))
	case shown[i].Status == Hidden && shown[i].Upper > 0:
		try[i].Number = shown[i].Lower + float64(q.r.IntN(int(shown[i].Upper-shown[i].Lower)+1))
	case shown[i].Status == Hidden:
		try[i].Number = float64(q.r.IntN([]int{6, 12, 60}[q.r.IntN(3)]))
	}
}

// fits reports whether no part is above its whole, as far as they have numbers.
func (q *drawn) fits(cells []Cell) bool {
	for _, f := range q.policy.families {
		left := cells[f.whole].Number
		for _, part := range f.parts {
			left -= cells[part].Number
		}
		if cells[f.whole].Status == Number && left < 0 {
			return false
		}
	}
	return true
}

// written are all bytes that are made of the common view.
func (q *drawn) written(t *testing.T, s *Set) []byte {
	t.Helper()
	v, err := s.Disclose(q.policy)
	if err != nil {
		t.Fatal(err)
	}
	all := []any{v}
	for i := range q.indicators {
		all = append(all, v.Compare(&q.indicators[i], v.Boroughs()))
	}
	for _, c := range q.policy.document.Counts {
		all = append(all, v.Sum(c.Code, v.Boroughs()))
	}
	content, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

var means = []float64{3, 10, 30, 100}

// TestWhatIsHiddenChangesNothing draws every hidden count anew within its range, whole
// families together, and looks whether a byte of what others get is another.
func TestWhatIsHiddenChangesNothing(t *testing.T) {
	t.Parallel()
	hidden := 0
	for number := range *quarters {
		q := draw(t, uint64(number), means[number%len(means)], true)
		other := &Set{q.set.table}
		other.table.rows = nil
		for _, r := range q.set.table.rows {
			cells, changed := q.again(r.borough, r.cells)
			other.table.rows = append(other.table.rows, row{r.borough, cells})
			hidden += changed
		}
		if before, after := q.written(t, q.set), q.written(t, other); !bytes.Equal(before, after) {
			t.Fatalf("quarter %d: others get\n%s and\n%s", number, before, after)
		}
	}
	if hidden < 30**quarters {
		t.Errorf("%d hidden counts were changed in %d quarters: the test does not do what it says", hidden, *quarters)
	}
	t.Logf("%d hidden counts changed in %d quarters", hidden, *quarters)
}

// TestIntervalsHoldEverything puts each number of an interval into its cell, and sees that
// the row looks as it did.
func TestIntervalsHoldEverything(t *testing.T) {
	t.Parallel()
	for number := range 20 {
		q := draw(t, uint64(number), means[number%len(means)], true)
		for _, r := range q.set.table.rows {
			withheld, shown, next := q.policy.withheld(r.borough), make([]Cell, len(r.cells)), make([]Cell, len(r.cells))
			q.policy.disclose(r.cells, shown, withheld)
			for i, c := range shown {
				span, known := c.Range()
				for v := span.Lower; known && c.Status == Hidden && v <= span.Upper; v++ {
					try := slices.Clone(r.cells)
					try[i].Number = v
					q.policy.disclose(try, next, withheld)
					if !slices.Equal(shown, next) {
						t.Fatalf("%s: with %v in place of %v, %v is shown, and else %v", q.policy.document.Counts[i].Code, v, r.cells[i].Number, next, shown)
					}
				}
			}
		}
	}
}

// contains reports whether the truth lies in the range, as far as numbers that were
// added in another order can tell.
func contains(r *Range, truth float64) bool {
	const noise = 1e-9
	return r.Lower-noise <= truth && truth <= r.Upper+noise
}

// TestWhatIsSaidIsTrue holds ranks, edges, means, totals and exceptions to those of the true
// figures of the same boroughs, and notes how much is shown and how far totals are off.
func TestWhatIsSaidIsTrue(t *testing.T) {
	t.Parallel()
	team := programme.Actor{Roles: []programme.Role{programme.RoleProgramme}}
	for _, mean := range means {
		var shown, cells, exceptions, missed int
		off := 0.0
		for number := range 15 {
			q := draw(t, uint64(number), mean, false)
			common, err := q.set.Disclose(q.policy)
			if err != nil {
				t.Fatal(err)
			}
			truth, err := q.set.True(team)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range common.table.rows {
				for _, c := range r.cells {
					cells++
					if c.Status == Number {
						shown++
					}
				}
			}
			off += q.lies(t, common, truth, "CPP_RATE")
			for i := range q.indicators {
				said, missing := q.holds(t, &q.indicators[i], common, truth)
				exceptions += said
				missed += missing
			}
		}
		t.Logf("mean %v: %.1f %% of cells shown, the rate of plans off by %.2f %%, %d exceptions said, %d not said", mean, 100*float64(shown)/float64(cells), 100*off/15, exceptions, missed)
	}
}

// lies answers by which part of the truth London's rate is off.
func (q *drawn) lies(t *testing.T, common, truth *View, code string) float64 {
	t.Helper()
	ind := &q.indicators[slices.IndexFunc(q.indicators, func(ind benchmark.Indicator) bool { return ind.Code == code })]
	said, is := common.Pooled(ind, common.Boroughs()), truth.Pooled(ind, common.Boroughs())
	return math.Abs(*said.Value-*is.Value) / *is.Value
}

// holds compares what is said of the boroughs that are compared with what is so of the
// same. It answers how many exceptions are said, and how many are not.
func (q *drawn) holds(t *testing.T, ind *benchmark.Indicator, common, truth *View) (said, missed int) {
	t.Helper()
	c := common.Compare(ind, common.Boroughs())
	var same, pooled []string
	for _, p := range c.Places {
		same = append(same, p.Figure.Borough)
	}
	for _, b := range common.Boroughs() {
		if common.Figure(ind, b).Value != nil {
			pooled = append(pooled, b)
		}
	}
	is := truth.Compare(ind, same)
	fault := func(format string, args ...any) {
		t.Errorf("%s of %s: %s", ind.Code, q.set.table.quarter, fmt.Sprintf(format, args...))
	}
	if p, total := common.Pooled(ind, pooled), truth.Pooled(ind, pooled); p != nil && p.N > 0 && !contains(&Range{*p.AtLeast, *p.Value, *p.AtMost}, *total.Value) {
		fault("the total %v is said to lie between %v and %v", *total.Value, *p.AtLeast, *p.AtMost)
	}
	if c.N != is.N {
		fault("%d are compared, and truly %d", c.N, is.N)
		return 0, 0
	}
	if c.N > 0 && !contains(c.Mean, is.Mean.Middle) || c.P20 != nil && (!contains(c.P20, is.P20.Middle) || !contains(c.P80, is.P80.Middle)) {
		fault("the mean or an edge is not where it is said to be: %+v", c)
	}
	for i, p := range c.Places {
		now := is.Places[i]
		if p.Rank != nil && (now.Rank.Best < p.Rank.Best || now.Rank.Worst > p.Rank.Worst) {
			fault("a rank of %d is said to be %d to %d", now.Rank.Best, p.Rank.Best, p.Rank.Worst)
		}
		switch uncertain := slices.Contains(c.Uncertain, p.Figure.Borough); {
		case p.Exception != benchmark.NoException && p.Exception != now.Exception:
			fault("%s is said to be %q and is %q", p.Figure.Borough, p.Exception, now.Exception)
		case p.Exception == benchmark.NoException && now.Exception != benchmark.NoException && !uncertain:
			fault("%s is %q, and is not named", p.Figure.Borough, now.Exception)
		case p.Exception != benchmark.NoException:
			said++
		case now.Exception != benchmark.NoException:
			missed++
		}
	}
	return said, missed
}
