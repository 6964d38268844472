package programme

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"peerchallenge/pkg/memo"
	"peerchallenge/pkg/screen"
)

// People's words are read by others than those who wrote them. Screening says where
// something stands in them by which a child could be known; saving is never refused
// for that. The step that gives words readers beyond those who write them waits until
// somebody has said, with a reason, that what was found is right; and is asked
// again when the words change. What must not have been written is redacted.

// Text is what somebody has written in a record, and where.
type Text struct {
	Field    string   // a pointer to it in the record as the contract shows it
	Key      string   // by which it is known where its place moves with what others write; empty where the field says it
	Words    *string  // the words themselves, where the record holds them
	Boroughs []string // whose people write it
	Systems  bool     // whether their machines do too
	Team     bool     // whether the programme's team writes it
	Private  bool     // whether it is kept from the programme's team
	Awaited  bool     // whether the record's sharing waits for it
	Keeps    int      // how many characters at its beginning are never taken out
}

// Worded is a record in which people write.
type Worded interface {
	Record
	// Texts lists what is written in it. To change what Words points to is to change the record.
	Texts() []Text
	// Writers are the boroughs whose people write in it.
	Writers() []string
	// Said is what was said to what screening found.
	Said() *Wording
}

// Sharing is a record that some of its steps give readers beyond those who write it.
type Sharing interface {
	Worded
	// Shares answers the records whose words the step gives new readers, which is none
	// for most steps.
	Shares(step Step) []Worded
}

// The steps that every [Worded] record has.
const (
	Acknowledge Step = "acknowledge"
	Redact      Step = "redact"
)

// Redacted stands where words were taken out. The database knows it too: a version
// lets it in and nothing else.
const Redacted = "[redacted]"

// MaxMarks is how many places screening names at once; those that nobody has
// acknowledged come first where there are more.
const MaxMarks = 500

// Wording is what a record keeps of what was said to screening. Words that are changed or
// redacted take it along.
type Wording struct {
	Screening Acknowledgements `audit:"withheld" gorm:"serializer:json"`
	// RedactedAt is when words were last taken out of it. That stands in the audit as what was
	// done; from when to when it moved would tell those who see a part of the record of the rest.
	RedactedAt *time.Time `audit:"withheld"`
}

// found remembers what stands where in words: one answer asks more than once, and most words of
// the next are the same.
var found = memo.New(screen.Words)

// NeedsReason reports whether the step is about words, and needs a reason.
func (*Wording) NeedsReason(step Step) bool { return step == Acknowledge || step == Redact }

// At answers the text with its place, or none where nothing is written there.
func (t Text) At(field string, words *string) []Text {
	if words == nil || *words == "" {
		return nil
	}
	t.Field, t.Words = field, words
	return []Text{t}
}

// AtAddress is At for an address in the web, whose names of folders and files people choose. Its scheme
// is never taken out, without which it would be none.
func (t Text) AtAddress(field string, address *string) []Text {
	if address != nil {
		if before, _, is := strings.Cut(*address, "://"); is {
			t.Keeps = utf8.RuneCountInString(before + "://")
		}
	}
	return t.At(field, address)
}

// key answers by what the text is known, wherever it stands.
func (t Text) key() string { return cmp.Or(t.Key, t.Field) }

// Said implements [Worded].
func (w *Wording) Said() *Wording { return w }

// Acknowledgements are a list, also where there are none.
type Acknowledgements []Acknowledgement

// MarshalJSON implements [json.Marshaler].
func (a Acknowledgements) MarshalJSON() ([]byte, error) {
	return json.Marshal(OrEmpty([]Acknowledgement(a)))
}

// Acknowledgement says that what was found in one text is right. It knows the text by
// a digest that is salted and never told.
type Acknowledgement struct {
	Field  string `json:"field"` // the text's key
	Salt   []byte `json:"salt"`
	Digest []byte `json:"digest"`
	Found  []Spot `json:"found"`
}

// MarkKind is what kind of thing was found.
type MarkKind = screen.Kind

// Spot is what was found in a text, and where: in characters from 0.
type Spot struct {
	Kind   MarkKind `json:"kind"`
	Start  int      `json:"start"`
	Length int      `json:"length"`
}

// Mark is what screening found in a record. It says of what kind it is, and not what.
type Mark struct {
	Field string
	Spot
	Acknowledged bool

	awaited bool
}

// Screening answers what was found in those words of the record that the actor writes.
func Screening(r Worded, actor Actor) []Mark {
	marks := screened(r, actor.writes)
	if len(marks) > MaxMarks {
		slices.SortStableFunc(marks, func(a, b Mark) int { return rank(a.Acknowledged) - rank(b.Acknowledged) })
		marks = marks[:MaxMarks]
	}
	return marks
}

func rank(acknowledged bool) int {
	if acknowledged {
		return 1
	}
	return 0
}

// screened looks through those texts of the record that are asked for.
func screened(r Worded, asked func(Text) bool) []Mark {
	marks := []Mark{}
	for _, t := range r.Texts() {
		if !asked(t) {
			continue
		}
		marked := found.Of(*t.Words)
		if len(marked) == 0 {
			continue
		}
		said := r.Said().of(t)
		for _, f := range marked {
			m := Mark{Field: t.Field, Spot: Spot{f.Kind, f.Start, f.End - f.Start}, awaited: t.Awaited}
			m.Acknowledged = said != nil && slices.Contains(said.Found, m.Spot)
			marks = append(marks, m)
		}
	}
	return marks
}

// of answers what was said to the text as it stands, or nil.
func (w *Wording) of(t Text) *Acknowledgement {
	for i := range w.Screening {
		if a := &w.Screening[i]; a.Field == t.key() && hmac.Equal(a.Digest, digest(a.Salt, *t.Words)) {
			return a
		}
	}
	return nil
}

func digest(salt []byte, text string) []byte {
	sum := hmac.New(sha256.New, salt)
	_, _ = sum.Write([]byte(text)) // a hash takes everything
	return sum.Sum(nil)
}

// Forget leaves out what was said to words that do not stand there any more.
func Forget(r Worded) {
	said := r.Said()
	if len(said.Screening) == 0 {
		said.Screening = nil
		return
	}
	var left Acknowledgements
	for _, t := range r.Texts() {
		if a := said.of(t); a != nil {
			left = append(left, *a)
		}
	}
	said.Screening = left
}

// writes reports whether the text is one of those that the actor writes.
func (a Actor) writes(t Text) bool {
	return t.Team && a.Is(RoleProgramme) || slices.ContainsFunc(t.Boroughs, a.IsOf) ||
		t.Systems && a.Is(RoleBoroughSystem) && slices.ContainsFunc(t.Boroughs, func(code string) bool {
			return code == a.Borough || a.Borough == "" && slices.Contains(a.Boroughs, code)
		})
}

// redacts reports whether the actor may take the text out.
func (a Actor) redacts(t Text) bool {
	return a.Is(RoleProgramme) && !t.Private || slices.ContainsFunc(t.Boroughs, a.Leads)
}

// mayWord refuses the steps about words.
func mayWord(r Worded, actor Actor, step Step) error {
	switch {
	case step == Redact && !actor.Is(RoleProgramme) && !slices.ContainsFunc(r.Writers(), actor.Leads):
		return NotYours("Only the leads of the boroughs that write in it and the programme's team may do this.")
	case step == Redact:
		return nil
	case !actor.Is(RoleProgramme) && !slices.ContainsFunc(r.Writers(), actor.IsOf):
		return NotYours("Only those who write in it may do this.")
	case slices.IndexFunc(screened(r, actor.writes), func(m Mark) bool { return !m.Acknowledged }) < 0:
		return WrongState("Screening has found nothing in your words that is not acknowledged.")
	}
	return nil
}

// mayShare refuses a step that gives words new readers in which screening found what
// nobody has acknowledged. It names every place.
func mayShare(r Sharing, step Step) error { return acknowledged(r, r.Shares(step)) }

// Unacknowledged names every place in the record's words at which screening found what
// nobody has acknowledged, and for which its sharing waits.
func Unacknowledged(r Worded) []Fault { return unacknowledged(r, r) }

func unacknowledged(asked, of Worded) []Fault {
	var faults []Fault
	for _, m := range screened(of, func(t Text) bool { return t.Awaited }) {
		if !m.Acknowledged {
			faults = append(faults, m.fault(asked, of))
		}
	}
	return faults
}

func acknowledged(r Worded, shared []Worded) error {
	var faults []Fault
	for _, s := range shared {
		faults = append(faults, unacknowledged(r, s)...)
	}
	if len(faults) == 0 {
		return nil
	}
	return &Error{
		Kind: Conflict, Code: CodeWordsNotAcknowledged,
		Detail: "Screening found what might identify a child in words that would have new readers. Take it out, or acknowledge it with a reason.", Faults: faults,
	}
}

// fault says where the mark is: of another record than the one that is asked, in words.
func (m Mark) fault(asked, of Worded) Fault {
	says := "There is " + kinds[m.Kind] + " at characters " + strconv.Itoa(m.Start) + " to " + strconv.Itoa(m.Start+m.Length) + "."
	if asked == of {
		return Fault{Pointer: m.Field, Code: FaultNotAcknowledged, Detail: says}
	}
	return Fault{Code: FaultNotAcknowledged, Detail: "In " + m.Field + " of the " + of.Noun() + " " + KeyOf(of) + ": " + says}
}

var kinds = map[screen.Kind]string{
	screen.NHSNumber: "what may be an NHS number", screen.UPN: "what may be a unique pupil number", screen.DateOfBirth: "what may be a date of birth",
	screen.Postcode: "a postcode", screen.SmallCount: "a small number of children",
}

// AcknowledgeMarks says on the actor's behalf that what was found there is right. The
// reason stands in the audit for ever, so that it must not hold what is looked for.
// The salt is of this call alone. The error is Invalid if a mark is none, and names all of those.
func AcknowledgeMarks(r Worded, actor Actor, marks []Mark, salt []byte) error {
	faults := plainReason(actor)
	if len(marks) == 0 {
		faults = append(faults, Fault{Pointer: "/marks", Code: FaultRequired, Detail: "Name what is meant, as screening names it."})
	}
	byField := map[string]Text{}
	for _, t := range r.Texts() {
		if actor.writes(t) {
			byField[t.Field] = t
		}
	}
	found := screened(r, actor.writes)
	said := r.Said()
	now := said.Screening
	said.Screening = slices.Clone(now)
	for i, m := range marks {
		at := slices.IndexFunc(found, func(f Mark) bool { return f.Field == m.Field && f.Spot == m.Spot })
		if at < 0 {
			faults = append(faults, Unknown("/marks/"+strconv.Itoa(i), "Screening finds nothing of this kind there."))
			continue
		}
		if found[at].Acknowledged {
			continue
		}
		found[at].Acknowledged = true
		text := byField[m.Field]
		a := said.of(text)
		if a == nil {
			said.Screening = append(said.Screening, Acknowledgement{Field: text.key(), Salt: salt, Digest: digest(salt, *text.Words)})
			a = &said.Screening[len(said.Screening)-1]
		}
		a.Found = append(slices.Clip(a.Found), m.Spot)
	}
	return Refuse(faults)
}

// plainReason answers that there is no reason, or what must not stand in one.
func plainReason(actor Actor) []Fault {
	if refused, is := errors.AsType[*Error](actor.WithReason()); is {
		return refused.Faults
	}
	return IdentifyingIn(actor.Reason)
}

// IdentifyingIn answers what must not stand in a reason that the audit keeps for ever: whatever
// screening finds.
func IdentifyingIn(reason string) []Fault {
	var faults []Fault
	for _, f := range screen.Words(reason) {
		faults = append(faults, Fault{
			Pointer: "/reason", Code: FaultIdentifying,
			Detail: "The reason stands in the audit for ever, and there is " + kinds[f.Kind] + " at characters " + strconv.Itoa(f.Start) + " to " + strconv.Itoa(f.End) + ". Say it without.",
		})
	}
	return faults
}
