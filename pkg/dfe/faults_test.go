package dfe_test

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"peerchallenge/pkg/dfe"
	"peerchallenge/pkg/programme"
)

// at is where a fault must be, and which.
type at struct {
	row          int
	column, code string
}

// faultsOf reads a file that must be refused, with nothing given of it.
func faultsOf(t *testing.T, name, content string) []at {
	t.Helper()
	file, err := dfe.Read(name, strings.NewReader(content), small(), dfe.Options{})
	if file != nil {
		t.Error("something of the file is given")
	}
	e := refusal(t, err)
	if e.Kind != programme.Invalid || e.Code != "invalid_file" {
		t.Errorf("the refusal is %v of kind %d", err, e.Kind)
	}
	var faults []at
	for _, f := range e.Faults {
		if f.File != name || !strings.HasSuffix(f.Detail, ".") {
			t.Errorf("the fault %+v does not name the file, or says nothing", f)
		}
		faults = append(faults, at{f.Row, f.Column, string(f.Code)})
	}
	slices.SortStableFunc(faults, func(a, b at) int { return cmp.Compare(a.row, b.row) })
	return faults
}

func neighbourHeader() string {
	columns := []string{"old_la_code"}
	for rank := 1; rank <= 10; rank++ {
		columns = append(columns, fmt.Sprintf("SN_%d,SN_%dP", rank, rank))
	}
	return strings.Join(columns, ",") + "\n"
}

// TestFaults has every fault that a file can have, one at a time. In the files
// of referrals, a cell that serves several indicators has its fault once.
func TestFaults(t *testing.T) {
	referrals := func(cells string) string { return referralHeader + lambeth + cells + "\n" }
	elsewhere := func(old, replacement string) string {
		return needHeader + strings.Replace(lambeth, old, replacement, 1) + "1,1\n"
	}
	// Only two of the ten neighbours are other authorities; their faults are what
	// each test adds to these.
	neighbours := "208,314,Close,318,Close" + strings.Repeat(",314,Close", 8) + "\n"
	var repeated []at
	for rank := 3; rank <= 10; rank++ {
		repeated = append(repeated, at{2, fmt.Sprintf("SN_%d", rank), "duplicate_neighbour"})
	}
	for name, test := range map[string]struct {
		file, content string
		want          []at
	}{
		"empty cell":              {"c1.csv", referrals(",1,1,1,1,1,1"), []at{{2, "referral_count", "not_a_number"}}},
		"thousands separator":     {"c1.csv", referrals(`"1,234",1,1,1,1,1,1`), []at{{2, "referral_count", "not_a_number"}}},
		"NaN":                     {"c1.csv", referrals("1000,180,NaN,100,10,50,5"), []at{{2, "rereferral_percent", "not_a_number"}}},
		"infinity":                {"c1.csv", referrals("1000,180,Inf,100,10,50,5"), []at{{2, "rereferral_percent", "not_a_number"}}},
		"exponent":                {"c1.csv", referrals("1e5,1,1,1,1,1,1"), []at{{2, "referral_count", "not_a_number"}}},
		"hexadecimal":             {"c1.csv", referrals("0x1F,1,1,1,1,1,1"), []at{{2, "referral_count", "not_a_number"}}},
		"unknown symbol":          {"c1.csv", referrals("1000,180,~,100,10,50,5"), []at{{2, "rereferral_percent", "not_a_number"}}},
		"number beyond reckoning": {"c1.csv", referrals(strings.Repeat("9", 400) + ",1,1,1,1,1,1"), []at{{2, "referral_count", "not_a_number"}}},
		"negative":                {"c1.csv", referrals("1000,-1,18,100,10,50,5"), []at{{2, "rereferral_count", "negative"}}},
		"negative zero":           {"c1.csv", referrals("1000,-0,18,100,10,50,5"), []at{{2, "rereferral_count", "negative"}}},
		"part above whole":        {"c1.csv", referrals("1000,180,18,100,10,1001,100"), []at{{2, "not_in_need_count", "part_above_whole"}}},
		"duplicate row":           {"c1.csv", referralHeader + lambethReferral + lambethReferral, []at{{3, "", "duplicate_row"}}},
		"duplicate estimate": {"ons.csv", estimateHeader + strings.Repeat(lambeth+"Children aged 0 to 17 years,1\n", 2),
			[]at{{3, "", "duplicate_row"}}},
		"duplicate column":   {"b1.csv", strings.Replace(needHeader, "At31_episodes", "At31_episodes,time_period", 1), []at{{1, "I", "duplicate_column"}}},
		"missing column":     {"b1.csv", strings.Replace(needHeader, "Started_episodes", "started", 1), []at{{1, "Started_episodes", "missing_column"}}},
		"missing place":      {"b1.csv", strings.Replace(needHeader, "new_la_code", "la_code", 1), []at{{1, "new_la_code", "missing_column"}}},
		"missing figures":    {"cla.csv", placeColumns + ",population_type,population_estimate,x,y\n", []at{{1, "children_count", "missing_column"}, {1, "rate_per_10000", "missing_column"}}},
		"missing neighbours": {"sn_2025.csv", strings.Replace(neighbourHeader(), ",SN_3,", ",", 1), []at{{1, "SN_3", "missing_column"}}},
		"unknown dataset":    {"d3.csv", placeColumns + ",old_la_code,CPP_start\n", []at{{1, "", "unknown_dataset"}}},
		"unknown indicator": {"cla.csv", placeColumns + ",population_type,population_estimate,children_count,rate_per_10000\n" + lambeth + "Children looked after on 31 March each year,1,1,1\n",
			[]at{{1, "rate_per_10000", "unknown_indicator"}, {1, "rate_per_10000", "unknown_indicator"}, {1, "rate_per_10000", "unknown_indicator"}}},
		"year before 2000":            {"b1.csv", elsewhere("2025", "1999"), []at{{2, "time_period", "unknown_period"}}},
		"years apart":                 {"b1.csv", elsewhere("2025", "202427"), []at{{2, "time_period", "unknown_period"}}},
		"calendar year":               {"b1.csv", elsewhere("Reporting year", "Calendar year"), []at{{2, "time_identifier", "unknown_period"}}},
		"financial year as 2025":      {"b1.csv", elsewhere("Reporting year", "Financial year"), []at{{2, "time_period", "unknown_period"}}},
		"fifth quarter":               {"b1.csv", elsewhere("2025,Reporting year", "202425,Financial year Q5"), []at{{2, "time_identifier", "unknown_period"}}},
		"estimate of no year":         {"ons.csv", estimateHeader + strings.Replace(lambeth, "2025", "202425", 1) + "Children aged 0 to 17 years,1\n", []at{{2, "time_period", "unknown_period"}}},
		"place of no form":            {"b1.csv", elsewhere("E09000022", "Lambeth"), []at{{2, "new_la_code", "unknown_place"}}},
		"region as an authority":      {"b1.csv", elsewhere("E09000022", "E12000007"), []at{{2, "new_la_code", "unknown_place"}}},
		"authority as a region":       {"b1.csv", elsewhere("Local authority,E92000001,E13000001", "Regional,E92000001,E09000022"), []at{{2, "region_code", "unknown_place"}}},
		"regions together":            {"b1.csv", elsewhere("Local authority,E92000001,E13000001", "Regional,E92000001,E13000001/E13000002"), []at{{2, "region_code", "unknown_place"}}},
		"region as the nation":        {"b1.csv", elsewhere("Local authority,E92000001", "National,E12000001"), []at{{2, "country_code", "unknown_place"}}},
		"estimate of two":             {"ons.csv", estimateHeader + strings.Replace(lambeth, "E09000022", "E09000021/E09000022", 1) + "Children aged 0 to 17 years,1\n", []at{{2, "new_la_code", "unknown_place"}}},
		"unknown authority":           {"b1.csv", elsewhere("E09000022", "E09000099"), []at{{2, "new_la_code", "unknown_authority"}}},
		"unknown authority of two":    {"b1.csv", elsewhere("E09000022", "E09000022 / E09000099"), []at{{2, "new_la_code", "unknown_authority"}}},
		"row too narrow":              {"b1.csv", needHeader + lambeth + "1\n", []at{{2, "At31_episodes", "not_a_number"}}},
		"row too wide":                {"b1.csv", needHeader + lambeth + "1,1,1\n", []at{{2, "", "wrong_width"}}},
		"quote within a cell":         {"b1.csv", needHeader + "a\"b\n" + lambeth + "1,many\n", []at{{2, "", "malformed_csv"}, {3, "At31_episodes", "not_a_number"}}},
		"quote not closed":            {"b1.csv", needHeader + lambeth + "1,many\n" + lambeth + "1,\"1\n", []at{{2, "At31_episodes", "not_a_number"}, {3, "", "malformed_csv"}}},
		"Windows-1252":                {"b1.csv", needHeader + lambeth + "1,\xa31\n", []at{{2, "At31_episodes", "not_a_number"}}},
		"UTF-16 with half a letter":   {"b1.csv", "\xff\xfet\x00i\x00m\x00e", []at{{1, "", "unknown_dataset"}}},
		"UTF-8 that is none":          {"b1.csv", "\ufeff" + needHeader + lambeth + "1,\xa31\n", []at{{0, "", "wrong_encoding"}}},
		"a workbook of old":           {"b1.xls", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", []at{{0, "", "not_a_table"}}},
		"a page that asks to sign in": {"b1.csv", "<!DOCTYPE html><html>", []at{{0, "", "not_a_table"}}},
		"a title above the header":    {"b1.csv", "Children in need\n" + needHeader + lambeth + "1,1\n", []at{{1, "", "not_a_table"}}},
		"nothing":                     {"b1.csv", "", []at{{0, "", "no_header"}}},
		"byte order mark alone":       {"b1.csv", "\ufeff", []at{{0, "", "no_header"}}},
		"header of no form":           {"b1.csv", "a\"b\n", []at{{1, "", "malformed_csv"}}},
		"header alone":                {"b1.csv", needHeader, []at{{1, "", "no_rows"}}},
		"no level that is read":       {"b1.csv", elsewhere("Local authority", "Local authority district"), []at{{2, "", "no_rows"}}},
		"model of no year":            {"model.csv", neighbourHeader() + neighbours, append([]at{{1, "", "unknown_model"}}, repeated...)},
		"neighbour twice":             {"sn_2025.csv", neighbourHeader() + neighbours, repeated},
		"neighbour of itself":         {"sn_2025.csv", neighbourHeader() + strings.Replace(neighbours, ",318", ",208", 1), append([]at{{2, "SN_2", "duplicate_neighbour"}}, repeated...)},
		"abolished neighbour":         {"sn_2025.csv", neighbourHeader() + strings.Replace(neighbours, ",318", ",909", 1), append([]at{{2, "SN_2", "unknown_authority"}}, repeated...)},
		"neighbours of nobody":        {"sn_2025.csv", neighbourHeader() + strings.Replace(neighbours, "208", "000", 1), append([]at{{2, "old_la_code", "unknown_authority"}}, repeated...)},
	} {
		t.Run(name, func(t *testing.T) {
			if got := faultsOf(t, test.file, test.content); !slices.Equal(got, test.want) {
				t.Errorf("got faults %+v, want %+v", got, test.want)
			}
		})
	}
}

// TestAuthorityTwice has a model that gives an authority's neighbours again.
func TestAuthorityTwice(t *testing.T) {
	row := "208" + strings.Repeat(",314,Close", 10) + "\n"
	faults := faultsOf(t, "sn_2025.csv", neighbourHeader()+row+row)
	if !slices.Contains(faults, at{3, "old_la_code", "duplicate_row"}) {
		t.Errorf("got faults %+v", faults)
	}
}

// TestEveryFault has a file with many faults, several of them in one row. Each
// is named, in order, and what is right in between hides none.
func TestEveryFault(t *testing.T) {
	got := faultsOf(t, "c1.csv", referralHeader+
		lambethReferral+
		"1999,Calendar year,Local authority,E92000001,E13000001,E09000099,many,-1,,1,1,1,1\n"+
		"2025,Reporting year,Local authority district,E92000001,E13000001,E07000001,many,-1,,1,1,1,1\n"+
		"short\n"+
		lambethReferral+
		strings.Replace(lambeth, "2025", "2024", 1)+"9,10,x,11,1,12,1\n")
	want := []at{
		{3, "time_identifier", "unknown_period"},
		{3, "time_period", "unknown_period"},
		{3, "new_la_code", "unknown_authority"},
		{3, "referral_count", "not_a_number"},
		{3, "rereferral_percent", "not_a_number"},
		{3, "rereferral_count", "negative"},
		{5, "geographic_level", "unknown_level"},
		{6, "", "duplicate_row"},
		{7, "rereferral_count", "part_above_whole"},
		{7, "no_further_action_count", "part_above_whole"},
		{7, "not_in_need_count", "part_above_whole"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got faults\n%+v, want\n%+v", got, want)
	}
}

// TestWhoDidNotStand: a figure of an authority in a period in which it did not stand, and
// in which no other did that is the same, is a fault with its name and number. A row of
// symbols is passed over: files keep rows for who is not there.
func TestWhoDidNotStand(t *testing.T) {
	known := england(t)
	row := strings.NewReplacer("2025", "2022", "E09000022", "E06000063").Replace(lambeth) // Cumberland, since April 2023
	for when, content := range map[string]string{
		"2021-22": needHeader + row + "1,1\n", "2022-06-30": estimateHeader + row + "Children aged 0 to 17 years,1\n",
	} {
		_, err := dfe.Read("f.csv", strings.NewReader(content), known, dfe.Options{})
		for _, f := range refusal(t, err).Faults { // one for each figure that would come of the row
			if f.Row != 2 || f.Column != "new_la_code" || f.Code != programme.FaultNotStanding || f.Given != "“Cumberland (942)”" ||
				f.Detail != "Cumberland (942) did not stand in "+when+", and no authority that did continues as it." {
				t.Errorf("in %s: got %+v", when, f)
			}
		}
	}
	for _, o := range mustRead(t, "b1.csv", needHeader+row+"z,z\n"+lambeth+"1,1\n", known).Observations {
		if o.Geography != "E09000022" {
			t.Errorf("a row of symbols gives %+v", o)
		}
	}
}

// TestEveryFaultOfEstimates is the same for a file of populations.
func TestEveryFaultOfEstimates(t *testing.T) {
	got := faultsOf(t, "ons.csv", estimateHeader+"1899,Reporting year,Local authority,E92000001,E13000001,E09000099,Children aged 0 to 17 years,many\n")
	want := []at{{2, "time_period", "unknown_period"}, {2, "new_la_code", "unknown_authority"}, {2, "population_estimate", "not_a_number"}}
	if !slices.Equal(got, want) {
		t.Errorf("got faults %+v, want %+v", got, want)
	}
}

// TestFaultShowsWhatIsThere gives the cell's text beside the sentence, and never as
// the file has it: on one line, and without what a terminal obeys.
func TestFaultShowsWhatIsThere(t *testing.T) {
	_, err := dfe.Read("b1.csv", strings.NewReader(needHeader+lambeth+"\"Haw\x1b[31m\nthorn\",1\n"), small(), dfe.Options{})
	f := refusal(t, err).Faults[0]
	if f.Given != "“Haw\uFFFD[31m thorn”" || strings.Contains(f.Detail, "thorn") || f.Count != 0 {
		t.Errorf("got %+v", f)
	}
}

// TestManyFaults tells of every kind of fault how many there are, and lists the first
// ten.
func TestManyFaults(t *testing.T) {
	row := strings.Replace(lambeth, "E09000022", "nowhere", 1) + "many,many\n" // three faults
	for _, rows := range []int{1, 10, 11, 5000} {
		_, err := dfe.Read("b1.csv", strings.NewReader(needHeader+strings.Repeat(row, rows)), small(), dfe.Options{})
		e := refusal(t, err)
		listed := min(rows, 10)
		if number := strconv.Itoa(3 * rows); len(e.Faults) != 3*listed || !strings.Contains(e.Detail, number) {
			t.Fatalf("%d faults are listed and the rest told by %q, want %d of %s", len(e.Faults), e.Detail, 3*listed, number)
		}
		for i, f := range e.Faults {
			want := 0
			if i%listed == 0 && rows > 1 {
				want = rows
			}
			if f.Count != want || f.Row != i%listed+2 {
				t.Errorf("of %d rows, fault %d is that of row %d and of %d, want %d", rows, i, f.Row, f.Count, want)
			}
		}
	}
}
