package benchmark

import (
	"fmt"
	"time"

	"peerchallenge/pkg/programme"
)

// Polarity says which end of an indicator is good. A neutral indicator has no
// good end, so it has neither rank nor band.
type Polarity string

// The polarities.
const (
	High    Polarity = "high"
	Low     Polarity = "low"
	Neutral Polarity = "neutral"
)

// Unit is what an indicator's value counts.
type Unit string

// The units.
const (
	Percent     Unit = "percent"
	Per10000    Unit = "per_10000_0_17"
	Per100000   Unit = "per_100000_10_17"
	Score       Unit = "score"
	CasesPerFTE Unit = "cases_per_fte"
)

// Name is what people call the unit.
func (u Unit) Name() string {
	switch u {
	case Percent:
		return "per cent"
	case Per10000:
		return "per 10,000 children aged 0 to 17"
	case Per100000:
		return "per 100,000 children aged 10 to 17"
	case CasesPerFTE:
		return "cases per full-time equivalent"
	}
	return string(u)
}

// Proportion reports whether numerator and denominator count the same things,
// so that the numerator cannot be the greater.
func (u Unit) Proportion() bool { return u == Percent }

// Rate reports whether the value is a count per head of a population.
func (u Unit) Rate() bool { return u == Per10000 || u == Per100000 }

// Indicator is the present version of a definition.
// Value = Numerator / Denominator x Multiplier.
type Indicator struct {
	Code        string `gorm:"primaryKey"`
	Revision    int    // of the definition, from 1; each revision is kept
	Name        string
	Theme       string
	Numerator   string // what it counts, in words
	Denominator string
	Unit        Unit
	Multiplier  float64
	Decimals    int // to which a value computed from its parts is rounded
	Polarity    Polarity
	Frequency   string // quarterly, annual or quarterly_and_annual
	Source      string
	Version     int64
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// NeighbourModel is one dated version of the statistical neighbour model.
type NeighbourModel struct {
	Code      string `gorm:"primaryKey"` // the year of the model, 2025
	Name      string
	Source    string
	ReleaseID string
	CreatedAt time.Time
}

// Neighbour says that an authority is the Rank-th closest to another.
type Neighbour struct {
	ModelCode string `gorm:"primaryKey"`
	Authority string `gorm:"primaryKey;column:authority_code"`
	Rank      int    `gorm:"primaryKey"` // 1 = closest
	Neighbour string `gorm:"column:neighbour_code"`
	Closeness string // the model's own words: Extremely close ... Not close
}

// Check refuses a multiplier that is not its unit's: a percentage is per 100, a
// rate per 10,000 or 100,000, a score and cases per worker per 1.
func (ind *Indicator) Check() error {
	per := map[Unit]float64{Percent: 100, Per10000: 10_000, Per100000: 100_000, Score: 1, CasesPerFTE: 1}[ind.Unit]
	if ind.Multiplier == per {
		return nil
	}
	return programme.Refuse([]programme.Fault{{Pointer: "/multiplier", Code: programme.FaultMultiplier, Detail: fmt.Sprintf("An indicator in this unit has the multiplier %v.", per)}})
}
