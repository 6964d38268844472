package server

import (
	"math/rand/v2"
	"regexp"
	"regexp/syntax"
	"slices"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// TestCodesMatchAsTheirPatternDoes: patterns match as [regexp] has it, also where a text has a
// character more or less, and many of the contract's need no [regexp].
func TestCodesMatchAsTheirPatternDoes(t *testing.T) {
	t.Parallel()
	patterns := []string{`^$`, `^ab$`, `^[a-c]{2,}x$`, `^(?i)ab$`, `^é$`, `^[^a]$`, `^a{0,2}$`, `^[ab]{2}[c]+$`, `^a*$`, `[a-c]`, `^[a-z]?$`, `^(a|b)$`, `^[0-9]{3}[a-z]{0,3}$`}
	contract, err := loadContract()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range contract.doc.Paths.Map() {
		for _, op := range path.Operations() {
			if op.RequestBody == nil {
				continue
			}
			for _, media := range op.RequestBody.Value.Content {
				patterns = patternsIn(media.Schema, patterns, map[*openapi3.Schema]bool{})
			}
		}
	}
	slices.Sort(patterns)
	patterns = slices.Compact(patterns)
	found := 0
	random := rand.New(rand.NewPCG(1, 2)) // #nosec G404 -- texts to try
	const others = "aabcxyz019AEQ_-.é/ \n"
	for _, text := range patterns {
		quick, err := patternOf(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, is := quick.(*codes); is {
			found++
		}
		slow := regexp.MustCompile(text)
		tree, err := syntax.Parse(text, syntax.Perl)
		if err != nil {
			t.Fatal(err)
		}
		matched := 0
		for range 2000 {
			given := matching(nil, random, tree)
			for range random.IntN(2) {
				switch at := random.IntN(len(given) + 1); {
				case random.IntN(2) == 0 || at == len(given):
					given = slices.Insert(given, at, []rune(others)[random.IntN(20)])
				default:
					given = slices.Delete(given, at, at+1)
				}
			}
			try := []byte(string(given))
			if quick.Match(try) != slow.Match(try) {
				t.Fatalf("%s: that %q matches is %v", text, try, quick.Match(try))
			}
			if slow.Match(try) {
				matched++
			}
		}
		if matched < 500 || matched == 2000 {
			t.Errorf("%s: %d of 2000 texts match", text, matched)
		}
	}
	if found < 12 {
		t.Errorf("%d of %d patterns are codes", found, len(patterns))
	}
}

// matching appends a text that the pattern matches.
func matching(text []rune, random *rand.Rand, of *syntax.Regexp) []rune {
	least, most := 1, 1
	switch of.Op {
	case syntax.OpLiteral:
		return append(text, of.Rune...)
	case syntax.OpCharClass:
		from, to := of.Rune[0], of.Rune[1]
		if n := len(of.Rune) / 2; n > 1 {
			at := 2 * random.IntN(n)
			from, to = of.Rune[at], of.Rune[at+1]
		}
		return append(text, from+random.Int32N(min(to-from, 99)+1))
	case syntax.OpAlternate:
		return matching(text, random, of.Sub[random.IntN(len(of.Sub))])
	case syntax.OpStar, syntax.OpQuest:
		least = 0
	case syntax.OpRepeat:
		if least, most = of.Min, of.Max; most < 0 {
			most = least + 2
		}
	}
	for range least + random.IntN(most-least+1) {
		for _, part := range of.Sub {
			text = matching(text, random, part)
		}
	}
	return text
}

// patternsIn are those of the schema and of all in it.
func patternsIn(ref *openapi3.SchemaRef, found []string, seen map[*openapi3.Schema]bool) []string {
	if ref == nil || ref.Value == nil || seen[ref.Value] {
		return found
	}
	s := ref.Value
	seen[s] = true
	if s.Pattern != "" {
		found = append(found, s.Pattern)
	}
	for _, property := range s.Properties {
		found = patternsIn(property, found, seen)
	}
	return patternsIn(s.Items, found, seen)
}
