package dfe_test

import (
	"strconv"
	"strings"
	"testing"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/seed"
)

// columns are where an indicator's figure stands in a file.
type columns struct{ indicator, filter, value, numerator, denominator string }

// whereFound says for each file of figures what it gives, as domain.md and the
// indicators' sources have it. Without a value column the rate is computed.
var whereFound = map[string][]columns{
	needFile: {
		{indicator: "CIN_START_RATE", numerator: "Started_episodes"},
		{indicator: "CIN_RATE", numerator: "At31_episodes"},
	},
	referralFile: {
		{indicator: "REF_RATE", numerator: "referral_count"},
		{indicator: "REREF_PCT", value: "rereferral_percent", numerator: "rereferral_count", denominator: "referral_count"},
		{indicator: "REF_NFA_PCT", value: "no_further_action_percent", numerator: "no_further_action_count", denominator: "referral_count"},
		{indicator: "REF_NOT_IN_NEED_PCT", value: "not_in_need_percent", numerator: "not_in_need_count", denominator: "referral_count"},
	},
	lookedAfter: {
		{"CLA_RATE", "Children looked after on 31 March each year", "rate_per_10000", "children_count", "population_estimate"},
		{"CLA_START_RATE", "Children starting to be looked after each year", "rate_per_10000", "children_count", "population_estimate"},
		{"CLA_CEASE_RATE", "Children ceasing to be looked after each year", "rate_per_10000", "children_count", "population_estimate"},
	},
}

// TestFilesOfFigures compares every figure with the cell that it was read from.
func TestFilesOfFigures(t *testing.T) {
	known := withPopulations(t)
	for name, want := range map[string]struct{ rows, figures int }{
		needFile:     {2132, 2 * 2132},
		referralFile: {2132, 4 * 2132},
		lookedAfter:  {2505, 2505 - 42}, // those of authorities that did not stand yet, or any more
	} {
		t.Run(name, func(t *testing.T) {
			file := readFile(t, name, known)
			rows := cells(t, name)
			if file.Release.Rows != want.rows || len(rows) != want.rows {
				t.Errorf("the release has %d rows and the file %d, want %d", file.Release.Rows, len(rows), want.rows)
			}
			read := byKey(file.Observations)
			if len(file.Observations) != want.figures || len(read) != want.figures {
				t.Errorf("%d figures, %d of them different, want %d", len(file.Observations), len(read), want.figures)
			}
			for _, row := range rows {
				for _, c := range whereFound[name] {
					if c.filter != "" && row["population_type"] != c.filter {
						continue
					}
					at, stood := placeOn(known, row, programme.Date(row["time_period"]+"-03-31"))
					if o, there := read[key{c.indicator, year(t, row), at}]; stood {
						checkFigure(t, o, c, row)
					} else if there {
						t.Errorf("%s did not stand in %s, and has %+v", at, row["time_period"], o)
					}
				}
			}
			if len(file.Populations)+len(file.Neighbours) > 0 || file.Model != nil {
				t.Error("the file gives more than figures")
			}
		})
	}
}

func checkFigure(t *testing.T, o benchmark.Observation, c columns, row map[string]string) {
	t.Helper()
	at := c.indicator + " of " + place(row) + " in " + row["time_period"]
	if want := number(row[c.numerator]); !equal(o.Numerator, want) {
		t.Errorf("%s: the numerator is %s, want %s", at, show(o.Numerator), show(want))
	}
	if c.value == "" {
		if want := benchmark.Status(row[c.numerator]); o.Numerator == nil && o.Status != want {
			t.Errorf("%s: the status is %s, want %s", at, o.Status, want)
		}
		return
	}
	if want := number(row[c.denominator]); !equal(o.Denominator, want) {
		t.Errorf("%s: the denominator is %s, want %s", at, show(o.Denominator), show(want))
	}
	value, status := number(row[c.value]), benchmark.Reported
	if value == nil {
		status = benchmark.Status(row[c.value])
	}
	if !equal(o.Value, value) || o.Status != status {
		t.Errorf("%s is %s with status %s, want %s with %s", at, show(o.Value), o.Status, show(value), status)
	}
}

func TestFileOfPopulations(t *testing.T) {
	known := england(t)
	file := readFile(t, populationFile, known)
	type when struct {
		geography string
		midYear   int
	}
	read := map[when]benchmark.Population{}
	for _, p := range file.Populations {
		read[when{p.Geography, p.MidYear}] = p
	}
	if len(file.Populations) != 2132 || len(read) != 2132 || file.Release.Rows != 2132 || len(file.Observations) > 0 {
		t.Errorf("%d estimates, %d of them different, %d rows and %d figures", len(file.Populations), len(read), file.Release.Rows, len(file.Observations))
	}
	for _, row := range cells(t, populationFile) {
		midYear, err := strconv.Atoi(row["time_period"])
		if err != nil {
			t.Fatal(err)
		}
		at, stood := placeOn(known, row, programme.Date(row["time_period"]+"-06-30"))
		p, there := read[when{at, midYear}]
		if there != stood {
			t.Errorf("%s has an estimate for mid-%d: %t", at, midYear, there)
		}
		if !stood {
			continue
		}
		want, status := number(row["population_estimate"]), benchmark.Reported
		if want == nil {
			status = benchmark.Status(row["population_estimate"])
		}
		if !equal(p.Estimate, want) || p.Status != status {
			t.Errorf("%s in mid-%d is %s with status %s, want %s with %s", place(row), midYear, show(p.Estimate), p.Status, show(want), status)
		}
	}
	if lambeth := read[when{"E09000022", 2024}].Estimate; !equal(lambeth, number("51454")) {
		t.Errorf("Lambeth has %s children in mid-2024, want 51454", show(lambeth))
	}
}

func TestFileOfNeighbours(t *testing.T) {
	known := england(t)
	file := readFile(t, neighbourFile, known)
	if m := file.Model; m == nil || m.Code != "2025" || m.Name != "Statistical neighbour model 2025" || m.Source != "Department for Education" {
		t.Errorf("the model is %+v", m)
	}
	if len(file.Neighbours) != 1530 || file.Release.Rows != 153 {
		t.Errorf("%d neighbours of %d rows, want 1530 of 153", len(file.Neighbours), file.Release.Rows)
	}
	dfeCode := map[string]string{}
	for _, a := range known.Authorities {
		dfeCode[a.Code] = a.DfECode
		if a.ValidTo != nil {
			dfeCode[a.Code] = "abolished"
		}
	}
	read := map[string]benchmark.Neighbour{}
	for _, n := range file.Neighbours {
		read[dfeCode[n.Authority]+" "+strconv.Itoa(n.Rank)] = n
	}
	for _, row := range cells(t, neighbourFile) {
		for rank := 1; rank <= 10; rank++ {
			column := "SN_" + strconv.Itoa(rank)
			n := read[row["old_la_code"]+" "+strconv.Itoa(rank)]
			if dfeCode[n.Neighbour] != row[column] || n.Closeness != row[column+"P"] || n.ModelCode != "2025" {
				t.Errorf("%s of %s is %+v, want %s, %s", column, row["la_name"], n, row[column], row[column+"P"])
			}
		}
	}
}

// TestReleases checks what is said of where each file comes from.
func TestReleases(t *testing.T) {
	known := england(t)
	want := map[string][2]string{
		populationFile: {"ons-population", "Office for National Statistics"},
		neighbourFile:  {"sn-model", "Department for Education"},
		needFile:       {"cin-b1", "Department for Education"},
		referralFile:   {"cin-c1", "Department for Education"},
		lookedAfter:    {"cla-rates", "Department for Education"},
		"la_care_leavers_accommodation_suitability.csv": {"care-leavers-accommodation", "Department for Education"},
		"la_care_leavers_activity.csv":                  {"care-leavers-activity", "Department for Education"},
		"la_conviction_health_outcome_cla.csv":          {"cla-outcomes", "Department for Education"},
		"la_cla_school_moves.csv":                       {"cla-school-moves", "Department for Education"},
		"la_cla_swcount.csv":                            {"cla-social-workers", "Department for Education"},
		workforceFile:                                   {"social-work-workforce", "Department for Education"},
		"absence_la.csv":                                {"pupil-absence", "Department for Education"},
	}
	if len(seed.Files()) != len(want) {
		t.Errorf("there are %d files, want %d", len(seed.Files()), len(want))
	}
	for _, name := range seed.Files() {
		r := readFile(t, name, known).Release
		if r.Dataset != want[name][0] || r.Publisher != want[name][1] || r.File != name || r.Licence != "Open Government Licence v3.0" || strings.TrimSpace(r.Title) == "" {
			t.Errorf("%s: the release is %+v", name, r)
		}
	}
}
