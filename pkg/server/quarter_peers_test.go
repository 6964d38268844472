package server_test

import (
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

// TestAQuarterBesidePeers: each row has what a challenge group or boroughs of one's own
// choice have together, made of what everybody sees of them: the same for all readers, for
// the borough of a hidden count too.
func TestAQuarterBesidePeers(t *testing.T) {
	t.Parallel()
	w := lean(t)
	code := w.published()
	g := w.group(programme.ChallengeInProgress, own, group)
	manager, lead := w.as(programme.RoleProgramme, ""), w.as(programme.RoleBoroughLead, own)
	chosen, grouped := "&peer="+own+"&peer="+group, "&peerChallengeGroupId="+g.ID
	const share = "&indicator=REREF_PCT"

	lambeth, croydon := manager.figure(code, own, "REREF_PCT"), manager.figure(code, group, "REREF_PCT")
	pooled := func(few float64) float64 {
		return 100 * (few + *croydon.Numerator) / (*lambeth.Denominator + *croydon.Denominator)
	}
	mean := (math.Round(1000*3 / *lambeth.Denominator)/10 + *croydon.Value) / 2
	near := func(got *float64, want float64) bool { return got != nil && math.Abs(*got-want) < 1e-4 }
	for _, query := range []string{chosen, grouped} {
		for _, c := range []caller{manager, lead, w.as(programme.RoleBoroughLead, farAway), w.as(programme.RoleReporting, "")} {
			rows := figuresOf(c, code, share+query)
			for _, f := range rows {
				if !near(f.PeersPooled, pooled(3)) || !near(f.PeersPooledLower, pooled(1)) || !near(f.PeersPooledUpper, pooled(5)) || !near(f.PeersMean, mean) || *f.PeersN != 2 || len(f.PeersExcluded) > 0 {
					t.Fatalf("with %s %s stands beside %s", query, f.Borough, jsonOf(t, f))
				}
			}
			if len(rows) != 33 {
				t.Errorf("%d rows", len(rows))
			}
		}
	}
	if f := manager.figure(code, own, "REREF_PCT"); f.PeersPooled != nil || f.PeersPooledLower != nil || f.PeersMean != nil || f.PeersN != nil || len(f.PeersExcluded) > 0 {
		t.Errorf("without peers it is %s", jsonOf(t, f))
	}

	// Few children live in the City, so it is withheld: named, and no bound holds without it.
	f := figuresOf(lead, code, share+"&borough="+own+chosen+"&peer=E09000001")[0]
	if want := (api.ShownExclusion{Borough: "E09000001", Reason: "withheld"}); *f.PeersN != 2 || !slices.Equal(f.PeersExcluded, []api.ShownExclusion{want}) || !near(f.PeersPooled, pooled(3)) {
		t.Errorf("with the City %s", jsonOf(t, f))
	}

	// True figures have true sums, and the audit says whose were asked for.
	true3 := figuresOf(manager, code, share+"&borough="+own+grouped+"&unsuppressed=true")[0]
	figuresOf(manager, code, share+"&borough="+own+chosen+"&unsuppressed=true")
	if !near(true3.PeersPooled, pooled(*true3.Numerator)) || *true3.PeersPooledLower != *true3.PeersPooled || !true3.ContainsSmallNumbers {
		t.Errorf("the truth is %s", jsonOf(t, true3))
	}
	if got := w.readings(code); !strings.Contains(got, `"Group": "`+g.ID+`"`) || !strings.Contains(got, `"Peers": ["`+own+`", "`+group+`"]`) {
		t.Errorf("the audit has %s", got)
	}
}

// TestPeersInEveryForm: as columns of the tables, and of the workbook, whose notes name them. A
// page that is kept is another once the group is.
func TestPeersInEveryForm(t *testing.T) {
	t.Parallel()
	w := lean(t)
	code, g := w.published(), w.group(programme.ChallengeInProgress, own, group)
	at := "/v1/quarters/" + code + "/figures"
	manager, lead := w.as(programme.RoleProgramme, ""), w.as(programme.RoleBoroughLead, own)
	query := "?peerChallengeGroupId=" + g.ID
	header, list := table(t, lead.get(at+query+"&format=csv&bom=true"))
	pooled, excluded := slices.Index(header, "peersPooled"), slices.Index(header, "peersExcluded.borough")
	if list[0][pooled] == "" || list[0][excluded] != "" || !strings.Contains(lead.get(at+query+"&format=ndjson").want(200).body, `"peersPooled":`+list[0][pooled]+",") {
		t.Errorf("the tables have %q", list[0])
	}
	answered := lead.get(at + ".xlsx" + query).want(200)
	rows, _ := workbookOf(t, answered)
	if !slices.Equal(rows[0], header) || rows[1][pooled] != list[0][pooled] || manager.get(at+".xlsx"+query).want(200).body != answered.body {
		t.Errorf("the workbook has %q", rows[1])
	}
	rows, _ = workbookOf(t, lead.get(at+".xlsx?peer="+own+"&peer=E09000001"))
	if rows[1][excluded-1] != "1" || rows[1][excluded] != "E09000001" {
		t.Errorf("with one who is withheld it has %q", rows[1])
	}
	for query, want := range map[string]string{
		query:                             "The peers are those of the peer challenge group Group 1: Croydon, Lambeth.",
		"?peer=" + own + "&peer=" + group: "The peers: Lambeth, Croydon.",
		"":                                "",
	} {
		notes := notesOf(t, lead.get(at+".xlsx"+query))
		if has := slices.ContainsFunc(notes, func(n string) bool { return strings.HasPrefix(n, "The peers") }); want == "" && has || want != "" && !slices.Contains(notes, want) {
			t.Errorf("with %q the notes are %q", query, notes)
		}
	}

	kept := lead.get(at + query).want(200)
	for range 2 {
		lead.send(http.MethodGet, at+query, "", "If-None-Match", kept.header.Get("ETag")).want(304)
	}
	manager.change(http.MethodPut, groupsPath+g.ID+"/members/E09000006", `{"role":"visitor"}`, "X-Audit-Reason", "It joins late.").want(200)
	if lead.send(http.MethodGet, at+query, "", "If-None-Match", kept.header.Get("ETag")).want(200).body == kept.body {
		t.Error("the group has another member, and the page is the same")
	}
}

// TestPeersOfAnOpenQuarter: the team reads what everybody would see of them; a borough's own
// figures stand beside those of the last quarter that is published.
func TestPeersOfAnOpenQuarter(t *testing.T) {
	t.Parallel()
	w := startAt(t, leanDatabase(t), func() time.Time { return time.Date(2028, 7, 3, 9, 0, 0, 0, time.UTC) })
	code := "2027-28-Q4"
	manager, lead := w.as(programme.RoleProgramme, ""), w.as(programme.RoleBoroughLead, own)
	manager.brings("", asCSV, w.pastOf(code, 3)).want(200)
	w.publishes(code)
	open := w.open("2028-29-Q1")
	chosen := "&indicator=REREF_PCT&borough=" + own + "&peer=" + own + "&peer=" + group
	if f := figuresOf(manager, open, chosen)[0]; f.PeersPooled != nil || *f.PeersN != 0 || len(f.PeersExcluded) != 2 {
		t.Errorf("of a quarter without returns the team reads %s", jsonOf(t, f))
	}
	before, f := figuresOf(lead, code, chosen)[0], figuresOf(lead, open, chosen)[0]
	if *f.ComparatorsQuarter != code || *f.PeersPooled != *before.PeersPooled || *f.PeersN != 2 {
		t.Errorf("its own quarter stands beside %s", jsonOf(t, f))
	}
}

// TestPeersThatAreRefused, in every form, and of which the audit keeps nothing.
func TestPeersThatAreRefused(t *testing.T) {
	t.Parallel()
	w := lean(t)
	code, g := w.published(), w.group(programme.ChallengeInProgress, own, group)
	at := "/v1/quarters/" + code + "/figures"
	manager, lead := w.as(programme.RoleProgramme, ""), w.as(programme.RoleBoroughLead, own)
	for query, want := range map[string]string{
		"peerChallengeGroupId=" + nothing:                                  "peerChallengeGroupId unknown_value",
		"peerChallengeGroupId=group-1":                                     "peerChallengeGroupId format",
		"peer=" + own:                                                      "peer too_few",
		"peer=" + own + "&peer=E09000099":                                  "peer unknown_value",
		"peer=" + own + "&peer=" + group + "&peer=" + own:                  "peer repeated",
		"peer=" + own + "&peer=" + group + "&peerChallengeGroupId=" + g.ID: "peer one_of",
	} {
		for _, form := range []string{"?", "?format=csv&", "?format=ndjson&", ".xlsx?"} {
			if got := lead.get(at+form+query).problem(400, "bad_request"); !slices.Equal(got, []string{want}) {
				t.Errorf("%s%s is refused for %q, want %q", form, query, got, want)
			}
		}
		manager.get(at+"?unsuppressed=true&"+query).problem(400, "bad_request")
		lead.get(at+"?unsuppressed=true&peer="+own+"&peer="+group).problem(403, "role")
	}
	if got := w.readings(code); got != "" {
		t.Errorf("the audit has of nothing %s", got)
	}
}

// notesOf are the lines of a workbook's notes.
func notesOf(t *testing.T, a answer) (notes []string) {
	t.Helper()
	book, err := excelize.OpenReader(strings.NewReader(a.want(200).body))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := book.GetRows("Notes")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		notes = append(notes, row...)
	}
	return notes
}
