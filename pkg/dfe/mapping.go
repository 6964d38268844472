package dfe

import (
	"io"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/sheet"
)

// Mapping says how one kind of file is read: docs/mappings.md explains every setting.
type Mapping struct {
	Key       string
	Title     string
	Publisher string
	Licence   string
	File      string // that the mapping was read from; empty where it comes with the program

	columns   []string            // a file with all of them is of this kind
	spellings map[string][]string // what else a file may call a column
	groups    []group
	period    periodRule
	place     placeRule
	rounding  rounding
	measures  []measure
	estimates *estimates
	model     bool // the neighbour model, which neighbours.go reads
}

// group is a column that sorts a file's rows, with every value that it may have. A
// value that is not among them is a fault: a group under a new name would lose its
// figures in silence.
type group struct {
	column string
	values []string
}

// rounding is to what the parts of a level's figures are rounded, 0 where they are
// exact. It is nil where the mapping does not say.
type rounding map[benchmark.Level]float64

// selection says which rows are meant: in each of these columns, one of the values.
type selection map[string][]string

// measure is what one indicator takes from a file.
type measure struct {
	indicator   string
	unit        benchmark.Unit
	decimals    int // of the published value, in the indicator's unit
	where       selection
	value       *part // nil where it is computed from the parts
	numerator   *part // nil where the publisher gives none
	denominator *part
	rounding    rounding
	changeLimit float64 // 0: none
	line        int
}

// part is where a number comes from: from columns of a row, or from the population.
type part struct {
	plus, minus []string
	population  bool
	row         selection // where it is another row of the same place and period
	times       float64
	inLeapYear  float64 // takes the place of times in a year that has a 29 February
	exact       bool    // not rounded, whatever the level
}

// estimates are a file's estimates of the population.
type estimates struct {
	where  selection
	column string
	line   int
}

var (
	keyForm    = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	columnForm = regexp.MustCompile(`^\S(.*\S)?$`)
)

// ReadMapping reads one mapping; file is the name by which its faults are told. The
// error is Invalid, invalid_mapping, with every fault and its line.
func ReadMapping(file string, source io.Reader) (*Mapping, error) {
	file = file[strings.LastIndexAny(file, `/\`)+1:]
	d := &document{file: file}
	root, err := d.root(source)
	if err != nil {
		return nil, err
	}
	m := &Mapping{File: file, spellings: map[string][]string{}, place: everyPlace(), period: periodRule{column: "time_period", identifier: "time_identifier"}}
	if root != nil {
		d.mapping(root, m)
	}
	if len(d.faults) == 0 {
		d.check(root, m)
	}
	if err := invalid(d.faults); err != nil {
		return nil, err
	}
	return m, nil
}

func invalid(faults []programme.Fault) error {
	if len(faults) == 0 {
		return nil
	}
	return &programme.Error{Kind: programme.Invalid, Code: programme.CodeInvalidMapping, Detail: "A mapping cannot be used.", Faults: faults}
}

func (d *document) mapping(n *yaml.Node, m *Mapping) {
	d.object(n, "a mapping", settings{
		"key":        d.text(&m.Key),
		"title":      d.text(&m.Title),
		"publisher":  d.text(&m.Publisher),
		"licence":    d.text(&m.Licence),
		"columns":    d.texts(&m.columns),
		"spellings":  func(n *yaml.Node) { d.lists(n, "spellings", m.spellings) },
		"groups":     func(n *yaml.Node) { d.groups(n, m) },
		"period":     func(n *yaml.Node) { d.period(n, &m.period) },
		"place":      func(n *yaml.Node) { d.place(n, &m.place) },
		"rounding":   func(n *yaml.Node) { d.rounding(n, &m.rounding) },
		"indicators": func(n *yaml.Node) { d.measures(n, m) },
		"population": func(n *yaml.Node) { d.estimates(n, m) },
	}, "key", "title", "publisher", "licence", "columns", "period")
}

// lists reads lists of texts by name.
func (d *document) lists(n *yaml.Node, what string, into map[string][]string) {
	d.pairs(n, what, func(name string, _, value *yaml.Node) {
		var texts []string
		d.texts(&texts)(value)
		into[name] = texts
	})
}

func (d *document) groups(n *yaml.Node, m *Mapping) {
	d.pairs(n, "groups", func(name string, _, value *yaml.Node) {
		g := group{column: name}
		d.texts(&g.values)(value)
		m.groups = append(m.groups, g)
	})
}

func (d *document) rounding(n *yaml.Node, into *rounding) {
	*into = make(rounding, 3)
	known, names := settings{}, []string{}
	for _, level := range []benchmark.Level{benchmark.National, benchmark.Regional, benchmark.LocalAuthority} {
		names = append(names, string(level))
		known[string(level)] = func(n *yaml.Node) {
			to := 0.0
			if n.Value != "exact" {
				d.number(&to)(n)
			}
			(*into)[level] = to
		}
	}
	d.object(n, "rounding", known, names...)
}

func (d *document) measures(n *yaml.Node, m *Mapping) {
	d.pairs(n, "indicators", func(code string, key, value *yaml.Node) {
		one := measure{indicator: code, line: key.Line, where: selection{}}
		var unit string
		d.object(value, "an indicator", settings{
			"unit":        d.text(&unit),
			"decimals":    d.whole(&one.decimals, 0, 6),
			"where":       func(n *yaml.Node) { d.lists(n, "where", one.where) },
			"value":       d.part(&one.value),
			"numerator":   d.part(&one.numerator),
			"denominator": d.part(&one.denominator),
			"rounding":    func(n *yaml.Node) { d.rounding(n, &one.rounding) },
			"changeLimit": d.number(&one.changeLimit),
		}, "unit", "numerator", "denominator")
		one.unit = benchmark.Unit(unit)
		d.sensible(value, &one)
		m.measures = append(m.measures, one)
	})
}

// sensible refuses what can give no figure.
func (d *document) sensible(n *yaml.Node, one *measure) {
	decimals := false
	for i := 0; i+1 < len(n.Content); i += 2 {
		decimals = decimals || n.Content[i].Value == "decimals"
	}
	switch {
	case one.value == nil && (one.numerator == nil || one.denominator == nil):
		d.fault(one.line, "%s has no value, so it is computed, and that takes a numerator and a denominator.", sheet.Shown(one.indicator))
	case one.value != nil && !decimals:
		d.fault(one.line, "%s has a published value, so decimals must say to how many it is rounded.", sheet.Shown(one.indicator))
	case one.value == nil && decimals:
		d.fault(one.line, "%s is computed, to the decimals of the indicator: decimals belong to a published value.", sheet.Shown(one.indicator))
	}
	if one.value != nil && one.value.population || one.numerator != nil && one.numerator.population {
		d.fault(one.line, "The population can be a denominator only.")
	}
}

// part reads where a number comes from: the name of a column, population, none, or
// more said in an object.
func (d *document) part(into **part) func(*yaml.Node) {
	return func(n *yaml.Node) {
		p := &part{times: 1}
		if n.Kind == yaml.ScalarNode {
			switch n.Value {
			case "none":
				return
			case "population":
				p.population, p.exact = true, true
			default:
				d.texts(&p.plus)(n)
			}
			*into = p
			return
		}
		d.object(n, "the source of a number", settings{
			"column":     d.texts(&p.plus),
			"sum":        d.texts(&p.plus),
			"minus":      d.texts(&p.minus),
			"row":        func(n *yaml.Node) { p.row = selection{}; d.lists(n, "row", p.row) },
			"times":      d.number(&p.times),
			"inLeapYear": d.number(&p.inLeapYear),
			"exact":      d.yes(&p.exact),
		})
		if len(p.plus) == 0 && n.Kind == yaml.MappingNode {
			d.fault(n.Line, "The source of a number names a column, or a sum of columns.")
		}
		*into = p
	}
}

func (d *document) estimates(n *yaml.Node, m *Mapping) {
	e := &estimates{where: selection{}, line: n.Line}
	d.object(n, "population", settings{
		"where":    func(n *yaml.Node) { d.lists(n, "where", e.where) },
		"estimate": d.text(&e.column),
	}, "estimate")
	m.estimates = e
}

// check refuses a mapping that names what it does not have.
func (d *document) check(root *yaml.Node, m *Mapping) {
	if !keyForm.MatchString(m.Key) {
		d.fault(root.Line, "A key has small letters, digits and hyphens.")
	}
	if len(m.measures) == 0 == (m.estimates == nil) {
		d.fault(root.Line, "A mapping gives either indicators or the population.")
	}
	for _, column := range m.columns {
		if !columnForm.MatchString(column) {
			d.fault(root.Line, "The name of a column has no white space at its ends.")
		}
	}
	for _, g := range m.groups {
		d.column(root.Line, m, g.column)
	}
	for column := range m.spellings {
		if !slices.Contains(m.needed(), column) {
			d.fault(root.Line, "There are spellings of %s, which is not among the columns.", sheet.Shown(column))
		}
	}
	for i := range m.measures {
		one := &m.measures[i]
		d.rows(one.line, m, one.where, true)
		for _, p := range []*part{one.value, one.numerator, one.denominator} {
			if p == nil {
				continue
			}
			for _, column := range slices.Concat(p.plus, p.minus) {
				d.column(one.line, m, column)
			}
			d.rows(one.line, m, p.row, false)
		}
	}
	if e := m.estimates; e != nil {
		d.column(e.line, m, e.column)
		d.rows(e.line, m, e.where, true)
	}
}

// column refuses a column that the mapping does not list.
func (d *document) column(line int, m *Mapping, name string) {
	if !slices.Contains(m.columns, name) {
		d.fault(line, "%s is not among the mapping's columns.", sheet.Shown(name))
	}
}

// rows refuses a selection by what is no group of the mapping. A whole one says
// which group it means of every column that has several: else many rows would give
// one figure.
func (d *document) rows(line int, m *Mapping, s selection, whole bool) {
	for column, values := range s {
		g := m.group(column)
		if g == nil {
			d.fault(line, "%s is not among the mapping's groups.", sheet.Shown(column))
			continue
		}
		for _, value := range values {
			if !slices.Contains(g.values, value) {
				d.fault(line, "%s is not among the groups of %s.", sheet.Shown(value), sheet.Shown(column))
			}
		}
	}
	for _, g := range m.groups {
		if whole && len(g.values) > 1 && s[g.column] == nil {
			d.fault(line, "Several rows would give one figure: where must say which group of %s is meant.", sheet.Shown(g.column))
		}
	}
}

func (m *Mapping) group(column string) *group {
	if i := slices.IndexFunc(m.groups, func(g group) bool { return g.column == column }); i >= 0 {
		return &m.groups[i]
	}
	return nil
}

// needed are all columns that a file of this kind must have.
func (m *Mapping) needed() []string {
	if m.model {
		return append(slices.Clone(m.columns), ownNumber)
	}
	return slices.Concat(m.columns, m.period.columns(), m.place.columns())
}

// names are what a file may call the column.
func (m *Mapping) names(column string) []string {
	return append([]string{column}, m.spellings[column]...)
}

// Indicators are those that a file of this kind gives.
func (m *Mapping) Indicators() []string {
	var codes []string
	for i := range m.measures {
		codes = append(codes, m.measures[i].indicator)
	}
	return codes
}

// Gives says in words what a file of this kind gives.
func (m *Mapping) Gives() string {
	switch {
	case m.model:
		return "statistical neighbours"
	case m.estimates != nil:
		return "the population"
	}
	return strings.Join(m.Indicators(), ", ")
}
