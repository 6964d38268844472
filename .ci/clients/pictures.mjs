// Documents and pictures in a real browser: on a desk, on a phone, in the dark and on paper.
//
//   node pictures.mjs FOLDER PAPERS PAGES PICTURES
//
// The folder holds documents as HTML and pictures as SVG. A document with a running head has
// people's words, and is called a paper here; all others are pages. The numbers are how many of
// each there are at least. Where NAME.policy stands beside NAME.html, it is the policy under
// which the document is answered. An accessibility tool (axe-core) finds no violation in a
// document, its headings skip no level, it asks for nothing, and nothing is wider than the
// screen. In each picture every text lies on the panel, none covers another, and the panel is as
// large as the picture, so that it is legible on any ground; on a sheet of A4 its letters have
// five points at least, unless it is longer than a sheet. Every printed page of a paper says
// whose it is, who it is for and which page it is, and none ends in a heading. What is seen goes
// into the folder, to look at.
import { chromium } from "playwright-core";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join, resolve } from "node:path";

const folder = resolve(process.argv[2]);
const [papersLeast, pagesLeast, picturesLeast] = process.argv.slice(3).map(Number);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const shapes = {
  desk: { viewport: { width: 1280, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 },
  narrow: { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2, colorScheme: "dark" },
  dark: { viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
};
const faults = [];
let rules = Infinity; // that the document with the fewest keeps

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
  const ground = document.querySelector("svg > rect").getBoundingClientRect();
  if (ground.width < panel.width - 1 || ground.height < panel.height - 1) found.push("the panel ends before the picture");
  const sheet = panel.width > panel.height * 1.15 ? [267, 180] : [180, 267]; // millimetres within the margins of A4
  const shrunk = Math.min(1, (sheet[0] / 25.4) * 96 / panel.width, (sheet[1] / 25.4) * 96 / panel.height);
  const least = Math.min(...[...document.querySelectorAll("text")].map((text) => parseFloat(getComputedStyle(text).fontSize))) * shrunk * 0.75;
  if (least < 5 && panel.height < panel.width * 2) found.push(`its smallest letters have ${least.toFixed(1)} points on A4`);
  return { found, texts: boxes.length };
}

// skipped runs in the page: it answers the headings that stand more than a level below the one before.
function skipped() {
  const levels = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].map((h) => ({ level: Number(h.tagName[1]), words: h.textContent }));
  return levels.filter((h, i) => h.level > (i ? levels[i - 1].level : 0) + 1).map((h) => `"${h.words}" is a heading of level ${h.level}`);
}

const squeezed = (text) => text.replace(/\s+/g, "");

// printed reads the pages of a file, and holds each to the running head of its document; none ends in a heading.
function printed(pdf, heads, headings) {
  const read = spawnSync("pdftotext", ["-layout", pdf, "-"], { encoding: "utf8", maxBuffer: 1 << 26 });
  if (read.error?.code === "ENOENT") return console.log("NOT RUN: there is no pdftotext here, with which to read what is printed.");
  const pages = read.stdout.split("\f").slice(0, -1).map(squeezed);
  pages.forEach((page, i) => [...heads, `Page ${i + 1} of ${pages.length}`].forEach((head) => page.includes(squeezed(head)) || faults.push(`${basename(pdf)}: page ${i + 1} does not say "${head}"`)));
  pages.forEach((page, i) => headings.forEach((heading) => page.endsWith(squeezed(`${heading} Page ${i + 1} of ${pages.length}`)) && faults.push(`${basename(pdf)}: page ${i + 1} ends in "${heading}"`)));
  if (pages.length < 2) faults.push(`${basename(pdf)}: only ${pages.length} sheets`);
}

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
const documents = readdirSync(folder).filter((name) => name.endsWith(".html"));
const papers = new Set();
for (const [shape, options] of Object.entries(shapes)) {
  const context = await browser.newContext(options);
  for (const name of documents) {
    const at = `${name}, ${shape}`;
    const seen = (ending) => join(folder, name.replace(".html", ending));
    const page = await context.newPage();
    page.on("console", (m) => m.type() === "error" && faults.push(`${at}: ${m.text()}`));
    const address = `http://document/${name}`;
    page.on("request", (r) => r.url() === address || faults.push(`${at}: asks ${r.url()}`));
    const policy = existsSync(seen(".policy")) ? { "content-security-policy": readFileSync(seen(".policy"), "utf8") } : {};
    await page.route(address, (route) => route.fulfill({ path: join(folder, name), contentType: "text/html", headers: policy }));
    await page.goto(address);
    await page.screenshot({ path: seen(`-${shape}.png`), fullPage: true });
    if (shape === "desk") {
      await page.pdf({ path: seen(".pdf"), preferCSSPageSize: true });
      const heads = await page.locator(".running p").allTextContents();
      if (heads.length) {
        papers.add(name);
        printed(seen(".pdf"), heads, await page.locator("h2, h3").allTextContents());
      }
    }
    await page.evaluate(() => document.querySelectorAll("details").forEach((d) => (d.open = true)));
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (wide > 0) faults.push(`${at}: the page is ${wide} pixels wider than the screen`);
    faults.push(...(await page.evaluate(skipped)).map((f) => `${at}: ${f}`));
    await page.evaluate(axe);
    const { violations, passes } = await page.evaluate(() => globalThis.axe.run());
    rules = Math.min(rules, passes.length);
    for (const v of violations) faults.push(`${at}: ${v.id}, ${v.help}: ${v.nodes.map((n) => n.html.slice(0, 120)).join(" | ")}`);
    await page.close();
  }
  await context.close();
}
const pictures = readdirSync(folder).filter((name) => name.endsWith(".svg"));
for (const name of pictures) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto("file://" + join(folder, name));
  await page.screenshot({ path: join(folder, name.replace(".svg", ".png")) });
  const { found, texts } = await page.evaluate(crowded);
  if (texts < (name.startsWith("small-") ? 10 : 40)) faults.push(`${name}: only ${texts} texts`);
  faults.push(...found.map((f) => `${name}: ${f}`));
  await page.close();
}
await browser.close();
console.log(`${papers.size} papers, ${documents.length - papers.size} pages and ${pictures.length} pictures looked at, ${rules} rules of accessibility kept on ${Object.keys(shapes).length} screens`);
if (papers.size < papersLeast) faults.push(`only ${papers.size} documents have a running head`);
if (documents.length - papers.size < pagesLeast || pictures.length < picturesLeast || rules < 15) faults.push("that is too little");
if (faults.length) {
  console.error(faults.join("\n"));
  process.exit(1);
}
