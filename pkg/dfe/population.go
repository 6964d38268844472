package dfe

import (
	"strconv"
	"strings"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// population takes one estimate from a row of the mapping's group. It is of 30 June
// of the year in which the row's period ends.
func (r *reader) population() {
	e := r.mapping.estimates
	level, read := r.level()
	if !read || !r.inGroups() || !r.selects(e.where) {
		return
	}
	period, dated := r.period()
	place, placed := r.geography(level, period)
	if strings.Contains(place.code, "/") {
		r.fault(r.mapping.place.column(level), programme.FaultUnknownPlace, "", "An estimate is of one authority.")
	}
	estimate := r.number(e.column)
	if place.absent != nil && placed && dated {
		if estimate.value != nil {
			r.fault(r.mapping.place.column(level), place.absent.Code, place.absent.Given, "%s", place.absent.Detail)
		}
		return
	}
	midYear := period.EndsOn.Time().Year()
	if dated && placed && r.first("", figure{period: strconv.Itoa(midYear), geography: place.code}) {
		r.file.Populations = append(r.file.Populations, benchmark.Population{Geography: place.code, MidYear: midYear, Estimate: estimate.value, Status: estimate.status})
	}
}
