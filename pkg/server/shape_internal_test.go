package server

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// TestEveryBodyHasAShape, in which one that is right is read: what is not a shape's to know
// would cost every such body a multiple without a word.
func TestEveryBodyHasAShape(t *testing.T) {
	t.Parallel()
	for _, op := range writes(t) {
		if written, right := op.shape.taken((place{}).body(t, op, sample(op.Body))); !right {
			t.Errorf("%s: the sample is not taken, up to %s", op.ID, written)
		}
	}
}

// strange are values that a schema may take or not.
func strange(s *openapi3.Schema) []any {
	values := []any{
		nil, true, 0, -1, 1.5, 1e-7, 1e300, "", " ", "x", "words\n", "Caf\u00e9 e\u0301 \u2028<&>", "\u200b", "2026-02-30", "2026-03-31", "2026-03-31T10:00:00+01:00", "a@b.example",
		"01932B7E-5D5C-7C4E-9D0F-1F6C8F6F3A10", "E09000022", "2026-27-Q2", []any{}, map[string]any{}, map[string]any{"x": 1}, []any{nil}, []any{"x", "x"},
	}
	for _, bound := range []*float64{s.Min, s.Max} {
		if bound != nil {
			values = append(values, *bound, *bound-1, *bound+1, *bound-0.001, *bound+0.001)
		}
	}
	if s.MaxLength != nil && *s.MaxLength < 10_000 {
		for _, n := range []int{int(*s.MaxLength), int(*s.MaxLength) + 1} { // #nosec G115 -- bounded above
			values = append(values, strings.Repeat("a", n), strings.Repeat("\u00e9", n), strings.Repeat("\U0001F600", n))
		}
	}
	if s.MinLength > 0 {
		values = append(values, strings.Repeat("\U0001F600", int(s.MinLength)), strings.Repeat("\U0001F600", int(s.MinLength)-1)) // #nosec G115 -- some characters
	}
	if s.MaxItems != nil && *s.MaxItems < 1000 {
		items := slices.Repeat([]any{sample(s.Items.Value)}, int(*s.MaxItems)+1) // #nosec G115 -- bounded above
		values = append(values, items[1:], items, items[:max(1, int(s.MinItems))-1])
	}
	for _, name := range s.Required {
		less, _ := sample(s).(map[string]any)
		delete(less, name)
		values = append(values, less)
	}
	return append(values, s.Enum...)
}

// TestAShapeTakesNothingElse than what is found to be right with more trouble, and writes
// the same: at every place of every body, and in every spelling.
func TestAShapeTakesNothingElse(t *testing.T) {
	t.Parallel()
	taken, refused := 0, 0
	for _, op := range writes(t) {
		for _, p := range placesOf(op.Body) {
			for _, value := range strange(p.schema) {
				body := p.body(t, op, value)
				switch right, refusal := wantAlike(t, op, body); {
				case right:
					taken++
				case refusal == nil:
					if text, is := value.(string); !is && value != nil || is && text != "" {
						t.Errorf("%s: %v at %s is right, and is read twice", op.ID, value, p.pointer())
					}
				default:
					refused++
				}
			}
		}
	}
	if taken < 1000 || refused < 1000 {
		t.Errorf("%d bodies were taken, %d refused", taken, refused)
	}
}

// wantAlike reports whether the shape takes the body, and why it is refused.
func wantAlike(t *testing.T, op *operation, body []byte) (right bool, refusal error) {
	t.Helper()
	written, right := op.shape.taken(body)
	want, refusal := examined(op, body)
	if right && (refusal != nil || !bytes.Equal(written, want)) {
		t.Errorf("%s: %.300s\nis taken as %.300s\ninstead of  %.300s (%v)", op.ID, body, written, want, refusal)
	}
	return right, refusal
}

// FuzzShape changes right bodies in their spelling too.
func FuzzShape(f *testing.F) {
	ops := writes(f)
	for i, op := range ops {
		body := (place{}).body(f, op, sample(op.Body))
		var wide bytes.Buffer
		if err := json.Indent(&wide, body, " ", "\t"); err != nil {
			f.Fatal(err)
		}
		for _, text := range []string{
			string(body), wide.String(), strings.Replace(string(body), "{", `{"reason":"\u0041\/\ud83d\ude00","reason":"b",`, 1), string(body[:len(body)-1]) + `,"reason":"W\u00e9 <b> \u007f` + "\x7f" + `"}`,
			strings.ReplaceAll(string(body), ":1", ":1.0e0"), strings.ReplaceAll(string(body), ":0", ":-0"), string(body) + "{}", string(body[1:]),
		} {
			f.Add(uint8(i), []byte(text)) // #nosec G115 -- some operations
		}
	}
	f.Fuzz(func(t *testing.T, o uint8, body []byte) { _, _ = wantAlike(t, ops[int(o)%len(ops)], body) })
}
