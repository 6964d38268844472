package evaluation

import (
	"reflect"
	"slices"
	"time"

	"peerchallenge/pkg/programme"
)

// Sharing lets the other boroughs of a group read one version, from a day on and while the
// group's challenge runs.
type Sharing struct {
	ID        string          `json:"id"`
	Number    int             `json:"number"` // of the version
	Challenge string          `json:"peerChallengeId"`
	From      programme.Date  `json:"from"`
	Until     *programme.Date `json:"until"`
	EndsAt    *time.Time      `json:"endsAt"` // the end of that day in the programme's zone; it holds by itself
	BeganAt   *time.Time      `json:"beganAt"`
	EndedAt   *time.Time      `json:"endedAt"`
	Ending    *SharingEnding  `json:"ending"`
	Readers   []string        `json:"readers"` // the other boroughs of the group, from its beginning on
	// TakenBackAt is when the borough took it back from whoever read by it, the programme's team
	// too, which reads on what has ended otherwise.
	TakenBackAt *time.Time `json:"takenBackAt,omitempty"`
	// RedactedAt is when words were last taken out of the version, since others could read by it.
	RedactedAt *time.Time `json:"redactedAt,omitempty"`
}

// SharingEnding is why a sharing ended.
type SharingEnding string

// What ends sharings.
const (
	EndedByOwner   SharingEnding = "withdrawn"
	EndedByLater   SharingEnding = "superseded" // another was begun, or planned, with the same challenge
	EndedByClosing SharingEnding = "challenge_over"
	EndedByLeaving SharingEnding = "left_group"
	EndedByDay     SharingEnding = "day_over"
)

// InForce reports whether others read by it at the time. Its end holds whether or not
// somebody has noted it.
func (h *Sharing) InForce(now time.Time) bool {
	return h.BeganAt != nil && h.endedBy(now) == nil
}

// endedBy answers when it ended, if it has by the time; nil else. Its end holds whether or not
// somebody has noted it.
func (h *Sharing) endedBy(now time.Time) *time.Time {
	if h.EndedAt == nil && h.EndsAt != nil && !now.Before(*h.EndsAt) {
		return h.EndsAt
	}
	return h.EndedAt
}

// waits reports whether it is planned with the challenge, and has not begun.
func (h *Sharing) waits(challenge string) bool {
	return h.Challenge == challenge && h.BeganAt == nil && h.EndedAt == nil
}

func (h *Sharing) end(why SharingEnding, at time.Time) { h.EndedAt, h.Ending = &at, &why }

// Shares reports whether the same is shared already, or planned, so that the sharing would
// change nothing.
func (s *SelfEvaluation) Shares(h *Sharing, today programme.Date, now time.Time) bool {
	return slices.ContainsFunc(s.Sharings, func(other Sharing) bool {
		return other.Challenge == h.Challenge && other.Number == h.Number && other.EndedAt == nil && programme.Same(other.Until, h.Until) &&
			(other.InForce(now) && h.From <= today || other.BeganAt == nil && other.From == h.From)
	})
}

// Plan adds a sharing. Those with the same challenge that have not begun, and would begin while
// it is in force, are replaced; others keep their day.
func (s *SelfEvaluation) Plan(h Sharing, now time.Time) {
	for i := range s.Sharings {
		other := &s.Sharings[i]
		within := other.From >= h.From && (h.Until == nil || other.From <= *h.Until)
		if other.waits(h.Challenge) && within {
			other.end(EndedByLater, now)
		}
	}
	s.Sharings = append(s.Sharings, h)
}

// Begin lets the group read what is shared with its challenge from the day on. members are
// those of the borough's group there.
func (s *SelfEvaluation) Begin(challenge string, today programme.Date, members []string, now time.Time) {
	var due *Sharing // of those whose day has come, the last
	for i := range s.Sharings {
		if h := &s.Sharings[i]; h.waits(challenge) && h.From <= today && (due == nil || h.From >= due.From) {
			due = h
		}
	}
	if due == nil {
		return
	}
	for i := range s.Sharings {
		other := &s.Sharings[i]
		if other != due && other.Challenge == challenge && other.EndedAt == nil && (other.BeganAt != nil || other.From <= today) {
			other.end(EndedByLater, now)
		}
	}
	due.BeganAt, due.Readers = &now, s.others(members)
}

// Begun answers what others have heard of: the sharings that have begun.
func (s *SelfEvaluation) Begun() []Sharing {
	var begun []Sharing
	for _, h := range s.Sharings {
		if h.BeganAt != nil {
			begun = append(begun, h)
		}
	}
	return begun
}

// TellOf lets those others hear of a change of sharings who know of another one than before.
// What is planned, and who else reads it, is the borough's to know.
func (s *SelfEvaluation) TellOf(before []Sharing) {
	now := s.Begun()
	if !reflect.DeepEqual(knownTo("", before), knownTo("", now)) {
		s.Tells = s.Tells.Or(programme.TeamOnly())
	}
	for _, h := range slices.Concat(before, now) {
		for _, borough := range h.Readers {
			if !reflect.DeepEqual(knownTo(borough, before), knownTo(borough, now)) {
				s.Tells = s.Tells.Or(programme.Audience{borough})
			}
		}
	}
}

// Redacted lets those others hear who read the version that words were taken out of it, and lets
// it be another for whoever has: who has not seen that takes nothing more out of it.
func (s *SelfEvaluation) Redacted(number int, now time.Time) {
	for i := range s.Sharings {
		h := &s.Sharings[i]
		if h.Number != number || h.BeganAt == nil {
			continue
		}
		h.RedactedAt = &now
		switch {
		case h.InForce(now):
			s.Tells = s.Tells.Or(programme.Parties(h.Readers...))
		case h.readByTeam():
			s.Tells = s.Tells.Or(programme.TeamOnly())
		}
	}
}

// knownTo answers what a borough knows of sharings, or where none is named the programme's team.
func knownTo(borough string, sharings []Sharing) (known []Sharing) {
	for _, h := range sharings {
		if borough == "" || slices.Contains(h.Readers, borough) {
			h.Readers = nil
			known = append(known, h)
		}
	}
	return known
}

// Lapse ends what has reached its day.
func (s *SelfEvaluation) Lapse(now time.Time) {
	for i := range s.Sharings {
		if h := &s.Sharings[i]; h.EndedAt == nil && h.endedBy(now) != nil {
			h.end(EndedByDay, *h.EndsAt)
		}
	}
}

// Follow lets what is shared with a challenge follow it: members are those of the borough's
// group in it, none where the borough is in none; over says that it is closed or cancelled.
// It reports whether that changes anything.
func (s *SelfEvaluation) Follow(challenge string, over bool, members []string, now time.Time) bool {
	changed := false
	for i := range s.Sharings {
		h := &s.Sharings[i]
		if h.Challenge != challenge || h.EndedAt != nil {
			continue
		}
		switch readers := s.others(members); {
		case over:
			h.end(EndedByClosing, now)
			changed = true
		case len(members) == 0:
			h.end(EndedByLeaving, now)
			changed = true
		case h.BeganAt != nil && !slices.Equal(readers, h.Readers):
			h.Readers, changed = readers, true
		}
	}
	return changed
}

// TakeBack ends all sharing at once, what is planned too, and takes what has ended back from the
// programme's team.
func (s *SelfEvaluation) TakeBack(now time.Time) {
	for i := range s.Sharings {
		h := &s.Sharings[i]
		if h.EndedAt == nil || h.readByTeam() {
			h.TakenBackAt = &now
		}
		if h.EndedAt == nil {
			h.end(EndedByOwner, now)
		}
	}
}

// readByTeam reports whether the programme's team reads by it, which it does from its beginning
// until it is taken back.
func (h *Sharing) readByTeam() bool {
	return h.BeganAt != nil && h.TakenBackAt == nil && (h.Ending == nil || *h.Ending != EndedByOwner)
}

func (s *SelfEvaluation) others(members []string) []string {
	others := slices.DeleteFunc(slices.Clone(members), func(b string) bool { return b == s.Borough })
	slices.Sort(others)
	return programme.OrEmpty(others)
}

// StateAt answers the state that its borough sees at the time: the end of what is shared holds
// whether or not anybody has noted it.
func (s *SelfEvaluation) StateAt(now time.Time) State {
	if s.State == Shared && !slices.ContainsFunc(s.Sharings, func(h Sharing) bool { return h.InForce(now) }) {
		return SignedOff
	}
	return s.State
}

// TeamReads reports whether the programme's team reads the version with the number: it was
// shared, and not taken back.
func (s *SelfEvaluation) TeamReads(number int) bool {
	return slices.ContainsFunc(s.Sharings, func(h Sharing) bool { return h.Number == number && h.readByTeam() })
}

// Reads reports whether the actor may read the version with the number at the time: its
// borough may, the programme's team what is or was shared and was not withdrawn, and a group
// what is shared with it now.
func (s *SelfEvaluation) Reads(actor programme.Actor, number int, now time.Time) bool {
	return actor.WritesFor(s.Borough) || actor.Is(programme.RoleProgramme) && s.TeamReads(number) ||
		slices.ContainsFunc(s.Sharings, func(h Sharing) bool { return h.Number == number && h.readBy(actor) && h.InForce(now) })
}

// SeenBy reports whether the actor knows of it at the time: what is shared ends by the clock,
// whether or not anybody has noted it.
func (s *SelfEvaluation) SeenBy(actor programme.Actor, now time.Time) bool {
	return actor.WritesFor(s.Borough) || s.Seen(actor, now) != nil
}

func (h *Sharing) readBy(actor programme.Actor) bool {
	return slices.ContainsFunc(actor.Names(), func(name string) bool { return slices.Contains(h.Readers, name) })
}

func (s *SelfEvaluation) everShared(number int) bool {
	return slices.ContainsFunc(s.Sharings, func(h Sharing) bool { return h.Number == number && h.BeganAt != nil })
}

// Face is a self-evaluation as one who is not of its borough knows it: what is drafted, and
// that anything is, is not in it.
type Face struct {
	State     State
	Number    *int      // the newest version that they know of
	UpdatedAt time.Time // when that was last another
	Sharings  []Sharing
}

// Seen answers what the actor knows of it at the time; nil where they know of nothing.
func (s *SelfEvaluation) Seen(actor programme.Actor, now time.Time) *Face {
	if s.Signed == nil {
		return nil
	}
	f := &Face{State: SignedOff}
	team := actor.Is(programme.RoleProgramme)
	if team {
		f.Number, f.UpdatedAt = s.Signed, *s.SignedAt
	}
	for _, h := range s.Sharings {
		mine := h.readBy(actor) && h.InForce(now)
		if h.BeganAt == nil || !team && !mine {
			continue
		}
		if h.InForce(now) {
			f.State = Shared
		}
		f.UpdatedAt = latest(f.UpdatedAt, *h.BeganAt)
		moved := []*time.Time{h.RedactedAt}
		if team {
			moved = append(moved, h.endedBy(now), h.TakenBackAt)
		}
		for _, at := range moved {
			if at != nil {
				f.UpdatedAt = latest(f.UpdatedAt, *at)
			}
		}
		if !team && (f.Number == nil || *f.Number < h.Number) {
			f.Number = &h.Number
		}
		h.Readers = nil // who else reads it is the owner's to know
		f.Sharings = append(f.Sharings, h)
	}
	if f.Number == nil {
		return nil
	}
	return f
}

// VersionFor answers the version of what the actor knows of it, by which they say what they
// change: to others than its borough it is the moment of that, and not the record's own.
func (s *SelfEvaluation) VersionFor(actor programme.Actor, now time.Time) int64 {
	if actor.WritesFor(s.Borough) {
		return s.Version
	}
	if face := s.Seen(actor, now); face != nil {
		return face.UpdatedAt.UnixMicro()
	}
	return 0
}

// NewestFor answers the number of the newest version that the actor may read at the time; nil
// where there is none.
func (s *SelfEvaluation) NewestFor(actor programme.Actor, now time.Time) *int {
	if s.Signed != nil {
		for number := *s.Signed; number > 0; number-- {
			if s.Reads(actor, number, now) {
				return &number
			}
		}
	}
	return nil
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// VersionState is what became of a version.
type VersionState string

// The states of a version.
const (
	VersionSigned     VersionState = "signed_off"
	VersionShared     VersionState = "shared"
	VersionSuperseded VersionState = "superseded" // a later one is signed, and nobody else reads this one
)

// StateOf answers what became of the version with the number, as the actor knows it.
func (s *SelfEvaluation) StateOf(number int, actor programme.Actor, now time.Time) VersionState {
	for i := range s.Sharings {
		if h := &s.Sharings[i]; h.Number == number && h.InForce(now) {
			return VersionShared
		}
	}
	newest := s.Signed
	if face := s.Seen(actor, now); face != nil && !actor.WritesFor(s.Borough) {
		newest = face.Number
	}
	if newest != nil && *newest > number {
		return VersionSuperseded
	}
	return VersionSigned
}

// Reader is who may read a version, and from when.
type Reader struct {
	Borough string // empty: the programme's team
	Sharing *Sharing
	Now     bool
}

// Readers lists who of others may read it now or will, for its borough to know: the programme's
// team once for what it reads of a version now. given are the members of its group in each
// challenge.
func (s *SelfEvaluation) Readers(given map[string][]string, now time.Time) []Reader {
	readers := []Reader{}
	var over []*Sharing
	for i := range s.Sharings {
		h := &s.Sharings[i]
		if h.endedBy(now) != nil {
			over = append(over, h)
			continue
		}
		boroughs := h.Readers
		if h.BeganAt == nil {
			boroughs = s.others(given[h.Challenge])
		}
		readers = append(readers, Reader{Sharing: h, Now: h.InForce(now)})
		for _, b := range boroughs {
			readers = append(readers, Reader{Borough: b, Sharing: h, Now: h.InForce(now)})
		}
	}
	for _, h := range over {
		reads := slices.ContainsFunc(readers, func(r Reader) bool { return r.Borough == "" && r.Now && r.Sharing.Number == h.Number })
		if h.readByTeam() && !reads {
			readers = append(readers, Reader{Sharing: h, Now: true})
		}
	}
	return readers
}
