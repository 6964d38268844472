package disclosure

import (
	"slices"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/framework"
)

// Below these a flow of children is withheld, by the borough's last published year of it.
const (
	LeastYear      = 40 // in the first three quarters of a year
	LeastWithStock = 20 // in the fourth, which is the published year itself, where the thing's stock is published too
)

// Year is how many a published year had of a flow. Only numbers are given: where the
// figure is hidden, missing or not published, there is none.
type Year struct {
	Borough string // GSS code
	Count   string
	Number  float64
}

// Policy says what of a quarter is hidden. It is fixed when the quarter's window opens,
// with the version of the framework and the years that are published by then, and reads no
// other quarter's returns.
type Policy struct {
	document *framework.Document
	quarter  string
	fourth   bool
	years    map[Year]float64 // by borough and count, without their numbers
	families []family
	made     []quotient
	same     [][2]int // counts that are always the same number
	lone     []lone
	off      rule // that a test of the tests has switched off
}

// rule names what can be switched off by a test, to see that a proof then fails.
type rule int

const (
	none rule = iota
	smallCounts
	hiddenWhole
	hiddenDenominator
	oneHidesAll
	smallRemainder
	smallSum
	absentMember
	intervalOfFew
	sameNumber
	boundingDenominator
	notSaidWhich
	largeYear
)

// family is one of the framework's, by the places of its counts.
type family struct {
	whole     int
	parts     []int
	together  bool // closed, or with a protected remainder: any hidden part hides all
	remainder int  // the upper end of the range in which an unasked part is hidden; 0 where none is
	stays     bool // its one part is a lone numerator, which stays where the whole is missing
	bounds    bool // unless the whole is part of a family itself
}

// quotient is a denominator that is a count, and what is seen with it.
type quotient struct {
	denominator, numerator int
	hides                  bool // a numerator that is in no family of the denominator, which may be hidden
}

// lone says of a count that it is the numerator of one denominator, in no family but
// that one's, and whole of nothing: a range can be told of it.
type lone struct {
	is     bool
	whole  int // its denominator, or -1 where that is the population or no whole of it
	shared int // the upper end in which what it leaves of the whole is hidden; 0 where that may be shown
}

// NewPolicy makes the policy of a quarter from a document that has passed
// [framework.Document.Check]. years are the newest published ones of each borough and
// flow. The error says that the period is no quarter.
func NewPolicy(d *framework.Document, quarter benchmark.Period, years []Year) (*Policy, error) {
	which, err := ofYear(quarter)
	if err != nil {
		return nil, err
	}
	p := &Policy{document: d, quarter: quarter.Code, fourth: which == 4, years: make(map[Year]float64, len(years))}
	for _, y := range years {
		p.years[Year{Borough: y.Borough, Count: y.Count}] = y.Number
	}
	at := make(map[string]int, len(d.Counts))
	for i := range d.Counts {
		at[d.Counts[i].Code] = i
	}
	for _, ind := range d.Indicators {
		if whole, is := at[ind.Denominator]; is {
			f := d.FamilyOf(ind.Numerator)
			hides := d.Counts[whole].Hidden() && (f == nil || f.Whole != ind.Denominator)
			p.made = append(p.made, quotient{whole, at[ind.Numerator], hides})
		}
	}
	for _, r := range d.Relations {
		if r.Kind == framework.Same {
			p.same = append(p.same, [2]int{at[r.A], at[r.B]})
		}
	}
	p.lone = make([]lone, len(d.Counts))
	for i := range d.Counts {
		p.lone[i] = p.loneOf(d.Counts[i].Code, at)
	}
	for i := range d.Families {
		p.families = append(p.families, p.familyOf(&d.Families[i], at))
	}
	return p, nil
}

func (p *Policy) familyOf(said *framework.Family, at map[string]int) family {
	f := family{whole: at[said.Whole], together: said.Closed || said.Remainder == framework.Protected}
	for _, part := range said.Parts {
		f.parts = append(f.parts, at[part])
	}
	f.remainder = p.unasked(said)
	f.stays = !f.together && p.lone[f.parts[0]].is
	f.bounds = p.document.FamilyOf(said.Whole) != nil
	return f
}

// unasked answers the upper end of the range in which the part of a family is hidden that
// is not asked: the widest of its parts', or 0 where there is none to protect.
func (p *Policy) unasked(said *framework.Family) int {
	widest := 0
	if said.Remainder == framework.Protected {
		for _, part := range said.Parts {
			widest = max(widest, p.document.Count(part).HiddenTo)
		}
	}
	return widest
}

func (p *Policy) loneOf(code string, at map[string]int) lone {
	d := p.document
	var denominators []string
	for _, ind := range d.Indicators {
		if ind.Numerator == code && !slices.Contains(denominators, ind.Denominator) {
			denominators = append(denominators, ind.Denominator)
		}
	}
	whole := slices.ContainsFunc(d.Families, func(f framework.Family) bool { return f.Whole == code }) ||
		slices.ContainsFunc(d.Indicators, func(ind framework.Indicator) bool { return ind.Denominator == code })
	if len(denominators) != 1 || whole {
		return lone{}
	}
	f := d.FamilyOf(code)
	if f == nil {
		return lone{is: true, whole: -1}
	}
	if f.Whole != denominators[0] || len(f.Parts) != 1 {
		return lone{}
	}
	return lone{is: true, whole: at[f.Whole], shared: p.unasked(f)}
}

// withheld answers which of the borough's counts are withheld: flows of children of an
// authority with few, and those of which the last published year had few, so that a
// difference of two quarters' twelve months would be small. It reads published figures
// alone, so that what is withheld says nothing new.
func (p *Policy) withheld(borough string) []bool {
	list := make([]bool, len(p.document.Counts))
	children, known := p.document.Population.Of(borough)
	for i := range p.document.Counts {
		c := &p.document.Counts[i]
		if !c.Of.Moment().Flow() || !c.OfChildren() {
			continue
		}
		few := !known || children < p.document.Limits.MinimumPopulation
		list[i] = few || p.fewInYear(borough, c)
	}
	return list
}

func (p *Policy) fewInYear(borough string, c *framework.Count) bool {
	least := float64(LeastYear)
	switch {
	case p.fourth && !p.stockAsked(c), p.off == largeYear:
		return false
	case p.fourth:
		least = LeastWithStock
	}
	number, published := p.years[Year{Borough: borough, Count: c.Code}]
	if !published || number < least {
		return true
	}
	f := p.document.FamilyOf(c.Code)
	if f == nil || f.Remainder != framework.Protected {
		return false
	}
	rest, published := p.years[Year{Borough: borough, Count: f.Whole}]
	for _, part := range f.Parts {
		number, is := p.years[Year{Borough: borough, Count: part}]
		published = published && is
		rest -= number
	}
	return !published || rest < least
}

// stockAsked reports whether the framework asks for the stock of which the count is a flow.
func (p *Policy) stockAsked(c *framework.Count) bool {
	return slices.ContainsFunc(p.document.Counts, func(other framework.Count) bool {
		kind, _ := p.document.Relation(c.Code, other.Code)
		return other.Of.Moment() == framework.Stock && (other.Of.Thing() == c.Of.Thing() || kind == framework.FlowOf)
	})
}
