package screen

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// found writes what was found, each with the characters that stand there.
func found(text string) []string {
	runes := []rune(text)
	var lines []string
	for _, m := range Words(text) {
		lines = append(lines, string(m.Kind)+" "+string(runes[m.Start:m.End]))
	}
	return lines
}

// TestWords has texts with what is found in them, and texts in which nothing is.
func TestWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		want []string
	}{
		// NHS numbers.
		{"NHS number 9434765919.", []string{"nhs_number 9434765919"}},
		{"943 476 5919", []string{"nhs_number 943 476 5919"}},
		{"943-476-5919", []string{"nhs_number 943-476-5919"}},
		{"943\u00a0476\u20115919", []string{"nhs_number 943\u00a0476\u20115919"}},
		{"943 476-5919", []string{"nhs_number 943 476-5919"}},
		{"94347 65919", []string{"nhs_number 94347 65919"}},
		{"9 4 3 4 7 6 5 9 1 9", []string{"nhs_number 9 4 3 4 7 6 5 9 1 9"}},
		{"９４３ ４７６ ５９１９", []string{"nhs_number ９４３ ４７６ ５９１９"}},
		{"943\u200b4765919", []string{"nhs_number 943\u200b4765919"}},
		{"NHS9434765919", []string{"nhs_number 9434765919"}},
		{"in 2025 943 476 5919 was", []string{"nhs_number 943 476 5919"}},
		{"4010232137 and 9434765919", []string{"nhs_number 4010232137", "nhs_number 9434765919"}},
		{"9434765918", nil},
		{"94347659190", nil},
		{"943476591", nil},
		{"943,476,5919", nil},
		{"0000000010", nil}, // its check digit would be 10
		{"2023-24 2024-25, then 2024-25 2025-26", nil},
		{"020 7946 0018", nil},

		// Unique pupil numbers.
		{"UPN B801200005001", []string{"upn B801200005001"}},
		{"b801200005001", []string{"upn b801200005001"}},
		{"B 8012 0000 5001", []string{"upn B 8012 0000 5001"}},
		{"B-801-2000-05001", []string{"upn B-801-2000-05001"}},
		{"Ｂ８０１２００００５００１", []string{"upn Ｂ８０１２００００５００１"}},
		{"the upn:B801200005001,", []string{"upn B801200005001"}},
		{"A801200005001", nil},
		{"B8012000050011", nil},
		{"B80120000500", nil},
		{"AB801200005001", nil},
		{"M80120000500A", []string{"upn M80120000500A"}}, // temporary
		{"W80120000500A", nil},
		{"M80120000500I", nil}, // there is no such letter

		// Dates of birth.
		{"born 3/4/2014", []string{"date_of_birth 3/4/2014"}},
		{"DOB: 03.04.2014", []string{"date_of_birth 03.04.2014"}},
		{"D.O.B. 03-04-14", []string{"date_of_birth 03-04-14"}},
		{"date of birth 2014-04-03", []string{"date_of_birth 2014-04-03"}},
		{"Born on the 3rd of April 2014 in Lambeth", []string{"date_of_birth 3rd of April 2014"}},
		{"her birthday, April 3, 2014, was", []string{"date_of_birth April 3, 2014"}},
		{"3 Apr 2014 (date of birth)", []string{"date_of_birth 3 Apr 2014"}},
		{"dob 3\u00a0April\u00a02014", []string{"date_of_birth 3\u00a0April\u00a02014"}},
		{"dob ０３/０４/２０１４", []string{"date_of_birth ０３/０４/２０１４"}},
		{"twins born 3/4/2014 and 4/4/2014", []string{"date_of_birth 3/4/2014", "date_of_birth 4/4/2014"}},
		{"The plan was agreed on 3/4/2014.", nil},
		{"born in April 2014", nil},
		{"born in the year in which the inspection took place, which was 3/4/2014", nil},
		{"born 45/4/2014", nil},

		// Postcodes.
		{"They live at SW1A 1AA now", []string{"postcode SW1A 1AA"}},
		{"sw1a1aa", []string{"postcode sw1a1aa"}},
		{"E1\u00a06AN", []string{"postcode E1\u00a06AN"}},
		{"SE11 5QY, N1 9GU and EC1A 1BB", []string{"postcode SE11 5QY", "postcode N1 9GU", "postcode EC1A 1BB"}},
		{"ＳＥ１１ ５ＱＹ", []string{"postcode ＳＥ１１ ５ＱＹ"}},
		{"the district SE11 and SW1A", nil},
		{"Q1 2AB, XY1 2AB", nil},
		{"SE11 5QYZ", nil},
		{"SE11 5CY", nil}, // no such letter at an end
		{"USE11 5QY", nil},

		// Small counts.
		{"3 children were moved", []string{"small_count 3"}},
		{"Three children were moved", []string{"small_count Three"}},
		{"two of the young people", []string{"small_count two"}},
		{"one looked-after child", []string{"small_count one"}},
		{"children: 4", []string{"small_count 4"}},
		{"siblings (2)", []string{"small_count 2"}},
		{"５ babies", []string{"small_count ５"}},
		{"1–5 children", []string{"small_count 1", "small_count 5"}},
		{"under 5 children were moved", []string{"small_count 5"}},
		{"4 of these young siblings", []string{"small_count 4"}},
		{"children\u2019s homes: 2", []string{"small_count 2"}},
		{"6 children, twenty-five children, 13 children, 0 children", nil},
		{"1,234 children", nil},
		{"1.5 children", nil},
		{"3% of children and 4 per cent of young people", nil},
		{"children under 5", nil},
		{"children aged 3", nil},
		{"a child of 3 years", nil},
		{"a two-year-old child", nil},
		{"There were 3. Children came.", nil},
		{"3 social workers; children stayed", nil},
		{"two of our five managers for children", []string{"small_count five"}},
		{"3 people", nil},
		{"Section 3 children", nil},
		{"3rd child", nil},
		{"", nil},
		{"\xff\xfe 3 children", []string{"small_count 3"}},
	} {
		if got := found(c.text); !slices.Equal(got, c.want) {
			t.Errorf("%q: found %q, want %q", c.text, got, c.want)
		}
	}
}

// TestEveryCheckDigit makes numbers with their check characters, and with every other:
// the one is found, the others are not.
func TestEveryCheckDigit(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(13, 6))
	for range 500 {
		digits, sum := "", 0
		for weight := 10; weight > 1; weight-- {
			d := random.IntN(10)
			digits, sum = digits+fmt.Sprint(d), sum+d*weight
		}
		for last := range 10 {
			want := (sum+last)%11 == 0
			if got := len(Words(digits+fmt.Sprint(last))) == 1; got != want {
				t.Fatalf("%s%d is found: %v", digits, last, got)
			}
		}
		upn, sum := "", 0
		for weight := 2; weight < 14; weight++ {
			d := random.IntN(10)
			upn, sum = upn+fmt.Sprint(d), sum+d*weight
		}
		for place, letter := range "ABCDEFGHJKLMNPQRTUVWXYZ" {
			want := sum%23 == place
			if got := slices.ContainsFunc(Words(string(letter)+upn), func(m Mark) bool { return m.Kind == UPN }); got != want {
				t.Fatalf("%c%s is found: %v", letter, upn, got)
			}
		}
	}
}

// TestNoTextIsSlow: whatever a text is made of, each of its characters is looked at no
// more often than a fixed number of times.
func TestNoTextIsSlow(t *testing.T) {
	t.Parallel()
	const most = 60
	for _, piece := range []string{
		"1", "12 ", "1 ", "1   ", "1-", "943 476 591", "943476591 ", "0 0 0 0 0 0 0 0 0 0 ", "B8012000050", "B 8 0 1 2 0 0 0 0 5 0 0 ", "b", "b ", "a1", "SW1A 1A", "s w ", "se1", "born ", "born 1/1/", "1 1 ",
		"1/1/20 ", "d o b ", "d.o.", "3 of ", "child ", "1 child ", "young ", "one ", "young people one ", "\u200b", "1\u200b", "a\u200b", "-", "a-", "a'", "Ａ", "９", "é", "\xff", "٣", ".", "\n",
	} {
		for _, length := range []int{1000, 50_000} {
			s := scanner{text: folded(strings.Repeat(piece, length/utf8.RuneCountInString(piece)+1))}
			s.scan()
			if each := s.steps / len(s.text); each > most {
				t.Errorf("of %d times %q each character is looked at %d times", length, piece, each)
			}
			if len(s.marks) > len(s.text) {
				t.Errorf("%q has more marks than characters", piece)
			}
		}
	}
}

// FuzzWords: marks lie within the text, in order, and the work is bounded.
func FuzzWords(f *testing.F) {
	for _, text := range []string{"NHS 943 476 5919", "UPN B801200005001", "born 3 April 2014", "SW1A 1AA", "two of the children", "d.o.b. ０３/０４/２０１４", "1\u200b2\u00ad3", "\xff", "n１ 9gu", "3‑4 babies’ 5"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := scanner{text: folded(text)}
		s.scan()
		n, last := utf8.RuneCountInString(text), 0
		for _, m := range s.marks {
			if m.Start < last || m.End <= m.Start || m.End > n || !slices.Contains(Kinds[:], m.Kind) {
				t.Fatalf("%q has the mark %+v", text, m)
			}
			last = m.Start
		}
		if s.steps > 60*(n+4) {
			t.Fatalf("%q of %d characters took %d steps", text, n, s.steps)
		}
	})
}
