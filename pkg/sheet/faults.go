package sheet

// Fault is something wrong with one cell or row of a table.
type Fault struct {
	Code   string
	Column string // the name in the header; empty where it concerns the whole row
	Row    int
	Given  string // what stands there, as it may be shown
	Detail string // a sentence that holds for every fault of its code and column
}

// Place is where a fault of a group stands.
type Place struct {
	Row   int
	Given string
}

// Group is all faults of one code in one column: people mend a column, not a cell.
type Group struct {
	Code   string
	Column string
	Detail string // of the first of them
	Count  int
	First  []Place // the first ten
}

// How much is kept of faults, however many a file has.
const (
	keptPlaces = 10
	keptGroups = 200
)

// Faults collects what is wrong with a table, by kind, in bounded memory.
type Faults struct {
	groups []Group
	index  map[[2]string]int
	count  int
}

// Add notes a fault. Beyond 200 kinds it is only counted.
func (f *Faults) Add(fault Fault) {
	f.count++
	key := [2]string{fault.Code, fault.Column}
	i, known := f.index[key]
	if !known {
		if len(f.groups) == keptGroups {
			return
		}
		if f.index == nil {
			f.index = map[[2]string]int{}
		}
		i = len(f.groups)
		f.index[key], f.groups = i, append(f.groups, Group{Code: fault.Code, Column: fault.Column, Detail: fault.Detail})
	}
	g := &f.groups[i]
	if g.Count++; len(g.First) < keptPlaces {
		g.First = append(g.First, Place{Row: fault.Row, Given: fault.Given})
	}
}

// Count is how many faults there were.
func (f *Faults) Count() int { return f.count }

// Groups answers the kinds of faults in the order in which they were met.
func (f *Faults) Groups() []Group { return f.groups }
