// Package postgres keeps the programme's data in PostgreSQL. It is the only
// importer of GORM.
//
// Writers take the one row of the table generation before anything else, so
// that they follow one another and cannot deadlock. Readers never ask the
// database: they share an immutable [benchmark.Snapshot], which every store
// renews when any process has changed something.
package postgres
