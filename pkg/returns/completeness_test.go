package returns_test

import (
	"slices"
	"testing"
	"time"

	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

// of answers the row of the place.
func rowOf(t *testing.T, c returns.Collected, place string) returns.Completeness {
	t.Helper()
	rows := c.Completeness()
	i := slices.IndexFunc(rows, func(r returns.Completeness) bool { return r.Place == place })
	if i < 0 {
		t.Fatalf("there is no row of %q", place)
	}
	return rows[i]
}

// collecting is a quarter in which four boroughs of two sub-regions, and one of none, are
// asked.
func collecting(t *testing.T, now string, received ...returns.Received) returns.Collected {
	t.Helper()
	return returns.Collected{
		Quarter: quarterOf(fourth), At: at(t, now), Zone: london, Received: received,
		Senders: []returns.Sender{{"E09000001", ""}, {"E09000022", "south"}, {"E09000028", "south"}, {"E09000030", "east"}},
	}
}

func came(t *testing.T, borough string, state returns.State, when string, resubmitted int) returns.Received {
	t.Helper()
	moment := at(t, when)
	return returns.Received{Borough: borough, State: state, ReceivedAt: &moment, Resubmitted: resubmitted}
}

// counts are expected, received, on time, late, in correction, missing, overdue.
func counts(c returns.Completeness) [7]int {
	return [7]int{c.Expected, c.Received, c.OnTime, c.Late, c.InCorrection, c.Missing, c.Overdue}
}

// TestCompleteness: one borough on time, one late, one missing with an extension, one
// missing without; sub-regions and the region are their sums.
func TestCompleteness(t *testing.T) {
	t.Parallel()
	c := collecting(t, "2027-05-17T12:00:00Z",
		came(t, "E09000022", returns.Accepted, "2027-05-10T09:00:00Z", 0), came(t, "E09000028", returns.Submitted, "2027-05-16T09:00:00Z", 0),
		returns.Received{Borough: "E09000030", State: returns.Drafted})
	extension := given("2027-05-20", "2027-05-01")
	extension.Borough, extension.Reason = "E09000030", "The case system is being moved."
	c.Extensions = []returns.Extension{extension}
	for place, want := range map[string][7]int{
		"": {4, 2, 1, 1, 0, 2, 1}, "south": {2, 2, 1, 1, 0, 0, 0}, "east": {1, 0, 0, 0, 0, 1, 0},
		"E09000022": {1, 1, 1, 0, 0, 0, 0}, "E09000028": {1, 1, 0, 1, 0, 0, 0}, "E09000030": {1, 0, 0, 0, 0, 1, 0}, "E09000001": {1, 0, 0, 0, 0, 1, 1},
	} {
		if got := counts(rowOf(t, c, place)); got != want {
			t.Errorf("%q: %v, want %v", place, got, want)
		}
	}
	if got := rowOf(t, c, "E09000028"); *got.DaysLate != 2 || got.ExtendedUntil != nil {
		t.Errorf("it came %d days late, and has until %v", *got.DaysLate, got.ExtendedUntil)
	}
	if got := rowOf(t, c, "E09000001"); *got.DaysLate != 3 || *got.State != returns.NotBegun {
		t.Errorf("it is %d days late, and %s", *got.DaysLate, *got.State)
	}
	got := rowOf(t, c, "E09000030")
	if *got.DaysLate != 0 || *got.DueOn != "2027-05-14" || *got.ExtendedUntil != "2027-05-20" || *got.LateUntil != "2027-06-03" || *got.Reason != extension.Reason {
		t.Errorf("it is %d days late, due on %s, extended until %s, taken until %s because %s", *got.DaysLate, *got.DueOn, *got.ExtendedUntil, *got.LateUntil, *got.Reason)
	}
	var outstanding []string
	for _, r := range returns.Outstanding(c.Completeness()) {
		outstanding = append(outstanding, r.Place)
	}
	if !slices.Equal(outstanding, []string{"E09000001", "E09000030"}) {
		t.Errorf("%v are outstanding", outstanding)
	}
}

// TestAResubmissionIsNotLateness: the return came on time, whatever is sent in again and
// when.
func TestAResubmissionIsNotLateness(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name        string
		state       returns.State
		resubmitted int
		others      returns.State
	}{
		{"version 1 accepted", returns.Accepted, 0, returns.Accepted},
		{"version 2 received after the due day", returns.Submitted, 1, returns.Submitted},
		{"version 2 queried", returns.Queried, 1, returns.Submitted},
		{"version 2 accepted", returns.Accepted, 1, returns.Accepted},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			q := collecting(t, "2027-05-21T12:00:00Z", came(t, "E09000022", c.state, "2027-05-10T09:00:00Z", c.resubmitted))
			own := rowOf(t, q, "E09000022").SeenBy(director)
			if got := counts(own); got != [7]int{1, 1, 1, 0, 0, 0, 0} || *own.State != c.state || *own.Resubmitted != c.resubmitted {
				t.Errorf("%v, %s, sent in again %d times", got, *own.State, *own.Resubmitted)
			}
			seen := rowOf(t, q, "E09000022").SeenBy(programme.Actor{Subject: "x", Roles: director.Roles, Borough: "E09000028"})
			if counts(seen) != counts(own) || *seen.State != c.others || seen.Resubmitted != nil || seen.ReceivedAt != nil {
				t.Errorf("others see %v, %s, %v", counts(seen), *seen.State, seen.Resubmitted)
			}
		})
	}
}

// TestWhatComesInACorrectionWindow is received, and neither on time nor late.
func TestWhatComesInACorrectionWindow(t *testing.T) {
	t.Parallel()
	c := collecting(t, "2027-06-12T12:00:00Z", came(t, "E09000022", returns.Submitted, "2027-06-09T12:00:00Z", 0))
	c.Corrections = []returns.CorrectionWindow{{Granted: returns.Granted{Borough: "E09000022", GrantedOn: "2027-06-07"}, OpensOn: "2027-06-08", ClosesOn: "2027-06-10"}}
	if got := rowOf(t, c, "E09000022"); counts(got) != [7]int{1, 1, 0, 0, 1, 0, 0} || *got.DaysLate != 0 {
		t.Errorf("%v, %d days late", counts(got), *got.DaysLate)
	}
}

// TestWhoSeesWhatOfCompleteness: states and days everybody; a draft the borough, the
// team and reporting; reasons and resubmissions the borough and the team; contacts the
// team.
func TestWhoSeesWhatOfCompleteness(t *testing.T) {
	t.Parallel()
	c := collecting(t, "2027-05-17T12:00:00Z", returns.Received{Borough: "E09000022", State: returns.Drafted})
	extension := given("2027-05-20", "2027-05-01")
	extension.Borough, extension.Reason = "E09000022", "The case system is being moved."
	c.Extensions = []returns.Extension{extension}
	c.Contacts = []returns.Contact{
		{Borough: "E09000022", ContactedOn: "2027-05-16", PromisedUntil: new(programme.Date("2027-05-18"))}, {Borough: "E09000022", ContactedOn: "2027-05-15"},
	}
	actor := func(role programme.Role, borough string) programme.Actor {
		return programme.Actor{Subject: "x", Roles: []programme.Role{role}, Borough: borough}
	}
	several := actor(programme.RoleBoroughSystem, "")
	several.Boroughs = []string{"E09000028", "E09000022"}
	for _, v := range []struct {
		name                    string
		actor                   programme.Actor
		state                   returns.State
		reason, contact, region bool // whether it sees them
	}{
		{"team", manager, returns.Drafted, true, true, true},
		{"own lead", director, returns.Drafted, true, false, false},
		{"own system", actor(programme.RoleBoroughSystem, "E09000022"), returns.Drafted, true, false, false},
		{"system of several", several, returns.Drafted, true, false, false},
		{"other lead", actor(programme.RoleBoroughLead, "E09000028"), returns.NotBegun, false, false, false},
		{"reporting", actor(programme.RoleReporting, ""), returns.Drafted, false, false, false},
		{"nobody", programme.Actor{}, returns.NotBegun, false, false, false},
	} {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			got := rowOf(t, c, "E09000022").SeenBy(v.actor)
			if *got.State != v.state || *got.ExtendedUntil != "2027-05-20" {
				t.Errorf("it is %s, extended until %s", *got.State, *got.ExtendedUntil)
			}
			if (got.Reason != nil) != v.reason || (got.Resubmitted != nil) != v.reason || (got.ContactedOn != nil) != v.contact || (got.PromisedUntil != nil) != v.contact {
				t.Errorf("it shows the reason %v, %v resubmissions, contacts %v and %v", got.Reason, got.Resubmitted, got.ContactedOn, got.PromisedUntil)
			}
			if v.contact && (*got.ContactedOn != "2027-05-16" || *got.PromisedUntil != "2027-05-18") {
				t.Errorf("it was reached on %s, and promised until %s", *got.ContactedOn, *got.PromisedUntil)
			}
			if region := rowOf(t, c, "").SeenBy(v.actor); (region.Resubmitted != nil) != v.region {
				t.Errorf("the region shows %v resubmissions", region.Resubmitted)
			}
		})
	}
}

// TestCompletenessWithoutAWindow: practice counts nowhere, and in an imported quarter nobody
// was expected.
func TestCompletenessWithoutAWindow(t *testing.T) {
	t.Parallel()
	c := collecting(t, "2027-05-17T12:00:00Z", came(t, "E09000022", returns.Accepted, "2026-12-01T09:00:00Z", 0))
	c.Quarter = returns.Quarter{Code: returns.Practice, Practice: true}
	if got := c.Completeness(); len(got) != 0 {
		t.Errorf("practice has %d rows", len(got))
	}
	c.Quarter = returns.Quarter{Code: "2020-21-Q1", Imported: true}
	if got := c.Completeness(); len(got) != 0 {
		t.Errorf("an imported quarter has %d rows", len(got))
	}
}

// TestOneQuarterOfSeveral: of what was collected in several quarters, one has its own
// alone.
func TestOneQuarterOfSeveral(t *testing.T) {
	t.Parallel()
	earlier := came(t, "E09000022", returns.Accepted, "2027-02-20T09:00:00Z", 3)
	earlier.Quarter = "2026-27-Q3"
	later := came(t, "E09000022", returns.Accepted, "2027-05-16T09:00:00Z", 0)
	later.Quarter = "2026-27-Q4"
	all := collecting(t, "2027-05-17T12:00:00Z", earlier, later)
	extension := given("2027-05-20", "2027-05-01")
	extension.Borough, extension.Quarter = "E09000022", "2026-27-Q3"
	all.Extensions = []returns.Extension{extension}
	all.Contacts = []returns.Contact{{Quarter: "2026-27-Q3", Borough: "E09000022", ContactedOn: "2027-02-18"}}
	all.Corrections = []returns.CorrectionWindow{{Granted: returns.Granted{Quarter: "2026-27-Q3", Borough: "E09000022"}}}
	one := all.In(quarterOf(fourth), all.Senders)
	if len(one.Received) != 1 || len(one.Extensions)+len(one.Contacts)+len(one.Corrections) != 0 {
		t.Errorf("it has %d returns, %d extensions, %d contacts, %d correction windows", len(one.Received), len(one.Extensions), len(one.Contacts), len(one.Corrections))
	}
	if got := rowOf(t, one, "E09000022"); counts(got) != [7]int{1, 1, 0, 1, 0, 0, 0} || *got.DaysLate != 2 || *got.Resubmitted != 0 {
		t.Errorf("%v, %d days late, sent in again %d times", counts(got), *got.DaysLate, *got.Resubmitted)
	}
}

// TestTimelinessFilter leaves rows of a level, and of a borough.
func TestTimelinessFilter(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		filter returns.TimelinessFilter
		want   []string
	}{
		{returns.TimelinessFilter{}, []string{"", "south", "east", "E09000001", "E09000022", "E09000028", "E09000030"}},
		{returns.TimelinessFilter{Level: new(returns.OfRegion)}, []string{""}},
		{returns.TimelinessFilter{Level: new(returns.OfSubRegion)}, []string{"south", "east"}},
		{returns.TimelinessFilter{Borough: new("E09000022")}, []string{"E09000022"}},
		{returns.TimelinessFilter{Level: new(returns.OfRegion), Borough: new("E09000022")}, nil},
	} {
		all := collecting(t, "2027-05-17T12:00:00Z")
		var got []string
		for _, r := range c.filter.Of(all.Completeness()) {
			got = append(got, r.Place)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%+v leaves %q, want %q", c.filter, got, c.want)
		}
	}
}

// TestSumsOfCompleteness: at any moment everybody who is expected was received or is
// missing, and what was received in a window is on time, late or in correction.
func TestSumsOfCompleteness(t *testing.T) {
	t.Parallel()
	for day := range 70 {
		now := at(t, "2027-03-31T22:59:59Z").Add(time.Duration(day) * 24 * time.Hour)
		c := collecting(t, now.Format(time.RFC3339))
		for i, s := range c.Senders {
			when := now.Add(-time.Duration(i*9*24) * time.Hour)
			if c.Quarter.StandingAt(when, london, nil, nil).Punctuality.Taken() {
				c.Received = append(c.Received, returns.Received{Borough: s.Borough, State: returns.Submitted, ReceivedAt: &when})
			}
		}
		for _, r := range c.Completeness() {
			if r.Expected != r.Received+r.Missing || r.Received != r.OnTime+r.Late+r.InCorrection || r.Overdue > r.Missing {
				t.Errorf("on day %d %q has %v", day, r.Place, counts(r))
			}
		}
	}
}
