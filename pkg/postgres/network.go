package postgres

import (
	"context"
	"net"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/time/rate"
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

// turnsToConnect lets a pool of so many connections, and the one that listens, come up at once;
// each may take two tries, where the server is asked for TLS first. After that as many are tried a
// second, so that the last to ask waits for one. Where connections are cut as they
// come, each request tries anew, and PostgreSQL, which begins a process for each, would be
// busy with those of who has gone for long after the network is back.
func turnsToConnect(conns int) *rate.Limiter {
	return rate.NewLimiter(rate.Limit(max(conns, fewestConns)), 2*(conns+1))
}

// overNetwork lets a broken network be found out, and connects in turn.
func overNetwork(config *pgx.ConnConfig, turns *rate.Limiter) {
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
	config.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		if err := turns.Wait(ctx); err != nil {
			return nil, err
		}
		return dialer.DialContext(ctx, network, address)
	}
}
