package chart

import (
	"strings"
	"unicode"
)

// The widths of the printable characters of ASCII in DejaVu Sans, in thousandths of the
// size. It is wider than the fonts that are asked for before it, so that what fits in it
// fits in all of them.
var (
	regular = [...]int{
		318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531,
		1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863, 748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500,
		500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
	}
	bold = [...]int{
		348, 456, 521, 838, 696, 1002, 872, 306, 457, 457, 523, 838, 380, 415, 380, 365, 696, 696, 696, 696, 696, 696, 696, 696, 696, 696, 400, 400, 838, 838, 838, 580,
		1000, 774, 762, 734, 830, 683, 683, 821, 837, 372, 372, 775, 637, 995, 837, 850, 733, 850, 770, 720, 682, 812, 774, 1103, 771, 724, 725, 457, 365, 457, 838, 500,
		500, 675, 716, 593, 716, 678, 435, 716, 712, 343, 343, 665, 343, 1042, 712, 687, 716, 716, 493, 595, 478, 712, 652, 924, 645, 652, 582, 712, 365, 712, 838,
	}
)

const fonts = "Arial, Helvetica, 'Liberation Sans', 'DejaVu Sans', sans-serif"

// ink is how a text is written.
type ink struct {
	size   float64
	bold   bool
	colour string
	anchor string // start, middle or end of the line lies where the text is placed
	halo   bool   // white around it, where lines pass behind
	upward bool   // read from below
}

// leading is from one line to the next.
func (i ink) leading() float64 { return i.size * 1.15 }

// width estimates how long a text is, rather too long than too short.
func (i ink) width(text string) float64 {
	widths, sum := &regular, 0
	if i.bold {
		widths = &bold
	}
	for _, r := range text {
		switch at := int(r) - ' '; {
		case at >= 0 && at < len(widths):
			sum += widths[at]
		case unicode.Is(unicode.Mn, r):
		case r < 0x250:
			sum += 800 // Latin with signs
		case r < 0x1f000:
			sum += 1050
		default:
			sum += 1400
		}
	}
	return float64(sum) * i.size / 1000
}

// widest answers the width of the longest of the texts.
func (i ink) widest(texts ...string) float64 {
	widest := 0.0
	for _, t := range texts {
		widest = max(widest, i.width(t))
	}
	return widest
}

// longestWord answers the width of the longest word of the texts, which is never broken
// where it fits.
func (i ink) longestWord(texts ...string) float64 {
	widest := 0.0
	for _, t := range texts {
		widest = max(widest, i.widest(strings.Fields(t)...))
	}
	return widest
}

// wrap breaks a text into lines that are no longer than the width, between words where it
// can be. It leaves nothing out.
func (i ink) wrap(text string, width float64) []string {
	var lines []string
	line, length, space := "", 0.0, i.width(" ")
	end := func() {
		if line != "" {
			lines = append(lines, line)
		}
		line, length = "", 0
	}
	for word := range strings.FieldsSeq(text) {
		w := i.width(word)
		if line != "" && length+space+w <= width {
			line, length = line+" "+word, length+space+w
			continue
		}
		end()
		if w <= width {
			line, length = word, w
			continue
		}
		for _, r := range word {
			w := i.width(string(r))
			if length+w > width {
				end()
			}
			line, length = line+string(r), length+w
		}
	}
	end()
	return lines
}

// clean answers a text without what has no place in a line: characters that XML does not
// know, and those that turn the direction of what follows, become the sign of an unknown
// character; spaces of every kind become one.
func clean(text string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r < ' ', r == 0x7f, r >= 0x80 && r < 0xa0, r == 0xfffe, r == 0xffff, unicode.Is(unicode.Bidi_Control, r):
			return unicode.ReplacementChar
		}
		return r
	}, text)), " ")
}

func cleanAll(texts []string) []string {
	cleaned := make([]string, len(texts))
	for i, t := range texts {
		cleaned[i] = clean(t)
	}
	return cleaned
}
