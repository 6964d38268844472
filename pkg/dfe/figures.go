package dfe

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// figures takes the dataset's measures from a row.
func (r *reader) figures() {
	period, ok := r.period()
	geography, there := r.geography()
	if !ok || !there || geography == "" {
		return
	}
	for _, m := range r.dataset.measures {
		if m.filter != "" && r.cell(m.filter) != m.where {
			continue
		}
		ind := r.known.indicators[m.indicator]
		if ind == nil {
			r.fault("", "unknown_indicator", "There is no indicator %s, which the file gives.", m.indicator)
			continue
		}
		o := r.observe(m, ind, period, geography)
		key := benchmark.Observation{Indicator: o.Indicator, Period: o.Period, Geography: o.Geography}
		if first := r.seen[key]; first > 0 {
			r.fault("", "duplicate_row", "Row %d gives %s for the same place and period.", first, m.indicator)
			continue
		}
		r.seen[key] = r.row
		r.file.Observations = append(r.file.Observations, o)
	}
}

// observe reads one measure.
func (r *reader) observe(m measure, ind *benchmark.Indicator, period benchmark.Period, geography string) benchmark.Observation {
	o := benchmark.Observation{Indicator: ind.Code, Period: period.Code, Geography: geography}
	var counted benchmark.Status
	o.Numerator, counted = r.number(m.numerator)
	if m.denominator != "" {
		o.Denominator, _ = r.number(m.denominator)
	} else {
		o.Denominator = r.known.populations[populationKey{geography, midYear(period)}]
	}
	if m.value != "" {
		o.Value, o.Status = r.number(m.value)
	} else {
		o.Value, o.Status = benchmark.Rate(*ind, o.Numerator, counted, o.Denominator)
	}
	if ind.Unit.Proportion() && o.Numerator != nil && o.Denominator != nil && *o.Numerator > *o.Denominator {
		r.fault(m.numerator, "part_above_whole", "The part is greater than the whole in %s.", m.denominator)
	}
	return o
}

// midYear is the estimate with which the DfE makes rates: that of the 30 June
// within the financial year, the last before its end.
func midYear(p benchmark.Period) int {
	start := p.StartsOn.Time()
	if start.Month() < 4 {
		return start.Year() - 1
	}
	return start.Year()
}

// population takes one estimate from a row.
func (r *reader) population() {
	year, err := strconv.Atoi(r.cell("time_period"))
	if err != nil || year < 1990 || year > 2100 {
		r.fault("time_period", "unknown_period", "This is no year of a mid-year estimate.")
		return
	}
	if r.cell("age_group") != "Children aged 0 to 17 years" {
		return // other ages are of no use here
	}
	geography, there := r.geography()
	if !there || geography == "" {
		return
	}
	estimate, status := r.number("population_estimate")
	key := benchmark.Observation{Period: strconv.Itoa(year), Geography: geography}
	if first := r.seen[key]; first > 0 {
		r.fault("", "duplicate_row", "Row %d gives the same place and year.", first)
		return
	}
	r.seen[key] = r.row
	r.file.Populations = append(r.file.Populations, benchmark.Population{Geography: geography, MidYear: year, Estimate: estimate, Status: status})
}

var plainNumber = regexp.MustCompile(`^-?\d+(\.\d+)?$`)

// number reads a number or the symbol that stands in its place.
func (r *reader) number(column string) (*float64, benchmark.Status) {
	text := r.cell(column)
	if status, ok := symbols[text]; ok {
		return nil, status
	}
	if !plainNumber.MatchString(text) {
		r.fault(column, "not_a_number", "This is neither a number nor one of the symbols c, z, x, low, k, u and :.")
		return nil, benchmark.NotAvailable
	}
	value, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil:
		r.fault(column, "not_a_number", "The number is too great.")
		return nil, benchmark.NotAvailable
	case value < 0 || text[0] == '-':
		r.fault(column, "negative", "The number is negative.")
	}
	return &value, benchmark.Reported
}

var years = regexp.MustCompile(`^(20\d\d)(\d\d)?$`)

// period reads time_period and time_identifier: 2025 as a reporting year and
// 202425 as a financial year are 2024-25, with Q1 to Q4 in the identifier it is
// a quarter.
func (r *reader) period() (benchmark.Period, bool) {
	match := years.FindStringSubmatch(r.cell("time_period"))
	identifier := r.cell("time_identifier")
	if match == nil {
		r.fault("time_period", "unknown_period", "This is no year such as 2025 or 202425.")
		return benchmark.Period{}, false
	}
	first, _ := strconv.Atoi(match[1])
	if match[2] == "" {
		if identifier != "Reporting year" {
			r.fault("time_identifier", "unknown_period", "A year such as 2025 must be a Reporting year.")
			return benchmark.Period{}, false
		}
		return benchmark.FinancialYear(first - 1), true
	}
	code := match[1] + "-" + match[2]
	if quarter, is := strings.CutPrefix(identifier, "Financial year Q"); is {
		code += "-Q" + quarter
	} else if identifier != "Financial year" && identifier != "Reporting year" {
		r.fault("time_identifier", "unknown_period", "This is neither Reporting year, Financial year nor one of its quarters.")
		return benchmark.Period{}, false
	}
	p, err := benchmark.ParsePeriod(code)
	if err != nil {
		r.fault("time_period", "unknown_period", "The second year must follow the first, as in 202425.")
		return benchmark.Period{}, false
	}
	return p, true
}

var geographyCode = regexp.MustCompile(`^E\d{8}$`)

// geography answers the row's place; "" for a level that is not read.
func (r *reader) geography() (string, bool) {
	level, read := levels[r.cell("geographic_level")]
	if !read {
		return "", true
	}
	column := map[benchmark.Level]string{benchmark.National: "country_code", benchmark.Regional: "region_code", benchmark.LocalAuthority: "new_la_code"}[level]
	codes := strings.Split(r.cell(column), "/")
	for i := range codes {
		codes[i] = strings.TrimSpace(codes[i])
		switch {
		case !geographyCode.MatchString(codes[i]) || benchmark.LevelOf(codes[i]) != level:
			r.fault(column, "unknown_place", "This is no code of a place of this level.")
			return "", false
		case level == benchmark.LocalAuthority && r.known.authorities[codes[i]] == nil:
			r.fault(column, "unknown_authority", "There is no authority with this code.")
			return "", false
		}
	}
	if len(codes) > 1 {
		slices.Sort(codes)
	}
	return strings.Join(codes, "/"), true
}

// markJoint gives every member of a joint authority that has no figure of its
// own one that says so.
func (r *reader) markJoint() {
	for _, o := range slices.Clone(r.file.Observations) {
		members := strings.Split(o.Geography, "/")
		for _, member := range members {
			key := benchmark.Observation{Indicator: o.Indicator, Period: o.Period, Geography: member}
			if len(members) > 1 && r.seen[key] == 0 {
				r.seen[key] = 1
				key.Status = benchmark.Joint
				r.file.Observations = append(r.file.Observations, key)
			}
		}
	}
}

// known is what is held, by key.
type known struct {
	authorities map[string]*programme.Authority // by GSS code
	present     map[string]*programme.Authority // by DfE code, those that stand
	indicators  map[string]*benchmark.Indicator
	populations map[populationKey]*float64
}

type populationKey struct {
	geography string
	midYear   int
}

func index(k benchmark.Known) known {
	out := known{map[string]*programme.Authority{}, map[string]*programme.Authority{}, map[string]*benchmark.Indicator{}, map[populationKey]*float64{}}
	for i := range k.Authorities {
		a := &k.Authorities[i]
		out.authorities[a.Code] = a
		if a.ValidTo == nil {
			out.present[a.DfECode] = a
		}
	}
	for i := range k.Indicators {
		out.indicators[k.Indicators[i].Code] = &k.Indicators[i]
	}
	for _, p := range k.Populations {
		out.populations[populationKey{p.Geography, p.MidYear}] = p.Estimate
	}
	return out
}
