package programme_test

import (
	"slices"
	"testing"

	"peerchallenge/pkg/programme"
)

// TestSuccessionCheck: who ends and who begins bear a succession out.
func TestSuccessionCheck(t *testing.T) {
	before := programme.Authority{Code: "E08000016", DfECode: "370", ValidTo: new(programme.Date("2025-03-31"))}
	after := programme.Authority{Code: "E08000038", DfECode: "370", ValidFrom: new(programme.Date("2025-04-01"))}
	standing := programme.Authority{Code: "E08000017", DfECode: "371"}
	for name, c := range map[string]struct {
		kind   programme.SuccessionKind
		from   programme.Date
		before programme.Authority
		after  programme.Authority
		want   []string
	}{
		"it continues from the day after":      {programme.Continues, "2025-04-01", before, after, nil},
		"into one that stands, it is merged":   {programme.Merged, "2025-04-01", before, standing, nil},
		"a part of it goes to one that stands": {programme.Split, "2025-04-01", before, standing, nil},
		"a day too late":                       {programme.Continues, "2025-04-02", before, after, []string{"/from out_of_range", "/from out_of_range"}},
		"it goes on itself":                    {programme.Merged, "2025-04-01", standing, after, []string{"/from out_of_range"}},
		"nobody begins":                        {programme.Merged, "2025-04-01", before, before, []string{"/from out_of_range"}},
		"it continues as one that stood":       {programme.Continues, "2025-04-01", before, standing, []string{"/from out_of_range", "/dfeCode not_allowed"}},
	} {
		s := programme.Succession{Predecessor: c.before.Code, Successor: c.after.Code, Kind: c.kind, From: c.from}
		if got := faultsNamed(t, s.Check(c.before, c.after)); !slices.Equal(got, c.want) {
			t.Errorf("%s: refused with %v, want %v", name, got, c.want)
		}
	}
}

// TestSharesNumber: a number of the Department names one authority at a time.
func TestSharesNumber(t *testing.T) {
	day := func(d programme.Date) *programme.Date { return &d }
	for name, c := range map[string]struct {
		a, b programme.Authority
		want bool
	}{
		"one after the other":      {programme.Authority{DfECode: "825", ValidTo: day("2020-03-31")}, programme.Authority{DfECode: "825", ValidFrom: day("2020-04-01")}, false},
		"on one day both":          {programme.Authority{DfECode: "825", ValidTo: day("2020-04-01")}, programme.Authority{DfECode: "825", ValidFrom: day("2020-04-01")}, true},
		"both without an end":      {programme.Authority{DfECode: "825", ValidFrom: day("2013-04-01")}, programme.Authority{DfECode: "825", ValidFrom: day("2020-04-01")}, true},
		"each its own all along":   {programme.Authority{DfECode: "825"}, programme.Authority{DfECode: "826"}, false},
		"both, as far as is known": {programme.Authority{DfECode: "825"}, programme.Authority{DfECode: "825"}, true},
	} {
		if got := c.a.SharesNumber(c.b); got != c.want || c.b.SharesNumber(c.a) != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// TestReorganisation: what may become of an authority. Barnsley stands, Poole has been
// merged, Cumbria has been split once, and will be split again on the same day.
func TestReorganisation(t *testing.T) {
	day := func(d programme.Date) *programme.Date { return &d }
	barnsley := programme.Authority{Code: "E08000016", DfECode: "370", Name: "Barnsley", RegionCode: "E12000003", RegionName: "Yorkshire and The Humber", ValidFrom: day("1974-04-01")}
	poole := programme.Authority{Code: "E06000029", DfECode: "836", Name: "Poole", ValidTo: day("2019-03-31")}
	cumbria := programme.Authority{Code: "E10000006", DfECode: "909", Name: "Cumbria", RegionCode: "E12000002", RegionName: "North West", ValidTo: day("2023-03-31")}
	merged := programme.Authority{Code: "E06000058", DfECode: "839", Name: "Bournemouth, Christchurch and Poole", ValidFrom: day("2019-04-01")}
	successions := []programme.Succession{
		{Predecessor: "E06000029", Successor: "E06000058", Kind: programme.Merged, From: "2019-04-01"},
		{Predecessor: "E10000006", Successor: "E06000063", Kind: programme.Split, From: "2023-04-01"},
	}
	type said = programme.Authority
	for name, c := range map[string]struct {
		of   programme.Authority
		kind programme.SuccessionKind
		from programme.Date
		into said
		held *programme.Authority
		code string // of the refusal, "" where it is none
		want []string
	}{
		"goes on under a new code":                        {barnsley, programme.Continues, "2025-04-01", said{Code: "E08000038"}, nil, "", nil},
		"goes on under a new name":                        {barnsley, programme.Continues, "2025-04-01", said{Code: "E08000038", Name: "Barnsley City"}, nil, "", nil},
		"goes on under another number":                    {barnsley, programme.Continues, "2025-04-01", said{Code: "E08000038", DfECode: "379"}, nil, "invalid", []string{"/dfeCode not_allowed"}},
		"goes on as itself":                               {barnsley, programme.Continues, "2025-04-01", said{Code: "E08000016"}, nil, "invalid", []string{"/code not_allowed"}},
		"ends before it has begun":                        {barnsley, programme.Continues, "1974-04-01", said{Code: "E08000038"}, nil, "invalid", []string{"/from order"}},
		"is merged into a new one":                        {barnsley, programme.Merged, "2025-04-01", said{Code: "E08000038", Name: "South Yorkshire", DfECode: "379"}, nil, "", nil},
		"is merged into nobody in particular":             {barnsley, programme.Merged, "2025-04-01", said{Code: "E08000038"}, nil, "invalid", []string{"/name required", "/dfeCode required"}},
		"is merged into a region without a name":          {barnsley, programme.Merged, "2025-04-01", said{Code: "E08000038", Name: "South Yorkshire", DfECode: "379", RegionCode: "E12000004"}, nil, "invalid", []string{"/regionName required"}},
		"is merged into one that stands":                  {barnsley, programme.Merged, "2025-04-01", said{Code: "E06000058"}, &merged, "", nil},
		"is merged into one that is called so":            {barnsley, programme.Merged, "2025-04-01", said{Code: "E06000058", Name: merged.Name, DfECode: "839"}, &merged, "", nil},
		"is merged into one that is called otherwise":     {barnsley, programme.Merged, "2025-04-01", said{Code: "E06000058", Name: "Poole", DfECode: "836"}, &merged, "exists", []string{"/name exists", "/dfeCode exists"}},
		"is merged into one that does not stand yet":      {barnsley, programme.Merged, "2018-04-01", said{Code: "E06000058"}, &merged, "invalid", []string{"/from out_of_range"}},
		"has been merged, and is again":                   {poole, programme.Merged, "2019-04-01", said{Code: "E06000059", Name: "Dorset", DfECode: "838"}, nil, "wrong_state", nil},
		"has been merged, and is split":                   {poole, programme.Split, "2019-04-01", said{Code: "E06000059", Name: "Dorset", DfECode: "838"}, nil, "wrong_state", nil},
		"is split into another of the same day":           {cumbria, programme.Split, "2023-04-01", said{Code: "E06000064", Name: "Westmorland and Furness", DfECode: "943"}, nil, "", nil},
		"is split into another of a later day":            {cumbria, programme.Split, "2024-04-01", said{Code: "E06000064", Name: "Westmorland and Furness", DfECode: "943"}, nil, "invalid", []string{"/from out_of_range"}},
		"is split into the same again":                    {cumbria, programme.Split, "2023-04-01", said{Code: "E06000063", Name: "Cumberland", DfECode: "942"}, nil, "wrong_state", nil},
		"has been split, and goes on as one all the same": {cumbria, programme.Continues, "2023-04-01", said{Code: "E06000064"}, nil, "wrong_state", nil},
	} {
		of := c.of
		successor, s, err := programme.Reorganisation{Kind: c.kind, From: c.from, Successor: c.into}.Apply(&of, c.held, successions)
		if got := refusedWith(t, err); got != c.code || !slices.Equal(faultsNamed(t, err), c.want) {
			t.Errorf("%s: refused with %q %v, want %q %v", name, got, faultsNamed(t, err), c.code, c.want)
		}
		if err != nil {
			continue
		}
		if *of.ValidTo != c.from.AddDays(-1) || s != (programme.Succession{Predecessor: c.of.Code, Successor: c.into.Code, Kind: c.kind, From: c.from}) {
			t.Errorf("%s: it ends on %s, %+v", name, *of.ValidTo, s)
		}
		if c.held == nil && (*successor.ValidFrom != c.from || successor.ValidTo != nil || successor.RegionCode != c.of.RegionCode || successor.Name == "" || successor.DfECode == "") {
			t.Errorf("%s: the successor is %+v", name, successor)
		}
		if c.held != nil && successor != *c.held {
			t.Errorf("%s: the successor is %+v, want it as it was", name, successor)
		}
	}
}
