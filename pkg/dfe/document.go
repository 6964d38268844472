package dfe

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"

	"peerchallenge/pkg/programme"
	"peerchallenge/pkg/sheet"
)

// document reads a mapping's YAML by hand, so that whoever writes one is told the
// line of every setting that does not exist or says what it must not.
type document struct {
	file   string
	faults []programme.Fault
}

// most is how large a mapping may be, which has a page or two.
const most = 256 << 10

// yamlLine finds the line that the library names in its errors.
var yamlLine = regexp.MustCompile(`line (\d+)`)

// root answers the document's content, or nil after noting why there is none.
func (d *document) root(source io.Reader) (*yaml.Node, error) {
	text, err := io.ReadAll(io.LimitReader(source, most+1))
	if err != nil {
		return nil, err
	}
	if len(text) > most {
		d.fault(0, "A mapping has at most %d KiB.", most>>10)
		return nil, nil
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var whole, second yaml.Node
	switch err := decoder.Decode(&whole); {
	case errors.Is(err, io.EOF):
		d.fault(0, "The file is empty.")
		return nil, nil
	case err != nil:
		line := 0
		if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
			line, _ = strconv.Atoi(m[1])
		}
		d.fault(line, "This is not YAML from here on. A text with a colon or a number sign in it stands in quotation marks, and lines are indented with spaces.")
		return nil, nil
	}
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		d.fault(second.Line, "A file has one mapping, and here a second one begins.")
	}
	return whole.Content[0], nil
}

func (d *document) fault(line int, format string, values ...any) {
	d.faults = append(d.faults, programme.Fault{File: d.file, Row: line, Code: programme.FaultMapping, Detail: fmt.Sprintf(format, values...)})
}

// settings are the names that an object may have, with what takes each.
type settings map[string]func(*yaml.Node)

// object reads the settings of an object. Those in required must be there.
func (d *document) object(n *yaml.Node, what string, known settings, required ...string) {
	seen := []string{}
	d.pairs(n, what, func(name string, key, value *yaml.Node) {
		seen = append(seen, name)
		if take := known[name]; take != nil {
			take(value)
			return
		}
		d.fault(key.Line, "There is no setting %s in %s.", sheet.Shown(name), what)
	})
	if n.Kind != yaml.MappingNode {
		return
	}
	for _, name := range required {
		if !slices.Contains(seen, name) {
			d.fault(n.Line, "In %s the setting %s is missing.", what, name)
		}
	}
}

// pairs goes through an object whose names are the writer's own.
func (d *document) pairs(n *yaml.Node, what string, take func(name string, key, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		d.fault(n.Line, "Under %s stand names, each with a colon and what it says.", what)
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		name := key.Value
		switch {
		case key.Kind != yaml.ScalarNode || key.Tag == "!!merge" || value.Kind == yaml.AliasNode:
			d.fault(key.Line, "References of YAML are not read: write out what is meant.")
		case seen[name]:
			d.fault(key.Line, "%s is there twice.", sheet.Shown(name))
		default:
			seen[name] = true
			take(name, key, value)
		}
	}
}

// text takes a text, which is not empty.
func (d *document) text(into *string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if n.Kind != yaml.ScalarNode || n.Value == "" {
			d.fault(n.Line, "Here stands one text.")
			return
		}
		*into = n.Value
	}
}

// texts takes one text or a list of them.
func (d *document) texts(into *[]string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		items := []*yaml.Node{n}
		if n.Kind == yaml.SequenceNode {
			items = n.Content
		}
		for _, item := range items {
			var one string
			d.text(&one)(item)
			switch {
			case one == "":
			case slices.Contains(*into, one):
				d.fault(item.Line, "%s is there twice.", sheet.Shown(one))
			default:
				*into = append(*into, one)
			}
		}
		if len(items) == 0 {
			d.fault(n.Line, "The list is empty.")
		}
	}
}

// number takes a number above 0.
func (d *document) number(into *float64) func(*yaml.Node) {
	return func(n *yaml.Node) {
		value, err := strconv.ParseFloat(n.Value, 64)
		if n.Kind != yaml.ScalarNode || err != nil || !(value > 0) || math.IsInf(value, 0) {
			d.fault(n.Line, "Here stands a number above 0.")
			return
		}
		*into = value
	}
}

// whole takes a whole number from 0 to the greatest.
func (d *document) whole(into *int, least, greatest int) func(*yaml.Node) {
	return func(n *yaml.Node) {
		value, err := strconv.Atoi(n.Value)
		if n.Kind != yaml.ScalarNode || err != nil || value < least || value > greatest {
			d.fault(n.Line, "Here stands a whole number from %d to %d.", least, greatest)
			return
		}
		*into = value
	}
}

// yes takes the word true.
func (d *document) yes(into *bool) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if n.Kind != yaml.ScalarNode || n.Value != "true" {
			d.fault(n.Line, "Here stands true, or the setting is left out.")
			return
		}
		*into = true
	}
}
