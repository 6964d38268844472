package programme

// Tie is a review or a challenge that people or notes belong to, as far as it matters
// for how long these are kept.
type Tie struct {
	Runs bool // it is neither closed nor cancelled
	Last Date // else the last day of its cycle or, where that is later, the day on which it ended
}

// Tie answers what binds the people of the review's team; ended is the day on which
// it was closed or cancelled, or empty where nobody knows.
func (r *PeerReview) Tie(ended Date) Tie {
	return tieTo(r.State != ReviewClosed && r.State != ReviewCancelled, r.Cycle.Ends(), ended)
}

// Tie answers what binds the notes of the challenge's groups, as that of a review.
func (c *PeerChallenge) Tie(ended Date) Tie {
	last := c.Cycle.Ends()
	if c.EndsOn != nil {
		last = *c.EndsOn
	}
	return tieTo(c.State != ChallengeClosed && c.State != ChallengeCancelled, last, ended)
}

// Tie answers what binds the people at the group's table: its challenge, until they have met.
func (g *PeerChallengeGroup) Tie() Tie { return g.tie(g.Challenge.Tie("")) }

// Tie answers what binds the people at the event: that it is to come, until they have met.
func (e *Event) Tie() Tie { return e.tie(tieTo(e.State == EventPlanned, e.EndsOn, "")) }

func (t *Table) tie(otherwise Tie) Tie {
	if t.MetOn != nil {
		return Tie{Last: *t.MetOn}
	}
	return otherwise
}

func tieTo(runs bool, last, ended Date) Tie { return Tie{Runs: runs, Last: max(last, ended)} }

// Outlived reports whether what was last written on the day, and belongs to these, has been kept for the months and is not kept today any more. What belongs to
// something that runs is kept, whatever its age. The months begin with the last day
// on which it was written or one of these ended, and the day on which they end is
// the last on which it is kept. No months mean for ever.
func Outlived(months int, written Date, ties []Tie, today Date) bool {
	last := written
	for _, t := range ties {
		if t.Runs {
			return false
		}
		last = max(last, t.Last)
	}
	return months > 0 && last.AddMonths(months) < today
}
