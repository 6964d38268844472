package evaluation

import (
	"slices"
	"time"

	"peerchallenge/pkg/programme"
)

// Comment is what a borough asks of a section of another's self-evaluation, and what that
// answers. Boroughs speak in it, and no people.
type Comment struct {
	programme.Head
	programme.Wording
	SelfEvaluationID string
	Number           int             // of the version that was read
	SectionID        string          // the template's
	Owner            string          `gorm:"column:owner_code"` // whose self-evaluation it is
	Cycle            programme.Cycle // of the self-evaluation
	Borough          string          `gorm:"column:borough_code"` // who asks
	Kind             CommentKind
	Text             string `audit:"withheld"`
	State            CommentState
	Answer           *string    `audit:"withheld"` // what was answered last
	AnsweredAt       *time.Time // when
	ClosedAt         *time.Time // nil unless it is closed
	Illustrative     bool       // the self-evaluation is made up

	Evaluation SelfEvaluation `gorm:"-" json:"-"` // by whose sharings others read it, read with it
	Finding    *Citing        `gorm:"-" json:"-"` // nil where none came of it; read with it
}

// Citing is a finding that came of a line of enquiry, and who may see it.
type Citing struct {
	ID       string
	Audience programme.Audience
}

// TableName names the table.
func (*Comment) TableName() string { return "self_evaluation_comments" }

// CommentKind is what a comment is for.
type CommentKind string

// The kinds of comments. A finding may come of a line of enquiry.
const (
	AsQuestion    CommentKind = "question"
	LineOfEnquiry CommentKind = "line_of_enquiry"
)

// CommentState is what became of a comment.
type CommentState string

// The states of a comment.
const (
	CommentOpen     CommentState = "open"
	CommentAnswered CommentState = "answered"
	CommentClosed   CommentState = "closed"
)

// The steps of comments: that which makes one is taken on a self-evaluation.
const (
	Commenting    programme.Step = "comment"
	AnswerComment programme.Step = "answer"
)

// Noun implements [programme.Record].
func (*Comment) Noun() string { return "self-evaluation-comment" }

// Steps implements [programme.Record].
func (*Comment) Steps() []programme.Step {
	return []programme.Step{
		programme.Edit, AnswerComment, programme.Close, programme.Reopen, programme.RecordFinding, programme.Acknowledge, programme.Redact, programme.Delete,
	}
}

// May implements [programme.Record]: who asks rewords, reopens and takes back, whose
// self-evaluation it is answers, and either ends it. Who records findings, their forum says.
func (c *Comment) May(actor programme.Actor, step programme.Step) error {
	switch step {
	case programme.Acknowledge, programme.Redact:
		return nil // as of all words
	case programme.RecordFinding:
		return c.leads()
	case AnswerComment:
		if !actor.IsOf(c.Owner) {
			return programme.NotYours("Only people of the borough whose self-evaluation it is may do this.")
		}
	case programme.Close:
		if !actor.IsOf(c.Borough) && !actor.Leads(c.Owner) {
			return programme.NotYours("Only people of the borough that asks, and the lead of that whose self-evaluation it is, may do this.")
		}
	default:
		if !actor.IsOf(c.Borough) {
			return programme.NotYours("Only people of the borough that asks may do this.")
		}
	}
	return c.stands(step)
}

func (c *Comment) stands(step programme.Step) error {
	switch {
	case step == programme.Reopen && c.State == CommentOpen:
		return programme.WrongState("It is open.")
	case step == programme.Reopen:
		return nil
	case c.State == CommentClosed:
		return programme.WrongState("It is closed. The borough that asks may reopen it.")
	case step == programme.Edit && (c.Answer != nil || c.Finding != nil):
		return programme.WrongState("It has been answered, or a finding has come of it, so that its words stay. Put another.")
	case step == programme.Delete && c.Answer != nil:
		return programme.WrongState("It has been answered, so that it stays; close it instead.")
	}
	return nil
}

// leads refuses a finding where none can come of the comment, or one has.
func (c *Comment) leads() error {
	switch {
	case c.Kind != LineOfEnquiry:
		return programme.WrongState("It is a question. A finding comes of a line of enquiry.")
	case c.Finding != nil:
		return programme.WrongState("A finding has come of it already.")
	}
	return nil
}

// NeedsReason implements [programme.Record]: what waits for an answer is not closed without.
func (c *Comment) NeedsReason(step programme.Step) bool {
	return step == programme.Reopen || step == programme.Close && c.State == CommentOpen || c.Wording.NeedsReason(step)
}

// Check implements [programme.Record].
func (*Comment) Check() error { return nil }

// Texts implements [programme.Worded]. A comment has its readers from the beginning, so that
// nothing waits for what screening finds.
func (c *Comment) Texts() []programme.Text {
	return slices.Concat(programme.Text{Boroughs: []string{c.Borough}}.At("/text", &c.Text), programme.Text{Boroughs: []string{c.Owner}}.At("/answer", c.Answer))
}

// Writers implements [programme.Worded].
func (c *Comment) Writers() []string { return []string{c.Borough, c.Owner} }

// Put puts the comment to a version of the self-evaluation on the actor's behalf: the newest
// that they may read, where it names none. It answers the faults of what is not there.
func (c *Comment) Put(actor programme.Actor, s *SelfEvaluation, now time.Time) []programme.Fault {
	if newest := s.NewestFor(actor, now); c.Number == 0 && newest != nil {
		c.Number = *newest
	}
	if !s.Reads(actor, c.Number, now) {
		return []programme.Fault{programme.Unknown("/number", "There is no version with this number.")}
	}
	c.Borough, c.Owner, c.Cycle, c.Illustrative, c.State = actor.Borough, s.Borough, s.Cycle, s.Illustrative, CommentOpen
	c.Audience = s.ReadersOf(c.Number)
	return nil
}

// ReadersOf answers who reads what is said of a version: its borough, the programme's team while
// it reads the version, those with whom it is shared, and those who read it until another took
// its place, as long as they read that.
func (s *SelfEvaluation) ReadersOf(number int) programme.Audience {
	readers := []string{s.Borough}
	s.discussed(number, func(then, now *Sharing) {
		for _, borough := range now.Readers {
			if now.EndedAt == nil && slices.Contains(then.Readers, borough) {
				readers = append(readers, borough)
			}
		}
	})
	if s.TeamReads(number) {
		return programme.Parties(readers...)
	}
	slices.Sort(readers)
	return slices.Compact(readers)
}

// discussed names the sharings of a version, each with those that have begun by which it is
// discussed still: itself, and what has taken its place with the same challenge.
func (s *SelfEvaluation) discussed(number int, by func(then, now *Sharing)) {
	for i := range s.Sharings {
		then := &s.Sharings[i]
		if then.Number != number || then.BeganAt == nil {
			continue
		}
		for n := range s.Sharings {
			now := &s.Sharings[n]
			replaced := then.TakenBackAt == nil && then.Ending != nil && *then.Ending == EndedByLater && now.Challenge == then.Challenge && now.BeganAt != nil
			if i == n || replaced {
				by(then, now)
			}
		}
	}
}

// SeenBy reports whether the actor may read the comment at the time: the end of a sharing
// holds whether or not anybody has noted it.
func (c *Comment) SeenBy(actor programme.Actor, at time.Time) bool {
	seen := actor.Is(programme.RoleProgramme) && c.Evaluation.TeamReads(c.Number) || actor.WritesFor(c.Evaluation.Borough)
	c.Evaluation.discussed(c.Number, func(then, now *Sharing) {
		seen = seen || now.InForce(at) && now.readBy(actor) && then.readBy(actor)
	})
	return seen
}

// Reply answers the comment at the time, in the place of what was answered before.
func (c *Comment) Reply(text string, now time.Time) {
	if c.State == CommentAnswered && programme.Same(c.Answer, &text) {
		return // the moment of an answer is that at which it was given
	}
	c.Answer, c.AnsweredAt, c.State = &text, &now, CommentAnswered
}

// End closes the comment at the time; what waits for an answer, for the actor's reason.
func (c *Comment) End(actor programme.Actor, now time.Time) error {
	var err error
	if c.NeedsReason(programme.Close) {
		err = actor.WithReason()
	}
	c.State, c.ClosedAt = CommentClosed, &now
	return err
}

// Reopen lets it wait for an answer again, for the actor's reason.
func (c *Comment) Reopen(actor programme.Actor) error {
	c.State, c.ClosedAt = CommentOpen, nil
	return actor.WithReason()
}

// FindingID answers the finding that came of it, where the actor may see that.
func (c *Comment) FindingID(actor programme.Actor) *string {
	if c.Finding == nil || !c.Finding.Audience.Includes(actor) {
		return nil
	}
	return &c.Finding.ID
}

// CommentFilter leaves those comments of a list that agree with every member that is given.
type CommentFilter struct {
	Awaited          bool // only those whose asker reads them now, and would read an answer
	SelfEvaluationID *string
	Borough          *string // who asks
	Owner            *string // whose self-evaluation it is
	Kinds            []CommentKind
	States           []CommentState
	UpdatedSince     *time.Time
}
