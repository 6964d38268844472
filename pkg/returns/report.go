package returns

import (
	"cmp"
	"slices"

	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
)

// Severity says what a finding asks of the sender.
type Severity string

// The severities, the gravest first.
const (
	Refused Severity = "refused" // it cannot be kept, not even as a draft
	Error   Severity = "error"   // it is kept as a draft, and cannot be submitted
	Warning Severity = "warning" // it is explained before it is submitted
)

// gravity orders findings: what is worked off stands behind what is not.
func gravity(f Finding) int {
	switch {
	case f.Severity == Refused:
		return 0
	case f.Severity == Error:
		return 1
	case f.Explained == nil:
		return 2
	}
	return 3
}

// Place is where something stands in what was sent. What does not concern it is
// empty.
type Place struct {
	Pointer string // RFC 6901, into a JSON body
	Row     int    // of a table, from 1
	Column  string // of a table: its name in the header; of the header itself, a spreadsheet's letter for it
}

// MaxFindings is how many findings a report tells. More help nobody: they have one
// cause, or the wrong file was sent.
const MaxFindings = 100

// Report is what the rules find in a return, all of it at once.
type Report struct {
	Illustrative bool // the quarter's figures are made up
	Borough      string
	Quarter      string
	Framework    string    // the version whose rules were asked
	Findings     []Finding // the gravest first; at most [MaxFindings]
	More         int       // how many there are beyond those
	Refused      int       // of all findings
	Errors       int       // of all findings
	Warnings     int       // of all findings, the explained ones included
	Open         int       // warnings that nobody has explained
	Tally        Tally     // of the whole return's values
}

// Finding is one thing that a rule finds.
type Finding struct {
	Rule        string              // its code; for what a value must be in itself, the code of the fault
	RuleVersion int                 // 0 of what no framework can change
	Kind        framework.RuleKind  // of the rule; empty of what a value must be in itself
	code        programme.FaultCode // of what a value must be in itself
	Severity    Severity
	Counts      Values // that the rule read of the return
	Place       Place
	Others      []Place // where else it stands: the other of two rows
	Given       string  // what stands there
	Expected    string  // what the rule expects
	Detail      string  // one sentence, for people
	Remedy      Remedy
	Advice      string // what to do about it, in a sentence
	Explained   *Explanation
}

// Keepable reports whether the return can be kept as a draft.
func (r Report) Keepable() bool { return r.Refused == 0 }

// Submittable reports whether the return can be submitted: nothing is wrong with it,
// and every warning is explained.
func (r Report) Submittable() bool { return r.Refused+r.Errors+r.Open == 0 }

// tell answers the report with the findings, which it sorts. unread are refused too, and
// nobody has kept them.
func tell(r Report, findings []Finding, unread int) Report {
	slices.SortStableFunc(findings, func(a, b Finding) int { return cmp.Compare(gravity(a), gravity(b)) })
	for i := range findings {
		switch f := &findings[i]; f.Severity {
		case Refused:
			r.Refused++
		case Error:
			r.Errors++
		case Warning:
			r.Warnings++
			if f.Explained == nil {
				r.Open++
			}
		}
	}
	told := min(len(findings), MaxFindings)
	r.Findings, r.More = findings[:told:told], len(findings)-told+unread
	r.Refused += unread
	return r
}

// Faults answers the findings of these severities as faults of a request, and that there
// are more where the report does not tell all.
func (r Report) Faults(severities ...Severity) []programme.Fault {
	var faults []programme.Fault
	for i := range r.Findings {
		if slices.Contains(severities, r.Findings[i].Severity) {
			faults = append(faults, r.Findings[i].Fault())
		}
	}
	if r.More > 0 && len(faults) > 0 {
		faults = append(faults, programme.Fault{Code: programme.FaultMoreFaults, Detail: "There are more faults than these."})
	}
	return faults
}

// Fault answers the finding as a fault of a request.
func (f *Finding) Fault() programme.Fault {
	code, ofRule := faultCodes[f.Kind]
	if !ofRule {
		code = f.code
	}
	return programme.Fault{Pointer: f.Place.Pointer, Row: f.Place.Row, Column: f.Place.Column, Code: code, Detail: f.Detail, Given: f.Given}
}

// faultCodes are those of what rules find. The names of the rules are the framework's.
var faultCodes = map[framework.RuleKind]programme.FaultCode{
	framework.Range: programme.FaultOutOfRange, framework.PartAboveWhole: programme.FaultPartAboveWhole, framework.Sum: programme.FaultOutsideParts,
	framework.ComputedDiffers: programme.FaultOutsideParts, framework.ChangeOnPrevious: programme.FaultBeyondLimit, framework.ChangeOnLastYear: programme.FaultBeyondLimit,
	framework.Hundredfold: programme.FaultBeyondLimit, framework.NoughtWhereLarge: programme.FaultBeyondLimit, framework.Outlier: programme.FaultFarAway,
	framework.FallInCumulative: programme.FaultBeyondLimit,
}
