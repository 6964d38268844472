package postgres

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/stdlib"
)

// sealing keeps the service's own keys so that the database alone is not enough to
// use them. The first of its keys seals, and all of them open: for as long as two are
// there, one takes the place of the other. With none, keys are kept as they are.
type sealing []sealingKey

type sealingKey struct {
	id   [sealingIDSize]byte // by which what it has sealed is known
	aead cipher.AEAD
}

const (
	sealingIDSize = 4
	// sealedMark begins everything that is sealed. A private key in DER begins with
	// 0x30, and a cursors' key that is not sealed has 32 bytes.
	sealedMark    = 0x01
	cursorKeySize = 32
	// SealingKeySize is the size of a key for AES-256.
	SealingKeySize = 32
)

func newSealing(keys [][]byte) (sealing, error) {
	var s sealing
	for _, key := range keys {
		if len(key) != SealingKeySize {
			return nil, fmt.Errorf("a sealing key has %d bytes, and needs %d", len(key), SealingKeySize)
		}
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, err
		}
		aead, err := cipher.NewGCM(block)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(append([]byte("peerchallenge sealing key "), key...))
		s = append(s, sealingKey{[sealingIDSize]byte(sum[:sealingIDSize]), aead})
	}
	return s, nil
}

// seal answers the text as it is kept in the row of that name. Bound to its row, it
// opens in no other.
func (s sealing) seal(row string, plain []byte) []byte {
	if len(s) == 0 {
		return plain
	}
	nonce := make([]byte, s[0].aead.NonceSize())
	_, _ = rand.Read(nonce) // it never fails
	sealed := append(append([]byte{sealedMark}, s[0].id[:]...), nonce...)
	return s[0].aead.Seal(sealed, nonce, plain, []byte(row))
}

// open answers what was sealed for the row, or what was never sealed.
func (s sealing) open(row string, kept []byte) ([]byte, error) {
	if !isSealed(row, kept) {
		return kept, nil
	}
	if len(kept) > 1+sealingIDSize {
		id, rest := [sealingIDSize]byte(kept[1:]), kept[1+sealingIDSize:]
		for _, key := range s {
			if key.id != id || len(rest) < key.aead.NonceSize() {
				continue
			}
			plain, err := key.aead.Open(nil, rest[:key.aead.NonceSize()], rest[key.aead.NonceSize():], []byte(row))
			if err != nil {
				return nil, fmt.Errorf("%s was sealed for another row, or has been changed: %w", row, err)
			}
			return plain, nil
		}
	}
	return nil, fmt.Errorf("%s is sealed with a key that this process does not have; PEERCHALLENGE_SEALING_KEYS must name it, beside the one that takes its place", row)
}

func isSealed(row string, kept []byte) bool {
	if row == cursorRow {
		return len(kept) != cursorKeySize
	}
	return len(kept) > 0 && kept[0] == sealedMark
}

// The rows of keys, as their seals name them.
const cursorRow = "the cursors' key"

func signingRow(id string) string { return "signing key " + id }

// Sealed says how many of the service's own keys are sealed, and how many lie open in
// the database. The error names one that cannot be opened.
func (s *Store) Sealed(ctx context.Context) (sealed, lying int, err error) {
	err = s.eachKey(ctx, s.sql, func(row string, kept []byte) error {
		if isSealed(row, kept) {
			sealed++
		} else {
			lying++
		}
		_, err := s.sealing.open(row, kept)
		return err
	})
	return sealed, lying, refusalOr(err)
}

// refusalOr is refusal for what may be a sentence for the operator.
func refusalOr(err error) error {
	if err != nil && (away(err) || schemaMissing(err)) {
		return refusal(err)
	}
	return err
}

type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func (s *Store) eachKey(ctx context.Context, q querier, do func(row string, kept []byte) error) error {
	rows, err := q.QueryContext(ctx, "SELECT id, pkcs8 FROM signing_keys UNION ALL SELECT '', key FROM cursor_keys ORDER BY 1")
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id string
		var kept []byte
		if err := rows.Scan(&id, &kept); err != nil {
			return err
		}
		row := cursorRow
		if id != "" {
			row = signingRow(id)
		}
		if err := do(row, kept); err != nil {
			return err
		}
	}
	return rows.Err()
}

// errNoSealingKey refuses to seal with nothing.
var errNoSealingKey = errors.New("PEERCHALLENGE_SEALING_KEYS names no key with which the service's own keys could be sealed")

// Reseal seals every key of the service's own with the first sealing key, whether it
// was sealed with another or lay open, all or none, and says how many. The user of the
// URL must be the owner of the database: the service itself may not touch the cursors'
// key. No key changes, so that no token and no cursor does. The error is a sentence
// for the operator.
func (s *Store) Reseal(ctx context.Context) (n int, err error) {
	if len(s.sealing) == 0 {
		return 0, errNoSealingKey
	}
	owner := stdlib.OpenDB(*s.config)
	defer func() { _ = owner.Close() }()
	tx, err := owner.BeginTx(ctx, nil)
	if err != nil {
		return 0, refusal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(ctx, "LOCK TABLE signing_keys, cursor_keys IN SHARE ROW EXCLUSIVE MODE"); err != nil {
		return 0, fmt.Errorf("the keys cannot be sealed anew by this user of the database: %w", err)
	}
	type resealed struct {
		row    string
		sealed []byte
	}
	var all []resealed
	if err := s.eachKey(ctx, tx, func(row string, kept []byte) error {
		plain, err := s.sealing.open(row, kept)
		all = append(all, resealed{row, s.sealing.seal(row, plain)})
		return err
	}); err != nil {
		return 0, refusalOr(err)
	}
	for _, r := range all {
		statement, args := "UPDATE cursor_keys SET key = $1", []any{r.sealed}
		if r.row != cursorRow {
			statement, args = "UPDATE signing_keys SET pkcs8 = $1 WHERE 'signing key ' || id = $2", []any{r.sealed, r.row}
		}
		if _, err := tx.ExecContext(ctx, statement, args...); err != nil {
			return 0, fmt.Errorf("the keys cannot be sealed anew by this user of the database: %w", err)
		}
	}
	return len(all), refusal(tx.Commit())
}
