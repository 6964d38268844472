package dfe_test

import (
	"slices"
	"strings"
	"testing"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/dfe"
	"peerchallenge/pkg/programme"
)

// TestNothingIsLostInSilence spoils one cell of a published file, each time in a
// way that would leave a figure out or give it to another place. The file as it
// is has no fault, see TestFilesOfFigures.
func TestNothingIsLostInSilence(t *testing.T) {
	known := withPopulations(t)
	for name, test := range map[string]struct {
		file, was, becomes string
		want               at
	}{
		"misspelt level":          {needFile, "2025,Reporting year,Local authority", "2025,Reporting year,Local Authority", at{14, "geographic_level", "unknown_level"}},
		"level of another age":    {populationFile, "2024,Reporting year,Regional", "2024,Reporting year,Region", at{3, "geographic_level", "unknown_level"}},
		"renamed group":           {lookedAfter, "Children looked after on 31 March each year", "Children looked after at 31 March", at{3, "population_type", "unknown_filter"}},
		"no such region":          {needFile, "E12000001,North East,,,", "E12000099,North East,,,", at{3, "region_code", "unknown_place"}},
		"no such part":            {needFile, "E13000001,Inner London,,,", "E13000003,Inner London,,,", at{12, "region_code", "unknown_place"}},
		"another nation":          {needFile, "National,E92000001", "National,E92000002", at{2, "country_code", "unknown_place"}},
		"codes that disagree":     {needFile, ",840,E06000047,", ",841,E06000047,", at{14, "old_la_code", "code_mismatch"}},
		"percentage above 100":    {referralFile, ",142900,22.6,", ",142900,226,", at{2, "rereferral_percent", "part_above_whole"}},
		"fraction for percentage": {referralFile, ",142900,22.6,", ",142900,0.226,", at{2, "rereferral_percent", "outside_parts"}},
		"columns changed places":  {lookedAfter, ",12183016,34450,28", ",12183016,28,34450", at{2, "rate_per_10000", "outside_parts"}},
		"word of no model":        {neighbourFile, "Close ,821", "Quite close,821", at{2, "SN_1P", "unknown_closeness"}},
	} {
		t.Run(name, func(t *testing.T) {
			content := published(t, test.file)
			if !strings.Contains(content, test.was) {
				t.Fatalf("%s has no %q", test.file, test.was)
			}
			_, err := dfe.Read(test.file, strings.NewReader(strings.Replace(content, test.was, test.becomes, 1)), known, dfe.Options{})
			var got []at
			for _, f := range refusal(t, err).Faults {
				got = append(got, at{f.Row, f.Column, string(f.Code)})
			}
			if !slices.Equal(got, []at{test.want}) {
				t.Errorf("got faults %+v, want %+v", got, test.want)
			}
		})
	}
}

// TestCodesThatAgree reads the DfE's own codes beside the national ones, joint
// ones in any order; a file may leave them empty.
func TestCodesThatAgree(t *testing.T) {
	header := strings.Replace(needHeader, "new_la_code", "new_la_code,old_la_code", 1)
	for own, code := range map[string]string{"208": "E09000022", "": "E09000022", "318 / 314": "E09000021 / E09000027"} {
		row := strings.Replace(lambeth, "E09000022", code+","+own, 1) + "1,1\n"
		if got := mustRead(t, "b1.csv", header+row, small()).Observations; len(got) < 2 {
			t.Errorf("%q with %q gives %d figures", code, own, len(got))
		}
	}
	row := strings.Replace(lambeth, "E09000022", "E09000021 / E09000027,314", 1) + "1,1\n"
	if got, want := faultsOf(t, "b1.csv", header+row), []at{{2, "old_la_code", "code_mismatch"}}; !slices.Equal(got, want) {
		t.Errorf("got faults %+v, want %+v", got, want)
	}
}

// TestRowsAreLines names a row as a text editor or a spreadsheet does, whatever
// empty lines and spoilt rows come before it, and counts only the rows.
func TestRowsAreLines(t *testing.T) {
	got := faultsOf(t, "b1.csv", needHeader+"\n\n"+lambeth+"many,1\n\"a\"b\n\n"+strings.Replace(lambeth, "2025", "2024", 1)+"1,many\n")
	want := []at{{4, "Started_episodes", "not_a_number"}, {5, "", "malformed_csv"}, {7, "At31_episodes", "not_a_number"}}
	if !slices.Equal(got, want) {
		t.Errorf("got faults %+v, want %+v", got, want)
	}
	for _, folder := range []string{"", "/srv/files/", `C:\files\`} {
		if r := mustRead(t, folder+"b1.csv", needHeader+"\n\n"+lambeth+"1,1\n", small()).Release; r.Rows != 1 || r.File != "b1.csv" {
			t.Errorf("the release of %sb1.csv is %+v", folder, r)
		}
	}
}

// TestModelOfAnotherYear takes a DfE code for the authority that had it in the
// model's year: Somerset kept its code when it became one authority.
func TestModelOfAnotherYear(t *testing.T) {
	first, last := programme.Date("2023-04-01"), programme.Date("2023-03-31")
	known := benchmark.Known{Authorities: []programme.Authority{
		{Code: "E06000066", DfECode: "933", ValidFrom: &first}, {Code: "E10000027", DfECode: "933", ValidTo: &last},
	}}
	for _, code := range []string{"200", "201", "202", "203", "204", "205", "206", "207", "208", "209"} {
		known.Authorities = append(known.Authorities, programme.Authority{Code: "E090000" + code[1:], DfECode: code})
	}
	row := "933"
	for _, a := range known.Authorities[2:] {
		row += "," + a.DfECode + ",Close"
	}
	for name, want := range map[string]string{"sn_2022.csv": "E10000027", "sn_2023.csv": "E06000066", "sn_2025.csv": "E06000066"} {
		if got := mustRead(t, name, neighbourHeader()+row+"\n", known).Neighbours[0].Authority; got != want {
			t.Errorf("%s is of %s, want %s", name, got, want)
		}
	}
}
