package disclosure

import (
	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/returns"
)

// Quarters are what a borough's returns say of one quarter and of the four before it,
// the newest first. Of a quarter without a return there are none.
type Quarters [5]returns.Values

// published answers the true figure of a count for the time for which others see it:
// of what is summed, the twelve months that end with the quarter; of all else what
// was posted. quarter is which of the year's it is, 1 to 4.
func (q *Quarters) published(c *framework.Count, quarter int) Cell {
	switch {
	case !c.Summed():
		return cell(q[0].Of(c.Code))
	case c.Basis == framework.Quarter:
		return q.sum(c.Code, 0, 1, 2, 3)
	case quarter == 4:
		return q.sum(c.Code, 0)
	}
	// The year until now, and what last year had after the same quarter.
	recent, last, before := q.sum(c.Code, 0), q.sum(c.Code, quarter), q.sum(c.Code, 4)
	number := recent.Number + last.Number - before.Number
	if recent.Status != Number || last.Status != Number || before.Status != Number || number < 0 {
		return Cell{Status: Missing}
	}
	return Cell{Status: Number, Number: number}
}

// sum adds the quarters that are so many before the newest. It is missing unless each of
// them has a number, or a confirmed nil.
func (q *Quarters) sum(count string, ago ...int) Cell {
	sum := 0.0
	for _, i := range ago {
		number, is := q[i].Of(count).Number()
		if !is {
			return Cell{Status: Missing}
		}
		sum += number
	}
	return Cell{Status: Number, Number: sum}
}

// cell answers a value as a cell that hides nothing.
func cell(v returns.Value) Cell {
	if number, is := v.Number(); is {
		return Cell{Status: Number, Number: number}
	}
	if v.Status == returns.NotApplicable {
		return Cell{Status: NotApplicable}
	}
	return Cell{Status: Missing}
}
