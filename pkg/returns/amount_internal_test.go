package returns

import (
	"testing"

	"peerchallenge/pkg/sheet"
)

// TestNumbersInCells says what is read as which number, and what is not read because it
// could be two.
func TestNumbersInCells(t *testing.T) {
	t.Parallel()
	comma, semicolon, workbook := sheet.Form{Separator: ','}, sheet.Form{Separator: ';'}, sheet.Form{Workbook: true}
	for _, c := range []struct {
		cell  string
		form  sheet.Form
		whole bool
		want  float64
		fault amountFault
	}{
		{"0", comma, true, 0, ""},
		{"-0", comma, true, 0, ""},
		{"412", comma, true, 412, ""},
		{"+412", comma, true, 412, ""},
		{"-3", comma, true, -3, ""},
		{"\u22123", comma, true, -3, ""},
		{"007", comma, true, 7, ""},
		{"1,234", comma, true, 1234, ""},
		{"12,345,678", comma, true, 12345678, ""},
		{"1 234 567", comma, true, 1234567, ""},
		{"1\u00a0234", comma, true, 1234, ""},
		{"1\u202f234", comma, true, 1234, ""},
		{"1'234", comma, true, 1234, ""},
		{"1\u2019234", comma, true, 1234, ""},
		{"1,234.50", comma, false, 1234.5, ""},
		{"12.5", comma, false, 12.5, ""},
		{".5", comma, false, 0.5, ""},
		{"12.0", comma, true, 12, ""},
		{"0.000", comma, true, 0, ""},
		{"1,234", semicolon, true, 1234, ""},
		{"1,234,567", semicolon, false, 1234567, ""},
		{"1,234.5", semicolon, false, 1234.5, ""},
		{"1.234", comma, false, 1.234, ""},
		{"411.99999999999994", workbook, true, 412, ""},
		{"0.30000000000000004", workbook, false, 0.3, ""},
		{"1.2E+3", workbook, true, 1200, ""},
		{"5E-1", workbook, false, 0.5, ""},

		{"12,5", comma, false, 0, decimalComma},
		{"12,5", comma, true, 0, decimalComma},
		{"12,50", semicolon, true, 0, decimalComma},
		{"1234,567", comma, true, 0, decimalComma},
		{"1,234", semicolon, false, 0, decimalComma}, // 1.234 to half of Europe
		{"1.234,5", comma, false, 0, decimalComma},
		{"1.234.567", comma, true, 0, twoMeanings},
		{"1.000", comma, true, 0, twoMeanings}, // a thousand, or one
		{"12.345", comma, true, 0, twoMeanings},
		{"1.23E+05", comma, true, 0, roundedNumber},
		{"1,23E+05", comma, true, 0, roundedNumber},
		{"45%", comma, true, 0, percentSign},
		{"45.2 %", comma, false, 0, percentSign},
		{"", comma, true, 0, noNumber},
		{".", comma, true, 0, noNumber},
		{"5.", comma, true, 0, noNumber},
		{",", comma, true, 0, noNumber},
		{",123", comma, true, 0, decimalComma},
		{"1,,234", comma, true, 0, noNumber},
		{"1,234 567", comma, true, 0, decimalComma},
		{"--5", comma, true, 0, noNumber},
		{"5-", comma, true, 0, noNumber},
		{"e", comma, true, 0, noNumber},
		{"1E+999", workbook, true, 0, roundedNumber},
		{"NaN", comma, true, 0, noNumber},
		{"Infinity", comma, true, 0, noNumber},
		{"0x1F", comma, true, 0, noNumber},
		{"1_000", comma, true, 0, noNumber},
		{"#DIV/0!", workbook, true, 0, noNumber},
		{"TRUE", workbook, true, 0, noNumber},
		{"n/a", comma, true, 0, noNumber},
		{"<5", comma, true, 0, noNumber},
		{"c", comma, true, 0, noNumber},
		{"03/04/2026", comma, true, 0, noNumber},
		{"1234567890123456789012345678901234567890123", comma, true, 0, noNumber},
	} {
		got, fault := amount(c.cell, c.form, c.whole)
		if got != c.want || fault != c.fault {
			t.Errorf("%q in %s, whole %v: %v, %q; want %v, %q", c.cell, c.form, c.whole, got, fault, c.want, c.fault)
		}
	}
}
