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
}
