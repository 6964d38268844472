package server

import (
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// heavy are bodies just below the limit, each of a kind that costs a reader more
// than its length says.
func heavy() map[string]string {
	const size = maxBody - 1<<12
	filled := func(part string) string { return strings.Repeat(part, size/len(part)) }
	listed := func(part string) string { return `{"indicators":[` + strings.TrimSuffix(filled(part+","), ",") + `]}` }
	named := func(n int, member func(i int) string) string {
		members := make([]string, n)
		for i := range members {
			members[i] = member(i)
		}
		return "{" + strings.Join(members, ",") + "}"
	}
	unknown := func(i int) string { return `"unknown` + strconv.Itoa(i) + `":1` }
	deep := strings.Repeat("[", maxDepth-2) + strings.Repeat("]", maxDepth-2)
	return map[string]string{
		"empty objects":        listed("{}"),
		"items":                listed(`"A"`),
		"numbers":              listed("1"),
		"long numbers":         listed("1." + strings.Repeat("7", 20)),
		"one number":           listed(strings.Repeat("7", size-20)),
		"nested lists":         listed(deep),
		"few nested lists":     listed(deep)[:500*(len(deep)+1)+14] + `]}`,
		"unknown members":      named(60_000, unknown),
		"fewer unknown":        named(49_990, unknown),
		"one member again":     named(49_990, func(int) string { return `"text":1` }),
		"a long text":          `{"text":"` + filled("x") + `"}`,
		"a text of breaks":     `{"text":"` + filled(`\r\n`) + `"}`,
		"a text to compose":    `{"text":"` + filled("e\u0301")[:size/2] + `"}`,
		"a text to decompose":  `{"text":"` + filled("\u0958")[:size/2] + `"}`,
		"a text of marks":      `{"text":"` + filled("\u0301\u0316")[:size/2] + `"}`,
		"an uncomposed text":   `{"text":"` + filled("e\u0301") + `"}`,
		"a text in Persian":    `{"text":"` + filled("\u0633\u0644\u0627\u0645 ") + `"}`,
		"a text of spaces":     `{"text":"` + filled(" ") + `"}`,
		"zero characters":      listed(`"\u0000"`),
		"a long name":          `{"` + filled("x") + `":1}`,
		"zeros in a long name": `{"` + strings.Repeat("x", size/2) + `":[` + strings.TrimSuffix(strings.Repeat(`"\u0000",`, size/2/9), ",") + `]}`,
	}
}

// BenchmarkHeavyBodies says what the worst bodies cost. TestABodyCostsWhatItIsWorth
// holds what does not depend on the machine.
func BenchmarkHeavyBodies(b *testing.B) {
	op := operationOf(b, "/v1/findings")
	for name, body := range heavy() {
		b.Run(strings.ReplaceAll(name, " ", "-"), func(b *testing.B) {
			b.ReportAllocs()
			before := processorTime(b)
			for b.Loop() {
				_, _ = checkBody(op, []byte(body))
			}
			b.ReportMetric(float64((processorTime(b)-before).Milliseconds())/float64(b.N), "cpu-ms/op")
		})
	}
}

// processorTime is what the process has used of it. Others may use the machine too.
func processorTime(tb testing.TB) time.Duration {
	tb.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkSmallBody is what a body of everyday costs before its handler has it.
func BenchmarkSmallBody(b *testing.B) {
	for _, path := range []string{"/v1/findings", "/v1/events", "/v1/priorities"} {
		op := operationOf(b, path)
		body := []byte(exampleOf(b, op))
		b.Run(path[4:], func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := checkBody(op, body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
