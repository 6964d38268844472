package programme

import "time"

// Change is something that happened to a resource, as one caller sees it.
type Change struct {
	Place int64 // in the feed; places grow in the order of the commits
	At    time.Time
	Noun  string // what kind of resource it is
	Key   string // which one
	Kind  ChangeKind
}

// ChangeKind is what became of a resource in somebody's sight.
type ChangeKind string

// The kinds of changes.
const (
	Created ChangeKind = "created" // it came into sight
	Updated ChangeKind = "updated"
	Deleted ChangeKind = "deleted" // it is out of sight
)

// ChangeSeen answers what a change is for somebody who could see the resource
// before it or can since, or both. What is published to somebody is created for
// them, and what is taken from their sight is deleted: that is what happens to a
// copy that holds what they may see.
func ChangeSeen(before, since bool) ChangeKind {
	switch {
	case !before:
		return Created
	case !since:
		return Deleted
	}
	return Updated
}
