package server_test

import (
	"slices"
	"strings"
	"testing"

	"peerchallenge/api"
	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/dfe"
)

const (
	together      = "E09000021/E09000027"
	togetherNamed = "Kingston upon Thames / Richmond upon Thames"
)

// togetherIn has Kingston and Richmond publish their re-referrals of 2025-26
// together, and Lambeth alone.
func togetherIn(t *testing.T) *world {
	t.Helper()
	w := start(t)
	const file = "time_period,time_identifier,geographic_level,country_code,region_code,new_la_code,referral_count,rereferral_count,rereferral_percent," +
		"no_further_action_count,no_further_action_percent,not_in_need_count,not_in_need_percent\n" +
		"2026,Reporting year,Local authority,E92000001,E13000002,E09000021 / E09000027,200,40,20,10,5,10,5\n" +
		"2026,Reporting year,Local authority,E92000001,E13000001,E09000022,100,10,10,10,10,10,10\n"
	if _, err := dfe.Import(t.Context(), w.store, team, benchmark.Delivery{File: "joint.csv"}, strings.NewReader(file), dfe.Options{}); err != nil {
		t.Fatal(err)
	}
	return w
}

// leadsOn holds what stands beside a member to the joint figure.
func leadsOn(t *testing.T, where string, status api.FigureStatus, value *float64, j *api.JointFigure) {
	t.Helper()
	if status != "joint" || value != nil || j == nil {
		t.Fatalf("in the %s the status is %s and the joint figure %+v", where, status, j)
	}
	got := []string{j.Geography, j.GeographyName, short(j.Value), string(j.Status), short(j.Numerator), short(j.Denominator)}
	if want := []string{together, togetherNamed, "20", "reported", "40", "200"}; !slices.Equal(got, want) || j.ReleaseId == "" {
		t.Errorf("the %s leads on to %+v", where, j)
	}
}

// In a comparison the joint figure stands beside both members, and counts in
// nobody's rank, mean or pool.
func TestComparisonLeadsOnToJointFigure(t *testing.T) {
	t.Parallel()
	w := togetherIn(t)
	for _, borough := range []string{"E09000021", "E09000027"} {
		c, method := w.compare(borough, "2025-26", "REREF_PCT")
		leadsOn(t, "comparison", c.Status, c.Value, c.Joint)
		if c.Region.N != 1 || short(c.Region.Mean) != "10" || c.Region.Rank != nil || c.SubRegion.N != 1 || c.SubRegion.PooledN != 1 || c.Change != nil {
			t.Errorf("the joint figure counts in %+v or %+v", c.Region, c.SubRegion)
		}
		if !slices.Contains(method.ReleaseIds, c.Joint.ReleaseId) {
			t.Errorf("the release of the joint figure is none of %v", method.ReleaseIds)
		}
		for _, e := range c.Method.Excluded.Region {
			if joint := slices.Contains(e.Authorities, borough); joint != (e.Status == "joint") {
				t.Errorf("left out as %s are %v", e.Status, e.Authorities)
			}
		}
	}
	if c, _ := w.compare("E09000022", "2025-26", "REREF_PCT"); c.Joint != nil || short(c.Value) != "10" || c.Region.N != 1 || *c.Region.Rank != 1 {
		t.Errorf("Lambeth has %+v beside its own figure, and is %v of %d", c.Joint, c.Region.Rank, c.Region.N)
	}
}

// So it does in every list in which a member stands, also as CSV.
func TestListsLeadOnToJointFigure(t *testing.T) {
	t.Parallel()
	w := togetherIn(t)
	var s api.Series
	w.get("/v1/indicators/REREF_PCT/series?borough=E09000021").want(200).into(&s)
	last := s.Items[len(s.Items)-1]
	leadsOn(t, "series", last.Status, last.Value, last.Joint)
	if before := s.Items[len(s.Items)-2]; before.Joint != nil || before.Value == nil {
		t.Errorf("the point of %s has %+v beside its own figure", before.Period, before.Joint)
	}

	var d api.Distribution
	w.get("/v1/indicators/REREF_PCT/distribution?period=2025-26").want(200).into(&d)
	for _, item := range d.Items {
		if item.Borough == "E09000021" || item.Borough == "E09000027" {
			leadsOn(t, "distribution", item.Status, item.Value, item.Joint)
		} else if item.Joint != nil {
			t.Errorf("%s leads on to %+v", item.BoroughName, item.Joint)
		}
	}

	var o api.ObservationPage
	w.get("/v1/observations?indicator=REREF_PCT&period=2025-26&geography=E09000027").want(200).into(&o)
	leadsOn(t, "list of figures", o.Items[0].Status, o.Items[0].Value, o.Items[0].Joint)
	w.get("/v1/observations?indicator=REREF_PCT&period=2025-26&geography=" + together).want(200).into(&o)
	if own := o.Items[0]; own.Joint != nil || short(own.Value) != "20" || own.GeographyName != togetherNamed {
		t.Errorf("under its own code it is %+v", own)
	}
	table := w.get("/v1/observations?indicator=REREF_PCT&period=2025-26&geography=E09000027&format=csv").want(200).body
	header, row, _ := strings.Cut(table, "\r\n")
	if !strings.Contains(header, "joint.geography,joint.geographyName,joint.value,") || !strings.Contains(row, ",joint,,,"+together+","+togetherNamed+",20,reported,40,200,") {
		t.Errorf("as CSV it is\n%s", table)
	}
}
