package benchmark

import (
	"cmp"
	"slices"
	"strings"

	"peerchallenge/pkg/programme"
)

// Distribution is all of the programme's boroughs on one indicator in one
// period.
type Distribution struct {
	Summary Summary // of the boroughs with a value
	Region  *Figure // as published for the region, nil where nothing is held
	Code    string  // of the region, "" where the programme had no borough then
	England *Figure // as published for the nation, nil where nothing is held
	Items   []DistributionItem
}

// DistributionItem is one borough in a [Distribution].
type DistributionItem struct {
	Rank      *int // as in [Position]
	Borough   string
	Code      string // that it had on the period's last day, under which its figure stands
	SubRegion string // slug of its sub-region on the period's last day, or ""
	Figure    Figure
	Joint     *JointFigure // as in [Comparison]
}

// Distribution answers the boroughs that existed on the period's last day, best
// first, or greatest first on a neutral indicator, with ties by code. Those
// without a value come last, by code.
//
// It refuses a period that the system does not have.
func (s *Snapshot) Distribution(ind *Indicator, period string) (Distribution, error) {
	p := s.Period(period)
	if p == nil {
		return Distribution{}, programme.BadRequest(unknownPeriod)
	}
	column := s.Data.Column(period, ind.Code)
	boroughs := s.boroughsOn(p.EndsOn)
	var values []float64
	d := Distribution{Items: make([]DistributionItem, 0, len(boroughs))}
	for _, b := range boroughs {
		item := DistributionItem{Borough: b.borough, Code: b.code, SubRegion: programme.SubRegionOn(s.Memberships, b.borough, p.EndsOn)}
		item.Figure, _ = column.Figure(b.code)
		item.Joint = column.Joint(b.code)
		if item.Figure.Value != nil {
			values = append(values, *item.Figure.Value)
		}
		d.Items = append(d.Items, item)
	}
	d.Summary = Summarise(values)
	if len(boroughs) > 0 {
		d.Code = s.RegionOf(boroughs[0].borough)
		d.Region = heldFigure(column, d.Code)
	}
	d.England = heldFigure(column, England)
	slices.SortFunc(d.Items, func(a, b DistributionItem) int {
		return cmp.Or(bestFirst(ind.Polarity, a.Figure, b.Figure), strings.Compare(a.Borough, b.Borough))
	})
	rankItems(ind.Polarity, d.Items)
	return d, nil
}

// bestFirst orders figures with a value before those without.
func bestFirst(polarity Polarity, a, b Figure) int {
	switch {
	case a.Value == nil && b.Value == nil:
		return 0
	case a.Value == nil:
		return 1
	case b.Value == nil:
		return -1
	case polarity == Low:
		return cmp.Compare(*a.Value, *b.Value)
	}
	return cmp.Compare(*b.Value, *a.Value)
}

// rankItems ranks items that are in order, those with a value first.
func rankItems(polarity Polarity, items []DistributionItem) {
	if polarity == Neutral {
		return
	}
	for i := range items {
		if items[i].Figure.Value == nil {
			return
		}
		rank := i + 1
		if i > 0 && *items[i].Figure.Value == *items[i-1].Figure.Value {
			rank = *items[i-1].Rank
		}
		items[i].Rank = &rank
	}
}

func heldFigure(c *Column, geography string) *Figure {
	if f, _ := c.Figure(geography); f.Status != NotHeld {
		return &f
	}
	return nil
}
