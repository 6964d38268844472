package programme

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"time"

	quick "github.com/goccy/go-json"
)

// AuditEntry is what the audit keeps of one change of a resource, or of one reading of
// what only some may read: then After is what was asked.
type AuditEntry struct {
	ID      int64 // grows with every entry of the resource
	At      time.Time
	Action  string // create, update, delete, import or read
	Roles   []string
	Borough *string // for which the subject spoke
	Subject string
	Request string  // id of the request; empty for what no request asked for
	Reason  string  // in the subject's words; empty where it gave none
	Before  *string // JSON, by the members of the struct; nil where there was nothing
	After   *string // the same, nil where there is nothing any more
	ReadBy  Audience

	Withheld []string // members that changed, and of which neither value is kept: see [Keep]
}

// Readable reports whether the actor may read what was changed, and the reason,
// which may quote it.
func (e *AuditEntry) Readable(actor Actor) bool { return e.ReadBy.Includes(actor) }

// Names reports whether the actor may know who it was beyond role and borough:
// the programme's team may, and people of the same borough may among themselves.
func (e *AuditEntry) Names(actor Actor) bool {
	ofBorough := slices.ContainsFunc(actor.Roles, Role.OfBorough)
	return actor.Is(RoleProgramme) || ofBorough && e.Borough != nil && *e.Borough == actor.Borough
}

// AuditValue is a member of a resource that a change touched.
type AuditValue struct {
	Member   string          // of the struct
	From, To json.RawMessage // null where there is none
	Withheld bool            // it changed, and the audit keeps neither value
}

// bookkeeping are members that change with every change and say nothing of it.
var bookkeeping = []string{"Version", "UpdatedAt", "Audience"}

// Values lists the members that differ between before and after, kept or not, in
// the order of their names. The error means that the audit holds no JSON.
func (e *AuditEntry) Values() ([]AuditValue, error) {
	before, err := byMember(e.Before)
	if err != nil {
		return nil, err
	}
	after, err := byMember(e.After)
	if err != nil {
		return nil, err
	}
	names := slices.AppendSeq(slices.Collect(maps.Keys(before)), maps.Keys(after))
	names = append(names, e.Withheld...)
	slices.Sort(names)
	values := []AuditValue{}
	for _, name := range slices.Compact(names) {
		v := AuditValue{Member: name, From: orNull(before[name]), To: orNull(after[name]), Withheld: slices.Contains(e.Withheld, name)}
		if v.Withheld || !bytes.Equal(v.From, v.To) && !slices.Contains(bookkeeping, name) {
			values = append(values, v)
		}
	}
	return values, nil
}

// byMember takes an object apart that the database has kept. Each entry that is read does so
// twice, for which the library's decoder takes twelve times as long.
func byMember(text *string) (map[string]json.RawMessage, error) {
	found := map[string]json.RawMessage{}
	if text == nil {
		return found, nil
	}
	return found, quick.Unmarshal([]byte(*text), &found)
}

func orNull(value json.RawMessage) json.RawMessage {
	if value == nil {
		return json.RawMessage("null")
	}
	return value
}
