package programme

import (
	"reflect"
	"slices"
	"testing"
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
