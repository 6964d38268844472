package disclosure

import (
	"time"

	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

// QuarterSnapshot is what everybody sees of a quarter as it stood at one moment, under a
// number, so that it can be cited. What it says never changes; it can be withdrawn.
type QuarterSnapshot struct {
	programme.Head
	Quarter         string        `gorm:"column:quarter_code"`
	Number          int           // from 1, in the order in which they were taken
	Framework       string        `gorm:"column:framework_version"` // by which it was made
	State           SnapshotState // standing, until it is withdrawn
	Reason          *string       // why it was taken; nil of the first, with which the quarter was published
	BoroughsShown   int           `gorm:"column:shown"`                   // how many boroughs have a return in it
	BoroughsMissing []string      `gorm:"column:missing;serializer:json"` // codes of the boroughs that were expected and have none
	Illustrative    bool          // its figures are made up
	Hash            string        // SHA-256 of the document's bytes, in hexadecimal digits
	TrueHash        string        // the same of the true figures with 256 random bits that are kept apart
	WithdrawnAt     *time.Time
	WithdrawnFor    *string // why
}

// SnapshotState is where a snapshot stands.
type SnapshotState string

// The states. One that has a later number beside it stands too: it is cited.
const (
	Standing  SnapshotState = "standing"
	Withdrawn SnapshotState = "withdrawn"
)

// Noun implements [programme.Record].
func (*QuarterSnapshot) Noun() string { return "quarter-snapshot" }

// Name answers what people call the quarter.
func (s *QuarterSnapshot) Name() string {
	q := returns.Quarter{Code: s.Quarter}
	return q.Name()
}

// Steps implements [programme.Record].
func (*QuarterSnapshot) Steps() []programme.Step { return []programme.Step{programme.Withdraw} }

// May implements [programme.Record].
func (s *QuarterSnapshot) May(actor programme.Actor, _ programme.Step) error {
	if err := programme.TeamMay(actor); err != nil {
		return err
	}
	if s.State == Withdrawn {
		return programme.WrongState("It was withdrawn already.")
	}
	return nil
}

// NeedsReason implements [programme.Record].
func (*QuarterSnapshot) NeedsReason(programme.Step) bool { return true }

// Check implements [programme.Record].
func (*QuarterSnapshot) Check() error { return nil }

// Withdraw takes it back, for the reason.
func (s *QuarterSnapshot) Withdraw(at time.Time, reason string) {
	s.State, s.WithdrawnAt, s.WithdrawnFor = Withdrawn, &at, &reason
}

// Readable refuses what was withdrawn, saying why. The error is Gone.
func (s *QuarterSnapshot) Readable() error {
	if s.State != Withdrawn {
		return nil
	}
	return programme.Errorf(programme.Gone, programme.CodeWithdrawn, "Snapshot %d of %s was withdrawn: %s", s.Number, s.Quarter, *s.WithdrawnFor)
}

// SnapshotFilter leaves those snapshots of a list that agree with every member that is
// given.
type SnapshotFilter struct {
	Quarter      *string
	State        *SnapshotState
	UpdatedSince *time.Time
}
