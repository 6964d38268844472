package framework_test

import (
	"testing"

	"peerchallenge/pkg/framework"
)

// TestComparable: figures by two versions are of one thing until a version changes in a
// major way, or what the one indicator is made of does.
func TestComparable(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		was, is string
		change  func(d *framework.Document)
		want    bool
	}{
		"the same version":               {"1.0.0", "1.0.0", func(*framework.Document) {}, true},
		"nothing of it":                  {"1.0.0", "1.1.0", func(d *framework.Document) { d.Counts[6].Definition = "Others." }, true},
		"other words":                    {"1.0.0", "1.0.1", func(d *framework.Document) { d.Counts[0].Name = "Contacts" }, true},
		"more hidden":                    {"1.0.0", "1.0.1", func(d *framework.Document) { d.Counts[1].HiddenTo = 9 }, true},
		"a new estimate":                 {"1.0.0", "1.1.0", func(d *framework.Document) { d.Population.Year = 2025 }, true},
		"a major version":                {"1.0.0", "2.0.0", func(*framework.Document) {}, false},
		"back over a major version":      {"2.1.0", "1.9.0", func(*framework.Document) {}, false},
		"what is no version":             {"one", "1.0.0", func(*framework.Document) {}, false},
		"another definition":             {"1.0.0", "1.1.0", func(d *framework.Document) { d.Counts[0].Definition = "Others." }, false},
		"another definition below":       {"1.0.0", "1.1.0", func(d *framework.Document) { d.Counts[1].Inclusions = "Some." }, false},
		"another basis":                  {"1.0.0", "1.1.0", func(d *framework.Document) { d.Counts[1].Basis = framework.TwelveMonths }, false},
		"another numerator":              {"1.0.0", "1.1.0", func(d *framework.Document) { d.Indicators[1].Numerator = "cpp_open" }, false},
		"a count that is gone":           {"1.0.0", "1.1.0", func(d *framework.Document) { d.Counts = d.Counts[1:] }, false},
		"an indicator that is not there": {"1.0.0", "1.1.0", func(d *framework.Document) { d.Indicators = d.Indicators[2:] }, false},
	} {
		was, is := document(), document()
		c.change(&is)
		if got := framework.Comparable(framework.Edition{Number: c.was, Document: &was}, framework.Edition{Number: c.is, Document: &is}, "REREF_PCT"); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
	before, after := document(), document()
	after.Population.Definition = "Residents under 19."
	was, is := framework.Edition{Number: "1.0.0", Document: &before}, framework.Edition{Number: "1.1.0", Document: &after}
	if framework.Comparable(was, is, "REF_RATE") || !framework.Comparable(was, is, "REREF_PCT") {
		t.Error("another population is another rate, and no other percentage")
	}
}
