package postgres

var tableConstraints = map[string]constraint{
	"peer_challenge_groups_people_list":     {},
	"peer_challenge_groups_attendance_list": {},
	"events_people_list":                    {},
	"events_attendance_list":                {},
	"milestones_participants_by_role_list":  {},

	"peer_review_notes_pkey":              {},
	"peer_review_notes_review":            {},
	"peer_review_notes_borough":           {},
	"peer_review_notes_line_counted":      {},
	"peer_review_notes_screening_list":    {},
	"peer_review_notes_version_positive":  {},
	"peer_review_notes_audience_somebody": {},
	"programmes_interview_groups_list":    badList("/interviewGroups"),

	"programmes_preparation_templates_list": badList("/preparationTemplates"),
	"programmes_review_clocks_object":       {},

	"preparation_tasks_pkey":              {},
	"preparation_tasks_challenge":         {},
	"preparation_tasks_review":            {},
	"preparation_tasks_event":             {},
	"preparation_tasks_borough":           {},
	"preparation_tasks_prepares_one":      {},
	"preparation_tasks_who_known":         {},
	"preparation_tasks_state_known":       {},
	"preparation_tasks_version_positive":  {},
	"preparation_tasks_audience_somebody": {},
}
