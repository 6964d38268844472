package dfe

import (
	"embed"
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"sync"

	"peerchallenge/pkg/programme"
)

//go:embed mappings
var embedded embed.FS

// Mappings are the kinds of file that can be read. They are made once and never
// change.
type Mappings struct {
	all []*Mapping // by key
}

// Builtin answers the mappings that come with the program.
func Builtin() *Mappings { return builtin() }

var builtin = sync.OnceValue(func() *Mappings {
	out := &Mappings{all: []*Mapping{neighbourModel()}}
	files, err := readFolder(embedded, "mappings")
	if err == nil {
		for _, m := range files {
			m.File = ""
		}
		out, err = out.With(files...)
	}
	if err != nil {
		panic(err) // the program's own files, which a test reads
	}
	return out
})

// All answers the mappings by key.
func (m *Mappings) All() []*Mapping { return slices.Clone(m.all) }

// With answers these mappings and others. One whose key is there takes the place of
// the one that has it, so that an operator can mend what a publisher changed.
//
// The error is Invalid, invalid_mapping, where two of the others have one key, or a
// file could be of two kinds.
func (m *Mappings) With(others ...*Mapping) (*Mappings, error) {
	out := &Mappings{}
	for _, held := range m.all {
		if !slices.ContainsFunc(others, func(o *Mapping) bool { return o.Key == held.Key }) {
			out.all = append(out.all, held)
		}
	}
	var faults []programme.Fault
	for i, o := range others {
		if slices.ContainsFunc(others[:i], func(earlier *Mapping) bool { return earlier.Key == o.Key }) {
			faults = append(faults, programme.Fault{File: o.File, Code: programme.FaultMapping, Detail: "Another mapping has the key " + o.Key + "."})
			continue
		}
		for _, held := range out.all {
			if held.admits(o) || o.admits(held) {
				faults = append(faults, programme.Fault{
					File: o.File, Code: programme.FaultMapping,
					Detail: "A file could be of this kind and of the kind " + held.Key + ": the columns of one are all among those of the other. Name a column or a group that only one of them has.",
				})
			}
		}
		out.all = append(out.all, o)
	}
	if err := invalid(faults); err != nil {
		return nil, err
	}
	slices.SortFunc(out.all, func(a, b *Mapping) int { return strings.Compare(a.Key, b.Key) })
	return out, nil
}

// admits reports whether a file of the other kind may be taken for one of this: it
// has all the columns, and no column of groups tells the two apart.
func (m *Mapping) admits(other *Mapping) bool {
	for _, column := range m.needed() {
		if !slices.ContainsFunc(other.needed(), func(theirs string) bool { return share(m.names(column), other.names(theirs)) }) {
			return false
		}
	}
	for _, g := range m.groups {
		for _, theirs := range other.groups {
			if share(m.names(g.column), other.names(theirs.column)) && !share(g.values, theirs.values) {
				return false
			}
		}
	}
	return true
}

func share(a, b []string) bool {
	return slices.ContainsFunc(a, func(x string) bool { return slices.Contains(b, x) })
}

// ReadFolder reads every mapping of a folder: the files whose names end in .yaml or
// .yml. The error is that of [ReadMapping] with the faults of all of them.
func ReadFolder(folder string) ([]*Mapping, error) { return readFolder(os.DirFS(folder), ".") }

func readFolder(files fs.FS, folder string) ([]*Mapping, error) {
	entries, err := fs.ReadDir(files, folder)
	if err != nil {
		return nil, err
	}
	var all []*Mapping
	var faults []programme.Fault
	for _, e := range entries {
		if ext := path.Ext(e.Name()); e.IsDir() || ext != ".yaml" && ext != ".yml" {
			continue
		}
		m, err := readMappingFile(files, path.Join(folder, e.Name()))
		refused, is := errors.AsType[*programme.Error](err)
		switch {
		case is && refused.Code == programme.CodeInvalidMapping:
			faults = append(faults, refused.Faults...)
		case err != nil:
			return nil, err
		default:
			all = append(all, m)
		}
	}
	return all, invalid(faults)
}

func readMappingFile(files fs.FS, name string) (m *Mapping, err error) {
	f, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return ReadMapping(name, f)
}
