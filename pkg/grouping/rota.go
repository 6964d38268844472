package grouping

import (
	"context"
	"fmt"
	"math/bits"
	"slices"
)

// Limits of a [RotaTask].
const (
	MaxRotaBoroughs = 12
	MaxRotaYears    = 4
)

// Proof is how it is known that a rota cannot have fewer repeats than its lower bound.
type Proof string

// The ways to prove a lower bound.
const (
	ByCounting   Proof = "counting"   // so many meetings, and so few pairs that have not met
	ByExhaustion Proof = "exhaustive" // every rota with fewer was looked for
)

// RotaTask is a sub-region whose boroughs are to be divided into groups for several years.
// The order of its lists does not change the answer.
type RotaTask struct {
	Boroughs  []string // GSS codes, each once
	Sizes     []int    // of the groups of each year; they add up to the boroughs
	Years     int
	Past      []Pairing   // who has met before; see [Task.Past]
	Conflicts [][2]string // the pairs that must not meet
}

// Rota is the answer to a [RotaTask].
type Rota struct {
	Plan
	LowerBound int   // no rota has fewer repeats
	Proof      Proof // of the lower bound
	Optimal    bool  // whether the rota has no more than that
	Greedy     Plan  // each year by itself as good as it can be, as [Propose] answers it
}

// Plan is a division for each year.
type Plan struct {
	Years [][][]string // the groups of each year, with their boroughs in order
	// Repeats counts meetings of two who have met before: in the past or in a year before. Who
	// meets a third time counts twice.
	Repeats int
}

// rotaSteps bounds the looking by steps and not by seconds, so that every machine gives the same
// answer. One takes about two billionths of a second.
const rotaSteps = 100_000_000

// ProposeRota divides the boroughs for all years together, with as few repeats as it finds. The
// greedy plan is the first one. Simulated annealing then exchanges boroughs within years; and
// where that has more repeats than counting proves to be needed, all rotas with fewer are
// looked for, one more allowed each time, until one is found or the steps are used up.
//
// Counting proves max(0, meetings - pairs that have not met and may), and of each borough
// likewise: it has at least (smallest size - 1) * years meetings.
//
// A task that cannot be answered gets a [TaskError]. The only other error is that of ctx, whose
// end ends the work.
func ProposeRota(ctx context.Context, t RotaTask) (Rota, error) {
	if err := t.check(); err != nil {
		return Rota{}, err
	}
	r := newRota(t)
	if len(r.divisions) == 0 {
		return Rota{}, TaskError{{Pointer: "/conflicts", Code: TooMany, Detail: "No division into groups of these sizes keeps all of these apart."}}
	}
	greedy, err := r.greedy(t)
	if err != nil {
		return Rota{}, err
	}
	best := greedy
	answer := Rota{LowerBound: r.counted(), Proof: ByCounting}
	if found := r.anneal(ctx, greedy); r.repeats(found) < r.repeats(best) {
		best = found
	}
	for answer.LowerBound < r.repeats(best) {
		found, whole, err := r.within(ctx, answer.LowerBound)
		if err != nil {
			return Rota{}, err
		}
		if found != nil {
			best = found
			break
		}
		if !whole {
			break
		}
		answer.LowerBound, answer.Proof = answer.LowerBound+1, ByExhaustion
	}
	answer.Plan, answer.Greedy = r.plan(best), r.plan(greedy)
	answer.Optimal = answer.Repeats == answer.LowerBound
	return answer, ctx.Err()
}

// check names every fault of the task.
func (t RotaTask) check() error {
	var faults TaskError
	if err := (Task{Boroughs: t.Boroughs, Sizes: t.Sizes, Past: t.Past, Conflicts: t.Conflicts}).check(); err != nil {
		faults, _ = err.(TaskError) //nolint:errorlint // it is always one
	}
	fault := func(code FaultCode, pointer, detail string) {
		faults = append(faults, Fault{Pointer: pointer, Code: code, Detail: detail})
	}
	sum := 0
	for _, size := range t.Sizes {
		sum += size
	}
	if n := len(t.Boroughs); n > MaxRotaBoroughs {
		fault(TooMany, "/boroughs", fmt.Sprintf("A rota takes at most %d boroughs.", MaxRotaBoroughs))
	} else if sum < n {
		fault(TooFew, "/sizes", fmt.Sprintf("The groups take %d boroughs, and there are %d.", sum, n))
	} else if sum > n {
		fault(TooMany, "/sizes", fmt.Sprintf("The groups take %d boroughs, and there are %d.", sum, n))
	}
	if t.Years < 1 {
		fault(TooSmall, "/years", "A rota has at least one year.")
	}
	if t.Years > MaxRotaYears {
		fault(TooGreat, "/years", fmt.Sprintf("A rota has at most %d years.", MaxRotaYears))
	}
	if len(faults) == 0 {
		return nil
	}
	return faults
}

// pairSet is a set of pairs of boroughs, of which there are at most 66.
type pairSet [2]uint64

func (a pairSet) with(b pairSet) pairSet { return pairSet{a[0] | b[0], a[1] | b[1]} }

// common counts the pairs that are in both.
func (a pairSet) common(b pairSet) int {
	return bits.OnesCount64(a[0]&b[0]) + bits.OnesCount64(a[1]&b[1])
}

func (a pairSet) size() int { return a.common(a) }

// rota is a task with its boroughs numbered in the order of their codes.
type rota struct {
	boroughs  []string
	sizes     []int // the largest first
	years     int
	met       pairSet // in the past
	apart     pairSet // must not meet
	divisions []dividing
	steps     int
}

// dividing is one way to divide the boroughs: the groups as sets of boroughs, and who meets.
type dividing struct {
	groups []uint16
	pairs  pairSet
}

func newRota(t RotaTask) *rota {
	r := &rota{boroughs: slices.Sorted(slices.Values(t.Boroughs)), sizes: slices.Clone(t.Sizes), years: t.Years, steps: rotaSteps}
	slices.Sort(r.sizes)
	slices.Reverse(r.sizes)
	of := func(a, b string) pairSet {
		i, one := slices.BinarySearch(r.boroughs, a)
		j, other := slices.BinarySearch(r.boroughs, b)
		if !one || !other {
			return pairSet{} // who does not take part
		}
		return pairOf(i, j)
	}
	for _, p := range t.Past {
		r.met = r.met.with(of(p.A, p.B))
	}
	for _, c := range t.Conflicts {
		r.apart = r.apart.with(of(c[0], c[1]))
	}
	left := map[int]int{}
	for _, size := range r.sizes {
		left[size]++
	}
	r.divide(uint16(1<<len(r.boroughs)-1), left, nil, pairSet{})
	return r
}

// pairOf is the set of one pair.
func pairOf(i, j int) pairSet {
	var p pairSet
	at := max(i, j)*(max(i, j)-1)/2 + min(i, j)
	p[at/64] = 1 << (at % 64)
	return p
}

// divide lists the ways to divide who is free into groups of the sizes that are left: each once,
// because the first who is free is in the next group.
func (r *rota) divide(free uint16, left map[int]int, groups []uint16, pairs pairSet) {
	if free == 0 {
		r.divisions = append(r.divisions, dividing{slices.Clone(groups), pairs})
		return
	}
	first := free & -free
	rest := free &^ first
	for others := rest; others > 0; others = (others - 1) & rest {
		group := others | first
		size := bits.OnesCount16(group)
		if left[size] == 0 {
			continue
		}
		meet := pairsIn(group)
		if meet.common(r.apart) > 0 {
			continue
		}
		left[size]--
		r.divide(free&^group, left, append(groups, group), pairs.with(meet))
		left[size]++
	}
}

func pairsIn(group uint16) pairSet {
	var pairs pairSet
	all := members(int(group))
	for at, i := range all {
		for _, j := range all[at+1:] {
			pairs = pairs.with(pairOf(i, j))
		}
	}
	return pairs
}

// repeats counts them in the years.
func (r *rota) repeats(years []dividing) int {
	met, repeats := r.met, 0
	for _, year := range years {
		repeats += met.common(year.pairs)
		met = met.with(year.pairs)
	}
	return repeats
}

// counted is the lower bound that counting proves.
func (r *rota) counted() int {
	n, each, smallest := len(r.boroughs), 0, r.sizes[len(r.sizes)-1]
	for _, size := range r.sizes {
		each += size * (size - 1) / 2
	}
	used := r.met.with(r.apart)
	bound := r.years*each - (n*(n-1)/2 - used.size())
	twice := 0
	for i := range n {
		fresh := 0
		for j := range n {
			if i != j && used.common(pairOf(i, j)) == 0 {
				fresh++
			}
		}
		twice += max(0, r.years*(smallest-1)-fresh)
	}
	return max(0, bound, (twice+1)/2)
}

// within looks for a rota with at most so many repeats. It is whole if all were looked at before
// the steps were used up; then there is none where none is found. The years of a rota have
// no order, so that each is looked for in one alone; and where nobody has met and nobody is
// kept apart, all divisions are alike but for names, so that one will do for the first.
func (r *rota) within(ctx context.Context, most int) (found []dividing, whole bool, err error) {
	all := make([]int32, len(r.divisions))
	for i := range all {
		all[i] = int32(i) // #nosec G115 -- there are some hundred thousands
	}
	firsts := len(all)
	if r.met.with(r.apart).size() == 0 {
		firsts = 1
	}
	chosen := make([]dividing, 0, r.years)
	var look func(firsts int, candidates []int32, met pairSet, left int) bool
	look = func(firsts int, candidates []int32, met pairSet, left int) bool {
		for at, i := range candidates[:firsts] {
			year := r.divisions[i]
			after := left - met.common(year.pairs)
			if r.steps--; after < 0 {
				continue
			}
			chosen = append(chosen, year)
			if len(chosen) == r.years {
				return true
			}
			if r.steps <= 0 || ctx.Err() != nil {
				return false
			}
			then := met.with(year.pairs)
			next := make([]int32, 0, len(candidates)-at)
			for _, j := range candidates[at:] {
				if then.common(r.divisions[j].pairs) <= after {
					next = append(next, j)
				}
			}
			r.steps -= len(candidates) - at
			if look(len(next), next, then, after) {
				return true
			}
			chosen = chosen[:len(chosen)-1]
		}
		return false
	}
	if look(firsts, all, r.met, most) {
		return chosen, true, nil
	}
	return nil, r.steps > 0, ctx.Err()
}

func (r *rota) plan(years []dividing) Plan {
	plan := Plan{Repeats: r.repeats(years)}
	for _, year := range years {
		groups := make([][]string, len(year.groups))
		for i, group := range year.groups {
			for _, number := range members(int(group)) {
				groups[i] = append(groups[i], r.boroughs[number])
			}
		}
		slices.SortFunc(groups, slices.Compare)
		plan.Years = append(plan.Years, groups)
	}
	return plan
}
