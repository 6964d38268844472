package server

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"strconv"
	"testing"

	"peerchallenge/api"
)

// TestComparisonsWriteThemselvesAsAnyEncoderWould sets each member of a comparison in turn,
// and then many at once, to something unlike all others.
func TestComparisonsWriteThemselvesAsAnyEncoderWould(t *testing.T) {
	random := rand.New(rand.NewPCG(17, 4)) // #nosec G404 -- nothing secret
	for range 500 {
		page, lines := api.ComparisonPage{Items: make([]api.Comparison, random.IntN(4))}, newLines()
		byChance(random, reflect.ValueOf(&page).Elem())
		frame := page
		frame.Items = []api.Comparison{}
		for _, item := range page.Items {
			lines.write(item)
		}
		var ours, theirs bytes.Buffer
		if err := (comparisonsJSON{frame, lines}).writeJSON(&ours); err != nil {
			t.Fatal(err)
		}
		encoder := json.NewEncoder(&theirs)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(page); err != nil {
			t.Fatal(err)
		}
		if ours.String() != theirs.String() {
			t.Fatalf("written:\n%s\nand by the standard library:\n%s", ours.String(), theirs.String())
		}
	}
}

// byChance gives every member a value by chance, or none where there may be none.
func byChance(random *rand.Rand, v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for _, member := range v.Fields() {
			byChance(random, member)
		}
	case reflect.Pointer:
		if random.IntN(4) > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			byChance(random, v.Elem())
		}
	case reflect.Slice:
		if v.IsNil() && random.IntN(5) > 0 {
			v.Set(reflect.MakeSlice(v.Type(), random.IntN(3), 3))
		}
		for i := range v.Len() {
			byChance(random, v.Index(i))
		}
	case reflect.String:
		texts := []string{"", "Kensington & Chelsea", `say "items":[`, `back\slash`, "Caerdydd ŵ", "line\nend", "<b>", "a\u2028b", "E09000022", "\x7f", "👩‍👧"}
		v.SetString(texts[random.IntN(len(texts))] + strconv.Itoa(random.IntN(1000)))
	case reflect.Int:
		v.SetInt(random.Int64N(2_000_000) - 1_000_000)
	case reflect.Float64:
		v.SetFloat(someFloat(random))
	case reflect.Bool:
		v.SetBool(random.IntN(2) == 0)
	}
}

// someFloat answers numbers of each kind that the writing tells apart, and of their edges.
func someFloat(random *rand.Rand) float64 {
	switch random.IntN(6) {
	case 0:
		return []float64{0, math.Copysign(0, -1), 0.0001, -0.0001, 0.00005, 1e-7, 1e21, 1e20, 99999999999.9999, -99999999999.9999, 1e11, 123456789012.3456, math.MaxFloat64, math.SmallestNonzeroFloat64, 1.005}[random.IntN(15)]
	case 1:
		return random.NormFloat64() * math.Pow(10, float64(random.IntN(40)-20))
	default:
		return math.Round(random.NormFloat64()*1e7) / math.Pow(10, float64(random.IntN(6)))
	}
}

func TestANumberIsWrittenAsAnyEncoderWould(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 17)) // #nosec G404 -- nothing secret
	for range 200_000 {
		v := someFloat(random)
		want, err := json.Marshal(v)
		if got := appendFloat(nil, v); err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%v is written %s, want %s (%v)", v, got, want, err)
		}
	}
}

// TestWritingAComparisonTakesNoRoom: where its line has room, nothing else is made for it.
func TestWritingAComparisonTakesNoRoom(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 7)) // #nosec G404 -- nothing secret
	var c api.Comparison
	byChance(random, reflect.ValueOf(&c).Elem())
	c.Joint, c.Peers, c.Target = nil, nil, nil // few have these
	likeMost(reflect.ValueOf(&c).Elem())
	line := make([]byte, 0, 1<<16)
	made := testing.AllocsPerRun(100, func() {
		if _, err := appendComparison(line, &c); err != nil {
			t.Error(err)
		}
	})
	if made != 0 {
		t.Errorf("writing a comparison makes %v things", made)
	}
}

// likeMost gives every text and number that is there one as nearly all are.
func likeMost(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for _, member := range v.Fields() {
			likeMost(member)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			likeMost(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			likeMost(v.Index(i))
		}
	case reflect.String:
		v.SetString("E09000022")
	case reflect.Float64:
		v.SetFloat(12.3456)
	}
}
