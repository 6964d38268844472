// Package postgres keeps the programme's data in PostgreSQL. It is the only
// importer of GORM.
//
// There are two kinds of nouns. Reference data, a noun each (noun.go), and figures
// change seldom and are read much: their writers take the one row of the table
// generation before anything else, so that they follow one another and cannot
// deadlock, and their readers share an immutable [benchmark.Snapshot], which every
// store renews when any process has changed something. The records of the
// programme's year, a kind each (record.go), are read from the database by whoever
// belongs to their audience (scope.go), and written by many at once: each writer
// locks the rows that it needs, in the order that forum.go names.
//
// Both leave in the audit who changed what, in the transaction that changes it, and
// in the feed that it was changed.
package postgres
