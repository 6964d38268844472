package grouping_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"peerchallenge/pkg/grouping"
)

func lettered(n int) []string {
	codes := make([]string, n)
	for i := range codes {
		codes[i] = string(rune('a' + i))
	}
	return codes
}

// met is who meets in the groups, as pairings of that many cycles ago.
func met(ago int, groups ...string) []grouping.Pairing {
	var past []grouping.Pairing
	for _, g := range groups {
		for i := range g {
			for j := i + 1; j < len(g); j++ {
				past = append(past, grouping.Pairing{A: g[i : i+1], B: g[j : j+1], CyclesAgo: ago})
			}
		}
	}
	return past
}

// repeatsIn counts them anew, and holds each year to the task.
func repeatsIn(t *testing.T, task grouping.RotaTask, p grouping.Plan) int {
	t.Helper()
	known := map[[2]string]bool{}
	for _, pair := range task.Past {
		known[[2]string{min(pair.A, pair.B), max(pair.A, pair.B)}] = true
	}
	if len(p.Years) != task.Years {
		t.Fatalf("%d years, want %d", len(p.Years), task.Years)
	}
	repeats := 0
	for _, year := range p.Years {
		var sizes []int
		var all []string
		for _, g := range year {
			sizes, all = append(sizes, len(g)), append(all, g...)
			for i := range g {
				for _, b := range g[i+1:] {
					pair := [2]string{g[i], b}
					for _, c := range task.Conflicts {
						if pair == [2]string{min(c[0], c[1]), max(c[0], c[1])} {
							t.Errorf("%v meet", pair)
						}
					}
					if known[pair] {
						repeats++
					}
					known[pair] = true
				}
			}
		}
		want := slices.Sorted(slices.Values(task.Sizes))
		if slices.Sort(sizes); !slices.Equal(sizes, want) || !slices.Equal(slices.Sorted(slices.Values(all)), slices.Sorted(slices.Values(task.Boroughs))) {
			t.Errorf("a year is %v, of %v in %v", year, task.Boroughs, want)
		}
	}
	return repeats
}

// rotaOf answers the rota, with everything that must hold of each.
func rotaOf(t *testing.T, task grouping.RotaTask) grouping.Rota {
	t.Helper()
	r, err := grouping.ProposeRota(t.Context(), task)
	if err != nil {
		t.Fatal(err)
	}
	if got := repeatsIn(t, task, r.Plan); got != r.Repeats {
		t.Errorf("it says %d repeats, and has %d", r.Repeats, got)
	}
	if got := repeatsIn(t, task, r.Greedy); got != r.Greedy.Repeats {
		t.Errorf("the greedy plan says %d repeats, and has %d", r.Greedy.Repeats, got)
	}
	if r.Repeats > r.Greedy.Repeats || r.LowerBound > r.Repeats || r.Optimal != (r.LowerBound == r.Repeats) {
		t.Errorf("%d repeats, at least %d, optimal %t, greedy %d", r.Repeats, r.LowerBound, r.Optimal, r.Greedy.Repeats)
	}
	return r
}

// TestFourYearsOfTwelveInThrees: three years without a repeat can leave no fourth, though a rota of
// four has none.
func TestFourYearsOfTwelveInThrees(t *testing.T) {
	t.Parallel()
	r := rotaOf(t, grouping.RotaTask{Boroughs: lettered(12), Sizes: []int{3, 3, 3, 3}, Years: 4})
	if r.Repeats != 0 || !r.Optimal || r.Proof != grouping.ByCounting {
		t.Errorf("%d repeats, optimal %t by %s", r.Repeats, r.Optimal, r.Proof)
	}
	t.Logf("the greedy plan has %d", r.Greedy.Repeats)
}

// TestYearsOneByOneEndInARepeat: these three years have none and leave no fourth, though a rota of
// four has none; and of four years after the first the greedy plan has more than are needed.
func TestYearsOneByOneEndInARepeat(t *testing.T) {
	t.Parallel()
	after := func(years int, past ...[]grouping.Pairing) grouping.Rota {
		return rotaOf(t, grouping.RotaTask{Boroughs: lettered(12), Sizes: []int{3, 3, 3, 3}, Years: years, Past: slices.Concat(past...)})
	}
	first, second, third := met(3, "abc", "def", "ghi", "jkl"), met(2, "adg", "bej", "chk", "fil"), met(1, "aek", "bdi", "cgl", "fhj")
	pairs := map[[2]string]bool{}
	for _, p := range slices.Concat(first, second, third) {
		pairs[[2]string{p.A, p.B}] = true
	}
	if len(pairs) != 36 {
		t.Fatalf("in these years %d pairs meet, want 36", len(pairs))
	}
	if r := after(1, first, second, third); r.Repeats != 1 || r.LowerBound != 1 || r.Proof != grouping.ByExhaustion {
		t.Errorf("the fourth year has %d repeats, at least %d by %s", r.Repeats, r.LowerBound, r.Proof)
	}
	if r := after(4, first); r.Repeats >= r.Greedy.Repeats {
		t.Errorf("%d repeats, and %d of the greedy plan", r.Repeats, r.Greedy.Repeats)
	}
}

// TestWhatCountingCannotProve is proved by looking at every rota.
func TestWhatCountingCannotProve(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name             string
		task             grouping.RotaTask
		repeats, counted int
		proof            grouping.Proof
	}{
		// No two divisions of six into threes are without a repeat: two of three meet again on one side.
		{"six in threes, twice", grouping.RotaTask{Boroughs: lettered(6), Sizes: []int{3, 3}, Years: 2}, 2, 0, grouping.ByExhaustion},
		{"six in twos, four times", grouping.RotaTask{Boroughs: lettered(6), Sizes: []int{2, 2, 2}, Years: 4}, 0, 0, grouping.ByCounting},
		{"four in twos, four times", grouping.RotaTask{Boroughs: lettered(4), Sizes: []int{2, 2}, Years: 4}, 2, 2, grouping.ByCounting},
		{"all in one, twice", grouping.RotaTask{Boroughs: lettered(5), Sizes: []int{5}, Years: 2}, 10, 10, grouping.ByCounting},
	} {
		r := rotaOf(t, c.task)
		if r.Repeats != c.repeats || !r.Optimal || r.Proof != c.proof {
			t.Errorf("%s: %d repeats, at least %d by %s, want %d by %s", c.name, r.Repeats, r.LowerBound, r.Proof, c.repeats, c.proof)
		}
	}
}

// TestRotasAgainstEveryRota: on small tasks the fewest repeats are those that looking at all rotas
// finds.
func TestRotasAgainstEveryRota(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(7, 7))
	for range 60 {
		sizes := [][]int{{2, 2}, {3, 2}, {2, 2, 2}, {3, 3}, {4, 2}}[random.IntN(5)]
		n := 0
		for _, s := range sizes {
			n += s
		}
		task := grouping.RotaTask{Boroughs: lettered(n), Sizes: sizes, Years: 1 + random.IntN(3)}
		for range random.IntN(6) {
			if a, b := random.IntN(n), random.IntN(n); a != b {
				task.Past = append(task.Past, grouping.Pairing{A: task.Boroughs[a], B: task.Boroughs[b], CyclesAgo: 1 + random.IntN(3)})
			}
		}
		if a, b := random.IntN(n), random.IntN(n); a < b && random.IntN(2) == 0 {
			task.Conflicts = [][2]string{{task.Boroughs[a], task.Boroughs[b]}}
		}
		r := rotaOf(t, task)
		if want := fewest(task); r.Repeats != want || !r.Optimal {
			t.Errorf("%+v: %d repeats, optimal %t, want %d", task, r.Repeats, r.Optimal, want)
		}
	}
}

// fewest looks at all rotas, by a way of its own.
func fewest(task grouping.RotaTask) int {
	type pair = [2]string
	foes, known := map[pair]bool{}, map[pair]int{}
	for _, c := range task.Conflicts {
		foes[pair{min(c[0], c[1]), max(c[0], c[1])}] = true
	}
	for _, p := range task.Past {
		known[pair{min(p.A, p.B), max(p.A, p.B)}] = 1
	}
	best := 1 << 30
	var year func(left, repeats int)
	var place func(groups [][]string, next, left, repeats int)
	year = func(left, repeats int) {
		if left == 0 {
			best = min(best, repeats)
			return
		}
		place(make([][]string, len(task.Sizes)), 0, left, repeats)
	}
	place = func(groups [][]string, next, left, repeats int) {
		if next == len(task.Boroughs) {
			year(left-1, repeats)
			return
		}
		who := task.Boroughs[next]
		for i := range groups {
			if len(groups[i]) == task.Sizes[i] || slices.ContainsFunc(groups[i], func(o string) bool { return foes[pair{o, who}] }) {
				continue
			}
			more := 0
			for _, o := range groups[i] {
				if known[pair{o, who}] > 0 {
					more++
				}
				known[pair{o, who}]++
			}
			groups[i] = append(groups[i], who)
			place(groups, next+1, left, repeats+more)
			groups[i] = groups[i][:len(groups[i])-1]
			for _, o := range groups[i] {
				known[pair{o, who}]--
			}
		}
	}
	year(task.Years, 0)
	return best
}

// TestARotaDoesNotDependOnTheOrderOfItsLists, and is the same each time.
func TestARotaDoesNotDependOnTheOrderOfItsLists(t *testing.T) {
	t.Parallel()
	task := grouping.RotaTask{Boroughs: lettered(8), Sizes: []int{3, 3, 2}, Years: 3, Past: met(1, "abc", "def", "gh"), Conflicts: [][2]string{{"a", "h"}}}
	want := fmt.Sprint(rotaOf(t, task))
	slices.Reverse(task.Boroughs)
	slices.Reverse(task.Sizes)
	slices.Reverse(task.Past)
	task.Conflicts[0] = [2]string{"h", "a"}
	if got := fmt.Sprint(rotaOf(t, task)); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestRotaNamesEveryFault(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		task   grouping.RotaTask
		faults []string
	}{
		{"too many", grouping.RotaTask{Boroughs: lettered(13), Sizes: []int{13}, Years: 5}, []string{"/boroughs too_many", "/years too_great"}},
		{"none", grouping.RotaTask{}, []string{"/boroughs too_few", "/sizes too_few", "/years too_small"}},
		{"too small", grouping.RotaTask{Boroughs: lettered(6), Sizes: []int{3, 2}, Years: 1}, []string{"/sizes too_few"}},
		{"too large", grouping.RotaTask{Boroughs: lettered(6), Sizes: []int{3, 4}, Years: 1}, []string{"/sizes too_many"}},
		{"a conflict with nobody", grouping.RotaTask{Boroughs: lettered(6), Sizes: []int{3, 3}, Years: 1, Conflicts: [][2]string{{"a", "z"}}}, []string{"/conflicts/0/1 unknown_value"}},
		{"too much conflict", grouping.RotaTask{Boroughs: lettered(4), Sizes: []int{2, 2}, Years: 1, Conflicts: [][2]string{{"a", "b"}, {"a", "c"}, {"a", "d"}}}, []string{"/conflicts too_many"}},
	} {
		_, err := grouping.ProposeRota(t.Context(), c.task)
		found, _ := errors.AsType[grouping.TaskError](err)
		var got []string
		for _, f := range found {
			got = append(got, f.Pointer+" "+string(f.Code))
		}
		if !slices.Equal(got, c.faults) {
			t.Errorf("%s: %v, want %v", c.name, got, c.faults)
		}
	}
}

// TestARotaEndsWithItsRequest: nobody waits for what nobody reads.
func TestARotaEndsWithItsRequest(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := grouping.ProposeRota(ctx, grouping.RotaTask{Boroughs: lettered(12), Sizes: []int{3, 3, 3, 3}, Years: 4, Past: met(1, "abc", "def", "ghi", "jkl")}); !errors.Is(err, context.Canceled) {
		t.Errorf("answered %v", err)
	}
}

// BenchmarkRota is what the largest tasks cost.
func BenchmarkRota(b *testing.B) {
	for _, c := range []struct {
		name string
		task grouping.RotaTask
	}{
		{"threes", grouping.RotaTask{Boroughs: lettered(12), Sizes: []int{3, 3, 3, 3}, Years: 4}},
		{"threes after a year", grouping.RotaTask{Boroughs: lettered(12), Sizes: []int{3, 3, 3, 3}, Years: 4, Past: met(1, "abc", "def", "ghi", "jkl")}},
		{"threes after two years", grouping.RotaTask{Boroughs: lettered(12), Sizes: []int{3, 3, 3, 3}, Years: 4, Past: append(met(1, "abc", "def", "ghi", "jkl"), met(2, "adg", "bej", "chk", "fil")...)}},
		{"of many sizes", grouping.RotaTask{Boroughs: lettered(12), Sizes: []int{4, 3, 3, 2}, Years: 4, Past: met(1, "abcd", "efg", "hij", "kl")}},
		{"fours", grouping.RotaTask{Boroughs: lettered(12), Sizes: []int{4, 4, 4}, Years: 4}},
	} {
		b.Run(c.name, func(b *testing.B) {
			var r grouping.Rota
			for b.Loop() {
				var err error
				if r, err = grouping.ProposeRota(b.Context(), c.task); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(r.Repeats), "repeats")
			b.ReportMetric(float64(r.LowerBound), "bound")
			b.ReportMetric(float64(r.Greedy.Repeats), "greedy")
		})
	}
}
