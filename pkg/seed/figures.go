package seed

import (
	"cmp"
	"errors"
	"hash/fnv"
	"math"
	"slices"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

// figures makes up what boroughs count in a quarter, from what the Department publishes
// of a year. The rule, which docs/demo.md says for readers too:
//
//   - A count whose year is published has its newest published number as its level; where
//     a borough's is not published, it is the region's, by the borough's share of the
//     region's children. Another count is a stated share of one of these, up to a tenth
//     more or less from borough to borough.
//   - What happens in a quarter is a quarter of the level of the year, less in the
//     summer, when schools send nobody; from quarter to quarter it moves by up to 6 %.
//   - What is counted on the quarter's last day is the level, which grows or falls by
//     up to 0.15 % with each quarter since, and moves by up to 1.5 % besides.
//   - A part is its share of what its whole usually is, the published share where there is
//     one, and moves as its whole does, but at its own times. It is rounded down, and is
//     never more than its whole.
//
// Nothing is drawn: how a count moves follows from a hash of the borough's code and the
// count's, so that the same files give the same figures for ever.
type figures struct {
	london   *benchmark.Snapshot
	children framework.Population
	region   string
}

// made is how one count is made up.
type made struct {
	count     string
	published string  // the indicator from which its level comes, or its share where it is a part
	below     bool    // the level is what stands below the line of the published indicator
	of        string  // the count of which it is a share, where nothing is published of its own
	share     float64 // of the level of that count; of the quarter's number, where it is a part
	part      bool
	flow      bool // it happens in the quarter; else it is counted on the last day
}

// makings say how all counts of London's framework are made up, wholes before their parts.
var makings = []made{
	{count: "referrals", published: "REF_RATE", flow: true},
	{count: "early_help_assessments", of: "referrals", share: 0.45, flow: true},
	{count: "rereferrals", of: "referrals", part: true, published: "REREF_PCT", share: 0.19},
	{count: "referrals_no_further_action", of: "referrals", part: true, published: "REF_NFA_PCT", share: 0.1},
	{count: "assessments", of: "referrals", share: 0.8, flow: true},
	{count: "assessments_in_45_days", of: "assessments", part: true, share: 0.83},
	{count: "section_47_enquiries", of: "referrals", share: 0.34, flow: true},
	{count: "conferences", of: "section_47_enquiries", share: 0.36, flow: true},
	{count: "conferences_in_15_days", of: "conferences", part: true, share: 0.78},
	{count: "children_in_need", published: "CIN_RATE"},
	{count: "plans_started", of: "conferences", share: 0.85, flow: true},
	{count: "plans_repeated", of: "plans_started", part: true, share: 0.2},
	{count: "plans_open", of: "plans_started", share: 0.9},
	{count: "looked_after", published: "CLA_RATE"},
	{count: "in_foster_care", of: "looked_after", part: true, share: 0.65},
	{count: "in_homes", of: "looked_after", part: true, share: 0.1},
	{count: "in_supported_accommodation", of: "looked_after", part: true, share: 0.11},
	{count: "looked_after_a_year", of: "looked_after", part: true, share: 0.68},
	{count: "health_assessed", of: "looked_after_a_year", part: true, published: "CLA_HEALTH_PCT", share: 0.9},
	{count: "care_leavers", published: "CL_ACCOM_PCT", below: true},
	{count: "leavers_in_suitable_homes", of: "care_leavers", part: true, published: "CL_ACCOM_PCT", share: 0.87},
	{count: "leavers_occupied", of: "care_leavers", part: true, published: "CL_EET_PCT", share: 0.58},
}

// The sizes of the rule.
const (
	tilt  = 0.1    // by which boroughs differ in a share
	swing = 0.06   // of a flow from quarter to quarter
	sway  = 0.015  // of a stock and of a share from quarter to quarter
	drift = 0.0015 // of a stock from quarter to quarter, always on to the same side
)

// publishedUntil is the quarter on whose last day the newest published stocks were counted:
// the fourth of 2024-25. What stands in London's files can only be newer.
const publishedUntil = 4*2024 + 3

// season is the part of a year that falls into its quarters, from April on.
var season = [4]float64{0.2515, 0.2455, 0.2515, 0.2515}

// wave is how a count moves through eight quarters: as far up as down.
var wave = [8]float64{-3. / 7, 5. / 7, -1, 1. / 7, 1, -5. / 7, 3. / 7, -1. / 7}

// newFigures answers the makings over the published figures of the snapshot. It refuses a
// framework with other counts than those of which is said how they are made up.
func newFigures(london *benchmark.Snapshot, f *framework.Document) (*figures, error) {
	if !makes(f) {
		return nil, errors.New("the framework has other counts than those that are made up")
	}
	fig := &figures{london: london, children: f.Population}
	if len(london.Boroughs) > 0 {
		fig.region = london.RegionOf(london.Boroughs[0].Code)
	}
	return fig, nil
}

// makes reports whether the makings are of exactly the framework's counts.
func makes(f *framework.Document) bool {
	return len(f.Counts) == len(makings) && !slices.ContainsFunc(makings, func(m made) bool { return f.Count(m.count) == nil })
}

func makingOf(count string) *made {
	for i := range makings {
		if makings[i].count == count {
			return &makings[i]
		}
	}
	return nil
}

// of answers what the borough counts in the quarter, in the makings' order. Where times
// has a count, it is as many times what it would be, and its parts are with it.
func (f *figures) of(borough string, quarter benchmark.Period, times map[string]float64) returns.Values {
	k, numbers, scaled := ordinal(quarter.StartsOn), map[string]float64{}, map[string]float64{}
	values := make(returns.Values, len(makings))
	for i := range makings {
		m := &makings[i]
		scaled[m.count] = cmp.Or(times[m.count], 1)
		n := f.usual(m, borough, k) * (1 + m.moves()*wave[(k+int(hashed(borough, m.count)%8))%8])
		if m.part {
			scaled[m.count] *= scaled[m.of]
			n = min(math.Floor(n*scaled[m.count]), numbers[m.of])
		} else {
			n = math.Round(n * scaled[m.count])
		}
		numbers[m.count] = n
		values[i] = returns.Value{Count: m.count, Value: &n, Status: returns.Reported}
		if n == 0 {
			values[i] = returns.Value{Count: m.count, Status: returns.ConfirmedNil, Reason: new(lookedFor)}
		}
	}
	return values
}

// usual answers what the quarter would have if nothing moved from quarter to quarter.
func (f *figures) usual(m *made, borough string, k int) float64 {
	switch {
	case m.part:
		return f.usual(makingOf(m.of), borough, k) * f.shareOf(m, borough)
	case m.flow:
		return f.level(m, borough) * season[k%4]
	}
	return f.level(m, borough) * (1 + drift*sideOf(borough, m.count, "drift")*float64(k-publishedUntil))
}

// moves is by how much the count moves from quarter to quarter.
func (m *made) moves() float64 {
	if m.part {
		return makingOf(m.of).moves()
	}
	if m.flow {
		return swing
	}
	return sway
}

// level answers what a year or a day has of a count that is no part.
func (f *figures) level(m *made, borough string) float64 {
	if m.published == "" {
		return f.level(makingOf(m.of), borough) * f.shareOf(m, borough)
	}
	if n, is := f.published(m, borough); is {
		return n
	}
	region, _ := f.published(m, f.region)
	return region * f.shareOfChildren(borough)
}

// published answers the newest number that there is for the authority.
func (f *figures) published(m *made, authority string) (float64, bool) {
	figure := f.newest(m.published, authority)
	n := figure.Numerator
	if m.below {
		n = figure.Denominator
	}
	if n == nil {
		return 0, false
	}
	return *n, true
}

func (f *figures) newest(indicator, authority string) benchmark.Figure {
	for _, period := range slices.Backward(f.london.Data.Periods()) {
		if column := f.london.Data.Column(period, indicator); column != nil {
			figure, _ := column.Figure(authority)
			return figure
		}
	}
	return benchmark.Figure{}
}

// shareOf answers the published share of a part, or the rule's own.
func (f *figures) shareOf(m *made, borough string) float64 {
	if m.part && m.published != "" {
		for _, authority := range []string{borough, f.region} {
			if figure := f.newest(m.published, authority); figure.Numerator != nil && figure.Denominator != nil && *figure.Denominator > 0 {
				return *figure.Numerator / *figure.Denominator
			}
		}
	}
	return m.share * (1 + tilt*sideOf(borough, m.count, "tilt"))
}

// shareOfChildren answers how many of the region's children live in the borough.
func (f *figures) shareOfChildren(borough string) float64 {
	all := 0
	for _, r := range f.children.Children {
		all += r.Number
	}
	own, _ := f.children.Of(borough)
	return float64(own) / float64(max(all, 1))
}

// ordinal counts the quarters up to that of the day, so that the first of a financial year
// is a multiple of four.
func ordinal(day programme.Date) int {
	at := day.Time()
	return (12*at.Year() + int(at.Month()) - 4) / 3
}

// sideOf answers a number from -1 to 1.
func sideOf(parts ...string) float64 { return float64(hashed(parts...)%2001)/1000 - 1 }

func hashed(parts ...string) uint64 {
	h := fnv.New64a()
	for _, p := range parts {
		_, _ = h.Write([]byte(p + "/"))
	}
	return h.Sum64()
}
