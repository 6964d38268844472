// Package api is generated from openapi.yaml: the wire types, the interface of the
// operations, and the contract's own text. By hand is only what all operations
// share.
package api

import _ "embed"

//go:generate go run ./join contract ../openapi.yaml openapi.gen.yaml
//go:generate go tool -modfile=generator/go.mod oapi-codegen -config generator/config.yaml openapi.gen.yaml

// Contract is the text of openapi.yaml, with the marks that only the program reads.
//
//go:embed openapi.gen.yaml
var Contract []byte

// Changelog says how each released contract differs from the one before, as
// ContractReleases. api/promise makes it.
//
//go:embed changelog.gen.json
var Changelog []byte
