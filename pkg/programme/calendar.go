package programme

import (
	"cmp"
	"slices"
	"time"
)

// Calendar is what a calendar program shows of the programme: its events, the days on which
// groups meet, those of reviews, and the actions and tasks of preparations that fall due.
type Calendar struct {
	Events  []Event
	Groups  []GroupDays
	Reviews []PeerReview
	Actions []Action
	Tasks   []PreparationTask
}

// GroupDays is a group with the challenge in which it meets.
type GroupDays struct {
	Group     PeerChallengeGroup
	Challenge PeerChallenge
}

// Days answers the group's days in order; none where they are not settled.
func (d *GroupDays) Days() []Date {
	first, last := d.Group.StartsOn, cmp.Or(d.Group.EndsOn, d.Group.StartsOn)
	if first == nil {
		return nil
	}
	return DaysFrom(*first, *last)
}

// UntoldOfGroup leaves of the group's days those on which no event of it is in the calendar:
// a day stands there once.
func (c *Calendar) UntoldOfGroup(id string, days []Date) []Date {
	return c.untold(id, func(e *Event) *string { return e.PeerChallengeGroupID }, days)
}

// UntoldOfReview leaves likewise of a review's days.
func (c *Calendar) UntoldOfReview(id string, days []Date) []Date {
	return c.untold(id, func(e *Event) *string { return e.PeerReviewID }, days)
}

// An event that is cancelled takes no day.
func (c *Calendar) untold(id string, of func(*Event) *string, days []Date) []Date {
	days = slices.Clone(days)
	for i := range c.Events {
		e := &c.Events[i]
		if owner := of(e); owner != nil && *owner == id && e.State != EventCancelled {
			days = slices.DeleteFunc(days, func(day Date) bool { return !outside(&day, &e.StartsOn, &e.EndsOn) })
		}
	}
	return days
}

// DaysFrom answers the days from the first to the last.
func DaysFrom(first, last Date) []Date {
	var days []Date
	for day := first; day <= last; day = day.AddDays(1) {
		days = append(days, day)
	}
	return days
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
