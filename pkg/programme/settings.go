package programme

import "time"

// Settings are the programme's own times, which other programmes may set otherwise.
type Settings struct {
	StalledDays int // after which an open action without news counts as stalled

	// For how many months people are kept after they left, and the notes of a group or a
	// review after its challenge or itself has ended: see [Outlived]. 0 means for ever.
	ParticipantsKeptMonths int
	NotesKeptMonths        int
	Zone                   *time.Location // where the programme's days begin and end
}

// DefaultSettings are those of the sector's practice.
var DefaultSettings = Settings{StalledDays: 90, Zone: mustLoad("Europe/London")}

// Or answers the settings, each by its default where it is not given.
func (s Settings) Or(d Settings) Settings {
	if s.StalledDays <= 0 {
		s.StalledDays = d.StalledDays
	}
	if s.Zone == nil {
		s.Zone = d.Zone
	}
	return s
}

// Today answers the day that it is in the programme's zone.
func (s Settings) Today(now time.Time) Date { return Date(now.In(s.Zone).Format(time.DateOnly)) }

func mustLoad(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(err) // the program embeds the time zone database
	}
	return zone
}
