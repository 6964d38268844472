package server

import (
	"context"
	"slices"
	"strings"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

type filterStore interface {
	// Sees reports whether the record is there and the actor may see it.
	Sees(ctx context.Context, actor programme.Actor, noun, id string) (bool, error)
}

// filter is what a parameter names, whatever list it narrows.
type filter struct {
	there func(s *benchmark.Snapshot, value string) bool
	words string // what is not there
}

// filters are the parameters that name something which reference data or the calendar
// know. A list narrowed to what does not exist would be empty, and look like a fact.
var filters = map[string]filter{
	"authority":  {func(s *benchmark.Snapshot, code string) bool { return s.Authority(code) != nil }, "There is no authority with this code"},
	"borough":    {isBorough, "The programme has no borough with this code"},
	"cycle":      {isCycle, "A cycle is two years that follow each other, such as 2025-26"},
	"dataset":    {isDataset, "No release of a dataset with this key is held"},
	"geography":  {isGeography, "There is no place with this code"},
	"host":       {isBorough, "The programme has no borough with this code"},
	"indicator":  {func(s *benchmark.Snapshot, code string) bool { return s.Indicator(code) != nil }, "There is no indicator with this code"},
	"model":      {func(s *benchmark.Snapshot, code string) bool { return s.Model(code) != nil }, "There is no statistical neighbour model with this code"},
	"owner":      {isBorough, "The programme has no borough with this code"},
	"peer":       {isBorough, "The programme has no borough with this code"},
	"period":     {isPeriod, "There is no reporting period with this code"},
	"priorityId": {func(s *benchmark.Snapshot, id string) bool { return s.Priority(id) != nil }, "There is no priority with this id"},
	"regionCode": {isRegion, "No authority lies in a region with this code"},
	"releaseId":  {func(s *benchmark.Snapshot, id string) bool { return s.Release(id) != nil }, "There is no release with this id"},
	"subRegion":  {func(s *benchmark.Snapshot, slug string) bool { return s.SubRegion(slug) != nil }, "There is no sub-region with this slug"},
	"theme":      {isTheme, "No indicator has this theme"},
}

// recordFilters are the parameters that name a record, with its noun. What the caller
// may not see is refused as what is not there.
var recordFilters = map[string]string{
	"eventId":              "event",
	"findingId":            "finding",
	"peerChallengeGroupId": "peer-challenge-group",
	"peerChallengeId":      "peer-challenge",
	"peerReviewId":         "peer-review",
	"quarter":              "quarter",
	"selfEvaluationId":     "self-evaluation",
}

func isBorough(s *benchmark.Snapshot, code string) bool { return s.Borough(code) != nil }

func isCycle(_ *benchmark.Snapshot, cycle string) bool {
	return len(programme.Cycle(cycle).Check()) == 0
}

func isDataset(s *benchmark.Snapshot, key string) bool {
	return slices.ContainsFunc(s.Releases, func(r benchmark.Release) bool { return r.Dataset == key })
}

// isGeography takes joint authorities by all of their codes.
func isGeography(s *benchmark.Snapshot, code string) bool {
	for part := range strings.SplitSeq(code, "/") {
		if s.Name(part) == part {
			return false
		}
	}
	return true
}

func isRegion(s *benchmark.Snapshot, code string) bool {
	return slices.ContainsFunc(s.Authorities, func(a programme.Authority) bool { return a.RegionCode == code })
}

// isPeriod takes `latest` too, where the contract lets it stand.
func isPeriod(s *benchmark.Snapshot, code string) bool {
	return code == latestPeriod || s.Period(code) != nil
}

func isTheme(s *benchmark.Snapshot, theme string) bool {
	return slices.ContainsFunc(s.Indicators, func(ind benchmark.Indicator) bool { return ind.Theme == theme })
}

// known refuses a query that names what is not there, however well-formed, and names
// every such parameter. Records are looked for later: see [call.found].
func (call *call) known() error {
	var faults []programme.Fault
	add := func(parameter, detail string) { faults = append(faults, programme.UnknownParameter(parameter, detail)) }
	for name, values := range call.query {
		f, is := filters[name]
		if name == programme.PeerParameter && call.op.fromSnapshot {
			f = filters["authority"] // published figures are every authority's, those of a quarter the programme's boroughs'
		}
		if is {
			for _, value := range values {
				if !f.there(call.snapshot, value) {
					add(name, f.words+": "+clip(value)+".")
				}
			}
		}
	}
	// Both are days, or one of them is not given: the contract's form of a day orders as days do.
	if from, to := call.query.Get("from"), call.query.Get("to"); from != "" && to != "" && to < from {
		add("to", "The range ends before it begins.")
	}
	return refuseParameters(faults)
}

// found refuses a query that names records which are not there or which the caller may
// not see, and names every such parameter. It asks the database, and so no sooner than
// where the list does: behind the limits, and after it is known of which state the
// answer will be.
func (call *call) found(ctx context.Context) error {
	var faults []programme.Fault
	for name, noun := range recordFilters {
		if !call.query.Has(name) {
			continue
		}
		seen, err := call.store.Sees(ctx, call.actor, noun, call.query.Get(name))
		if err != nil {
			return err
		}
		if !seen {
			faults = append(faults, programme.UnknownParameter(name, "There is no "+programme.Spoken(noun)+" with this id."))
		}
	}
	return refuseParameters(faults)
}

// refuseParameters names the faults in the parameters' order.
func refuseParameters(faults []programme.Fault) error {
	slices.SortStableFunc(faults, func(a, b programme.Fault) int { return strings.Compare(a.Parameter, b.Parameter) })
	return programme.BadRequest(faults...)
}
