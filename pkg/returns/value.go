package returns

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"peerchallenge/pkg/programme"
)

// Status says what stands where a number might.
type Status string

// The statuses, the order of which is that of [Tally] too.
const (
	Reported      Status = "reported"       // a number, of which 0 is one
	ConfirmedNil  Status = "confirmed_nil"  // none, and somebody has looked
	NotApplicable Status = "not_applicable" // the borough never has the thing in this quarter
	Missing       Status = "missing"        // not known
)

// Statuses are all of them.
var Statuses = [...]Status{Reported, ConfirmedNil, NotApplicable, Missing}

// Limits of a value.
const (
	MaxReason = 2000 // characters
	MaxNumber = 1e12 // no count of children, pounds or days comes near it
)

// Value is what a return says of one count. A number is never overloaded: every
// status but [Reported] goes without one.
type Value struct {
	Count  string   `json:"count"`
	Value  *float64 `json:"value"`
	Status Status   `json:"status"`
	Reason *string  `json:"reason"`
}

// Values is what a return says of every count that it names.
type Values []Value

// Normal answers the value in the one form in which it is kept, so that equal
// values are equal bytes: a confirmed nil has no number, 0 has no sign, and a
// reason that says nothing is none.
func (v Value) Normal() Value {
	if v.Value != nil && *v.Value == 0 {
		v.Value = new(0.0) // -0 too
		if v.Status == ConfirmedNil {
			v.Value = nil
		}
	}
	if v.Reason != nil {
		reason := strings.TrimSpace(programme.Normal(*v.Reason))
		v.Reason = &reason
		if programme.Blank(reason) {
			v.Reason = nil
		}
	}
	return v
}

// Number answers the number with which the value takes part in sums and ranks. A
// confirmed nil is 0; what is missing or not applicable has none.
func (v Value) Number() (float64, bool) {
	switch {
	case v.Status == Reported && v.Value != nil:
		return *v.Value, true
	case v.Status == ConfirmedNil:
		return 0, true
	}
	return 0, false
}

// Faults answers what is wrong with a value in [Value.Normal] form, with which it
// cannot even be kept as a draft. whole says that its count counts people or what
// happens to them. Pointers are those of the value's own members.
//
// That a missing value has no reason is no such fault: see [Values.Unsaid].
func (v Value) Faults(whole bool) []programme.Fault {
	var faults []programme.Fault
	fault := func(member string, code programme.FaultCode, format string, values ...any) {
		faults = append(faults, programme.Fault{Pointer: "/" + member, Code: code, Detail: fmt.Sprintf(format, values...)})
	}
	switch v.Status {
	case Reported:
		v.number(whole, fault)
	case ConfirmedNil:
		if v.Value != nil {
			fault("value", programme.FaultExclusive, "A confirmed nil is 0. Leave the value empty, or say that the number is reported.")
		}
		if v.Reason == nil {
			fault("reason", programme.FaultReasonRequired, "A confirmed nil needs a reason: how it is known that there were none.")
		}
	case NotApplicable:
		if v.Value != nil {
			fault("value", programme.FaultExclusive, "What is not applicable has no number. Leave the value empty, or say that the number is reported.")
		}
		if v.Reason == nil {
			fault("reason", programme.FaultReasonRequired, "Not applicable needs a reason: why the borough does not have this.")
		}
	case Missing:
		if v.Value != nil {
			fault("value", programme.FaultExclusive, "What is missing has no number. Leave the value empty, or say that the number is reported.")
		}
	default:
		fault("status", programme.FaultEnum, "A value is reported, confirmed_nil, not_applicable or missing.")
	}
	if v.Reason != nil && utf8.RuneCountInString(*v.Reason) > MaxReason {
		fault("reason", programme.FaultTooLong, "A reason has at most %d characters.", MaxReason)
	}
	if v.Reason != nil && !programme.Printable(*v.Reason) {
		fault("reason", programme.FaultPattern, "A reason has no control characters.")
	}
	return faults
}

func (v Value) number(whole bool, fault func(member string, code programme.FaultCode, format string, values ...any)) {
	switch {
	case v.Value == nil:
		fault("value", programme.FaultRequired, "A reported value needs its number. If there were none, write 0 or say confirmed_nil with a reason; if it is not known, say missing.")
	case math.IsNaN(*v.Value) || math.IsInf(*v.Value, 0):
		fault("value", programme.FaultNotANumber, "This is not a number.")
	case *v.Value < 0:
		fault("value", programme.FaultNegative, "A count cannot be below 0.")
	case *v.Value > MaxNumber:
		fault("value", programme.FaultTooGreat, "No count is as great as this.")
	case whole && *v.Value != math.Trunc(*v.Value):
		fault("value", programme.FaultNotWhole, "This counts people or what happens to them, so it is a whole number.")
	}
}

// Of answers the value of a count. A count that the return does not name is
// missing, without a reason.
func (vs Values) Of(count string) Value {
	if i := slices.IndexFunc(vs, func(v Value) bool { return v.Count == count }); i >= 0 {
		return vs[i]
	}
	return Value{Count: count, Status: Missing}
}

// at is the i-th.
func (vs Values) at(i int) Value { return vs[i] }

// Figures answers the values without what people said to them.
func (vs Values) Figures() Values {
	figures := slices.Clone(vs)
	for i := range figures {
		figures[i].Reason = nil
	}
	return figures
}

// Complete answers the values of exactly these counts, in their order: what is
// absent from a whole return is missing, and is listed as that. Values that are complete
// are answered as they are.
func (vs Values) Complete(counts []string) Values {
	if vs.are(counts) {
		return vs
	}
	named := make(map[string]Value, len(vs))
	for _, v := range vs {
		named[v.Count] = v
	}
	all := make(Values, len(counts))
	for i, count := range counts {
		v, is := named[count]
		if !is {
			v = Value{Count: count, Status: Missing}
		}
		all[i] = v
	}
	return all
}

// are reports whether they are of these counts, in this order.
func (vs Values) are(counts []string) bool {
	return slices.EqualFunc(vs, counts, func(v Value, count string) bool { return v.Count == count })
}

// Unsaid answers the counts that are missing without a reason. A draft may have
// such; a return that is submitted may not.
func (vs Values) Unsaid() []string {
	var counts []string
	for _, v := range vs {
		if v.Status == Missing && v.Reason == nil {
			counts = append(counts, v.Count)
		}
	}
	return counts
}

// Equal reports whether both say the same, value by value. Both must be complete
// and in normal form.
func (vs Values) Equal(others Values) bool {
	return slices.EqualFunc(vs, others, Value.Equal)
}

// Equal reports whether both say the same. Both must be in normal form.
func (v Value) Equal(other Value) bool {
	return v.Count == other.Count && v.Status == other.Status && programme.Same(v.Value, other.Value) && programme.Same(v.Reason, other.Reason)
}

// Tally is how many values there are of each status.
type Tally struct {
	Reported, ConfirmedNil, NotApplicable, Missing int
}

// Tally counts the values by their status.
func (vs Values) Tally() Tally {
	var t Tally
	for _, v := range vs {
		switch v.Status {
		case Reported:
			t.Reported++
		case ConfirmedNil:
			t.ConfirmedNil++
		case NotApplicable:
			t.NotApplicable++
		case Missing:
			t.Missing++
		}
	}
	return t
}
