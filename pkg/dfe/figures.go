package dfe

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// indicators checks that everything is there that the dataset feeds.
func (r *reader) indicators() {
	for _, m := range r.dataset.measures {
		if r.known.indicators[m.indicator] == nil {
			r.fault(m.numerator, programme.FaultUnknownIndicator, "There is no indicator %s, which the file gives.", m.indicator)
		}
	}
}

// figures takes the dataset's measures from a row. All cells are read whatever
// is wrong with the others, so that every fault is found at once.
func (r *reader) figures() {
	if !r.level() {
		return
	}
	period, dated := r.period()
	geography, placed := r.geography()
	used := false
	for _, m := range r.dataset.measures {
		if m.filter != "" && r.cell(m.filter) != m.where {
			continue
		}
		used = true
		ind := r.known.indicators[m.indicator]
		if ind == nil {
			continue
		}
		o := r.observe(m, ind, period, geography)
		if dated && placed && r.first("", figure{o.Indicator, o.Period, o.Geography}) {
			r.file.Observations = append(r.file.Observations, o)
		}
	}
	if !used { // a group under a new name would lose its figures in silence
		r.fault(r.dataset.measures[0].filter, programme.FaultUnknownFilter, "This is none of the groups that this kind of file has.")
	}
}

// level reports whether rows of this row's geographic level are read.
func (r *reader) level() bool {
	name := r.cell("geographic_level")
	_, read := levels[name]
	if !read && !slices.Contains(passedOver, name) {
		r.fault("geographic_level", programme.FaultUnknownLevel, "This is no geographic level of the Department's files.")
	}
	return read
}

// observe reads one measure.
func (r *reader) observe(m measure, ind *benchmark.Indicator, period benchmark.Period, geography string) benchmark.Observation {
	o := benchmark.Observation{Indicator: ind.Code, Period: period.Code, Geography: geography}
	var counted benchmark.Status
	o.Numerator, counted = r.number(m.numerator)
	if m.denominator != "" {
		o.Denominator, _ = r.number(m.denominator)
	} else {
		o.Denominator = r.known.estimates.For(geography, period)
	}
	if m.value != "" {
		o.Value, o.Status = r.number(m.value)
	} else {
		o.Value, o.Status = benchmark.Rate(*ind, o.Numerator, counted, o.Denominator)
	}
	if ind.Unit.Proportion() && o.Numerator != nil && o.Denominator != nil && *o.Numerator > *o.Denominator {
		r.fault(m.numerator, programme.FaultPartAboveWhole, "The part is greater than the whole in %s.", m.denominator)
	}
	if ind.Unit.Proportion() && o.Value != nil && *o.Value > ind.Multiplier {
		r.fault(m.value, programme.FaultPartAboveWhole, "The percentage is greater than 100.")
	}
	return o
}

// population takes one estimate from a row. Other ages than 0 to 17 are of no use
// here.
func (r *reader) population() {
	if !r.level() || r.cell("age_group") != "Children aged 0 to 17 years" {
		return
	}
	year, err := strconv.Atoi(r.cell("time_period"))
	dated := err == nil && year >= 1990 && year <= 2100
	if !dated {
		r.fault("time_period", programme.FaultUnknownPeriod, "This is no year of a mid-year estimate.")
	}
	geography, placed := r.geography()
	if strings.Contains(geography, "/") {
		r.fault("new_la_code", programme.FaultUnknownPlace, "An estimate is of one authority.")
	}
	estimate, status := r.number("population_estimate")
	if dated && placed && r.first("", figure{period: strconv.Itoa(year), geography: geography}) {
		r.file.Populations = append(r.file.Populations, benchmark.Population{Geography: geography, MidYear: year, Estimate: estimate, Status: status})
	}
}

var plainNumber = regexp.MustCompile(`^-?\d+(\.\d+)?$`)

// number reads a number or the symbol that stands in its place.
func (r *reader) number(column string) (*float64, benchmark.Status) {
	text := r.cell(column)
	if status, ok := symbols[text]; ok {
		return nil, status
	}
	if !plainNumber.MatchString(text) {
		r.fault(column, programme.FaultNotANumber, "This is neither a number nor one of the symbols c, z, x, low, k, u and :.")
		return nil, benchmark.NotAvailable
	}
	value, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil:
		r.fault(column, programme.FaultNotANumber, "The number is too great.")
		return nil, benchmark.NotAvailable
	case value < 0 || text[0] == '-':
		r.fault(column, programme.FaultNegative, "The number is negative.")
	}
	return &value, benchmark.Reported
}

var years = regexp.MustCompile(`^(20\d\d)(\d\d)?$`)

// period reads time_period and time_identifier: 2025 as a reporting year and
// 202425 as a financial year are 2024-25, with Q1 to Q4 in the identifier it is
// a quarter.
func (r *reader) period() (benchmark.Period, bool) {
	suffix, identified := identifiers[r.cell("time_identifier")]
	if !identified {
		r.fault("time_identifier", programme.FaultUnknownPeriod, "This is neither Reporting year, Financial year nor Financial year Q1 to Q4.")
	}
	match := years.FindStringSubmatch(r.cell("time_period"))
	if match == nil {
		r.fault("time_period", programme.FaultUnknownPeriod, "This is no year such as 2025 or 202425.")
		return benchmark.Period{}, false
	}
	first, _ := strconv.Atoi(match[1])
	if match[2] == "" {
		if identified && r.cell("time_identifier") != "Reporting year" {
			r.fault("time_identifier", programme.FaultUnknownPeriod, "A year such as 2025 must be a Reporting year.")
			return benchmark.Period{}, false
		}
		return benchmark.FinancialYear(first - 1), identified
	}
	p, err := benchmark.ParsePeriod(match[1] + "-" + match[2] + suffix)
	if err != nil {
		r.fault("time_period", programme.FaultUnknownPeriod, "The second year must follow the first, as in 202425.")
		return benchmark.Period{}, false
	}
	return p, identified
}

var geographyCode = regexp.MustCompile(`^E\d{8}$`)

// geography answers the code of the place of a row whose level is read: for
// authorities that report together, all their codes in order, with strokes.
func (r *reader) geography() (string, bool) {
	place := levels[r.cell("geographic_level")]
	codes := []string{r.cell(place.column)}
	if place.level == benchmark.LocalAuthority {
		codes = split(codes[0])
	}
	for _, code := range codes {
		switch {
		case !geographyCode.MatchString(code) || benchmark.LevelOf(code) != place.level || place.level != benchmark.LocalAuthority && !r.known.areas[code]:
			r.fault(place.column, programme.FaultUnknownPlace, "This is no code of a place of this level.")
			return "", false
		case place.level == benchmark.LocalAuthority && r.known.authorities[code] == nil:
			r.fault(place.column, programme.FaultUnknownAuthority, "There is no authority with this code.")
			return "", false
		}
	}
	if place.level == benchmark.LocalAuthority && !r.agrees(codes) {
		return "", false
	}
	slices.Sort(codes)
	return strings.Join(slices.Compact(codes), "/"), true
}

// agrees reports whether the DfE's own codes name the same authorities, where
// the file has them: columns that slipped by a row would give one authority the
// figures of another.
func (r *reader) agrees(codes []string) bool {
	const column = "old_la_code"
	if _, there := r.columns[column]; !there || r.cell(column) == "" {
		return true
	}
	var expected []string
	for _, code := range codes {
		expected = append(expected, r.known.authorities[code].DfECode)
	}
	given := split(r.cell(column))
	slices.Sort(expected)
	slices.Sort(given)
	if !slices.Equal(given, expected) {
		r.fault(column, programme.FaultCodeMismatch, "This is not the DfE's code of the authority in new_la_code.")
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

// markJoint gives every member of a joint authority that has no figure of its
// own one that says so.
func (r *reader) markJoint() {
	for _, o := range slices.Clone(r.file.Observations) {
		members := strings.Split(o.Geography, "/")
		if len(members) == 1 {
			continue
		}
		for _, member := range members {
			f := figure{o.Indicator, o.Period, member}
			if _, own := r.seen[f]; !own {
				r.seen[f] = r.row
				r.file.Observations = append(r.file.Observations, benchmark.Observation{
					Indicator: o.Indicator, Period: o.Period, Geography: member, Status: benchmark.Joint,
				})
			}
		}
	}
}

// known is what is held, by key.
type known struct {
	authorities map[string]*programme.Authority   // by GSS code
	byDfECode   map[string][]*programme.Authority // some took over the code of the one before them
	areas       map[string]bool                   // England, its regions and their parts
	indicators  map[string]*benchmark.Indicator
	estimates   benchmark.Estimates
}

func index(k benchmark.Known) known {
	out := known{
		authorities: map[string]*programme.Authority{}, byDfECode: map[string][]*programme.Authority{}, areas: map[string]bool{benchmark.England: true},
		indicators: map[string]*benchmark.Indicator{}, estimates: k.Estimates(),
	}
	for part := range benchmark.RegionParts {
		out.areas[part] = true
	}
	for i := range k.Authorities {
		a := &k.Authorities[i]
		out.authorities[a.Code] = a
		out.byDfECode[a.DfECode] = append(out.byDfECode[a.DfECode], a)
		out.areas[a.RegionCode] = true
	}
	for i := range k.Indicators {
		out.indicators[k.Indicators[i].Code] = &k.Indicators[i]
	}
	return out
}
