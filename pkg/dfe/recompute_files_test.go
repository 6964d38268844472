package dfe_test

import "fmt"

// What follows reads the published files a second time, by nothing of the program:
// with rational numbers, and with authorities found by the Department's number and
// the day. It knows the files from the Department's own descriptions and the
// indicators' definitions, not from the mappings.

// rawFile is a file of figures.
type rawFile struct {
	name     string
	span     func(year int) span // of the year in time_period; of the first where there are two
	decimals int                 // to which values are published
	rounded  bool                // whether the parts of an authority are
	together map[string]string   // numbers of authorities whose row is that of another with them, to that one's
	measures []rawMeasure
}

// rawMeasure is where an indicator stands in a file.
type rawMeasure struct {
	indicator string
	where     map[string]string
	value     string   // column; empty where the rate is made with the population
	numerator string   // column; empty where there is none
	total     []string // columns whose sum is the denominator; empty where there is none, or the population
	of        string   // the group, in the column that whole names, of which the denominator is the count
	whole     string
	days      bool // the denominator is of working days
}

// span is a period: its key, its first and last day, and the key of the one before.
type span struct{ code, first, last, before string }

func toMarch(year int) span {
	return span{fmt.Sprintf("%d-%02d", year-1, year%100), fmt.Sprintf("%d-04-01", year-1), fmt.Sprintf("%d-03-31", year), fmt.Sprintf("%d-%02d", year-2, (year-1)%100)}
}

func fromSeptember(year int) span {
	return span{
		fmt.Sprintf("%d-%02d-AY", year, (year+1)%100), fmt.Sprintf("%d-09-01", year), fmt.Sprintf("%d-08-31", year+1),
		fmt.Sprintf("%d-%02d-AY", year-1, year%100),
	}
}

func onSeptember(year int) span {
	day := fmt.Sprintf("%d-09-30", year)
	return span{day, day, day, fmt.Sprintf("%d-09-30", year-1)}
}

func health(indicator, characteristic, breakdown, whole string) rawMeasure {
	return rawMeasure{
		indicator: indicator, where: map[string]string{"characteristic": characteristic, "breakdown": breakdown},
		value: "children_percent", numerator: "children_count", total: []string{"children_count"}, whole: "breakdown", of: whole,
	}
}

func looked(indicator, group string) rawMeasure {
	return rawMeasure{
		indicator: indicator, where: map[string]string{"population_type": group},
		value: "rate_per_10000", numerator: "children_count", total: []string{"population_estimate"},
	}
}

const (
	healthAll   = "Health assessments: Children looked after all ages"
	substance   = "Substance misuse: Children looked after all ages"
	convictions = "Convictions: Children looked after Ages 10 to 17 years"
)

var rawFiles = []rawFile{
	{name: needFile, span: toMarch, measures: []rawMeasure{
		{indicator: "CIN_START_RATE", numerator: "Started_episodes"},
		{indicator: "CIN_RATE", numerator: "At31_episodes"},
	}},
	{name: referralFile, span: toMarch, decimals: 1, measures: []rawMeasure{
		{indicator: "REF_RATE", numerator: "referral_count"},
		{indicator: "REREF_PCT", value: "rereferral_percent", numerator: "rereferral_count", total: []string{"referral_count"}},
		{indicator: "REF_NFA_PCT", value: "no_further_action_percent", numerator: "no_further_action_count", total: []string{"referral_count"}},
		{indicator: "REF_NOT_IN_NEED_PCT", value: "not_in_need_percent", numerator: "not_in_need_count", total: []string{"referral_count"}},
	}},
	{name: lookedAfter, span: toMarch, measures: []rawMeasure{
		looked("CLA_RATE", "Children looked after on 31 March each year"),
		looked("CLA_START_RATE", "Children starting to be looked after each year"),
		looked("CLA_CEASE_RATE", "Children ceasing to be looked after each year"),
	}},
	{name: "absence_la.csv", span: fromSeptember, decimals: 1, measures: []rawMeasure{{
		indicator: "CLA_PERSISTENT_ABS_PCT", where: map[string]string{"social_care_group": "CLA 12 months at 31 March", "phase_type_grouping": "Total"},
		value: "pt_pupils_pa_10_exact", numerator: "t_pupils_pa_10_exact", total: []string{"t_pupils"},
	}}},
	{name: "la_care_leavers_accommodation_suitability.csv", span: toMarch, measures: []rawMeasure{{
		indicator: "CL_ACCOM_PCT", where: map[string]string{"care_leaver_age": "19 to 21 years", "breakdown": "Accommodation considered suitable"},
		value: "care_leaver_percent", numerator: "care_leaver_count", total: []string{"care_leaver_count"}, whole: "breakdown", of: "Suitability total",
	}}},
	{name: "la_care_leavers_activity.csv", span: toMarch, measures: []rawMeasure{{
		indicator: "CL_EET_PCT", where: map[string]string{"care_leaver_age": "19 to 21 years", "breakdown": "Total in education, employment or training"},
		value: "care_leaver_percent", numerator: "care_leaver_count", total: []string{"care_leaver_count"}, whole: "breakdown", of: "Total",
	}}},
	{name: "la_conviction_health_outcome_cla.csv", span: toMarch, measures: []rawMeasure{
		health("CLA_HEALTH_PCT", healthAll, "Had their annual health assessment", "Total all ages"),
		health("CLA_DENTAL_PCT", healthAll, "Had their teeth checked by a dentist", "Total all ages"),
		health("CLA_IMMS_PCT", healthAll, "Had their immunisations up to date", "Total all ages"),
		health("CLA_SUBSTANCE_PCT", substance, "Identified as having a substance misuse problem", "Total all ages"),
		health("CLA_CONVICT_PCT", convictions, "Convicted or subject to youth cautions, or youth conditional cautions during the year", "Total ages 10 to 17 years"),
		{
			indicator: "CLA_SDQ_AVG", where: map[string]string{"characteristic": "Ages 5 to 16 years with SDQ score", "breakdown": "SDQ average score"},
			value: "children_count",
		},
	}},
	{name: "la_cla_school_moves.csv", span: toMarch, measures: []rawMeasure{{
		indicator: "CLA_SCHOOLMOVE_PCT",
		where: map[string]string{
			"cla_group": "CLA on 31 March", "move_measure": "Mid-year moves", "school_stability": "With one or more mid-year moves during the year",
		},
		value: "percentage", numerator: "number", total: []string{"number"}, whole: "school_stability", of: "Total children",
	}}},
	{name: "la_cla_swcount.csv", span: toMarch, measures: []rawMeasure{{
		indicator: "CLA_3SW_PCT", where: map[string]string{"cla_group": "CLA on 31 March", "sw_stability": "3 or more social workers during the year"},
		value: "percentage", numerator: "number", total: []string{"number"}, whole: "sw_stability", of: "Total children",
	}}},
	{name: "csww_headline_measures_2017_to_2022.csv", span: onSeptember, decimals: 1, rounded: true, together: map[string]string{"318": "314", "941": "940"}, measures: []rawMeasure{
		{indicator: "SW_VACANCY_PCT", value: "vacancy_rate_fte_%", numerator: "vacancy_fte", total: []string{"vacancy_fte", "social_worker_fte"}},
		{indicator: "SW_TURNOVER_PCT", value: "turnover_rate_fte_%", numerator: "leaver_fte", total: []string{"social_worker_fte"}},
		{indicator: "SW_AGENCY_PCT", value: "agency_worker_rate_fte_%", numerator: "agency_fte", total: []string{"agency_fte", "social_worker_fte"}},
		{indicator: "SW_CASELOAD", value: "caseload_fte", numerator: "cases", total: []string{"case_holders_fte"}},
		{indicator: "SW_ABSENCE_PCT", value: "absence_rate_fte_%", numerator: "working_days_lost_fte", total: []string{"social_worker_fte"}, days: true},
	}},
}
