package programme

import (
	"fmt"
	"slices"
)

// ReviewClocks says by when what follows a review's fieldwork is expected, each in calendar
// months after its last day. They are the programme's own policy.
type ReviewClocks struct {
	ReportMonths         int     `json:"reportMonths"`         // until the report is final
	ActionPlanFromMonths int     `json:"actionPlanFromMonths"` // from which on the host is asked for its answers
	ActionPlanMonths     int     `json:"actionPlanMonths"`     // until each finding is answered
	ProgressReviewMonths int     `json:"progressReviewMonths"` // until the progress review is held
	ProgressReportMonths int     `json:"progressReportMonths"` // until it is written down what that found
	Source               *string `json:"source"`               // whose they are
}

// DefaultReviewClocks are those of the Local Government Association's corporate peer
// challenges, https://www.local.gov.uk/our-support/council-assurance-and-peer-challenge:
// the report within three months, the action plan with it or within five, the progress
// review after ten, its report within twelve.
func DefaultReviewClocks() ReviewClocks {
	return ReviewClocks{
		ReportMonths: 3, ActionPlanFromMonths: 3, ActionPlanMonths: 5, ProgressReviewMonths: 10, ProgressReportMonths: 12,
		Source: new("Local Government Association, corporate peer challenge: report within three months, action plan with it or within five, progress review after about ten, its report within twelve."),
	}
}

// Or answers the clocks, or those where there are none: no programme counts in no months.
func (c ReviewClocks) Or(d ReviewClocks) ReviewClocks {
	if c == (ReviewClocks{}) {
		return d
	}
	return c
}

// faults refuses clocks that end before they begin, or before what they wait for.
func (c ReviewClocks) faults() []Fault {
	var faults []Fault
	early := func(member string, months, before int, what string) {
		if months < before {
			faults = append(faults, Fault{Pointer: "/reviewClocks/" + member, Code: FaultOrder, Detail: what})
		}
	}
	early("actionPlanMonths", c.ActionPlanMonths, c.ActionPlanFromMonths, "The action plan cannot be due before it is asked for.")
	early("progressReportMonths", c.ProgressReportMonths, c.ProgressReviewMonths, "What the progress review found cannot be due before the review.")
	return faults
}

// ReviewClock is one of the clocks of a review: by when something is expected, and whether it is there.
type ReviewClock struct {
	Name    ClockName
	FromOn  *Date // the day from which it is asked for; nil where that is no other day
	DueOn   Date  // the last day in time
	Met     bool  // whether it is there, in time or late
	Overdue bool  // whether it is not, after that day
}

// ClockName says what a clock waits for.
type ClockName string

// The clocks, in their order.
const (
	ClockReport         ClockName = "report"          // the final report
	ClockActionPlan     ClockName = "action_plan"     // an answer to each finding of it
	ClockProgressReview ClockName = "progress_review" // the progress review, on the day that is agreed for it where one is
	ClockProgressReport ClockName = "progress_report" // what the progress review found
)

// Clocks answers the review's clocks by the policy, as they stand on the day: none before it
// has days of fieldwork, and none once it is cancelled. They follow its days. Nothing is overdue
// before fieldwork has begun, because it is not known before that it took place.
func (r *PeerReview) Clocks(by ReviewClocks, today Date) []ReviewClock {
	last := r.lastDay()
	if last == nil || r.State == ReviewCancelled {
		return nil
	}
	asked := last.AddMonths(by.ActionPlanFromMonths)
	held := last.AddMonths(by.ProgressReviewMonths)
	if r.ProgressReviewOn != nil {
		held = *r.ProgressReviewOn
	}
	reported, waived, told := r.ReportedOn != nil, !blank(r.ProgressReviewWaived), !blank(r.ProgressReview)
	clocks := []ReviewClock{
		{Name: ClockReport, DueOn: last.AddMonths(by.ReportMonths), Met: reported},
		{Name: ClockActionPlan, FromOn: &asked, DueOn: last.AddMonths(by.ActionPlanMonths), Met: reported && r.Unanswered == 0},
		{Name: ClockProgressReview, DueOn: held, Met: r.ProgressReviewHeldOn != nil || told || waived},
		{Name: ClockProgressReport, DueOn: max(held, last.AddMonths(by.ProgressReportMonths)), Met: told || waived},
	}
	for i := range clocks {
		clocks[i].Overdue = !clocks[i].Met && clocks[i].DueOn < today && r.afterPreparation()
	}
	return clocks
}

// Overdue reports whether one of the clocks is.
func Overdue(clocks []ReviewClock) bool {
	return slices.ContainsFunc(clocks, func(c ReviewClock) bool { return c.Overdue })
}

// heldFaults refuses a progress review that was held before there was anything to look back at.
func (r *PeerReview) heldFaults() []Fault {
	if last := r.lastDay(); r.ProgressReviewHeldOn != nil && (last == nil || *r.ProgressReviewHeldOn <= *last) {
		return []Fault{{Pointer: "/progressReviewHeldOn", Code: FaultOrder, Detail: "The progress review is held after the last day of fieldwork."}}
	}
	return nil
}

// heldToCome refuses to say of a progress review that is still to come that it was held.
func (r *PeerReview) heldToCome(today Date) []Fault {
	if r.ProgressReviewHeldOn == nil || r.afterPreparation() && *r.ProgressReviewHeldOn <= today {
		return nil
	}
	return []Fault{{Pointer: "/progressReviewHeldOn", Code: FaultNotYet, Detail: fmt.Sprintf("The review is %s, and today is %s: say on which day the progress review was held once it was.", r.State.words(), today)}}
}
