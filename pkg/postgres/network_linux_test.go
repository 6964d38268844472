package postgres

import (
	"net"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// silenceOf answers for how long the system lets a connection be silent: while it
// waits for an answer, and while nobody asks.
func silenceOf(t *testing.T, conn *net.TCPConn) map[string]time.Duration {
	t.Helper()
	raw, err := conn.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	of := func(option int) (value int) {
		t.Helper()
		var refused error
		if err := raw.Control(func(fd uintptr) { value, refused = unix.GetsockoptInt(int(fd), unix.IPPROTO_TCP, option) }); err != nil || refused != nil {
			t.Fatal(err, refused)
		}
		return value
	}
	return map[string]time.Duration{
		"the wait for an answer":  time.Duration(of(unix.TCP_USER_TIMEOUT)) * time.Millisecond,
		"the silence of the pool": time.Duration(of(unix.TCP_KEEPIDLE)+of(unix.TCP_KEEPINTVL)*of(unix.TCP_KEEPCNT)) * time.Second,
	}
}
