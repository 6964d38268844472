package server

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
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
	r := reply{call: call, status: http.StatusOK, mime: string(call.format), file: fileName(call), stream: write}
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

// byteOrderMark is that of UTF-8, by which spreadsheets tell it from their country's
// older encoding.
const byteOrderMark = "\uFEFF"

// fileName is that under which a whole list is kept: the address, without what stands
// before the noun and without characters that a file name or a header has other uses for.
func fileName(call *call) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '_', r == '.':
			return r
		}
		return '-'
	}, strings.TrimPrefix(call.url.Path, "/v1/"))
	if call.unsuppressed {
		name += unsuppressedMark
	}
	if call.format == formatCSV {
		return name + ".csv"
	}
	return name + ".ndjson"
}

// unsuppressedMark is in the name of a file with true figures of all boroughs.
const unsuppressedMark = "-unsuppressed"

func rowWriter[W any](call *call, out *bufio.Writer) (func(W) error, error) {
	if call.format == formatCSV {
		if call.query.Get("bom") == "true" {
			_, _ = out.WriteString(byteOrderMark) // a fault shows at the next write
		}
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
