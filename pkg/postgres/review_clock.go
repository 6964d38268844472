package postgres

import (
	"gorm.io/gorm"

	"peerchallenge/pkg/programme"
)

// narrowToOverdue leaves the reviews of which one of the clocks is overdue, or none is, by the
// rule of [programme.PeerReview.Clocks], and of these only those to which the actor belongs:
// others are not told how a review's clocks stand. A month that is too short for a
// day ends with its last, as [programme.Date.AddMonths] has it.
func narrowToOverdue(q *gorm.DB, actor programme.Actor, f programme.PeerReviewFilter) *gorm.DB {
	if !actor.Is(programme.RoleProgramme) {
		names := array(actor.Names())
		q = q.Where("(host_code = ANY (?) OR EXISTS (SELECT FROM jsonb_array_elements(team) AS member WHERE member ->> 'borough' = ANY (?)))", names, names)
	}
	return q.Where(`(state IN ('fieldwork', 'factual_accuracy', 'reported', 'follow_up', 'closed') AND jsonb_array_length(fieldwork_days) > 0 AND (
			reported_on IS NULL AND CAST(fieldwork_days ->> -1 AS date) + make_interval(months => @report) < @today
			OR (reported_on IS NULL OR EXISTS (SELECT FROM findings WHERE peer_review_id = peer_reviews.id AND response IS NULL))
				AND CAST(fieldwork_days ->> -1 AS date) + make_interval(months => @plan) < @today
			OR coalesce(progress_review, '') || coalesce(progress_review_waived, '') !~ '[^[:space:]]' AND (
				progress_review_held_on IS NULL AND coalesce(progress_review_on, CAST(fieldwork_days ->> -1 AS date) + make_interval(months => @review)) < @today
				OR greatest(coalesce(progress_review_on, CAST(fieldwork_days ->> -1 AS date) + make_interval(months => @review)),
					CAST(fieldwork_days ->> -1 AS date) + make_interval(months => @told)) < @today)
		)) = @wanted`, map[string]any{
		"report": f.Clocks.ReportMonths, "plan": f.Clocks.ActionPlanMonths, "review": f.Clocks.ProgressReviewMonths, "told": f.Clocks.ProgressReportMonths,
		"today": string(f.Today), "wanted": *f.Overdue,
	})
}
