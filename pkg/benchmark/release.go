package benchmark

import (
	"time"

	"peerchallenge/pkg/programme"
)

// Release is one published file whose figures are in the system. What it gave is
// kept; of each figure the newest stands that is not withdrawn.
type Release struct {
	ID           string `gorm:"primaryKey"` // UUIDv7
	Dataset      string // key of the declared mapping that read it
	Title        string
	Publisher    string
	Licence      string
	File         string // name of the file, without its folder
	SHA256       string `gorm:"column:sha256"` // of its bytes, lower-case hexadecimal
	Rows         int    // data rows in the file
	PublishedOn  *programme.Date
	NextUpdateOn *programme.Date // when its publisher means to put out the next
	Methodology  string          // address of the page that says how the figures are made, or empty
	State        ReleaseState
	StateReason  string // why it was last withdrawn or reinstated, empty before
	ImportedAt   time.Time
	Version      int64
	UpdatedAt    time.Time
}

// ReleaseState says whether a release's figures may stand.
type ReleaseState string

// The states.
const (
	Standing  ReleaseState = "standing"
	Withdrawn ReleaseState = "withdrawn"
)

// Reinstate is the step that lets a withdrawn release stand again.
const Reinstate programme.Step = "reinstate"

// Noun implements [programme.Stepped].
func (*Release) Noun() string { return "release" }

// Steps implements [programme.Stepped].
func (*Release) Steps() []programme.Step { return []programme.Step{programme.Withdraw, Reinstate} }

// May implements [programme.Stepped]: the programme's team withdraws what stands, and
// reinstates what is withdrawn.
func (r *Release) May(actor programme.Actor, step programme.Step) error {
	if err := programme.TeamMay(actor); err != nil {
		return err
	}
	if (step == programme.Withdraw) != (r.State == Standing) {
		return programme.WrongState("The release is " + string(r.State) + " already.")
	}
	return nil
}

// NeedsReason implements [programme.Stepped].
func (*Release) NeedsReason(programme.Step) bool { return true }

// Move withdraws a release or lets it stand again, for the reason that the actor
// gives. The error is Conflict if it is in that state already, or Invalid without a
// reason.
func (r *Release) Move(actor programme.Actor, to ReleaseState) error {
	step := programme.Withdraw
	if to == Standing {
		step = Reinstate
	}
	if err := r.May(actor, step); err != nil {
		return err
	}
	if err := actor.WithReason(); err != nil {
		return err
	}
	r.State, r.StateReason = to, actor.Reason
	return nil
}
