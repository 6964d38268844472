package programme

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Normal answers the text in the one form in which it is kept: lines end with LF,
// and what Unicode can write in two ways is composed (NFC), so that equal texts
// are equal bytes.
func Normal(text string) string {
	if strings.Contains(text, "\r") {
		text = lineEnds.Replace(text)
	}
	return norm.NFC.String(text)
}

// Uncomposed answers of how many bytes [Normal] cannot see at a glance that they are
// composed. Those take it some thirty times longer than others.
func Uncomposed(text string) int { return len(text) - norm.NFC.QuickSpanString(text) }

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// Blank reports whether a text says nothing: it has white space of any kind, and
// characters that nobody sees, alone.
func Blank(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsSpace(r) && r != brailleBlank && !unicode.In(r, unseen...) })
}

// blank reports whether an optional text says nothing.
func blank(text *string) bool { return text == nil || Blank(*text) }

// brailleBlank is a symbol to Unicode, with nothing to see.
const brailleBlank = '\u2800'

var unseen = []*unicode.RangeTable{unicode.Z, unicode.Cc, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector}

// NameLike reports whether a text can be a name or a title: one line, without
// characters that control or deceive. The joiners and the marks of direction that
// scripts need, U+200C to U+200F, are no such characters.
func NameLike(text string) bool { return !strings.ContainsFunc(text, deceives) && !Blank(text) }

func deceives(r rune) bool {
	switch {
	case unicode.IsControl(r): // C0, DEL and C1
	case r == '\u00AD', r == '\u200B', r == '\uFEFF': // soft hyphen, zero-width spaces
	case r >= '\u2028' && r <= '\u202E': // line and paragraph separators, embeddings and overrides of direction
	case r >= '\u2060' && r <= '\u2069': // word joiner, invisible operators, isolates of direction
	case r >= 0xE0000 && r <= 0xE007F: // tags
	default:
		return false
	}
	return true
}

// Printable reports whether a text of several lines has no control characters
// but tab and LF.
func Printable(text string) bool {
	for i := range len(text) {
		if b := text[i]; b < ' ' && b != '\t' && b != '\n' || b >= 0x7f { // nothing below needs to be known of plain ASCII
			return !strings.ContainsFunc(text[i:], func(r rune) bool { return unicode.IsControl(r) && r != '\t' && r != '\n' })
		}
	}
	return true
}
