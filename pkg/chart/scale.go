package chart

import (
	"math"
	"strconv"
	"strings"
)

// scale puts values between two ends on a line.
type scale struct {
	low, high float64 // of the axis, in values
	step      float64 // from one tick to the next
	from, to  float64 // in lengths
}

// newScale answers an axis of whole steps that has room for the values. It begins at zero
// unless it may float, and all that it holds lies far from there.
func newScale(values []float64, float bool, from, to float64) scale {
	low, high := 0.0, 0.0
	for i, v := range values {
		if i == 0 || v < low {
			low = v
		}
		if i == 0 || v > high {
			high = v
		}
	}
	if !float || low < high/2 {
		low, high = min(low, 0), max(high, 0)
	}
	if high-low < 1e-3 {
		high = low + 1
	}
	const ticks = 5
	step := math.Pow(10, math.Floor(math.Log10((high-low)/ticks)))
	for _, times := range []float64{1, 2, 5, 10} {
		if step*times >= (high-low)/ticks {
			step *= times
			break
		}
	}
	return scale{low: math.Floor(low/step+1e-9) * step, high: math.Ceil(high/step-1e-9) * step, step: step, from: from, to: to}
}

func (s scale) at(value float64) float64 {
	return s.from + (value-s.low)/(s.high-s.low)*(s.to-s.from)
}

// ticks are the values at which the axis is marked.
func (s scale) ticks() []float64 {
	ticks := make([]float64, 0, 12)
	for i := range int(math.Round((s.high-s.low)/s.step)) + 1 {
		ticks = append(ticks, s.low+float64(i)*s.step)
	}
	return ticks
}

// label writes a tick with the decimals of the step, thousands apart.
func (s scale) label(tick float64) string {
	text := strconv.FormatFloat(math.Abs(tick), 'f', max(0, int(-math.Floor(math.Log10(s.step)+1e-9))), 64)
	whole, part, _ := strings.Cut(text, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if part != "" {
		whole += "." + part
	}
	if tick < -s.step/2 {
		whole = "-" + whole
	}
	return whole
}
