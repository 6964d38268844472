package benchmark

import (
	"slices"

	"peerchallenge/pkg/programme"
)

// Comparison is how one borough stands on one indicator in one period, beside
// everything it can be compared with. Statistics are not rounded here; the
// server rounds them to four decimals when it writes them.
type Comparison struct {
	Indicator  *Indicator
	Figure     Figure
	Joint      *JointFigure // what the borough publishes together with others, where its status is Joint
	Release    string       // id of the release that gives the figure, "" where none does
	Interval   *Interval    // nil without both parts, and for units without a defined interval
	Previous   *Figure      // of the consecutive period, nil where nothing is held for it
	Before     string       // id of the release that gives the previous figure, "" where none does
	Change     *float64     // value less previous value, free of binary noise; nil unless both have values
	Region     Region
	England    Nation
	SubRegion  Pooled
	Neighbours Average
	Gap        *float64 // of the value to the neighbours' median, in what the numerator counts: see [Indicator.Gap]
	Chosen     *Chosen  // nil where no peer group was chosen
	Excluded   Exclusions
}

// Figure is a value with what it was made of. Value is nil unless Status is
// [Reported] or [Computed].
type Figure struct {
	Value       *float64
	Status      Status
	Numerator   *float64
	Denominator *float64
}

// Interval is a two-sided confidence interval.
type Interval struct {
	Method string  // wilson or byar
	Level  float64 // 0.95
	Lower  float64
	Upper  float64
}

// Position is a place among those with a value: 1 is best by polarity, ties
// share the smaller rank. Rank is nil for a neutral indicator and where the
// borough itself has no value; N is always the number of those with a value.
type Position struct {
	Rank *int
	N    int
}

// Region is the borough's region: what is published for it, and the programme's
// boroughs.
type Region struct {
	Position
	Published *Figure  // nil where nothing is held for the region
	Release   string   // id of the release that gives what is published, "" where none does
	Mean      *float64 // simple mean of the boroughs with a value
	P20, P80  *float64 // R type 7 percentiles of the boroughs with a value
	Exception Exception

	Significance Significance // of the borough's value, beside what is published for the region
}

// Exception says that a borough lies strictly beyond the region's 20th or 80th
// percentile: by value, whichever end is the good one. Among fewer than [MinimumN] there
// is none.
type Exception string

// The exceptions.
const (
	NoException Exception = ""
	Bottom20    Exception = "bottom20" // value below the 20th percentile
	Top20       Exception = "top20"    // value above the 80th percentile
)

// Side answers which end of an indicator with the polarity the exception lies at; "" for
// none.
func (e Exception) Side(polarity Polarity) Significance {
	if e == NoException {
		return ""
	}
	return Side(polarity, e == Top20)
}

// Nation is England: what is published for it, and all its authorities.
type Nation struct {
	Position
	Published *Figure
	Release   string // likewise
	Band      string // A to D by quartile, "" for neutral, without a value, and among fewer than [MinimumN]

	LowerQuartile, Median, UpperQuartile *float64 // the edges of the bands: R type 7, of those with a value

	Significance Significance // of the borough's value, beside what is published for England
}

// Pooled is a sub-region, both ways.
type Pooled struct {
	Pooled  *float64 // sum of numerators over sum of denominators; nil unless every member with a value has both parts
	PooledN int      // members in the pool
	Mean    *float64
	N       int // members with a value
}

// Average is a group's centre.
type Average struct {
	Mean   *float64
	Median *float64
	N      int // members with a value
}

// Exclusions name who is left out of each group, because they have no value: reason by
// reason, in the order in which the group's members meet them.
type Exclusions struct {
	Region     []Exclusion
	England    []Exclusion
	SubRegion  []Exclusion
	Neighbours []Exclusion
}

// Exclusion is those members of a group that have no value for one reason.
type Exclusion struct {
	Status      Status   // of their figures; NotHeld where there is no figure at all
	Authorities []string // in the group's order
}

// NotHeld is the status of a figure that no release in the system gives.
const NotHeld Status = "not_held"

// Groups are the authorities that one borough is compared with, by GSS code.
type Groups struct {
	Borough    string
	Period     string         // code
	On         programme.Date // the period's last day, on which membership is judged
	Region     []string       // the programme's boroughs that existed on that day, by the codes of that day
	RegionCode string         // geography code under which the region's own figure is published
	RegionName string
	England    []string  // authorities that existed on that day
	Slug       string    // of the borough's sub-region on that day, "" if it was in none
	SubRegion  []string  // members of that sub-region on that day
	Model      string    // code of the statistical neighbour model, "" if there is none
	Neighbours []string  // statistical neighbours in order of closeness, by their codes in the period
	Chosen     []string  // a peer group of the reader's own choice, in its order and by their codes in the period; nil where there is none
	Recoded    []Recoded // whose figures stand under other codes
}

// Recoded is an authority that has changed its code, so that its figures of the
// period stand under another one: mostly that of its predecessor.
type Recoded struct {
	Authority string // as the programme or the neighbour model has it
	Period    string
	Code      string // under which the figures stand
}

// Code answers the code under which the borough's figures of the period stand: the
// groups' period, or the one before it.
func (g *Groups) Code(period string) string {
	for _, r := range g.Recoded {
		if r.Authority == g.Borough && r.Period == period {
			return r.Code
		}
	}
	return g.Borough
}

// recode answers the code that the authority had in the period, and notes it where
// it is another. Who did not stand keeps the own one, under which nothing is held.
func (g *Groups) recode(l Lineages, authority string, p *Period) string {
	code, stood := l.In(authority, *p)
	if !stood {
		return authority
	}
	g.note(authority, p, code)
	return code
}

func (g *Groups) note(authority string, p *Period, code string) {
	if r := (Recoded{authority, p.Code, code}); code != authority && !slices.Contains(g.Recoded, r) {
		g.Recoded = append(g.Recoded, r)
	}
}
