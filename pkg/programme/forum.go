package programme

// Forum is what the rules need to know of the group or review in which things
// are found and said.
type Forum struct {
	Boroughs []string // a group's members; a review's host, and then its team's
	Finders  []string // those of them who may record findings
	Records  bool     // whether findings are being recorded
	Answers  bool     // whether findings are being answered and acted on
}

// Forum is the review as the place where things are found: its team finds, its
// host answers once the report is final.
func (r *PeerReview) Forum() Forum {
	visitors := r.Visitors()
	return Forum{
		Boroughs: append([]string{r.Host}, visitors...), Finders: visitors,
		Records: r.State == ReviewFieldwork || r.State == ReviewFactualAccuracy,
		Answers: r.State == ReviewReported || r.State == ReviewFollowUp,
	}
}
