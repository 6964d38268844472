package programme

import "slices"

// Forum is what the rules need to know of the group or review in which things
// are found and said.
type Forum struct {
	Boroughs []string // a group's members; a review's host, and then its team's
	Finders  []string // those of them who may record findings
	Records  bool     // whether findings are being recorded
	Answers  bool     // whether findings are being answered and acted on
}

// The steps of a group or a review that lead to a record of another kind, in whose body it
// is named.
const (
	RecordFinding Step = "record-finding"
	RaiseAsk      Step = "raise-ask"
)

// MayRecord refuses findings of those who record none there, and while none are
// recorded.
func (f Forum) MayRecord(actor Actor) error {
	if !actor.Is(RoleProgramme) && !slices.ContainsFunc(f.Finders, actor.IsOf) {
		return NotYours("Only those who record findings there and the programme's team may do this.")
	}
	if !f.Records {
		return WrongState("Findings of a challenge are recorded while it is in progress or completed, those of a review during fieldwork and factual accuracy.")
	}
	return nil
}

// MayFind is MayRecord for a new finding, which is about one of the boroughs.
func (f Forum) MayFind(actor Actor) error {
	if err := f.MayRecord(actor); err != nil {
		return err
	}
	if len(f.Boroughs) == 0 {
		return WrongState("The group has no members about whom something could be found.")
	}
	return nil
}

// MayAsk refuses asks in a group of those who speak for none of its members, and while
// it is not asked: before, a group can still change, and afterwards nobody meets in it.
func (f Forum) MayAsk(actor Actor) error {
	if !actor.Is(RoleProgramme) && !slices.ContainsFunc(f.Boroughs, actor.IsOf) {
		return NotYours("Only the group's members and the programme's team may do this.")
	}
	if !f.Records {
		return WrongState("A group is asked while its challenge is in progress or completed.")
	}
	if len(f.Boroughs) == 0 {
		return WrongState("The group has no members who could ask.")
	}
	return nil
}

// Forum is the review as the place where things are found: its team finds, its
// host answers once the report is final.
func (r *PeerReview) Forum() Forum {
	visitors := r.Visitors()
	return Forum{
		Boroughs: append([]string{r.Host}, visitors...), Finders: visitors,
		Records: r.State == ReviewFieldwork || r.State == ReviewFactualAccuracy,
		Answers: r.State == ReviewReported || r.State == ReviewFollowUp || r.State == ReviewClosed,
	}
}
