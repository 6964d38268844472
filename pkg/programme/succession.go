package programme

import "time"

// SuccessionKind says what became of an authority.
type SuccessionKind string

// The kinds of succession.
const (
	Continues SuccessionKind = "continues" // the same authority under a new code: its figures go on
	Merged    SuccessionKind = "merged"    // joined with others into the successor: its figures end
	Split     SuccessionKind = "split"     // divided between the successor and others: its figures end
)

// Succession says that an authority ended on the day before From, and which one
// stands in its place from then on. Figures are joined across it only where the
// successor continues its predecessor.
type Succession struct {
	Predecessor string         `gorm:"primaryKey;column:predecessor_code"` // GSS code
	Successor   string         `gorm:"primaryKey;column:successor_code"`
	Kind        SuccessionKind // one for all successions of a predecessor
	From        Date           `gorm:"column:starts_on"` // the successor's first day
	CreatedAt   time.Time
}

// Relative is who was before an authority, or is after it.
type Relative struct {
	Code string // GSS code
	Kind SuccessionKind
	From Date // the later one's first day
}

// Predecessors answers whom the authority followed.
func Predecessors(successions []Succession, code string) []Relative {
	var out []Relative
	for _, s := range successions {
		if s.Successor == code {
			out = append(out, Relative{s.Predecessor, s.Kind, s.From})
		}
	}
	return out
}

// Successors answers who followed the authority.
func Successors(successions []Succession, code string) []Relative {
	var out []Relative
	for _, s := range successions {
		if s.Predecessor == code {
			out = append(out, Relative{s.Successor, s.Kind, s.From})
		}
	}
	return out
}

// Check refuses a succession that its authorities do not bear out: the one ends on
// the day before, and the other stands from then on. Who continues keeps the
// Department's number.
func (s Succession) Check(predecessor, successor Authority) error {
	var faults []Fault
	if predecessor.ValidTo == nil || predecessor.ValidTo.AddDays(1) != s.From {
		faults = append(faults, Fault{Pointer: "/from", Code: FaultOutOfRange, Detail: "The authority must end on the day before its successor begins."})
	}
	if !successor.Holds(s.From) || s.Kind == Continues && (successor.ValidFrom == nil || *successor.ValidFrom != s.From) {
		faults = append(faults, Fault{Pointer: "/from", Code: FaultOutOfRange, Detail: "The successor must stand from this day on."})
	}
	if s.Kind == Continues && successor.DfECode != predecessor.DfECode {
		faults = append(faults, Fault{Pointer: "/dfeCode", Code: FaultNotAllowed, Detail: "An authority that continues keeps the Department's number."})
	}
	return Refuse(faults)
}
