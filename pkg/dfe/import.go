package dfe

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"

	"peerchallenge/pkg/benchmark"
	"peerchallenge/pkg/programme"
)

// Store loads what a file gives.
type Store interface {
	// Import carries the delivery out. read is asked without any lock, and again if
	// what was known has changed until the figures are written.
	Import(ctx context.Context, actor programme.Actor, d benchmark.Delivery, read func(benchmark.Known) (*benchmark.Import, error)) (benchmark.ImportResult, error)
}

// Import reads a file and loads it, whole or not at all. The content is read from
// its beginning, more than once if need be. The error names every fault of the
// file, see [Read], or is one of the store's.
func Import(ctx context.Context, store Store, actor programme.Actor, d benchmark.Delivery, content io.ReadSeeker, how Options) (benchmark.ImportResult, error) {
	sum := sha256.New()
	if err := fromBeginning(content, func() error { _, err := io.Copy(sum, content); return err }); err != nil {
		return benchmark.ImportResult{}, err
	}
	d.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return store.Import(ctx, actor, d, func(known benchmark.Known) (file *benchmark.Import, err error) {
		err = fromBeginning(content, func() error {
			file, err = Read(d.File, content, known, how)
			return err
		})
		return file, err
	})
}

func fromBeginning(content io.Seeker, do func() error) error {
	if _, err := content.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return do()
}
