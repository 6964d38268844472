package disclosure

import (
	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/framework"
)

// Change is what a figure has become since another quarter, as the same reader may see
// both: everybody from what everybody sees, a borough of its own figures from these.
type Change struct {
	Status    ChangeStatus
	Snapshot  *int      // number of the other quarter's; nil where it shows none
	Before    *float64  // the other quarter's value, where it is a number that this one may be set beside
	Change    *float64  // nil unless the status is Changed
	Direction Direction // empty likewise, and where no end is good
}

// ChangeStatus says whether there is a change, and if not why.
type ChangeStatus string

// The statuses. What needs two cells is made of numbers; anything else is a gap.
const (
	Changed          ChangeStatus = "number"            // it may be 0
	ChangeHidden     ChangeStatus = "hidden"            // one of the two is hidden or withheld
	ChangeMissing    ChangeStatus = "missing"           // one of the two is not there
	NotPublished     ChangeStatus = "not_published"     // the other quarter shows nothing, or is made up where this one is not
	FrameworkChanged ChangeStatus = "framework_changed" // the two are not of the same thing
)

// Direction says whether a change is to the good.
type Direction string

// The directions.
const (
	Better    Direction = "better"
	Worse     Direction = "worse"
	Unchanged Direction = "same"
)

// since answers what the row's figure, which is laid over already, has become since the
// other quarter.
func (s *Shown) since(other *Shown, row *QuarterFigure) Change {
	if other == nil || other.Document.Illustrative != s.Document.Illustrative {
		return Change{Status: NotPublished}
	}
	c := Change{Snapshot: &other.Document.Number}
	was := other.row(row.Position.Indicator, row.Member.Borough)
	if was.Position != nil && !s.follows(other, row.Position, was.Position) {
		c.Status = FrameworkChanged
		return c
	}
	before, now := &was.Figure.Figure, &row.Figure.Figure
	if before.Status == Number {
		c.Before = &before.Value.Middle
	}
	switch {
	case now.Status == Number && before.Status == Number:
		difference := fourDecimals(now.Value.Middle - before.Value.Middle)
		c.Status, c.Change, c.Direction = Changed, &difference, direction(row.Position.Polarity, difference)
	case concealed(now.Status) || concealed(before.Status):
		c.Status = ChangeHidden
	default:
		c.Status = ChangeMissing
	}
	return c
}

func concealed(s Status) bool { return s == Hidden || s == Withheld }

// follows reports whether figures of an indicator may be taken from those of the other
// quarter.
func (s *Shown) follows(other *Shown, now, before *Position) bool {
	return now.Unit == before.Unit && framework.Comparable(other.Asked, s.Asked, now.Indicator)
}

func direction(polarity benchmark.Polarity, change float64) Direction {
	switch {
	case polarity == benchmark.Neutral:
		return ""
	case change == 0:
		return Unchanged
	case change > 0 == (polarity == benchmark.High):
		return Better
	}
	return Worse
}
