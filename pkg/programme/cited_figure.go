package programme

// Citation names a figure that somebody writes about, and stores no number: whoever reads
// it is shown the figure as it may be shown to them.
type Citation struct {
	Source    CitationSource `json:"source"`
	SourceID  string         `json:"sourceId"` // of the snapshot or release
	Indicator string         `json:"indicator"`
	Borough   string         `json:"borough"`
	Period    string         `json:"period"` // the quarter of a snapshot, or a period of the release
}

// CitationSource is what kind of thing a figure is cited from.
type CitationSource string

// The sources.
const (
	FromSnapshot CitationSource = "snapshot" // a quarter as everybody sees it
	FromRelease  CitationSource = "release"  // a published file
)
