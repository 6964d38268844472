package programme

import (
	"slices"
	"strconv"
	"time"
)

// MayOn implements [Dated]: what is said of days is said when they have come.
func (r *PeerReview) MayOn(_ Actor, step Step, today Date) error {
	not := func(day Date, what string) error {
		if today >= day {
			return nil
		}
		return Errorf(Conflict, CodeNotYet, "%s on %s; this can be said on that day or after.", what, day)
	}
	switch {
	case step == StartFieldwork:
		return not(slices.Min(r.FieldworkDays), "Fieldwork begins")
	case step == CheckFacts && len(r.FieldworkDays) > 0:
		return not(slices.Max(r.FieldworkDays), "Fieldwork ends")
	case step == Finalise && r.PresentationOn != nil:
		return not(*r.PresentationOn, "The team presents what it found")
	}
	return nil
}

// TimesIn refuses times of sessions that the zone's clock leaves out on their days.
func (r *PeerReview) TimesIn(zone *time.Location) []Fault {
	var faults []Fault
	for i, s := range r.Sessions {
		at := "/sessions/" + strconv.Itoa(i)
		faults = append(faults, leftOut(at+"/startTime", s.StartTime, s.Day, s.Day, zone)...)
		faults = append(faults, leftOut(at+"/endTime", s.EndTime, s.Day, s.Day, zone)...)
	}
	return faults
}

// HeldBefore refuses a review of which it is said already what its days, as they are
// moved, have yet to bring.
func (r *PeerReview) HeldBefore(today Date) []Fault {
	var faults []Fault
	late := func(pointer string, says bool) {
		if says {
			faults = append(faults, Fault{Pointer: pointer, Code: FaultNotYet, Detail: "The review is " + r.State.words() + ", so that this day cannot lie in the future."})
		}
	}
	faults = r.heldToCome(today)
	if !r.afterPreparation() || len(r.FieldworkDays) == 0 {
		return faults
	}
	late("/fieldworkDays/0", slices.Min(r.FieldworkDays) > today)
	if r.State != ReviewFieldwork {
		late("/fieldworkDays/"+strconv.Itoa(len(r.FieldworkDays)-1), len(r.FieldworkDays) > 1 && slices.Max(r.FieldworkDays) > today)
	}
	if r.State != ReviewFieldwork && r.State != ReviewFactualAccuracy {
		late("/presentationOn", r.PresentationOn != nil && *r.PresentationOn > today)
	}
	return faults
}
