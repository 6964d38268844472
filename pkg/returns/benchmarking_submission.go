package returns

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"peerchallenge/pkg/programme"
)

// Submission is a borough's return for a quarter: the draft that its people and
// systems are working on, and the versions that it has sent.
type Submission struct {
	programme.Head
	programme.Wording
	Borough string `gorm:"column:borough_code"`
	Quarter string `gorm:"column:quarter_code"`
	State   State
	// Draft is what the borough is working on, nil where there is nothing that was
	// not submitted. Nobody but the borough sees it.
	Draft *Draft `audit:"withheld" gorm:"serializer:json"`
	// Explanations are all that were ever given, of this quarter's figures as they
	// were at the time. They stay when the draft is replaced: the same figures posted
	// again keep theirs.
	Explanations []Explanation `audit:"withheld" gorm:"serializer:json"`
	// Thread is what the team asked about what was submitted, and what was answered.
	Thread []Question `audit:"withheld" gorm:"serializer:json"`

	Numbers      int        // how many numbers were given to versions
	UnderReview  *int       // the version that is submitted or queried
	Standing     *int       // the version that is in force
	ReceivedAt   *time.Time // of the first version that was not withdrawn; what follows does not move it
	DaysLate     int        // how many days after the due day that was, by the window of that moment
	Resubmitted  int        // how many versions came after that and were not withdrawn
	ReceiptID    *string    // of the version that was submitted last
	Illustrative bool       // made up, to show how it works

	Facts Facts `gorm:"-" json:"-"` // what the steps depend on and the row does not hold
}

// Facts are what others say of a return at the moment of a step.
type Facts struct {
	Quarter     *Quarter
	Extensions  []Extension               // that the borough has and that stand
	Corrections []CorrectionWindow        // likewise
	Authorised  []programme.Authorisation // by which the actor may submit it
	Report      *Report                   // on the draft; nil where there is none, or the actor does not see it
}

// Standing answers how a return stands that comes on the day.
func (f *Facts) Standing(day programme.Date) Standing {
	// What was taken back is not among the facts any more, so that the hour is nothing.
	noon := day.Time().Add(12 * time.Hour)
	return f.Quarter.StandingAt(noon, time.UTC, f.Extensions, f.Corrections)
}

// TableName names the table.
func (*Submission) TableName() string { return "benchmarking_submissions" }

// States are those of a return that there is.
var States = [...]State{Drafted, Submitted, Queried, Accepted}

// Question is what the team asks about a version, and the answer.
type Question struct {
	ID         string          `json:"id"`
	Number     int             `json:"number"` // of the version
	Counts     []string        `json:"counts"` // that it is about; none where it is about the whole
	Text       string          `json:"text"`
	AnswerBy   *programme.Date `json:"answerBy"`
	AskedAt    time.Time       `json:"askedAt"`
	Answer     *string         `json:"answer"` // nil until it is answered, or a new version was sent
	AnsweredAt *time.Time      `json:"answeredAt"`
	AnsweredBy *programme.Role `json:"answeredBy"`
}

// The steps of a return beside those of all kinds.
const (
	Submit  programme.Step = "submit"
	ToQuery programme.Step = "query"
	Answer  programme.Step = "answer"
	Accept  programme.Step = "accept"
	Clarify programme.Step = "explain"
)

// Noun implements [programme.Record].
func (*Submission) Noun() string { return "benchmarking-submission" }

// Steps implements [programme.Record].
func (*Submission) Steps() []programme.Step {
	return []programme.Step{programme.Edit, Clarify, Submit, programme.Withdraw, ToQuery, Answer, Accept, programme.Acknowledge, programme.Redact, programme.Delete}
}

// May implements [programme.Record]: the borough writes, signs and takes back, the
// programme's team asks and accepts. Neither does the other's part.
func (s *Submission) May(actor programme.Actor, step programme.Step) error {
	if err := s.mine(actor, step); err != nil {
		return err
	}
	switch step {
	case Clarify, programme.Delete:
		if s.Draft == nil {
			return programme.WrongState("There is no draft.")
		}
	case Submit:
		if s.Draft == nil {
			return programme.WrongState("There is no draft.")
		}
	case programme.Withdraw:
		if s.UnderReview == nil {
			return programme.WrongState("No version is under review.")
		}
	case ToQuery:
		if s.State != Submitted {
			return programme.WrongState("Only what is submitted, and is not queried already, is asked about.")
		}
	case Answer:
		if s.State != Queried {
			return programme.WrongState("Nothing is asked.")
		}
	case Accept:
		if s.State != Submitted {
			return programme.WrongState("Only what is submitted, and is not queried, is accepted.")
		}
	}
	return nil
}

func (s *Submission) mine(actor programme.Actor, step programme.Step) error {
	switch step {
	case ToQuery, Accept:
		return programme.TeamMay(actor)
	}
	if actor.WritesFor(s.Borough) {
		return nil
	}
	return programme.NotYours("Only the borough's own people and systems may do this.")
}

// MayOn implements [programme.Dated]: the window is asked on the day of the call, and
// so is whoever submits, because an authorisation ends with its day.
func (s *Submission) MayOn(actor programme.Actor, step programme.Step, today programme.Date) error {
	switch step {
	case programme.Edit, Clarify:
		return s.Facts.Standing(today).taken(s.Quarter)
	case Submit:
		if _, err := s.Authority(actor, today); err != nil {
			return err
		}
		if err := s.Facts.Standing(today).taken(s.Quarter); err != nil {
			return err
		}
		return s.clear()
	}
	return nil
}

// Authority answers the authorisation by which the actor submits on the day; nil for a
// lead. The error is Forbidden where there is none.
func (s *Submission) Authority(actor programme.Actor, today programme.Date) (*programme.Authorisation, error) {
	return programme.AuthorityToSign(actor, s.Facts.Authorised, programme.ReturnDocument, s.Borough, today)
}

// taken refuses what comes when the window does not take it, naming the window.
func (s Standing) taken(quarter string) error {
	switch s.Punctuality {
	case NotOpen:
		return programme.Errorf(programme.Conflict, programme.CodeWindowNotOpen, "The window of %s opens on %s; returns are taken until the end of %s.", quarter, s.Window.OpensOn, s.Window.LateUntil)
	case Closed:
		if s.Window == (Window{}) {
			return programme.Errorf(programme.Conflict, programme.CodeWindowClosed, "No returns are collected for %s.", quarter)
		}
		return programme.Errorf(programme.Conflict, programme.CodeWindowClosed, "The window of %s was open from %s and closed at the end of %s. The programme's team can open a correction window.",
			quarter, s.Window.OpensOn, s.Window.LateUntil)
	}
	return nil
}

// clear refuses to submit a draft of which the report says that it cannot be yet.
func (s *Submission) clear() error {
	r := s.Facts.Report
	if r == nil || r.Errors == 0 && r.Open == 0 {
		return nil
	}
	var faults []programme.Fault
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Severity == Warning && f.Explained != nil {
			continue
		}
		fault := f.Fault()
		if f.Severity == Warning {
			fault.Code = programme.FaultUnexplained
		}
		faults = append(faults, fault)
	}
	return &programme.Error{Kind: programme.Conflict, Code: programme.CodeReportFaults, Detail: "The report on the draft has what must be put right, explained or given a reason first.", Faults: faults}
}

// Check implements [programme.Record]: what a draft may hold, [Draft.Check] has said
// before it was taken.
func (*Submission) Check() error { return nil }

// See sets who sees the return: the borough alone, until something was submitted.
func (s *Submission) See() {
	s.Audience = programme.Audience{s.Borough}
	if s.Numbers > 0 {
		s.Audience = programme.Parties(s.Borough)
	}
}

// Version is a return as it was submitted under a number. What it says never
// changes; what becomes of it does.
type Version struct {
	SubmissionID string `gorm:"primaryKey"`
	Number       int    `gorm:"primaryKey"`
	State        VersionState
	Framework    string
	Values       Values        `gorm:"serializer:json"`
	Explanations []Explanation `gorm:"serializer:json"` // of the warnings that it had
	SubmittedAt  time.Time
	SubmittedBy  programme.Role // in which role
	// AuthorisationID is that by which it was submitted; nil where a lead signed.
	AuthorisationID *string
	ReceiptID       *string    // nil where nobody has signed it here: it was imported or made up
	DaysLate        int        // after the due day, by the window of that moment; 0 on time
	ClosedAt        *time.Time // when it was accepted, or withdrawn
	SupersededAt    *time.Time
	RedactedAt      *time.Time // when words were last taken out of it

	Illustrative bool `gorm:"-"` // the quarter's figures are made up
}

// TableName names the table.
func (*Version) TableName() string { return "benchmarking_versions" }

// VersionState is what became of a version.
type VersionState string

// The states of a version.
const (
	VersionSubmitted  VersionState = "submitted"
	VersionQueried    VersionState = "queried"
	VersionAccepted   VersionState = "accepted"
	VersionSuperseded VersionState = "superseded"
	VersionWithdrawn  VersionState = "withdrawn"
)

// Send freezes the draft as the next version. The version under review, if there is
// one, is superseded by it before anybody has accepted it; questions about it are
// answered by it. by is the authorisation of whoever is no lead.
func (s *Submission) Send(actor programme.Actor, by *programme.Authorisation, now time.Time, today programme.Date) Version {
	s.Numbers++
	v := Version{
		SubmissionID: s.ID, Number: s.Numbers, State: VersionSubmitted, Framework: s.Draft.Framework, Values: s.Draft.Values,
		Explanations: s.explained(), SubmittedAt: now, SubmittedBy: signsAs(actor), DaysLate: s.Facts.Standing(today).DaysLate,
	}
	if by != nil {
		v.AuthorisationID = &by.ID
	}
	if s.ReceivedAt == nil {
		s.ReceivedAt, s.DaysLate = &now, v.DaysLate
	} else {
		s.Resubmitted++
	}
	s.Draft, s.State, s.UnderReview = nil, Submitted, &v.Number
	s.See()
	return v
}

// explained answers what was said to the warnings that there are.
func (s *Submission) explained() []Explanation {
	r, said := s.Facts.Report, []Explanation{}
	for i := range r.Findings {
		if e := r.Findings[i].Explained; e != nil {
			said = append(said, *e)
		}
	}
	return said
}

// TakeBack takes the version under review back. versions are all of the return's.
// Its values are the draft again where there is none.
func (s *Submission) TakeBack(versions []Version, now time.Time) *Version {
	s.ReceivedAt, s.DaysLate, s.Resubmitted = nil, 0, 0
	var taken *Version
	for i := range versions {
		v := &versions[i]
		if v.Number == *s.UnderReview {
			v.State, v.ClosedAt, taken = VersionWithdrawn, &now, v
		}
		switch {
		case v.State == VersionWithdrawn:
		case s.ReceivedAt == nil:
			s.ReceivedAt, s.DaysLate = &v.SubmittedAt, v.DaysLate
		default:
			s.Resubmitted++
		}
	}
	if s.Draft == nil {
		s.Draft = &Draft{Framework: taken.Framework, Values: taken.Values}
	}
	s.UnderReview, s.State = nil, Drafted
	if s.Standing != nil {
		s.State = Accepted
	}
	return taken
}

// signsAs answers the role in which the actor submits: as a lead where it is one.
func signsAs(actor programme.Actor) programme.Role {
	for _, role := range []programme.Role{programme.RoleBoroughLead, programme.RoleBoroughEditor, programme.RoleBoroughSystem} {
		if slices.Contains(actor.Roles, role) {
			return role
		}
	}
	return ""
}

// Ask queries the version under review.
func (s *Submission) Ask(q Question, now time.Time) {
	q.Number, q.AskedAt = *s.UnderReview, now
	s.Thread, s.State = append(s.Thread, q), Queried
}

// Reply answers what is asked; the version is under review again.
func (s *Submission) Reply(actor programme.Actor, text string, now time.Time) {
	for i := range s.Thread {
		if q := &s.Thread[i]; q.Answer == nil && q.Number == *s.UnderReview {
			q.Answer, q.AnsweredAt, q.AnsweredBy = &text, &now, new(signsAs(actor))
		}
	}
	s.State = Submitted
}

// Stand lets the version under review stand, and answers the number of the one
// that stood until now.
func (s *Submission) Stand() (before *int) {
	before, s.Standing, s.UnderReview, s.State = s.Standing, s.UnderReview, nil, Accepted
	return before
}

// AnswerBy answers the earliest day by which something is to be answered; nil where nothing
// is asked, or no day was named.
func (s *Submission) AnswerBy() (first *programme.Date) {
	for i := range s.Thread {
		q := &s.Thread[i]
		if q.Answer == nil && q.AnswerBy != nil && s.UnderReview != nil && q.Number == *s.UnderReview && (first == nil || *q.AnswerBy < *first) {
			first = q.AnswerBy
		}
	}
	return first
}

// SubmissionFilter leaves those returns of a list that agree with every member that is
// given.
type SubmissionFilter struct {
	Borough      *string
	Boroughs     []string // those of a sub-region; all where it is nil
	Quarter      *string
	States       []State // any of them; all where it is empty
	Drafted      bool    // only those that the actor works on, which have a draft
	Unexplained  bool    // only those whose draft has a warning that nobody has explained
	UpdatedSince *time.Time
}

// Judging is a return of a quarter under what it is judged by.
type Judging struct {
	Asked   Asked
	Borough string
	Quarter string
	// Illustrative says that the quarter's figures are made up.
	Illustrative bool
	Before       History     // what the borough's earlier returns say that stand
	Beside       *Background // the same, made ready; nil where nobody has kept it
	// Last is what was said to warnings of the quarter before, which may be carried
	// forward from there.
	Last []Explanation
}

// Sent is a return that came, read as the draft that it is to be.
type Sent struct {
	Draft   Draft
	Report  Report   // on what came, with where it stood there
	Held    Report   // on what of it is kept
	Reading *Reading // of the table in which it came; nil of one that came as a list
}

// Draft makes a draft of what was sent, and asks it the rules. said is what the borough
// has said to warnings. The error is Invalid if some of it cannot be kept, and names all
// that cannot.
func (j *Judging) Draft(p *Posting, said []Explanation) (Sent, error) {
	posted, err := p.Read(j.Asked)
	if err != nil {
		return Sent{}, err
	}
	j.ready()
	report := posted.judge(j.Asked, j.Beside, said)
	report.Illustrative = j.Illustrative
	if report.Refused > 0 || len(posted.Known) > 0 {
		return Sent{}, posted.refuse(slices.Concat(posted.Known, report.Faults(Refused, Error)))
	}
	sent := Sent{Draft: Draft{Framework: j.Asked.Version, Values: posted.Values.Complete(j.Asked.Ordered().codes)}, Report: report, Held: report, Reading: posted.Reading}
	if len(posted.Figures) > 0 { // which are not kept
		sent.Held = j.Report(&sent.Draft, said)
	}
	return sent, nil
}

func (j *Judging) ready() {
	if j.Beside == nil {
		j.Beside = j.Asked.Background(j.Quarter, j.Before)
	}
}

// Report judges what is held.
func (j *Judging) Report(d *Draft, said []Explanation) Report {
	j.ready()
	report := (&Return{Borough: j.Borough, Quarter: j.Quarter, Values: d.Values}).judge(j.Asked, j.Beside, said)
	report.Illustrative = j.Illustrative
	return report
}

// Explained is what somebody says to warnings of a draft.
type Explained struct {
	Said         []Said
	CarryForward []string // keys of warnings for which last quarter's explanation holds again
}

// Said is what somebody says to the warning with the key.
type Said struct {
	Key, Text string
	Place     Place // in the table in which it came
}

// at answers where a fault of the i-th explanation stands: in its row or, of a list, at
// its pointer.
func (s *Said) at(i int, f programme.Fault) programme.Fault {
	if s.Place.Row > 0 {
		f.Pointer, f.Row, f.Column = "", s.Place.Row, s.Place.Column
		return f
	}
	f.Pointer = "/explanations/" + strconv.Itoa(i) + f.Pointer
	return f
}

// Explain adds what is said to the warnings of the draft, and not again what is said
// already. The error is Invalid if there is no such warning.
func (j *Judging) Explain(s *Submission, actor programme.Actor, e Explained, now time.Time) error {
	report := j.Report(s.Draft, s.Explanations)
	var faults []programme.Fault
	for i, said := range e.Said {
		explanation, err := report.Explain(said.Key, said.Text, signsAs(actor), now)
		if refused, is := errors.AsType[*programme.Error](err); is {
			for _, f := range refused.Faults {
				faults = append(faults, said.at(i, f))
			}
			continue
		}
		if held := report.find(said.Key).Explained; held != nil && held.Text == explanation.Text {
			continue
		}
		s.Explanations = append(s.Explanations, explanation)
	}
	carried, err := report.Carry(j.Last, j.Beside.last.Code, e.CarryForward, signsAs(actor), now)
	if refused, is := errors.AsType[*programme.Error](err); is {
		for _, f := range refused.Faults {
			f.Pointer = strings.Replace(f.Pointer, "/confirmed", "/carryForward", 1)
			faults = append(faults, f)
		}
	}
	s.Explanations = append(s.Explanations, carried...)
	return programme.Refuse(faults)
}

// KnowsCounts refuses a question about counts that are not asked for.
func (j *Judging) KnowsCounts(counts []string) error {
	var faults []programme.Fault
	for i, code := range counts {
		if j.Asked.Document.Count(code) == nil {
			faults = append(faults, programme.Unknown("/counts/"+strconv.Itoa(i), "The framework has no such count."))
		}
	}
	return programme.Refuse(faults)
}
