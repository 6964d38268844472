package programme

// Settings are the programme's own times, which other programmes may set otherwise.
type Settings struct {
	ProgressReviewMonths int // after which a reported review's progress review falls due
	StalledDays          int // after which an open action without news counts as stalled

	// For how many months people are kept after they left, and a group's notes after
	// its challenge ended: see [Outlived]. 0 means for ever.
	ParticipantsKeptMonths int
	NotesKeptMonths        int
}

// DefaultSettings are those of the sector's practice.
var DefaultSettings = Settings{ProgressReviewMonths: 10, StalledDays: 90}

// Or answers the settings, each by its default where it is not given.
func (s Settings) Or(d Settings) Settings {
	if s.ProgressReviewMonths <= 0 {
		s.ProgressReviewMonths = d.ProgressReviewMonths
	}
	if s.StalledDays <= 0 {
		s.StalledDays = d.StalledDays
	}
	return s
}
