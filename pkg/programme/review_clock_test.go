package programme_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"peerchallenge/pkg/programme"
)

// TestMonthsOfClocksNeverSpill: a month without such a day ends with its last one, in leap
// years too, and the days follow the last of fieldwork.
func TestMonthsOfClocksNeverSpill(t *testing.T) {
	t.Parallel()
	by := programme.ReviewClocks{ReportMonths: 1, ActionPlanFromMonths: 3, ActionPlanMonths: 6, ProgressReviewMonths: 10, ProgressReportMonths: 12}
	for _, c := range []struct {
		last programme.Date
		want string // report, action plan from and until, progress review, its report
	}{
		{"2026-08-31", "2026-09-30 2026-11-30 2027-02-28 2027-06-30 2027-08-31"},
		{"2027-08-31", "2027-09-30 2027-11-30 2028-02-29 2028-06-30 2028-08-31"},
		{"2028-02-29", "2028-03-29 2028-05-29 2028-08-29 2028-12-29 2029-02-28"},
		{"2026-12-31", "2027-01-31 2027-03-31 2027-06-30 2027-10-31 2027-12-31"},
		{"2026-11-03", "2026-12-03 2027-02-03 2027-05-03 2027-09-03 2027-11-03"},
	} {
		r := reviewOfLambeth(programme.ReviewPreparing)
		r.FieldworkDays = []programme.Date{c.last.AddDays(-1), c.last}
		clocks := r.Clocks(by, "2030-01-01")
		got := fmt.Sprint(clocks[0].DueOn, " ", *clocks[1].FromOn, " ", clocks[1].DueOn, " ", clocks[2].DueOn, " ", clocks[3].DueOn)
		if got != c.want {
			t.Errorf("after %s they are %s, want %s", c.last, got, c.want)
		}
		if programme.Overdue(clocks) {
			t.Errorf("what is being prepared is overdue after %s", c.last)
		}
	}
}

// TestAClockIsOverdueAfterItsDay, unless what it waits for is there.
func TestAClockIsOverdueAfterItsDay(t *testing.T) {
	t.Parallel()
	const last = "2026-08-31"
	late := programme.Date("2027-09-01")
	for name, c := range map[string]struct {
		today programme.Date
		is    func(*programme.PeerReview)
		want  []string
	}{
		"on its last day":           {"2026-11-30", nil, nil},
		"on the day after":          {"2026-12-01", nil, []string{"report"}},
		"half a year later":         {"2027-02-01", nil, []string{"report", "action_plan"}},
		"a year later":              {late, nil, []string{"report", "action_plan", "progress_review", "progress_report"}},
		"reported":                  {late, func(r *programme.PeerReview) { r.ReportedOn = new(late) }, []string{"progress_review", "progress_report"}},
		"reported and not answered": {late, func(r *programme.PeerReview) { r.ReportedOn, r.Unanswered = new(late), 1 }, []string{"action_plan", "progress_review", "progress_report"}},
		"held":                      {late, func(r *programme.PeerReview) { r.ReportedOn, r.ProgressReviewHeldOn = new(late), new(late) }, []string{"progress_report"}},
		"told":                      {late, func(r *programme.PeerReview) { r.ReportedOn, r.ProgressReview = new(late), new("Much came of it.") }, nil},
		"told with nothing":         {late, func(r *programme.PeerReview) { r.ReportedOn, r.ProgressReview = new(late), new(" \n") }, []string{"progress_review", "progress_report"}},
		"waived":                    {late, func(r *programme.PeerReview) { r.ReportedOn, r.ProgressReviewWaived = new(late), new("Inspected.") }, nil},
		"agreed for later":          {late, func(r *programme.PeerReview) { r.ReportedOn, r.ProgressReviewOn = new(late), new(late) }, nil},
		"being prepared":            {late, func(r *programme.PeerReview) { r.State = programme.ReviewPreparing }, nil},
		"cancelled":                 {late, func(r *programme.PeerReview) { r.State = programme.ReviewCancelled }, nil},
		"without days":              {late, func(r *programme.PeerReview) { r.FieldworkDays = nil }, nil},
	} {
		r := reviewOfLambeth(programme.ReviewFieldwork)
		r.FieldworkDays, r.ProgressReview = []programme.Date{last}, nil
		if c.is != nil {
			c.is(r)
		}
		var got []string
		for _, clock := range r.Clocks(programme.DefaultReviewClocks(), c.today) {
			if clock.Overdue {
				got = append(got, string(clock.Name))
			}
			if clock.Overdue && clock.Met {
				t.Errorf("%s: %s is met and overdue", name, clock.Name)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: overdue is %v, want %v", name, got, c.want)
		}
	}
}

// TestAProgressReviewIsHeldOnce it was: not before fieldwork has ended, and not tomorrow.
func TestAProgressReviewIsHeldOnceItWas(t *testing.T) {
	t.Parallel()
	held := func(state programme.ReviewState, day programme.Date) (*programme.PeerReview, string) {
		r := reviewOfLambeth(state)
		r.ProgressReviewHeldOn = &day
		faults := r.HeldBefore("2027-09-01")
		got := make([]string, len(faults))
		for i, f := range faults {
			got[i] = f.Pointer + " " + string(f.Code)
		}
		return r, strings.Join(got, ", ")
	}
	if r, got := held(programme.ReviewFollowUp, "2027-09-01"); got != "" || r.Check() != nil {
		t.Errorf("held today: %s (%v)", got, r.Check())
	}
	if _, got := held(programme.ReviewFollowUp, "2027-09-02"); got != "/progressReviewHeldOn not_yet" {
		t.Errorf("held tomorrow: %s", got)
	}
	if _, got := held(programme.ReviewPreparing, "2026-12-01"); got != "/progressReviewHeldOn not_yet" {
		t.Errorf("held before fieldwork began: %s", got)
	}
	r, _ := held(programme.ReviewFollowUp, "2026-11-04")
	if got := faultsNamed(t, r.Check()); !slices.Equal(got, []string{"/progressReviewHeldOn order"}) {
		t.Errorf("held during fieldwork: %v", got)
	}
}

// TestClocksRunForwards: what waits for another is not due before it.
func TestClocksRunForwards(t *testing.T) {
	t.Parallel()
	p := programme.Programme{ReviewClocks: programme.DefaultReviewClocks()}
	if err := p.Check(); err != nil {
		t.Errorf("the LGA's are refused: %v", err)
	}
	p.ReviewClocks.ActionPlanMonths, p.ReviewClocks.ProgressReportMonths = 2, 9
	if got := faultsNamed(t, p.Check()); !slices.Equal(got, []string{"/reviewClocks/actionPlanMonths order", "/reviewClocks/progressReportMonths order"}) {
		t.Errorf("backwards they are refused with %v", got)
	}
}
