package dfe_test

import (
	"errors"
	"fmt"
	"strings"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/dfe"
	"peerchallenge/pkg/programme"
)

// A file that cannot be used is refused whole, with every fault by row and column.
func ExampleRead() {
	const file = "time_period,time_identifier,geographic_level,country_code,region_code,new_la_code,Started_episodes,At31_episodes\n" +
		"2025,Reporting year,Local authority,E92000001,E13000001,E09000022,900,many\n"
	known := benchmark.Known{
		Authorities: []programme.Authority{{Code: "E09000022", DfECode: "208", Name: "Lambeth"}},
		Indicators: []benchmark.Indicator{
			{Code: "CIN_START_RATE", Unit: benchmark.Per10000}, {Code: "CIN_RATE", Unit: benchmark.Per10000},
		},
	}
	_, err := dfe.Read("b1.csv", strings.NewReader(file), known, dfe.Options{})
	if refused, is := errors.AsType[*programme.Error](err); is {
		for _, fault := range refused.Faults {
			fmt.Printf("row %d, %s: %s, given %s\n", fault.Row, fault.Column, fault.Code, fault.Given)
		}
	}
	// Output: row 2, At31_episodes: not_a_number, given “many”
}
