package server_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// TestNothingChangedNothingWritten sends every PATCH with the values that are there, and
// every PUT a second time: each is answered with the same ETag, and neither the audit
// nor the feed, nor a calendar's SEQUENCE, knows of it. What is not the present state
// is refused before that is looked at.
func TestNothingChangedNothingWritten(t *testing.T) {
	t.Parallel()
	w := start(t)
	for _, op := range contract.operations {
		if op.method != http.MethodPatch && op.method != http.MethodPut {
			continue
		}
		a := w.ask(op)
		record := w.stated(a.path)
		if op.method == http.MethodPut {
			w.send(a).want(200)
		} else {
			var present map[string]any
			w.send(ask{method: http.MethodGet, path: record, token: a.token}).want(200).into(&present)
			a.body = encode(t, within(patchOf(op), present))
		}
		delete(a.header, "X-Audit-Reason")         // what changes nothing needs no reason
		whole := hasParameter(op, "If-None-Match") // what it brings is compared first: TestAReturnIsComparedFirst
		for _, stale := range []string{`"7-x"`, `"7"`} {
			a.header["If-Match"] = stale
			if r := w.send(a); whole {
				r.want(200)
			} else {
				r.problem(412, "stale")
			}
		}
		read := ask{method: http.MethodGet, path: record, token: a.token}
		was, entries, sequences := w.send(read).want(200), w.ownerGets("SELECT count(*)::text FROM audit_entries"), w.ownerGets("SELECT coalesce(sum(sequence), 0)::text FROM events")
		a.header["If-Match"] = was.header.Get("ETag")
		r := w.send(a).want(200)
		if stated := r.header.Get("ETag") == was.header.Get("ETag") && r.body == was.body; !stated && !whole {
			t.Errorf("%s with what is there already makes of %s\n%sanother %s\n%s", op.OperationID, was.header.Get("ETag"), was.body, r.header.Get("ETag"), r.body)
		}
		if now := w.ownerGets("SELECT count(*)::text FROM audit_entries"); now != entries {
			t.Errorf("%s with what is there already makes %s entries of %s", op.OperationID, now, entries)
		}
		if now := w.ownerGets("SELECT coalesce(sum(sequence), 0)::text FROM events"); now != sequences {
			t.Errorf("%s with what is there already makes calendars count", op.OperationID)
		}
	}
}

func patchOf(op *described) *openapi3.Schema {
	for _, media := range op.RequestBody.Value.Content {
		return media.Schema.Value
	}
	return nil
}

// within answers what of a value the schema has, so that what was answered can be sent.
func within(schema *openapi3.Schema, value any) any {
	switch v := value.(type) {
	case map[string]any:
		kept := map[string]any{}
		for name, property := range schema.Properties {
			if member, has := v[name]; has {
				kept[name] = within(property.Value, member)
			}
		}
		return kept
	case []any:
		kept := make([]any, len(v))
		for i := range v {
			kept[i] = within(schema.Items.Value, v[i])
		}
		return kept
	}
	return value
}

func encode(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
