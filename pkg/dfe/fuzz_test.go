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
