package programme_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"peerchallenge/pkg/programme"
)

func codes(n int) []string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf("E09%06d", i+1))
	}
	return list
}

func sizes(groups, each int) []int { return slices.Repeat([]int{each}, groups) }

// chance makes up a task of n boroughs: bands on five indicators with gaps, the
// meetings of three cycles, and conflicts with the given probability.
func chance(random *rand.Rand, n int, wanted []int, conflict float64) programme.GroupingTask {
	t := programme.GroupingTask{Boroughs: codes(n), Sizes: wanted, Bands: map[string]map[string]string{}, Seed: random.Int64()}
	t.Weights = programme.GroupingWeights{Repeat: float64(random.IntN(4)), Mix: float64(random.IntN(5)) / 2}
	for i, a := range t.Boroughs {
		t.Bands[a] = map[string]string{}
		for _, indicator := range []string{"I1", "I2", "I3", "I4", "I5"} {
			t.Bands[a][indicator] = []string{"", "A", "B", "C", "D"}[random.IntN(5)]
		}
		for _, b := range t.Boroughs[:i] {
			for ago := 1; ago <= 3; ago++ {
				if random.Float64() < 0.2 {
					t.Past = append(t.Past, programme.Pairing{A: a, B: b, CyclesAgo: ago})
				}
			}
			if random.Float64() < conflict {
				t.Conflicts = append(t.Conflicts, [2]string{a, b})
			}
		}
	}
	return t
}

// pairCost is the documented formula, read again: in millionths, and whether the
// two may meet.
func pairCost(t programme.GroupingTask, a, b string) (cost float64, allowed bool) {
	both := func(x, y string) bool { return x == a && y == b || x == b && y == a }
	for _, c := range t.Conflicts {
		if both(c[0], c[1]) {
			return 0, false
		}
	}
	recency := 0.0
	for ago := 1; ago < 10; ago++ {
		for _, p := range t.Past {
			if both(p.A, p.B) && p.CyclesAgo == ago {
				recency += 1 / float64(ago)
			}
		}
	}
	chosen, complementary := map[string]bool{}, 0
	for _, borough := range t.Boroughs {
		for indicator := range t.Bands[borough] {
			chosen[indicator] = true
		}
	}
	for indicator := range chosen {
		switch t.Bands[a][indicator] + t.Bands[b][indicator] {
		case "AC", "AD", "BC", "BD", "CA", "CB", "DA", "DB":
			complementary++
		}
	}
	cost = math.Round(1e6 * (t.Weights.Repeat * recency))
	if len(chosen) > 0 {
		cost -= math.Round(1e6 * (t.Weights.Mix * float64(complementary) / float64(len(chosen))))
	}
	return cost, true
}

// exhaustive tries every way to divide the boroughs and answers the fewest
// unplaced and the lowest score.
func exhaustive(t programme.GroupingTask) (unplaced int, score float64) {
	unplaced, best := len(t.Boroughs), 0.0
	var try func(next int, groups [][]string, out int, cost float64)
	try = func(next int, groups [][]string, out int, cost float64) {
		if next == len(t.Boroughs) {
			if slices.ContainsFunc(groups, func(g []string) bool { return len(g) < 2 }) || !fits(groups, t.Sizes) {
				return
			}
			if out < unplaced || out == unplaced && cost < best {
				unplaced, best = out, cost
			}
			return
		}
		b := t.Boroughs[next]
		try(next+1, groups, out+1, cost)
		try(next+1, append(slices.Clone(groups), []string{b}), out, cost)
		for i, group := range groups {
			more, allowed := 0.0, true
			for _, other := range group {
				c, ok := pairCost(t, b, other)
				more, allowed = more+c, allowed && ok
			}
			if allowed {
				larger := slices.Clone(groups)
				larger[i] = append(slices.Clone(group), b)
				try(next+1, larger, out, cost+more)
			}
		}
	}
	try(0, nil, 0, 0)
	return unplaced, best / 1e6
}

// fits reports whether each group can have a size of its own that is not smaller.
func fits(groups [][]string, wanted []int) bool {
	if len(groups) == 0 {
		return true
	}
	for i, size := range wanted {
		if size >= len(groups[0]) && fits(groups[1:], slices.Delete(slices.Clone(wanted), i, i+1)) {
			return true
		}
	}
	return false
}

// propose answers the proposal after checking what must hold of every one.
func propose(t *testing.T, task programme.GroupingTask) programme.Grouping {
	t.Helper()
	g, err := programme.ProposeGroups(task)
	if err != nil {
		t.Fatal(err)
	}
	var placed []string
	var groups [][]string
	var score float64
	for _, group := range g.Groups {
		placed = append(placed, group.Boroughs...)
		groups = append(groups, group.Boroughs)
		if len(group.Boroughs) < 2 || !slices.IsSorted(group.Boroughs) {
			t.Errorf("a group is %v", group.Boroughs)
		}
		var cost float64
		for i, a := range group.Boroughs {
			for _, b := range group.Boroughs[:i] {
				c, allowed := pairCost(task, a, b)
				if !allowed {
					t.Errorf("%s and %s must not meet", a, b)
				}
				cost += c
			}
		}
		if math.Round(group.Cost*1e6) != cost || math.Round((group.RepeatCost-group.MixWorth)*1e6) != cost {
			t.Errorf("the group's cost is %v = %v - %v, want %v", group.Cost, group.RepeatCost, group.MixWorth, cost/1e6)
		}
		score += cost
	}
	if math.Round(g.Score*1e6) != score {
		t.Errorf("the score is %v, want %v", g.Score, score/1e6)
	}
	if !fits(groups, task.Sizes) || !slices.IsSortedFunc(groups, slices.Compare) {
		t.Errorf("the groups are %v, wanted sizes %v", groups, task.Sizes)
	}
	for _, u := range g.Unplaced {
		placed = append(placed, u.Borough)
		if u.Detail == "" || !slices.Contains([]string{programme.UnplacedConflicts, programme.UnplacedNoPeer, programme.UnplacedNoRoom}, u.Code) {
			t.Errorf("no reason: %+v", u)
		}
	}
	slices.Sort(placed)
	if !slices.Equal(placed, slices.Sorted(slices.Values(task.Boroughs))) {
		t.Errorf("not everyone exactly once: %v", placed)
	}
	return g
}

func TestNoProposalIsBetterThanTheBestOfAll(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	left := 0
	for _, wanted := range [][]int{{2, 2, 2}, {3, 3}, {2, 3}, {2, 4}, {7}, {2, 2}, {3, 3, 3}, {4, 2, 2, 5}, {100, 3}, {3, 2, 2}, {2, 2, 2, 2, 2}} {
		for _, conflict := range []float64{0, 0.2, 0.5, 0.9} {
			for range 6 {
				task := chance(random, 2+random.IntN(6), wanted, conflict)
				g := propose(t, task)
				if g.Method != programme.DynamicProgramming || !g.Optimal {
					t.Fatalf("the method is %s, optimal %v", g.Method, g.Optimal)
				}
				unplaced, score := exhaustive(task)
				if len(g.Unplaced) != unplaced || g.Score != score {
					t.Errorf("%d boroughs in %v: %d unplaced and score %v, exhaustive search finds %d and %v", len(task.Boroughs), wanted, len(g.Unplaced), g.Score, unplaced, score)
				}
				left += unplaced
			}
		}
	}
	if left == 0 {
		t.Error("no case leaves anybody unplaced")
	}
}

func BenchmarkProposeGroups(b *testing.B) {
	for _, c := range []struct {
		name   string
		n      int
		wanted []int
	}{
		{"12 in threes", 12, sizes(4, 3)},
		{"33 in threes", 33, sizes(11, 3)},
		{"16 in fours", 16, sizes(4, 4)},
		{"16 in mixed sizes", 16, []int{7, 5, 4, 3, 3, 2, 2}},
		{"33 as one", 33, []int{33}},
	} {
		b.Run(c.name, func(b *testing.B) {
			task := chance(rand.New(rand.NewPCG(3, 4)), c.n, c.wanted, 0.05)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := programme.ProposeGroups(task); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

var _ = []any{errors.Is, reflect.DeepEqual, strings.Join}
