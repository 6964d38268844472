package server_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/server"
)

// anybody believes every token to be the programme's team's.
func anybody(context.Context, string) (programme.Actor, error) { return team, nil }

// drip sends the text byte by byte for as long as somebody takes it, and answers what
// came back until the other side ended the connection.
func drip(t *testing.T, address, first, slowly string) string {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	dripped := make(chan struct{})
	go func() {
		defer close(dripped)
		if _, err := io.WriteString(conn, first); err != nil {
			return
		}
		for i := range len(slowly) {
			if _, err := conn.Write([]byte{slowly[i]}); err != nil {
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
	// Only so that a server that cuts nobody fails the test and does not hang it.
	_ = conn.SetReadDeadline(time.Now().Add(time.Minute))
	came, err := io.ReadAll(conn)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("the server has not ended the connection")
	}
	_ = conn.Close()
	<-dripped
	return string(came)
}

// endless is more than anybody drips before the server has had enough of it.
var endless = strings.Repeat("x", 100_000)

// TestSlowSendersAreCut: headers, a JSON body, a form and a file each have their time,
// however regularly a byte comes, and then the server ends the connection.
func TestSlowSendersAreCut(t *testing.T) {
	t.Parallel()
	const short = 100 * time.Millisecond
	small := server.Timeouts{Headers: short, Body: short, File: short + time.Second/2}
	w := lean(t)
	start := func(method, path, kind string, length int) string {
		return fmt.Sprintf("%s %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n", method, path, kind, length)
	}
	granting := func(cfg *server.Config) {
		cfg.Grant = func(context.Context, programme.ClientProof) (programme.Grant, error) {
			return programme.Grant{}, programme.ErrNoClient
		}
	}
	for name, c := range map[string]struct {
		first, slowly, answer string
	}{
		"a first line": {"", "GET /" + endless, "HTTP/1.1 400 Bad Request\r\n"},
		// net/http says nothing to it.
		"headers":     {"GET /v1/boroughs HTTP/1.1\r\nHost: x\r\n", "A: " + endless, ""},
		"a JSON body": {start("POST", "/v1/priorities", "application/json", len(endless)), endless, `HTTP/1.1 400 Bad Request` + "\r\n"},
		"a form":      {strings.Replace(start("POST", "/oauth/token", "application/x-www-form-urlencoded", 20_000), "Authorization: Bearer x\r\n", "", 1), endless[:20_000], `HTTP/1.1 400 Bad Request` + "\r\n"},
		// Whoever is refused has less time, and hears why.
		"what nobody wants": {"POST /v1/priorities HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n", endless, "HTTP/1.1 401 "},
		"a file":            {start("POST", "/v1/releases?file=c1.csv", "text/csv", len(endless)), endless, `HTTP/1.1 503 Service Unavailable` + "\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// The others have all the time that is usual, so that it is this limit that ends it.
			address := served(t, w, func(cfg *server.Config) {
				granting(cfg)
				cfg.Verify, cfg.Read = anybody, readFile
				switch name {
				case "a first line", "headers":
					cfg.Timeouts.Headers = small.Headers
				case "what nobody wants":
				case "a file":
					cfg.Timeouts.File = small.File
				default:
					cfg.Timeouts.Body = small.Body
				}
			})
			if came := drip(t, address, c.first, c.slowly); !strings.HasPrefix(came, c.answer) || c.answer == "" && came != "" {
				t.Errorf("%.300q was answered", came)
			}
		})
	}
}

// TestWhoSendsInPiecesIsAnswered: within its time a request may come byte by byte, and
// a file has more time than any other body.
func TestWhoSendsInPiecesIsAnswered(t *testing.T) {
	t.Parallel()
	w := lean(t)
	address := served(t, w, func(cfg *server.Config) {
		cfg.Verify, cfg.Read = anybody, readFile
		cfg.Timeouts.Body = time.Nanosecond // which ends no file
	})
	file := referrals(20, "E09000022")
	for name, request := range map[string]string{
		"headers": "GET /v1/boroughs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\nConnection: close\r\n\r\n",
		"a file": fmt.Sprintf("POST /v1/releases?file=c1.csv&dryRun=true HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\nConnection: close\r\nContent-Type: text/csv\r\nContent-Length: %d\r\n\r\n%s",
			len(file), file),
	} {
		if came := drip(t, address, "", request); !strings.HasPrefix(came, "HTTP/1.1 200 OK\r\n") {
			t.Errorf("%s in pieces: %.300q", name, came)
		}
	}
}
