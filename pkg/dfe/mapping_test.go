package dfe_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/dfe"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/seed"
)

// documented answers the n-th example of docs/mappings.md: a file, and the mapping
// that reads it.
func documented(t testing.TB, n int) (file, mapping string) {
	t.Helper()
	text, err := os.ReadFile("../../docs/mappings.md")
	if err != nil {
		t.Fatal(err)
	}
	fenced := func(language string) string {
		parts := strings.Split(string(text), "```"+language+"\n")
		if len(parts) <= n {
			t.Fatalf("docs/mappings.md has no example %d in %s", n, language)
		}
		body, _, _ := strings.Cut(parts[n], "```")
		return body
	}
	return fenced("csv"), fenced("yaml")
}

func mustMap(t testing.TB, text string) *dfe.Mapping {
	t.Helper()
	m, err := dfe.ReadMapping("folder/mine.yaml", strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v, faults %+v", err, refusal(t, err).Faults)
	}
	return m
}

// with answers the program's mappings and one more.
func with(t testing.TB, text string) dfe.Options {
	t.Helper()
	all, err := dfe.Builtin().With(mustMap(t, text))
	if err != nil {
		t.Fatalf("%v, faults %+v", err, refusal(t, err).Faults)
	}
	return dfe.Options{Mappings: all}
}

// TestDocumentedExamples reads what the documentation says can be read, and finds in
// it what the documentation says is there.
func TestDocumentedExamples(t *testing.T) {
	value := func(v, n, d float64) benchmark.Observation {
		return benchmark.Observation{Status: benchmark.Reported, Value: &v, Numerator: &n, Denominator: &d}
	}
	for n, want := range []struct {
		dataset string
		rows    int
		figures map[key]benchmark.Observation
	}{
		{"first-time-entrants", 4, map[key]benchmark.Observation{
			{"YJ_FTE_RATE", "2023", "E09000022"}: value(181.7, 48, 26410), {"YJ_FTE_RATE", "2023", "E09000028"}: value(196.3, 51, 25980),
			{"YJ_FTE_RATE", "2024", "E09000022"}: value(161.5, 42, 26000), {"YJ_FTE_RATE", "2024", "E09000028"}: {Status: benchmark.NotAvailable, Denominator: new(26120.0)},
		}},
		{"ehc-plans-timeliness", 8, map[key]benchmark.Observation{
			{"EHCP_20WK_PCT", "2024", benchmark.England}: value(46.4, 43960, 94760), {"EHCP_20WK_PCT", "2024", "E09000022"}: value(60.8, 203, 334),
		}},
	} {
		content, mapping := documented(t, n+1)
		file, err := dfe.Read("file.csv", strings.NewReader(content), england(t), with(t, mapping))
		if err != nil {
			t.Fatalf("example %d: %v, faults %+v", n+1, err, refusal(t, err).Faults)
		}
		if file.Release.Dataset != want.dataset || file.Release.Rows != want.rows || len(file.Observations) != len(want.figures) || len(file.Warnings) > 0 {
			t.Errorf("example %d gives %+v with %d figures and the warnings %+v", n+1, file.Release, len(file.Observations), file.Warnings)
		}
		for k, o := range byKey(file.Observations) {
			if w := want.figures[k]; !equal(o.Value, w.Value) || !equal(o.Numerator, w.Numerator) || !equal(o.Denominator, w.Denominator) || o.Status != w.Status {
				t.Errorf("example %d: %+v is %s, %s of %s with status %q", n+1, k, show(o.Value), show(o.Numerator), show(o.Denominator), o.Status)
			}
		}
		if len(file.Periods) == 0 || file.Periods[0].Kind != benchmark.Calendar {
			t.Errorf("example %d lies in %+v", n+1, file.Periods)
		}
	}
	_, mapping := documented(t, 2)
	content, _ := documented(t, 2)
	file, err := dfe.Read("file.csv", strings.NewReader(content), england(t), with(t, mapping))
	if err != nil || file.ChangeLimits["EHCP_20WK_PCT"] != 40 {
		t.Errorf("the limits of change are %v, error %v", file.ChangeLimits, err)
	}
}

// TestMappingsRefused has every way in which a mapping can be wrong, as a change of
// the documentation's second example, and the line that is named.
func TestMappingsRefused(t *testing.T) {
	_, right := documented(t, 2)
	for name, test := range map[string]struct {
		was, becomes string
		line         string // on which the fault must be: the one that has this text
		says         string
	}{
		"an unknown setting":            {"period:", "perriod:", "perriod:", "There is no setting “perriod” in a mapping."},
		"a setting of another place":    {"    unit: percent", "    units: percent", "units:", "There is no setting “units” in an indicator."},
		"no title":                      {"title: \"Education, health and care plans: issued within 20 weeks\"\n", "", "key:", "In a mapping the setting title is missing."},
		"a setting twice":               {"    unit: percent", "    unit: percent\n    unit: score", "unit: score", "“unit” is there twice."},
		"an indicator twice":            {"indicators:\n", "indicators:\n  EHCP_20WK_PCT: {unit: percent, numerator: plans, denominator: plans}\n", "  EHCP_20WK_PCT:\n", "“EHCP_20WK_PCT” is there twice."},
		"no YAML":                       {"key: ehc", "key: [ehc", "key:", "This is not YAML from here on."},
		"a reference":                   {"    unit: percent", "    unit: &u percent\n    numerator: *u", "*u", "References of YAML are not read"},
		"a second document":             {"key:", "key: first\n---\nkey:", "---", "a second one begins"},
		"a column that is not listed":   {"numerator: plans", "numerator: plan", "EHCP_20WK_PCT:", "“plan” is not among the mapping's columns."},
		"a column of another row":       {"{column: plans, row", "{column: plan, row", "EHCP_20WK_PCT:", "“plan” is not among the mapping's columns."},
		"no group":                      {"timeliness: Within 20 weeks}", "timeliness: Within 21 weeks}", "EHCP_20WK_PCT:", "“Within 21 weeks” is not among the groups of “timeliness”."},
		"no group of another row":       {"{timeliness: Total}", "{timeliness: All}", "EHCP_20WK_PCT:", "“All” is not among the groups of “timeliness”."},
		"no column of groups":           {"where: {exceptions", "where: {exemptions", "EHCP_20WK_PCT:", "“exemptions” is not among the mapping's groups."},
		"groups of a column not listed": {"columns: [exceptions, ", "columns: [", "key:", "“exceptions” is not among the mapping's columns."},
		"several rows for one figure":   {"exceptions: Excluding exceptions, ", "", "EHCP_20WK_PCT:", "where must say which group of “exceptions” is meant"},
		"spellings of no column":        {"period:", "spellings: {plan: [number]}\nperiod:", "key:", "“plan”, which is not among the columns"},
		"no kind of period":             {"kind: calendar_year", "kind: year", "kind: year", "The kinds of period are"},
		"a day of a year":               {"kind: calendar_year", "kind: calendar_year, on: 1 May", "on: 1 May", "belongs to the kind day"},
		"no day of the year":            {"kind: calendar_year", "kind: day, on: 31 April", "on: 31 April", "a day of the year such as 30 September"},
		"no quarter":                    {"kind: calendar_year", "kind: quarter", "kind: quarter", "belongs to the kind quarter"},
		"a fifth quarter":               {"kind: calendar_year", "kind: quarter, quarter: 5", "quarter: 5", "a whole number from 1 to 4"},
		"the year of a calendar year":   {"kind: calendar_year", "kind: calendar_year, year: last", "year: last", "of a financial or academic year"},
		"kinds and always":              {"  kinds:", "  always: {kind: calendar_year}\n  kinds:", "  always:", "either kinds"},
		"a level left out":              {"national: 10, ", "", "rounding:", "In rounding the setting national is missing."},
		"a rounding to nothing":         {"national: 10", "national: 0", "rounding:", "Here stands a number above 0."},
		"no unit":                       {"    unit: percent\n", "", "    decimals:", "In an indicator the setting unit is missing."},
		"no numerator":                  {"    numerator: plans\n", "", "    unit:", "In an indicator the setting numerator is missing."},
		"no decimals":                   {"    decimals: 1\n", "", "EHCP_20WK_PCT:", "decimals must say to how many it is rounded"},
		"decimals of what is computed":  {"    value: {column: share, times: 100} # 0.464 is 46.4 %\n", "", "EHCP_20WK_PCT:", "decimals belong to a published value"},
		"nothing to compute from":       {"    value: {column: share, times: 100} # 0.464 is 46.4 %\n    numerator: plans", "    numerator: none", "EHCP_20WK_PCT:", "it is computed, and that takes a numerator"},
		"a value of the population":     {"numerator: plans", "numerator: population", "EHCP_20WK_PCT:", "can be a denominator only"},
		"a source without a column":     {"{column: share, times: 100}", "{times: 100}", "{times: 100}", "names a column"},
		"a scale of nought":             {"times: 100", "times: 0", "times: 0", "Here stands a number above 0."},
		"a level that is none":          {"rounding:", "place: {always: county}\nrounding:", "always: county", "The levels are national, regional and local_authority."},
		"a member alone":                {"rounding:", "place: {together: [{under: E09000021, members: E09000021}]}\nrounding:", "together:", "at least two codes"},
		"no key of our form":            {"key: ehc-plans", "key: EHC plans", "key:", "A key has small letters"},
		"figures and population":        {"indicators:\n", "population: {estimate: plans, where: {exceptions: Excluding exceptions, timeliness: Total}}\nindicators:\n", "key:", "either indicators or the population"},
		"text where a list of pairs is": {"period:\n  kinds:\n    Calendar year: {kind: calendar_year}", "period: yearly", "period: yearly", "Under period stand names"},
	} {
		t.Run(name, func(t *testing.T) {
			if strings.Count(right, test.was) == 0 {
				t.Fatalf("the example has no %q", test.was)
			}
			wrong := strings.Replace(right, test.was, test.becomes, 1)
			_, err := dfe.ReadMapping("folder/mine.yaml", strings.NewReader(wrong))
			if e := refusal(t, err); e.Code != programme.CodeInvalidMapping || e.Kind != programme.Invalid {
				t.Fatalf("got error %v", err)
			}
			before, _, _ := strings.Cut(wrong, test.line)
			line := strings.Count(before, "\n") + 1
			faults := refusal(t, err).Faults
			if !slices.ContainsFunc(faults, func(f programme.Fault) bool {
				return f.File == "mine.yaml" && f.Row == line && strings.Contains(f.Detail, test.says)
			}) {
				t.Errorf("got %+v, want %q in line %d of\n%s", faults, test.says, line, wrong)
			}
		})
	}
}

// TestMappingThatDoesNotFitTheIndicators refuses a file by whose mapping the figures
// would be of nothing, or of something else.
func TestMappingThatDoesNotFitTheIndicators(t *testing.T) {
	content, right := documented(t, 2)
	for name, test := range map[string]struct{ was, becomes, code string }{
		"no such indicator":      {"EHCP_20WK_PCT", "EHCP_20WK", "unknown_indicator"},
		"in another unit":        {"unit: percent", "unit: score", "unit"},
		"no authority of a pair": {"rounding:", "place: {together: [{under: E09000022, members: [E09000022, E09000099]}]}\nrounding:", "unknown_authority"},
	} {
		_, err := dfe.Read("file.csv", strings.NewReader(content), england(t), with(t, strings.Replace(right, test.was, test.becomes, 1)))
		if faults := refusal(t, err).Faults; len(faults) != 1 || string(faults[0].Code) != test.code {
			t.Errorf("%s: got %+v", name, faults)
		}
	}
}

// TestMappingsThatCannotBeToldApart refuses a second mapping for a file that the
// program reads, by its columns or by what they may be called besides. Other groups
// tell it apart, and so does a column of its own; with the same key it takes the
// other's place.
func TestMappingsThatCannotBeToldApart(t *testing.T) {
	_, right := documented(t, 2)
	other := strings.Replace(right, "key: ehc-plans-timeliness", "key: other", 1)
	first := mustMap(t, right)
	for name, test := range map[string]struct {
		text    string
		refused bool
	}{
		"the same columns":       {other, true},
		"more columns":           {strings.Replace(other, "share]", "share, more]", 1), true},
		"the same by a spelling": {strings.NewReplacer("columns: [exceptions", "spellings: {ex: [exceptions]}\ncolumns: [ex", "exceptions: [", "ex: [", "{exceptions:", "{ex:").Replace(other), true},
		"other groups":           {strings.NewReplacer("Within 20 weeks", "In time", "Total", "All").Replace(other), false},
		"some of the groups":     {strings.Replace(other, "Within 20 weeks, Total]", "Within 20 weeks, Total, Later]", 1), true},
		"another column":         {strings.NewReplacer("plans, share]", "plans, part]", "column: share", "column: part").Replace(other), false},
		"the same key":           {right, false},
	} {
		all, err := dfe.Builtin().With(first)
		if err != nil {
			t.Fatal(err)
		}
		m := mustMap(t, test.text)
		both, err := all.With(m)
		if test.refused {
			if e := refusal(t, err); e.Code != programme.CodeInvalidMapping || !strings.Contains(e.Faults[0].Detail, "ehc-plans-timeliness") {
				t.Errorf("%s: got error %v", name, err)
			}
			continue
		}
		if err != nil || !slices.Contains(both.All(), m) || slices.Contains(both.All(), first) != (m.Key != first.Key) {
			t.Errorf("%s: got error %v", name, err)
		}
	}
	if _, err := dfe.Builtin().With(first, mustMap(t, right)); err == nil {
		t.Error("two new mappings may have one key")
	}
}

// TestFolderOfMappings reads every mapping of a folder, passes over other files, and
// names the faults of all of them.
func TestFolderOfMappings(t *testing.T) {
	_, one := documented(t, 1)
	_, two := documented(t, 2)
	folder := t.TempDir()
	put := func(name, text string) {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("one.yaml", one)
	put("two.yml", two)
	put("README.md", "not a mapping")
	all, err := dfe.ReadFolder(folder)
	if err != nil || len(all) != 2 || all[0].File != "one.yaml" || all[1].Key != "ehc-plans-timeliness" {
		t.Errorf("got %+v, error %v", all, err)
	}
	put("three.yaml", "key: three\n")
	put("four.yaml", "")
	_, err = dfe.ReadFolder(folder)
	files := map[string]bool{}
	for _, f := range refusal(t, err).Faults {
		files[f.File] = true
	}
	if len(files) != 2 || !files["three.yaml"] || !files["four.yaml"] {
		t.Errorf("got %v", err)
	}
	if _, err := dfe.ReadFolder(filepath.Join(folder, "nowhere")); err == nil {
		t.Error("a folder that is not there is read")
	}
}

// TestIndicatorsHeld has the indicators that the published files give, each by one
// mapping, and each in every file that gives it without a fault or a warning.
func TestIndicatorsHeld(t *testing.T) {
	var mapped []string
	for _, m := range dfe.Builtin().All() {
		mapped = append(mapped, m.Indicators()...)
	}
	slices.Sort(mapped)
	want := []string{
		"CIN_RATE", "CIN_START_RATE", "CLA_3SW_PCT", "CLA_CEASE_RATE", "CLA_CONVICT_PCT", "CLA_DENTAL_PCT", "CLA_HEALTH_PCT", "CLA_IMMS_PCT",
		"CLA_PERSISTENT_ABS_PCT", "CLA_RATE", "CLA_SCHOOLMOVE_PCT", "CLA_SDQ_AVG", "CLA_START_RATE", "CLA_SUBSTANCE_PCT", "CL_ACCOM_PCT", "CL_EET_PCT",
		"REF_NFA_PCT", "REF_NOT_IN_NEED_PCT", "REF_RATE", "REREF_PCT", "SW_ABSENCE_PCT", "SW_AGENCY_PCT", "SW_CASELOAD", "SW_TURNOVER_PCT", "SW_VACANCY_PCT",
	}
	if !slices.Equal(mapped, want) {
		t.Errorf("the mappings give\n%v, want\n%v", mapped, want)
	}
	known := withPopulations(t)
	held := map[string]bool{}
	for _, name := range seed.Files() {
		file := readFile(t, name, known)
		if len(file.Warnings) > 0 || file.EmptyRows > 0 {
			t.Errorf("%s has the warnings %+v and %d empty rows", name, file.Warnings, file.EmptyRows)
		}
		for i := range file.Observations {
			held[file.Observations[i].Indicator] = true
		}
	}
	if len(held) != len(want) {
		t.Errorf("the files give %d indicators, want %d", len(held), len(want))
	}
}
