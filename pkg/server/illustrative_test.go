package server_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

// saidWithin are answers that name quarters and leave it to what is in them to say whether
// those are made up.
var saidWithin = map[string]string{
	"BenchmarkingPostingResult": "its report says so, and where there is none there is no return",
}

// aboutAQuarter are the operations that read what is about a quarter, by the contract: what
// they answer names one, or their address does.
func aboutAQuarter() (reads []*described) {
	for _, op := range contract.operations {
		if op.method != http.MethodGet {
			continue
		}
		named := strings.Contains(op.path, "{quarter}") || strings.HasPrefix(op.path, "/v1/benchmarking-submissions")
		if s := answeredBy(op); named || s != nil && holds(s, func(s *openapi3.Schema) bool { return s.Properties["quarter"] != nil }) {
			reads = append(reads, op)
		}
	}
	return reads
}

// answeredBy is the schema of what the operation answers; nil where that is a table.
func answeredBy(op *described) *openapi3.Schema {
	for _, status := range []string{"200", "201"} {
		if r := op.Responses.Value(status); r != nil && r.Value.Content["application/json"] != nil {
			return r.Value.Content["application/json"].Schema.Value
		}
	}
	return nil
}

// holds reports whether the schema is so, or one of those that it is made of.
func holds(s *openapi3.Schema, is func(*openapi3.Schema) bool) bool {
	if is(s) {
		return true
	}
	for _, property := range s.Properties {
		if holds(property.Value, is) {
			return true
		}
	}
	return s.Items != nil && holds(s.Items.Value, is)
}

// TestTheContractSaysWhatIsMadeUp: whatever names a quarter, or is read at its address, has
// a member that says whether its figures are made up.
func TestTheContractSaysWhatIsMadeUp(t *testing.T) {
	t.Parallel()
	says := func(s *openapi3.Schema) bool {
		return s.Properties["illustrative"] != nil && slices.Contains(s.Required, "illustrative")
	}
	for _, op := range contract.operations {
		s := answeredBy(op)
		if s == nil || strings.HasPrefix(op.path, "/v1/benchmarking-history") { // a report on a file
			continue
		}
		for name, ref := range contract.doc.Components.Schemas {
			if saidWithin[name] != "" || ref.Value.Properties["quarter"] == nil || says(ref.Value) {
				continue
			}
			if holds(s, func(part *openapi3.Schema) bool { return part == ref.Value }) {
				t.Errorf("%s answers %s, which names a quarter and does not say whether it is made up", op.OperationID, name)
			}
		}
	}
	for _, op := range aboutAQuarter() {
		if s := answeredBy(op); s != nil && !holds(s, says) {
			t.Errorf("%s answers nothing that says whether the quarter is made up", op.OperationID)
		}
	}
}

// TestWhatIsAboutAQuarterSaysWhetherItIsMadeUp reads everything that is about quarters, of
// which two are made up, in every form.
func TestWhatIsAboutAQuarterSaysWhetherItIsMadeUp(t *testing.T) {
	t.Parallel()
	w := lean(t)
	today := programme.DefaultSettings.Today(w.clock())
	const open, closed = "2024-25-Q4", "2024-25-Q3"
	for code, opens := range map[string]programme.Date{open: today, closed: today.AddDays(-100)} {
		q := aQuarter(code, opens, opens.AddDays(30), opens.AddDays(60))
		q.Framework, q.Illustrative = new("1.0.0"), true
		if _, err := w.store.CreateQuarter(t.Context(), team, q); err != nil {
			t.Fatal(err)
		}
	}
	manager, lead := w.as(programme.RoleProgramme, ""), w.as(programme.RoleBoroughLead, own)
	at := "/v1/quarters/" + closed
	ids := map[string]string{
		"/v1/benchmarking-submissions": w.submitted(open),
		"/v1/extensions":               manager.post(at+"/extensions", jsonOf(t, api.ExtensionInput{Borough: other, DueOn: today.AddDays(8), Reason: "Moved."})).id(),
		"/v1/correction-windows":       manager.post(at+"/correction-windows", jsonOf(t, api.CorrectionWindowInput{Borough: own, OpensOn: today, ClosesOn: today.AddDays(7), Reason: "Twice."})).id(),
		"/v1/contacts":                 manager.post(at+"/contacts", jsonOf(t, api.ContactInput{Borough: own, ContactedOn: today, Channel: api.ChannelPhone})).id(),
		"/v1/reminders":                w.reminder(own),
		"/v1/narratives":               w.owes(closed),
	}
	w.ownerDoes("UPDATE reminders SET quarter_code = '" + closed + "'")
	var all api.QuarterPage
	w.get("/v1/quarters").want(200).into(&all)
	madeUp := map[string]bool{}
	for _, q := range all.Items {
		madeUp[q.Code] = q.Illustrative
	}
	read := func(path string) answer {
		t.Helper()
		if r := manager.get(path); r.status == http.StatusOK {
			return r
		}
		return lead.get(path).want(200)
	}
	for _, op := range aboutAQuarter() {
		if ofQuarters[op.OperationID] != nil || strings.HasPrefix(op.path, "/v1/snapshots") || op.OperationID == "listBoroughExceptions" {
			continue // of what is published: its document says so
		}
		list, _, _ := strings.Cut(op.path, "/{id}")
		quarter := closed
		if strings.Contains(op.path, "benchmarking-submissions") {
			quarter = open
		}
		path := strings.NewReplacer("{quarter}", quarter, "{borough}", own, "{id}", ids[list], "{number}", "1").Replace(op.path)
		switch r := read(path); {
		case strings.HasSuffix(path, ".csv"):
			header, rows := table(t, r)
			column := slices.Index(header, "illustrative")
			for _, row := range rows {
				if row[column] != "true" {
					t.Errorf("%s does not say that it is made up: %q", path, row)
				}
			}
			if !strings.Contains(r.header.Get("Content-Disposition"), "-made-up.csv") || column < 0 {
				t.Errorf("%s is kept as %s, with %q", path, r.header.Get("Content-Disposition"), header)
			}
		case strings.HasSuffix(path, ".xlsx"):
			if rows, names := workbookOf(t, r); !strings.HasSuffix(names[0], " (made up)") || !slices.Contains(rows[0], "illustrative") {
				t.Errorf("%s has the sheets %q", path, names)
			}
		default:
			var body any
			if err := json.Unmarshal([]byte(r.body), &body); err != nil {
				t.Fatal(err)
			}
			said := 0
			eachSaying(body, func(code string, illustrative bool) {
				if code == "" {
					code = quarter // a version, at the address of its return
				}
				if illustrative != madeUp[code] {
					t.Errorf("%s says of %s that it is made up: %t", path, code, illustrative)
				}
				if illustrative {
					said++
				}
			})
			if said == 0 {
				t.Errorf("%s says of nothing that it is made up: %.300s", path, r.body)
			}
		}
	}
}

// eachSaying tells of every object in the value that says whether something is made up,
// with the quarter that it names.
func eachSaying(value any, tell func(code string, illustrative bool)) {
	switch v := value.(type) {
	case []any:
		for _, item := range v {
			eachSaying(item, tell)
		}
	case map[string]any:
		if illustrative, says := v["illustrative"].(bool); says {
			code, _ := v["quarter"].(string)
			if code == "" {
				code, _ = v["code"].(string)
			}
			tell(code, illustrative)
		}
		for _, item := range v {
			eachSaying(item, tell)
		}
	}
}
