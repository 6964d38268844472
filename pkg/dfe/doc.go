// Package dfe reads the open data that the Department for Education publishes:
// CSV files with one row for each period, place and filter (Explore Education
// Statistics), and the statistical neighbour model.
//
// Which column of which file feeds which indicator is declared in mapping.go.
// Columns are found by name, because their order differs between files.
package dfe
