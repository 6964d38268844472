package dfe_test

import (
	"encoding/csv"
	"errors"
	"strconv"
	"strings"
	"testing"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/dfe"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/seed"
)

const (
	populationFile = "ons_mid-year_population_estimates_2012_to_2024.csv"
	neighbourFile  = "sn_model_2025_wide.csv"
	needFile       = "b1_children_in_need_2013_to_2025.csv"
	referralFile   = "c1_children_in_need_referrals_and_rereferrals_2013_to_2025.csv"
	workforceFile  = "csww_headline_measures_2017_to_2022.csv"
	lookedAfter    = "cla_number_and_rate_per_10k_children.csv"
)

// england is what is known before any file is read.
func england(t testing.TB) benchmark.Known {
	t.Helper()
	london, err := seed.London()
	if err != nil {
		t.Fatal(err)
	}
	return benchmark.Known{Authorities: london.Authorities, Successions: london.Successions, Indicators: london.Indicators}
}

// withPopulations is england once the population estimates are loaded.
func withPopulations(t testing.TB) benchmark.Known {
	t.Helper()
	known := england(t)
	known.Populations = readFile(t, populationFile, known).Populations
	return known
}

// readFile reads one of the published files, which must be without faults.
func readFile(t testing.TB, name string, known benchmark.Known) *benchmark.Import {
	t.Helper()
	return mustRead(t, name, published(t, name), known)
}

func published(t testing.TB, name string) string {
	t.Helper()
	content, err := seed.File(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func mustRead(t testing.TB, name, content string, known benchmark.Known) *benchmark.Import {
	t.Helper()
	file, err := dfe.Read(name, strings.NewReader(content), known, dfe.Options{})
	if err != nil {
		t.Fatalf("%s: %v, faults %+v", name, err, refusal(t, err).Faults)
	}
	return file
}

func refusal(t testing.TB, err error) *programme.Error {
	t.Helper()
	var e *programme.Error
	if !errors.As(err, &e) {
		t.Fatalf("got error %v, want a refusal", err)
	}
	return e
}

// cells answers the rows of a published file by column name, read by nothing of
// this package.
func cells(t testing.TB, name string) []map[string]string {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(published(t, name), "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	rows := make([]map[string]string, 0, len(records))
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, column := range records[0] {
			row[column] = strings.TrimSpace(record[i])
		}
		rows = append(rows, row)
	}
	return rows
}

// place answers the code of the row's place.
func place(row map[string]string) string {
	switch row["geographic_level"] {
	case "National":
		return row["country_code"]
	case "Regional":
		return row["region_code"]
	}
	return row["new_la_code"]
}

// since are the authorities that files recode backwards: their codes before a day.
var since = map[string]struct {
	code string
	from programme.Date
}{
	"E08000037": {"E08000020", "2013-04-01"}, "E06000057": {"E06000048", "2013-04-01"}, "E06000060": {"E10000002", "2020-04-01"},
	"E06000065": {"E10000023", "2023-04-01"}, "E06000066": {"E10000027", "2023-04-01"},
}

// placeOn answers the code that the row's place had on the day, and false for an
// authority that did not stand: files keep rows for those too.
func placeOn(known benchmark.Known, row map[string]string, on programme.Date) (string, bool) {
	code := place(row)
	if before, recoded := since[code]; recoded && on < before.from {
		code = before.code
	}
	for _, a := range known.Authorities {
		if a.Code == code {
			return code, a.Holds(on)
		}
	}
	return code, benchmark.LevelOf(code) != benchmark.LocalAuthority
}

// year answers the financial year of a row whose period is a reporting year.
func year(t testing.TB, row map[string]string) string {
	t.Helper()
	end, err := strconv.Atoi(row["time_period"])
	if err != nil {
		t.Fatal(err)
	}
	return benchmark.FinancialYear(end - 1).Code
}

// number answers the cell's number, nil for a symbol.
func number(cell string) *float64 {
	n, err := strconv.ParseFloat(cell, 64)
	if err != nil {
		return nil
	}
	return &n
}

func equal(a, b *float64) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }

// show writes a number or its absence.
func show(n *float64) string {
	if n == nil {
		return "nothing"
	}
	return strconv.FormatFloat(*n, 'f', -1, 64)
}

type key struct{ indicator, period, geography string }

func byKey(observations []benchmark.Observation) map[key]benchmark.Observation {
	out := map[key]benchmark.Observation{}
	for _, o := range observations {
		out[key{o.Indicator, o.Period, o.Geography}] = o
	}
	return out
}
