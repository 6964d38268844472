// Package api is generated from openapi.yaml: the wire types, the strict
// server's interface, and the contract's own text.
package api

import _ "embed"

//go:generate cp ../openapi.yaml openapi.gen.yaml
//go:generate go tool oapi-codegen -config codegen.yaml ../openapi.yaml

// Contract is the text of openapi.yaml.
//
//go:embed openapi.gen.yaml
var Contract []byte
