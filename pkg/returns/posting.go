package returns

import (
	"errors"
	"io"
	"strconv"

	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/sheet"
)

// Posting is a whole return as it is sent.
type Posting struct {
	Borough string
	Quarter string
	// Read reads it under what the quarter asks, perhaps more than once: see [Listed] and
	// [Tabled]. The error is Invalid where no return could be read, or the source's own.
	Read func(Asked) (*Return, error)
	programme.Precondition
}

// Outcome is what became of a return that was sent.
type Outcome string

// The outcomes.
const (
	Created   Outcome = "created"
	Replaced  Outcome = "replaced"
	Unchanged Outcome = "unchanged"
	Declined  Outcome = "refused"
)

// PostingResult is what became of a return, or would in a dry run.
type PostingResult struct {
	Borough    string
	Quarter    string
	Outcome    Outcome
	Submission Submission
	Report     Report
	Reading    *Reading // of the table in which it came; nil of one that came as a list
	Number     *int     // of the version that the report is about; nil where it is about the draft
	Err        error    // why it was refused
}

// Acceptance is a return at the version at which it is to be accepted, and what became
// of it.
type Acceptance struct {
	ID      string
	Version int64
	Err     error // what stops it; nil where it stands
}

// Listed reads a return that came as a list of n values in JSON, each of which given answers.
func Listed(borough, quarter string, n int, given func(i int) Value) func(Asked) (*Return, error) {
	return func(asked Asked) (*Return, error) { return Posted(asked, borough, quarter, "/values", n, given), nil }
}

// Tabled reads the return of the borough for the quarter from a table, CSV or XLSX.
func Tabled(borough, quarter string, open func() (io.Reader, error), lookup func(string) (string, bool)) func(Asked) (*Return, error) {
	return func(asked Asked) (*Return, error) {
		source, err := open()
		if err != nil {
			return nil, err
		}
		t, err := ReadTable(source, sheet.Options{}, Expected{Borough: borough, Quarter: quarter, Lookup: lookup, Asked: func(string) (Asked, bool) { return asked, true }})
		if err != nil {
			return nil, err
		}
		if len(t.Returns) == 0 {
			return nil, t.refuse(t.faults())
		}
		r := t.Returns[0]
		r.Known, r.Reading = t.faults(), &t.Reading
		return r, nil
	}
}

// MaxReturns is how many returns are sent at once.
const MaxReturns = 100

// TabledTogether reads several returns from one table, each of which is to be created. The
// error is Invalid where the table or a row has a fault: a row that cannot be read may
// belong to any of them. asked and lookup are those of [Expected].
func TabledTogether(source io.Reader, asked func(quarter string) (Asked, bool), lookup func(string) (string, bool)) ([]Posting, *Reading, error) {
	t, err := ReadTable(source, sheet.Options{}, Expected{Asked: asked, Lookup: lookup})
	if err != nil {
		return nil, nil, err
	}
	faults := t.everyFault()
	if len(t.Returns) > MaxReturns {
		faults = append(faults, programme.Fault{Code: programme.FaultTooMany, Detail: "The table has more than " + strconv.Itoa(MaxReturns) + " returns. Send them in several."})
	}
	postings := make([]Posting, len(t.Returns))
	for i, r := range t.Returns {
		postings[i] = Posting{Borough: r.Borough, Quarter: r.Quarter, Precondition: programme.Precondition{Create: true}, Read: func(Asked) (*Return, error) { return r, nil }}
	}
	return postings, &t.Reading, t.refuse(faults)
}

// NoneRefused names every return of several that was refused, with why. One that the
// actor may not send at all is said alone: whose it is has nothing to do with the rest.
func NoneRefused(refusals []error) error {
	var faults []programme.Fault
	for _, err := range refusals {
		if programme.KindOf(err) == programme.Forbidden {
			return err
		}
	}
	for i, err := range refusals {
		refused, is := errors.AsType[*programme.Error](err)
		if !is {
			continue
		}
		pointer := "/submissions/" + strconv.Itoa(i)
		if len(refused.Faults) == 0 {
			faults = append(faults, programme.Fault{Pointer: pointer, Code: programme.FaultRefused, Detail: refused.Detail})
		}
		for _, f := range refused.Faults {
			if f.Row == 0 { // a row says where it stands by itself
				f.Pointer = pointer + f.Pointer
			}
			faults = append(faults, f)
		}
	}
	return programme.Refuse(faults)
}
