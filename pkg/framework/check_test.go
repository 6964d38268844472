package framework_test

import (
	"testing"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/framework"
)

// checked is one document that keeps every rule but for what is altered, and the places
// of what is wrong then.
type checked struct {
	name  string
	alter func(d *framework.Document)
	want  []string
}

func check(t *testing.T, cases []checked) {
	t.Helper()
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := document()
			tt.alter(&d)
			equal(t, found(t, d.Check(known())), tt.want)
		})
	}
}

func add(d *framework.Document, counts ...framework.Count) { d.Counts = append(d.Counts, counts...) }

func relate(d *framework.Document, relations ...framework.Relation) {
	d.Relations = append(d.Relations, relations...)
}

// TestCheckCounts holds counts to their names, words and policies.
func TestCheckCounts(t *testing.T) {
	t.Parallel()
	check(t, []checked{
		{"all is said", func(*framework.Document) {}, nil},
		{"no counts", func(d *framework.Document) { *d = framework.Document{Population: d.Population, Limits: d.Limits} }, []string{"/counts required"}},
		{"a code of other letters", func(d *framework.Document) { add(d, count("Plans", "plan.stock", framework.Children, framework.AsAt)) }, []string{"/counts/10/code format"}},
		{"two counts of one name", func(d *framework.Document) { add(d, count("cla", "other.stock", framework.Children, framework.AsAt)) }, []string{"/counts/10/code repeated"}},
		{"a count with the population's name", func(d *framework.Document) {
			add(d, count("children", "child.stock", framework.Children, framework.AsAt))
		}, []string{"/counts/10/code repeated"}},
		{"a thing without a moment", func(d *framework.Document) { d.Counts[0].Of = "referral" }, []string{"/counts/0/of format"}},
		{"a moment that there is not", func(d *framework.Document) { d.Counts[0].Of = "referral.middle" }, []string{"/counts/0/of format"}},
		{"no words", func(d *framework.Document) {
			c := &d.Counts[1]
			c.Name, c.Definition, c.List, c.Columns, c.Inclusions, c.WorkedExample = "", " ", "", nil, "\n", ""
		}, []string{
			"/counts/1/name required", "/counts/1/definition required", "/counts/1/list required", "/counts/1/columns required", "/counts/1/inclusions required",
			"/counts/1/workedExample required",
		}},
		{"a column without a name", func(d *framework.Document) { d.Counts[1].Columns = []string{"Date", " "} }, []string{"/counts/1/columns/1 required"}},
		{"another policy than there is", func(d *framework.Document) { d.Counts[0].Policy = "everyone" }, []string{"/counts/0/policy enum"}},
		{"more is hidden", func(d *framework.Document) { d.Counts[0].HiddenTo = 9 }, nil},
		{"less of children is hidden", func(d *framework.Document) { d.Counts[0].HiddenTo = 4 }, []string{"/counts/0/hiddenTo out_of_range"}},
		{"what is hidden begins later", func(d *framework.Document) { d.Counts[0].HiddenFrom = 2 }, []string{"/counts/0/hiddenTo out_of_range"}},
		{"staff may be seen", func(d *framework.Document) {
			add(d, count("workers", "worker.stock", framework.People, framework.AsAt))
		}, nil},
		{"staff may be hidden", func(d *framework.Document) {
			c := count("workers", "worker.stock", framework.People, framework.AsAt)
			c.HiddenFrom, c.HiddenTo = 1, 3
			add(d, c)
		}, nil},
		{"a hidden range of staff without a beginning", func(d *framework.Document) {
			c := count("workers", "worker.stock", framework.People, framework.AsAt)
			c.HiddenTo = 3
			add(d, c)
		}, []string{"/counts/10/hiddenTo out_of_range"}},
		{"money is not hidden", func(d *framework.Document) {
			c := count("spent", "spend.start", framework.Nobody, framework.Quarter)
			c.HiddenFrom, c.HiddenTo = 1, 5
			add(d, c)
		}, []string{"/counts/10/hiddenTo not_allowed"}},
	})
}

// TestCheckFlows has flows of children posted so that they are shown as rolling twelve months.
func TestCheckFlows(t *testing.T) {
	t.Parallel()
	check(t, []checked{
		{"events of the year to date", func(d *framework.Document) {
			add(d, count("assessments", "assessment.end", framework.Events, framework.YearToDate))
		}, nil},
		{"events of twelve months", func(d *framework.Document) {
			add(d, count("assessments", "assessment.end", framework.Events, framework.TwelveMonths))
		}, []string{"/counts/10/basis not_allowed"}},
		{"children in twelve months", func(d *framework.Document) {
			add(d, count("assessed", "assessment.end", framework.Children, framework.TwelveMonths))
		}, nil},
		{"children by quarter, to be summed", func(d *framework.Document) {
			add(d, count("assessed", "assessment.end", framework.Children, framework.Quarter))
		}, []string{"/counts/10/basis not_allowed"}},
		{"money of a quarter", func(d *framework.Document) {
			add(d, count("spent", "spend.start", framework.Nobody, framework.Quarter))
		}, nil},
		{"a stock of a quarter", func(d *framework.Document) {
			add(d, count("need", "need.stock", framework.Children, framework.Quarter))
		}, []string{"/counts/10/basis not_allowed"}},
		{"a length as at a day", func(d *framework.Document) { add(d, count("long", "need.length", framework.Children, framework.AsAt)) }, []string{"/counts/10/basis not_allowed"}},
		{"all who had it during a quarter", func(d *framework.Document) {
			add(d, count("missing", "episode.during", framework.Children, framework.During))
		}, nil},
	})
}

// TestCheckBases refuses a moment with two bases.
func TestCheckBases(t *testing.T) {
	t.Parallel()
	check(t, []checked{
		{"events and children of one moment", func(d *framework.Document) {
			add(d, count("assessments", "assessment.end", framework.Events, framework.Quarter), count("assessed", "assessment.end", framework.Children, framework.TwelveMonths))
			relate(d, relation("assessments", framework.Free, "assessed"))
		}, nil},
		{"two bases of one moment", func(d *framework.Document) {
			add(d, count("assessments", "assessment.end", framework.Events, framework.Quarter), count("late", "assessment.end", framework.Events, framework.YearToDate))
			relate(d, relation("assessments", framework.Free, "late"))
		}, []string{"/counts/11/basis second_basis"}},
		{"two published bases of one moment", func(d *framework.Document) {
			add(d, count("hours", "shift.start", framework.Nobody, framework.Quarter), count("hours_year", "shift.start", framework.Nobody, framework.TwelveMonths))
			relate(d, relation("hours", framework.Free, "hours_year"))
		}, []string{"/counts/11/basis second_basis"}},
	})
}

// TestCheckIndicators has every indicator point to both of its counts.
func TestCheckIndicators(t *testing.T) {
	t.Parallel()
	check(t, []checked{
		{"an indicator that there is not", func(d *framework.Document) { d.Indicators[0].Code = "REF" }, []string{"/indicators/0/code unknown_indicator"}},
		{"an indicator twice", func(d *framework.Document) { d.Indicators = append(d.Indicators, d.Indicators[1]) }, []string{"/indicators/8/code repeated"}},
		{"a value without a numerator", func(d *framework.Document) { d.Indicators[1].Numerator = "" }, []string{"/indicators/1/numerator unknown_value"}},
		{"a value without a denominator", func(d *framework.Document) { d.Indicators[1].Denominator = "" }, []string{"/indicators/1/denominator unknown_value"}},
		{"a rate by a count", func(d *framework.Document) { d.Indicators[0].Denominator = "cla" }, []string{"/counts/5 unsaid", "/counts/6 unsaid", "/counts/7 unsaid", "/indicators/0/denominator unit"}},
		{"a rate by another population", func(d *framework.Document) { d.Indicators[0].Code = "YJ_FTE_RATE" }, []string{"/indicators/0/denominator unit"}},
		{"a percentage by the population", func(d *framework.Document) { d.Indicators[1].Denominator = "children" }, []string{"/indicators/1/denominator unit"}},
		{"a mean of scores", func(d *framework.Document) {
			scores := count("sdq_scores", "sdq.stock", framework.Nobody, framework.AsAt)
			add(d, scores, count("sdq_children", "sdq.stock", framework.Children, framework.AsAt))
			relate(d, relation("sdq_scores", framework.Free, "sdq_children"))
			d.Indicators = append(d.Indicators, framework.Indicator{Code: "CLA_SDQ_AVG", Numerator: "sdq_scores", Denominator: "sdq_children"})
		}, nil},
		{"a percentage of full-time equivalents", func(d *framework.Document) {
			add(d, count("fte_left", "worker.end", framework.Nobody, framework.TwelveMonths), count("fte", "worker.stock", framework.Nobody, framework.AsAt))
			relate(d, relation("fte_left", framework.FlowOf, "fte"))
			d.Indicators = append(d.Indicators, framework.Indicator{Code: "SW_TURNOVER_PCT", Numerator: "fte_left", Denominator: "fte"})
		}, nil},
		{"a percentage of another whole", func(d *framework.Document) { d.Indicators[7].Denominator = "cla" }, []string{"/indicators/7/denominator not_the_whole"}},
	})
}

// TestCheckPairs has every pair said of one thing or one denominator.
func TestCheckPairs(t *testing.T) {
	t.Parallel()
	check(t, []checked{
		{"a pair of one thing is unsaid", func(d *framework.Document) { d.Relations = d.Relations[:13] }, []string{"/counts/9 unsaid"}},
		{"a pair with one denominator is unsaid", func(d *framework.Document) {
			add(d, count("nfa", "decision.start", framework.Events, framework.Quarter))
			relate(d, relation("nfa", framework.PartOf, "referrals"))
			d.Families = append(d.Families, framework.Family{Whole: "referrals", Parts: []string{"nfa"}, Remainder: framework.Shown, Reason: "As usual."})
			d.Indicators = append(d.Indicators, framework.Indicator{Code: "REF_NFA_PCT", Numerator: "nfa", Denominator: "referrals"})
		}, []string{"/counts/10 unsaid"}},
		{"a pair with one denominator is free", func(d *framework.Document) {
			add(d, count("nfa", "decision.start", framework.Events, framework.Quarter))
			relate(d, relation("nfa", framework.PartOf, "referrals"), relation("nfa", framework.Free, "rereferrals"))
			d.Families = append(d.Families, framework.Family{Whole: "referrals", Parts: []string{"nfa"}, Remainder: framework.Shown, Reason: "As usual."})
			d.Indicators = append(d.Indicators, framework.Indicator{Code: "REF_NFA_PCT", Numerator: "nfa", Denominator: "referrals"})
		}, nil},
		{"things that share nothing need no word", func(d *framework.Document) {
			add(d, count("visits", "visit.start", framework.Events, framework.Quarter))
		}, nil},
		{"a relation without a reason", func(d *framework.Document) { d.Relations[0].Reason = "" }, []string{"/relations/0/reason required"}},
		{"a relation of another kind", func(d *framework.Document) { d.Relations[10].Kind = "friend_of" }, []string{"/relations/10/kind enum"}},
		{"a relation of what there is not", func(d *framework.Document) {
			relate(d, relation("cla", framework.Free, "nobody"), relation("nobody", framework.Free, "cla"))
		}, []string{
			"/relations/14/b unknown_value", "/relations/15/a unknown_value",
		}},
		{"a relation with itself", func(d *framework.Document) { relate(d, relation("cla", framework.Same, "cla")) }, []string{"/relations/14/b repeated"}},
		{"a pair is said twice", func(d *framework.Document) { relate(d, relation("cla_year", framework.Free, "cla_foster")) }, []string{"/relations/14 repeated"}},
	})
}

// TestCheckRelations holds relations to what their counts are.
func TestCheckRelations(t *testing.T) {
	t.Parallel()
	check(t, []checked{
		{"the same number under two names", func(d *framework.Document) {
			add(d, count("cla_list", "list.stock", framework.Children, framework.AsAt))
			relate(d, relation("cla_list", framework.Same, "cla"))
		}, nil},
		{"the same number, otherwise hidden", func(d *framework.Document) {
			c := count("cla_list", "list.stock", framework.Children, framework.AsAt)
			c.HiddenTo = 9
			add(d, c)
			relate(d, relation("cla_list", framework.Same, "cla"))
		}, []string{"/relations/14/kind contradiction"}},
		{"a happening as part of a stock", func(d *framework.Document) { d.Relations[2].Kind = framework.PartOf }, []string{"/relations/2/kind contradiction", "/relations/2 second_whole"}},
		{"a flow of a flow", func(d *framework.Document) { d.Relations[3].Kind = framework.FlowOf }, []string{
			"/relations/3/kind contradiction", "/families/1/parts/0 contradiction",
		}},
		{"starts that are free of their stock", func(d *framework.Document) { d.Relations[1].Kind = framework.Free }, []string{"/relations/1/kind contradiction"}},
		{"starts that are free of their stock, which is part of something else", func(d *framework.Document) {
			d.Relations[1].Kind = framework.Free
			add(d, count("need", "need.stock", framework.Children, framework.AsAt))
			relate(d, relation("cpp_open", framework.PartOf, "need"))
			d.Families = append(d.Families, framework.Family{Whole: "need", Parts: []string{"cpp_open"}, Remainder: framework.Shown, Reason: "As usual."})
		}, []string{"/relations/1/kind contradiction"}},
		{"a stay of what is no stay", func(d *framework.Document) { d.Relations[1].Kind = framework.StayOf }, []string{"/relations/1/kind contradiction"}},
		{"a stay that is free of its stock", func(d *framework.Document) {
			add(d, count("need", "need.stock", framework.Children, framework.AsAt), count("need_years", "need.length", framework.Children, framework.Length))
			relate(d, relation("need_years", framework.Free, "need"))
		}, []string{"/relations/14/kind contradiction"}},
		{"a stay of its stock", func(d *framework.Document) {
			add(d, count("need", "need.stock", framework.Children, framework.AsAt), count("need_years", "need.length", framework.Children, framework.Length))
			relate(d, relation("need_years", framework.StayOf, "need"))
		}, nil},
		{"part of what is disjoint from another", func(d *framework.Document) {
			add(d, count("foster_kin", "kin.stock", framework.Children, framework.AsAt))
			relate(d, relation("foster_kin", framework.PartOf, "cla_foster"), relation("foster_kin", framework.Free, "cla_homes"))
			d.Families = append(d.Families, framework.Family{Whole: "cla_foster", Parts: []string{"foster_kin"}, Remainder: framework.Shown, Reason: "As usual."})
		}, []string{"/relations/15/kind contradiction"}},
		{"part of what is part of another", func(d *framework.Document) { d.Relations[8].Kind = framework.Free }, []string{"/relations/8/kind contradiction"}},
	})
}

// TestCheckFamilies has families form a forest.
func TestCheckFamilies(t *testing.T) {
	t.Parallel()
	check(t, []checked{
		{"a family of what there is not", func(d *framework.Document) {
			d.Families = append(d.Families, framework.Family{Whole: "nobody", Parts: []string{"cla"}, Closed: true, Reason: "As usual."})
		}, []string{"/families/5/whole unknown_value"}},
		{"a part that there is not", func(d *framework.Document) { d.Families[0].Parts = []string{"rereferrals", "nobody"} }, []string{"/families/0/parts/1 unknown_value"}},
		{"a family without parts", func(d *framework.Document) {
			d.Families = append(d.Families, framework.Family{Whole: "cpp_open", Remainder: framework.Shown, Reason: "As usual."})
		}, []string{"/families/5/parts too_few"}},
		{"a family without a reason", func(d *framework.Document) { d.Families[0].Reason = "" }, []string{"/families/0/reason required"}},
		{"a closed family", func(d *framework.Document) { d.Families[2].Closed, d.Families[2].Remainder = true, framework.NoRest }, nil},
		{"a closed family of one part", func(d *framework.Document) { d.Families[0].Closed, d.Families[0].Remainder = true, framework.NoRest }, []string{"/families/0/parts too_few"}},
		{"a closed family with a remainder", func(d *framework.Document) { d.Families[2].Closed = true }, []string{"/families/2/remainder not_allowed"}},
		{"an open family that does not say its remainder", func(d *framework.Document) { d.Families[2].Remainder = framework.NoRest }, []string{"/families/2/remainder required"}},
		{"a part that is not said to be one", func(d *framework.Document) { d.Families[3].Parts = []string{"cla_year", "cpp_open"} }, []string{
			"/families/3/parts/1 contradiction", "/families/3/parts/1 contradiction",
		}},
		{"parts that are free of each other", func(d *framework.Document) {
			d.Families[2].Parts = []string{"cla_foster", "cla_homes", "cla_year"}
			d.Families = append(d.Families[:3:3], d.Families[4])
		}, []string{"/families/2/parts/2 contradiction", "/families/2/parts/2 contradiction"}},
		{"a second family", func(d *framework.Document) { d.Families[3].Parts = []string{"cla_year", "cla_foster"} }, []string{
			"/families/3/parts/1 second_family", "/families/3/parts/1 contradiction",
		}},
		{"disjoint parts in two families", func(d *framework.Document) {
			d.Families[2].Parts = []string{"cla_foster"}
			d.Families = append(d.Families, framework.Family{Whole: "cla", Parts: []string{"cla_homes"}, Remainder: framework.Shown, Reason: "As usual."})
		}, []string{"/families/5/parts/0 second_family"}},
		{"a part of no family", func(d *framework.Document) { d.Families = d.Families[1:] }, []string{"/relations/0 no_family", "/indicators/1/denominator not_the_whole"}},
		{"a family of a greater whole than the smallest", func(d *framework.Document) { d.Families[4].Whole = "cla" }, []string{
			"/families/4/whole not_the_whole", "/indicators/7/denominator not_the_whole",
		}},
		{"a second whole", func(d *framework.Document) {
			add(d, count("ehcp", "ehcp.stock", framework.Children, framework.AsAt))
			relate(d, relation("cla_health", framework.PartOf, "ehcp"))
		}, []string{"/relations/14 second_whole"}},
	})
}

// TestCheckMoments refuses what gives small counts away.
func TestCheckMoments(t *testing.T) {
	t.Parallel()
	check(t, []checked{
		{"stock and starts", func(d *framework.Document) { d.Counts[4].Of = "cpp.start" }, nil},
		{"stock with starts and ends", func(d *framework.Document) {
			add(d, count("cpp_ended", "cpp.end", framework.Events, framework.Quarter))
			relate(d, relation("cpp_ended", framework.FlowOf, "cpp_open"), relation("cpp_ended", framework.Free, "cpp_started"), relation("cpp_ended", framework.Free, "cpp_repeated"))
		}, []string{"/counts/10/of gives_away"}},
		{"stock with starts and ends under another name", func(d *framework.Document) {
			add(d, count("plans_ended", "plan.end", framework.Events, framework.Quarter))
			relate(d, relation("plans_ended", framework.FlowOf, "cpp_open"))
		}, []string{"/counts/10/of gives_away"}},
		{"a length of stay beside stock and starts", func(d *framework.Document) {
			add(d, count("cpp_long", "cpp.length", framework.Children, framework.Length))
			relate(d, relation("cpp_long", framework.StayOf, "cpp_open"), relation("cpp_long", framework.StayOf, "cpp_started"), relation("cpp_long", framework.Free, "cpp_repeated"))
		}, []string{"/counts/10/of gives_away"}},
		{"who had it during the quarter beside stock and starts", func(d *framework.Document) {
			add(d, count("cpp_any", "cpp.during", framework.Children, framework.During))
			relate(d, relation("cpp_any", framework.StayOf, "cpp_open"), relation("cpp_any", framework.StayOf, "cpp_started"), relation("cpp_any", framework.Free, "cpp_repeated"))
		}, []string{"/counts/10/of gives_away"}},
		{"full-time equivalents give nobody away", func(d *framework.Document) {
			add(d, count("fte", "worker.stock", framework.Nobody, framework.AsAt), count("fte_left", "worker.end", framework.Nobody, framework.TwelveMonths), count("fte_came", "worker.start", framework.Nobody, framework.TwelveMonths))
			relate(d, relation("fte_left", framework.FlowOf, "fte"), relation("fte_came", framework.FlowOf, "fte"), relation("fte_came", framework.Free, "fte_left"))
		}, nil},
	})
}

// TestCheckPopulation holds the population to the boroughs.
func TestCheckPopulation(t *testing.T) {
	t.Parallel()
	check(t, []checked{
		{"a population without words", func(d *framework.Document) {
			d.Population.Name, d.Population.Definition, d.Population.Source = "", "", ""
		}, []string{"/population/name required", "/population/definition required", "/population/source required"}},
		{"a population of no year", func(d *framework.Document) { d.Population.Year = 24 }, []string{"/population/year out_of_range"}},
		{"a population for percentages", func(d *framework.Document) { d.Population.Unit, d.Indicators = benchmark.Percent, nil }, []string{"/population/unit unit"}},
		{"a population without a code", func(d *framework.Document) { d.Population.Code, d.Indicators = "", nil }, []string{"/population/code format"}},
		{"a borough is left out", func(d *framework.Document) { d.Population.Children = d.Population.Children[:1] }, []string{"/population/children required"}},
		{"a borough that there is not, one twice and one without children", func(d *framework.Document) {
			d.Population.Children = append(d.Population.Children, framework.Residents{"E09000099", 5}, framework.Residents{hackney, 0})
		}, []string{"/population/children/2/borough unknown_value", "/population/children/3/borough repeated", "/population/children/3/number too_small"}},
	})
}

// TestCheckLimits holds the limits to what they mean.
func TestCheckLimits(t *testing.T) {
	t.Parallel()
	check(t, []checked{
		{"no limits", func(d *framework.Document) { d.Limits = framework.Limits{} }, []string{"/limits/minimumN too_small", "/limits/minimumDenominator too_small", "/limits/lowReliability out_of_range"}},
		{"the least limits", func(d *framework.Document) {
			d.Limits = framework.Limits{MinimumN: 1, MinimumDenominator: 1, LowReliability: 1}
		}, nil},
		{"a population below nought", func(d *framework.Document) { d.Limits.MinimumPopulation = -1 }, []string{"/limits/minimumPopulation too_small"}},
	})
}

// TestCheckRules holds rules to what their kinds know.
func TestCheckRules(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		rule framework.Rule
		want []string
	}{
		{"a range", framework.Rule{Kind: framework.Range, Severity: framework.Fault, Minimum: new(0.0), Maximum: new(9000.0)}, nil},
		{"a range of one end", framework.Rule{Kind: framework.Range, Severity: framework.Warning, Maximum: new(9000.0), Counts: []string{"cla"}}, nil},
		{"a range of no end", framework.Rule{Kind: framework.Range, Severity: framework.Fault}, []string{"/rules/0/minimum required"}},
		{"a range the wrong way round", framework.Rule{Kind: framework.Range, Severity: framework.Fault, Minimum: new(2.0), Maximum: new(1.0)}, []string{"/rules/0/maximum out_of_range"}},
		{"parts", framework.Rule{Kind: framework.PartAboveWhole, Severity: framework.Fault, Counts: []string{"cla_foster"}}, nil},
		{"a part of no whole", framework.Rule{Kind: framework.PartAboveWhole, Severity: framework.Fault, Counts: []string{"cla"}}, []string{"/rules/0/counts/0 not_allowed"}},
		{"a sum", framework.Rule{Kind: framework.Sum, Severity: framework.Fault, Counts: []string{"cla"}}, nil},
		{"a sum of no family", framework.Rule{Kind: framework.Sum, Severity: framework.Fault, Counts: []string{"cla_foster"}}, []string{"/rules/0/counts/0 not_allowed"}},
		{"a change", framework.Rule{Kind: framework.ChangeOnLastYear, Severity: framework.Warning, Limit: new(0.2)}, nil},
		{"a change as an error", framework.Rule{Kind: framework.ChangeOnLastYear, Severity: framework.Fault, Limit: new(0.2)}, []string{"/rules/0/severity not_allowed"}},
		{"a change without a limit", framework.Rule{Kind: framework.ChangeOnPrevious, Severity: framework.Warning}, []string{"/rules/0/limit required"}},
		{"a limit of nought", framework.Rule{Kind: framework.Hundredfold, Severity: framework.Warning, Limit: new(0.0)}, []string{"/rules/0/limit out_of_range"}},
		{"nought where it was large", framework.Rule{Kind: framework.NoughtWhereLarge, Severity: framework.Warning, Limit: new(20.0)}, nil},
		{"what the kind does not know", framework.Rule{Kind: framework.NoughtWhereLarge, Severity: framework.Warning, Limit: new(20.0), History: new(8), Minimum: new(1.0)}, []string{
			"/rules/0/history not_allowed", "/rules/0/minimum not_allowed",
		}},
		{"an outlier", framework.Rule{Kind: framework.Outlier, Severity: framework.Warning, Limit: new(4.0), History: new(6)}, nil},
		{"an outlier among three", framework.Rule{Kind: framework.Outlier, Severity: framework.Warning, Limit: new(4.0), History: new(3)}, []string{"/rules/0/history out_of_range"}},
		{"cases below nought", framework.Rule{Kind: framework.Outlier, Severity: framework.Warning, Limit: new(4.0), History: new(6), Least: new(-1.0)}, []string{"/rules/0/least out_of_range"}},
		{"a computed value, to the last digit", framework.Rule{Kind: framework.ComputedDiffers, Severity: framework.Fault, Limit: new(0.0), Indicators: []string{"REF_RATE"}}, nil},
		{"an indicator that is not asked", framework.Rule{Kind: framework.ComputedDiffers, Severity: framework.Fault, Limit: new(0.1), Indicators: []string{"CLA_SDQ_AVG"}}, []string{"/rules/0/indicators/0 unknown_value"}},
		{"an indicator twice", framework.Rule{Kind: framework.ComputedDiffers, Severity: framework.Fault, Limit: new(0.1), Indicators: []string{"REF_RATE", "REF_RATE"}}, []string{"/rules/0/indicators/1 repeated"}},
		{"counts where indicators are asked", framework.Rule{Kind: framework.ComputedDiffers, Severity: framework.Fault, Limit: new(0.1), Counts: []string{"cla"}}, []string{"/rules/0/counts/0 not_allowed"}},
		{"indicators where counts are asked", framework.Rule{Kind: framework.Sum, Severity: framework.Fault, Indicators: []string{"REF_RATE"}}, []string{"/rules/0/indicators/0 not_allowed"}},
		{"a count that there is not, and one twice", framework.Rule{Kind: framework.Range, Severity: framework.Fault, Minimum: new(0.0), Counts: []string{"nobody", "cla", "cla"}}, []string{
			"/rules/0/counts/0 unknown_value", "/rules/0/counts/2 repeated",
		}},
		{"a fall of what is not cumulative", framework.Rule{Kind: framework.FallInCumulative, Severity: framework.Warning, Counts: []string{"cla"}}, []string{"/rules/0/counts/0 not_allowed"}},
		{"a fall of all that is cumulative", framework.Rule{Kind: framework.FallInCumulative, Severity: framework.Warning}, nil},
		{"another kind", framework.Rule{Kind: "hunch", Severity: framework.Warning}, []string{"/rules/0/kind enum"}},
		{"another severity", framework.Rule{Kind: framework.Sum, Severity: "hint"}, []string{"/rules/0/severity enum"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := document()
			tt.rule.Code, tt.rule.Name, tt.rule.Version = "rule", "A rule", 1
			d.Rules = []framework.Rule{tt.rule}
			equal(t, found(t, d.Check(known())), tt.want)
		})
	}
	d := document()
	d.Rules = []framework.Rule{{Code: "Sum", Kind: framework.Sum, Severity: framework.Fault, Name: "A", Version: 1}, {Code: "sum", Kind: framework.Sum, Severity: framework.Fault, Name: "", Version: 0}, {Code: "sum", Kind: framework.Sum, Severity: framework.Fault, Name: "A", Version: 1}}
	equal(t, found(t, d.Check(known())), []string{"/rules/0/code format", "/rules/1/name required", "/rules/1/version too_small", "/rules/2/code repeated"})
}
