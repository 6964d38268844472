package postgres

var tableConstraints = map[string]constraint{
	"peer_challenge_groups_people_list":     {},
	"peer_challenge_groups_attendance_list": {},
	"events_people_list":                    {},
	"events_attendance_list":                {},
	"milestones_participants_by_role_list":  {},
}
