package server

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	ics "github.com/arran4/golang-ical"

	"peerchallenge/api"
	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

// GetEventCalendar answers the calendar of events.
func (s *Server) GetEventCalendar(ctx context.Context, r api.GetEventCalendarRequestObject) (api.Response, error) {
	call := callOf(ctx)
	f := programme.EventFilter{Kinds: words[programme.EventKind](r.Params.Kind), SubRegion: r.Params.SubRegion}
	c, err := s.store.EventCalendar(ctx, call.actor, f)
	return answerCalendar(call, call.snapshot.Programme.Name, c, err, boroughDays{})
}

// GetBoroughCalendar answers the calendar of what concerns a borough.
func (s *Server) GetBoroughCalendar(ctx context.Context, r api.GetBoroughCalendarRequestObject) (api.Response, error) {
	call := callOf(ctx)
	b, err := call.borough(r.Code)
	if err != nil {
		return nil, err
	}
	of, err := s.daysOf(ctx, b.Code)
	if err != nil {
		return nil, err
	}
	c, err := s.store.BoroughCalendar(ctx, call.actor, b.Code)
	return answerCalendar(call, b.ShortName+": "+call.snapshot.Programme.Name, c, err, of)
}

// GetPeerChallengeGroupCalendar answers the calendar of a group.
func (s *Server) GetPeerChallengeGroupCalendar(ctx context.Context, r api.GetPeerChallengeGroupCalendarRequestObject) (api.Response, error) {
	call := callOf(ctx)
	c, err := s.store.GroupCalendar(ctx, call.actor, r.Id)
	if err != nil {
		return nil, err
	}
	return answerCalendar(call, groupName(&c.Groups[0]), c, nil, boroughDays{})
}

// boroughDays are the days of a borough's documents: its returns and self-evaluations.
type boroughDays struct {
	due    []returns.DueDay
	shared []evaluation.SharingDay
}

func (s *Server) daysOf(ctx context.Context, borough string) (d boroughDays, err error) {
	actor := callOf(ctx).actor
	if d.due, err = s.store.DueDays(ctx, actor, borough); err != nil {
		return d, err
	}
	d.shared, err = s.store.SharingDays(ctx, actor, borough)
	return d, err
}

// answerCalendar answers what the store has answered, under the name.
func answerCalendar(call *call, name string, c programme.Calendar, err error, of boroughDays) (reply, error) {
	if err != nil {
		return reply{}, err
	}
	body, err := calendarOf(name, &c, call, of)
	if err != nil {
		return reply{}, err
	}
	return reply{call: call, status: http.StatusOK, content: newContent("text/calendar; charset=utf-8", body)}, nil
}

// calendarOf writes the calendar as RFC 5545 has it. It has no METHOD: that would
// make a message of it (RFC 5546), and DTSTAMP the time of sending. So the same
// events are always the same bytes.
func calendarOf(name string, c *programme.Calendar, call *call, of boroughDays) ([]byte, error) {
	cal := ics.NewCalendar()
	cal.SetProductId("-//peerchallenge//peerchallenge//EN")
	cal.SetCalscale("GREGORIAN")
	cal.SetName(printable(name))
	zone := call.rules.Zone
	cal.SetXWRTimezone(zone.String())
	cal.SetRefreshInterval(refreshAfter) // the library adds VALUE=DURATION
	cal.SetXPublishedTTL(refreshAfter)   // what Outlook reads in place of REFRESH-INTERVAL
	cal.AddVTimezone(zoneIn(zone, clockYears(c.Events, call.today)))
	for i := range c.Events {
		e := &c.Events[i]
		cal.AddVEvent(eventEntry(e, presentations(c, e, call.snapshot), call.actor, zone))
	}
	for i := range c.Groups {
		addGroupEntries(cal, c, &c.Groups[i], call.actor, call.snapshot)
	}
	for i := range c.Reviews {
		addReviewEntries(cal, c, &c.Reviews[i], c.Reviews[i].Clocks(clocksOf(call), call.today))
	}
	for i := range c.Actions {
		cal.AddVEvent(actionEntry(&c.Actions[i]))
	}
	for i := range c.Tasks {
		cal.AddVEvent(preparationEntry(&c.Tasks[i]))
	}
	for i := range of.due {
		addReturnEntries(cal, &of.due[i])
	}
	for i := range of.shared {
		cal.AddVEvent(sharingEntry(&of.shared[i], call))
	}
	var out bytes.Buffer
	err := cal.SerializeTo(&out, ics.WithNewLineWindows)
	return out.Bytes(), err
}

// refreshAfter is how often programs that subscribe are asked to look again.
const refreshAfter = "PT6H"

// timed reports whether the event has hours, and not only days. Those that once were written
// for a first and a last day, and end before they begin, are none of each day.
func timed(e *programme.Event) bool {
	return e.StartTime != nil && e.EndTime != nil && *e.StartTime < *e.EndTime
}

// eventEntry is the event. The hours of one of several days are those of each: one block
// from the first to the last would hold everybody through the night.
func eventEntry(e *programme.Event, presents []string, reader programme.Actor, zone *time.Location) *ics.VEvent {
	v := entry(e.ID, &e.Head, e.Sequence, e.State == programme.EventCancelled)
	v.SetDtStampTime(e.UpdatedAt)
	v.SetModifiedAt(e.UpdatedAt)
	if timed(e) {
		setHours(v, e, zone)
	} else {
		setDays(v, e.StartsOn, e.EndsOn)
	}
	v.SetSummary(printable(e.Title))
	v.SetProperty(ics.ComponentPropertyCategories, kindWords(e.Kind))
	venue, link := e.PlaceFor(reader)
	setPlace(v, venue, link)
	paragraphs := []string{e.Description, strings.Join(presents, "\n")}
	if len(e.Sessions) > 0 {
		lines := []string{"Sessions:"}
		for _, s := range e.Sessions {
			lines = append(lines, sessionWords(s))
		}
		paragraphs = append(paragraphs, strings.Join(lines, "\n"))
	}
	setDescription(v, paragraphs, link, e.Illustrative)
	return v
}

// setHours gives it the hours, on each of its days. A time that the clock shows twice is the
// first of the two (RFC 5545, 3.3.5); because not every program knows that, the hours of a
// single day with such a time are told in UTC.
func setHours(v *ics.VEvent, e *programme.Event, zone *time.Location) {
	days := daysBetween(e.StartsOn, e.EndsOn)
	begins, beginsTwice := firstAt(e.StartsOn, *e.StartTime, zone)
	ends, endsTwice := firstAt(e.StartsOn, *e.EndTime, zone)
	if days == 1 && (beginsTwice || endsTwice) {
		v.SetStartAt(begins)
		v.SetEndAt(ends)
		return
	}
	in := ics.WithTZID(zone.String())
	v.SetProperty(ics.ComponentPropertyDtStart, localTime(e.StartsOn, *e.StartTime), in)
	v.SetProperty(ics.ComponentPropertyDtEnd, localTime(e.StartsOn, *e.EndTime), in)
	if days > 1 {
		v.AddRrule(daily(days))
	}
}

// addGroupEntries adds the days on which a group meets and no event of it stands already, with
// who presents on which. Of a group without days of its own it adds those on which its
// boroughs present.
func addGroupEntries(cal *ics.Calendar, c *programme.Calendar, d *programme.GroupDays, reader programme.Actor, snapshot *benchmark.Snapshot) {
	add := func(id, summary string, days []programme.Date, paragraphs ...string) {
		if len(days) == 0 {
			return
		}
		v := entry(id, &d.Group.Head, d.Sequence(), d.Challenge.State == programme.ChallengeCancelled)
		v.SetDtStampTime(d.UpdatedAt())
		v.SetModifiedAt(d.UpdatedAt())
		setListed(v, days)
		v.SetSummary(printable(summary))
		v.SetProperty(ics.ComponentPropertyCategories, "Peer challenge group")
		venue, link := d.Group.PlaceFor(reader)
		setPlace(v, venue, link)
		setDescription(v, append([]string{"Boroughs: " + strings.Join(memberNames(d, snapshot), ", ")}, paragraphs...), link, d.Group.Illustrative)
		cal.AddVEvent(v)
	}
	if d.Group.StartsOn != nil {
		days := c.UntoldOfGroup(d.Group.ID, d.Days())
		add(d.Group.ID, groupName(d), days, strings.Join(presenting(d, days, snapshot), "\n"))
		return
	}
	names := memberNames(d, snapshot)
	for i, m := range d.Group.Members {
		if m.PresentsOn != nil {
			add(d.Group.ID+"-"+m.Borough, names[i]+" presents: "+groupName(d), c.UntoldOfGroup(d.Group.ID, []programme.Date{*m.PresentsOn}))
		}
	}
}

func memberNames(d *programme.GroupDays, snapshot *benchmark.Snapshot) []string {
	names := make([]string, len(d.Group.Members))
	for i, m := range d.Group.Members {
		names[i] = m.Borough
		if b := snapshot.Borough(m.Borough); b != nil {
			names[i] = b.ShortName
		}
	}
	return names
}

// presenting says which of the group's boroughs present on these days: 2026-10-08 Lambeth
// presents.
func presenting(d *programme.GroupDays, days []programme.Date, snapshot *benchmark.Snapshot) []string {
	names := memberNames(d, snapshot)
	var lines []string
	for i, m := range d.Group.Members {
		if m.PresentsOn != nil && slices.Contains(days, *m.PresentsOn) {
			lines = append(lines, string(*m.PresentsOn)+" "+names[i]+" presents")
		}
	}
	slices.Sort(lines)
	return lines
}

// presentations says who presents on the days of an event of one of the calendar's groups.
func presentations(c *programme.Calendar, e *programme.Event, snapshot *benchmark.Snapshot) []string {
	for i := range c.Groups {
		if d := &c.Groups[i]; e.PeerChallengeGroupID != nil && d.Group.ID == *e.PeerChallengeGroupID {
			return presenting(d, programme.DaysFrom(e.StartsOn, e.EndsOn), snapshot)
		}
	}
	return nil
}

func groupName(d *programme.GroupDays) string { return d.Challenge.Title + ": " + d.Group.Name }

// entry begins an entry whose UID stays the same for ever.
func entry(id string, h *programme.Head, sequence int, cancelled bool) *ics.VEvent {
	v := ics.NewEvent(id + "@peerchallenge")
	v.SetSequence(sequence)
	v.SetCreatedTime(h.CreatedAt)
	v.SetStatus(ics.ObjectStatusConfirmed)
	if cancelled {
		v.SetStatus(ics.ObjectStatusCancelled)
	}
	return v
}

// setDays makes it last for whole days. DTEND is the first day that does not
// belong to it any more.
func setDays(v *ics.VEvent, first, last programme.Date) {
	v.SetAllDayStartAt(first.Time())
	v.SetAllDayEndAt(last.AddDays(1).Time())
}

// setListed makes it last for these whole days, which are in order. Where there are others
// between them it is one entry all the same, of single days: programs keep to EXDATE,
// and few to RDATE.
func setListed(v *ics.VEvent, days []programme.Date) {
	first, last := days[0], days[len(days)-1]
	between := daysBetween(first, last)
	if between == len(days) {
		setDays(v, first, last)
		return
	}
	setDays(v, first, first)
	v.AddRrule(daily(between))
	for _, day := range programme.DaysFrom(first, last) {
		if !slices.Contains(days, day) {
			v.AddExdate(localDay(day), ics.WithValue(string(ics.ValueDataTypeDate)))
		}
	}
}

// daily is the rule of so many days, one after the other.
func daily(days int) string { return "FREQ=DAILY;COUNT=" + strconv.Itoa(days) }

// daysBetween counts the days from the first to the last.
func daysBetween(first, last programme.Date) int {
	return int(last.Time().Sub(first.Time())/(24*time.Hour)) + 1
}

func localDay(day programme.Date) string { return strings.ReplaceAll(string(day), "-", "") }

// setPlace says where it is. What is no address that stands on one line is left
// out: URL is the one property here whose value is not escaped.
func setPlace(v *ics.VEvent, venue, link *string) {
	if venue != nil {
		v.SetLocation(printable(*venue))
	}
	if link == nil {
		return
	}
	if address, err := url.Parse(*link); err == nil {
		v.SetURL(address.String())
	}
}

// setDescription joins the paragraphs. The link stands there too, because few
// programs show URL.
func setDescription(v *ics.VEvent, paragraphs []string, link, illustrative *string) {
	if link != nil {
		paragraphs = append(paragraphs, *link)
	}
	if illustrative != nil {
		paragraphs = append(paragraphs, "An example, not a fact: "+*illustrative)
	}
	var kept []string
	for _, p := range paragraphs {
		if p = printable(p); p != "" {
			kept = append(kept, p)
		}
	}
	if len(kept) > 0 {
		v.SetDescription(strings.Join(kept, "\n\n"))
	}
}

// sessionWords: 2026-10-05 09:30-10:30 Front door.
func sessionWords(s programme.EventSession) string {
	var words []string
	if s.Day != nil {
		words = append(words, string(*s.Day))
	}
	switch {
	case s.StartTime != nil && s.EndTime != nil:
		words = append(words, *s.StartTime+"-"+*s.EndTime)
	case s.StartTime != nil:
		words = append(words, *s.StartTime)
	case s.EndTime != nil:
		words = append(words, "until "+*s.EndTime)
	}
	return strings.Join(append(words, s.Title), " ")
}

func kindWords(k programme.EventKind) string {
	words := strings.ReplaceAll(string(k), "_", " ")
	return strings.ToUpper(words[:1]) + words[1:]
}

// localTime is the form of a time of day that a TZID goes with: 20261005T093000.
func localTime(day programme.Date, timeOfDay string) string {
	return localDay(day) + "T" + strings.ReplaceAll(timeOfDay, ":", "") + "00"
}

// printable takes out the control characters that a text must not have (RFC 5545,
// 3.3.11), and gives every line the end that the library escapes.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.ReplaceAll(s, "\r\n", "\n"))
}
