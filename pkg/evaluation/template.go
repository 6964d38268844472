package evaluation

import (
	"time"

	"peerchallenge/pkg/programme"
)

// Template asks what self-evaluations answer. Its published versions never change, and
// each self-evaluation says to which it answers; a draft of the next is the programme
// team's own.
type Template struct {
	programme.Head
	Name    string
	Default bool     `gorm:"column:is_default"`                            // self-evaluations that name no template begin on it
	Draft   *Outline `audit:"withheld"             gorm:"serializer:json"` // of the next version; nil where nothing is drafted
	Latest  *string  `gorm:"column:latest_version"`                        // nil until one is published
}

// TableName names the table.
func (*Template) TableName() string { return "self_evaluation_templates" }

// Publish is the step that fixes a draft as the next version.
const Publish programme.Step = "publish"

// Noun implements [programme.Record].
func (*Template) Noun() string { return "self-evaluation-template" }

// Steps implements [programme.Record].
func (*Template) Steps() []programme.Step {
	return []programme.Step{programme.Edit, Publish, programme.Delete}
}

// May implements [programme.Record].
func (t *Template) May(actor programme.Actor, step programme.Step) error {
	if err := programme.TeamMay(actor); err != nil {
		return err
	}
	switch {
	case step == Publish && t.Draft == nil:
		return programme.WrongState("There is no draft.")
	case step == Publish && len(t.Draft.Sections) == 0:
		return programme.WrongState("The draft asks nothing yet.")
	case step == programme.Delete && t.Latest != nil:
		return programme.WrongState("It has published versions, to which self-evaluations answer.")
	}
	return nil
}

// Check implements [programme.Record].
func (t *Template) Check() error {
	var faults []programme.Fault
	if t.Draft != nil {
		faults = t.Draft.faults("/draft/sections")
	}
	if t.Default && t.Latest == nil {
		faults = append(faults, programme.Fault{Pointer: "/default", Code: programme.FaultNotAllowed, Detail: "Only a template of which a version is published can be the one on which self-evaluations begin."})
	}
	return programme.Refuse(faults)
}

// See sets who sees the template: the team alone, until a version is published.
func (t *Template) See() {
	t.Audience = programme.TeamOnly()
	if t.Latest != nil {
		t.Audience = programme.Everyone()
	}
}

// TemplateVersion is a template as it was published under a number, for ever.
type TemplateVersion struct {
	TemplateID  string  `gorm:"primaryKey"`
	Number      string  `gorm:"primaryKey"` // a semantic version
	Outline     Outline `gorm:"serializer:json"`
	PublishedAt time.Time
}

// TableName names the table.
func (*TemplateVersion) TableName() string { return "self_evaluation_template_versions" }

// TemplateFilter leaves those templates of a list that agree with every member that is
// given.
type TemplateFilter struct {
	Default      *bool
	UpdatedSince *time.Time
}
