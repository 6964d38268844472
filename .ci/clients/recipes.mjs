// The recipes of docs/front-ends.md, each as it stands there: its client is generated
// from a running service, its program is type-checked and run.
//
//	node recipes.mjs PAGE BASE TOKEN DIRECTOR FOLDER
//
// Between them and the service stands one that answers as a later release may: in it, a
// challenge can be in a state that the contract of today does not know.
import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";

const [page, base, token, director, folder] = process.argv.slice(2);
const run = promisify(execFile);
const blocks = Object.fromEntries([...readFileSync(page, "utf8").matchAll(/^```\w+ (\S+)\n(.*?)^```$/gms)].map((m) => [m[1], m[2]]));

let calls = 0; // that have come since somebody last looked
const later = createServer((asked, answer) => {
  calls++;
  const passed = request(base + asked.url, { method: asked.method, headers: { ...asked.headers, "accept-encoding": "identity" } }, (from) => {
    const parts = [];
    from.on("data", (part) => parts.push(part));
    from.on("end", () => {
      let body = Buffer.concat(parts);
      if (asked.url.startsWith("/v1/peer-challenges")) body = Buffer.from(body.toString().replaceAll(/"state":"[a-z_]+"/g, '"state":"on_hold"'));
      const { "content-length": _, "transfer-encoding": __, ...headers } = from.headers;
      answer.writeHead(from.statusCode, { ...headers, "content-length": body.length }).end(body);
    });
  });
  asked.pipe(passed);
});
await new Promise((ready) => later.listen(0, "127.0.0.1", ready));
const env = { ...process.env, API: `http://127.0.0.1:${later.address().port}`, TOKEN: token };
const faults = [];
const options = { cwd: folder, env, maxBuffer: 16 << 20 };

const yearly = ["state on_hold", "compared ", "changed Changed.", "refused 412 stale"];
const writing = ["draft of Lambeth", "wrote From ", "refused 412 stale", "missing /draft/6/answers/evidence required", "missing /draft/6/answers/plans required"];

async function attempt(name, starts, program) {
  try {
    const { stdout } = await program();
    const lines = stdout.trim().split("\n");
    for (const start of starts) if (!lines.some((line) => line.startsWith(start))) faults.push(`${name} does not say ${start}:\n${stdout}`);
    if (lines.includes("compared 0")) faults.push(`${name} compares nothing`);
    console.log(`${name}: ${[...new Set(lines)].join(", ")}`);
  } catch (e) {
    faults.push(`${name}: ${e.message}\n${e.stdout ?? ""}${e.stderr ?? ""}`);
  }
}

// portal looks at the pages of a front end as a director of Lambeth's, once there is a
// finding to be answered, and counts the calls that each takes.
async function portal() {
  const lambeth = "E09000022";
  const as = { ...env, TOKEN: director };
  const headers = { authorization: `Bearer ${director}`, "content-type": "application/json" };
  const groups = await (await fetch(`${base}/v1/peer-challenge-groups?borough=${lambeth}`, { headers })).json();
  const finding = { peerChallengeGroupId: groups.items[0].id, borough: lambeth, kind: "area_for_development", theme: "Contracts", text: "They end at the same time." };
  const made = await fetch(`${base}/v1/findings`, { method: "POST", headers, body: JSON.stringify(finding) });
  if (made.status !== 201) faults.push("there is no finding for the portal: " + (await made.text()));
  for (const [name, most, starts] of [
    ["buttons", 4, ["pressed respond 200", "pressed add-action 201", "refused delete "]],
    ["borough", 5, ["figures ", "group Group 2 of South London DCS Peer Challenge with Greenwich, Kingston upon Thames, Lambeth", "review Lambeth Peer Review of Lambeth has findings: 0",
      "finding Contracts of Group 2 has open actions: 1", "open actions 1"]],
    ["groups", 2, ["mine Lambeth Group 2 completed findings: 2 open actions: 1"]],
  ]) {
    calls = 0;
    try {
      const { stdout } = await run("node", [join("out", "portal.js"), name, lambeth], { ...options, env: as });
      const lines = stdout.trim().split("\n");
      for (const start of starts) if (!lines.some((line) => line.startsWith(start))) faults.push(`the portal's ${name} does not say ${start}:\n${stdout}`);
      if (lines.includes("figures 0")) faults.push("the portal's borough has no figures");
    } catch (e) {
      faults.push(`the portal's ${name}: ${e.message}\n${e.stdout ?? ""}${e.stderr ?? ""}`);
    }
    if (calls === 0 || calls > most) faults.push(`the portal's ${name} takes ${calls} calls, and may take ${most}`);
    console.log(`portal, ${name}: ${calls} calls`);
  }
}

const typescript = ["openapi-fetch", "hey-api", "orval"];
const programs = [...typescript, ...typescript.map((name) => "writing-" + name), "portal"];
writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({
  compilerOptions: { target: "es2022", module: "nodenext", moduleResolution: "nodenext", strict: true, skipLibCheck: true, outDir: "out", types: ["node"] },
  files: programs.map((name) => name + ".ts"),
}));
for (const made of ["out", "hey-api", "contract.d.ts", "orval.gen.ts", "oapi-codegen", "oapi-codegen-writing"]) rmSync(join(folder, made), { recursive: true, force: true });
for (const name of programs) writeFileSync(join(folder, name + ".ts"), blocks[name + ".ts"]);
const generate = (name, cwd = folder) => run("sh", ["-ec", blocks[name]], { ...options, cwd }).catch((e) => faults.push(`${name}: its client is not generated: ${e.stderr || e.stdout}`));
const asDirector = { ...options, env: { ...env, TOKEN: director } };
const go = join(folder, "oapi-codegen");
mkdirSync(go, { recursive: true });
writeFileSync(join(go, "main.go"), blocks["main.go"]);
for (const file of ["go.mod", "go.sum"]) copyFileSync(file, join(go, file)); // the project knows the runtime's version

for (const name of typescript) await generate(name);
await run("npx", ["--no-install", "tsc"], options).catch((e) => faults.push("the recipes have faults of type:\n" + e.stdout.slice(0, 4000)));
for (const name of typescript) {
  await attempt(name, yearly, () => run("node", [join("out", name + ".js")], options));
  await attempt("writing-" + name, writing, () => run("node", [join("out", `writing-${name}.js`)], asDirector));
}
await portal();
await generate("oapi-codegen", go);
await attempt("oapi-codegen", yearly, () => run("go", ["run", "."], { ...options, cwd: go }));
const goWriting = join(folder, "oapi-codegen-writing");
mkdirSync(goWriting, { recursive: true });
writeFileSync(join(goWriting, "main.go"), blocks["writing.go"]);
for (const file of ["go.mod", "go.sum", "client.gen.go"]) copyFileSync(join(go, file), join(goWriting, file));
await attempt("writing-oapi-codegen", writing, () => run("go", ["run", "."], { ...asDirector, cwd: goWriting }));
later.close();
if (faults.length) {
  console.error(faults.join("\n"));
  process.exit(1);
}
