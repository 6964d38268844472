package programme

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"time"
)

// Receipt says that a borough has signed a version of a document: who, when, on whose
// authority, and exactly what. What it says never changes.
type Receipt struct {
	Head                   // its id is chance alone: nobody learns from it when others signed
	Borough         string `gorm:"column:borough_code"`
	Document        DocumentKind
	RecordID        string // the return or self-evaluation
	Number          int    // of the version
	SignedBy        Role
	Subject         string  `json:"-"` // of the token with which it was signed; the audit has it of whoever did it
	AuthorisationID *string // nil where a lead signed
	Illustrative    bool    // whether the document is made up, to show how it works
	SignedAt        time.Time

	Salt      []byte `json:"-"` // 256 bits of chance
	Hash      []byte `json:"-"` // SHA-256 of the document's canonical form and the salt
	KeyID     string `json:"-"` // of the key that signed
	Signature string `json:"-"` // over the hash, a compact JWS (RFC 7515)

	Key        PublicKey  `gorm:"-" json:"-"` // the key of KeyID, for whoever checks the signature elsewhere
	RedactedAt *time.Time `gorm:"-" json:"-"` // when words were last taken out of the version; what was signed is then nowhere any more
}

// saltBytes is how long salts are: a count is guessed easily, and chance is not.
const saltBytes = 32

// Noun implements [Record].
func (*Receipt) Noun() string { return "receipt" }

// Steps implements [Record]: nothing is done to a receipt.
func (*Receipt) Steps() []Step { return []Step{} }

// May implements [Record].
func (*Receipt) May(Actor, Step) error { return NotYours("A receipt is never changed.") }

// Check implements [Record].
func (*Receipt) Check() error { return nil }

// Seal makes the receipt of what is signed, given as its canonical form. The owner and
// the programme's team see it.
func (r *Receipt) Seal(canonical []byte, key SigningKey) (err error) {
	r.Audience = Parties(r.Borough)
	r.Salt = make([]byte, saltBytes)
	_, _ = rand.Read(r.Salt) // it never fails
	r.Hash = r.hashOf(canonical)
	r.KeyID = key.ID
	r.Signature, err = key.Sign(receiptTyp, r.Hash)
	return err
}

// receiptTyp keeps the signature from being taken for an access token.
const receiptTyp = "peerchallenge-receipt+jws"

func (r *Receipt) hashOf(canonical []byte) []byte {
	sum := sha256.New()
	sum.Write(canonical)
	sum.Write(r.Salt)
	return sum.Sum(nil)
}

// Proof is what a document was found to be beside a receipt.
type Proof struct {
	Hash      bool // whether the document is the one that was signed
	Signature bool // whether the service has signed this hash
}

// Prove holds the document, given as its canonical form, to the receipt.
func (r *Receipt) Prove(canonical []byte) Proof {
	return Proof{
		Hash:      subtle.ConstantTimeCompare(r.hashOf(canonical), r.Hash) == 1,
		Signature: r.Key.KID == r.KeyID && r.Key.Verifies(receiptTyp, r.Hash, r.Signature),
	}
}
