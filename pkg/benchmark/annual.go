package benchmark

import "slices"

// Annual is what was last published on an indicator for a year, or as at a day of one.
type Annual struct {
	Period  Period
	England float64

	snapshot *Snapshot
	column   *Column
}

// LastAnnual answers the newest period other than a quarter for which the nation has a
// value on the indicator; nil where it never had one.
func (s *Snapshot) LastAnnual(indicator string) *Annual {
	for _, p := range slices.Backward(s.Periods) {
		if p.Kind == Quarter {
			continue
		}
		column := s.Data.Column(p.Code, indicator)
		if f, _ := column.Figure(England); f.Value != nil {
			return &Annual{p, *f.Value, s, column}
		}
	}
	return nil
}

// Neighbours answers the mean of what was published then for a borough's statistical
// neighbours by the newest model, wherever they are; nil where none has a value. n is how
// many have one.
func (a *Annual) Neighbours(borough string) (mean *float64, n int) {
	var values []float64
	for _, n := range a.snapshot.NeighboursOf(a.snapshot.NewestModel(), borough) {
		if f, _ := a.column.Figure(a.snapshot.codeIn(n.Neighbour, a.Period)); f.Value != nil {
			values = append(values, *f.Value)
		}
	}
	return Mean(values), len(values)
}
