package disclosure_test

import (
	"encoding/json"
	"testing"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/disclosure"
	"peerchallenge/pkg/programme"
)

// TestWhoseDocumentIsWrittenDown: that of everybody's view and no other. Those of true
// figures are read by whom they were made for, and say in each row that they are.
func TestWhoseDocumentIsWrittenDown(t *testing.T) {
	t.Parallel()
	d, ind := oneCount(5)
	values := plans(t, "A=5 B=20 C=30 D=40 E=50 F=60 G=70 H=80 I=90 J=100")
	common, truth := quarterOf(t, d, values)
	set, err := disclosure.New(d, benchmark.FinancialQuarter(2026, 4), []disclosure.Return{{Borough: "A", Quarters: disclosure.Quarters{values["A"]}}})
	if err != nil {
		t.Fatal(err)
	}
	setting := func(members ...string) *disclosure.Setting {
		s := &disclosure.Setting{Region: "region", Indicators: []benchmark.Indicator{*ind}, Neighbours: func(string) []string { return nil }}
		for _, m := range members {
			s.Members = append(s.Members, disclosure.Member{Borough: m})
		}
		return s
	}
	lead := programme.Actor{Subject: "l", Roles: []programme.Role{programme.RoleBoroughLead}, Borough: "A"}
	other := programme.Actor{Subject: "o", Roles: []programme.Role{programme.RoleBoroughLead}, Borough: "B"}
	all := []string{"A", "B", "C", "D", "E", "F", "G", "H", "I", "J"}
	everybodys, err := common.Document(setting(all...))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name              string
		view              *disclosure.View
		members           []string
		status            disclosure.Status
		mean              float64
		rank              *disclosure.Rank
		written, small    bool
		team, lead, other bool
	}{
		{"everybody's", common, all, disclosure.Hidden, 54.3, &disclosure.Rank{Best: 1, Worst: 1}, true, false, true, true, true},
		{"the truth", truth, all, disclosure.Number, 54.5, &disclosure.Rank{Best: 1, Worst: 1}, false, true, true, false, false},
		{"the borough's own", set.Own("A"), all[:1], disclosure.Number, 54.3, nil, false, true, true, true, false},
	} {
		document, err := tt.view.Document(setting(tt.members...))
		if err != nil {
			t.Fatal(err)
		}
		if text, err := json.Marshal(document); (err == nil) != tt.written {
			t.Errorf("%s is written as %s (%v)", tt.name, text, err)
		}
		shown := disclosure.Shown{Document: document, Indicators: []benchmark.Indicator{*ind}, Beside: &disclosure.Shown{Document: everybodys}}
		for actor, may := range map[*programme.Actor]bool{&team: tt.team, &lead: tt.lead, &other: tt.other} {
			if err := shown.May(*actor); (err == nil) != may {
				t.Errorf("%s to %s: %v", tt.name, actor.Subject, err)
			}
		}
		f := shown.Figures(disclosure.FigureFilter{Borough: new("A")})[0]
		if f.Figure.Status != tt.status || f.SmallNumbers != tt.small || f.Own != (tt.lead && tt.small) || f.Beside.Position.Region.Mean.Middle != tt.mean || f.Beside.Position.Region.N != 10 {
			t.Errorf("%s: %+v beside %+v", tt.name, f, f.Beside.Position.Region)
		}
		if r := f.Figure.Rank; (r == nil) != (tt.rank == nil) || r != nil && *r != *tt.rank {
			t.Errorf("%s: the rank is %v", tt.name, r)
		}
	}
	// Where nothing is published, or not of this indicator, nothing stands beside a borough's own.
	own, err := set.Own("A").Document(setting("A"))
	if err != nil {
		t.Fatal(err)
	}
	shown := disclosure.Shown{Document: own, Indicators: []benchmark.Indicator{*ind}}
	if b := shown.Figures(disclosure.FigureFilter{})[0].Beside; b.Of != nil || b.Position != nil {
		t.Errorf("beside nothing stands %+v", b)
	}
	shown.Beside = &disclosure.Shown{Document: &disclosure.Document{}}
	if b := shown.Figures(disclosure.FigureFilter{})[0].Beside; b.Of == nil || b.Position != nil {
		t.Errorf("beside another indicator stands %+v", b)
	}
}

// TestWhoReadsBeforePublication, and who the truth of it: the programme's team, whatever
// else somebody is; a borough's people and systems their own; a key nothing.
func TestWhoReadsBeforePublication(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		actor programme.Actor
		team  bool
		owner string
	}{
		"the team":               {programme.Actor{Roles: []programme.Role{programme.RoleProgramme}}, true, ""},
		"who is of both":         {programme.Actor{Roles: []programme.Role{programme.RoleBoroughLead, programme.RoleProgramme}, Borough: "A"}, true, "A"},
		"a lead":                 {programme.Actor{Roles: []programme.Role{programme.RoleBoroughLead}, Borough: "A"}, false, "A"},
		"an editor":              {programme.Actor{Roles: []programme.Role{programme.RoleBoroughEditor}, Borough: "A"}, false, "A"},
		"a system":               {programme.Actor{Roles: []programme.Role{programme.RoleBoroughSystem}, Borough: "A"}, false, "A"},
		"a system of several":    {programme.Actor{Roles: []programme.Role{programme.RoleBoroughSystem}, Boroughs: []string{"A", "B"}}, false, ""},
		"that names one":         {programme.Actor{Roles: []programme.Role{programme.RoleBoroughSystem}, Boroughs: []string{"A", "B"}}.For("B"), false, "B"},
		"that names another":     {programme.Actor{Roles: []programme.Role{programme.RoleBoroughSystem}, Boroughs: []string{"A", "B"}}.For("C"), false, ""},
		"a report":               {programme.Actor{Roles: []programme.Role{programme.RoleReporting}, Borough: "A"}, false, ""},
		"a key with own figures": {programme.Actor{Roles: []programme.Role{programme.RoleReporting}, Borough: "A", OwnFigures: true, ReadOnly: true}, false, ""},
		"a key of the team's":    {programme.Actor{Roles: []programme.Role{programme.RoleProgramme}, ReadOnly: true}, false, ""},
		"nobody":                 {},
	} {
		err := disclosure.MayReadUnsuppressed(tt.actor)
		if got := disclosure.MayReadOpen(tt.actor); got != tt.team || (err == nil) != tt.team || disclosure.OwnerOfOpen(tt.actor) != tt.owner {
			t.Errorf("%s: as the team %t (%v), as the owner %q", name, got, err, disclosure.OwnerOfOpen(tt.actor))
		}
	}
}
