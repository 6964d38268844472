package server_test

import (
	"slices"
	"testing"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

// followed says that the authority has a successor.
func (w *world) followed(code, body string) answer {
	w.t.Helper()
	path := "/v1/authorities/" + code
	return w.write("POST", path+"/successor", body, "If-Match", w.get(path).header.Get("ETag"))
}

// TestABoroughContinuesUnderANewCode: Croydon gets a new code from April 2024 on, after
// the figures of 2024-25 have come under the old one. It takes part as before, and
// its comparison is the same; the answers say under which code its figure was taken.
func TestABoroughContinuesUnderANewCode(t *testing.T) {
	t.Parallel()
	w := start(t)
	const croydon, renewed = "E09000008", "E09000034"
	before, methodBefore := w.compare(croydon, "2024-25", "REREF_PCT")
	var old api.Authority
	w.followed(croydon, `{"kind":"continues","from":"2024-04-01","code":"`+renewed+`"}`).want(200).into(&old)
	want := []api.RelatedAuthority{{Code: renewed, Name: "Croydon", Kind: api.Continues, From: "2024-04-01"}}
	if !slices.Equal(old.Successors, want) || old.ValidTo == nil || *old.ValidTo != "2024-03-31" {
		t.Errorf("the one that ends is answered as %+v", old)
	}
	var successor api.Authority
	w.get("/v1/authorities/" + renewed).want(200).into(&successor)
	want = []api.RelatedAuthority{{Code: croydon, Name: "Croydon", Kind: api.Continues, From: "2024-04-01"}}
	if !slices.Equal(successor.Predecessors, want) || successor.DfeCode != old.DfeCode || successor.RegionCode != "E12000007" || len(successor.Successors) != 0 {
		t.Errorf("the other is %+v", successor)
	}

	after, methodAfter := w.compare(croydon, "2024-25", "REREF_PCT")
	if *after.Value != *before.Value || *after.Change != *before.Change || *after.Region.Rank != *before.Region.Rank || after.Region.N != before.Region.N || after.England.N != before.England.N ||
		*after.StatisticalNeighbours.Mean != *before.StatisticalNeighbours.Mean || *after.SubRegion.Mean != *before.SubRegion.Mean {
		t.Errorf("compared is %+v, and was before %+v", after, before)
	}
	if after.Code != renewed || after.Previous.Code != croydon || before.Code != croydon {
		t.Errorf("the figure was taken as %s after %s, and before as %s", after.Code, after.Previous.Code, before.Code)
	}
	used := api.CodeUsed{Authority: croydon, AuthorityName: "Croydon", Period: "2024-25", Code: renewed}
	if !slices.Equal(methodAfter.CodesUsed, []api.CodeUsed{used}) || len(methodBefore.CodesUsed) != 0 {
		t.Errorf("codes used are %+v, and were %+v", methodAfter.CodesUsed, methodBefore.CodesUsed)
	}
	if !slices.Contains(methodAfter.RegionMembers, renewed) || slices.Contains(methodAfter.RegionMembers, croydon) || slices.Contains(methodAfter.England, croydon) {
		t.Errorf("the region is %v", methodAfter.RegionMembers)
	}
	var series api.Series
	w.get("/v1/indicators/REREF_PCT/series?borough=" + croydon).want(200).into(&series)
	for _, p := range series.Items {
		if code := map[bool]string{true: renewed, false: croydon}[p.Period == "2024-25"]; p.Code != code || p.Value == nil {
			t.Errorf("%s of the series is taken as %s with the value %v, want a value of %s", p.Period, p.Code, p.Value, code)
		}
	}
	var distribution api.Distribution
	w.get("/v1/indicators/REREF_PCT/distribution?period=2024-25").want(200).into(&distribution)
	if !slices.ContainsFunc(distribution.Items, func(i api.DistributionItem) bool { return i.Borough == croydon && i.Code == renewed && i.Value != nil }) || distribution.Summary.N != 33 {
		t.Errorf("Croydon is not among %d boroughs", distribution.Summary.N)
	}
}

// TestASuccessorIsToldOnce: a repeated request answers what the first did, the feed
// and the audit tell of both authorities, and the ETag of the first is spent.
func TestASuccessorIsToldOnce(t *testing.T) {
	t.Parallel()
	w := start(t)
	now := w.changes("from=now").NextCursor
	const body = `{"kind":"merged","from":"2027-04-01","code":"E08000099","name":"South Yorkshire","dfeCode":"399","reason":"The order of 2026"}`
	etag := w.get("/v1/authorities/E08000017").header.Get("ETag")
	send := func() answer {
		return w.write("POST", "/v1/authorities/E08000017/successor", body, "If-Match", etag, "Idempotency-Key", "doncaster-2027")
	}
	first, again := send().want(200), send().want(200)
	if first.body != again.body || again.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("once answered\n%s\nand again\n%s", first.body, again.body)
	}
	w.write("POST", "/v1/authorities/E08000017/successor", body, "If-Match", etag).problem(412, "stale")
	w.write("POST", "/v1/authorities/E08000017/successor", body).problem(428, "if_match_required")
	told := map[string]string{}
	for _, c := range w.changes("cursor=" + now).Items {
		told[c.ID] = c.Change
	}
	if len(told) != 2 || told["E08000017"] != "updated" || told["E08000099"] != "created" {
		t.Errorf("the feed tells %v", told)
	}
	var audit api.AuditEntryPage
	w.get("/v1/audit-entries?type=authority&id=E08000017").want(200).into(&audit)
	last := audit.Items[len(audit.Items)-1]
	if !slices.ContainsFunc(last.Values, func(v api.AuditValue) bool { return v.Member == "successors" }) || last.Reason == nil || *last.Reason != "The order of 2026" {
		t.Errorf("the audit tells %+v", last)
	}
	// The second that is merged names the successor only.
	w.followed("E08000018", `{"kind":"merged","from":"2027-04-01","code":"E08000099"}`).want(200)
	var successor api.Authority
	w.get("/v1/authorities/E08000099").want(200).into(&successor)
	if len(successor.Predecessors) != 2 || successor.Predecessors[1].Name != "Rotherham" {
		t.Errorf("merged into %+v", successor)
	}
}

// TestSuccessorsRefused: by the contract, by the rules, by who asks; and one number of
// the Department for two authorities at a time, whichever way it would come about.
func TestSuccessorsRefused(t *testing.T) {
	t.Parallel()
	w := start(t)
	for body, want := range map[string]string{
		`{"kind":"renamed","from":"2027-04-01","code":"E08000099"}`:                         "/kind enum",
		`{"kind":"continues","from":"2027-04-01","code":"E12000007"}`:                       "/code pattern",
		`{"kind":"continues","from":"2027-04-01","code":"E08000017"}`:                       "/code not_allowed",
		`{"kind":"continues","from":"2027-04-01","code":"E08000099","dfeCode":"999"}`:       "/dfeCode not_allowed",
		`{"kind":"merged","from":"2027-04-01","code":"E08000099","name":"South Yorkshire"}`: "/dfeCode required",
		`{"kind":"split","from":"2027-04-01","code":"E08000099","dfeCode":"999"}`:           "/name required",
		`{"kind":"merged","from":"2018-04-01","code":"E06000058"}`:                          "/from out_of_range",
	} {
		if got := w.followed("E08000017", body).problem(422, "invalid"); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: faults %v", body, got)
		}
	}
	exists := w.followed("E08000017", `{"kind":"merged","from":"2027-04-01","code":"E08000099","name":"South Yorkshire","dfeCode":"372"}`).problem(409, "exists")
	if !slices.Equal(exists, []string{"/dfeCode exists"}) {
		t.Errorf("Rotherham's number: faults %v", exists)
	}
	w.followed("E10000002", `{"kind":"continues","from":"2020-04-01","code":"E06000099"}`).problem(409, "wrong_state")
	w.write("POST", "/v1/authorities/E08000090/successor", `{"kind":"continues","from":"2027-04-01","code":"E08000099"}`, "If-Match", `"1-x"`).problem(404, "not_found")
	w.as(programme.RoleBoroughLead, "E09000022").post("/v1/authorities/E08000017/successor", `{"kind":"continues","from":"2027-04-01","code":"E08000099"}`).problem(403, "role")

	const number = `{"code":"E08000099","dfeCode":"371","name":"Doncaster City","regionCode":"E12000003","regionName":"Yorkshire and The Humber"}`
	if got := w.write("POST", "/v1/authorities", number).problem(409, "exists"); !slices.Equal(got, []string{"/dfeCode exists"}) {
		t.Errorf("a new one with Doncaster's number: faults %v", got)
	}
	w.patch("/v1/authorities/E08000018", `{"dfeCode":"371"}`).problem(409, "exists")
	w.patch("/v1/authorities/E10000002", `{"validTo":null}`).problem(409, "in_use")
	w.patch("/v1/authorities/E06000060", `{"validFrom":"2020-05-01"}`).problem(409, "in_use")
	w.patch("/v1/authorities/E06000060", `{"name":"Bucks"}`).want(200)
}
