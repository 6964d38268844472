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
