package server_test

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"peerchallenge/pkg/programme"
)

// auditPage is a page of a resource's audit.
type auditPage struct {
	Items []struct {
		Action string
		By     struct {
			Roles            []string
			Borough, Subject *string
		}
		Reason, RequestID *string
		Values            []struct {
			Member   string
			From, To any
			Withheld bool
		}
		Complete bool
	}
	NextCursor *string
	Total      *int
}

func (w *world) audit(token, noun, id string) auditPage {
	w.t.Helper()
	var p auditPage
	w.send(ask{method: http.MethodGet, path: "/v1/audit-entries?type=" + noun + "&id=" + id, token: token}).want(200).into(&p)
	return p
}

// TestAuditOfAChallenge: who, when, what and why, from the request itself.
func TestAuditOfAChallenge(t *testing.T) {
	t.Parallel()
	w := start(t)
	var made struct{ ID string }
	w.write(http.MethodPost, "/v1/peer-challenges", `{"title":"South","subRegion":"south","cycle":"2026-27","methods":["coaching"]}`,
		"X-Request-Id", "request-one").want(201).into(&made)
	path := "/v1/peer-challenges/" + made.ID
	w.write(http.MethodPatch, path, `{"title":"South London","learningThemes":["Neglect"]}`, "If-Match", w.etag(path), "X-Request-Id", "request-two").want(200)
	w.step(path, "cancel", "Too few boroughs").want(200)

	p := w.audit(w.token(programme.RoleProgramme), "peer-challenge", made.ID)
	if len(p.Items) != 3 || p.NextCursor != nil {
		t.Fatalf("%+v", p)
	}
	create, update, cancel := p.Items[0], p.Items[1], p.Items[2]
	if create.Action != "create" || !slices.Equal(create.By.Roles, []string{"programme"}) || create.By.Borough != nil || *create.By.Subject != "test-programme" ||
		create.Reason != nil || *create.RequestID != "request-one" || !create.Complete {
		t.Errorf("the creation is %+v", create)
	}
	values := map[string]any{}
	for _, v := range create.Values {
		if v.From != nil {
			t.Errorf("%s was %v before it was created", v.Member, v.From)
		}
		values[v.Member] = v.To
	}
	if values["title"] != "South" || values["subRegion"] != "south" || values["id"] != made.ID || !reflect.DeepEqual(values["methods"], []any{"coaching"}) {
		t.Errorf("it was created with %v", values)
	}
	if len(update.Values) != 2 || update.Values[0].Member != "learningThemes" || update.Values[1].Member != "title" || update.Values[1].From != "South" ||
		update.Values[1].To != "South London" || update.Reason != nil || *update.RequestID != "request-two" {
		t.Errorf("the update is %+v", update)
	}
	if v := cancel.Values; len(v) != 1 || v[0].Member != "state" || v[0].From != "planned" || v[0].To != "cancelled" || *cancel.Reason != "Too few boroughs" {
		t.Errorf("the cancellation is %+v", cancel)
	}
}

// TestAuditOfReferenceData: the same holds for what is no record of the year, and
// for what is gone.
func TestAuditOfReferenceData(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.write(http.MethodPost, "/v1/sub-regions", `{"slug":"spare","name":"Spare","description":""}`, "X-Request-Id", "request-one").want(201)
	w.write(http.MethodDelete, "/v1/sub-regions/spare", "", "If-Match", w.etag("/v1/sub-regions/spare"), "X-Request-Id", "request-two", "X-Audit-Reason", "By mistake").want(204)
	p := w.audit(w.token(programme.RoleProgramme), "sub-region", "spare")
	if len(p.Items) != 2 || p.Items[0].Action != "create" || p.Items[0].Reason != nil || *p.Items[0].RequestID != "request-one" ||
		p.Items[1].Action != "delete" || *p.Items[1].Reason != "By mistake" || *p.Items[1].RequestID != "request-two" {
		t.Errorf("the audit says %+v", p)
	}
	borough := w.audit(w.token(programme.RoleReporting), "borough", "E09000022")
	if len(borough.Items) != 1 || !borough.Items[0].Complete || borough.Items[0].By.Subject != nil || borough.Items[0].RequestID != nil {
		t.Errorf("the audit of a borough says %+v", borough)
	}
	if p := w.audit(w.token(programme.RoleReporting), "programme", "1"); len(p.Items) != 1 {
		t.Errorf("the audit of the programme says %+v", p)
	}
}

// TestAuditNamesSubjectsToTheirOwn: to the programme's team, and within a borough.
func TestAuditNamesSubjectsToTheirOwn(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.note(`("at", issuer, subject, roles, borough_code, request, reason, action, noun, key, after, withheld, seen_before, seen_after, read_by)`,
		`now(), 'test', 'ann', '{borough-lead}', 'E09000022', 'request-one', 'She asked', 'create', 'participant', 'somebody', '{"Role":"ad"}', '{}', '{}', '{boroughs,programme,reporting}', '{E09000022,E09000030,programme}'`)
	for who, c := range map[string]struct {
		token         string
		named, values bool
	}{
		"the team":                    {w.token(programme.RoleProgramme), true, true},
		"the same borough":            {w.token(programme.RoleBoroughEditor), true, true},
		"a borough that shares it":    {w.tokenOf(programme.RoleBoroughLead, "E09000030"), false, true},
		"a borough that sees it only": {w.tokenOf(programme.RoleBoroughLead, "E09000008"), false, false},
		"a reporting tool":            {w.token(programme.RoleReporting), false, false},
	} {
		e := w.audit(c.token, "participant", "somebody").Items[0]
		if !slices.Equal(e.By.Roles, []string{"borough-lead"}) || *e.By.Borough != "E09000022" {
			t.Errorf("%s reads that it was %+v", who, e.By)
		}
		if (e.By.Subject != nil) != c.named || (e.RequestID != nil) != c.named {
			t.Errorf("%s is told subject %v and request %v", who, e.By.Subject, e.RequestID)
		}
		if e.Complete != c.values || (len(e.Values) == 1) != c.values || (e.Reason != nil) != c.values {
			t.Errorf("%s is told values %v and reason %v, complete %v", who, e.Values, e.Reason, e.Complete)
		}
	}
}

// note writes an entry of the audit as the database's owner.
func (w *world) note(columns, values string) {
	w.t.Helper()
	w.exec("INSERT INTO audit_entries " + columns + " VALUES (" + values + ")")
}

// TestAuditOfWhatOthersMayNotSee: it is not there for them, while it is there and
// when it is gone; also a finding for reporting tools.
func TestAuditOfWhatOthersMayNotSee(t *testing.T) {
	t.Parallel()
	w := start(t)
	columns := `("at", issuer, subject, roles, request, reason, action, noun, key, before, after, withheld, seen_before, seen_after, read_by)`
	ours := `'{E09000022,programme}'`
	for _, noun := range []string{"finding", "participant"} {
		for _, key := range []string{"there", "gone"} {
			w.note(columns, `now(), 'test', 'ann', '{}', '', '', 'create', '`+noun+`', '`+key+`', NULL, '{"Text":"Quiet"}', '{}', '{}', `+ours+`, `+ours)
		}
		w.note(columns, `now(), 'test', 'ann', '{}', '', '', 'delete', '`+noun+`', 'gone', '{"Text":"Quiet"}', NULL, '{}', `+ours+`, '{}', `+ours)
	}
	for _, noun := range []string{"finding", "participant"} {
		for key, entries := range map[string]int{"there": 1, "gone": 2} {
			for _, token := range []string{w.token(programme.RoleProgramme), w.token(programme.RoleBoroughSystem)} {
				if p := w.audit(token, noun, key); len(p.Items) != entries || !p.Items[0].Complete {
					t.Errorf("%s %s: %+v", noun, key, p)
				}
			}
			for _, token := range []string{w.token(programme.RoleReporting), w.tokenOf(programme.RoleBoroughLead, "E09000030")} {
				path := "/v1/audit-entries?type=" + noun + "&id=" + key
				for _, format := range []string{"", "&format=csv", "&format=ndjson", "&count=true"} {
					r := w.send(ask{method: http.MethodGet, path: path + format, token: token})
					r.problem(400, "bad_request")
					if strings.Contains(r.body, "Quiet") {
						t.Errorf("the refusal says %s", r.body)
					}
				}
			}
		}
		w.get("/v1/audit-entries?type="+noun+"&id=never").problem(400, "bad_request")
	}
}

// TestAuditAsTables: the whole audit as CSV and NDJSON, and by pages.
func TestAuditAsTables(t *testing.T) {
	t.Parallel()
	w := start(t)
	c := w.challenge(programme.ChallengeCompleted)
	path := "/v1/audit-entries?type=peer-challenge&id=" + c.ID
	records, err := csv.NewReader(strings.NewReader(w.get(path + "&format=csv").want(200).body)).ReadAll()
	if err != nil || len(records) != 5 {
		t.Fatalf("%v (%v)", records, err)
	}
	if want := []string{"at", "action", "by.roles", "by.borough", "by.boroughName", "by.subject", "reason", "requestId", "values", "values.member", "complete"}; !slices.Equal(records[0], want) {
		t.Errorf("columns %v, want %v", records[0], want)
	}
	if got := records[4]; got[1] != "update" || got[2] != "programme" || got[8] != "1" || got[9] != "state" || got[10] != "true" {
		t.Errorf("the last row is %v", got)
	}
	lines := strings.Split(strings.TrimSpace(w.get(path+"&format=ndjson").want(200).body), "\n")
	if len(lines) != 4 || !json.Valid([]byte(lines[3])) {
		t.Errorf("%d lines: %v", len(lines), lines)
	}
	var first, second auditPage
	w.get(path + "&limit=3&count=true").want(200).into(&first)
	if len(first.Items) != 3 || *first.Total != 4 || first.NextCursor == nil {
		t.Fatalf("the first page is %+v", first)
	}
	w.get(path + "&limit=3&cursor=" + *first.NextCursor).want(200).into(&second)
	if len(second.Items) != 1 || second.NextCursor != nil {
		t.Errorf("the second page is %+v", second)
	}
	etag := w.get(path + "&format=csv").header.Get("ETag")
	w.get(path+"&format=csv", "If-None-Match", etag).want(304)
	w.patch("/v1/peer-challenges/"+c.ID, `{"title":"Other"}`).want(200)
	w.get(path+"&format=csv", "If-None-Match", etag).want(200)
}

func TestAuditRefusals(t *testing.T) {
	t.Parallel()
	w := readOnly(t)
	for query, want := range map[string]string{
		"type=signing-key&id=1":   "type unknown_value",
		"type=signing%20key&id=1": "type unknown_value",
		"id=1":                    "type required",
		"type=borough":            "id required",
		"type=borough&id=" + strings.Repeat("x", 101): "id too_long",
	} {
		if got := w.get("/v1/audit-entries?"+query).problem(400, "bad_request"); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: faults %v, want %s", query, got, want)
		}
	}
}
