package benchmark

import (
	"maps"
	"slices"
	"strings"
)

// Builder makes a [Dataset] out of the one before and what has changed. It is
// for one goroutine and one dataset.
type Builder struct {
	prev    *Dataset
	codes   *codes
	owned   bool // codes may be written to; until then they are those of prev
	changed map[columnKey]*Column
	last    *Column // the column that was added to last: figures mostly come column by column
}

type columnKey struct{ period, indicator string }

// NewBuilder begins with everything that prev holds, which may be nil. prev
// itself never changes.
func NewBuilder(prev *Dataset) *Builder {
	b := &Builder{prev: prev, changed: map[columnKey]*Column{}}
	if prev != nil && prev.codes != nil {
		b.codes = prev.codes
		return b
	}
	b.codes = &codes{places: newNumbering(), releases: newNumbering(), statuses: newNumbering()}
	b.codes.statuses.add(string(NotHeld))
	b.owned = true
	return b
}

func newNumbering() numbering { return numbering{numbers: map[string]int32{}} }

// Replace drops the column, so that its figures can be added anew. A column to
// which nothing is added is gone.
func (b *Builder) Replace(period, indicator string) {
	b.open(columnKey{period, indicator}, nil)
}

// Add puts the figure in its place, where it takes the place of any other. The
// order of the figures does not matter. A number that is not finite counts as
// absent.
func (b *Builder) Add(o Observation) {
	c := b.column(o.Period, o.Indicator)
	place := b.number(b.codes.places.find(o.Geography), placesOf, o.Geography)
	release := b.number(b.codes.releases.find(o.ReleaseID), releasesOf, o.ReleaseID)
	status := b.number(b.codes.statuses.find(string(o.Status)), statusesOf, string(o.Status))
	if int(place) >= len(c.marks) {
		c.grow(max(int(place)+1, len(b.codes.places.codes)))
	}
	if c.marks[place].status == 0 {
		c.held++
	}
	c.setRelease(place, release)
	m := mark{status: uint8(status)} // #nosec G115 -- there are fewer than ten
	if v := finite(o.Value); v != nil {
		m.has |= hasValue
		c.values[place] = *v
	}
	m.has |= c.setParts(place, finite(o.Numerator), finite(o.Denominator))
	c.marks[place] = m
}

// Dataset answers what the builder holds. The builder is spent afterwards.
func (b *Builder) Dataset() *Dataset {
	if b.owned {
		b.codes.byCode = make([]int32, len(b.codes.places.codes))
		for i := range b.codes.byCode {
			b.codes.byCode[i] = int32(i)
		}
		slices.SortFunc(b.codes.byCode, func(x, y int32) int {
			return strings.Compare(b.codes.places.codes[x], b.codes.places.codes[y])
		})
		b.codes.together = b.codes.joined()
	}
	sheets := map[string]*sheet{}
	if b.prev != nil {
		for _, s := range b.prev.sheets {
			sheets[s.period] = s
		}
	}
	for period, columns := range b.changedByPeriod() {
		if s := sheets[period]; s != nil {
			for _, c := range s.columns {
				if _, changed := b.changed[columnKey{period, c.indicator}]; !changed {
					columns = append(columns, c)
				}
			}
		}
		delete(sheets, period)
		if len(columns) > 0 {
			slices.SortFunc(columns, func(x, y *Column) int { return strings.Compare(x.indicator, y.indicator) })
			sheets[period] = &sheet{period: columns[0].period, columns: columns}
		}
	}
	d := &Dataset{codes: b.codes, sheets: slices.Collect(maps.Values(sheets))}
	slices.SortFunc(d.sheets, func(x, y *sheet) int { return strings.Compare(x.period, y.period) })
	*b = Builder{}
	return d
}

// changedByPeriod answers the changed columns that hold anything. A period
// whose columns were only dropped is there without any.
func (b *Builder) changedByPeriod() map[string][]*Column {
	periods := map[string][]*Column{}
	for key, c := range b.changed {
		columns := periods[key.period]
		if c.held > 0 {
			c.codes, c.numbers = b.codes, c.counted()
			columns = append(columns, c)
		}
		periods[key.period] = columns
	}
	return periods
}

// counted answers how many of the column's figures have a value.
func (c *Column) counted() int {
	n := 0
	for _, m := range c.marks {
		n += int(m.has & hasValue)
	}
	return n
}

// column answers the column to write to, a copy where the previous dataset
// holds it.
func (b *Builder) column(period, indicator string) *Column {
	if b.last != nil && b.last.period == period && b.last.indicator == indicator {
		return b.last
	}
	key := columnKey{period, indicator}
	if c, ok := b.changed[key]; ok {
		b.last = c
		return c
	}
	return b.open(key, b.prev.Column(period, indicator))
}

// open makes the column a changed one that begins with the figures of the given
// one, or with none. The key's texts are copied, because they may be parts of
// much larger ones.
func (b *Builder) open(key columnKey, with *Column) *Column {
	key = columnKey{strings.Clone(key.period), strings.Clone(key.indicator)}
	c := &Column{period: key.period, indicator: key.indicator}
	if with != nil {
		c.held, c.release = with.held, with.release
		c.marks, c.values = slices.Clone(with.marks), slices.Clone(with.values)
		c.parts, c.releases = slices.Clone(with.parts), slices.Clone(with.releases)
	}
	b.changed[key] = c
	b.last = c
	return c
}

func placesOf(c *codes) *numbering   { return &c.places }
func releasesOf(c *codes) *numbering { return &c.releases }
func statusesOf(c *codes) *numbering { return &c.statuses }

// number answers the number that was found, or gives the code a new one. Codes
// that are shared with the dataset before are copied first, because its readers
// are reading them.
func (b *Builder) number(found int32, of func(*codes) *numbering, code string) int32 {
	if found != nowhere {
		return found
	}
	if !b.owned {
		b.codes = &codes{places: b.codes.places.clone(), releases: b.codes.releases.clone(), statuses: b.codes.statuses.clone()}
		b.owned = true
	}
	return of(b.codes).add(code)
}

func (n *numbering) clone() numbering {
	return numbering{codes: slices.Clone(n.codes), numbers: maps.Clone(n.numbers)}
}

// grow makes room for exactly n places: a column that grew by doubling would
// waste up to half of its memory, 40,000 times over.
func (c *Column) grow(n int) {
	c.marks = resized(c.marks, n)
	c.values = resized(c.values, n)
	if c.parts != nil {
		c.parts = resized(c.parts, n)
	}
	if c.releases != nil {
		c.releases = resized(c.releases, n)
	}
}

func resized[T any](old []T, n int) []T {
	s := make([]T, n)
	copy(s, old)
	return s
}

func (c *Column) setRelease(place, release int32) {
	if c.releases == nil {
		if c.held == 1 || c.release == release {
			c.release = release
			return
		}
		c.releases = make([]int32, len(c.marks))
		for i := range c.releases {
			c.releases[i] = c.release
		}
	}
	c.releases[place] = release
}

func (c *Column) setParts(place int32, numerator, denominator *float64) (has uint8) {
	if c.parts == nil {
		if numerator == nil && denominator == nil {
			return 0
		}
		c.parts = make([]parts, len(c.marks))
	}
	if numerator != nil {
		has |= hasNumerator
		c.parts[place].numerator = *numerator
	}
	if denominator != nil {
		has |= hasDenominator
		c.parts[place].denominator = *denominator
	}
	return has
}
