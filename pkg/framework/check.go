package framework

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// Known is what a document may name that is not its own.
type Known struct {
	Indicators []benchmark.Indicator
	Boroughs   []string // GSS codes of those who take part
}

// Check refuses a document that does not say what a return is made of, or from which a
// small count could be had that others must not see. It names every fault at its place.
func (d *Document) Check(known Known) error {
	l := newLint(d, known)
	l.counts()
	l.indicators()
	l.relations()
	l.pairs()
	l.consistent()
	l.families()
	l.wholes()
	l.moments()
	l.population()
	l.rules()
	l.limits()
	return programme.Refuse(l.faults)
}

// said is a relation as the lint looks it up: of a count with another.
type said struct {
	kind    RelationKind
	forward bool // whether it is said of the first with the second
	at      int  // its place in the document
}

type lint struct {
	d      *Document
	known  Known
	index  map[string]int      // place of each count
	table  []said              // how each count hangs together with each, by their places
	parent map[string]string   // to which count one leads that is the same number
	member map[string][][2]int // where a count is a part: family and place in it
	within map[string][]string // of which counts each is part
	faults []programme.Fault
}

func newLint(d *Document, known Known) *lint {
	l := &lint{
		d: d, known: known, index: map[string]int{}, table: make([]said, len(d.Counts)*len(d.Counts)), parent: map[string]string{}, member: map[string][][2]int{}, within: map[string][]string{},
	}
	for i, c := range d.Counts {
		if _, again := l.index[c.Code]; !again {
			l.index[c.Code] = i
		}
	}
	for i, r := range d.Relations {
		if !l.has(r.A) || !l.has(r.B) || r.A == r.B || l.how(r.A, r.B).kind != "" {
			continue
		}
		a, b := l.index[r.A], l.index[r.B]
		l.table[a*len(d.Counts)+b] = said{r.Kind, true, i}
		l.table[b*len(d.Counts)+a] = said{r.Kind, r.Kind == Same || r.Kind == Disjoint || r.Kind == Free, i}
		switch r.Kind {
		case Same:
			l.parent[l.root(r.A)] = l.root(r.B)
		case PartOf:
			l.within[r.A] = append(l.within[r.A], r.B)
		case Disjoint, FlowOf, StayOf, Free:
		}
	}
	for i, f := range d.Families {
		for j, part := range f.Parts {
			l.member[part] = append(l.member[part], [2]int{i, j})
		}
	}
	return l
}

func (l *lint) has(code string) bool { _, is := l.index[code]; return is }

// how answers what is said of a with b, and the empty kind where nothing is.
func (l *lint) how(a, b string) said {
	i, isA := l.index[a]
	j, isB := l.index[b]
	if !isA || !isB {
		return said{}
	}
	return l.table[i*len(l.d.Counts)+j]
}

func (l *lint) count(code string) *Count { return &l.d.Counts[l.index[code]] }

// root answers one name for all counts that are the same number.
func (l *lint) root(code string) string {
	for l.parent[code] != "" && l.parent[code] != code {
		code = l.parent[code]
	}
	return code
}

// partOf reports whether a is said to be part of b, by whatever name b goes.
func (l *lint) partOf(a, b string) bool {
	return slices.ContainsFunc(l.within[a], func(whole string) bool { return l.root(whole) == l.root(b) })
}

// fault notes what is wrong at a place, which is written as by fmt.
func (l *lint) fault(code programme.FaultCode, detail, place string, args ...any) {
	l.faults = append(l.faults, programme.Fault{Pointer: fmt.Sprintf(place, args...), Code: code, Detail: detail})
}

// words asks for texts that say something.
func (l *lint) words(place string, texts ...text) {
	for _, t := range texts {
		if programme.Blank(t.words) {
			l.fault(programme.FaultRequired, "Say this in words.", "%s/%s", place, t.member)
		}
	}
}

// text is a member that holds words.
type text struct{ member, words string }

var (
	codeForm  = regexp.MustCompile(`^[a-z][a-z0-9_]{0,59}$`)
	thingForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,29}\.(stock|start|end|during|length)$`)
)

func (l *lint) counts() {
	if len(l.d.Counts) == 0 {
		l.fault(programme.FaultRequired, "A framework asks for at least one count.", "/counts")
	}
	basis := map[Of]*Count{}
	for i := range l.d.Counts {
		c, place := &l.d.Counts[i], fmt.Sprintf("/counts/%d", i)
		switch {
		case !codeForm.MatchString(c.Code):
			l.fault(programme.FaultFormat, "A count's code has small letters, digits and underscores, at most 60, and begins with a letter.", "%s/code", place)
		case l.index[c.Code] != i, c.Code == l.d.Population.Code:
			l.fault(programme.FaultRepeated, "There is another count, or the population, with the code "+c.Code+".", "%s/code", place)
		}
		l.words(place, text{"name", c.Name}, text{"definition", c.Definition}, text{"list", c.List}, text{"inclusions", c.Inclusions}, text{"workedExample", c.WorkedExample})
		if len(c.Columns) == 0 {
			l.fault(programme.FaultRequired, "Name the columns of the list by which it is counted.", "%s/columns", place)
		}
		for j, column := range c.Columns {
			if programme.Blank(column) {
				l.fault(programme.FaultRequired, "Name the column.", "%s/columns/%d", place, j)
			}
		}
		known := l.hidden(c, place)
		if !thingForm.MatchString(string(c.Of)) {
			l.fault(programme.FaultFormat, "Write a thing and a moment, as cpp.start; the moments are stock, start, end, during and length.", "%s/of", place)
			continue
		}
		if !known {
			continue
		}
		l.basis(c, place)
		if first := basis[c.Of]; first == nil {
			basis[c.Of] = c
		} else if c.PublishedBasis() != first.PublishedBasis() || c.Policy == first.Policy && c.Basis != first.Basis {
			l.fault(programme.FaultSecondBasis, fmt.Sprintf("%s is counted by %s in %s: a moment has one basis.", c.Of, first.Basis, first.Code), "%s/basis", place)
		}
	}
}

// hidden holds the range that others do not see to the policy, and reports whether there
// is such a policy.
func (l *lint) hidden(c *Count, place string) bool {
	switch c.Policy {
	case Children, Events:
		if c.HiddenFrom != 1 || c.HiddenTo < 5 || c.HiddenTo > 20 {
			l.fault(programme.FaultOutOfRange, "Of children, others never see 1 to 5: the range that is hidden begins at 1 and ends at 5 to 20.", "%s/hiddenTo", place)
		}
	case People:
		if nothing := c.HiddenFrom == 0 && c.HiddenTo == 0; !nothing && (c.HiddenFrom != 1 || c.HiddenTo < 1 || c.HiddenTo > 20) {
			l.fault(programme.FaultOutOfRange, "A hidden range begins at 1 and ends at 20 or before; 0 to 0 hides nothing.", "%s/hiddenTo", place)
		}
	case Nobody:
		if c.HiddenFrom != 0 || c.HiddenTo != 0 {
			l.fault(programme.FaultNotAllowed, "What counts nobody hides nothing: 0 to 0.", "%s/hiddenTo", place)
		}
	default:
		l.fault(programme.FaultEnum, "A count is of children, events, people or none.", "%s/policy", place)
		return false
	}
	return true
}

// basis holds the time for which a count is posted to its moment and policy.
func (l *lint) basis(c *Count, place string) {
	var may []Basis
	switch moment := c.Of.Moment(); {
	case moment == Stock:
		may = []Basis{AsAt}
	case moment == Any:
		may = []Basis{During}
	case moment == Lasted:
		may = []Basis{Length}
	case c.Policy == Events:
		may = []Basis{Quarter, YearToDate} // the service makes the twelve months
	case c.Policy == Children:
		may = []Basis{TwelveMonths} // who comes in two quarters is one child
	default:
		may = []Basis{Quarter, YearToDate, TwelveMonths}
	}
	if slices.Contains(may, c.Basis) {
		return
	}
	names := make([]string, len(may))
	for i, b := range may {
		names[i] = string(b)
	}
	l.fault(programme.FaultNotAllowed, fmt.Sprintf("A count of %s with the policy %s is posted by %s.", c.Of, c.Policy, strings.Join(names, " or ")), "%s/basis", place)
}

func (l *lint) indicators() {
	for i, ind := range l.d.Indicators {
		place := fmt.Sprintf("/indicators/%d", i)
		at := slices.IndexFunc(l.known.Indicators, func(k benchmark.Indicator) bool { return k.Code == ind.Code })
		if at < 0 {
			l.fault(programme.FaultUnknownIndicator, "There is no indicator with this code.", "%s/code", place)
		}
		if slices.ContainsFunc(l.d.Indicators[:i], func(other Indicator) bool { return other.Code == ind.Code }) {
			l.fault(programme.FaultRepeated, "The indicator is in the list already.", "%s/code", place)
		}
		if !l.has(ind.Numerator) {
			l.fault(programme.FaultUnknownValue, "Name a count of the framework: a value without both counts is no figure.", "%s/numerator", place)
		}
		population := ind.Denominator == l.d.Population.Code && ind.Denominator != ""
		if !population && !l.has(ind.Denominator) {
			l.fault(programme.FaultUnknownValue, "Name a count of the framework, or its population: a value without both counts is no figure.", "%s/denominator", place)
		} else if at >= 0 {
			l.quotient(ind, l.known.Indicators[at].Unit, population, place)
		}
	}
}

// quotient holds an indicator's counts to its unit.
func (l *lint) quotient(ind Indicator, unit benchmark.Unit, population bool, place string) {
	switch {
	case unit.Rate() && (!population || unit != l.d.Population.Unit):
		l.fault(programme.FaultUnit, fmt.Sprintf("The indicator is counted by %s: its denominator is the population of that unit.", unit), "%s/denominator", place)
	case !unit.Rate() && population:
		l.fault(programme.FaultUnit, fmt.Sprintf("The indicator is counted by %s: its denominator is a count.", unit), "%s/denominator", place)
	case unit.Proportion() && l.has(ind.Numerator) && l.count(ind.Numerator).Whole() && l.count(ind.Denominator).Whole():
		f := l.d.FamilyOf(ind.Numerator)
		if f == nil || f.Whole != ind.Denominator {
			l.fault(programme.FaultNotTheWhole, fmt.Sprintf("A percentage is of the smallest whole that its numerator is part of: put %s into a family of %s.", ind.Numerator, ind.Denominator), "%s/denominator", place)
		}
	}
}

func (l *lint) population() {
	p := &l.d.Population
	if !codeForm.MatchString(p.Code) {
		l.fault(programme.FaultFormat, "The population's code has small letters, digits and underscores, at most 60, and begins with a letter.", "/population/code")
	}
	l.words("/population", text{"name", p.Name}, text{"definition", p.Definition}, text{"source", p.Source})
	if p.Year < 2000 || p.Year > 2100 {
		l.fault(programme.FaultOutOfRange, "Say of which year the estimate is.", "/population/year")
	}
	if !p.Unit.Rate() {
		l.fault(programme.FaultUnit, "A population is for rates: say by which unit.", "/population/unit")
	}
	for i, r := range p.Children {
		if r.Number < 1 {
			l.fault(programme.FaultTooSmall, "At least one child lives there.", "/population/children/%d/number", i)
		}
		if !slices.Contains(l.known.Boroughs, r.Borough) {
			l.fault(programme.FaultUnknownValue, "There is no borough with this code.", "/population/children/%d/borough", i)
		}
		if slices.ContainsFunc(p.Children[:i], func(other Residents) bool { return other.Borough == r.Borough }) {
			l.fault(programme.FaultRepeated, "The borough is in the list already.", "/population/children/%d/borough", i)
		}
	}
	for _, code := range l.known.Boroughs {
		if _, is := p.Of(code); !is {
			l.fault(programme.FaultRequired, "Say how many children live in "+code+".", "/population/children")
		}
	}
}

func (l *lint) limits() {
	m := l.d.Limits
	for _, least := range []struct {
		name  string
		value int
		from  int
	}{{"minimumN", m.MinimumN, 1}, {"minimumDenominator", m.MinimumDenominator, 1}, {"minimumPopulation", m.MinimumPopulation, 0}} {
		if least.value < least.from {
			l.fault(programme.FaultTooSmall, fmt.Sprintf("This is %d or more.", least.from), "/limits/%s", least.name)
		}
	}
	if m.LowReliability <= 0 || m.LowReliability > 1 {
		l.fault(programme.FaultOutOfRange, "This is a part of a total: above 0, up to 1.", "/limits/lowReliability")
	}
}
