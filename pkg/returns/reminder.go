package returns

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"peerchallenge/pkg/programme"
)

// Reminder is that a borough was told once when its return is due, or that it is
// overdue. The service makes it when the day comes, and nobody changes it.
type Reminder struct {
	programme.Head
	Quarter    string `gorm:"column:quarter_code"`
	Borough    string `gorm:"column:borough_code"`
	Occasion   Occasion
	DueOn      programme.Date // the borough's own due day, as it was then
	RemindedOn programme.Date // the day on which it was made
	Mail       Mail

	Illustrative bool `gorm:"-" json:"-"` // the quarter's figures are made up
}

// AboutQuarter answers about which quarter it is, and where it says whether that is made up.
func (r *Reminder) AboutQuarter() (code string, illustrative *bool) {
	return r.Quarter, &r.Illustrative
}

// Occasion is the moment that a reminder is of.
type Occasion string

// The occasions, in their order.
const (
	FourteenDays Occasion = "fourteen_days" // before the due day
	FiveDays     Occasion = "five_days"
	DueToday     Occasion = "due_today"
	Overdue      Occasion = "overdue" // the day after, and while a late return is taken
)

// Mail is what became of a reminder as e-mail.
type Mail string

// What can have become of it; of several addresses the last in this order counts.
const (
	MailNone      Mail = "none"       // e-mail is not configured, or the borough has named no address
	MailWaiting   Mail = "waiting"    // it has not been sent to all addresses yet
	MailSent      Mail = "sent"       // a mail server has taken it
	MailNotNeeded Mail = "not_needed" // the return came, or the due day moved, before it was sent
	MailUncertain Mail = "uncertain"  // it may have been taken; it was tried twice
	MailFailed    Mail = "failed"     // it could not be sent
)

// Noun implements [programme.Record].
func (*Reminder) Noun() string { return "reminder" }

// Steps implements [programme.Record]: there are none.
func (*Reminder) Steps() []programme.Step { return nil }

// May implements [programme.Record].
func (*Reminder) May(programme.Actor, programme.Step) error {
	return programme.NotYours("The service reminds by itself.")
}

// Check implements [programme.Record].
func (*Reminder) Check() error { return nil }

// Of answers the occasion that the day is of, for a due day that was set on the day
// since. What was over by then is not made up; of what was missed, what is over by the day
// is not made up either. So there is one at most.
func (w Window) Of(day, since programme.Date) (Occasion, bool) {
	for _, o := range []struct {
		occasion Occasion
		Span
	}{
		{FourteenDays, Span{w.DueOn.AddDays(-14), w.DueOn.AddDays(-6)}},
		{FiveDays, Span{w.DueOn.AddDays(-5), w.DueOn.AddDays(-1)}},
		{DueToday, Span{w.DueOn, w.DueOn}},
		{Overdue, Span{w.DueOn.AddDays(1), max(w.DueOn.AddDays(1), w.LateUntil)}},
	} {
		if o.Holds(day) {
			return o.occasion, o.First >= since
		}
	}
	return "", false
}

// Reminders answers those that the day brings: to each borough whose return has not
// come, of its own due day. Whether it was reminded already is not asked here. Practice
// and what was imported have no window, and so no reminders.
func (c *Collected) Reminders() []Reminder {
	w, has := c.Quarter.Window()
	if !has {
		return nil
	}
	today := DayAt(c.At, c.Zone)
	came := map[string]bool{}
	for _, r := range c.Received {
		came[r.Borough] = r.ReceivedAt != nil
	}
	var due []Reminder
	for _, sender := range c.Senders {
		if came[sender.Borough] {
			continue
		}
		extensions := of(c.Extensions, sender.Borough, func(e *Extension) string { return e.Borough })
		own, since := Extended(w, c.At, c.Zone, extensions), w.OpensOn
		if own.DueOn > w.DueOn {
			since = grantedOn(extensions, own.DueOn)
		}
		if occasion, is := own.Of(today, since); is {
			r := Reminder{Quarter: c.Quarter.Code, Borough: sender.Borough, Occasion: occasion, DueOn: own.DueOn, RemindedOn: today, Mail: MailNone}
			r.Audience = programme.Parties(r.Borough)
			due = append(due, r)
		}
	}
	return due
}

// grantedOn answers since when a borough has had the due day.
func grantedOn(extensions []Extension, due programme.Date) (first programme.Date) {
	for i := range extensions {
		if e := &extensions[i]; e.DueOn == due && (first == "" || e.GrantedOn < first) {
			first = e.GrantedOn
		}
	}
	return first
}

// Same reports whether both are of one moment, which a borough is reminded of once.
func (r *Reminder) Same(other Reminder) bool {
	return r.Quarter == other.Quarter && r.Borough == other.Borough && r.Occasion == other.Occasion && r.DueOn == other.DueOn
}

// Letter is a reminder to be sent to an address. It has no figures.
type Letter struct {
	ID      string // the same however often it is sent
	Address string
	Subject string
	Text    string
}

// What whoever sends a letter says of one that was not sent. All other errors mean that it
// was not taken and can be tried again.
var (
	ErrLetterRefused  = errors.New("the letter was refused for good")
	ErrLetterDoubtful = errors.New("nobody can say whether the letter was taken")
)

// Worst answers what counts of what became of several letters.
func (m Mail) Worst(other Mail) Mail {
	order := []Mail{MailNone, MailWaiting, MailSent, MailNotNeeded, MailUncertain, MailFailed}
	return order[max(slices.Index(order, m), slices.Index(order, other))]
}

// Write makes the letter's words on the day. The borough is as people call it; link is the address at which the borough sends its return, with {borough}
// and {quarter} to be filled in.
func (r *Reminder) Write(l *Letter, borough, link string, today programme.Date) {
	quarter := r.Quarter
	if name := (&Quarter{Code: r.Quarter}).Name(); name != quarter {
		quarter += " (" + name + ")"
	}
	when := "is due " + inDays(daysBetween(today, r.DueOn)) + ", on " + string(r.DueOn)
	if r.DueOn < today {
		when = "was due on " + string(r.DueOn) + " and has not come"
	}
	l.Subject = fmt.Sprintf("%s: the return for %s %s", borough, quarter, when)
	madeUp := ""
	if r.Illustrative {
		l.Subject = "Example: " + l.Subject
		madeUp = " The quarter is made up, to show how the service works."
	}
	l.Text = fmt.Sprintf("The benchmarking return of %s for %s %s.%s\n\n%s\n\nThis address was named for reminders of the borough's returns. A lead of the borough or the programme's team can take it out.\n",
		borough, quarter, when, madeUp, strings.NewReplacer("{borough}", r.Borough, "{quarter}", r.Quarter).Replace(link))
}

func inDays(n int) string {
	switch n {
	case 0:
		return "today"
	case 1:
		return "tomorrow"
	}
	return fmt.Sprintf("in %d days", n)
}
