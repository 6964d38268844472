package benchmark_test

import (
	"fmt"

	"peerchallenge/pkg/benchmark"
)

// The interval of a percentage: of 263 patients 81 had the finding (Newcombe 1998,
// Statistics in Medicine 17:857-872, method 3).
func ExampleWilson() {
	interval := benchmark.Wilson(81, 263, 1)
	fmt.Printf("%.4f to %.4f\n", interval.Lower, interval.Upper)
	fmt.Println("of nobody:", benchmark.Wilson(0, 0, 1))
	// Output:
	// 0.2553 to 0.3662
	// of nobody: <nil>
}

// The interval of a rate: 65 events, by Byar's approximation.
func ExampleByar() {
	interval := benchmark.Byar(65, 1, 1)
	fmt.Printf("%.2f to %.2f\n", interval.Lower, interval.Upper)
	// Output: 50.16 to 82.85
}

// How a borough stands among four others on an indicator where low is good.
func ExampleDataset_Resolve() {
	builder := benchmark.NewBuilder(nil)
	codes := []string{"E09000022", "E09000002", "E09000003", "E09000004", "E09000005"}
	for i, code := range codes {
		value := []float64{21.3, 12.1, 18.5, 19.4, 15}[i]
		builder.Add(benchmark.Observation{Indicator: "REREF_PCT", Period: "2024-25", Geography: code, ReleaseID: "r", Value: &value, Status: benchmark.Reported})
	}
	groups := benchmark.Groups{Borough: "E09000022", Period: "2024-25", Region: codes, England: codes, SubRegion: codes, Neighbours: codes[1:]}
	indicator := benchmark.Indicator{Code: "REREF_PCT", Unit: benchmark.Percent, Multiplier: 100, Polarity: benchmark.Low}
	c := builder.Dataset().Resolve(groups).Compare(&indicator)
	fmt.Printf("rank %d of %d, the neighbours' mean %.2f\n", *c.Region.Rank, c.Region.N, *c.Neighbours.Mean)
	// Output: rank 5 of 5, the neighbours' mean 16.25
}
