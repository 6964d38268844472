package dfe

import (
	"math/big"
	"strconv"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// check holds a figure against its parts. A fraction where a percentage should be,
// and two columns that changed places, are numbers like others; what gives them away
// is that they are not what their parts make of them.
func (r *reader) check(p *plan, f *taken) {
	o := &f.figure
	row := f.from[0] // that of the value, or of the numerator where there is none
	if ind := p.indicator; ind.Unit.Proportion() && o.Value != nil && *o.Value > ind.Multiplier && p.value != nil {
		r.faultAt(row, p.value.plus[0], programme.FaultPartAboveWhole, text(o.Value), "The percentage is greater than 100.")
		return
	}
	if p.indicator.Unit.Proportion() && o.Numerator != nil && o.Denominator != nil && *o.Numerator > *o.Denominator {
		r.faultAt(row, p.numerator.plus[0], programme.FaultPartAboveWhole, text(o.Numerator)+" of "+text(o.Denominator), "The part is greater than the whole.")
		return
	}
	if p.value == nil || o.Value == nil || o.Numerator == nil || o.Denominator == nil {
		return
	}
	made := p.numerator.interval(o.Numerator, p.rounding[f.level], f.period).over(p.denominator.interval(o.Denominator, p.rounding[f.level], f.period))
	made = made.times(benchmark.Exact(p.indicator.Multiplier))
	if half := new(big.Rat).SetFrac64(1, 2); around(o.Value, half.Mul(half, unit(p.decimals))).meets(made) {
		return
	}
	given := text(o.Value) + " beside " + text(o.Numerator) + " of " + text(o.Denominator)
	if p.rounding == nil { // they may be rounded
		r.warn(row, p.value.plus[0], programme.FaultOutsideParts, given, "The published value is not what its parts make of it, and the mapping does not say to what they are rounded.")
		return
	}
	r.faultAt(row, p.value.plus[0], programme.FaultOutsideParts, given, "The published value is not what its parts make of it, whatever they were before they were rounded.")
}

// interval is where a number may have been before it was rounded.
type interval struct {
	low, high     *big.Rat // a high of nil is beyond every number
	lowIn, highIn bool     // whether the ends belong to it
}

// around answers the interval of what is rounded to x, half being half of the unit
// to which it is rounded: halves go up, so the lower end belongs to it and the upper
// does not. Without rounding it is x alone.
func around(x *float64, half *big.Rat) interval {
	at := benchmark.Exact(*x)
	return interval{new(big.Rat).Sub(at, half), new(big.Rat).Add(at, half), true, half.Sign() == 0}
}

// interval answers where a part may have been. Each of its columns was rounded by
// itself, before they were added and scaled. A count is not below nought.
func (p *part) interval(x *float64, to float64, period benchmark.Period) interval {
	half := new(big.Rat)
	if to > 0 && !p.exact {
		terms := int64(len(p.plus) + len(p.minus))
		half.Mul(benchmark.Exact(to), big.NewRat(terms, 2))
		half.Mul(half, benchmark.Exact(p.scale(period)))
	}
	i := around(x, half)
	if len(p.minus) > 0 && half.Sign() > 0 { // of what is taken away the upper end does not belong to it
		i.lowIn = false
	}
	if i.low.Sign() < 0 {
		i.low, i.lowIn = new(big.Rat), true
	}
	return i
}

// over answers the interval of the quotient of two that are not below nought.
func (i interval) over(d interval) interval {
	q := interval{low: new(big.Rat), lowIn: i.lowIn && d.highIn, highIn: i.highIn && d.lowIn}
	if d.high.Sign() > 0 {
		q.low.Quo(i.low, d.high)
		if i.low.Sign() == 0 { // nought over anything
			q.lowIn = i.lowIn
		}
	}
	switch {
	case i.high.Sign() == 0:
		q.high, q.highIn = new(big.Rat), i.highIn
	case d.low.Sign() > 0:
		q.high = new(big.Rat).Quo(i.high, d.low)
	}
	return q
}

func (i interval) times(x *big.Rat) interval {
	i.low = new(big.Rat).Mul(i.low, x)
	if i.high != nil {
		i.high = new(big.Rat).Mul(i.high, x)
	}
	return i
}

// meets reports whether a number is in both.
func (i interval) meets(other interval) bool {
	return i.reaches(other) && other.reaches(i)
}

// reaches reports whether the interval goes up to where the other begins.
func (i interval) reaches(other interval) bool {
	if i.high == nil {
		return true
	}
	c := i.high.Cmp(other.low)
	return c > 0 || c == 0 && i.highIn && other.lowIn
}

// unit is that of the last decimal.
func unit(decimals int) *big.Rat {
	power := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals)), nil)
	return new(big.Rat).SetFrac(big.NewInt(1), power)
}

func text(x *float64) string { return strconv.FormatFloat(*x, 'f', -1, 64) }
