package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"peerchallenge/pkg/auth"
	"peerchallenge/pkg/postgres"
	"peerchallenge/pkg/programme"
)

// keys changes the service's own keys, which lie in the database.
func keys(ctx context.Context, args []string, cfg config, out io.Writer) error {
	flags := newFlags(out, "keys", "keys rotate\n       peerchallenge keys reseal", `rotate  makes a new key, with which the built-in issuer signs from now on. What the old one has signed is good until it
        expires, so that nobody notices. The key with which cursors are marked stays.
reseal  seals every key of the service's own with the first of PEERCHALLENGE_SEALING_KEYS, whether it was sealed with the
        second or not at all. DATABASE_URL names the owner of the database here. To change from one sealing key to
        another: set both for serve, the new one first; reseal; then set the new one alone.`,
		some("DATABASE_URL", "PEERCHALLENGE_SEALING_KEYS", "PEERCHALLENGE_SEALING_KEYS_FILE", "PEERCHALLENGE_BUILTIN_ISSUER", "LOG_LEVEL")...)
	if err := flags.parseSome(args); err != nil {
		return err
	}
	what := flags.Arg(0)
	if flags.NArg() != 1 || what != "rotate" && what != "reseal" {
		return errors.New("say what to do with the keys, rotate or reseal; see peerchallenge keys --help")
	}
	return withStore(ctx, cfg, func(store *postgres.Store) error {
		if what == "reseal" {
			n, err := store.Reseal(ctx)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(out, "%d keys are sealed with the first sealing key.\n", n)
			return err
		}
		if err := cfg.needBuiltIn(); err != nil {
			return err
		}
		if err := auth.NewAuthority(store, cfg.issuer, cfg.audience, cfg.clock).Rotate(ctx); err != nil {
			return err
		}
		_, err := fmt.Fprintln(out, "A new key signs from now on, in every process within ten seconds. Tokens of the old one are good until they expire.")
		return err
	})
}

// warnOfOpenKeys says that a copy of the database would be enough to sign tokens, and
// refuses to start with a sealing key that is another than that of the keys.
func warnOfOpenKeys(ctx context.Context, store *postgres.Store, cfg config) error {
	_, lying, err := store.Sealed(ctx)
	var unready *programme.Error
	switch {
	case errors.As(err, &unready):
		return nil // the database is away or not migrated; serve waits for it
	case err != nil:
		return err
	case len(cfg.sealing) == 0:
		cfg.logger.Warn("no sealing key is set, so that who has a copy of the database can sign tokens; set PEERCHALLENGE_SEALING_KEYS, and seal what is there with peerchallenge keys reseal")
	case lying > 0:
		cfg.logger.Warn("some of the service's own keys are not sealed yet; peerchallenge keys reseal seals them", "keys", lying)
	}
	return nil
}

// secretIn reads what a setting says, or the file that the setting of the same name with
// _FILE behind it names; what it is called stands in the refusal of both.
func secretIn(env func(string) string, name, what string) (string, error) {
	text, file := env(name), env(name+"_FILE")
	switch {
	case file == "":
		return text, nil
	case text != "":
		return "", fmt.Errorf("%s and %s_FILE are both set; say %s in one of them", name, name, what)
	}
	content, err := os.ReadFile(file) // #nosec G304,G703 -- reading the file that is named is what the setting is for
	if err != nil {
		return "", fmt.Errorf("%s_FILE cannot be read: %w", name, root(err))
	}
	return strings.TrimRight(string(content), "\r\n"), nil // which editors put at a file's end
}

// readSealingKeys reads the keys from the setting or from the file that another names.
func readSealingKeys(env func(string) string) ([][]byte, error) {
	text, err := secretIn(env, "PEERCHALLENGE_SEALING_KEYS", "the keys")
	if err != nil {
		return nil, err
	}
	given := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == '\n' || r == '\r' || r == ' ' })
	if len(given) > 2 {
		return nil, errors.New("PEERCHALLENGE_SEALING_KEYS names more than two keys: the one that seals, and the one whose place it takes")
	}
	var found [][]byte
	for _, one := range given {
		key, err := base64.StdEncoding.DecodeString(one)
		if err != nil || len(key) != postgres.SealingKeySize {
			return nil, fmt.Errorf("PEERCHALLENGE_SEALING_KEYS has a key that is not base64 of %d bytes; openssl rand -base64 %[1]d makes one", postgres.SealingKeySize)
		}
		found = append(found, key)
	}
	return found, nil
}
