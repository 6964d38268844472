// Package grouping divides boroughs into the groups of a peer challenge: those
// who have met lately apart, those who can help each other together. It says of
// each group what speaks for it and against it, and of each borough that is left
// out why.
//
// It knows nothing of the programme but codes, and answers the same task the same
// way on every machine.
package grouping

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
)

// Limits of a [Task]. Within them every sum of costs is a whole number of
// units that an int64 can hold.
const (
	MaxBoroughs   = 100
	MaxIndicators = 200
	MaxWeight     = 1000
	MaxCyclesAgo  = 10
)

// The methods by which a [Proposal] is found.
const (
	DynamicProgramming = "dynamic_programming" // exact: no other proposal is better
	SimulatedAnnealing = "simulated_annealing" // a good proposal, perhaps not the best
)

// Why a borough is left out of every group.
const (
	UnplacedNoRoom    = "no_room"   // every group that it could join is full
	UnplacedConflicts = "conflicts" // every group holds a borough that it must not meet
	UnplacedNoPeer    = "no_peer"   // a group is left, but nobody to share it with
)

// Pairing says that two boroughs met in one group of an earlier challenge.
type Pairing struct {
	A, B      string // GSS codes, in either order
	CyclesAgo int    // 1 is the last cycle; at most [MaxCyclesAgo]
}

// Task is what is to be divided into groups. The order of its lists
// does not change the answer.
type Task struct {
	Boroughs []string // GSS codes, each once

	// Sizes are those of the groups wanted, each at least 2. If they add up to
	// more than there are boroughs, groups stay smaller or are not formed.
	Sizes []int

	// Past are the meetings to avoid. Two boroughs that met in several cycles are
	// listed for each, and count once in each. Meetings with boroughs that do not
	// take part are ignored.
	Past []Pairing

	// Conflicts are the pairs that must not meet.
	Conflicts [][2]string

	// Bands has the quartile band, A to D, of each borough on each chosen
	// indicator, by borough and indicator: A and B are a strength, C and D a need.
	// It is "" or absent where the borough has none. Every indicator that is named
	// for a borough that takes part counts as chosen.
	Bands map[string]map[string]string

	Weights Weights
	Seed    int64 // chooses among proposals that are equally good
}

// Weights says what counts how much, each from 0 to [MaxWeight]
// and rounded to thousandths.
type Weights struct {
	Repeat float64 // the cost of meeting somebody from the last cycle again
	Mix    float64 // the worth of a pair that complements each other on every indicator
}

// Proposal is the answer to a [Task]: every borough is in one group, or unplaced.
type Proposal struct {
	Groups   []Group    // in the order of their first boroughs
	Unplaced []Unplaced // in the order of their codes
	Score    float64    // the sum of the groups' costs; lower is better
	Optimal  bool       // whether it is proved that no proposal is better
	Method   string     // [DynamicProgramming] or [SimulatedAnnealing]
}

// Group is one of at least two boroughs, with what speaks against it and for it.
type Group struct {
	Boroughs    []string     // in the order of their codes
	Repeats     []Pairing    // those who met before, A before B
	Complements []Complement // who can help whom with what
	RepeatCost  float64      // the first part of the pairs' costs, see [Propose]
	MixWorth    float64      // the second part
	Cost        float64      // RepeatCost - MixWorth
}

// Complement says that on an indicator one borough is strong and another in need.
type Complement struct{ Indicator, Strong, InNeed string }

// Unplaced is a borough that no group could take.
type Unplaced struct{ Borough, Code, Detail string }

// Fault is one thing wrong with a [Task].
type Fault struct {
	Pointer string // RFC 6901 pointer into the task, in the words of the contract
	Code    FaultCode
	Detail  string // one sentence, for people
}

// FaultCode says what is wrong in a [Fault].
type FaultCode string

// The codes of faults.
const (
	Empty        FaultCode = "empty"
	Repeated     FaultCode = "repeated"
	TooFew       FaultCode = "too_few"
	TooGreat     FaultCode = "too_great"
	TooMany      FaultCode = "too_many"
	TooSmall     FaultCode = "too_small"
	UnknownValue FaultCode = "unknown_value"
)

// TaskError is all that is wrong with a [Task].
type TaskError []Fault

func (f TaskError) Error() string {
	words := make([]string, len(f))
	for i, fault := range f {
		words[i] = fault.Pointer + ": " + fault.Detail
	}
	return strings.Join(words, " ")
}

// Propose divides the boroughs into groups. As few as possible stay
// unplaced, since that comes before every score; then the score is as low as
// possible. The score is the sum, over every pair of boroughs that share a group, of
//
//	Weights.Repeat * (1/CyclesAgo, summed over the cycles in which they met)
//	- Weights.Mix * (share of the chosen indicators on which one is strong and the other in need)
//
// It is computed in fractions with one denominator, so that proposals which are
// equally good are known to be.
//
// Up to 16 boroughs the method is exact: dynamic programming over subsets, as for
// the set partitioning problem. The state is the set of boroughs that are decided
// on and the room that is left, and the next group is that of the first borough
// which is undecided, so that no order of the groups is tried twice. Beyond, it is
// simulated annealing (Kirkpatrick, Gelatt and Vecchi, 1983) with moves and swaps,
// then steps downhill until no single move or swap is better; Optimal is false.
//
// The same task gets the same answer, in whatever order its lists come. A task that
// cannot be answered gets a [TaskError].
func Propose(t Task) (Proposal, error) {
	if err := t.check(); err != nil {
		return Proposal{}, err
	}
	d := t.division()
	if len(d.boroughs) <= exactLimit {
		return d.explain(d.exact(), Proposal{Optimal: true, Method: DynamicProgramming}), nil
	}
	return d.explain(d.search(), Proposal{Method: SimulatedAnnealing}), nil
}

// check names every fault of the task.
func (t Task) check() error {
	var faults TaskError
	fault := func(code FaultCode, detail, pointer string, at ...any) {
		faults = append(faults, Fault{Pointer: fmt.Sprintf(pointer, at...), Code: code, Detail: detail})
	}
	switch n := len(t.Boroughs); {
	case n < 2:
		fault(TooFew, "A challenge needs at least two boroughs.", "/boroughs")
	case n > MaxBoroughs:
		fault(TooMany, fmt.Sprintf("At most %d boroughs can be divided.", MaxBoroughs), "/boroughs")
	}
	known := map[string]bool{"": true} // an empty code is one fault, not several
	for i, b := range t.Boroughs {
		switch {
		case b == "":
			fault(Empty, "A borough needs its code.", "/boroughs/%d", i)
		case known[b]:
			fault(Repeated, "This borough is listed before.", "/boroughs/%d", i)
		}
		known[b] = true
	}
	if len(t.Sizes) == 0 {
		fault(TooFew, "At least one group must be wanted.", "/sizes")
	}
	for i, size := range t.Sizes {
		if size < 2 {
			fault(TooSmall, "A group needs at least two boroughs.", "/sizes/%d", i)
		}
	}
	for i, p := range t.Past {
		switch {
		case p.A == "" || p.B == "":
			fault(Empty, "A pairing needs the codes of two boroughs.", "/past/%d", i)
		case p.A == p.B:
			fault(Repeated, "A borough does not meet itself.", "/past/%d/b", i)
		}
		if p.CyclesAgo < 1 {
			fault(TooSmall, "The last cycle is 1 cycle ago.", "/past/%d/cyclesAgo", i)
		}
		if p.CyclesAgo > MaxCyclesAgo {
			fault(TooGreat, fmt.Sprintf("At most the last %d cycles count.", MaxCyclesAgo), "/past/%d/cyclesAgo", i)
		}
	}
	for i, pair := range t.Conflicts {
		for side, b := range pair {
			switch {
			case b == "":
				fault(Empty, "A conflict needs the codes of two boroughs.", "/conflicts/%d/%d", i, side)
			case !known[b]:
				fault(UnknownValue, "This borough is not among those to be divided.", "/conflicts/%d/%d", i, side)
			case side == 1 && b == pair[0]:
				fault(Repeated, "A borough is not in conflict with itself.", "/conflicts/%d/1", i)
			}
		}
	}
	escape := strings.NewReplacer("~", "~0", "/", "~1").Replace
	for _, b := range slices.Sorted(maps.Keys(t.Bands)) {
		for _, indicator := range slices.Sorted(maps.Keys(t.Bands[b])) {
			if !slices.Contains([]string{"", "A", "B", "C", "D"}, t.Bands[b][indicator]) {
				fault(UnknownValue, "A band is A, B, C or D.", "/bands/%s/%s", escape(b), escape(indicator))
			}
		}
	}
	if len(t.indicators()) > MaxIndicators {
		fault(TooMany, fmt.Sprintf("At most %d indicators can be chosen.", MaxIndicators), "/bands")
	}
	weight := func(name string, w float64) {
		switch {
		case !(w >= 0): // also what is not a number
			fault(TooSmall, "A weight is a number of at least 0.", "/weights/%s", name)
		case w > MaxWeight:
			fault(TooGreat, fmt.Sprintf("A weight is at most %d.", MaxWeight), "/weights/%s", name)
		}
	}
	weight("repeat", t.Weights.Repeat)
	weight("mix", t.Weights.Mix)
	if len(faults) == 0 {
		return nil
	}
	return faults
}

// tie is all that the task says about two boroughs.
type tie struct {
	conflict    bool
	repeats     []Pairing
	complements []Complement
	repeat, mix int64 // what they cost and are worth, in units
}

// division is a task with its boroughs numbered in the order of their codes.
type division struct {
	boroughs []string
	ties     [][]*tie  // by two boroughs, the same both ways; nil on the diagonal
	pairs    [][]int64 // what two boroughs cost in one group, in units, or apart
	room     []int     // by t: how many groups may hold t boroughs or more
	wanted   int       // groups
	unit     float64   // how many units of cost make 1
	leave    int64     // the cost of leaving a borough out, above every difference between costs
	random   *rand.Rand
}

// recency is the least common multiple of 1 to [MaxCyclesAgo], so that a part of it
// for each past cycle is a whole number.
const recency = 2520

// apart stands for the cost of those who must not meet.
const apart = math.MaxInt64

func (t Task) division() *division {
	n := len(t.Boroughs)
	d := &division{
		boroughs: slices.Sorted(slices.Values(t.Boroughs)),
		ties:     make([][]*tie, n),
		pairs:    make([][]int64, n),
		room:     make([]int, n+2), // nobody asks beyond n+1
		wanted:   len(t.Sizes),
		leave:    1,
		random:   rand.New(rand.NewPCG(uint64(t.Seed), 0)), //nolint:gosec // the same seed must give the same answer
	}
	// Each group takes two boroughs, so that only the largest can be of use.
	sizes := slices.SortedFunc(slices.Values(t.Sizes), func(a, b int) int { return cmp.Compare(b, a) })
	for _, size := range sizes[:min(len(sizes), n/2)] {
		for t := range min(size, n) + 1 {
			d.room[t]++
		}
	}
	indicators := t.indicators()
	shares := int64(max(1, len(indicators)))
	repeat, mix := thousandths(t.Weights.Repeat)*shares, thousandths(t.Weights.Mix)*recency
	d.unit = float64(1000 * recency * shares)
	met := map[[2]string][]Pairing{}
	for _, p := range t.Past {
		pair := ordered(p.A, p.B)
		met[pair] = append(met[pair], Pairing{A: pair[0], B: pair[1], CyclesAgo: p.CyclesAgo})
	}
	conflicts := map[[2]string]bool{}
	for _, pair := range t.Conflicts {
		conflicts[ordered(pair[0], pair[1])] = true
	}
	for i := range d.ties {
		d.ties[i], d.pairs[i] = make([]*tie, n), make([]int64, n)
	}
	for i, a := range d.boroughs {
		for j := i + 1; j < n; j++ {
			pair := ordered(a, d.boroughs[j])
			tie := &tie{conflict: conflicts[pair], repeats: met[pair], complements: t.complements(pair, indicators)}
			slices.SortFunc(tie.repeats, func(p, q Pairing) int { return cmp.Compare(p.CyclesAgo, q.CyclesAgo) })
			tie.repeats = slices.Compact(tie.repeats)
			for _, p := range tie.repeats {
				tie.repeat += repeat * (recency / int64(p.CyclesAgo))
			}
			tie.mix = mix * int64(len(tie.complements))
			cost := tie.repeat - tie.mix
			if tie.conflict {
				cost = apart
			}
			d.ties[i][j], d.ties[j][i] = tie, tie
			d.pairs[i][j], d.pairs[j][i] = cost, cost
			d.leave += tie.repeat + tie.mix
		}
	}
	return d
}

func ordered(a, b string) [2]string { return [2]string{min(a, b), max(a, b)} }

func thousandths(weight float64) int64 { return int64(math.Round(weight * 1000)) }

// indicators lists every one that is named for a borough that takes part.
func (t Task) indicators() []string {
	chosen := map[string]bool{}
	for _, b := range t.Boroughs {
		for indicator := range t.Bands[b] {
			chosen[indicator] = true
		}
	}
	return slices.Sorted(maps.Keys(chosen))
}

// complements lists the indicators on which one of the pair is strong and the
// other in need.
func (t Task) complements(pair [2]string, indicators []string) []Complement {
	strong := func(band string) bool { return band == "A" || band == "B" }
	need := func(band string) bool { return band == "C" || band == "D" }
	var found []Complement
	for _, indicator := range indicators {
		a, b := t.Bands[pair[0]][indicator], t.Bands[pair[1]][indicator]
		switch {
		case strong(a) && need(b):
			found = append(found, Complement{indicator, pair[0], pair[1]})
		case strong(b) && need(a):
			found = append(found, Complement{indicator, pair[1], pair[0]})
		}
	}
	return found
}

// explain completes the proposal with the groups, given as numbers of boroughs,
// and with the reason of everybody who is in none.
func (d *division) explain(groups [][]int, g Proposal) Proposal {
	for _, group := range groups {
		slices.Sort(group)
	}
	slices.SortFunc(groups, slices.Compare)
	left := make([]bool, len(d.boroughs))
	for i := range left {
		left[i] = true
	}
	var score int64
	for _, group := range groups {
		var p Group
		var repeat, mix int64
		for at, i := range group {
			left[i] = false
			p.Boroughs = append(p.Boroughs, d.boroughs[i])
			for _, j := range group[at+1:] {
				tie := d.ties[i][j]
				p.Repeats = append(p.Repeats, tie.repeats...)
				p.Complements = append(p.Complements, tie.complements...)
				repeat, mix = repeat+tie.repeat, mix+tie.mix
			}
		}
		p.RepeatCost, p.MixWorth, p.Cost = float64(repeat)/d.unit, float64(mix)/d.unit, float64(repeat-mix)/d.unit
		score += repeat - mix
		g.Groups = append(g.Groups, p)
	}
	g.Score = float64(score) / d.unit
	for i, out := range left {
		if out {
			g.Unplaced = append(g.Unplaced, d.reason(i, groups))
		}
	}
	return g
}

// reason says why borough i is in none of the groups, none of which can take it.
func (d *division) reason(i int, groups [][]int) Unplaced {
	var foes []string // one of each group that holds any
	open := 0         // groups without them
	for _, group := range groups {
		foe := slices.IndexFunc(group, func(j int) bool { return d.ties[i][j].conflict })
		if foe < 0 {
			open++
			continue
		}
		foes = append(foes, d.boroughs[group[foe]])
	}
	slices.Sort(foes)
	u := Unplaced{Borough: d.boroughs[i]}
	switch {
	case len(groups) == 0:
		u.Code, u.Detail = UnplacedConflicts, "It must not meet any other borough."
	case open == 0:
		u.Code, u.Detail = UnplacedConflicts, "Every group holds a borough that it must not meet: "+strings.Join(foes, ", ")+"."
	case len(groups) < d.wanted:
		u.Code, u.Detail = UnplacedNoPeer, "A group is left, but nobody with whom it could share it."
	case len(foes) > 0:
		u.Code, u.Detail = UnplacedNoRoom, "Every group is full or holds a borough that it must not meet: "+strings.Join(foes, ", ")+"."
	default:
		u.Code, u.Detail = UnplacedNoRoom, "Every group is full."
	}
	return u
}
