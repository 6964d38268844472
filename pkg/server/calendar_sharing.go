package server

import (
	"strconv"

	ics "github.com/arran4/golang-ical"

	"peerchallenge/pkg/evaluation"
	"peerchallenge/pkg/programme"
)

// sharingEntry is the day from which a group reads a self-evaluation. It says nothing of when
// it was planned or written, and its day never changes: another day is another sharing.
func sharingEntry(d *evaluation.SharingDay, call *call) *ics.VEvent {
	at := d.From.Time()
	v := entry("sharing-"+d.ID, &programme.Head{CreatedAt: at}, 0, false)
	v.SetDtStampTime(at)
	setDays(v, d.From, d.From)
	v.SetSummary(printable("Self-evaluation of " + call.snapshot.Name(d.Borough) + " for " + string(d.Cycle) + ": the group reads it"))
	v.SetProperty(ics.ComponentPropertyCategories, "Self-evaluation")
	words := "From this day on the boroughs of the group read version " + strconv.Itoa(d.Number) + "."
	if d.Until != nil {
		words += " They read it until " + string(*d.Until) + "."
	}
	var illustrative *string
	if d.Illustrative {
		illustrative = new("the self-evaluation is made up.")
	}
	setDescription(v, []string{words, "It stands at /v1/self-evaluations/" + d.SelfEvaluationID + "/versions/" + strconv.Itoa(d.Number) + "."}, nil, illustrative)
	return v
}
