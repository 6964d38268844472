package returns

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"peerchallenge/pkg/programme"
)

// MaxExplanation is how many characters an explanation has.
const MaxExplanation = 4000

// Explanation is what a borough says to a warning. It belongs to the rule and to the
// values of the return that the rule read, and to nothing else: who posts the same
// again keeps it, and who posts another is asked again. An earlier quarter that is
// corrected meanwhile asks nobody again.
type Explanation struct {
	Rule        string         `json:"rule"`
	RuleVersion int            `json:"ruleVersion"` // to which it was given
	Counts      Values         `json:"counts"`      // that the rule read, with value and status
	Text        string         `json:"text"`
	By          programme.Role `json:"by"`
	At          time.Time      `json:"at"`
	CarriedFrom *string        `json:"carriedFrom"` // the quarter for which it was given first
}

// Key names the finding among those of its return: the rule and the counts that it
// read, as change_previous.cpp_open.
func (f *Finding) Key() string { return key(f.Rule, f.Counts) }

// Key names the finding that the explanation is of, as [Finding.Key] does.
func (e *Explanation) Key() string { return key(e.Rule, e.Counts) }

func key(rule string, counts Values) string {
	var out strings.Builder
	out.WriteString(rule)
	for _, v := range counts {
		out.WriteString("." + v.Count)
	}
	return out.String()
}

// covers reports whether the explanation is of this finding: of the same rule in the
// same version, and of the same values. Reasons are words about a value, and no part of
// what the rule read.
func (e *Explanation) covers(f *Finding) bool {
	return e.RuleVersion == f.RuleVersion && e.Key() == f.Key() && sameFigures(e.Counts, f.Counts)
}

func sameFigures(a, b Values) bool {
	for i := range a {
		if a[i].Status != b[i].Status || !programme.Same(a[i].Value, b[i].Value) {
			return false
		}
	}
	return true
}

// explain gives each warning the explanation that covers it, the newest of several.
func explain(findings []Finding, given []Explanation) {
	if len(given) == 0 {
		return
	}
	of := make(map[string][]*Explanation, len(given))
	for i := range given {
		of[given[i].Key()] = append(of[given[i].Key()], &given[i])
	}
	for i := range findings {
		f := &findings[i]
		if f.Severity != Warning {
			continue
		}
		for _, e := range of[f.Key()] {
			if e.covers(f) && (f.Explained == nil || !e.At.Before(f.Explained.At)) {
				f.Explained = e
			}
		}
	}
}

// Explain answers the explanation of a warning of the report.
func (r Report) Explain(key, text string, by programme.Role, at time.Time) (Explanation, error) {
	var faults []programme.Fault
	f := r.find(key)
	switch {
	case f == nil:
		faults = append(faults, programme.Unknown("/key", "The report has no such finding: there is nothing to explain."))
	case f.Severity != Warning:
		faults = append(faults, programme.Fault{Pointer: "/key", Code: programme.FaultNotAllowed, Detail: "This cannot be right, so that no explanation helps. Correct the values."})
	}
	text = strings.TrimSpace(programme.Normal(text))
	switch {
	case programme.Blank(text):
		faults = append(faults, programme.Fault{Pointer: "/text", Code: programme.FaultRequired, Detail: "An explanation says something."})
	case utf8.RuneCountInString(text) > MaxExplanation:
		faults = append(faults, programme.Fault{Pointer: "/text", Code: programme.FaultTooLong, Detail: "An explanation has at most 4000 characters."})
	case !programme.Printable(text):
		faults = append(faults, programme.Fault{Pointer: "/text", Code: programme.FaultPattern, Detail: "An explanation has no control characters."})
	}
	if len(faults) > 0 {
		return Explanation{}, programme.Refuse(faults)
	}
	return f.explanation(text, by, at), nil
}

func (f *Finding) explanation(text string, by programme.Role, at time.Time) Explanation {
	counts := make(Values, len(f.Counts))
	for i, v := range f.Counts {
		v.Reason = nil // it stands in the return
		counts[i] = v
	}
	return Explanation{Rule: f.Rule, RuleVersion: f.RuleVersion, Counts: counts, Text: text, By: by, At: at}
}

func (r Report) find(key string) *Finding {
	for i := range r.Findings {
		if r.Findings[i].Key() == key {
			return &r.Findings[i]
		}
	}
	return nil
}

// Offer is an explanation of last quarter that may hold for a warning of now.
type Offer struct {
	Finding *Finding
	Earlier *Explanation
}

// Offers answers which of last quarter's explanations fit a warning that nobody has
// explained: of the same rule about the same counts, whatever their values and
// whichever version of the rule.
func (r Report) Offers(last []Explanation) []Offer {
	var offers []Offer
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Severity != Warning || f.Explained != nil {
			continue
		}
		var newest *Explanation
		for k := range last {
			if e := &last[k]; e.Key() == f.Key() && (newest == nil || e.At.After(newest.At)) {
				newest = e
			}
		}
		if newest != nil {
			offers = append(offers, Offer{f, newest})
		}
	}
	return offers
}

// Carry answers the explanations of last quarter that somebody confirms for this one,
// by their keys. A key that [Report.Offers] does not answer is refused.
func (r Report) Carry(last []Explanation, quarter string, confirmed []string, by programme.Role, at time.Time) ([]Explanation, error) {
	offers := map[string]Offer{}
	for _, o := range r.Offers(last) {
		offers[o.Finding.Key()] = o
	}
	var carried []Explanation
	var faults []programme.Fault
	for i, key := range confirmed {
		pointer := "/confirmed/" + strconv.Itoa(i)
		o, is := offers[key]
		if !is {
			faults = append(faults, programme.Unknown(pointer, "No explanation of the quarter before fits an unexplained warning of this key."))
			continue
		}
		delete(offers, key) // a key that stands there twice is told once as unknown
		e := o.Finding.explanation(o.Earlier.Text, by, at)
		if e.CarriedFrom = o.Earlier.CarriedFrom; e.CarriedFrom == nil {
			e.CarriedFrom = &quarter
		}
		carried = append(carried, e)
	}
	return carried, programme.Refuse(faults)
}
