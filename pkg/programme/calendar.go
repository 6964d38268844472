package programme

import "time"

// Calendar is what a calendar program shows of the programme: its events, and the
// days on which groups meet.
type Calendar struct {
	Events []Event
	Groups []GroupDays
}

// GroupDays is a group with the challenge in which it meets.
type GroupDays struct {
	Group     PeerChallengeGroup
	Challenge PeerChallenge
}

// Sequence counts how often the group or its challenge was changed, as calendars
// count.
func (d *GroupDays) Sequence() int {
	return d.Group.changes() + d.Challenge.changes()
}

// UpdatedAt answers when the group or its challenge was last changed.
func (d *GroupDays) UpdatedAt() time.Time {
	if d.Challenge.UpdatedAt.After(d.Group.UpdatedAt) {
		return d.Challenge.UpdatedAt
	}
	return d.Group.UpdatedAt
}

// changes counts how often the record was changed since it was created: versions
// begin at the microsecond of the creation and grow by one.
func (h *Head) changes() int {
	return int(max(0, h.Version-h.CreatedAt.UnixMicro()))
}
