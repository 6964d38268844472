package programme

import (
	"crypto/sha256"
	"strings"
	"testing"
)

// TestASecretIsKnownByItsForm: its kind, and a checksum over 256 bits, so that a scanner
// tells it from other texts and a slip of the pen asks nobody. Nothing but its digest is kept.
func TestASecretIsKnownByItsForm(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, kind := range []SecretKind{ClientSecretKind, ReadKeyKind} {
		for range 100 {
			s := NewSecret(kind)
			if seen[s.Text] || !LooksLikeSecret(kind, s.Text) || s.Hash != sha256.Sum256([]byte(s.Text)) || s.Hint != s.Text[:8] || !strings.HasPrefix(s.Hint, string(kind)) {
				t.Fatalf("a secret that begins with %s is none of its kind, or is there twice", s.Hint)
			}
			seen[s.Text] = true
		}
		text := NewSecret(kind).Text
		for i := range text {
			for _, letter := range []byte{'a', 'b', 'A', '1', '-'} {
				if slip := text[:i] + string(letter) + text[i+1:]; slip != text && LooksLikeSecret(kind, slip) {
					t.Errorf("with another letter at %d it is taken for a secret", i)
				}
			}
		}
		for _, other := range []string{"", string(kind), text + "a", text[:len(text)-1], strings.ToUpper(text), " " + text} {
			if LooksLikeSecret(kind, other) {
				t.Errorf("a text of %d letters is taken for a secret", len(other))
			}
		}
	}
	if LooksLikeSecret(ReadKeyKind, NewSecret(ClientSecretKind).Text) {
		t.Error("a secret of one kind is taken for one of another")
	}
}
