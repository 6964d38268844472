package main

import (
	"bytes"
	"encoding/base64"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"peerchallenge/pkg/postgres"
	"peerchallenge/pkg/postgres/pgtest"
)

func sealingKey(fill byte) string {
	return base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{fill}, 32))
}

// TestKeysAreRotatedAndSealed: from no sealing key to one and to the next, with a new
// signing key in between, and a token can be issued all the time; but not by who lacks
// the sealing key.
func TestKeysAreRotatedAndSealed(t *testing.T) {
	t.Parallel()
	database := pgtest.Database(t)
	with := func(keys string) func(string) string {
		return settingsOf("DATABASE_URL", database, "PEERCHALLENGE_SEALING_KEYS", keys)
	}
	token := []string{"token", "--role", "programme", "--subject", "ann"}
	must(t, with(""), "migrate")
	must(t, with(""), token...)
	if said := must(t, with(sealingKey(1)), "keys", "reseal"); said != "2 keys are sealed with the first sealing key.\n" {
		t.Errorf("it says %q", said)
	}
	must(t, with(sealingKey(1)), token...)
	if said := must(t, with(sealingKey(1)), "keys", "rotate"); !strings.Contains(said, "A new key signs") {
		t.Errorf("it says %q", said)
	}
	both := sealingKey(2) + "," + sealingKey(1)
	must(t, with(both), token...)
	if said := must(t, with(both), "keys", "reseal"); !strings.HasPrefix(said, "3 keys") {
		t.Errorf("it says %q", said)
	}
	file := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(file, []byte(sealingKey(2)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	must(t, settingsOf("DATABASE_URL", database, "PEERCHALLENGE_SEALING_KEYS_FILE", file), token...)
	for name, test := range map[string]struct {
		env  func(string) string
		args []string
		says string
	}{
		"no key":           {with(""), token, "PEERCHALLENGE_SEALING_KEYS"},
		"the old key":      {with(sealingKey(1)), token, "PEERCHALLENGE_SEALING_KEYS"},
		"serve without":    {with(""), []string{"serve", "--addr", "127.0.0.1:0"}, "PEERCHALLENGE_SEALING_KEYS"},
		"seal with none":   {with(""), []string{"keys", "reseal"}, "names no key"},
		"three keys":       {with(both + "," + sealingKey(3)), []string{"keys", "reseal"}, "more than two"},
		"a short key":      {with("c2hvcnQ="), []string{"keys", "reseal"}, "base64 of 32 bytes"},
		"no such file":     {settingsOf("DATABASE_URL", database, "PEERCHALLENGE_SEALING_KEYS_FILE", file+"x"), []string{"keys", "reseal"}, "cannot be read"},
		"setting and file": {settingsOf("PEERCHALLENGE_SEALING_KEYS", sealingKey(2), "PEERCHALLENGE_SEALING_KEYS_FILE", file), []string{"keys", "reseal"}, "both set"},
		"nothing to do":    {with(sealingKey(2)), []string{"keys"}, "rotate or reseal"},
		"something else":   {with(sealingKey(2)), []string{"keys", "burn"}, "rotate or reseal"},
	} {
		if said := refused(t, test.env, test.args...); !strings.Contains(said, test.says) {
			t.Errorf("%s: it says %q, not %s", name, said, test.says)
		}
	}
}

// TestTheStartSaysWhichKeysLieOpen: without a sealing key that a copy of the database can
// sign, with one what it has not sealed yet, and nothing once it has.
func TestTheStartSaysWhichKeysLieOpen(t *testing.T) {
	t.Parallel()
	database := pgtest.Database(t)
	with := func(keys string) func(string) string {
		return settingsOf("DATABASE_URL", database, "PEERCHALLENGE_SEALING_KEYS", keys)
	}
	must(t, with(""), "migrate")
	must(t, with(""), "token", "--role", "programme", "--subject", "ann")
	for _, c := range []struct{ keys, warns string }{{"", "no sealing key is set"}, {sealingKey(1), "are not sealed yet"}, {sealingKey(1), ""}} {
		cfg, err := readConfig(with(c.keys))
		if err != nil {
			t.Fatal(err)
		}
		var log bytes.Buffer
		cfg.logger = slog.New(slog.NewJSONHandler(&log, nil))
		if err := withStore(t.Context(), cfg, func(store *postgres.Store) error { return warnOfOpenKeys(t.Context(), store, cfg) }); err != nil {
			t.Fatal(describe(err))
		}
		if got := log.String(); !strings.Contains(got, c.warns) || (got == "") != (c.warns == "") {
			t.Errorf("with %q it logs %q, want %q", c.keys, got, c.warns)
		}
		if c.keys != "" {
			must(t, with(c.keys), "keys", "reseal")
		}
	}
}
