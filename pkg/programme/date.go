package programme

import (
	"database/sql/driver"
	"fmt"
	"time"
	_ "time/tzdata" // a zone must be found on a machine without a time zone database
)

// Date is a calendar day, 2026-03-31, without a time zone. Dates order as their
// text does.
type Date string

// ParseDate accepts exactly the form 2026-03-31 of a day that exists.
func ParseDate(s string) (Date, error) {
	if day, err := time.Parse(time.DateOnly, s); err != nil || day.Year() < 1 {
		return "", Errorf(Invalid, CodeDate, "%q is not a calendar day such as 2026-03-31.", s)
	}
	return Date(s), nil
}

// Time answers midnight UTC at the day's beginning, for calendar arithmetic.
func (d Date) Time() time.Time {
	t, _ := time.Parse(time.DateOnly, string(d))
	return t
}

// AddDays answers the day that many days later.
func (d Date) AddDays(n int) Date { return Date(d.Time().AddDate(0, 0, n).Format(time.DateOnly)) }

// AddMonths answers the same day that many months later, or the last of that
// month where it is shorter.
func (d Date) AddMonths(n int) Date {
	first := d.Time().AddDate(0, 0, 1-d.Time().Day())
	last := first.AddDate(0, n+1, -1)
	return Date(first.AddDate(0, n, min(d.Time().Day(), last.Day())-1).Format(time.DateOnly))
}

// Value stores the date in a PostgreSQL date column.
func (d Date) Value() (driver.Value, error) {
	if d == "" {
		return nil, nil
	}
	return string(d), nil
}

// Scan reads the date from a PostgreSQL date column.
func (d *Date) Scan(src any) error {
	switch v := src.(type) {
	case time.Time:
		*d = Date(v.Format(time.DateOnly))
	case string:
		*d = Date(v)
	case []byte:
		*d = Date(v)
	case nil:
		*d = ""
	default:
		return fmt.Errorf("a date cannot be read from %T", src)
	}
	return nil
}

// OutOfOrder is the fault of a last day, which the pointer names, before the first.
func OutOfOrder(pointer string) Fault {
	return Fault{Pointer: pointer, Code: FaultOrder, Detail: "The last day must not be before the first."}
}

// InOrder refuses a last day before the first.
func InOrder(pointer string, first, last *Date) []Fault {
	if first == nil || last == nil || *first <= *last {
		return nil
	}
	return []Fault{OutOfOrder(pointer)}
}

// outside reports whether the day is before the first or after the last. What is
// not given is no limit.
func outside(day, first, last *Date) bool {
	return day != nil && (first != nil && *day < *first || last != nil && *day > *last)
}

// laterTime refuses an end that is not after the beginning.
func laterTime(pointer string, start, end *string) []Fault {
	if start == nil || end == nil || *start < *end {
		return nil
	}
	return []Fault{{Pointer: pointer, Code: FaultOrder, Detail: "The end must be after the beginning."}}
}

// leftOut refuses a time of day, 01:30, that the zone's clock does not show on one of the days
// from the first to the last, because it is put forward over it. One that the clock shows
// twice is the first of the two, as calendars read it (RFC 5545, 3.3.5).
func leftOut(pointer string, timeOfDay *string, first, last Date, zone *time.Location) []Fault {
	if timeOfDay == nil {
		return nil
	}
	clock, err := time.Parse("15:04", *timeOfDay)
	if err != nil {
		return nil // the contract has refused its form
	}
	for day := first.Time(); !day.After(last.Time()); day = day.AddDate(0, 0, 1) {
		at := time.Date(day.Year(), day.Month(), day.Day(), clock.Hour(), clock.Minute(), 0, 0, zone)
		if at.Day() != day.Day() || at.Hour() != clock.Hour() || at.Minute() != clock.Minute() {
			return []Fault{{Pointer: pointer, Code: FaultNoSuchTime, Detail: fmt.Sprintf("There is no %s on %s: the clock is put forward over it.", *timeOfDay, day.Format(time.DateOnly))}}
		}
	}
	return nil
}
