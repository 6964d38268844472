package benchmark

import "slices"

// Compare answers how the peers' borough stands on the indicator. The columns
// are the indicator's in the peers' period and in the period before it
// ([Period.Previous]); either may be nil. Columns and peers must be of one
// dataset.
//
// The numbers that the comparison points to may be shared with the dataset and
// with other comparisons, and must not be changed.
func Compare(ind *Indicator, current, previous *Column, peers *Peers) Comparison {
	figure := current.at(peers.borough)
	c := Comparison{
		Indicator: ind,
		Figure:    figure,
		Joint:     current.joint(peers.borough),
		Release:   current.releaseAt(peers.borough),
		Interval:  ind.Interval(figure),
		Previous:  previous.published(peers.before),
		Before:    previous.releaseAt(peers.before),
	}
	if c.Previous != nil {
		c.Change = difference(figure.Value, c.Previous.Value)
	}
	region, england := current.summaries(peers)
	c.Region = Region{
		Position:  current.position(ind, figure.Value, peers.region, peers.inRegion, region.N),
		Published: current.published(peers.regionCode),
		Release:   current.releaseAt(peers.regionCode),
		Mean:      region.Mean, P20: region.P20, P80: region.P80,
	}
	c.England = Nation{
		Position:  current.position(ind, figure.Value, peers.england, peers.inEngland, england.N),
		Published: current.published(peers.nation),
		Release:   current.releaseAt(peers.nation),

		LowerQuartile: england.LowerQuartile, Median: england.Median, UpperQuartile: england.UpperQuartile,
	}
	c.Region.Significance = significance(ind, c.Interval, c.Region.Published)
	c.England.Significance = significance(ind, c.Interval, c.England.Published)
	if peers.inRegion && region.N >= MinimumN {
		c.Region.Exception = exception(figure.Value, region.Summary)
	}
	if peers.inEngland && england.N >= MinimumN {
		c.England.Band = band(ind.Polarity, figure.Value, england.Summary)
	}
	c.SubRegion = current.pooled(ind, peers.subRegion)
	c.Neighbours = current.average(peers.neighbours)
	c.Gap = ind.Gap(figure, c.Neighbours.Median)
	if peers.Chosen != nil {
		c.Chosen = current.beside(ind, figure.Value, peers)
	}
	c.Excluded = Exclusions{
		Region:     region.excluded,
		England:    england.excluded,
		SubRegion:  current.excluded(peers.SubRegion, peers.subRegion, c.SubRegion.N),
		Neighbours: current.excluded(peers.Neighbours, peers.neighbours, c.Neighbours.N),
	}
	return c
}

// significance compares with what is published for a whole, which may be nothing.
func significance(ind *Indicator, value *Interval, whole *Figure) Significance {
	if whole == nil {
		return NotCompared
	}
	return Significant(ind.Polarity, value, whole.Value)
}

func (c *Column) summaries(peers *Peers) (region, england *groupSummary) {
	if c == nil {
		return c.summarised(peers.region), c.summarised(peers.england)
	}
	return c.summary(&c.region, peers.region), c.summary(&c.england, peers.england)
}

// position answers the borough's place in the group. One that is no member of
// it, an authority abolished since perhaps, has no rank there.
func (c *Column) position(ind *Indicator, value *float64, g *group, member bool, n int) Position {
	p := Position{N: n}
	if value == nil || !member || ind.Polarity == Neutral {
		return p
	}
	rank := 1 + c.better(ind.Polarity, *value, g.places)
	p.Rank = &rank
	return p
}

// better counts the places whose value lies nearer to the good end.
func (c *Column) better(polarity Polarity, value float64, places []int32) int {
	sign := 1.0
	if polarity == High {
		sign = -1
	}
	value *= sign
	n := 0
	for _, place := range places {
		if v, ok := c.value(place); ok {
			// Counted without a jump, which a processor would foresee wrongly half
			// of the time: no other loop of a comparison is as long.
			one := 0
			if sign*v < value {
				one = 1
			}
			n += one
		}
	}
	return n
}

// exception compares with the percentiles by value, whatever the polarity: a
// borough exactly on one is none.
func exception(value *float64, region Summary) Exception {
	switch {
	case value == nil || region.P20 == nil || region.P80 == nil:
		return NoException
	case *value < *region.P20:
		return Bottom20
	case *value > *region.P80:
		return Top20
	}
	return NoException
}

// band answers the letter of the quarter that the value lies in. The quarters
// are the same for either polarity, and a value on an edge belongs to the lower
// one; only the letters change ends.
func band(polarity Polarity, value *float64, england Summary) string {
	if value == nil || polarity == Neutral || england.LowerQuartile == nil || england.Median == nil || england.UpperQuartile == nil {
		return ""
	}
	quarter := 0
	for _, edge := range [...]float64{*england.LowerQuartile, *england.Median, *england.UpperQuartile} {
		if *value > edge {
			quarter++
		}
	}
	if polarity == High {
		quarter = 3 - quarter
	}
	return "ABCD"[quarter : quarter+1]
}

// pooled answers the group's figure as if it were one authority, and its mean.
func (c *Column) pooled(ind *Indicator, places []int32) Pooled {
	var few [16]float64
	values := few[:0]
	var numerator, denominator float64
	whole := true
	for _, place := range places {
		v, ok := c.value(place)
		if !ok {
			continue
		}
		values = append(values, v)
		f := c.at(place)
		if f.Numerator == nil || f.Denominator == nil {
			whole = false
			continue
		}
		numerator += *f.Numerator
		denominator += *f.Denominator
	}
	p := Pooled{Mean: Mean(values), N: len(values)}
	if whole && denominator > 0 {
		p.Pooled = finiteValue(numerator / denominator * ind.Multiplier)
	}
	if p.Pooled != nil {
		p.PooledN = p.N
	}
	return p
}

func (c *Column) average(places []int32) Average {
	var few [16]float64
	values := c.valuesAt(few[:0], places)
	return Average{Mean: Mean(values), Median: Median(values), N: len(values)}
}

// excluded answers the members without a value. n is the number of members that have one.
func (c *Column) excluded(codes []string, places []int32, n int) []Exclusion {
	if n == len(codes) {
		return nil
	}
	var out []Exclusion
	for i, place := range places {
		if _, ok := c.value(place); ok {
			continue
		}
		status := c.statusAt(place)
		k := slices.IndexFunc(out, func(e Exclusion) bool { return e.Status == status })
		if k < 0 {
			k, out = len(out), append(out, Exclusion{Status: status})
		}
		out[k].Authorities = append(out[k].Authorities, codes[i])
	}
	return out
}
