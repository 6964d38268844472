// The pictures of pkg/chart in a real browser: on a desk, on a phone, in the dark and on paper.
//
//   node pictures.mjs FOLDER
//
// The folder holds page.html, which has all of them, and each alone as SVG. An accessibility
// tool (axe-core) finds no violation in the page; nothing is wider than the screen; in each
// picture every text lies on the panel, and none covers another. What is seen goes into
// the folder, to look at.
import { chromium } from "playwright-core";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const folder = resolve(process.argv[2]);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const shapes = {
  desk: { viewport: { width: 1280, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 },
  dark: { viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
};
const faults = [];
let rules = 0;

// crowded runs in the page: it answers what lies beyond the panel, and which texts touch.
function crowded() {
  const panel = document.documentElement.getBoundingClientRect();
  const slack = 1; // of a letter's own margin
  const boxes = [...document.querySelectorAll("text")].flatMap((text) => {
    const lines = text.querySelectorAll("tspan").length ? [...text.childNodes] : [text];
    return lines.filter((line) => line.textContent.trim()).map((line) => {
      const range = document.createRange();
      range.selectNodeContents(line);
      const { left, right, top, bottom } = range.getBoundingClientRect();
      const margin = Math.min(right - left, bottom - top) * 0.15; // above capitals and below descenders
      return { text, words: line.textContent, left: left + slack, right: right - slack, top: top + margin, bottom: bottom - margin };
    });
  });
  const found = boxes.filter((b) => b.left < panel.left || b.right > panel.right || b.top < panel.top || b.bottom > panel.bottom).map((b) => `"${b.words}" lies beyond the panel`);
  boxes.forEach((a, i) => boxes.slice(i + 1).forEach((b) => {
    if (a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom) found.push(`"${a.words}" and "${b.words}" cover each other`);
  }));
  return { found, texts: boxes.length };
}

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
for (const [shape, options] of Object.entries(shapes)) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.on("console", (m) => m.type() === "error" && faults.push(`${shape}: ${m.text()}`));
  page.on("request", (r) => r.url().startsWith("file:") || faults.push(`${shape}: asks ${r.url()}`));
  await page.goto("file://" + join(folder, "page.html"));
  await page.screenshot({ path: join(folder, shape + ".png"), fullPage: true });
  if (shape === "desk") await page.pdf({ path: join(folder, "paper.pdf"), preferCSSPageSize: true });
  await page.evaluate(() => document.querySelectorAll("details").forEach((d) => (d.open = true)));
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (wide > 0) faults.push(`${shape}: the page is ${wide} pixels wider than the screen`);
  await page.evaluate(axe);
  const { violations, passes } = await page.evaluate(() => globalThis.axe.run());
  rules = Math.max(rules, passes.length);
  for (const v of violations) faults.push(`${shape}: ${v.id}, ${v.help}: ${v.nodes.map((n) => n.html.slice(0, 120)).join(" | ")}`);
  await context.close();
}
const pictures = readdirSync(folder).filter((name) => name.endsWith(".svg"));
for (const name of pictures) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto("file://" + join(folder, name));
  await page.screenshot({ path: join(folder, name.replace(".svg", ".png")) });
  const { found, texts } = await page.evaluate(crowded);
  if (texts < 40) faults.push(`${name}: only ${texts} texts`);
  faults.push(...found.map((f) => `${name}: ${f}`));
  await page.close();
}
await browser.close();
console.log(`${pictures.length} pictures looked at, ${rules} rules of accessibility kept on ${Object.keys(shapes).length} screens`);
if (pictures.length < 3 || rules < 15 || faults.length) {
  console.error(faults.join("\n"));
  process.exit(1);
}
