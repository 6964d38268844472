package auth

import "testing"

// BenchmarkVerify compares the full verification of a token with the answer of
// the cache, per algorithm.
func BenchmarkVerify(b *testing.B) {
	c := newClock()
	v := staticVerifier(b, c, edKey.jwk(nil), esKey.jwk(nil), rsKey.jwk(nil))
	for _, s := range []signer{edKey, esKey, rsKey} {
		token := s.sign(claimsAt(c.now(), nil), nil)
		b.Run(s.method.Alg()+"/uncached", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := v.verify(b.Context(), token); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(s.method.Alg()+"/cached", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := v.Verify(b.Context(), token); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
