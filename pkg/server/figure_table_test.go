package server_test

import (
	"encoding/csv"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"peerchallenge/api"
)

// TestATableIsWhatItsComparisonsSay: every cell is what a comparison of its borough in its
// period answers, and every comparison of a figure has its cell.
func TestATableIsWhatItsComparisonsSay(t *testing.T) {
	t.Parallel()
	w := readOnly(t)
	cells := 0
	for _, question := range []string{
		"borough=E09000022&borough=E09000002&borough=E09000033&period=2024-25",
		"borough=E09000022&borough=E09000021&period=latest",
		"borough=E09000022&period=2024-25&period=2018-19&period=2023-24",
		"borough=E09000022&period=2024-25&period=2024-25&indicator=REREF_PCT&indicator=CIN_RATE",
	} {
		asked, err := url.ParseQuery(question)
		if err != nil {
			t.Fatal(err)
		}
		var table api.FigureTable
		w.get("/v1/figure-table?" + question).want(200).into(&table)
		for k, column := range table.Columns {
			period := asked["period"][0]
			if column.Period != nil {
				period = *column.Period
			}
			narrow := url.Values{"borough": {column.Borough}, "period": {period}, "limit": {"500"}}
			if asked.Has("indicator") {
				narrow["indicator"] = asked["indicator"]
			}
			var page api.ComparisonPage
			w.get("/v1/comparisons?" + narrow.Encode()).want(200).into(&page)
			found := map[string]string{}
			for _, c := range page.Items {
				found[c.Indicator] = fmt.Sprint(c.Period, shown(c.Value), c.Status, shown(c.Region.Rank), c.Region.N, shown(c.England.Band))
			}
			for _, row := range table.Rows {
				cell, in := row.Cells[k], row.Period
				if in == nil {
					in = column.Period
				}
				got := fmt.Sprint(*in, shown(cell.Value), cell.Status, shown(cell.Rank), cell.N, shown(cell.Band))
				if want, compared := found[row.Indicator]; got != want && (compared || cell.Status != "not_held") {
					t.Errorf("%s, %s, %s: %s, a comparison says %s", question, column.BoroughName, row.Indicator, got, want)
				}
				delete(found, row.Indicator)
				cells++
			}
			for indicator, of := range found {
				if !strings.Contains(of, "not_held") {
					t.Errorf("%s, %s: no row for %s with %s", question, column.BoroughName, indicator, of)
				}
			}
		}
	}
	if cells < 100 {
		t.Errorf("%d cells", cells)
	}
}

// TestATableIsAFile: CSV and workbook have the cells of the answer, numbers as numbers, and
// the workbook says where they come from.
func TestATableIsAFile(t *testing.T) {
	t.Parallel()
	w := readOnly(t)
	for _, question := range []string{"borough=E09000022&borough=E09000001&period=2024-25", "borough=E09000022&period=2023-24&period=2024-25"} {
		var table api.FigureTable
		w.get("/v1/figure-table?" + question).want(200).into(&table)
		lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(w.get("/v1/figure-table.csv?"+question).want(200).body, "\uFEFF"))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		book, names := workbookOf(t, w.get("/v1/figure-table.xlsx?"+question).want(200))
		if len(lines) != len(table.Rows)+1 || len(book) != len(lines) || !slices.Equal(names, []string{"Figures", "Notes"}) || !slices.Equal(book[0], lines[0]) {
			t.Fatalf("%d lines and %d rows on %v for %d rows; %v and %v", len(lines), len(book), names, len(table.Rows), lines[0], book[0])
		}
		for i, row := range table.Rows {
			want := []string{}
			for _, c := range row.Cells {
				value, rank, band := string(c.Status), "", ""
				if c.Value != nil {
					value = fmt.Sprint(*c.Value)
				}
				if c.Rank != nil {
					rank = fmt.Sprint(*c.Rank)
				}
				if c.Band != nil {
					band = string(*c.Band)
				}
				want = append(want, value, rank, band)
			}
			if !slices.Equal(lines[i+1][6:6+len(want)], want) || lines[i+1][0] != row.Indicator {
				t.Errorf("%s: CSV has %v, want %v", row.Indicator, lines[i+1], want)
			}
			for k, cell := range book[i+1] {
				if cell != lines[i+1][k] {
					t.Errorf("%s: the workbook has %q, CSV %q", row.Indicator, cell, lines[i+1][k])
				}
			}
		}
	}
}

func TestTablesThatAreRefused(t *testing.T) {
	t.Parallel()
	w := readOnly(t)
	for question, want := range map[string][]string{
		"borough=E09000022&borough=E09000001&period=2024-25&period=2023-24": {"period not_allowed"},
		"borough=E09000022&period=2024-25&period=latest":                    {"period not_allowed"},
		"borough=E09000099&period=2024-25":                                  {"borough unknown_value"},
		"borough=E09000022&period=2098-99":                                  {"period unknown_value"},
		"borough=E09000022&period=2024-25&indicator=NOPE":                   {"indicator unknown_value"},
		"borough=E09000022":                                                 {"period required"},
	} {
		for _, form := range []string{"", ".csv", ".xlsx"} {
			if got := w.get("/v1/figure-table"+form+"?"+question).problem(400, "bad_request"); !slices.Equal(got, want) {
				t.Errorf("%s %s has the faults %v, want %v", form, question, got, want)
			}
		}
	}
}

// TestAttention: what is worse and worsening is what its comparison and its series say, in
// every borough and period, against each of both; and nothing else is answered.
func TestAttention(t *testing.T) {
	t.Parallel()
	a := newWideAsking(t)
	trends := map[string]string{} // by borough and indicator, of the series that ends with 2024-25
	answered := 0
	for _, against := range []string{"", "england", "region"} {
		question := url.Values{"period": {"2024-25"}, "borough": a.boroughs, "limit": {"500"}, "attention": {"worse_and_worsening"}}
		if against != "" {
			question.Set("against", against)
		}
		var some, all api.ComparisonPage
		a.get("/v1/comparisons?" + question.Encode() + "&count=true").want(200).into(&some)
		question.Del("attention")
		question.Del("against")
		got := map[string]bool{}
		for _, c := range some.Items {
			got[c.Borough+" "+c.Indicator] = true
		}
		if len(got) != *some.Total {
			t.Fatalf("%d of %d", len(got), *some.Total)
		}
		for cursor := ""; ; cursor = *all.NextCursor {
			question.Del("cursor")
			if cursor != "" {
				question.Set("cursor", cursor)
			}
			all = api.ComparisonPage{}
			a.get("/v1/comparisons?" + question.Encode()).want(200).into(&all)
			for _, c := range all.Items {
				worse := c.England.Significance == "worse" || shown(c.England.Band) == "D"
				if against == "region" {
					worse = c.Region.Significance == "worse" || shown(c.Region.ExceptionMeaning) == "worse"
				}
				key := c.Borough + " " + c.Indicator
				if worse && trends[key] == "" {
					trends[key] = "none"
					var s api.Series
					a.get("/v1/indicators/" + c.Indicator + "/series?limit=1&borough=" + c.Borough).want(200).into(&s)
					for _, sequence := range s.Sequences {
						if shown(sequence.Trend.LastPeriod) == "2024-25" {
							trends[key] = shown(sequence.Trend.Meaning)
						}
					}
				}
				if want := worse && trends[key] == "getting_worse"; got[key] != want {
					t.Errorf("against %q, %s: answered %v, want %v: %s, %s, %s", against, key, got[key], want, c.England.Significance, shown(c.England.Band), trends[key])
				}
				delete(got, key)
			}
			if all.NextCursor == nil {
				break
			}
		}
		for key := range got {
			t.Errorf("against %q, %s is no comparison", against, key)
		}
		answered += *some.Total
	}
	if answered == 0 {
		t.Error("nothing asks for attention anywhere")
	}
	if got := a.get("/v1/comparisons?borough=E09000022&period=2024-25&against=region").problem(400, "bad_request"); !slices.Equal(got, []string{"against not_allowed"}) {
		t.Errorf("faults %v", got)
	}
}
