package programme_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"peerchallenge/pkg/programme"
)

// TestATaskIsSettledByWhomItConcerns, while what it prepares has not begun.
func TestATaskIsSettledByWhomItConcerns(t *testing.T) {
	t.Parallel()
	ours := "E09000022"
	host := programme.Actor{Subject: "h", Roles: []programme.Role{programme.RoleBoroughEditor}, Borough: ours}
	visitor := programme.Actor{Subject: "v", Roles: []programme.Role{programme.RoleBoroughLead}, Borough: "E09000008"}
	for name, c := range map[string]struct {
		task  programme.PreparationTask
		actor programme.Actor
		step  programme.Step
		want  string
	}{
		"its borough":               {programme.PreparationTask{Borough: &ours, State: programme.PreparationOpen}, host, programme.SettleTask, ""},
		"the team":                  {programme.PreparationTask{Borough: &ours, State: programme.PreparationOpen}, theTeam, programme.WaiveTask, ""},
		"another borough":           {programme.PreparationTask{Borough: &ours, State: programme.PreparationOpen}, visitor, programme.SettleTask, "not_yours"},
		"a borough of the team's":   {programme.PreparationTask{State: programme.PreparationOpen}, host, programme.SettleTask, "not_yours"},
		"a second time":             {programme.PreparationTask{Borough: &ours, State: programme.PreparationDone}, host, programme.WaiveTask, "wrong_state"},
		"once it has begun":         {programme.PreparationTask{Borough: &ours, State: programme.PreparationOpen, Over: true}, host, programme.SettleTask, "wrong_state"},
		"open":                      {programme.PreparationTask{Borough: &ours, State: programme.PreparationOpen}, host, programme.Reopen, "wrong_state"},
		"waived, and not after all": {programme.PreparationTask{Borough: &ours, State: programme.PreparationWaived}, host, programme.Reopen, ""},
	} {
		got := ""
		if err := programme.MayNow(&c.task, c.actor, c.step, today); err != nil {
			got = refusedWith(t, err)
		}
		if got != c.want {
			t.Errorf("%s is refused with %q, want %q", name, got, c.want)
		}
	}
}

// TestARefusalNamesAHundredTasks at most, and says that there are more.
func TestARefusalNamesAHundredTasks(t *testing.T) {
	t.Parallel()
	tasks := make([]programme.PreparationTask, 130)
	e := programme.Event{State: programme.EventPlanned, StartsOn: "2026-01-01", EndsOn: "2026-01-01"}
	for _, c := range []struct {
		n    int
		want string
	}{{0, ""}, {2, "2 of the tasks"}, {130, "At least 100 of the tasks"}} {
		e.OpenPreparation = programme.OpenPreparation(tasks[:c.n])
		err := programme.MayNow(&e, theTeam, programme.Hold, today)
		if (err == nil) != (c.n == 0) || err != nil && !strings.Contains(err.Error(), ": "+c.want) {
			t.Errorf("with %d open it is refused with %v", c.n, err)
		}
	}
}

// TestATemplateAsksEachOfThem, and nobody who is not there.
func TestATemplateAsksEachOfThem(t *testing.T) {
	t.Parallel()
	r := reviewOfLambeth(programme.ReviewPreparing)
	template := programme.PreparationTemplate{Name: "A", For: programme.ForReview, Lines: []programme.PreparationLine{
		{Task: "a", DaysBefore: 3, Who: programme.PreparedByHost}, {Task: "b", Who: programme.PreparedByMembers}, {Task: "c", DaysBefore: 1, Who: programme.PreparedByTeam}, {Task: "d", Who: programme.PreparedByProgramme},
	}}
	tasks, err := template.Tasks(r.Preparation())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, task := range tasks {
		whose := "-"
		if task.Borough != nil {
			whose = *task.Borough
		}
		got = append(got, fmt.Sprint(task.Task, " ", whose, " ", *task.DueOn))
	}
	first := r.FieldworkDays[0]
	want := []string{fmt.Sprint("a ", r.Host, " ", first.AddDays(-3))}
	for _, borough := range r.Visitors() {
		want = append(want, fmt.Sprint("b ", borough, " ", first))
	}
	want = append(want, fmt.Sprint("c ", *r.Team[0].Borough, " ", first.AddDays(-1)), fmt.Sprint("d - ", first))
	if !slices.Equal(got, want) {
		t.Errorf("it asks for %v, want %v", got, want)
	}
	e := programme.Event{State: programme.EventPlanned, StartsOn: "2026-01-01"}
	if _, err := template.Tasks(e.Preparation()); !slices.Equal(faultsNamed(t, err), []string{"/template other_kind"}) {
		t.Errorf("for an event: %v", err)
	}
	r.Team = nil
	if _, err := template.Tasks(r.Preparation()); !slices.Equal(faultsNamed(t, err), []string{"/template no_lead"}) {
		t.Errorf("for a team that nobody leads: %v", err)
	}
}
