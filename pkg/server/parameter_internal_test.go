package server

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"
)

// TestAParameterIsTakenAsTheLibraryTakesIt: what is found right at once is right for the library
// too, of every parameter of every operation; and what is right and a text is found so at once.
func TestAParameterIsTakenAsTheLibraryTakesIt(t *testing.T) {
	t.Parallel()
	c, err := loadContract()
	if err != nil {
		t.Fatal(err)
	}
	taken, refused := 0, 0
	for _, op := range c.operations {
		for i := range op.Parameters {
			p := &op.Parameters[i]
			schema := p.Schema.Value
			for _, value := range append(strange(schema), sample(schema), "50%25", "a,b", "a b", `"1"`, "a/b", "1", "0", "100", "007", "-1", "1.5", "1e2", "+1", "123456789012345", "1234567890123456") {
				text, is := value.(string)
				if !is {
					continue
				}
				call, context := says(t, op, p, text)
				right, refusal := p.right(p.given(call, context)), p.validate(call, context)
				switch {
				case right && refusal != nil:
					t.Errorf("%s: %q is taken as %s, of which the library says %v", op.ID, text, p.Name, refusal)
				case right:
					taken++
				case refusal != nil:
					refused++
				case p.shape != nil && text != "50%25" && text != "" && schema.Type.Is("string"):
					t.Errorf("%s: %q is right as %s, and is looked at twice", op.ID, text, p.Name)
				}
			}
			call, context := says(t, op, nil, "")
			if p.right(p.given(call, context)) != (p.validate(call, context) == nil) {
				t.Errorf("%s: without %s the library says %v", op.ID, p.Name, p.validate(call, context))
			}
		}
	}
	if taken < 1000 || refused < 1000 {
		t.Errorf("%d were taken, %d refused", taken, refused)
	}
}

// says is a call of the operation that says this for the parameter, if for any.
func says(t *testing.T, op *operation, p *parameter, text string) (*call, echo.Context) {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), op.method, "/", http.NoBody)
	context := echo.New().NewContext(request, httptest.NewRecorder())
	made := &call{op: op, query: url.Values{}, url: request.URL}
	if p != nil {
		switch p.In {
		case openapi3.ParameterInQuery:
			made.query.Set(p.Name, text)
		case openapi3.ParameterInHeader:
			request.Header.Set(p.Name, text)
		default:
			context.SetParamNames(p.Name)
			context.SetParamValues(text)
		}
	}
	return made, context
}

// TestTheLogNamesWhatIsNumbered: a key that is a number is one too, and what is none is not in
// the log.
func TestTheLogNamesWhatIsNumbered(t *testing.T) {
	t.Parallel()
	c, err := loadContract()
	if err != nil {
		t.Fatal(err)
	}
	numbered := 0
	for _, op := range c.operations {
		for i := range op.Parameters {
			p := &op.Parameters[i]
			if p.In != openapi3.ParameterInPath || !p.Schema.Value.Type.Is("integer") {
				continue
			}
			numbered++
			for text, logged := range map[string]bool{"2": true, "two": false, "-2": false, "2.5": false} {
				_, context := says(t, op, p, text)
				keys := op.keysIn(context)
				if is := len(keys) == 1 && keys[0].Key == p.Name && keys[0].Value.String() == text; is != logged || !logged && len(keys) > 0 {
					t.Errorf("%s: of %s %q the log says %v", op.ID, p.Name, text, keys)
				}
			}
		}
	}
	if numbered == 0 {
		t.Error("nothing is numbered")
	}
}
