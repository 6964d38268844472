package programme_test

import (
	"encoding/json"
	"math"
	"testing"

	"peerchallenge/pkg/programme"
)

// TestCanonical: a value has one text, whatever text it came in.
func TestCanonical(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{ "b" : [ 1 , 2.50 ] , "a" : null }`:                                                `{"a":null,"b":[1,2.5]}`,
		`{"\u20ac":1,"\r":2,"\ud83d\ude00":3,"\ufb33":4,"1":5}`:                              "{\"\\r\":2,\"1\":5,\"€\":1,\"😀\":3,\"\ufb33\":4}",
		`"\u0007\b\f\n\r\t\"\\\/<&\u2028é"`:                                                  "\"\\u0007\\b\\f\\n\\r\\t\\\"\\\\/<&\u2028é\"",
		`[333333333.33333329,1E30,4.50,2e-3,1e-7,0.000001,1e21,1e20,-0,0.0,12.0,true,false]`: `[333333333.3333333,1e+30,4.5,0.002,1e-7,0.000001,1e+21,100000000000000000000,0,0,12,true,false]`,
	} {
		got, err := programme.Canonical(json.RawMessage(in))
		if err != nil || string(got) != want {
			t.Errorf("%s is %s (%v), want %s", in, got, err, want)
		}
	}
	if got, err := programme.Canonical(math.NaN()); err == nil {
		t.Errorf("what is no number is %s", got)
	}
}
