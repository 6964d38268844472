package server

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"peerchallenge/api"
	"peerchallenge/pkg/programme"
)

type includeStore interface {
	PeerChallengesByID(ctx context.Context, actor programme.Actor, ids []string) (map[string]*programme.PeerChallenge, error)
	PeerChallengeGroupsByID(ctx context.Context, actor programme.Actor, ids []string) (map[string]*programme.PeerChallengeGroup, error)
	PeerReviewsByID(ctx context.Context, actor programme.Actor, ids []string) (map[string]*programme.PeerReview, error)
	GroupsOfChallenges(ctx context.Context, actor programme.Actor, ids []string) (map[string][]programme.PeerChallengeGroup, error)
	FindingCounts(ctx context.Context, actor programme.Actor, noun string, ids []string) (map[string]int, error)
	OpenActionCounts(ctx context.Context, actor programme.Actor, noun string, ids []string) (map[string]int, error)
}

// include is what the answers about a noun add where it is asked for.
type include[T, W any] struct {
	// read reads what belongs to the rows, for all of them at once, and answers how each
	// is given its own.
	read func(ctx context.Context, store includeStore, rows []T) (give func(row *T, to *W), err error)
	none func(to *W) // for who may not see what belongs to it
}

// one includes the record whose id a row has. It is null where the row has none, or one
// that the caller may not see.
func one[T, W, U, V any](id func(*T) *string, read func(s includeStore, ctx context.Context, actor programme.Actor, ids []string) (map[string]*U, error),
	wire func(context.Context) func(*U) V, set func(to *W, v *V)) include[T, W] {
	return include[T, W]{none: func(to *W) { set(to, nil) }, read: func(ctx context.Context, store includeStore, rows []T) (func(*T, *W), error) {
		ids, seen := []string{}, map[string]bool{}
		for i := range rows {
			if id := id(&rows[i]); id != nil && !seen[*id] {
				ids, seen[*id] = append(ids, *id), true
			}
		}
		found, err := read(store, ctx, callOf(ctx).actor, ids)
		show := wire(ctx)
		return func(row *T, to *W) {
			if id := id(row); id != nil && found[*id] != nil {
				set(to, new(show(found[*id])))
				return
			}
			set(to, nil)
		}, err
	}}
}

// many includes the records of another noun that belong to a row.
func many[T, W, U, V any, R interface {
	*T
	programme.Record
}](read func(s includeStore, ctx context.Context, actor programme.Actor, ids []string) (map[string][]U, error),
	wire func(context.Context) func(*U) V, set func(to *W, v *[]V)) include[T, W] {
	return include[T, W]{none: func(to *W) { set(to, nil) }, read: func(ctx context.Context, store includeStore, rows []T) (func(*T, *W), error) {
		found, err := read(store, ctx, callOf(ctx).actor, idsOf[T, R](rows))
		show := wire(ctx)
		return func(row *T, to *W) {
			own := found[R(row).Of().ID]
			shown := make([]V, len(own))
			for i := range own {
				shown[i] = show(&own[i])
			}
			set(to, &shown)
		}, err
	}}
}

// counted includes how many records of another noun belong to a row.
func counted[T, W any, R interface {
	*T
	programme.Record
}](read func(s includeStore, ctx context.Context, actor programme.Actor, noun string, ids []string) (map[string]int, error), set func(to *W, n *int)) include[T, W] {
	return include[T, W]{none: func(to *W) { set(to, nil) }, read: func(ctx context.Context, store includeStore, rows []T) (func(*T, *W), error) {
		found, err := read(store, ctx, callOf(ctx).actor, R(new(T)).Noun(), idsOf[T, R](rows))
		return func(row *T, to *W) { set(to, new(found[R(row).Of().ID])) }, err
	}}
}

func idsOf[T any, R interface {
	*T
	programme.Record
}](rows []T) []string {
	ids := make([]string, len(rows))
	for i := range rows {
		ids[i] = R(&rows[i]).Of().ID
	}
	return ids
}

// include adds to the answers about the rows what the caller asks for: each in the
// caller's sight, and nothing of what the caller may not ask for by itself.
func (n noun[T, In, W]) include(ctx context.Context, store includeStore, rows []T, wires []W) error {
	call, inner := callOf(ctx), withinAnother(ctx)
	for _, name := range call.query["include"] {
		if name == string(api.Steps) {
			continue
		}
		include, has := n.includes[name]
		by := call.op.includes[name]
		if !has || by == nil {
			return fmt.Errorf("nothing knows how to include %s", name)
		}
		give := func(_ *T, to *W) { include.none(to) }
		if call.actor.Is(by.Roles...) && machineMay(call.actor, by.ID, by.method) == nil {
			var err error
			if give, err = include.read(inner, store, rows); err != nil {
				return err
			}
		}
		for i := range rows {
			give(&rows[i], &wires[i])
		}
	}
	return nil
}

// readIncludes finds for everything that an operation may include the operation by which
// a caller would read it otherwise.
func (c *contract) readIncludes() error {
	for _, op := range c.operations {
		given, _ := op.schema.Extensions["x-include"].(map[string]any)
		if len(given) == 0 || !op.query["include"] {
			continue
		}
		op.includes = map[string]*operation{}
		for name, what := range given {
			what, _ := what.(map[string]any)
			one, _ := what["one"].(string)
			key := operationKey{http.MethodGet, route(addresses[one] + "{id}")}
			for _, kind := range []string{"many", "count"} {
				if noun, is := what[kind].(string); is {
					key.route = strings.TrimSuffix(addresses[noun], "/")
				}
			}
			if op.includes[name] = c.operations[key]; op.includes[name] == nil {
				return fmt.Errorf("operation %s includes %s, which no operation reads", op.ID, name)
			}
		}
	}
	return nil
}

// shownSchema is that of what the operation answers: of one item, where it is a list.
func shownSchema(op *openapi3.Operation) *openapi3.Schema {
	ok := op.Responses.Value("200")
	if ok == nil || ok.Value.Content["application/json"] == nil {
		return new(openapi3.Schema)
	}
	schema := ok.Value.Content["application/json"].Schema.Value
	if items := schema.Properties["items"]; ok.Value.Content["text/csv"] != nil && items != nil {
		return items.Value.Items.Value
	}
	return schema
}

// withinAnother is the same call, of which what is made stands in an answer about something
// else, and says nothing of what can be done with it.
func withinAnother(ctx context.Context) context.Context {
	within := *callOf(ctx)
	within.within = true
	return context.WithValue(ctx, callKey{}, &within)
}
