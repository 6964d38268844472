// The documents for people that the demo has of a borough, as they are answered: its draft, a
// version, its dossiers of the cycle of these and of that in which something was found about
// it, and the page of a version as it stands in the archive of its papers; and pictures of what
// is published of the borough, of the other boroughs and of all England.
//
//	node documents.mjs BASE TOKEN BOROUGH FOLDER
//
// TOKEN is a lead's of the borough. Each stands in the folder as NAME.html, with the policy
// under which it is answered in NAME.policy; a picture as NAME.svg.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { inflateRawSync } from "node:zlib";

const [base, token, borough, folder] = process.argv.slice(2);

async function answered(path, accept) {
  const answer = await fetch(base + path, { headers: { authorization: `Bearer ${token}`, accept } });
  if (!answer.ok) throw new Error(`${path} is answered ${answer.status}: ${await answer.text()}`);
  return answer;
}

async function keep(name, path) {
  const answer = await answered(path, "text/html");
  writeFileSync(join(folder, `${name}.html`), await answer.text());
  writeFileSync(join(folder, `${name}.policy`), answer.headers.get("content-security-policy"));
}

// files reads an archive by its directory, which stands at its end.
function files(zip) {
  const end = zip.lastIndexOf("PK\x05\x06", undefined, "latin1");
  const all = {};
  for (let n = zip.readUInt16LE(end + 10), at = zip.readUInt32LE(end + 16); n > 0; n--) {
    const [size, name, extra, comment, local] = [zip.readUInt32LE(at + 20), zip.readUInt16LE(at + 28), zip.readUInt16LE(at + 30), zip.readUInt16LE(at + 32), zip.readUInt32LE(at + 42)];
    const from = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    all[zip.toString("utf8", at + 46, at + 46 + name)] = inflateRawSync(zip.subarray(from, from + size));
    at += 46 + name + extra + comment;
  }
  return all;
}

const listed = await (await answered(`/v1/self-evaluations?borough=${borough}&state=draft`, "application/json")).json();
const own = listed.items.find((of) => of.signed !== null);
if (!own) throw new Error(`the demo has no self-evaluation of ${borough} that was signed and is written again: ${JSON.stringify(listed)}`);
await keep("draft", `/v1/self-evaluations/${own.id}`);
await keep("version", `/v1/self-evaluations/${own.id}/versions/${own.signed}`);
await keep("dossier", `/v1/boroughs/${borough}/dossier?cycle=${own.cycle}`);
const met = await (await answered(`/v1/findings?borough=${borough}&include=peerChallengeGroup&limit=1`, "application/json")).json();
const { cycle } = await (await answered(`/v1/peer-challenges/${met.items[0].peerChallengeGroup.peerChallengeId}`, "application/json")).json();
await keep("dossier-with-findings", `/v1/boroughs/${borough}/dossier?cycle=${cycle}`);
const papers = files(Buffer.from(await (await answered(`/v1/boroughs/${borough}/papers.zip`, "application/zip")).arrayBuffer()));
const page = papers[`self-evaluations/${own.cycle}/v${own.signed}.html`];
if (!page) throw new Error(`the papers have no page: ${Object.keys(papers)}`);
writeFileSync(join(folder, "filed.html"), page);

const boroughs = (await (await answered("/v1/boroughs", "application/json")).json()).items.map((b) => `borough=${b.code}`).join("&");
const years = ["2020-21", "2021-22", "2022-23", "2023-24", "2024-25"].map((year) => `period=${year}`).join("&");
for (const [name, path] of Object.entries({
  boroughs: "/v1/indicators/REREF_PCT/distribution.svg?period=2024-25",
  england: "/v1/indicators/REREF_PCT/distribution.svg?period=2024-25&among=england",
  "small-neighbours": `/v1/indicators/REREF_PCT/distribution.svg?period=2024-25&among=neighbours&borough=${borough}`,
  series: `/v1/indicators/REREF_PCT/series.svg?borough=${borough}`,
  table: `/v1/figure-table.svg?period=2024-25&${boroughs}`,
  years: `/v1/figure-table.svg?borough=${borough}&${years}`,
})) writeFileSync(join(folder, `${name}.svg`), await (await answered(path, "image/svg+xml")).text());
