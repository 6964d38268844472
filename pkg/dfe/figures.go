package dfe

import (
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// symbols stand in the files where a number might (Explore Education
// Statistics' conventions, old and new).
var symbols = map[string]benchmark.Status{
	"c": benchmark.Confidential, "z": benchmark.NotApplicable, "x": benchmark.NotAvailable, "low": benchmark.LowValue,
	"k": benchmark.RoundsToZero, "u": benchmark.Unreliable, ":": benchmark.OlderMissing,
}

// plan is a measure made ready for rows.
type plan struct {
	*measure

	indicator *benchmark.Indicator
	rounding  rounding // nil where the mapping names none
	kinds     []rows   // the rows that a figure is put together from: its own, and those of its parts
}

// rows are those of one selection, and what is taken from them.
type rows struct {
	where selection
	takes [3]*part // value, numerator, denominator; nil where they come from elsewhere
}

// The numbers of which a figure is put together.
const (
	theValue = iota
	theNumerator
	theDenominator
)

// cell is where a figure belongs: by measure, period and place.
type cell struct{ plan, period, geography int }

// taken is a figure that is put together, from one row or several.
type taken struct {
	cell

	level   benchmark.Level
	period  benchmark.Period
	numbers [3]number
	from    [3]int // the rows of the plan's kinds, 0 for one that has not been met
	figure  benchmark.Observation
}

// number is what stands where a number might.
type number struct {
	value  *float64
	status benchmark.Status
	row    int // in which it was read
}

// plan makes the mapping's measures ready, and checks that their indicators are
// there and in the mapping's unit.
func (r *reader) plan() bool {
	for i := range r.mapping.measures {
		m := &r.mapping.measures[i]
		p := plan{measure: m, indicator: r.known.indicators[m.indicator], rounding: m.rounding}
		if p.rounding == nil {
			p.rounding = r.mapping.rounding
		}
		column := m.columns()[0]
		switch {
		case p.indicator == nil:
			r.fault(column, programme.FaultUnknownIndicator, m.indicator, "There is no such indicator, which the mapping %s gives.", r.mapping.Key)
			continue
		case p.indicator.Unit != m.unit:
			r.fault(column, programme.FaultUnit, m.indicator, "The mapping gives this indicator in %s, and its definition is in %s.", m.unit, p.indicator.Unit)
			continue
		}
		for k, source := range []*part{m.value, m.numerator, m.denominator} {
			if source == nil || source.population {
				continue
			}
			p.take(m.where.but(source.row), k, source)
		}
		r.plans = append(r.plans, p)
	}
	for _, t := range r.mapping.place.together {
		for _, member := range t.members {
			if r.known.authorities[member] == nil {
				r.fault("", programme.FaultUnknownAuthority, member, "There is no authority with this code, which the mapping %s names.", r.mapping.Key)
			}
		}
	}
	return r.faults.Count() == 0
}

// take adds that a number comes from rows of the selection.
func (p *plan) take(where selection, k int, source *part) {
	for i := range p.kinds {
		if p.kinds[i].where.equal(where) {
			p.kinds[i].takes[k] = source
			return
		}
	}
	one := rows{where: where}
	one.takes[k] = source
	p.kinds = append(p.kinds, one)
}

// columns are those in which the measure's numbers stand.
func (m *measure) columns() []string {
	var columns []string
	for _, source := range []*part{m.value, m.numerator, m.denominator} {
		if source != nil {
			columns = append(columns, source.plus...)
		}
	}
	return columns
}

// but answers the selection with other groups in some columns.
func (s selection) but(other selection) selection {
	out := selection{}
	maps.Copy(out, s)
	maps.Copy(out, other)
	return out
}

func (s selection) equal(other selection) bool {
	if len(s) != len(other) {
		return false
	}
	for column, values := range s {
		if !slices.Equal(values, other[column]) {
			return false
		}
	}
	return true
}

// selects reports whether the present row is one of those meant.
func (r *reader) selects(s selection) bool {
	for column, values := range s {
		if !slices.Contains(values, r.cell(column)) {
			return false
		}
	}
	return true
}

// inGroups reports whether the groups of the present row are known.
func (r *reader) inGroups() bool {
	known := true
	for i := range r.mapping.groups {
		g := &r.mapping.groups[i]
		if given := r.cell(g.column); !slices.Contains(g.values, given) {
			r.fault(g.column, programme.FaultUnknownFilter, given, "This is none of the groups that this kind of file has.")
			known = false
		}
	}
	return known
}

// observe takes the measures' numbers from a row. All cells are read whatever is
// wrong with the others, so that every fault is found at once.
func (r *reader) observe() {
	level, read := r.level()
	if !read {
		return
	}
	known := r.inGroups()
	var period benchmark.Period
	var place geography
	asked, right := false, false
	for i := range r.plans {
		p := &r.plans[i]
		for k := range p.kinds {
			if !known && len(p.kinds[k].where) > 0 || !r.selects(p.kinds[k].where) {
				continue
			}
			if !asked {
				asked = true
				var dated, placed bool
				period, dated = r.period()
				place, placed = r.geography(level, period)
				right = dated && placed
			}
			r.fill(i, k, level, period, place, right)
		}
	}
}

// fill puts the numbers of one kind of row into the figure to which they belong.
func (r *reader) fill(i, k int, level benchmark.Level, period benchmark.Period, place geography, right bool) {
	p := &r.plans[i]
	var read [3]number
	numbers := false
	for part, source := range p.kinds[k].takes {
		if source != nil {
			read[part] = r.source(source, period)
			numbers = numbers || read[part].value != nil
		}
	}
	switch {
	case !right:
		return
	case place.absent != nil: // a file may keep rows for who is not there, with symbols in them
		if numbers {
			r.fault(r.mapping.place.column(level), place.absent.Code, place.absent.Given, "%s", place.absent.Detail)
		}
		return
	}
	f := r.figure(cell{i, r.numberOf(period.Code), r.numberOf(place.code)}, level, period)
	if f.from[k] > 0 {
		r.again("", f.from[k])
		return
	}
	f.from[k] = r.row.Number
	for part, source := range p.kinds[k].takes {
		if source != nil {
			f.numbers[part] = read[part]
		}
	}
	for k := range p.kinds {
		if f.from[k] == 0 {
			return
		}
	}
	r.complete(p, f, place.code)
}

// figure answers the one that is put together at the place.
func (r *reader) figure(at cell, level benchmark.Level, period benchmark.Period) *taken {
	i, there := r.cells[at]
	if !there {
		i = len(r.figures)
		r.cells[at] = i
		r.figures = append(r.figures, taken{cell: at, level: level, period: period})
	}
	return &r.figures[i]
}

// numberOf gives the code of a period or a place a number, so that a figure's place in the file costs
// no text.
func (r *reader) numberOf(code string) int {
	i, there := r.coded[code]
	if !there {
		i = len(r.coded)
		r.coded[code] = i
	}
	return i
}

// complete makes a figure of its numbers, once all rows are there.
func (r *reader) complete(p *plan, f *taken, geography string) {
	o := benchmark.Observation{Indicator: p.indicator.Code, Period: f.period.Code, Geography: geography}
	o.Numerator, o.Denominator = f.numbers[theNumerator].value, f.numbers[theDenominator].value
	if p.denominator != nil && p.denominator.population {
		o.Denominator = r.known.estimates.For(geography, f.period)
	}
	if p.value != nil {
		o.Value, o.Status = f.numbers[theValue].value, f.numbers[theValue].status
	} else {
		o.Value, o.Status = benchmark.Rate(*p.indicator, o.Numerator, f.numbers[theNumerator].status, o.Denominator)
	}
	f.figure = o
	r.check(p, f)
}

// incomplete notes figures of which a row is not there: the total of a group, or the
// group of a total.
func (r *reader) incomplete() {
	for i := range r.figures {
		f := &r.figures[i]
		for k := range r.plans[f.plan].kinds {
			if f.from[k] > 0 {
				continue
			}
			r.faultAt(max(f.from[0], f.from[1], f.from[2]), "", programme.FaultMissingRow, r.plans[f.plan].measure.indicator, "The row is there, and another that the figure needs is not: its own, or that of its numerator or denominator.")
		}
	}
}

// source reads a number from the present row, for a period.
func (r *reader) source(p *part, period benchmark.Period) number {
	scale := p.scale(period)
	if len(p.plus) == 1 && len(p.minus) == 0 && scale == 1 {
		return r.number(p.plus[0])
	}
	sum, missing := new(big.Rat), number{}
	add := func(columns []string, sign int64) {
		for _, column := range columns {
			n := r.number(column)
			switch {
			case n.value != nil:
				term := benchmark.Exact(*n.value)
				sum.Add(sum, term.Mul(term, big.NewRat(sign, 1)))
			case missing.status == "":
				missing = n
			}
		}
	}
	add(p.plus, 1)
	add(p.minus, -1)
	if missing.status != "" {
		return missing
	}
	value, _ := sum.Mul(sum, benchmark.Exact(scale)).Float64()
	if value < 0 {
		r.fault(p.plus[0], programme.FaultNegative, "", "The difference of its columns is negative.")
	}
	return number{value: &value, status: benchmark.Reported, row: r.row.Number}
}

// scale is what the number is multiplied by.
func (p *part) scale(period benchmark.Period) float64 {
	if p.inLeapYear > 0 && leap(period) {
		return p.inLeapYear
	}
	return p.times
}

// number reads the number in the column, or the symbol that stands in its place. A
// cell that serves several indicators is read once.
func (r *reader) number(column string) number {
	at := r.columns[column]
	if r.numbers == nil {
		r.numbers = make([]number, len(r.table.Header().Cells))
	}
	if n := r.numbers[at]; n.row == r.row.Number {
		return n
	}
	n := r.parse(column, r.cell(column))
	n.row = r.row.Number
	r.numbers[at] = n
	return n
}

func (r *reader) parse(column, text string) number {
	if status, is := symbols[text]; is {
		return number{status: status}
	}
	if r.table.Form().Workbook {
		text = unworked(text)
	}
	if !plainNumber(text) {
		r.fault(column, programme.FaultNotANumber, text, "This is neither a number nor one of the symbols c, z, x, low, k, u and :.")
		return number{status: benchmark.NotAvailable}
	}
	value, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil:
		r.fault(column, programme.FaultNotANumber, text, "The number is too great.")
		return number{status: benchmark.NotAvailable}
	case text[0] == '-':
		r.fault(column, programme.FaultNegative, text, "The number is negative.")
		return number{status: benchmark.NotAvailable}
	}
	return number{value: &value, status: benchmark.Reported}
}

// unworked answers a workbook's number as people wrote it: a workbook keeps 22.6 as
// 22.600000000000001, of which 15 digits are meant, and small ones with an exponent.
func unworked(text string) string {
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || strings.Trim(text, "0123456789.-+eE") != "" {
		return text
	}
	if value, err = strconv.ParseFloat(strconv.FormatFloat(value, 'g', 15, 64), 64); err != nil {
		return text
	}
	return strconv.FormatFloat(value, 'f', -1, 64)
}

// plainNumber reports whether the text is digits, with a point between them at most.
func plainNumber(text string) bool {
	text = strings.TrimPrefix(text, "-")
	whole, decimals, point := strings.Cut(text, ".")
	digits := func(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
	return digits(whole) && (!point || digits(decimals))
}
