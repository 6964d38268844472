package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"peerchallenge/pkg/postgres/pgtest"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

const (
	lambeth     = "E09000022"
	hamlets     = "E09000030"
	firstOf2627 = "2026-27-Q1"
)

// collection is a quarter that is collected from 1 July, due on 31 July and taken until 14
// August 2026, on a clock that the test turns.
type collection struct {
	*Store
	t    testing.TB
	url  string
	hand atomic.Pointer[time.Time]
}

func collecting(t testing.TB) *collection {
	t.Helper()
	c := &collection{t: t, url: pgtest.Database(t)}
	c.turn("2026-06-01T12:00:00Z")
	c.Store = c.process()
	if err := c.Seed(t.Context(), smallLondon()); err != nil {
		t.Fatal(err)
	}
	opens, due, late := programme.Date("2026-07-01"), programme.Date("2026-07-31"), programme.Date("2026-08-14")
	if _, err := c.CreateQuarter(t.Context(), team, returns.Quarter{Code: firstOf2627, OpensOn: &opens, DueOn: &due, LateUntil: &late}); err != nil {
		t.Fatal(err)
	}
	return c
}

// process answers another store on the same database and clock.
func (c *collection) process() *Store {
	c.t.Helper()
	s, err := Open(c.t.Context(), Config{URL: c.url, Logger: testLog(), Clock: func() time.Time { return *c.hand.Load() }, MailLink: "https://portal.example.org/{borough}/{quarter}"})
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = s.Close() })
	return s
}

func (c *collection) turn(to string) {
	c.t.Helper()
	at, err := time.Parse(time.RFC3339, to)
	if err != nil {
		c.t.Fatal(err)
	}
	c.hand.Store(&at)
}

// received lets the borough's return have come.
func (c *collection) received(borough string) {
	c.t.Helper()
	_, err := c.sql.ExecContext(c.t.Context(), `INSERT INTO benchmarking_submissions (id, borough_code, quarter_code, state, received_at, resubmitted, explanations, thread, numbers, under_review,
		days_late, illustrative, version, created_at, updated_at, audience)
		VALUES ($1, $2, $3, 'submitted', $4, 0, '[]', '[]', 1, 1, 0, false, 1, $4, $4, $5)`, newID(), borough, firstOf2627, c.now(), array([]string{borough, "programme"}))
	if err != nil {
		c.t.Fatal(err)
	}
}

// keeps does what the time brings, and answers what it reminded of: borough and occasion.
func (c *collection) keeps() []string {
	c.t.Helper()
	before := c.reminded()
	n, err := c.KeepTime(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	after := c.reminded()
	if n != len(after)-len(before) {
		c.t.Errorf("it says that it did %d things, and made %d reminders", n, len(after)-len(before))
	}
	var told []string
	for _, r := range after[len(before):] {
		told = append(told, r.Borough+" "+string(r.Occasion))
	}
	slices.Sort(told)
	return told
}

func (c *collection) reminded() []returns.Reminder {
	c.t.Helper()
	part, err := c.Reminders(team, returns.OfQuarter{Quarter: firstOf2627}, "").Page(c.t.Context(), programme.Window{Limit: 500})
	if err != nil {
		c.t.Fatal(err)
	}
	return part.Items
}

// TestRemindersOfAQuarter: 14, 5 and 0 days before a borough's own due day and the day
// after, in London's days, once each; whose return has come hears nothing.
func TestRemindersOfAQuarter(t *testing.T) {
	t.Parallel()
	c := collecting(t)
	both := func(occasion string) []string { return []string{lambeth + " " + occasion, hamlets + " " + occasion} }
	only := func(occasion string) []string { return []string{hamlets + " " + occasion} }
	for _, step := range []struct {
		at   string
		do   func()
		want []string
	}{
		{at: "2026-07-16T22:59:59Z"},
		{at: "2026-07-16T23:00:00Z", want: both("fourteen_days")}, // midnight in London
		{at: "2026-07-16T23:00:20Z"},
		{at: "2026-07-25T22:59:59Z"},
		{at: "2026-07-26T09:00:00Z", want: both("five_days")},
		{at: "2026-07-30T12:00:00Z", do: func() { c.received(lambeth) }},
		{at: "2026-07-31T09:00:00Z", want: only("due_today")},
		{at: "2026-08-01T09:00:00Z", want: only("overdue")},
		{at: "2026-08-02T09:00:00Z"},
		{at: "2026-08-20T09:00:00Z"},
	} {
		c.turn(step.at)
		if step.do != nil {
			step.do()
		}
		if got := c.keeps(); !slices.Equal(got, step.want) {
			t.Errorf("at %s it reminds %v, want %v", step.at, got, step.want)
		}
		if again := c.keeps(); len(again) > 0 {
			t.Errorf("at %s it reminds %v twice", step.at, again)
		}
	}
	c.heardOf(6)
}

// heardOf fails unless feed and audit have so many reminders, made by the service.
func (c *collection) heardOf(n int) {
	c.t.Helper()
	if got := count(c.t, c.Store, "SELECT count(*) FROM audit_entries AS a JOIN feed AS f ON f.entry_id = a.id WHERE a.noun = 'reminder' AND a.action = 'create' AND a.subject = 'service' AND a.roles = '{service}'"); got != n {
		c.t.Errorf("feed and audit tell of %d reminders by the service, want %d", got, n)
	}
}

// TestRemindersOfAnExtendedDay: an extension moves the due day of which its borough is
// reminded. What was over when it was granted is not told; a day that was taken back is
// told of no more.
func TestRemindersOfAnExtendedDay(t *testing.T) {
	t.Parallel()
	c := collecting(t)
	c.turn("2026-07-31T09:00:00Z")
	c.keeps()
	e, err := c.GrantExtension(t.Context(), team, firstOf2627, returns.Extension{Granted: returns.Granted{Borough: lambeth, Reason: "The system moves."}, DueOn: "2026-08-04"})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		at   string
		want []string
	}{
		{"2026-07-31T10:00:00Z", nil}, // its fifth day before was over
		{"2026-08-01T09:00:00Z", []string{hamlets + " overdue"}},
		{"2026-08-04T09:00:00Z", []string{lambeth + " due_today"}},
	} {
		c.turn(step.at)
		if got := c.keeps(); !slices.Equal(got, step.want) {
			t.Errorf("at %s it reminds %v, want %v", step.at, got, step.want)
		}
	}
	reasoned := team
	reasoned.Reason = "It was granted in error."
	if _, err := c.TakeBackExtension(t.Context(), reasoned, e.ID, e.Version, returns.TakeBack); err != nil {
		t.Fatal(err)
	}
	if got, want := c.keeps(), []string{lambeth + " overdue"}; !slices.Equal(got, want) {
		t.Errorf("taken back it reminds %v, want %v", got, want)
	}
	if got := c.reminded(); got[len(got)-1].DueOn != "2026-07-31" {
		t.Errorf("it is reminded of %s, want the quarter's own day", got[len(got)-1].DueOn)
	}
}

// TestWhatWasMissedIsMadeUp: after an outage the newest reminder is made alone, and none
// where its moment is over; after the close nobody is told of a day that is long past.
func TestWhatWasMissedIsMadeUp(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ back, want string }{
		{"2026-07-20T09:00:00Z", "fourteen_days"}, {"2026-07-28T09:00:00Z", "five_days"}, {"2026-07-31T21:00:00Z", "due_today"},
		{"2026-08-10T09:00:00Z", "overdue"}, {"2026-08-14T22:59:59Z", "overdue"}, {"2026-08-14T23:00:00Z", ""},
	} {
		q := collecting(t)
		q.received(hamlets)
		q.turn(c.back)
		if got := strings.Join(q.keeps(), " "); got != strings.TrimPrefix(lambeth+" "+c.want, map[bool]string{true: lambeth + " "}[c.want == ""]) {
			t.Errorf("back at %s it reminds %q, want %q", c.back, got, c.want)
		}
	}
}

// TestPracticeAndImportedQuartersRemindNobody: they have no due day.
func TestPracticeAndImportedQuartersRemindNobody(t *testing.T) {
	t.Parallel()
	c := collecting(t)
	c.turn("2030-01-01T12:00:00Z")
	if got := c.keeps(); len(got) > 0 {
		t.Errorf("it reminds %v", got)
	}
}

// TestTwoProcessesKeepTheTime: however many look at once, each thing is done once, and
// whoever finds another at it does nothing.
func TestTwoProcessesKeepTheTime(t *testing.T) {
	t.Parallel()
	c := collecting(t)
	c.turn("2026-07-20T09:00:00Z")
	var wait sync.WaitGroup
	for _, s := range []*Store{c.Store, c.process(), c.process()} {
		wait.Go(func() {
			for range 5 {
				if _, err := s.KeepTime(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	c.heardOf(2)
	err := c.act(t.Context(), programme.Service, func(w *work) error {
		if err := w.alone("time"); err != nil {
			return err
		}
		c.turn("2026-07-26T09:00:00Z")
		if got := c.keeps(); len(got) > 0 {
			t.Errorf("while another is at it, it reminds %v", got)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := c.keeps(); len(got) != 2 {
		t.Errorf("once the other has ended, it reminds %v", got)
	}
}

// TestAProcessDiesOverADeed: what was not committed was not done, and is done by the next
// who looks, once.
func TestAProcessDiesOverADeed(t *testing.T) {
	t.Parallel()
	c := collecting(t)
	c.turn("2026-07-20T09:00:00Z")
	died := errors.New("killed")
	err := c.act(t.Context(), programme.Service, func(w *work) error {
		if err := w.alone("time"); err != nil {
			return err
		}
		if err := w.remind(firstOf2627 + " " + lambeth); err != nil {
			return err
		}
		return died
	})
	if !errors.Is(err, died) || len(c.reminded()) != 0 {
		t.Fatalf("it ended with %v and %d reminders", err, len(c.reminded()))
	}
	if got := c.keeps(); len(got) != 2 {
		t.Errorf("the next reminds %v", got)
	}
	c.heardOf(2)
}

// TestTimeBehind: whoever does not get on with what the days bring is behind, also where
// one deed fails and the others are done; another process's look counts.
func TestTimeBehind(t *testing.T) {
	t.Parallel()
	c := collecting(t)
	other := c.process()
	c.keeps()
	c.turn("2026-06-01T12:02:30Z")
	if got := c.TimeBehind(); got != 150*time.Second {
		t.Errorf("it is behind by %v", got)
	}
	if _, err := other.KeepTime(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := c.seeTime(t.Context()); err != nil || c.TimeBehind() != 0 {
		t.Errorf("after another's look it is behind by %v (%v)", c.TimeBehind(), err)
	}
	c.turn("2026-07-20T09:00:00Z")
	owner := admin(t, c.url)
	if _, err := owner.ExecContext(t.Context(), `ALTER TABLE reminders ADD CONSTRAINT never CHECK (borough_code <> '`+lambeth+`')`); err != nil {
		t.Fatal(err)
	}
	n, err := c.KeepTime(t.Context())
	if n != 1 || err == nil || !strings.Contains(err.Error(), "remind of a return, "+firstOf2627+" "+lambeth) {
		t.Errorf("it did %d things and says %v", n, err)
	}
	if c.TimeBehind() < 24*time.Hour {
		t.Errorf("with one thing undone it is behind by %v", c.TimeBehind())
	}
	if _, err := owner.ExecContext(t.Context(), "ALTER TABLE reminders DROP CONSTRAINT never"); err != nil {
		t.Fatal(err)
	}
	if got := c.keeps(); !slices.Equal(got, []string{lambeth + " fourteen_days"}) || c.TimeBehind() != 0 {
		t.Errorf("then it reminds %v and is behind by %v", got, c.TimeBehind())
	}
}

// post is a mail server of which the test says what becomes of each letter.
type post struct {
	sent    []returns.Letter
	answers []error // one after the other; nil for taken
}

func (p *post) send(_ context.Context, l returns.Letter) error {
	p.sent = append(p.sent, l)
	if len(p.answers) == 0 {
		return nil
	}
	answer := p.answers[0]
	p.answers = p.answers[1:]
	return answer
}

// addressed is a collection in which Lambeth has named addresses and Tower Hamlets has sent its
// return, on the day of the first reminder.
func addressed(t testing.TB, addresses ...string) *collection {
	t.Helper()
	c := collecting(t)
	for _, address := range addresses {
		if _, err := c.NameReminderAddress(t.Context(), team, lambeth, returns.ReminderAddress{Address: address}); err != nil {
			t.Fatal(err)
		}
	}
	c.received(hamlets)
	c.turn("2026-07-17T09:00:00Z")
	if got := c.keeps(); len(got) != 1 {
		t.Fatalf("it reminds %v", got)
	}
	return c
}

// TestWhatBecomesOfALetter: what was not taken is tried again after a while, what may have
// been taken once more at most, and the reminder says what became of it.
func TestWhatBecomesOfALetter(t *testing.T) {
	t.Parallel()
	away, doubt, no := errors.New("the server is away"), fmt.Errorf("%w: cut off", returns.ErrLetterDoubtful), fmt.Errorf("%w: 550", returns.ErrLetterRefused)
	for name, c := range map[string]struct {
		answers []error
		handed  int
		want    returns.Mail
	}{
		"taken":                  {nil, 1, returns.MailSent},
		"away, then taken":       {[]error{away, away, nil}, 3, returns.MailSent},
		"refused":                {[]error{no}, 1, returns.MailFailed},
		"in doubt, then taken":   {[]error{doubt, nil}, 2, returns.MailSent},
		"in doubt twice":         {[]error{doubt, doubt, nil}, 2, returns.MailUncertain},
		"in doubt, then away":    {[]error{doubt, away, doubt}, 3, returns.MailUncertain},
		"in doubt, then refused": {[]error{doubt, no}, 2, returns.MailFailed},
		"away for ever":          {slices.Repeat([]error{away}, 50), 8, returns.MailFailed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q, p := addressed(t, "returns@lambeth.example.org"), &post{answers: c.answers}
			for range 40 { // of an hour each
				if _, err := q.SendLetters(t.Context(), p.send); err != nil {
					t.Fatal(err)
				}
				q.hand.Store(new(q.now().Add(time.Hour)))
			}
			if got := q.reminded()[0].Mail; got != c.want || len(p.sent) != c.handed {
				t.Errorf("it was handed over %d times and is %s, want %d times and %s", len(p.sent), got, c.handed, c.want)
			}
			for i := range p.sent {
				if p.sent[i].ID != p.sent[0].ID {
					t.Error("the second copy has another id")
				}
			}
			if n := count(t, q.Store, "SELECT count(*) FROM letters WHERE address IS NOT NULL"); n != 0 {
				t.Errorf("%d letters that are ended keep their address", n)
			}
		})
	}
}

// TestAProcessDiesOverALetter: whether it was taken nobody knows, so it goes once more, and
// not before the other may be taken for dead.
func TestAProcessDiesOverALetter(t *testing.T) {
	t.Parallel()
	c, p := addressed(t, "returns@lambeth.example.org"), &post{}
	for i := range 2 {
		if l, err := c.takeLetter(t.Context()); err != nil || l == nil || l.Address == "" {
			t.Fatalf("the %d. process finds %+v (%v)", i+1, l, err)
		}
		if n, err := c.SendLetters(t.Context(), p.send); n != 0 || err != nil {
			t.Fatalf("while it is on its way %d go (%v)", n, err)
		}
		c.hand.Store(new(c.now().Add(sentWithin)))
	}
	if n, err := c.SendLetters(t.Context(), p.send); n != 0 || err != nil || c.reminded()[0].Mail != returns.MailUncertain {
		t.Errorf("after two deaths %d go (%v), and it is %s", n, err, c.reminded()[0].Mail)
	}
}

// TestSeveralAddresses: each is tried by itself, and the worst that became of them counts;
// two processes send none twice.
func TestSeveralAddresses(t *testing.T) {
	t.Parallel()
	c := addressed(t, "a@example.org", "b@example.org", "c@example.org")
	var lock sync.Mutex
	to := map[string]int{}
	send := func(_ context.Context, l returns.Letter) error {
		lock.Lock()
		defer lock.Unlock()
		if to[l.Address]++; l.Address == "b@example.org" {
			return fmt.Errorf("%w: 550", returns.ErrLetterRefused)
		}
		return nil
	}
	var wait sync.WaitGroup
	for _, s := range []*Store{c.Store, c.process()} {
		wait.Go(func() {
			if _, err := s.SendLetters(t.Context(), send); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if len(to) != 3 || to["a@example.org"]+to["b@example.org"]+to["c@example.org"] != 3 || c.reminded()[0].Mail != returns.MailFailed {
		t.Errorf("it went to %v, and is %s", to, c.reminded()[0].Mail)
	}
	if n := count(t, c.Store, "SELECT count(*) FROM audit_entries WHERE concat(before, after) LIKE '%@example.org%'"); n != 0 {
		t.Errorf("%d entries of the audit have an address", n)
	}
}
