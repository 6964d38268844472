package postgres

import (
	"context"
	"net"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// A network that loses everything says nothing, and left alone a system goes on
// trusting it for hours. These find it out: a connection over which
// nothing comes for longestSilence is lost, whether somebody waits for an answer or it lies in the pool. A
// new connection tries for less, because its first packets are sent again at longer
// and longer intervals: short tries reach a network that is back sooner.
const (
	longestSilence = 5 * time.Second
	connectTimeout = 2 * time.Second
)

// overNetwork lets a broken network be found out.
func overNetwork(config *pgx.ConnConfig) {
	config.ConnectTimeout = connectTimeout
	dialer := net.Dialer{
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: longestSilence - 3*time.Second, Interval: time.Second, Count: 3},
		ControlContext: func(_ context.Context, network, _ string, conn syscall.RawConn) error {
			if !strings.HasPrefix(network, "tcp") {
				return nil // a socket of this machine
			}
			return limitSilence(conn, longestSilence)
		},
	}
	config.DialFunc = dialer.DialContext
}
