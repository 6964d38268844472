package programme

import (
	"bytes"
	"reflect"
	"slices"
	"sync"

	"github.com/goccy/go-json"
)

// The audit is for ever and nobody can take anything out of it. So it must never
// hold what somebody may have to take back: people's names and addresses, and
// sentences in which people speak or are spoken of. Such members have the tag
// audit:"withheld". Of them the audit says that they changed, and neither from what
// nor to what. Of what follows from other members, and has the tag audit:"derived",
// it says nothing at all.

// Withheld names the members of the struct whose values the audit does not keep.
func Withheld(of reflect.Type) []string { return partsOf(of).names }

// Said is what a thing says at one moment, in JSON by the members of its struct, whatever
// becomes of the struct. The zero Said is of no thing.
type Said struct {
	parts *parts
	kept  string   // all but the members that are withheld
	held  [][]byte // what each of these says
}

// parts are those of a struct.
type parts struct {
	names   []string     // of the members that are withheld
	held    [][]int      // where they are
	kept    [][]int      // where the others are
	without reflect.Type // the struct of the others alone
}

var partsKnown sync.Map // of a struct's type

func partsOf(of reflect.Type) *parts {
	if known, is := partsKnown.Load(of); is {
		return known.(*parts) //nolint:forcetypeassert // nothing else is put there
	}
	p := &parts{}
	var others []reflect.StructField
	derived := false
	for _, f := range reflect.VisibleFields(of) {
		switch {
		case f.Anonymous || !f.IsExported(): // its own members are among these
		case f.Tag.Get("audit") == "withheld":
			p.names, p.held = append(p.names, f.Name), append(p.held, f.Index)
		case f.Tag.Get("audit") == "derived":
			derived = true
		default:
			p.kept = append(p.kept, f.Index)
			others = append(others, reflect.StructField{Name: f.Name, Type: f.Type, Tag: f.Tag})
		}
	}
	if len(p.names) > 0 || derived {
		p.without = reflect.StructOf(others)
	}
	known, _ := partsKnown.LoadOrStore(of, p)
	return known.(*parts) //nolint:forcetypeassert // as above
}

// SaidBy answers what a thing says, a struct or a pointer to one; of nil, nothing. Of those of
// its withheld members that are going to say something else it need not be told what they say. The
// error is of what has no JSON.
func SaidBy(thing any, changing ...string) (said Said, err error) {
	if thing == nil {
		return Said{}, nil
	}
	of := reflect.Indirect(reflect.ValueOf(thing))
	p := partsOf(of.Type())
	said = Said{parts: p, held: make([][]byte, len(p.held))}
	if p.without == nil {
		text, err := jsonOf(thing)
		said.kept = string(text)
		return said, err
	}
	for i, index := range p.held {
		if slices.Contains(changing, p.names[i]) {
			continue
		}
		if said.held[i], err = jsonOf(of.FieldByIndex(index).Interface()); err != nil {
			return Said{}, err
		}
	}
	without := reflect.New(p.without)
	for i, index := range p.kept {
		without.Elem().Field(i).Set(of.FieldByIndex(index))
	}
	text, err := jsonOf(without.Interface())
	said.kept = string(text)
	return said, err
}

// jsonOf writes a value. What writes itself is not looked through again.
func jsonOf(value any) ([]byte, error) {
	if own, is := value.(json.Marshaler); is && !isNil(value) {
		return own.MarshalJSON()
	}
	return json.Marshal(value)
}

func isNil(value any) bool {
	of := reflect.ValueOf(value)
	return of.Kind() == reflect.Pointer && of.IsNil()
}

// Nothing reports whether it is of no thing.
func (s Said) Nothing() bool { return s.parts == nil }

// Same reports whether both say the same.
func (s Said) Same(other Said) bool {
	return s.parts == other.parts && s.kept == other.kept && slices.EqualFunc(s.held, other.held, bytes.Equal)
}

// Of answers what a member says that is withheld from the audit, and whether it is one.
func (s Said) Of(member string) (text []byte, withheld bool) {
	if s.parts == nil {
		return nil, false
	}
	i := slices.Index(s.parts.names, member)
	if i < 0 {
		return nil, false
	}
	return s.held[i], true
}

// Kept is what the audit keeps of two states of a thing.
type Kept struct {
	Before, After *string  // JSON, by the members of the struct; nil where there is nothing
	Withheld      []string // members that differ between the two, and of which it keeps neither value
}

// Keep answers what the audit keeps of a thing that said this before and says that after.
func Keep(before, after Said) Kept {
	kept := Kept{Before: before.text(), After: after.text(), Withheld: []string{}}
	either := after
	if after.Nothing() {
		either = before
	}
	if either.Nothing() {
		return kept
	}
	for _, member := range either.parts.names {
		if !bytes.Equal(before.orNull(member), after.orNull(member)) {
			kept.Withheld = append(kept.Withheld, member)
		}
	}
	return kept
}

func (s Said) text() *string {
	if s.Nothing() {
		return nil
	}
	return &s.kept
}

func (s Said) orNull(member string) []byte {
	if text, is := s.Of(member); is {
		return text
	}
	return []byte("null")
}
