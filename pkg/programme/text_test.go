package programme_test

import (
	"strings"
	"testing"

	"peerchallenge/pkg/programme"
)

// TestNames says what a name or title may hold. Persian, Hebrew, Indic scripts and
// emoji need characters that nobody sees.
func TestNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"South London", "Cwm Tâf", "O\u2019Neill\u00a0& Co", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0915\u094d\u200d\u0937",
		"\U0001F469\u200d\U0001F4BB", "\u05d0\u200f!", "a\u200eb", "\u3000a", "-",
	} {
		if !programme.NameLike(name) {
			t.Errorf("%q is refused", name)
		}
	}
	for _, r := range []rune{
		0, '\a', '\t', '\n', '\v', '\r', 0x1f, 0x7f, 0x80, 0x85, 0x9f, 0xad, 0x200b, 0x2028, 0x2029, 0x202a, 0x202d, 0x202e,
		0x2060, 0x2063, 0x2066, 0x2069, 0xfeff, 0xe0000, 0xe0041, 0xe007f,
	} {
		if name := "South" + string(r) + "London"; programme.NameLike(name) {
			t.Errorf("%q is taken", name)
		}
	}
	for _, r := range []rune{0x20, 0x7e, 0xa0, 0xac, 0xae, 0x200a, 0x200c, 0x200d, 0x200e, 0x200f, 0x2010, 0x2027, 0x202f, 0x205f, 0x206a, 0xfefe, 0xff00, 0xe0080} {
		if name := "South" + string(r) + "London"; !programme.NameLike(name) {
			t.Errorf("%q is refused, just beside what must be", name)
		}
	}
}

// TestBlank: what nobody can read says nothing.
func TestBlank(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", " ", "\t\n", "\u00a0", "\u1680", "\u2003", "\u202f", "\u3000", "\u0085", "\u2028", "\u200b", "\u200c\u200d", "\u2060", "\ufeff", "\u00ad", "\u180e",
		"\u034f", "\u115f", "\u3164", "\uffa0", "\ufe0f", "\u2800", " \u00a0\u200b ",
	} {
		if !programme.Blank(text) || programme.NameLike(text) {
			t.Errorf("%q says something", text)
		}
	}
	for _, text := range []string{"a", " a", "\u00a0.\u00a0", "\u0645\u200c", "0", "\u4e00", "\U0001FAE8"} {
		if programme.Blank(text) {
			t.Errorf("%q says nothing", text)
		}
	}
}

func TestTextOfSeveralLines(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "One.\n\tTwo.\n", "\u2028", "\u00ad", "a\u00e9\n\tb"} {
		if !programme.Printable(text) {
			t.Errorf("%q is refused", text)
		}
	}
	for _, text := range []string{"\r", "a\x00", "\a", "\x1b[31m", "\x7f", "\u0085", "\u009f", "a\u00e9b\x00", "a\u00e9\x7f", "\ta\u009f"} {
		if programme.Printable(text) {
			t.Errorf("%q is taken", text)
		}
	}
}

func TestNormalForm(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"": "", "One.\r\nTwo.\rThree.\n": "One.\nTwo.\nThree.\n", "\r\r\n": "\n\n", "e\u0301": "\u00e9", "\u212b": "\u00c5", "\u1100\u1161": "\uac00", "a\u200cb": "a\u200cb",
	} {
		got := programme.Normal(given)
		if got != want || programme.Normal(got) != got {
			t.Errorf("%q becomes %q, want %q", given, got, want)
		}
	}
	if got := programme.Uncomposed(strings.Repeat("\u00e9", 10)); got != 0 {
		t.Errorf("%d bytes of a composed text are not", got)
	}
	if got := programme.Uncomposed("abc" + strings.Repeat("e\u0301", 10)); got != 30 {
		t.Errorf("%d bytes are not composed, want 30", got)
	}
}
