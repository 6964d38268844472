package postgres

import (
	"errors"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// limitSilence ends the connection when what was sent stays without an answer of
// the other machine for so long.
func limitSilence(conn syscall.RawConn, longest time.Duration) error {
	var refused error
	err := conn.Control(func(fd uintptr) {
		refused = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(longest.Milliseconds()))
	})
	return errors.Join(err, refused)
}
