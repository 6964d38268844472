package dfe

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// neighbourCount is how many neighbours the model gives each authority.
const neighbourCount = 10

func neighbourColumns() []string {
	var columns []string
	for rank := 1; rank <= neighbourCount; rank++ {
		columns = append(columns, fmt.Sprintf("SN_%d", rank), fmt.Sprintf("SN_%dP", rank))
	}
	return columns
}

// The model's file has its year in nothing but its name.
var modelYear = regexp.MustCompile(`20\d\d`)

// model begins the version of the model that the file gives.
func (r *reader) model() {
	year := modelYear.FindString(r.name)
	if year == "" {
		r.fault("", programme.FaultUnknownModel, "The file's name must have the model's year, as in sn_model_2025.")
	}
	r.file.Model = &benchmark.NeighbourModel{Code: year, Name: "Statistical neighbour model " + year, Source: department}
}

// neighbours takes one authority's neighbours from a row: authorities by the
// DfE's codes, closest first, each with a word for how close it is.
func (r *reader) neighbours() {
	authority := r.byDfECode("old_la_code")
	if authority != "" {
		r.first("old_la_code", figure{geography: authority})
	}
	listed := map[string]bool{authority: true}
	for rank := 1; rank <= neighbourCount; rank++ {
		column := fmt.Sprintf("SN_%d", rank)
		word := r.cell(column + "P")
		if !slices.Contains(closeness, word) {
			r.fault(column+"P", programme.FaultUnknownCloseness, "This is none of the model's words: %s.", strings.Join(closeness, ", "))
		}
		neighbour := r.byDfECode(column)
		if neighbour == "" {
			continue
		}
		if listed[neighbour] {
			r.fault(column, programme.FaultDuplicateNeighbour, "The authority is itself or is listed twice.")
		}
		listed[neighbour] = true
		r.file.Neighbours = append(r.file.Neighbours, benchmark.Neighbour{
			ModelCode: r.file.Model.Code, Authority: authority, Rank: rank, Neighbour: neighbour, Closeness: word,
		})
	}
}

// byDfECode answers the GSS code of the authority in the column, or "" after
// noting the fault. Of those that had the code one after the other it is the one
// that stood at the end of the model's year.
func (r *reader) byDfECode(column string) string {
	on := programme.Date(cmp.Or(r.file.Model.Code, "9999") + "-12-31")
	for _, a := range r.known.byDfECode[r.cell(column)] {
		if a.Holds(on) {
			return a.Code
		}
	}
	r.fault(column, programme.FaultUnknownAuthority, "No authority of the model's year has this code of the DfE.")
	return ""
}
