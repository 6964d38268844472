package dfe_test

import (
	"slices"
	"strings"
	"testing"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// small is a little of what may be known: three boroughs, one abolished
// authority, and the indicators of the file of referrals and that of children in
// need.
func small() benchmark.Known {
	past := programme.Date("2023-03-31")
	percent := func(code string) benchmark.Indicator {
		return benchmark.Indicator{Code: code, Unit: benchmark.Percent, Multiplier: 100, Decimals: 1}
	}
	rate := func(code string) benchmark.Indicator {
		return benchmark.Indicator{Code: code, Unit: benchmark.Per10000, Multiplier: 10_000, Decimals: 1}
	}
	return benchmark.Known{
		Authorities: []programme.Authority{
			{Code: "E09000021", DfECode: "314"}, {Code: "E09000022", DfECode: "208", RegionCode: "E12000007"}, {Code: "E09000027", DfECode: "318"},
			{Code: "E10000006", DfECode: "909", ValidTo: &past},
		},
		Indicators: []benchmark.Indicator{
			rate("REF_RATE"), percent("REREF_PCT"), percent("REF_NFA_PCT"), percent("REF_NOT_IN_NEED_PCT"), rate("CIN_RATE"), rate("CIN_START_RATE"),
		},
		Populations: []benchmark.Population{
			{Geography: "E09000022", MidYear: 2023, Estimate: new(50_000.0)}, {Geography: "E09000022", MidYear: 2024, Estimate: new(40_000.0)},
		},
	}
}

const (
	placeColumns    = "time_period,time_identifier,geographic_level,country_code,region_code,new_la_code"
	needHeader      = placeColumns + ",Started_episodes,At31_episodes\n"
	referralHeader  = placeColumns + ",referral_count,rereferral_count,rereferral_percent,no_further_action_count,no_further_action_percent,not_in_need_count,not_in_need_percent\n"
	estimateHeader  = placeColumns + ",age_group,population_estimate\n"
	lambeth         = "2025,Reporting year,Local authority,E92000001,E13000001,E09000022,"
	lambethReferral = lambeth + "1000,180,18,100,10,50,5\n"
)

// TestForms reads the same figures from files that are written differently.
func TestForms(t *testing.T) {
	plain := referralHeader + lambethReferral
	shuffled := "rereferral_percent,new_la_code,not_in_need_percent,la_name,time_period,no_further_action_count,no_further_action_percent,not_in_need_count," +
		"referral_count,rereferral_count,region_code,country_code,geographic_level,time_identifier\n" +
		"18,E09000022,5,Lambeth,2025,100,10,50,1000,180,E13000001,E92000001,Local authority,Reporting year\n"
	quoted := strings.ReplaceAll(strings.ReplaceAll(plain, "E09000022", `"E09000022"`), "time_period", `"time_period"`)
	for name, content := range map[string]string{
		"plain":                  plain,
		"byte order mark":        "\ufeff" + plain,
		"mark and quoted header": "\ufeff" + quoted,
		"other column order":     shuffled,
		"lines of Windows":       strings.ReplaceAll(plain, "\n", "\r\n"),
		"quoted cells":           quoted,
		"spaces around":          strings.ReplaceAll(plain, ",", " , "),
		"no last line end":       strings.TrimSuffix(plain, "\n"),
		"empty lines":            strings.ReplaceAll(plain, "\n", "\n\n"),
		"empty columns":          strings.ReplaceAll(plain, "\n", ",,\n"),
	} {
		t.Run(name, func(t *testing.T) {
			file := mustRead(t, "c1.csv", content, small())
			read := byKey(file.Observations)
			for code, want := range map[string]struct{ value, numerator, denominator float64 }{
				"REREF_PCT": {18, 180, 1000}, "REF_NFA_PCT": {10, 100, 1000}, "REF_NOT_IN_NEED_PCT": {5, 50, 1000}, "REF_RATE": {250, 1000, 40_000},
			} {
				o := read[key{code, "2024-25", "E09000022"}]
				if !equal(o.Value, &want.value) || !equal(o.Numerator, &want.numerator) || !equal(o.Denominator, &want.denominator) {
					t.Errorf("%s is %s of %s per %s, want %+v", code, show(o.Value), show(o.Numerator), show(o.Denominator), want)
				}
			}
			if len(file.Observations) != 4 || file.Release.Rows != 1 {
				t.Errorf("%d figures of %d rows, want 4 of 1", len(file.Observations), file.Release.Rows)
			}
		})
	}
}

// TestSymbols reads every symbol that may stand for a number, and a true zero.
func TestSymbols(t *testing.T) {
	for cell, want := range map[string]benchmark.Status{
		"c": benchmark.Confidential, "z": benchmark.NotApplicable, "x": benchmark.NotAvailable, "low": benchmark.LowValue,
		"k": benchmark.RoundsToZero, "u": benchmark.Unreliable, ":": benchmark.OlderMissing,
	} {
		file := mustRead(t, "c1.csv", referralHeader+lambeth+"1000,"+cell+","+cell+",1,0.1,1,0.1\n", small())
		o := byKey(file.Observations)[key{"REREF_PCT", "2024-25", "E09000022"}]
		if o.Status != want || o.Value != nil || o.Numerator != nil || !equal(o.Denominator, new(1000.0)) {
			t.Errorf("%q is read as %s of %s with status %q, want %q", cell, show(o.Value), show(o.Numerator), o.Status, want)
		}
	}
	file := mustRead(t, "c1.csv", referralHeader+lambeth+"1000,0,0,1,0.1,1,0.1\n", small())
	o := byKey(file.Observations)[key{"REREF_PCT", "2024-25", "E09000022"}]
	if o.Status != benchmark.Reported || !equal(o.Value, new(0.0)) || !equal(o.Numerator, new(0.0)) {
		t.Errorf("a true zero is read as %s of %s with status %q", show(o.Value), show(o.Numerator), o.Status)
	}
	// A count that is hidden keeps its symbol where the rate is computed.
	file = mustRead(t, "b1.csv", needHeader+lambeth+"c,0\n", small())
	if o := byKey(file.Observations)[key{"CIN_START_RATE", "2024-25", "E09000022"}]; o.Status != benchmark.Confidential || o.Value != nil || !equal(o.Denominator, new(40_000.0)) {
		t.Errorf("the rate of a hidden count is %s per %s with status %q", show(o.Value), show(o.Denominator), o.Status)
	}
	if o := byKey(file.Observations)[key{"CIN_RATE", "2024-25", "E09000022"}]; o.Status != benchmark.Computed || !equal(o.Value, new(0.0)) {
		t.Errorf("the rate of zero is %s with status %q", show(o.Value), o.Status)
	}
}

// TestPeriods reads years and quarters, whose rates are made with the estimate
// within their financial year.
func TestPeriods(t *testing.T) {
	for written, want := range map[string]struct {
		period string
		rate   float64
	}{
		"2025,Reporting year":      {"2024-25", 5},
		"202425,Financial year":    {"2024-25", 5},
		"202425,Reporting year":    {"2024-25", 5},
		"202324,Financial year":    {"2023-24", 4},
		"202425,Financial year Q1": {"2024-25-Q1", 5},
		"202425,Financial year Q4": {"2024-25-Q4", 5},
		"202324,Financial year Q4": {"2023-24-Q4", 4},
	} {
		row := strings.Replace(lambeth, "2025,Reporting year", written, 1)
		file := mustRead(t, "b1.csv", needHeader+row+"20,20\n", small())
		o := file.Observations[0]
		if o.Period != want.period || !equal(o.Value, &want.rate) {
			t.Errorf("%s is read as %s with a rate of %s, want %s with %v", written, o.Period, show(o.Value), want.period, want.rate)
		}
	}
}

// TestLevels reads England, regions, the two parts of London, and authorities,
// also abolished ones. Other levels are passed over, whatever they hold.
func TestLevels(t *testing.T) {
	file := mustRead(t, "b1.csv", needHeader+
		"2025,Reporting year,National,E92000001,,,1,1\n"+
		"2025,Reporting year,Regional,E92000001,E12000007,,1,1\n"+
		"2025,Reporting year,Regional,E92000001,E13000001,,1,1\n"+
		"2025,Reporting year,Regional,E92000001,E13000002,,1,1\n"+
		lambeth+"1,1\n"+
		"2021,Reporting year,Local authority,E92000001,E12000002,E10000006,1,1\n"+
		"2025,Calendar year,Local authority district,E92000001,E13000001,E07000001,many,\n", small())
	places := map[string]string{}
	for _, o := range file.Observations {
		places[o.Geography] = o.Period
	}
	want := map[string]string{
		"E92000001": "2024-25", "E12000007": "2024-25", "E13000001": "2024-25", "E13000002": "2024-25", "E09000022": "2024-25", "E10000006": "2020-21",
	}
	if len(file.Observations) != 12 || len(places) != len(want) {
		t.Errorf("%d figures of %v, want 12 of %v", len(file.Observations), places, want)
	}
	for geography, period := range want {
		if places[geography] != period {
			t.Errorf("%s has figures of %q, want %s", geography, places[geography], period)
		}
	}
	if file.Release.Rows != 7 {
		t.Errorf("the release has %d rows, want all 7", file.Release.Rows)
	}
}

// TestJoint reads a figure of two authorities together. Each of them gets one
// that says so, unless the file gives its own.
func TestJoint(t *testing.T) {
	joint := strings.Replace(lambeth, "E09000022", "E09000027 / E09000021", 1) + "20,20\n"
	own := strings.Replace(lambeth, "E09000022", "E09000021", 1) + "5,5\n"
	earlier := strings.Replace(own, "2025", "2024", 1)
	const together = "E09000021/E09000027"
	for name, test := range map[string]struct {
		rows string
		want map[string]benchmark.Status
	}{
		"alone":          {joint, map[string]benchmark.Status{together: benchmark.NoDenominator, "E09000021": benchmark.Joint, "E09000027": benchmark.Joint}},
		"own row after":  {joint + own, map[string]benchmark.Status{together: benchmark.NoDenominator, "E09000021": benchmark.NoDenominator, "E09000027": benchmark.Joint}},
		"own row before": {own + joint, map[string]benchmark.Status{together: benchmark.NoDenominator, "E09000021": benchmark.NoDenominator, "E09000027": benchmark.Joint}},
		"own other year": {earlier + joint, map[string]benchmark.Status{together: benchmark.NoDenominator, "E09000021": benchmark.Joint, "E09000027": benchmark.Joint}},
	} {
		t.Run(name, func(t *testing.T) {
			got := map[string]benchmark.Status{}
			for _, o := range mustRead(t, "b1.csv", needHeader+test.rows, small()).Observations {
				if o.Indicator != "CIN_RATE" || o.Period != "2024-25" {
					continue
				}
				if _, twice := got[o.Geography]; twice {
					t.Errorf("%s is given twice", o.Geography)
				}
				got[o.Geography] = o.Status
				if o.Status == benchmark.Joint && (o.Value != nil || o.Numerator != nil || o.Denominator != nil) {
					t.Errorf("%s is joint and has a number", o.Geography)
				}
			}
			if len(got) != len(test.want) {
				t.Errorf("got figures of %v, want %v", got, test.want)
			}
			for geography, status := range test.want {
				if got[geography] != status {
					t.Errorf("%s has the status %q, want %q", geography, got[geography], status)
				}
			}
		})
	}
}

// TestOtherAges refuses estimates of ages that the mapping does not know: the
// children's could stand under a new name.
func TestOtherAges(t *testing.T) {
	content := estimateHeader + lambeth + "Children aged 0 to 17 years,51454\n"
	file := mustRead(t, "ons.csv", content, small())
	if len(file.Populations) != 1 || file.Populations[0].MidYear != 2025 || !equal(file.Populations[0].Estimate, new(51454.0)) {
		t.Errorf("got %+v", file.Populations)
	}
	if got, want := faultsOf(t, "ons.csv", content+lambeth+"Young people aged 18 to 25 years,1\n"), []at{{3, "age_group", "unknown_filter"}}; !slices.Equal(got, want) {
		t.Errorf("got faults %+v, want %+v", got, want)
	}
}
