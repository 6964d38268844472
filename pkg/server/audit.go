package server

import (
	"context"
	"encoding/json"
	"strings"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

type auditStore interface {
	AuditEntries(actor programme.Actor, noun, key string) programme.Listing[programme.AuditEntry]
}

// ListAuditEntries answers what happened to one resource.
func (s *Server) ListAuditEntries(ctx context.Context, r api.ListAuditEntriesRequestObject) (api.Response, error) {
	actor := callOf(ctx).actor
	names := namesIn(ctx)
	return answerListing(ctx, s.store.AuditEntries(actor, string(r.Params.Type), r.Params.Id), func(e *programme.AuditEntry) api.AuditEntry {
		return auditEntryWire(names, actor, e)
	})
}

// auditEntryWire is the entry as the actor may know it.
func auditEntryWire(names nameplates, actor programme.Actor, e *programme.AuditEntry) api.AuditEntry {
	w := api.AuditEntry{
		At: e.At, Action: api.AuditAction(e.Action), By: api.AuditActor{Roles: programme.OrEmpty(e.Roles), Borough: e.Borough, BoroughName: nameOf(names.borough, e.Borough)},
		Values: []api.AuditValue{}, Complete: e.Readable(actor),
	}
	if e.Names(actor) {
		w.By.Subject, w.RequestId = &e.Subject, orNone(e.Request)
	}
	if w.Complete {
		w.Reason, w.Values = orNone(e.Reason), auditValuesWire(e)
	}
	return w
}

func auditValuesWire(e *programme.AuditEntry) []api.AuditValue {
	values, err := e.Values()
	if err != nil {
		panic(err) // the column holds JSON and nothing else
	}
	wire := make([]api.AuditValue, len(values))
	for i, v := range values {
		wire[i] = api.AuditValue{Member: wireName(v.Member), From: plain(v.From), To: plain(v.To)}
		if v.Withheld {
			wire[i].Withheld = &v.Withheld
		}
	}
	return wire
}

// plain is the value behind the JSON text.
func plain(text json.RawMessage) (value any) {
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.UseNumber() // a number stays as it is written
	if err := decoder.Decode(&value); err != nil {
		panic(err)
	}
	return value
}

// orNone answers a text that may be absent, which the database keeps as "".
func orNone(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// wireName is the contract's name for a member of a struct.
func wireName(member string) string {
	member = abbreviations.Replace(member)
	return strings.ToLower(member[:1]) + member[1:]
}

// abbreviations are words of the sector and of computing that Go writes in capitals.
var abbreviations = strings.NewReplacer("KLOEs", "Kloes", "LIIA", "Liia", "DfE", "Dfe", "SHA256", "Sha256", "ID", "Id")
