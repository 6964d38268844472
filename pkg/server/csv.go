package server

import (
	"bufio"
	"reflect"
	"strconv"
	"strings"

	"github.com/goccy/go-json"
)

// csvWriter writes RFC 4180 records under a header of the contract's names. It is
// our own because encoding/csv writes CR LF for a line break within a cell too,
// and so another text than the JSON has.
func csvWriter[W any](out *bufio.Writer, columns []string) (func(W) error, error) {
	sources := make([]cellSource, len(columns))
	for i, column := range columns {
		sources[i] = sourceOf(reflect.TypeFor[W](), column)
	}
	if _, err := out.Write(csvRecord(nil, columns)); err != nil {
		return nil, err
	}
	cells, record := make([]string, len(columns)), []byte(nil)
	return func(row W) error {
		value := reflect.ValueOf(&row).Elem()
		for i, source := range sources {
			cell, err := source.text(value)
			if err != nil {
				return err
			}
			cells[i] = cell
		}
		record = csvRecord(record[:0], cells)
		_, err := out.Write(record)
		return err
	}, nil
}

// csvRecord appends a record.
func csvRecord(record []byte, cells []string) []byte {
	for i, cell := range cells {
		if i > 0 {
			record = append(record, ',')
		}
		if !quoted(cell) && (cell != "" || len(cells) > 1) { // an empty line is no record to most readers
			record = append(record, cell...)
			continue
		}
		record = append(record, '"')
		for i := strings.IndexByte(cell, '"'); i >= 0; i = strings.IndexByte(cell, '"') {
			record = append(append(record, cell[:i]...), `""`...)
			cell = cell[i+1:]
		}
		record = append(append(record, cell...), '"')
	}
	return append(record, "\r\n"...)
}

// quoted reports whether a cell needs quotes. RFC 4180 asks for them around what
// would end the cell; there are readers that take the space off a cell's
// beginning.
func quoted(cell string) bool {
	for i := range len(cell) {
		switch cell[i] {
		case ',', '"', '\r', '\n':
			return true
		}
	}
	return cell != "" && (cell[0] == ' ' || cell[0] == '\t')
}

// cellSource is where a column's cells come from.
type cellSource struct {
	path []int // to a field of the row
	of   []int // where that is a list of objects: to the field of each that is joined; nil for their number
}

// sourceOf finds the field that a column's dotted name means.
func sourceOf(t reflect.Type, column string) cellSource {
	var source cellSource
	path := &source.path
	for name := range strings.SplitSeq(column, ".") {
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
			if t.Kind() == reflect.Slice {
				path = &source.of
			}
			t = t.Elem()
		}
		for i := range t.NumField() {
			if tag, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ","); tag == name {
				*path, t = append(*path, i), t.Field(i).Type
				break
			}
		}
	}
	return source
}

// text writes the row's cell. What is absent is an empty cell.
func (c cellSource) text(row reflect.Value) (string, error) {
	v := field(row, c.path)
	text, err := valueText(v, c.of)
	if v.IsValid() && (v.Kind() == reflect.String || v.Kind() == reflect.Slice) {
		text = safeText(text) // a negative number is one
	}
	return text, err
}

// field follows the path, and answers no value where something on it is absent.
func field(v reflect.Value, path []int) reflect.Value {
	for _, i := range path {
		if v = indirect(v); !v.IsValid() {
			return v
		}
		v = v.Field(i)
	}
	return indirect(v)
}

// valueText writes a value. A list of codes and words is joined; of a list of objects
// there is their number, or one field of each, joined.
func valueText(v reflect.Value, of []int) (string, error) {
	if !v.IsValid() {
		return "", nil
	}
	switch v.Kind() {
	case reflect.String:
		return v.String(), nil
	case reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'f', -1, 64), nil
	case reflect.Int, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10), nil
	case reflect.Slice:
		if of == nil && v.Type().Elem().Kind() == reflect.Struct {
			return strconv.Itoa(v.Len()), nil
		}
		texts := make([]string, v.Len())
		for i := range texts {
			text, err := valueText(field(v.Index(i), of), nil)
			if err != nil {
				return "", err
			}
			texts[i] = text
		}
		return strings.Join(texts, "; "), nil
	}
	text, err := json.MarshalWithOption(v.Interface(), json.DisableHTMLEscape())
	return strings.Trim(string(text), `"`), err
}

func indirect(v reflect.Value) reflect.Value {
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	return v
}

// formulas are what a spreadsheet takes for the beginning of a formula, or skips
// when it looks for one. East Asian ones read the full-width signs alike (OWASP,
// CSV injection).
var formulas = []string{"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"}

// safeText keeps a spreadsheet from taking a text for a formula.
func safeText(s string) string {
	for _, sign := range formulas {
		if strings.HasPrefix(s, sign) {
			return "'" + s
		}
	}
	return s
}
