package postgres

import "peerchallenge/pkg/programme"

var (
	peerChallengeGroups = kind[programme.PeerChallengeGroup, *programme.PeerChallengeGroup]{}
	peerReviews         = kind[programme.PeerReview, *programme.PeerReview]{}
	events              = kind[programme.Event, *programme.Event]{}
	milestones          = kind[programme.Milestone, *programme.Milestone]{}
)
