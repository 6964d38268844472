package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"peerchallenge/pkg/programme"
)

// texts are JSON and what only looks like it.
var texts = map[string]bool{
	`{}`: true, ` [ ] `: true, "\t\r\n1\n": true, `0`: true, `-0`: true, `-0.5e+7`: true, `1E400`: true, `1e-400`: true, `""`: true, `true`: true, `false`: true, `null`: true,
	`{"a":{"a":[1,"2",null,true,false,{}]},"":""}`: true, `"\"\\\/\b\f\n\r\t\u00e9\uD83D\uDE00"`: true, `"\u0000"`: true, `"é😀"`: true, `"\uFFFD"`: true,
	`"\uD800"`: true, `"\uDC00"`: true, `"\uD800a"`: true, `"\uD800\n"`: true, `"\uD800\uD800"`: true, `"\uDE00\uD83D"`: true, `{"a":"\uD800","b":1}`: true, // each with a fault
	``: false, ` `: false, `{`: false, `}`: false, `[`: false, `]`: false, `{]`: false, `[}`: false, `[1,]`: false, `[,1]`: false, `[1 2]`: false, `[,]`: false, `{,}`: false,
	`{"a"}`: false, `{"a":}`: false, `{"a":1,}`: false, `{,"a":1}`: false, `{"a":1 "b":2}`: false, `{a:1}`: false, `{1:1}`: false, `{"a":1}{}`: false, `1 1`: false, `{"a" 1}`: false,
	`01`: false, `-`: false, `+1`: false, `.5`: false, `1.`: false, `1e`: false, `1e+`: false, `1.e1`: false, `0x1`: false, `1_0`: false, `Infinity`: false, `NaN`: false, `--1`: false,
	`tru`: false, `truee`: false, `TRUE`: false, `nul`: false, `'a'`: false, `"`: false, `"a`: false, `"\"`: false, `"\x"`: false, `"\u12"`: false, `"\u12G4"`: false, `"\u+123"`: false,
	"\"\n\"": false, "\"\x00\"": false, "{}\x00": false, "\x00": false, "\uFEFF{}": false, "\"\xff\"": false, "\"\xed\xa0\x80\"": false, "\"\xc0\x80\"": false, "\u00a01": false,
	`"\uD83D\uDE0"`: false, `{"\uD800":1}`: false, `/**/1`: false, `[1]//`: false,
}

func TestJSONIsReadExactly(t *testing.T) {
	t.Parallel()
	for text, right := range texts {
		_, _, err := scan([]byte(text))
		if (err == nil) != right || err != nil && !errors.Is(err, errNotJSON) {
			t.Errorf("%q: %v", text, err)
		}
		wantAsOthersRead(t, []byte(text))
	}
}

// FuzzScan reads every text as encoding/json does, but for what we refuse and it
// repairs.
func FuzzScan(f *testing.F) {
	for text := range texts {
		f.Add([]byte(text))
	}
	for _, body := range heavy() {
		f.Add([]byte(body[:min(len(body), 1<<10)]))
	}
	f.Fuzz(func(t *testing.T, text []byte) { wantAsOthersRead(t, text) })
}

func wantAsOthersRead(t *testing.T, text []byte) {
	t.Helper()
	value, faults, err := scan(text)
	_, refused := errors.AsType[*programme.Error](err)
	if err == nil && !json.Valid(text) || errors.Is(err, errNotJSON) && json.Valid(text) && !repaired(text) {
		t.Fatalf("%q: %v", text, err)
	}
	if err != nil && !refused {
		t.Fatalf("%q: %v is no refusal", text, err)
	}
	if err != nil || len(faults) > 0 {
		return
	}
	var theirs any
	if err := json.Unmarshal(text, &theirs); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	if !reflect.DeepEqual(value, inNormalForm(theirs)) {
		t.Fatalf("%q is %#v, want %#v", text, value, theirs)
	}
}

// repaired reports whether encoding/json reads the text as if it were right: it puts
// U+FFFD where there is no character.
func repaired(text []byte) bool {
	var value any
	if json.Unmarshal(text, &value) != nil {
		return false
	}
	again, _ := json.Marshal(value)
	return bytes.ContainsRune(again, '\uFFFD') || bytes.Contains(again, []byte(`\ufffd`))
}

func inNormalForm(value any) any {
	switch v := value.(type) {
	case string:
		return programme.Normal(v)
	case []any:
		for i := range v {
			v[i] = inNormalForm(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = inNormalForm(v[name])
		}
	}
	return value
}

// TestBoundsOfWhatIsRead: the last that is taken and the first that is not.
func TestBoundsOfWhatIsRead(t *testing.T) {
	t.Parallel()
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	listed := func(n int) string { return "[" + strings.Repeat("1,", n-2) + "1]" }
	uncomposed := func(n int) string { return `"` + strings.Repeat("e\u0301", n/3) + strings.Repeat("\u0301", n%3) + `"` }
	for text, want := range map[string]error{
		nested(maxDepth): nil, nested(maxDepth + 1): errTooDeep, strings.Repeat(`{"a":`, maxDepth+1): errTooDeep,
		listed(maxValues): nil, listed(maxValues + 1): errTooManyValues,
		uncomposed(maxUncomposed - 2): nil, uncomposed(maxUncomposed + 2): errUncomposed,
		`"` + strings.Repeat("\u00e9", maxUncomposed) + `"`: nil,
	} {
		if _, _, err := scan([]byte(text)); !errors.Is(err, want) {
			t.Errorf("%.20s of %d bytes: %v, want %v", text, len(text), err, want)
		}
	}
}
