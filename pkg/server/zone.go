package server

import (
	"maps"
	"slices"
	"time"

	ics "github.com/arran4/golang-ical"

	"peerchallenge/pkg/programme"
)

// clockYears answers the years of whose hours the events speak, in order. Where they
// speak of none it is the year of today: a calendar must not be empty (RFC 5545,
// 3.6), and of an empty one its zone is all that there is.
func clockYears(events []programme.Event, today programme.Date) []int {
	named := map[int]bool{}
	for i := range events {
		if timed(&events[i]) {
			named[events[i].StartsOn.Time().Year()], named[events[i].EndsOn.Time().Year()] = true, true
		}
	}
	if len(named) == 0 {
		named[today.Time().Year()] = true
	}
	return slices.Sorted(maps.Keys(named))
}

// zoneIn describes the zone's clock in these years, change by change, for programs
// that do not know the zone by its name. A rule for all years would be shorter, but
// no time zone database gives one, and not every zone keeps one.
func zoneIn(zone *time.Location, years []int) *ics.VTimezone {
	described := ics.NewTimezone(zone.String())
	known := map[time.Time]bool{}
	for _, year := range years {
		begins := time.Date(year, 1, 1, 0, 0, 0, 0, zone)
		since, next := begins.ZoneBounds()
		if !known[since] {
			described.Components = append(described.Components, change(since, begins))
		}
		known[since] = true
		for ; !next.IsZero() && next.Year() == year; _, next = next.ZoneBounds() {
			described.Components = append(described.Components, change(next, begins))
			known[next] = true
		}
	}
	return described
}

// change describes the clock that holds from the instant, which is told by the clock
// before it. Where the zone never had another, since is no instant, and the year's
// beginning stands for it.
func change(since, begins time.Time) ics.Component {
	by := begins
	if since.IsZero() {
		since = begins
	} else {
		_, before := since.Add(-time.Second).Zone()
		by = since.In(time.FixedZone("", before))
	}
	var properties *ics.ComponentBase
	var described ics.Component
	if since.IsDST() {
		summer := &ics.Daylight{}
		properties, described = &summer.ComponentBase, summer
	} else {
		winter := ics.NewStandard()
		properties, described = &winter.ComponentBase, winter
	}
	name, _ := since.Zone()
	properties.SetProperty(ics.ComponentProperty(ics.PropertyTzname), name)
	properties.SetProperty(ics.ComponentProperty(ics.PropertyTzoffsetfrom), by.Format("-0700"))
	properties.SetProperty(ics.ComponentProperty(ics.PropertyTzoffsetto), since.Format("-0700"))
	properties.SetProperty(ics.ComponentPropertyDtStart, by.Format("20060102T150405"))
	return described
}
