package sheet

import (
	"fmt"
	"strings"
	"unicode"
)

// ReadError is why a file cannot be read as a table, or no further. Code is stable;
// Detail is a sentence with the remedy, which shows nothing of the file's content.
type ReadError struct {
	Code   string
	Detail string
	Row    int    // in the file, from 1; 0 where it concerns the whole file
	Column string // a spreadsheet's name for it, such as B; empty where it concerns none
}

// Error implements error.
func (p *ReadError) Error() string {
	switch {
	case p.Row > 0 && p.Column != "":
		return fmt.Sprintf("row %d, column %s: %s", p.Row, p.Column, p.Detail)
	case p.Row > 0:
		return fmt.Sprintf("row %d: %s", p.Row, p.Detail)
	}
	return p.Detail
}

func problem(code, format string, values ...any) *ReadError {
	return &ReadError{Code: code, Detail: fmt.Sprintf(format, values...)}
}

func (p *ReadError) at(row int) *ReadError {
	p.Row = row
	return p
}

// ColumnName is a spreadsheet's name for the column at the index, which counts from
// 0: A, B, ..., Z, AA.
func ColumnName(index int) string {
	name := ""
	for index++; index > 0; index = (index - 1) / 26 {
		name = string(rune('A'+(index-1)%26)) + name
	}
	return name
}

// shownRunes is how much of a text from a file is shown.
const shownRunes = 60

// Shown is a text from a file as it may stand in a sentence: on one line, without
// characters that a terminal or a log obeys, and no longer than 60 characters.
func Shown(text string) string {
	var out strings.Builder
	n := 0
	for _, r := range strings.TrimSpace(text) {
		if n++; n > shownRunes {
			out.WriteString("…")
			break
		}
		switch {
		case unicode.IsSpace(r):
			r = ' '
		case !unicode.IsPrint(r):
			r = '\uFFFD'
		}
		out.WriteRune(r)
	}
	return "“" + out.String() + "”"
}
