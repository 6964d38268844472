// A calendar that is subscribed to, as a program reads it that has nothing to do with what wrote
// it and sends no header: the hours of several days, and each day once.
//
//	node calendars.mjs BASE TEAM DIRECTOR
//
// TEAM is a token of the programme's team, DIRECTOR one of a director of Lambeth.
import { strict as assert } from "node:assert";
import ICAL from "ical.js";

const [base, team, director] = process.argv.slice(2);
const borough = "E09000022";

async function make(token, path, what) {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const answer = await fetch(base + path, { method: "POST", headers, body: JSON.stringify(what) });
  const text = await answer.text();
  assert.equal(answer.status, 201, `${path} is answered ${answer.status}: ${text}`);
  return JSON.parse(text);
}

// The clocks go back in the second night.
const days = { startsOn: "2026-10-24", endsOn: "2026-10-26", startTime: "09:30", endTime: "16:00" };
const made = await make(team, "/v1/events", { kind: "workshop", title: "Three days", boroughs: [borough], ...days });
const { address, calendarSubscription } = await make(director, "/v1/calendar-subscriptions", { name: "ical.js" });
const answer = await fetch(address);
assert.equal(answer.status, 200, `${answer.status}: ${calendarSubscription.hint}`);

const calendar = new ICAL.Component(ICAL.parse(await answer.text()));
for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
const entries = calendar.getAllSubcomponents("vevent").map((entry) => new ICAL.Event(entry));

// occurrences answers when an entry begins, each time, and how many hours it lasts.
function occurrences(entry) {
  const all = [];
  const next = entry.iterator();
  for (let at = next.next(); at; at = next.next()) all.push(at.zone === ICAL.Timezone.localTimezone ? at.toString() : at.toJSDate().toISOString());
  return { begins: all, hours: entry.duration.toSeconds() / 3600 };
}

const known = new Set();
let counted = 0;
for (const entry of entries) {
  assert.ok(!known.has(entry.uid), `two entries are ${entry.uid}`);
  known.add(entry.uid);
  const { begins, hours } = occurrences(entry);
  assert.ok(begins.length > 0, `${entry.uid} never happens`);
  assert.equal(new Set(begins.map((at) => at.slice(0, 10))).size, begins.length, `${entry.uid} stands twice on a day`);
  if (!entry.startDate.isDate) assert.ok(hours < 24, `${entry.uid} lasts ${hours} hours`);
  counted += begins.length;
}
const three = entries.find((entry) => entry.uid === `${made.id}@peerchallenge`);
assert.deepEqual(occurrences(three), { begins: ["2026-10-24T08:30:00.000Z", "2026-10-25T09:30:00.000Z", "2026-10-26T09:30:00.000Z"], hours: 6.5 });
console.log(`calendar: ${entries.length} entries, ${counted} days or hours, none twice`);
const headers = { authorization: `Bearer ${director}`, "if-match": calendarSubscription.etag };
assert.equal((await fetch(`${base}/v1/calendar-subscriptions/${calendarSubscription.id}`, { method: "DELETE", headers })).status, 204);
for (let waited = 0; (await fetch(address)).status !== 404; waited++) {
  assert.ok(waited < 10, "an address that was ended is still answered after ten seconds");
  await new Promise((later) => setTimeout(later, 1000));
}
console.log("calendar: ended");
