package framework

import (
	"slices"

	"peerchallenge/pkg/benchmark"
)

// Document is what a version of the framework says.
type Document struct {
	Counts     []Count     `json:"counts"` // in the order in which templates and returns list them
	Indicators []Indicator `json:"indicators"`
	Relations  []Relation  `json:"relations"`
	Families   []Family    `json:"families"`
	Population Population  `json:"population"`
	Rules      []Rule      `json:"rules"`
	Limits     Limits      `json:"limits"`
}

// Count is one number that a borough posts once a quarter.
type Count struct {
	Code          string   `json:"code"` // cpp_open
	Of            Of       `json:"of"`   // cpp.stock
	Name          string   `json:"name"`
	Definition    string   `json:"definition"` // in the sector's words
	List          string   `json:"list"`       // of the sector's lists, where the children are found
	Columns       []string `json:"columns"`    // of that list, by which they are counted
	Inclusions    string   `json:"inclusions"` // who is in and who is not
	WorkedExample string   `json:"workedExample"`
	Policy        Policy   `json:"policy"`
	HiddenFrom    int      `json:"hiddenFrom"` // others do not see the count from here
	HiddenTo      int      `json:"hiddenTo"`   // to here; 0 and 0 where nothing is hidden
	Basis         Basis    `json:"basis"`      // the time for which it is posted
}

// Policy says what a count counts, and with that what others may see of it. What is
// counted are children, happenings to children, other people, or no people.
type Policy string

// The policies.
const (
	Children Policy = "children"
	Events   Policy = "events" // happenings to children, with the policy of children
	People   Policy = "people" // staff and carers
	Nobody   Policy = "none"   // money, full-time equivalents, days
)

// OfChildren reports whether what is counted are children, one by one or by what happens to them.
func (p Policy) OfChildren() bool { return p == Children || p == Events }

// Whole reports whether only whole numbers can be right.
func (p Policy) Whole() bool { return p != Nobody }

// Basis is the time for which a count is posted.
type Basis string

// The bases.
const (
	Quarter      Basis = "quarter"
	YearToDate   Basis = "year_to_date" // from 1 April to the quarter's end
	TwelveMonths Basis = "twelve_months"
	AsAt         Basis = "as_at"  // the quarter's last day
	During       Basis = "during" // all who had it on any day of the quarter
	Length       Basis = "length" // who has had it for so long on the quarter's last day
)

// Indicator is a quotient of two counts, or of a count and the population. Its name,
// unit and polarity are the indicator's of the same code.
type Indicator struct {
	Code        string `json:"code"`
	Numerator   string `json:"numerator"`   // code of a count
	Denominator string `json:"denominator"` // code of a count, or of the population
}

// Relation says how two counts hang together.
type Relation struct {
	A      string       `json:"a"`
	B      string       `json:"b"`
	Kind   RelationKind `json:"kind"`
	Reason string       `json:"reason"`
}

// RelationKind is how A hangs together with B.
type RelationKind string

// The kinds of relations.
const (
	Same     RelationKind = "same"     // A and B are always the same number
	PartOf   RelationKind = "part_of"  // who is in A is in B
	Disjoint RelationKind = "disjoint" // nobody is in both
	FlowOf   RelationKind = "flow_of"  // A starts or ends what B has in stock
	StayOf   RelationKind = "stay_of"  // A is told from how long B's have lasted
	Free     RelationKind = "free"     // nothing about one follows from the other
)

// Family is a whole with parts of which nobody is in two.
type Family struct {
	Whole     string    `json:"whole"`
	Parts     []string  `json:"parts"`
	Closed    bool      `json:"closed"`    // whether the parts add up to the whole
	Remainder Remainder `json:"remainder"` // of an open family, what it leaves
	Reason    string    `json:"reason"`
}

// Remainder says what may be known of those of a whole who are in none of the parts.
type Remainder string

// The remainders.
const (
	Protected Remainder = "protected" // hidden like a part: the family is closed, with a part that is not asked
	Shown     Remainder = "shown"
	NoRest    Remainder = "" // of a closed family
)

// Population is the number of children that rates are made with. It is fixed with the
// version: a later estimate changes nothing that is accepted.
type Population struct {
	Code       string         `json:"code"` // as denominators name it
	Name       string         `json:"name"`
	Definition string         `json:"definition"`
	Source     string         `json:"source"`
	Year       int            `json:"year"` // of the mid-year estimate
	Unit       benchmark.Unit `json:"unit"` // the rates that it is for
	Children   []Residents    `json:"children"`
}

// Residents is how many children live in a borough.
type Residents struct {
	Borough string `json:"borough"` // GSS code
	Number  int    `json:"number"`
}

// Of answers how many children live in the borough, and whether the population says so.
func (p Population) Of(borough string) (int, bool) {
	i := slices.IndexFunc(p.Children, func(r Residents) bool { return r.Borough == borough })
	if i < 0 {
		return 0, false
	}
	return p.Children[i].Number, true
}

// Limits say below what a figure is not compared.
type Limits struct {
	MinimumN           int     `json:"minimumN"`           // boroughs with a value, for ranks, percentiles and exceptions
	MinimumDenominator int     `json:"minimumDenominator"` // of a percentage that is ranked
	MinimumPopulation  int     `json:"minimumPopulation"`  // of children of an authority that is ranked
	LowReliability     float64 `json:"lowReliability"`     // width of a total's interval over the total, from which it is marked
}

// Count answers the count with the code, or nil.
func (d *Document) Count(code string) *Count {
	for i := range d.Counts {
		if d.Counts[i].Code == code {
			return &d.Counts[i]
		}
	}
	return nil
}

// Indicator answers the indicator with the code, or nil.
func (d *Document) Indicator(code string) *Indicator {
	i := slices.IndexFunc(d.Indicators, func(ind Indicator) bool { return ind.Code == code })
	if i < 0 {
		return nil
	}
	return &d.Indicators[i]
}

// Relation answers how a hangs together with b, as it is said of a: where it is said of
// b and a, other is true. It answers the empty kind where nothing is said.
func (d *Document) Relation(a, b string) (kind RelationKind, other bool) {
	for _, r := range d.Relations {
		switch {
		case r.A == a && r.B == b:
			return r.Kind, false
		case r.A == b && r.B == a:
			return r.Kind, true
		}
	}
	return "", false
}

// FamilyOf answers the family that the count is a part of, or nil. In a document that
// passes [Document.Check] there is at most one.
func (d *Document) FamilyOf(part string) *Family {
	i := slices.IndexFunc(d.Families, func(f Family) bool { return slices.Contains(f.Parts, part) })
	if i < 0 {
		return nil
	}
	return &d.Families[i]
}
