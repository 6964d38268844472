package benchmark

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"peerchallenge/pkg/programme"
)

// PeriodKind says what stretch of time a period is. Which one its figures have
// belongs to the dataset, and figures of two kinds are never set side by side as
// if they followed each other.
type PeriodKind string

// The kinds of period.
const (
	Financial PeriodKind = "financial_year" // 2024-25: 1 April 2024 to 31 March 2025
	Academic  PeriodKind = "academic_year"  // 2024-25-AY: 1 September 2024 to 31 August 2025
	Calendar  PeriodKind = "calendar_year"  // 2024: 1 January to 31 December
	Quarter   PeriodKind = "quarter"        // 2025-26-Q2: of a financial year, July to September 2025
	Day       PeriodKind = "day"            // 2025-09-30: as at that day
)

// PeriodKinds are all kinds, the longest first.
var PeriodKinds = [...]PeriodKind{Financial, Academic, Calendar, Quarter, Day}

// Period is the time that a figure is about.
type Period struct {
	Code      string `gorm:"primaryKey"`
	Kind      PeriodKind
	StartsOn  programme.Date
	EndsOn    programme.Date // last day, included: that of membership, and the only one of a Day
	CreatedAt time.Time
}

var periodCode = regexp.MustCompile(`^(20\d\d)(?:-(\d\d)(?:-(AY|Q[1-4]|\d\d))?)?$`)

// ParsePeriod answers the period that a code names, as under [PeriodKind]. It
// refuses every other text, years that do not follow each other, and days that
// the calendar does not have.
func ParsePeriod(code string) (Period, error) {
	m := periodCode.FindStringSubmatch(code)
	if m == nil {
		return Period{}, badPeriod(code)
	}
	year, _ := strconv.Atoi(m[1])
	second, rest := m[2], m[3]
	switch {
	case second == "":
		return CalendarYear(year), nil
	case rest != "" && rest[0] >= '0' && rest[0] <= '9':
		if _, err := time.Parse(time.DateOnly, code); err != nil {
			return Period{}, badPeriod(code)
		}
		return AsAt(programme.Date(code)), nil
	case second != followingYear(year):
		return Period{}, badPeriod(code)
	case rest == "":
		return FinancialYear(year), nil
	case rest == "AY":
		return AcademicYear(year), nil
	}
	return FinancialQuarter(year, int(rest[1]-'0')), nil
}

func badPeriod(code string) error {
	return programme.Errorf(programme.Invalid, programme.CodePeriod,
		"%q is neither a financial year such as 2024-25, an academic year such as 2024-25-AY, a calendar year such as 2024, a quarter such as 2025-26-Q2 nor a day such as 2025-09-30.", code)
}

// followingYear answers the last two digits of the year after.
func followingYear(year int) string { return fmt.Sprintf("%02d", (year+1)%100) }

// FinancialYear answers the year that begins on 1 April of the given year.
func FinancialYear(start int) Period {
	return stretch(Financial, fmt.Sprintf("%d-%s", start, followingYear(start)), start, time.April, 12)
}

// AcademicYear answers the year that begins on 1 September of the given year.
func AcademicYear(start int) Period {
	return stretch(Academic, fmt.Sprintf("%d-%s-AY", start, followingYear(start)), start, time.September, 12)
}

// CalendarYear answers the year from 1 January to 31 December.
func CalendarYear(year int) Period {
	return stretch(Calendar, strconv.Itoa(year), year, time.January, 12)
}

// FinancialQuarter answers a quarter, 1 to 4, of the financial year that begins
// in the given year.
func FinancialQuarter(start, quarter int) Period {
	return stretch(Quarter, fmt.Sprintf("%d-%s-Q%d", start, followingYear(start), quarter), start, time.April+time.Month(3*(quarter-1)), 3)
}

// AsAt answers the period that is one day.
func AsAt(day programme.Date) Period {
	return Period{Code: string(day), Kind: Day, StartsOn: day, EndsOn: day}
}

// stretch answers whole months from the first of the given one on; a month
// beyond the twelfth lies in the next year.
func stretch(kind PeriodKind, code string, year int, month time.Month, months int) Period {
	first := time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
	return Period{
		Code: code, Kind: kind, StartsOn: programme.Date(first.Format(time.DateOnly)),
		EndsOn: programme.Date(first.AddDate(0, months, -1).Format(time.DateOnly)),
	}
}

// Previous answers the period of the same kind before this one, against which
// change is measured and no other: the one that ends the day before this one
// begins, and for a day the same day a year before. A month's end stays one, so
// that before 28 February 2025 comes 29 February 2024.
func (p Period) Previous() Period {
	first := p.StartsOn.Time()
	switch p.Kind {
	case Financial:
		return FinancialYear(first.Year() - 1)
	case Academic:
		return AcademicYear(first.Year() - 1)
	case Calendar:
		return CalendarYear(first.Year() - 1)
	case Quarter:
		before := first.AddDate(0, -3, 0)
		if before.Month() < time.April {
			return FinancialQuarter(before.Year()-1, 4)
		}
		return FinancialQuarter(before.Year(), int(before.Month()-1)/3)
	}
	if next := p.EndsOn.AddDays(1); next.Time().Day() == 1 {
		return AsAt(next.AddMonths(-12).AddDays(-1))
	}
	return AsAt(p.EndsOn.AddMonths(-12))
}

// Name answers what people call the period.
func (p Period) Name() string {
	const monthOf, dayOf = "January", "2 January 2006"
	switch p.Kind {
	case Financial:
		return "financial year " + p.Code
	case Academic:
		return "academic year " + p.Code[:len("2024-25")]
	case Calendar:
		return "calendar year " + p.Code
	case Quarter:
		return p.StartsOn.Time().Format(monthOf) + " to " + p.EndsOn.Time().Format(monthOf+" 2006")
	}
	return "as at " + p.EndsOn.Time().Format(dayOf)
}

// Ended reports whether the period is over on the given day, so that there can
// be figures of all of it.
func (p Period) Ended(today programme.Date) bool {
	return p.EndsOn < today || p.Kind == Day && p.EndsOn == today
}

// MidYear answers the year of the last 30 June on or before the period's last
// day: the day of the estimate with which the rates of the period are made.
func (p Period) MidYear() int {
	last := p.EndsOn.Time()
	if last.Month() < time.June || last.Month() == time.June && last.Day() < 30 {
		return last.Year() - 1
	}
	return last.Year()
}

// ComparePeriods orders periods by their last day, and of those that end
// together the longer before the shorter.
func ComparePeriods(a, b Period) int {
	return cmp.Or(cmp.Compare(a.EndsOn, b.EndsOn), cmp.Compare(a.StartsOn, b.StartsOn))
}
