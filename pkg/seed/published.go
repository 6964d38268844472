package seed

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"go.yaml.in/yaml/v3"

	"peerchallenge/pkg/programme"
)

// Published is what is known of a published file that comes with the program. Days
// and address are empty where nobody wrote down what the publisher said.
type Published struct {
	File         string          `yaml:"file"`
	SHA256       string          `yaml:"sha256"` // of the file as it was published
	PublishedOn  *programme.Date `yaml:"publishedOn"`
	NextUpdateOn *programme.Date `yaml:"nextUpdateOn"`
	Methodology  string          `yaml:"methodology"`
}

// manifest is read once: its order is that in which each file finds what it needs.
var manifest = sync.OnceValues(func() ([]Published, error) {
	text, err := data.ReadFile("data/dfe/manifest.yaml")
	if err != nil {
		return nil, err
	}
	var all []Published
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&all); err != nil {
		return nil, fmt.Errorf("the manifest of published files: %w", err)
	}
	return all, nil
})

// Manifest answers the published files in the order of loading.
func Manifest() ([]Published, error) {
	all, err := manifest()
	return slices.Clone(all), err
}

// Files lists the names of the published files, in the order of loading.
func Files() []string {
	var names []string
	all, _ := manifest() // loading says what is wrong with it
	for _, p := range all {
		names = append(names, p.File)
	}
	return names
}

// File answers the bytes of a published file that comes with the program, as they
// were published: they are kept compressed.
func File(name string) (content []byte, err error) {
	packed, err := data.Open("data/dfe/" + name + ".gz")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, packed.Close()) }()
	z, err := gzip.NewReader(packed)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}
