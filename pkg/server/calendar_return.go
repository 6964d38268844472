package server

import (
	ics "github.com/arran4/golang-ical"

	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

// addReturnEntries adds the days of a borough's return: when its window opens, when it is
// due, and when everybody sees the quarter, where that is announced.
func addReturnEntries(cal *ics.Calendar, d *returns.DueDay) {
	opens := returnEntry(d, "window", d.Window.OpensOn, "Returns open: "+d.Quarter.Name())
	setDescription(opens, []string{"From this day on the return is taken. It is due on " + string(d.Window.DueOn) + ", and a late one is taken until " + string(d.Window.LateUntil) + "."}, nil, madeUp(d))
	cal.AddVEvent(opens)
	cal.AddVEvent(dueEntry(d))
	if on := d.Quarter.PublishOn; on != nil {
		shown := returnEntry(d, "publication", *on, "Quarter to be shown: "+d.Quarter.Name())
		setDescription(shown, []string{"The day that is announced for the comparison of the quarter."}, nil, madeUp(d))
		cal.AddVEvent(shown)
	}
}

// returnEntry is a day in the life of a borough's return.
func returnEntry(d *returns.DueDay, what string, day programme.Date, summary string) *ics.VEvent {
	v := entry(what+"-"+d.Quarter.Code+"-"+d.Borough, &d.Quarter.Head, d.Sequence, false)
	v.SetDtStampTime(d.UpdatedAt)
	v.SetModifiedAt(d.UpdatedAt)
	setDays(v, day, day)
	v.SetSummary(printable(summary))
	v.SetProperty(ics.ComponentPropertyCategories, "Benchmarking return")
	return v
}

func madeUp(d *returns.DueDay) *string {
	if d.Quarter.Illustrative {
		return new("the figures of this quarter are made up.")
	}
	return nil
}

// dueEntry is the day on which a borough's return is due. Until it has come, alarms remind
// of it at nine on the days on which the service does. They are no entries of their own,
// which would bury the others; a program that takes none from a subscription shows the day.
func dueEntry(d *returns.DueDay) *ics.VEvent {
	summary := "Return due: " + d.Quarter.Name()
	v := returnEntry(d, "return", d.Window.DueOn, summary)
	words := "A late return is taken until " + string(d.Window.LateUntil) + "."
	if d.Received {
		words = "The return has come."
	}
	setDescription(v, []string{words, "It is sent to " + returnAt(d.Borough, d.Quarter.Code) + "."}, nil, madeUp(d))
	if d.Received {
		return v
	}
	for _, trigger := range []string{"-P13DT15H", "-P4DT15H", "PT9H", "P1DT9H"} { // from the beginning of the day
		alarm := v.AddAlarm()
		alarm.SetAction(ics.ActionDisplay)
		alarm.SetTrigger(trigger)
		alarm.SetProperty(ics.ComponentPropertyDescription, printable(summary))
	}
	return v
}
