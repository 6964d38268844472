package evaluation

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"time"

	"peerchallenge/pkg/programme"
)

// Signing is a version with the self-evaluation that it is of.
type Signing struct {
	Version
	Of    SelfEvaluation
	Asked *Outline // what it answers to; nil in lists
}

// Key answers the number as text.
func (v *Signing) Key() string { return strconv.Itoa(v.Number) }

// ReadForm is as what a version was read.
type ReadForm string

// The forms.
const (
	AsJSON       ReadForm = "json"
	AsPage       ReadForm = "page"
	AsComparison ReadForm = "comparison"
)

// Read is that somebody who is not of the borough has read a version: once for each reader,
// version, day and form.
type Read struct {
	SelfEvaluationID string
	Number           int
	ReadOn           programme.Date
	Form             ReadForm
	Reader           []byte // tells readers of one self-evaluation apart, and names nobody
	Role             programme.Role
	Borough          *string `gorm:"column:borough_code"`
	ReadAt           time.Time
}

// TableName names the table.
func (*Read) TableName() string { return "self_evaluation_reads" }

// NewRead is the actor's reading of a version, on the day.
func NewRead(s *SelfEvaluation, actor programme.Actor, number int, form ReadForm, today programme.Date, now time.Time) Read {
	reader := sha256.Sum256([]byte(s.ID + "\x00" + actor.Issuer + "\x00" + actor.Subject))
	r := Read{SelfEvaluationID: s.ID, Number: number, ReadOn: today, Form: form, Reader: reader[:], ReadAt: now}
	if len(actor.Roles) > 0 {
		r.Role = actor.Roles[0]
	}
	if actor.Borough != "" {
		r.Borough = &actor.Borough
	} else {
		r.Borough = s.readFor(actor, number, now)
	}
	return r
}

// readFor answers for which of its boroughs a system that acts for several reads a version: the first
// with which it is shared. Nil is of the programme's team.
func (s *SelfEvaluation) readFor(actor programme.Actor, number int, now time.Time) *string {
	for i := range s.Sharings {
		h := &s.Sharings[i]
		for n, borough := range actor.Boroughs {
			if h.Number == number && h.InForce(now) && slices.Contains(h.Readers, borough) {
				return &actor.Boroughs[n]
			}
		}
	}
	return nil
}

// Key orders readings by their time.
func (r *Read) Key() []string {
	return []string{r.ReadAt.UTC().Format("2006-01-02T15:04:05.000000"), fmt.Sprintf("%06d", r.Number), string(r.Form), hex.EncodeToString(r.Reader)}
}

// Fits refuses a sharing of what is not there, with whom the borough does not meet, or on days
// that are over or in the wrong order; it fills in what was not said.
func (s *SelfEvaluation) Fits(h *Sharing, today programme.Date) error {
	if h.Number == 0 {
		h.Number = *s.Signed
	}
	if h.From == "" {
		h.From = today
	}
	var faults []programme.Fault
	if h.Number > *s.Signed {
		faults = append(faults, programme.Unknown("/number", "There is no version with this number."))
	}
	if s.Facts.Groups[h.Challenge] == nil {
		faults = append(faults, programme.Unknown("/peerChallengeId", "The borough is in no group of a challenge with this id that is neither closed nor cancelled."))
	}
	if h.From < today {
		faults = append(faults, programme.Fault{Pointer: "/from", Code: programme.FaultOrder, Detail: "The day is over. The first is " + string(today) + "."})
	}
	if h.Until != nil && *h.Until < h.From {
		faults = append(faults, programme.Fault{Pointer: "/until", Code: programme.FaultOrder, Detail: "The last day is before the first."})
	}
	return programme.Refuse(faults)
}
