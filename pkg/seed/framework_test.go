package seed_test

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/seed"
)

// known is what London's framework may name.
func known(t *testing.T) framework.Known {
	t.Helper()
	london, err := seed.London()
	if err != nil {
		t.Fatal(err)
	}
	k := framework.Known{Indicators: london.Indicators}
	for _, b := range london.Boroughs {
		k.Boroughs = append(k.Boroughs, b.Code)
	}
	return k
}

// TestFrameworkIsPublishable has London's framework pass everything that a framework is
// held to.
func TestFrameworkIsPublishable(t *testing.T) {
	t.Parallel()
	f, err := seed.Framework()
	if err != nil {
		t.Fatal(err)
	}
	team := programme.Actor{Subject: "s", Roles: []programme.Role{programme.RoleProgramme}}
	if err := f.Publish(team, time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC), known(t), nil); err != nil {
		if e, is := errors.AsType[*programme.Error](err); is {
			for _, fault := range e.Faults {
				t.Errorf("%s %s: %s", fault.Pointer, fault.Code, fault.Detail)
			}
		}
		t.Fatal(err)
	}
	if f.Number != "1.0.0" || f.State != framework.Published {
		t.Errorf("it is %s, %s", f.Number, f.State)
	}
}

// TestFrameworkAsksForWhatWasAgreed holds London's choice to what its directors have
// agreed to ask for, and not to ask for.
func TestFrameworkAsksForWhatWasAgreed(t *testing.T) {
	t.Parallel()
	f, err := seed.Framework()
	if err != nil {
		t.Fatal(err)
	}
	d := f.Document
	if n := len(d.Indicators); n < 18 || n > 20 {
		t.Errorf("it asks for %d indicators", n)
	}
	for _, code := range []string{"CLA_RATE", "CLA_HEALTH_PCT", "CPP_RATE", "CPP_START_RATE"} {
		if d.Indicator(code) == nil {
			t.Errorf("it does not ask for %s", code)
		}
	}
	for _, code := range []string{"CLA_START_RATE", "CLA_CEASE_RATE", "CPP_END_RATE", "CPP_REVIEW_PCT", "CPP_2Y_OPEN_PCT", "CPP_2Y_CEASED_PCT"} {
		if d.Indicator(code) != nil {
			t.Errorf("it asks for %s", code)
		}
	}
	moments := map[string][]framework.Moment{}
	used := map[string]bool{}
	for _, c := range d.Counts {
		moments[c.Of.Thing()] = append(moments[c.Of.Thing()], c.Of.Moment())
		if c.HiddenFrom != 1 || c.HiddenTo != 5 {
			t.Errorf("%s hides %d to %d", c.Code, c.HiddenFrom, c.HiddenTo)
		}
		if !strings.HasPrefix(c.List, "Annex A, list ") {
			t.Errorf("%s is counted in %q", c.Code, c.List)
		}
	}
	for _, m := range moments["looked_after"] {
		if m.Flow() {
			t.Errorf("it asks for the %s of children looked after", m)
		}
	}
	for _, m := range moments["plan"] {
		if m.Stay() {
			t.Errorf("it asks for how long plans last")
		}
	}
	for _, ind := range d.Indicators {
		used[ind.Numerator], used[ind.Denominator] = true, true
	}
	for _, c := range d.Counts {
		if !used[c.Code] {
			t.Errorf("%s is asked for nothing", c.Code)
		}
	}
}

// TestFrameworkHasThePublishedPopulation holds the population to the file that it comes
// from.
func TestFrameworkHasThePublishedPopulation(t *testing.T) {
	t.Parallel()
	f, err := seed.Framework()
	if err != nil {
		t.Fatal(err)
	}
	content, err := seed.File("ons_mid-year_population_estimates_2012_to_2024.csv")
	if err != nil {
		t.Fatal(err)
	}
	p, lines := f.Document.Population, strings.Split(string(content), "\n")
	for _, r := range p.Children {
		at := slices.IndexFunc(lines, func(line string) bool {
			return strings.HasPrefix(line, "2024,") && strings.Contains(line, ","+r.Borough+",")
		})
		if at < 0 {
			t.Fatalf("the file has nothing of %s", r.Borough)
		}
		if fields := strings.Split(strings.TrimSpace(lines[at]), ","); fields[len(fields)-1] != strconv.Itoa(r.Number) {
			t.Errorf("%s has %d children; the file says %s", r.Borough, r.Number, fields[len(fields)-1])
		}
	}
	if n, is := p.Of("E09000001"); !is || n != 847 || p.Year != 2024 || len(p.Children) != 33 {
		t.Errorf("the City of London has %d children, in %d; there are %d boroughs", n, p.Year, len(p.Children))
	}
}
