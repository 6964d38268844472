package framework

import (
	"time"

	"peerchallenge/pkg/programme"
)

// Framework is one version of what the region asks for. A draft belongs to the
// programme's team; what is published everybody reads, and it never changes.
type Framework struct {
	programme.Head
	Number      string // of the version, as 1.2.0: key of the framework, for ever
	Name        string
	State       State
	PublishedAt *time.Time
	Document    Document `gorm:"serializer:json"`
}

// State is where a framework stands.
type State string

// The states.
const (
	Draft     State = "draft"
	Published State = "published"
)

// Publish is the step that fixes a draft for ever.
const Publish programme.Step = "publish"

// Noun implements [programme.Record].
func (*Framework) Noun() string { return "framework" }

// KnownAs implements [programme.Known]: people know a framework by its version.
func (f *Framework) KnownAs() string { return f.Number }

// Steps implements [programme.Record].
func (*Framework) Steps() []programme.Step {
	return []programme.Step{programme.Edit, programme.Delete, Publish}
}

// May implements [programme.Record]: the programme's team changes, deletes and
// publishes drafts. A published version never changes, since quarters are held to it.
func (f *Framework) May(actor programme.Actor, _ programme.Step) error {
	if err := programme.TeamMay(actor); err != nil {
		return err
	}
	if f.State != Draft {
		return programme.WrongState("Framework " + f.Number + " is published and never changes. Make a next version.")
	}
	return nil
}

// Check implements [programme.Record]. A draft may be unfinished: its document is held
// to the rules when it is published.
func (f *Framework) Check() error {
	_, err := ParseVersion(f.Number)
	return err
}
