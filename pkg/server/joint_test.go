package server_test

import (
	"slices"
	"strings"
	"testing"

	"peerchallenge/api"
	"peerchallenge/pkg/dfe"
)

// Kingston and Richmond publish their re-referrals of 2025-26 together, Lambeth
// alone. Wherever Kingston stands without a value, the joint figure stands beside
// it; it counts in nobody's rank or mean.
func TestJointFiguresLeadOn(t *testing.T) {
	t.Parallel()
	w := start(t)
	const file = "time_period,time_identifier,geographic_level,country_code,region_code,new_la_code,referral_count,rereferral_count,rereferral_percent," +
		"no_further_action_count,no_further_action_percent,not_in_need_count,not_in_need_percent\n" +
		"2026,Reporting year,Local authority,E92000001,E13000002,E09000021 / E09000027,200,40,20,10,5,10,5\n" +
		"2026,Reporting year,Local authority,E92000001,E13000001,E09000022,100,10,10,10,10,10,10\n"
	if _, err := dfe.Import(t.Context(), w.store, team, "joint.csv", []byte(file)); err != nil {
		t.Fatal(err)
	}
	const code, name = "E09000021/E09000027", "Kingston upon Thames / Richmond upon Thames"
	leads := func(where string, status api.FigureStatus, value *float64, j *api.JointFigure) {
		t.Helper()
		if status != "joint" || value != nil || j == nil {
			t.Fatalf("in the %s the status is %s and the joint figure %+v", where, status, j)
		}
		if j.Geography != code || j.GeographyName != name || short(j.Value) != "20" || j.Status != "reported" || short(j.Numerator) != "40" || short(j.Denominator) != "200" || j.ReleaseId == "" {
			t.Errorf("the %s leads on to %+v", where, j)
		}
	}
	for _, borough := range []string{"E09000021", "E09000027"} {
		c, method := w.compare(borough, "2025-26", "REREF_PCT")
		leads("comparison", c.Status, c.Value, c.Joint)
		if c.London.N != 1 || short(c.London.Mean) != "10" || c.London.Rank != nil || c.SubRegion.N != 1 || c.SubRegion.PooledN != 1 || c.Change != nil {
			t.Errorf("the joint figure counts in %+v or %+v", c.London, c.SubRegion)
		}
		if !slices.Contains(method.ReleaseIds, c.Joint.ReleaseId) {
			t.Errorf("the release of the joint figure is none of %v", method.ReleaseIds)
		}
		for _, e := range c.Method.Excluded.London {
			if joint := slices.Contains(e.Authorities, borough); joint != (e.Status == "joint") {
				t.Errorf("left out as %s are %v", e.Status, e.Authorities)
			}
		}
	}
	if c, _ := w.compare("E09000022", "2025-26", "REREF_PCT"); c.Joint != nil || short(c.Value) != "10" || c.London.N != 1 || *c.London.Rank != 1 {
		t.Errorf("Lambeth has %+v beside its own figure, and is %v of %d", c.Joint, c.London.Rank, c.London.N)
	}

	var s api.Series
	w.get("/v1/indicators/REREF_PCT/series?borough=E09000021").want(200).into(&s)
	last := s.Items[len(s.Items)-1]
	leads("series", last.Status, last.Value, last.Joint)
	if before := s.Items[len(s.Items)-2]; before.Joint != nil || before.Value == nil {
		t.Errorf("the point of %s has %+v beside its own figure", before.Period, before.Joint)
	}

	var d api.Distribution
	w.get("/v1/indicators/REREF_PCT/distribution?period=2025-26").want(200).into(&d)
	for _, item := range d.Items {
		if item.Borough == "E09000021" || item.Borough == "E09000027" {
			leads("distribution", item.Status, item.Value, item.Joint)
		} else if item.Joint != nil {
			t.Errorf("%s leads on to %+v", item.BoroughName, item.Joint)
		}
	}

	var o api.ObservationPage
	w.get("/v1/observations?indicator=REREF_PCT&period=2025-26&geography=E09000027").want(200).into(&o)
	leads("list of figures", o.Items[0].Status, o.Items[0].Value, o.Items[0].Joint)
	w.get("/v1/observations?indicator=REREF_PCT&period=2025-26&geography=" + code).want(200).into(&o)
	if own := o.Items[0]; own.Joint != nil || short(own.Value) != "20" || own.GeographyName != name {
		t.Errorf("under its own code it is %+v", own)
	}
	table := w.get("/v1/observations?indicator=REREF_PCT&period=2025-26&geography=E09000027&format=csv").want(200).body
	header, row, _ := strings.Cut(table, "\r\n")
	if !strings.Contains(header, "joint.geography,joint.geographyName,joint.value,") || !strings.Contains(row, ",joint,,,"+code+","+name+",20,reported,40,200,") {
		t.Errorf("as CSV it is\n%s", table)
	}
}
