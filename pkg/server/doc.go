// Package server speaks HTTP: it holds every request to the contract, asks the
// domain, and writes the answer. It is the only importer of Echo, kin-openapi
// and the generated api package, and never of the database's.
package server
