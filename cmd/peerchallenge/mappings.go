package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"peerchallenge/pkg/dfe"
)

// mappings answers the kinds of file that can be read: the program's own, those of
// the folder that PEERCHALLENGE_MAPPINGS names, and those of the files.
func (c config) mappings(files ...string) (*dfe.Mappings, error) {
	all := dfe.Builtin()
	if c.mappingsFolder != "" {
		found, err := dfe.ReadFolder(c.mappingsFolder)
		if err == nil {
			all, err = all.With(found...)
		}
		if err != nil {
			return nil, fmt.Errorf("PEERCHALLENGE_MAPPINGS: %s", describe(err))
		}
	}
	var named []*dfe.Mapping
	for _, path := range files {
		m, err := readMapping(path)
		if err != nil {
			return nil, err
		}
		named = append(named, m)
	}
	return all.With(named...)
}

func readMapping(path string) (m *dfe.Mapping, err error) {
	f, err := os.Open(path) // #nosec G304 -- reading the file that is named is what --mapping is for
	if err != nil {
		return nil, fmt.Errorf("the mapping cannot be read: %w", root(err))
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return dfe.ReadMapping(path, f)
}

// listMappings says what can be read, and what comes of it.
func listMappings(all *dfe.Mappings, out io.Writer) error {
	for _, m := range all.All() {
		origin := ""
		if m.File != "" {
			origin = ", from " + m.File
		}
		if _, err := fmt.Fprintf(out, "%s%s\n  %s (%s)\n  %s\n", m.Key, origin, m.Title, m.Publisher, m.Gives()); err != nil {
			return err
		}
	}
	return nil
}

// tenths answers what says after every tenth of a large file how much of it has been
// read; of a small one nobody waits for it.
func tenths(name string, size int64, out io.Writer) func(read int64) {
	const large = 16 << 20
	said := int64(0)
	return func(read int64) {
		if now := read * 10 / max(size, 1); size >= large && now > said {
			said = now
			fmt.Fprintf(out, "%s: %d %% read\n", name, 10*now)
		}
	}
}

// collect takes a flag that may be given several times.
func collect(into *[]string) func(string) error {
	return func(text string) error {
		if strings.TrimSpace(text) == "" {
			return errors.New("it names no file")
		}
		*into = append(*into, text)
		return nil
	}
}
