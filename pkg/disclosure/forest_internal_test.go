package disclosure

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"peerchallenge/pkg/framework"
)

// number is how many forests are proved. With 2000 it is an affair of minutes.
var number = flag.Int("forests", 30, "how many random forests are proved")

// build makes a document of a few counts that hang together.
type build struct{ d framework.Document }

func (b *build) count(code string, policy framework.Policy, hiddenTo int) string {
	c := framework.Count{Code: code, Of: "thing.stock", Policy: policy, Basis: framework.AsAt, HiddenTo: hiddenTo}
	if hiddenTo > 0 {
		c.HiddenFrom = 1
	}
	b.d.Counts = append(b.d.Counts, c)
	return code
}

func (b *build) indicator(numerator, denominator string) {
	b.d.Indicators = append(b.d.Indicators, framework.Indicator{Code: fmt.Sprintf("I%d", len(b.d.Indicators)), Numerator: numerator, Denominator: denominator})
}

// kinds are what a family can be, as the framework says it.
var kinds = []framework.Family{{Closed: true}, {Remainder: framework.Protected}, {Remainder: framework.Shown}}

// family gives the whole a family of so many parts. A closed one of a single part is the
// whole itself, and is made an open one.
func (b *build) family(whole string, kind framework.Family, parts, hiddenTo int) []string {
	f := kind
	if f.Closed && parts == 1 {
		f = framework.Family{Remainder: framework.Shown}
	}
	f.Whole = whole
	for range parts {
		f.Parts = append(f.Parts, b.count(fmt.Sprintf("c%d", len(b.d.Counts)), framework.Children, hiddenTo))
	}
	b.d.Families = append(b.d.Families, f)
	return f.Parts
}

// randomForest is a tree with up to six counts, of any kinds of families, some of which
// hide more than others.
func randomForest(seed uint64) *framework.Document {
	r := rand.New(rand.NewPCG(seed, 14))
	b := &build{d: framework.Document{Population: framework.Population{Code: "population"}}}
	wholes := []string{b.count("c0", framework.Children, 5)}
	b.indicator("c0", "population")
	for range 1 + r.IntN(3) {
		whole := wholes[r.IntN(len(wholes))]
		parts := 1 + r.IntN(min(3, 6-len(b.d.Counts)))
		grown := b.family(whole, kinds[r.IntN(len(kinds))], parts, []int{5, 5, 5, 6}[r.IntN(4)])
		for _, part := range grown {
			if r.IntN(3) > 0 {
				b.indicator(part, whole)
			}
		}
		if r.IntN(8) == 0 {
			b.indicator(grown[0], "population")
		}
		wholes = append(wholes, grown...)
		if len(b.d.Counts) >= 5 {
			break
		}
	}
	// As a framework may list them, in any order.
	r.Shuffle(len(b.d.Counts), func(i, j int) { b.d.Counts[i], b.d.Counts[j] = b.d.Counts[j], b.d.Counts[i] })
	r.Shuffle(len(b.d.Families), func(i, j int) { b.d.Families[i], b.d.Families[j] = b.d.Families[j], b.d.Families[i] })
	return &b.d
}

// forests are random shapes, each with all worlds up to a whole of 24, or to what its
// number of counts leaves time for.
func forests(t *testing.T, number int, off rule) []*shape {
	t.Helper()
	var shapes []*shape
	for seed := range number {
		d := randomForest(uint64(seed))
		s := shapeOf(t, fmt.Sprintf("forest %d", seed), d, 7, off)
		for ; s.bound < 24; s.bound++ {
			if len(s.worlds())<<len(d.Counts) > 20_000 {
				break
			}
		}
		shapes = append(shapes, s)
	}
	return shapes
}

// handmade are shapes that no forest of counts of children has: a number with two names,
// and points that children have, from which it is seen how many have them.
func handmade(t *testing.T, off rule) []*shape {
	t.Helper()
	twins := &build{}
	whole := twins.count("whole", framework.Children, 5)
	parts := twins.family(whole, framework.Family{Closed: true}, 2, 5)
	twins.count("twin", framework.Children, 5)
	twins.d.Relations = append(twins.d.Relations, framework.Relation{A: "twin", B: parts[0], Kind: framework.Same})

	points := &build{}
	points.count("children", framework.Children, 5)
	points.count("points", framework.Nobody, 0)
	points.indicator("points", "children")
	scores := shapeOf(t, "points", &points.d, 24, off)
	scores.scores = [][2]int{{slices.IndexFunc(points.d.Counts, func(c framework.Count) bool { return c.Code == "points" }), 0}}
	return []*shape{shapeOf(t, "twins", &twins.d, 16, off), scores}
}

// TestNothingFollowsInForests is the proof for what other frameworks may ask.
func TestNothingFollowsInForests(t *testing.T) {
	t.Parallel()
	prove(t, slices.Concat(forests(t, *number, none), handmade(t, none)))
}

// TestEachRuleIsNeeded switches off one rule after the other, and sees that the proof
// then finds a small count: so that the proof is known to see what the rules are for.
func TestEachRuleIsNeeded(t *testing.T) {
	t.Parallel()
	for off, name := range map[rule]string{
		smallCounts: "small counts are hidden", hiddenWhole: "a hidden whole hides its parts", hiddenDenominator: "a hidden denominator hides what is seen with it",
		oneHidesAll: "one part hides all", smallRemainder: "a small remainder hides all parts", smallSum: "hidden parts have room", absentMember: "an absent member hides all parts",
		intervalOfFew: "an interval is told of few", sameNumber: "what has two names is hidden under both", boundingDenominator: "a numerator goes with a denominator that is part of a family",
		notSaidWhich: "where both a part and what it leaves may be small, it is not said which",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, s := range slices.Concat(handmade(t, off), forests(t, 5, off), londonShapes(t, off)) {
				if what, _ := s.narrowed(); what != "" {
					t.Log(what)
					return
				}
			}
			t.Error("without this rule nothing is found: the proof does not see it, or it is not needed")
		})
	}
}
