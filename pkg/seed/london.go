package seed

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// beginning is the first day for which London's arrangements are recorded: that
// of the oldest published figures. What was before is not known here.
const beginning programme.Date = "2012-04-01"

// The directors' four priority areas.
var priorities = []programme.Priority{
	{Name: "SEND", Description: "Special educational needs and disabilities.", ValidFrom: beginning},
	{Name: "Adolescent safeguarding", Description: "Keeping adolescents safe from harm outside and inside the home.", ValidFrom: beginning},
	{Name: "Workforce", Description: "A stable and skilled workforce for children.", ValidFrom: beginning},
	{Name: "Commissioning", Description: "Buying and shaping services for children together.", ValidFrom: beginning},
}

var subRegions = []programme.SubRegion{
	{Slug: "east", Name: "East London", Description: "Eight boroughs, which meet as smaller groups with a coaching model and appreciative inquiry."},
	{Slug: "north", Name: "North London", Description: "Five boroughs, which meet as smaller groups with a coaching model."},
	{Slug: "north-west", Name: "North West London", Description: "Eight boroughs, which meet as one complete group with a coaching model."},
	{Slug: "south", Name: "South London", Description: "Twelve boroughs, which meet as groups of three with a coaching model."},
}

// London answers all of London's reference data. Ids, versions and times are
// left for the store to make.
func London() (*benchmark.Snapshot, error) {
	out := &benchmark.Snapshot{Priorities: slices.Clone(priorities), SubRegions: slices.Clone(subRegions)}
	var err error
	if out.Programme, err = describeProgramme(); err != nil {
		return nil, err
	}
	for _, read := range []func(*benchmark.Snapshot) error{readBoroughs, readAuthorities, readSuccessions, readIndicators} {
		if err := read(out); err != nil {
			return nil, err
		}
	}
	for year := 2012; year <= 2025; year++ {
		out.Periods = append(out.Periods, benchmark.FinancialYear(year))
	}
	for quarter := 1; quarter <= 4; quarter++ {
		p, err := benchmark.ParsePeriod(fmt.Sprintf("2025-26-Q%d", quarter))
		if err != nil {
			return nil, err
		}
		out.Periods = append(out.Periods, p)
	}
	slices.SortFunc(out.Periods, benchmark.ComparePeriods)
	return out, nil
}

func readBoroughs(out *benchmark.Snapshot) error {
	return each("boroughs.csv", func(row map[string]string) error {
		out.Boroughs = append(out.Boroughs, programme.Borough{
			Code: row["gss_code"], Name: row["name"], ShortName: row["short_name"], LIIACode: row["liia_code"], InnerOuter: row["inner_outer"],
		})
		out.Memberships = append(out.Memberships, programme.Membership{Borough: row["gss_code"], SubRegion: row["sub_region"], ValidFrom: beginning})
		return nil
	})
}

func readAuthorities(out *benchmark.Snapshot) error {
	return each("authorities.csv", func(row map[string]string) error {
		out.Authorities = append(out.Authorities, programme.Authority{
			Code: row["code"], DfECode: row["dfe_code"], Name: row["name"], RegionCode: row["region_code"], RegionName: row["region_name"],
			ValidFrom: day(row["valid_from"]), ValidTo: day(row["valid_to"]),
		})
		return nil
	})
}

func readSuccessions(out *benchmark.Snapshot) error {
	return each("successions.csv", func(row map[string]string) error {
		out.Successions = append(out.Successions, programme.Succession{
			Predecessor: row["predecessor"], Successor: row["successor"], Kind: programme.SuccessionKind(row["kind"]), From: programme.Date(row["from"]),
		})
		return nil
	})
}

func day(text string) *programme.Date {
	if text == "" {
		return nil
	}
	date := programme.Date(text)
	return &date
}

func readIndicators(out *benchmark.Snapshot) error {
	return each("indicators.csv", func(row map[string]string) error {
		multiplier, err := strconv.ParseFloat(row["multiplier"], 64)
		ind := benchmark.Indicator{
			Code: row["code"], Name: row["name"], Theme: row["theme"], Numerator: row["numerator"], Denominator: row["denominator"],
			Unit: benchmark.Unit(row["unit"]), Multiplier: multiplier, Decimals: decimals(row["code"]), Polarity: benchmark.Polarity(row["polarity"]),
			Frequency: row["frequency"], Source: row["source"],
		}
		out.Indicators = append(out.Indicators, ind)
		return err
	})
}

// decimals is to how many the Department publishes the indicator: whole numbers
// for the rates of children looked after, one decimal for all else.
func decimals(code string) int {
	if strings.HasPrefix(code, "CLA_") && strings.HasSuffix(code, "_RATE") {
		return 0
	}
	return 1
}

// each goes through the rows of one of our own files, by column name.
func each(name string, take func(row map[string]string) error) error {
	content, err := data.ReadFile("data/" + name)
	if err != nil {
		return err
	}
	records, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for i, record := range records[1:] {
		row := map[string]string{}
		for k, column := range records[0] {
			row[column] = record[k]
		}
		if err := take(row); err != nil {
			return fmt.Errorf("%s, row %d: %w", name, i+2, err)
		}
	}
	return nil
}
