package framework

import "strings"

// Of says what a count is of: a thing and a moment of it, as cpp.start.
type Of string

// Thing is what is counted: cpp of cpp.start.
func (o Of) Thing() string {
	thing, _, _ := strings.Cut(string(o), ".")
	return thing
}

// Moment is which moment of the thing is counted: start of cpp.start.
func (o Of) Moment() Moment {
	_, moment, _ := strings.Cut(string(o), ".")
	return Moment(moment)
}

// Moment is a moment of a thing.
type Moment string

// The moments.
const (
	Stock  Moment = "stock"  // has it on the quarter's last day
	Start  Moment = "start"  // it begins, or happens, within the time
	End    Moment = "end"    // it ends within the time
	Any    Moment = "during" // had it on any day of the time
	Lasted Moment = "length" // has had it for so long
)

// Flow reports whether the moment is a happening within some time.
func (m Moment) Flow() bool { return m == Start || m == End }

// Stay reports whether the moment tells how long the thing has lasted.
func (m Moment) Stay() bool { return m == Any || m == Lasted }

// Hides reports whether others never see the value of the count.
func (c Count) Hides(value float64) bool {
	return value >= float64(c.HiddenFrom) && value <= float64(c.HiddenTo) && c.HiddenTo > 0
}

// Hidden reports whether the count has values that others do not see.
func (c Count) Hidden() bool { return c.HiddenTo > 0 }

// OfChildren reports whether the count is about children, one by one or by what
// happens to them.
func (c Count) OfChildren() bool { return c.Policy.OfChildren() }

// Whole reports whether only whole numbers can be right.
func (c Count) Whole() bool { return c.Policy.Whole() }

// PublishedBasis is the time for which others see the count: flows of children, and of
// what happens to them, as rolling twelve months alone.
func (c Count) PublishedBasis() Basis {
	if c.Of.Moment().Flow() && c.OfChildren() {
		return TwelveMonths
	}
	return c.Basis
}

// Summed reports whether the service makes the twelve months of what four quarters say.
// Children are never summed: who comes twice would count twice.
func (c Count) Summed() bool {
	return c.PublishedBasis() == TwelveMonths && (c.Basis == Quarter || c.Basis == YearToDate)
}
