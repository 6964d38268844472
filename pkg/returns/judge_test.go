package returns_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/returns"
	"peerchallenge/pkg/seed"
)

func rule(kind framework.RuleKind, severity framework.Severity, change func(*framework.Rule)) framework.Rule {
	r := framework.Rule{Code: "the_rule", Kind: kind, Severity: severity, Version: 1}
	if change != nil {
		change(&r)
	}
	return r
}

func limit(x float64) func(*framework.Rule) { return func(r *framework.Rule) { r.Limit = &x } }

func limitLeast(x, least float64) func(*framework.Rule) {
	return func(r *framework.Rule) { r.Limit, r.Least = &x, &least }
}

// past is a history of one count, the newest quarter last; what is not given is not held.
func past(count string, quarters map[string]float64) returns.History {
	var h returns.History
	for q, x := range quarters {
		h = append(h, returns.Past{Quarter: q, Values: returns.Values{reported(count, x)}})
	}
	return h
}

func eight(count string, numbers ...float64) returns.History {
	var h returns.History
	for i, q := range []string{"2024-25-Q3", "2024-25-Q4", "2025-26-Q1", "2025-26-Q2", "2025-26-Q3", "2025-26-Q4", "2026-27-Q1"} {
		if i < len(numbers) {
			h = append(h, returns.Past{Quarter: q, Values: returns.Values{reported(count, numbers[i])}})
		}
	}
	return h
}

// TestRules has for every kind of rule the return that passes and the one that does not.
func TestRules(t *testing.T) {
	t.Parallel()
	nil0 := without("refs", returns.ConfirmedNil, "None came.")
	zero := returns.Values{nil0, reported("nfa", 0), reported("repeat", 0)}
	outlier := func(r *framework.Rule) { r.Limit, r.History, r.Least = ptr(5.0), ptr(4), ptr(10.0) }
	for _, c := range []struct {
		name    string
		rule    framework.Rule
		now     []returns.Value
		history returns.History
		want    []string
	}{
		{"in range", rule(framework.Range, framework.Fault, func(r *framework.Rule) { r.Counts, r.Maximum = []string{"cla"}, ptr(400.0) }), nil, nil, nil},
		{
			"above the range", rule(framework.Range, framework.Fault, func(r *framework.Rule) { r.Counts, r.Maximum = []string{"cla"}, ptr(399.0) }), nil, nil,
			[]string{"the_rule | error | cla | 400 | at most 399"},
		},
		{
			"below the range, as a warning", rule(framework.Range, framework.Warning, func(r *framework.Rule) { r.Counts, r.Minimum = []string{"cost"}, ptr(1250.6) }), nil, nil,
			[]string{"the_rule | warning | cost | 1250.5 | at least 1250.6"},
		},
		{"a part as large as its whole", rule(framework.PartAboveWhole, framework.Fault, nil), []returns.Value{reported("nfa", 900)}, nil, nil},
		{
			"a part above its whole", rule(framework.PartAboveWhole, framework.Fault, nil), []returns.Value{reported("nfa", 901)}, nil,
			[]string{"the_rule | error | nfa+refs | 901 | at most 900"},
		},
		{
			"a rule that is asked of one part leaves the others to the framework", rule(framework.PartAboveWhole, framework.Warning, func(r *framework.Rule) { r.Counts = []string{"repeat"} }),
			[]returns.Value{reported("nfa", 901), reported("repeat", 902)}, nil,
			[]string{"part_above_whole | error | nfa+refs | 901 | at most 900", "the_rule | warning | repeat+refs | 902 | at most 900"},
		},
		{
			"a percentage's numerator above its denominator", rule(framework.PartAboveWhole, framework.Fault, nil), []returns.Value{reported("repeat", 901)}, nil,
			[]string{"the_rule | error | repeat+refs | 901 | at most 900"},
		},
		{
			"a part of nil", rule(framework.PartAboveWhole, framework.Fault, nil), []returns.Value{nil0, reported("repeat", 0), reported("nfa", 1)}, nil,
			[]string{"the_rule | error | nfa+refs | 1 | at most 0"},
		},
		{
			"a part of what does not apply", rule(framework.PartAboveWhole, framework.Fault, nil), []returns.Value{without("refs", returns.NotApplicable, "No front door."), reported("repeat", 0), reported("nfa", 1)}, nil,
			[]string{"the_rule | error | nfa+refs | 1 | at most 0"},
		},
		{"a part of what is missing", rule(framework.PartAboveWhole, framework.Fault, nil), []returns.Value{without("refs", returns.Missing, "Asked for.")}, nil, nil},
		{
			"parts that are less than the whole of them", rule(framework.Sum, framework.Fault, nil), []returns.Value{reported("resi", 49)}, nil,
			[]string{"the_rule | error | cla+foster+resi+elsewhere | 399 of 400 | together 400"},
		},
		{
			"parts that are more", rule(framework.Sum, framework.Warning, nil), []returns.Value{reported("resi", 51)}, nil,
			[]string{"the_rule | warning | cla+foster+resi+elsewhere | 401 of 400 | together at most 400"},
		},
		{"parts of which one is not known may be less", rule(framework.Sum, framework.Fault, nil), []returns.Value{without("resi", returns.Missing, "Asked for.")}, nil, nil},
		{
			"and may not be more", rule(framework.Sum, framework.Fault, nil), []returns.Value{without("resi", returns.Missing, "Asked for."), reported("foster", 301)}, nil,
			[]string{"the_rule | error | cla+foster+resi+elsewhere | 401 of 400 | together at most 400"},
		},
		{
			"parts of which one is above the whole by itself are told once", rule(framework.Sum, framework.Fault, nil), []returns.Value{reported("foster", 401)}, nil,
			[]string{"part_above_whole | error | foster+cla | 401 | at most 400"},
		},
		{
			"a part that does not apply is none", rule(framework.Sum, framework.Fault, nil), []returns.Value{without("resi", returns.NotApplicable, "We have none.")}, nil,
			[]string{"the_rule | error | cla+foster+resi+elsewhere | 350 of 400 | together 400"},
		},
		{"a change at the limit", rule(framework.ChangeOnPrevious, framework.Warning, limit(0.1)), nil, past("refs", map[string]float64{"2026-27-Q1": 1000}), nil},
		{
			"a change beyond it", rule(framework.ChangeOnPrevious, framework.Warning, limit(0.1)), nil, past("refs", map[string]float64{"2026-27-Q1": 1001}),
			[]string{"the_rule | warning | refs | 900 | 1001 in 2026-27-Q1"},
		},
		{"a change of few", rule(framework.ChangeOnPrevious, framework.Warning, limitLeast(0.1, 102)), nil, past("refs", map[string]float64{"2026-27-Q1": 1001}), nil},
		{
			"a rise from nought", rule(framework.ChangeOnPrevious, framework.Warning, limitLeast(0.1, 10)), nil, past("refs", map[string]float64{"2026-27-Q1": 0}),
			[]string{"the_rule | warning | refs | 900 | 0 in 2026-27-Q1"},
		},
		{"a change on a quarter further back", rule(framework.ChangeOnPrevious, framework.Warning, limit(0.1)), nil, past("refs", map[string]float64{"2025-26-Q4": 1}), nil},
		{"a count of the year to date is not set beside the quarter before", rule(framework.ChangeOnPrevious, framework.Warning, limit(0.1)), nil, past("starts", map[string]float64{"2026-27-Q1": 60}), nil},
		{
			"unless the rule names it", rule(framework.ChangeOnPrevious, framework.Warning, func(r *framework.Rule) { r.Limit, r.Counts = ptr(0.1), []string{"starts"} }), nil, past("starts", map[string]float64{"2026-27-Q1": 60}),
			[]string{"the_rule | warning | starts | 120 | 60 in 2026-27-Q1"},
		},
		{"like last year's", rule(framework.ChangeOnLastYear, framework.Warning, limit(0.5)), nil, past("starts", map[string]float64{"2025-26-Q2": 100, "2026-27-Q1": 1}), nil},
		{
			"unlike last year's", rule(framework.ChangeOnLastYear, framework.Warning, limit(0.5)), nil, past("starts", map[string]float64{"2025-26-Q2": 79, "2026-27-Q1": 1}),
			[]string{"the_rule | warning | starts | 120 | 79 in 2025-26-Q2"},
		},
		{"ninety-nine times", rule(framework.Hundredfold, framework.Warning, limit(90)), nil, past("refs", map[string]float64{"2026-27-Q1": 10.1}), nil},
		{
			"a hundred times", rule(framework.Hundredfold, framework.Warning, limit(90)), nil, past("refs", map[string]float64{"2026-27-Q1": 9}),
			[]string{"the_rule | warning | refs | 900 | about 9, as in 2026-27-Q1"},
		},
		{
			"a hundredth", rule(framework.Hundredfold, framework.Warning, limit(90)), nil, past("refs", map[string]float64{"2026-27-Q1": 90_000}),
			[]string{"the_rule | warning | refs | 900 | about 90000, as in 2026-27-Q1"},
		},
		{"nought, as before", rule(framework.NoughtWhereLarge, framework.Warning, limit(20)), zero, past("refs", map[string]float64{"2026-27-Q1": 19}), nil},
		{
			"nought where it was large", rule(framework.NoughtWhereLarge, framework.Warning, limit(20)), zero, past("refs", map[string]float64{"2026-27-Q1": 20}),
			[]string{"the_rule | warning | refs | confirmed nil | 20 in 2026-27-Q1"},
		},
		{"like its own history", rule(framework.Outlier, framework.Warning, outlier), nil, eight("refs", 870, 910, 905, 880, 1000), nil},
		{
			"far from its own history", rule(framework.Outlier, framework.Warning, outlier), nil, eight("refs", 500, 510, 505, 480, 495),
			[]string{"the_rule | warning | refs | 900 | about 500, as in 5 earlier quarters"},
		},
		{"too short a history", rule(framework.Outlier, framework.Warning, outlier), nil, eight("refs", 500, 510, 505), nil},
		{"one odd quarter is no measure", rule(framework.Outlier, framework.Warning, outlier), nil, eight("refs", 900, 905, 9000, 895, 903), nil},
		{"a history that never changed minds what is less than the least", rule(framework.Outlier, framework.Warning, outlier), nil, eight("refs", 891, 891, 891, 891), nil},
		{
			"and what is more", rule(framework.Outlier, framework.Warning, outlier), nil, eight("refs", 890, 890, 890, 890),
			[]string{"the_rule | warning | refs | 900 | about 890, as in 4 earlier quarters"},
		},
		{"the year to date has its own quarters", rule(framework.Outlier, framework.Warning, func(r *framework.Rule) { r.Limit, r.History = ptr(5.0), ptr(2) }), nil, eight("starts", 150, 210, 60, 121, 152, 205, 61), nil},
		{"the year so far", rule(framework.FallInCumulative, framework.Warning, nil), nil, past("starts", map[string]float64{"2026-27-Q1": 120, "2025-26-Q4": 500}), nil},
		{
			"a fall in the year so far", rule(framework.FallInCumulative, framework.Warning, nil), nil, past("starts", map[string]float64{"2026-27-Q1": 121}),
			[]string{"the_rule | warning | starts | 120 | at least 121, as in 2026-27-Q1"},
		},
		{"a fall of few", rule(framework.FallInCumulative, framework.Warning, func(r *framework.Rule) { r.Least = ptr(2.0) }), nil, past("starts", map[string]float64{"2026-27-Q1": 121}), nil},
		{"what is later is no history", rule(framework.Outlier, framework.Warning, func(r *framework.Rule) { r.Limit, r.History = ptr(5.0), ptr(1) }), nil, past("refs", map[string]float64{"2026-27-Q3": 1}), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			report := returns.Judge(asked(c.rule), lambeth, quarter, with(whole(), c.now...), c.history, nil)
			same(t, told(report), c.want)
			for _, f := range report.Findings {
				if !strings.HasSuffix(f.Detail, ".") || !strings.HasSuffix(f.Advice, ".") || strings.Contains(f.Detail, "%!") {
					t.Errorf("it is said as %q, %q", f.Detail, f.Advice)
				}
			}
		})
	}
}

// TestWhatTheSenderComputed holds values that came with the counts against them.
func TestWhatTheSenderComputed(t *testing.T) {
	t.Parallel()
	computed := rule(framework.ComputedDiffers, framework.Fault, limit(0.1))
	for name, c := range map[string]struct {
		figure returns.Figure
		now    []returns.Value
		want   []string
	}{
		"as the counts say":              {returns.Figure{Indicator: "CLA_FOSTER_PCT", Value: 62.5}, nil, nil},
		"rounded otherwise":              {returns.Figure{Indicator: "CLA_FOSTER_PCT", Value: 62.4}, nil, nil},
		"another":                        {returns.Figure{Indicator: "CLA_FOSTER_PCT", Value: 62.7}, nil, []string{"the_rule | error | foster+cla | 62.7 | 62.5"}},
		"a rate with the own population": {returns.Figure{Indicator: "REF_RATE", Value: 150}, nil, nil},
		"a rate with another":            {returns.Figure{Indicator: "REF_RATE", Value: 155.2}, nil, []string{"the_rule | error | refs | 155.2 | 150"}},
		"of nought": {
			returns.Figure{Indicator: "REREF_PCT", Value: 0},
			[]returns.Value{reported("refs", 0), reported("nfa", 0), reported("repeat", 0)},
			[]string{"the_rule | error | repeat+refs | 0 | no value"},
		},
		"of what is missing":   {returns.Figure{Indicator: "REREF_PCT", Value: 12}, []returns.Value{without("refs", returns.Missing, "Asked for.")}, nil},
		"of what nobody asked": {returns.Figure{Indicator: "SW_CASELOAD", Value: 12}, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.figure.Place = returns.Place{Row: 7, Column: "value"}
			r := returns.Return{Borough: lambeth, Quarter: quarter, Values: with(whole(), c.now...), Figures: []returns.Figure{c.figure}}
			report := r.Judge(asked(computed), nil, nil)
			same(t, told(report), c.want)
			for _, f := range report.Findings {
				if f.Place != c.figure.Place {
					t.Errorf("it stands at %+v, want where the value stands", f.Place)
				}
			}
		})
	}
}

// TestEverythingAtOnce posts a return with a fault of each sort: all of them are told,
// with their places, and only what cannot be kept keeps it from being kept.
func TestEverythingAtOnce(t *testing.T) {
	t.Parallel()
	a := asked(rule(framework.ChangeOnPrevious, framework.Warning, limit(0.1)))
	sent := posted(a, []returns.Value{
		reported("refs", 900), reported("cla", 1.5), reported("nope", 3), reported("nfa", 901), reported("refs", 901), {Count: "foster", Status: returns.ConfirmedNil},
		without("resi", returns.Missing, "Asked for."), reported("elsewhere", 0), reported("repeat", 0), {Count: "cost", Status: returns.Missing},
	})
	report := sent.Judge(a, past("refs", map[string]float64{"2026-27-Q1": 100}), nil)
	var got []string
	for _, f := range report.Findings {
		got = append(got, fmt.Sprint(f.Severity, " ", f.Place.Pointer, " ", f.Rule, " ", f.Remedy))
	}
	same(t, got, []string{
		"refused /values/1/value not_whole correct_values",
		"refused /values/2/count unknown_value correct_values",
		"refused /values/4 repeated correct_values",
		"refused /values/5/reason reason_required give_reasons",
		"error  reason_required give_reasons", // starts, which the return does not name
		"error /values/9 reason_required give_reasons",
		"error /values/3 part_above_whole reconcile",
		"warning /values/0 the_rule explain",
	})
	if report.Keepable() || report.Submittable() || report.Refused != 4 || report.Errors != 3 || report.Warnings != 1 || report.Open != 1 {
		t.Errorf("the report says %d refused, %d errors, %d warnings, %d open", report.Refused, report.Errors, report.Warnings, report.Open)
	}
	if want := (returns.Tally{Reported: 4, Missing: 5}); report.Tally != want {
		t.Errorf("the values are %+v, want %+v", report.Tally, want)
	}
	if faults := report.Faults(returns.Refused); len(faults) != 4 || faults[0].Pointer != "/values/1/value" || faults[0].Code != "not_whole" || faults[0].Given != "1.5" {
		t.Errorf("as faults of the request they are %+v", faults)
	}
	var codes []string
	for _, f := range report.Faults(returns.Error, returns.Warning) {
		codes = append(codes, string(f.Code))
	}
	same(t, codes, []string{"reason_required", "reason_required", "part_above_whole", "beyond_limit"})
	for _, k := range framework.Kinds {
		if f := (&returns.Finding{Rule: "the_rule", Kind: k.Kind}).Fault(); f.Code == "the_rule" {
			t.Errorf("what %s finds has no code of a fault", k.Kind)
		}
	}
	if good := returns.Judge(a, lambeth, quarter, whole(), nil, nil); !good.Keepable() || !good.Submittable() || good.Next() != "Nothing is left to do: the return can be submitted." {
		t.Errorf("a good return has %v", told(good))
	}
}

// TestTheOrderOfValuesIsNothing: whatever the order in which a return comes and its
// history is held, the report is the same.
func TestTheOrderOfValuesIsNothing(t *testing.T) {
	t.Parallel()
	a := asked(rule(framework.ChangeOnPrevious, framework.Warning, limit(0.01)), rule(framework.ChangeOnLastYear, framework.Warning, limit(0.01)), rule(framework.Outlier, framework.Warning, func(r *framework.Rule) { r.Limit, r.History = ptr(1.0), ptr(2) }))
	values := with(whole(), reported("nfa", 5000), reported("resi", 7))
	history := eight("refs", 700, 710, 720, 730, 740)
	want := told(posted(a, values).Judge(a, history, nil))
	if len(want) < 4 {
		t.Fatalf("only %v is found", want)
	}
	random := rand.New(rand.NewPCG(13, 1))
	for range 50 {
		random.Shuffle(len(values), func(i, k int) { values[i], values[k] = values[k], values[i] })
		random.Shuffle(len(history), func(i, k int) { history[i], history[k] = history[k], history[i] })
		same(t, told(posted(a, values).Judge(a, history, nil)), want)
	}
}

// TestEveryFamilyOfAWhole is asked, however many families it has.
func TestEveryFamilyOfAWhole(t *testing.T) {
	t.Parallel()
	a := asked(rule(framework.Sum, framework.Warning, nil))
	a.Document.Families = append(a.Document.Families, framework.Family{Whole: "cla", Parts: []string{"nfa", "repeat"}, Closed: true})
	report := returns.Judge(a, lambeth, quarter, with(whole(), reported("foster", 251)), nil, nil)
	same(t, told(report), []string{
		"the_rule | warning | cla+foster+resi+elsewhere | 401 of 400 | together at most 400",
		"the_rule | warning | cla+nfa+repeat | 270 of 400 | together 400",
	})
}

// TestLondon judges returns of London's own framework: a plausible one has no finding,
// and each rule finds what it is there for.
func TestLondon(t *testing.T) {
	t.Parallel()
	f, err := seed.Framework()
	if err != nil {
		t.Fatal(err)
	}
	reference, err := seed.London()
	if err != nil {
		t.Fatal(err)
	}
	london := returns.Asked{Version: f.Number, Document: &f.Document, Indicators: reference.Indicators}
	numbers := map[string]float64{
		"early_help_assessments": 300, "referrals": 1000, "rereferrals": 180, "referrals_no_further_action": 60, "assessments": 900, "assessments_in_45_days": 760, "section_47_enquiries": 320,
		"conferences": 110, "conferences_in_15_days": 90, "children_in_need": 2100, "plans_open": 260, "plans_started": 95, "plans_repeated": 17, "looked_after": 380, "in_foster_care": 250,
		"in_homes": 45, "in_supported_accommodation": 40, "looked_after_a_year": 270, "health_assessed": 240, "care_leavers": 420, "leavers_in_suitable_homes": 370, "leavers_occupied": 240,
	}
	var good returns.Values
	for _, c := range f.Document.Counts {
		x, is := numbers[c.Code]
		if !is {
			t.Fatalf("what is likely of %s is not said here", c.Code)
		}
		good = append(good, reported(c.Code, x))
	}
	var history returns.History
	for _, q := range []string{"2024-25-Q3", "2024-25-Q4", "2025-26-Q1", "2025-26-Q2", "2025-26-Q3", "2025-26-Q4", "2026-27-Q1"} {
		history = append(history, returns.Past{Quarter: q, Values: good})
	}
	same(t, told(posted(london, good).Judge(london, history, nil)), nil)

	off := with(good, reported("referrals", 10), reported("rereferrals", 2), reported("referrals_no_further_action", 11), reported("in_foster_care", 350), reported("early_help_assessments", 0),
		reported("children_in_need", 9001))
	sent := posted(london, off)
	sent.Figures = []returns.Figure{{Indicator: "CL_EET_PCT", Value: 75}}
	found := map[string]bool{}
	for _, finding := range sent.Judge(london, history, nil).Findings {
		found[finding.Rule] = true
	}
	for _, r := range f.Document.Rules {
		// What is below nought cannot even be kept.
		if !found[r.Code] && r.Code != "not_below_nought" {
			t.Errorf("nothing breaks the rule %s", r.Code)
		}
	}
}

// TestAtMostAHundred: of many findings a hundred are told, the gravest first, and how
// many more there are.
func TestAtMostAHundred(t *testing.T) {
	t.Parallel()
	given := []returns.Value{reported("refs", 1)}
	for i := range 250 {
		given = append(given, reported(fmt.Sprint("no such count ", i), 1))
	}
	report := posted(asked(), given).Judge(asked(), nil, nil)
	if len(report.Findings) != returns.MaxFindings || report.Refused != 250 || report.Errors != 8 || report.More != 158 {
		t.Errorf("told are %d, %d more, of %d refused and %d errors", len(report.Findings), report.More, report.Refused, report.Errors)
	}
	if report.Findings[99].Severity != returns.Refused {
		t.Error("the gravest are not told first")
	}
}

// TestThePracticeQuarterHasNoQuarterBefore: rules that read earlier quarters have nothing
// to read there.
func TestThePracticeQuarterHasNoQuarterBefore(t *testing.T) {
	t.Parallel()
	var rules []framework.Rule
	for _, k := range framework.Kinds {
		rules = append(rules, rule(k.Kind, framework.Warning, func(r *framework.Rule) { r.Limit, r.History = ptr(0.0001), ptr(1) }))
	}
	report := returns.Judge(asked(rules...), lambeth, "practice", whole(), eight("refs", 1, 2, 3, 4, 5, 6, 7), nil)
	same(t, told(report), nil)
	if report := returns.Judge(asked(rules...), lambeth, quarter, whole(), eight("refs", 1, 2, 3, 4, 5, 6, 7), nil); len(report.Findings) == 0 {
		t.Error("in a quarter of its own the same return has no finding")
	}
}

// posted is a return of the borough and the quarter that came as a list in JSON.
func posted(asked returns.Asked, values returns.Values) *returns.Return {
	return returns.Posted(asked, lambeth, quarter, "/values", len(values), func(i int) returns.Value { return values[i] })
}
