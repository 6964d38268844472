package returns

import (
	"cmp"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/sheet"
)

// MaxHistory is how many values one file of past quarters has.
const MaxHistory = 100_000

// maxHistoryMiB bounds a workbook of past quarters, unpacked.
const maxHistoryMiB = 32

// HistoryFile is what was collected before it was collected here. It comes in one file,
// which is read by one version of the framework, applied whole. Its values are held to what
// a value must be in itself: rules ask of returns that somebody can still correct.
type HistoryFile struct {
	Reading

	Returns []*Return // by quarter and borough
	first   map[*Return]int
	faults  []programme.Fault
}

// ReadHistory reads a file of past quarters. Faults are kept until [HistoryFile.Refuse]
// is asked, so that the quarters' own stand among them. The error is the source's own.
func ReadHistory(source io.Reader, asked Asked, lookup func(string) (string, bool)) (*HistoryFile, error) {
	known := func(quarter string) (Asked, bool) {
		_, is := quarterOf(quarter)
		return asked, is
	}
	t, err := ReadTable(source, sheet.Options{MaxMiB: maxHistoryMiB}, Expected{Asked: known, Lookup: lookup})
	if err != nil {
		return nil, err
	}
	f := &HistoryFile{Reading: t.Reading, Returns: t.Returns, faults: t.everyFault(), first: map[*Return]int{}}
	values := 0
	for _, r := range t.Returns {
		values += len(r.Places)
		for _, p := range r.Places {
			if f.first[r] == 0 || p.Row < f.first[r] {
				f.first[r] = p.Row
			}
		}
	}
	if values > MaxHistory {
		f.faults = append(f.faults, programme.Fault{Code: programme.FaultTooMany, Detail: "The file has " + strconv.Itoa(values) + " values; at most " + strconv.Itoa(MaxHistory) + " come in one. Send it in parts, quarter by quarter."})
	}
	slices.SortStableFunc(f.Returns, func(a, b *Return) int {
		return cmp.Or(strings.Compare(a.Quarter, b.Quarter), strings.Compare(a.Borough, b.Borough))
	})
	return f, nil
}

// Quarters answers the codes of the quarters that the file is about, the earliest first.
func (f *HistoryFile) Quarters() []string {
	var codes []string
	for _, r := range f.Returns {
		codes = append(codes, r.Quarter)
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// Take answers the quarter into which the file brings returns, on the day: the one that is
// there, held, or else a new one that is marked as imported. A quarter that is collected
// here, is read by another version of the framework or is not over takes none, which
// becomes a fault of its first row.
func (f *HistoryFile) Take(code, framework string, held *Quarter, today programme.Date) *Quarter {
	refuse := func(fault programme.FaultCode, detail string) {
		row := 0
		for _, r := range f.Returns {
			if at := f.first[r]; r.Quarter == code && at > 0 && (row == 0 || at < row) {
				row = at
			}
		}
		f.faults = append(f.faults, programme.Fault{Row: row, Column: ofQuarter, Code: fault, Detail: detail, Given: shown(code)})
	}
	if held == nil {
		q := &Quarter{Code: code, Framework: &framework, Imported: true}
		q.Plan(today)
		if p, is := q.Period(); is && !p.Ended(today) {
			refuse(programme.FaultNotYet, "The quarter is not over on "+string(today)+"; only past ones are imported.")
		}
		return q
	}
	switch {
	case !held.Imported:
		refuse(programme.FaultNotAllowed, "The returns of this quarter are collected here, and are not imported.")
	case !programme.Same(held.Framework, &framework):
		refuse(programme.FaultNotAllowed, "The quarter was imported by version "+*held.Framework+" of the framework, and is read by it whole. Name that, or change the quarter's.")
	}
	return held
}

// Refuse answers an Invalid error of all that is wrong with the file, or nil.
func (f *HistoryFile) Refuse() error { return f.refuse(f.faults) }

// Imported lets what the file says of the borough in the quarter stand as the return's next
// version. Nobody has sent it: it has no day on which it came.
func (s *Submission) Imported(asked Asked, r *Return, now time.Time) Version {
	s.Numbers++
	v := Version{
		SubmissionID: s.ID, Number: s.Numbers, State: VersionAccepted, Framework: asked.Version, Values: r.Values.Complete(asked.Ordered().codes),
		Explanations: []Explanation{}, SubmittedAt: now, SubmittedBy: programme.RoleProgramme, ClosedAt: &now,
	}
	s.State, s.Standing = Accepted, &v.Number
	s.See()
	return v
}

// Says reports whether the version says already what the file says of it.
func (v *Version) Says(asked Asked, r *Return) bool {
	return v.Framework == asked.Version && v.Values.Equal(r.Values.Complete(asked.Ordered().codes))
}

// HistoryResult is what a file of past quarters has brought, or would in a dry run.
type HistoryResult struct {
	Reading

	Quarters  []string // that are new, and marked as imported
	Created   int      // returns
	Replaced  int      // returns of which a version stood that says something else
	Unchanged int      // returns
	Values    int      // that the returns have which were created or replaced, without those that are missing
}
