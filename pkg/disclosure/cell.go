package disclosure

import "encoding/json"

// Status says what stands in a cell. Nothing else is said of it: whether a nought was
// confirmed, and why something is missing, owner and programme read in the return.
type Status string

// The statuses.
const (
	Number        Status = "number"   // the true one; of a confirmed nil it is 0
	Hidden        Status = "hidden"   // c: a small count, or one that would give a small count back
	Withheld      Status = "withheld" // x: of too few, as figures say that are published already
	Missing       Status = "missing"
	NotApplicable Status = "not_applicable"
)

// Cell is what a view says of one count of one borough.
type Cell struct {
	Status Status
	Number float64 // of a cell with a number; 0 of all others

	// Lower and Upper are the ends, both included, between which a hidden count is known
	// to lie. Both are 0 where nothing is said of it.
	Lower, Upper float64
}

// Range is what is known of a figure: its ends, and the middle of them, which stands in
// for it in sums. All three are the same where it is a number.
type Range struct {
	Lower  float64 `json:"lower"`
	Middle float64 `json:"middle"`
	Upper  float64 `json:"upper"`
}

// Exact reports whether the figure is a number.
func (r Range) Exact() bool { return r.Lower == r.Upper }

// Range answers what is known of the count, and false of a cell that takes part in no
// sum: of one that is withheld or absent, and of a hidden one of which nothing is said.
func (c Cell) Range() (Range, bool) {
	switch {
	case c.Status == Number:
		return Range{c.Number, c.Number, c.Number}, true
	case c.Status == Hidden && c.Upper > 0:
		return Range{c.Lower, (c.Lower + c.Upper) / 2, c.Upper}, true
	}
	return Range{}, false
}

// MarshalJSON writes the cell with the members that its status has.
func (c Cell) MarshalJSON() ([]byte, error) {
	members := map[string]any{"status": c.Status}
	if c.Status == Number {
		members["value"] = c.Number
	} else if r, known := c.Range(); known {
		members["lower"], members["upper"] = r.Lower, r.Upper
	}
	return json.Marshal(members) // in the order of their names
}

// hide hides the number of a cell, and reports whether it had one.
func hide(c *Cell) bool {
	if c.Status != Number {
		return false
	}
	*c = Cell{Status: Hidden}
	return true
}
