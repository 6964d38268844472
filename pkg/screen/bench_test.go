package screen_test

import (
	"strings"
	"testing"

	"peerchallenge/pkg/screen"
)

// BenchmarkWords looks through 500 characters of a report's prose.
func BenchmarkWords(b *testing.B) {
	text := strings.Repeat("Most of the 41 children who came back in 2025 had 2 moves in a year; staff said on 3 April 2025 why. ", 5)[:500]
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		screen.Words(text)
	}
}
