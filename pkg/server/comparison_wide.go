package server

import (
	"iter"
	"slices"

	"peerchallenge/api"
	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// latestPeriod stands for the newest period of each indicator: see [benchmark.Snapshot.Latest].
const latestPeriod = "latest"

// compared is one row of a request for comparisons.
type compared struct {
	borough   string
	period    *benchmark.Period
	indicator *benchmark.Indicator
}

func (c compared) key() []string {
	return []string{c.borough, string(c.period.EndsOn), string(c.period.StartsOn), c.indicator.Code}
}

// comparing is a request for comparisons: what it asks for, and what its rows share.
type comparing struct {
	snapshot *benchmark.Snapshot
	boroughs []string // by code
	periods  []comparedPeriod
	named    bool // the indicators are: then one without any figure is a row too
	latest   bool
	model    string
	full     bool
	worse    bool // only what is worse and worsening
	region   bool // than the region
	last     *standing
}

// comparedPeriod is a period and what is compared in it.
type comparedPeriod struct {
	*benchmark.Period

	assembly   *benchmark.Assembly
	indicators []*benchmark.Indicator // by code
}

// standing is one borough in one period: what all of its comparisons share.
type standing struct {
	groups                  benchmark.Groups
	period                  *benchmark.Period
	peers                   *benchmark.Peers
	boroughName, periodName string
	periodKind              api.PeriodKind
	code                    string // under which the borough's figures stand
	previous, codeBefore    string // the period before, and the borough's code in it
}

// newComparing reads a request whose boroughs, periods, indicators and model are all
// there. It refuses the newest period of an indicator that has none, and everything
// behind the numbers of more than one borough in one period.
func newComparing(snapshot *benchmark.Snapshot, p api.ListComparisonsParams) (*comparing, error) {
	c := &comparing{
		snapshot: snapshot, boroughs: slices.Compact(slices.Sorted(slices.Values(p.Borough))), named: p.Indicator != nil,
		latest: slices.Contains(p.Period, latestPeriod), model: text(p.Model),
	}
	if c.model == "" {
		c.model = snapshot.NewestModel()
	}
	faults := c.choose(p)
	one := len(c.boroughs) == 1 && c.onePeriod() != nil
	c.full = one && (p.Method == nil || *p.Method == api.Full)
	if p.Method != nil && *p.Method == api.Full && !one {
		faults = append(faults, programme.Fault{Parameter: "method", Code: programme.FaultNotAllowed, Detail: "Everything behind the numbers is said of one borough in one period that is named."})
	}
	c.worse, c.region = p.Attention != nil, p.Against != nil && *p.Against == api.AttentionAgainstRegion
	if p.Against != nil && !c.worse {
		faults = append(faults, programme.Fault{Parameter: "against", Code: programme.FaultNotAllowed, Detail: "What is compared is compared with both; only attention is asked against one of them."})
	}
	return c, refuseParameters(faults)
}

// beside puts the peers beside every row.
func (c *comparing) beside(peers []string) {
	for i := range c.periods {
		c.periods[i].assembly.Choose(peers)
	}
}

// choose finds the indicators of each period.
func (c *comparing) choose(p api.ListComparisonsParams) (faults []programme.Fault) {
	indicators := kept(c.snapshot.Indicators, func(ind *benchmark.Indicator) bool {
		return (p.Theme == nil || ind.Theme == *p.Theme) && (!c.named || slices.Contains(*p.Indicator, ind.Code))
	})
	for _, code := range p.Period {
		if code != latestPeriod && c.in(c.snapshot.Period(code)) == nil {
			c.periods = append(c.periods, comparedPeriod{Period: c.snapshot.Period(code), indicators: indicators})
		}
	}
	if c.latest {
		faults = c.chooseLatest(indicators)
	}
	slices.SortFunc(c.periods, func(a, b comparedPeriod) int { return benchmark.ComparePeriods(*a.Period, *b.Period) })
	for i := range c.periods {
		c.periods[i].assembly = c.snapshot.Assembly(c.periods[i].Period, c.model)
	}
	return faults
}

// chooseLatest adds to the periods that are named, whose indicators are shared and stay
// as they are, the newest of each indicator.
func (c *comparing) chooseLatest(indicators []*benchmark.Indicator) (faults []programme.Fault) {
	named := len(c.periods)
	for _, ind := range indicators {
		newest := c.snapshot.Latest(ind.Code)
		if newest == nil {
			if c.named {
				faults = append(faults, programme.UnknownParameter("indicator", "Nobody has a figure on "+ind.Code+", so it has no latest period."))
			}
			continue
		}
		at := c.in(newest)
		switch {
		case at == nil:
			c.periods = append(c.periods, comparedPeriod{Period: newest, indicators: []*benchmark.Indicator{ind}})
		case !slices.ContainsFunc(c.periods[:named], func(p comparedPeriod) bool { return p.Period == newest }):
			at.indicators = append(at.indicators, ind)
		}
	}
	return faults
}

func (c *comparing) in(p *benchmark.Period) *comparedPeriod {
	if i := slices.IndexFunc(c.periods, func(q comparedPeriod) bool { return q.Period == p }); i >= 0 {
		return &c.periods[i]
	}
	return nil
}

// onePeriod answers the only period, where it is named; nil where there are several.
func (c *comparing) onePeriod() *benchmark.Period {
	if c.latest || len(c.periods) != 1 {
		return nil
	}
	return c.periods[0].Period
}

// rows are the comparisons asked for; where no indicator is named, those for which the
// borough, its region or England has a figure; where attention is asked for, those alone
// that need it.
func (c *comparing) rows() rows[compared] {
	n := 0
	for _, p := range c.periods {
		n += len(p.indicators)
	}
	all := rows[compared]{key: compared.key, width: 4, after: c.after, total: func() int { return len(c.boroughs) * n }}
	if c.worse {
		return all.only(func(row compared) bool {
			compared := c.at(row.borough, row.period).peers.Compare(row.indicator)
			return c.snapshot.WorseAndWorsening(&compared, row.borough, row.period, c.region)
		})
	}
	if c.named {
		return all
	}
	return all.only(func(row compared) bool {
		return c.at(row.borough, row.period).peers.Holds(row.indicator)
	})
}

// after goes through the rows that come after the key, without those before it.
func (c *comparing) after(key []string) iter.Seq[compared] {
	return func(yield func(compared) bool) {
		for _, borough := range c.boroughs {
			for _, p := range c.periods {
				place := 1 // of this borough and period against those of the key
				if key != nil {
					place = slices.Compare([]string{borough, string(p.EndsOn), string(p.StartsOn)}, key[:3])
				}
				if place < 0 {
					continue
				}
				for _, ind := range p.indicators {
					if (place > 0 || ind.Code > key[3]) && !yield(compared{borough, p.Period, ind}) {
						return
					}
				}
			}
		}
	}
}

// at answers the borough in the period. Rows that share it follow each other.
func (c *comparing) at(borough string, p *benchmark.Period) *standing {
	if c.last != nil && c.last.groups.Borough == borough && c.last.groups.Period == p.Code {
		return c.last
	}
	groups := c.in(p).assembly.Groups(borough)
	previous := p.Previous().Code
	c.last = &standing{
		groups: groups, period: p, peers: c.snapshot.Data.Resolve(groups), boroughName: c.snapshot.Name(borough), periodName: p.Name(), periodKind: api.PeriodKind(p.Kind),
		code: groups.Code(p.Code), previous: previous, codeBefore: groups.Code(previous),
	}
	return c.last
}
