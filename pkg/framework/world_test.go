package framework_test

import (
	"errors"
	"slices"
	"testing"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
)

const hackney, camden = "E09000012", "E09000007"

// known is what the documents of these tests may name.
func known() framework.Known {
	indicator := func(code string, unit benchmark.Unit) benchmark.Indicator {
		return benchmark.Indicator{Code: code, Unit: unit}
	}
	return framework.Known{
		Boroughs: []string{camden, hackney},
		Indicators: []benchmark.Indicator{
			indicator("REF_RATE", benchmark.Per10000), indicator("REREF_PCT", benchmark.Percent), indicator("REF_NFA_PCT", benchmark.Percent), indicator("CPP_RATE", benchmark.Per10000),
			indicator("CPP_REPEAT_PCT", benchmark.Percent), indicator("CLA_RATE", benchmark.Per10000), indicator("CLA_FOSTER_PCT", benchmark.Percent), indicator("CLA_RESI_PCT", benchmark.Percent),
			indicator("CLA_HEALTH_PCT", benchmark.Percent), indicator("YJ_FTE_RATE", benchmark.Per100000), indicator("CLA_SDQ_AVG", benchmark.Score), indicator("SW_TURNOVER_PCT", benchmark.Percent),
		},
	}
}

func count(code string, of framework.Of, policy framework.Policy, basis framework.Basis) framework.Count {
	c := framework.Count{
		Code: code, Of: of, Name: "A count", Definition: "Who is counted.", List: "Annex A, list 1", Columns: []string{"Date"}, Inclusions: "All.", WorkedExample: "Two come: 2.",
		Policy: policy, Basis: basis,
	}
	if policy == framework.Children || policy == framework.Events {
		c.HiddenFrom, c.HiddenTo = 1, 5
	}
	return c
}

func relation(a string, kind framework.RelationKind, b string) framework.Relation {
	return framework.Relation{A: a, B: b, Kind: kind, Reason: "Both come from one list."}
}

// document asks for the front door, for plans with their starts, and for children
// looked after with their placements and health.
func document() framework.Document {
	return framework.Document{
		Counts: []framework.Count{
			count("referrals", "referral.start", framework.Events, framework.Quarter),   // 0
			count("rereferrals", "referral.start", framework.Events, framework.Quarter), // 1
			count("cpp_open", "cpp.stock", framework.Children, framework.AsAt),          // 2
			count("cpp_started", "cpp.start", framework.Events, framework.Quarter),      // 3
			count("cpp_repeated", "cpp.start", framework.Events, framework.Quarter),     // 4
			count("cla", "cla.stock", framework.Children, framework.AsAt),               // 5
			count("cla_foster", "cla.stock", framework.Children, framework.AsAt),        // 6
			count("cla_homes", "cla.stock", framework.Children, framework.AsAt),         // 7
			count("cla_year", "cla.length", framework.Children, framework.Length),       // 8
			count("cla_health", "cla.length", framework.Children, framework.Length),     // 9
		},
		Indicators: []framework.Indicator{
			{Code: "REF_RATE", Numerator: "referrals", Denominator: "children"}, {Code: "REREF_PCT", Numerator: "rereferrals", Denominator: "referrals"},
			{Code: "CPP_RATE", Numerator: "cpp_open", Denominator: "children"}, {Code: "CPP_REPEAT_PCT", Numerator: "cpp_repeated", Denominator: "cpp_started"},
			{Code: "CLA_RATE", Numerator: "cla", Denominator: "children"}, {Code: "CLA_FOSTER_PCT", Numerator: "cla_foster", Denominator: "cla"},
			{Code: "CLA_RESI_PCT", Numerator: "cla_homes", Denominator: "cla"}, {Code: "CLA_HEALTH_PCT", Numerator: "cla_health", Denominator: "cla_year"},
		},
		Relations: []framework.Relation{
			relation("rereferrals", framework.PartOf, "referrals"),    // 0
			relation("cpp_started", framework.FlowOf, "cpp_open"),     // 1
			relation("cpp_repeated", framework.FlowOf, "cpp_open"),    // 2
			relation("cpp_repeated", framework.PartOf, "cpp_started"), // 3
			relation("cla_foster", framework.PartOf, "cla"),           // 4
			relation("cla_homes", framework.PartOf, "cla"),            // 5
			relation("cla_foster", framework.Disjoint, "cla_homes"),   // 6
			relation("cla_year", framework.PartOf, "cla"),             // 7
			relation("cla_health", framework.PartOf, "cla"),           // 8
			relation("cla_health", framework.PartOf, "cla_year"),      // 9
			relation("cla_foster", framework.Free, "cla_year"),        // 10
			relation("cla_foster", framework.Free, "cla_health"),      // 11
			relation("cla_homes", framework.Free, "cla_year"),         // 12
			relation("cla_homes", framework.Free, "cla_health"),       // 13
		},
		Families: []framework.Family{
			{Whole: "referrals", Parts: []string{"rereferrals"}, Remainder: framework.Shown, Reason: "First referrals harm nobody."},
			{Whole: "cpp_started", Parts: []string{"cpp_repeated"}, Remainder: framework.Shown, Reason: "First plans harm nobody."},
			{Whole: "cla", Parts: []string{"cla_foster", "cla_homes"}, Remainder: framework.Protected, Reason: "Other placements are few."},
			{Whole: "cla", Parts: []string{"cla_year"}, Remainder: framework.Shown, Reason: "How many came within the year is no secret."},
			{Whole: "cla_year", Parts: []string{"cla_health"}, Remainder: framework.Protected, Reason: "Who has no assessment is few."},
		},
		Population: framework.Population{
			Code: "children", Name: "Children aged 0 to 17", Definition: "Residents under 18.", Source: "ONS", Year: 2024, Unit: benchmark.Per10000,
			Children: []framework.Residents{{camden, 42_000}, {hackney, 61_000}},
		},
		Rules: []framework.Rule{
			{Code: "sum", Kind: framework.Sum, Severity: framework.Fault, Name: "Parts and wholes", Version: 1},
			{Code: "jump", Kind: framework.ChangeOnPrevious, Severity: framework.Warning, Name: "A jump", Limit: new(0.25), Least: new(10.0), Version: 1},
		},
		Limits: framework.Limits{MinimumN: 10, MinimumDenominator: 20, MinimumPopulation: 2000, LowReliability: 0.1},
	}
}

// found writes a refusal's faults as pointer and code, in order.
func found(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	e, is := errors.AsType[*programme.Error](err)
	if !is || e.Kind != programme.Invalid || len(e.Faults) == 0 {
		t.Fatalf("got %v, want a refusal with faults", err)
	}
	var list []string
	for _, f := range e.Faults {
		if f.Detail == "" {
			t.Errorf("the fault at %s says nothing", f.Pointer)
		}
		list = append(list, f.Pointer+" "+string(f.Code))
	}
	return list
}

func equal(t *testing.T, got, want []string) {
	t.Helper()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got\n%q, want\n%q", got, want)
	}
}
