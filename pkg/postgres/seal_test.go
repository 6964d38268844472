package postgres

import (
	"bytes"
	"strings"
	"testing"

	"peerchallenge/pkg/programme"
)

func sealingKeyOf(fill byte) []byte { return bytes.Repeat([]byte{fill}, SealingKeySize) }

// sealedStore is the store of another process, with these sealing keys.
func sealedStore(t *testing.T, url string, keys ...[]byte) *Store {
	t.Helper()
	s, err := Open(t.Context(), Config{URL: url, SealingKeys: keys})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// TestACopyOfTheDatabaseCannotSign: what is sealed is nowhere in it as it is, opens
// with its sealing key, and is another each time. What lay open before is still read.
func TestACopyOfTheDatabaseCannotSign(t *testing.T) {
	t.Parallel()
	plain := seeded(t)
	url, ctx := urlOf(plain), t.Context()
	owner := admin(t, url)
	cursor := made[[]byte](t)(plain.CursorKey(ctx))
	if err := plain.AddSigningKey(ctx, programme.SigningKey{ID: "open", Algorithm: "EdDSA", PKCS8: []byte("0 the open key"), CreatedAt: beginning()}); err != nil {
		t.Fatal(err)
	}
	sealed := sealedStore(t, url, sealingKeyOf(1))
	if err := sealed.AddSigningKey(ctx, programme.SigningKey{ID: "sealed", Algorithm: "EdDSA", PKCS8: []byte("0 the sealed key"), CreatedAt: beginning()}); err != nil {
		t.Fatal(err)
	}
	holds := func(s *Store) {
		t.Helper()
		keys, err := s.SigningKeys(ctx)
		if err != nil || len(keys) != 2 || string(keys[0].PKCS8) != "0 the open key" || string(keys[1].PKCS8) != "0 the sealed key" {
			t.Errorf("the signing keys are %q, %v", keys, err)
		}
		if got := made[[]byte](t)(s.CursorKey(ctx)); !bytes.Equal(got, cursor) {
			t.Error("the cursors' key is another")
		}
	}
	lies := func(sealed, open int) {
		t.Helper()
		s, o, err := sealedStore(t, url, sealingKeyOf(2), sealingKeyOf(1)).Sealed(ctx)
		if err != nil || s != sealed || o != open {
			t.Errorf("%d keys are sealed and %d lie open (%v), not %d and %d", s, o, err, sealed, open)
		}
	}
	copied := func() string {
		t.Helper()
		var text string
		if err := owner.QueryRowContext(ctx, "SELECT string_agg(encode(pkcs8, 'escape'), ' ') || (SELECT encode(key, 'hex') FROM cursor_keys) FROM signing_keys").Scan(&text); err != nil {
			t.Fatal(err)
		}
		return text
	}
	holds(sealed)
	lies(1, 2)
	if text := copied(); !strings.Contains(text, "the open key") || strings.Contains(text, "the sealed key") {
		t.Errorf("a copy has %s", text)
	}
	if n, err := sealed.Reseal(ctx); err != nil || n != 3 {
		t.Fatalf("%d keys were sealed, %v", n, err)
	}
	holds(sealed)
	lies(3, 0)
	before := copied()
	if strings.Contains(before, "the open key") {
		t.Error("a copy has an open key")
	}

	// From one sealing key to the next, without anything that stops working.
	both := sealedStore(t, url, sealingKeyOf(2), sealingKeyOf(1))
	holds(both)
	if _, err := both.Reseal(ctx); err != nil {
		t.Fatal(err)
	}
	holds(both)
	next := sealedStore(t, url, sealingKeyOf(2))
	holds(next)
	if copied() == before {
		t.Error("the keys are sealed as before")
	}
	for name, s := range map[string]*Store{"no key": sealedStore(t, url), "another key": sealedStore(t, url, sealingKeyOf(3)), "the old key": sealed} {
		if _, err := s.SigningKeys(ctx); err == nil || !strings.Contains(err.Error(), "PEERCHALLENGE_SEALING_KEYS") {
			t.Errorf("%s opens the signing keys: %v", name, err)
		}
		if _, err := s.CursorKey(ctx); err == nil {
			t.Errorf("%s opens the cursors' key", name)
		}
		if _, _, err := s.Sealed(ctx); err == nil {
			t.Errorf("%s is right", name)
		}
		if _, err := s.Reseal(ctx); err == nil {
			t.Errorf("%s seals anew", name)
		}
	}
	holds(next)
}

// TestASealBelongsToItsRow: whoever can write the database can put no key in the place
// of another, nor change one unseen.
func TestASealBelongsToItsRow(t *testing.T) {
	t.Parallel()
	s, err := newSealing([][]byte{sealingKeyOf(1)})
	if err != nil {
		t.Fatal(err)
	}
	sealed := s.seal("one", []byte("secret"))
	if plain, err := s.open("one", sealed); err != nil || string(plain) != "secret" {
		t.Errorf("it opens as %q, %v", plain, err)
	}
	if _, err := s.open("other", sealed); err == nil {
		t.Error("it opens in another row")
	}
	for i := range sealed {
		changed := bytes.Clone(sealed)
		changed[i] ^= 1
		if plain, err := s.open("one", changed); err == nil && string(plain) == "secret" {
			t.Errorf("it opens with byte %d changed", i)
		}
	}
	for n := range sealed {
		if plain, err := s.open("one", sealed[:n]); err == nil && n > 0 {
			t.Errorf("its first %d bytes open as %q", n, plain)
		}
	}
	if _, err := newSealing([][]byte{[]byte("short")}); err == nil {
		t.Error("a short key seals")
	}
}
