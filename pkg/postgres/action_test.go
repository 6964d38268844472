package postgres

import (
	"errors"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"peerchallenge/pkg/programme"
)

func TestActionBelongsToItsFinding(t *testing.T) {
	t.Parallel()
	s, _ := forumStore(t)
	g := groupOf(t, s, aboutCode, finderCode)
	open := findingIn(t, s, g.ID, aboutCode)
	accepted := answered(t, s, findingIn(t, s, g.ID, aboutCode))
	due, nothing := programme.Date("2027-03-31"), newID()
	for name, c := range map[string]struct {
		actor   programme.Actor
		finding string
		due     *programme.Date
		kind    programme.Kind
		code    string
		faults  []string
	}{
		"not accepted":        {about, open.ID, &due, programme.Conflict, "finding_not_accepted", nil},
		"another member":      {finder, accepted.ID, &due, programme.Forbidden, "not_yours", nil},
		"the team":            {team, accepted.ID, &due, programme.Forbidden, "not_yours", nil},
		"hidden finding":      {outsider, accepted.ID, &due, programme.Invalid, "invalid", []string{"/findingId unknown_value"}},
		"unknown finding":     {about, nothing, nil, programme.Invalid, "invalid", []string{"/dueOn one_of", "/findingId unknown_value"}},
		"no finding's id":     {about, "no-uuid", &due, programme.Invalid, "invalid", []string{"/findingId unknown_value"}},
		"neither due nor not": {about, accepted.ID, nil, programme.Invalid, "invalid", []string{"/dueOn one_of"}},
	} {
		_, err := s.CreateAction(t.Context(), c.actor, programme.Action{FindingID: c.finding, Text: "x", Owner: "x", OwnerKind: programme.OwnerRole, DueOn: c.due})
		e := wantRefusal(t, err, c.kind, c.code)
		var got []string
		for _, f := range e.Faults {
			got = append(got, f.Pointer+" "+string(f.Code))
		}
		if !slices.Equal(got, c.faults) {
			t.Errorf("%s: faults %v, want %v", name, got, c.faults)
		}
	}
	a := actionOn(t, s, accepted)
	if a.State != programme.ActionOpen || a.Borough != aboutCode || len(a.Progress) != 0 || !a.ProgressAt.Equal(s.now()) || !slices.Equal(a.Audience, programme.Parties(aboutCode, finderCode)) {
		t.Errorf("%+v", a)
	}
	got := made[programme.Action](t)(s.UpdateAction(t.Context(), about, a.ID, a.Version, func(a *programme.Action) error {
		a.Text = "Set up two panels."
		a.FindingID, a.Borough, a.State, a.ProgressAt, a.FindingKind = open.ID, finderCode, programme.ActionDone, time.Time{}, programme.Risk // not the caller's to change
		a.Progress = append(a.Progress, programme.ProgressUpdate{Text: "Invented."})
		return nil
	}))
	want := a
	want.Text, want.Version = "Set up two panels.", a.Version+1
	if !reflect.DeepEqual(got, want) {
		t.Errorf("changed to %+v, want %+v", got, want)
	}
}

func TestProgressOpensAndCloses(t *testing.T) {
	t.Parallel()
	s, clock := forumStore(t)
	f := answered(t, s, findingIn(t, s, groupOf(t, s, aboutCode, finderCode).ID, aboutCode))
	a := actionOn(t, s, f)
	done, open := programme.ActionDone, programme.ActionOpen
	at := clock.set("2026-11-02T10:00:00Z")
	a = made[programme.Action](t)(s.AddActionProgress(t.Context(), about, a.ID, a.Version, "The panel has met.", nil))
	a = made[programme.Action](t)(s.AddActionProgress(t.Context(), about, a.ID, a.Version, "It works.", &done))
	stored := made[programme.Action](t)(s.Action(t.Context(), finder, a.ID))
	want := []programme.ProgressUpdate{{At: at, Text: "The panel has met.", State: open}, {At: at, Text: "It works.", State: done}}
	if stored.State != done || !stored.ProgressAt.Equal(at) || !reflect.DeepEqual(stored.Progress, want) {
		t.Errorf("%+v", stored)
	}
	_, err := s.AddActionProgress(t.Context(), finder, a.ID, a.Version, "x", nil)
	wantRefusal(t, err, programme.Forbidden, "not_yours")
	_, err = s.AddActionProgress(t.Context(), outsider, a.ID, a.Version, "x", nil)
	wantRefusal(t, err, programme.NotFound, "not_found")
	_, err = s.AddActionProgress(t.Context(), about, a.ID, a.Version-1, "x", nil)
	wantRefusal(t, err, programme.Stale, "stale")
	_, err = s.AddActionProgress(t.Context(), about, a.ID, a.Version, "x", &open)
	wantRefusal(t, err, programme.Invalid, "invalid")
	wantRefusal(t, s.DeleteAction(t.Context(), about, a.ID, a.Version), programme.Conflict, "wrong_state")

	// With its actions closed the borough may refuse the finding after all, and then
	// none of them opens again.
	f = made[programme.Finding](t)(s.AnswerFinding(t.Context(), about, f.ID, f.Version, programme.NotAccepted, new("It was solved before.")))
	_, err = s.AddActionProgress(t.Context(), because(about), a.ID, a.Version, "Again.", &open)
	wantRefusal(t, err, programme.Conflict, "finding_not_accepted")
	f = made[programme.Finding](t)(s.AnswerFinding(t.Context(), about, f.ID, f.Version, programme.Accepted, nil))
	a = made[programme.Action](t)(s.AddActionProgress(t.Context(), because(about), a.ID, a.Version, "Again.", &open))
	if a.State != open || len(a.Progress) != 3 {
		t.Errorf("%+v", a)
	}
	_, err = s.AnswerFinding(t.Context(), about, f.ID, f.Version, programme.NotAccepted, new("No."))
	wantRefusal(t, err, programme.Conflict, "has_actions")
}

// TestProgressIsOnlyAddedTo in the database itself, whoever writes.
func TestProgressIsOnlyAddedTo(t *testing.T) {
	t.Parallel()
	s, _ := forumStore(t)
	a := actionOn(t, s, answered(t, s, findingIn(t, s, groupOf(t, s, aboutCode, finderCode).ID, aboutCode)))
	for _, text := range []string{"one", "two"} {
		a = made[programme.Action](t)(s.AddActionProgress(t.Context(), about, a.ID, a.Version, text, nil))
	}
	owner := admin(t, s.config.ConnString())
	for name, c := range map[string]struct {
		set  string
		kept bool
	}{
		"a text":         {`progress = jsonb_set(progress, '{0,text}', '"other"')`, false},
		"the last":       {`progress = progress - 1`, false},
		"the first":      {`progress = progress - 0`, false},
		"all":            {`progress = '[]'`, false},
		"their order":    {`progress = jsonb_build_array(progress->1, progress->0)`, false},
		"one put before": {`progress = '[{"text": "zero"}]' || progress`, false},
		"nothing":        {`progress = progress`, true},
		"something else": {`text = 'other'`, true},
		"one more":       {`progress = progress || '[{"at": "2026-11-02T10:00:00Z", "text": "three", "state": "open"}]'`, true},
	} {
		tx, err := owner.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		_, err = tx.ExecContext(t.Context(), "UPDATE actions SET "+c.set)
		var refused *pgconn.PgError
		switch errors.As(err, &refused); {
		case c.kept && err != nil:
			t.Errorf("%s: %v", name, err)
		case !c.kept && (refused == nil || refused.Code != "42501"):
			t.Errorf("%s could be changed (%v)", name, err)
		}
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestOverdueAndStalledAreOneRule: the database and the domain give each action the
// same answer, at the edges of days and where London's clocks change.
func TestOverdueAndStalledAreOneRule(t *testing.T) {
	t.Parallel()
	s, clock := forumStore(t)
	f := answered(t, s, findingIn(t, s, groupOf(t, s, aboutCode, finderCode).ID, aboutCode))
	day := func(d programme.Date) *programme.Date { return &d }
	ids := map[string]string{}
	for name, c := range map[string]struct {
		news  string
		due   *programme.Date
		close bool
	}{
		"30 June in London":   {"2027-06-30T22:59:59.999999Z", nil, false},
		"1 July in London":    {"2027-06-30T23:00:00Z", nil, false},
		"due the day before":  {"2027-09-01T00:00:00Z", day("2027-09-28"), false},
		"due the same day":    {"2027-09-01T00:00:00Z", day("2027-09-29"), false},
		"long ago and done":   {"2027-01-01T00:00:00Z", day("2027-01-02"), true},
		"before March's jump": {"2027-03-27T23:59:59Z", day("2027-10-30"), false},
	} {
		clock.set(c.news)
		a := programme.Action{FindingID: f.ID, Text: name, Owner: "x", OwnerKind: programme.OwnerBody, DueOn: c.due}
		if c.due == nil {
			a.NoDueReason = new("It has none.")
		}
		a = made[programme.Action](t)(s.CreateAction(t.Context(), about, a))
		if done := programme.ActionDone; c.close {
			a = made[programme.Action](t)(s.AddActionProgress(t.Context(), about, a.ID, a.Version, "Done.", &done))
		}
		ids[name] = a.ID
	}
	settings := programme.DefaultSettings
	all := made[programme.Part[programme.Action]](t)(s.Actions(about, programme.ActionFilter{}, "").Page(t.Context(), programme.Window{Limit: 10}))
	names := func(f programme.ActionFilter) []string {
		t.Helper()
		part := made[programme.Part[programme.Action]](t)(s.Actions(about, f, "").Page(t.Context(), programme.Window{Limit: 10}))
		texts := []string{}
		for _, a := range part.Items {
			texts = append(texts, a.Text)
		}
		slices.Sort(texts)
		return texts
	}
	for _, today := range []programme.Date{"2027-03-28", "2027-06-25", "2027-06-26", "2027-09-27", "2027-09-28", "2027-09-29", "2027-09-30", "2027-10-31", "2027-11-01"} {
		r := settings.ReckonOn(today)
		counted := made[programme.Part[programme.ActionCount]](t)(s.ActionCounts(team, programme.ByBorough, nil, r).Page(t.Context(), programme.Window{Limit: 10})).Items[0]
		for _, want := range []bool{true, false} {
			overdue, stalled := []string{}, []string{}
			for _, a := range all.Items {
				if a.Overdue(r) == want {
					overdue = append(overdue, a.Text)
				}
				if a.Stalled(r) == want {
					stalled = append(stalled, a.Text)
				}
			}
			slices.Sort(overdue)
			slices.Sort(stalled)
			if got := names(programme.ActionFilter{Overdue: &want, Reckoning: r}); !slices.Equal(got, overdue) {
				t.Errorf("%s: overdue %t: the database says %v, the domain %v", today, want, got, overdue)
			}
			if got := names(programme.ActionFilter{Stalled: &want, Reckoning: r}); !slices.Equal(got, stalled) {
				t.Errorf("%s: stalled %t: the database says %v, the domain %v", today, want, got, stalled)
			}
			if want && (counted.Overdue != len(overdue) || counted.Stalled != len(stalled)) {
				t.Errorf("%s: %+v are counted, want %v and %v", today, counted, overdue, stalled)
			}
		}
	}
	// What the rule says at one of these days, so that both are not wrong alike.
	r := settings.ReckonOn("2027-09-29")
	yes := true
	if got := names(programme.ActionFilter{Overdue: &yes, Reckoning: r}); !slices.Equal(got, []string{"due the day before"}) {
		t.Errorf("overdue are %v", got)
	}
	if got := names(programme.ActionFilter{Stalled: &yes, Reckoning: r}); !slices.Equal(got, []string{"30 June in London", "before March's jump"}) {
		t.Errorf("stalled are %v", got)
	}
}

func TestActionCounts(t *testing.T) {
	t.Parallel()
	s, _ := forumStore(t)
	send := snapshotOf(t, s).Priorities[0].ID
	g := groupOf(t, s, aboutCode, finderCode)
	foreign := groupOf(t, s, finderCode, outsiderCode)
	f := answered(t, s, findingIn(t, s, g.ID, aboutCode))
	f = made[programme.Finding](t)(s.UpdateFinding(t.Context(), because(team), f.ID, f.Version, func(f *programme.Finding) error { f.PriorityID = &send; return nil }))
	a, b := actionOn(t, s, f), actionOn(t, s, f)
	done, withdrawn := programme.ActionDone, programme.ActionWithdrawn
	made[programme.Action](t)(s.AddActionProgress(t.Context(), about, a.ID, a.Version, "x", &done))
	made[programme.Action](t)(s.AddActionProgress(t.Context(), about, b.ID, b.Version, "x", &withdrawn))
	actionOn(t, s, f)
	actionOn(t, s, answered(t, s, findingIn(t, s, g.ID, finderCode)))
	actionOn(t, s, answered(t, s, findingIn(t, s, foreign.ID, finderCode)))

	r := programme.DefaultSettings.ReckonOn("2027-04-01") // after the due date, and 90 days after the news
	strength, east, south := programme.Strength, "east", "south"
	aboutRow := programme.ActionCount{Open: 1, Done: 1, Withdrawn: 1, Overdue: 1, Stalled: 1, Total: 3}
	row := func(c programme.ActionCount, set func(c *programme.ActionCount)) programme.ActionCount {
		set(&c)
		return c
	}
	two := programme.ActionCount{Open: 2, Overdue: 2, Stalled: 2, Total: 2}
	one := programme.ActionCount{Open: 1, Overdue: 1, Stalled: 1, Total: 1}
	for name, c := range map[string]struct {
		actor programme.Actor
		by    programme.ActionGrouping
		want  []programme.ActionCount
	}{
		"boroughs, all": {tool, programme.ByBorough, []programme.ActionCount{
			row(aboutRow, func(c *programme.ActionCount) { c.Borough = new(aboutCode) }),
			row(two, func(c *programme.ActionCount) { c.Borough = new(finderCode) }),
		}},
		"boroughs, those of one's groups": {about, programme.ByBorough, []programme.ActionCount{
			row(aboutRow, func(c *programme.ActionCount) { c.Borough = new(aboutCode) }),
			row(one, func(c *programme.ActionCount) { c.Borough = new(finderCode) }),
		}},
		"boroughs, an outsider's": {outsider, programme.ByBorough, []programme.ActionCount{row(one, func(c *programme.ActionCount) { c.Borough = new(finderCode) })}},
		"nobody":                  {programme.Actor{}, programme.ByBorough, nil},
		"sub-regions": {team, programme.BySubRegion, []programme.ActionCount{
			row(two, func(c *programme.ActionCount) { c.SubRegion = &east }),
			row(aboutRow, func(c *programme.ActionCount) { c.SubRegion = &south }),
		}},
		"priorities, none last": {team, programme.ByPriority, []programme.ActionCount{
			row(aboutRow, func(c *programme.ActionCount) { c.PriorityID = &send }), two,
		}},
		"kinds": {team, programme.ByKind, []programme.ActionCount{
			row(programme.ActionCount{Open: 3, Done: 1, Withdrawn: 1, Overdue: 3, Stalled: 3, Total: 5}, func(c *programme.ActionCount) { c.Kind = &strength }),
		}},
	} {
		list := s.ActionCounts(c.actor, c.by, nil, r)
		var each []programme.ActionCount
		if err := list.Each(t.Context(), func(int64) (bool, error) { return true, nil }, func(c *programme.ActionCount) error { each = append(each, *c); return nil }); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(each, c.want) {
			t.Errorf("%s: %+v, want %+v", name, each, c.want)
		}
		var paged []programme.ActionCount
		for w := (programme.Window{Limit: 1, Count: true}); ; {
			part := made[programme.Part[programme.ActionCount]](t)(list.Page(t.Context(), w))
			if paged = append(paged, part.Items...); *part.Total != len(c.want) {
				t.Errorf("%s: total %d", name, *part.Total)
			}
			if !part.More {
				break
			}
			w.After = list.Key(&part.Items[0])
		}
		if !reflect.DeepEqual(paged, c.want) {
			t.Errorf("%s: by pages %+v, want %+v", name, paged, c.want)
		}
	}
}

// TestNoActionAgainstARefusal: a borough refuses a finding while it records
// actions about it; whichever comes first, the other is told.
func TestNoActionAgainstARefusal(t *testing.T) {
	t.Parallel()
	s, _ := forumStore(t)
	g := groupOf(t, s, aboutCode, finderCode)
	due := programme.Date("2027-03-31")
	for range 6 {
		f := answered(t, s, findingIn(t, s, g.ID, aboutCode))
		var refusing, acting error
		var both sync.WaitGroup
		both.Go(func() {
			_, refusing = s.AnswerFinding(t.Context(), about, f.ID, f.Version, programme.NotAccepted, new("No."))
		})
		both.Go(func() {
			_, acting = s.CreateAction(t.Context(), about, programme.Action{FindingID: f.ID, Text: "x", Owner: "x", OwnerKind: programme.OwnerRole, DueOn: &due})
		})
		both.Wait()
		switch {
		case refusing == nil:
			wantRefusal(t, acting, programme.Conflict, "finding_not_accepted")
		case acting == nil:
			wantRefusal(t, refusing, programme.Conflict, "has_actions")
		default:
			t.Errorf("neither: %v, %v", refusing, acting)
		}
	}
}
