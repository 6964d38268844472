package returns

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestADraftIsReadAsItWasKept: numbers beside their counts, and whole what is more than a
// number, also where everything is or nothing.
func TestADraftIsReadAsItWasKept(t *testing.T) {
	t.Parallel()
	number := func(count string, n float64) Value { return Value{Count: count, Value: &n, Status: Reported} }
	checked := Value{Count: "n", Status: ConfirmedNil, Reason: new("Nobody, by the register of 1 July: “none”.")}
	explained := number("e", 0.1)
	explained.Reason = new(`"<&>"`)
	for text, d := range map[string]Draft{
		`{"framework":"1.0.0","counts":"","numbers":[],"said":[]}`:                                                                {Framework: "1.0.0", Values: Values{}},
		`{"framework":"1.0.0","counts":"a b","numbers":[0,1000000000000],"said":[]}`:                                              {Framework: "1.0.0", Values: Values{number("a", 0), number("b", 1e12)}},
		`{"framework":"1.0.0","counts":"m a","numbers":[7],"said":[{"count":"m","value":null,"status":"missing","reason":null}]}`: {Framework: "1.0.0", Values: Values{{Count: "m", Status: Missing}, number("a", 7)}},
		`{"framework":"1.0.0","counts":"a n e","numbers":[1.5],"said":[` + jsonOf(t, checked) + `,` + jsonOf(t, explained) + `]}`: {Framework: "1.0.0", Values: Values{number("a", 1.5), checked, explained}},
		`{"framework":"1.0.0","counts":"u","numbers":[],"said":[{"count":"u","value":null,"status":"reported","reason":null}]}`:   {Framework: "1.0.0", Values: Values{{Count: "u", Status: Reported}}},
	} {
		kept, err := d.MarshalJSON()
		if err != nil || string(kept) != text {
			t.Errorf("kept as %s (%v), want %s", kept, err, text)
		}
		var read Draft
		held := []byte(text)
		err = read.UnmarshalJSON(held)
		for i := range held {
			held[i] = 'x' // as a connection does that goes on
		}
		if err != nil || !read.Equal(d) {
			t.Errorf("%s is read as %+v (%v)", text, read, err)
		}
		for i := range read.Values { // as a redaction does
			read.Values[i].Reason = new("Taken out.")
		}
		if again, err := read.MarshalJSON(); err != nil || len(read.Values) > 0 && !strings.Contains(string(again), "Taken out.") {
			t.Errorf("what was read as %s and altered is kept as %s (%v)", text, again, err)
		}
	}
	for _, text := range []string{
		`{`, `{"framework":"1.0.0","counts":"a","numbers":[],"said":[]}`, `{"framework":"1.0.0","counts":"a","numbers":[1,2],"said":[]}`,
		`{"framework":"1.0.0","counts":"a","numbers":[],"said":[{"count":"b","value":null,"status":"missing","reason":null}]}`,
	} {
		if err := json.Unmarshal([]byte(text), new(Draft)); err == nil {
			t.Errorf("%s is read", text)
		}
	}
	var none *Draft
	if text := jsonOf(t, struct{ Draft *Draft }{none}); !strings.Contains(text, "null") {
		t.Errorf("no draft is %s", text)
	}
}

func jsonOf(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
