package returns

import (
	"time"

	"peerchallenge/pkg/programme"
)

// Severity says what a finding asks of the sender.
type Severity string

// The severities.
const (
	Refused Severity = "refused" // it cannot be kept, not even as a draft
	Error   Severity = "error"   // it is kept as a draft, and cannot be submitted
	Warning Severity = "warning" // it is explained before it is submitted
)

// Place is where something stands in what was sent. What does not concern it is
// empty.
type Place struct {
	Pointer string // RFC 6901, into a JSON body
	Row     int    // of a table, from 1
	Column  string // of a table: its name in the header
}

// Report is what the rules find in a return, all of it at once.
type Report struct {
	Borough   string
	Quarter   string
	Framework string
	Findings  []Finding // the gravest first; at most [MaxFindings]
	More      int       // how many there are beyond those
	Errors    int       // of all findings, those that are refused included
	Warnings  int       // of all findings
	Open      int       // warnings that nobody has explained
	Tally     Tally     // of the return's values
}

// MaxFindings is how many findings a report tells. More help nobody: they have one
// cause, or the wrong file was sent.
const MaxFindings = 100

// Finding is one thing that a rule finds.
type Finding struct {
	Rule        string // the rule's code
	RuleVersion int
	Severity    Severity
	Counts      []Value // that the rule read, with what the return says of them
	Fingerprint string  // of rule and counts read: what an explanation is keyed to
	Place       Place
	Given       string // what stands there, in words
	Expected    string // what the rule expects, in words
	Detail      string // one sentence
	Remedy      Remedy
	Others      []Place // where else the finding stands: the other row of two
	Explained   *Explanation
}

// Explanation is what a borough says to a warning. It is kept with the rule and the
// counts that the rule read, and with nothing else: the same posted again keeps it.
type Explanation struct {
	Rule        string         `json:"rule"`
	RuleVersion int            `json:"ruleVersion"` // the version to which it was given
	Fingerprint string         `json:"fingerprint"` // of the counts read, each with value and status
	Counts      []string       `json:"counts"`      // the counts read
	Text        string         `json:"text"`
	By          programme.Role `json:"by"`
	At          time.Time      `json:"at"`
	Carried     *string        `json:"carried"` // the quarter from which it was carried forward, if it was
}

// Remedy is what to do about a finding. Findings are told in groups of one remedy,
// because that is how they are worked off.
type Remedy string

// The remedies, in the order in which they are worked off.
const (
	CorrectFile  Remedy = "correct_file"  // the table cannot be read as it is
	CorrectValue Remedy = "correct_value" // a value cannot be right
	GiveReason   Remedy = "give_reason"   // a status needs a reason
	CorrectSum   Remedy = "correct_sum"   // values contradict each other
	Explain      Remedy = "explain"       // it may be right, and somebody must say why
)
