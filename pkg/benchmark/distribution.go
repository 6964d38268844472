package benchmark

import (
	"cmp"
	"slices"
	"strings"

	"peerchallenge/pkg/programme"
)

// Distribution is a set of authorities on one indicator in one period.
type Distribution struct {
	Summary Summary // of the members with a value
	Region  *Figure // as published for the region, nil where nothing is held
	Code    string  // of the region, "" where the programme had no borough then
	England *Figure // as published for the nation, nil where nothing is held
	RankedN int     // how many have a rank, or would where no end is the good one: those in Items with a value
	Items   []DistributionItem
}

// DistributionItem is one authority in a [Distribution].
type DistributionItem struct {
	Rank      *int // as in [Position], among all items
	Borough   string
	Code      string // that it had on the period's last day, under which its figure stands
	SubRegion string // slug of its sub-region on the period's last day, or ""
	Figure    Figure
	Joint     *JointFigure // as in [Comparison]
	Member    bool         // false of a borough that stands beside a set to which it does not belong
	Nearness  int          // of a statistical neighbour, 1 the closest; 0 of all others
	Closeness string       // of a statistical neighbour, in the model's words; "" of all others
}

// Distribution answers the members of the set, best first, or greatest first on a neutral
// indicator, with ties by code, and those without a value last, by code. Neighbours are in
// order of their closeness instead. The borough that the set names has a place among them,
// before all neighbours; only where it is a member does it count in the summary.
//
// It refuses a period that the system does not have.
func (s *Snapshot) Distribution(ind *Indicator, period string, set Set) (Distribution, error) {
	p := s.Period(period)
	if p == nil {
		return Distribution{}, programme.BadRequest(unknownPeriod)
	}
	a := s.Assembly(p, set.Model)
	column, members := s.Data.Column(period, ind.Code), a.members(set)
	d := Distribution{Items: make([]DistributionItem, 0, len(members)+1), Code: a.regionOf(set)}
	var neighbours []Neighbour // as many and in the order of the members
	if set.Among == AmongNeighbours {
		neighbours = s.NeighboursOf(a.model, set.Borough)
	}
	var values []float64
	for i, m := range members {
		item := a.item(column, m)
		item.Member = true
		if neighbours != nil {
			item.Nearness, item.Closeness = neighbours[i].Rank, neighbours[i].Closeness
		}
		if item.Figure.Value != nil {
			values = append(values, *item.Figure.Value)
		}
		d.Items = append(d.Items, item)
	}
	d.Summary = Summarise(values)
	if own := s.codeIn(set.Borough, *p); set.Borough != "" && !slices.ContainsFunc(members, func(m coded) bool { return m.code == own }) {
		d.Items = append(d.Items, a.item(column, coded{set.Borough, own}))
	}
	if d.Code != "" {
		d.Region = heldFigure(column, d.Code)
	}
	d.England = heldFigure(column, England)
	slices.SortFunc(d.Items, func(a, b DistributionItem) int {
		return cmp.Or(bestFirst(ind.Polarity, a.Figure, b.Figure), strings.Compare(a.Borough, b.Borough))
	})
	d.RankedN = rankItems(ind.Polarity, d.Items)
	if set.Among == AmongNeighbours {
		slices.SortFunc(d.Items, func(a, b DistributionItem) int { return cmp.Compare(a.Nearness, b.Nearness) })
	}
	return d, nil
}

// item answers what the column says of the authority.
func (a *Assembly) item(column *Column, of coded) DistributionItem {
	item := DistributionItem{Borough: of.borough, Code: of.code, SubRegion: programme.SubRegionOn(a.snapshot.Memberships, of.borough, a.period.EndsOn), Joint: column.Joint(of.code)}
	item.Figure, _ = column.Figure(of.code)
	return item
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

// rankItems ranks items that are in order, those with a value first, and answers how many
// these are. On a neutral indicator none has a rank.
func rankItems(polarity Polarity, items []DistributionItem) int {
	for i := range items {
		if items[i].Figure.Value == nil {
			return i
		}
		if polarity == Neutral {
			continue
		}
		rank := i + 1
		if i > 0 && *items[i].Figure.Value == *items[i-1].Figure.Value {
			rank = *items[i-1].Rank
		}
		items[i].Rank = &rank
	}
	return len(items)
}

func heldFigure(c *Column, geography string) *Figure {
	if f, _ := c.Figure(geography); f.Status != NotHeld {
		return &f
	}
	return nil
}
