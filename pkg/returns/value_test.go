package returns_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/returns"
)

func ptr[T any](x T) *T { return &x }

func reported(count string, number float64) returns.Value {
	return returns.Value{Count: count, Value: &number, Status: returns.Reported}
}

func without(count string, status returns.Status, reason string) returns.Value {
	return returns.Value{Count: count, Status: status, Reason: &reason}
}

// TestNoughtNilNotApplicableMissing is the case of that name: one count, six boroughs.
func TestNoughtNilNotApplicableMissing(t *testing.T) {
	t.Parallel()
	boroughs := returns.Values{
		reported("A", 0),
		without("B", returns.ConfirmedNil, "None in the system, and the service manager knows of none."),
		without("C", returns.Missing, "The system was changed in the quarter."),
		without("D", returns.NotApplicable, "We have no such service."),
		reported("E", 10),
		reported("F", 20),
	}
	check := func(want returns.Tally, n int, mean float64, ranks map[string]int) {
		t.Helper()
		if got := boroughs.Tally(); got != want {
			t.Errorf("the values are %+v, want %+v", got, want)
		}
		var numbers []float64
		for _, v := range boroughs {
			if number, is := v.Number(); is {
				numbers = append(numbers, number)
			}
		}
		if got := benchmark.Mean(numbers); len(numbers) != n || got == nil || *got != mean {
			t.Errorf("n is %d and the mean %v, want %d and %v", len(numbers), got, n, mean)
		}
		for _, v := range boroughs {
			rank := 0
			if number, is := v.Number(); is {
				rank = 1
				for _, other := range numbers {
					if other < number { // low is good
						rank++
					}
				}
			}
			if rank != ranks[v.Count] {
				t.Errorf("%s has the rank %d, want %d", v.Count, rank, ranks[v.Count])
			}
		}
	}
	check(returns.Tally{Reported: 3, ConfirmedNil: 1, NotApplicable: 1, Missing: 1}, 4, 7.5, map[string]int{"A": 1, "B": 1, "E": 3, "F": 4})
	boroughs[2] = without("C", returns.ConfirmedNil, "The new system has been asked: none.")
	check(returns.Tally{Reported: 3, ConfirmedNil: 2, NotApplicable: 1}, 5, 6, map[string]int{"A": 1, "B": 1, "C": 1, "E": 4, "F": 5})

	// A percentage of nought has no rate.
	numerator, denominator := 0.0, 0.0
	if rate, status := benchmark.Rate(benchmark.Indicator{Multiplier: 100}, &numerator, benchmark.Reported, &denominator); rate != nil || status != benchmark.NoDenominator {
		t.Errorf("nil of 0 is %v, %s", rate, status)
	}
}

func TestFaultsOfAValue(t *testing.T) {
	t.Parallel()
	value := func(number *float64, status returns.Status, reason *string) returns.Value {
		return returns.Value{Count: "cin.open", Value: number, Status: status, Reason: reason}
	}
	why := ptr("Counted twice, by two people.")
	for name, c := range map[string]struct {
		value returns.Value
		want  []string
	}{
		"a number":                       {value(ptr(12.0), returns.Reported, nil), nil},
		"nought":                         {value(ptr(0.0), returns.Reported, nil), nil},
		"nought below nought":            {value(ptr(math.Copysign(0, -1)), returns.Reported, nil), nil},
		"a number with words to it":      {value(ptr(12.0), returns.Reported, why), nil},
		"the greatest number":            {value(ptr(returns.MaxNumber), returns.Reported, nil), nil},
		"beyond the greatest":            {value(ptr(returns.MaxNumber+1), returns.Reported, nil), []string{"/value too_great"}},
		"reported without a number":      {value(nil, returns.Reported, nil), []string{"/value required"}},
		"below nought":                   {value(ptr(-1.0), returns.Reported, nil), []string{"/value negative"}},
		"half a child":                   {value(ptr(0.5), returns.Reported, nil), []string{"/value not_whole"}},
		"no number at all":               {value(ptr(math.NaN()), returns.Reported, nil), []string{"/value not_a_number"}},
		"without end":                    {value(ptr(math.Inf(1)), returns.Reported, nil), []string{"/value not_a_number"}},
		"nil":                            {value(nil, returns.ConfirmedNil, why), nil},
		"nil as 0":                       {value(ptr(0.0), returns.ConfirmedNil, why), nil},
		"nil as 3":                       {value(ptr(3.0), returns.ConfirmedNil, why), []string{"/value exclusive"}},
		"nil without a reason":           {value(nil, returns.ConfirmedNil, nil), []string{"/reason reason_required"}},
		"nil for a reason without words": {value(nil, returns.ConfirmedNil, ptr(" \u2800\u200b ")), []string{"/reason reason_required"}},
		"not applicable":                 {value(nil, returns.NotApplicable, why), nil},
		"not applicable as 0":            {value(ptr(0.0), returns.NotApplicable, why), []string{"/value exclusive"}},
		"not applicable, unsaid why":     {value(nil, returns.NotApplicable, nil), []string{"/reason reason_required"}},
		"missing, in a draft":            {value(nil, returns.Missing, nil), nil},
		"missing with a reason":          {value(nil, returns.Missing, why), nil},
		"missing as 0":                   {value(ptr(0.0), returns.Missing, why), []string{"/value exclusive"}},
		"no status":                      {value(ptr(1.0), "", nil), []string{"/status enum"}},
		"another's status":               {value(nil, "c", nil), []string{"/status enum"}},
		"the longest reason":             {value(nil, returns.Missing, ptr(strings.Repeat("ł", returns.MaxReason))), nil},
		"a reason too long":              {value(nil, returns.Missing, ptr(strings.Repeat("ł", returns.MaxReason+1))), []string{"/reason too_long"}},
		"a reason that rings":            {value(nil, returns.Missing, ptr("so\a so")), []string{"/reason pattern"}},
		"two faults at once":             {value(ptr(3.0), returns.ConfirmedNil, nil), []string{"/value exclusive", "/reason reason_required"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, f := range c.value.Normal().Faults(true) {
				got = append(got, f.Pointer+" "+string(f.Code))
				if !strings.HasSuffix(f.Detail, ".") {
					t.Errorf("%q is no sentence", f.Detail)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
	if got := value(ptr(12.5), returns.Reported, nil).Faults(false); got != nil {
		t.Errorf("money has parts of a pound: %v", got)
	}
}

func TestValuesOfAWholeReturn(t *testing.T) {
	t.Parallel()
	posted := returns.Values{reported("b", 2), without("c", returns.Missing, "Asked for."), reported("d", 4)}
	whole := posted.Complete([]string{"a", "b", "c"})
	if want := (returns.Values{{Count: "a", Status: returns.Missing}, reported("b", 2), posted[1]}); !whole.Equal(want) {
		t.Errorf("the whole return is %v, want %v", whole, want)
	}
	if got := whole.Unsaid(); !slices.Equal(got, []string{"a"}) {
		t.Errorf("without a reason are %v, want a alone", got)
	}
	if got := whole.Of("b"); !got.Equal(reported("b", 2)) {
		t.Errorf("b is %v", got)
	}
	if got := whole.Of("elsewhere"); got.Status != returns.Missing || got.Value != nil {
		t.Errorf("what is not there is %v", got)
	}
	for name, changed := range map[string]returns.Value{
		"the number": reported("b", 3),
		"the status": without("b", returns.Missing, ""),
		"the reason": {Count: "b", Value: ptr(2.0), Status: returns.Reported, Reason: ptr("Counted again.")},
		"the count":  reported("x", 2),
	} {
		if other := append(slices.Clone(whole[:1]), changed, whole[2]); whole.Equal(other) {
			t.Errorf("with another %s it is the same", name)
		}
	}
}

func TestTheFormInWhichAValueIsKept(t *testing.T) {
	t.Parallel()
	why := ptr("  Looked up\r\ntwice. ")
	got := returns.Value{Count: "x", Value: ptr(0.0), Status: returns.ConfirmedNil, Reason: why}.Normal()
	if want := without("x", returns.ConfirmedNil, "Looked up\ntwice."); !got.Equal(want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if *why != "  Looked up\r\ntwice. " {
		t.Error("the text that was given has been changed")
	}
	if got := (returns.Value{Value: ptr(math.Copysign(0, -1)), Status: returns.Reported}).Normal(); math.Signbit(*got.Value) {
		t.Error("0 has a sign")
	}
}
