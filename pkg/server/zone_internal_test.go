package server

import (
	"slices"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"

	"peerchallenge/pkg/programme"
)

// TestZoneIn: what is described says of every hour of these years what the time zone
// database says, by the clock and by its name.
func TestZoneIn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		zone  string
		years []int
		parts int
	}{
		{"Europe/London", []int{2026}, 3},
		{"Europe/London", []int{2023, 2024, 2025, 2026}, 9},
		{"Europe/London", []int{1970, 2026, 9999}, 7}, // summer time all year, and years far away
		{"America/New_York", []int{2024, 2026}, 6},
		{"Australia/Lord_Howe", []int{2025, 2026}, 5}, // which changes by half an hour
		{"Asia/Tehran", []int{2022, 2023, 2026}, 3},   // which gave up summer time in 2022
		{"Asia/Kolkata", []int{2024, 2026}, 1},
		{"UTC", []int{2024, 2026}, 1},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		described := zoneIn(zone, c.years)
		if len(described.Components) != c.parts {
			t.Errorf("%s in %v has %d parts, want %d", c.zone, c.years, len(described.Components), c.parts)
		}
		clock := observancesOf(t, described)
		for _, year := range c.years {
			for at := time.Date(year, 1, 1, 0, 0, 0, 0, zone); at.Year() == year; at = at.Add(time.Hour) {
				name, offset := at.Zone()
				if got := clock(at); got.name != name || got.offset != offset {
					t.Fatalf("%s: %+v, want %s and %d", at, got, name, offset)
				}
			}
		}
	}
}

type observed struct {
	name   string
	offset int
}

// observancesOf reads the description as a program does that knows no zone: what
// begins last before an instant holds.
func observancesOf(t *testing.T, zone *ics.VTimezone) func(at time.Time) observed {
	t.Helper()
	type part struct {
		observed
		since time.Time
	}
	var parts []part
	for _, component := range zone.Components {
		read := func(name ics.ComponentProperty) string {
			for _, p := range component.UnknownPropertiesIANAProperties() {
				if p.IANAToken == string(name) {
					return p.Value
				}
			}
			t.Fatalf("a part has no %s", name)
			return ""
		}
		offset := func(name ics.Property) int {
			at, err := time.Parse("-0700", read(ics.ComponentProperty(name)))
			if err != nil {
				t.Fatal(err)
			}
			_, seconds := at.Zone()
			return seconds
		}
		begins, err := time.Parse("20060102T150405", read(ics.ComponentPropertyDtStart))
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, part{
			observed{read(ics.ComponentProperty(ics.PropertyTzname)), offset(ics.PropertyTzoffsetto)},
			begins.Add(-time.Duration(offset(ics.PropertyTzoffsetfrom)) * time.Second),
		})
	}
	return func(at time.Time) (holds observed) {
		for _, p := range parts {
			if !p.since.After(at) {
				holds = p.observed
			}
		}
		return holds
	}
}

func TestClockYears(t *testing.T) {
	t.Parallel()
	half, noon := "09:30", "12:00"
	hours := func(starts, ends programme.Date) programme.Event {
		return programme.Event{StartsOn: starts, EndsOn: ends, StartTime: &half, EndTime: &noon}
	}
	days := programme.Event{StartsOn: "2020-01-01", EndsOn: "2030-01-01"}
	for _, c := range []struct {
		events []programme.Event
		want   []int
	}{
		{nil, []int{2028}},
		{[]programme.Event{days}, []int{2028}},
		{[]programme.Event{days, hours("2026-12-31", "2028-01-01"), hours("2022-06-01", "2022-06-01")}, []int{2022, 2026, 2027, 2028}},
	} {
		if got := clockYears(c.events, "2028-02-29"); !slices.Equal(got, c.want) {
			t.Errorf("%v, want %v", got, c.want)
		}
	}
}

func TestFirstAt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		zone, at, want string
		twice          bool
	}{
		{"Europe/London", "2026-10-25 00:59", "2026-10-24T23:59:00Z", false},
		{"Europe/London", "2026-10-25 01:00", "2026-10-25T00:00:00Z", true},
		{"Europe/London", "2026-10-25 01:59", "2026-10-25T00:59:00Z", true},
		{"Europe/London", "2026-10-25 02:00", "2026-10-25T02:00:00Z", false},
		{"Europe/London", "2026-03-29 02:00", "2026-03-29T01:00:00Z", false},
		{"Europe/London", "2026-07-01 01:30", "2026-07-01T00:30:00Z", false},
		{"America/New_York", "2026-11-01 01:30", "2026-11-01T05:30:00Z", true},
		{"Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-04T14:45:00Z", true},
		{"Australia/Lord_Howe", "2026-04-05 01:15", "2026-04-04T14:15:00Z", false},
		{"UTC", "2026-10-25 01:30", "2026-10-25T01:30:00Z", false},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		at, twice := firstAt(programme.Date(c.at[:10]), c.at[11:], zone)
		if got := at.UTC().Format(time.RFC3339); got != c.want || twice != c.twice {
			t.Errorf("%s in %s: %s, twice %t, want %s, %t", c.at, c.zone, got, twice, c.want, c.twice)
		}
	}
}
