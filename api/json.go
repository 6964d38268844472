package api

import (
	"bytes"
	"encoding/json"
	"sync"

	"go.yaml.in/yaml/v3"

	"peerchallenge/api/publish"
)

// Forms are the contract as everybody may read it.
type Forms struct {
	YAML []byte // openapi.yaml
	JSON []byte
	// OnlyJSON leaves out lists as CSV and NDJSON, and tables and pages of what JSON says too: generators that know one form
	// for each answer would otherwise make streams or unions of texts of them.
	OnlyJSON []byte
}

// PublishedForms answers the contract in its forms, with everything in the order in which
// [Contract] has it: interactive pages show operations as they come. They are made when
// they are first asked for.
var PublishedForms = sync.OnceValues(func() (forms Forms, err error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(Contract, &doc); err != nil {
		return Forms{}, err
	}
	publish.Publish(&doc)
	if forms.YAML, err = publish.Encode(&doc); err != nil {
		return Forms{}, err
	}
	if forms.JSON, err = asJSON(doc.Content[0]); err != nil {
		return Forms{}, err
	}
	publish.OnlyJSON(doc.Content[0])
	forms.OnlyJSON, err = asJSON(doc.Content[0])
	return forms, err
})

func asJSON(doc *yaml.Node) ([]byte, error) {
	var out bytes.Buffer
	err := writeJSON(&out, doc)
	return out.Bytes(), err
}

func writeJSON(out *bytes.Buffer, n *yaml.Node) error {
	switch n.Kind {
	case yaml.MappingNode:
		out.WriteByte('{')
		for i := 0; i+1 < len(n.Content); i += 2 {
			if i > 0 {
				out.WriteByte(',')
			}
			if err := writeValue(out, n.Content[i].Value); err != nil { // a status is a name too
				return err
			}
			out.WriteByte(':')
			if err := writeJSON(out, n.Content[i+1]); err != nil {
				return err
			}
		}
		out.WriteByte('}')
		return nil
	case yaml.SequenceNode:
		out.WriteByte('[')
		for i, item := range n.Content {
			if i > 0 {
				out.WriteByte(',')
			}
			if err := writeJSON(out, item); err != nil {
				return err
			}
		}
		out.WriteByte(']')
		return nil
	}
	if tag := n.ShortTag(); tag == "!!int" || tag == "!!float" {
		out.WriteString(n.Value) // as it is written: 1.0 stays 1.0
		return nil
	}
	var value any
	if err := n.Decode(&value); err != nil {
		return err
	}
	if n.ShortTag() == "!!timestamp" {
		value = n.Value // JSON has no days
	}
	return writeValue(out, value)
}

func writeValue(out *bytes.Buffer, value any) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return err
	}
	out.Truncate(out.Len() - 1) // the encoder ends a line
	return nil
}
