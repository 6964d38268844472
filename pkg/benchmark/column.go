package benchmark

import (
	"iter"
	"slices"
	"strings"
	"sync/atomic"
)

// Column is what is held of one indicator in one period, over all geographies.
// It is immutable; the methods of a nil Column answer that nothing is held.
//
// Figures lie at the number of their place, so that a group of authorities,
// once it is resolved to numbers, is read without any search. A figure costs 10
// bytes, and 16 more in a column that has numerators or denominators.
type Column struct {
	period    string
	indicator string
	codes     *codes
	held      int
	numbers   int // of those held, how many have a value
	marks     []mark
	values    []float64
	parts     []parts // nil if no figure of the column has a part
	release   int32   // of every figure, unless releases is there
	releases  []int32 // nil while all figures come from one release

	// Summaries of the region and the nation cost far more than anything else
	// in a comparison and are the same for every borough, so the last are kept.
	region, england atomic.Pointer[groupSummary]
}

// mark says what stands at a place. Its zero value is NotHeld.
type mark struct {
	status uint8
	has    uint8
}

// What a figure has, as bits of mark.has. The bits save the columns from NaN.
const (
	hasValue uint8 = 1 << iota
	hasNumerator
	hasDenominator
)

type parts struct{ numerator, denominator float64 }

// Figure answers the geography's figure and the id of the release that gives
// it: [NotHeld] and "" where there is none. The numbers that the figure points
// to belong to the column and must not be changed.
func (c *Column) Figure(geography string) (Figure, string) {
	if c == nil {
		return Figure{Status: NotHeld}, ""
	}
	place := c.codes.places.find(geography)
	return c.at(place), c.releaseAt(place)
}

// All goes through the column's figures in order of geography. The numbers
// that they point to belong to the column and must not be changed.
func (c *Column) All() iter.Seq[Observation] { return c.observations("", ObservationFilter{}) }

// Len is the number of figures in the column.
func (c *Column) Len() int {
	if c == nil {
		return 0
	}
	return c.held
}

// Values is the number of figures in the column that have a value.
func (c *Column) Values() int {
	if c == nil {
		return 0
	}
	return c.numbers
}

func (c *Column) holds(place int32) bool {
	return c != nil && place >= 0 && int(place) < len(c.marks) && c.marks[place].status != 0
}

// value answers the number at the place, if there is one.
func (c *Column) value(place int32) (float64, bool) {
	if c == nil || place < 0 || int(place) >= len(c.marks) || c.marks[place].has&hasValue == 0 {
		return 0, false
	}
	return c.values[place], true
}

func (c *Column) statusAt(place int32) Status {
	if !c.holds(place) {
		return NotHeld
	}
	return Status(c.codes.statuses.codes[c.marks[place].status])
}

func (c *Column) at(place int32) Figure {
	if !c.holds(place) {
		return Figure{Status: NotHeld}
	}
	m := c.marks[place]
	f := Figure{Status: Status(c.codes.statuses.codes[m.status])}
	if m.has&hasValue != 0 {
		f.Value = &c.values[place]
	}
	if m.has&hasNumerator != 0 {
		f.Numerator = &c.parts[place].numerator
	}
	if m.has&hasDenominator != 0 {
		f.Denominator = &c.parts[place].denominator
	}
	return f
}

// published answers the figure at the place, or nil where none is held.
func (c *Column) published(place int32) *Figure {
	if !c.holds(place) {
		return nil
	}
	f := c.at(place)
	return &f
}

func (c *Column) releaseAt(place int32) string {
	switch {
	case !c.holds(place):
		return ""
	case c.releases != nil:
		return c.codes.releases.codes[c.releases[place]]
	}
	return c.codes.releases.codes[c.release]
}

// observations goes through the figures after the geography that the filter
// admits. The filter's periods and indicators are the caller's matter.
func (c *Column) observations(after string, f ObservationFilter) iter.Seq[Observation] {
	return func(yield func(Observation) bool) {
		if c == nil {
			return
		}
		order := c.codes.byCode
		start, found := slices.BinarySearchFunc(order, after, func(place int32, code string) int {
			return strings.Compare(c.codes.places.codes[place], code)
		})
		if found {
			start++
		}
		for _, place := range order[start:] {
			if c.holds(place) && c.admitted(place, f) && !yield(c.observation(place)) {
				return
			}
		}
	}
}

func (c *Column) admitted(place int32, f ObservationFilter) bool {
	code := c.codes.places.codes[place]
	return admits(f.Geographies, code) &&
		(f.Level == "" || f.Level == LevelOf(code)) &&
		(f.Status == "" || string(f.Status) == c.codes.statuses.codes[c.marks[place].status]) &&
		(f.Release == "" || f.Release == c.releaseAt(place))
}

func (c *Column) observation(place int32) Observation {
	f := c.at(place)
	return Observation{
		Indicator: c.indicator, Period: c.period, Geography: c.codes.places.codes[place],
		Value: f.Value, Status: f.Status, Numerator: f.Numerator, Denominator: f.Denominator,
		ReleaseID: c.releaseAt(place),
	}
}
