package returns_test

import (
	"fmt"
	"testing"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/returns"
)

// BenchmarkJudge judges a return of 200 counts by a rule of every kind, with ten years
// of quarters behind it, which the service has ready.
func BenchmarkJudge(b *testing.B) {
	a := asked()
	for _, k := range framework.Kinds {
		a.Document.Rules = append(a.Document.Rules, rule(k.Kind, framework.Warning, func(r *framework.Rule) {
			r.Code, r.Limit, r.History, r.Maximum = string(k.Kind), ptr(100.0), ptr(4), ptr(1e9)
		}))
	}
	a.Document.Counts, a.Document.Families = nil, nil
	var values []returns.Value
	for i := range 200 {
		code := fmt.Sprintf("count_%03d", i)
		a.Document.Counts = append(a.Document.Counts, framework.Count{Code: code, Name: code, Basis: framework.Quarter, Policy: framework.Events})
		if i%10 > 0 {
			a.Document.Relations = append(a.Document.Relations, framework.Relation{A: code, B: fmt.Sprintf("count_%03d", i-i%10), Kind: framework.PartOf})
		}
		values = append(values, reported(code, float64(100+10*(10-i%10)+i%7)))
	}
	var history returns.History
	for p, i := (benchmark.FinancialQuarter(2026, 1)), 0; i < 40; p, i = p.Previous(), i+1 {
		history = append(history, returns.Past{Quarter: p.Code, Values: values})
	}
	a = a.Ordered()
	judging := returns.Judging{Asked: a, Borough: lambeth, Quarter: quarter, Beside: a.Background(quarter, history)}
	sent := returns.Posting{Read: returns.Listed(lambeth, quarter, len(values), func(i int) returns.Value { return values[i] })}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := judging.Draft(&sent, nil); err != nil {
			b.Fatal(err)
		}
	}
}
