package server_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"peerchallenge/api"
	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/dfe"
	"peerchallenge/pkg/programme"
)

var (
	_ = prepared(func(w *world) string { return w.released("2026-06-01").ID }, "withdrawRelease")
	_ = prepared(func(w *world) string {
		r := w.released("2026-06-02")
		actor := team
		actor.Reason = "The columns were swapped"
		_, err := w.store.WithdrawRelease(w.t.Context(), actor, r.ID, r.Version)
		return must(w, r, err).ID
	}, "reinstateRelease")
)

// released imports Lambeth's referrals of 2025-26, of which there are 100, with another figure each time.
func (w *world) released(published programme.Date) benchmark.Release {
	w.t.Helper()
	d := benchmark.Delivery{File: "c1.csv", PublishedOn: &published}
	result, err := dfe.Import(w.t.Context(), w.store, team, d, strings.NewReader(referrals(20+len(w.made)%80, "E09000022")), dfe.Options{})
	return must(w, result.Release, err)
}

// referrals is a file of so many re-referrals of 100 referrals in 2025-26.
func referrals(rereferrals int, places ...string) string {
	text := "time_period,time_identifier,geographic_level,country_code,region_code,new_la_code,referral_count,rereferral_count,rereferral_percent," +
		"no_further_action_count,no_further_action_percent,not_in_need_count,not_in_need_percent\n"
	for _, place := range places {
		n := strconv.Itoa(rereferrals)
		text += "2026,Reporting year,Local authority,E92000001,E13000001," + place + ",100," + n + "," + n + ",10,10,10,10\n"
	}
	return text
}

// bring sends a file as the programme's team.
func (w *world) bring(query, content string, header ...string) answer {
	w.t.Helper()
	return w.write(http.MethodPost, "/v1/releases?file=c1.csv&"+query, content, append([]string{"Content-Type", "text/csv"}, header...)...)
}

func (r answer) report() (report api.ReleaseReport) {
	r.t.Helper()
	r.into(&report)
	return report
}

// lambethIs holds Lambeth's re-referrals of 2025-26, and the release that a comparison
// names for them.
func (w *world) lambethIs(value float64, release string) {
	w.t.Helper()
	c, _ := w.compare("E09000022", "2025-26", "REREF_PCT")
	if c.Value == nil || *c.Value != value || c.Method.ReleaseId == nil || *c.Method.ReleaseId != release {
		w.t.Errorf("Lambeth has %v of %v, want %v of %s", c.Value, c.Method.ReleaseId, value, release)
	}
}

// TestLifeOfARelease over HTTP: a dry run, the import, the same again, a wrong file,
// its withdrawal and its reinstatement.
func TestLifeOfARelease(t *testing.T) {
	t.Parallel()
	w := lean(t)
	right := referrals(20, "E09000022", "E09000028")
	dry := w.bring("dryRun=true", right).want(200)
	if got := dry.report(); got.Outcome != api.DryRun || got.New != 8 || len(got.Items) != 8 || dry.header.Get("Location") != "" {
		t.Errorf("the dry run says %s", dry.body)
	}
	w.get("/v1/releases/"+dry.report().Release.Id).problem(404, "not_found")
	first := w.bring("publishedOn=2026-06-01&nextUpdateOn=2027-06-01&methodology=https://example.org/c1", right).want(201)
	report := first.report()
	sum := sha256.Sum256([]byte(right))
	if r := report.Release; report.Outcome != api.Imported || r.Sha256 != hex.EncodeToString(sum[:]) || *r.PublishedOn != "2026-06-01" || *r.NextUpdateOn != "2027-06-01" ||
		*r.Methodology != "https://example.org/c1" || r.State != api.ReleaseStateStanding {
		t.Errorf("the import says %s", first.body)
	}
	w.lambethIs(20, report.Release.Id)
	if again := w.bring("", right).want(200); again.report().Outcome != api.NothingToDo || again.header.Get("Location") != first.header.Get("Location") {
		t.Errorf("the same file again says %s", again.body)
	}

	wrong := referrals(2, "E09000022")
	if got := w.bring("", wrong).problem(422, "publication_needed"); !slices.Equal(got, []string{"publishedOn required"}) {
		t.Errorf("without a day the faults are %v", got)
	}
	if got := w.bring("publishedOn=2026-06-02", wrong).problem(409, "unacknowledged"); !slices.Equal(got, []string{" beyond_limit"}) {
		t.Errorf("without an acknowledgement the faults are %v", got)
	}
	if dry := w.bring("publishedOn=2026-06-02&dryRun=true", wrong).want(200).report(); len(dry.Warnings) != 1 || dry.Warnings[0].Code != api.FaultCodeBeyondLimit {
		t.Errorf("the dry run warns of %+v", dry.Warnings)
	}
	second := w.bring("publishedOn=2026-06-02&acknowledge=It+seems+right", wrong).want(201).report()
	w.lambethIs(2, second.Release.Id)
	step := func(name string) answer {
		t.Helper()
		path := "/v1/releases/" + second.Release.Id
		return w.write(http.MethodPost, path+"/"+name, `{"reason":"Somebody made it up"}`, "If-Match", w.etag(path))
	}
	var withdrawn api.Release
	step("withdraw").want(200).into(&withdrawn)
	if withdrawn.State != api.ReleaseStateWithdrawn || withdrawn.StateReason == nil || *withdrawn.StateReason != "Somebody made it up" {
		t.Errorf("the withdrawn release is %+v", withdrawn)
	}
	w.lambethIs(20, report.Release.Id)
	step("withdraw").problem(409, "wrong_state")
	step("reinstate").want(200)
	w.lambethIs(2, second.Release.Id)
	w.write(http.MethodPost, "/v1/releases/"+second.Release.Id+"/withdraw", `{}`, "If-Match", w.etag("/v1/releases/"+second.Release.Id)).problem(422, "invalid")
	entries := w.audit(w.token(programme.RoleProgramme), "release", second.Release.Id).Items
	if len(entries) != 3 || *entries[1].Reason != "Somebody made it up" {
		t.Errorf("the audit has %+v", entries)
	}
}

// TestAComparisonNamesEveryFiguresRelease: the borough's, the previous one, the
// region's and England's, of which each may be from another.
func TestAComparisonNamesEveryFiguresRelease(t *testing.T) {
	t.Parallel()
	w := lean(t)
	file := func(year, level, region, place string) string {
		header, row, _ := strings.Cut(referrals(20, place), "\n")
		return header + "\n" + strings.NewReplacer("2026,", year+",", "Local authority", level, "E13000001", region).Replace(row)
	}
	now := w.bring("", file("2026", "Local authority", "E13000001", "E09000022")).want(201).report().Release.Id
	before := w.bring("", file("2025", "Local authority", "E13000001", "E09000022")).want(201).report().Release.Id
	region := w.bring("", file("2026", "Regional", "E12000007", "")).want(201).report().Release.Id
	england := w.bring("", file("2026", "National", "", "")).want(201).report().Release.Id
	c, method := w.compare("E09000022", "2025-26", "REREF_PCT")
	for name, named := range map[string]struct {
		got  *string
		want string
	}{
		"the figure": {c.Method.ReleaseId, now}, "the previous": {c.Method.PreviousReleaseId, before},
		"the region's": {c.Method.RegionReleaseId, region}, "England's": {c.Method.EnglandReleaseId, england},
	} {
		if named.got == nil || *named.got != named.want || !slices.Contains(method.ReleaseIds, named.want) {
			t.Errorf("of %s the release is %v, want %s, in %v", name, named.got, named.want, method.ReleaseIds)
		}
	}
}

// TestADryRunAsATable is every change, where JSON lists the first.
func TestADryRunAsATable(t *testing.T) {
	t.Parallel()
	w := lean(t)
	content := referrals(20, "E09000022", "E09000028")
	r := w.bring("dryRun=true&format=csv", content).want(200)
	rows, err := csv.NewReader(strings.NewReader(r.body)).ReadAll()
	if err != nil || len(rows) != 9 {
		t.Fatalf("the table is %s (%v)", r.body, err)
	}
	if i := slices.Index(rows[0], "value"); i < 0 || rows[1][i] == "" || !slices.Contains(rows[1], "new") {
		t.Errorf("the first rows are %q", rows[:2])
	}
	if lines := strings.Count(w.bring("dryRun=true&format=ndjson", content).want(200).body, "\n"); lines != 8 {
		t.Errorf("as NDJSON it has %d lines", lines)
	}
	if got := w.bring("format=csv", content).problem(400, "bad_request"); !slices.Equal(got, []string{"format not_allowed"}) {
		t.Errorf("an import as a table has the faults %v", got)
	}
	w.bring("dryRun=true&format=csv", "a,b\n").problem(422, "invalid_file")
	if n := w.ownerGets("SELECT count(*)::text FROM observations"); n != "0" {
		t.Errorf("dry runs left %s figures", n)
	}
}

// TestAFileIsTakenOnceForAKey: its bytes are what makes it the same request.
func TestAFileIsTakenOnceForAKey(t *testing.T) {
	t.Parallel()
	w := lean(t)
	w.token(programme.RoleProgramme) // made before several ask for it at once
	content := referrals(20, "E09000022")
	first := w.bring("publishedOn=2026-06-01", content, "Idempotency-Key", "a").want(201)
	if again := w.bring("publishedOn=2026-06-01", content, "Idempotency-Key", "a").want(201); again.body != first.body || again.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("again it is answered %s", again.body)
	}
	w.bring("publishedOn=2026-06-01", referrals(21, "E09000022"), "Idempotency-Key", "a").problem(422, "idempotency_key_reused")
	// What changes nothing is kept as well, and a dry run is not.
	nothing := w.bring("", content, "Idempotency-Key", "b").want(200)
	if again := w.bring("", content, "Idempotency-Key", "b").want(200); again.body != nothing.body || again.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("again it is answered %s", again.body)
	}
	for range 2 {
		if dry := w.bring("publishedOn=2026-06-02&dryRun=true", referrals(22, "E09000022"), "Idempotency-Key", "c").want(200); dry.header.Get("Idempotency-Replayed") != "" {
			t.Error("a dry run is answered from what was kept")
		}
	}
}

// TestFilesAtOnce are taken one after the other.
func TestFilesAtOnce(t *testing.T) {
	t.Parallel()
	w := lean(t)
	w.token(programme.RoleProgramme) // made before several ask for it at once
	var wg sync.WaitGroup
	created := make([]int, 4)
	for i := range created {
		wg.Go(func() { created[i] = w.bring("publishedOn=2026-06-01", referrals(20, "E09000022")).status })
	}
	wg.Wait()
	slices.Sort(created)
	if !slices.Equal(created, []int{200, 200, 200, 201}) {
		t.Errorf("four times the same file is answered %v", created)
	}
}

// TestAFileThatIsTooLarge is refused, announced or not, with the way that it can take.
func TestAFileThatIsTooLarge(t *testing.T) {
	t.Parallel()
	w := lean(t)
	content := strings.Repeat("x", 32<<20+1)
	for _, announced := range []bool{true, false} {
		body := bytes.NewReader([]byte(content))
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.http.URL+"/v1/releases?file=c1.csv", body)
		if err != nil {
			t.Fatal(err)
		}
		if !announced {
			request.ContentLength = -1
		}
		request.Header.Set("Authorization", "Bearer "+w.token(programme.RoleProgramme))
		request.Header.Set("Content-Type", "text/csv")
		r := w.receive(request)
		r.problem(413, "too_large")
		if !strings.Contains(r.body, "peerchallenge import dfe") {
			t.Errorf("the refusal names no other way: %s", r.body)
		}
	}
	w.bring("", referrals(20, "E09000022")).want(201) // the next has its turn
}

// TestFaultsOfAFile name row, column and what stands there.
func TestFaultsOfAFile(t *testing.T) {
	t.Parallel()
	w := lean(t)
	r := w.bring("", strings.Replace(referrals(20, "E09000022"), "100,20,20", "100,many,20", 1))
	r.problem(422, "invalid_file")
	var p api.Problem
	r.into(&p)
	if len(p.Errors) != 1 || p.Errors[0].Row == nil || *p.Errors[0].Row != 2 || p.Errors[0].Column == nil || *p.Errors[0].Column != "rereferral_count" || p.Errors[0].Given == nil || *p.Errors[0].Given != "“many”" {
		t.Errorf("the faults are %s", r.body)
	}
	w.bring("mapping=cin-b1", referrals(20, "E09000022")).problem(422, "invalid_file")
	w.bring("mapping=cin-c1", referrals(20, "E09000022")).want(201)
}
