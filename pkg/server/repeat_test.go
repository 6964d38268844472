package server_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"peerchallenge/pkg/programme"
)

// isNotRepeated sends a request again that was carried out under a key, as everybody
// whom that might concern and in every state of what it made or acted on: nothing
// may be made again, and nothing shown to whom it is not for.
func (w *world) isNotRepeated(op *described, a ask, first answer) {
	w.t.Helper()
	if op.Extensions["x-shows-secret"] == true {
		w.isShownOnce(op, a)
		return
	}
	again := w.send(a)
	if again.want(first.status); again.body != first.body || again.header.Get("ETag") != first.header.Get("ETag") ||
		again.header.Get("Location") != first.header.Get("Location") || again.header.Get("Idempotency-Replayed") != "true" || first.header.Get("Idempotency-Replayed") != "" {
		w.t.Errorf("the same request under the same key is answered %s, first %s", again.body, first.body)
	}
	record := first.header.Get("Location")
	if record == "" {
		record = w.stated(a.path)
	}
	w.isKeptFromOthers(op, a, first)
	if strings.HasPrefix(record, "/v1/releases/") || strings.HasPrefix(record, "/v1/snapshots/") || record == "/v1/benchmarking-history" || op.OperationID == "publishQuarter" || op.OperationID == "planCycle" {
		return // nobody removes it, and all who may ask for it see it
	}
	if op.Responses.Value("404") != nil && w.hasAudience(record) {
		audience := w.ownerGets("SELECT audience::text FROM " + tableOf(record) + keyOf(record))
		w.ownerDoes("UPDATE " + tableOf(record) + " SET audience = '{E10000003}'" + keyOf(record))
		w.send(a).problem(404, "not_found")
		w.ownerDoes("UPDATE " + tableOf(record) + " SET audience = '" + audience + "'" + keyOf(record))
		w.send(a).want(first.status)
	}
	told := w.removes(record)
	before := w.ownerGets("SELECT count(*)::text FROM " + tableOf(record))
	w.send(a).problem(409, "made_and_removed")
	if after := w.ownerGets("SELECT count(*)::text FROM " + tableOf(record)); after != before {
		w.t.Errorf("a repeated request changed the number of rows from %s to %s", before, after)
	}
	if told || w.hasAudience(record) { // what everybody may see is answered from memory
		w.send(ask{method: http.MethodGet, path: record, token: w.token(programme.RoleProgramme)}).problem(404, "not_found")
	}
}

// isShownOnce: whoever repeats the request is told that nothing is shown again, and
// the database has nothing that could be.
func (w *world) isShownOnce(op *described, a ask) {
	w.t.Helper()
	w.send(a).problem(409, "shown_once")
	if kept := w.ownerGets("SELECT count(*)::text FROM idempotency_answers WHERE operation = '" + op.OperationID + "' AND shown_once AND header = '{}' AND body IS NULL"); kept != "1" {
		w.t.Errorf("%s: %s answers are kept as they should be", op.OperationID, kept)
	}
}

// isKeptFromOthers: one subject may speak for two boroughs, by two tokens.
func (w *world) isKeptFromOthers(op *described, a ask, first answer) {
	w.t.Helper()
	allowed, _ := op.Extensions["x-roles"].([]any)
	for _, name := range allowed {
		role, _ := name.(string)
		if !programme.Role(role).OfBorough() {
			continue
		}
		other := a
		token, err := w.issuer.Token(context.WithoutCancel(w.t.Context()), programme.Actor{
			Subject: "test-" + string(firstRole(op)), Roles: []programme.Role{programme.Role(role)}, Borough: "E09000028",
		}, time.Hour)
		if err != nil {
			w.t.Fatal(err)
		}
		other.token = token
		if r := w.send(other); r.header.Get("Idempotency-Replayed") != "" || r.body == first.body {
			w.t.Errorf("%s of another borough is given the first answer: %s", role, r.body)
		}
	}
}

// removes deletes what is at the address: as the API has it, or, where it has no
// deletion in this state, in the database, of which the service is not told.
func (w *world) removes(record string) (told bool) {
	w.t.Helper()
	if op := contract.find(http.MethodDelete, record); op != nil {
		read := ask{method: http.MethodGet, path: record, token: w.token(firstRole(op))}
		r := w.send(ask{
			method: http.MethodDelete, path: record, token: read.token,
			header: map[string]string{"If-Match": w.send(read).want(200).header.Get("ETag"), "X-Audit-Reason": "To see what becomes of its answers"},
		})
		switch {
		case r.status == http.StatusForbidden: // somebody else's to delete
		case r.status != http.StatusNoContent:
			r.want(http.StatusConflict)
		case w.send(read).status == http.StatusNotFound: // a return stays, of which only the draft was discarded
			if left := w.ownerGets("SELECT count(*)::text FROM idempotency_answers WHERE record = '" + idIn(record) + "' AND (header IS NOT NULL OR body IS NOT NULL)"); left != "0" {
				w.t.Errorf("%s answers about what was deleted are still there", left)
			}
			return true
		}
	}
	w.ownerDoes("SET session_replication_role = replica; DELETE FROM " + tableOf(record) + keyOf(record))
	return false
}

// hasAudience tells records of the programme's year from reference data, which
// everybody may see.
func (w *world) hasAudience(record string) bool {
	w.t.Helper()
	return w.ownerGets("SELECT count(*)::text FROM information_schema.columns WHERE table_name = '"+tableOf(record)+"' AND column_name = 'audience'") == "1"
}

// tableOf names the table behind an address of the API.
func tableOf(record string) string {
	list := strings.Split(record, "/")[2]
	switch list {
	case "sub-region-memberships":
		return "memberships"
	case "snapshots":
		return "quarter_snapshots"
	}
	return strings.ReplaceAll(list, "-", "_")
}

// keyOf is the condition under which the table's row is that of the address.
func keyOf(record string) string {
	column := "id"
	for keyed, its := range map[string]string{"code": "code", "quarter": "code", "slug": "slug", "version": "number"} {
		for _, op := range contract.operations {
			if op.pattern.MatchString(record) && strings.HasSuffix(op.path, "{"+keyed+"}") {
				column = its
			}
		}
	}
	return " WHERE " + column + " = '" + idIn(record) + "'"
}

// ownerDoes changes the database past the service and its rules.
func (w *world) ownerDoes(statements string) {
	w.t.Helper()
	w.asOwner(func(conn *pgx.Conn) error {
		_, err := conn.Exec(w.t.Context(), statements, pgx.QueryExecModeSimpleProtocol)
		return err
	})
}

// ownerTries is ownerDoes for what may be refused.
func (w *world) ownerTries(statement string) (err error) {
	w.t.Helper()
	w.asOwner(func(conn *pgx.Conn) error {
		_, err = conn.Exec(w.t.Context(), statement)
		return nil
	})
	return err
}

// ownerGets reads one text.
func (w *world) ownerGets(query string) (text string) {
	w.t.Helper()
	w.asOwner(func(conn *pgx.Conn) error { return conn.QueryRow(w.t.Context(), query).Scan(&text) })
	return text
}

func (w *world) asOwner(do func(conn *pgx.Conn) error) {
	w.t.Helper()
	if err := w.owner.AcquireFunc(w.t.Context(), func(conn *pgxpool.Conn) error { return do(conn.Conn()) }); err != nil {
		w.t.Fatal(err)
	}
}

// TestARetryBringsNobodyBack is the case from practice, as a browser would send it.
func TestARetryBringsNobodyBack(t *testing.T) {
	t.Parallel()
	w := lean(t)
	lead := w.as(programme.RoleBoroughLead, "E09000022")
	add := func() answer {
		return lead.send("POST", "/v1/participants", `{"name":"Sam Example","role":"ad","borough":"E09000022"}`, "Idempotency-Key", "k-1")
	}
	person := "/v1/participants/" + add().id()
	if again := add(); "/v1/participants/"+again.id() != person || again.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("repeated: %s", again.body)
	}
	lead.change("DELETE", person, "").want(204)
	again := add()
	again.problem(409, "made_and_removed")
	if strings.Contains(again.body, "Sam") {
		t.Errorf("the problem names the person: %s", again.body)
	}
	if people := lead.get("/v1/participants").want(200).body; strings.Contains(people, "Sam Example") {
		t.Errorf("the person is back: %s", people)
	}
}
