package postgres

import (
	"testing"

	"peerchallenge/pkg/postgres/pgtest"
)

// TestTheLongestIsPackedQuickly: where the server can, drafts and what was signed are packed
// with LZ4.
func TestTheLongestIsPackedQuickly(t *testing.T) {
	t.Parallel()
	s := open(t, pgtest.Database(t))
	var can bool
	var packed int
	err := s.gorm.Raw(`SELECT 'lz4' = ANY (enumvals), (SELECT count(*) FROM pg_attribute WHERE attcompression = 'l' AND (attrelid::regclass::text, attname::text) IN
		(('benchmarking_submissions', 'draft'), ('benchmarking_versions', 'values'), ('self_evaluations', 'draft'), ('self_evaluation_versions', 'document')))
		FROM pg_settings WHERE name = 'default_toast_compression'`).Row().Scan(&can, &packed)
	if err != nil || can != (packed == 4) || !can && packed > 0 {
		t.Errorf("the server can pack with LZ4: %v; it does so in %d of 4 columns (%v)", can, packed, err)
	}
}
