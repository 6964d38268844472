package programme

// GroupingWeights says what counts how much.
type GroupingWeights struct {
	Repeat float64 `json:"repeat"`
	Mix    float64 `json:"mix"`
}

// Grouping is a way to divide boroughs into groups.
type Grouping struct{}
