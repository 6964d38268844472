//go:build !linux

package postgres

import (
	"syscall"
	"time"
)

// limitSilence has nothing to set where the system has no such limit: the
// keep-alive and the limits of each question remain.
func limitSilence(syscall.RawConn, time.Duration) error { return nil }
