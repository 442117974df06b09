// Writes into topic files what the reference makes of their expressions, into
// "reference" for a case that says why this package differs, else as what is
// expected. Expectations are never taken from this package.
//   node oracle/fill.mjs testdata/corpus sort.json …
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readInputs, readTopic } from "./corpus.mjs";
import { outcome } from "./reference.mjs";

const [dir, ...files] = process.argv.slice(2);
const inputs = readInputs(dir);

for (const file of files) {
  const lines = [];
  const seen = new Set();
  for (const { topic, ...k } of readTopic(join(dir, file))) {
    const id = JSON.stringify([k.expr, k.input, k.vars]);
    if (seen.has(id)) continue;
    seen.add(id);
    if (k.reference !== null) {
      const got = await outcome(k.expr, k.input ? structuredClone(inputs[k.input]) : undefined, k.vars);
      if (!k.why && got.code?.startsWith("no code")) {
        console.error(`${file}: left out, the reference stumbles: ${k.expr}: ${got.code}`);
        continue;
      }
      if (k.why) {
        k.reference = got;
      } else {
        for (const field of ["result", "code", "position"]) delete k[field];
        Object.assign(k, got);
      }
    }
    lines.push(JSON.stringify(k));
  }
  writeFileSync(join(dir, file), `[\n${lines.join(",\n")}\n]\n`);
  console.log(`${file}: ${lines.length}`);
}
