package disclosure

import (
	"slices"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
)

// YearsOf answers how many the newest published financial year, that was over by the day,
// had of each flow of children that the framework asks for: the numerator or the
// denominator of an indicator of it. Where no such year is held, it is what last shows of
// a fourth quarter, which may be nil. What is hidden or not known is not in it, and counts
// as few.
func YearsOf(d *framework.Document, snapshot *benchmark.Snapshot, day programme.Date, boroughs []string, last *Document) []Year {
	years := []Year{}
	for i := range d.Counts {
		c := &d.Counts[i]
		if !c.Of.Moment().Flow() || !c.OfChildren() {
			continue
		}
		for _, b := range boroughs {
			number, held := published(d, snapshot, day, b, c.Code)
			if !held {
				number = last.shown(b, c.Code)
			}
			if number != nil {
				years = append(years, Year{Borough: b, Count: c.Code, Number: *number})
			}
		}
	}
	return years
}

// published looks for a count of a borough in the newest year for which anything is held
// of an indicator that is made of it, and reports whether there is such a year.
func published(d *framework.Document, snapshot *benchmark.Snapshot, day programme.Date, borough, count string) (number *float64, held bool) {
	for _, period := range slices.Backward(snapshot.Periods) {
		if period.Kind != benchmark.Financial || period.EndsOn >= day {
			continue
		}
		for _, ind := range d.Indicators {
			column := snapshot.Data.Column(period.Code, ind.Code)
			if column == nil || ind.Numerator != count && ind.Denominator != count {
				continue
			}
			held = true
			f, _ := column.Figure(borough)
			switch {
			case ind.Numerator == count && f.Numerator != nil:
				return f.Numerator, true
			case ind.Denominator == count && f.Denominator != nil:
				return f.Denominator, true
			}
		}
		if held {
			return nil, true // that year is the newest, and hides it
		}
	}
	return nil, false
}

// shown answers the number that the document shows of a count; nil where it shows none.
func (d *Document) shown(borough, count string) *float64 {
	if d == nil {
		return nil
	}
	for i := range d.Counts {
		for k := range d.Counts[i].Cells {
			if c := &d.Counts[i].Cells[k]; d.Counts[i].Count == count && c.Borough == borough {
				return c.Value
			}
		}
	}
	return nil
}
