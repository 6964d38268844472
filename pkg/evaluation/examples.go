package evaluation

import "peerchallenge/pkg/programme"

// Examples are what self-evaluations that are made up say, and what is said of one of them.
type Examples struct {
	Whole    []PostedSection   // of those that can be signed
	Part     []PostedSection   // of one in which something is missing
	Comments []Comment         // with section, kind, text and, of those that are answered, the answer
	Found    programme.Finding // what came of the line of enquiry among them, which its borough accepts
}
