package disclosure

import (
	"fmt"
	"slices"
	"testing"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/seed"
)

// most is how many counts a shape has that is proved.
const most = 8

// shape is a policy over a few counts, of which every world is tried.
type shape struct {
	name   string
	policy *Policy
	bound  int      // of its roots: the worlds are those up to here
	scores [][2]int // a count of points, and that of the children who have one or two each
	held   bool     // counts are withheld, from every version, where they else are missing from the first
}

// world is one number for each count of a shape.
type world [most]int8

// seen is a borough's row as a view has it, in a form that can be compared.
type seen [most]struct{ status, number, lower, upper int8 }

// pair is what two snapshots of a quarter show: the first with counts that are missing,
// the second with all. The second is told by the number of its row.
type pair struct {
	first  seen
	second int32
}

// group is all worlds of one pair: for each count, and for the unasked part of each
// family, which of the small numbers it has in them, by bits.
type group struct{ counts, rests [most]uint32 }

// worlds lists every world of the shape: no part above its whole, the parts of a closed
// family as many as the whole.
func (s *shape) worlds() []world {
	list := []world{{}}
	isPart, follows := make([]bool, most), make([]bool, most)
	for _, f := range s.policy.families {
		for _, part := range f.parts {
			isPart[part] = true
		}
	}
	for _, p := range slices.Concat(s.policy.same, s.scores) {
		follows[p[0]] = true
	}
	for i := range s.policy.document.Counts {
		if isPart[i] || follows[i] {
			continue
		}
		list = each(list, func(w world, add func(world)) {
			for v := range s.bound + 1 {
				w[i] = int8(v)
				add(w)
			}
		})
	}
	for done, todo := slices.Clone(isPart), len(s.policy.families); todo > 0; {
		for k, f := range s.policy.families {
			if done[f.whole] || !done[f.parts[0]] {
				continue // its whole has no number yet, or its parts have
			}
			closed := s.policy.document.Families[k].Closed
			list = each(list, func(w world, add func(world)) { split(w, f.parts, w[f.whole], closed, add) })
			for _, part := range f.parts {
				done[part] = false
			}
			todo--
		}
	}
	for _, p := range s.policy.same {
		list = each(list, func(w world, add func(world)) { w[p[0]] = w[p[1]]; add(w) })
	}
	for _, p := range s.scores {
		list = each(list, func(w world, add func(world)) {
			for v := w[p[1]]; v <= 2*w[p[1]]; v++ {
				w[p[0]] = v
				add(w)
			}
		})
	}
	return list
}

func each(list []world, more func(world, func(world))) []world {
	var next []world
	for _, w := range list {
		more(w, func(w world) { next = append(next, w) })
	}
	return next
}

// split gives the parts every share of what is left.
func split(w world, parts []int, left int8, closed bool, add func(world)) {
	if len(parts) == 0 {
		if !closed || left == 0 {
			add(w)
		}
		return
	}
	for v := range left + 1 {
		w[parts[0]] = v
		split(w, parts[1:], left-v, closed, add)
	}
}

// see answers what the view has of the world, of which the counts are missing whose bits
// are set.
func (s *shape) see(w *world, missing uint, withheld []bool, truth, cells []Cell) (row seen) {
	for i := range truth {
		truth[i] = Cell{Status: Number, Number: float64(w[i])}
		if missing>>i&1 == 1 {
			truth[i] = Cell{Status: Missing}
		}
	}
	s.policy.disclose(truth, cells, withheld)
	for i, c := range cells {
		row[i].status = int8(slices.Index([]Status{Number, Hidden, Withheld, Missing}, c.Status))
		row[i].number, row[i].lower, row[i].upper = int8(c.Number), int8(c.Lower), int8(c.Upper)
		if r, known := c.Range(); known && (truth[i].Number < r.Lower || truth[i].Number > r.Upper) {
			panic(fmt.Sprintf("%s: %v is said to lie between %v and %v", s.name, truth[i].Number, r.Lower, r.Upper))
		}
	}
	return row
}

// narrowed tries all worlds with every set of missing counts and a second, complete
// snapshot. It answers the first view from which something follows of a small count: that
// it is one, and yet not each of the numbers from 1 to the end of its range. It answers
// how many pairs of a world and a set it has tried, and nothing where nothing follows.
func (s *shape) narrowed() (what string, tried int) {
	d := s.policy.document
	truth, cells, withheld := make([]Cell, len(d.Counts)), make([]Cell, len(d.Counts)), make([]bool, len(d.Counts))
	worlds := s.worlds()
	second, rows := make([]int32, len(worlds)), map[seen]int32{}
	for k := range worlds {
		row := s.see(&worlds[k], 0, withheld, truth, cells)
		if _, is := rows[row]; !is {
			rows[row] = int32(len(rows))
		}
		second[k] = rows[row]
	}
	for missing := range uint(1) << len(d.Counts) {
		groups := map[pair]*group{}
		for i := range withheld {
			withheld[i] = s.held && missing>>i&1 == 1
		}
		for k := range worlds {
			w := &worlds[k]
			at := pair{s.see(w, missing, withheld, truth, cells), second[k]}
			if s.held {
				at.second = 0
			}
			g := groups[at]
			if g == nil {
				g = &group{}
				groups[at] = g
			}
			s.note(g, w)
			tried++
		}
		for at, g := range groups {
			for i := range d.Counts {
				if few(g.counts[i]) {
					return fmt.Sprintf("%s with %b missing shows %v, and of %s only %b remain", s.name, missing, at, d.Counts[i].Code, g.counts[i]), tried
				}
			}
			for i := range s.policy.families {
				if few(g.rests[i]) {
					return fmt.Sprintf("%s with %b missing shows %v, and of what family %d leaves only %b remain", s.name, missing, at, i, g.rests[i]), tried
				}
			}
		}
	}
	return "", tried
}

// note notes the small counts of the world.
func (s *shape) note(g *group, w *world) {
	for i := range s.policy.document.Counts {
		if s.policy.document.Counts[i].Hides(float64(w[i])) {
			g.counts[i] |= 1 << w[i]
		}
	}
	for i, f := range s.policy.families {
		rest := w[f.whole]
		for _, part := range f.parts {
			rest -= w[part]
		}
		if rest >= 1 && int(rest) <= f.remainder {
			g.rests[i] |= 1 << rest
		}
	}
}

// few reports whether there are some of the numbers from 1 to 5, and not all.
func few(numbers uint32) bool {
	const oneToFive = 0b111110
	return numbers&oneToFive != 0 && numbers&oneToFive != oneToFive
}

// only answers the document with the counts alone that are named, and what is made of
// them.
func only(d *framework.Document, codes ...string) *framework.Document {
	has := func(code string) bool { return slices.Contains(codes, code) }
	small := &framework.Document{Population: d.Population, Limits: d.Limits}
	for _, c := range d.Counts {
		if has(c.Code) {
			small.Counts = append(small.Counts, c)
		}
	}
	for _, ind := range d.Indicators {
		if has(ind.Numerator) && (has(ind.Denominator) || ind.Denominator == d.Population.Code) {
			small.Indicators = append(small.Indicators, ind)
		}
	}
	for _, r := range d.Relations {
		if has(r.A) && has(r.B) {
			small.Relations = append(small.Relations, r)
		}
	}
	for _, f := range d.Families {
		if has(f.Whole) && has(f.Parts[0]) {
			small.Families = append(small.Families, f)
		}
	}
	return small
}

func shapeOf(t *testing.T, name string, d *framework.Document, bound int, off rule) *shape {
	t.Helper()
	p, err := NewPolicy(d, benchmark.FinancialQuarter(2026, 4), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Counts) > most {
		t.Fatalf("%s has %d counts, and is proved with %d at most", name, len(d.Counts), most)
	}
	p.off = off
	return &shape{name: name, policy: p, bound: bound}
}

func london(t *testing.T) *framework.Document {
	t.Helper()
	f, err := seed.Framework()
	if err != nil {
		t.Fatal(err)
	}
	return &f.Document
}

// trees answers of each count that is part of none its code, and those of all that hangs
// under it.
func trees(d *framework.Document) [][]string {
	var list [][]string
	for _, c := range d.Counts {
		if d.FamilyOf(c.Code) != nil {
			continue
		}
		tree := []string{c.Code}
		for i := 0; i < len(tree); i++ {
			for _, f := range d.Families {
				if f.Whole == tree[i] {
					tree = append(tree, f.Parts...)
				}
			}
		}
		list = append(list, tree)
	}
	return list
}

// londonShapes are what London asks: each family with all worlds up to a whole of 24, and
// each tree of families as far as it can be counted.
func londonShapes(t *testing.T, off rule) []*shape {
	t.Helper()
	d := london(t)
	var shapes []*shape
	for i, f := range d.Families {
		shapes = append(shapes, shapeOf(t, fmt.Sprintf("family %d of %s", i, f.Whole), only(d, append([]string{f.Whole}, f.Parts...)...), 24, off))
	}
	for _, tree := range trees(d) {
		bound := map[int]int{1: 24, 2: 24, 3: 24}[len(tree)]
		if bound == 0 {
			bound = 8
		}
		shapes = append(shapes, shapeOf(t, "the tree of "+tree[0], only(d, tree...), bound, off))
	}
	return append(shapes, shapeOf(t, "health", only(d, "looked_after", "looked_after_a_year", "health_assessed"), 24, off))
}

// TestNothingFollowsInLondon is the proof for what London asks.
func TestNothingFollowsInLondon(t *testing.T) {
	t.Parallel()
	prove(t, londonShapes(t, none))
}

// TestNothingFollowsOfWhatIsWithheld is the proof for every set of counts that are withheld.
func TestNothingFollowsOfWhatIsWithheld(t *testing.T) {
	t.Parallel()
	shapes := slices.Concat(londonShapes(t, none), forests(t, 10, none))
	for _, s := range shapes {
		s.held = true
		s.bound = min(s.bound, 14)
	}
	prove(t, shapes)
}

func prove(t *testing.T, shapes []*shape) {
	t.Helper()
	all := 0
	for _, s := range shapes {
		what, tried := s.narrowed()
		if what != "" {
			t.Error(what)
		}
		all += tried
	}
	t.Logf("%d shapes, %d worlds with what is missing or withheld", len(shapes), all)
}
