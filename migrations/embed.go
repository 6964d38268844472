// Package migrations holds the database's schema, one goose file for each
// released step. A released file is never changed.
package migrations

import "embed"

// FS holds the goose SQL files of this folder.
//
//go:embed *.sql
var FS embed.FS
