package programme_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"peerchallenge/pkg/programme"
)

var (
	teamsActor       = programme.Actor{Subject: "m", Roles: []programme.Role{programme.RoleProgramme}}
	lambethsDirector = programme.Actor{Subject: "d", Roles: []programme.Role{programme.RoleBoroughLead}, Borough: "E09000022"}
)

// refusedWith answers the code of a refusal, or "" where there is none.
func refusedWith(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	e, ok := errors.AsType[*programme.Error](err)
	if !ok {
		t.Fatalf("%v is no refusal", err)
	}
	return string(e.Code)
}

// faultsNamed answers the faults of a refusal as "pointer code".
func faultsNamed(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	e, ok := errors.AsType[*programme.Error](err)
	if !ok {
		t.Fatalf("%v is no refusal", err)
	}
	var places []string
	for _, f := range e.Faults {
		places = append(places, f.Pointer+" "+string(f.Code))
	}
	return places
}

func TestEventSteps(t *testing.T) {
	t.Parallel()
	allowed := map[programme.EventState][]programme.Step{
		programme.EventPlanned:   {programme.Edit, programme.NamePerson, programme.TakePerson, programme.RecordAttendance, programme.TakeTemplate, programme.Hold, programme.Cancel, programme.AddMilestone, programme.Delete},
		programme.EventHeld:      {programme.Edit, programme.RecordAttendance, programme.Reopen, programme.AddMilestone},
		programme.EventCancelled: {programme.Reopen, programme.AddMilestone},
	}
	for state, steps := range allowed {
		e := programme.Event{State: state, StartsOn: "2026-10-05", EndsOn: "2026-10-05", Table: programme.Table{People: programme.Attendees{{}}}}
		for _, step := range e.Steps() {
			want := "wrong_state"
			if slices.Contains(steps, step) {
				want = ""
			}
			if got := refusedWith(t, programme.MayNow(&e, teamsActor, step, "2026-10-05")); got != want {
				t.Errorf("%s of an event that is %s: %q, want %q", step, state, got, want)
			}
			if step == programme.NamePerson || step == programme.TakePerson {
				continue // which boroughs do with their own people
			}
			if got := refusedWith(t, e.May(lambethsDirector, step)); got != "not_yours" {
				t.Errorf("%s by a director: %q", step, got)
			}
		}
	}
}

func TestEventMoves(t *testing.T) {
	t.Parallel()
	reasoned := teamsActor
	reasoned.Reason = "Too few came"
	for _, c := range []struct {
		name  string
		from  programme.EventState
		step  programme.Step
		actor programme.Actor
		today programme.Date
		code  string
		to    programme.EventState
	}{
		{"held on its first day", programme.EventPlanned, programme.Hold, teamsActor, "2026-10-05", "", programme.EventHeld},
		{"held later", programme.EventPlanned, programme.Hold, teamsActor, "2027-01-01", "", programme.EventHeld},
		{"held too early", programme.EventPlanned, programme.Hold, teamsActor, "2026-10-04", "not_yet", ""},
		{"cancelled", programme.EventPlanned, programme.Cancel, reasoned, "2026-01-01", "", programme.EventCancelled},
		{"cancelled without a reason", programme.EventPlanned, programme.Cancel, teamsActor, "2026-01-01", "invalid", ""},
		{"planned again", programme.EventHeld, programme.Reopen, reasoned, "2027-01-01", "", programme.EventPlanned},
		{"planned again after all", programme.EventCancelled, programme.Reopen, reasoned, "2026-01-01", "", programme.EventPlanned},
		{"planned again without a reason", programme.EventHeld, programme.Reopen, teamsActor, "2027-01-01", "invalid", ""},
		{"held when cancelled", programme.EventCancelled, programme.Hold, teamsActor, "2027-01-01", "wrong_state", ""},
	} {
		e := programme.Event{State: c.from, StartsOn: "2026-10-04", EndsOn: "2026-10-05", Sequence: 4}
		err := programme.MayNow(&e, c.actor, c.step, c.today)
		if err == nil {
			err = e.Move(c.actor, c.step)
		}
		if got := refusedWith(t, err); got != c.code {
			t.Errorf("%s: %q, want %q", c.name, got, c.code)
			continue
		}
		if c.code == "" && (e.State != c.to || e.Sequence != 5) {
			t.Errorf("%s: %s with sequence %d", c.name, e.State, e.Sequence)
		}
	}
}

func TestEventNamesEveryFault(t *testing.T) {
	t.Parallel()
	twoDays := func(change func(*programme.Event)) programme.Event {
		e := programme.Event{StartsOn: "2026-10-05", EndsOn: "2026-10-06", StartTime: new("09:30"), EndTime: new("16:00"), Capacity: new(1)}
		change(&e)
		return e
	}
	for _, c := range []struct {
		name   string
		event  programme.Event
		faults []string
	}{
		{"two days", twoDays(func(*programme.Event) {}), nil},
		{"two days out of order", twoDays(func(e *programme.Event) { e.EndTime = new("09:00") }), []string{"/endTime order"}},
		{"one day in order", twoDays(func(e *programme.Event) { e.EndsOn, e.EndTime = "2026-10-05", new("09:31") }), nil},
		{"one day out of order", twoDays(func(e *programme.Event) { e.EndsOn, e.EndTime = "2026-10-05", new("09:00") }), []string{"/endTime order"}},
		{"one day without length", twoDays(func(e *programme.Event) { e.EndsOn, e.EndTime = "2026-10-05", new("09:30") }), []string{"/endTime order"}},
		{"in another century", twoDays(func(e *programme.Event) { e.StartsOn, e.EndsOn = "1999-12-31", "9999-12-31" }), []string{"/startsOn far_away", "/endsOn far_away"}},
		{"days out of order", twoDays(func(e *programme.Event) { e.EndsOn = "2026-10-04" }), []string{"/endsOn order"}},
		{"whole days", twoDays(func(e *programme.Event) { e.StartTime, e.EndTime = nil, nil }), nil},
		{"no end", twoDays(func(e *programme.Event) { e.EndTime = nil }), []string{"/endTime both_times"}},
		{"no beginning", twoDays(func(e *programme.Event) { e.StartTime = nil }), []string{"/startTime both_times"}},
		{"nobody can come", twoDays(func(e *programme.Event) { e.Capacity = new(0) }), []string{"/capacity too_small"}},
		{"a borough twice", twoDays(func(e *programme.Event) { e.Boroughs = []string{"E09000022", "E09000022"} }), []string{"/boroughs/1 repeated"}},
		{"sessions", twoDays(func(e *programme.Event) {
			e.Sessions = []programme.EventSession{
				{Day: new(programme.Date("2026-10-05")), StartTime: new("09:30"), EndTime: new("10:00")},
				{Day: new(programme.Date("2026-10-06")), StartTime: new("09:30")},
				{},
				{Day: new(programme.Date("2026-10-04"))},
				{Day: new(programme.Date("2026-10-07"))},
				{StartTime: new("10:00"), EndTime: new("10:00")},
			}
		}), []string{"/sessions/3/day outside_event", "/sessions/4/day outside_event", "/sessions/5/endTime order"}},
		{"types of organisations", twoDays(func(e *programme.Event) {
			e.Invited = []programme.Attendance{{OrganisationType: programme.FromDfE}, {OrganisationType: programme.FromHealth}, {OrganisationType: programme.FromDfE}}
			e.Attended = []programme.Attendance{{OrganisationType: programme.FromDfE}, {OrganisationType: programme.FromDfE}}
		}), []string{"/invited/2/organisationType repeated", "/attended/1/organisationType repeated"}},
		{"much", twoDays(func(e *programme.Event) { e.EndsOn, e.EndTime, e.Capacity = "2026-10-04", nil, new(0) }),
			[]string{"/endsOn order", "/endTime both_times", "/capacity too_small"}},
	} {
		if got := faultsNamed(t, c.event.Check()); !slices.Equal(got, c.faults) {
			t.Errorf("%s: %v, want %v", c.name, got, c.faults)
		}
	}
}

func TestHeldEventIsNotInTheFuture(t *testing.T) {
	t.Parallel()
	e := programme.Event{State: programme.EventHeld, StartsOn: "2026-10-04", EndsOn: "2026-10-05"}
	if got := e.HeldBefore("2026-10-04"); len(got) != 1 || got[0].Pointer != "/endsOn" {
		t.Errorf("faults %v", got)
	}
	if got := e.HeldBefore("2026-10-05"); got != nil {
		t.Errorf("faults %v on the day itself", got)
	}
	e.State = programme.EventPlanned
	if got := e.HeldBefore("2026-10-04"); got != nil {
		t.Errorf("faults %v of a planned event", got)
	}
}

// TestEventHidesItsReview from whoever may not see the review.
func TestEventHidesItsReview(t *testing.T) {
	t.Parallel()
	reader := programme.Actor{Subject: "r", Roles: []programme.Role{programme.RoleReporting}}
	review := "01932b7e-0000-7000-8000-000000000008"
	e := programme.Event{Head: programme.Head{Audience: programme.Everyone()}, PeerReviewID: &review, ReviewAudience: programme.Parties("E09000022")}
	e.MeetsWithin(programme.Parties("E09000022"))
	for _, who := range []programme.Actor{teamsActor, lambethsDirector} {
		if e.ReviewFor(who) == nil || !e.Confidants().Includes(who) {
			t.Errorf("%s does not see the review", who.Subject)
		}
	}
	elsewhere := lambethsDirector
	elsewhere.Borough = "E09000008"
	for _, who := range []programme.Actor{reader, elsewhere} {
		if e.ReviewFor(who) != nil || e.Confidants().Includes(who) {
			t.Errorf("%s of %q sees the review", who.Subject, who.Borough)
		}
	}
	e.PeerReviewID, e.ReviewAudience = nil, nil
	if !e.Confidants().Includes(reader) {
		t.Error("an event without a review is hidden")
	}
}

// TestGroupDaysFollowTheChallenge in what calendars look at to see a change.
func TestGroupDaysFollowTheChallenge(t *testing.T) {
	t.Parallel()
	born := time.Date(2026, 3, 31, 9, 30, 0, 0, time.UTC)
	head := func(after time.Duration, updated time.Time) programme.Head {
		return programme.Head{CreatedAt: born, UpdatedAt: updated, Version: born.Add(after).UnixMicro()}
	}
	d := programme.GroupDays{
		Group:     programme.PeerChallengeGroup{Head: head(2*time.Second, born.Add(time.Hour)), Members: []programme.GroupMember{{Borough: "E09000022"}}},
		Challenge: programme.PeerChallenge{Head: head(2500*time.Millisecond, born.Add(2*time.Hour))},
	}
	if d.Sequence() != 5 || !d.UpdatedAt().Equal(born.Add(2*time.Hour)) {
		t.Errorf("sequence %d, updated at %s", d.Sequence(), d.UpdatedAt())
	}
	d.Challenge.UpdatedAt = born
	if !d.UpdatedAt().Equal(born.Add(time.Hour)) {
		t.Errorf("updated at %s", d.UpdatedAt())
	}
}

// TestPlacesAreForThoseWhoMeet: venue and link of a group, and of an event of a group
// or a review. Of an event of both, for those who belong to both. Others are shown
// neither, nor the values in the audit.
func TestPlacesAreForThoseWhoMeet(t *testing.T) {
	t.Parallel()
	of := func(borough string) programme.Actor { a := lambethsDirector; a.Borough = borough; return a }
	lambeth, croydon, bexley := of("E09000022"), of("E09000008"), of("E09000004")
	reader := programme.Actor{Subject: "r", Roles: []programme.Role{programme.RoleReporting}}
	everybody := []programme.Actor{teamsActor, lambeth, croydon, bexley, reader}
	id, venue, link := "1", "Town Hall", "https://example.org/meeting"
	event := func(alter func(*programme.Event)) *programme.Event {
		e := &programme.Event{Head: programme.Head{Audience: programme.Everyone()}, Venue: &venue, Link: &link, ReviewAudience: programme.Everyone()}
		alter(e)
		return e
	}
	type placed interface {
		PlaceFor(actor programme.Actor) (venue, link *string)
	}
	group := &programme.PeerChallengeGroup{Venue: &venue, Link: &link, Members: []programme.GroupMember{{Borough: "E09000022"}, {Borough: "E09000008"}}}
	for name, c := range map[string]struct {
		of   placed
		know []programme.Actor
	}{
		"a group":                         {group, []programme.Actor{teamsActor, lambeth, croydon}},
		"an event for all":                {event(func(*programme.Event) {}), everybody},
		"an event of a challenge":         {event(func(e *programme.Event) { e.PeerChallengeID = &id }), everybody},
		"an event of a group":             {event(func(e *programme.Event) { e.PeerChallengeGroupID = &id; e.MeetsWithin(group.Confidants()) }), []programme.Actor{teamsActor, lambeth, croydon}},
		"an event of a published review":  {event(func(e *programme.Event) { e.PeerReviewID = &id; e.MeetsWithin(programme.Parties("E09000004")) }), []programme.Actor{teamsActor, bexley}},
		"an event whose group is unknown": {event(func(e *programme.Event) { e.PeerChallengeGroupID = &id }), nil},
		"an event of both": {event(func(e *programme.Event) {
			e.PeerChallengeGroupID, e.PeerReviewID = &id, &id
			e.MeetsWithin(group.Confidants())
			e.MeetsWithin(programme.Parties("E09000022", "E09000004"))
		}), []programme.Actor{teamsActor, lambeth}},
	} {
		for _, who := range everybody {
			want := slices.ContainsFunc(c.know, func(a programme.Actor) bool { return a.Subject == who.Subject && a.Borough == who.Borough })
			venue, link := c.of.PlaceFor(who)
			if (venue != nil) != want || (link != nil) != want {
				t.Errorf("%s: %s of %q is told venue %v and link %v, want %t", name, who.Subject, who.Borough, venue, link, want)
			}
			if e, is := c.of.(*programme.Event); is && e.Confidants().Includes(who) != want {
				t.Errorf("%s: %s of %q may read its values: %t, want %t", name, who.Subject, who.Borough, !want, want)
			}
		}
	}
}

// TestAttendanceAgreesWithInvitation and with the room that there is, or it is said why not.
func TestAttendanceAgreesWithInvitation(t *testing.T) {
	t.Parallel()
	of := func(n *int) []programme.Attendance {
		return []programme.Attendance{{OrganisationType: programme.FromBoroughs, Count: n}, {OrganisationType: programme.FromDfE}}
	}
	for name, c := range map[string]struct {
		invited, attended []programme.Attendance
		capacity          *int
		note              *string
		want              []string
	}{
		"as many":             {of(new(20)), of(new(20)), new(20), nil, nil},
		"more than invited":   {of(new(20)), of(new(21)), nil, nil, []string{"/attended/0/count more_than_invited"}},
		"and why":             {of(new(20)), of(new(21)), new(5), new("Two boroughs brought their trainees."), nil},
		"beyond the room":     {nil, of(new(21)), new(20), nil, []string{"/attended over_capacity"}},
		"nobody counted":      {of(nil), of(nil), new(1), nil, nil},
		"of unknown invited":  {of(nil), of(new(21)), nil, nil, nil},
		"of those not listed": {nil, of(new(21)), nil, nil, nil},
	} {
		e := programme.Event{StartsOn: "2026-10-05", EndsOn: "2026-10-05", Invited: c.invited, Attended: c.attended, Capacity: c.capacity, AttendanceNote: c.note}
		if got := faultsNamed(t, e.Check()); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
