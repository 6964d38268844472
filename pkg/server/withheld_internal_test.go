package server

import (
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"peerchallenge/pkg/programme"
)

// notAudited are the members that the contract marks as such.
func notAudited(t *testing.T, schema *openapi3.Schema) []string {
	t.Helper()
	marks, _ := schema.Extensions["x-not-audited"].([]any)
	members := []string{}
	for _, mark := range marks {
		member, _ := mark.(string)
		if schema.Properties[member] == nil {
			t.Errorf("%v is marked, and no member", mark)
		}
		members = append(members, member)
	}
	slices.Sort(members)
	return members
}

// TestTheContractSaysWhatIsNotAudited: what it marks is withheld, and what is
// withheld it marks.
func TestTheContractSaysWhatIsNotAudited(t *testing.T) {
	t.Parallel()
	contract, err := loadContract()
	if err != nil {
		t.Fatal(err)
	}
	marked := map[string]bool{}
	for noun, a := range audited {
		schema := contract.doc.Components.Schemas[a.schema].Value
		marked[a.schema] = true
		withheld := []string{}
		for _, member := range programme.Withheld(reflect.TypeOf(a.of)) {
			withheld = append(withheld, wireName(member))
		}
		slices.Sort(withheld)
		if want := notAudited(t, schema); !slices.Equal(withheld, want) {
			t.Errorf("%s: the contract marks %v, and %v is withheld", noun, want, withheld)
		}
	}
	for name, ref := range contract.doc.Components.Schemas {
		if !marked[name] && ref.Value.Extensions["x-not-audited"] != nil {
			t.Errorf("%s has a mark, and no audit of its own", name)
		}
	}
}

// TestTheAuditKeepsEveryOtherMember: of every kind it keeps all that its struct says but what
// is withheld, and knows of that what it says, and what follows from others.
func TestTheAuditKeepsEveryOtherMember(t *testing.T) {
	t.Parallel()
	for noun, a := range audited {
		thing := reflect.New(reflect.TypeOf(a.of))
		fill(thing.Interface())
		whole, err := json.Marshal(thing.Interface())
		if err != nil {
			t.Fatalf("%s: %v", noun, err)
		}
		var want, kept map[string]json.RawMessage
		said, err := programme.SaidBy(thing.Interface())
		if err = errors.Join(err, json.Unmarshal(whole, &want)); err != nil {
			t.Fatalf("%s: %v", noun, err)
		}
		audit := programme.Keep(programme.Said{}, said)
		if err := json.Unmarshal([]byte(*audit.After), &kept); err != nil {
			t.Fatalf("%s: %s is kept (%v)", noun, *audit.After, err)
		}
		for _, member := range programme.Withheld(reflect.TypeOf(a.of)) {
			if text, is := said.Of(member); !is || string(text) != string(want[member]) {
				t.Errorf("%s: of %s it knows %s, not %s", noun, member, text, want[member])
			}
			delete(want, member)
		}
		for _, f := range reflect.VisibleFields(reflect.TypeOf(a.of)) {
			if f.Tag.Get("audit") == "derived" {
				delete(want, f.Name)
			}
		}
		if !reflect.DeepEqual(kept, want) {
			t.Errorf("%s: it keeps %s, of %s", noun, *audit.After, whole)
		}
	}
}

// ofRecord are sentences in records that the audit keeps word for word, and why.
var ofRecord = map[string]string{
	"peer-review-note.lineOfEnquiry": "the review's, of which the audit keeps the place alone",

	"extension.reason":         "why something was granted is the audit's reason too, which names nobody",
	"correction-window.reason": "likewise",

	"quarter-snapshot.reason":       "why it was taken is for everybody, and names nobody",
	"quarter-snapshot.withdrawnFor": "likewise",
}

// TestEverySentenceIsDecidedUpon: of every member of a record that takes sentences,
// in which people may be named, it is said here or in the contract whether the audit
// keeps it.
func TestEverySentenceIsDecidedUpon(t *testing.T) {
	t.Parallel()
	contract, err := loadContract()
	if err != nil {
		t.Fatal(err)
	}
	unused := maps.Clone(ofRecord)
	for noun, a := range audited {
		if _, is := reflect.TypeAssert[programme.Record](reflect.New(reflect.TypeOf(a.of))); !is {
			continue // reference data are about no people
		}
		schema := contract.doc.Components.Schemas[a.schema].Value
		marks := notAudited(t, schema)
		for member, ref := range schema.Properties {
			_, kept := reflect.TypeOf(a.of).FieldByNameFunc(func(name string) bool { return wireName(name) == member })
			if !kept || !takesSentences(ref.Value) || member == "illustrative" { // which says that something is an example
				continue
			}
			delete(unused, noun+"."+member)
			if ofRecord[noun+"."+member] == "" == !slices.Contains(marks, member) {
				t.Errorf("%s.%s takes sentences: either mark it under x-not-audited, or say here why the audit keeps it", noun, member)
			}
		}
	}
	for member := range unused {
		t.Errorf("%s takes no sentences", member)
	}
}

// takesSentences reports whether people can write more than a title into the value,
// or into a part of it.
func takesSentences(s *openapi3.Schema) bool {
	switch {
	case s.Type.Is("string"):
		free := len(s.Enum) == 0 && slices.Contains([]string{"", "line", "text", "words"}, s.Format) && !strings.HasPrefix(s.Pattern, "^")
		return free && (s.MaxLength == nil || *s.MaxLength > 500)
	case s.Type.Is("array"):
		return takesSentences(s.Items.Value)
	}
	for _, ref := range s.Properties {
		if takesSentences(ref.Value) {
			return true
		}
	}
	return false
}
