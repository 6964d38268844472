package returns

import (
	"math"
	"strconv"
	"strings"

	"peerchallenge/pkg/sheet"
)

// maxDigits is more than any number has that is not a mistake.
const maxDigits = 40

// amountFault says in words why a cell is no number that could be relied on.
type amountFault string

// The faults of a number in a cell. Each names what to write instead.
const (
	noNumber      amountFault = "This is not a number. Write digits alone; nil, missing and not applicable stand in the column for the status."
	decimalComma  amountFault = "The comma may be one of a decimal, and 12,5 is not read as 12.5. Write a full stop before decimals, and save the file with the region set to the United Kingdom."
	twoMeanings   amountFault = "The full stop may part thousands or decimals. Write 1000 or 1,000 for a thousand, and no decimals where whole numbers are counted."
	roundedNumber amountFault = "A spreadsheet has shortened this number, so that its last digits are lost. Widen the column, set its format to a number, and save the file again."
	percentSign   amountFault = "A count is no percentage. Write the number itself."
)

// amount reads the number in a cell. Thousands may be parted by commas, spaces or
// apostrophes. Whatever could be two numbers is refused: it is never guessed which.
// whole says that only whole numbers can be right.
func amount(cell string, form sheet.Form, whole bool) (float64, amountFault) {
	text := plain(cell)
	if x, is := exponent(text, form); is {
		return x, ""
	} else if strings.ContainsAny(text, "eE") {
		return 0, roundedOr(text)
	}
	unsigned := strings.TrimLeft(text, "+-")
	switch {
	case len(text)-len(unsigned) > 1 || len(unsigned) > maxDigits:
		return 0, noNumber
	case strings.HasSuffix(unsigned, "%") && isNumber(strings.TrimSuffix(unsigned, "%")):
		return 0, percentSign
	}
	integer, decimals, pointed := strings.Cut(unsigned, ".")
	if fault := marks(integer, decimals, pointed); fault != "" {
		return 0, fault
	}
	groups := strings.FieldsFunc(integer, mark)
	switch {
	case form.Separator != ',' && !form.Workbook && !whole && !pointed && len(groups) == 2 && strings.Contains(integer, ","):
		// Where semicolons or tabs part cells, the comma is usually that of decimals.
		return 0, decimalComma
	case whole && pointed && len(decimals) == 3 && len(groups) == 1 && strings.Trim(groups[0], "0") != "" && !form.Workbook:
		return 0, twoMeanings
	}
	digits := strings.Join(groups, "")
	if pointed {
		digits += "." + decimals
	}
	x, err := strconv.ParseFloat(digits, 64)
	if err != nil {
		return 0, noNumber
	}
	if strings.HasPrefix(text, "-") {
		x = -x
	}
	return asShown(x, form), ""
}

// plain takes out what only parts a number for the eye: the kinds of spaces between
// thousands become one of them.
func plain(cell string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '\u00a0', '\u2007', '\u2009', '\u202f', '\u2008':
			return ' '
		case '\u2019':
			return '\''
		case '\u2212':
			return '-'
		}
		return r
	}, strings.TrimSpace(cell))
}

func mark(r rune) bool { return r == ',' || r == ' ' || r == '\'' }

// marks finds what is wrong with the digits of a number and what parts them.
func marks(integer, decimals string, pointed bool) amountFault {
	commas := strings.Contains(integer, ",") || strings.Contains(decimals, ",")
	switch {
	case strings.Trim(integer+decimals, "0123456789, '.") != "", strings.Trim(integer+decimals, ", '.") == "", pointed && decimals == "", !pointed && integer == "":
		return noNumber
	case strings.ContainsAny(decimals, ", '."):
		if commas {
			return decimalComma // 1.234,5
		}
		if grouped(strings.Split(integer+"."+decimals, ".")) {
			return twoMeanings // 1.234.567
		}
		return noNumber
	}
	if !strings.ContainsFunc(integer, mark) {
		return ""
	}
	first := strings.IndexFunc(integer, mark)
	one := integer[first : first+1]
	if groups := strings.Split(integer, one); grouped(groups) && isDigits(strings.Join(groups, "")) {
		return ""
	}
	if strings.Count(integer, ",") == 1 && !pointed {
		return decimalComma // 12,5
	}
	return noNumber
}

// grouped reports whether these are thousands: three digits in each but the first.
func grouped(groups []string) bool {
	for i, g := range groups {
		if i == 0 && (g == "" || len(g) > 3) || i > 0 && len(g) != 3 {
			return false
		}
	}
	return true
}

func isDigits(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

func isNumber(text string) bool { return text != "" && strings.Trim(text, "0123456789., ") == "" }

// exponent reads a number as workbooks keep very small and very great ones. In CSV it
// is one that was shortened for the eye.
func exponent(text string, form sheet.Form) (float64, bool) {
	if !form.Workbook || len(text) > maxDigits || !strings.ContainsAny(text, "eE") || strings.Trim(text, "0123456789.eE+-") != "" {
		return 0, false
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(x, 0) {
		return 0, false
	}
	return asShown(x, form), true
}

func roundedOr(text string) amountFault {
	if strings.Trim(text, "0123456789.,eE+-") == "" && strings.ContainsAny(text, "0123456789") {
		return roundedNumber
	}
	return noNumber
}

// asShown answers the number as a workbook's user sees it: spreadsheets compute with
// binary fractions and show at most fifteen digits, so that 411.99999999999994 is 412.
func asShown(x float64, form sheet.Form) float64 {
	if form.Workbook {
		x, _ = strconv.ParseFloat(strconv.FormatFloat(x, 'g', 15, 64), 64)
	}
	return x
}
