package programme_test

import (
	"slices"
	"testing"

	"peerchallenge/pkg/programme"
)

// TestACycleIsPlannedAsAnotherWas: on the same day of the week, without what was found and who
// came, and every day that would lie outside it named.
func TestACycleIsPlannedAsAnotherWas(t *testing.T) {
	t.Parallel()
	plan, priority := programme.PlanOf("2025-26", "2026-27"), "p"
	was := programme.PeerChallenge{
		Head: programme.Head{ID: "old"}, Title: "South London 2025-26", SubRegion: "south", Cycle: "2025-26", Methods: []string{"coaching"}, PriorityID: &priority,
		StartsOn: on("2025-10-06"), EndsOn: on("2026-03-31"), State: programme.ChallengeClosed, LearningThemes: []string{"Listening"}, OpenAtClose: &programme.OpenItems{Findings: 1}, Illustrative: new("The days."),
	}
	c, notes := plan.Challenge(&was, map[string]programme.Date{priority: "2026-03-31", "other": "2020-01-01"})
	if c.Title != "South London 2026-27" || c.Cycle != "2026-27" || *c.StartsOn != "2026-10-05" || *c.EndsOn != "2027-03-30" || c.State != programme.ChallengePlanned || len(c.LearningThemes) != 0 || c.OpenAtClose != nil || c.Illustrative != nil || c.ID != "" {
		t.Errorf("%+v", c)
	}
	if c.PriorityID != nil || len(notes) != 1 || *notes[0].Member != "priorityId" || notes[0].Detail != "The priority ended on 2026-03-31." {
		t.Errorf("of a priority that has ended it says %+v", notes)
	}
	plan.ShiftDays = 180
	if c, notes = plan.Challenge(&was, nil); c.EndsOn == nil || *c.StartsOn != "2026-04-04" || c.PriorityID == nil || len(notes) != 0 {
		t.Errorf("%+v %+v", c, notes)
	}
	plan.ShiftDays = 170
	if c, notes = plan.Challenge(&was, nil); c.StartsOn != nil || c.EndsOn == nil || len(notes) != 1 || *notes[0].Member != "startsOn" || notes[0].Detail != "2026-03-25 lies outside the cycle." {
		t.Errorf("%+v %+v", c, notes)
	}
}

// TestEventsArePlannedAsTheyWere: their days and hours, and neither place nor people.
func TestEventsArePlannedAsTheyWere(t *testing.T) {
	t.Parallel()
	plan := programme.PlanOf("2024-25", "2026-27")
	held := programme.Event{
		Kind: programme.Summit, Title: "Summit", StartsOn: "2025-02-06", EndsOn: "2025-02-07", StartTime: new("09:30"), EndTime: new("16:00"), Venue: new("City Hall"), State: programme.EventHeld,
		Sessions: []programme.EventSession{{Title: "SEND", Day: on("2025-02-07")}}, Invited: []programme.Attendance{{OrganisationType: programme.FromDfE, Count: new(3)}},
		Attended: []programme.Attendance{{OrganisationType: programme.FromDfE, Count: new(2)}}, Table: programme.Table{People: programme.Attendees{{Role: programme.OtherRole}}, MetOn: on("2025-02-06")},
	}
	e, notes, planned := plan.Event(&held, nil)
	if !planned || len(notes) != 0 || e.StartsOn != "2027-02-04" || e.EndsOn != "2027-02-05" || *e.Sessions[0].Day != "2027-02-05" || *e.StartTime != "09:30" || e.Venue != nil ||
		e.State != programme.EventPlanned {
		t.Errorf("%+v %+v", e, notes)
	}
	if e.Invited[0].Count != nil || len(e.Attended) != 0 || len(e.People) != 0 || e.MetOn != nil {
		t.Errorf("people come along: %+v", e)
	}
	if held.Sessions[0].Day == e.Sessions[0].Day || *held.Sessions[0].Day != "2025-02-07" {
		t.Error("what was is another")
	}
	held.StartsOn, held.EndsOn = "2024-04-01", "2024-04-02" // two years less four days later it is March
	if _, notes, planned := plan.Event(&held, nil); planned || len(notes) != 1 || notes[0].Member != nil || notes[0].Detail != "2026-03-30 lies outside the cycle." {
		t.Errorf("%+v", notes)
	}
}

func TestWhatIsNoPlan(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, to programme.Cycle
		want     []string
	}{{"2025-26", "2026-27", nil}, {"2027-28", "2026-27", nil}, {"2026-27", "2026-27", []string{"/from contradiction"}}, {"2026-28", "2026-27", []string{"/from cycle"}}} {
		if got := groupFaults(programme.CyclePlan{From: c.from, To: c.to}.Check()); !slices.Equal(got, c.want) {
			t.Errorf("%s as %s: %v", c.to, c.from, got)
		}
	}
}
