"""A service that is hard to reach: each deed is passed on, and its first answer lost.

    flaky.py ADDRESS-OF-THE-SERVICE

Prints the port on which it listens. A POST or PUT that is no sign-in is carried out at
once, and answered 503 with Retry-After: 1; only when it comes again, with the same
Idempotency-Key, the answer to that is told. One that comes again with another key is
told 500. A read is told 429 at first, likewise.
"""

import http.client
import http.server
import sys
import urllib.parse

upstream = urllib.parse.urlsplit(sys.argv[1])
lost = {}  # what was asked, with the key under which


class Flaky(http.server.BaseHTTPRequestHandler):
    def deal(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked, key = self.command + self.path, self.headers.get("Idempotency-Key")
        first = asked not in lost
        deed = self.command != "GET" and "oauth" not in self.path and "dryRun" not in self.path
        if not first and deed and lost[asked] != key:
            return self.tell(500, {}, b'{"detail": "It came again under another key."}')
        if first:
            lost[asked] = key
        if first and not deed:
            return self.tell(429, {"Retry-After": "1"}, b"{}")
        connection = http.client.HTTPConnection(upstream.netloc)
        connection.request(self.command, self.path, body, {k: v for k, v in self.headers.items() if k.lower() != "host"})
        answer = connection.getresponse()
        content = answer.read()
        if first:
            return self.tell(503, {"Retry-After": "1"}, b'{"code": "unconfirmed"}')
        del lost[asked]
        self.tell(answer.status, {k: v for k, v in answer.getheaders() if k.lower() in ("content-type", "etag", "idempotency-replayed")}, content)

    def tell(self, status, headers, content):
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = deal

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Flaky)
print(server.server_port, flush=True)
server.serve_forever()
