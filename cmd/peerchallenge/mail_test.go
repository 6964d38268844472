package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestMailSettings: none is no fault, a password lies in the setting or in a file, and
// what does not fit together is refused before anything runs.
func TestMailSettings(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("a long secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const name = "PEERCHALLENGE_MAIL_"
	server := []string{name + "SERVER", "smtp.example.org:587", name + "FROM", "Programme <returns@example.org>"}
	for _, c := range []struct {
		env      []string
		password string
		refused  string
	}{
		{env: []string{}},
		{env: server},
		{env: append(server[:4:4], name+"USER", "a", name+"PASSWORD", "p"), password: "p"},
		{env: append(server[:4:4], name+"USER", "a", name+"PASSWORD_FILE", file), password: "a long secret"},
		{env: server[2:], refused: "PEERCHALLENGE_MAIL_FROM is set without PEERCHALLENGE_MAIL_SERVER"},
		{env: server[:2], refused: "no address to send from"},
		{env: append(server[:4:4], name+"USER", "a"), refused: "set together or not at all"},
		{env: append(server[:4:4], name+"USER", "a", name+"PASSWORD", "p", name+"PASSWORD_FILE", file), refused: "both set"},
		{env: append(server[:4:4], name+"USER", "a", name+"PASSWORD_FILE", file+"x"), refused: "cannot be read"},
		{env: append(server[:4:4], name+"TLS", "ssl"), refused: "no way to keep mail secret"},
	} {
		cfg, err := readConfig(settingsOf(c.env...))
		switch {
		case c.refused != "":
			if err == nil || !strings.Contains(err.Error(), c.refused) {
				t.Errorf("%v is refused with %v, want %q", c.env, err, c.refused)
			}
		case err != nil:
			t.Errorf("%v is refused: %v", c.env, err)
		case (cfg.mail == nil) != (len(c.env) == 0):
			t.Errorf("%v makes %+v", c.env, cfg.mail)
		case cfg.mail != nil && cfg.mail.Password != c.password:
			t.Errorf("%v has the password %q", c.env, cfg.mail.Password)
		}
	}
}
