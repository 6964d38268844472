package benchmark

import (
	"cmp"
	"sort"
	"strings"
	"time"

	"peerchallenge/pkg/programme"
)

// TargetDirection says from which side a target is reached.
type TargetDirection string

// The directions.
const (
	AtLeast TargetDirection = "at_least" // by the target's value and what is greater
	AtMost  TargetDirection = "at_most"  // by the target's value and what is less
)

// Target is what the programme has set for an indicator in a period, one for each. It stands
// beside figures: no rank, band or exception follows from it.
type Target struct {
	ID        string          `gorm:"primaryKey"` // UUIDv7
	Indicator string          `gorm:"column:indicator_code"`
	Period    string          `gorm:"column:period_code"`
	Value     float64         // in the unit of the indicator
	Direction TargetDirection // as the indicator's polarity has it; either where that is neutral
	Reason    *string         // why this one
	Version   int64
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Check refuses a direction that contradicts the indicator's polarity, a value that its unit
// cannot have, and a reason in which screening finds something: everybody reads it at once,
// and the audit keeps it.
func (t *Target) Check(ind *Indicator) error {
	var faults []programme.Fault
	if t.Direction == ind.Polarity.Contradicts() {
		detail := "A " + string(ind.Polarity) + " value of this indicator is good, so its target is reached from the other side."
		faults = append(faults, programme.Fault{Pointer: "/direction", Code: programme.FaultContradiction, Detail: detail})
	}
	switch {
	case ind.Unit.Proportion() && (t.Value < 0 || t.Value > 100):
		faults = append(faults, programme.Fault{Pointer: "/value", Code: programme.FaultOutOfRange, Detail: "A percentage lies between 0 and 100."})
	case t.Value < 0 && ind.Unit != Score && ind.Unit != "":
		faults = append(faults, programme.Fault{Pointer: "/value", Code: programme.FaultNegative, Detail: "No value in this unit lies below 0."})
	}
	if t.Reason != nil {
		faults = append(faults, programme.IdentifyingIn(*t.Reason)...)
	}
	return programme.Refuse(faults)
}

// Contradicts answers the direction that a target for an indicator of this polarity cannot
// have; none for a neutral one.
func (p Polarity) Contradicts() TargetDirection {
	switch p {
	case High:
		return AtMost
	case Low:
		return AtLeast
	}
	return "none"
}

// Met reports whether the value reaches the target, to ten decimals; nil without one.
func (t *Target) Met(value *float64) *bool {
	ahead := difference(value, &t.Value)
	if ahead == nil {
		return nil
	}
	return new(*ahead == 0 || *ahead > 0 == (t.Direction == AtLeast))
}

// Target answers the target with the id, or nil.
func (s *Snapshot) Target(id string) *Target {
	for i := range s.Targets {
		if s.Targets[i].ID == id {
			return &s.Targets[i]
		}
	}
	return nil
}

// TargetFor answers the target for the indicator in the period, or nil.
func (s *Snapshot) TargetFor(indicator, period string) *Target {
	i, found := sort.Find(len(s.Targets), func(i int) int {
		t := &s.Targets[i]
		return cmp.Or(strings.Compare(indicator, t.Indicator), strings.Compare(period, t.Period))
	})
	if !found {
		return nil
	}
	return &s.Targets[i]
}

// Assurance says in words what the NHS's "Making Data Count" says by an icon: whether values
// that go on varying as they do reach a target.
type Assurance string

// The assurances.
const (
	Meets       Assurance = "meets"  // also the worse limit reaches the target
	Varies      Assurance = "varies" // it lies between the limits: values reach it or do not by chance
	Fails       Assurance = "fails"  // not even the better limit reaches it
	NoAssurance Assurance = "none"   // there are no limits or no target
)

// Assurance answers whether values within the limits reach the target. A limit that lies on the
// target reaches it, as a value does: see [Target.Met].
//
// Source: NHS England, Making Data Count: Strengthening your decisions (2019), whose assurance
// icons say "consistently passing", "hit and miss" and "consistently falling short" of a target
// by where it lies to the limits of an XmR chart.
func (c Control) Assurance(target *Target) Assurance {
	if c.Lower == nil || c.Upper == nil {
		return NoAssurance
	}
	worse, better := c.Lower, c.Upper
	if target.Direction == AtMost {
		worse, better = better, worse
	}
	switch {
	case *target.Met(worse):
		return Meets
	case !*target.Met(better):
		return Fails
	}
	return Varies
}
