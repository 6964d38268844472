package framework_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/framework"
)

// forest is a document of random trees, as a framework may have them.
type forest struct {
	r     *rand.Rand
	d     framework.Document
	known framework.Known
	above map[string][]string // of each count the wholes above it, the nearest first
	of    map[string]string   // of each part its family, by a name of its own
}

func randomForest(seed uint64) *forest {
	f := &forest{r: rand.New(rand.NewPCG(seed, 13)), d: document(), known: known(), above: map[string][]string{}, of: map[string]string{}}
	f.d.Counts, f.d.Indicators, f.d.Relations, f.d.Families, f.d.Rules = nil, nil, nil, nil, nil
	for thing := range 1 + f.r.IntN(4) {
		root := f.count(fmt.Sprintf("t%d", thing), fmt.Sprintf("t%d.stock", thing), framework.AsAt)
		f.grow(root, 1+f.r.IntN(2))
		if f.r.IntN(2) == 0 {
			f.flow(root, []string{"start", "end"}[f.r.IntN(2)])
		}
	}
	f.shuffle()
	return f
}

func (f *forest) count(code, of string, basis framework.Basis) string {
	policy := framework.Children
	if framework.Of(of).Moment().Flow() {
		policy = framework.Events
	}
	f.d.Counts = append(f.d.Counts, count(code, framework.Of(of), policy, basis))
	return code
}

// grow gives the whole families of parts, and says how each part hangs together with
// all that stands in the tree before it.
func (f *forest) grow(whole string, depth int) {
	if depth == 0 {
		return
	}
	for family := range f.r.IntN(3) {
		parts := make([]string, 1+f.r.IntN(3))
		for i := range parts {
			parts[i] = f.count(fmt.Sprintf("%s_%d%d", whole, family, i), strings.Split(whole, "_")[0]+".stock", framework.AsAt)
			f.above[parts[i]] = append([]string{whole}, f.above[whole]...)
			f.of[parts[i]] = fmt.Sprintf("%s/%d", whole, family)
			code := fmt.Sprintf("I%d", len(f.known.Indicators))
			f.known.Indicators = append(f.known.Indicators, benchmark.Indicator{Code: code, Unit: benchmark.Percent})
			f.d.Indicators = append(f.d.Indicators, framework.Indicator{Code: code, Numerator: parts[i], Denominator: whole})
		}
		said := framework.Family{Whole: whole, Parts: parts, Remainder: []framework.Remainder{framework.Protected, framework.Shown}[f.r.IntN(2)], Reason: "It grew so."}
		if len(parts) > 1 && f.r.IntN(2) == 0 {
			said.Closed, said.Remainder = true, framework.NoRest
		}
		f.d.Families = append(f.d.Families, said)
		for _, part := range parts {
			f.relate(part)
		}
		for _, part := range parts {
			f.grow(part, depth-1)
		}
	}
}

// relate says of a new part how it hangs together with every other of its thing.
func (f *forest) relate(part string) {
	thing := framework.Of(strings.Split(part, "_")[0] + ".stock")
	for _, c := range f.d.Counts {
		_, again := f.relationOf(part, c.Code)
		if c.Code != part && c.Of == thing && again < 0 && (f.above[c.Code] != nil || slices.Contains(f.above[part], c.Code)) {
			f.d.Relations = append(f.d.Relations, relation(part, f.kind(part, c.Code), c.Code))
		}
	}
}

// kind is how two counts of one tree hang together: where their branches part, they do
// so within one family, or between two.
func (f *forest) kind(a, b string) framework.RelationKind {
	if slices.Contains(f.above[a], b) {
		return framework.PartOf
	}
	up := func(code string) []string { return append([]string{code}, f.above[code]...) }
	for _, x := range up(a) {
		for _, y := range up(b) {
			if f.of[x] != "" && f.of[x] == f.of[y] && x != y {
				return framework.Disjoint
			}
		}
	}
	return framework.Free
}

func (f *forest) flow(root, moment string) {
	code := f.count(root+"_"+moment, root+"."+moment, framework.Quarter)
	for _, c := range f.d.Counts {
		if c.Of == framework.Of(root+".stock") {
			kind := framework.Free
			if c.Code == root {
				kind = framework.FlowOf
			}
			f.d.Relations = append(f.d.Relations, relation(code, kind, c.Code))
		}
	}
}

func (f *forest) shuffle() {
	f.r.Shuffle(len(f.d.Counts), func(i, j int) { f.d.Counts[i], f.d.Counts[j] = f.d.Counts[j], f.d.Counts[i] })
	f.r.Shuffle(len(f.d.Relations), func(i, j int) { f.d.Relations[i], f.d.Relations[j] = f.d.Relations[j], f.d.Relations[i] })
	f.r.Shuffle(len(f.d.Families), func(i, j int) { f.d.Families[i], f.d.Families[j] = f.d.Families[j], f.d.Families[i] })
}

func (f *forest) relationOf(a, b string) (framework.RelationKind, int) {
	at := slices.IndexFunc(f.d.Relations, func(r framework.Relation) bool { return r.A == a && r.B == b || r.A == b && r.B == a })
	if at < 0 {
		return "", at
	}
	return f.d.Relations[at].Kind, at
}

func (f *forest) at(code string) int {
	return slices.IndexFunc(f.d.Counts, func(c framework.Count) bool { return c.Code == code })
}

// violations each break one rule somewhere by chance, and answer the fault that must be
// found, or nothing where the forest has no place for it.
var violations = map[string]func(f *forest) string{
	"an unsaid pair": func(f *forest) string {
		if len(f.d.Relations) == 0 {
			return ""
		}
		k := f.r.IntN(len(f.d.Relations))
		gone := f.d.Relations[k]
		f.d.Relations = slices.Delete(f.d.Relations, k, k+1)
		return fmt.Sprintf("/counts/%d unsaid", max(f.at(gone.A), f.at(gone.B)))
	},
	"a second family": func(f *forest) string {
		if len(f.d.Families) < 2 {
			return ""
		}
		i := f.r.IntN(len(f.d.Families))
		j := (i + 1 + f.r.IntN(len(f.d.Families)-1)) % len(f.d.Families)
		part := f.d.Families[i].Parts[0]
		f.d.Families[j].Parts = append(f.d.Families[j].Parts, part)
		if j > i {
			return fmt.Sprintf("/families/%d/parts/%d second_family", j, len(f.d.Families[j].Parts)-1)
		}
		return fmt.Sprintf("/families/%d/parts/0 second_family", i)
	},
	"a second whole": func(f *forest) string {
		if len(f.d.Families) == 0 {
			return ""
		}
		f.count("elsewhere", "elsewhere.stock", framework.AsAt)
		f.d.Relations = append(f.d.Relations, relation(f.d.Families[f.r.IntN(len(f.d.Families))].Parts[0], framework.PartOf, "elsewhere"))
		return fmt.Sprintf("/relations/%d second_whole", len(f.d.Relations)-1)
	},
	"the whole of the whole": func(f *forest) string {
		at := slices.IndexFunc(f.d.Families, func(family framework.Family) bool { return len(f.above[family.Whole]) > 0 })
		if at < 0 {
			return ""
		}
		f.d.Families[at].Whole = f.above[f.d.Families[at].Whole][0]
		return fmt.Sprintf("/families/%d/whole not_the_whole", at)
	},
	"disjoint parts apart": func(f *forest) string {
		at := slices.IndexFunc(f.d.Families, func(family framework.Family) bool { return len(family.Parts) > 1 })
		if at < 0 {
			return ""
		}
		apart := f.d.Families[at]
		apart.Parts, apart.Closed, apart.Remainder = apart.Parts[1:2:2], false, framework.Shown
		f.d.Families[at].Parts = slices.Delete(slices.Clone(f.d.Families[at].Parts), 1, 2)
		f.d.Families = append(f.d.Families, apart)
		return fmt.Sprintf("/families/%d/parts/0 second_family", len(f.d.Families)-1)
	},
	"stock with starts and ends": func(f *forest) string {
		at := slices.IndexFunc(f.d.Counts, func(c framework.Count) bool { return c.Of.Moment().Flow() })
		if at < 0 {
			return ""
		}
		thing, other := f.d.Counts[at].Of.Thing(), "start"
		if f.d.Counts[at].Of.Moment() == framework.Start {
			other = "end"
		}
		f.flow(thing, other)
		f.d.Relations = append(f.d.Relations, relation(thing+"_"+other, framework.Free, f.d.Counts[at].Code))
		return fmt.Sprintf("/counts/%d/of gives_away", len(f.d.Counts)-1)
	},
	"two bases of one moment": func(f *forest) string {
		f.count("visits", "visit.start", framework.Quarter)
		f.count("visits_late", "visit.start", framework.YearToDate)
		f.d.Relations = append(f.d.Relations, relation("visits", framework.Free, "visits_late"))
		return fmt.Sprintf("/counts/%d/basis second_basis", len(f.d.Counts)-1)
	},
	"a part of a disjoint part that is free": func(f *forest) string {
		for i, r := range f.d.Relations {
			kind, _ := f.relationOf(r.A, r.B)
			if kind != framework.Disjoint || r.A == r.B {
				continue
			}
			for _, end := range [][2]string{{r.A, r.B}, {r.B, r.A}} {
				if len(f.above[end[0]]) > 0 {
					if whole, _ := f.relationOf(f.above[end[0]][0], end[1]); whole == framework.Disjoint {
						f.d.Relations[i].Kind = framework.Free
						return fmt.Sprintf("/relations/%d/kind contradiction", i)
					}
				}
			}
		}
		return ""
	},
	"a percentage of another whole": func(f *forest) string {
		at := slices.IndexFunc(f.d.Indicators, func(ind framework.Indicator) bool { return len(f.above[ind.Denominator]) > 0 })
		if at < 0 {
			return ""
		}
		f.d.Indicators[at].Denominator = f.above[f.d.Indicators[at].Denominator][0]
		return fmt.Sprintf("/indicators/%d/denominator not_the_whole", at)
	},
	"a value without both counts": func(f *forest) string {
		if len(f.d.Indicators) == 0 {
			return ""
		}
		at := f.r.IntN(len(f.d.Indicators))
		f.d.Indicators[at].Denominator = ""
		return fmt.Sprintf("/indicators/%d/denominator unknown_value", at)
	},
	"a remainder that is not said": func(f *forest) string {
		at := slices.IndexFunc(f.d.Families, func(family framework.Family) bool { return !family.Closed })
		if at < 0 {
			return ""
		}
		f.d.Families[at].Remainder = framework.NoRest
		return fmt.Sprintf("/families/%d/remainder required", at)
	},
	"fewer hidden": func(f *forest) string {
		at := f.r.IntN(len(f.d.Counts))
		f.d.Counts[at].HiddenTo = f.r.IntN(5)
		return fmt.Sprintf("/counts/%d/hiddenTo out_of_range", at)
	},
}

// TestForests has random forests pass, and each of them, broken in each way, refused
// where it is broken. Every fault is at a place that the document has.
func TestForests(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	for seed := range uint64(100) {
		f := randomForest(seed)
		if err := f.d.Check(f.known); err != nil {
			t.Fatalf("seed %d is refused: %q", seed, found(t, err))
		}
		for name, violate := range violations {
			f := randomForest(seed)
			want := violate(f)
			if want == "" {
				continue
			}
			seen[name]++
			got := found(t, f.d.Check(f.known))
			if !slices.Contains(got, want) {
				t.Fatalf("seed %d, %s: got %q, want %s among them", seed, name, got, want)
			}
			document := asJSON(t, f.d)
			for _, fault := range got {
				pointer, _, _ := strings.Cut(fault, " ")
				resolves(t, document, pointer)
			}
		}
	}
	for name := range violations {
		if seen[name] < 10 {
			t.Errorf("%s: only %d forests had a place for it", name, seen[name])
		}
	}
}

func asJSON(t *testing.T, d framework.Document) (value any) {
	t.Helper()
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &value); err != nil {
		t.Fatal(err)
	}
	return value
}

// resolves fails where the document has nothing at the pointer.
func resolves(t *testing.T, at any, pointer string) {
	t.Helper()
	for _, step := range strings.Split(pointer, "/")[1:] {
		switch value := at.(type) {
		case map[string]any:
			next, is := value[step]
			if !is {
				t.Fatalf("%s: there is no %s", pointer, step)
			}
			at = next
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(value) {
				t.Fatalf("%s: there is no element %s", pointer, step)
			}
			at = value[i]
		default:
			t.Fatalf("%s goes below a value", pointer)
		}
	}
}
