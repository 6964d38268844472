package benchmark

import "time"

// Release is one published file whose figures are in the system.
type Release struct {
	ID         string `gorm:"primaryKey"` // UUIDv7
	Dataset    string // key of the declared mapping that read it
	Title      string
	Publisher  string
	Licence    string
	File       string // name of the file, without its folder
	SHA256     string `gorm:"column:sha256"` // of its bytes, lower-case hexadecimal
	Rows       int    // data rows in the file
	ImportedAt time.Time
}
