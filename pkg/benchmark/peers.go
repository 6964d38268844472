package benchmark

import (
	"slices"
	"sync/atomic"
)

// Peers are [Groups] resolved for one [Dataset]: found once for a borough and
// a period, they serve every indicator. They are safe for any number of readers.
type Peers struct {
	Groups
	current    *sheet
	previous   *sheet // of the consecutive period
	borough    int32
	before     int32 // the borough in the previous period, where it may have had another code
	regionCode int32
	nation     int32
	region     *group
	england    *group
	subRegion  []int32
	neighbours []int32
	chosen     []int32
	inRegion   bool
	inEngland  bool
	isChosen   bool
}

// group is a set of authorities whose summary is worth keeping.
type group struct {
	codes  []string
	places []int32
}

// peerCache keeps the groups of the last Peers of a period. As long as they
// stay the same, so does the pointer, by which a column knows its summary.
type peerCache struct{ region, england atomic.Pointer[group] }

// groupSummary is a column's summary of a group, and who is left out of it.
type groupSummary struct {
	Summary

	group    *group
	excluded []Exclusion
}

// Resolve prepares the groups for comparisons within this dataset, in the
// groups' period.
func (d *Dataset) Resolve(g Groups) *Peers {
	code := g.Code(g.Period)
	p := &Peers{
		Groups:     g,
		borough:    d.place(code),
		regionCode: d.place(g.RegionCode),
		nation:     d.place(England),
		region:     &group{g.Region, d.places(g.Region)},
		england:    &group{g.England, d.places(g.England)},
		subRegion:  d.places(g.SubRegion),
		neighbours: d.places(g.Neighbours),
		chosen:     d.places(g.Chosen),
		inRegion:   slices.Contains(g.Region, code),
		inEngland:  slices.Contains(g.England, code),
		isChosen:   slices.Contains(g.Chosen, code),
	}
	if p.current = d.sheet(g.Period); p.current != nil {
		p.region = keep(&p.current.peers.region, p.region)
		p.england = keep(&p.current.peers.england, p.england)
	}
	if period, err := ParsePeriod(g.Period); err == nil {
		previous := period.Previous().Code
		p.previous, p.before = d.sheet(previous), d.place(g.Code(previous))
	}
	return p
}

// Compare answers how the borough stands on the indicator in the peers' dataset
// and period. See the function [Compare].
func (p *Peers) Compare(ind *Indicator) Comparison {
	return Compare(ind, p.current.column(ind.Code), p.previous.column(ind.Code), p)
}

// Holds reports whether anything is held on the indicator of the borough, its region or
// England, in the peers' dataset and period.
func (p *Peers) Holds(ind *Indicator) bool {
	c := p.current.column(ind.Code)
	return c.holds(p.borough) || c.holds(p.regionCode) || c.holds(p.nation)
}

// Place is what a table says of a borough on an indicator: a [Comparison] without what
// stands beside it.
type Place struct {
	Figure  Figure
	Release string
	Region  Position
	Band    string
}

// Place answers that of the borough in the peers' dataset and period.
func (p *Peers) Place(ind *Indicator) Place {
	c := p.current.column(ind.Code)
	at := Place{Figure: c.at(p.borough), Release: c.releaseAt(p.borough)}
	region, england := c.summaries(p)
	at.Region = c.position(ind, at.Figure.Value, p.region, p.inRegion, region.N)
	if p.inEngland && england.N >= MinimumN {
		at.Band = band(ind.Polarity, at.Figure.Value, england.Summary)
	}
	return at
}

// place answers the number of the geography, nowhere if it is unknown.
func (d *Dataset) place(geography string) int32 {
	if d == nil || d.codes == nil {
		return nowhere
	}
	return d.codes.places.find(geography)
}

func (d *Dataset) places(geographies []string) []int32 {
	places := make([]int32, len(geographies))
	for i, code := range geographies {
		places[i] = d.place(code)
	}
	return places
}

// keep answers the group that is kept, if it is the same, or keeps the new one.
func keep(kept *atomic.Pointer[group], g *group) *group {
	if old := kept.Load(); old != nil && slices.Equal(old.places, g.places) && slices.Equal(old.codes, g.codes) {
		return old
	}
	kept.Store(g)
	return g
}

// summary answers the column's summary of the group, from the given cache if it
// is there.
func (c *Column) summary(cache *atomic.Pointer[groupSummary], g *group) *groupSummary {
	if kept := cache.Load(); kept != nil && kept.group == g {
		return kept
	}
	s := c.summarised(g)
	cache.Store(s)
	return s
}

func (c *Column) summarised(g *group) *groupSummary {
	s := &groupSummary{group: g, Summary: Summarise(c.valuesAt(nil, g.places))}
	s.excluded = c.excluded(g.codes, g.places, s.N)
	return s
}

// valuesAt appends the values that are there.
func (c *Column) valuesAt(values []float64, places []int32) []float64 {
	for _, place := range places {
		if v, ok := c.value(place); ok {
			values = append(values, v)
		}
	}
	return values
}
