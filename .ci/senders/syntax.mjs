// Whether a text is PowerShell, by the language's grammar: for machines without pwsh.
//
//   node syntax.mjs FILE, in a folder with the packages of .ci/clients
//
// A copy that lacks a brace must be refused, so that the check itself is checked.
import { readFileSync } from "node:fs";
import { Language, Parser } from "web-tree-sitter";

await Parser.init();
const parser = new Parser();
parser.setLanguage(await Language.load("node_modules/tree-sitter-powershell/tree-sitter-powershell.wasm"));

function faults(text) {
  const found = [];
  const walk = (node) => {
    if (node.isError || node.isMissing) found.push(`line ${node.startPosition.row + 1}: ${node.text.slice(0, 60)}`);
    else node.children.forEach(walk);
  };
  walk(parser.parse(text).rootNode);
  return found;
}

const text = readFileSync(process.argv[2], "utf8");
const end = text.lastIndexOf("}");
if (faults(text.slice(0, end) + text.slice(end + 1)).length === 0) throw new Error("a script that lacks a brace passes");
const found = faults(text);
if (found.length) throw new Error(found.join("\n"));
console.log(`${process.argv[2]} is PowerShell by its grammar`);
