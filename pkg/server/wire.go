package server

import (
	"math"
	"slices"
	"strings"
	"time"

	"peerchallenge/api"
	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// since keeps what was changed at or after the instant, if one is given.
func since(instant *time.Time, changed time.Time) bool {
	return instant == nil || !changed.Before(*instant)
}

func dayOr(given *programme.Date, today programme.Date) programme.Date {
	if given == nil {
		return today
	}
	return *given
}

// rounded gives a statistic four decimals, half away from zero. Published values
// are never rounded.
func rounded(v *float64) *float64 {
	if v == nil {
		return nil
	}
	r := math.Round(*v*1e4) / 1e4
	return &r
}

func publishedWire(f *benchmark.Figure) api.PublishedFigure {
	if f == nil {
		return api.PublishedFigure{Status: api.FigureStatus(benchmark.NotHeld)}
	}
	return api.PublishedFigure{Value: f.Value, Status: api.FigureStatus(f.Status)}
}

// regionWire is what is published for a region, which may be none.
func regionWire(snapshot *benchmark.Snapshot, code string, f *benchmark.Figure) api.RegionFigure {
	published := publishedWire(f)
	return api.RegionFigure{Code: optional(code), Name: optional(snapshot.Name(code)), Value: published.Value, Status: published.Status}
}

// convert turns an optional text of one type into one of another.
func convert[To, From ~string](given *From) *To {
	if given == nil {
		return nil
	}
	to := To(*given)
	return &to
}

// words turns the values of a parameter that may be given several times into those
// of another type.
func words[To, From ~string](given *[]From) []To {
	to := make([]To, len(list(given)))
	for i, word := range list(given) {
		to[i] = To(word)
	}
	return to
}

// search answers what is looked for, in the form in which texts are kept.
func search(given *string) string { return programme.Normal(text(given)) }

// found reports whether one of the texts has what is looked for somewhere, whatever
// its letters' case.
func found(given *string, texts ...string) bool {
	looked := strings.ToLower(search(given))
	return slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(strings.ToLower(text), looked) })
}

// text answers an optional text, or "".
func text[S ~string](given *S) string {
	if given == nil {
		return ""
	}
	return string(*given)
}
