package framework

import "time"

// Filter narrows the list of frameworks; a nil member narrows nothing.
type Filter struct {
	States       []State
	UpdatedSince *time.Time
}
