package programme

import (
	"fmt"
	"strconv"
)

// Cycle is a year of the programme: a financial year, 2025-26.
type Cycle string

// ParseCycle accepts a financial year such as 2025-26.
func ParseCycle(s string) (Cycle, error) {
	if len(s) == 7 {
		if first, err := strconv.Atoi(s[:4]); err == nil && cycleOf(first) == Cycle(s) {
			return Cycle(s), nil
		}
	}
	return "", Errorf(Invalid, CodeCycle, "A cycle is a financial year such as 2025-26.")
}

// CycleOn answers the cycle that the day lies in.
func CycleOn(day Date) Cycle {
	t := day.Time()
	first := t.Year()
	if t.Month() < 4 {
		first--
	}
	return cycleOf(first)
}

func cycleOf(first int) Cycle { return Cycle(fmt.Sprintf("%04d-%02d", first, (first+1)%100)) }

func (c Cycle) first() int {
	first, _ := strconv.Atoi(string(c)[:4]) // ParseCycle and CycleOn make no others
	return first
}

// Starts answers the cycle's first day.
func (c Cycle) Starts() Date { return Date(fmt.Sprintf("%04d-04-01", c.first())) }

// Ends answers the cycle's last day.
func (c Cycle) Ends() Date { return Date(fmt.Sprintf("%04d-03-31", c.first()+1)) }

// Before answers the cycle n years earlier.
func (c Cycle) Before(n int) Cycle { return cycleOf(c.first() - n) }

// After answers the cycle n years later.
func (c Cycle) After(n int) Cycle { return c.Before(-n) }

// Check refuses what is no financial year.
func (c Cycle) Check() []Fault {
	if _, err := ParseCycle(string(c)); err != nil {
		return []Fault{{Pointer: "/cycle", Code: FaultCycle, Detail: "A cycle is a financial year such as 2025-26."}}
	}
	return nil
}
