package programme

import (
	"slices"
	"strings"
	"testing"
)

// TestTheAuditKeepsNoNames: of members that it must not keep it says that they
// changed, whether they came, went or are others now, and nothing of them is in what
// it keeps.
func TestTheAuditKeepsNoNames(t *testing.T) {
	t.Parallel()
	ann := Participant{Name: "Ann", Role: "ad", Email: new("ann@example.org")}
	annToo, silent, bob := ann, ann, ann
	annToo.Role, silent.Email, bob.Name, bob.Email = "dcs", nil, "Bob", new("bob@example.org")
	for name, c := range map[string]struct {
		before, after *Participant
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
		was, now := saidBy(t, c.before), saidBy(t, c.after)
		kept := Keep(was, now)
		if !slices.Equal(kept.Withheld, c.withheld) {
			t.Errorf("%s: %v is withheld, want %v", name, kept.Withheld, c.withheld)
		}
		if was.Same(now) != (c.before == c.after) {
			t.Errorf("%s: that both say the same is %v", name, was.Same(now))
		}
		for _, side := range []struct {
			of   *Participant
			kept *string
		}{{c.before, kept.Before}, {c.after, kept.After}} {
			if (side.of == nil) != (side.kept == nil) {
				t.Errorf("%s: of %v it keeps %v", name, side.of, side.kept)
			} else if side.kept != nil && (strings.Contains(*side.kept, "nn") || strings.Contains(*side.kept, "ob") || !strings.Contains(*side.kept, `"Role":"`+string(side.of.Role)+`"`)) {
				t.Errorf("%s: it keeps %s", name, *side.kept)
			}
		}
	}
	whole := saidBy(t, &Priority{Name: "Ann"})
	if kept := Keep(Said{}, whole); kept.After == nil || !strings.Contains(*kept.After, "Ann") || len(kept.Withheld) > 0 {
		t.Errorf("of what has nothing to withhold it keeps %v", kept.After)
	}
	if kept := Keep(Said{}, Said{}); kept.Before != nil || kept.After != nil {
		t.Errorf("of nothing it keeps %v", kept)
	}
	bea := ann
	bea.Name = "Bea"
	said, err := SaidBy(&ann, "Name")
	if kept, whole := Keep(said, saidBy(t, &bea)), Keep(saidBy(t, &ann), saidBy(t, &bea)); err != nil || !slices.Equal(kept.Withheld, []string{"Name"}) || *kept.Before != *whole.Before {
		t.Errorf("of a member that is going to say something else it keeps %+v (%v)", kept, err)
	}
	if _, err := SaidBy(&struct{ No chan int }{}); err == nil {
		t.Error("what has no JSON says something")
	}
}

func saidBy[T any](t *testing.T, thing *T) Said {
	t.Helper()
	if thing == nil {
		return Said{}
	}
	said, err := SaidBy(thing)
	if err != nil {
		t.Fatal(err)
	}
	return said
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
