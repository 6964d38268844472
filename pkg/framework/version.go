package framework

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"

	"peerchallenge/pkg/programme"
)

// Version is the number of a framework, taken apart.
type Version struct{ Major, Minor, Patch int }

var versionForm = regexp.MustCompile(`^(0|[1-9][0-9]{0,3})\.(0|[1-9][0-9]{0,3})\.(0|[1-9][0-9]{0,3})$`)

// ParseVersion reads 1.2.0. The error is Invalid for anything else.
func ParseVersion(text string) (Version, error) {
	parts := versionForm.FindStringSubmatch(text)
	if parts == nil {
		return Version{}, programme.Refuse([]programme.Fault{{
			Pointer: "/version", Code: programme.FaultFormat, Detail: "A version has three numbers, as 1.2.0.", Given: text,
		}})
	}
	var numbers [3]int
	for i := range numbers {
		numbers[i], _ = strconv.Atoi(parts[i+1]) // at most four digits, as the form says
	}
	return Version{numbers[0], numbers[1], numbers[2]}, nil
}

// String writes the version as [ParseVersion] reads it.
func (v Version) String() string { return fmt.Sprintf("%d.%d.%d", v.Major, v.Minor, v.Patch) }

// Compare orders versions by their numbers: 1.10.0 comes after 1.9.0.
func (v Version) Compare(w Version) int {
	return cmp.Or(cmp.Compare(v.Major, w.Major), cmp.Compare(v.Minor, w.Minor), cmp.Compare(v.Patch, w.Patch))
}
