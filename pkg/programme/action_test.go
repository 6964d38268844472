package programme_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"peerchallenge/pkg/programme"
)

func TestWhoMayDoWhatToAnAction(t *testing.T) {
	t.Parallel()
	lead, editor := programme.RoleBoroughLead, programme.RoleBoroughEditor
	none, some, many := []programme.ProgressUpdate{}, make([]programme.ProgressUpdate, 1), make([]programme.ProgressUpdate, 1000)
	for _, c := range []struct {
		what     string
		actor    programme.Actor
		step     programme.Step
		state    programme.ActionState
		progress []programme.ProgressUpdate
		code     string
	}{
		{"its lead edits", person(lead, lambeth), programme.Edit, programme.ActionOpen, some, ""},
		{"its editor edits", person(editor, lambeth), programme.Edit, programme.ActionOpen, none, ""},
		{"its machine edits", person(programme.RoleBoroughSystem, lambeth), programme.Edit, programme.ActionOpen, none, "not_yours"},
		{"another borough edits", person(lead, croydon), programme.Edit, programme.ActionOpen, none, "not_yours"},
		{"the team edits", teamMember, programme.Edit, programme.ActionOpen, none, "not_yours"},
		{"its lead edits what is done", person(lead, lambeth), programme.Edit, programme.ActionDone, some, "wrong_state"},
		{"its lead edits what is withdrawn", person(lead, lambeth), programme.Edit, programme.ActionWithdrawn, some, "wrong_state"},
		{"its lead deletes", person(lead, lambeth), programme.Delete, programme.ActionOpen, none, ""},
		{"its lead deletes what has progress", person(lead, lambeth), programme.Delete, programme.ActionOpen, some, "wrong_state"},
		{"the team deletes", teamMember, programme.Delete, programme.ActionOpen, none, "not_yours"},
		{"its editor reports", person(editor, lambeth), programme.AddProgress, programme.ActionDone, some, ""},
		{"its editor reports too often", person(editor, lambeth), programme.AddProgress, programme.ActionOpen, many, "wrong_state"},
		{"another borough reports", person(editor, croydon), programme.AddProgress, programme.ActionOpen, none, "not_yours"},
	} {
		a := programme.Action{Borough: lambeth, State: c.state, Progress: c.progress}
		kind := programme.Conflict
		if c.code == "not_yours" {
			kind = programme.Forbidden
		}
		wantCode(t, c.what, a.May(c.actor, c.step), kind, c.code)
	}
}

func TestActionIsDueOrSaysWhyNot(t *testing.T) {
	t.Parallel()
	day, reason, empty := programme.Date("2027-03-31"), "It never ends.", "\u00a0\u200b"
	for _, c := range []struct {
		due    *programme.Date
		reason *string
		right  bool
	}{
		{&day, nil, true},
		{nil, &reason, true},
		{nil, nil, false},
		{&day, &reason, false},
		{nil, &empty, false},
		{&day, &empty, false},
	} {
		a := programme.Action{DueOn: c.due, NoDueReason: c.reason}
		want := []string{}
		if !c.right {
			want = []string{"/dueOn one_of"}
		}
		if got := faultsOf(a.Check()); !slices.Equal(got, want) {
			t.Errorf("%v, %v: faults %v", c.due, c.reason, got)
		}
	}
}

func TestProgressMovesAnAction(t *testing.T) {
	t.Parallel()
	open, done, withdrawn := programme.ActionOpen, programme.ActionDone, programme.ActionWithdrawn
	at := time.Unix(1, 0)
	for _, c := range []struct {
		from    programme.ActionState
		to      *programme.ActionState
		reason  string
		want    programme.ActionState
		refused bool
	}{
		{open, nil, "", open, false},
		{open, &open, "", open, false},
		{open, &done, "", done, false},
		{open, &withdrawn, "", withdrawn, false},
		{done, nil, "", done, false},
		{done, &done, "", done, false},
		{done, &open, "", done, true},
		{done, &open, "It has come undone.", open, false},
		{withdrawn, &open, "", withdrawn, true},
		{withdrawn, &done, "", withdrawn, true},
		{withdrawn, &done, "It was done after all.", done, false},
	} {
		what := fmt.Sprintf("from %s to %v (%s)", c.from, c.to, c.reason)
		actor := person(programme.RoleBoroughLead, lambeth)
		actor.Reason = c.reason
		held := make([]programme.ProgressUpdate, 1, 2)
		held[0] = programme.ProgressUpdate{Text: "Begun."}
		a := programme.Action{State: c.from, Progress: held}
		err := a.Report(actor, "News.", c.to, at)
		if c.refused {
			if got := faultsOf(err); !slices.Equal(got, []string{"/reason reason_required"}) || len(a.Progress) != 1 || a.State != c.from {
				t.Errorf("%s: faults %v, %+v", what, got, a)
			}
			continue
		}
		added := programme.ProgressUpdate{At: at, Text: "News.", State: c.want}
		if err != nil || a.State != c.want || !a.ProgressAt.Equal(at) || len(a.Progress) != 2 || a.Progress[0].Text != "Begun." || a.Progress[1] != added {
			t.Errorf("%s: %v, %+v", what, err, a)
		}
		if held[:2][1] != (programme.ProgressUpdate{}) {
			t.Errorf("%s: the update was written into a slice that others hold", what)
		}
	}
}

// TestOverdueAndStalled at the boundaries of days, which in London's summer begin
// an hour before those of UTC.
func TestOverdueAndStalled(t *testing.T) {
	t.Parallel()
	settings := programme.DefaultSettings
	day := func(d string) *programme.Date { date := programme.Date(d); return &date }
	instant := func(text string) time.Time {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	today := "2026-09-29" // 90 days after 1 July
	for _, c := range []struct {
		state            programme.ActionState
		due              *programme.Date
		news             string
		overdue, stalled bool
	}{
		{programme.ActionOpen, day("2026-09-28"), "2026-09-01T00:00:00Z", true, false},
		{programme.ActionOpen, day("2026-09-29"), "2026-09-01T00:00:00Z", false, false},
		{programme.ActionOpen, nil, "2026-06-30T22:59:59Z", false, true},  // still 30 June in London
		{programme.ActionOpen, nil, "2026-06-30T23:00:00Z", false, false}, // 1 July in London
		{programme.ActionDone, day("2020-01-01"), "2020-01-01T00:00:00Z", false, false},
		{programme.ActionWithdrawn, day("2020-01-01"), "2020-01-01T00:00:00Z", false, false},
	} {
		a := programme.Action{State: c.state, DueOn: c.due, ProgressAt: instant(c.news)}
		r := settings.ReckonOn(programme.Date(today))
		if a.Overdue(r) != c.overdue || a.Stalled(r) != c.stalled {
			t.Errorf("%+v: overdue %t, stalled %t", c, a.Overdue(r), a.Stalled(r))
		}
	}
	// In winter London keeps UTC.
	if r := settings.ReckonOn("2027-03-01"); !r.NewsSince.Equal(instant("2026-12-01T00:00:00Z")) || r.Today != "2027-03-01" {
		t.Errorf("%+v", r)
	}
}

func TestAnActionOpensAgainOnlyForAnAcceptedFinding(t *testing.T) {
	t.Parallel()
	for answer, code := range map[programme.ResponseAnswer]string{programme.Accepted: "", programme.Partly: "", programme.NotAccepted: "finding_not_accepted"} {
		f := programme.Finding{Response: &programme.FindingResponse{Answer: answer}}
		wantCode(t, string(answer), f.TakesActions(), programme.Conflict, code)
	}
}
