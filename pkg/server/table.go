package server

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"github.com/goccy/go-json"

	"peerchallenge/api"
)

// table answers the whole list, row by row, as CSV or NDJSON. No row is held
// longer than it takes to write it.
func table[T, W any](ctx context.Context, list rows[T], wire func(T) W) (reply, error) {
	call := callOf(ctx)
	return tableReply(call, func(open func(string) (io.Writer, bool)) error {
		// A list is not read twice to know its bytes: they follow from the state and
		// from the question.
		w, wanted := open("g" + strconv.FormatInt(call.snapshot.Generation, 10) + "-" + question(call))
		if !wanted {
			return nil
		}
		out := bufio.NewWriterSize(w, 1<<16)
		write, err := rowWriter[W](call, out)
		if err != nil {
			return err
		}
		for row := range list.after(nil) {
			if err := write(wire(row)); err != nil {
				return err
			}
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		return out.Flush()
	}), nil
}

func tableReply(call *call, write stream) reply {
	r := reply{call: call, status: http.StatusOK, mime: string(call.format), stream: write}
	if call.format == formatCSV {
		r.mime = "text/csv; charset=utf-8"
	}
	return r
}

// question is a mark of everything that the bytes of a list follow from, beside
// the state: the address, the form, the day, the settings, who asks, and the contract, which
// names the columns.
func question(call *call) string {
	sum := sha256.Sum256([]byte(contractSum() + string(call.today) + string(call.format) + call.url.Path + "?" + call.url.RawQuery + "\x00" +
		strings.Join(call.actor.Names(), " ") + "\x00" + names(call.actor.Roles) + fmt.Sprint(call.rules)))
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}

func rowWriter[W any](call *call, out *bufio.Writer) (func(W) error, error) {
	if call.format == formatCSV {
		return csvWriter[W](out, call.op.columns)
	}
	return ndjsonWriter[W](out), nil
}

var contractSum = sync.OnceValue(func() string {
	sum := sha256.Sum256(api.Contract)
	return string(sum[:])
})

func ndjsonWriter[W any](out io.Writer) func(W) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	return func(row W) error { return encoder.Encode(row) }
}

// csvWriter writes RFC 4180 records under a header of the contract's names.
func csvWriter[W any](out *bufio.Writer, columns []string) (func(W) error, error) {
	writer := csv.NewWriter(out)
	writer.UseCRLF = true
	paths := make([][]int, len(columns))
	for i, column := range columns {
		paths[i] = fieldPath(reflect.TypeFor[W](), column)
	}
	if err := writer.Write(columns); err != nil {
		return nil, err
	}
	writer.Flush()
	record := make([]string, len(columns))
	return func(row W) error {
		value := reflect.ValueOf(&row).Elem()
		for i, path := range paths {
			cell, err := cellText(value, path)
			if err != nil {
				return err
			}
			record[i] = cell
		}
		if err := writer.Write(record); err != nil {
			return err
		}
		writer.Flush() // into out, which holds more than a row
		return writer.Error()
	}, nil
}

// fieldPath finds the field that a column's dotted name means.
func fieldPath(t reflect.Type, column string) []int {
	var path []int
	for name := range strings.SplitSeq(column, ".") {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		for i := range t.NumField() {
			if tag, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ","); tag == name {
				path, t = append(path, i), t.Field(i).Type
				break
			}
		}
	}
	return path
}

// cellText writes one value. What is absent is an empty cell; a list is JSON.
func cellText(v reflect.Value, path []int) (string, error) {
	for _, i := range path {
		if v = indirect(v); !v.IsValid() {
			return "", nil
		}
		v = v.Field(i)
	}
	if v = indirect(v); !v.IsValid() {
		return "", nil
	}
	switch v.Kind() {
	case reflect.String:
		return safeText(v.String()), nil
	case reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'f', -1, 64), nil
	case reflect.Int, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10), nil
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

// safeText keeps a spreadsheet from taking a text for a formula.
func safeText(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
