package programme

// Chapter is one thing that the programme has delivered, with all that belongs to
// it, before anything of it has an id: the store makes the ids and links what
// belongs together.
type Chapter struct {
	// Milestone is derived from the chapter's challenge or review or, where it has
	// neither, from its first event, and keeps its own words.
	Milestone Milestone
	Challenge *PeerChallenge // nil where the chapter is about none
	Groups    []PeerChallengeGroup
	Review    *PeerReview // nil where the chapter is about none
	// Events belong to the challenge or review and, where the challenge has only
	// one group, to that.
	Events []Event
}
