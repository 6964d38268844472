package dfe_test

import (
	"fmt"
	"strings"
	"testing"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/dfe"
)

// plainMapping reads a file of one percentage with columns of its own.
const plainMapping = `
key: plain
title: A percentage
publisher: Somebody
licence: None
columns: [value, part, rest, whole]
period: {column: year, always: {kind: calendar_year}}
place: {always: local_authority, local_authority: code, number: none}
%s
indicators:
  REREF_PCT:
    unit: percent
    decimals: %s
    value: value
    numerator: %s
    denominator: %s
`

// held reads one row, and answers whether it is well, is a warning or is refused.
func held(t *testing.T, rounding, decimals, numerator, denominator, cells string) string {
	t.Helper()
	mapping := fmt.Sprintf(plainMapping, rounding, decimals, numerator, denominator)
	file, err := dfe.Read("plain.csv", strings.NewReader("year,code,value,part,rest,whole\n2024,E09000022,"+cells+"\n"), small(), with(t, mapping))
	if err != nil {
		for _, f := range refusal(t, err).Faults {
			if f.Code != "outside_parts" || f.Row != 2 || f.Column != "value" {
				t.Errorf("got %+v", f)
			}
		}
		return "refused"
	}
	if len(file.Warnings) > 0 {
		if f := file.Warnings[0]; f.Code != "outside_parts" || f.Row != 2 || f.Given == "" {
			t.Errorf("got %+v", f)
		}
		return "warned"
	}
	return "well"
}

// TestPublishedValuesAtTheEdges holds values against parts at the very ends of what
// rounding allows. What is rounded to 10 as 10 was from 5 up to, and without, 15; so
// of 100 it is from 5 up to, and without, 15 per cent. What is rounded to 10 as a
// whole of 10 was from 5, so that 3 are up to and with 60 per cent of it, and more
// than 20.
func TestPublishedValuesAtTheEdges(t *testing.T) {
	const (
		exact = "rounding: {national: 10, regional: 10, local_authority: exact}"
		tens  = "rounding: {national: exact, regional: exact, local_authority: 10}"
		tenth = "rounding: {national: exact, regional: exact, local_authority: 0.1}"
		whole = "{column: whole, exact: true}"
		part  = "{column: part, exact: true}"
	)
	for _, test := range []struct {
		rounding, decimals, numerator, denominator string
		cells                                      string // value, part, rest, whole
		want                                       string
	}{
		// Exact parts: 1 of 8 is 12.5, and a half goes up.
		{exact, "0", "part", "whole", "13,1,0,8", "well"},
		{exact, "0", "part", "whole", "12,1,0,8", "refused"},
		{exact, "1", "part", "whole", "12.5,1,0,8", "well"},
		{exact, "1", "part", "whole", "12.4,1,0,8", "refused"},
		{exact, "1", "part", "whole", "12.6,1,0,8", "refused"},
		{exact, "2", "part", "whole", "33.33,1,0,3", "well"},
		{exact, "2", "part", "whole", "33.34,1,0,3", "refused"},
		{exact, "0", "part", "whole", "0,0,0,7", "well"},
		{exact, "0", "part", "whole", "1,0,0,7", "refused"},
		{exact, "0", "part", "whole", "100,7,0,7", "well"},
		{exact, "0", "part", "whole", "99,7,0,7", "refused"},

		// A numerator that is rounded: [5, 15) of 100.
		{tens, "1", "part", whole, "4.96,10,0,100", "well"},
		{tens, "1", "part", whole, "4.95,10,0,100", "refused"},
		{tens, "1", "part", whole, "15.04,10,0,100", "well"},
		{tens, "1", "part", whole, "15.05,10,0,100", "refused"},

		// A denominator that is rounded: 3 of [5, 15).
		{tens, "1", part, "whole", "60.05,3,0,10", "well"},
		{tens, "1", part, "whole", "60.06,3,0,10", "refused"},
		{tens, "1", part, "whole", "19.96,3,0,10", "well"},
		{tens, "1", part, "whole", "19.95,3,0,10", "refused"},

		// Both: of 0, which was below 5, and of 10, which was 5 or more.
		{tens, "0", "part", "whole", "99,0,0,10", "well"},
		{tens, "0", "part", "whole", "0,0,0,10", "well"},
		{tens, "0", "part", "whole", "100,0,0,0", "well"}, // nobody knows what 0 of 0 was

		// A sum has the rounding of each of its columns, and so has a difference.
		{tenth, "2", part, "{sum: [rest, whole]}", "10.01,1,4.995,4.995", "well"},
		{tenth, "3", part, "{sum: [rest, whole]}", "10.101,1,5,5", "well"},
		{tenth, "3", part, "{sum: [rest, whole]}", "10.102,1,5,5", "refused"},
		{tenth, "3", part, "{sum: [whole], minus: [rest]}", "10.1,1,5,15", "well"},
		{tenth, "3", part, "{sum: [whole], minus: [rest]}", "10.102,1,5,15", "refused"},

		// What is multiplied has its rounding multiplied: 253 and 254 days, 2024 having a 29 February.
		{exact, "2", "part", "{column: whole, times: 253}", "39.53,100,0,1", "well"},
		{exact, "2", "part", "{column: whole, times: 253, inLeapYear: 254}", "39.37,100,0,1", "well"},
		{exact, "2", "part", "{column: whole, times: 253, inLeapYear: 254}", "39.53,100,0,1", "refused"},
		{tenth, "2", part, "{column: whole, times: 10}", "10.52,1,0,1", "well"},
		{tenth, "2", part, "{column: whole, times: 10}", "10.54,1,0,1", "refused"},

		// What looks right, and is not: a fraction, and two columns that changed places.
		{exact, "1", "part", "whole", "0.2,180,0,1000", "refused"},
		{exact, "1", "part", "whole", "18,180,0,1000", "well"},
		{exact, "1", "part", "whole", "18,820,0,1000", "refused"},

		// Parts that are rounded to 10 are no false alarm, and hide no error beyond that.
		{tens, "1", "part", "whole", "7.1,70,0,970", "well"},
		{tens, "1", "part", "whole", "7.9,70,0,970", "refused"},

		// Without a word about rounding it is a warning, and without parts nothing.
		{"", "1", "part", "whole", "18.1,180,0,1000", "warned"},
		{"", "1", "part", "whole", "18,180,0,1000", "well"},
		{exact, "1", "none", "whole", "18,180,0,1000", "well"},
		{exact, "1", "part", "none", "18,180,0,1000", "well"},
		{exact, "1", "part", "whole", "18,c,0,1000", "well"},
		{exact, "1", "part", "whole", "c,180,0,1000", "well"},
	} {
		if got := held(t, test.rounding, test.decimals, test.numerator, test.denominator, test.cells); got != test.want {
			t.Errorf("%s to %s decimals as %s over %s with %q: %s, want %s", test.cells, test.decimals, test.numerator, test.denominator, test.rounding, got, test.want)
		}
	}
}

// TestPartsAreExact adds, takes away and multiplies without the noise of binary
// fractions.
func TestPartsAreExact(t *testing.T) {
	for sum, want := range map[string]float64{
		"{sum: [rest, whole]}": 0.3, "{sum: [whole], minus: [rest]}": 0.1, "{column: whole, times: 253}": 50.6, "{column: whole}": 0.2,
	} {
		mapping := fmt.Sprintf(plainMapping, "", "1", "part", sum)
		file, err := dfe.Read("plain.csv", strings.NewReader("year,code,value,part,rest,whole\n2023,E09000022,c,0.1,0.1,0.2\n"), small(), with(t, mapping))
		if err != nil {
			t.Fatal(err, refusal(t, err).Faults)
		}
		if o := file.Observations[0]; !equal(o.Denominator, &want) || o.Status != benchmark.Confidential {
			t.Errorf("%s of 0.1 and 0.2 is %s, want %v", sum, show(o.Denominator), want)
		}
	}
}

// TestWithoutParts keeps a value whose parts the publisher does not give, and a sum
// of which a part is hidden has its symbol.
func TestWithoutParts(t *testing.T) {
	for _, test := range []struct{ numerator, denominator, cells string }{
		{"none", "none", "18,180,0,1000"}, {"{sum: [part, rest]}", "none", "18,180,c,1000"},
	} {
		mapping := fmt.Sprintf(plainMapping, "", "1", test.numerator, test.denominator)
		file, err := dfe.Read("plain.csv", strings.NewReader("year,code,value,part,rest,whole\n2023,E09000022,"+test.cells+"\n"), small(), with(t, mapping))
		if err != nil {
			t.Fatal(err, refusal(t, err).Faults)
		}
		if o := file.Observations[0]; !equal(o.Value, new(18.0)) || o.Numerator != nil || o.Denominator != nil || o.Status != benchmark.Reported {
			t.Errorf("got %+v", o)
		}
	}
}
