package seed

import (
	"context"
	"fmt"
	"slices"
	"time"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

// How many quarters are told of: the last one is open.
const toldQuarters = 8

// The days of a quarter's window. One that is closed has had them after its last day;
// the open one has them around today, so that there is always somebody who is late.
const (
	dueAfter     = 42 // days
	graceDays    = 14
	publishAfter = 14 // days after the window has closed
	overdue      = 7  // for how many days the open quarter has been due
	leastAge     = 28 // for how many days it has been over
)

// What people say in the examples. Nobody has said it.
const (
	lookedFor = "Example: none were found in the case system on the quarter's last day."
	together  = "Example: early help is given together with a neighbour, which counts these assessments."
	replaced  = "Example: the case system was being replaced, and the extract could not be made in time."
	awaited   = "Example: the health trust's extract had not come by the due day."
	campaign  = "Example: a week of joint training with the police was followed by many more strategy discussions; the cases were sampled and are right."
	backlog   = "Example: a backlog of authorisations was worked off in this quarter."
)

// story is what is told of one return beside its figures.
type story struct {
	times map[string]float64 // counts that are so many times what they would be
	said  string             // to the warnings
	gaps  []returns.Value    // what is said instead of numbers
	asked string             // by the team, which has the borough send another
}

// stories are told of boroughs in the quarters at these places, of which the last is the
// open one.
var stories = map[string]map[int]story{
	"E09000001": everyQuarter(story{gaps: []returns.Value{{Count: "early_help_assessments", Status: returns.NotApplicable, Reason: new(together)}}}),
	"E09000004": {3: {gaps: []returns.Value{{Count: "health_assessed", Status: returns.Missing, Reason: new(awaited)}}}},
	"E09000010": {
		4: {times: map[string]float64{"section_47_enquiries": 1.5}, said: campaign},
		5: {said: campaign}, // which fall again
	},
	"E09000012": {
		5: {times: map[string]float64{"referrals": 1.05}, asked: "Example: is the number of referrals without contacts?"},
		7: {times: map[string]float64{"early_help_assessments": 0.98}, asked: "Example: are the assessments by health visitors among them?"},
	},
	"E09000021": {7: {times: map[string]float64{"assessments": 1.45}, said: backlog, asked: "Example: how many of the assessments were begun in an earlier quarter?"}},
	"E09000022": {7: {times: map[string]float64{"children_in_need": 1.25}}},
	"E09000028": {5: {gaps: []returns.Value{{Count: "leavers_occupied", Status: returns.Missing, Reason: new(replaced)}}}},
	"E09000031": {7: {asked: "Example: the placements leave 40 children over. Where do they live?"}},
}

func everyQuarter(s story) map[int]story {
	of := map[int]story{}
	for i := range toldQuarters {
		of[i] = s
	}
	return of
}

// What has become of returns of the open quarter. Every other borough's came on time;
// that of every third of those is accepted.
var (
	drafting    = []string{"E09000022"}                           // with a warning that nobody has explained
	outstanding = []string{"E09000005", "E09000014", "E09000025"} // nothing has come, and the due day is over
	extended    = []string{"E09000009", "E09000019"}              // have more time: the first has sent its return
	tardy       = []string{"E09000002", "E09000017"}              // came after the due day
	queried     = []string{"E09000021", "E09000031"}
)

// LoadQuarters tells of eight quarters of returns that are made up, the last of which is
// open on the day, unless the store has or had any of its own. It is what a demo shows,
// and not for a service that collects returns. It needs what [Load] loads; where another
// framework is published, it tells nothing. The error is Forbidden for anyone but the
// programme's team.
func LoadQuarters(ctx context.Context, store Store, actor programme.Actor, today programme.Date) error {
	if err := mayLoad(actor); err != nil {
		return err
	}
	london, err := store.Snapshot(ctx)
	if err != nil {
		return err
	}
	asked, err := Framework()
	if err != nil {
		return err
	}
	published, err := store.Framework(ctx, actor, asked.Number)
	switch {
	case programme.KindOf(err) == programme.NotFound:
		return nil
	case err != nil:
		return err
	case !makes(&published.Document):
		return nil // the team asks for something else under that number
	}
	told, err := Quarters(london, &published, today)
	if err != nil {
		return err
	}
	if err := store.SeedQuarters(ctx, told); err != nil {
		return fmt.Errorf("the examples of returns: %w", err)
	}
	return nil
}

// Quarters answers what is told of the eight quarters, the earliest first. docs/demo.md
// says how their figures are made up.
func Quarters(london *benchmark.Snapshot, f *framework.Framework, today programme.Date) ([]returns.Chapter, error) {
	fig, err := newFigures(london, &f.Document)
	if err != nil {
		return nil, err
	}
	last, err := lastOver(today)
	if err != nil {
		return nil, err
	}
	periods := []benchmark.Period{last}
	for len(periods) < toldQuarters {
		periods = append(periods, periods[len(periods)-1].Previous())
	}
	slices.Reverse(periods)
	chapters := make([]returns.Chapter, len(periods))
	for i, p := range periods {
		c := &chapters[i]
		due := p.EndsOn.AddDays(dueAfter)
		if open := i == len(periods)-1; open {
			due = today.AddDays(-overdue)
			c.Extensions, c.Contacts = granted(due), contacted(due)
		}
		c.Quarter = collection(p, f.Number, due)
		for n := range london.Boroughs {
			c.Returns = append(c.Returns, fig.tell(london.Boroughs[n].Code, p, i, n, due)...)
		}
	}
	return chapters, nil
}

// lastOver answers the newest quarter that has been over for long enough for its window to
// have been open for some weeks.
func lastOver(today programme.Date) (benchmark.Period, error) {
	running := ordinal(today.AddDays(1 - leastAge))
	year, quarter := (running-1)/4, (running-1)%4+1
	return benchmark.ParsePeriod(fmt.Sprintf("%d-%02d-Q%d", year, (year+1)%100, quarter))
}

// collection plans a quarter that was due on the day.
func collection(p benchmark.Period, version string, due programme.Date) returns.Quarter {
	opens, late := p.EndsOn.AddDays(1), due.AddDays(graceDays)
	publish := late.AddDays(publishAfter)
	return returns.Quarter{Code: p.Code, Framework: &version, OpensOn: &opens, DueOn: &due, LateUntil: &late, PublishOn: &publish, Illustrative: true}
}

// granted is who has more time in the open quarter.
func granted(due programme.Date) []returns.Extension {
	var given []returns.Extension
	for _, code := range extended {
		given = append(given, returns.Extension{
			Granted: returns.Granted{Borough: code, Reason: "Example: the case system is being replaced.", GrantedOn: due.AddDays(-3)}, DueOn: due.AddDays(overdue + 5),
		})
	}
	return given
}

// contacted is who of those whose return is outstanding was reached.
func contacted(due programme.Date) []returns.Contact {
	until := due.AddDays(overdue + 3)
	return []returns.Contact{
		{Borough: outstanding[0], ContactedOn: due.AddDays(2), Channel: returns.ByPhone, Promised: new("Example: the return is complete and waits for the director."), PromisedBy: new("Head of performance"), PromisedUntil: &until},
		{Borough: outstanding[1], ContactedOn: due.AddDays(1), Channel: returns.ByEmail},
	}
}

// tell answers what came from the borough at place n in the quarter at place i: nothing,
// or one version or two.
func (f *figures) tell(borough string, p benchmark.Period, i, n int, due programme.Date) []returns.Told {
	open := i == toldQuarters-1
	if open && (slices.Contains(outstanding, borough) || borough == extended[1]) {
		return nil
	}
	s := stories[borough][i]
	t := returns.Told{Borough: borough, Said: s.said, Values: with(f.of(borough, p, s.times), s.gaps), SentAfter: 9*time.Hour + time.Duration(n)*7*time.Minute}
	if open && slices.Contains(drafting, borough) {
		return []returns.Told{t}
	}
	sent := due.AddDays(-int(hashed(borough, p.Code) % 14))
	if late := hashed(borough, p.Code, "late") % 12; !open && late == 0 || open && slices.Contains(tardy, borough) {
		sent = due.AddDays(2 + n%5)
	}
	t.SentOn = &sent
	accepted := sent.AddDays(6)
	if accept := !open || n%3 == 0; accept && s.asked == "" {
		t.AcceptedOn = &accepted
	}
	if s.asked == "" {
		return []returns.Told{t}
	}
	// It was asked about. Where it is still, that is how it stands; else the borough has
	// sent another, without what was too much, which was accepted if the quarter is closed.
	t.Asked = &returns.Question{Counts: []string{}, Text: s.asked}
	if open && slices.Contains(queried, borough) {
		return []returns.Told{t}
	}
	again, later := t, sent.AddDays(3)
	again.Values = with(f.of(borough, p, nil), s.gaps)
	again.Asked, again.SentOn = nil, &later
	if !open {
		again.AcceptedOn = &accepted
	}
	return []returns.Told{t, again}
}

// with answers the values, with what is said instead of some numbers.
func with(values returns.Values, gaps []returns.Value) returns.Values {
	for _, gap := range gaps {
		i := slices.IndexFunc(values, func(v returns.Value) bool { return v.Count == gap.Count })
		values[i] = gap
	}
	return values
}
