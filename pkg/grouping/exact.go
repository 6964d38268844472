package grouping

import "math/bits"

// exactLimit is how many boroughs dynamic programming divides in well under a
// second: each more makes it take three times as long.
const exactLimit = 16

// openings says by t how many more groups there may be that hold t boroughs or
// more. It is all that must be known of the groups that are made already.
type openings [exactLimit + 1]int8

// settle lowers every number to what the boroughs that are left can use, so that
// states which differ in nothing else become one.
func (o openings) settle(left int) openings {
	o[0], o[1] = 0, 0
	for t := 2; t <= exactLimit; t++ {
		if t > left {
			o[t] = 0
			continue
		}
		o[t] = min(o[t], int8(left/t)) // #nosec G115 -- at most exactLimit
		if t > 2 {
			o[t] = min(o[t], o[t-1])
		}
	}
	return o
}

// level has the states of the room after as many boroughs are decided on.
type level struct {
	openings []openings
	number   map[openings]int
	skip     []int                   // by state: that of the next level if one borough is left out
	take     [exactLimit + 1][]int16 // by size and state: that after a group of this size, or -1
}

func (d *division) levels() []level {
	n := len(d.boroughs)
	levels := make([]level, n+1)
	for k := range levels {
		levels[k].number = map[openings]int{}
	}
	number := func(k int, o openings) int {
		o, l := o.settle(n-k), &levels[k]
		if _, known := l.number[o]; !known {
			l.number[o] = len(l.openings)
			l.openings = append(l.openings, o)
		}
		return l.number[o]
	}
	var start openings
	for t := 2; t <= n; t++ {
		start[t] = int8(d.room[t]) // #nosec G115 -- at most exactLimit
	}
	number(0, start)
	for k := range n {
		for _, o := range levels[k].openings {
			levels[k].skip = append(levels[k].skip, number(k+1, o))
			for size := 2; size <= n-k; size++ {
				next := int16(-1)
				if o[size] > 0 {
					less := o
					for t := 2; t <= size; t++ {
						less[t]--
					}
					next = int16(number(k+size, less)) // #nosec G115 -- there are some hundreds of openings
				}
				levels[k].take[size] = append(levels[k].take[size], next)
			}
		}
	}
	return levels
}

// costs are those of every set of boroughs as one group.
func (d *division) costs() []int64 {
	costs := make([]int64, 1<<len(d.boroughs))
	for set := 1; set < len(costs); set++ {
		first := bits.TrailingZeros(uint(set))
		others := set & (set - 1)
		cost := costs[others]
		for left := others; left > 0 && cost != apart; left &= left - 1 {
			if pair := d.pairs[first][bits.TrailingZeros(uint(left))]; pair == apart {
				cost = apart
			} else {
				cost += pair
			}
		}
		costs[set] = cost
	}
	return costs
}

// exact finds the best groups. It works from the end: best has, by set and state,
// the lowest cost of deciding on everybody who is not in the set. The first of
// them is left out or begins the next group.
func (d *division) exact() [][]int {
	levels, costs := d.levels(), d.costs()
	full := len(costs) - 1
	best := make([][]int64, len(costs))
	best[full] = []int64{0}
	decide := func(set int) {
		first := (set + 1) &^ set
		l := levels[bits.OnesCount(uint(set))]
		values := make([]int64, len(l.openings))
		for state, next := range l.skip {
			values[state] = d.leave + best[set|first][next]
		}
		rest := full &^ set &^ first
		for others := rest; others > 0; others = (others - 1) & rest {
			group := others | first
			cost := costs[group]
			if cost == apart {
				continue
			}
			after := best[set|group]
			for state, next := range l.take[bits.OnesCount(uint(group))] {
				if next >= 0 {
					values[state] = min(values[state], cost+after[next])
				}
			}
		}
		best[set] = values
	}
	for set := full - 2; set > 0; set -= 2 { // the first borough is decided on first, so that it is in every set
		decide(set)
	}
	decide(0)
	return d.trace(levels, costs, best)
}

// trace follows the best decisions from the beginning, and chooses by lot among
// those that are equally good.
func (d *division) trace(levels []level, costs []int64, best [][]int64) [][]int {
	type decision struct{ group, state int }
	var groups [][]int
	full, set, state := len(costs)-1, 0, 0
	for set != full {
		first := (set + 1) &^ set
		l := levels[bits.OnesCount(uint(set))]
		var equal []decision
		if next := l.skip[state]; best[set][state] == d.leave+best[set|first][next] {
			equal = append(equal, decision{first, next})
		}
		rest := full &^ set &^ first
		for others := rest; others > 0; others = (others - 1) & rest {
			group := others | first
			if costs[group] == apart {
				continue
			}
			next := int(l.take[bits.OnesCount(uint(group))][state])
			if next >= 0 && best[set][state] == costs[group]+best[set|group][next] {
				equal = append(equal, decision{group, next})
			}
		}
		chosen := equal[d.random.IntN(len(equal))]
		if chosen.group != first {
			groups = append(groups, members(chosen.group))
		}
		set, state = set|chosen.group, chosen.state
	}
	return groups
}

func members(set int) []int {
	var numbers []int
	for ; set > 0; set &= set - 1 {
		numbers = append(numbers, bits.TrailingZeros(uint(set)))
	}
	return numbers
}
