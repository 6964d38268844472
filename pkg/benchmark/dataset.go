package benchmark

import (
	"cmp"
	"iter"
	"slices"
	"strings"
)

// Dataset holds every published figure as an immutable column store: one
// [Column] over geographies for each period and indicator. It is safe for any
// number of readers at once. What changes is made by a [Builder], which shares
// the unchanged columns with the dataset before.
//
// A nil or a zero Dataset holds nothing.
type Dataset struct {
	codes  *codes
	sheets []*sheet // ordered by period
}

// sheet is everything that is held for one period.
type sheet struct {
	period  string
	columns []*Column // ordered by indicator
	peers   peerCache
}

// codes numbers the codes that columns refer to. A later dataset may know more
// of them, but a number never changes its meaning, so that old columns stay
// valid beside new ones.
type codes struct {
	places   numbering
	releases numbering
	statuses numbering         // number 0 is NotHeld
	byCode   []int32           // the places' numbers in order of their codes
	together map[int32][]int32 // the joint places to which a place belongs
}

// numbering maps codes to dense numbers and back.
type numbering struct {
	codes   []string
	numbers map[string]int32
}

// nowhere is the number of a place for which nothing is held at all.
const nowhere int32 = -1

func (n *numbering) find(code string) int32 {
	if number, ok := n.numbers[code]; ok {
		return number
	}
	return nowhere
}

// add gives a code that has no number the next one. The code is copied, because
// the caller's text may be part of a much larger one.
func (n *numbering) add(code string) int32 {
	number := int32(len(n.codes)) // #nosec G115 -- a country has thousands of codes
	code = strings.Clone(code)
	n.codes = append(n.codes, code)
	n.numbers[code] = number
	return number
}

// Column answers the figures of one indicator in one period, or nil where
// nothing is held.
func (d *Dataset) Column(period, indicator string) *Column {
	return d.sheet(period).column(indicator)
}

func (s *sheet) column(indicator string) *Column {
	if s == nil {
		return nil
	}
	i, found := slices.BinarySearchFunc(s.columns, indicator, compareIndicator)
	if !found {
		return nil
	}
	return s.columns[i]
}

func compareIndicator(c *Column, indicator string) int {
	return strings.Compare(c.indicator, indicator)
}
func comparePeriod(s *sheet, period string) int { return strings.Compare(s.period, period) }

func (d *Dataset) sheet(period string) *sheet {
	if d == nil {
		return nil
	}
	i, found := slices.BinarySearchFunc(d.sheets, period, comparePeriod)
	if !found {
		return nil
	}
	return d.sheets[i]
}

// Periods answers the codes of the periods for which anything is held, in
// order of their codes.
func (d *Dataset) Periods() []string {
	if d == nil {
		return nil
	}
	periods := make([]string, len(d.sheets))
	for i, s := range d.sheets {
		periods[i] = s.period
	}
	return periods
}

// Indicators answers the codes of the indicators for which anything is held in
// the period, in order.
func (d *Dataset) Indicators(period string) []string {
	s := d.sheet(period)
	if s == nil {
		return nil
	}
	indicators := make([]string, len(s.columns))
	for i, c := range s.columns {
		indicators[i] = c.indicator
	}
	return indicators
}

// Len is the number of figures held.
func (d *Dataset) Len() int { return d.Count(ObservationFilter{}) }

// ObservationKey is the place of an observation in the order of the list: by
// period, indicator and geography.
type ObservationKey struct {
	Period    string
	Indicator string
	Geography string
}

// Key answers the observation's place in the list.
func (o Observation) Key() ObservationKey {
	return ObservationKey{Period: o.Period, Indicator: o.Indicator, Geography: o.Geography}
}

// Compare orders keys as the list does.
func (k ObservationKey) Compare(other ObservationKey) int {
	return cmp.Or(
		strings.Compare(k.Period, other.Period),
		strings.Compare(k.Indicator, other.Indicator),
		strings.Compare(k.Geography, other.Geography))
}

// ObservationFilter narrows a list of observations. A member that is empty
// narrows nothing.
type ObservationFilter struct {
	Periods     []string
	Indicators  []string
	Geographies []string
	Level       Level
	Status      Status
	Release     string // id
}

// ofFigure reports whether the filter looks at anything below the column.
func (f ObservationFilter) ofFigure() bool {
	return len(f.Geographies) > 0 || f.Level != "" || f.Status != "" || f.Release != ""
}

func admits(wanted []string, code string) bool {
	return len(wanted) == 0 || slices.Contains(wanted, code)
}

// Observations goes through the figures that the filter admits, ordered by
// [ObservationKey], beginning after the given key (the zero key begins at the
// first). The numbers that the observations point to belong to the dataset and
// must not be changed.
func (d *Dataset) Observations(after ObservationKey, f ObservationFilter) iter.Seq[Observation] {
	return func(yield func(Observation) bool) {
		for c := range d.columnsFrom(after, f) {
			geography := ""
			if c.period == after.Period && c.indicator == after.Indicator {
				geography = after.Geography
			}
			for o := range c.observations(geography, f) {
				if !yield(o) {
					return
				}
			}
		}
	}
}

// Count is the number of figures that the filter admits.
func (d *Dataset) Count(f ObservationFilter) int {
	n := 0
	for c := range d.columnsFrom(ObservationKey{}, f) {
		if !f.ofFigure() {
			n += c.held
			continue
		}
		for range c.observations("", f) {
			n++
		}
	}
	return n
}

// columnsFrom goes through the columns that the filter admits, in order, from
// the one that the key lies in.
func (d *Dataset) columnsFrom(from ObservationKey, f ObservationFilter) iter.Seq[*Column] {
	return func(yield func(*Column) bool) {
		if d == nil {
			return
		}
		first, _ := slices.BinarySearchFunc(d.sheets, from.Period, comparePeriod)
		for _, s := range d.sheets[first:] {
			if !admits(f.Periods, s.period) {
				continue
			}
			start := 0
			if s.period == from.Period {
				start, _ = slices.BinarySearchFunc(s.columns, from.Indicator, compareIndicator)
			}
			for _, c := range s.columns[start:] {
				if admits(f.Indicators, c.indicator) && !yield(c) {
					return
				}
			}
		}
	}
}
