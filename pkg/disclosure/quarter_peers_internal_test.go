package disclosure

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
)

// shownAgain is what everybody sees of the quarter, as it is read back from a snapshot.
func (q *drawn) shownAgain(t *testing.T) *Shown {
	t.Helper()
	v, err := q.set.Disclose(q.policy)
	if err != nil {
		t.Fatal(err)
	}
	s := &Setting{Heading: Heading{Quarter: v.Quarter()}, Region: "london", Indicators: q.indicators, Neighbours: func(string) []string { return nil }}
	for i, b := range v.Boroughs() {
		s.Members = append(s.Members, Member{Borough: b, SubRegion: new(fmt.Sprint("part", i%4))})
	}
	made, err := v.Document(s)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(made)
	if err != nil {
		t.Fatal(err)
	}
	read := new(Document)
	if err := json.Unmarshal(text, read); err != nil {
		t.Fatal(err)
	}
	return &Shown{Document: read, Indicators: q.indicators, Asked: framework.Edition{Document: q.set.table.document}}
}

// TestPeersAreComputedAsSubRegionsAre: the boroughs of a sub-region, chosen as peers, have
// to the last digit what the document says of it; so no second rule stands beside the first.
// What is laid over for its owner changes nothing of it.
func TestPeersAreComputedAsSubRegionsAre(t *testing.T) {
	t.Parallel()
	told, excluded := 0, 0
	for number := range uint64(*quarters) {
		q := draw(t, number, 10, true)
		shown := q.shownAgain(t)
		for _, key := range subRegions(shown.Document.Boroughs) {
			boroughs := membersOf(shown.Document.Boroughs, key)
			shown.Own = q.set.Own(boroughs[0])
			if err := shown.SetPeers(&Peers{Boroughs: boroughs}); err != nil {
				t.Fatal(err)
			}
			for _, f := range shown.Figures(FigureFilter{}) {
				want := f.Position.SubRegions[slices.IndexFunc(f.Position.SubRegions, func(g GroupFigure) bool { return g.Key == key })]
				want.Key = ""
				got, wanted := bytesOf(t, f.Beside.Peers), bytesOf(t, want)
				if got != wanted {
					t.Fatalf("%s of %s: as peers %s, as a sub-region %s", f.Position.Indicator, key, got, wanted)
				}
				if want.Pooled != nil && want.Pooled.StandIn > 0 {
					told++
				}
				excluded += len(want.Excluded)
			}
		}
	}
	if told == 0 || excluded == 0 {
		t.Errorf("%d totals have an interval in them, and %d boroughs are not compared", told, excluded)
	}
}

func bytesOf(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestPeersOfARow: beside each row stand the same, whoever's it is; who was not expected is
// missing from a group, and refused as a choice. Beside a borough's own quarter stand those
// of the last that is published, and none where none is, or it did not ask.
func TestPeersOfARow(t *testing.T) {
	t.Parallel()
	shown := draw(t, 1, 30, false).shownAgain(t)
	members := shown.Document.Boroughs
	if err := shown.SetPeers(&Peers{Group: "Group 1", Boroughs: []string{members[1].Borough, "E09000099"}}); err != nil {
		t.Fatal(err)
	}
	rows := shown.Figures(FigureFilter{Indicator: &shown.Document.Indicators[0].Indicator})
	for _, f := range rows {
		if g := f.Beside.Peers; g != rows[0].Beside.Peers || !slices.Contains(g.Excluded, Exclusion{"E09000099", Missing}) || !slices.Contains(g.Pooled.Missing, "E09000099") {
			t.Errorf("%s stands beside %+v", f.Member.Borough, g)
		}
	}
	nobody := *shown
	if err := nobody.SetPeers(&Peers{Group: "Group 2"}); err != nil {
		t.Fatal(err)
	}
	if g := nobody.Figures(FigureFilter{})[0].Beside.Peers; g.N != 0 || g.Mean != nil || g.Pooled != nil && g.Pooled.Value != nil {
		t.Errorf("a group without members has %+v", g)
	}

	own := &Shown{Document: &Document{Boroughs: members[:1], Indicators: shown.Document.Indicators, class: OfBorough}, Beside: &Shown{Document: shown.Document, Indicators: shown.Indicators, Asked: shown.Asked}}
	chosen := &Peers{Boroughs: []string{members[1].Borough, members[2].Borough}}
	for name, tt := range map[string]struct {
		beside *Shown
		stand  bool
	}{
		"the last quarter":  {own.Beside, true},
		"nothing":           {nil, false},
		"another framework": {&Shown{Document: &Document{Boroughs: members}}, false},
	} {
		own.Beside = tt.beside
		if err := own.SetPeers(chosen); err != nil {
			t.Fatal(err)
		}
		if f := own.Figures(FigureFilter{})[0]; (f.Beside.Peers != nil) != tt.stand {
			t.Errorf("beside %s: %+v", name, f.Beside.Peers)
		}
	}
	if f := own.Figures(FigureFilter{})[0]; own.Peers != chosen || f.Position == nil {
		t.Errorf("%+v", f)
	}
}

// TestPeersAreRefused: a borough that stands twice, one beside a group, and one that was not
// expected in the quarter with which the figures are compared.
func TestPeersAreRefused(t *testing.T) {
	t.Parallel()
	shown := &Shown{Document: &Document{Heading: Heading{Quarter: "2026-27-Q1"}, Boroughs: []Member{{Borough: "A"}, {Borough: "B"}}}}
	of := &Shown{Document: &Document{Boroughs: []Member{{Borough: "C"}}, class: OfBorough}, Beside: shown}
	for name, tt := range map[string]struct {
		shown  *Shown
		filter FigureFilter
		want   []programme.FaultCode
	}{
		"two":                           {shown, FigureFilter{Peers: []string{"A", "B"}}, nil},
		"a group":                       {shown, FigureFilter{Group: new("g")}, nil},
		"twice":                         {shown, FigureFilter{Peers: []string{"A", "B", "A"}}, []programme.FaultCode{programme.FaultRepeated}},
		"a group and one":               {shown, FigureFilter{Group: new("g"), Peers: []string{"A"}}, []programme.FaultCode{programme.FaultOneOf}},
		"two who were not there":        {shown, FigureFilter{Peers: []string{"C", "B", "D"}}, []programme.FaultCode{programme.FaultUnknownValue, programme.FaultUnknownValue}},
		"who was there before":          {of, FigureFilter{Peers: []string{"A", "B"}}, nil},
		"who was not there before":      {of, FigureFilter{Peers: []string{"A", "C"}}, []programme.FaultCode{programme.FaultUnknownValue}},
		"anybody beside nothing at all": {&Shown{Document: of.Document}, FigureFilter{Peers: []string{"A", "C"}}, nil},
	} {
		err := tt.filter.Choose()
		if err == nil && tt.filter.Group == nil {
			err = tt.shown.SetPeers(&Peers{Boroughs: tt.filter.Peers})
		}
		var got []programme.FaultCode
		if e, is := errors.AsType[*programme.Error](err); is {
			for _, f := range e.Faults {
				got = append(got, f.Code)
				if f.Parameter != "peer" || e.Kind != programme.Malformed || strings.Contains(f.Detail, "%!") {
					t.Errorf("%s: %+v", name, f)
				}
			}
		}
		if !slices.Equal(got, tt.want) || (err != nil) != (tt.want != nil) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
}
