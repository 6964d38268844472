package evaluation

import "testing"

// TestTooManyWordsAreCounted: also where each is one letter long, or one character of three
// bytes without a space between them.
func TestTooManyWordsAreCounted(t *testing.T) {
	t.Parallel()
	for text, c := range map[string]struct{ limit, beyond int }{
		"":                        {0, 0},
		"a":                       {0, 1},
		"a b":                     {2, 0},
		"a b c":                   {2, 3},
		"ひらが":                     {2, 3},
		"ひら":                      {2, 0},
		"one, two":                {2, 0},
		"... --- ... --- ... ---": {1, 0},
	} {
		if got := tooMany(text, c.limit); got != c.beyond {
			t.Errorf("of %q %d words are too many for a limit of %d, want %d", text, got, c.limit, c.beyond)
		}
	}
}
