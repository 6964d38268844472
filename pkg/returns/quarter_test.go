package returns_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

var (
	manager  = programme.Actor{Subject: "ann", Roles: []programme.Role{programme.RoleProgramme}}
	director = programme.Actor{Subject: "dee", Roles: []programme.Role{programme.RoleBoroughLead}, Borough: "E09000022"}
)

// faults are the pointers and codes of what is wrong.
func faults(err error) []string {
	list := []string{}
	if e, ok := errors.AsType[*programme.Error](err); ok {
		for _, f := range e.Faults {
			list = append(list, f.Pointer+" "+string(f.Code))
		}
	}
	return list
}

func wantFaults(t *testing.T, err error, want ...string) {
	t.Helper()
	if got := faults(err); !slices.Equal(got, want) || err == nil != (len(want) == 0) {
		t.Errorf("faults %v (%v), want %v", got, err, want)
	}
}

// TestWhichQuartersMayBeMade: one of a financial year, each day after the one before,
// the first after the quarter's end; and no days for what was imported.
func TestWhichQuartersMayBeMade(t *testing.T) {
	t.Parallel()
	whole := returns.Window{OpensOn: "2027-04-01", DueOn: "2027-05-14", LateUntil: "2027-05-28"}
	for _, c := range []struct {
		name   string
		change func(*returns.Quarter)
		want   []string
	}{
		{"as it should be", func(*returns.Quarter) {}, nil},
		{"all on one day", func(q *returns.Quarter) { q.DueOn, q.LateUntil = q.OpensOn, q.OpensOn }, nil},
		{"a year", func(q *returns.Quarter) { q.Code = "2026-27" }, []string{"/code period"}},
		{"the practice quarter", func(q *returns.Quarter) { q.Code = returns.Practice }, []string{"/code period"}},
		{"years that do not follow each other", func(q *returns.Quarter) { q.Code = "2026-28-Q4" }, []string{"/code period"}},
		{"opens before the quarter is over", func(q *returns.Quarter) { q.OpensOn = new(programme.Date("2027-03-31")) }, []string{"/opensOn order"}},
		{"due before it opens", func(q *returns.Quarter) { q.DueOn = new(programme.Date("2027-03-31")) }, []string{"/dueOn order"}},
		{"closed before it is due", func(q *returns.Quarter) { q.LateUntil = new(programme.Date("2027-05-13")) }, []string{"/lateUntil order"}},
		{"published on the last day", func(q *returns.Quarter) { q.PublishOn = q.LateUntil }, []string{"/publishOn order"}},
		{"published on the day after", func(q *returns.Quarter) { q.PublishOn = new(programme.Date("2027-05-29")) }, nil},
		{"no days", func(q *returns.Quarter) { q.OpensOn, q.DueOn, q.LateUntil = nil, nil, nil }, []string{"/opensOn required", "/dueOn required", "/lateUntil required"}},
		{"imported with days", func(q *returns.Quarter) { q.Imported, q.Today, q.Framework = true, "2027-04-01", new("1.0.0") }, []string{"/opensOn not_allowed", "/dueOn not_allowed", "/lateUntil not_allowed"}},
		{"imported", func(q *returns.Quarter) {
			q.Imported, q.Today, q.Framework, q.OpensOn, q.DueOn, q.LateUntil = true, "2027-04-01", new("1.0.0"), nil, nil, nil
		}, nil},
		{"imported without a framework", func(q *returns.Quarter) {
			q.Imported, q.Today, q.OpensOn, q.DueOn, q.LateUntil = true, "2027-04-01", nil, nil, nil
		}, []string{"/framework required"}},
		{"imported before it is over", func(q *returns.Quarter) {
			q.Imported, q.Today, q.Framework, q.OpensOn, q.DueOn, q.LateUntil = true, "2027-03-31", new("1.0.0"), nil, nil, nil
		}, []string{"/code not_yet"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			q := quarterOf(whole)
			c.change(&q)
			wantFaults(t, q.Check(), c.want...)
		})
	}
}

// TestWhatBoroughsRelyOn: what is asked and the first day are settled when the window
// opens, the others can only be moved to later days, and after the close not even that.
func TestWhatBoroughsRelyOn(t *testing.T) {
	t.Parallel()
	day := func(d programme.Date) *programme.Date { return &d }
	asked := func(q *returns.Quarter) { q.Framework = new("1.1.0") }
	opening := func(q *returns.Quarter) { q.OpensOn = day("2027-04-02") }
	earlier := func(q *returns.Quarter) { q.DueOn = day("2027-05-13") }
	later := func(q *returns.Quarter) { q.DueOn, q.LateUntil = day("2027-05-15"), day("2027-05-29") }
	announced := func(q *returns.Quarter) { q.PublishOn = day("2027-06-30") }
	const before, open, last, closed = "2027-03-31", "2027-04-01", "2027-05-28", "2027-05-29"
	for _, c := range []struct {
		name   string
		change func(*returns.Quarter)
		today  programme.Date
		want   []string
	}{
		{"what is asked, before", asked, before, nil},
		{"what is asked, on the first day", asked, open, []string{"/framework settled"}},
		{"the first day, before", opening, before, nil},
		{"the first day, on it", opening, open, []string{"/opensOn settled"}},
		{"an earlier due day, before", earlier, before, nil},
		{"an earlier due day, since", earlier, open, []string{"/dueOn settled"}},
		{"later days, on the last day", later, last, nil},
		{"later days, after the close", later, closed, []string{"/dueOn settled", "/lateUntil settled"}},
		{"the day of publication, after the close", announced, closed, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			q := quarterOf(fourth)
			q.Was, q.Today = q.Terms(), c.today
			c.change(&q)
			wantFaults(t, q.Check(), c.want...)
		})
	}
}

// TestWhatMayBeDoneInAQuarter: the team alone does anything, nothing in practice, only
// corrections of an imported one, and what the day allows.
func TestWhatMayBeDoneInAQuarter(t *testing.T) {
	t.Parallel()
	collected := quarterOf(fourth)
	practice, imported := returns.Quarter{Code: returns.Practice, Practice: true}, returns.Quarter{Code: "2020-21-Q1", Imported: true}
	for _, c := range []struct {
		quarter *returns.Quarter
		actor   programme.Actor
		step    programme.Step
		today   programme.Date
		want    programme.Code
	}{
		{&collected, manager, programme.Edit, "2027-05-29", ""},
		{&collected, director, programme.Edit, "2027-05-29", programme.CodeNotYours},
		{&collected, manager, programme.Delete, "2027-03-31", ""},
		{&collected, manager, programme.Delete, "2027-04-01", programme.CodeWrongState},
		{&collected, manager, returns.OpenCorrectionWindow, "2027-05-28", programme.CodeWrongState},
		{&collected, manager, returns.OpenCorrectionWindow, "2027-05-29", ""},
		{&collected, manager, returns.GrantExtension, "2027-06-10", ""},
		{&collected, director, returns.GrantExtension, "2027-05-01", programme.CodeNotYours},
		{&practice, manager, programme.Edit, "2027-05-01", programme.CodeWrongState},
		{&practice, manager, returns.LogContact, "2027-05-01", programme.CodeWrongState},
		{&imported, manager, programme.Edit, "2027-05-01", ""},
		{&imported, manager, programme.Delete, "2027-05-01", ""},
		{&imported, manager, returns.GrantExtension, "2027-05-01", programme.CodeWrongState},
	} {
		err := programme.MayNow(c.quarter, c.actor, c.step, c.today)
		e, _ := errors.AsType[*programme.Error](err)
		if c.want == "" != (err == nil) || e != nil && e.Code != c.want {
			t.Errorf("%s of %s on %s as %s: %v, want %q", c.step, c.quarter.Code, c.today, c.actor.Subject, err, c.want)
		}
	}
}

// TestWhatIsGranted: an extension goes beyond what the borough has and is not over; a
// correction window opens after the borough's own, and not in the past.
func TestWhatIsGranted(t *testing.T) {
	t.Parallel()
	q := quarterOf(fourth)
	late, after := at(t, "2027-05-17T12:00:00Z"), at(t, "2027-06-10T12:00:00Z")
	has := []returns.Extension{given("2027-05-20", "2027-05-01")} // and takes late ones until 3 June
	extend := func(until programme.Date) error {
		e := returns.Extension{Granted: returns.Granted{Borough: "E09000022"}, DueOn: until}
		e.Grant(&q, late, london, has)
		return e.Check()
	}
	wantFaults(t, extend("2027-05-20"), "/dueOn order")
	wantFaults(t, extend("2027-05-21"))
	has = nil
	wantFaults(t, extend("2027-05-16"), "/dueOn order")
	wantFaults(t, extend("2027-05-17"))

	has = []returns.Extension{given("2027-05-20", "2027-05-01")}
	open := func(first, last programme.Date) error {
		c := returns.CorrectionWindow{Granted: returns.Granted{Borough: "E09000022"}, OpensOn: first, ClosesOn: last}
		c.Grant(&q, after, london, has)
		if !c.Audience.Includes(director) || c.Audience.Includes(programme.Actor{Subject: "x", Roles: director.Roles, Borough: "E09000028"}) {
			t.Errorf("it is seen by %v", c.Audience)
		}
		return c.Check()
	}
	wantFaults(t, open("2027-06-03", "2027-06-12"), "/opensOn order")
	wantFaults(t, open("2027-06-09", "2027-06-12"), "/opensOn order")
	wantFaults(t, open("2027-06-10", "2027-06-09"), "/closesOn order")
	wantFaults(t, open("2027-06-10", "2027-06-10"))
}

// TestContacts: a contact is written down once it has been made, and what was promised
// has its words.
func TestContacts(t *testing.T) {
	t.Parallel()
	q := quarterOf(fourth)
	written := func(change func(*returns.Contact)) error {
		c := returns.Contact{Borough: "E09000022", ContactedOn: "2027-05-15", Channel: returns.ByPhone}
		change(&c)
		c.Log(&q, "2027-05-15")
		if c.Audience.Includes(director) {
			t.Error("a borough sees the team's notebook")
		}
		return c.Check()
	}
	wantFaults(t, written(func(*returns.Contact) {}))
	wantFaults(t, written(func(c *returns.Contact) { c.ContactedOn = "2027-05-16" }), "/contactedOn not_yet")
	wantFaults(t, written(func(c *returns.Contact) { c.PromisedBy = new("Head of performance") }), "/promised required")
	wantFaults(t, written(func(c *returns.Contact) {
		c.Promised, c.PromisedUntil = new("The return."), new(programme.Date("2027-05-14"))
	}), "/promisedUntil order")
	wantFaults(t, written(func(c *returns.Contact) {
		c.Promised, c.PromisedUntil = new("The return."), new(programme.Date("2027-05-20"))
	}))
}

// TestWhichFrameworkHolds: the one that is named; else the newest that stands published
// when the window opens, to the second, or the first after; and for practice the newest.
func TestWhichFrameworkHolds(t *testing.T) {
	t.Parallel()
	version := func(number, at string) returns.Published {
		moment, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		return returns.Published{Number: number, PublishedAt: moment}
	}
	early, eve, late := version("1.9.0", "2027-01-01T12:00:00Z"), version("1.10.0", "2027-03-31T22:59:59Z"), version("1.11.0", "2027-03-31T23:00:01Z")
	all := []returns.Published{late, early, eve}
	for _, c := range []struct {
		name      string
		change    func(*returns.Quarter)
		published []returns.Published
		today     programme.Date
		want      string
	}{
		{"named", func(q *returns.Quarter) { q.Framework = new("1.9.0") }, all, "2027-03-01", "1.9.0"},
		{"before it opens", func(*returns.Quarter) {}, all, "2027-03-31", ""},
		{"when it opens", func(*returns.Quarter) {}, all, "2027-04-01", "1.10.0"},
		{"long after", func(*returns.Quarter) {}, all, "2027-12-01", "1.10.0"},
		{"none was published before", func(*returns.Quarter) {}, []returns.Published{late}, "2027-04-01", "1.11.0"},
		{"none is published", func(*returns.Quarter) {}, nil, "2027-04-01", ""},
		{"practice", func(q *returns.Quarter) { q.Practice, q.OpensOn = true, nil }, all, "2027-12-01", "1.11.0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			q := quarterOf(fourth)
			c.change(&q)
			q.Published = c.published
			if got := q.Asks(c.today, london); (got == nil) != (c.want == "") || got != nil && *got != c.want {
				t.Errorf("it asks for %v, want %q", got, c.want)
			}
		})
	}
}
