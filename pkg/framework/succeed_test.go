package framework_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"peerchallenge/pkg/framework"
	"peerchallenge/pkg/programme"
)

// team is somebody of the programme's team.
func team() programme.Actor {
	return programme.Actor{Subject: "s", Roles: []programme.Role{programme.RoleProgramme}}
}

// TestChanges says of each change of a version how far it reaches.
func TestChanges(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		alter func(d *framework.Document)
		want  []string
	}{
		{"nothing", func(*framework.Document) {}, nil},
		{"other words", func(d *framework.Document) { d.Counts[0].Name, d.Counts[0].WorkedExample = "Contacts", "Three: 3." }, []string{
			"patch count referrals changed name", "patch count referrals changed workedExample",
		}},
		{"another order", func(d *framework.Document) { d.Counts[0], d.Counts[1] = d.Counts[1], d.Counts[0] }, []string{"patch count  changed order"}},
		{"more hidden", func(d *framework.Document) { d.Counts[0].HiddenTo = 9 }, []string{"patch count referrals changed hidden range"}},
		{"less hidden", func(d *framework.Document) { d.Counts[0].HiddenTo = 4 }, []string{"major count referrals changed hidden range"}},
		{"nothing hidden", func(d *framework.Document) { d.Counts[0].HiddenFrom, d.Counts[0].HiddenTo = 0, 0 }, []string{"major count referrals changed hidden range"}},
		{"another definition", func(d *framework.Document) {
			c := &d.Counts[0]
			c.Definition, c.List, c.Columns, c.Inclusions = "Others.", "List 3", []string{"Day"}, "None."
		}, []string{
			"major count referrals changed definition", "major count referrals changed list", "major count referrals changed columns", "major count referrals changed inclusions",
		}},
		{"another thing", func(d *framework.Document) {
			d.Counts[0].Of, d.Counts[0].Policy, d.Counts[0].Basis = "contact.start", framework.Children, framework.TwelveMonths
		}, []string{
			"major count referrals changed of", "major count referrals changed policy", "major count referrals changed basis",
		}},
		{"a new flow", func(d *framework.Document) {
			d.Counts = append(d.Counts, count("visits", "visit.start", framework.Events, framework.Quarter))
		}, []string{"minor count visits added "}},
		{"a count gone", func(d *framework.Document) { d.Counts = d.Counts[:9] }, []string{"major count cla_health removed "}},
		{"an indicator gone and one new", func(d *framework.Document) { d.Indicators[2].Code = "CPP_NEW_RATE" }, []string{
			"major indicator CPP_RATE removed ", "minor indicator CPP_NEW_RATE added ",
		}},
		{"another quotient", func(d *framework.Document) { d.Indicators[1].Numerator, d.Indicators[1].Denominator = "a", "b" }, []string{
			"major indicator REREF_PCT changed numerator", "major indicator REREF_PCT changed denominator",
		}},
		{"the same said the other way round", func(d *framework.Document) { d.Relations[6] = relation("cla_homes", framework.Disjoint, "cla_foster") }, nil},
		{"the part is the whole", func(d *framework.Document) { d.Relations[4] = relation("cla", framework.PartOf, "cla_foster") }, []string{"major relation cla/cla_foster changed kind"}},
		{"another relation, and another reason", func(d *framework.Document) {
			d.Relations[10].Kind, d.Relations[11].Reason = framework.Disjoint, "So it is."
		}, []string{
			"major relation cla_foster/cla_year changed kind", "patch relation cla_foster/cla_health changed reason",
		}},
		{"a family gone and one new", func(d *framework.Document) { d.Families[0].Whole = "cla" }, []string{"major family referrals/rereferrals removed ", "minor family cla/rereferrals added "}},
		{"more parts, protected", func(d *framework.Document) {
			d.Families[3].Parts, d.Families[3].Remainder = []string{"cla_year", "more"}, framework.Protected
		}, []string{
			"minor family cla/cla_year changed parts", "patch family cla/cla_year changed remainder",
		}},
		{"fewer parts, shown, closed, another reason", func(d *framework.Document) {
			d.Families[2] = framework.Family{Whole: "cla", Parts: []string{"cla_foster"}, Closed: true, Remainder: framework.Shown, Reason: "Why not."}
		}, []string{
			"major family cla/cla_foster changed parts", "major family cla/cla_foster changed closed", "major family cla/cla_foster changed remainder", "patch family cla/cla_foster changed reason",
		}},
		{"another year", func(d *framework.Document) { d.Population.Year, d.Population.Children[0].Number = 2025, 1 }, []string{
			"minor population children changed year", "minor population children changed children",
		}},
		{"another population", func(d *framework.Document) {
			d.Population.Definition, d.Population.Name, d.Population.Source = "A.", "B", "C"
		}, []string{
			"major population children changed definition", "patch population children changed name", "patch population children changed source",
		}},
		{"a stricter error", func(d *framework.Document) { d.Rules[0].Counts = []string{"cla"} }, []string{"major rule sum changed question"}},
		{"another warning", func(d *framework.Document) {
			d.Rules[1].Limit, d.Rules[1].Version, d.Rules[1].Name = new(0.5), 2, "A leap"
		}, []string{
			"minor rule jump changed question", "patch rule jump changed version", "patch rule jump changed name",
		}},
		{"an error becomes a warning", func(d *framework.Document) { d.Rules[0].Severity = framework.Warning }, []string{"minor rule sum changed severity"}},
		{"a warning becomes an error", func(d *framework.Document) { d.Rules[1].Severity = framework.Fault }, []string{"major rule jump changed severity"}},
		{"a new error and a new warning", func(d *framework.Document) {
			d.Rules = append(d.Rules, framework.Rule{Code: "a", Severity: framework.Fault}, framework.Rule{Code: "b", Severity: framework.Warning})
		}, []string{"major rule a added ", "minor rule b added "}},
		{"a rule gone", func(d *framework.Document) { d.Rules = d.Rules[:1] }, []string{"major rule jump removed "}},
		{"higher limits", func(d *framework.Document) { d.Limits = framework.Limits{12, 30, 3000, 0.2} }, []string{
			"patch limit  changed minimumN", "patch limit  changed minimumDenominator", "patch limit  changed minimumPopulation", "minor limit  changed lowReliability",
		}},
		{"a lower limit", func(d *framework.Document) { d.Limits.MinimumN = 8 }, []string{"major limit  changed minimumN"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			was, is := document(), document()
			tt.alter(&is)
			var got []string
			for _, c := range framework.Changes(&was, &is) {
				got = append(got, string(c.Level)+" "+string(c.Subject)+" "+c.Key+" "+string(c.Kind)+" "+c.Member)
			}
			equal(t, got, tt.want)
		})
	}
}

// TestPublish fixes a draft, if its number fits what it changes.
func TestPublish(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	patch := func(d *framework.Document) { d.Counts[0].HiddenTo = 9 }
	minor := func(d *framework.Document) {
		d.Counts = append(d.Counts, count("visits", "visit.start", framework.Events, framework.Quarter))
	}
	major := func(d *framework.Document) { d.Counts[0].Definition = "Others." }
	for _, tt := range []struct {
		name, number string
		published    []string
		alter        func(d *framework.Document)
		want         []string
	}{
		{"the first", "0.1.0", nil, minor, nil},
		{"hides more", "1.0.1", []string{"1.0.0"}, patch, nil},
		{"asks for more as a patch", "1.0.1", []string{"1.0.0"}, minor, []string{"/version too_small"}},
		{"asks for more", "1.1.0", []string{"1.0.0"}, minor, nil},
		{"asks for something else as a minor version", "1.1.0", []string{"1.0.0"}, major, []string{"/version too_small"}},
		{"asks for something else", "2.0.0", []string{"1.0.0"}, major, nil},
		{"a tenth minor version is no first", "1.10.0", []string{"1.0.0", "1.9.0", "1.2.0"}, minor, nil},
		{"a patch of the one before the last", "1.0.1", []string{"1.1.0", "1.0.0"}, patch, nil},
		{"another basis under the old name", "2.0.0", []string{"1.0.0"}, func(d *framework.Document) {
			for i := range d.Counts {
				if d.Counts[i].Basis == framework.Quarter {
					d.Counts[i].Basis = framework.YearToDate
				}
			}
		}, []string{"/counts/0/basis basis_changed", "/counts/1/basis basis_changed", "/counts/3/basis basis_changed", "/counts/4/basis basis_changed"}},
		{"another basis under another name", "2.0.0", []string{"1.0.0"}, func(d *framework.Document) {
			d.Counts = append(d.Counts, count("visits_to_date", "visit.start", framework.Events, framework.YearToDate))
		}, nil},
		{"a rule asks something else", "1.1.0", []string{"1.0.0"}, func(d *framework.Document) { d.Rules[1].Limit = new(0.5) }, []string{"/rules/1/version unversioned"}},
		{"a rule asks something else, as its second version", "1.1.0", []string{"1.0.0"}, func(d *framework.Document) { d.Rules[1].Limit, d.Rules[1].Version = new(0.5), 2 }, nil},
		{"a fault of the document and one of the number", "1.0.1", []string{"1.0.0"}, func(d *framework.Document) { minor(d); d.Counts[2].Name = "" }, []string{"/counts/2/name required", "/version too_small"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := framework.Framework{Number: tt.number, State: framework.Draft, Document: document()}
			tt.alter(&f.Document)
			var published []framework.Framework
			for _, number := range tt.published {
				published = append(published, framework.Framework{Number: number, State: framework.Published, Document: document()})
			}
			err := f.Publish(team(), now, known(), published)
			equal(t, found(t, err), tt.want)
			if (f.State == framework.Published) != (tt.want == nil) || (f.PublishedAt != nil) != (tt.want == nil) {
				t.Errorf("it is %s, published at %v", f.State, f.PublishedAt)
			}
		})
	}
}

// TestPublishedNeverChanges refuses every step on a published version, and every step
// of those who are not of the team.
func TestPublishedNeverChanges(t *testing.T) {
	t.Parallel()
	lead := programme.Actor{Subject: "l", Roles: []programme.Role{programme.RoleBoroughLead}, Borough: hackney}
	draft, published := &framework.Framework{Number: "1.0.0", State: framework.Draft}, &framework.Framework{Number: "1.0.0", State: framework.Published}
	for _, step := range draft.Steps() {
		if err := draft.May(team(), step); err != nil {
			t.Errorf("%s of a draft: %v", step, err)
		}
		if err := draft.May(lead, step); programme.KindOf(err) != programme.Forbidden {
			t.Errorf("%s of a draft by a borough: %v", step, err)
		}
		if err := published.May(team(), step); programme.KindOf(err) != programme.Conflict {
			t.Errorf("%s of what is published: %v", step, err)
		}
	}
}

// TestParseVersion reads three numbers and nothing else.
func TestParseVersion(t *testing.T) {
	t.Parallel()
	texts := []string{"0.0.0", "0.9.9", "1.0.0", "1.2.9", "1.10.0", "10.0.0", "9999.0.0"}
	var versions []framework.Version
	for _, text := range texts {
		v, err := framework.ParseVersion(text)
		if err != nil || v.String() != text {
			t.Errorf("%s is %s, %v", text, v, err)
		}
		versions = append(versions, v)
	}
	if !slices.IsSortedFunc(versions, framework.Version.Compare) {
		t.Errorf("%v are not in order", versions)
	}
	for _, text := range []string{"", "1", "1.0", "1.0.0.0", "01.0.0", "1.0.0-rc1", "v1.0.0", "1.0.x", "-1.0.0", "10000.0.0", "1.0.0\n"} {
		if _, err := framework.ParseVersion(text); err == nil {
			t.Errorf("%q is taken", text)
		} else if e, is := errors.AsType[*programme.Error](err); !is || e.Faults[0].Pointer != "/version" {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestCounts says what follows from a count's moment, policy and basis.
func TestCounts(t *testing.T) {
	t.Parallel()
	events, flow, stock, money := count("a", "a.start", framework.Events, framework.Quarter), count("b", "b.end", framework.Children, framework.TwelveMonths), count("c", "c.stock", framework.Children, framework.AsAt), count("d", "d.start", framework.Nobody, framework.Quarter)
	for _, tt := range []struct {
		count     framework.Count
		published framework.Basis
		summed    bool
		hides     []float64
		shows     []float64
	}{
		{events, framework.TwelveMonths, true, []float64{1, 5}, []float64{0, 6}},
		{flow, framework.TwelveMonths, false, []float64{1, 5}, []float64{0, 6}},
		{stock, framework.AsAt, false, []float64{1, 3, 5}, []float64{0, 6, 100}},
		{money, framework.Quarter, false, nil, []float64{0, 1, 5}},
	} {
		if got := tt.count.PublishedBasis(); got != tt.published || tt.count.Summed() != tt.summed {
			t.Errorf("%s is published by %s, summed: %t", tt.count.Code, got, tt.count.Summed())
		}
		for _, v := range tt.hides {
			if !tt.count.Hides(v) {
				t.Errorf("%s shows %v", tt.count.Code, v)
			}
		}
		for _, v := range tt.shows {
			if tt.count.Hides(v) {
				t.Errorf("%s hides %v", tt.count.Code, v)
			}
		}
	}
}
