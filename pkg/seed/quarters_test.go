package seed_test

import (
	"math"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
	"peerchallenge/pkg/seed"
)

const lambeth, city = "E09000022", "E09000001"

// loaded is London as a store answers it, with its published figures, and its framework.
func loaded(t *testing.T) (*benchmark.Snapshot, framework.Framework) {
	t.Helper()
	s := open(t)
	out := load(t, s)
	f, err := s.Framework(t.Context(), team, "1.0.0")
	must(t, err)
	return out, f
}

func quartersOn(t *testing.T, l *benchmark.Snapshot, f *framework.Framework, today programme.Date) []returns.Chapter {
	t.Helper()
	told, err := seed.Quarters(l, f, today)
	must(t, err)
	return told
}

// lived is what has become of the returns, as it was told.
type lived struct {
	quarter *returns.Quarter
	rows    map[string]*returns.Submission // by borough
	reports map[string][]returns.Report    // of each version or draft as it came
	values  map[string]returns.Values      // the last
}

// live lets all that is told happen, under the rules, with nothing but the figures.
func live(t *testing.T, l *benchmark.Snapshot, f *framework.Framework, told []returns.Chapter) []lived {
	t.Helper()
	asked := returns.Asked{Version: f.Number, Document: &f.Document, Indicators: l.Indicators}
	before, zone := map[string]returns.History{}, programme.DefaultSettings.Zone
	var all []lived
	for i := range told {
		q := lived{&told[i].Quarter, map[string]*returns.Submission{}, map[string][]returns.Report{}, map[string]returns.Values{}}
		versions := map[string][]returns.Version{}
		for k := range told[i].Returns {
			r := &told[i].Returns[k]
			row := q.rows[r.Borough]
			if row == nil {
				row = &returns.Submission{Borough: r.Borough, Quarter: q.quarter.Code, State: returns.Drafted, Facts: returns.Facts{Quarter: q.quarter}}
				q.rows[r.Borough] = row
			}
			judging := returns.Judging{Asked: asked, Borough: r.Borough, Quarter: q.quarter.Code, Before: before[r.Borough]}
			sent, err := judging.Tell(row, versions[r.Borough], r, zone)
			if err != nil {
				t.Fatalf("%s of %s: %v", r.Borough, q.quarter.Code, err)
			}
			versions[r.Borough], q.values[r.Borough] = sent, r.Values
			q.reports[r.Borough] = append(q.reports[r.Borough], returns.Judge(asked, r.Borough, q.quarter.Code, r.Values, before[r.Borough], row.Explanations))
		}
		for borough, values := range q.values {
			before[borough] = append(before[borough], returns.Past{Quarter: q.quarter.Code, Values: values})
		}
		all = append(all, q)
	}
	return all
}

func number(t *testing.T, vs returns.Values, count string) float64 {
	t.Helper()
	n, is := vs.Of(count).Number()
	if !is {
		t.Fatalf("%s has no number", count)
	}
	return n
}

// TestQuarters holds what is told of quarters to what readers are told of it.
func TestQuarters(t *testing.T) {
	t.Parallel()
	l, f := loaded(t)
	for name, hold := range map[string]func(*testing.T, *benchmark.Snapshot, *framework.Framework){
		"eight, one of them open": quartersAreEightAndOneIsOpen,
		"by the rules":            quartersKeepTheRules,
		"near what is published":  quartersAreNearWhatIsPublished,
		"possible":                quartersCouldHaveHappened,
		"deterministic":           quartersAreDeterministic,
	} {
		t.Run(name, func(t *testing.T) { hold(t, l, &f) })
	}
}

// quartersAreEightAndOneIsOpen whichever day it is: seven are closed with all returns
// accepted, and in the last there is somebody in every state that a borough can be in.
func quartersAreEightAndOneIsOpen(t *testing.T, l *benchmark.Snapshot, f *framework.Framework) {
	for day := programme.Date("2026-01-01"); day < "2027-03-01"; day = day.AddDays(11) {
		told := quartersOn(t, l, f, day)
		if len(told) != 8 {
			t.Fatalf("%s: %d quarters", day, len(told))
		}
		all := live(t, l, f, told)
		for i, q := range all {
			q.quarter.Plan(day)
			must(t, q.quarter.Check())
			open := i == 7
			if got := q.quarter.StandingOn(day); !q.quarter.Illustrative || open != (got == returns.Late) || !open && got != returns.Closed {
				t.Errorf("%s: %s is %s, illustrative %t", day, q.quarter.Code, got, q.quarter.Illustrative)
			}
			states, late, resubmitted := map[returns.State]int{}, 0, 0
			for _, row := range q.rows {
				states[row.State]++
				resubmitted += row.Resubmitted
				if row.DaysLate > 0 {
					late++
				}
				if row.ReceivedAt != nil && returns.DayAt(*row.ReceivedAt, programme.DefaultSettings.Zone) >= day {
					t.Errorf("%s: the return of %s for %s comes on a day that is not over", day, row.Borough, row.Quarter)
				}
			}
			want := map[returns.State]int{returns.Accepted: 33}
			if open {
				want = map[returns.State]int{returns.Drafted: 1, returns.Queried: 2, returns.Submitted: 19, returns.Accepted: 7}
			}
			if !reflect.DeepEqual(states, want) {
				t.Errorf("%s: %s has %v, want %v", day, q.quarter.Code, states, want)
			}
			if open && (late != 2 || resubmitted != 1) {
				t.Errorf("%s: %d are late and %d came again", day, late, resubmitted)
			}
		}
	}
}

// quartersKeepTheRules of the framework: only what is told as unlikely is warned of,
// and it is explained, but for the draft that waits for it.
func quartersKeepTheRules(t *testing.T, l *benchmark.Snapshot, f *framework.Framework) {
	unlikely := map[string][]string{
		"E09000010": {"section_47_enquiries"}, "E09000021": {"assessments", "assessments_in_45_days"}, lambeth: {"children_in_need"},
	}
	warned := map[string]int{}
	status := map[returns.Status]int{}
	for i, q := range live(t, l, f, quartersOn(t, l, f, "2026-11-26")) {
		for borough, reports := range q.reports {
			if len(q.values[borough]) != len(f.Document.Counts) {
				t.Errorf("%s of %s has %d of %d counts", borough, q.quarter.Code, len(q.values[borough]), len(f.Document.Counts))
			}
			for _, v := range q.values[borough] {
				status[v.Status]++
				if v.Status != returns.Reported && v.Reason == nil {
					t.Errorf("%s of %s: %s is %s without a reason", borough, q.quarter.Code, v.Count, v.Status)
				}
			}
			for _, r := range reports {
				if r.Refused+r.Errors > 0 || r.Open > 0 != (borough == lambeth && i == 7) {
					t.Errorf("%s of %s: %d errors, %d warnings unexplained: %+v", borough, q.quarter.Code, r.Errors, r.Open, r.Findings)
				}
				for _, finding := range r.Findings {
					warned[borough]++
					if !slices.Contains(unlikely[borough], finding.Counts[0].Count) {
						t.Errorf("%s of %s: %s", borough, q.quarter.Code, finding.Detail)
					}
				}
			}
		}
	}
	if len(warned) != len(unlikely) {
		t.Errorf("warned of are %v", warned)
	}
	for _, s := range returns.Statuses {
		if status[s] == 0 {
			t.Errorf("nothing is %s", s)
		}
	}
}

// quartersAreNearWhatIsPublished: the referrals of a year come to the published number
// of the newest year, and stocks on 31 March are near that of its last day. Small numbers
// differ by a few at most.
func quartersAreNearWhatIsPublished(t *testing.T, l *benchmark.Snapshot, f *framework.Framework) {
	all := live(t, l, f, quartersOn(t, l, f, "2026-11-26"))
	published := func(indicator, borough string) (benchmark.Figure, bool) {
		figure, _ := l.Data.Column("2024-25", indicator).Figure(borough)
		return figure, figure.Numerator != nil
	}
	compared := 0
	near := func(borough, what string, got, want float64) {
		t.Helper()
		compared++
		if math.Abs(got-want) > max(4, 0.055*want) {
			t.Errorf("%s: %s are %v, published are %v", borough, what, got, want)
		}
	}
	for _, b := range l.Boroughs {
		year := 0.0
		for _, q := range all[2:6] { // of 2025-26
			if q.quarter.Code[:7] != "2025-26" {
				t.Fatalf("%s is none of the year's", q.quarter.Code)
			}
			year += number(t, q.values[b.Code], "referrals")
		}
		if figure, is := published("REF_RATE", b.Code); is {
			near(b.Code, "referrals", year, *figure.Numerator)
		}
		march := all[1].values[b.Code]
		for indicator, count := range map[string]string{"CIN_RATE": "children_in_need", "CLA_RATE": "looked_after"} {
			if figure, is := published(indicator, b.Code); is {
				near(b.Code, count, number(t, march, count), *figure.Numerator)
			}
		}
		if figure, is := published("CL_ACCOM_PCT", b.Code); is {
			near(b.Code, "care leavers", number(t, march, "care_leavers"), *figure.Denominator)
		}
		// The two files of care leavers have not quite the same young people in them.
		if figure, is := published("CL_EET_PCT", b.Code); is {
			near(b.Code, "those in education, employment or training", number(t, march, "leavers_occupied"), *figure.Numerator / *figure.Denominator * number(t, march, "care_leavers"))
		}
	}
	if compared < 120 {
		t.Errorf("only %d were compared", compared)
	}
	if n := number(t, all[7].values[city], "looked_after"); n > 40 {
		t.Errorf("the City of London looks after %v", n)
	}
}

// quartersCouldHaveHappened: whoever has been looked after for a year was so a year
// ago, and there are no more plans than there were and have started.
func quartersCouldHaveHappened(t *testing.T, l *benchmark.Snapshot, f *framework.Framework) {
	all := live(t, l, f, quartersOn(t, l, f, "2026-11-26"))
	moved := 0
	for i, q := range all {
		for borough, now := range q.values {
			if i >= 4 && number(t, now, "looked_after_a_year") > number(t, all[i-4].values[borough], "looked_after") {
				t.Errorf("%s of %s: more have been looked after for a year than were a year ago", borough, q.quarter.Code)
			}
			if i == 0 {
				continue
			}
			was := all[i-1].values[borough]
			if more := number(t, now, "plans_open") - number(t, was, "plans_open"); more > number(t, now, "plans_started") {
				t.Errorf("%s of %s: there are %v more plans, and fewer have started", borough, q.quarter.Code, more)
			}
			if number(t, now, "referrals") != number(t, was, "referrals") {
				moved++
			}
		}
	}
	if moved < 200 {
		t.Errorf("only %d numbers of referrals are another than the quarter before", moved)
	}
}

// quartersAreDeterministic: the same on every call, and a quarter's figures do not
// change with the day on which they are made up.
func quartersAreDeterministic(t *testing.T, l *benchmark.Snapshot, f *framework.Framework) {
	told := quartersOn(t, l, f, "2026-11-26")
	if !reflect.DeepEqual(told, quartersOn(t, l, f, "2026-11-26")) {
		t.Error("the same day tells of other quarters")
	}
	later := quartersOn(t, l, f, "2027-02-10") // when the next quarter is the open one
	of := func(c returns.Chapter, borough string) returns.Values {
		for _, r := range c.Returns {
			if r.Borough == borough {
				return r.Values
			}
		}
		return nil
	}
	const untold = "E09000003" // of whom no story is told
	for i := range 7 {
		if told[i+1].Quarter.Code != later[i].Quarter.Code || !of(told[i+1], untold).Equal(of(later[i], untold)) {
			t.Errorf("%s is another when it is told of later", told[i+1].Quarter.Code)
		}
	}
}

// all answers the whole list.
func all[T any](t *testing.T, l programme.Listing[T]) []T {
	t.Helper()
	var rows []T
	must(t, l.Each(t.Context(), func(int64) (bool, error) { return true, nil }, func(row *T) error {
		rows = append(rows, *row)
		return nil
	}))
	return rows
}

// TestLoadQuarters brings them into a store, once, each return with its versions, audited
// as what was inserted, and seen by those who may see it. Nobody has signed what is made up.
func TestLoadQuarters(t *testing.T) {
	t.Parallel()
	s := open(t)
	load(t, s)
	today := programme.DefaultSettings.Today(time.Now())
	for range 2 {
		must(t, seed.LoadQuarters(t.Context(), s, team, today))
	}
	count := func(actor programme.Actor, f returns.SubmissionFilter) int {
		page := all(t, s.BenchmarkingSubmissions(actor, f, ""))
		return len(page)
	}
	if n := count(team, returns.SubmissionFilter{}); n != 7*33+28 { // and not the draft
		t.Errorf("the programme's team sees %d returns", n)
	}
	own := programme.Actor{Issuer: "test", Subject: "lead", Borough: lambeth, Roles: []programme.Role{programme.RoleBoroughLead}}
	if n := count(own, returns.SubmissionFilter{}); n != 8 {
		t.Errorf("Lambeth sees %d returns", n)
	}
	quarters := all(t, s.Quarters(team, returns.QuarterFilter{Practice: new(false)}, "-code"))
	if len(quarters) != 8 || !quarters[0].Illustrative || quarters[0].StandingOn(today) != returns.Late || quarters[1].Generation != 33 {
		t.Errorf("there are %d quarters, the newest %+v", len(quarters), quarters[0])
	}
	draft, err := s.BoroughBenchmarkingSubmission(t.Context(), own, lambeth, quarters[0].Code)
	must(t, err)
	if draft.State != returns.Drafted || !draft.Illustrative || draft.Facts.Report == nil || draft.Facts.Report.Open == 0 {
		t.Errorf("Lambeth's draft is %+v", draft)
	}
	queried, err := s.BoroughBenchmarkingSubmission(t.Context(), team, "E09000021", quarters[0].Code)
	must(t, err)
	versions := all(t, s.BenchmarkingVersions(team, queried.ID))
	if queried.State != returns.Queried || len(queried.Thread) != 1 || queried.Thread[0].ID == "" || len(versions) != 1 || versions[0].State != returns.VersionQueried || len(versions[0].Explanations) == 0 {
		t.Errorf("Kingston's return is %+v with %+v", queried, versions)
	}
	resent, err := s.BoroughBenchmarkingSubmission(t.Context(), team, "E09000012", quarters[0].Code)
	must(t, err)
	if versions = all(t, s.BenchmarkingVersions(team, resent.ID)); len(versions) != 2 || versions[0].State != returns.VersionSuperseded || versions[1].State != returns.VersionSubmitted || versions[1].ReceiptID != nil || resent.ReceiptID != nil {
		t.Errorf("Hackney's versions are %+v", versions)
	}
}

// TestLoadQuartersLeavesTheTeamsOwn: where the team has planned a quarter, or asks for
// something else, nothing is told; and nobody else may load anything.
func TestLoadQuartersLeavesTheTeamsOwn(t *testing.T) {
	t.Parallel()
	s := open(t)
	must(t, seed.LoadReference(t.Context(), s, team))
	today := programme.DefaultSettings.Today(time.Now())
	quarters := func() int {
		page := all(t, s.Quarters(team, returns.QuarterFilter{Practice: new(false)}, ""))
		return len(page)
	}
	must(t, seed.LoadQuarters(t.Context(), s, team, today))
	if n := quarters(); n != 0 {
		t.Errorf("without the framework there are %d quarters", n)
	}
	must(t, seed.LoadFramework(t.Context(), s, team))
	if err := seed.LoadQuarters(t.Context(), s, programme.Actor{Subject: "lead", Borough: lambeth, Roles: []programme.Role{programme.RoleBoroughLead}}, today); programme.KindOf(err) != programme.Forbidden {
		t.Errorf("a borough's lead is answered %v", err)
	}
	opens, due, late := programme.Date("2030-07-01"), programme.Date("2030-07-20"), programme.Date("2030-07-30")
	_, err := s.CreateQuarter(t.Context(), team, returns.Quarter{Code: "2030-31-Q1", OpensOn: &opens, DueOn: &due, LateUntil: &late})
	must(t, err)
	must(t, seed.LoadQuarters(t.Context(), s, team, today))
	if n := quarters(); n != 1 {
		t.Errorf("beside the team's own there are %d quarters", n-1)
	}
}

// TestQuartersAreOfLondonsFramework: of counts of which nothing says how they are made up,
// nothing is.
func TestQuartersAreOfLondonsFramework(t *testing.T) {
	t.Parallel()
	f, err := seed.Framework()
	must(t, err)
	f.Document.Counts = append(f.Document.Counts, framework.Count{Code: "tea"})
	if _, err := seed.Quarters(london(t), &f, "2026-11-26"); err == nil {
		t.Error("it makes up how much tea is drunk")
	}
}

// TestDemoPageNamesEveryCount: docs/demo.md says of each how it is made up.
func TestDemoPageNamesEveryCount(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/demo.md")
	must(t, err)
	f, err := seed.Framework()
	must(t, err)
	for i := range f.Document.Counts {
		if code := f.Document.Counts[i].Code; !strings.Contains(string(page), "`"+code+"`") {
			t.Errorf("it does not say how %s is made up", code)
		}
	}
}
