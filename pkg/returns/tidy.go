package returns

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/sheet"
)

// Limits of a table that is read.
const (
	MaxTableRows = 120_000 // of which 100,000 values, the history of a region
	maxMiB       = 4       // of a workbook, unpacked, for which no other bound is given: some 20,000 rows
	keptFindings = 1000    // of one return or file; beyond them they are counted
)

// Expected is what a table of returns may be about.
type Expected struct {
	Borough string // of the address to which the table was sent; empty where each row says
	Quarter string // likewise
	// Asked answers what a quarter asks, and false where there is no such quarter.
	Asked func(quarter string) (Asked, bool)
	// Lookup answers the code of a borough that a cell names, and false where it names
	// none.
	Lookup func(text string) (code string, ok bool)
}

// Reading says as what a table was read.
type Reading struct {
	Form        sheet.Form
	ByIndicator bool
	Rows        int // with something in them, without the header
	Empty       int // rows of nothing, which were passed over
}

// Table is what was read of a table: returns, in the order in which it first names them.
type Table struct {
	Reading

	Returns  []*Return
	Findings []Finding // of the table as a whole, and of rows that belong to no return
	More     int       // findings beyond those
}

// Report answers what is wrong with the table itself, as one does of a return.
func (t *Table) Report() Report {
	return tell(Report{}, t.Findings, t.More)
}

// faults are what is wrong with the table itself.
func (t *Table) faults() []programme.Fault { return t.Report().Faults(Refused) }

// everyFault are those and, after them, each return's own.
func (t *Table) everyFault() []programme.Fault {
	faults := t.faults()
	for _, r := range t.Returns {
		faults = append(faults, tell(Report{}, r.Read, r.Unread).Faults(Refused)...)
	}
	return faults
}

// refuse answers an Invalid error of the faults, or nil if there are none. It says as
// what the table was read: a wrong guess is the cause of many faults.
func (t *Reading) refuse(faults []programme.Fault) error {
	if len(faults) == 0 {
		return nil
	}
	e := &programme.Error{Kind: programme.Invalid, Code: programme.CodeInvalidFile, Faults: faults, Detail: "Nothing of the table was taken: it has the faults listed under errors."}
	if t.Form != (sheet.Form{}) {
		e.Detail = "Nothing of the table was taken, which was read as " + t.Form.String() + ": it has the faults listed under errors."
	}
	return e
}

// ReadTable reads returns from CSV or XLSX. Every fault becomes a finding with its row
// and column, of the return that the row belongs to or of the table; the error is the
// source's own. A workbook may be so large as the options say, or else 4 MiB.
func ReadTable(source io.Reader, options sheet.Options, expected Expected) (*Table, error) {
	r := tableReader{table: &Table{}, expected: expected, returns: map[[2]string]*Return{}, asked: map[string]Asked{}}
	if options.MaxRows = MaxTableRows; options.MaxMiB == 0 {
		options.MaxMiB = maxMiB
	}
	s, err := sheet.Open(source, options)
	if unreadable, is := errors.AsType[*sheet.ReadError](err); is {
		r.unreadable(unreadable)
		return r.table, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = s.Close() }() // it was only read
	r.table.Form = s.Form()
	if r.readHeader(s.Header()) {
		err = r.readRows(s)
	}
	r.table.Form, r.table.Empty = s.Form(), r.table.Empty+s.Empty()
	for _, one := range r.table.Returns {
		one.sort(r.asked[one.Quarter])
	}
	return r.table, err
}

type tableReader struct {
	table    *Table
	expected Expected
	header   []string
	columns  map[string]int // of what stands in them, by our own names
	returns  map[[2]string]*Return
	asked    map[string]Asked
	row      sheet.Row
}

func (r *tableReader) readRows(s *sheet.Reader) error {
	for {
		row, err := s.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if unreadable, is := errors.AsType[*sheet.ReadError](err); is {
			r.unreadable(unreadable)
			if unreadable.Row == 0 {
				return nil
			}
			continue
		}
		if err != nil {
			return err
		}
		if r.row = row; r.nothing() {
			r.table.Empty++
			continue
		}
		r.table.Rows++
		r.read()
	}
	if r.table.Rows == 0 && len(r.table.Findings) == 0 {
		r.ofTable(programme.FaultNoRows, "", "", "The table has a header and no row that says anything.")
	}
	return nil
}

// nothing reports whether the row has nothing in the columns that say something: what
// a template says beside them is no more than its own words.
func (r *tableReader) nothing() bool {
	for name, i := range r.columns {
		if name != ofBorough && name != ofQuarter && r.row.Cell(i) != "" {
			return false
		}
	}
	return true
}

// read reads one row into the return that it belongs to.
func (r *tableReader) read() {
	borough, named := r.borough()
	quarter, asked, known := r.quarter()
	if !named || !known {
		return
	}
	key := [2]string{borough, quarter}
	one := r.returns[key]
	if one == nil {
		one = newReturn(borough, quarter)
		r.returns[key], r.asked[quarter] = one, asked
		r.table.Returns = append(r.table.Returns, one)
	}
	if r.table.ByIndicator {
		r.indicator(one, asked)
		return
	}
	r.count(one, asked)
}

func (r *tableReader) borough() (string, bool) {
	text := r.cell(ofBorough)
	if text == "" && r.expected.Borough != "" {
		return r.expected.Borough, true
	}
	if text == "" {
		r.ofTable(programme.FaultRequired, ofBorough, "", "The row does not say of which borough it is.")
		return "", false
	}
	code, is := r.expected.Lookup(text)
	switch {
	case !is:
		r.ofTable(programme.FaultUnknownValue, ofBorough, text, "There is no such borough. Write its GSS code, such as E09000022.")
	case r.expected.Borough != "" && code != r.expected.Borough:
		r.ofTable(programme.FaultBorough, ofBorough, text, "The row is of another borough than "+r.expected.Borough+", whose return this is.")
	default:
		return code, true
	}
	return "", false
}

func (r *tableReader) quarter() (string, Asked, bool) {
	text := r.cell(ofQuarter)
	quarter := strings.ToUpper(text)
	switch {
	case text == "" && r.expected.Quarter == "":
		r.ofTable(programme.FaultRequired, ofQuarter, "", "The row does not say of which quarter it is.")
		return "", Asked{}, false
	case text == "":
		quarter = r.expected.Quarter
	case strings.EqualFold(text, Practice):
		quarter = Practice
	}
	if r.expected.Quarter != "" && quarter != r.expected.Quarter {
		r.ofTable(programme.FaultPeriod, ofQuarter, text, "The row is of another quarter than "+r.expected.Quarter+", of which this return is.")
		return "", Asked{}, false
	}
	if asked, is := r.asked[quarter]; is {
		return quarter, asked, true
	}
	asked, is := r.expected.Asked(quarter)
	if !is {
		r.ofTable(programme.FaultUnknownValue, ofQuarter, text, "There is no such quarter. Write its code, such as 2026-27-Q1.")
		return quarter, asked, false
	}
	return quarter, asked.Ordered(), true
}

// count reads a row of the tidy form: a count with its value.
func (r *tableReader) count(one *Return, asked Asked) {
	code := r.cell(ofCount)
	if code == "" {
		one.note(r.finding(programme.FaultRequired, ofCount, "", "The row does not say of which count it is."))
		return
	}
	count := asked.count(code)
	if count == nil {
		one.unknown(asked, code, r.place(ofCount))
		return
	}
	code = count.Code
	if v, is := r.value(one, code, count, ofValue, ofStatus, ofReason); is {
		one.add(asked, v, r.member(ofCount, ofValue, ofStatus, ofReason))
	}
}

// value reads a value from three columns. It answers false where a cell cannot be
// read: then the count came, and cannot be kept.
func (r *tableReader) value(one *Return, code string, count *framework.Count, number, status, reason string) (Value, bool) {
	v := Value{Count: code, Status: Reported}
	if text := r.cell(reason); text != "" {
		text = strings.Clone(text)
		v.Reason = &text
	}
	fine := true
	spoil := func(code programme.FaultCode, column, given, detail string) {
		f := r.finding(code, column, given, detail)
		f.Counts = Values{{Count: v.Count, Status: Missing}}
		one.note(f)
		fine = false
	}
	text, said := r.cell(number), r.cell(status)
	if text == "" && said == "" {
		v.Status = Missing // nobody has filled it in
	}
	if said != "" {
		meant, known := statuses[letters(said)]
		if v.Status = meant; !known {
			spoil(programme.FaultEnum, status, said, "A status is reported, confirmed_nil, not_applicable or missing. If cells have moved, a comma may stand in a number that is not in quotation marks.")
		}
	}
	if text != "" {
		x, fault := amount(text, r.table.Form, count != nil && count.Whole())
		if fault != "" {
			spoil(programme.FaultNotANumber, number, text, string(fault))
		}
		v.Value = &x
	}
	if !fine {
		if _, held := one.Places[code]; !held {
			one.Places[code], one.Spoilt[code] = r.place(number), true
		}
	}
	return v, fine
}

// indicator reads a row that gives an indicator's two counts, and perhaps its value.
func (r *tableReader) indicator(one *Return, asked Asked) {
	code := r.cell(ofIndicator)
	ind := asked.Document.Indicator(code)
	switch {
	case code == "":
		one.note(r.finding(programme.FaultRequired, ofIndicator, "", "The row does not say of which indicator it is."))
		return
	case ind == nil:
		one.note(r.finding(programme.FaultUnknownIndicator, ofIndicator, code, "The framework does not ask for this indicator."))
		return
	}
	r.half(one, asked, ind.Numerator, ofNumerator, numeratorStatus, numeratorReason)
	if ind.Denominator == asked.Document.Population.Code {
		r.population(one, asked)
	} else {
		r.half(one, asked, ind.Denominator, ofDenominator, denominatorStatus, denominatorReason)
	}
	text := r.cell(ofValue)
	if text == "" {
		return
	}
	x, fault := amount(strings.TrimSpace(strings.TrimSuffix(text, "%")), r.table.Form, false)
	if fault != "" {
		one.note(r.finding(programme.FaultNotANumber, ofValue, text, string(fault)))
		return
	}
	one.Figures = append(one.Figures, Figure{Indicator: ind.Code, Value: x, Place: r.place(ofValue)})
	for _, of := range [...]struct{ column, count string }{{ofNumerator, ind.Numerator}, {ofDenominator, ind.Denominator}} {
		if column := of.column; of.count != asked.Document.Population.Code && r.cell(column) == "" && r.cell(column+status) == "" {
			one.note(r.finding(programme.FaultRequired, column, "", "The row has the indicator's value without the count that it is made of. Give both counts: the service computes the value."))
		}
	}
}

// half takes one of an indicator's counts. The same count may stand in several rows, if
// they say the same of it.
func (r *tableReader) half(one *Return, asked Asked, code, number, status, reason string) {
	if r.cell(number) == "" && r.cell(status) == "" && r.cell(reason) == "" {
		return // another row may have it, and if none has, it is missing
	}
	v, is := r.value(one, code, asked.Document.Count(code), number, status, reason)
	if !is {
		return
	}
	if _, before := one.Places[code]; before && !one.Spoilt[code] {
		held, now := one.Values.Of(code), v.Normal()
		if now.Reason == nil || held.Reason == nil {
			held.Reason, now.Reason = nil, nil
		}
		if held.Equal(now) {
			return
		}
	}
	one.add(asked, v, r.member("", number, status, reason))
}

// population holds a denominator that the framework fixes to what it says.
func (r *tableReader) population(one *Return, asked Asked) {
	text := r.cell(ofDenominator)
	if text == "" {
		return
	}
	children, known := asked.Document.Population.Of(one.Borough)
	if x, fault := amount(text, r.table.Form, true); fault == "" && known && x == float64(children) {
		return
	}
	f := r.finding(programme.FaultNotAllowed, ofDenominator, text, "The population of a rate is the framework's, the same for everybody. Leave the cell empty.")
	if known {
		f.Expected = strconv.Itoa(children)
	}
	one.note(f)
}

// cell answers what stands in the column of that name; nothing where there is none.
func (r *tableReader) cell(name string) string {
	if i, is := r.columns[name]; is {
		return r.row.Cell(i)
	}
	return ""
}

func (r *tableReader) place(name string) Place {
	p := Place{Row: r.row.Number}
	if i, is := r.columns[name]; is {
		p.Column = r.header[i]
	}
	return p
}

// member answers where the members of a value stand in the row.
func (r *tableReader) member(count, value, status, reason string) func(string) Place {
	columns := map[string]string{"/count": count, "/value": value, "/status": status, "/reason": reason}
	return func(member string) Place {
		if p := r.place(columns[member]); p.Column != "" {
			return p
		}
		return r.place(value)
	}
}

func (r *tableReader) finding(code programme.FaultCode, column, given, detail string) Finding {
	f := refused(code, r.place(column), detail)
	f.Given = shown(given)
	return f
}

// ofTable notes what is wrong with a row that belongs to no return, or with the table.
func (r *tableReader) ofTable(code programme.FaultCode, column, given, detail string) {
	f := r.finding(code, column, given, detail)
	f.Remedy = CorrectFile
	r.note(f)
}

func (r *tableReader) note(f Finding) {
	if len(r.table.Findings) == keptFindings {
		r.table.More++
		return
	}
	r.table.Findings = append(r.table.Findings, f)
}

// readFaults are the codes of what package sheet finds, where they say more than that
// a file is no table.
var readFaults = map[string]programme.FaultCode{
	"encoding": programme.FaultWrongEncoding, "empty_file": programme.FaultNoHeader, "no_header": programme.FaultNoHeader,
	"quotation_mark": programme.FaultMalformedCSV, "too_wide": programme.FaultWrongWidth, "duplicate_column": programme.FaultDuplicateColumn,
	"formula_without_value": programme.FaultNotANumber, "too_many_rows": programme.FaultTooMany, "cell_too_long": programme.FaultTooLong,
}

func (r *tableReader) unreadable(e *sheet.ReadError) {
	code := readFaults[e.Code]
	if code == "" {
		code = programme.FaultNotATable
	}
	place := Place{Row: e.Row, Column: e.Column}
	for i, name := range r.header { // people know a column by its name
		if sheet.ColumnName(i) == e.Column {
			place.Column = name
		}
	}
	r.note(Finding{Rule: string(code), code: code, Severity: Refused, Place: place, Detail: e.Detail, Remedy: CorrectFile})
}

// list writes names as a person lists them.
func list(names []string) string {
	names = slices.Clone(names)
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return fmt.Sprintf("%s and %s", strings.Join(names[:len(names)-1], ", "), names[len(names)-1])
}
