#!/usr/bin/env python3
"""Send a borough's return for a quarter, from a CSV of its counts.

Needs Python 3.9 and nothing else. The client's id and secret come from the environment,
PEERCHALLENGE_CLIENT_ID and PEERCHALLENGE_CLIENT_SECRET, never from the command line,
where others on the machine could read them.

    send_return.py --server https://peerchallenge.example --borough E09000022 \\
        --quarter 2026-27-Q2 --csv counts.csv [--explanations report.csv] \\
        [--report report.csv] [--dry-run] [--submit]

The CSV has the columns count, value, status and reason. Instead of it, --json takes a
body that something else has made, as return.sql does. --report saves what the rules find
as a table; whoever fills in its column explanation gives it back as --explanations.

It exits with 0 if all that was asked has been done, 1 if the call was refused, 2 if the
report says that something must be put right or explained first, and 3 if the draft is
ready and a lead of the borough has to sign it.
"""

import argparse
import base64
import csv
import json
import math
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

TRIES = 6
PATIENCE = 300  # seconds for which one call is tried


class Refused(Exception):
    """The service said no, and why."""

    def __init__(self, status, problem):
        super().__init__(problem.get("detail", "status %d" % status))
        self.status, self.problem = status, problem


def call(method, url, body=None, headers=None, read=json.loads):
    """Send a request, again where that can help, and answer (headers, what it says).

    What is sent must be safe to send again: a read, or anything with an
    Idempotency-Key, which stays the same at every try. A 503 may mean that all was
    done and only the answer was lost.
    """
    began = time.monotonic()
    for attempt in range(1, TRIES + 1):
        request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
        wait = 2**attempt
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                content = answer.read()
                return answer.headers, read(content) if content else None
        except urllib.error.HTTPError as answer:
            content = answer.read()  # a refusal has a body, which says why
            try:
                problem = json.loads(content)
            except ValueError:
                problem = {"detail": content[:200].decode("utf-8", "replace")}
            if answer.code not in (429, 502, 503, 504) or attempt == TRIES:
                raise Refused(answer.code, problem) from None
            after = answer.headers.get("Retry-After", "")
            wait = int(after) if after.isdigit() else wait
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            if attempt == TRIES:
                raise
        if time.monotonic() - began + wait > PATIENCE:
            raise TimeoutError("the service did not answer in time")
        time.sleep(wait)
    raise AssertionError("the last try answers or raises")


def token(server):
    """Sign in with the client's secret, and answer an access token of an hour."""
    quoted = [urllib.parse.quote(os.environ["PEERCHALLENGE_CLIENT_" + name], safe="") for name in ("ID", "SECRET")]
    form = urllib.parse.urlencode({"grant_type": "client_credentials"}).encode()
    headers = {"Authorization": "Basic " + base64.b64encode(":".join(quoted).encode()).decode(), "Content-Type": "application/x-www-form-urlencoded"}
    return call("POST", server + "/oauth/token", form, headers)[1]["access_token"]


def rows(path):
    """Read a table's rows. Excel begins UTF-8 with a mark, which utf-8-sig takes off."""
    with open(path, newline="", encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            if any(row.values()):  # spreadsheets leave empty rows at the end
                yield {name: (value or "").strip() for name, value in row.items() if name}


def number(row):
    """Answer the row's number, or None. Nothing is no number; it is never 0."""
    if not row["value"]:
        return None
    try:
        value = float(row["value"])
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise SystemExit("%s: %r is no number; write it as 1234 or 12.5" % (row["count"], row["value"]))
    return int(value) if value.is_integer() else value


def counts(path):
    """Read the counts. Every member is there, null where there is nothing."""
    return {"values": [{"count": row["count"], "value": number(row), "status": row.get("status") or "reported", "reason": row.get("reason") or None} for row in rows(path)]}


def ready(path):
    """Read a body that was made elsewhere, whole: half of one is no JSON."""
    with open(path, encoding="utf-8-sig") as file:
        return json.load(file)


def show(report):
    """Say what the rules find, in the order in which it is worked off."""
    print("%(errors)d to put right, %(unexplained)d of %(warnings)d warnings to explain, %(missing)d missing" % report)
    for finding in report["findings"]:
        if not finding["explanation"]:
            print("- %(severity)s %(key)s: %(detail)s %(advice)s" % finding)
    if report["more"]:
        print("... and %d more" % report["more"])
    print(report["next"])


def explain(record, etag, path, auth):
    """Give the explanations of a report that was filled in, and answer the new state."""
    said = [{"key": row["key"], "text": row["explanation"]} for row in rows(path) if row["severity"] == "warning" and row["explanation"] and not row.get("explained_by")]
    if not said:
        return etag
    headers = {**auth, "If-Match": etag, "Idempotency-Key": str(uuid.uuid4())}
    return call("POST", record + "/explanations", json.dumps({"explanations": said}).encode(), headers)[1]["etag"]


def submit(record, etag, auth):
    """Submit the draft, if somebody has authorised this client, and answer the exit code."""
    try:
        sent = call("POST", record + "/submit", b"{}", {**auth, "If-Match": etag, "Idempotency-Key": str(uuid.uuid4())})[1]
    except Refused as refused:
        if refused.problem.get("code") != "no_authority":
            raise
        print("The draft is ready. " + str(refused))
        return 3
    print("submitted as version %d" % sent["underReview"])
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("server", "borough", "quarter"):
        parser.add_argument("--" + name, required=True)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--csv", help="the counts")
    source.add_argument("--json", help="a body that was made elsewhere")
    parser.add_argument("--explanations", help="a report whose column explanation was filled in")
    parser.add_argument("--report", help="where to save the report as a table")
    parser.add_argument("--dry-run", action="store_true", help="find out what would become of it, and send nothing")
    parser.add_argument("--submit", action="store_true", help="submit it, on the authority that a lead has given to this client")
    given = parser.parse_args()

    body = json.dumps(counts(given.csv) if given.csv else ready(given.json)).encode()
    server = given.server.rstrip("/")
    auth = {"Authorization": "Bearer " + token(server), "Content-Type": "application/json"}
    address = "%s/v1/boroughs/%s/benchmarking-submissions/%s" % (server, given.borough, given.quarter)

    # On which state is it sent? The return that is there is replaced; else it is made.
    try:
        state = {"If-Match": call("GET", address, headers=auth)[0]["ETag"]}
    except Refused as refused:
        if refused.status != 404:
            raise
        state = {"If-None-Match": "*"}

    if given.dry_run:
        report = call("PUT", address + "?dryRun=true", body, {**auth, **state})[1]["report"]
        show(report)
        return 0 if report["maySubmit"] else 2

    done = call("PUT", address, body, {**auth, **state, "Idempotency-Key": str(uuid.uuid4())})[1]
    held = done["submission"]
    record, etag = "%s/v1/benchmarking-submissions/%s" % (server, held["id"]), held["etag"]
    print("%s: %s" % (done["outcome"], held["id"]))
    if given.explanations and held["draft"]:
        etag = explain(record, etag, given.explanations, auth)
    if given.report:
        with open(given.report, "wb") as file:
            file.write(call("GET", record + "/report.csv", headers=auth, read=bytes)[1])
    report = call("GET", record + "/report", headers=auth)[1]
    show(report)
    if not report["maySubmit"]:
        return 2
    return submit(record, etag, auth) if given.submit and held["draft"] else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Refused as refused:
        print("refused (%d %s): %s" % (refused.status, refused.problem.get("code", ""), refused), file=sys.stderr)
        for fault in refused.problem.get("errors", []):
            print("- %s: %s" % (fault.get("pointer") or fault.get("parameter") or "", fault.get("detail")), file=sys.stderr)
        sys.exit(1)
    except (OSError, KeyError, ValueError) as broken:
        print("%s: %s" % (type(broken).__name__, broken), file=sys.stderr)
        sys.exit(1)
