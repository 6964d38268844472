package evaluation_test

import (
	"math/rand/v2"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/clipperhouse/uax29/v2/graphemes"

	"peerchallenge/pkg/evaluation"
)

func TestWordsAreCountedByUAX29(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"":         0,
		" \t\r\n ": 0,
		"... – ! 👩🏽‍👩🏽‍👧🏽 🏴󠁧󠁢󠁷󠁬󠁳󠁿":           0,
		"Children are seen, and heard.":      5,
		"don’t can't 3.2 1,234 20%":          5,
		"re-referrals":                       2,
		"Mae’r plant yn Llŷn":                4,
		"الأطفال في الرعاية":                 3,
		"e\u0301te\u0301 \u0301":             1,
		"snake_case e.g. no\u00a0break":      4,
		"line\r\nline":                       2,
		"\u6771\u4eac":                       2,
		strings.Repeat("word ", 3000):        3000,
		"broken \xff\xfe utf-8, \xe2\x82 ok": 4,
	} {
		if got := evaluation.CountWords(text); got != want {
			t.Errorf("%q has %d words, want %d", text, got, want)
		}
	}
}

func piece(op evaluation.Op, text string) evaluation.Piece {
	return evaluation.Piece{Op: op, Text: text}
}

func TestTextsAreComparedByWords(t *testing.T) {
	t.Parallel()
	const kept, removed, added = evaluation.WordsKept, evaluation.WordsRemoved, evaluation.WordsAdded
	for _, c := range []struct {
		what, was, is string
		want          []evaluation.Piece
	}{
		{"nothing", "", "", nil},
		{"the same", "As it was.", "As it was.", []evaluation.Piece{piece(kept, "As it was.")}},
		{"a first text", "", "New.", []evaluation.Piece{piece(added, "New.")}},
		{"no text any more", "Old.", "", []evaluation.Piece{piece(removed, "Old.")}},
		{"one word for another", "We know it well.", "We knew it well.", []evaluation.Piece{piece(kept, "We "), piece(removed, "know"), piece(added, "knew"), piece(kept, " it well.")}},
		{"a part of a word is none", "children", "childrens", []evaluation.Piece{piece(removed, "children"), piece(added, "childrens")}},
		{"several words for several are one change", "We see few children now.", "We see many families now.", []evaluation.Piece{piece(kept, "We see "), piece(removed, "few children"), piece(added, "many families"), piece(kept, " now.")}},
		{"a word more", "It is good.", "It is very good.", []evaluation.Piece{piece(kept, "It is "), piece(added, "very "), piece(kept, "good.")}},
		{"a stop", "It is. Good", "It is, good", []evaluation.Piece{piece(kept, "It is"), piece(removed, ". Good"), piece(added, ", good")}},
		{"words kept between changes", "a b c", "x b y", []evaluation.Piece{piece(removed, "a"), piece(added, "x"), piece(kept, " b "), piece(removed, "c"), piece(added, "y")}},
		{"ends of lines are kept whole", "one\r\ntwo", "one\ntwo", []evaluation.Piece{piece(kept, "one"), piece(removed, "\r\n"), piece(added, "\n"), piece(kept, "two")}},
		{"another tone of skin", "fine 👍🏽", "fine 👍🏿", []evaluation.Piece{piece(kept, "fine "), piece(removed, "👍🏽"), piece(added, "👍🏿")}},
		{"a family with one child more", "👨‍👩‍👧 at home", "👨‍👩‍👧‍👦 at home", []evaluation.Piece{piece(removed, "👨‍👩‍👧"), piece(added, "👨‍👩‍👧‍👦"), piece(kept, " at home")}},
		{"flags", "🇬🇧🇫🇷", "🇬🇫🇷", []evaluation.Piece{piece(removed, "🇬🇧🇫🇷"), piece(added, "🇬🇫🇷")}},
		{"flags with a mark between them", "🇬\u0301🇬🇧", "🇬\u0301🇬🇫", []evaluation.Piece{piece(removed, "🇬\u0301🇬🇧"), piece(added, "🇬\u0301🇬🇫")}},
		{"a vowel of Thai", "ก", "กำ", []evaluation.Piece{piece(removed, "ก"), piece(added, "กำ")}},
		{"an accent", "cafe", "cafe\u0301", []evaluation.Piece{piece(removed, "cafe"), piece(added, "cafe\u0301")}},
		{"another form of the same", "caf\u00e9", "cafe\u0301", []evaluation.Piece{piece(removed, "caf\u00e9"), piece(added, "cafe\u0301")}},
	} {
		if got := evaluation.Compare(c.was, c.is); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %q", c.what, got)
		}
	}
}

// fragments are what texts are made of at random: of every kind of boundary.
var fragments = strings.Split(`a|the|children|Llanfair|Ŵyl|ŷ|الرعاية|الأَطفال|لا|ﷺ|हिन्दी|क्षि|ก|ำ|น้ำ|ສໍ|한국|가|각|カタ|`+
	"\u6771|\u4eac|e\u0301|\u0301|\u0308\u0323|\u200d|\ufe0f|👩🏽|🏽|👩‍👩‍👧|👨🏿‍🚀|❤️‍🔥|🏳️‍🌈|🇬🇧|🇬|🇫🇷|🏴󠁧󠁢󠁷󠁬󠁳󠁿|1|2.5|1,000|don’t|can't|_|-|.|,|;| | |  |\t|\n|\r\n|\r|\u00a0|\u2028|\u200b|\u0600|\u0e33|\xff|\xe2\x82|\u0000|\ufffd", "|")

func atRandom(r *rand.Rand, n int) []string {
	text := make([]string, n)
	for i := range text {
		text[i] = fragments[r.IntN(len(fragments))]
	}
	return text
}

// edited answers the text with some of its parts taken out, put in or put elsewhere.
func edited(r *rand.Rand, text []string) []string {
	is := append([]string{}, text...)
	for range r.IntN(6) {
		at := r.IntN(len(is) + 1)
		switch end := min(len(is), at+r.IntN(4)); r.IntN(3) {
		case 0:
			is = append(is[:at:at], is[end:]...)
		case 1:
			is = append(is[:at:at], append(atRandom(r, r.IntN(4)), is[at:]...)...)
		default:
			is = append(append(is[:at:at], is[end:]...), is[at:end]...)
		}
	}
	return is
}

// boundaries answers the places between the grapheme clusters of the text, its ends
// included.
func boundaries(text string) map[int]bool {
	at, all := 0, map[int]bool{0: true}
	for it := graphemes.FromString(text); it.Next(); {
		at += len(it.Value())
		all[at] = true
	}
	return all
}

func TestAComparisonLosesNothingAndCutsNoGrapheme(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4000) {
		r := rand.New(rand.NewPCG(seed, 15))
		parts := atRandom(r, r.IntN(60))
		other := edited(r, parts)
		if seed%4 == 0 {
			other = atRandom(r, r.IntN(60))
		}
		was, is := strings.Join(parts, ""), strings.Join(other, "")
		pieces := evaluation.Compare(was, is)
		var before, after strings.Builder
		beforeAt, afterAt := boundaries(was), boundaries(is)
		last := evaluation.Op("")
		for _, p := range pieces {
			if p.Text == "" || p.Op == last || p.Op == evaluation.WordsRemoved && last == evaluation.WordsAdded {
				t.Errorf("seed %d: %q after %q", seed, p, last)
			}
			last = p.Op
			if p.Op != evaluation.WordsAdded {
				before.WriteString(p.Text)
			}
			if p.Op != evaluation.WordsRemoved {
				after.WriteString(p.Text)
			}
			if !beforeAt[before.Len()] || !afterAt[after.Len()] {
				t.Errorf("seed %d: %q ends within a grapheme cluster", seed, p)
			}
		}
		if before.String() != was || after.String() != is {
			t.Errorf("seed %d: %q and %q became %q", seed, was, is, pieces)
		}
		if again := evaluation.Compare(was, is); !reflect.DeepEqual(again, pieces) {
			t.Errorf("seed %d: %q, and then %q", seed, pieces, again)
		}
	}
}

// prose answers words of a vocabulary that has as many, the frequent ones far more often.
func prose(r *rand.Rand, words, vocabulary int) []string {
	text := make([]string, words)
	for i := range text {
		text[i] = "word" + strconv.Itoa(int(float64(vocabulary)*r.Float64()*r.Float64()*r.Float64()))
	}
	return text
}

func kept(pieces []evaluation.Piece) int {
	n := 0
	for _, p := range pieces {
		if p.Op == evaluation.WordsKept {
			n += evaluation.CountWords(p.Text)
		}
	}
	return n
}

func TestAsManyWordsAsCanBeAreKept(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 16))
		was, is := prose(r, r.IntN(80), 30), prose(r, r.IntN(80), 30)
		longest := make([][]int, len(was)+1) // common sequence of what begins the texts, by the plain recurrence
		longest[0] = make([]int, len(is)+1)
		for i := range was {
			longest[i+1] = make([]int, len(is)+1)
			for j := range is {
				longest[i+1][j+1] = max(longest[i][j+1], longest[i+1][j])
				if was[i] == is[j] {
					longest[i+1][j+1] = longest[i][j] + 1
				}
			}
		}
		if got, want := kept(evaluation.Compare(strings.Join(was, " "), strings.Join(is, " "))), longest[len(was)][len(is)]; got != want {
			t.Errorf("seed %d: %d words are kept, want %d", seed, got, want)
		}
	}
}

func TestTheCostOfAComparisonIsBoundedByWords(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 17))
	within := kept(evaluation.Compare(strings.Join(prose(r, evaluation.MaxWords, 50), " "), strings.Join(prose(r, evaluation.MaxWords, 50), " ")))
	if within == 0 {
		t.Error("two texts of the greatest length have nothing in common")
	}
	was, is := prose(r, 2*evaluation.MaxWords, 50), prose(r, 2*evaluation.MaxWords, 50)
	was[0], is[0], was[1], is[1] = "first", "first", "second", "other"
	was = append(was, "old", "last")
	is = append(is, "new", "last")
	pieces := evaluation.Compare(strings.Join(was, " "), strings.Join(is, " "))
	if len(pieces) != 4 || pieces[0].Text != "first " || pieces[3].Text != " last" {
		t.Errorf("longer texts are compared in %d pieces; they are replaced as a whole between their ends", len(pieces))
	}
	is = append([]string{}, was...)
	is[6000] = "changed"
	if pieces := evaluation.Compare(strings.Join(was, " "), strings.Join(is, " ")); len(pieces) != 4 {
		t.Errorf("one word of a long text is another, and it is compared in %d pieces", len(pieces))
	}
}

// BenchmarkCompare compares a whole document: eleven answers of the greatest length.
func BenchmarkCompare(b *testing.B) {
	const answers = 11
	for _, c := range []struct {
		name       string
		vocabulary int
		changed    func(r *rand.Rand, was []string, vocabulary int) []string
	}{
		{"1 % changed", 5000, func(r *rand.Rand, was []string, vocabulary int) []string {
			is := append([]string{}, was...)
			for range len(was) / 100 {
				is[r.IntN(len(is))] = "new" + strconv.Itoa(r.IntN(vocabulary))
			}
			return is
		}},
		{"rewritten in the same words", 5000, func(r *rand.Rand, was []string, vocabulary int) []string {
			return prose(r, len(was), vocabulary)
		}},
		{"rewritten in few words", 20, func(r *rand.Rand, was []string, vocabulary int) []string {
			return prose(r, len(was), vocabulary)
		}},
		{"the same words in another order", 1 << 40, func(r *rand.Rand, was []string, _ int) []string {
			is := append([]string{}, was...)
			r.Shuffle(len(is), func(i, j int) { is[i], is[j] = is[j], is[i] })
			return is
		}},
		{"the same words backwards", 1 << 40, func(_ *rand.Rand, was []string, _ int) []string {
			is := append([]string{}, was...)
			for i, w := range was {
				is[len(is)-1-i] = w
			}
			return is
		}},
		{"in other words", 1 << 40, func(r *rand.Rand, was []string, vocabulary int) []string {
			return prose(r, len(was), vocabulary)
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			r := rand.New(rand.NewPCG(2, 18))
			var was, is [answers]string
			for i := range answers {
				text := prose(r, evaluation.MaxWords, c.vocabulary)
				was[i], is[i] = strings.Join(text, " "), strings.Join(c.changed(r, text, c.vocabulary), " ")
			}
			for b.Loop() {
				for i := range answers {
					evaluation.Compare(was[i], is[i])
				}
			}
		})
	}
}
