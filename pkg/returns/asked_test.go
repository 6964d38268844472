package returns_test

import (
	"slices"
	"strings"
	"testing"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/returns"
)

const (
	lambeth = "E09000022"
	quarter = "2026-27-Q2"
)

// asked is a small framework: looked-after children and where they live, referrals and
// what becomes of them, and what agency staff cost.
func asked(rules ...framework.Rule) returns.Asked {
	count := func(code, of, name string, policy framework.Policy, basis framework.Basis) framework.Count {
		return framework.Count{Code: code, Of: framework.Of(of), Name: name, Policy: policy, Basis: basis, Definition: "As the sector says.", List: "Annex A list 6"}
	}
	return returns.Asked{
		Version: "1.0.0",
		Document: &framework.Document{
			Counts: []framework.Count{
				count("cla", "cla.stock", "Children looked after", framework.Children, framework.AsAt),
				count("foster", "foster.stock", "Children in foster care", framework.Children, framework.AsAt),
				count("resi", "resi.stock", "Children in residential care", framework.Children, framework.AsAt),
				count("elsewhere", "elsewhere.stock", "Children placed elsewhere", framework.Children, framework.AsAt),
				count("refs", "referral.start", "Referrals", framework.Events, framework.Quarter),
				count("nfa", "nfa.start", "Referrals without further action", framework.Events, framework.Quarter),
				count("repeat", "repeat.start", "Repeat referrals", framework.Events, framework.Quarter),
				count("starts", "cpp.start", "Plans started in the year", framework.Events, framework.YearToDate),
				count("cost", "cost.start", "Cost of agency staff", framework.Nobody, framework.Quarter),
			},
			Indicators: []framework.Indicator{
				{Code: "CLA_FOSTER_PCT", Numerator: "foster", Denominator: "cla"},
				{Code: "REREF_PCT", Numerator: "repeat", Denominator: "refs"},
				{Code: "REF_RATE", Numerator: "refs", Denominator: "children"},
			},
			Relations: []framework.Relation{{A: "nfa", B: "refs", Kind: framework.PartOf, Reason: "Of the referrals."}},
			Families: []framework.Family{
				{Whole: "cla", Parts: []string{"foster", "resi", "elsewhere"}, Closed: true, Reason: "Every child lives somewhere."},
				{Whole: "refs", Parts: []string{"nfa"}, Remainder: framework.Shown, Reason: "The others go on."},
			},
			Population: framework.Population{Code: "children", Children: []framework.Residents{{Borough: lambeth, Number: 60_000}}},
			Rules:      rules,
		},
		Indicators: []benchmark.Indicator{
			{Code: "CLA_FOSTER_PCT", Name: "In foster care", Unit: benchmark.Percent, Multiplier: 100, Decimals: 1},
			{Code: "REREF_PCT", Name: "Repeat referrals", Unit: benchmark.Percent, Multiplier: 100, Decimals: 1},
			{Code: "REF_RATE", Name: "Referrals per 10,000", Unit: benchmark.Per10000, Multiplier: 10_000, Decimals: 1},
		},
	}
}

// whole is a return with which nothing is wrong.
func whole() returns.Values {
	return returns.Values{
		reported("cla", 400), reported("foster", 250), reported("resi", 50), reported("elsewhere", 100),
		reported("refs", 900), reported("nfa", 90), reported("repeat", 180), reported("starts", 120), reported("cost", 1250.5),
	}
}

// with is the values with others in their place.
func with(values returns.Values, others ...returns.Value) returns.Values {
	values = slices.Clone(values)
	for _, v := range others {
		i := slices.IndexFunc(values, func(old returns.Value) bool { return old.Count == v.Count })
		values[i] = v
	}
	return values
}

// told is what a report tells: rule, severity, counts, given and expected.
func told(r returns.Report) []string {
	var lines []string
	for _, f := range r.Findings {
		var counts []string
		for _, v := range f.Counts {
			counts = append(counts, v.Count)
		}
		lines = append(lines, strings.Join([]string{f.Rule, string(f.Severity), strings.Join(counts, "+"), f.Given, f.Expected}, " | "))
	}
	return lines
}

func same(t *testing.T, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}
