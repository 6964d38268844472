package server

import "testing"

// TestOnlyRefusalsAreReworded: not what handlers answer, whatever it looks like.
func TestOnlyRefusalsAreReworded(t *testing.T) {
	t.Parallel()
	const plain = "\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"
	for text, want := range map[string]string{
		"HTTP/1.1 400 Bad Request" + plain + "400 Bad Request":                                       "400",
		"HTTP/1.1 431 Request Header Fields Too Large" + plain + "431":                               "431",
		"HTTP/1.1 417 Expectation Failed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n":          "417",
		"HTTP/1.1 400 Bad Request\r\nContent-Type: application/problem+json\r\n\r\n{\"status\":400}": "",
		"HTTP/1.1 200 OK" + plain + "HTTP/1.1 400 Bad Request" + plain:                               "",
		"HTTP/1.1 100 Continue\r\n\r\n":                                                              "",
		"HTTP/1.1 4":                                                                                 "",
		"A text that names HTTP/1.1 400 Bad Request" + plain:                                         "",
		"": "",
	} {
		if got := refusedBy([]byte(text)); got != want {
			t.Errorf("%.40q is taken for %q, want %q", text, got, want)
		}
	}
}
