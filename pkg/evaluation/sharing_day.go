package evaluation

import (
	"slices"
	"time"

	"peerchallenge/pkg/programme"
)

// SharingDay is the day from which a group reads, or will read, a version of a
// self-evaluation, as a borough's calendar shows it.
type SharingDay struct {
	Sharing
	SelfEvaluationID string
	Borough          string // whose self-evaluation it is
	Cycle            programme.Cycle
	Illustrative     bool
}

// SharingDaysFor answers the days of the self-evaluation that belong in the calendar of the
// borough, as the actor may see it: of its own, what has begun and, to its people, what is
// planned; of another's, what it reads now. What has ended is in none.
func (s *SelfEvaluation) SharingDaysFor(borough string, actor programme.Actor, now time.Time) []SharingDay {
	var days []SharingDay
	for _, h := range s.Sharings {
		ended := h.EndedAt != nil || h.EndsAt != nil && !now.Before(*h.EndsAt)
		own := s.Borough == borough && (h.BeganAt != nil || actor.IsOf(borough))
		if !ended && (own || h.InForce(now) && slices.Contains(h.Readers, borough)) {
			days = append(days, SharingDay{h, s.ID, s.Borough, s.Cycle, s.Illustrative})
		}
	}
	return days
}
