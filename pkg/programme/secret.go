package programme

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"hash/crc32"
	"strings"
)

// SecretKind is what a secret is for: the beginning of its text, by which people
// and programs that look for leaked secrets know it.
type SecretKind string

// The kinds of secrets.
const (
	ClientSecretKind SecretKind = "pcs_" // of an API client, for the token endpoint
	ReadKeyKind      SecretKind = "pcr_" // a read key, for every read
	CalendarKind     SecretKind = "pca_" // an address at which a calendar is read
)

// Secret is a new secret. Its text is shown once and kept nowhere.
type Secret struct {
	Text string
	Hash [sha256.Size]byte // by which it is known again
	Hint string            // by which people tell it from others
}

// NewSecret makes a secret of 256 bits of chance. A checksum of four bytes ends its
// text, so that a scanner knows a secret from a text that only looks like one, and a
// slip of the pen is refused without anybody being asked.
func NewSecret(kind SecretKind) Secret {
	random := make([]byte, secretBytes, secretBytes+crc32.Size)
	_, _ = rand.Read(random) // it never fails
	text := string(kind) + secretText.EncodeToString(binary.BigEndian.AppendUint32(random, crc32.ChecksumIEEE(random)))
	return Secret{Text: text, Hash: HashOfSecret(text), Hint: text[:len(kind)+4]}
}

const secretBytes = 32

// secretText writes bytes so that a double click takes all of it, and nothing of it
// has to be escaped anywhere.
var secretText = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// HashOfSecret is what is kept of a secret. A slow hash would protect words that
// people choose; nobody guesses 256 bits.
func HashOfSecret(text string) [sha256.Size]byte { return sha256.Sum256([]byte(text)) }

// LooksLikeSecret reports whether the text can be a secret of the kind: its form and
// its checksum are right.
func LooksLikeSecret(kind SecretKind, text string) bool {
	encoded, is := strings.CutPrefix(text, string(kind))
	if !is || len(encoded) != secretText.EncodedLen(secretBytes+crc32.Size) {
		return false
	}
	content, err := secretText.DecodeString(encoded)
	// The last letter has two bits that mean nothing, so that others would do in its place.
	return err == nil && secretText.EncodeToString(content) == encoded && binary.BigEndian.Uint32(content[secretBytes:]) == crc32.ChecksumIEEE(content[:secretBytes])
}
