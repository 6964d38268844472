package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strconv"

	"github.com/google/uuid"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

// What net/http refuses before there is a request that a handler could answer, it
// refuses in words of its own, and offers no place to change them but the connection.

// unheard is what such a refusal means, by its status.
var unheard = map[string]struct {
	code   programme.Code
	detail string
}{
	"400": {programme.CodeMalformedRequest, "The request's first line or one of its headers breaks the rules of HTTP."},
	"417": {programme.CodeExpectation, "The Expect header asks for something other than 100-continue."},
	"431": {programme.CodeHeadersTooLarge, "The request's first line and headers are larger than the server reads."},
	"501": {programme.CodeTransferEncoding, "The Transfer-Encoding is not chunked, the only one that the server reads."},
	"505": {programme.CodeHTTPVersion, "The request's version of HTTP is not one that the server speaks."},
}

// listened are connections of which s rewords the refusals of net/http.
type listened struct {
	net.Listener
	s *Server
}

// Accept takes the next connection.
func (l listened) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if tcp, ok := conn.(*net.TCPConn); ok {
		return rewording{tcp, l.s}, err
	}
	return conn, err
}

// rewording has all that net/http asks a TCP connection for.
type rewording struct {
	*net.TCPConn
	s *Server
}

// Write sends what it is given, or a problem in its place.
func (c rewording) Write(p []byte) (int, error) {
	refused := refusedBy(p)
	if refused == "" {
		return c.TCPConn.Write(p)
	}
	if _, err := c.TCPConn.Write(c.s.unheardProblem(refused, c.RemoteAddr().String())); err != nil {
		return 0, err
	}
	return len(p), nil
}

// refusedBy answers the status if this is how net/http itself refuses: its headers
// are those of no answer of ours.
func refusedBy(p []byte) string {
	const begin = "HTTP/1.1 "
	if !bytes.HasPrefix(p, []byte(begin)) || len(p) < len(begin)+3 || p[len(begin)] < '4' {
		return ""
	}
	status := string(p[len(begin) : len(begin)+3])
	if status == "417" || bytes.Contains(p, []byte("\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n")) {
		return status
	}
	return ""
}

// unheardProblem makes the whole answer. A status that nobody has foreseen says as
// much as one that has.
func (s *Server) unheardProblem(text, from string) []byte {
	means, known := unheard[text]
	if !known {
		means = unheard["400"]
	}
	status, _ := strconv.Atoi(text)
	id := uuid.Must(uuid.NewV7()).String()
	// What it may say of itself was not read, so that the address is that of whoever connects.
	address := s.shownAddress(&http.Request{RemoteAddr: from})
	s.log.Info("request refused unheard", "request", id, "status", status, "problem", means.code, "address", address)
	body, _ := json.Marshal(api.Problem{
		Type: problemAddress(means.code), Title: problems[means.code].Title, Status: status, Detail: means.detail, Instance: id, Code: api.ProblemCode(means.code), Errors: []api.Fault{},
	})
	body = append(body, '\n')
	return fmt.Appendf(nil, "HTTP/1.1 %d %s\r\nContent-Type: application/problem+json\r\nContent-Length: %d\r\nCache-Control: no-store\r\nConnection: close\r\nDate: %s\r\nX-Content-Type-Options: nosniff\r\n%s: %s\r\n\r\n%s",
		status, http.StatusText(status), len(body), s.clock().UTC().Format(http.TimeFormat), headerRequestID, id, body)
}
