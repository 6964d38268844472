package server

import (
	"net/netip"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// TestWhoseAddressItIs: what stands in X-Forwarded-For may be made up, but for what
// a trusted proxy has added.
func TestWhoseAddressItIs(t *testing.T) {
	t.Parallel()
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8::/32")}
	for name, c := range map[string]struct {
		remote    string
		forwarded []string
		want      string
	}{
		"nobody between":                  {"203.0.113.7:40000", nil, "203.0.113.7"},
		"nobody between, and it lies":     {"203.0.113.7:40000", []string{"198.51.100.1"}, "203.0.113.7"},
		"a proxy":                         {"10.0.0.1:40000", []string{"203.0.113.7"}, "203.0.113.7"},
		"a proxy, and the caller lies":    {"10.0.0.1:40000", []string{"198.51.100.1, 203.0.113.7"}, "203.0.113.7"},
		"in the name of a proxy":          {"10.0.0.1:40000", []string{"10.9.9.9, 203.0.113.7"}, "203.0.113.7"},
		"two proxies":                     {"10.0.0.1:40000", []string{"198.51.100.1, 203.0.113.7, 10.0.0.2"}, "203.0.113.7"},
		"two proxies with a line each":    {"10.0.0.1:40000", []string{"198.51.100.1, 203.0.113.7", "10.0.0.2"}, "203.0.113.7"},
		"a proxy that is called itself":   {"10.0.0.1:40000", nil, "10.0.0.1"},
		"only proxies":                    {"10.0.0.1:40000", []string{"10.0.0.3,10.0.0.2"}, "10.0.0.3"},
		"what is no address":              {"10.0.0.1:40000", []string{"203.0.113.7, unknown"}, "10.0.0.1"},
		"what is no address further left": {"10.0.0.1:40000", []string{"_hidden, 10.0.0.2"}, "10.0.0.2"},
		"an empty place":                  {"10.0.0.1:40000", []string{"203.0.113.7,"}, "10.0.0.1"},
		"a port, as some proxies add":     {"10.0.0.1:40000", []string{"203.0.113.7:51000"}, "203.0.113.7"},
		"version 6":                       {"[2001:db8::1]:40000", []string{"2a00::7"}, "2a00::7"},
		"version 6 with a port":           {"[2001:db8::1]:40000", []string{"[2a00::7]:443"}, "2a00::7"},
		"version 4 within version 6":      {"[::ffff:10.0.0.1]:40000", []string{"::ffff:203.0.113.7"}, "203.0.113.7"},
		"a zone":                          {"[fe80::1%eth0]:40000", nil, "fe80::1"},
		"no network at all":               {"@", []string{"203.0.113.7"}, "invalid IP"},
	} {
		if got := clientAddress(c.remote, c.forwarded, proxies).String(); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// TestEveryPathParameterIsDecidedOn: one that is not a record's key, a secret above
// all, must not be taken for one because of its name.
func TestEveryPathParameterIsDecidedOn(t *testing.T) {
	t.Parallel()
	contract, err := loadContract()
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range contract.operations {
		for _, p := range op.Parameters {
			if p.In != openapi3.ParameterInPath {
				continue
			}
			schema := p.Schema.Value
			if keyed := schema.Pattern != "" || schema.Format == "uuid" || schema.Type.Is("integer"); keyNames[p.Name] && !keyed {
				t.Errorf("%s: the log would take any text for the %s of a record", op.ID, p.Name)
			}
			if op.ID == bySecret { // its parameter is no key, and is not in the log
				continue
			}
			if !keyNames[p.Name] {
				t.Errorf("%s: is %s the key of a record, for the log, or a secret?", op.ID, p.Name)
			}
		}
	}
}
