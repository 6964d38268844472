package programme

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// Canonical answers the one text that a JSON value has by RFC 8785: members sorted by
// the UTF-16 code units of their names, no white space, numbers as ECMAScript writes
// doubles, and in texts no escape that is not needed. The value is what encoding/json
// makes of v. The error is one of the value: it is no JSON, or a number is none that a
// double holds.
func Canonical(v any) ([]byte, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		return nil, err
	}
	var out strings.Builder
	if err := writeCanonical(&out, value); err != nil {
		return nil, err
	}
	return []byte(out.String()), nil
}

func writeCanonical(out *strings.Builder, value any) error {
	switch v := value.(type) {
	case nil:
		out.WriteString("null")
	case bool:
		out.WriteString(strconv.FormatBool(v))
	case string:
		writeText(out, v)
	case float64:
		return writeNumber(out, v)
	case []any:
		return writeEach(out, "[]", len(v), func(i int) error { return writeCanonical(out, v[i]) })
	case map[string]any:
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		slices.SortFunc(names, func(a, b string) int { return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b))) })
		return writeEach(out, "{}", len(names), func(i int) error {
			writeText(out, names[i])
			out.WriteByte(':')
			return writeCanonical(out, v[names[i]])
		})
	default:
		return fmt.Errorf("%T is no JSON", value)
	}
	return nil
}

func writeEach(out *strings.Builder, brackets string, n int, write func(i int) error) error {
	out.WriteByte(brackets[0])
	for i := range n {
		if i > 0 {
			out.WriteByte(',')
		}
		if err := write(i); err != nil {
			return err
		}
	}
	out.WriteByte(brackets[1])
	return nil
}

func writeText(out *strings.Builder, text string) {
	out.WriteByte('"')
	for _, r := range text {
		if i := strings.IndexRune("\"\\\b\f\n\r\t", r); i >= 0 {
			out.WriteByte('\\')
			out.WriteByte(`"\bfnrt`[i])
		} else if r < ' ' {
			fmt.Fprintf(out, `\u%04x`, r)
		} else {
			out.WriteRune(r)
		}
	}
	out.WriteByte('"')
}

// writeNumber writes the shortest digits that are this double and no other, with an
// exponent where ECMAScript has one. Nought has no sign.
func writeNumber(out *strings.Builder, n float64) error {
	if math.IsNaN(n) || math.IsInf(n, 0) {
		return fmt.Errorf("%v is no JSON", n)
	}
	if n == 0 {
		out.WriteByte('0') // also for the one with a sign
		return nil
	}
	form := byte('f')
	if size := math.Abs(n); size < 1e-6 || size >= 1e21 {
		form = 'e'
	}
	text := strconv.FormatFloat(n, form, -1, 64)
	if mantissa, exponent, has := strings.Cut(text, "e"); has { // Go writes two digits at least
		text = mantissa + "e" + exponent[:1] + strings.TrimLeft(exponent[1:], "0")
	}
	out.WriteString(text)
	return nil
}
