package programme

import (
	"cmp"
	"slices"
	"time"
)

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
	Code string         `json:"code"` // GSS code
	Kind SuccessionKind `json:"kind"`
	From Date           `json:"from"` // the later one's first day
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

// Succeeded is an authority that has ended, the one that follows it, and all
// successions of both.
type Succeeded struct {
	Authority

	Successor   Authority
	Successions []Succession
}

// Reorganisation is what is to become of an authority.
type Reorganisation struct {
	Kind      SuccessionKind
	From      Date      // the successor's first day
	Successor Authority // what is empty is as the predecessor, or the authority that has the code already, has it
}

// Apply ends the authority on the day before, and answers its successor and the
// succession. held is the authority that has the successor's code already, or nil:
// one into which others have been merged before it, or one that goes on beside it.
// successions are at least those that the authority has.
//
// The error is Conflict, wrong_state, where another has its place already, and
// exists, where the code is that of an authority other than the one described; and
// Invalid where the days do not fit, or a new authority lacks something.
func (r Reorganisation) Apply(a *Authority, held *Authority, successions []Succession) (Authority, Succession, error) {
	s := Succession{Predecessor: a.Code, Successor: r.Successor.Code, Kind: r.Kind, From: r.From}
	if followed := Successors(successions, a.Code); slices.ContainsFunc(followed, func(f Relative) bool {
		return r.Kind != Split || f.Kind != Split || f.Code == s.Successor
	}) {
		return Authority{}, s, WrongState("The authority has its successor already. One that was split may have others, from the same day on.")
	}
	if err := r.fits(*a); err != nil {
		return Authority{}, s, err
	}
	successor, err := r.successor(*a)
	if held != nil {
		successor, err = *held, r.describes(*held)
	}
	if err != nil {
		return Authority{}, s, err
	}
	a.ValidTo = new(r.From.AddDays(-1))
	return successor, s, s.Check(*a, successor)
}

// fits refuses a day on which the authority cannot have been followed.
func (r Reorganisation) fits(a Authority) error {
	switch {
	case r.Successor.Code == a.Code:
		return Refuse([]Fault{{Pointer: "/code", Code: FaultNotAllowed, Detail: "An authority does not follow itself."}})
	case a.ValidFrom != nil && r.From <= *a.ValidFrom:
		return Refuse([]Fault{OutOfOrder("/from")})
	case a.ValidTo != nil && a.ValidTo.AddDays(1) != r.From:
		return Refuse([]Fault{{Pointer: "/from", Code: FaultOutOfRange, Detail: "The authority ends on " + string(*a.ValidTo) + "; who follows it begins on the day after."}})
	}
	return nil
}

// successor answers the new authority. Who continues is as its predecessor was; others
// need a name and a number of their own.
func (r Reorganisation) successor(a Authority) (Authority, error) {
	n := r.Successor
	n.ValidFrom, n.ValidTo = &r.From, nil
	if r.Kind == Continues {
		n.Name, n.DfECode = cmp.Or(n.Name, a.Name), cmp.Or(n.DfECode, a.DfECode)
	}
	if n.RegionCode == "" && n.RegionName == "" {
		n.RegionCode, n.RegionName = a.RegionCode, a.RegionName
	}
	var faults []Fault
	for _, needed := range []struct{ pointer, value string }{
		{"/name", n.Name}, {"/dfeCode", n.DfECode}, {"/regionCode", n.RegionCode}, {"/regionName", n.RegionName},
	} {
		if needed.value == "" {
			faults = append(faults, Fault{Pointer: needed.pointer, Code: FaultRequired, Detail: "There is no authority with this code yet, and a new one needs this."})
		}
	}
	return n, Refuse(faults)
}

// describes refuses what is said of an authority that is held otherwise.
func (r Reorganisation) describes(held Authority) error {
	n := r.Successor
	var faults []Fault
	for _, given := range []struct{ pointer, said, is string }{
		{"/name", n.Name, held.Name}, {"/dfeCode", n.DfECode, held.DfECode}, {"/regionCode", n.RegionCode, held.RegionCode}, {"/regionName", n.RegionName, held.RegionName},
	} {
		if given.said != "" && given.said != given.is {
			faults = append(faults, Fault{Pointer: given.pointer, Code: FaultExists, Detail: "The authority that has this code has another."})
		}
	}
	if len(faults) == 0 {
		return nil
	}
	return &Error{Kind: Conflict, Code: CodeExists, Detail: "There is an authority with that code already.", Faults: faults}
}

// KeepsSuccessions refuses a change of an authority's days or number that its
// successions do not bear out. of are those that it is in, and others holds the
// authorities at their other ends.
func (a Authority) KeepsSuccessions(of []Succession, others []Authority) error {
	ends := map[string]Authority{}
	for _, other := range others {
		ends[other.Code] = other
	}
	ends[a.Code] = a
	i := slices.IndexFunc(of, func(s Succession) bool { return s.Check(ends[s.Predecessor], ends[s.Successor]) != nil })
	if i < 0 {
		return nil
	}
	return Errorf(Conflict, CodeInUse, "%s follows %s from %s on, and that says on which days they stand, and under which number. Where this was a mistake, delete %s and enter it anew.",
		of[i].Successor, of[i].Predecessor, of[i].From, of[i].Successor)
}
