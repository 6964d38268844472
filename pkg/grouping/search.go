package grouping

import (
	"math"
	"slices"
)

// How long the search goes on. The numbers are steps, not seconds, so that every
// machine gives the same answer.
const (
	searchRuns  = 4     // at least
	searchSteps = 40000 // of all runs together, per borough
)

// layout is a proposal while it is searched for.
type layout struct {
	*division

	place   []int   // by borough: its group, or the last place for those who are left out
	members [][]int // by place
	holding []int   // by t: how many groups hold t boroughs or more
	allowed []int   // by t: how many may at present
	toll    int64   // what leaving out a borough costs at present
}

// search finds good groups by simulated annealing, several times, each followed by
// steps downhill. Where the sizes leave open how many groups there are, each
// number has its turn: single steps hardly ever make a group or dissolve one.
func (d *division) search() [][]int {
	n, most := len(d.boroughs), d.room[1]
	fewest := most
	for fewest > 1 && places(d.upTo(fewest-1)) >= min(n, places(d.room)) {
		fewest--
	}
	runs := max(searchRuns, most-fewest+1)
	var best *layout
	for run := range runs {
		l := d.layout()
		l.anneal(d.upTo(fewest+run%(most-fewest+1)), searchSteps*n/runs)
		l.descend()
		if best == nil || l.total() < best.total() {
			best = l
		}
	}
	return slices.DeleteFunc(best.members[:best.outside()], func(group []int) bool { return len(group) < 2 })
}

// upTo is the room of at most so many groups, the largest ones.
func (d *division) upTo(groups int) []int {
	room := slices.Clone(d.room)
	for t := range room {
		room[t] = min(room[t], groups)
	}
	return room
}

// places is how many boroughs the room has places for.
func places(room []int) int {
	sum := 0
	for _, groups := range room[1:] {
		sum += groups
	}
	return sum
}

// layout begins with everybody left out.
func (d *division) layout() *layout {
	n, groups := len(d.boroughs), d.room[1]
	l := &layout{division: d, place: make([]int, n), members: make([][]int, groups+1), holding: make([]int, n+2)}
	for i := range n {
		l.place[i] = groups
		l.members[groups] = append(l.members[groups], i)
	}
	return l
}

// outside is the place of those who are left out.
func (l *layout) outside() int { return len(l.members) - 1 }

// anneal tries moves and swaps at random. What makes the proposal worse is done
// with a probability that falls with the loss and, step by step, to nothing.
func (l *layout) anneal(allowed []int, steps int) {
	greatest, largest := int64(1), 2
	for i := range l.place {
		for _, cost := range l.pairs[i] {
			if cost != apart {
				greatest = max(greatest, cost, -cost)
			}
		}
	}
	for l.room[largest+1] > 0 {
		largest++
	}
	// Dear enough that hardly anybody is left out for the sake of others, and
	// cheap enough that it happens on the way. The factors of the heat are those
	// that came nearest to the exact method.
	l.allowed, l.toll = allowed, greatest*int64(largest)
	heat, end := float64(l.toll)/5, float64(greatest)/50
	cooling := math.Pow(end/heat, 1/float64(steps))
	for range steps {
		heat *= cooling
		i, to := l.random.IntN(len(l.place)), l.random.IntN(len(l.members))
		if to == l.place[i] {
			continue
		}
		// As many chances as there are boroughs to swap with, and one to move.
		j := -1
		var worse int64
		if at := l.random.IntN(len(l.members[to]) + 1); at < len(l.members[to]) {
			j = l.members[to][at]
			worse = l.swapCost(i, j)
		} else {
			worse = l.moveCost(i, to)
		}
		if worse == apart || worse > 0 && l.random.Float64() >= math.Exp(-float64(worse)/heat) {
			continue
		}
		l.do(i, j, to)
	}
}

// descend does the moves and swaps that make the proposal better until there are
// none. Now leaving out a borough is worse than everything else together.
func (l *layout) descend() {
	l.allowed, l.toll = l.room, l.leave
	for i, place := range l.place {
		if len(l.members[place]) == 1 && place != l.outside() {
			l.do(i, -1, l.outside()) // a group of one only takes the room of another
		}
	}
	for better := true; better; {
		better = false
		for i := range l.place {
			for to := range l.members {
				if to != l.place[i] && l.moveCost(i, to) < 0 {
					l.do(i, -1, to)
					better = true
				}
			}
			for j := range i {
				switch {
				case l.place[i] != l.place[j] && l.swapCost(i, j) < 0:
					l.do(i, j, l.place[j])
					better = true
				case l.pair(i, j):
					better = true
				}
			}
		}
	}
}

// pair makes a new group of two who are left out, where it can.
func (l *layout) pair(i, j int) bool {
	if l.place[i] != l.outside() || l.place[j] != l.outside() || l.pairs[i][j] == apart || l.holding[1] == l.allowed[1] {
		return false
	}
	empty := slices.IndexFunc(l.members, func(group []int) bool { return len(group) == 0 })
	l.do(i, -1, empty)
	l.do(j, -1, empty)
	return true
}

// total is the cost of the whole proposal.
func (l *layout) total() int64 {
	var twice, left int64
	for place, group := range l.members {
		left += l.left(place, len(group))
		for _, i := range group {
			twice += l.joined(i, place, -1)
		}
	}
	return twice/2 + l.toll*left
}

// left is how many are left out at a place with so many boroughs: a group of one
// is none.
func (l *layout) left(place, size int) int64 {
	if place == l.outside() {
		return int64(size)
	}
	if size == 1 {
		return 1
	}
	return 0
}

// joined is what borough i costs with the members of a place, but for one; apart
// if it must not meet one of them.
func (l *layout) joined(i, place, but int) int64 {
	if place == l.outside() {
		return 0
	}
	var sum int64
	for _, j := range l.members[place] {
		if j == i || j == but {
			continue
		}
		cost := l.pairs[i][j]
		if cost == apart {
			return apart
		}
		sum += cost
	}
	return sum
}

// moveCost is by how much a move makes the proposal worse, or apart if it is not
// allowed.
func (l *layout) moveCost(i, to int) int64 {
	from := l.place[i]
	before, after := len(l.members[from]), len(l.members[to])
	if to != l.outside() {
		larger := l.holding[after+1]
		if from != l.outside() && before == after+1 {
			larger-- // the group that it leaves no longer holds as many
		}
		if larger >= l.allowed[after+1] {
			return apart
		}
	}
	joined := l.joined(i, to, -1)
	if joined == apart {
		return apart
	}
	left := l.left(from, before-1) - l.left(from, before) + l.left(to, after+1) - l.left(to, after)
	return joined - l.joined(i, from, -1) + l.toll*left
}

// swapCost is by how much the proposal gets worse if the two change places, or
// apart if they may not.
func (l *layout) swapCost(i, j int) int64 {
	a, b := l.place[i], l.place[j]
	intoB, intoA := l.joined(i, b, j), l.joined(j, a, i)
	if intoA == apart || intoB == apart {
		return apart
	}
	return intoA + intoB - l.joined(i, a, -1) - l.joined(j, b, -1)
}

// do moves borough i to a place, and borough j from there to where i was, unless
// j is -1.
func (l *layout) do(i, j, to int) {
	from := l.place[i]
	l.take(i)
	if j >= 0 {
		l.take(j)
		l.put(j, from)
	}
	l.put(i, to)
}

func (l *layout) take(i int) {
	place := l.place[i]
	group := l.members[place]
	if place != l.outside() {
		l.holding[len(group)]--
	}
	at := slices.Index(group, i)
	group[at] = group[len(group)-1]
	l.members[place] = group[:len(group)-1]
}

func (l *layout) put(i, place int) {
	l.place[i] = place
	l.members[place] = append(l.members[place], i)
	if place != l.outside() {
		l.holding[len(l.members[place])]++
	}
}
