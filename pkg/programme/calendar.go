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

// Sequence is a number that grows as the group or its challenge is changed, and
// never falls, as calendars need it.
func (d *GroupDays) Sequence() int {
	return d.Group.ChangedAfter() + d.Challenge.ChangedAfter()
}

// UpdatedAt answers when the group or its challenge was last changed.
func (d *GroupDays) UpdatedAt() time.Time {
	if d.Challenge.UpdatedAt.After(d.Group.UpdatedAt) {
		return d.Challenge.UpdatedAt
	}
	return d.Group.UpdatedAt
}

// ChangedAfter answers how many seconds after its creation the record was last
// changed, rounded up. Its version is the microsecond of that change and, unlike
// UpdatedAt, never falls. Calendars keep the number in 32 bits, which is enough for
// seconds.
func (h *Head) ChangedAfter() int {
	const second = 1_000_000
	return int(max(0, (h.Version-h.CreatedAt.UnixMicro()+second-1)/second))
}
