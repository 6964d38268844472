package dfe

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// Store loads what a file gives.
type Store interface {
	// Import loads the file once: one whose bytes were loaded before is not read.
	Import(ctx context.Context, actor programme.Actor, sha256, name string, read func(benchmark.Known) (*benchmark.Import, error)) (benchmark.ImportResult, error)
}

// Import reads a file and loads it, whole or not at all. The error names every
// fault of the file, see [Read].
func Import(ctx context.Context, store Store, actor programme.Actor, name string, content []byte) (benchmark.ImportResult, error) {
	sum := sha256.Sum256(content)
	return store.Import(ctx, actor, hex.EncodeToString(sum[:]), name, func(known benchmark.Known) (*benchmark.Import, error) {
		return Read(name, content, known)
	})
}

// maxFaults is how many faults are listed; their number is always told.
const maxFaults = 1000

// Read answers what the file gives. known is what is held already: codes are
// checked against it, and rates are computed with its populations.
//
// It answers an Invalid error, invalid_file, with every fault of the file by row
// and column, the first 1,000 of them, and then nothing of the file.
func Read(name string, content []byte, known benchmark.Known) (*benchmark.Import, error) {
	r := &reader{name: name, known: index(known), seen: map[benchmark.Observation]int{}}
	if r.open(content) {
		r.rows()
	}
	if r.faulty > 0 {
		return nil, &programme.Error{
			Kind: programme.Invalid, Code: "invalid_file", Faults: r.faults,
			Detail: fmt.Sprintf("The file has %d faults; nothing of it was loaded.", r.faulty),
		}
	}
	r.markJoint()
	r.file.Release = benchmark.Release{
		Dataset: r.dataset.key, Title: r.dataset.title, Publisher: r.dataset.publisher, Licence: licence, File: name, Rows: r.row - 1,
	}
	return &r.file, nil
}

// reader is one reading of one file.
type reader struct {
	name    string
	known   known
	dataset *dataset
	csv     *csv.Reader
	columns map[string]int
	row     int // number of the present record, the header being 1
	record  []string
	seen    map[benchmark.Observation]int // keys of what was read, with their rows
	file    benchmark.Import
	faults  []programme.Fault
	faulty  int
}

// fault notes something wrong with the present row.
func (r *reader) fault(column, code, format string, args ...any) {
	if r.faulty++; r.faulty <= maxFaults {
		r.faults = append(r.faults, programme.Fault{File: r.name, Row: r.row, Column: column, Code: code, Detail: fmt.Sprintf(format, args...)})
	}
}

// open reads the header and finds the dataset.
func (r *reader) open(content []byte) bool {
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	if !utf8.Valid(content) {
		r.fault("", "wrong_encoding", "The file is not UTF-8.")
		return false
	}
	r.csv = csv.NewReader(bytes.NewReader(content))
	r.csv.FieldsPerRecord = -1
	header, err := r.csv.Read()
	if err != nil {
		r.fault("", "no_header", "The file has no header that can be read.")
		return false
	}
	r.row, r.columns = 1, map[string]int{}
	for i, column := range header {
		column = strings.TrimSpace(column)
		if _, twice := r.columns[column]; twice && column != "" {
			r.fault(column, "duplicate_column", "The column is there twice.")
		}
		r.columns[column] = i
	}
	return r.recognise() && r.faulty == 0
}

// recognise finds the dataset, or names what is missing to the nearest one.
func (r *reader) recognise() bool {
	var nearest []string
	for i := range datasets {
		needed := slices.Clone(datasets[i].columns)
		if datasets[i].key != "sn-model" {
			needed = append(needed, common...)
		}
		missing := slices.DeleteFunc(needed, func(column string) bool { _, there := r.columns[column]; return there })
		if len(missing) == 0 {
			r.dataset = &datasets[i]
			return true
		}
		own := slices.ContainsFunc(datasets[i].columns, func(column string) bool { _, there := r.columns[column]; return there })
		if own && (nearest == nil || len(missing) < len(nearest)) {
			nearest = missing
		}
	}
	if nearest == nil {
		r.fault("", "unknown_dataset", "The columns are those of no file that can be read.")
	}
	for _, column := range nearest {
		r.fault(column, "missing_column", "The column is missing.")
	}
	return false
}

func (r *reader) rows() {
	for {
		record, err := r.csv.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		r.row++
		if err != nil {
			r.fault("", "malformed_csv", "The row is not CSV: a quotation mark is out of place.")
			return // what follows cannot be told from this row
		}
		if len(record) != len(r.columns) {
			r.fault("", "wrong_width", "The row has %d columns and the header %d.", len(record), len(r.columns))
			continue
		}
		r.record = record
		r.dataset.read(r)
	}
	if r.row == 1 {
		r.fault("", "no_rows", "The file has a header and nothing else.")
	}
}

// cell answers the present row's text in the column, which the dataset has.
func (r *reader) cell(column string) string { return strings.TrimSpace(r.record[r.columns[column]]) }
