package server

import (
	"slices"

	ics "github.com/arran4/golang-ical"

	"peerchallenge/pkg/programme"
)

// addReviewEntries adds the days of a review's fieldwork and of its presentation, but for those
// on which an event of it stands already, and by when what follows is due and is not there.
func addReviewEntries(cal *ics.Calendar, c *programme.Calendar, r *programme.PeerReview, clocks []programme.ReviewClock) {
	add := func(part, summary string, days []programme.Date) {
		if len(days) == 0 {
			return
		}
		v := entry(r.ID+"-"+part, &r.Head, r.ChangedAfter(), r.State == programme.ReviewCancelled)
		v.SetDtStampTime(r.UpdatedAt)
		v.SetModifiedAt(r.UpdatedAt)
		setListed(v, days)
		v.SetSummary(printable(summary + ": " + r.Title))
		v.SetProperty(ics.ComponentPropertyCategories, "Peer review")
		setDescription(v, []string{"It stands at /v1/peer-reviews/" + r.ID + "."}, nil, r.Illustrative)
		cal.AddVEvent(v)
	}
	fieldwork, presented := "Fieldwork", r.PresentationOn
	if presented != nil && slices.Contains(r.FieldworkDays, *presented) {
		fieldwork, presented = "Fieldwork and presentation", nil
	}
	add("fieldwork", fieldwork, c.UntoldOfReview(r.ID, r.FieldworkDays))
	if presented != nil {
		add("presentation", "Presentation", c.UntoldOfReview(r.ID, []programme.Date{*presented}))
	}
	for _, clock := range clocks {
		if !clock.Met {
			add(clockParts[clock.Name], clockWords(clock.Name), []programme.Date{clock.DueOn})
		}
	}
}

// actionEntry is the day on which an action is due. A calendar lies with whoever keeps it for
// its reader, so that the borough's words about the action stay here.
func actionEntry(a *programme.Action) *ics.VEvent {
	return dueRecord(&a.Head, *a.DueOn, "Action due: "+a.Owner, "Action", "/v1/actions/")
}

// dueRecord is the day on which a record is due that stands below the address.
func dueRecord(of *programme.Head, day programme.Date, summary, category, below string) *ics.VEvent {
	v := entry(of.ID, of, of.ChangedAfter(), false)
	v.SetDtStampTime(of.UpdatedAt)
	v.SetModifiedAt(of.UpdatedAt)
	setDays(v, day, day)
	v.SetSummary(printable(summary))
	v.SetProperty(ics.ComponentPropertyCategories, category)
	setDescription(v, []string{"It stands at " + below + of.ID + "."}, nil, nil)
	return v
}

// clockParts end the UIDs of clocks' entries, which stay the same for ever.
var clockParts = map[programme.ClockName]string{
	programme.ClockReport: "report", programme.ClockActionPlan: "plan", programme.ClockProgressReview: "progress", programme.ClockProgressReport: "progress-report",
}

// preparationEntry is the day on which a task of a preparation is due, in the programme's own words.
func preparationEntry(t *programme.PreparationTask) *ics.VEvent {
	return dueRecord(&t.Head, *t.DueOn, "To prepare: "+t.Task, "Preparation", "/v1/preparation-tasks/")
}
