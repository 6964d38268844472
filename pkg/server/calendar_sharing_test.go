package server_test

import (
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-ical"

	"peerchallenge/pkg/postgres/pgtest"
	"peerchallenge/pkg/programme"
)

// TestTheSharingDayInTheCalendar: a borough sees from when its group will read its
// self-evaluation; the group and the team see it once they may, in the group's own calendar,
// and nobody after its end.
func TestTheSharingDayInTheCalendar(t *testing.T) {
	t.Parallel()
	day := func(d int) time.Time { return time.Date(2026, 10, d, 12, 0, 0, 0, time.UTC) }
	w, turn := startByHand(t, pgtest.Database(t), day(1))
	path := evaluationsList + "/" + w.signedEvaluation()
	lead := w.as(asLead, own)
	lead.does(path, "share", `{"peerChallengeId":"`+w.groupMeeting()+`","from":"2026-10-05","until":"2026-10-08"}`).want(200)
	shown := func(c caller, calendar string) string {
		t.Helper()
		for uid, e := range w.entries("/v1/boroughs/"+calendar+"/calendar.ics", c.token) {
			if strings.HasPrefix(uid, "sharing-") {
				if told := value(w, e, ical.PropSummary) + value(w, e, ical.PropDescription); !strings.Contains(told, "Lambeth") || !strings.Contains(told, "until 2026-10-08") || !strings.Contains(told, path+"/versions/1") {
					t.Errorf("the entry says %q", told)
				}
				return between(w, e)[0][:10]
			}
		}
		return ""
	}
	const none = ""
	check := func(d int, owner, reader, team string) {
		t.Helper()
		turn(day(d))
		if _, err := w.store.KeepTime(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			who      string
			by       caller
			calendar string
			want     string
		}{
			{"its borough", w.as(asEditor, own), own, owner}, {"the team in its calendar", w.as(programme.RoleProgramme, ""), own, team},
			{"the group", w.as(asEditor, group), group, reader}, {"the team in the group's calendar", w.as(programme.RoleProgramme, ""), group, reader},
			{"the group in its calendar", w.as(asEditor, group), own, none}, {"another borough", w.as(asLead, other), other, none},
			{"a tool", w.as(programme.RoleReporting, ""), own, none}, {"a tool in the group's calendar", w.as(programme.RoleReporting, ""), group, none},
		} {
			if got := shown(c.by, c.calendar); got != c.want {
				t.Errorf("on the %d. %s sees %q, want %q", d, c.who, got, c.want)
			}
		}
	}
	check(4, "2026-10-05", none, none)
	check(5, "2026-10-05", "2026-10-05", "2026-10-05")
	check(9, none, none, none)
}
