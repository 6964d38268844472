package programme

import (
	"slices"
	"time"
)

// CalendarSubscription is a secret address at which a calendar program reads what its maker
// may see, without a token. It ends with its day, when somebody ends it, and when a later
// token of its maker comes without the roles or the borough; what has ended is not there.
type CalendarSubscription struct {
	Head
	Name      string
	Borough   *string `gorm:"column:borough_code"` // for which its maker speaks; nil for the programme's team
	Roles     []Role  `gorm:"serializer:json"`     // of its maker
	Subject   string  `audit:"withheld"`           // its maker, as tokens name them; may be a person's name
	ExpiresAt time.Time
	Hint      string // its first characters

	MakerIssuer string     `json:"-"` // who vouches for the maker
	LastUsedAt  *time.Time `gorm:"-" json:"-"`
}

// SubscribedMonths is for how long an address is good: a year, and time to make the next.
const SubscribedMonths = 13

// Noun implements [Record].
func (*CalendarSubscription) Noun() string { return "calendar-subscription" }

// Steps implements [Record].
func (*CalendarSubscription) Steps() []Step { return []Step{Delete} }

// May implements [Record]: people subscribe, machines send tokens. Its maker ends it, a lead of
// the borough, or the programme's team.
func (s *CalendarSubscription) May(actor Actor, step Step) error {
	switch {
	case step != Delete && actor.Client == "" && !actor.ReadOnly && actor.Is(RoleProgramme, RoleBoroughLead, RoleBoroughEditor):
		return nil
	case step == Delete && (s.madeBy(actor) || actor.Is(RoleProgramme) || s.Borough != nil && actor.Leads(*s.Borough)):
		return nil
	}
	return NotYours("People subscribe to calendars; whoever has made a subscription ends it, a lead of the borough, or the programme's team.")
}

// Check implements [Record].
func (*CalendarSubscription) Check() error { return nil }

// Make makes it the actor's, from the moment on.
func (s *CalendarSubscription) Make(maker Actor, now time.Time) {
	s.MakerIssuer, s.Subject, s.Roles = maker.Issuer, maker.Subject, slices.Clone(maker.Roles)
	s.ExpiresAt, s.Audience = now.AddDate(0, SubscribedMonths, 0), TeamOnly()
	if maker.Borough != "" {
		s.Borough = &maker.Borough
		s.Audience = Parties(maker.Borough)
	}
}

func (s *CalendarSubscription) madeBy(actor Actor) bool {
	return actor.Client == "" && actor.Subject == s.Subject && actor.Issuer == s.MakerIssuer
}

// ShowsSubject reports whether the actor may read who has made it: of a borough's, its own
// people may, and of the team's the team.
func (s *CalendarSubscription) ShowsSubject(actor Actor) bool {
	if s.Borough == nil {
		return actor.Is(RoleProgramme)
	}
	return actor.IsOf(*s.Borough)
}

// Ended reports whether its day has come.
func (s *CalendarSubscription) Ended(now time.Time) bool { return !now.Before(s.ExpiresAt) }

// Actor is who reads with it: its maker, and nothing is written so.
func (s *CalendarSubscription) Actor() Actor {
	actor := Actor{Issuer: s.MakerIssuer, Subject: s.Subject, Roles: s.Roles, ReadOnly: true}
	if s.Borough != nil {
		actor.Borough = *s.Borough
	}
	return actor
}

// LostBy reports whether a token of its maker that was issued then, and speaks for this actor,
// ends it: it came later, and without one of the roles or for another borough. An issuer dates
// by whole seconds, and whatever does not say counts as later.
func (s *CalendarSubscription) LostBy(actor Actor, issued time.Time) bool {
	later := issued.IsZero() || !issued.Before(s.CreatedAt.Truncate(time.Second))
	without := slices.ContainsFunc(s.Roles, func(r Role) bool { return !actor.Is(r) })
	return later && (without || s.Borough != nil && actor.Borough != *s.Borough)
}

// ErrNoCalendar is told of every address that opens nothing, whatever it once opened.
var ErrNoCalendar = Errorf(NotFound, CodeNotFound, "There is no such calendar.")

// CalendarSubscriptionFilter leaves those subscriptions of a list that agree with every member
// that is given.
type CalendarSubscriptionFilter struct {
	Borough      *string
	UpdatedSince *time.Time
}
