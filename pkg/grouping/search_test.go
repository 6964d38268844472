package grouping

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// TestSearchAgainstTheExactMethod: where both can be asked, the search leaves out
// no more boroughs, is never better, and in nearly every case is as good.
func TestSearchAgainstTheExactMethod(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(11, 12))
	worse, cases := 0, 0
	for _, sizes := range [][]int{{3, 3, 3, 3}, {2, 2, 2, 2, 2, 2}, {4, 4, 4}, {5, 5, 5, 5}, {6, 3, 2}, {3, 3}, {14}} {
		for _, conflict := range []float64{0, 0.2, 0.6} {
			for range 2 {
				task := Task{Sizes: sizes, Bands: map[string]map[string]string{}, Weights: Weights{Repeat: 1, Mix: 1}}
				for i := range 10 + random.IntN(4) {
					b := fmt.Sprintf("E09%06d", i)
					task.Bands[b] = map[string]string{"x": string("ABCD"[random.IntN(4)]), "y": string("ABCD"[random.IntN(4)]), "z": string("ABCD"[random.IntN(4)])}
					for _, other := range task.Boroughs {
						if random.Float64() < 0.3 {
							task.Past = append(task.Past, Pairing{A: b, B: other, CyclesAgo: 1 + random.IntN(3)})
						}
						if random.Float64() < conflict {
							task.Conflicts = append(task.Conflicts, [2]string{b, other})
						}
					}
					task.Boroughs = append(task.Boroughs, b)
				}
				best := task.division()
				want := best.explain(best.exact(), Proposal{})
				d := task.division()
				got := d.explain(d.search(), Proposal{})
				if len(got.Unplaced) != len(want.Unplaced) || got.Score < want.Score {
					t.Errorf("%d in %v: %d unplaced and %v, the exact method has %d and %v", len(task.Boroughs), sizes, len(got.Unplaced), got.Score, len(want.Unplaced), want.Score)
				}
				cases++
				if got.Score > want.Score {
					worse++
				}
			}
		}
	}
	if worse*20 > cases {
		t.Errorf("%d of %d are not the best", worse, cases)
	}
}

// TestTheLargestTaskStaysExact: with everything at its limit, the cost of leaving
// everybody out still fits, and still outweighs all other costs.
func TestTheLargestTaskStaysExact(t *testing.T) {
	t.Parallel()
	task := Task{Sizes: []int{2}, Bands: map[string]map[string]string{}, Weights: Weights{Repeat: MaxWeight, Mix: MaxWeight}}
	for i := range MaxBoroughs {
		b := fmt.Sprint(i)
		task.Bands[b] = map[string]string{}
		for indicator := range MaxIndicators {
			task.Bands[b][fmt.Sprint(indicator)] = []string{"A", "D"}[i%2]
		}
		for _, other := range task.Boroughs {
			for ago := 1; ago <= MaxCyclesAgo; ago++ {
				task.Past = append(task.Past, Pairing{A: b, B: other, CyclesAgo: ago})
			}
		}
		task.Boroughs = append(task.Boroughs, b)
	}
	if err := task.check(); err != nil {
		t.Fatal(err)
	}
	d := task.division()
	var costs, gains float64
	for i := range d.ties {
		for _, tie := range d.ties[i][:i] {
			costs, gains = costs+float64(tie.repeat), gains+float64(tie.mix)
		}
	}
	if most := float64(d.leave)*MaxBoroughs + costs; most >= math.MaxInt64 || float64(d.leave) < costs+gains || costs == 0 || gains == 0 {
		t.Errorf("leaving out costs %d, meeting again %v, complements are worth %v", d.leave, costs, gains)
	}
}

// TestStepsDownhill: the last part of the search alone places everybody whom it
// can, from nothing, and a group may hand its place for a third on to another.
func TestStepsDownhill(t *testing.T) {
	t.Parallel()
	task := Task{Boroughs: []string{"a", "b", "c", "d", "e"}, Sizes: []int{3, 2}, Conflicts: [][2]string{{"a", "b"}}}
	l := task.division().layout()
	l.descend()
	if out := l.members[l.outside()]; len(out) > 0 || l.total() != 0 {
		t.Fatalf("%v are left out of %v", out, l.members)
	}
	three, two := 0, 1
	if len(l.members[three]) == 2 {
		three, two = two, three
	}
	moved, within := 0, l.members[three][0]
	for _, i := range l.members[three] {
		if cost := l.moveCost(i, two); cost == 0 {
			moved++
		}
	}
	if moved == 0 {
		t.Errorf("nobody may go from one group to the other in %v", l.members)
	}
	if cost := l.moveCost(l.members[two][0], three); cost != apart {
		t.Errorf("a fourth may join %v at a cost of %d", l.members[three], cost)
	}
	if cost := l.moveCost(within, l.outside()); cost != l.leave {
		t.Errorf("leaving costs %d, want %d", cost, l.leave)
	}
}
