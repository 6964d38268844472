package main

import (
	"iter"

	"go.yaml.in/yaml/v3"
)

// members walks a mapping in its order; of nothing, it walks nothing.
func members(n *yaml.Node) iter.Seq2[string, *yaml.Node] {
	return func(yield func(string, *yaml.Node) bool) {
		if n == nil {
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if !yield(n.Content[i].Value, n.Content[i+1]) {
				return
			}
		}
	}
}

// get answers the node at the path of names, or nil.
func get(n *yaml.Node, path ...string) *yaml.Node {
	for _, name := range path {
		if n == nil || n.Kind != yaml.MappingNode {
			return nil
		}
		var found *yaml.Node
		for key, value := range members(n) {
			if key == name {
				found = value
				break
			}
		}
		n = found
	}
	return n
}

// set puts a member at the end of a mapping.
func set(n *yaml.Node, name string, value *yaml.Node) {
	n.Content = append(n.Content, scalar(name), value)
}

func prepend(n *yaml.Node, name string, value *yaml.Node) {
	n.Content = append([]*yaml.Node{scalar(name), value}, n.Content...)
}

// take removes a member and answers it, or nil.
func take(n *yaml.Node, name string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			value := n.Content[i+1]
			n.Content = append(n.Content[:i:i], n.Content[i+2:]...)
			return value
		}
	}
	return nil
}

func text(n *yaml.Node) string {
	if n == nil {
		return ""
	}
	return n.Value
}

// values are the texts of a list; of nothing, none.
func values(n *yaml.Node) []string {
	if n == nil {
		return nil
	}
	texts := make([]string, len(n.Content))
	for i, child := range n.Content {
		texts[i] = child.Value
	}
	return texts
}

func scalar(text string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(text)
	return n
}

func mapping() *yaml.Node { return &yaml.Node{Kind: yaml.MappingNode} }

func reference(kind, name string) *yaml.Node {
	ref := scalar("#/components/" + kind + "/" + name)
	ref.Style = yaml.SingleQuotedStyle
	return &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle, Content: []*yaml.Node{scalar("$ref"), ref}}
}

func clone(n *yaml.Node) *yaml.Node {
	copied := *n
	copied.Content = make([]*yaml.Node, len(n.Content))
	for i, child := range n.Content {
		copied.Content[i] = clone(child)
	}
	return &copied
}

// flow lays a whole value on one line.
func flow(n *yaml.Node) {
	if n.Kind != yaml.ScalarNode {
		n.Style = yaml.FlowStyle
	}
	for _, child := range n.Content {
		flow(child)
	}
}
