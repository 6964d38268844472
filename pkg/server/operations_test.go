package server_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// update rewrites the files that tests compare with, instead of comparing:
//
//	go test ./pkg/server -run 'Operations|Examples' -update
var update = flag.Bool("update", false, "rewrite the files under testdata and the contract's recorded examples")

// TestOperationsAreWrittenDown: a change of who may call what, of its precondition or
// of its answers is a line in a reviewer's diff.
func TestOperationsAreWrittenDown(t *testing.T) {
	t.Parallel()
	const file = "testdata/operations.txt"
	var text strings.Builder
	for _, op := range contract.operations {
		roles, _ := op.Extensions["x-roles"].([]any)
		marks := ""
		if hasParameter(op, "If-Match") {
			marks += " If-Match"
		}
		if hasParameter(op, "Idempotency-Key") {
			marks += " Idempotency-Key"
		}
		fmt.Fprintf(&text, "%s %s %s %v%s %s\n", op.OperationID, op.method, op.path, roles, marks, strings.Join(slices.Sorted(maps.Keys(op.Responses.Map())), " "))
	}
	if *update {
		if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if text.String() != string(want) {
		t.Errorf("the contract's operations are not those of %s; look at what changes, and run go test ./pkg/server -run Operations -update", file)
	}
}
