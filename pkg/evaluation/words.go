package evaluation

import (
	"math"
	"math/bits"
	"slices"
	"strings"
	"unicode"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"github.com/clipperhouse/uax29/v2/words"

	"peerchallenge/pkg/memo"
)

// Op says on which side of a comparison words stand.
type Op string

// The operations.
const (
	WordsKept    Op = "kept"    // on both
	WordsRemoved Op = "removed" // in the earlier text alone
	WordsAdded   Op = "added"   // in the later text alone
)

// Piece is a part of two texts that are compared.
type Piece struct {
	Op   Op
	Text string
}

// CountWords counts the words of the text: the segments between the word boundaries of
// Unicode Standard Annex 29 that have a letter or a digit.
func CountWords(text string) int {
	n := 0
	for it := words.FromString(text); it.Next(); {
		if isWord(it.Value()) {
			n++
		}
	}
	return n
}

// counted remembers how many words a text has: each answer says what is missing.
var counted = memo.New(CountWords)

// tooMany answers how many words the text has where they are more than the limit, else 0. A
// word has a byte at least, so that those of a short text need not be counted.
func tooMany(text string, limit int) int {
	if len(text) <= limit {
		return 0
	}
	if n := counted.Of(text); n > limit {
		return n
	}
	return 0
}

func isWord(segment string) bool {
	return strings.ContainsFunc(segment, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

// Compare answers word by word what became of a text: what is kept and removed, one after
// the other, is the earlier text byte for byte, what is kept and added the later one. What
// is removed stands before what is added in its place. The same texts always have the same
// answer, and no grapheme cluster (Unicode Standard Annex 29) is cut.
//
// The words that are kept are as many as can be in their order, and what stands between two
// of them (spaces, stops, emoji) is kept as far as both begin or end alike. Beside what grows
// with the texts alone this costs, for n and m words between the first change and the last
// that stand in both, about n*m/64 steps and n*m/4 bytes: at most 140,000 and 2.3 MB for two
// answers of [MaxWords] words. Where n*m is above the square of MaxWords, as for no two
// answers, all from the first change to the last is removed and added as a whole. No clock
// decides.
func Compare(was, is string) []Piece {
	c := newWordComparison(tokens(was), tokens(is))
	all := c.keepEnds(wordSpan{0, len(c.was), 0, len(c.is)})
	at := all
	for _, same := range c.commonWords(all) {
		c.keepEnds(wordSpan{at.was, same.was, at.is, same.is})
		c.keep(same)
		at.was, at.is = same.was+1, same.is+1
	}
	c.keepEnds(at)
	return c.pieces()
}

// tokens cuts the text at the word boundaries that are boundaries of grapheme clusters too.
// The two disagree in Thai and Lao, and in flags with marks between them.
func tokens(text string) []string {
	all := make([]string, 0, len(text)/3) // more than most languages need
	from, to, cluster := 0, 0, 0
	clusters := graphemes.FromString(text)
	for it := words.FromString(text); it.Next(); {
		to += len(it.Value())
		for cluster < to && clusters.Next() {
			cluster += len(clusters.Value())
		}
		if cluster == to {
			all = append(all, text[from:to])
			from = to
		}
	}
	return all
}

// wordComparison is what is known of two texts while they are compared.
type wordComparison struct {
	was, is         []string
	keptWas, keptIs []bool // as many in both, and alike one by one
}

// wordSpan is a part of both texts: of each from here to before there.
type wordSpan struct{ was, toWas, is, toIs int }

// wordPlace is a token of both texts.
type wordPlace struct{ was, is int }

func newWordComparison(was, is []string) *wordComparison {
	return &wordComparison{was, is, make([]bool, len(was)), make([]bool, len(is))}
}

func (c *wordComparison) keep(p wordPlace) { c.keptWas[p.was], c.keptIs[p.is] = true, true }

// keepEnds keeps the tokens with which both parts begin, and those with which they end. It
// answers what lies between.
func (c *wordComparison) keepEnds(s wordSpan) wordSpan {
	for s.was < s.toWas && s.is < s.toIs && c.was[s.was] == c.is[s.is] {
		c.keep(wordPlace{s.was, s.is})
		s.was, s.is = s.was+1, s.is+1
	}
	for s.was < s.toWas && s.is < s.toIs && c.was[s.toWas-1] == c.is[s.toIs-1] {
		s.toWas, s.toIs = s.toWas-1, s.toIs-1
		c.keep(wordPlace{s.toWas, s.toIs})
	}
	return s
}

// commonWords answers a longest sequence of words that stands in both parts.
func (c *wordComparison) commonWords(s wordSpan) []wordPlace {
	numbers := make(map[string]int, s.toWas-s.was)
	was, is := wordsOf(c.was, s.was, s.toWas, numbers), wordsOf(c.is, s.is, s.toIs, numbers)
	was, is = was.foundIn(is, len(numbers)), is.foundIn(was, len(numbers)) // no other can be common
	if len(was)*len(is) > MaxWords*MaxWords {
		return nil
	}
	return longest(was, is, len(numbers))
}

// numbered is the words of a text, in order. Those that are the same have one number.
type numbered []struct{ at, number int }

// wordsOf numbers the words among the tokens.
func wordsOf(tokens []string, from, to int, numbers map[string]int) numbered {
	all := make(numbered, 0, (to-from)/2+1)
	for at := from; at < to; at++ {
		if token := tokens[at]; isWord(token) {
			number, known := numbers[token]
			if !known {
				number = len(numbers)
				numbers[token] = number
			}
			all = append(all, struct{ at, number int }{at, number})
		}
	}
	return all
}

// foundIn answers which of the words are among the others. The numbers are below n.
func (w numbered) foundIn(others numbered, n int) numbered {
	known := make([]bool, n)
	for _, other := range others {
		known[other.number] = true
	}
	found := make(numbered, 0, len(w))
	for _, one := range w {
		if known[one.number] {
			found = append(found, one)
		}
	}
	return found
}

// longest answers a longest common sequence of the words, by the algorithm of Hyyrö,
// Bit-Parallel LCS-Length Computation Revisited (2004). L(i,j) is how many words
// the first i of the earlier text and the first j of the later one have in common; bit i of
// row j is 0 where L(i+1,j) is one more than L(i,j). Every row is kept, to walk back from the
// last to the words themselves.
func longest(was, is numbered, numbers int) []wordPlace {
	width := (len(was) + 63) / 64
	places := make([][]uint64, numbers) // of each word, the bits of where it stands
	for i, word := range was {
		if places[word.number] == nil {
			places[word.number] = make([]uint64, width)
		}
		places[word.number][i/64] |= 1 << (i % 64)
	}
	rows := make([]uint64, (len(is)+1)*width)
	for k := range width {
		rows[k] = math.MaxUint64
	}
	for j, word := range is {
		row, next, carry := rows[j*width:][:width], rows[(j+1)*width:][:width], uint64(0)
		for k, here := range places[word.number] {
			var sum uint64
			sum, carry = bits.Add64(row[k], row[k]&here, carry)
			next[k] = sum | row[k]&^here
		}
	}
	more := func(i, j int) bool { return rows[j*width+i/64]&(1<<(i%64)) == 0 }
	found := make([]wordPlace, 0, min(len(was), len(is)))
	for i, j := len(was), len(is); i > 0 && j > 0; {
		switch {
		case !more(i-1, j): // so many without this word of the earlier text
			i--
		case more(i-1, j-1): // and without this one of the later: L(i,j) is at most L(i-1,j-1)+1
			j--
		default: // fewer without either: the two are the same word
			i, j = i-1, j-1
			found = append(found, wordPlace{was[i].at, is[j].at})
		}
	}
	slices.Reverse(found)
	return found
}

// pieces tells what became of the tokens.
func (c *wordComparison) pieces() []Piece {
	var pieces []Piece
	note := func(op Op, tokens []string) {
		if len(tokens) > 0 {
			pieces = append(pieces, Piece{op, strings.Join(tokens, "")})
		}
	}
	for at := (wordPlace{}); at.was < len(c.was) || at.is < len(c.is); {
		from := at
		for at.was < len(c.was) && !c.keptWas[at.was] {
			at.was++
		}
		for at.is < len(c.is) && !c.keptIs[at.is] {
			at.is++
		}
		note(WordsRemoved, c.was[from.was:at.was])
		note(WordsAdded, c.is[from.is:at.is])
		from = at
		for at.was < len(c.was) && at.is < len(c.is) && c.keptWas[at.was] && c.keptIs[at.is] {
			at.was, at.is = at.was+1, at.is+1
		}
		note(WordsKept, c.was[from.was:at.was])
	}
	return pieces
}
