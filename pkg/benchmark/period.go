package benchmark

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"peerchallenge/pkg/programme"
)

// PeriodKind tells years from quarters.
type PeriodKind string

// The kinds of period.
const (
	Year    PeriodKind = "year"
	Quarter PeriodKind = "quarter"
)

// Period is a financial year (2024-25, ending 31 March 2025) or one of its
// quarters (2025-26-Q2, July to September 2025).
type Period struct {
	Code      string `gorm:"primaryKey"`
	Kind      PeriodKind
	StartsOn  programme.Date
	EndsOn    programme.Date // last day, included
	CreatedAt time.Time
}

var periodCode = regexp.MustCompile(`^(20\d\d)-(\d\d)(?:-Q([1-4]))?$`)

// ParsePeriod answers the period that a code names. It refuses anything but
// 2024-25 and 2025-26-Q2, and years that do not follow each other.
func ParsePeriod(code string) (Period, error) {
	m := periodCode.FindStringSubmatch(code)
	if m == nil {
		return Period{}, badPeriod(code)
	}
	year, _ := strconv.Atoi(m[1])
	if end, _ := strconv.Atoi(m[2]); end != (year+1)%100 {
		return Period{}, badPeriod(code)
	}
	if m[3] == "" {
		return FinancialYear(year), nil
	}
	quarter, _ := strconv.Atoi(m[3])
	return financialQuarter(year, quarter), nil
}

func badPeriod(code string) error {
	return programme.Errorf(programme.Invalid, programme.CodePeriod, "%q is neither a financial year such as 2024-25 nor a quarter such as 2025-26-Q2.", code)
}

// FinancialYear answers the year that begins on 1 April of the given year.
func FinancialYear(start int) Period {
	return Period{
		Code: fmt.Sprintf("%d-%02d", start, (start+1)%100), Kind: Year,
		StartsOn: programme.Date(fmt.Sprintf("%d-04-01", start)),
		EndsOn:   programme.Date(fmt.Sprintf("%d-03-31", start+1)),
	}
}

func financialQuarter(start, quarter int) Period {
	first := time.Date(start, time.April, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 3*(quarter-1), 0)
	return Period{
		Code: fmt.Sprintf("%d-%02d-Q%d", start, (start+1)%100, quarter), Kind: Quarter,
		StartsOn: programme.Date(first.Format(time.DateOnly)),
		EndsOn:   programme.Date(first.AddDate(0, 3, -1).Format(time.DateOnly)),
	}
}

// Previous answers the period of the same kind that ends the day before this
// one begins. Change is only ever measured against it.
func (p Period) Previous() Period {
	start := p.StartsOn.Time()
	if p.Kind == Year {
		return FinancialYear(start.Year() - 1)
	}
	before := start.AddDate(0, -3, 0)
	year := before.Year()
	if before.Month() < time.April {
		year--
	}
	return financialQuarter(year, (int(before.Month())+8)%12/3+1)
}
