package programme

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// TestTheAuditKeepsNoNames: of members that it must not keep it says that they
// changed, whether they came, went or are others now, and nothing of them is in what
// it keeps.
func TestTheAuditKeepsNoNames(t *testing.T) {
	t.Parallel()
	person := reflect.TypeFor[Participant]()
	ann := `{"Name": "Ann", "Role": "ad", "Email": "ann@example.org"}`
	annToo := `{"Name": "Ann", "Role": "dcs", "Email": "ann@example.org"}`
	silent := `{"Name": "Ann", "Role": "ad", "Email": null}`
	bob := `{"Name": "Bob", "Role": "ad", "Email": "bob@example.org"}`
	for name, c := range map[string]struct {
		before, after *string
		withheld      []string
	}{
		"a person comes":              {nil, &ann, []string{"Name", "Email"}},
		"a person without an address": {nil, &silent, []string{"Name"}},
		"a person goes":               {&ann, nil, []string{"Name", "Email"}},
		"the address goes":            {&ann, &silent, []string{"Email"}},
		"somebody else":               {&ann, &bob, []string{"Name", "Email"}},
		"another role":                {&ann, &annToo, []string{}},
		"nothing":                     {&ann, &ann, []string{}},
	} {
		kept, err := Keep(person, c.before, c.after)
		if err != nil || !slices.Equal(kept.Withheld, c.withheld) {
			t.Errorf("%s: %v is withheld (%v), want %v", name, kept.Withheld, err, c.withheld)
		}
		for _, side := range [][2]*string{{c.before, kept.Before}, {c.after, kept.After}} {
			if (side[0] == nil) != (side[1] == nil) {
				t.Errorf("%s: of %v it keeps %v", name, side[0], side[1])
			} else if side[1] != nil && *side[1] != `{"Role":"ad"}` && *side[1] != `{"Role":"dcs"}` {
				t.Errorf("%s: it keeps %s", name, *side[1])
			}
		}
	}
	if kept, err := Keep(reflect.TypeFor[Priority](), nil, &ann); err != nil || kept.After != &ann {
		t.Errorf("of what has nothing to withhold it keeps %v (%v)", kept.After, err)
	}
	broken := "{"
	for _, c := range [][2]*string{{&broken, &ann}, {&ann, &broken}} {
		if _, err := Keep(person, c[0], c[1]); err == nil {
			t.Error("what is no JSON is kept")
		}
	}
}

// TestWithheldMembersAreNamedWithoutValues beside the others, in their order.
func TestWithheldMembersAreNamedWithoutValues(t *testing.T) {
	t.Parallel()
	was, now := `{"Role": "ad"}`, `{"Role": "dcs"}`
	e := AuditEntry{Before: &was, After: &now, Withheld: []string{"Name", "Email"}}
	got, err := e.Values()
	if err != nil || len(got) != 3 || got[0].Member != "Email" || got[1].Member != "Name" || got[2].Member != "Role" {
		t.Fatalf("%+v (%v)", got, err)
	}
	for _, v := range got[:2] {
		if !v.Withheld || string(v.From) != "null" || string(v.To) != "null" {
			t.Errorf("%+v", v)
		}
	}
	if v := got[2]; v.Withheld || string(v.From) != `"ad"` || string(v.To) != `"dcs"` {
		t.Errorf("%+v", v)
	}
}

// FuzzMembers: an object is taken apart as the library would, whatever stands in its members.
func FuzzMembers(f *testing.F) {
	for _, text := range []string{`{}`, `{"Name":"a\"},{\\","Role":null}`, `{"A":{"B":[1,{"C":"]}"}]},"D":[],"E":-1.5e3}`, `{"A":"\u003cb\u003e \\"}`, `[1]`, `{"A"`, `{"A":1}}`, `"{"`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var want map[string]json.RawMessage
		if json.Unmarshal([]byte(text), &want) != nil || want == nil {
			return
		}
		for name := range want {
			if strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) || r > unicode.MaxASCII }) || name == "" {
				return // no name of a struct's member
			}
		}
		written, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		object := string(written)
		members, err := membersOf(&object)
		if err != nil || len(members) != len(want) {
			t.Fatalf("%s has the members %q (%v)", object, members, err)
		}
		for _, m := range members {
			var value bytes.Buffer
			if err := json.Compact(&value, want[m.name]); err != nil || m.value != htmlEscaped(value.Bytes()) {
				t.Errorf("%s: %q, not %s (%v)", object, m, want[m.name], err)
			}
		}
	})
}

func htmlEscaped(text []byte) string {
	var out bytes.Buffer
	json.HTMLEscape(&out, text)
	return out.String()
}
