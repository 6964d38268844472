package disclosure

import (
	"slices"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/framework"
)

// Exception is what stands out: an indicator on which a borough is beyond an edge of the
// region, or was, or may be.
type Exception struct {
	Of        *Document // the quarter as it was shown when it stood out; nothing of a figure is said of one that is withdrawn
	Member    *Member
	Position  *Position
	Figure    *BoroughFigure
	Edge      benchmark.Exception // [noException] of one that is uncertain
	State     ExceptionState
	Cause     *Cause     // of one that is withdrawn
	Withdrew  *int       // the number of the first snapshot without it; nil where no other came
	Streak    *int       // quarters in a row, this one too; nil unless its figure is a number
	Narrative *Narrative // as far as the reader may know of it

	asked framework.Edition
}

// ExceptionState is where an exception stands.
type ExceptionState string

// The states.
const (
	StandsOut       ExceptionState = "standing"
	MayStandOut     ExceptionState = "uncertain" // by where hidden figures lie
	StandsOutNoMore ExceptionState = "withdrawn"
)

// Cause is why an exception is one no more.
type Cause string

// The causes.
const (
	FigureChanged     Cause = "figure_changed"     // its own figure is another
	EdgesMoved        Cause = "edges_moved"        // that of others are others
	SnapshotWithdrawn Cause = "snapshot_withdrawn" // what it stood in was withdrawn
)

// Taken is a snapshot of a quarter with what it says.
type Taken struct {
	Number   int
	State    SnapshotState
	Document *Document
	Asked    framework.Edition // by which it was made
}

// Better reports whether it stands out at the good end; nil where no end is.
func (e *Exception) Better() *bool {
	if e.Edge == noException || e.Position.Polarity == benchmark.Neutral {
		return nil
	}
	return new((e.Edge == benchmark.Top20) == (e.Position.Polarity == benchmark.High))
}

// Exceptions lists what stands out of a quarter, and what did: taken are all of its
// snapshots by number, and the newest that stands is shown. An exception is withdrawn
// where the shown one does not have it, and an earlier or a withdrawn one had. They are
// in the order of boroughs and indicators.
func Exceptions(taken []Taken) []Exception {
	shown := lastStanding(taken)
	var list []Exception
	if shown >= 0 {
		for e := range taken[shown].places {
			switch {
			case e.Edge != noException:
				e.State = StandsOut
			case slices.Contains(e.Position.Uncertain, e.Member.Borough):
				e.State = MayStandOut
			default:
				continue
			}
			list = append(list, e)
		}
	}
	for at := len(taken) - 1; at >= 0; at-- {
		for e := range taken[at].places {
			same := func(other Exception) bool { return other.Edge == e.Edge && other.isOf(&e) }
			if at == shown || e.Edge == noException || slices.ContainsFunc(list, same) {
				continue
			}
			e.State = StandsOutNoMore
			e.Cause, e.Withdrew = causeOf(taken, at, &e)
			list = append(list, e)
		}
	}
	slices.SortStableFunc(list, func(a, b Exception) int { return slices.Compare(a.Key()[1:], b.Key()[1:]) })
	return list
}

// lastStanding answers the place of the snapshot that is shown, or less than nought.
func lastStanding(taken []Taken) int {
	for i, t := range slices.Backward(taken) {
		if t.State == Standing {
			return i
		}
	}
	return -1
}

// causeOf answers why the exception, which stood out in the snapshot at the place and in
// no later one, does not any more.
func causeOf(taken []Taken, at int, e *Exception) (*Cause, *int) {
	next := slices.IndexFunc(taken[at+1:], func(t Taken) bool { return t.State == Standing })
	if taken[at].State == Withdrawn || next < 0 {
		return new(SnapshotWithdrawn), nil
	}
	without := taken[at+1+next]
	cause := FigureChanged
	now := (&Shown{Document: without.Document}).row(e.Position.Indicator, e.Member.Borough)
	if now.Figure.same(&e.Figure.Figure) {
		cause = EdgesMoved
	}
	return &cause, &without.Number
}

// places goes through all figures, borough by borough.
func (t *Taken) places(yield func(Exception) bool) {
	d := t.Document
	for i := range d.Boroughs {
		for k := range d.Indicators {
			f := &d.Indicators[k].Figures[i]
			if !yield(Exception{Of: d, Member: &d.Boroughs[i], Position: &d.Indicators[k], Figure: f, Edge: f.Exception, asked: t.Asked}) {
				return
			}
		}
	}
}

func (e *Exception) isOf(other *Exception) bool {
	return e.Member.Borough == other.Member.Borough && e.Position.Indicator == other.Position.Indicator
}

// Key orders exceptions: by quarter, borough, indicator, and what stands before what does not.
func (e *Exception) Key() []string {
	if e.Member == nil {
		return make([]string, 5)
	}
	return []string{e.Of.Quarter, e.Member.Borough, e.Position.Indicator, string(e.State), string(e.Edge)}
}

// CountStreaks says of each exception of a quarter how many quarters in a row it is one.
// Before are those of the quarter before, counted already; none where that is not shown.
// It is counted in numbers: what is hidden ends it, and so does a framework by which the
// figures are not comparable.
func CountStreaks(list, before []Exception) {
	for i := range list {
		e := &list[i]
		if e.State != StandsOut || e.Figure.Status != Number {
			continue
		}
		e.Streak = new(1)
		for k := range before {
			b := &before[k]
			if b.Streak != nil && b.Edge == e.Edge && b.isOf(e) && framework.Comparable(b.asked, e.asked, e.Position.Indicator) {
				*e.Streak = *b.Streak + 1
			}
		}
	}
}

// ExceptionFilter leaves those exceptions that agree with every member that is given.
type ExceptionFilter struct {
	Borough string
	Quarter *string
	State   *ExceptionState
}
