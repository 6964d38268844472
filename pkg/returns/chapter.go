package returns

import (
	"time"

	"peerchallenge/pkg/programme"
)

// Chapter is what is told of a quarter's collection all at once, as of one that is made
// up to show how it works. It was not lived through here call by call, but what is told
// of it happens under the same rules.
type Chapter struct {
	Quarter    Quarter
	Extensions []Extension // with borough, reason, the day, and since when
	Contacts   []Contact
	Returns    []Told // in the order in which they came
}

// Told is how one version of a borough's return came about. A borough that is told of
// again has sent another.
type Told struct {
	Borough    string
	Values     Values
	Said       string          // to every warning that there is; empty where nobody has said anything
	SentOn     *programme.Date // nil of what is a draft still
	SentAfter  time.Duration   // since the day began
	Asked      *Question       // what the team asked about it the day after; nil where nothing
	AcceptedOn *programme.Date // nil of what is under review still
}

// Tell lets what is told happen to the return, each step under its rule and on its day.
// versions are those that were sent before, and are answered with the new one, if one
// was. The return has its facts. The error is that of the step that is refused, Invalid
// for a value that cannot be kept.
func (j *Judging) Tell(s *Submission, versions []Version, told *Told, zone *time.Location) ([]Version, error) {
	lead := programme.Actor{Subject: "told", Borough: s.Borough, Roles: []programme.Role{programme.RoleBoroughLead}}
	team := programme.Actor{Subject: "told", Roles: []programme.Role{programme.RoleProgramme}}
	sent, err := j.Draft(&Posting{Read: Listed(j.Borough, j.Quarter, len(told.Values), told.Values.at)}, nil)
	if err != nil {
		return nil, err
	}
	s.Draft = &sent.Draft
	if told.SentOn == nil {
		return versions, nil
	}
	day := *told.SentOn
	at := StartOf(day, zone).Add(told.SentAfter)
	if err := j.say(s, lead, told.Said, at); err != nil {
		return nil, err
	}
	report := j.Report(s.Draft, s.Explanations)
	s.Facts.Report = &report
	if err := programme.MayNow(s, lead, Submit, day); err != nil {
		return nil, err
	}
	for i := range versions {
		if s.UnderReview != nil && versions[i].Number == *s.UnderReview {
			versions[i].State, versions[i].SupersededAt = VersionSuperseded, &at
		}
	}
	v := s.Send(lead, nil, at, day)
	if told.Asked != nil {
		next := day.AddDays(1)
		if err := programme.MayNow(s, team, ToQuery, next); err != nil {
			return nil, err
		}
		s.Ask(*told.Asked, at.Add(24*time.Hour))
		v.State = VersionQueried
	}
	if told.AcceptedOn != nil {
		if err := programme.MayNow(s, team, Accept, *told.AcceptedOn); err != nil {
			return nil, err
		}
		accepted := StartOf(*told.AcceptedOn, zone).Add(told.SentAfter)
		s.Stand()
		v.State, v.ClosedAt = VersionAccepted, &accepted
	}
	return append(versions, v), nil
}

// say says the same to every warning that nobody has explained.
func (j *Judging) say(s *Submission, lead programme.Actor, text string, at time.Time) error {
	var said []Said
	report := j.Report(s.Draft, s.Explanations)
	for i := range report.Findings {
		if f := &report.Findings[i]; text != "" && f.Severity == Warning && f.Explained == nil {
			said = append(said, Said{Key: f.Key(), Text: text})
		}
	}
	return j.Explain(s, lead, Explained{Said: said}, at)
}
