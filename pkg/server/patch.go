package server

import (
	"context"

	jsonpatch "github.com/evanphx/json-patch/v5"
	"github.com/goccy/go-json"
)

// merged applies the request's merge patch (RFC 7396) to what a create of the
// present state would have sent, so that a change and a creation follow the
// same way from the wire to the domain.
func merged[Input any](ctx context.Context, present Input) (Input, error) {
	var result Input
	document, err := json.Marshal(present)
	if err != nil {
		return result, err
	}
	changed, err := jsonpatch.MergePatch(document, callOf(ctx).body)
	if err != nil {
		return result, err
	}
	err = json.Unmarshal(changed, &result)
	return result, err
}
