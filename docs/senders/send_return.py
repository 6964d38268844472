#!/usr/bin/env python3
"""Send a borough's return for a quarter, from a CSV of its counts.

Needs Python 3.9 and nothing else. The client's id and secret come from the
environment, PEERCHALLENGE_CLIENT_ID and PEERCHALLENGE_CLIENT_SECRET, never from
the command line, where others could read them.

    send_return.py --server https://peerchallenge.example --borough E09000022 \\
        --quarter 2026-27-Q1 --csv counts.csv [--dry-run] [--submit]

The CSV has the columns count, value, status and reason. It exits with 0 if the
return was taken (and submitted, where that was asked), 1 if something is wrong with
the call, and 2 if the report says that something has to be put right first.
"""

import argparse
import base64
import csv
import hashlib
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

TRIES = 6
WAIT = 300  # seconds that we are ready to wait altogether


class Refused(Exception):
    """The service said no, and why."""

    def __init__(self, status, problem):
        super().__init__(problem.get("detail", "status %d" % status))
        self.status, self.problem = status, problem


def call(method, url, body=None, headers=None):
    """Send a request, again where that can help, and answer (status, headers, JSON).

    What is sent again must be safe to repeat: a read, a PUT that names the state that it
    replaces, or anything with an Idempotency-Key.
    """
    began = time.monotonic()
    for attempt in range(1, TRIES + 1):
        request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
        wait = 2**attempt
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                content = answer.read()
                return answer.status, answer.headers, json.loads(content) if content else None
        except urllib.error.HTTPError as answer:
            content = answer.read()
            try:
                problem = json.loads(content)
            except ValueError:
                problem = {"detail": content[:200].decode("utf-8", "replace")}
            if answer.code not in (429, 502, 503, 504) or attempt == TRIES:
                raise Refused(answer.code, problem) from None
            wait = int(answer.headers.get("Retry-After") or wait)
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            if attempt == TRIES:
                raise
        if time.monotonic() - began + wait > WAIT:
            raise TimeoutError("the service did not answer in time")
        time.sleep(wait)
    raise AssertionError("not reached")


def token(server):
    """Sign in with the client's secret, and answer an access token."""
    quoted = [urllib.parse.quote(os.environ[name], safe="") for name in ("PEERCHALLENGE_CLIENT_ID", "PEERCHALLENGE_CLIENT_SECRET")]
    basic = base64.b64encode(":".join(quoted).encode()).decode()
    form = urllib.parse.urlencode({"grant_type": "client_credentials"}).encode()
    _, _, answer = call("POST", server + "/oauth/token", form, {"Authorization": "Basic " + basic, "Content-Type": "application/x-www-form-urlencoded"})
    return answer["access_token"]


def read(path):
    """Read the counts. An empty value is no number; it is never 0."""
    with open(path, newline="", encoding="utf-8-sig") as file:
        values = []
        for row in csv.DictReader(file):
            if not any(row.values()):
                continue  # spreadsheets leave empty rows at the end
            number = row["value"].strip()
            values.append({
                "count": row["count"].strip(),
                "value": float(number) if number else None,
                "status": (row.get("status") or "reported").strip(),
                "reason": (row.get("reason") or "").strip() or None,
            })
    return {"values": values}


def show(report):
    """Say what the rules find, in the order in which it is worked off."""
    print("%(errors)d to put right, %(unexplained)d of %(warnings)d warnings to explain, %(missing)d missing" % report)
    for finding in report["findings"]:
        print("- %s: %s %s" % (finding["severity"], finding["detail"], finding["advice"]))
    if report["more"]:
        print("... and %d more" % report["more"])
    print(report["next"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("server", "borough", "quarter", "csv"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--dry-run", action="store_true", help="find out what would become of it, and send nothing")
    parser.add_argument("--submit", action="store_true", help="submit it, on the authority that a lead has given to this client")
    given = parser.parse_args()

    body = json.dumps(read(given.csv)).encode()
    auth = {"Authorization": "Bearer " + token(given.server), "Content-Type": "application/json"}
    address = "%s/v1/boroughs/%s/benchmarking-submissions/%s" % (given.server, given.borough, given.quarter)

    # On which state do we send? The return that is there is replaced; else it is made.
    try:
        _, headers, _ = call("GET", address, headers=auth)
        state = {"If-Match": headers["ETag"]}
    except Refused as refused:
        if refused.status != 404:
            raise
        state = {"If-None-Match": "*"}

    _, _, tried = call("PUT", address + "?dryRun=true", body, {**auth, **state})
    show(tried["report"])
    if given.dry_run:
        return 0 if tried["report"]["maySubmit"] else 2

    # The key is made of what is sent: whoever sends the same again gets the same answer.
    key = hashlib.sha256(body + json.dumps(state).encode()).hexdigest()
    _, headers, done = call("PUT", address, body, {**auth, **state, "Idempotency-Key": key})
    print("%s: %s" % (done["outcome"], done["submission"]["id"]))
    if not done["report"]["maySubmit"]:
        return 2
    if given.submit and done["submission"]["draft"]:
        record = "%s/v1/benchmarking-submissions/%s" % (given.server, done["submission"]["id"])
        _, _, sent = call("POST", record + "/submit", b"{}", {**auth, "If-Match": done["submission"]["etag"], "Idempotency-Key": key})
        print("submitted as version %d" % sent["underReview"])
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Refused as refused:
        print("refused (%d %s): %s" % (refused.status, refused.problem.get("code", ""), refused), file=sys.stderr)
        for fault in refused.problem.get("errors", []):
            print("- %s: %s" % (fault.get("pointer") or fault.get("parameter") or "", fault.get("detail")), file=sys.stderr)
        sys.exit(1)
    except (OSError, KeyError) as broken:
        print("%s: %s" % (type(broken).__name__, broken), file=sys.stderr)
        sys.exit(1)
