package dfe

import (
	"regexp"
	"slices"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/sheet"
)

// periodRule says what a file's periods are.
type periodRule struct {
	column     string
	identifier string // column that says which kind of period it is
	kinds      map[string]periodKind
	always     *periodKind // where no column says it
}

// periodKind is what a year in a file means.
type periodKind struct {
	kind    benchmark.PeriodKind
	year    string // which of the two years 2025 is, first or last; empty where both must be named
	quarter int
	on      string // of a day: the day of the year, "30 September"; empty where the file has whole dates
}

func (p periodRule) columns() []string {
	if p.always != nil {
		return []string{p.column}
	}
	return []string{p.column, p.identifier}
}

func (d *document) period(n *yaml.Node, into *periodRule) {
	d.object(n, "period", settings{
		"column":     d.text(&into.column),
		"identifier": d.text(&into.identifier),
		"always":     func(n *yaml.Node) { into.always = d.periodKind(n) },
		"kinds": func(n *yaml.Node) {
			into.kinds = map[string]periodKind{}
			d.pairs(n, "kinds", func(name string, _, value *yaml.Node) { into.kinds[name] = *d.periodKind(value) })
		},
	})
	if (into.always == nil) == (len(into.kinds) == 0) {
		d.fault(n.Line, "The period says either kinds, by what stands in %s, or always.", sheet.Shown(into.identifier))
	}
}

func (d *document) periodKind(n *yaml.Node) *periodKind {
	k := &periodKind{}
	var kind string
	d.object(n, "a kind of period", settings{
		"kind": d.text(&kind), "year": d.text(&k.year), "quarter": d.whole(&k.quarter, 1, 4), "on": d.text(&k.on),
	}, "kind")
	k.kind = benchmark.PeriodKind(kind)
	if !slices.Contains(benchmark.PeriodKinds[:], k.kind) {
		d.fault(n.Line, "The kinds of period are financial_year, academic_year, calendar_year, quarter and day.")
		return k
	}
	twoYears := k.kind == benchmark.Financial || k.kind == benchmark.Academic
	switch {
	case k.year != "" && (!twoYears || k.year != "first" && k.year != "last"):
		d.fault(n.Line, "The setting year says first or last, of a financial or academic year.")
	case (k.quarter > 0) != (k.kind == benchmark.Quarter):
		d.fault(n.Line, "The setting quarter belongs to the kind quarter, and to no other.")
	case k.on != "" && k.kind != benchmark.Day:
		d.fault(n.Line, "The setting on belongs to the kind day, and to no other.")
	case k.on != "":
		if _, err := time.Parse("2 January", k.on); err != nil {
			d.fault(n.Line, "The setting on is a day of the year such as 30 September.")
		}
	}
	return k
}

// years are a year, or two that follow each other, as publishers write them.
var years = regexp.MustCompile(`^(20\d\d)(?:[-/]?(\d\d))?$`)

// period answers the period that the text names.
func (k periodKind) period(text string) (benchmark.Period, bool) {
	if k.kind == benchmark.Day && k.on == "" {
		day, err := programme.ParseDate(text)
		if err != nil {
			return benchmark.Period{}, false
		}
		return parsed(string(day))
	}
	m := years.FindStringSubmatch(text)
	if m == nil {
		return benchmark.Period{}, false
	}
	first, _ := strconv.Atoi(m[1])
	switch {
	case k.kind == benchmark.Calendar && m[2] == "":
		return parsed(text)
	case k.kind == benchmark.Calendar:
		return benchmark.Period{}, false
	case k.kind == benchmark.Day:
		day, err := time.Parse("2 January 2006", k.on+" "+text)
		if err != nil {
			return benchmark.Period{}, false
		}
		return parsed(day.Format(time.DateOnly))
	case m[2] == "" && k.year == "":
		return benchmark.Period{}, false
	case m[2] == "" && k.year == "last":
		first--
		m[2] = m[1][2:]
	case m[2] == "":
		m[2] = strconv.Itoa(first + 1)[2:]
	}
	code := strconv.Itoa(first) + "-" + m[2]
	switch k.kind {
	case benchmark.Academic:
		code += "-AY"
	case benchmark.Quarter:
		code += "-Q" + strconv.Itoa(k.quarter)
	}
	return parsed(code)
}

// parsed refuses years that do not follow each other.
func parsed(code string) (benchmark.Period, bool) {
	p, err := benchmark.ParsePeriod(code)
	return p, err == nil
}

// leap reports whether the year to the period's last day has a 29 February.
func leap(p benchmark.Period) bool {
	end := p.EndsOn.Time()
	for _, year := range []int{end.Year(), end.Year() - 1} {
		day := time.Date(year, time.February, 29, 0, 0, 0, 0, time.UTC)
		if day.Month() == time.February && !day.After(end) && day.After(end.AddDate(-1, 0, 0)) {
			return true
		}
	}
	return false
}

// period answers the present row's period, and false after noting why it has none.
func (r *reader) period() (benchmark.Period, bool) {
	rule := &r.mapping.period
	identifier := ""
	if rule.always == nil {
		identifier = r.cell(rule.identifier)
	}
	text := r.cell(rule.column)
	if found, there := r.periods[[2]string{identifier, text}]; there {
		return found, true
	}
	kind, identified := rule.kinds[identifier]
	if rule.always != nil {
		kind, identified = *rule.always, true
	}
	if !identified {
		r.fault(rule.identifier, programme.FaultUnknownPeriod, identifier, "This is none of the kinds of period that this kind of file has.")
		if !years.MatchString(text) {
			r.fault(rule.column, programme.FaultUnknownPeriod, text, "This is no period of its kind.")
		}
		return benchmark.Period{}, false
	}
	found, dated := kind.period(text)
	if !dated {
		r.fault(rule.column, programme.FaultUnknownPeriod, text, "This is no period of its kind.")
		return found, false
	}
	r.periods[[2]string{clone(identifier), clone(text)}] = found
	return found, true
}
