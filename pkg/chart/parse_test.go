package chart_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// element is one of a document, in its order.
type element struct {
	name       string
	attributes map[string]string
	text       string // its own and that of what is in it
	aside      bool   // of the scale, which only guides the eye
}

func (e element) number(attribute string) float64 {
	n, err := strconv.ParseFloat(e.attributes[attribute], 64)
	if err != nil {
		return math.NaN()
	}
	return n
}

// parsed reads a document and fails the test where it is not well formed. A page of HTML
// has elements that end by themselves.
func parsed(t *testing.T, document []byte, strict bool) []element {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(document))
	if !strict {
		d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	}
	var elements []element
	var words []*strings.Builder
	var open []int
	aside := 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			for i := range elements {
				elements[i].text = words[i].String()
			}
			return elements
		}
		if err != nil {
			t.Fatalf("%v in %s", err, document)
		}
		switch token := token.(type) {
		case xml.StartElement:
			e := element{name: token.Name.Local, attributes: map[string]string{}}
			for _, a := range token.Attr {
				e.attributes[a.Name.Local] = a.Value
			}
			if aside == 0 && e.attributes["aria-hidden"] == "true" {
				aside = len(open) + 1
			}
			e.aside = aside > 0
			open = append(open, len(elements))
			elements, words = append(elements, e), append(words, &strings.Builder{})
		case xml.EndElement:
			open = open[:len(open)-1]
			if len(open) < aside {
				aside = 0
			}
		case xml.CharData:
			for _, i := range open {
				words[i].Write(token)
			}
		}
	}
}

// of answers the elements of a name.
func of(elements []element, name string) []element {
	return slices.DeleteFunc(slices.Clone(elements), func(e element) bool { return e.name != name })
}

// texts answers what can be read in the picture, beside the numbers of its scale.
func texts(elements []element) []string {
	var all []string
	for _, e := range of(elements, "text") {
		if !e.aside {
			all = append(all, squeezed(e.text))
		}
	}
	return all
}

// squeezed is a text without spaces: a line may end anywhere.
func squeezed(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
}

// contrast is that of WCAG 2.2 between two colours.
func contrast(t *testing.T, one, other string) float64 {
	t.Helper()
	luminance := func(colour string) float64 {
		n, err := strconv.ParseUint(strings.TrimPrefix(colour, "#"), 16, 32)
		if err != nil || len(colour) != 7 {
			t.Fatalf("%q is no colour", colour)
		}
		part := func(shift uint) float64 {
			c := float64(n>>shift&0xff) / 255
			if c <= 0.04045 {
				return c / 12.92
			}
			return math.Pow((c+0.055)/1.055, 2.4)
		}
		return 0.2126*part(16) + 0.7152*part(8) + 0.0722*part(0)
	}
	a, b := luminance(one), luminance(other)
	return (max(a, b) + 0.05) / (min(a, b) + 0.05)
}
