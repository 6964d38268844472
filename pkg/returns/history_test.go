package returns_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/returns"
)

// TestAFileOfPastQuartersHasSoManyValues, and not one more.
func TestAFileOfPastQuartersHasSoManyValues(t *testing.T) {
	t.Parallel()
	counts := asked().Document.Counts
	file := strings.Builder{}
	file.WriteString("borough,quarter,count,value\n")
	for n := range returns.MaxHistory {
		of := n / len(counts) // four centuries of quarters, and then the next borough
		year := of / 4 % 100
		fmt.Fprintf(&file, "E%08d,20%02d-%02d-Q%d,%s,7\n", of/400, year, (year+1)%100, 1+of%4, counts[n%len(counts)].Code)
	}
	known := func(code string) (string, bool) { return code, true }
	refused := func(rows string) bool {
		f, err := returns.ReadHistory(strings.NewReader(rows), asked(), known)
		if err != nil {
			t.Fatal(err)
		}
		refusal, _ := errors.AsType[*programme.Error](f.Refuse())
		return refusal != nil && slices.ContainsFunc(refusal.Faults, func(f programme.Fault) bool { return f.Code == programme.FaultTooMany })
	}
	if refused(file.String()) {
		t.Error("as many as may come are refused")
	}
	if !refused(file.String() + "E99999999,2000-01-Q1," + counts[0].Code + ",7\n") {
		t.Error("one more is taken")
	}
}
