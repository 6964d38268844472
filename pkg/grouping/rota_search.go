package grouping

import (
	"context"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
)

// rotaMoves is how many exchanges the annealing of a rota tries.
const rotaMoves = 100_000

// greedy is the plan of whoever accepts a proposal each year.
func (r *rota) greedy(t RotaTask) ([]dividing, error) {
	var years []dividing
	past := slices.Clone(t.Past)
	for range r.years {
		proposal, err := Propose(Task{Boroughs: t.Boroughs, Sizes: t.Sizes, Past: past, Conflicts: t.Conflicts, Weights: Weights{Repeat: 1}, Seed: 1})
		if err != nil {
			return nil, err
		}
		if len(proposal.Unplaced) > 0 {
			return nil, TaskError{{Pointer: "/conflicts", Code: TooMany, Detail: "No division into groups of these sizes keeps all of these apart."}}
		}
		for i := range past {
			past[i].CyclesAgo = min(past[i].CyclesAgo+1, MaxCyclesAgo)
		}
		var year dividing
		for _, g := range proposal.Groups {
			var group uint16
			for at, a := range g.Boroughs {
				number, _ := slices.BinarySearch(r.boroughs, a)
				group |= 1 << number
				for _, b := range g.Boroughs[at+1:] {
					past = append(past, Pairing{A: a, B: b, CyclesAgo: 1})
				}
			}
			year.groups, year.pairs = append(year.groups, group), year.pairs.with(pairsIn(group))
		}
		years = append(years, year)
	}
	return years, nil
}

// anneal exchanges boroughs of two groups of a year, by simulated annealing from the plan on. It
// answers the best that it meets, and ends where nothing can be better.
func (r *rota) anneal(ctx context.Context, from []dividing) []dividing {
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same task must get the same answer
	years, fewest := copied(from), r.repeats(from)
	best, now, least := copied(from), fewest, r.counted()
	if len(r.sizes) < 2 {
		return best
	}
	heat := 2.0
	cooling := math.Pow(0.05/heat, 1.0/rotaMoves)
	for move := range rotaMoves {
		if fewest <= least || move%4096 == 0 && ctx.Err() != nil {
			break
		}
		heat *= cooling
		y := random.IntN(r.years)
		was := years[y]
		i, j := random.IntN(len(r.boroughs)), random.IntN(len(r.boroughs))
		changed, ok := r.exchanged(was, i, j)
		if !ok {
			continue
		}
		years[y] = changed
		after := r.repeats(years)
		if after > now && random.Float64() >= math.Exp(float64(now-after)/heat) {
			years[y] = was
			continue
		}
		if now = after; now < fewest {
			best, fewest = copied(years), now
		}
	}
	return best
}

func copied(years []dividing) []dividing { return slices.Clone(years) } // divisions are never altered

// exchanged is the division in which two boroughs of two groups have changed places, unless that
// brings together who must not meet.
func (r *rota) exchanged(d dividing, i, j int) (dividing, bool) {
	one, other := uint16(1)<<i, uint16(1)<<j
	a := slices.IndexFunc(d.groups, func(g uint16) bool { return g&one != 0 })
	b := slices.IndexFunc(d.groups, func(g uint16) bool { return g&other != 0 })
	if a == b {
		return d, false
	}
	changed := dividing{groups: slices.Clone(d.groups)}
	changed.groups[a] ^= one | other
	changed.groups[b] ^= one | other
	for _, group := range changed.groups {
		changed.pairs = changed.pairs.with(pairsIn(group))
	}
	return changed, changed.pairs.common(r.apart) == 0 && bits.OnesCount16(changed.groups[a]) > 1
}
