package server

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net/url"

	"github.com/goccy/go-json"

	"peerchallenge/pkg/programme"
)

type cursorStore interface {
	CursorKey(ctx context.Context) ([]byte, error)
}

// cursor is a place in a list, with the mark of whoever holds the key: only this
// service, on whatever copy of its database, can have written it.
type cursor struct {
	Key  []string `json:"k"`
	Mark string   `json:"m"`
}

// markLength is how much of the HMAC a cursor carries, in bytes. Nobody guesses
// 128 bits.
const markLength = 16

// mark is that of a key in the list that the address asks for, without what only
// cuts the pages.
func mark(call *call, key []string) string {
	query := url.Values{}
	for name, values := range call.query {
		switch name {
		case "cursor", "limit", "count", "format":
		default:
			query[name] = values
		}
	}
	// As JSON, in which no two lists of texts are alike. Strings always encode.
	text, _ := json.Marshal(append([]string{call.url.Path + "?" + query.Encode()}, key...))
	sum := hmac.New(sha256.New, call.cursorKey)
	_, _ = sum.Write(text) // a hash takes everything
	return base64.RawURLEncoding.EncodeToString(sum.Sum(nil)[:markLength])
}

func writeCursor(call *call, key []string) string {
	text, _ := json.Marshal(cursor{key, mark(call, key)})
	return base64.RawURLEncoding.EncodeToString(text)
}

// readCursor takes only what writeCursor has written for the same list. nil is
// the beginning.
func readCursor(call *call) ([]string, error) {
	given := call.query.Get("cursor")
	if given == "" {
		return nil, nil
	}
	var c cursor
	text, err := base64.RawURLEncoding.DecodeString(given)
	if err != nil || json.Unmarshal(text, &c) != nil || c.Key == nil || !hmac.Equal([]byte(writeCursor(call, c.Key)), []byte(given)) {
		return nil, errNoCursor
	}
	return c.Key, nil
}

var errNoCursor = programme.BadRequest(programme.Fault{Parameter: "cursor", Code: programme.FaultCursor, Detail: "This is no cursor of a list with these filters in this order."})

func nextAddress(call *call, cursor string) string {
	query := maps.Clone(call.query)
	query.Set("cursor", cursor)
	return call.url.Path + "?" + query.Encode()
}

// keyOfCursors answers the key that the database keeps. It never changes, so that
// it is asked for once.
func (s *Server) keyOfCursors(ctx context.Context) ([]byte, error) {
	if key := s.cursorKey.Load(); key != nil {
		return *key, nil
	}
	key, err := s.store.CursorKey(ctx)
	if err != nil {
		return nil, err
	}
	s.cursorKey.Store(&key)
	return key, nil
}
