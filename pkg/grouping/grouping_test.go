package grouping_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"peerchallenge/pkg/grouping"
)

func codes(n int) []string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf("E09%06d", i+1))
	}
	return list
}

var indicators = []string{"I1", "I2", "I3", "I4", "I5"}

func sizes(groups, each int) []int { return slices.Repeat([]int{each}, groups) }

// chance makes up a task of n boroughs: bands on five indicators with gaps, the
// meetings of three cycles, and conflicts with the given probability.
func chance(random *rand.Rand, n int, wanted []int, conflict float64) grouping.Task {
	t := grouping.Task{Boroughs: codes(n), Sizes: wanted, Bands: map[string]map[string]string{}, Seed: random.Int64()}
	t.Weights = grouping.Weights{Repeat: float64(random.IntN(4)), Mix: float64(random.IntN(5)) / 2}
	for i, a := range t.Boroughs {
		t.Bands[a] = map[string]string{}
		for _, indicator := range indicators {
			t.Bands[a][indicator] = []string{"", "A", "B", "C", "D"}[random.IntN(5)]
		}
		for _, b := range t.Boroughs[:i] {
			for ago := 1; ago <= 3; ago++ {
				if random.Float64() < 0.2 {
					t.Past = append(t.Past, grouping.Pairing{A: a, B: b, CyclesAgo: ago})
				}
			}
			if random.Float64() < conflict {
				t.Conflicts = append(t.Conflicts, [2]string{a, b})
			}
		}
	}
	return t
}

// pairCost is the documented formula, read again for what chance makes up: in
// thirtieths, which are whole numbers there, and whether the two may meet.
func pairCost(t grouping.Task, a, b string) (cost int, allowed bool) {
	both := func(x, y string) bool { return x == a && y == b || x == b && y == a }
	for _, c := range t.Conflicts {
		if both(c[0], c[1]) {
			return 0, false
		}
	}
	for _, p := range t.Past {
		if both(p.A, p.B) {
			cost += int(t.Weights.Repeat) * 30 / p.CyclesAgo
		}
	}
	for _, indicator := range indicators {
		switch t.Bands[a][indicator] + t.Bands[b][indicator] {
		case "AC", "AD", "BC", "BD", "CA", "CB", "DA", "DB":
			cost -= int(2*t.Weights.Mix) * 30 / 2 / len(indicators)
		}
	}
	return cost, true
}

// exhaustive tries every way to divide the boroughs and answers the fewest
// unplaced and the lowest score.
func exhaustive(t grouping.Task) (unplaced int, score float64) {
	unplaced, best := len(t.Boroughs), 0
	var try func(next int, groups [][]string, out, cost int)
	try = func(next int, groups [][]string, out, cost int) {
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
			more, allowed := 0, true
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
	return unplaced, float64(best) / 30
}

// fits reports whether each group can have a size of its own that is not smaller.
func fits(groups [][]string, wanted []int) bool {
	if len(groups) == 0 {
		return true
	}
	for i, size := range wanted {
		if size >= len(groups[0]) && !slices.Contains(wanted[:i], size) && fits(groups[1:], slices.Delete(slices.Clone(wanted), i, i+1)) {
			return true
		}
	}
	return false
}

// reason says why the borough is in none of the groups, or that it could be.
func reason(task grouping.Task, groups [][]string, borough string) string {
	code := grouping.UnplacedConflicts
	for i, group := range groups {
		if slices.ContainsFunc(group, func(b string) bool { _, allowed := pairCost(task, borough, b); return !allowed }) {
			continue
		}
		larger := slices.Clone(groups)
		larger[i] = append(slices.Clone(group), borough)
		if fits(larger, task.Sizes) {
			return "none"
		}
		code = grouping.UnplacedNoRoom
	}
	if code == grouping.UnplacedNoRoom && len(groups) < len(task.Sizes) {
		return grouping.UnplacedNoPeer
	}
	return code
}

// propose answers the proposal after checking what must hold of every one.
func propose(t *testing.T, task grouping.Task) grouping.Proposal {
	t.Helper()
	g, err := grouping.Propose(task)
	if err != nil {
		t.Fatal(err)
	}
	var placed []string
	var groups [][]string
	score := 0
	for _, group := range g.Groups {
		placed = append(placed, group.Boroughs...)
		groups = append(groups, group.Boroughs)
		if len(group.Boroughs) < 2 || !slices.IsSorted(group.Boroughs) {
			t.Errorf("a group is %v", group.Boroughs)
		}
		cost := 0
		for i, a := range group.Boroughs {
			for _, b := range group.Boroughs[:i] {
				c, allowed := pairCost(task, a, b)
				if !allowed {
					t.Errorf("%s and %s must not meet", a, b)
				}
				cost += c
			}
		}
		if group.Cost != float64(cost)/30 || math.Round(30*(group.RepeatCost-group.MixWorth)) != float64(cost) {
			t.Errorf("the group's cost is %v = %v - %v, want %v", group.Cost, group.RepeatCost, group.MixWorth, float64(cost)/30)
		}
		score += cost
	}
	if g.Score != float64(score)/30 {
		t.Errorf("the score is %v, want %v", g.Score, float64(score)/30)
	}
	if !fits(groups, task.Sizes) || !slices.IsSortedFunc(groups, slices.Compare) {
		t.Errorf("the groups are %v, wanted sizes %v", groups, task.Sizes)
	}
	for _, u := range g.Unplaced {
		placed = append(placed, u.Borough)
		if want := reason(task, groups, u.Borough); u.Code != want || !strings.HasSuffix(u.Detail, ".") {
			t.Errorf("%+v, want %s: %v in %v", u, want, groups, task.Sizes)
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
				if g.Method != grouping.DynamicProgramming || !g.Optimal {
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

// TestTheBestIsKnown: the twelve boroughs of South in threes, and all 33 of London.
// A third of them are strong where the others are in need. The best is one of the
// strong in each group, and nobody meets again.
func TestTheBestIsKnown(t *testing.T) {
	t.Parallel()
	for _, n := range []int{12, 33} {
		task := grouping.Task{Boroughs: codes(n), Sizes: sizes(n/3, 3), Bands: map[string]map[string]string{}}
		task.Weights = grouping.Weights{Repeat: 1, Mix: 1}
		for i, b := range task.Boroughs {
			task.Bands[b] = map[string]string{"I1": "D", "I2": "", "I3": "", "I4": "", "I5": ""}
			if i%3 > 0 {
				continue
			}
			task.Bands[b]["I1"] = "A"
			met := task.Boroughs[i : i+3]
			for ago := 1; ago <= 2; ago++ {
				for side := range met {
					task.Past = append(task.Past, grouping.Pairing{A: met[side], B: met[(side+1)%3], CyclesAgo: ago})
				}
			}
		}
		g := propose(t, task)
		if g.Score != -float64(n*2/3)/5 || len(g.Unplaced) > 0 || g.Optimal != (n == 12) {
			t.Errorf("%d boroughs: score %v, unplaced %v, optimal %v", n, g.Score, g.Unplaced, g.Optimal)
		}
		for _, group := range g.Groups {
			if len(group.Boroughs) != 3 || len(group.Repeats) > 0 || len(group.Complements) != 2 || group.Complements[0].Strong != group.Complements[1].Strong {
				t.Errorf("%d boroughs: %+v", n, group)
			}
		}
	}
}

// TestTheExplanation has one possible division, whose parts can be computed by hand.
func TestTheExplanation(t *testing.T) {
	t.Parallel()
	g, err := grouping.Propose(grouping.Task{
		Boroughs: []string{"c", "b", "a"},
		Sizes:    []int{3},
		Past: []grouping.Pairing{
			{A: "c", B: "a", CyclesAgo: 2}, {A: "a", B: "c", CyclesAgo: 1}, {A: "a", B: "c", CyclesAgo: 2}, // twice in one cycle counts once
			{A: "a", B: "elsewhere", CyclesAgo: 1},
		},
		Bands: map[string]map[string]string{
			"a": {"x": "A", "y": "C", "z": ""}, "b": {"x": "D", "y": "C"}, "c": {"x": "B", "y": "B", "z": "D"},
			"elsewhere": {"not chosen": "A"},
		},
		Weights: grouping.Weights{Repeat: 2, Mix: 0.75},
	})
	want := grouping.Proposal{
		Groups: []grouping.Group{{
			Boroughs:    []string{"a", "b", "c"},
			Repeats:     []grouping.Pairing{{A: "a", B: "c", CyclesAgo: 1}, {A: "a", B: "c", CyclesAgo: 2}},
			Complements: []grouping.Complement{{"x", "a", "b"}, {"y", "c", "a"}, {"x", "c", "b"}, {"y", "c", "b"}},
			RepeatCost:  3, // 2 * (1/1 + 1/2)
			MixWorth:    1, // 0.75 * (1 + 1 + 2) of 3 indicators
			Cost:        2,
		}},
		Score: 2, Optimal: true, Method: grouping.DynamicProgramming,
	}
	if err != nil || !reflect.DeepEqual(g, want) {
		t.Errorf("%+v\n%v, want\n%+v", g, err, want)
	}
}

// TestWhoIsLeftOut names boroughs in conflict by their place in the list. Which of
// several like boroughs is left out is the seed's choice, so that each case has one reason.
func TestWhoIsLeftOut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		n         int
		wanted    []int
		conflicts [][2]int
		past      [][2]int
		groups    []int
		code      string
		unplaced  int
		detail    string
	}{
		{"everybody fits", 4, []int{2, 2}, nil, nil, []int{2, 2}, "", 0, ""},
		{"unequal sizes", 7, []int{2, 5}, nil, nil, []int{2, 5}, "", 0, ""},
		{"one complete group", 8, []int{8}, nil, nil, []int{8}, "", 0, ""},
		{"more places than boroughs", 5, []int{9, 2, 2}, [][2]int{{0, 1}, {0, 2}, {0, 3}}, nil, []int{2, 3}, "", 0, ""},
		{"fewer places", 5, []int{2, 2}, nil, nil, []int{2, 2}, grouping.UnplacedNoRoom, 1, "Every group is full."},
		{"nobody left", 5, []int{2, 2, 2}, nil, nil, []int{2, 2}, grouping.UnplacedNoPeer, 1, "A group is left, but nobody with whom it could share it."},
		{"a foe in the only group", 4, []int{4}, [][2]int{{0, 1}, {0, 2}}, nil, []int{3}, grouping.UnplacedConflicts, 1, "Every group holds a borough that it must not meet: E09000002."},
		{"no friends", 3, []int{2, 2}, [][2]int{{0, 1}, {0, 2}, {1, 2}}, nil, nil, grouping.UnplacedConflicts, 3, "It must not meet any other borough."},
		{"full or with a foe", 5, []int{2, 2}, [][2]int{{0, 1}, {0, 2}, {1, 3}, {1, 4}, {2, 3}, {2, 4}}, [][2]int{{0, 3}, {0, 4}}, []int{2, 2}, grouping.UnplacedNoRoom, 1, "Every group is full or holds a borough that it must not meet: E09000002."},
	} {
		task := grouping.Task{Boroughs: codes(c.n), Sizes: c.wanted, Weights: grouping.Weights{Repeat: 1}}
		for _, pair := range c.conflicts {
			task.Conflicts = append(task.Conflicts, [2]string{task.Boroughs[pair[0]], task.Boroughs[pair[1]]})
		}
		for _, pair := range c.past {
			task.Past = append(task.Past, grouping.Pairing{A: task.Boroughs[pair[0]], B: task.Boroughs[pair[1]], CyclesAgo: 1})
		}
		g := propose(t, task)
		var groups []int
		for _, group := range g.Groups {
			groups = append(groups, len(group.Boroughs))
		}
		slices.Sort(groups)
		if !slices.Equal(groups, c.groups) || len(g.Unplaced) != c.unplaced {
			t.Errorf("%s: groups of %v, unplaced %v", c.name, groups, g.Unplaced)
		}
		if c.unplaced > 0 && (g.Unplaced[0].Code != c.code || g.Unplaced[0].Detail != c.detail) {
			t.Errorf("%s: %+v", c.name, g.Unplaced[0])
		}
	}
}

func TestTheOrderOfListsDoesNotMatter(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 6))
	for _, c := range []struct {
		n      int
		wanted []int
	}{{9, []int{2, 3, 4}}, {10, sizes(3, 3)}, {16, sizes(4, 4)}, {20, []int{3, 4, 5, 8}}, {33, sizes(11, 3)}} {
		task := chance(random, c.n, c.wanted, 0.1)
		first := propose(t, task)
		for range 5 {
			shuffled := task
			shuffled.Boroughs, shuffled.Sizes = shuffle(random, task.Boroughs), shuffle(random, task.Sizes)
			shuffled.Past, shuffled.Conflicts = shuffle(random, task.Past), shuffle(random, task.Conflicts)
			for i, p := range shuffled.Past {
				shuffled.Past[i] = grouping.Pairing{A: p.B, B: p.A, CyclesAgo: p.CyclesAgo}
			}
			for i, pair := range shuffled.Conflicts {
				shuffled.Conflicts[i] = [2]string{pair[1], pair[0]}
			}
			if g := propose(t, shuffled); !reflect.DeepEqual(g, first) {
				t.Fatalf("%d boroughs in another order:\n%+v, first\n%+v", c.n, g, first)
			}
		}
	}
}

func shuffle[T any](random *rand.Rand, list []T) []T {
	list = slices.Clone(list)
	random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}

// TestTheSeedChoosesAmongEquals: there are many ways to let nobody meet again.
func TestTheSeedChoosesAmongEquals(t *testing.T) {
	t.Parallel()
	for _, n := range []int{6, 9, 18} {
		task := grouping.Task{Boroughs: codes(n), Sizes: sizes(n/3, 3), Weights: grouping.Weights{Repeat: 1}}
		for i := 0; i < n; i += 3 {
			task.Past = append(task.Past, grouping.Pairing{A: task.Boroughs[i], B: task.Boroughs[i+1], CyclesAgo: 3})
		}
		different := map[string]bool{}
		for seed := range int64(8) {
			task.Seed = seed
			g := propose(t, task)
			if again := propose(t, task); !reflect.DeepEqual(g, again) {
				t.Errorf("seed %d gives two answers", seed)
			}
			if g.Score != 0 {
				t.Errorf("seed %d gives the score %v", seed, g.Score)
			}
			different[fmt.Sprint(g.Groups)] = true
		}
		if len(different) < 2 {
			t.Errorf("%d boroughs: eight seeds give the same proposal", n)
		}
	}
}

// TestAllOfLondon: far too many divisions to try, but no division in the order of
// the codes or by chance is better.
func TestAllOfLondon(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(7, 8))
	for _, wanted := range [][]int{sizes(11, 3), {12, 8, 5, 8}, {33}, sizes(7, 5), sizes(5, 4)} {
		task := chance(random, 33, wanted, 0)
		g := propose(t, task)
		if g.Optimal || g.Method != grouping.SimulatedAnnealing {
			t.Errorf("optimal %v by %s", g.Optimal, g.Method)
		}
		places := 0
		for _, size := range wanted {
			places += size
		}
		if len(g.Unplaced) != max(0, 33-places) {
			t.Errorf("%v: %d are unplaced", wanted, len(g.Unplaced))
		}
		for range 200 {
			rest, score := task.Boroughs, 0
			for _, size := range wanted {
				group := rest[:min(size, len(rest))]
				rest = rest[len(group):]
				for i, a := range group {
					for _, b := range group[:i] {
						cost, _ := pairCost(task, a, b)
						score += cost
					}
				}
			}
			if float64(score)/30 < g.Score {
				t.Errorf("%v: the score is %v, a baseline has %v", wanted, g.Score, float64(score)/30)
			}
			task.Boroughs = shuffle(random, task.Boroughs)
		}
	}
}

func TestAllOfLondonWithConflicts(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(9, 10))
	for _, conflict := range []float64{0.1, 0.4, 0.8, 1} {
		for _, wanted := range [][]int{sizes(11, 3), {12, 8, 5, 8}, sizes(20, 2)} {
			g := propose(t, chance(random, 33, wanted, conflict))
			if conflict == 0.1 && len(wanted) == 11 && len(g.Unplaced) > 0 {
				t.Errorf("few conflicts leave out %v", g.Unplaced)
			}
			if conflict == 1 && len(g.Unplaced) != 33 {
				t.Errorf("nobody may meet, and the groups are %v", g.Groups)
			}
		}
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
				if _, err := grouping.Propose(task); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
