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
			for year := events[i].StartsOn.Time().Year(); year <= events[i].EndsOn.Time().Year(); year++ {
				named[year] = true
			}
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

// firstAt answers when the zone's clock shows the time of day, 01:30, on the day: of two such
// instants the first, and whether there are two.
func firstAt(day programme.Date, timeOfDay string, zone *time.Location) (at time.Time, twice bool) {
	at, err := time.ParseInLocation("2006-01-02 15:04", string(day)+" "+timeOfDay, zone)
	if err != nil {
		return at, false // the contract has refused its form
	}
	// Which of the two the library takes it does not promise.
	since, next := at.ZoneBounds()
	_, offset := at.Zone()
	_, before := since.Add(-1).Zone()
	_, after := next.Zone()
	back := func(from, to int) time.Duration { return time.Duration(from-to) * time.Second }
	if earlier := at.Add(-back(before, offset)); !since.IsZero() && before > offset && earlier.Before(since) {
		return earlier, true
	}
	return at, !next.IsZero() && after < offset && !at.Add(back(offset, after)).Before(next)
}
