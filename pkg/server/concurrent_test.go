package server_test

import (
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// concurrent leaves out the tests in which one caller asks one service one question after the
// other and nothing is waited for: most of them, each with a database of its own.
//
//	go test -race ./pkg/server -concurrent
var concurrent = flag.Bool("concurrent", false, "run only the tests in which things go on at the same time, for the race detector")

// several are what a function calls when things go on at the same time in it: work that it does
// not wait for, a wait for what the service does by itself, and connections of its own.
var several = []string{"Go", "eventually", "Wait", "Sleep", "After", "AfterFunc", "NewTicker", "NewProxy", "NewServer", "NewPair", "Backup", "Dial", "DialContext", "served"}

// starting are what brings up a service: of two, one hears what the other has written.
var starting = []string{"start", "startOn", "startAt", "startByHand", "lean"}

// tested is what is read of a function of the tests.
type tested struct {
	inside     bool // of the package server, whose tests ask parts of the service alone
	concurrent bool // by itself
	calls      []string
}

// read notes what a function does.
func (f *tested) read(body ast.Node) {
	started := 0
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt, *ast.SelectStmt, *ast.SendStmt:
			f.concurrent = true
		case *ast.FuncLit: // subtests beside each other, or parts of a service that are the test's own
			f.concurrent = f.concurrent || configures(n)
			ast.Inspect(n.Body, func(n ast.Node) bool {
				if call, is := n.(*ast.CallExpr); is && calledBy(call) == "Parallel" {
					f.concurrent = true
				}
				return true
			})
		case *ast.ForStmt, *ast.RangeStmt:
			ast.Inspect(n, func(n ast.Node) bool {
				if call, is := n.(*ast.CallExpr); is && slices.Contains(starting, calledBy(call)) {
					started++
				}
				return true
			})
		case *ast.CallExpr:
			name := calledBy(n)
			f.calls = append(f.calls, name)
			if slices.Contains(starting, name) {
				started++
			}
			f.concurrent = f.concurrent || slices.Contains(several, name)
		}
		return true
	})
	f.concurrent = f.concurrent || started > 1
}

// configures reports whether the function changes what a service is made of.
func configures(f *ast.FuncLit) bool {
	return slices.ContainsFunc(f.Type.Params.List, func(field *ast.Field) bool {
		pointer, is := field.Type.(*ast.StarExpr)
		if !is {
			return false
		}
		of, is := pointer.X.(*ast.SelectorExpr)
		return is && of.Sel.Name == "Config"
	})
}

func calledBy(call *ast.CallExpr) string {
	switch called := call.Fun.(type) {
	case *ast.Ident:
		return called.Name
	case *ast.SelectorExpr:
		return called.Sel.Name
	}
	return ""
}

// concurrentTests answers the tests in which things go on at the same time, by themselves or by
// what they call, and all of the package server; and how many tests there are. Methods of one
// name are taken for one: rather a test too many than one too few.
func concurrentTests() (names []string, all int, err error) {
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		return nil, 0, err
	}
	functions := map[string]*tested{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			return nil, 0, err
		}
		for _, declared := range file.Decls {
			if f, is := declared.(*ast.FuncDecl); is && f.Body != nil {
				of := functions[f.Name.Name]
				if of == nil {
					of = &tested{}
					functions[f.Name.Name] = of
				}
				of.inside = of.inside || file.Name.Name == "server"
				of.read(f.Body)
			}
		}
	}
	for _, harness := range slices.Concat(starting, []string{"TestMain", "readOnly"}) {
		delete(functions, harness) // bring up what every test has
	}
	for more := true; more; {
		more = false
		for _, f := range functions {
			if !f.concurrent && slices.ContainsFunc(f.calls, func(name string) bool { return functions[name] != nil && functions[name].concurrent }) {
				f.concurrent, more = true, true
			}
		}
	}
	for name, f := range functions {
		if strings.HasPrefix(name, "Test") || strings.HasPrefix(name, "Fuzz") || strings.HasPrefix(name, "Example") {
			all++
			if f.concurrent || f.inside {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names, all, nil
}

// chosen sets -run where only some tests are wanted.
func chosen() error {
	if !*concurrent {
		return nil
	}
	names, _, err := concurrentTests()
	if err != nil {
		return err
	}
	return flag.Set("test.run", "^("+strings.Join(names, "|")+")$")
}

// TestWhatIsConcurrentIsFound: of every kind one, each of which the race detector must see; and
// a story of one caller is none.
func TestWhatIsConcurrentIsFound(t *testing.T) {
	t.Parallel()
	names, all, err := concurrentTests()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{
		"TestOfTwoWritersOneIsRefused", "TestTwoAtOnceMakeOne", "TestProposalIsAcceptedOnceByConcurrentWriters", // writers
		"TestFollowChanges", "TestOtherProcessesSeeAWrite", "TestWhatIsEndedIsRefusedByEveryProcess", // who hears
		"TestAPageReadDuringAChangeIsNotRemembered", "TestAnswersDoNotMix", // caches
		"TestSlowReadersSlowNobodyDown", "TestThreeListsAtATime", "TestSlowSendersAreCut", // streams
		"TestRequestsInFlightAreFinished", "TestTheDoorIsOpenWithoutTheDatabase", "TestFaultsOfOursSayNothing", // the end, and what goes wrong
		"TestAnAnswerIsKeptWhenItIsAskedForAgain", "FuzzScan", // of the package server
	} {
		if !slices.Contains(names, name) {
			t.Errorf("%s is not among the %d tests of %d in which things go on at the same time", name, len(names), all)
		}
	}
	for _, name := range []string{"TestHeadIsGetWithoutBody", "TestRefusalsRepeatNothing", "TestMalformedQueryIsNotIgnored"} {
		if slices.Contains(names, name) {
			t.Errorf("%s is among the %d tests of %d in which things go on at the same time", name, len(names), all)
		}
	}
	t.Logf("%d of %d", len(names), all)
}
