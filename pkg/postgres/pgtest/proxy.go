package pgtest

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
)

// Proxy stands between a client and a PostgreSQL. It can go silent as a network
// or a machine does that no longer answers, cut what runs over it, and count the
// round trips.
type Proxy struct {
	listener net.Listener
	upstream string // as the network and the address of net.Dial
	network  string
	url      url.URL
	trips    atomic.Int64
	held     atomic.Int64
	work     sync.WaitGroup

	mu     sync.Mutex
	flows  chan struct{} // closed while bytes pass
	pairs  map[*pair]bool
	closed bool
}

// pair is a client's connection and the server's that belongs to it.
type pair struct {
	client, server net.Conn
	done           chan struct{}
	once           sync.Once
}

func (p *pair) cut() {
	p.once.Do(func() {
		close(p.done)
		_ = p.client.Close()
		_ = p.server.Close()
	})
}

// NewProxy answers a proxy for the server of the URL, on a loopback port. It ends
// with the test.
func NewProxy(t testing.TB, server string) *Proxy {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{network: "tcp", upstream: u.Host, url: *u, pairs: map[*pair]bool{}, flows: make(chan struct{})}
	close(p.flows)
	query := u.Query()
	if folder := query.Get("host"); folder != "" {
		p.network, p.upstream = "unix", folder+"/.s.PGSQL."+query.Get("port")
	}
	query.Del("host")
	query.Del("port")
	p.url.RawQuery = query.Encode()
	if p.listener, err = (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	p.url.Host = p.listener.Addr().String()
	p.work.Go(p.accept)
	t.Cleanup(func() {
		p.mu.Lock()
		p.closed = true
		p.mu.Unlock()
		_ = p.listener.Close()
		p.Cut()
		p.work.Wait()
	})
	return p
}

// URL answers the server's URL by way of the proxy.
func (p *Proxy) URL() string { return p.url.String() }

// Address answers where the proxy listens, as host and port.
func (p *Proxy) Address() string { return p.listener.Addr().String() }

// Hang lets nothing pass any more, in either direction. New connections are taken
// and hang as well.
func (p *Proxy) Hang() {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.flows:
		p.flows = make(chan struct{})
	default: // it hangs already
	}
}

// Resume lets everything pass again, what has waited first.
func (p *Proxy) Resume() {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.flows:
	default:
		close(p.flows)
	}
}

// Cut ends every connection. What has not passed is lost.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for pair := range p.pairs {
		pair.cut()
	}
	clear(p.pairs)
}

// Held counts the pieces that have come and may not pass.
func (p *Proxy) Held() int64 { return p.held.Load() }

// Trips counts how often a server has said that it is ready for the next query,
// which it says once for each question that a client waited for.
func (p *Proxy) Trips() int64 { return p.trips.Load() }

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.work.Go(func() { p.serve(client) })
	}
}

func (p *Proxy) serve(client net.Conn) {
	server, err := (&net.Dialer{}).DialContext(context.Background(), p.network, p.upstream)
	if err != nil {
		_ = client.Close()
		return
	}
	pair := &pair{client: client, server: server, done: make(chan struct{})}
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		pair.cut()
		return
	}
	p.pairs[pair] = true
	p.mu.Unlock()
	var both sync.WaitGroup
	both.Go(func() { p.pass(pair, client, server, nil) })
	both.Go(func() { p.pass(pair, server, client, &answers{trips: &p.trips}) })
	both.Wait()
	p.mu.Lock()
	delete(p.pairs, pair)
	p.mu.Unlock()
}

// pass copies one direction until either side ends.
func (p *Proxy) pass(pair *pair, from io.Reader, to io.Writer, watch *answers) {
	defer pair.cut()
	buffer := make([]byte, 16<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			if !p.awaitFlow(pair) {
				return
			}
			if watch != nil {
				watch.read(buffer[:n])
			}
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// awaitFlow returns when bytes may pass; it is false if the connection was cut.
func (p *Proxy) awaitFlow(pair *pair) bool {
	for {
		p.mu.Lock()
		flows := p.flows
		p.mu.Unlock()
		select {
		case <-flows:
			return true
		default:
		}
		p.held.Add(1)
		select {
		case <-flows:
		case <-pair.done:
		}
		p.held.Add(-1)
		select {
		case <-pair.done:
			return false
		default: // it may hang again already
		}
	}
}

// answers reads what a server says as far as the kind and the length of each
// message.
type answers struct {
	trips *atomic.Int64
	head  []byte // of a message that has only begun
	skip  int    // bytes of its body that are still to come
}

func (a *answers) read(b []byte) {
	const headLength, readyForQuery = 5, 'Z'
	for len(b) > 0 {
		if a.skip > 0 {
			n := min(a.skip, len(b))
			a.skip -= n
			b = b[n:]
			continue
		}
		n := min(headLength-len(a.head), len(b))
		a.head = append(a.head, b[:n]...)
		b = b[n:]
		if len(a.head) < headLength {
			return
		}
		if a.head[0] == readyForQuery {
			a.trips.Add(1)
		}
		a.skip = int(binary.BigEndian.Uint32(a.head[1:])) - (headLength - 1)
		a.head = a.head[:0]
	}
}

// hostAndPort answers where libpq finds the server of a URL.
func hostAndPort(t testing.TB, server string) (host, port string) {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	if host = u.Query().Get("host"); host != "" {
		return host, u.Query().Get("port")
	}
	if _, err := strconv.Atoi(u.Port()); err != nil {
		t.Fatal(err)
	}
	return u.Hostname(), u.Port()
}
