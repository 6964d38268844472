package programme

// Attempt names one try of a request that its sender may repeat.
type Attempt struct {
	Actor       Actor
	Operation   string   // the contract's operationId
	Key         string   // the sender's Idempotency-Key
	Fingerprint [32]byte // SHA-256 of everything that makes the request what it is
}

// Answer is what was sent for an [Attempt], kept so that it can be sent again.
type Answer struct {
	Status int
	Header map[string]string
	Body   []byte

	// Noun and Record name what the attempt made or acted on: whoever is given the
	// answer again must be able to see that.
	Noun, Record string

	// ShowsSecret says that nothing of the answer may be kept: a repetition is refused.
	ShowsSecret bool
}
