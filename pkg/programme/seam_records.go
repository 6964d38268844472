package programme

// Noun implements [Record].
func (*PeerChallengeGroup) Noun() string { return "peer-challenge-group" }

// Steps implements [Record].
func (*PeerChallengeGroup) Steps() []Step { return nil }

// May implements [Record].
func (*PeerChallengeGroup) May(actor Actor, _ Step) error { return TeamMay(actor) }

// Check implements [Record].
func (*PeerChallengeGroup) Check() error { return nil }

// Noun implements [Record].
func (*PeerReview) Noun() string { return "peer-review" }

// Steps implements [Record].
func (*PeerReview) Steps() []Step { return nil }

// May implements [Record].
func (*PeerReview) May(actor Actor, _ Step) error { return TeamMay(actor) }

// Check implements [Record].
func (*PeerReview) Check() error { return nil }

// Noun implements [Record].
func (*Event) Noun() string { return "event" }

// Steps implements [Record].
func (*Event) Steps() []Step { return nil }

// May implements [Record].
func (*Event) May(actor Actor, _ Step) error { return TeamMay(actor) }

// Check implements [Record].
func (*Event) Check() error { return nil }

// Noun implements [Record].
func (*Milestone) Noun() string { return "milestone" }

// Steps implements [Record].
func (*Milestone) Steps() []Step { return nil }

// May implements [Record].
func (*Milestone) May(actor Actor, _ Step) error { return TeamMay(actor) }

// Check implements [Record].
func (*Milestone) Check() error { return nil }
