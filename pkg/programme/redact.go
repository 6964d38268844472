package programme

import (
	"slices"
	"strconv"
	"strings"
)

// Place is a passage of a text: the whole of it where no start is given.
type Place struct {
	Field  string
	Start  *int // in characters from 0
	Length *int
}

// Redacting answers what the actor takes out of the texts. The reason stands in the audit for
// ever, and must not hold what is taken out. The error is Invalid if a place is none of
// the actor's to redact, and names all of those.
func Redacting(actor Actor, texts []Text, places []Place) (Redaction, error) {
	r := Redaction{actor: actor, cuts: map[string][][2]int{}}
	faults := plainReason(actor)
	if len(places) == 0 {
		faults = append(faults, Fault{Pointer: "/places", Code: FaultRequired, Detail: "Name what is taken out."})
	}
	for i, p := range places {
		at := slices.IndexFunc(texts, func(t Text) bool { return t.Field == p.Field && actor.redacts(t) })
		pointer := "/places/" + strconv.Itoa(i)
		if at < 0 {
			faults = append(faults, Unknown(pointer+"/field", "No text that you may redact stands there."))
			continue
		}
		words := *texts[at].Words
		whole := len([]rune(words))
		start, length := 0, whole
		if p.Start != nil {
			start, length = *p.Start, whole-*p.Start
		}
		if p.Length != nil {
			length = *p.Length
		}
		if length < 1 || start < 0 || start > whole-length {
			faults = append(faults, Fault{Pointer: pointer, Code: FaultOutOfRange, Detail: "The text has " + strconv.Itoa(whole) + " characters, and the passage must lie within them."})
			continue
		}
		if start, length = max(start, texts[at].Keeps), length-max(0, texts[at].Keeps-start); length < 1 {
			faults = append(faults, Fault{Pointer: pointer, Code: FaultOutOfRange, Detail: "What an address begins with is not taken out."})
			continue
		}
		r.cuts[words] = append(r.cuts[words], [2]int{start, start + length})
	}
	return r, Refuse(faults)
}

// Redaction is what is taken out of which words: passages, each from its first
// character to the one behind its last. Whatever says the same, word for word, loses the
// same: what was frozen, copied or carried forward are the same words.
type Redaction struct {
	actor Actor
	cuts  map[string][][2]int
}

// Of takes it out of the texts, with the mark in its place, and reports whether one of them
// is another now: what was taken out already is not taken out again.
// Nobody takes out what others have written by writing the same; but the programme's
// team reaches what it may not see.
func (r Redaction) Of(texts []Text) bool {
	altered := false
	for _, t := range texts {
		if cuts, is := r.cuts[*t.Words]; is && (r.actor.Is(RoleProgramme) || r.actor.redacts(t)) {
			left := cut(*t.Words, cuts)
			*t.Words, altered = left, altered || left != *t.Words
		}
	}
	return altered
}

// cut puts the mark in the place of each passage. Passages that touch are one.
func cut(words string, cuts [][2]int) string {
	runes, out, upTo := []rune(words), strings.Builder{}, 0
	for _, c := range slices.SortedFunc(slices.Values(cuts), func(a, b [2]int) int { return a[0] - b[0] }) {
		if upTo == 0 || c[0] > upTo {
			out.WriteString(string(runes[upTo:c[0]]) + Redacted)
		}
		upTo = max(upTo, c[1])
	}
	return out.String() + string(runes[upTo:])
}
