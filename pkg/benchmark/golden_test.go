package benchmark_test

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// rereferrals is re-referrals within 12 months as the Common Framework defines
// them.
var rereferrals = benchmark.Indicator{
	Code: "REREF_PCT", Revision: 1, Unit: benchmark.Percent, Multiplier: 100, Decimals: 1, Polarity: benchmark.Low,
}

// readCSV answers the rows of a file by column name. The published ones are
// compressed.
func readCSV(t testing.TB, path string) []map[string]string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err == nil && strings.HasSuffix(path, ".gz") {
		content, err = unpacked(content)
	}
	if err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(content), "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			row[name] = strings.TrimSpace(record[i])
		}
		rows = append(rows, row)
	}
	return rows
}

func unpacked(content []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

// published answers the number that a cell gives, or the status of its symbol.
func published(cell string) (*float64, benchmark.Status) {
	if v, err := strconv.ParseFloat(cell, 64); err == nil {
		return &v, benchmark.Reported
	}
	return nil, benchmark.Status(cell)
}

// referralFile are England's referrals, from which the tests' figures come.
const referralFile = "../seed/data/dfe/c1_children_in_need_referrals_and_rereferrals_2013_to_2025.csv.gz"

// neighbourFile is the neighbour model, which names authorities by the Department's numbers.
const neighbourFile = "../seed/data/dfe/sn_model_2025_wide.csv.gz"

// london is a snapshot made straight from the published files, so that the
// statistics are checked without any other part of the program.
func london(t testing.TB) *benchmark.Snapshot {
	t.Helper()
	s := &benchmark.Snapshot{Indicators: []benchmark.Indicator{rereferrals}, Models: []benchmark.NeighbourModel{{Code: "2025"}}}
	const data = "../seed/data/"
	for _, row := range readCSV(t, data+"boroughs.csv") {
		s.Boroughs = append(s.Boroughs, programme.Borough{Code: row["gss_code"], Name: row["name"]})
		s.Memberships = append(s.Memberships, programme.Membership{SubRegion: row["sub_region"], Borough: row["gss_code"], ValidFrom: "2012-04-01"})
	}
	for _, row := range readCSV(t, data+"authorities.csv") {
		s.Authorities = append(s.Authorities, programme.Authority{
			Code: row["code"], DfECode: row["dfe_code"], Name: row["name"], RegionCode: row["region_code"], RegionName: row["region_name"],
			ValidFrom: dayIn(row["valid_from"]), ValidTo: dayIn(row["valid_to"]),
		})
	}
	for _, row := range readCSV(t, data+"successions.csv") {
		s.Successions = append(s.Successions, programme.Succession{
			Predecessor: row["predecessor"], Successor: row["successor"], Kind: programme.SuccessionKind(row["kind"]), From: programme.Date(row["from"]),
		})
	}
	builder := benchmark.NewBuilder(nil)
	for _, row := range readCSV(t, referralFile) {
		period := periodIn(t, row["time_period"])
		o := benchmark.Observation{Indicator: "REREF_PCT", Period: period.Code, ReleaseID: "c1"}
		switch row["geographic_level"] {
		case "National":
			o.Geography = row["country_code"]
			s.Periods = append(s.Periods, period)
		case "Regional":
			o.Geography = row["region_code"]
		case "Local authority":
			o.Geography, _ = s.Lineages().In(row["new_la_code"], period)
		}
		o.Value, o.Status = published(row["rereferral_percent"])
		o.Numerator, _ = published(row["rereferral_count"])
		o.Denominator, _ = published(row["referral_count"])
		builder.Add(o)
	}
	for _, row := range readCSV(t, neighbourFile) {
		of := func(number string) string {
			code, _ := s.Lineages().ByNumber(number, "2025-12-31")
			return code
		}
		for rank := 1; rank <= 10; rank++ {
			s.Neighbours = append(s.Neighbours, benchmark.Neighbour{
				ModelCode: "2025", Authority: of(row["old_la_code"]), Rank: rank, Neighbour: of(row[fmt.Sprintf("SN_%d", rank)]),
			})
		}
	}
	slices.SortFunc(s.Periods, benchmark.ComparePeriods)
	slices.SortStableFunc(s.Neighbours, func(a, b benchmark.Neighbour) int { return strings.Compare(a.Authority, b.Authority) })
	s.Data = builder.Dataset()
	return s
}

func dayIn(cell string) *programme.Date {
	if cell == "" {
		return nil
	}
	return new(programme.Date(cell))
}

// periodIn answers the financial year that ends in the reporting year.
func periodIn(t testing.TB, reportingYear string) benchmark.Period {
	t.Helper()
	year, err := strconv.Atoi(reportingYear)
	if err != nil {
		t.Fatal(err)
	}
	return benchmark.FinancialYear(year - 1)
}

// The golden comparison of re-referrals, for all 33 boroughs: every number
// on every line of the golden file.
func TestGoldenRereferrals(t *testing.T) {
	s := london(t)
	rows := readCSV(t, "testdata/REREF_PCT-2024-25.csv")
	if len(rows) != 33 {
		t.Fatalf("the golden file has %d boroughs, want 33", len(rows))
	}
	for _, want := range rows {
		groups, err := s.Groups(want["gss"], "2024-25", "")
		if err != nil {
			t.Fatal(err)
		}
		got := golden(s.Data.Resolve(groups).Compare(&rereferrals))
		got["gss"] = want["gss"]
		for column, value := range want {
			if got[column] != value {
				t.Errorf("%s %s is %q, want %q", want["gss"], column, got[column], value)
			}
		}
	}
}

// golden writes a comparison in the columns of the golden file.
func golden(c benchmark.Comparison) map[string]string {
	number := func(x *float64, decimals int) string {
		if x == nil {
			return ""
		}
		return strconv.FormatFloat(*x, 'f', decimals, 64)
	}
	rank := func(p benchmark.Position) string {
		if p.Rank == nil {
			return ""
		}
		return strconv.Itoa(*p.Rank)
	}
	row := map[string]string{
		"value": number(c.Figure.Value, 1), "change": number(c.Change, 1), "band": c.England.Band,
		"rank_england": rank(c.England.Position), "n_england": strconv.Itoa(c.England.N),
		"rank_london": rank(c.Region.Position), "n_london": strconv.Itoa(c.Region.N),
		"sn_mean": number(c.Neighbours.Mean, 4), "sn_median": number(c.Neighbours.Median, 4), "sn_n": strconv.Itoa(c.Neighbours.N),
		"sub_region_mean": number(c.SubRegion.Mean, 4), "london_mean": number(c.Region.Mean, 4),
		"london_p20": number(c.Region.P20, 4), "london_p80": number(c.Region.P80, 4), "exception": string(c.Region.Exception),
	}
	if c.Previous != nil {
		row["previous"] = number(c.Previous.Value, 1)
	}
	return row
}

// Lambeth, whose numbers the programme's papers quote.
func TestLambeth(t *testing.T) {
	s := london(t)
	groups, err := s.Groups("E09000022", "2024-25", "2025")
	if err != nil {
		t.Fatal(err)
	}
	c := s.Data.Resolve(groups).Compare(&rereferrals)
	if got := *c.Region.Published.Value; got != 19.4 {
		t.Errorf("London is published as %v, want 19.4", got)
	}
	if got := *c.England.Published.Value; got != 22.6 {
		t.Errorf("England is published as %v, want 22.6", got)
	}
	if *c.Change != 5.1 {
		t.Errorf("change = %v, want 5.1 and no binary noise", *c.Change)
	}
	if c.Interval == nil || c.Interval.Method != "wilson" || c.Interval.Lower >= 21.3 || c.Interval.Upper <= 21.3 {
		t.Errorf("interval = %+v, want Wilson's around 21.3", c.Interval)
	}
	if c.Release != "c1" || groups.Slug != "south" || len(groups.SubRegion) != 12 || len(groups.England) != 153 || len(groups.Region) != 33 {
		t.Errorf("release %q, sub-region %q of %d, %d authorities, %d boroughs", c.Release, groups.Slug, len(groups.SubRegion), len(groups.England), len(groups.Region))
	}
	if c.SubRegion.Pooled == nil || c.SubRegion.PooledN != 12 {
		t.Errorf("pooled = %+v, want all 12 members", c.SubRegion)
	}
	if c.Excluded.Region != nil || c.Excluded.England != nil || c.Excluded.Neighbours != nil {
		t.Errorf("excluded = %+v, want nobody", c.Excluded)
	}
}
