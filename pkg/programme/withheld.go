package programme

import (
	"errors"
	"reflect"
	"slices"
	"strings"
)

// The audit is for ever and nobody can take anything out of it. So it must never
// hold what somebody may have to take back: people's names and addresses, and
// sentences in which people speak or are spoken of. Such members have the tag
// audit:"withheld". Of them the audit says that they changed, and neither from what
// nor to what.

// Withheld names the members of the struct whose values the audit does not keep.
func Withheld(of reflect.Type) []string {
	var members []string
	for _, f := range reflect.VisibleFields(of) {
		if f.Tag.Get("audit") == "withheld" {
			members = append(members, f.Name)
		}
	}
	return members
}

// Kept is what the audit keeps of two states of a thing.
type Kept struct {
	Before, After *string  // JSON, by the members of the struct; nil where there is nothing
	Withheld      []string // members that differ between the two, and of which it keeps neither value
}

// Keep answers what the audit keeps of a thing of the type, whose states before and
// after are JSON. The error means that they are not.
func Keep(of reflect.Type, before, after *string) (Kept, error) {
	kept := Kept{Before: before, After: after, Withheld: []string{}}
	secret := Withheld(of)
	if len(secret) == 0 {
		return kept, nil
	}
	was, err := membersOf(before)
	if err != nil {
		return Kept{}, err
	}
	now, err := membersOf(after)
	if err != nil {
		return Kept{}, err
	}
	for _, member := range secret {
		if said(was, member) != said(now, member) {
			kept.Withheld = append(kept.Withheld, member)
		}
	}
	kept.Before, kept.After = rest(before, was, secret), rest(after, now, secret)
	return kept, nil
}

// rest is the text without the members that are withheld; nil stays nil.
func rest(text *string, members []jsonMember, secret []string) *string {
	if text == nil {
		return nil
	}
	left := strings.Builder{}
	for _, m := range members {
		if slices.Contains(secret, m.name) {
			continue
		}
		for _, part := range [...]string{",\"", m.name, "\":", m.value} {
			left.WriteString(part)
		}
	}
	kept := "{" + strings.TrimPrefix(left.String(), ",") + "}"
	return &kept
}

// jsonMember is a member of an object: its name, and its value as it is written.
type jsonMember struct{ name, value string }

// said is the value of the member, null where there is none.
func said(members []jsonMember, name string) string {
	for _, m := range members {
		if m.name == name {
			return m.value
		}
	}
	return "null"
}

var errNoObject = errors.New("this is no JSON object of a struct's members")

// membersOf takes apart the JSON of a struct; of nil, nothing. Each entry of the audit does so
// twice, with all that a record says, of which only the outermost brackets and commas matter.
func membersOf(text *string) ([]jsonMember, error) {
	if text == nil {
		return nil, nil
	}
	object := strings.TrimSpace(*text)
	if len(object) < 2 || object[0] != '{' {
		return nil, errNoObject
	}
	var members []jsonMember
	depth, begin := 0, 1
	for i := 0; i < len(object); i++ {
		switch object[i] {
		case '"':
			i = behindText(object, i)
			continue
		case '{', '[':
			depth++
			continue
		case '}', ']':
			depth--
		case ',':
		default:
			continue
		}
		if depth > 1 || depth == 1 && object[i] != ',' {
			continue
		}
		member := strings.TrimSpace(object[begin:i])
		begin = i + 1
		if depth == 0 && len(members) == 0 && member == "" {
			break
		}
		name, value, named := strings.Cut(member, ":")
		if name = strings.TrimSpace(name); !named || len(name) < 2 || name[0] != '"' || name[len(name)-1] != '"' || strings.Contains(name, `\`) {
			return nil, errNoObject
		}
		members = append(members, jsonMember{name[1 : len(name)-1], strings.TrimSpace(value)})
		if depth == 0 {
			break
		}
	}
	if depth != 0 || begin != len(object) {
		return nil, errNoObject
	}
	return members, nil
}

// behindText answers where the text ends that begins with the quote, or the end of the object
// where it does not.
func behindText(object string, quote int) int {
	for at, end := quote+1, quote; at < len(object); {
		if end < at {
			next := strings.IndexByte(object[at:], '"')
			if next < 0 {
				break
			}
			end = at + next
		}
		escape := strings.IndexByte(object[at:end], '\\')
		if escape < 0 {
			return end
		}
		at += escape + 2
	}
	return len(object)
}
