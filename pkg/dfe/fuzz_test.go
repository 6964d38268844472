package dfe_test

import (
	"bytes"
	"strings"
	"testing"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/dfe"
	"peerchallenge/pkg/seed"
)

// FuzzRead reads anything. It answers a file that can be loaded or a refusal that
// names its faults, never both and never neither.
func FuzzRead(f *testing.F) {
	for _, name := range seed.Files() {
		lines := strings.SplitAfterN(published(f, name), "\n", 4)
		f.Add(name, []byte(strings.Join(lines[:3], "")))
	}
	for _, content := range []string{referralHeader + lambethReferral, needHeader + strings.Replace(lambeth, "E09000022", "E09000021 / E09000027", 1) + "1,z\n"} {
		f.Add("file.csv", []byte(content))
	}
	known := withPopulations(f)
	f.Fuzz(func(t *testing.T, name string, content []byte) {
		file, err := dfe.Read(name, bytes.NewReader(content), known, dfe.Options{})
		if err != nil {
			if e := refusal(t, err); file != nil || len(e.Faults) == 0 || len(e.Faults) > 1000 {
				t.Fatalf("the refusal has %d faults, and gives %v", len(e.Faults), file)
			}
			return
		}
		if len(byKey(file.Observations)) != len(file.Observations) {
			t.Fatal("a figure is given twice")
		}
		for _, o := range file.Observations {
			numeric := o.Status == benchmark.Reported || o.Status == benchmark.Computed
			if numeric != (o.Value != nil) || o.Value != nil && !(*o.Value >= 0) {
				t.Fatalf("the value of %+v is %s", o, show(o.Value))
			}
			if _, err := benchmark.ParsePeriod(o.Period); err != nil {
				t.Fatal(err)
			}
		}
		for _, p := range file.Populations {
			if len(p.Geography) != 9 || (p.Status == benchmark.Reported) != (p.Estimate != nil) {
				t.Fatalf("the estimate is %+v", p)
			}
		}
	})
}

// FuzzReadMapping reads anything as a mapping. It answers one that can be used, or a
// refusal that names its faults.
func FuzzReadMapping(f *testing.F) {
	for n := range 2 {
		_, mapping := documented(f, n+1)
		f.Add(mapping)
	}
	for _, text := range []string{"", "---\n", "a: &a\n b: *a\n", "? [1]\n: 2\n", "key: [\n", "period: {always: {kind: day, on: 29 February}}\n", "indicators: {A: {value: {sum: []}}}\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := dfe.ReadMapping("mine.yaml", strings.NewReader(text))
		if err != nil {
			e := refusal(t, err)
			if m != nil || len(e.Faults) == 0 {
				t.Fatalf("the refusal %v gives %v", e, m)
			}
			return
		}
		if _, err := dfe.Builtin().With(m); err == nil && len(m.Indicators()) == 0 && m.Gives() != "the population" {
			t.Fatal("a mapping of nothing can be used")
		}
	})
}
