package programme

import (
	"encoding/json"
	"reflect"
	"testing"
)

func TestChangeSeen(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		before, since bool
		want          ChangeKind
	}{{false, true, Created}, {true, true, Updated}, {true, false, Deleted}} {
		if got := ChangeSeen(c.before, c.since); got != c.want {
			t.Errorf("seen before %v and since %v it is %s, want %s", c.before, c.since, got, c.want)
		}
	}
}

func TestAuditValues(t *testing.T) {
	t.Parallel()
	was := `{"ID": "1", "Title": "Old", "Methods": ["coaching"], "PriorityID": "2", "Version": 1, "UpdatedAt": "2026-01-01T00:00:00Z", "Audience": ["programme"]}`
	now := `{"ID": "1", "Title": "New", "Methods": ["coaching"], "PriorityID": null, "Version": 2, "UpdatedAt": "2026-01-02T00:00:00Z", "Audience": ["boroughs"]}`
	value := func(member, from, to string) AuditValue {
		return AuditValue{Member: member, From: json.RawMessage(from), To: json.RawMessage(to)}
	}
	for name, c := range map[string]struct {
		before, after *string
		want          []AuditValue
	}{
		"an update": {&was, &now, []AuditValue{value("PriorityID", `"2"`, "null"), value("Title", `"Old"`, `"New"`)}},
		"nothing":   {&was, &was, []AuditValue{}},
		"a creation": {nil, &now, []AuditValue{
			value("ID", "null", `"1"`), value("Methods", "null", `["coaching"]`), value("Title", "null", `"New"`),
		}},
		"a deletion": {&was, nil, []AuditValue{
			value("ID", `"1"`, "null"), value("Methods", `["coaching"]`, "null"), value("PriorityID", `"2"`, "null"), value("Title", `"Old"`, "null"),
		}},
	} {
		e := AuditEntry{Before: c.before, After: c.after}
		got, err := e.Values()
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v (%v), want %+v", name, got, err, c.want)
		}
	}
	broken := "{"
	if _, err := (&AuditEntry{After: &broken}).Values(); err == nil {
		t.Error("what is no JSON is taken for a record")
	}
}

func TestAuditEntryIsForSomeMoreThanForOthers(t *testing.T) {
	t.Parallel()
	of := func(borough string, roles ...Role) Actor { return Actor{Subject: "x", Roles: roles, Borough: borough} }
	lambeth, nobody := "E09000022", ""
	for name, c := range map[string]struct {
		entry           AuditEntry
		actor           Actor
		names, readable bool
	}{
		"the team":                                {AuditEntry{Borough: &lambeth, ReadBy: Parties(lambeth)}, of("", RoleProgramme), true, true},
		"the same borough":                        {AuditEntry{Borough: &lambeth, ReadBy: Parties(lambeth)}, of(lambeth, RoleBoroughSystem), true, true},
		"another borough":                         {AuditEntry{Borough: &lambeth, ReadBy: Parties(lambeth)}, of("E09000030", RoleBoroughLead), false, false},
		"a borough that shares it":                {AuditEntry{Borough: &lambeth, ReadBy: Parties(lambeth, "E09000030")}, of("E09000030", RoleBoroughLead), false, true},
		"a reporting tool":                        {AuditEntry{Borough: &lambeth, ReadBy: Everyone()}, of("", RoleReporting), false, true},
		"a reporting tool, of what the team did":  {AuditEntry{ReadBy: Everyone()}, of("", RoleReporting), false, true},
		"a borough, of what the team did":         {AuditEntry{ReadBy: TeamOnly()}, of(lambeth, RoleBoroughLead), false, false},
		"a reporting tool that names a borough":   {AuditEntry{Borough: &lambeth, ReadBy: Parties(lambeth)}, of(lambeth, RoleReporting), false, false},
		"nobody, of what was done for no borough": {AuditEntry{Borough: &nobody}, Actor{}, false, false},
	} {
		if c.entry.Names(c.actor) != c.names || c.entry.Readable(c.actor) != c.readable {
			t.Errorf("%s: names %v, values %v; want %v and %v", name, c.entry.Names(c.actor), c.entry.Readable(c.actor), c.names, c.readable)
		}
	}
}
