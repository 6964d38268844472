package dfe_test

import (
	"bytes"
	"encoding/csv"
	"math/big"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"peerchallenge/pkg/seed"
)

// rawFigure is what one place has.
type rawFigure struct {
	value, numerator, denominator *big.Rat // nil where no number stands
	status                        string
}

// rawColumn are the figures of an indicator in a period, by place.
type rawColumn map[string]*rawFigure

// rawAuthority is an authority as the list of them has it; no day is open.
type rawAuthority struct{ code, number, from, to string }

// rawIndicator is a definition.
type rawIndicator struct {
	unit, polarity string
	per            *big.Rat
	decimals       int
}

// raw is everything that the published files say.
type raw struct {
	t           testing.TB
	authorities []rawAuthority
	subRegion   map[string]string // by borough
	indicators  map[string]rawIndicator
	population  map[string]*big.Rat     // by number or code, and year
	neighbours  map[string][]string     // by number
	spans       map[string]span         // by code
	columns     map[[2]string]rawColumn // by indicator and period
	held        int                     // values that were held to their parts
}

func readRaw(t testing.TB) *raw {
	t.Helper()
	r := &raw{
		t: t, subRegion: map[string]string{}, indicators: map[string]rawIndicator{}, population: map[string]*big.Rat{}, neighbours: map[string][]string{},
		spans: map[string]span{}, columns: map[[2]string]rawColumn{},
	}
	for cell := range r.rows("authorities.csv", r.own("authorities.csv")) {
		r.authorities = append(r.authorities, rawAuthority{cell("code"), cell("dfe_code"), cell("valid_from"), cell("valid_to")})
	}
	for cell := range r.rows("boroughs.csv", r.own("boroughs.csv")) {
		r.subRegion[cell("gss_code")] = cell("sub_region")
	}
	for cell := range r.rows("indicators.csv", r.own("indicators.csv")) {
		decimals := 1
		if strings.HasPrefix(cell("code"), "CLA_") && strings.HasSuffix(cell("code"), "_RATE") {
			decimals = 0
		}
		r.indicators[cell("code")] = rawIndicator{cell("unit"), cell("polarity"), r.number(cell("multiplier")), decimals}
	}
	for cell := range r.rows(populationFile, r.published(populationFile)) {
		key := r.placeNumber(cell) + " " + cell("time_period")
		if _, twice := r.population[key]; twice {
			t.Fatalf("the population %s is there twice", key)
		}
		r.population[key] = r.number(cell("population_estimate"))
	}
	for cell := range r.rows(neighbourFile, r.published(neighbourFile)) {
		for rank := 1; rank <= 10; rank++ {
			r.neighbours[cell("old_la_code")] = append(r.neighbours[cell("old_la_code")], cell("SN_"+strconv.Itoa(rank)))
		}
	}
	for i := range rawFiles {
		r.read(&rawFiles[i])
	}
	return r
}

func (r *raw) own(name string) []byte {
	r.t.Helper()
	content, err := os.ReadFile("../seed/data/" + name)
	if err != nil {
		r.t.Fatal(err)
	}
	return content
}

func (r *raw) published(name string) []byte {
	r.t.Helper()
	content, err := seed.File(name)
	if err != nil {
		r.t.Fatal(err)
	}
	return content
}

// rows goes through a file's rows, each as a function of the column's name.
func (r *raw) rows(name string, content []byte) func(yield func(cell func(string) string) bool) {
	return func(yield func(func(string) string) bool) {
		r.t.Helper()
		records := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(content, []byte("\ufeff"))))
		header, err := records.Read()
		if err != nil {
			r.t.Fatalf("%s: %v", name, err)
		}
		at := map[string]int{}
		for i, column := range header {
			at[strings.TrimSpace(column)] = i
		}
		all, err := records.ReadAll()
		if err != nil {
			r.t.Fatalf("%s: %v", name, err)
		}
		for _, record := range all {
			cell := func(column string) string {
				i, there := at[column]
				if !there {
					r.t.Fatalf("%s has no column %s", name, column)
				}
				return strings.TrimSpace(record[i])
			}
			if !yield(cell) {
				return
			}
		}
	}
}

// number answers the decimal number that stands there, nil for a symbol.
func (r *raw) number(text string) *big.Rat {
	if n, is := new(big.Rat).SetString(text); is {
		return n
	}
	return nil
}

// placeNumber names the row's place by what it keeps through every reorganisation:
// an authority by the Department's number.
func (r *raw) placeNumber(cell func(string) string) string {
	switch cell("geographic_level") {
	case "National":
		return cell("country_code")
	case "Regional":
		return cell("region_code")
	}
	return cell("old_la_code")
}

// holder answers the code of the authority that had the number at the end of the
// span or, where nobody had it then, the last that had it within the span.
func (r *raw) holder(number string, s span) (string, bool) {
	code, until := "", ""
	for _, a := range r.authorities {
		if a.number != number || a.from > s.last || a.to != "" && a.to < s.first {
			continue
		}
		if a.to == "" || a.to >= s.last {
			return a.code, true
		}
		if a.to > until {
			code, until = a.code, a.to
		}
	}
	return code, code != ""
}

// read takes the file's figures. The rows of a whole are read before those that are
// a part of it.
func (r *raw) read(f *rawFile) {
	r.t.Helper()
	content := r.published(f.name)
	wholes := map[string]*big.Rat{}
	for cell := range r.rows(f.name, content) {
		for i := range f.measures {
			if m := &f.measures[i]; m.whole != "" && m.selects(cell, m.of) {
				wholes[m.indicator+cell("time_period")+r.placeNumber(cell)] = r.number(cell(m.total[0]))
			}
		}
	}
	for cell := range r.rows(f.name, content) {
		for i := range f.measures {
			m := &f.measures[i]
			if !m.selects(cell, m.where[m.whole]) {
				continue
			}
			year, err := strconv.Atoi(cell("time_period")[:4])
			if err != nil {
				r.t.Fatal(err)
			}
			s := f.span(year)
			r.spans[s.code] = s
			r.take(f, m, s, cell, wholes[m.indicator+cell("time_period")+r.placeNumber(cell)])
		}
	}
}

// selects reports whether the row is of the measure's groups, with the given one in
// the column of wholes and parts.
func (m *rawMeasure) selects(cell func(string) string, group string) bool {
	for column, want := range m.where {
		if column == m.whole {
			want = group
		}
		if cell(column) != want {
			return false
		}
	}
	return true
}

func (r *raw) take(f *rawFile, m *rawMeasure, s span, cell func(string) string, whole *big.Rat) {
	r.t.Helper()
	place := r.placeNumber(cell)
	code, authority := place, cell("geographic_level") == "Local authority"
	var members []string
	if authority {
		members = r.members(f, place, s)
		if code = strings.Join(members, "/"); code == "" {
			return
		}
	}
	column := r.columns[[2]string{m.indicator, s.code}]
	if column == nil {
		column = rawColumn{}
		r.columns[[2]string{m.indicator, s.code}] = column
	}
	if column[code] != nil {
		r.t.Fatalf("%s of %s in %s is there twice", m.indicator, code, s.code)
	}
	figure := &rawFigure{status: "reported"}
	column[code] = figure
	if len(members) > 1 {
		for _, member := range members {
			column[member] = &rawFigure{status: "joint"}
		}
	}
	if m.numerator != "" {
		figure.numerator = r.number(cell(m.numerator))
	}
	switch {
	case m.whole != "":
		figure.denominator = whole
	case len(m.total) > 0:
		figure.denominator = r.sum(m.total, cell)
	case m.numerator != "":
		figure.denominator = r.population[place+" "+lastJune(s)]
	}
	if m.days && figure.denominator != nil {
		figure.denominator.Mul(figure.denominator, big.NewRat(workingDays(s), 1))
	}
	ind := r.indicators[m.indicator]
	switch {
	case m.value != "":
		if figure.value = r.number(cell(m.value)); figure.value == nil {
			figure.status = cell(m.value)
		}
	case figure.numerator == nil:
		figure.status = cell(m.numerator)
	case figure.denominator == nil || figure.denominator.Sign() == 0:
		figure.status = "no_denominator"
	default:
		figure.status, figure.value = "computed", halfUp(ratio(figure, ind), ind.decimals)
	}
	if !f.rounded && m.value != "" {
		ind.decimals = f.decimals
		r.check(m, s, code, figure, ind, authority)
	}
}

// members are the codes of the authorities that the row of a number is of: none for
// one that did not stand, or whose figures are in another's row.
func (r *raw) members(f *rawFile, number string, s span) []string {
	if f.together[number] != "" {
		return nil
	}
	var codes []string
	numbers := []string{number}
	for other, with := range f.together {
		if with == number {
			numbers = append(numbers, other)
		}
	}
	for _, n := range numbers {
		if code, stood := r.holder(n, s); stood {
			codes = append(codes, code)
		}
	}
	slices.Sort(codes)
	return codes
}

// sum is nil unless all numbers are there.
func (r *raw) sum(columns []string, cell func(string) string) *big.Rat {
	sum := new(big.Rat)
	for _, column := range columns {
		n := r.number(cell(column))
		if n == nil {
			return nil
		}
		sum.Add(sum, n)
	}
	return sum
}

// check holds a published value to its parts. Those of an authority are exact. Those
// of regions and of England are rounded to 10 after the value was made of them, but
// for a population.
func (r *raw) check(m *rawMeasure, s span, code string, f *rawFigure, ind rawIndicator, exact bool) {
	r.t.Helper()
	if f.value == nil || f.numerator == nil || f.denominator == nil || f.denominator.Sign() == 0 {
		return
	}
	least, most := *f, *f
	if !exact {
		half := big.NewRat(5, 1)
		least.numerator, most.numerator = new(big.Rat).Sub(f.numerator, half), new(big.Rat).Add(f.numerator, half)
		if m.total[0] != "population_estimate" {
			least.denominator, most.denominator = new(big.Rat).Add(f.denominator, half), new(big.Rat).Sub(f.denominator, half)
		}
	}
	if halfUp(ratio(&least, ind), ind.decimals).Cmp(f.value) > 0 || halfUp(ratio(&most, ind), ind.decimals).Cmp(f.value) < 0 {
		r.t.Errorf("%s of %s in %s is %s of %s, and published as %s", m.indicator, code, s.code, decimal(f.numerator), decimal(f.denominator), decimal(f.value))
	}
	r.held++
}

// ratio is numerator over denominator in the indicator's unit.
func ratio(f *rawFigure, ind rawIndicator) *big.Rat {
	q := new(big.Rat).Quo(f.numerator, f.denominator)
	return q.Mul(q, ind.per)
}

// halfUp rounds a number that is not negative.
func halfUp(x *big.Rat, decimals int) *big.Rat {
	scaled := new(big.Rat).Mul(x, big.NewRat(2*pow10(decimals), 1))
	scaled.Add(scaled, big.NewRat(1, 1))
	whole := new(big.Int).Quo(scaled.Num(), scaled.Denom())
	return new(big.Rat).SetFrac(whole.Rsh(whole, 1), big.NewInt(pow10(decimals)))
}

func pow10(n int) int64 {
	power := int64(1)
	for range n {
		power *= 10
	}
	return power
}

// lastJune is the year of the last 30 June within the span or before it.
func lastJune(s span) string {
	year := s.last[:4]
	if s.last[4:] >= "-06-30" {
		return year
	}
	n, _ := strconv.Atoi(year)
	return strconv.Itoa(n - 1)
}

// workingDays are those of the year that ends with the span.
func workingDays(s span) int64 {
	if year, _ := strconv.Atoi(s.last[:4]); year%4 == 0 {
		return 254
	}
	return 253
}

// england are the codes of the authorities that stood at the end of the span, in
// order.
func (r *raw) england(s span) []string {
	var codes []string
	for _, a := range r.authorities {
		if a.from <= s.last && (a.to == "" || a.to >= s.last) {
			codes = append(codes, a.code)
		}
	}
	slices.Sort(codes)
	return codes
}
