package programme

import (
	"bytes"
	"encoding/json"
	"reflect"
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
	was, err := byMember(before)
	if err != nil {
		return Kept{}, err
	}
	now, err := byMember(after)
	if err != nil {
		return Kept{}, err
	}
	for _, member := range secret {
		if !bytes.Equal(orNull(was[member]), orNull(now[member])) {
			kept.Withheld = append(kept.Withheld, member)
		}
		delete(was, member)
		delete(now, member)
	}
	if kept.Before, err = rest(before, was); err != nil {
		return Kept{}, err
	}
	kept.After, err = rest(after, now)
	return kept, err
}

// rest is the text without the members that were taken out; nil stays nil.
func rest(text *string, members map[string]json.RawMessage) (*string, error) {
	if text == nil {
		return nil, nil //nolint:nilnil // nothing is what there was
	}
	left, err := json.Marshal(members)
	if err != nil {
		return nil, err
	}
	s := string(left)
	return &s, nil
}
