// A borough's calendar as a program reads it that has nothing to do with what wrote it: the
// hours of several days, and each day once.
//
//	node calendars.mjs BASE TEAM
//
// TEAM is a token of the programme's team.
import { strict as assert } from "node:assert";
import ICAL from "ical.js";

const [base, team] = process.argv.slice(2);
const borough = "E09000022";

async function ask(path, options = {}) {
  const headers = { authorization: `Bearer ${team}`, "content-type": "application/json", ...options.headers };
  const answer = await fetch(base + path, { ...options, headers });
  const text = await answer.text();
  assert.ok(answer.ok, `${path} is answered ${answer.status}: ${text}`);
  return text;
}

// The clocks go back in the second night.
const days = { startsOn: "2026-10-24", endsOn: "2026-10-26", startTime: "09:30", endTime: "16:00" };
const made = JSON.parse(await ask("/v1/events", { method: "POST", body: JSON.stringify({ kind: "workshop", title: "Three days", boroughs: [borough], ...days }) }));

const calendar = new ICAL.Component(ICAL.parse(await ask(`/v1/boroughs/${borough}/calendar.ics`)));
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
