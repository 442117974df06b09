// Compares our verdict on the machines in shared/asl/testdata with that of
// asl-validator. A machine whose name gives a reason behind | is one on which
// the two do not agree; every other one must be judged alike. The Go test of
// shared/asl holds our own verdict to the names. What the compiler writes in
// shared/flow/compile/testdata, machines and their children, must be valid.
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";

const validate = createRequire(import.meta.url)("asl-validator");
const folder = new URL("../shared/asl/testdata/", import.meta.url);

function judge(text) {
  try {
    const result = validate(JSON.parse(text));
    return { valid: result.isValid, why: result.errorsText() };
  } catch (error) { // not JSON, or so wrong that the validator trips over it
    return { valid: false, why: String(error) };
  }
}

const compiled = new URL("../shared/flow/compile/testdata/", import.meta.url);

// sections yields [file, name, text] of every section of a folder's archives.
function* sections(folder) {
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".txtar")).sort()) {
    const parts = readFileSync(new URL(file, folder), "utf8").split(/^-- (.+) --\n/m);
    for (let i = 1; i < parts.length; i += 2) yield [file, parts[i], parts[i + 1]];
  }
}

let machines = 0, exceptions = 0, written = 0, wrong = 0;
for (const [file, name, text] of sections(folder)) {
  const [, verdict, reason] = name.match(/^(valid|invalid)\b[^|]*(?:\| (.+))?$/);
  const { valid, why } = judge(text);
  const agree = valid === (verdict === "valid");
  machines++;
  if (reason) exceptions++;
  if (agree !== !reason) {
    wrong++;
    console.error(`${file}: ${name}\n  asl-validator: ${valid ? "valid" : "invalid: " + why}`);
  }
}
for (const [file, name, text] of sections(compiled)) {
  if (name !== "machine" && !name.startsWith("child ")) continue;
  const { valid, why } = judge(text);
  written++;
  if (!valid) {
    wrong++;
    console.error(`${file}: ${name}\n  asl-validator: invalid: ${why}`);
  }
}
console.log(`${machines} machines, ${machines - exceptions} judged alike, ${exceptions} exceptions with a reason; ${written} compiled; ${wrong} unexplained`);
process.exit(wrong === 0 && machines > 0 && written > 0 ? 0 : 1);
