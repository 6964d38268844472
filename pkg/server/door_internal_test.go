package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"peerchallenge/pkg/programme"
)

// operationOf answers the operation that creates something.
func operationOf(tb testing.TB, path string) *operation {
	tb.Helper()
	c, err := loadContract()
	if err != nil {
		tb.Fatal(err)
	}
	return c.operations[operationKey{http.MethodPost, route(path)}]
}

func exampleOf(tb testing.TB, op *operation) string {
	tb.Helper()
	c, err := loadContract()
	if err != nil {
		tb.Fatal(err)
	}
	for _, item := range c.doc.Paths.Map() {
		for _, o := range item.Operations() {
			if o.OperationID == op.ID {
				text, err := json.Marshal(o.RequestBody.Value.Content[op.BodyTypes[0]].Example)
				if err != nil {
					tb.Fatal(err)
				}
				return string(text)
			}
		}
	}
	tb.Fatalf("no example of %s", op.ID)
	return ""
}

// sample answers a value that the schema takes, with every member that it has.
func sample(schema *openapi3.Schema) any {
	switch {
	case schema.Type.Is("object"):
		members := map[string]any{}
		for name, property := range schema.Properties {
			members[name] = sample(property.Value)
		}
		return members
	case schema.Type.Is("array"):
		items := []any{}
		for range max(schema.MinItems, 1) {
			items = append(items, sample(schema.Items.Value))
		}
		return items
	case schema.Example != nil:
		return schema.Example
	case len(schema.Enum) > 0:
		return schema.Enum[0]
	case schema.Type.Is("boolean"):
		return true
	case schema.Type.Is("integer"), schema.Type.Is("number"):
		return *schema.Min
	}
	return "Words"
}

// place is somewhere in a request's body.
type place struct {
	path   []any // member names, and 0 for an item of a list
	schema *openapi3.Schema
}

// placesOf answers every place in the schema, outer ones first.
func placesOf(schema *openapi3.Schema, path ...any) []place {
	places := []place{{path, schema}}
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		places = append(places, placesOf(schema.Properties[name].Value, append(slices.Clone(path), name)...)...)
	}
	if schema.Items != nil {
		places = append(places, placesOf(schema.Items.Value, append(slices.Clone(path), 0)...)...)
	}
	return places
}

func (p place) pointer() string {
	var pointer strings.Builder
	for _, step := range p.path {
		fmt.Fprintf(&pointer, "/%v", step)
	}
	return pointer.String()
}

// body is a right body but for what it has at the place.
func (p place) body(tb testing.TB, op *operation, value any) []byte {
	tb.Helper()
	var put func(at any, path []any) any
	put = func(at any, path []any) any {
		if len(path) == 0 {
			return value
		}
		switch at := at.(type) {
		case []any:
			at[0] = put(at[0], path[1:])
		case map[string]any:
			name, _ := path[0].(string)
			at[name] = put(at[name], path[1:])
		}
		return at
	}
	text, err := json.Marshal(put(sample(op.Body), p.path))
	if err != nil {
		tb.Fatal(err)
	}
	return text
}

// writes are the operations that take a body, in the order of their names.
func writes(tb testing.TB) []*operation {
	tb.Helper()
	c, err := loadContract()
	if err != nil {
		tb.Fatal(err)
	}
	ops := slices.DeleteFunc(slices.Collect(maps.Values(c.operations)), func(op *operation) bool { return op.Body == nil })
	slices.SortFunc(ops, func(a, b *operation) int { return strings.Compare(a.ID, b.ID) })
	return ops
}

// TestEveryRequestHasBounds: objects are closed, lists and texts end, whole numbers
// are exact in 64 bits, and nothing is for answers only.
func TestEveryRequestHasBounds(t *testing.T) {
	t.Parallel()
	for _, op := range writes(t) {
		for _, p := range placesOf(op.Body) {
			s, at := p.schema, op.ID+" "+p.pointer()
			switch {
			case s.ReadOnly || s.WriteOnly || len(s.AllOf)+len(s.OneOf)+len(s.AnyOf) > 0 || s.Not != nil || s.UniqueItems:
				t.Errorf("%s: the door knows nothing of this", at)
			case s.Type.Is("object") && (s.AdditionalProperties.Has == nil || *s.AdditionalProperties.Has):
				t.Errorf("%s is not closed", at)
			case s.Type.Is("array") && s.MaxItems == nil:
				t.Errorf("%s has no maxItems", at)
			case s.Type.Is("integer") && (s.Min == nil || s.Max == nil || *s.Min < -1<<53 || *s.Max > 1<<53):
				t.Errorf("%s has no bounds within which numbers are exact", at)
			case s.Type.Is("number") && (s.Min == nil || s.Max == nil):
				t.Errorf("%s has no bounds", at)
			case s.Type.Is("string") && s.MaxLength == nil && !strings.HasPrefix(s.Pattern, "^") && len(s.Enum) == 0 && !slices.Contains([]string{formatUUID, "date", "date-time"}, s.Format):
				t.Errorf("%s has no maxLength", at)
			}
		}
	}
}

// TestEveryListOfTheContractEnds, those of answers too.
func TestEveryListOfTheContractEnds(t *testing.T) {
	t.Parallel()
	c, err := loadContract()
	if err != nil {
		t.Fatal(err)
	}
	lists := 0
	for name, schema := range c.doc.Components.Schemas {
		for _, p := range placesOf(schema.Value) {
			if p.schema.Type.Is("array") {
				if lists++; p.schema.MaxItems == nil {
					t.Errorf("%s%s has no maxItems", name, p.pointer())
				}
			}
		}
	}
	if lists < 50 {
		t.Errorf("only %d lists were found", lists)
	}
}

// TestEveryTextOfEveryRequest is held to what it is: a word of a closed set or of a
// form, a name in one line, or text of several lines.
func TestEveryTextOfEveryRequest(t *testing.T) {
	t.Parallel()
	bell, bidi, soft := "Bell\a", "Over\u202eride", "Soft\u00adhyphen"
	space, wide, unseen, lines := "\u00a0", "\u2003\u3000", "\u200b\u2060", "One.\n\tTwo."
	persian, family := "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\U0001F469\u200d\U0001F467"
	rules := map[string]struct{ takes, refuses []string }{
		formatLine:  {[]string{"South London", persian, family, "O\u2019Neill"}, []string{bell, bidi, soft, space, wide, unseen, lines, "\u0085", "\ufeff", "\U000E0041"}},
		formatText:  {[]string{"", lines, persian, family, space}, []string{bell, "\u0085", "\x7f"}},
		formatWords: {[]string{lines, persian, family}, []string{bell, "\u0085", "", space, wide, unseen, "\n\t"}},
	}
	seen := map[string]int{}
	for _, op := range writes(t) {
		if _, err := checkBody(op, (place{}).body(t, op, sample(op.Body))); err != nil {
			t.Errorf("%s refuses the sample: %v", op.ID, err)
		}
		for _, p := range placesOf(op.Body) {
			s := p.schema
			if !s.Type.Is("string") || len(s.Enum) > 0 || s.Pattern != "" || slices.Contains([]string{formatUUID, "date", "date-time", "email"}, s.Format) {
				continue
			}
			rule, known := rules[s.Format]
			if !known {
				t.Errorf("%s %s does not say what kind of text it is", op.ID, p.pointer())
			}
			seen[s.Format]++
			for _, text := range rule.takes {
				if _, err := checkBody(op, p.body(t, op, text)); err != nil {
					t.Errorf("%s refuses %q as %s: %v", op.ID, text, p.pointer(), err)
				}
			}
			for _, text := range rule.refuses {
				if got := faultsOf(checkBody(op, p.body(t, op, text))); !slices.Contains(got, p.pointer()+" format") {
					t.Errorf("%s takes %q as %s: %v", op.ID, text, p.pointer(), got)
				}
			}
		}
	}
	if seen[formatLine] < 40 || seen[formatText] < 30 || seen[formatWords] < 10 {
		t.Errorf("few texts were found: %v", seen)
	}
}

// faultsOf answers an error's faults as "place code", or its code where it has none.
func faultsOf(_ []byte, err error) []string {
	e, is := errors.AsType[*programme.Error](err)
	if !is {
		return nil
	}
	if len(e.Faults) == 0 {
		return []string{string(e.Code)}
	}
	faults := make([]string, len(e.Faults))
	for i, f := range e.Faults {
		faults[i] = f.Pointer + " " + string(f.Code)
	}
	return faults
}

// TestABodyCostsWhatItIsWorth: checking it makes at most 24 bytes for each of its
// own, and nothing of them stays. No other test runs at the time.
func TestABodyCostsWhatItIsWorth(t *testing.T) { //nolint:paralleltest // it counts what the process allocates
	op := operationOf(t, "/v1/findings")
	for name, body := range heavy() {
		before := heldBytes()
		made, objects := costOf(checkBody, op, []byte(body))
		if made > 24*maxBody || objects > 250_000 {
			t.Errorf("%s: %d bytes in %d objects", name, made, objects)
		}
		if held := heldBytes(); held > before+1<<20 {
			t.Errorf("%s: %d bytes are held for nobody", name, held-before)
		}
	}
}

// costOf answers how many bytes, and in how many objects, it takes to check a body.
func costOf(check func(*operation, []byte) ([]byte, error), op *operation, body []byte) (bytes, objects uint64) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, _ = check(op, body)
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc, after.Mallocs - before.Mallocs
}

func heldBytes() uint64 {
	runtime.GC()
	runtime.GC() // what pools hold goes with the second
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	return now.HeapAlloc
}

// growths are the ways in which a body can grow at a place.
var growths = []func(p place, n int) any{
	func(p place, n int) any { return slices.Repeat([]any{itemOf(p)}, n) },
	func(_ place, n int) any { return slices.Repeat([]any{map[string]any{}}, n) },
	func(_ place, n int) any { return slices.Repeat([]any{1.5}, n) },
	func(_ place, n int) any { return slices.Repeat([]any{"\x00"}, n) },
	func(_ place, n int) any { return slices.Repeat([]any{map[string]any{"a": nil, "b": []any{}}}, n) },
	func(p place, n int) any {
		return grown(p, n, func(i int) string { return "unknown" + strconv.Itoa(i) })
	},
	func(p place, n int) any {
		return grown(p, n/8, func(i int) string { return strings.Repeat("x", 200+i%2) + strconv.Itoa(i) })
	},
	func(_ place, n int) any { return strings.Repeat("words\r\n", n) },
	func(_ place, n int) any { return strings.Repeat("e\u0301", n) },
	func(_ place, n int) any { return strings.Repeat(" ", n) },
	func(p place, n int) any {
		return map[string]any{strings.Repeat("~/", n): slices.Repeat([]any{itemOf(p)}, n)}
	},
	func(_ place, n int) any {
		var deep any = []any{}
		for range maxDepth - 8 {
			deep = []any{deep}
		}
		return slices.Repeat([]any{deep}, n/50)
	},
}

func itemOf(p place) any {
	if p.schema.Items == nil {
		return nil
	}
	return sample(p.schema.Items.Value)
}

// grown is what the place takes, if it is an object, with n more members.
func grown(p place, n int, name func(i int) string) any {
	members, is := sample(p.schema).(map[string]any)
	if !is {
		members = map[string]any{}
	}
	for i := range n {
		members[name(i)] = i
	}
	return members
}

// FuzzCostGrowsAsTheBodyDoes grows bodies at every place of every schema: four times
// the body may not cost more than 2.5 times 2.5 what it cost before.
func FuzzCostGrowsAsTheBodyDoes(f *testing.F) {
	ops := writes(f)
	for i := range ops {
		for k := range growths {
			f.Add(uint8(i), uint8(k), uint8(i*7+k*3), uint16(300))
		}
	}
	f.Fuzz(func(t *testing.T, o, k, at uint8, n uint16) {
		op := ops[int(o)%len(ops)]
		places := placesOf(op.Body)
		p, grow := places[int(at)%len(places)], growths[int(k)%len(growths)]
		size := 100 + int(n)%4000
		body, larger := p.body(t, op, grow(p, size)), p.body(t, op, grow(p, 4*size))
		if len(larger) > maxBody {
			return
		}
		_, _ = checkBody(op, body)            // what is made once is made now
		cost, _ := costOf(examined, op, body) // not less, where it is right and the larger is not
		times, _ := costOf(checkBody, op, larger)
		if float64(times) > 2.5*2.5*float64(cost)+64<<10 || times > 64<<20 {
			t.Errorf("%s %s: %d bytes cost %d, %d bytes cost %d", op.ID, p.pointer(), len(body), cost, len(larger), times)
		}
	})
}

// TestFaultsAreListed: every one, up to a hundred. What is behind a list's limit is
// not looked at.
func TestFaultsAreListed(t *testing.T) {
	t.Parallel()
	op := operationOf(t, "/v1/findings")
	const right = `"borough":"E09000022","kind":"strength","theme":"Front door","text":"Found."`
	for body, want := range map[string][]string{
		`{` + right + `,"indicators":["a","REREF_PCT",7]}`:                                                       {"/indicators/0 pattern", "/indicators/2 type"},
		`{` + right + `,"indicators":{"a":1},"colour":1,"b":2}`:                                                  {"/b unknown_member", "/colour unknown_member", "/indicators type"},
		`{` + right + `,"priorityId":1e999}`:                                                                     {"/priorityId out_of_range", "/priorityId type"},
		`{` + right + `,"priorityId":"{01932b7e-5d5c-7c4e-9d0f-1f6c8f6f3a10}"}`:                                  {"/priorityId format"},
		`{"text":"` + strings.Repeat("x", 5000) + `","kind":7,"theme":"a\u0000"}`:                                {"/borough required", "/kind enum", "/text too_long", "/theme zero_character"},
		`{` + right + `,"indicators":[` + strings.Repeat(`"REREF_PCT",`, 40_000) + `7]}`:                         {"/indicators too_many"},
		`{` + right + `,"` + strings.Repeat("ü", 200) + `~/":1,"":2}`:                                            {"/ unknown_member", "/" + strings.Repeat("ü", 60) + "… unknown_member"},
		`{` + right + `,"a~/b":"\u0000"}`:                                                                        {"/a~0~1b unknown_member", "/a~0~1b zero_character"},
		`{` + right + `,"theme":"again"}`:                                                                        {"/theme repeated"},
		`{` + right + `,"indicators":[{"a":[1,{"b":1,"b":2}]}]}`:                                                 {"/indicators/0/a/1/b repeated"},
		`{` + right + `,"indicators":[` + strings.Repeat(`1,`, maxValues) + `1]}`:                                {"too_many_values"},
		`{` + right + `,"indicators":` + strings.Repeat(`[`, maxDepth) + strings.Repeat(`]`, maxDepth) + `}`:     {"too_deep"},
		`{` + right + `,"indicators":` + strings.Repeat(`[`, maxDepth-1) + strings.Repeat(`]`, maxDepth-1) + `}`: {"/indicators/0 type"},
		`{"text":"` + strings.Repeat("e\u0301", maxUncomposed/3+1) + `"}`:                                        {"uncomposed"},
	} {
		got := faultsOf(checkBody(op, []byte(body)))
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%.120s: faults %.300v, want %.300v", body, got, want)
		}
	}
	many := listed(slices.Repeat([]programme.Fault{{Code: "type"}}, 101))
	if len(many) != 101 || many[100].Code != "more_faults" || len(listed(many[:100])) != 100 {
		t.Errorf("%d faults are listed", len(many))
	}
}

// TestOneSpelling: what the handler gets is the body in the one spelling that is kept.
func TestOneSpelling(t *testing.T) {
	t.Parallel()
	op := operationOf(t, "/v1/findings")
	got, err := checkBody(op, []byte(` {"theme":"Cafe\u0301 \ud83d\ude00 \/ <&>","text":"One.\r\nTwo.\rThree: \u2028","kind":"strength",
		"borough":"E09000022","indicators":[],"priorityId":"01932B7E-5D5C-7C4E-9D0F-1F6C8F6F3A10","peerReviewId":null}`))
	want := `{"borough":"E09000022","indicators":[],"kind":"strength","peerReviewId":null,"priorityId":"01932b7e-5d5c-7c4e-9d0f-1f6c8f6f3a10","text":"One.\nTwo.\nThree: \u2028","theme":"Café 😀 / <&>"}`
	if err != nil || string(got) != want {
		t.Errorf("%s, want %s (%v)", got, want, err)
	}
	weights := operationOf(t, "/v1/indicators")
	text := strings.NewReplacer(`"decimals":1`, `"decimals":20e-1`, `"multiplier":100`, `"multiplier":1.0E+2`).Replace(exampleOf(t, weights))
	if got, err = checkBody(weights, []byte(text)); err != nil || !strings.Contains(string(got), `"decimals":2,`) || !strings.Contains(string(got), `"multiplier":100,`) {
		t.Errorf("%s (%v)", got, err)
	}
}

// TestTheDoorIsPatientForTwoSeconds: while others' bodies fill it, a body waits, and
// is then sent away. What has left makes room.
func TestTheDoorIsPatientForTwoSeconds(t *testing.T) {
	t.Parallel()
	op := operationOf(t, "/v1/priorities")
	body := []byte(exampleOf(t, op))
	synctest.Test(t, func(t *testing.T) {
		d := newDoor()
		if err := d.room.Acquire(t.Context(), doorBytes); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		_, err := d.check(t.Context(), op, body)
		if got := faultsOf(nil, err); !slices.Equal(got, []string{"busy"}) || programme.KindOf(err) != programme.Unavailable || time.Since(began) != doorPatience {
			t.Errorf("%v after %s", err, time.Since(began))
		}
		gone, leave := context.WithCancel(t.Context())
		leave()
		if _, err := d.check(gone, op, body); !errors.Is(err, context.Canceled) {
			t.Errorf("who has gone is told %v", err)
		}
		go func() {
			time.Sleep(time.Second)
			d.room.Release(doorBytes)
		}()
		for range 2 {
			if _, err := d.check(t.Context(), op, body); err != nil {
				t.Error(err)
			}
		}
		if !d.room.TryAcquire(doorBytes) {
			t.Error("bodies that have been checked still take room")
		}
	})
}
