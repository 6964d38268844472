// The documentation in a real browser, as it opens: on a desk and on a phone.
//
//   node docs.mjs BASE TOKEN FOLDER
//
// Every list that needs no record's id gives its first page when Execute is pressed and
// nothing else is done; no other host is asked, and nothing is refused by the page's own
// policy. What is seen goes into the folder as pictures.
import { chromium } from "playwright-core";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [base, token, folder] = process.argv.slice(2);
const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const shapes = {
  desk: { viewport: { width: 1280, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 },
};
const faults = [];

const contract = await (await fetch(base + "/openapi.json")).json();
const named = (ref) => ref.$ref.split("/").slice(1).reduce((at, name) => at[name], contract);
const lists = Object.entries(contract.paths)
  .map(([path, item]) => ({ path, ...item.get }))
  .filter((op) => op.responses?.["200"]?.content?.["text/csv"])
  // What needs an id says where to take it; all else opens ready to be executed.
  .filter((op) => [...(op.parameters ?? []), ...(contract.paths[op.path].parameters ?? [])].map((p) => (p.$ref ? named(p) : p)).every((p) => !p.required || p.example !== undefined))
  .filter((op) => op.operationId !== "listAuditEntries") // of one record, whose id it needs
  .filter((op) => !op.path.includes("{quarter}")); // likewise of a quarter, which a programme plans before it is there

// execute runs in the page: it opens an operation, presses Execute, and says what came.
async function execute(id) {
  const until = async (find, patience = 20000) => {
    for (const end = Date.now() + patience; Date.now() < end; ) {
      const found = find();
      if (found) return found;
      await new Promise((again) => setTimeout(again, 20));
    }
  };
  const block = document.getElementById(id);
  if (!block) return "no such operation on the page";
  block.querySelector(".opblock-summary-control").click();
  // The fields come a moment after the button; whoever presses before is not heard.
  let said;
  for (let tries = 0; !said && tries < 5; tries++) {
    const button = await until(() => block.querySelector(".parameters-container") && block.querySelector(".btn.execute"));
    if (!button) return "no button";
    button.click();
    const status = await until(() => block.querySelector(".live-responses-table tbody .response-col_status") ?? block.querySelector("input.invalid, select.invalid"), 5000);
    said = status && (status.matches(".invalid") ? "a field that must be filled in" : status.innerText.trim());
  }
  block.querySelector(".opblock-summary-control").click();
  return said ?? "nothing";
}

for (const [shape, options] of Object.entries(shapes)) {
  const browser = await chromium.launchPersistentContext(mkdtempSync(join(tmpdir(), "documentation-")), { executablePath: "/usr/bin/chromium", args: flags, ...options });
  const page = browser.pages()[0] ?? (await browser.newPage());
  page.on("console", (m) => m.type() === "error" && !/status of (404|401|403)/.test(m.text()) && faults.push(`${shape}: ${m.text()}`));
  page.on("pageerror", (e) => faults.push(`${shape}: ${e.message}`));
  page.on("request", (r) => new URL(r.url()).origin === base || r.url().startsWith("data:") || faults.push(`${shape}: asks ${r.url()}`));
  page.setDefaultTimeout(30000);
  await page.goto(base + "/docs");
  await page.locator(".opblock").first().waitFor();
  await page.screenshot({ path: join(folder, shape + ".png") });

  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (wide > 0) faults.push(`${shape}: the page is ${wide} pixels wider than the screen`);
  const shown = await page.locator(".opblock-summary-path").evaluateAll((all) => all.map((a) => a.getAttribute("data-path")));
  const written = Object.entries(contract.paths).flatMap(([path, item]) => Object.values(item).filter((op) => op.operationId).map((op) => [contract.tags.findIndex((t) => t.name === op.tags[0]), path]));
  const wanted = written.map((w, i) => [...w, i]).sort((a, b) => a[0] - b[0] || a[2] - b[2]).map((w) => w[1]);
  if (shown.join() !== wanted.join()) faults.push(`${shape}: the operations are not in the contract's order`);

  await page.getByRole("button", { name: "Authorize" }).first().click();
  await page.locator(".auth-container input").fill(token);
  await page.locator(".auth-btn-wrapper .authorize").click();
  await page.locator(".auth-btn-wrapper .btn-done").click();

  // One by the hand of somebody who reads, the others as fast as the page can.
  const blockOf = (op) => `operations-${op.tags[0].replaceAll(" ", "_")}-${op.operationId}`;
  const first = lists.find((op) => op.operationId === "listBoroughs");
  const block = page.locator(`[id="${blockOf(first)}"]`);
  await block.locator(".opblock-summary-control").click();
  await block.locator(".btn.execute").click();
  await block.locator(".live-responses-table tbody .response-col_status").first().waitFor();
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (overflow > 0) faults.push(`${shape}: an answer makes the page ${overflow} pixels wider than the screen`);
  const cut = await block.evaluate((b) => [...b.querySelectorAll("td, pre, select, input, button")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest("pre, table.headers")).length);
  if (cut > 0) faults.push(`${shape}: ${cut} parts of an answer reach beyond the screen`);
  await block.screenshot({ path: join(folder, `${shape}-list.png`) });
  await block.locator(".opblock-summary-control").click();
  for (const op of shape === "desk" ? lists : [first]) {
    const got = await page.evaluate(execute, blockOf(op));
    if (!got.startsWith("200")) faults.push(`${shape}: Execute on ${op.operationId} as it opens gives ${got}`);
  }
  await page.locator(".operation-filter-input").fill("milestones");
  await page.waitForFunction(() => [...document.querySelectorAll(".opblock-summary-path")].every((a) => /milestone/i.test(a.closest(".opblock").textContent)), undefined, { timeout: 5000 })
    .catch(() => faults.push(`${shape}: the filter shows other operations`));
  await page.screenshot({ path: join(folder, `${shape}-filter.png`) });
  await browser.close();
}
console.log(`${lists.length} lists executed as they open, on ${Object.keys(shapes).length} screens`);
if (lists.length < 20 || faults.length) {
  console.error(faults.join("\n"));
  process.exit(1);
}
