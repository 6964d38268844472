package api

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"go.yaml.in/yaml/v3"
)

// TestContractJSON: it says what the YAML says, in the same order.
func TestContractJSON(t *testing.T) {
	t.Parallel()
	forms, err := PublishedForms()
	if err != nil {
		t.Fatal(err)
	}
	var fromJSON, fromYAML any
	if err := json.Unmarshal(forms.JSON, &fromJSON); err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(forms.YAML, &fromYAML); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(fromYAML) // so that numbers are of one type
	if err != nil {
		t.Fatal(err)
	}
	var want any
	if err := json.Unmarshal(again, &want); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(fromJSON, want) {
		t.Error("the JSON says something else than the YAML")
	}
	var last int
	for _, in := range []string{`{"openapi":"3.0.3"`, `"/v1/programme":`, `"/v1/priorities":`, `"/v1/milestones":`, `"components":`} {
		at := bytes.Index(forms.JSON, []byte(in))
		if at < last {
			t.Errorf("%s stands at %d, before what comes before it in the YAML (%d)", in, at, last)
		}
		last = at
	}
}
