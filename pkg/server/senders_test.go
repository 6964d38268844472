package server_test

import (
	"encoding/csv"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"

	"peerchallenge/api"
	"peerchallenge/pkg/seed"
)

// sample reads a file of docs/senders, which people copy.
func sample(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/senders/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// asksAsLondon publishes London's whole framework, which the practice quarter then asks
// for, and answers how many counts it has.
func (w *world) asksAsLondon() int {
	w.t.Helper()
	f, err := seed.Framework()
	if err != nil {
		w.t.Fatal(err)
	}
	f.Number = "9.0.0"
	made, err := w.store.CreateFramework(w.t.Context(), team, f)
	if err == nil {
		_, err = w.store.PublishFramework(w.t.Context(), team, made.Number, made.Version, false)
	}
	return must(w, len(f.Document.Counts), err)
}

// TestWhatSQLServerMakesIsTaken: the body that return.sql makes is one that the service
// takes, and what FOR JSON makes without its precautions is refused.
func TestWhatSQLServerMakesIsTaken(t *testing.T) {
	t.Parallel()
	w := lean(t)
	counts := w.asksAsLondon()
	body := sample(t, "return.json")
	for _, c := range []struct {
		name, body string
		status     int
		code       string
		faults     []string
	}{
		{"as it is made", body, 200, "", nil},
		{"without INCLUDE_NULL_VALUES, null is left out", strings.NewReplacer(`,"reason":null`, "", `"value":null,`, "").Replace(body), 422, "invalid", []string{"/values/2/value required", "/values/3/value required"}},
		{"a row of a bare SELECT, cut", body[:len(body)*2/3], 400, "malformed_json", nil},
		{"without SET NOCOUNT ON", body + "\n(1 rows affected)\n", 400, "malformed_json", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := w.in(t).sender().send(http.MethodPut, returnAt(own, "practice")+"?dryRun=true", c.body, "If-None-Match", "*")
			if c.code == "" {
				var made api.BenchmarkingSubmissionReceived
				got.want(c.status).into(&made)
				if made.Report.Reported != 2 || made.Report.ConfirmedNil != 1 || made.Report.Missing != counts-3 {
					t.Errorf("it is read as %+v", made.Report)
				}
				return
			}
			if faults := got.problem(c.status, c.code); strings.Join(faults, "\n") != strings.Join(c.faults, "\n") {
				t.Errorf("its faults are %q", faults)
			}
		})
	}
	// The script and what is recorded of it say the same.
	script := sample(t, "return.sql")
	for _, part := range []string{"FOR JSON PATH, ROOT('values'), INCLUDE_NULL_VALUES", "DECLARE @body nvarchar(max)", "SET NOCOUNT ON", "('referrals', 659, 'reported', NULL)", "('plans_repeated', NULL, 'confirmed_nil', N'Every plan of the quarter is a first one.')"} {
		if !strings.Contains(script, part) {
			t.Errorf("the script does not say %q", part)
		}
	}
}

// TestTheSendersSampleIsClean: counts.csv names every count that London asks for, and the
// rules find nothing in it.
func TestTheSendersSampleIsClean(t *testing.T) {
	t.Parallel()
	w := lean(t)
	counts := w.asksAsLondon()
	rows, err := csv.NewReader(strings.NewReader(sample(t, "counts.csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var values []api.CountValue
	for _, row := range rows[1:] {
		v := api.CountValue{Count: row[0], Status: api.CountValueStatusReported}
		if row[1] != "" {
			number, err := strconv.ParseFloat(row[1], 64)
			if err != nil {
				t.Fatal(err)
			}
			v.Value = &number
		}
		if row[2] != "" {
			v.Status, v.Reason = api.CountValueStatus(row[2]), &row[3]
		}
		values = append(values, v)
	}
	if len(values) != counts {
		t.Errorf("it names %d of %d counts", len(values), counts)
	}
	var made api.BenchmarkingSubmissionReceived
	w.sender().send(http.MethodPut, returnAt(own, "practice")+"?dryRun=true", jsonOf(t, api.BenchmarkingSubmissionInput{Values: values}), "If-None-Match", "*").want(200).into(&made)
	if !made.Report.MaySubmit || made.Report.Warnings != 0 || made.Report.Missing != 1 {
		t.Errorf("the report says %+v", made.Report)
	}
}
