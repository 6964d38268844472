package returns

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/sheet"
)

// The columns, by the names that the templates have.
const (
	ofBorough   = "borough"
	ofQuarter   = "quarter"
	ofCount     = "count"
	ofValue     = "value"
	ofStatus    = "status"
	ofReason    = "reason"
	ofIndicator = "indicator"

	ofNumerator       = "numerator"
	ofDenominator     = "denominator"
	status            = "_status"
	reason            = "_reason"
	numeratorStatus   = ofNumerator + status
	numeratorReason   = ofNumerator + reason
	denominatorStatus = ofDenominator + status
	denominatorReason = ofDenominator + reason
)

// spellings are the names of columns as people write them, letters alone.
var spellings = map[string]string{
	"borough": ofBorough, "boroughcode": ofBorough, "gss": ofBorough, "gsscode": ofBorough, "la": ofBorough, "lacode": ofBorough, "localauthority": ofBorough,
	"localauthoritycode": ofBorough, "authority": ofBorough, "newlacode": ofBorough,
	"quarter": ofQuarter, "quartercode": ofQuarter, "period": ofQuarter, "timeperiod": ofQuarter,
	"count": ofCount, "code": ofCount, "countcode": ofCount,
	"value": ofValue, "number": ofValue, "figure": ofValue,
	"status": ofStatus, "valuestatus": ofStatus,
	"reason": ofReason, "reasons": ofReason,
	"indicator": ofIndicator, "indicatorcode": ofIndicator,
	"numerator": ofNumerator, "denominator": ofDenominator,
	"numeratorstatus": numeratorStatus, "numeratorreason": numeratorReason,
	"denominatorstatus": denominatorStatus, "denominatorreason": denominatorReason,
}

// descriptions are the columns with which a template says what is asked. What stands in
// them is not read.
var descriptions = map[string]bool{
	"name": true, "definition": true, "list": true, "columns": true, "inclusions": true, "workedexample": true, "counts": true, "basis": true,
	"unit": true, "lastquarter": true, "lastvalue": true, "laststatus": true, "illustrative": true, "lastillustrative": true,
}

// statuses are the statuses as people write them, letters alone.
var statuses = map[string]Status{
	"reported": Reported, "confirmednil": ConfirmedNil, "nil": ConfirmedNil, "nilconfirmed": ConfirmedNil,
	"notapplicable": NotApplicable, "na": NotApplicable, "missing": Missing,
}

// letters answers the letters of a text alone, small ones: what people write in many
// ways is the same by them.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFKC.String(text))
}

// readHeader finds out which column is which, in whatever order they come, and whether
// the table goes by counts or by indicators.
func (r *tableReader) readHeader(header sheet.Row) bool {
	r.header, r.columns, r.row = header.Cells, map[string]int{}, sheet.Row{Number: header.Number}
	at := func(i int) Place { return Place{Row: header.Number, Column: sheet.ColumnName(i)} }
	refuse := func(code programme.FaultCode, place Place, given, detail string) {
		f := refused(code, place, detail)
		f.Given, f.Remedy = shown(given), CorrectFile
		r.note(f)
	}
	for i, cell := range header.Cells {
		name, known := spellings[letters(cell)]
		first, twice := r.columns[name]
		switch {
		case !known && descriptions[letters(cell)]:
		case !known:
			refuse(programme.FaultUnknownMember, at(i), cell, "There is no such column. Those that are read are "+list(readable)+". Give the column one of these names, or delete it.")
		case twice:
			refuse(programme.FaultDuplicateColumn, at(i), cell, "The columns "+sheet.ColumnName(first)+" and "+sheet.ColumnName(i)+" are both the "+strings.ReplaceAll(name, "_", " ")+". Delete one of them.")
		default:
			r.columns[name] = i
		}
	}
	has := func(name string) bool { _, is := r.columns[name]; return is }
	wanted := []string{ofCount, ofValue}
	own := byCount
	switch r.table.ByIndicator = has(ofIndicator); {
	case has(ofIndicator) && has(ofCount):
		refuse(programme.FaultExclusive, at(r.columns[ofIndicator]), header.Cells[r.columns[ofIndicator]], "A table goes by counts or by indicators. Delete the column for the one or for the other.")
		return false
	case r.table.ByIndicator:
		wanted, own = []string{ofIndicator, ofNumerator, ofDenominator}, byIndicator
	}
	if r.expected.Borough == "" {
		wanted = append(wanted, ofBorough)
	}
	if r.expected.Quarter == "" {
		wanted = append(wanted, ofQuarter)
	}
	for _, name := range wanted {
		if !has(name) {
			refuse(programme.FaultMissingColumn, Place{Row: header.Number}, "", "The column "+name+" is missing. By counts a table has "+list(byCount)+"; by indicators it has "+list(byIndicator)+".")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.columns)) {
		if name != ofBorough && name != ofQuarter && !slices.Contains(own, name) {
			refuse(programme.FaultNotAllowed, at(r.columns[name]), header.Cells[r.columns[name]], "The column does not belong to a table with "+list(own)+". Delete it, or give it another name.")
		}
	}
	return len(r.table.Findings) == 0
}

// The columns of the two forms, beside those of borough and quarter.
var (
	byCount     = []string{ofCount, ofValue, ofStatus, ofReason}
	byIndicator = []string{ofIndicator, ofNumerator, ofDenominator, ofValue, numeratorStatus, numeratorReason, denominatorStatus, denominatorReason}
	readable    = slices.Concat([]string{ofBorough, ofQuarter}, byCount, []string{ofIndicator, ofNumerator, ofDenominator, numeratorStatus, numeratorReason, denominatorStatus, denominatorReason})
)
