package benchmark

import "peerchallenge/pkg/programme"

// Import is what one published file gives.
type Import struct {
	Release      Release
	Periods      []Period // those in which its figures lie
	Observations []Observation
	Populations  []Population
	Model        *NeighbourModel // with Neighbours, or nil
	Neighbours   []Neighbour
	Form         string             // as what the file was read, in words
	EmptyRows    int                // rows without content, which were passed over
	Warnings     []programme.Fault  // what may be right, and should be looked at
	ChangeLimits map[string]float64 // by indicator, in its unit: a figure that differs by more from the one that stood is to be looked at
}

// Delivery is how a published file comes: what its sender says of it, and wants.
type Delivery struct {
	File         string // its name
	SHA256       string // of its bytes, lower-case hexadecimal
	PublishedOn  *programme.Date
	NextUpdateOn *programme.Date
	Methodology  string // address of the page that says how the figures are made, or empty
	// Acknowledgement is what the sender says about the warnings that it has seen, or
	// empty.
	Acknowledgement string
	// Once leaves a file alone whose bytes came before, whatever has become of that
	// release since.
	Once bool
	// DryRun finds out what the file would do, and does nothing of it.
	DryRun bool
	// Each is told every change, by indicator, period and place; it may be nil.
	Each func(Change) error
}

// Check refuses a delivery that was published after the day, or whose next update
// comes no later than itself.
func (d Delivery) Check(today programme.Date) error {
	var faults []programme.Fault
	if d.PublishedOn != nil && *d.PublishedOn > today {
		faults = append(faults, programme.Fault{Parameter: "publishedOn", Code: programme.FaultInFuture, Detail: "The day of publication must not be in the future."})
	}
	if d.PublishedOn != nil && d.NextUpdateOn != nil && *d.NextUpdateOn <= *d.PublishedOn {
		faults = append(faults, programme.Fault{Parameter: "nextUpdateOn", Code: programme.FaultOrder, Detail: "The next update must come after the publication."})
	}
	return programme.Refuse(faults)
}

// ImportResult says what an [Import] did, or what it would do.
type ImportResult struct {
	Release   Release // that it made or would make; where nothing changes, the one that it was before
	Known     bool    // everything that it gives stands already, so nothing was written
	Inserted  int     // figures that were not held
	Updated   int     // figures that now stand otherwise, those among them that are computed from others
	Withdrawn int     // figures that stand no more
	Unchanged int     // figures that are as they were
	Older     int     // figures of which a newer release gives another value, which stands
	Sums      []ChangeSum
	Periods   []string // codes of those that were created
	Warnings  []programme.Fault
	Form      string // how the file was read, in words
	EmptyRows int    // which were passed over
}

// Changes reports whether anything stands otherwise than before.
func (r ImportResult) Changes() bool { return r.Inserted+r.Updated+r.Withdrawn > 0 }

// ChangeOf says of what a change is.
type ChangeOf string

// What can change.
const (
	OfFigures     ChangeOf = "figure"
	OfPopulations ChangeOf = "population"
	OfNeighbours  ChangeOf = "neighbour"
)

// ChangeSum counts the changes of one indicator in one period, of the estimates of
// one year, or of the neighbours of one model.
type ChangeSum struct {
	Of        ChangeOf
	Indicator string // code; empty for estimates and neighbours
	Period    string // code; the year of estimates and of a model
	New       int
	Corrected int
	Withdrawn int
}

// Change is one figure, estimate of a population or statistical neighbour that stands
// otherwise than before.
type Change struct {
	Of        ChangeOf
	Kind      ChangeKind
	Indicator string // code; empty for an estimate or a neighbour
	Period    string // code; the year of an estimate or of a model
	Geography string // of a neighbour: whose it is
	Was       Figure // NotHeld where nothing stood
	Is        Figure // NotHeld where nothing stands any more
	// Replaces are the places whose figures this one replaces: those of a joint figure's
	// members that had their own until now, or the joint ones that stand no more, of a
	// member that gets its own.
	Replaces []string
	// Rank is which neighbour it is, from 1 for the closest; 0 for figures and estimates.
	// Was and Is have no values then, and say by their status whether there was one.
	Rank            int
	WasNear, IsNear Near
}

// Near is a statistical neighbour and how close it is in the model's own words.
type Near struct{ Code, Closeness string }

// ChangeKind says what becomes of a figure.
type ChangeKind string

// The kinds of changes.
const (
	NewFigure       ChangeKind = "new"
	CorrectedFigure ChangeKind = "corrected"
	WithdrawnFigure ChangeKind = "withdrawn"
)
