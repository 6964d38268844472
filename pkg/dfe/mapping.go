package dfe

import "peerchallenge/pkg/benchmark"

// dataset declares how one kind of file is read. A file is of the first dataset
// all of whose columns it has.
type dataset struct {
	key       string
	title     string
	publisher string
	own       []string // columns that tell this kind of file from others, all needed
	shared    []string // columns that are needed too, and that others have
	measures  []measure
	begin     func(*reader) // checks what concerns the whole file
	read      func(*reader) // takes one row
}

// measure declares what one indicator takes from a row.
type measure struct {
	indicator   string
	filter      string // column that must have the value in where, or empty
	where       string
	value       string // column of the published value, or empty if it is computed here
	numerator   string // column
	denominator string // column, or empty for the population
}

const (
	department = "Department for Education"
	statistics = "Office for National Statistics"
	licence    = "Open Government Licence v3.0"
)

// places are the columns of periods and places, which every file of Explore
// Education Statistics has.
var places = []string{"time_period", "time_identifier", "geographic_level", "country_code", "region_code", "new_la_code"}

var datasets = []dataset{
	{
		key: "cin-b1", title: "Children in need: episodes during the year and at 31 March", publisher: department,
		own: []string{"Started_episodes", "At31_episodes"}, shared: places, begin: (*reader).indicators, read: (*reader).figures,
		measures: []measure{
			{indicator: "CIN_START_RATE", numerator: "Started_episodes"},
			{indicator: "CIN_RATE", numerator: "At31_episodes"},
		},
	},
	{
		key: "cin-c1", title: "Children in need: referrals and re-referrals", publisher: department,
		own: []string{
			"referral_count", "rereferral_count", "rereferral_percent", "no_further_action_count", "no_further_action_percent",
			"not_in_need_count", "not_in_need_percent",
		}, shared: places, begin: (*reader).indicators, read: (*reader).figures,
		measures: []measure{
			{indicator: "REF_RATE", numerator: "referral_count"},
			{indicator: "REREF_PCT", value: "rereferral_percent", numerator: "rereferral_count", denominator: "referral_count"},
			{indicator: "REF_NFA_PCT", value: "no_further_action_percent", numerator: "no_further_action_count", denominator: "referral_count"},
			{indicator: "REF_NOT_IN_NEED_PCT", value: "not_in_need_percent", numerator: "not_in_need_count", denominator: "referral_count"},
		},
	},
	{
		key: "cla-rates", title: "Children looked after: number and rate per 10,000 children", publisher: department,
		own: []string{"population_type", "population_estimate", "children_count", "rate_per_10000"}, shared: places, begin: (*reader).indicators, read: (*reader).figures,
		measures: []measure{
			lookedAfter("CLA_RATE", "Children looked after on 31 March each year"),
			lookedAfter("CLA_START_RATE", "Children starting to be looked after each year"),
			lookedAfter("CLA_CEASE_RATE", "Children ceasing to be looked after each year"),
		},
	},
	{
		key: "ons-population", title: "Mid-year population estimates of children aged 0 to 17", publisher: statistics,
		own: []string{"age_group", "population_estimate"}, shared: places, read: (*reader).population,
	},
	{
		key: "sn-model", title: "Children's services statistical neighbour model", publisher: department,
		own: neighbourColumns(), shared: []string{"old_la_code"}, begin: (*reader).model, read: (*reader).neighbours,
	},
}

func lookedAfter(indicator, population string) measure {
	return measure{
		indicator: indicator, filter: "population_type", where: population,
		value: "rate_per_10000", numerator: "children_count", denominator: "population_estimate",
	}
}

// level is a geographic level and the column of its places' codes.
type level struct {
	level  benchmark.Level
	column string
}

// levels are the geographic levels that are read.
var levels = map[string]level{
	"National":        {benchmark.National, "country_code"},
	"Regional":        {benchmark.Regional, "region_code"},
	"Local authority": {benchmark.LocalAuthority, "new_la_code"},
}

// passedOver are the other levels of Explore Education Statistics, which have no
// comparators here. A level in neither list is a fault: a misspelt one would lose
// its figures in silence.
var passedOver = []string{
	"English devolved area", "Institution", "Local authority district", "Local enterprise partnership",
	"Local skills improvement plan area", "MAT", "Mayoral combined authority", "Opportunity area",
	"Parliamentary constituency", "Planning area", "Police force area", "Provider", "RSC region", "School", "Sponsor", "Ward",
}

// closeness are the neighbour model's own words for how like two authorities are.
var closeness = []string{"Extremely close", "Very close", "Close", "Somewhat close", "Not close"}

// identifiers are the kinds of period that are read, with the ends of our codes.
var identifiers = map[string]string{
	"Reporting year": "", "Financial year": "",
	"Financial year Q1": "-Q1", "Financial year Q2": "-Q2", "Financial year Q3": "-Q3", "Financial year Q4": "-Q4",
}

// symbols stand in the files where a number might (Explore Education
// Statistics' conventions, old and new).
var symbols = map[string]benchmark.Status{
	"c": benchmark.Confidential, "z": benchmark.NotApplicable, "x": benchmark.NotAvailable, "low": benchmark.LowValue,
	"k": benchmark.RoundsToZero, "u": benchmark.Unreliable, ":": benchmark.OlderMissing,
}
