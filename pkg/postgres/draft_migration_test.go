package postgres

import (
	"testing"

	"peerchallenge/pkg/returns"
)

// TestDraftsAreRewrittenAsTheyAreKept: a draft that was kept by the schema before says the
// same by this one, and by that again.
func TestDraftsAreRewrittenAsTheyAreKept(t *testing.T) {
	t.Parallel()
	s := seeded(t)
	owner := admin(t, urlOf(s))
	p, err := migrationsOf(owner)
	if err != nil {
		t.Fatal(err)
	}
	const before = `{"framework": "1.0.0", "values": [
		{"count": "zero", "value": 0, "status": "reported", "reason": null},
		{"count": "checked", "value": null, "status": "confirmed_nil", "reason": "Nobody: “none”."},
		{"count": "half", "value": 0.5, "status": "reported", "reason": null},
		{"count": "explained", "value": 7, "status": "reported", "reason": "<seven>"},
		{"count": "unknown", "value": null, "status": "missing", "reason": null},
		{"count": "last", "value": 1000000000000, "status": "reported", "reason": null}]}`
	number := func(count string, n float64, reason *string) returns.Value {
		return returns.Value{Count: count, Value: &n, Status: returns.Reported, Reason: reason}
	}
	want := returns.Draft{Framework: "1.0.0", Values: returns.Values{
		number("zero", 0, nil), {Count: "checked", Status: returns.ConfirmedNil, Reason: new("Nobody: “none”.")}, number("half", 0.5, nil),
		number("explained", 7, new("<seven>")), {Count: "unknown", Status: returns.Missing}, number("last", 1e12, nil),
	}}
	if _, err := p.DownTo(t.Context(), 28); err != nil {
		t.Fatal(err)
	}
	exec := func(query string, args ...any) {
		t.Helper()
		if _, err := owner.ExecContext(t.Context(), query, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec("INSERT INTO quarters SELECT (jsonb_populate_record(q, jsonb_build_object('id', gen_random_uuid(), 'code', '2040-41-Q' || n, 'practice', false, 'imported', true))).* FROM quarters q, generate_series(1, 3) AS n WHERE q.code = 'practice'")
	for quarter, draft := range map[string]any{"2040-41-Q1": before, "2040-41-Q2": `{"framework": "1.0.0", "values": []}`, "2040-41-Q3": nil} {
		exec(`INSERT INTO benchmarking_submissions (id, borough_code, quarter_code, state, draft, explanations, thread, numbers, days_late, resubmitted, illustrative, version, created_at, updated_at, audience)
			VALUES (gen_random_uuid(), $1, $2, 'draft', $3, '[]', '[]', 0, 0, 0, true, 1, now(), now(), array[$1])`, aboutCode, quarter, draft)
	}
	if _, err := p.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	of := func(quarter string) *returns.Draft {
		t.Helper()
		var row returns.Submission
		if err := submissionOf(beyondSight(s.gorm), aboutCode, quarter, &row); err != nil {
			t.Fatal(err)
		}
		return row.Draft
	}
	if got := of("2040-41-Q1"); got == nil || !got.Equal(want) {
		t.Errorf("the draft is %+v", got)
	}
	if got := of("2040-41-Q2"); got == nil || !got.Equal(returns.Draft{Framework: "1.0.0"}) {
		t.Errorf("the empty draft is %+v", got)
	}
	if got := of("2040-41-Q3"); got != nil {
		t.Errorf("no draft is %+v", got)
	}
	if _, err := p.DownTo(t.Context(), 28); err != nil {
		t.Fatal(err)
	}
	var same int
	err = owner.QueryRowContext(t.Context(), `SELECT count(*) FROM benchmarking_submissions WHERE draft IS NOT DISTINCT FROM
		CASE quarter_code WHEN '2040-41-Q1' THEN CAST($1 AS jsonb) WHEN '2040-41-Q2' THEN '{"framework": "1.0.0", "values": []}' END AND quarter_code LIKE '2040%'`, before).Scan(&same)
	if err != nil || same != 3 {
		t.Errorf("%d of 3 drafts are what they were (%v)", same, err)
	}
}
