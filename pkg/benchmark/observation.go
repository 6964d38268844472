package benchmark

// Status says what stands where a number might. A number is never overloaded:
// every status but [Reported] and [Computed] goes with no value.
type Status string

// The statuses. All but those marked as ours and the first are the DfE's own
// symbols (Explore Education Statistics, "symbols in tables").
const (
	Reported      Status = "reported"       // published as a number
	Computed      Status = "computed"       // ours: numerator over denominator, both published
	Confidential  Status = "c"              // suppressed to protect confidentiality
	NotApplicable Status = "z"              // not applicable
	NotAvailable  Status = "x"              // not available
	LowValue      Status = "low"            // rounds to zero
	RoundsToZero  Status = "k"              // rounds to zero, older symbol
	Unreliable    Status = "u"              // low reliability
	OlderMissing  Status = ":"              // not available, older symbol
	NoDenominator Status = "no_denominator" // ours: the denominator is zero or missing, so there is no rate
	Joint         Status = "joint"          // ours: published only together with another authority, under their joint code
)

// Observation is one published figure: what one indicator was in one place in
// one period. Parts that the publisher does not give are nil.
type Observation struct {
	Indicator   string   `gorm:"primaryKey;column:indicator_code"`
	Period      string   `gorm:"primaryKey;column:period_code"`
	Geography   string   `gorm:"primaryKey;column:geography_code"` // GSS code of an authority, region or England; joint authorities as E09000021/E09000027
	Value       *float64 // as published; nil with the status that says why
	Status      Status
	Numerator   *float64
	Denominator *float64
	ReleaseID   string // the data release that it was read from
}

// Population is the ONS mid-year estimate of children aged 0-17.
type Population struct {
	Geography string `gorm:"primaryKey;column:geography_code"`
	MidYear   int    `gorm:"primaryKey"` // 2024: on 30 June 2024
	Estimate  *float64
	Status    Status
	ReleaseID string
}
