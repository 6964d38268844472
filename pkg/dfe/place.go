package dfe

import (
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/sheet"
)

// placeRule says where a file names the places of its figures.
type placeRule struct {
	level  string                     // column of the geographic level
	always benchmark.Level            // the only level, where no column says it
	codes  map[benchmark.Level]string // columns of the national codes; none for authorities that are named by number
	number string                     // column of the Department's own number of an authority
	// together are authorities that report as one, under the code of one of them: the
	// file does not say so, and its publisher's notes do.
	together []together
}

// together says that a file's rows of one authority are of several.
type together struct {
	under       string         // code that the rows have
	members     []string       // codes of all that they are of, it among them
	from, until programme.Date // last days of the first and last such period; empty: all before, all after
	line        int
}

func (t together) holds(on programme.Date) bool {
	return t.from <= on && (t.until == "" || on <= t.until)
}

// everyPlace is where the files of Explore Education Statistics name places.
func everyPlace() placeRule {
	return placeRule{
		level: "geographic_level", number: "old_la_code",
		codes: map[benchmark.Level]string{benchmark.National: "country_code", benchmark.Regional: "region_code", benchmark.LocalAuthority: "new_la_code"},
	}
}

// levels are the geographic levels that are read, as those files write them.
var levels = map[string]benchmark.Level{"National": benchmark.National, "Regional": benchmark.Regional, "Local authority": benchmark.LocalAuthority}

// passedOver are the other levels of Explore Education Statistics, which have no
// comparators here. A level in neither list is a fault: a misspelt one would lose
// its figures in silence.
var passedOver = []string{
	"English devolved area", "Institution", "Local authority district", "Local enterprise partnership",
	"Local skills improvement plan area", "MAT", "Mayoral combined authority", "Opportunity area",
	"Parliamentary constituency", "Planning area", "Police force area", "Provider", "RSC region", "School", "Sponsor", "Ward",
}

// none stands in a mapping for what a file does not have.
const none = "none"

func (d *document) place(n *yaml.Node, into *placeRule) {
	var always string
	column := func(level benchmark.Level) func(*yaml.Node) {
		return func(n *yaml.Node) {
			var name string
			d.text(&name)(n)
			into.codes[level] = name
		}
	}
	d.object(n, "place", settings{
		"level": d.text(&into.level), "always": d.text(&always), "number": d.text(&into.number),
		"together":                 func(n *yaml.Node) { d.together(n, into) },
		string(benchmark.National): column(benchmark.National), string(benchmark.Regional): column(benchmark.Regional),
		string(benchmark.LocalAuthority): column(benchmark.LocalAuthority),
	})
	for level, name := range into.codes {
		if name == none {
			delete(into.codes, level)
		}
	}
	if into.number == none {
		into.number = ""
	}
	if into.always = benchmark.Level(always); always == "" {
		return
	}
	if !slices.Contains([]benchmark.Level{benchmark.National, benchmark.Regional, benchmark.LocalAuthority}, into.always) {
		d.fault(n.Line, "The levels are national, regional and local_authority.")
	}
	for level := range into.codes {
		if level != into.always {
			delete(into.codes, level)
		}
	}
	if len(into.codes) == 0 && (into.always != benchmark.LocalAuthority || into.number == "") {
		d.fault(n.Line, "Nothing says where a row's place is named.")
	}
}

func (d *document) together(n *yaml.Node, into *placeRule) {
	if n.Kind != yaml.SequenceNode {
		d.fault(n.Line, "Under together stands a list, with an object for each group of authorities.")
		return
	}
	for _, item := range n.Content {
		t := together{line: item.Line}
		var from, until string
		d.object(item, "together", settings{
			"under": d.text(&t.under), "members": d.texts(&t.members), "from": d.text(&from), "until": d.text(&until),
		}, "under", "members")
		for text, day := range map[string]*programme.Date{from: &t.from, until: &t.until} {
			if text == "" {
				continue
			}
			var err error
			if *day, err = programme.ParseDate(text); err != nil {
				d.fault(item.Line, "The settings from and until are days such as 2022-09-30.")
			}
		}
		if len(t.members) < 2 || !slices.Contains(t.members, t.under) {
			d.fault(item.Line, "The members are at least two codes, and that under which the rows stand is among them.")
		}
		into.together = append(into.together, t)
	}
}

// columns are those that a file must have. That of the Department's numbers is only
// compared where it stands beside the codes.
func (p placeRule) columns() []string {
	var columns []string
	if p.always == "" {
		columns = append(columns, p.level)
	}
	for _, level := range []benchmark.Level{benchmark.National, benchmark.Regional, benchmark.LocalAuthority} {
		if column := p.codes[level]; column != "" {
			columns = append(columns, column)
		}
	}
	if p.byNumber() {
		columns = append(columns, p.number)
	}
	return columns
}

// byNumber reports whether authorities are named by nothing but their numbers.
func (p placeRule) byNumber() bool {
	return p.codes[benchmark.LocalAuthority] == "" && p.number != "" && (p.always == "" || p.always == benchmark.LocalAuthority)
}

// column is the one in which places of the level are named.
func (p placeRule) column(level benchmark.Level) string {
	if column := p.codes[level]; column != "" {
		return column
	}
	return p.number
}

// level reports whether rows of this row's geographic level are read, and which it is.
func (r *reader) level() (benchmark.Level, bool) {
	rule := &r.mapping.place
	if rule.always != "" {
		return rule.always, true
	}
	name := r.cell(rule.level)
	level, read := levels[name]
	if !read && !slices.Contains(passedOver, name) {
		r.fault(rule.level, programme.FaultUnknownLevel, name, "This is no geographic level of the Department's files.")
	}
	return level, read
}

// placed is a place as a row names it, with the period on which depends who it is.
type placed struct {
	level                benchmark.Level
	code, number, period string
}

// geography is a place as figures name it: for authorities that report together,
// all their codes in order, with strokes.
type geography struct {
	code   string
	absent *programme.Fault // of a figure there would be, for an authority that did not stand in the period
}

var geographyCode = regexp.MustCompile(`^E\d{8}$`)

// geography answers the place of a row whose level is read, and false after noting
// why it has none. Authorities have the code that they had in the period.
func (r *reader) geography(level benchmark.Level, period benchmark.Period) (geography, bool) {
	rule := &r.mapping.place
	at := placed{level: level, period: period.Code}
	column := rule.codes[level]
	if column != "" {
		at.code = r.cell(column)
	}
	if _, there := r.columns[rule.number]; there && level == benchmark.LocalAuthority {
		at.number = r.cell(rule.number)
	}
	if found, known := r.places[at]; known {
		return found, true
	}
	var found geography
	right := true
	switch {
	case level == benchmark.LocalAuthority && column == "":
		found, right = r.numbered(at.number, period)
	case level == benchmark.LocalAuthority:
		found, right = r.authorities(column, at, period)
	case !r.known.areas[at.code] || benchmark.LevelOf(at.code) != level:
		r.fault(column, programme.FaultUnknownPlace, at.code, "This is no code of a place of this level.")
		right = false
	default:
		found.code = clone(at.code)
	}
	if right {
		r.places[placed{level, clone(at.code), clone(at.number), at.period}] = found
	}
	return found, right
}

// authorities answers those whose codes stand in a cell.
func (r *reader) authorities(column string, at placed, period benchmark.Period) (geography, bool) {
	codes := split(at.code)
	for _, code := range codes {
		switch {
		case !geographyCode.MatchString(code) || benchmark.LevelOf(code) != benchmark.LocalAuthority:
			r.fault(column, programme.FaultUnknownPlace, at.code, "This is no code of a place of this level.")
			return geography{}, false
		case r.known.authorities[code] == nil:
			r.fault(column, programme.FaultUnknownAuthority, at.code, "There is no authority with this code.")
			return geography{}, false
		}
	}
	if !r.agrees(codes, at.number) {
		return geography{}, false
	}
	return r.within(codes, period), true
}

// within answers the authorities under the codes that they had in the period, which
// a file may name by those that they have had since.
func (r *reader) within(codes []string, period benchmark.Period) geography {
	var found geography
	codes = r.reportedTogether(codes, period, &found)
	for i, code := range codes {
		then, stood := r.known.lineages.In(code, period)
		if !stood {
			f, a := r.known.lineages.NotStanding(code, period), r.known.authorities[code]
			f.Given = a.Name + " (" + a.DfECode + ")"
			found.absent = &f
			then = code
		}
		codes[i] = then
	}
	slices.Sort(codes)
	found.code = clone(strings.Join(slices.Compact(codes), "/"))
	return found
}

// reportedTogether answers all authorities of which the rows of one are. The rows of
// another of them must have no figures.
func (r *reader) reportedTogether(codes []string, period benchmark.Period, found *geography) []string {
	for _, t := range r.mapping.place.together {
		if len(codes) != 1 || !slices.Contains(t.members, codes[0]) || !t.holds(period.EndsOn) {
			continue
		}
		if codes[0] == t.under {
			return slices.Clone(t.members)
		}
		a := r.known.authorities[codes[0]]
		found.absent = &programme.Fault{
			Code: programme.FaultReportedTogether, Given: a.Name + " (" + a.DfECode + ")",
			Detail: "The mapping says that the authority's figures are reported under another, and here it has its own.",
		}
	}
	return codes
}

// numbered answers the authorities that had the Department's numbers in the period.
func (r *reader) numbered(number string, period benchmark.Period) (geography, bool) {
	var codes []string
	for _, one := range split(number) {
		code, there := r.known.lineages.ByNumber(one, period.EndsOn)
		if !there {
			r.fault(r.mapping.place.number, programme.FaultUnknownAuthority, number, "No authority had this number of the Department's at the end of the row's period.")
			return geography{}, false
		}
		codes = append(codes, code)
	}
	return r.within(codes, period), true
}

// agrees reports whether the Department's own numbers name the same authorities,
// where the file has them: columns that slipped by a row would give one authority
// the figures of another.
func (r *reader) agrees(codes []string, number string) bool {
	if number == "" {
		return true
	}
	var expected []string
	for _, code := range codes {
		expected = append(expected, r.known.authorities[code].DfECode)
	}
	given := split(number)
	slices.Sort(expected)
	slices.Sort(given)
	if !slices.Equal(given, expected) {
		r.fault(r.mapping.place.number, programme.FaultCodeMismatch, number, "This is not the Department's number of the authority whose code the row has.")
		return false
	}
	return true
}

// split takes a joint code such as E09000021 / E09000027 apart.
func split(text string) []string {
	codes := strings.Split(text, "/")
	for i := range codes {
		codes[i] = strings.TrimSpace(codes[i])
	}
	return codes
}

// known is what is held, by key.
type known struct {
	authorities map[string]*programme.Authority // by GSS code
	lineages    benchmark.Lineages
	areas       map[string]bool // England, its regions and their parts
	indicators  map[string]*benchmark.Indicator
	estimates   benchmark.Estimates
}

func index(k benchmark.Known) known {
	out := known{
		authorities: map[string]*programme.Authority{}, lineages: benchmark.NewLineages(k.Authorities, k.Successions),
		areas: map[string]bool{benchmark.England: true}, indicators: map[string]*benchmark.Indicator{}, estimates: k.Estimates(),
	}
	for part := range benchmark.RegionParts {
		out.areas[part] = true
	}
	for i := range k.Authorities {
		a := &k.Authorities[i]
		out.authorities[a.Code] = a
		out.areas[a.RegionCode] = true
	}
	for i := range k.Indicators {
		out.indicators[k.Indicators[i].Code] = &k.Indicators[i]
	}
	return out
}

// shown is a text of the file as a fault may show it.
func shown(text string) string {
	if text == "" {
		return ""
	}
	return sheet.Shown(text)
}

// clone keeps a cell's text without the row that it is a part of.
func clone(text string) string { return strings.Clone(text) }
