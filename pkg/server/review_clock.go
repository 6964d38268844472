package server

import (
	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

// clocksOf is by when the programme expects what follows a review's fieldwork.
func clocksOf(call *call) programme.ReviewClocks {
	return call.snapshot.Programme.ReviewClocks.Or(programme.DefaultReviewClocks())
}

func clocksWire(clocks []programme.ReviewClock) []api.ReviewClock {
	return each(clocks, func(c *programme.ReviewClock) api.ReviewClock {
		return api.ReviewClock{Name: api.ReviewClockName(c.Name), FromOn: c.FromOn, DueOn: c.DueOn, Met: c.Met, Overdue: c.Overdue}
	})
}

func reviewClocksWire(c programme.ReviewClocks) api.ReviewClocks {
	return api.ReviewClocks{
		ReportMonths: c.ReportMonths, ActionPlanFromMonths: c.ActionPlanFromMonths, ActionPlanMonths: c.ActionPlanMonths,
		ProgressReviewMonths: c.ProgressReviewMonths, ProgressReportMonths: c.ProgressReportMonths, Source: c.Source,
	}
}

func reviewClocksOf(in api.ReviewClocks) programme.ReviewClocks {
	return programme.ReviewClocks{
		ReportMonths: in.ReportMonths, ActionPlanFromMonths: in.ActionPlanFromMonths, ActionPlanMonths: in.ActionPlanMonths,
		ProgressReviewMonths: in.ProgressReviewMonths, ProgressReportMonths: in.ProgressReportMonths, Source: in.Source,
	}
}

// clockWords say in a calendar what is due.
func clockWords(name programme.ClockName) string {
	switch name {
	case programme.ClockReport:
		return "Report due"
	case programme.ClockActionPlan:
		return "Action plan due"
	case programme.ClockProgressReview:
		return "Progress review due"
	case programme.ClockProgressReport:
		return "Report of the progress review due"
	}
	return ""
}
